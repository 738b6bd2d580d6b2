/* lib_version.c - versions of packages as PEP 440 writes and orders them: packaging.version.Version.
 *
 * Many packages carry a copy of that class, and flags that decide imports are comparisons of two of them.
 * Its source reads a version with one long regular expression, which is not followed: copies are known by
 * the name of that expression, VERSION_PATTERN (pandas.util.version, numpy._utils._pep440, …).
 */
#include <string.h>

#include "python/eval.h"

enum {
	MAX_PARTS = 32,       /* numbers of a release, words of a local version */
	MAX_DIGITS = 15
};

/* Of a part that is not there: -1. */
struct version {
	int64_t epoch, release[MAX_PARTS];
	size_t nrelease;
	const char *pre;          /* "a", "b", "rc"; NULL */
	int64_t pre_n, post, dev;
	const char *local;        /* lower case, joined by dots; NULL */
};

/* ---- reading --------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z');
}

static bool number(const char **p, int64_t *out)
{
	unsigned n = 0;

	*out = 0;
	for (; is_digit(**p); (*p)++) {
		if (++n > MAX_DIGITS)
			return false;
		*out = *out * 10 + (**p - '0');
	}
	return n > 0;
}

static const char *after_joint(const char *p)
{
	return *p == '-' || *p == '_' || *p == '.' ? p + 1 : p;
}

/* [-_.]?WORD[-_.]?[0-9]*: the words stand longest first, each before what it means. */
static const char *lettered(const char **at, const char *const (*words)[2], size_t n, int64_t *value)
{
	for (size_t i = 0; i < n; i++) {
		const char *p = after_joint(*at);
		size_t k = strlen(words[i][0]);

		if (strncmp(p, words[i][0], k) != 0)
			continue;
		p = after_joint(p + k);
		if (!is_digit(*p)) { /* the joint belongs to what comes */
			p = after_joint(*at) + k;
			*value = 0;
		} else if (!number(&p, value)) {
			continue;
		}
		*at = p;
		return words[i][1];
	}
	return NULL;
}

static bool release(const char **p, struct version *v)
{
	if (!number(p, &v->release[0]))
		return false;
	v->nrelease = 1;
	if (**p == '!') {
		(*p)++;
		v->epoch = v->release[0];
		if (!number(p, &v->release[0]))
			return false;
	}
	while (**p == '.' && is_digit((*p)[1])) {
		(*p)++;
		if (v->nrelease == MAX_PARTS || !number(p, &v->release[v->nrelease++]))
			return false;
	}
	return true;
}

static void suffixes(const char **p, struct version *v)
{
	static const char *const pre[][2] = { { "alpha", "a" }, { "beta", "b" }, { "preview", "rc" },
					      { "pre", "rc" },  { "rc", "rc" },  { "a", "a" },
					      { "b", "b" },	{ "c", "rc" } };
	static const char *const post[][2] = { { "post", "post" }, { "rev", "post" }, { "r", "post" } };
	static const char *const dev[][2] = { { "dev", "dev" } };

	v->pre = lettered(p, pre, sizeof(pre) / sizeof(pre[0]), &v->pre_n);
	if (**p == '-' && is_digit((*p)[1])) {
		(*p)++;
		if (!number(p, &v->post))
			v->post = -1;
	} else {
		lettered(p, post, sizeof(post) / sizeof(post[0]), &v->post);
	}
	lettered(p, dev, 1, &v->dev);
}

static bool local(struct arena *a, const char **p, struct version *v)
{
	const char *from = ++*p;
	char *text;

	do {
		if (!is_word(**p))
			return false;
		while (is_word(**p))
			(*p)++;
	} while ((*p = after_joint(*p))[-1] != '\0' && is_word(**p) && !is_word((*p)[-1]));
	text = arena_strndup(a, from, (size_t)(*p - from));
	for (char *q = text; *q != '\0'; q++)
		*q = *q == '-' || *q == '_' ? '.' : *q;
	v->local = text;
	return is_word((*p)[-1]);
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool read_version(struct arena *a, const char *text, struct version *v)
{
	char *s = arena_strdup(a, text);
	const char *p = s;

	*v = (struct version){ .pre_n = -1, .post = -1, .dev = -1 };
	for (char *q = s; *q != '\0'; q++)
		*q = *q >= 'A' && *q <= 'Z' ? (char)(*q + 32) : *q;
	while (is_blank(*p))
		p++;
	p += *p == 'v';
	if (!release(&p, v))
		return false;
	suffixes(&p, v);
	if (*p == '+' && !local(a, &p, v))
		return false;
	while (is_blank(*p))
		p++;
	return *p == '\0';
}

/* ---- order ----------------------------------------------------------------------------------- */

static struct py_value *tuple_of(struct py_eval *ev, struct py_value *const *items, size_t n)
{
	struct py_value *t = py_list_new(ev->a, V_TUPLE);

	for (size_t i = 0; i < n; i++)
		py_list_add(ev->a, t, items[i]);
	return t;
}

/* A part that is no number comes before all numbers. */
static struct py_value *local_key(struct py_eval *ev, const char *s)
{
	struct py_value *all = py_list_new(ev->a, V_TUPLE);

	while (s != NULL && *s != '\0') {
		size_t n = strcspn(s, ".");
		const char *part = arena_strndup(ev->a, s, n), *end = part;
		struct py_value *two[2];
		int64_t value;
		bool digits = number(&end, &value) && *end == '\0';

		two[0] = py_int(ev->a, digits);
		two[1] = digits ? py_int(ev->a, value) : py_str(ev->a, part);
		py_list_add(ev->a, all, tuple_of(ev, two, 2));
		s += n + (s[n] == '.');
	}
	return all;
}

/* _cmpkey: what is compared. A version that is only a development one comes before its first alpha. */
static struct py_value *key_of(struct py_eval *ev, const struct version *v)
{
	struct py_value *parts[6], *numbers = py_list_new(ev->a, V_TUPLE), *pre[3];
	size_t n = v->nrelease;

	while (n > 0 && v->release[n - 1] == 0)
		n--;
	for (size_t i = 0; i < n; i++)
		py_list_add(ev->a, numbers, py_int(ev->a, v->release[i]));
	pre[0] = py_int(ev->a, v->pre != NULL ? 0 : v->post < 0 && v->dev >= 0 ? -1 : 1);
	pre[1] = py_str(ev->a, v->pre != NULL ? v->pre : "");
	pre[2] = py_int(ev->a, v->pre_n);
	parts[0] = py_int(ev->a, v->epoch);
	parts[1] = numbers;
	parts[2] = tuple_of(ev, pre, 3);
	parts[3] = py_int(ev->a, v->post);
	parts[4] = py_int(ev->a, v->dev >= 0 ? v->dev : INT64_MAX);
	parts[5] = local_key(ev, v->local);
	return tuple_of(ev, parts, 6);
}

static const char key_name[] = " key";

static struct py_value *own_key(struct py_eval *ev, struct py_value *v)
{
	return v->type == V_INSTANCE
		       ? py_dict_name(&v->u.obj.dict, py_name(ev->names, key_name, sizeof(key_name) - 1))
		       : NULL;
}

static struct py_value *compare(struct py_eval *ev, enum py_op op, struct py_value *self,
				const struct py_call *c)
{
	struct py_value *a = own_key(ev, self), *b = c->n > 0 ? own_key(ev, c->args[0]) : NULL;

	return a != NULL && b != NULL ? py_compare(ev, op, a, b) : &py_unknown;
}

PY_NATIVE(v_lt)
{
	return compare(ev, PY_OP_LT, self, c);
}

PY_NATIVE(v_le)
{
	return compare(ev, PY_OP_LE, self, c);
}

PY_NATIVE(v_gt)
{
	return compare(ev, PY_OP_GT, self, c);
}

PY_NATIVE(v_ge)
{
	return compare(ev, PY_OP_GE, self, c);
}

PY_NATIVE(v_eq)
{
	return compare(ev, PY_OP_EQ, self, c);
}

PY_NATIVE(v_ne)
{
	return compare(ev, PY_OP_NE, self, c);
}

/* ---- the class ------------------------------------------------------------------------------- */

static const char *base_text(struct py_eval *ev, const struct version *v)
{
	const char *s = v->epoch != 0 ? arena_printf(ev->a, "%lld!", (long long)v->epoch) : "";

	for (size_t i = 0; i < v->nrelease; i++)
		s = arena_printf(ev->a, "%s%s%lld", s, i > 0 ? "." : "", (long long)v->release[i]);
	return s;
}

static const char *public_text(struct py_eval *ev, const struct version *v)
{
	const char *s = base_text(ev, v);

	if (v->pre != NULL)
		s = arena_printf(ev->a, "%s%s%lld", s, v->pre, (long long)v->pre_n);
	if (v->post >= 0)
		s = arena_printf(ev->a, "%s.post%lld", s, (long long)v->post);
	return v->dev >= 0 ? arena_printf(ev->a, "%s.dev%lld", s, (long long)v->dev) : s;
}

static void set(struct py_eval *ev, struct py_value *self, const char *name, struct py_value *v)
{
	py_dict_set_name(ev->a, &self->u.obj.dict, py_name(ev->names, name, strlen(name)), v);
}

static struct py_value *number_or_none(struct py_eval *ev, int64_t n)
{
	return n >= 0 ? py_int(ev->a, n) : &py_none;
}

static void set_numbers(struct py_eval *ev, struct py_value *self, const struct version *v)
{
	struct py_value *numbers = py_list_new(ev->a, V_TUPLE), *pre[2];

	for (size_t i = 0; i < v->nrelease; i++)
		py_list_add(ev->a, numbers, py_int(ev->a, v->release[i]));
	set(ev, self, "epoch", py_int(ev->a, v->epoch));
	set(ev, self, "release", numbers);
	set(ev, self, "major", py_int(ev->a, v->release[0]));
	set(ev, self, "minor", py_int(ev->a, v->nrelease > 1 ? v->release[1] : 0));
	set(ev, self, "micro", py_int(ev->a, v->nrelease > 2 ? v->release[2] : 0));
	pre[0] = v->pre != NULL ? py_str(ev->a, v->pre) : &py_none;
	pre[1] = py_int(ev->a, v->pre_n);
	set(ev, self, "pre", v->pre != NULL ? tuple_of(ev, pre, 2) : &py_none);
	set(ev, self, "post", number_or_none(ev, v->post));
	set(ev, self, "dev", number_or_none(ev, v->dev));
}

static const char text_name[] = " text";

/* Version(text). What is no version of PEP 440 raises InvalidVersion there, and is not known here. */
PY_NATIVE(v_init)
{
	struct py_value *text = py_arg(c, 0, "version");
	const char *public, *all;
	struct version v;

	if (self->type != V_INSTANCE)
		return &py_none;
	if (text == NULL || text->type != V_STR || text->tainted || !read_version(ev->a, text->u.str.p, &v)) {
		self->u.obj.dict.tainted = true;
		return &py_none;
	}
	public = public_text(ev, &v);
	all = v.local != NULL ? arena_printf(ev->a, "%s+%s", public, v.local) : public;
	set_numbers(ev, self, &v);
	set(ev, self, "local", v.local != NULL ? py_str(ev->a, v.local) : &py_none);
	set(ev, self, "base_version", py_str(ev->a, base_text(ev, &v)));
	set(ev, self, "public", py_str(ev->a, public));
	set(ev, self, "is_prerelease", py_bool(v.dev >= 0 || v.pre != NULL));
	set(ev, self, "is_postrelease", py_bool(v.post >= 0));
	set(ev, self, "is_devrelease", py_bool(v.dev >= 0));
	set(ev, self, key_name, key_of(ev, &v));
	set(ev, self, text_name, py_str(ev->a, all));
	return &py_none;
}

PY_NATIVE(v_str)
{
	struct py_value *s = self->type == V_INSTANCE
				     ? py_dict_name(&self->u.obj.dict,
						    py_name(ev->names, text_name, sizeof(text_name) - 1))
				     : NULL;

	return s != NULL ? s : &py_unknown;
}

struct py_value *py_version_copy(struct py_eval *ev, const char *name)
{
	struct py_value *own, *copy;

	if (strcmp(name, "Version") != 0 ||
	    py_dict_name(ev->frame->globals, py_name(ev->names, "VERSION_PATTERN", 15)) == NULL)
		return NULL;
	own = py_known(ev, "packaging.version", "Version");
	copy = py_value_new(ev->a, V_CLASS);
	copy->u.cls = ARENA_NEW(ev->a, struct py_class);
	*copy->u.cls = *own->u.cls;
	copy->u.cls->module = ev->frame->module;
	return copy;
}

void py_lib_version_init(struct py_eval *ev)
{
	static const struct {
		const char *name;
		py_native *call;
	} methods[] = {
		{ "__init__", v_init }, { "__str__", v_str }, { "__lt__", v_lt }, { "__le__", v_le },
		{ "__gt__", v_gt },	{ "__ge__", v_ge },   { "__eq__", v_eq }, { "__ne__", v_ne },
	};
	struct py_value *cls =
		py_class_new(ev, "packaging.version", "Version", ev->class_object, NULL, V_INSTANCE);

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		py_dict_set_name(ev->a, &cls->u.cls->dict,
				 py_name(ev->names, methods[i].name, strlen(methods[i].name)),
				 py_native_new(ev->a, methods[i].name, methods[i].call, NULL));
	cls->u.cls->unknown_base = true; /* it has more than is known here */
}
