/* literal.c - the values of numbers and strings. */
#include <string.h>

#include "python/parse.h"

static unsigned digit_value(unsigned char b)
{
	return b <= '9' ? (unsigned)(b - '0') : (unsigned)((b | 0x20) - 'a' + 10);
}

/* The integer of the digits from at on. False if it does not fit or a digit is not one of that base. */
static bool integer(const unsigned char *at, const unsigned char *end, unsigned base, int64_t *out)
{
	int64_t value = 0;

	for (; at < end; at++) {
		if (*at == '_')
			continue;
		if (__builtin_mul_overflow(value, (int64_t)base, &value) ||
		    __builtin_add_overflow(value, (int64_t)digit_value(*at), &value))
			return false;
	}
	*out = value;
	return true;
}

/* The digits without the '_' between them, for strtod and whoever else reads numbers. */
static const char *spelling(struct py_parser *p, const unsigned char *at, const unsigned char *end)
{
	size_t mark = p->nbytes, n;
	const char *name;
	char *out = py_room(p, (size_t)(end - at));

	for (; at < end; at++) {
		if (*at != '_')
			out[p->nbytes++ - mark] = (char)*at;
	}
	n = p->nbytes - mark;
	p->nbytes = mark;
	name = py_name(p->s->names, p->bytes + mark, n);
	return name;
}

static unsigned base_of(const unsigned char *at, const unsigned char *end)
{
	unsigned char b = end - at > 1 && *at == '0' ? at[1] | 0x20 : 0;

	return b == 'x' ? 16 : b == 'o' ? 8 : b == 'b' ? 2 : 10;
}

static enum py_kind number_kind(const unsigned char *at, const unsigned char *end, unsigned base)
{
	if (base == 16)
		return PY_INT;
	if ((end[-1] | 0x20) == 'j')
		return PY_COMPLEX;
	for (; at < end; at++) {
		if (*at == '.' || (*at | 0x20) == 'e')
			return PY_FLOAT;
	}
	return PY_INT;
}

/* "007" was octal in Python 2 and is nothing in Python 3; "000" is 0. */
static bool has_leading_zero(const unsigned char *at, const unsigned char *end)
{
	if (*at != '0')
		return false;
	for (; at < end; at++) {
		if (*at != '0' && *at != '_')
			return true;
	}
	return false;
}

struct py_node *py_number(struct py_parser *p)
{
	const unsigned char *at = p->t.at, *end = p->t.end;
	unsigned base = base_of(at, end);
	enum py_kind kind = number_kind(at, end, base);
	struct py_node *n = py_node_new(p, kind, p->t.line);

	if (kind == PY_INT && base == 10 && has_leading_zero(at, end))
		py_fail(p, "leading zeros in decimal integer literals are not permitted");
	if (base != 10 && end - at == 2)
		py_fail(p, "invalid number");
	if (kind != PY_INT || !integer(base == 10 ? at : at + 2, end, base, &n->u.integer)) {
		n->kind = kind == PY_INT ? PY_BIG : (uint8_t)kind;
		n->u.name = spelling(p, at, end);
	}
	py_next(p);
	return n;
}

static void put(struct py_parser *p, const void *bytes, size_t n)
{
	if (n > 0)
		memcpy(py_room(p, n), bytes, n);
	p->nbytes += n;
}

static void put_char(struct py_parser *p, uint32_t c)
{
	p->nbytes += py_utf8_put(py_room(p, 4), c);
}

static void put_byte(struct py_parser *p, uint32_t b)
{
	*py_room(p, 1) = (char)b;
	p->nbytes++;
}

static const unsigned char *skip_ascii(const unsigned char *at, const unsigned char *end)
{
	uint64_t w;

	for (; end - at >= (ptrdiff_t)sizeof(w); at += sizeof(w)) {
		memcpy(&w, at, sizeof(w));
		if ((w & 0x8080808080808080ULL) != 0)
			break;
	}
	while (at < end && *at < 0x80)
		at++;
	return at;
}

/* A run without escapes. What is no UTF-8 becomes U+FFFD byte by byte. */
static void put_run(struct py_parser *p, const unsigned char *at, const unsigned char *end, bool bytes)
{
	const unsigned char *from = at;

	if (bytes) {
		put(p, at, (size_t)(end - at));
		return;
	}
	while (at < end) {
		size_t n;

		at = skip_ascii(at, end);
		if (at == end)
			break;
		n = py_utf8(at, (size_t)(end - at));
		if (n == 0) {
			put(p, from, (size_t)(at - from));
			put_char(p, 0xfffd);
			from = at + 1;
		}
		at += n > 0 ? n : 1;
	}
	put(p, from, (size_t)(end - from));
}

/* "\N{LATIN SMALL LETTER A}": which one that is is not known here. */
static const unsigned char *named_char(struct py_parser *p, const unsigned char *at, const unsigned char *end)
{
	const unsigned char *close = at < end && *at == '{' ? memchr(at, '}', (size_t)(end - at)) : NULL;

	if (close == NULL) {
		py_fail(p, "malformed \\N character escape");
		return end;
	}
	put_char(p, 0xfffd);
	return close + 1;
}

static const unsigned char *hex_char(struct py_parser *p, const unsigned char *at, const unsigned char *end,
				     size_t n, bool bytes)
{
	uint32_t c = 0;

	for (size_t i = 0; i < n; i++, at++) {
		if (at >= end || !(py_class[*at] & PY_C_HEX)) {
			py_fail(p, "truncated escape in a string");
			return end;
		}
		c = c << 4 | digit_value(*at);
	}
	if (c > 0x10ffff)
		py_fail(p, "illegal Unicode character in a string");
	else if (bytes)
		put_byte(p, c);
	else
		put_char(p, c);
	return at;
}

static const unsigned char *octal_char(struct py_parser *p, const unsigned char *at, const unsigned char *end,
				       bool bytes)
{
	uint32_t c = 0;

	for (size_t i = 0; i < 3 && at < end && *at >= '0' && *at <= '7'; i++, at++)
		c = c * 8 + digit_value(*at);
	if (bytes)
		put_byte(p, c & 0xff);
	else
		put_char(p, c);
	return at;
}

/* The escape whose backslash is before at; where it ends. */
static const unsigned char *escape(struct py_parser *p, const unsigned char *at, const unsigned char *end,
				   bool bytes)
{
	static const char simple[] = "\\\\''\"\"a\ab\bf\fn\nr\rt\tv\v";
	unsigned char b = *at;

	if (b == '\n')
		return at + 1;
	for (size_t i = 0; i + 1 < sizeof(simple); i += 2) {
		if (b == (unsigned char)simple[i]) {
			put_byte(p, (unsigned char)simple[i + 1]);
			return at + 1;
		}
	}
	if (b >= '0' && b <= '7')
		return octal_char(p, at, end, bytes);
	if (b == 'x')
		return hex_char(p, at + 1, end, 2, bytes);
	if (!bytes && (b == 'u' || b == 'U'))
		return hex_char(p, at + 1, end, b == 'u' ? 4 : 8, false);
	if (!bytes && b == 'N')
		return named_char(p, at + 1, end);
	put_byte(p, '\\'); /* what is no escape stays as it is */
	return at;
}

/* Appends the value of the text of a literal to p->bytes. */
void py_decode(struct py_parser *p, const unsigned char *at, const unsigned char *end, unsigned flags)
{
	bool bytes = flags & PY_S_BYTES;

	while (at < end) {
		const unsigned char *slash = flags & PY_S_RAW ? NULL : memchr(at, '\\', (size_t)(end - at));

		put_run(p, at, slash == NULL ? end : slash, bytes);
		if (slash == NULL || slash + 1 >= end) {
			if (slash != NULL)
				put_byte(p, '\\');
			return;
		}
		at = escape(p, slash + 1, end, bytes);
	}
}

static void string_of(struct py_parser *p, struct py_node *n, size_t mark)
{
	size_t length;
	const char *kept = py_keep(p, mark, &length);

	n->u.str.p = kept;
	n->u.str.n = length;
}

void py_text_node(struct py_parser *p, size_t mark, unsigned line)
{
	struct py_node *n;

	if (p->nbytes == mark)
		return;
	n = py_node_new(p, PY_STR, line);
	string_of(p, n, mark);
	py_push(p, n);
}

/* The value of the literal that is the token is its text as it stands. */
static bool is_as_written(const struct py_parser *p, const unsigned char *at, const unsigned char *end)
{
	size_t n = (size_t)(end - at);

	return p->t.kind == PY_T_STRING && ((p->t.flags & PY_S_RAW) || memchr(at, '\\', n) == NULL) &&
	       ((p->t.flags & PY_S_BYTES) || p->s->plain);
}

/* Does another literal follow the token? Perhaps also where none does. */
static bool may_go_on(const struct py_parser *p)
{
	const unsigned char *c = p->at.p;

	while (py_class[*c] & PY_C_BLANK)
		c++;
	return p->paren > 0 ? *c != ',' && *c != ')' && *c != ']' && *c != '}' && *c != ':' : *c != '\n';
}

/* What most strings are: one literal, and its text is its value. NULL: not so. */
static struct py_node *plain_string(struct py_parser *p)
{
	const unsigned char *at = p->t.at + p->t.open, *end = p->t.end - (p->t.flags & PY_S_TRIPLE ? 3 : 1);
	struct py_node *n;
	char *kept;

	if (may_go_on(p) || !is_as_written(p, at, end))
		return NULL;
	n = py_node_new(p, p->t.flags & PY_S_BYTES ? PY_BYTES : PY_STR, p->t.line);
	n->u.str.n = (size_t)(end - at);
	kept = arena_alloc(p->a, n->u.str.n + 1);
	memcpy(kept, at, n->u.str.n);
	n->u.str.p = kept;
	py_next(p);
	return n;
}

/* A string that is a statement of its own, as most long ones are. */
struct py_node *py_lone_string(struct py_parser *p)
{
	const unsigned char *at = p->t.at + p->t.open, *end = p->t.end - (p->t.flags & PY_S_TRIPLE ? 3 : 1);
	struct py_node *n;

	if (p->t.flags & PY_S_BYTES || may_go_on(p) || !is_as_written(p, at, end))
		return NULL;
	n = py_node_new(p, PY_STR, p->t.line);
	n->u.str.p = "";
	py_next(p);
	return n;
}

/* One literal or several in a row, which are one value. */
struct py_node *py_strings(struct py_parser *p)
{
	size_t mark = p->nbytes, parts = p->nstack;
	unsigned line = p->t.line, all = 0, first = p->t.flags & PY_S_BYTES;
	struct py_node *n = plain_string(p);

	if (n != NULL)
		return n;
	while (py_is(p, PY_T_STRING) || py_is(p, PY_T_FSTRING)) {
		all |= p->t.flags;
		if ((p->t.flags & PY_S_BYTES) != first) {
			py_fail(p, "cannot mix bytes and nonbytes literals");
		} else if (py_is(p, PY_T_FSTRING)) {
			py_fstring(p, mark);
		} else {
			size_t close = p->t.flags & PY_S_TRIPLE ? 3 : 1;

			py_decode(p, p->t.at + p->t.open, p->t.end - close, p->t.flags);
			py_next(p);
		}
	}
	if (p->nstack == parts && !(all & PY_S_TEMPLATE)) {
		n = py_node_new(p, first ? PY_BYTES : PY_STR, line);
		string_of(p, n, mark);
		return n;
	}
	py_text_node(p, mark, line);
	n = py_node_new(p, PY_FSTRING, line);
	n->op = all & PY_S_TEMPLATE ? 't' : 0;
	py_list_of(p, n, parts);
	return n;
}
