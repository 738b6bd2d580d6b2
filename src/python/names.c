/* names.c - see ast.h. One table of spellings for all files, and which of them are keywords. */
#include <string.h>

#include "python/parse.h"

enum { SLOTS_FIRST = 1024 };

/* Stands before the letters of each name. */
struct head {
	uint32_t n;
	uint8_t token;
};

struct slot {
	uint32_t hash, n;
	const char *name; /* NULL: empty */
};

struct py_names {
	struct arena *a;
	struct slot *slots;
	size_t n, mask;
	uint64_t seed; /* other in each process, so that nobody can write names that all collide */
};

static const char *const keywords[] = {
	"False", "None", "True", "and", "as", "assert", "async", "await", "break",
	"class", "continue", "def", "del", "elif", "else", "except", "finally",
	"for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
	"not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
};

_Static_assert(sizeof(keywords) / sizeof(*keywords) == PY_T_YIELD - PY_T_FALSE + 1, "a row each");

static uint64_t mixed(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static uint64_t tail(const char *s, size_t n)
{
	uint32_t x, y;

	if (n >= 4) {
		memcpy(&x, s, sizeof(x));
		memcpy(&y, s + n - 4, sizeof(y));
		return (uint64_t)x << 32 | y;
	}
	if (n == 0)
		return 0;
	return (uint64_t)(unsigned char)s[0] << 16 | (uint64_t)(unsigned char)s[n / 2] << 8 |
	       (unsigned char)s[n - 1];
}

static uint32_t hash_of(const struct py_names *t, const char *s, size_t n)
{
	uint64_t h = t->seed ^ n, w;

	for (; n > 8; s += 8, n -= 8) {
		memcpy(&w, s, sizeof(w));
		h = mixed(h ^ w, 0x9e3779b97f4a7c15ULL);
	}
	h = mixed(h ^ tail(s, n), 0xd1342543de82ef95ULL);
	return (uint32_t)(h ^ h >> 32);
}

/* The common names are short: no call for them. */
static bool is_same(const char *a, const char *b, size_t n)
{
	uint64_t x, y;

	for (; n >= sizeof(x); a += sizeof(x), b += sizeof(x), n -= sizeof(x)) {
		memcpy(&x, a, sizeof(x));
		memcpy(&y, b, sizeof(y));
		if (x != y)
			return false;
	}
	return tail(a, n) == tail(b, n);
}

static void grow(struct py_names *t)
{
	size_t mask = t->mask * 2 + 1;
	struct slot *slots = ARENA_ARRAY(t->a, mask + 1, struct slot);

	for (size_t i = 0; i <= t->mask; i++) {
		size_t k = t->slots[i].hash & mask;

		if (t->slots[i].name == NULL)
			continue;
		while (slots[k].name != NULL)
			k = (k + 1) & mask;
		slots[k] = t->slots[i];
	}
	t->slots = slots;
	t->mask = mask;
}

static const char *add(struct py_names *t, struct slot *at, uint32_t hash, const char *s, size_t n)
{
	struct head *h = arena_alloc(t->a, sizeof(*h) + n + 1);
	char *name = (char *)(h + 1);

	memcpy(name, s, n);
	h->n = (uint32_t)n;
	h->token = PY_T_NAME;
	*at = (struct slot){ hash, (uint32_t)n, name };
	t->n++;
	if (t->n * 2 > t->mask)
		grow(t);
	return name;
}

const char *py_name(struct py_names *names, const char *s, size_t n)
{
	uint32_t hash;
	size_t k;

	if (n > UINT32_MAX)
		n = UINT32_MAX;
	hash = hash_of(names, s, n);
	for (k = hash & names->mask; names->slots[k].name != NULL; k = (k + 1) & names->mask) {
		const struct slot *at = &names->slots[k];

		if (at->hash == hash && at->n == n && is_same(at->name, s, n))
			return at->name;
	}
	return add(names, &names->slots[k], hash, s, n);
}

enum py_token py_name_token(const char *name)
{
	return (enum py_token)((const struct head *)(const void *)name)[-1].token;
}

struct py_names *py_names_new(struct arena *a)
{
	struct py_names *t = ARENA_NEW(a, struct py_names);

	t->a = a;
	t->mask = SLOTS_FIRST - 1;
	t->slots = ARENA_ARRAY(a, SLOTS_FIRST, struct slot);
	t->seed = mixed((uint64_t)(uintptr_t)t, 0xa0761d6478bd642fULL);
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
		const char *name = py_name(t, keywords[i], strlen(keywords[i]));

		((struct head *)(void *)(uintptr_t)name)[-1].token = (uint8_t)(PY_T_FALSE + i);
	}
	return t;
}
