/* pyversion.c - see pyversion.h. Compared with the module `packaging` in tests/package/test_pyversion.py. */
#include "package/pyversion.h"

#include <string.h>

enum { SPECIFIER_MAX = 128 };

/* ---- reading ------------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_divider(char c)
{
	return c == '.' || c == '-' || c == '_';
}

/* Digits; a number that does not fit counts as the largest. */
static bool read_number(const char **p, uint64_t *out)
{
	if (!is_digit(**p))
		return false;
	for (*out = 0; is_digit(**p); ++*p) {
		uint64_t digit = (uint64_t)(**p - '0');

		*out = *out > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *out * 10 + digit;
	}
	return true;
}

static bool takes(const char **p, const char *word)
{
	const char *s = *p;

	for (; *word != '\0'; word++, s++)
		if (lower(*s) != *word)
			return false;
	*p = s;
	return true;
}

static bool read_release(const char **p, struct pyversion *v)
{
	const char *s = *p;
	uint64_t number;

	while (read_number(&s, &number)) {
		if (v->n == 0 && *s == '!') {
			v->epoch = number;
			s++;
			continue;
		}
		if (v->n == PYVERSION_PARTS)
			return false;
		v->release[v->n++] = number;
		*p = s;
		if (*s != '.' || !is_digit(s[1]))
			return true;
		s++;
	}
	return false;
}

/* The number behind a word: "rc1", "rc.1", "rc". */
static uint64_t number_behind(const char **p)
{
	const char *s = *p + (is_divider(**p) ? 1 : 0);
	uint64_t number = 0;

	if (read_number(&s, &number))
		*p = s;
	return number;
}

static void read_pre(const char **p, struct pyversion *v)
{
	static const struct {
		const char *word;
		char kind;
	} words[] = { { "alpha", 'a' }, { "a", 'a' },	    { "beta", 'b' }, { "b", 'b' },
		      { "preview", 'r' }, { "pre", 'r' }, { "rc", 'r' },   { "c", 'r' } };
	const char *s = *p + (is_divider(**p) ? 1 : 0);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (takes(&s, words[i].word)) {
			v->has_pre = true;
			v->pre = words[i].kind;
			v->pre_n = number_behind(&s);
			*p = s;
			return;
		}
}

static void read_post(const char **p, struct pyversion *v)
{
	const char *s = *p;

	if (*s == '-' && is_digit(s[1])) {
		s++;
		v->has_post = read_number(&s, &v->post_n);
		*p = s;
		return;
	}
	s += is_divider(*s) ? 1 : 0;
	if (!takes(&s, "post") && !takes(&s, "rev") && !takes(&s, "r"))
		return;
	v->has_post = true;
	v->post_n = number_behind(&s);
	*p = s;
}

static void read_dev(const char **p, struct pyversion *v)
{
	const char *s = *p + (is_divider(**p) ? 1 : 0);

	if (!takes(&s, "dev"))
		return;
	v->has_dev = true;
	v->dev_n = number_behind(&s);
	*p = s;
}

static bool read_local(const char **p, struct pyversion *v)
{
	size_t n = 0;

	if (**p != '+')
		return true;
	for (++*p; **p != '\0' && n + 1 < PYVERSION_LOCAL; ++*p) {
		char c = lower(**p);

		if (is_divider(c))
			c = '.';
		else if (!is_digit(c) && (c < 'a' || c > 'z'))
			break;
		v->local[n++] = c;
	}
	v->local[n] = '\0';
	return n > 0 && v->local[0] != '.' && v->local[n - 1] != '.' && strstr(v->local, "..") == NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool pyversion_read(const char *text, struct pyversion *out)
{
	const char *p = text;

	memset(out, 0, sizeof(*out));
	while (is_blank(*p))
		p++;
	if (lower(*p) == 'v')
		p++;
	if (!read_release(&p, out))
		return false;
	read_pre(&p, out);
	read_post(&p, out);
	read_dev(&p, out);
	if (!read_local(&p, out))
		return false;
	while (is_blank(*p))
		p++;
	return *p == '\0';
}

/* ---- order ------------------------------------------------------------------------------------------ */

static int order(uint64_t x, uint64_t y)
{
	return (x > y) - (x < y);
}

/* 1.0.dev1 < 1.0a1.dev1 < 1.0a1 < 1.0 < 1.0.post1: a development build alone comes before pre-releases. */
static int pre_rank(const struct pyversion *v)
{
	if (v->has_pre)
		return v->pre;
	return v->has_dev && !v->has_post ? 0 : 'z';
}

/* The next part of a local version, and whether it is a number: numbers come behind words. */
static const char *local_part(const char *s, size_t *n, bool *number)
{
	*n = strcspn(s, ".");
	*number = *n > 0 && strspn(s, "0123456789") >= *n;
	return s[*n] == '.' ? s + *n + 1 : s + *n;
}

static int compare_parts(const char *x, size_t nx, bool number, const char *y, size_t ny)
{
	uint64_t a = 0, b = 0;
	int c;

	if (number) {
		read_number(&x, &a);
		read_number(&y, &b);
		return order(a, b);
	}
	c = memcmp(x, y, nx < ny ? nx : ny);
	return c != 0 ? (c > 0) - (c < 0) : order(nx, ny);
}

static int compare_local(const char *x, const char *y)
{
	while (*x != '\0' && *y != '\0') {
		size_t nx, ny;
		bool is_x, is_y;
		const char *next_x = local_part(x, &nx, &is_x), *next_y = local_part(y, &ny, &is_y);
		int c = is_x != is_y ? (is_x ? 1 : -1) : compare_parts(x, nx, is_x, y, ny);

		if (c != 0)
			return c;
		x = next_x;
		y = next_y;
	}
	return (*x != '\0') - (*y != '\0');
}

/* Without the local part. */
static int compare_public(const struct pyversion *x, const struct pyversion *y)
{
	int c = order(x->epoch, y->epoch);

	for (size_t i = 0; i < PYVERSION_PARTS && c == 0; i++)
		c = order(x->release[i], y->release[i]);
	if (c == 0)
		c = pre_rank(x) - pre_rank(y);
	if (c == 0)
		c = order(x->pre_n, y->pre_n);
	if (c == 0)
		c = x->has_post - y->has_post;
	if (c == 0)
		c = order(x->post_n, y->post_n);
	if (c == 0)
		c = y->has_dev - x->has_dev;
	if (c == 0)
		c = order(x->dev_n, y->dev_n);
	return (c > 0) - (c < 0);
}

int pyversion_compare(const struct pyversion *x, const struct pyversion *y)
{
	int c = compare_public(x, y);

	return c != 0 ? c : compare_local(x->local, y->local);
}

int pyversion_compare_texts(const char *x, const char *y)
{
	struct pyversion a, b;
	bool is_a = pyversion_read(x, &a), is_b = pyversion_read(y, &b);

	if (is_a && is_b)
		return pyversion_compare(&a, &b);
	return is_a != is_b ? (is_a ? 1 : -1) : strcmp(x, y);
}

bool pyversion_is_early(const struct pyversion *v)
{
	return v->has_pre || v->has_dev;
}

/* ---- specifiers ------------------------------------------------------------------------------------- */

/* The first n parts of the release, and the epoch. */
static bool same_start(const struct pyversion *v, const struct pyversion *want, size_t n)
{
	if (v->epoch != want->epoch)
		return false;
	for (size_t i = 0; i < n; i++)
		if (v->release[i] != want->release[i])
			return false;
	return true;
}

static bool is_equal(const struct pyversion *v, const struct pyversion *want, bool starts)
{
	if (starts)
		return same_start(v, want, want->n);
	return compare_public(v, want) == 0 &&
	       (*want->local == '\0' || compare_local(v->local, want->local) == 0);
}

/* "<2" leaves out 2.0rc1, ">2" leaves out 2.post1 and 2+local: they are of the very release that is named. */
static bool is_less(const struct pyversion *v, const struct pyversion *want)
{
	return compare_public(v, want) < 0 &&
	       (pyversion_is_early(want) || !pyversion_is_early(v) || !same_start(v, want, PYVERSION_PARTS));
}

static bool is_more(const struct pyversion *v, const struct pyversion *want)
{
	return compare_public(v, want) > 0 &&
	       (want->has_post || !v->has_post || !same_start(v, want, PYVERSION_PARTS));
}

static bool meets_one(const struct pyversion *v, const char *op, const struct pyversion *want, bool starts)
{
	if (strcmp(op, "==") == 0 || strcmp(op, "===") == 0)
		return is_equal(v, want, starts);
	if (strcmp(op, "!=") == 0)
		return !is_equal(v, want, starts);
	if (strcmp(op, "~=") == 0)
		return compare_public(v, want) >= 0 && same_start(v, want, want->n - 1);
	if (strcmp(op, "<=") == 0)
		return compare_public(v, want) <= 0;
	if (strcmp(op, ">=") == 0)
		return compare_public(v, want) >= 0;
	return strcmp(op, "<") == 0 ? is_less(v, want) : is_more(v, want);
}

static bool is_operator(const char *op)
{
	static const char *const all[] = { "==", "===", "!=", "~=", "<=", ">=", "<", ">" };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i], op) == 0)
			return true;
	return false;
}

/* One of a list, without the comma. False: it cannot be read. */
static bool read_one(const char *s, size_t n, char op[4], struct pyversion *want, bool *starts)
{
	char text[SPECIFIER_MAX];
	size_t k;

	while (n > 0 && is_blank(*s)) {
		s++;
		n--;
	}
	while (n > 0 && is_blank(s[n - 1]))
		n--;
	k = strspn(s, "<>=!~");
	if (k == 0 || k > 3 || k > n || n - k >= sizeof(text))
		return false;
	memcpy(op, s, k);
	op[k] = '\0';
	if (!is_operator(op))
		return false;
	memcpy(text, s + k, n - k);
	text[n - k] = '\0';
	*starts = n - k > 2 && strcmp(text + (n - k) - 2, ".*") == 0;
	if (*starts && strcmp(op, "==") != 0 && strcmp(op, "!=") != 0)
		return false;
	if (*starts)
		text[n - k - 2] = '\0';
	return pyversion_read(text, want) && (strcmp(op, "~=") != 0 || want->n > 1);
}

bool pyversion_meets(const struct pyversion *v, const char *specifiers, bool *bad)
{
	bool meets = true;

	*bad = false;
	while (*specifiers != '\0') {
		size_t n = strcspn(specifiers, ",");
		struct pyversion want;
		bool starts;
		char op[4];

		if (strspn(specifiers, " \t") < n) {
			if (!read_one(specifiers, n, op, &want, &starts)) {
				*bad = true;
				return false;
			}
			meets = meets && meets_one(v, op, &want, starts);
		}
		specifiers += n + (specifiers[n] == ',');
	}
	return meets;
}
