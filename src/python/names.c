/* names.c - see ast.h. One set of spellings for all files, and which of them are keywords.
 *
 * Two threads may ask: one that evaluates, one that reads ahead. Looking up takes no lock: a slot is written
 * once, its name last, and a table that has become too small stays as it is when a larger one takes its
 * place. Whoever does not find a name looks again under the lock before it is added. There are several
 * tables, each with a lock of its own, so that hardly anybody waits.
 */
#include <pthread.h>
#include <string.h>

#include "python/parse.h"

enum { SLOTS_FIRST = 256, TABLES_BITS = 4, TABLES = 1 << TABLES_BITS };

/* Stands before the letters of each name. */
struct head {
	uint32_t n;
	uint8_t token;
};

/* Of a name that is no keyword its letters alone are looked at, to be sure, and nobody waits for them: where
 * they are cold that is most of what a name takes. */
enum { KEYWORD = 1 };

struct slot {
	uint32_t hash, n;
	uintptr_t name; /* with KEYWORD; 0: empty; read and written atomically */
};

struct slots {
	size_t mask;
	struct slot v[];
};

struct part {
	struct slots *slots;  /* read and written atomically */
	pthread_mutex_t lock; /* of adding */
	size_t n;
};

struct spellings {
	struct part parts[TABLES]; /* by the first bits of the hash; a table looks at the last ones */
	/* other in each process, so that nobody can write names that all collide */
	uint64_t seed, other_seed;
};

struct py_names {
	struct arena *a; /* for new names: of the thread that asks */
	struct spellings *all;
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

/* The first and the last bytes: of a name of up to 16 bytes these are all. */
static inline void ends_of(const char *s, size_t n, uint64_t *first, uint64_t *last)
{
	uint32_t x, y;

	if (n >= sizeof(*first)) {
		memcpy(first, s, sizeof(*first));
		memcpy(last, s + n - sizeof(*last), sizeof(*last));
		return;
	}
	if (n >= sizeof(x)) {
		memcpy(&x, s, sizeof(x));
		memcpy(&y, s + n - sizeof(y), sizeof(y));
		*first = x;
		*last = y;
		return;
	}
	*last = n == 0 ? 0 : (unsigned char)s[n - 1];
	*first = n == 0 ? 0 : (unsigned)(unsigned char)s[0] << 8 | (unsigned char)s[n / 2];
}

static inline uint32_t hash_of(const struct spellings *t, const char *s, size_t n)
{
	uint64_t h = t->seed ^ n, first, last;

	for (; n > 2 * sizeof(first); s += sizeof(first), n -= sizeof(first)) {
		memcpy(&first, s, sizeof(first));
		h = mixed(h ^ first, 0x9e3779b97f4a7c15ULL);
	}
	ends_of(s, n, &first, &last);
	h = mixed(h ^ first, t->other_seed ^ last);
	return (uint32_t)(h ^ h >> 32);
}

/* The common names are short: no call for them. */
static inline bool is_same(const char *a, const char *b, size_t n)
{
	uint64_t first, last, x, y;

	if (n > 2 * sizeof(x))
		return memcmp(a, b, n) == 0;
	ends_of(a, n, &first, &last);
	ends_of(b, n, &x, &y);
	return first == x && last == y;
}

static struct slots *slots_new(struct arena *a, size_t mask)
{
	struct slots *s = arena_alloc(a, sizeof(*s) + (mask + 1) * sizeof(s->v[0]));

	s->mask = mask;
	return s;
}

/* What is in a slot, without the mark. */
static inline const char *letters(uintptr_t name)
{
	return (const char *)(name & ~(uintptr_t)KEYWORD);
}

/* The slot of that name, or the free one where it belongs; *name: what is in it. */
static inline struct slot *find(struct slots *t, uint32_t hash, const char *s, size_t n, uintptr_t *name)
{
	for (size_t k = hash & t->mask;; k = (k + 1) & t->mask) {
		struct slot *at = &t->v[k];

		*name = __atomic_load_n(&at->name, __ATOMIC_ACQUIRE);
		if (*name == 0 || (at->hash == hash && at->n == n && is_same(letters(*name), s, n)))
			return at;
	}
}

/* Takes the place of the table: under the lock. */
static void replace(struct part *t, struct slots *larger)
{
	for (size_t i = 0; i <= t->slots->mask; i++) {
		const struct slot *old = &t->slots->v[i];
		size_t k = old->hash & larger->mask;

		if (old->name == 0)
			continue;
		while (larger->v[k].name != 0)
			k = (k + 1) & larger->mask;
		larger->v[k] = *old;
	}
	__atomic_store_n(&t->slots, larger, __ATOMIC_RELEASE);
}

/* Nothing is asked of the arena under the lock. */
static void grow(struct py_names *names, struct part *t, size_t mask)
{
	struct slots *larger = slots_new(names->a, mask * 2 + 1);

	pthread_mutex_lock(&t->lock);
	if (t->slots->mask == mask)
		replace(t, larger);
	pthread_mutex_unlock(&t->lock);
}

static inline struct part *part_of(struct spellings *t, uint32_t hash)
{
	return &t->parts[hash >> (32 - TABLES_BITS)];
}

static __attribute__((noinline)) uintptr_t add(struct py_names *names, uint32_t hash, const char *s, size_t n,
					       enum py_token token)
{
	struct part *t = part_of(names->all, hash);
	struct head *h = arena_alloc(names->a, sizeof(*h) + n + 1);
	struct slot *at;
	uintptr_t name;
	size_t mask;
	bool full;

	memcpy(h + 1, s, n);
	h->n = (uint32_t)n;
	h->token = (uint8_t)token;
	pthread_mutex_lock(&t->lock);
	at = find(t->slots, hash, s, n, &name);
	if (name == 0) {
		name = (uintptr_t)(h + 1) | (token != PY_T_NAME ? KEYWORD : 0);
		at->hash = hash;
		at->n = (uint32_t)n;
		__atomic_store_n(&at->name, name, __ATOMIC_RELEASE);
		t->n++;
	}
	mask = t->slots->mask;
	full = t->n * 2 > mask;
	pthread_mutex_unlock(&t->lock);
	if (full)
		grow(names, t, mask);
	return name;
}

/* The name as it stands in its slot. */
static inline uintptr_t marked(struct py_names *names, const char *s, size_t n)
{
	uintptr_t name;
	uint32_t hash;

	if (n > UINT32_MAX)
		n = UINT32_MAX;
	hash = hash_of(names->all, s, n);
	(void)find(__atomic_load_n(&part_of(names->all, hash)->slots, __ATOMIC_ACQUIRE), hash, s, n, &name);
	return name != 0 ? name : add(names, hash, s, n, PY_T_NAME);
}

const char *py_name(struct py_names *names, const char *s, size_t n)
{
	return letters(marked(names, s, n));
}

enum py_token py_word(struct py_names *names, const char *s, size_t n, const char **name)
{
	uintptr_t at = marked(names, s, n);

	*name = letters(at);
	if (!(at & KEYWORD))
		return PY_T_NAME;
	return (enum py_token)((const struct head *)(const void *)*name)[-1].token;
}

struct py_names *py_names_for(const struct py_names *names, struct arena *a)
{
	struct py_names *other = ARENA_NEW(a, struct py_names);

	other->a = a;
	other->all = names->all;
	return other;
}

struct py_names *py_names_new(struct arena *a)
{
	struct py_names *names = ARENA_NEW(a, struct py_names);
	struct spellings *t = ARENA_NEW(a, struct spellings);

	names->a = a;
	names->all = t;
	t->seed = mixed((uint64_t)(uintptr_t)t, 0xa0761d6478bd642fULL);
	t->other_seed = mixed((uint64_t)(uintptr_t)names ^ t->seed, 0xe7037ed1a0b428dbULL);
	for (size_t i = 0; i < TABLES; i++) {
		t->parts[i].slots = slots_new(a, SLOTS_FIRST - 1);
		(void)pthread_mutex_init(&t->parts[i].lock, NULL); /* has nothing to be freed */
	}
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
		size_t n = strlen(keywords[i]);

		(void)add(names, hash_of(t, keywords[i], n), keywords[i], n,
			  (enum py_token)(PY_T_FALSE + i));
	}
	return names;
}
