/* methods.c - methods of texts, lists, sets and dictionaries. */
#include <string.h>

#include "python/eval.h"

struct method {
	const char *name;
	py_native *call;
};

static bool is_str(const struct py_value *v)
{
	return v != NULL && v->type == V_STR && !v->tainted;
}

static struct py_value *text(struct py_eval *ev, const char *p, size_t n)
{
	ev->steps += n >> 8;
	return py_strn(ev->a, arena_bytes(ev->a, p, n), n);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

/* A letter is a byte: places in it are what Python counts. */
bool py_is_ascii(const struct py_value *s)
{
	for (size_t i = 0; i < s->u.str.n && s->type == V_STR; i++)
		if ((unsigned char)s->u.str.p[i] >= 0x80)
			return false;
	return true;
}

/* ---- texts ----------------------------------------------------------------------------------- */

PY_NATIVE(s_format)
{
	return py_format_method(ev, self, c);
}

PY_NATIVE(s_join)
{
	struct py_value *items = c->n == 1 ? py_iterate(ev, c->args[0]) : NULL;
	struct buf b;
	struct py_value *r = &py_unknown;
	bool known;

	if (c->n != 1)
		return &py_unknown;
	if (items == NULL)
		return NULL;
	buf_init(&b, 1u << 20);
	known = !items->tainted && !py_is_unordered(items);
	for (size_t i = 0; i < items->u.list.n && known; i++) {
		if (i > 0)
			buf_add(&b, self->u.str.p, self->u.str.n);
		known = is_str(items->u.list.v[i]);
		if (known)
			buf_add(&b, items->u.list.v[i]->u.str.p, items->u.list.v[i]->u.str.n);
	}
	if (known && !b.failed)
		r = text(ev, b.p != NULL ? b.p : "", b.n);
	buf_free(&b);
	return r;
}

static struct py_value *split_spaces(struct py_eval *ev, const struct py_value *s, int64_t max)
{
	struct py_value *l = py_list_new(ev->a, V_LIST);
	const char *p = s->u.str.p, *end = p + s->u.str.n;

	while (true) {
		const char *from;

		while (p < end && is_space(*p))
			p++;
		if (p == end)
			return l;
		from = p;
		if (max >= 0 && (int64_t)l->u.list.n >= max)
			p = end;
		while (p < end && !is_space(*p))
			p++;
		py_list_add(ev->a, l, text(ev, from, (size_t)(p - from)));
	}
}

static struct py_value *split(struct py_eval *ev, const struct py_value *s, const struct py_call *c)
{
	struct py_value *sep = py_arg(c, 0, "sep"), *most = py_arg(c, 1, "maxsplit"), *l;
	int64_t max = most != NULL && most->type == V_INT ? most->u.integer : -1;
	const char *p = s->u.str.p, *end = p + s->u.str.n, *at;

	if ((most != NULL && most->type != V_INT) || c->unknown)
		return &py_unknown;
	if ((sep == NULL || sep->type == V_NONE) && !py_is_ascii(s))
		return &py_unknown;
	if (sep == NULL || sep->type == V_NONE)
		return split_spaces(ev, s, max);
	if (!is_str(sep) || sep->u.str.n == 0)
		return &py_unknown;
	l = py_list_new(ev->a, V_LIST);
	while ((max < 0 || (int64_t)l->u.list.n < max) &&
	       (at = memmem(p, (size_t)(end - p), sep->u.str.p, sep->u.str.n)) != NULL) {
		py_list_add(ev->a, l, text(ev, p, (size_t)(at - p)));
		p = at + sep->u.str.n;
	}
	py_list_add(ev->a, l, text(ev, p, (size_t)(end - p)));
	return l;
}

PY_NATIVE(s_split)
{
	return split(ev, self, c);
}

/* The last place of `what` in s, NULL if there is none. */
static const char *last(const struct py_value *s, const struct py_value *what)
{
	for (size_t i = s->u.str.n + 1; i-- > 0;)
		if (i + what->u.str.n <= s->u.str.n &&
		    memcmp(s->u.str.p + i, what->u.str.p, what->u.str.n) == 0)
			return s->u.str.p + i;
	return NULL;
}

PY_NATIVE(s_rsplit)
{
	struct py_value *sep = py_arg(c, 0, "sep"), *most = py_arg(c, 1, "maxsplit"), *l;
	const char *at;

	if (most == NULL)
		return split(ev, self, c);
	if (most->type != V_INT || most->u.integer != 1 || !is_str(sep) || sep->u.str.n == 0)
		return &py_unknown;
	l = py_list_new(ev->a, V_LIST);
	at = last(self, sep);
	if (at != NULL) {
		py_list_add(ev->a, l, text(ev, self->u.str.p, (size_t)(at - self->u.str.p)));
		at += sep->u.str.n;
	} else {
		at = self->u.str.p;
	}
	py_list_add(ev->a, l, text(ev, at, (size_t)(self->u.str.p + self->u.str.n - at)));
	return l;
}

static struct py_value *partition(struct py_eval *ev, struct py_value *s, const struct py_call *c,
				  bool from_end)
{
	struct py_value *sep = c->n > 0 ? c->args[0] : NULL, *t;
	const char *at, *p = s->u.str.p, *end = p + s->u.str.n;

	if (!is_str(sep) || sep->u.str.n == 0)
		return &py_unknown;
	t = py_list_new(ev->a, V_TUPLE);
	at = from_end ? last(s, sep) : memmem(p, s->u.str.n, sep->u.str.p, sep->u.str.n);
	if (at == NULL) {
		py_list_add(ev->a, t, from_end ? py_str(ev->a, "") : s);
		py_list_add(ev->a, t, py_str(ev->a, ""));
		py_list_add(ev->a, t, from_end ? s : py_str(ev->a, ""));
		return t;
	}
	py_list_add(ev->a, t, text(ev, p, (size_t)(at - p)));
	py_list_add(ev->a, t, sep);
	py_list_add(ev->a, t, text(ev, at + sep->u.str.n, (size_t)(end - at) - sep->u.str.n));
	return t;
}

PY_NATIVE(s_partition)
{
	return partition(ev, self, c, false);
}

PY_NATIVE(s_rpartition)
{
	return partition(ev, self, c, true);
}

static struct py_value *strip(struct py_eval *ev, const struct py_value *s, const struct py_call *c,
			      bool left, bool right)
{
	struct py_value *what = c->n > 0 ? c->args[0] : &py_none;
	size_t a = 0, b = s->u.str.n;

	if ((what->type != V_NONE && !is_str(what)) || !py_is_ascii(s) || s->type != V_STR)
		return &py_unknown;
#define STRIPS(ch) (what->type == V_NONE ? is_space(ch) : memchr(what->u.str.p, (ch), what->u.str.n) != NULL)
	while (left && a < b && STRIPS(s->u.str.p[a]))
		a++;
	while (right && b > a && STRIPS(s->u.str.p[b - 1]))
		b--;
#undef STRIPS
	return text(ev, s->u.str.p + a, b - a);
}

PY_NATIVE(s_strip)
{
	return strip(ev, self, c, true, true);
}

PY_NATIVE(s_lstrip)
{
	return strip(ev, self, c, true, false);
}

PY_NATIVE(s_rstrip)
{
	return strip(ev, self, c, false, true);
}

PY_NATIVE(s_replace)
{
	const char *p = self->u.str.p, *end = p + self->u.str.n, *at;
	struct py_value *from = c->n > 0 ? c->args[0] : NULL, *to = c->n > 1 ? c->args[1] : NULL, *r;
	struct buf b;

	if (!is_str(from) || !is_str(to) || from->u.str.n == 0 || c->n > 2 || c->nnames > 0)
		return &py_unknown;
	buf_init(&b, 1u << 20);
	while ((at = memmem(p, (size_t)(end - p), from->u.str.p, from->u.str.n)) != NULL) {
		buf_add(&b, p, (size_t)(at - p));
		buf_add(&b, to->u.str.p, to->u.str.n);
		p = at + from->u.str.n;
	}
	buf_add(&b, p, (size_t)(end - p));
	r = b.failed ? &py_unknown : text(ev, b.p != NULL ? b.p : "", b.n);
	buf_free(&b);
	return r;
}

static enum py_truth affix(const struct py_value *s, const struct py_value *what, bool at_end)
{
	enum py_truth t = PY_NO;
	const char *at;

	if (what->type == V_TUPLE) {
		for (size_t i = 0; i < what->u.list.n; i++) {
			struct py_value *w = what->u.list.v[i];
			enum py_truth one = w->type == V_TUPLE ? PY_MAYBE : affix(s, w, at_end);

			if (one == PY_YES)
				return PY_YES;
			if (one == PY_MAYBE)
				t = PY_MAYBE;
		}
		return what->tainted ? PY_MAYBE : t;
	}
	if (!is_str(what))
		return PY_MAYBE;
	if (what->u.str.n > s->u.str.n)
		return PY_NO;
	at = s->u.str.p + (at_end ? s->u.str.n - what->u.str.n : 0);
	return memcmp(at, what->u.str.p, what->u.str.n) == 0 ? PY_YES : PY_NO;
}

static struct py_value *affix_value(const struct py_value *s, const struct py_call *c, bool at_end)
{
	enum py_truth t = c->n == 1 ? affix(s, c->args[0], at_end) : PY_MAYBE;

	return t == PY_MAYBE ? &py_unknown : py_bool(t == PY_YES);
}

PY_NATIVE(s_startswith)
{
	return affix_value(self, c, false);
}

PY_NATIVE(s_endswith)
{
	return affix_value(self, c, true);
}

PY_NATIVE(s_removeprefix)
{
	struct py_value *what = c->n > 0 ? c->args[0] : NULL;

	if (!is_str(what))
		return &py_unknown;
	if (affix(self, what, false) != PY_YES)
		return self;
	return text(ev, self->u.str.p + what->u.str.n, self->u.str.n - what->u.str.n);
}

PY_NATIVE(s_removesuffix)
{
	struct py_value *what = c->n > 0 ? c->args[0] : NULL;

	if (!is_str(what))
		return &py_unknown;
	return affix(self, what, true) == PY_YES
		? text(ev, self->u.str.p, self->u.str.n - what->u.str.n) : self;
}

static struct py_value *change_case(struct py_eval *ev, const struct py_value *s, bool up)
{
	char *p = arena_bytes(ev->a, s->u.str.p, s->u.str.n);

	for (size_t i = 0; i < s->u.str.n; i++) {
		if ((unsigned char)p[i] >= 0x80)
			return &py_unknown;
		if (up && p[i] >= 'a' && p[i] <= 'z')
			p[i] = (char)(p[i] - 32);
		else if (!up && p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] + 32);
	}
	return py_strn(ev->a, p, s->u.str.n);
}

PY_NATIVE(s_lower)
{
	return change_case(ev, self, false);
}

PY_NATIVE(s_upper)
{
	return change_case(ev, self, true);
}

static int64_t find(const struct py_value *s, const struct py_value *what, bool from_end)
{
	const char *at = from_end ? last(s, what)
		: memmem(s->u.str.p, s->u.str.n, what->u.str.p, what->u.str.n);

	return at != NULL ? at - s->u.str.p : -1;
}

PY_NATIVE(s_find)
{
	if (c->n != 1 || !is_str(c->args[0]) || !py_is_ascii(self))
		return &py_unknown;
	return py_int(ev->a, find(self, c->args[0], false));
}

PY_NATIVE(s_rfind)
{
	if (c->n != 1 || !is_str(c->args[0]) || !py_is_ascii(self))
		return &py_unknown;
	return py_int(ev->a, find(self, c->args[0], true));
}

PY_NATIVE(s_index)
{
	int64_t at;

	if (c->n != 1 || !is_str(c->args[0]) || !py_is_ascii(self))
		return &py_unknown;
	at = find(self, c->args[0], false);
	return at >= 0 ? py_int(ev->a, at) : py_raise_soft(ev, "ValueError", "substring not found");
}

PY_NATIVE(s_count)
{
	const char *p = self->u.str.p, *end = p + self->u.str.n, *at;
	int64_t n = 0;

	if (c->n != 1 || !is_str(c->args[0]) || c->args[0]->u.str.n == 0)
		return &py_unknown;
	while ((at = memmem(p, (size_t)(end - p), c->args[0]->u.str.p, c->args[0]->u.str.n)) != NULL) {
		n++;
		p = at + c->args[0]->u.str.n;
	}
	return py_int(ev->a, n);
}

PY_NATIVE(s_splitlines)
{
	struct py_value *l = py_list_new(ev->a, V_LIST);
	const char *p = self->u.str.p, *end = p + self->u.str.n;

	/* texts end their lines in more ways than one, see str.splitlines */
	if (c->n > 0 || c->nnames > 0 || self->type != V_STR || !py_is_ascii(self) ||
	    strpbrk(p, "\r\v\f\x1c\x1d\x1e") != NULL)
		return &py_unknown;
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *stop = nl != NULL ? nl : end;

		py_list_add(ev->a, l, text(ev, p, (size_t)(stop - p)));
		p = nl != NULL ? nl + 1 : end;
	}
	return l;
}

static struct py_value *all_of(const struct py_value *s, bool (*is)(char c))
{
	for (size_t i = 0; i < s->u.str.n; i++) {
		if ((unsigned char)s->u.str.p[i] >= 0x80)
			return &py_unknown;
		if (!is(s->u.str.p[i]))
			return py_bool(false);
	}
	return py_bool(s->u.str.n > 0);
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool word(char c)
{
	return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

PY_NATIVE(s_isdigit)
{
	return all_of(self, digit);
}

PY_NATIVE(s_isidentifier)
{
	return self->u.str.n > 0 && digit(self->u.str.p[0]) ? py_bool(false) : all_of(self, word);
}

static bool is_utf8(const struct py_call *c)
{
	const struct py_value *v = py_arg(c, 0, "encoding");

	return v == NULL ? c->nnames == 0
			 : is_str(v) && (strcmp(v->u.str.p, "utf-8") == 0 || strcmp(v->u.str.p, "utf8") == 0);
}

PY_NATIVE(s_encode)
{
	struct py_value *v;

	if (!is_utf8(c))
		return &py_unknown;
	v = py_strn(ev->a, self->u.str.p, self->u.str.n);
	v->type = V_BYTES;
	return v;
}

PY_NATIVE(b_decode)
{
	struct py_value as_text = { .type = V_STR, .u.str = { self->u.str.p, self->u.str.n } };

	return !is_utf8(c) || !py_is_ascii(&as_text) ? &py_unknown
		: py_strn(ev->a, self->u.str.p, self->u.str.n);
}

static const struct method str_methods[] = {
	{ "format", s_format }, { "join", s_join }, { "split", s_split }, { "rsplit", s_rsplit },
	{ "partition", s_partition }, { "rpartition", s_rpartition }, { "strip", s_strip },
	{ "lstrip", s_lstrip },
	{ "rstrip", s_rstrip }, { "replace", s_replace }, { "startswith", s_startswith },
	{ "endswith", s_endswith },
	{ "removeprefix", s_removeprefix }, { "removesuffix", s_removesuffix }, { "lower", s_lower },
	{ "casefold", s_lower }, { "upper", s_upper }, { "find", s_find }, { "rfind", s_rfind },
	{ "index", s_index },
	{ "count", s_count }, { "splitlines", s_splitlines }, { "isdigit", s_isdigit },
	{ "isdecimal", s_isdigit },
	{ "isidentifier", s_isidentifier }, { "encode", s_encode },
};

static const struct method bytes_methods[] = {
	{ "decode", b_decode },
};

/* ---- lists and sets -------------------------------------------------------------------------- */

/* What a branch that may not be taken adds or removes may be there or not. */
static void touched(const struct py_eval *ev, struct py_value *l)
{
	if (py_is_tentative(ev))
		l->tainted = true;
}

PY_NATIVE(l_append)
{
	if (c->n == 1)
		py_list_add(ev->a, self, c->args[0]);
	touched(ev, self);
	return &py_none;
}

PY_NATIVE(l_insert)
{
	if (c->n != 2)
		return &py_none;
	py_list_add(ev->a, self, c->args[1]);
	touched(ev, self);
	if (c->args[0]->type != V_INT || c->args[0]->u.integer < 0) {
		self->tainted = true;
		return &py_none;
	}
	for (size_t i = self->u.list.n - 1; i > (size_t)c->args[0]->u.integer; i--)
		self->u.list.v[i] = self->u.list.v[i - 1];
	if ((size_t)c->args[0]->u.integer < self->u.list.n)
		self->u.list.v[c->args[0]->u.integer] = c->args[1];
	return &py_none;
}

PY_NATIVE(l_extend)
{
	struct py_value *items = c->n == 1 ? py_iterate(ev, c->args[0]) : NULL;

	if (c->n == 1 && items == NULL)
		return NULL;
	touched(ev, self);
	self->tainted = self->tainted || items == NULL || items->tainted;
	self->unordered = self->unordered || (items != NULL && py_is_unordered(items));
	if (items != NULL && self->u.list.n + items->u.list.n > PY_LIST_MAX) {
		self->tainted = true;
		return &py_none;
	}
	for (size_t i = 0; items != NULL && i < items->u.list.n; i++)
		py_list_add(ev->a, self, items->u.list.v[i]);
	return &py_none;
}

static void remove_at(struct py_value *l, size_t i)
{
	for (; i + 1 < l->u.list.n; i++)
		l->u.list.v[i] = l->u.list.v[i + 1];
	l->u.list.n--;
}

PY_NATIVE(l_pop)
{
	int64_t i = c->n > 0 && c->args[0]->type == V_INT ? c->args[0]->u.integer : -1;
	struct py_value *v;

	touched(ev, self);
	if (i < 0)
		i += (int64_t)self->u.list.n;
	if (self->unordered || (c->n > 0 && c->args[0]->type != V_INT))
		self->tainted = true;
	if (self->tainted || i < 0 || i >= (int64_t)self->u.list.n) {
		if (!self->tainted && self->u.list.n == 0)
			return py_raise_soft(ev, "IndexError", "pop from empty list");
		return &py_unknown;
	}
	v = self->u.list.v[i];
	remove_at(self, (size_t)i);
	return v;
}

PY_NATIVE(l_remove)
{
	touched(ev, self);
	for (size_t i = 0; c->n == 1 && i < self->u.list.n; i++)
		if (self->u.list.v[i] == c->args[0] || py_equal(self->u.list.v[i], c->args[0]) == PY_YES) {
			remove_at(self, i);
			return &py_none;
		}
	if (self->type == V_LIST && !self->tainted)
		return py_raise_soft(ev, "ValueError", "list.remove(x): x not in list");
	return &py_none;
}

PY_NATIVE(l_copy)
{
	struct py_value *l = py_list_new(ev->a, (enum py_type)self->type);

	l->tainted = self->tainted;
	l->unordered = self->unordered;
	for (size_t i = 0; i < self->u.list.n; i++)
		py_list_add(ev->a, l, self->u.list.v[i]);
	return l;
}

PY_NATIVE(l_clear)
{
	touched(ev, self);
	self->u.list.n = 0;
	return &py_none;
}

PY_NATIVE(l_index)
{
	for (size_t i = 0; c->n == 1 && i < self->u.list.n && !self->tainted; i++) {
		enum py_truth t = py_equal(self->u.list.v[i], c->args[0]);

		if (t == PY_MAYBE || self->unordered)
			return &py_unknown;
		if (t == PY_YES)
			return py_int(ev->a, (int64_t)i);
	}
	return self->tainted || c->n != 1 ? &py_unknown : py_raise_soft(ev, "ValueError", NULL);
}

PY_NATIVE(l_sort)
{
	touched(ev, self);
	if (c->nnames == 0 && c->n == 0)
		return py_sort(ev, self) ? &py_none : NULL;
	self->unordered = true;
	return &py_none;
}

PY_NATIVE(l_reverse)
{
	touched(ev, self);
	for (size_t i = 0, n = self->u.list.n; i < n / 2; i++) {
		struct py_value *t = self->u.list.v[i];

		self->u.list.v[i] = self->u.list.v[n - 1 - i];
		self->u.list.v[n - 1 - i] = t;
	}
	return &py_none;
}

PY_NATIVE(set_add)
{
	touched(ev, self);
	if (c->n == 1)
		py_set_add(ev, self, c->args[0]);
	return &py_none;
}

PY_NATIVE(set_update)
{
	for (size_t i = 0; i < c->n; i++) {
		struct py_value *items = py_iterate(ev, c->args[i]);

		if (items == NULL)
			return NULL;
		self->tainted = self->tainted || items->tainted;
		for (size_t k = 0; k < items->u.list.n; k++) {
			struct py_call one = { .args = &items->u.list.v[k], .n = 1 };

			set_add(ev, self, &one);
		}
	}
	return &py_none;
}

static struct py_value *set_with(struct py_eval *ev, struct py_value *self, const struct py_call *c,
				 enum py_op op)
{
	struct py_value *other, *items;

	if (c->n != 1)
		return &py_unknown;
	items = py_iterate(ev, c->args[0]);
	if (items == NULL)
		return NULL;
	other = py_list_new(ev->a, V_SET);
	other->u.list = items->u.list;
	other->tainted = items->tainted;
	return py_binary(ev, op, self, other);
}

PY_NATIVE(set_union)
{
	return set_with(ev, self, c, PY_OP_OR_BITS);
}

PY_NATIVE(set_difference)
{
	return set_with(ev, self, c, PY_OP_SUB);
}

PY_NATIVE(set_intersection)
{
	return set_with(ev, self, c, PY_OP_AND_BITS);
}

static const struct method list_methods[] = {
	{ "append", l_append }, { "insert", l_insert }, { "extend", l_extend }, { "pop", l_pop },
	{ "remove", l_remove },
	{ "copy", l_copy }, { "clear", l_clear }, { "index", l_index }, { "sort", l_sort },
	{ "reverse", l_reverse },
};

static const struct method tuple_methods[] = {
	{ "index", l_index },
};

static const struct method set_methods[] = {
	{ "add", set_add }, { "update", set_update }, { "discard", l_remove }, { "remove", l_remove },
	{ "copy", l_copy },
	{ "clear", l_clear }, { "union", set_union }, { "difference", set_difference },
	{ "intersection", set_intersection },
};

/* ---- dictionaries ---------------------------------------------------------------------------- */

PY_NATIVE(d_get)
{
	struct py_value *v = c->n > 0 ? py_dict_get(ev, self->u.dict, c->args[0]) : NULL;
	struct py_value *otherwise = py_arg(c, 1, "default");

	if (v != NULL)
		return v;
	return self->u.dict->tainted ? &py_unknown : otherwise != NULL ? otherwise : &py_none;
}

PY_NATIVE(d_keys)
{
	struct py_value *l = py_iterate(ev, self);

	l->view = true; /* made just now */
	return l;
}

static struct py_value *pairs(struct py_eval *ev, struct py_dict *d, bool keys)
{
	struct py_value *l = py_list_new(ev->a, V_LIST);

	l->tainted = d->tainted;
	l->view = true;
	for (size_t i = 0; i < d->n; i++) {
		struct py_value *t;

		if (d->items[i].value == NULL)
			continue;
		if (!keys) {
			py_list_add(ev->a, l, d->items[i].value);
			continue;
		}
		t = py_list_new(ev->a, V_TUPLE);
		py_list_add(ev->a, t, py_entry_key(ev->a, &d->items[i]));
		py_list_add(ev->a, t, d->items[i].value);
		py_list_add(ev->a, l, t);
	}
	return l;
}

PY_NATIVE(d_values)
{
	return pairs(ev, self->u.dict, false);
}

PY_NATIVE(d_items)
{
	return pairs(ev, self->u.dict, true);
}

PY_NATIVE(d_update)
{
	struct py_value *from;

	for (size_t i = 0; i < c->nnames; i++)
		py_dict_set(ev, self->u.dict, py_str(ev->a, c->names[i]), c->values[i]);
	if (c->n == 0)
		return &py_none;
	from = c->args[0];
	if (from->type != V_DICT) {
		struct py_value *made = py_call1(ev, py_builtin_class(ev, "dict"), from);

		if (made == NULL)
			return NULL;
		from = made;
	}
	if (from->type != V_DICT) {
		self->u.dict->tainted = true;
		return &py_none;
	}
	self->u.dict->tainted = self->u.dict->tainted || from->u.dict->tainted;
	for (size_t i = 0; i < from->u.dict->n; i++)
		if (from->u.dict->items[i].value != NULL)
			py_dict_set(ev, self->u.dict, py_entry_key(ev->a, &from->u.dict->items[i]),
				    from->u.dict->items[i].value);
	return &py_none;
}

PY_NATIVE(d_pop)
{
	struct py_value *v = d_get(ev, self, c);

	if (c->n > 0 && py_dict_del(ev, self->u.dict, c->args[0]))
		return v;
	if (c->n < 2 && !self->u.dict->tainted)
		return py_raise_soft(ev, "KeyError", NULL);
	return v;
}

PY_NATIVE(d_setdefault)
{
	struct py_value *v = c->n > 0 ? py_dict_get(ev, self->u.dict, c->args[0]) : &py_unknown;

	if (c->n > 0 && py_is_unknown(c->args[0]))
		self->u.dict->tainted = true;
	if (v != NULL)
		return v;
	v = c->n > 1 ? c->args[1] : &py_none;
	py_dict_set(ev, self->u.dict, c->args[0], v);
	return self->u.dict->tainted ? &py_unknown : v;
}

PY_NATIVE(d_copy)
{
	struct py_value *d = py_dict_new(ev->a);
	struct py_call one = { .args = &self, .n = 1 };

	return d_update(ev, d, &one) != NULL ? d : NULL;
}

PY_NATIVE(d_clear)
{
	struct py_dict *d = self->u.dict;

	for (size_t i = 0; i < d->n; i++)
		if (d->items[i].value != NULL)
			py_dict_del(ev, d, py_entry_key(ev->a, &d->items[i]));
	return &py_none;
}

static const struct method dict_methods[] = {
	{ "get", d_get }, { "keys", d_keys }, { "values", d_values }, { "items", d_items },
	{ "update", d_update },
	{ "pop", d_pop }, { "setdefault", d_setdefault }, { "copy", d_copy }, { "clear", d_clear },
};

/* ---- all ------------------------------------------------------------------------------------- */

/* sys.version_info is the one tuple of five that is asked for these. */
static struct py_value *version_part(struct py_value *v, const char *name)
{
	static const char *const parts[] = { "major", "minor", "micro", "releaselevel", "serial" };

	for (size_t i = 0; i < 5 && v->u.list.n == 5; i++)
		if (strcmp(name, parts[i]) == 0)
			return v->u.list.v[i];
	return NULL;
}

static py_native *method_in(const struct method *m, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (*m[i].name == *name && strcmp(m[i].name, name) == 0)
			return m[i].call;
	return NULL;
}

#define METHOD_IN(table, name) method_in(table, sizeof(table) / sizeof((table)[0]), name)

static py_native *find_method(const struct py_value *v, const char *name)
{
	switch (v->type) {
	case V_STR:
		return METHOD_IN(str_methods, name);
	case V_BYTES:
		return METHOD_IN(bytes_methods, name);
	case V_LIST:
		return METHOD_IN(list_methods, name);
	case V_TUPLE:
		return METHOD_IN(tuple_methods, name);
	case V_SET:
		return METHOD_IN(set_methods, name);
	case V_DICT:
		return METHOD_IN(dict_methods, name);
	default:
		return NULL;
	}
}

struct py_value *py_method_of(struct py_eval *ev, struct py_value *v, const char *name)
{
	py_native *f = v->type == V_PATH ? py_path_method(name) : find_method(v, name);
	struct py_value *m;

	if (v->type == V_PATH && f == NULL)
		return py_path_property(ev, v, name);
	if (v->type == V_TUPLE && version_part(v, name) != NULL)
		return version_part(v, name);
	if (f == NULL || (v->type == V_STR && v->tainted))
		return &py_unknown;
	m = py_value_new(ev->a, V_METHOD);
	m->u.method.self = v;
	m->u.method.fn = py_native_new(ev->a, name, f, NULL);
	return m;
}
