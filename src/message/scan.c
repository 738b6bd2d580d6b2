/* scan.c - the automaton of scan.h: a complete table, small enough for the caches. */
#include "message/scan.h"

#include <string.h>

#include "message/pattern.h"

struct scan {
	unsigned char class_of[256]; /* 0: not seen; 1: in no word */
	size_t classes;
	uint16_t *next;              /* next[state * classes + class] */
	uint32_t first_hit;          /* states from here on end a word */
	struct {
		uint32_t *words;
		size_t n;
	} *found;                    /* of state - first_hit */
};

/* While it is built. */
struct trie {
	struct arena *a;
	size_t classes, n;
	uint16_t *next;              /* 0: none */
	uint16_t *fail, *order;
	struct word_list {
		uint32_t *items;
		size_t n, cap;
	} *words;
};

static void make_classes(struct scan *s, const char *const *words, size_t n)
{
	bool used[256] = { false };

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; words[i][k] != '\0' && k < SCAN_DEPTH; k++)
			used[(unsigned char)words[i][k]] = true;
	s->classes = 2;
	for (unsigned c = 0; c < 256; c++)
		if (used[c])
			s->class_of[c] = (unsigned char)s->classes++;
	for (unsigned c = 0; c < 256; c++) {
		unsigned char folded = pattern_fold((unsigned char)c);

		if (folded == 0)
			s->class_of[c] = 0;
		else if (!used[folded])
			s->class_of[c] = 1;
		else
			s->class_of[c] = s->class_of[folded];
	}
}

static size_t count_states(const char *const *words, size_t n)
{
	size_t states = 1;

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(words[i]);

		states += len < SCAN_DEPTH ? len : SCAN_DEPTH;
	}
	return states;
}

static void add_word(struct scan *s, struct trie *t, const char *word, uint32_t number)
{
	size_t at = 0;

	for (size_t k = 0; word[k] != '\0' && k < SCAN_DEPTH; k++) {
		uint16_t *next = &t->next[at * t->classes + s->class_of[(unsigned char)word[k]]];

		/* More states than a table of this kind can number: the word is looked for by its
		 * beginning. */
		if (*next == 0 && t->n > UINT16_MAX)
			break;
		if (*next == 0)
			*next = (uint16_t)t->n++;
		at = *next;
	}
	*ARENA_PUSH(t->a, &t->words[at]) = number;
}

/* Breadth first: what is missing goes where the longest other beginning goes. */
static void complete(struct trie *t)
{
	size_t head = 0, tail = 1; /* order[0] is the start */

	while (head < tail) {
		uint16_t at = t->order[head++];

		for (size_t c = 1; c < t->classes; c++) {
			uint16_t *next = &t->next[at * t->classes + c];
			uint16_t other = at == 0 ? 0 : t->next[t->fail[at] * t->classes + c];

			if (*next == 0) {
				*next = other;
				continue;
			}
			t->fail[*next] = other;
			for (size_t i = 0; i < t->words[other].n; i++)
				*ARENA_PUSH(t->a, &t->words[*next]) = t->words[other].items[i];
			t->order[tail++] = *next;
		}
		t->next[at * t->classes] = at;
	}
}

/* States are numbered anew, those that end a word last. */
static void number(struct scan *s, struct trie *t)
{
	uint16_t *now = ARENA_ARRAY(t->a, t->n, uint16_t);
	size_t plain = 0, hits = 0;

	for (size_t i = 0; i < t->n; i++)
		plain += t->words[i].n == 0;
	s->first_hit = (uint32_t)plain;
	s->found = arena_array(t->a, t->n - plain + 1, sizeof(*s->found));
	plain = 0;
	for (size_t i = 0; i < t->n; i++) {
		if (t->words[i].n == 0) {
			now[i] = (uint16_t)plain++;
			continue;
		}
		s->found[hits].words = t->words[i].items;
		s->found[hits].n = t->words[i].n;
		now[i] = (uint16_t)(s->first_hit + hits++);
	}
	s->next = ARENA_ARRAY(t->a, t->n * t->classes, uint16_t);
	for (size_t i = 0; i < t->n; i++)
		for (size_t c = 0; c < t->classes; c++)
			s->next[now[i] * t->classes + c] = now[t->next[i * t->classes + c]];
}

struct scan *scan_new(struct arena *a, const char *const *words, size_t n)
{
	struct scan *s = ARENA_NEW(a, struct scan);
	struct trie t = { .a = a, .n = 1 };
	size_t most = count_states(words, n);

	make_classes(s, words, n);
	t.classes = s->classes;
	t.next = ARENA_ARRAY(a, most * t.classes, uint16_t);
	t.fail = ARENA_ARRAY(a, most, uint16_t);
	t.order = ARENA_ARRAY(a, most, uint16_t);
	t.words = ARENA_ARRAY(a, most, struct word_list);
	for (size_t i = 0; i < n; i++)
		add_word(s, &t, words[i], (uint32_t)i);
	complete(&t);
	number(s, &t);
	return s;
}

void scan_text(const struct scan *s, uint32_t *state, const char *text, size_t from, size_t to,
	       struct arena *a, struct scan_hits *out)
{
	uint32_t at = *state;

	for (size_t i = from; i < to; i++) {
		unsigned char class = s->class_of[(unsigned char)text[i]];

		at = s->next[at * s->classes + class];
		if (__builtin_expect(at >= s->first_hit && class != 0, 0))
			*ARENA_PUSH(a, out) = (struct scan_hit){ s->found[at - s->first_hit].words,
								 s->found[at - s->first_hit].n, i + 1 };
	}
	*state = at;
}
