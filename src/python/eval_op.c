/* eval_op.c - operators, subscripts, iteration and truth. */
#include <string.h>

#include "python/eval.h"

#define REPEAT_MAX 4096u       /* elements or bytes that "x * n" makes */
#define TEXT_MAX (1u << 20)
#define EXACT ((int64_t)1 << 53) /* integers up to it are floats */

static bool is_int(const struct py_value *v)
{
	return v->type == V_INT || v->type == V_BOOL;
}

static bool is_text(const struct py_value *v)
{
	return v->type == V_STR || v->type == V_BYTES;
}

static bool is_list(const struct py_value *v)
{
	return v->type == V_LIST || v->type == V_TUPLE || v->type == V_SET;
}

/* ---- arithmetic ------------------------------------------------------------------------------ */

static struct py_value *divided_by_zero(struct py_eval *ev, enum py_op op)
{
	unsigned minor = ev->im->home->minor;

	return py_raise_sure_new(ev, "ZeroDivisionError",
				 op == PY_OP_DIV		     ? "division by zero"
				 : minor >= 14			     ? NULL
				 : op == PY_OP_MOD && minor >= 11 ? "integer modulo by zero"
								     : "integer division or modulo by zero");
}

/* "text" + 1 */
static struct py_value *no_text(struct py_eval *ev, const struct py_value *b)
{
	const char *format = ev->im->home->minor >= 7 ? "can only concatenate str (not \"%s\") to str"
						      : "must be str, not %s";

	return py_raise_sure_new(ev, "TypeError", arena_printf(ev->a, format, py_type_name(b)));
}

static struct py_value *int_op(struct py_eval *ev, enum py_op op, int64_t a, int64_t b)
{
	int64_t r;

	switch (op) {
	case PY_OP_ADD:
		return __builtin_add_overflow(a, b, &r) ? &py_unknown : py_int(ev->a, r);
	case PY_OP_SUB:
		return __builtin_sub_overflow(a, b, &r) ? &py_unknown : py_int(ev->a, r);
	case PY_OP_MUL:
		return __builtin_mul_overflow(a, b, &r) ? &py_unknown : py_int(ev->a, r);
	case PY_OP_FLOORDIV:
	case PY_OP_MOD:
		if (b == 0)
			return divided_by_zero(ev, op);
		if (a == INT64_MIN)
			return &py_unknown;
		r = a / b - ((a % b != 0) && ((a < 0) != (b < 0)));
		return py_int(ev->a, op == PY_OP_FLOORDIV ? r : a - r * b);
	case PY_OP_DIV:
		if (b == 0)
			return divided_by_zero(ev, op);
		if (a < -EXACT || a > EXACT || b < -EXACT || b > EXACT)
			return &py_unknown;
		return py_float(ev->a, (double)a / (double)b);
	case PY_OP_LSHIFT:
		return b < 0 || b > 62 || a < 0 || a > (INT64_MAX >> b) ? &py_unknown
									 : py_int(ev->a, a << b);
	case PY_OP_RSHIFT:
		return b < 0 || b > 63 ? &py_unknown : py_int(ev->a, a >> b);
	case PY_OP_AND_BITS:
		return py_int(ev->a, a & b);
	case PY_OP_OR_BITS:
		return py_int(ev->a, a | b);
	case PY_OP_XOR:
		return py_int(ev->a, a ^ b);
	case PY_OP_POW:
		r = 1;
		if (b < 0 || b > 63)
			return &py_unknown;
		for (int64_t i = 0; i < b; i++)
			if (__builtin_mul_overflow(r, a, &r))
				return &py_unknown;
		return py_int(ev->a, r);
	default:
		return &py_unknown;
	}
}

static struct py_value *float_op(struct py_eval *ev, enum py_op op, double a, double b)
{
	switch (op) {
	case PY_OP_ADD:
		return py_float(ev->a, a + b);
	case PY_OP_SUB:
		return py_float(ev->a, a - b);
	case PY_OP_MUL:
		return py_float(ev->a, a * b);
	case PY_OP_DIV:
		return b > 0 || b < 0 ? py_float(ev->a, a / b) : &py_unknown;
	default:
		return &py_unknown;
	}
}

static struct py_value *join_text(struct py_eval *ev, const struct py_value *a, const struct py_value *b)
{
	size_t n = a->u.str.n + b->u.str.n;
	struct py_value *v;
	char *p;

	if (n > TEXT_MAX)
		return &py_unknown;
	ev->steps += n >> 8;
	p = arena_alloc(ev->a, n + 1);
	memcpy(p, a->u.str.p, a->u.str.n);
	memcpy(p + a->u.str.n, b->u.str.p, b->u.str.n);
	v = py_strn(ev->a, p, n);
	v->type = a->type;
	v->tainted = a->tainted || b->tainted;
	return v;
}

static struct py_value *join_lists(struct py_eval *ev, const struct py_value *a, const struct py_value *b)
{
	struct py_value *v = py_list_new(ev->a, (enum py_type)a->type);

	if (a->u.list.n + b->u.list.n > PY_LIST_MAX)
		return &py_unknown;
	ev->steps += (a->u.list.n + b->u.list.n) >> 4;
	for (size_t i = 0; i < a->u.list.n; i++)
		py_list_add(ev->a, v, a->u.list.v[i]);
	for (size_t i = 0; i < b->u.list.n; i++)
		py_list_add(ev->a, v, b->u.list.v[i]);
	v->tainted = a->tainted || b->tainted;
	v->unordered = a->unordered || b->unordered;
	return v;
}

static struct py_value *repeat(struct py_eval *ev, const struct py_value *v, int64_t n)
{
	struct py_value *r;
	char *p;

	if (n < 0)
		n = 0;
	if (is_text(v)) {
		if (v->u.str.n != 0 && (uint64_t)n > REPEAT_MAX / v->u.str.n)
			return &py_unknown;
		p = arena_alloc(ev->a, v->u.str.n * (size_t)n + 1);
		for (size_t i = 0; i < (size_t)n; i++)
			memcpy(p + i * v->u.str.n, v->u.str.p, v->u.str.n);
		r = py_strn(ev->a, p, v->u.str.n * (size_t)n);
		r->type = v->type;
		return r;
	}
	if (v->u.list.n != 0 && (uint64_t)n > REPEAT_MAX / v->u.list.n)
		return &py_unknown;
	r = py_list_new(ev->a, (enum py_type)v->type);
	r->unordered = v->unordered;
	for (int64_t i = 0; i < n; i++)
		for (size_t k = 0; k < v->u.list.n; k++)
			py_list_add(ev->a, r, v->u.list.v[k]);
	r->tainted = v->tainted;
	return r;
}

static bool list_has(const struct py_value *l, const struct py_value *x)
{
	for (size_t i = 0; i < l->u.list.n; i++)
		if (py_equal(l->u.list.v[i], x) == PY_YES)
			return true;
	return false;
}

static struct py_value *set_op(struct py_eval *ev, enum py_op op, struct py_value *a, struct py_value *b)
{
	struct py_value *v = py_list_new(ev->a, V_SET);

	if (a->u.list.n * b->u.list.n > 4000000)
		return &py_unknown;
	ev->steps += a->u.list.n * b->u.list.n / 8;
	v->tainted = a->tainted || b->tainted;
	for (size_t i = 0; i < a->u.list.n; i++) {
		bool in = list_has(b, a->u.list.v[i]);

		if (op == PY_OP_OR_BITS || (op == PY_OP_AND_BITS && in) ||
		    ((op == PY_OP_SUB || op == PY_OP_XOR) && !in))
			py_list_add(ev->a, v, a->u.list.v[i]);
	}
	for (size_t i = 0; i < b->u.list.n; i++)
		if ((op == PY_OP_OR_BITS || op == PY_OP_XOR) && !list_has(a, b->u.list.v[i]))
			py_list_add(ev->a, v, b->u.list.v[i]);
	return v;
}

static struct py_value *path_join(struct py_eval *ev, struct py_value *a, struct py_value *b)
{
	const char *p = py_path_of(ev, a), *q = py_path_of(ev, b);

	if (p == NULL || q == NULL)
		return &py_unknown;
	return py_path_new(ev, q[0] == '/' ? q : arena_printf(ev->a, "%s/%s", p, q));
}

/* a.__add__(b) of the sources' own classes */
static struct py_value *by_method(struct py_eval *ev, enum py_op op, struct py_value *a, struct py_value *b)
{
	static const char *const names[] = {
		[PY_OP_ADD] = "__add__", [PY_OP_SUB] = "__sub__", [PY_OP_MUL] = "__mul__",
		[PY_OP_DIV] = "__truediv__", [PY_OP_MOD] = "__mod__", [PY_OP_OR_BITS] = "__or__",
		[PY_OP_AND_BITS] = "__and__", [PY_OP_EQ] = "__eq__", [PY_OP_NE] = "__ne__",
		[PY_OP_LT] = "__lt__", [PY_OP_LE] = "__le__", [PY_OP_GT] = "__gt__", [PY_OP_GE] = "__ge__",
		[PY_OP_NOT_IN] = NULL,
	};
	struct py_value *f;
	bool unknown = false;

	if (a->type != V_INSTANCE || (size_t)op >= sizeof(names) / sizeof(names[0]) || names[op] == NULL)
		return &py_unknown;
	f = py_class_lookup(a->u.obj.cls, py_name(ev->names, names[op], strlen(names[op])), &unknown);
	{
		struct py_value *args[2] = { a, b };
		struct py_call c = { .args = args, .n = 2 }, rest = { .args = args + 1, .n = 1 };

		if (f != NULL && f->type == V_NATIVE)
			return f->u.native.call(ev, a, &rest);
		return f != NULL && f->type == V_FUNCTION ? py_call(ev, f, &c) : &py_unknown;
	}
}

struct py_value *py_binary(struct py_eval *ev, enum py_op op, struct py_value *a, struct py_value *b)
{
	if (op == PY_OP_MOD && a->type == V_STR)
		return py_percent(ev, a, b);
	if (py_is_unknown(a) || py_is_unknown(b))
		return &py_unknown;
	if (a->type == V_BOOL && b->type == V_BOOL && op == PY_OP_AND_BITS)
		return py_bool(a->u.integer != 0 && b->u.integer != 0);
	if (a->type == V_BOOL && b->type == V_BOOL && op == PY_OP_OR_BITS)
		return py_bool(a->u.integer != 0 || b->u.integer != 0);
	if (a->type == V_BOOL && b->type == V_BOOL && op == PY_OP_XOR)
		return py_bool(a->u.integer != b->u.integer);
	if (a->view || b->view)
		return &py_unknown;
	if (is_int(a) && is_int(b))
		return int_op(ev, op, a->u.integer, b->u.integer);
	if ((is_int(a) || a->type == V_FLOAT) && (is_int(b) || b->type == V_FLOAT))
		return float_op(ev, op, a->type == V_FLOAT ? a->u.real : (double)a->u.integer,
				b->type == V_FLOAT ? b->u.real : (double)b->u.integer);
	if (op == PY_OP_ADD && is_text(a) && a->type == b->type)
		return join_text(ev, a, b);
	if (op == PY_OP_ADD && a->type == V_STR && b->type >= V_NONE && b->type <= V_FLOAT &&
	    b->type != V_ELLIPSIS)
		return no_text(ev, b);
	if (op == PY_OP_ADD && is_list(a) && a->type == b->type)
		return join_lists(ev, a, b);
	if (op == PY_OP_MUL && (is_text(a) || is_list(a)) && is_int(b))
		return repeat(ev, a, b->u.integer);
	if (op == PY_OP_MUL && (is_text(b) || is_list(b)) && is_int(a))
		return repeat(ev, b, a->u.integer);
	if (a->type == V_SET && b->type == V_SET)
		return set_op(ev, op, a, b);
	if (op == PY_OP_DIV && (a->type == V_PATH || b->type == V_PATH))
		return path_join(ev, a, b);
	return by_method(ev, op, a, b);
}

/* ---- comparison ------------------------------------------------------------------------------ */

static struct py_value *from_truth(enum py_truth t, bool negate)
{
	if (t == PY_MAYBE)
		return &py_unknown;
	return py_bool((t == PY_YES) != negate);
}

/* -1, 0, 1; 2: not known */
static int order(const struct py_value *a, const struct py_value *b, unsigned depth)
{
	if ((is_int(a) || a->type == V_FLOAT) && (is_int(b) || b->type == V_FLOAT)) {
		double x = a->type == V_FLOAT ? a->u.real : (double)a->u.integer;
		double y = b->type == V_FLOAT ? b->u.real : (double)b->u.integer;

		if (is_int(a) && is_int(b))
			return (a->u.integer > b->u.integer) - (a->u.integer < b->u.integer);
		return (x > y) - (x < y);
	}
	if (is_text(a) && a->type == b->type && !a->tainted && !b->tainted) {
		size_t n = a->u.str.n < b->u.str.n ? a->u.str.n : b->u.str.n;
		int c = memcmp(a->u.str.p, b->u.str.p, n);

		if (c == 0)
			c = (a->u.str.n > b->u.str.n) - (a->u.str.n < b->u.str.n);
		return c < 0 ? -1 : c > 0;
	}
	if (!is_list(a) || a->type != b->type || a->type == V_SET || a->tainted || b->tainted || depth > 5 ||
	    py_is_unordered(a) || py_is_unordered(b))
		return 2;
	for (size_t i = 0; i < a->u.list.n && i < b->u.list.n; i++) {
		int c;

		if (py_equal(a->u.list.v[i], b->u.list.v[i]) == PY_YES)
			continue;
		c = order(a->u.list.v[i], b->u.list.v[i], depth + 1);
		return c;
	}
	return (a->u.list.n > b->u.list.n) - (a->u.list.n < b->u.list.n);
}

static struct py_value *ordered(struct py_eval *ev, enum py_op op, struct py_value *a, struct py_value *b)
{
	int c = order(a, b, 0);

	if (c == 2)
		return by_method(ev, op, a, b);
	switch (op) {
	case PY_OP_LT:
		return py_bool(c < 0);
	case PY_OP_LE:
		return py_bool(c <= 0);
	case PY_OP_GT:
		return py_bool(c > 0);
	default:
		return py_bool(c >= 0);
	}
}

/* Singletons, classes, functions and modules are one object each; of equal texts nobody knows. */
static enum py_truth same(const struct py_value *a, const struct py_value *b)
{
	if (py_is_unknown(a) || py_is_unknown(b))
		return PY_MAYBE;
	if (a == b) /* of larger numbers in ranges Python has more than one object */
		return a->type == V_INT && a->u.integer > 256 && a->u.integer < PY_SHARED_INTS ? PY_MAYBE
											       : PY_YES;
	if (a->type == V_NONE || b->type == V_NONE || a->type != b->type)
		return PY_NO;
	if (a->type == V_BOOL)
		return a->u.integer == b->u.integer ? PY_YES : PY_NO;
	if (a->type == V_DICT) /* globals(), module.__dict__ */
		return a->u.dict == b->u.dict ? PY_YES : PY_NO;
	if (a->type == V_INT && a->u.integer >= -5 && a->u.integer <= 256)
		return a->u.integer == b->u.integer ? PY_YES : PY_NO;
	if (a->type == V_STR || a->type == V_BYTES || a->type == V_INT || a->type == V_FLOAT ||
	    a->type == V_TUPLE || a->type == V_METHOD)
		return py_equal(a, b) == PY_NO ? PY_NO : PY_MAYBE;
	return PY_NO;
}

struct py_value *py_compare(struct py_eval *ev, enum py_op op, struct py_value *a, struct py_value *b)
{
	switch (op) {
	case PY_OP_IS:
	case PY_OP_IS_NOT:
		return from_truth(same(a, b), op == PY_OP_IS_NOT);
	case PY_OP_IN:
	case PY_OP_NOT_IN:
		return from_truth(py_contains(ev, b, a), op == PY_OP_NOT_IN);
	case PY_OP_EQ:
	case PY_OP_NE:
		if (py_equal(a, b) == PY_MAYBE)
			return by_method(ev, op, a, b);
		return from_truth(py_equal(a, b), op == PY_OP_NE);
	default:
		if (py_is_unknown(a) || py_is_unknown(b))
			return &py_unknown;
		return ordered(ev, op, a, b);
	}
}

/* As py_equal; most members that are asked about are plain texts that differ from the start. */
static inline enum py_truth is_member(const struct py_value *member, const struct py_value *x)
{
	if (member == x && !py_is_unknown(x))
		return PY_YES;
	if (member->type == V_STR && x->type == V_STR && !member->tainted && !x->tainted &&
	    (member->u.str.n != x->u.str.n ||
	     (x->u.str.n > 0 && member->u.str.p[x->u.str.n - 1] != x->u.str.p[x->u.str.n - 1])))
		return PY_NO;
	return py_equal(member, x);
}

enum py_truth py_contains(struct py_eval *ev, struct py_value *v, struct py_value *x)
{
	struct py_value *found;
	enum py_truth t = PY_NO;

	switch (v->type) {
	case V_STR:
	case V_BYTES:
		if (x->type != v->type || x->tainted || v->tainted)
			return PY_MAYBE;
		if (memmem(v->u.str.p, v->u.str.n, x->u.str.p, x->u.str.n) != NULL)
			return PY_YES;
		return PY_NO;
	case V_DICT:
		found = py_dict_get(ev, v->u.dict, x);
		if (found == NULL)
			return v->u.dict->tainted ? PY_MAYBE : PY_NO;
		return py_is_unknown(x) ? PY_MAYBE : PY_YES;
	case V_LIST:
	case V_TUPLE:
	case V_SET:
		ev->steps += v->u.list.n / 4;
		if (py_is_unknown(x)) /* it may be any of them */
			return v->u.list.n > 0 || v->tainted ? PY_MAYBE : PY_NO;
		for (size_t i = 0; i < v->u.list.n; i++) {
			enum py_truth one = is_member(v->u.list.v[i], x);

			if (one == PY_YES)
				return PY_YES;
			if (one == PY_MAYBE)
				t = PY_MAYBE;
		}
		return v->tainted ? PY_MAYBE : t;
	default:
		return PY_MAYBE;
	}
}

#define SET_MAX 2000 /* members that are compared with a new one */

void py_set_add(struct py_eval *ev, struct py_value *set, struct py_value *x)
{
	enum py_truth t = set->u.list.n > SET_MAX ? PY_MAYBE : py_contains(ev, set, x);

	if (t == PY_YES)
		return;
	py_list_add(ev->a, set, x);
	if (t == PY_MAYBE)
		set->tainted = true;
}

/* ---- subscripts ------------------------------------------------------------------------------ */

static struct py_value *index_list(struct py_eval *ev, struct py_value *v, int64_t i)
{
	int64_t n = (int64_t)v->u.list.n;

	if (v->tainted && (i < 0 || v->type != V_TUPLE)) /* of "*args" the first are known */
		return &py_unknown;
	if (i < 0)
		i += n;
	if (i >= 0 && i < n)
		return py_is_unordered(v) ? &py_unknown : v->u.list.v[i];
	if (v->tainted)
		return &py_unknown;
	return py_raise_sure_new(ev, "IndexError", v->type == V_LIST ? "list index out of range"
								 : "tuple index out of range");
}

static struct py_value *index_text(struct py_eval *ev, struct py_value *v, int64_t i)
{
	int64_t n = (int64_t)v->u.str.n;
	struct py_value *c;

	if (i < 0)
		i += n;
	if (v->tainted || !py_is_ascii(v))
		return &py_unknown;
	if (i < 0 || i >= n)
		return py_raise_sure_new(ev, "IndexError", "string index out of range");
	if (v->type == V_BYTES)
		return py_int(ev->a, (unsigned char)v->u.str.p[i]);
	c = py_strn(ev->a, arena_bytes(ev->a, v->u.str.p + i, 1), 1);
	return c;
}

static struct py_value *index_dict(struct py_eval *ev, struct py_value *v, struct py_value *key)
{
	struct py_value *x = py_dict_get(ev, v->u.dict, key), *e, *args;

	if (x != NULL)
		return x;
	if (v->u.dict->tainted)
		return &py_unknown;
	e = py_exception_new(ev, "KeyError", NULL);
	args = py_list_new(ev->a, V_TUPLE);
	py_list_add(ev->a, args, key);
	py_dict_set_name(ev->a, &e->u.obj.dict, py_name(ev->names, "args", 4), args);
	return py_raise_sure(ev, e);
}

static struct py_value *call_special(struct py_eval *ev, struct py_value *v, const char *name,
				     struct py_value **args, size_t n)
{
	bool unknown = false;
	struct py_value *f = py_class_lookup(v->u.obj.cls, py_name(ev->names, name, strlen(name)), &unknown);
	struct py_call c = { .args = args, .n = n };

	if (f != NULL && f->type == V_NATIVE) {
		c.args++;
		c.n--;
		return f->u.native.call(ev, v, &c);
	}
	return f != NULL && f->type == V_FUNCTION ? py_call(ev, f, &c) : &py_unknown;
}

struct py_value *py_index(struct py_eval *ev, struct py_value *v, struct py_value *key)
{
	struct py_value *args[2] = { v, key }, *item;
	bool is_library;

	switch (v->type) {
	case V_DICT:
		return index_dict(ev, v, key);
	case V_LIST:
	case V_TUPLE:
		return is_int(key) ? index_list(ev, v, key->u.integer) : &py_unknown;
	case V_STR:
	case V_BYTES:
		return is_int(key) ? index_text(ev, v, key->u.integer) : &py_unknown;
	case V_INSTANCE:
		item = py_library_item(ev, v, key, &is_library);
		return is_library ? item : call_special(ev, v, "__getitem__", args, 2);
	case V_CLASS: /* list[int], Generic[T]: the class as far as we care */
		return v;
	default:
		return &py_unknown;
	}
}

bool py_set_index(struct py_eval *ev, struct py_value *v, struct py_value *key, struct py_value *x)
{
	struct py_value *args[3] = { v, key, x };

	if (v->type == V_DICT) {
		py_dict_set(ev, v->u.dict, key, x);
	} else if (v->type == V_LIST) {
		int64_t i = is_int(key) ? key->u.integer : -1;

		if (i >= 0 && i < (int64_t)v->u.list.n && !py_is_tentative(ev))
			v->u.list.v[i] = x;
		else
			v->tainted = true;
	} else if (v->type == V_INSTANCE) {
		return call_special(ev, v, "__setitem__", args, 3) != NULL;
	}
	return true;
}

static int64_t bound(const struct py_value *v, int64_t otherwise, int64_t n)
{
	int64_t i;

	if (v->type == V_NONE)
		return otherwise;
	i = v->u.integer < 0 ? v->u.integer + n : v->u.integer;
	return i < 0 ? 0 : i > n ? n : i;
}

static bool may_bound(const struct py_value *v)
{
	return v->type == V_NONE || is_int(v);
}

struct py_value *py_slice(struct py_eval *ev, struct py_value *v, struct py_value *from, struct py_value *to,
			  struct py_value *step)
{
	bool reversed = is_int(step) && step->u.integer == -1 && from->type == V_NONE && to->type == V_NONE;
	bool text = is_text(v);
	struct py_value *r;
	int64_t n, a, b;

	if (!(text || v->type == V_LIST || v->type == V_TUPLE) || v->tainted || !may_bound(from) ||
	    !may_bound(to) || (text ? !py_is_ascii(v) : py_is_unordered(v) || v->view) ||
		    !(step->type == V_NONE || reversed || (is_int(step) && step->u.integer == 1)))
		return &py_unknown;
	n = (int64_t)(text ? v->u.str.n : v->u.list.n);
	a = bound(from, 0, n);
	b = bound(to, n, n);
	if (b < a)
		b = a;
	if (text) {
		char *p = arena_bytes(ev->a, v->u.str.p + a, (size_t)(b - a));

		for (int64_t i = 0; reversed && i < b; i++)
			p[i] = v->u.str.p[b - 1 - i];
		r = py_strn(ev->a, p, (size_t)(b - a));
		r->type = v->type;
		return r;
	}
	r = py_list_new(ev->a, (enum py_type)v->type);
	for (int64_t i = a; i < b; i++)
		py_list_add(ev->a, r, v->u.list.v[reversed ? b - 1 - i : i]);
	return r;
}

bool py_is_unordered(const struct py_value *items)
{
	return (items->unordered || items->type == V_SET) && items->u.list.n > 1;
}

/* ---- iteration and truth --------------------------------------------------------------------- */

static struct py_value *iterate_text(struct py_eval *ev, const struct py_value *v)
{
	struct py_value *l = py_list_new(ev->a, V_LIST);

	l->tainted = v->tainted || v->u.str.n > REPEAT_MAX;
	for (size_t i = 0, n; i < v->u.str.n && i < REPEAT_MAX; i += n) {
		n = 1;
		while (v->type == V_STR && i + n < v->u.str.n &&
		       ((unsigned char)v->u.str.p[i + n] & 0xc0) == 0x80)
			n++; /* the rest of a letter */
		py_list_add(ev->a, l, v->type == V_BYTES
					      ? py_int(ev->a, (unsigned char)v->u.str.p[i])
					      : py_strn(ev->a, arena_bytes(ev->a, v->u.str.p + i, n), n));
	}
	return l;
}

static struct py_value *iterate_dict(struct py_eval *ev, struct py_dict *d)
{
	struct py_value *l = py_list_new(ev->a, V_LIST);

	l->tainted = d->tainted;
	for (size_t i = 0; i < d->n; i++)
		if (d->items[i].value != NULL)
			py_list_add(ev->a, l, py_entry_key(ev->a, &d->items[i]));
	return l;
}

static struct py_value *unknown_list(struct py_eval *ev)
{
	struct py_value *l = py_list_new(ev->a, V_LIST);

	l->tainted = true;
	return l;
}

struct py_value *py_iterate(struct py_eval *ev, struct py_value *v)
{
	struct py_value *copy, *it;

	switch (v->type) {
	case V_LIST: /* the loop's body may change it */
		copy = py_list_new(ev->a, V_LIST);
		copy->tainted = v->tainted;
		copy->unordered = v->unordered;
		ev->steps += v->u.list.n >> 4;
		for (size_t i = 0; i < v->u.list.n; i++)
			py_list_add(ev->a, copy, v->u.list.v[i]);
		return copy;
	case V_TUPLE:
	case V_SET:
		return v;
	case V_STR:
	case V_BYTES:
		return iterate_text(ev, v);
	case V_DICT:
		return iterate_dict(ev, v->u.dict);
	case V_GENERATOR:
		return py_drain(ev, v);
	case V_INSTANCE:
		it = call_special(ev, v, "__iter__", &v, 1);
		if (it == NULL)
			return NULL;
		return it != v && it->type != V_UNKNOWN && it->type != V_INSTANCE ? py_iterate(ev, it)
										   : unknown_list(ev);
	default:
		return unknown_list(ev);
	}
}

enum py_truth py_truth_of(struct py_eval *ev, struct py_value *v)
{
	struct py_value *r;
	bool unknown = false;

	if (v->type != V_INSTANCE)
		return py_truth(v);
	r = call_special(ev, v, "__bool__", &v, 1);
	if (r != NULL && py_is_unknown(r))
		r = call_special(ev, v, "__len__", &v, 1);
	if (r == NULL) {
		if (!ev->stopped)
			ev->raised = NULL;
		return PY_MAYBE;
	}
	if (!py_is_unknown(r))
		return py_truth(r);
	if (py_class_lookup(v->u.obj.cls, py_name(ev->names, "__bool__", 8), &unknown) != NULL ||
	    py_class_lookup(v->u.obj.cls, py_name(ev->names, "__len__", 7), &unknown) != NULL || unknown)
		return PY_MAYBE;
	return PY_YES;
}
