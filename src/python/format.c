/* format.c - str(), repr(), "%" and format(): the texts that messages and paths are made of. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/eval.h"

#define TEXT_MAX (1u << 20)
#define REPR_DEPTH 6

static struct py_value *text_of(struct py_eval *ev, struct buf *b)
{
	struct py_value *v = b->failed ? &py_unknown
				       : py_strn(ev->a,
						 arena_bytes(ev->a, b->p != NULL ? b->p : "", b->n), b->n);

	ev->steps += b->n >> 8;
	buf_free(b);
	return v;
}

/* ---- repr ------------------------------------------------------------------------------------ */

/* Single quotes unless the text has some and no double ones. */
static bool repr_text(struct buf *b, const char *p, size_t n, bool bytes)
{
	char quote = memchr(p, '\'', n) != NULL && memchr(p, '"', n) == NULL ? '"' : '\'';

	buf_char(b, quote);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c == (unsigned char)quote || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c == '\n')
			buf_str(b, "\\n");
		else if (c == '\t')
			buf_str(b, "\\t");
		else if (c == '\r')
			buf_str(b, "\\r");
		else if (c < 0x20 || c == 0x7f)
			buf_printf(b, "\\x%02x", c);
		else if (c >= 0x80 && bytes)
			buf_printf(b, "\\x%02x", c);
		else if (c >= 0x80 && !(c >= 0xc3 && c <= 0xc9) && !(i > 0 && (c & 0xc0) == 0x80))
			return false; /* of Latin letters it is known that they can be printed */
		else
			buf_char(b, (char)c);
	}
	buf_char(b, quote);
	return true;
}

static bool repr(struct py_eval *ev, struct buf *b, struct py_value *v, unsigned depth);

static bool repr_list(struct py_eval *ev, struct buf *b, struct py_value *v, unsigned depth)
{
	const char *open = v->type == V_LIST ? "[" : v->type == V_TUPLE ? "(" : "{";
	const char *close = v->type == V_LIST ? "]" : v->type == V_TUPLE ? ")" : "}";

	if (v->tainted || v->view || py_is_unordered(v))
		return false;
	if (v->type == V_SET && v->u.list.n != 1) /* their order is anybody's guess */
		return false;
	buf_str(b, open);
	for (size_t i = 0; i < v->u.list.n; i++) {
		if (i > 0)
			buf_str(b, ", ");
		if (!repr(ev, b, v->u.list.v[i], depth + 1))
			return false;
	}
	if (v->type == V_TUPLE && v->u.list.n == 1)
		buf_char(b, ',');
	buf_str(b, close);
	return true;
}

static bool repr_dict(struct py_eval *ev, struct buf *b, struct py_dict *d, unsigned depth)
{
	bool first = true;

	if (d->tainted)
		return false;
	buf_char(b, '{');
	for (size_t i = 0; i < d->n; i++) {
		if (d->items[i].value == NULL)
			continue;
		if (!first)
			buf_str(b, ", ");
		first = false;
		if (!repr(ev, b, py_entry_key(ev->a, &d->items[i]), depth + 1))
			return false;
		buf_str(b, ": ");
		if (!repr(ev, b, d->items[i].value, depth + 1))
			return false;
	}
	buf_char(b, '}');
	return true;
}

/* ImportError('text'): what an exception looks like inside a list. */
static bool repr_exception(struct py_eval *ev, struct buf *b, struct py_value *e, unsigned depth)
{
	struct py_value *args = py_dict_name(&e->u.obj.dict, py_name(ev->names, "args", 4));

	if (!e->u.obj.cls->u.cls->is_exception || args == NULL || args->tainted)
		return false;
	buf_printf(b, "%s(", e->u.obj.cls->u.cls->name);
	for (size_t i = 0; i < args->u.list.n; i++) {
		if (i > 0)
			buf_str(b, ", ");
		if (!repr(ev, b, args->u.list.v[i], depth + 1))
			return false;
	}
	buf_char(b, ')');
	return true;
}

/* float.__repr__: the shortest digits that read back as the same number; an exponent below 1e-4 and
 * from 1e16 on. */
static void repr_float(struct buf *b, double d)
{
	char text[40], plain[400];
	int digits = 0, exponent;
	const char *e;

	do
		snprintf(text, sizeof(text), "%.*e", digits, d);
	while (digits++ < 16 && (strtod(text, NULL) < d || strtod(text, NULL) > d));
	e = strchr(text, 'e');
	if (e == NULL) { /* inf, nan */
		buf_str(b, text);
		return;
	}
	exponent = (int)strtol(e + 1, NULL, 10);
	if (exponent < -4 || exponent >= 16) {
		buf_str(b, text);
		return;
	}
	/* digits counts those behind the first one, and one more */
	snprintf(plain, sizeof(plain), "%.*f", digits - 1 > exponent ? digits - 1 - exponent : 0, d);
	buf_str(b, plain);
	if (strchr(plain, '.') == NULL)
		buf_str(b, ".0");
}

static bool repr(struct py_eval *ev, struct buf *b, struct py_value *v, unsigned depth)
{
	if (depth > REPR_DEPTH)
		return false;
	switch (v->type) {
	case V_NONE:
		buf_str(b, "None");
		return true;
	case V_BOOL:
		buf_str(b, v->u.integer != 0 ? "True" : "False");
		return true;
	case V_INT:
		buf_printf(b, "%lld", (long long)v->u.integer);
		return true;
	case V_FLOAT:
		repr_float(b, v->u.real);
		return true;
	case V_STR:
		return repr_text(b, v->u.str.p, v->u.str.n, false) && !v->tainted;
	case V_BYTES:
		buf_char(b, 'b');
		return repr_text(b, v->u.str.p, v->u.str.n, true);
	case V_PATH:
		buf_str(b, "PosixPath(");
		if (!repr_text(b, v->u.str.p, v->u.str.n, false))
			return false;
		buf_char(b, ')');
		return true;
	case V_LIST:
	case V_TUPLE:
	case V_SET:
		return repr_list(ev, b, v, depth);
	case V_DICT:
		return repr_dict(ev, b, v->u.dict, depth);
	case V_INSTANCE:
		return repr_exception(ev, b, v, depth);
	case V_CLASS:
		if (v->u.cls->nested || v->u.cls->metaclass)
			return false;
		if (v->u.cls->module == NULL || strcmp(v->u.cls->module, "builtins") == 0)
			buf_printf(b, "<class '%s'>", v->u.cls->name);
		else
			buf_printf(b, "<class '%s.%s'>", v->u.cls->module, v->u.cls->name);
		return true;
	default:
		return false;
	}
}

struct py_value *py_to_repr(struct py_eval *ev, struct py_value *v)
{
	struct buf b;
	bool known;

	buf_init(&b, TEXT_MAX);
	known = repr(ev, &b, v, 0);
	if (known)
		return text_of(ev, &b);
	buf_free(&b);
	return &py_unknown;
}

struct py_value *py_to_str(struct py_eval *ev, struct py_value *v)
{
	const char *m;
	bool exact, unknown = false;
	struct py_call none = { 0 };
	struct py_value *f;

	if (v->type == V_STR)
		return v;
	if (v->type == V_PATH)
		return py_strn(ev->a, v->u.str.p, v->u.str.n);
	if (v->type != V_INSTANCE)
		return py_to_repr(ev, v);
	f = py_class_lookup(v->u.obj.cls, py_name(ev->names, "__str__", 7), &unknown);
	if (f != NULL && f->type == V_FUNCTION) {
		f = py_call1(ev, f, v);
		if (f == NULL && !ev->stopped)
			ev->raised = NULL;
		return f != NULL && f->type == V_STR ? f : &py_unknown;
	}
	if (f != NULL && f->type == V_NATIVE)
		return f->u.native.call(ev, v, &none);
	if (!v->u.obj.cls->u.cls->is_exception)
		return &py_unknown;
	m = py_exception_message(ev, v, &exact);
	return m != NULL ? py_str(ev->a, m) : &py_unknown;
}

/* ---- one value, one specification ------------------------------------------------------------ */

struct spec {
	char fill, align, type;
	bool zero, sign, filled;
	size_t width, precision;
	bool has_precision;
};

static size_t number_in(const char **p, const char *end)
{
	size_t n = 0;

	while (*p < end && **p >= '0' && **p <= '9') {
		n = n < 100000 ? n * 10 + (size_t)(**p - '0') : n;
		(*p)++;
	}
	return n;
}

static bool is_align(char c)
{
	return c == '<' || c == '>' || c == '^' || c == '=';
}

static bool read_spec(const char *p, size_t n, struct spec *s)
{
	const char *end = p + n;

	memset(s, 0, sizeof(*s));
	s->fill = ' ';
	if (n >= 2 && is_align(p[1])) {
		s->fill = p[0];
		s->filled = true;
		s->align = p[1];
		p += 2;
	} else if (n >= 1 && is_align(p[0])) {
		s->align = *p++;
	}
	if (p < end && (*p == '+' || *p == '-'))
		s->sign = *p++ == '+';
	if (p < end && (*p == '#' || *p == ' '))
		return false;
	if (p < end && *p == '0') {
		s->zero = true;
		p++;
	}
	s->width = number_in(&p, end);
	if (p < end && (*p == ',' || *p == '_'))
		return false;
	if (p < end && *p == '.') {
		p++;
		s->has_precision = true;
		s->precision = number_in(&p, end);
	}
	if (p < end)
		s->type = *p++;
	return p == end && s->width < 10000 && s->precision < 100;
}

static void pad(struct buf *b, const struct spec *s, const char *text, size_t n, bool number)
{
	size_t fill = s->width > n ? s->width - n : 0, before;
	char align = s->align != 0 ? s->align : number ? '>' : '<';
	char c = s->zero && !s->filled ? '0' : s->fill;

	if (s->zero && s->align == 0)
		align = '=';
	before = align == '>' || align == '=' ? fill : align == '^' ? fill / 2 : 0;
	if (align == '=' && n > 0 && (text[0] == '-' || text[0] == '+')) {
		buf_char(b, *text++);
		n--;
	}
	for (size_t i = 0; i < before; i++)
		buf_char(b, c);
	buf_add(b, text, n);
	for (size_t i = before; i < fill; i++)
		buf_char(b, c);
}

static bool put_int(struct buf *b, const struct spec *s, int64_t i)
{
	char text[80];
	int n = -1;

	if (s->has_precision || (s->sign && s->type != 0 && s->type != 'd'))
		return false;

	if (s->type == 0 || s->type == 'd' || s->type == 'n')
		n = snprintf(text, sizeof(text), s->sign ? "%+lld" : "%lld", (long long)i);
	else if (i >= 0 && (s->type == 'x' || s->type == 'X' || s->type == 'o'))
		n = snprintf(text, sizeof(text), s->type == 'x' ? "%llx" : s->type == 'X' ? "%llX" : "%llo",
			     (unsigned long long)i);
	if (n < 0)
		return false;
	pad(b, s, text, (size_t)n, true);
	return true;
}

static bool put_float(struct buf *b, const struct spec *s, double d)
{
	char text[400];
	int n;

	if ((s->type != 'f' && s->type != 'g' && s->type != 'e') || s->sign)
		return false;
	n = snprintf(text, sizeof(text), s->type == 'f' ? "%.*f" : s->type == 'g' ? "%.*g" : "%.*e",
		     s->has_precision ? (int)s->precision : 6, d);
	if (n < 0 || (size_t)n >= sizeof(text))
		return false;
	pad(b, s, text, (size_t)n, true);
	return true;
}

static bool put(struct py_eval *ev, struct buf *b, struct py_value *v, const char *spec, size_t n)
{
	struct spec s;
	struct py_value *t, one = { .type = V_INT };

	if (n == 0 && v->type != V_INT) {
		t = py_to_str(ev, v);
		if (t->type == V_STR && !t->tainted)
			buf_add(b, t->u.str.p, t->u.str.n);
		return t->type == V_STR && !t->tainted;
	}
	if (!read_spec(spec, n, &s))
		return false;
	if (v->type == V_BOOL) { /* "%s" made a text of it; format() takes it for a number */
		one.u.integer = v->u.integer;
		v = &one;
	}
	if ((v->type == V_INT) && s.type != 'f' && s.type != 'g' && s.type != 'e')
		return put_int(b, &s, v->u.integer);
	if (v->type == V_INT || (v->type == V_FLOAT && s.type != 0))
		return put_float(b, &s, v->type == V_INT ? (double)v->u.integer : v->u.real);
	if (v->type == V_FLOAT && !s.has_precision && !s.sign) {
		t = py_to_str(ev, v);
		pad(b, &s, t->u.str.p, t->u.str.n, true);
		return true;
	}
	if (v->type != V_STR || v->tainted || (s.type != 0 && s.type != 's') || s.zero || s.sign ||
	    s.align == '=' || ((s.width > 0 || s.has_precision) && !py_is_ascii(v)))
		return false;
	t = v;
	pad(b, &s, t->u.str.p, s.has_precision && s.precision < t->u.str.n ? s.precision : t->u.str.n, false);
	return true;
}

struct py_value *py_format_spec(struct py_eval *ev, struct py_value *v, const char *spec, size_t n)
{
	struct buf b;

	buf_init(&b, TEXT_MAX);
	if (put(ev, &b, v, spec, n))
		return text_of(ev, &b);
	buf_free(&b);
	return &py_unknown;
}

/* ---- "%" ------------------------------------------------------------------------------------- */

struct percent {
	struct py_value *args;
	size_t at;
};

static struct py_value *percent_arg(struct py_eval *ev, struct percent *p, const char *key, size_t n)
{
	struct py_value *v;

	if (key != NULL) {
		if (p->args->type != V_DICT)
			return NULL;
		v = py_dict_name(p->args->u.dict, py_name(ev->names, key, n));
		return v;
	}
	if (p->args->type == V_TUPLE)
		return p->at < p->args->u.list.n ? p->args->u.list.v[p->at++] : NULL;
	return p->at++ == 0 ? p->args : NULL;
}

/* One "%…" from *p on, which stands behind the percent sign. */
static bool percent_one(struct py_eval *ev, struct buf *b, const char **p, const char *end,
			struct percent *args)
{
	const char *key = NULL, *from;
	size_t nkey = 0;
	struct py_value *v;
	char spec[32], type;

	if (*p < end && **p == '%') {
		(*p)++;
		buf_char(b, '%');
		return true;
	}
	if (*p < end && **p == '(') {
		key = ++*p;
		while (*p < end && **p != ')')
			(*p)++;
		nkey = (size_t)(*p - key);
		*p += *p < end;
	}
	from = *p;
	while (*p < end && strchr("0123456789.-+ #*", **p) != NULL && **p != '\0')
		(*p)++;
	if (*p >= end || *p - from > 20 || strchr("- #", *from) != NULL ||
	    memchr(from, '*', (size_t)(*p - from)))
		return false;
	type = *(*p)++;
	v = percent_arg(ev, args, key, nkey);
	if (v == NULL)
		return false;
	if (type == 'r')
		v = py_to_repr(ev, v);
	else if (type == 's')
		v = py_to_str(ev, v);
	else if (type == 'i' || type == 'u')
		type = 'd';
	if (py_is_unknown(v) || (type != 's' && type != 'r' && v->type == V_BOOL))
		return false;
	if ((type == 's' || type == 'r') && *from == '0')
		return false;
	snprintf(spec, sizeof(spec), "%s%.*s%c", type == 's' || type == 'r' ? ">" : "",
		 (int)(*p - 1 - from), from,
		 type == 'r' ? 's' : type);
	return put(ev, b, v, spec, strlen(spec));
}

struct py_value *py_percent(struct py_eval *ev, struct py_value *format, struct py_value *args)
{
	const char *p = format->u.str.p, *end = p + format->u.str.n;
	struct percent state = { args, 0 };
	struct buf b;

	if (format->tainted || (args->type == V_TUPLE && args->tainted))
		return &py_unknown;
	buf_init(&b, TEXT_MAX);
	while (p < end) {
		if (*p != '%') {
			buf_char(&b, *p++);
			continue;
		}
		p++;
		if (!percent_one(ev, &b, &p, end, &state)) {
			buf_free(&b);
			return &py_unknown;
		}
	}
	/* not all arguments converted during string formatting */
	if (args->type == V_TUPLE ? state.at < args->u.list.n
				  : state.at == 0 && args->type != V_DICT && args->type != V_LIST) {
		buf_free(&b);
		return &py_unknown;
	}
	return text_of(ev, &b);
}

/* ---- format() -------------------------------------------------------------------------------- */

/* "0.name[key]" -> the value */
static struct py_value *field(struct py_eval *ev, const struct py_call *c, const char *p, size_t n,
			      size_t *at)
{
	size_t head = 0;
	struct py_value *v = NULL;

	while (head < n && p[head] != '.' && p[head] != '[')
		head++;
	if (head == 0) {
		v = py_arg(c, (*at)++, NULL);
	} else if (p[0] >= '0' && p[0] <= '9') {
		v = py_arg(c, (size_t)strtoul(p, NULL, 10), NULL);
	} else {
		const char *name = py_name(ev->names, p, head);

		for (size_t i = 0; i < c->nnames; i++)
			if (c->names[i] == name)
				v = c->values[i];
	}
	while (v != NULL && head < n) {
		size_t from = head + 1;

		for (head = from; head < n && p[head] != '.' && p[head] != '[' && p[head] != ']';)
			head++;
		if (p[from - 1] == '.') {
			v = py_getattr_quiet(ev, v, py_name(ev->names, p + from, head - from));
		} else {
			bool digits = p[from] >= '0' && p[from] <= '9';

			v = py_index(ev, v, digits ? py_int(ev->a, strtol(p + from, NULL, 10))
						   : py_str(ev->a,
							    arena_strndup(ev->a, p + from, head - from)));
			head += head < n;
		}
	}
	return v;
}

/* One "{…}" whose inside is p[0..n). */
static bool replace(struct py_eval *ev, struct buf *b, const struct py_call *c, const char *p, size_t n,
		    size_t *at)
{
	size_t name = 0, spec;
	char conversion = 0;
	struct py_value *v;

	while (name < n && p[name] != '!' && p[name] != ':')
		name++;
	v = field(ev, c, p, name, at);
	spec = name;
	if (spec < n && p[spec] == '!') {
		conversion = spec + 1 < n ? p[spec + 1] : 0;
		spec += 2;
	}
	if (v == NULL || py_is_unknown(v))
		return false;
	if (conversion == 'r')
		v = py_to_repr(ev, v);
	else if (conversion == 's')
		v = py_to_str(ev, v);
	else if (conversion != 0)
		return false;
	if (py_is_unknown(v))
		return false;
	if (spec < n && p[spec] == ':')
		spec++;
	if (spec > n)
		return false;
	if (memchr(p + spec, '{', n - spec) != NULL)
		return false;
	return put(ev, b, v, p + spec, n - spec);
}

struct py_value *py_format_method(struct py_eval *ev, struct py_value *format, const struct py_call *c)
{
	const char *p = format->u.str.p, *end = p + format->u.str.n;
	size_t at = 0;
	struct buf b;

	if (format->tainted || c->unknown)
		return &py_unknown;
	buf_init(&b, TEXT_MAX);
	while (p < end) {
		const char *close;

		if ((*p == '{' || *p == '}') && p + 1 < end && p[1] == *p) {
			buf_char(&b, *p);
			p += 2;
			continue;
		}
		if (*p != '{' && *p != '}') {
			buf_char(&b, *p++);
			continue;
		}
		close = memchr(p, '}', (size_t)(end - p));
		if (*p == '}' || close == NULL || !replace(ev, &b, c, p + 1, (size_t)(close - p - 1), &at)) {
			buf_free(&b);
			if (!ev->stopped)
				ev->raised = NULL;
			return &py_unknown;
		}
		p = close + 1;
	}
	return text_of(ev, &b);
}
