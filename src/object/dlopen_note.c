/* dlopen_note.c - see dlopen_note.h. Jansson reads the JSON. */
#include "object/dlopen_note.h"

#include <jansson.h>
#include <string.h>

#include "object/elf_priv.h"

enum { MAX_NOTE = 256 << 10 }; /* bytes of JSON; real ones have some hundred */

/* Where the strings go: as many bytes as the text has, taken before Jansson owns anything, because
 * an arena without memory does not come back. */
struct pool {
	char *p;
	size_t left;
};

static const char *keep(struct pool *pool, const json_t *value)
{
	const char *s = json_string_value(value);
	size_t n = s != NULL ? strlen(s) + 1 : 0;
	char *copy = pool->p;

	if (n < 2 || n > pool->left)
		return NULL;
	memcpy(copy, s, n);
	pool->p += n;
	pool->left -= n;
	return copy;
}

static void keep_name(struct pool *pool, const json_t *value, struct dlopen_entry *out)
{
	const char *s = out->nnames < DLOPEN_NAMES ? keep(pool, value) : NULL;

	if (s != NULL)
		out->names[out->nnames++] = s;
}

static bool read_entry(struct pool *pool, const json_t *from, struct dlopen_entry *out)
{
	const json_t *names = json_object_get(from, "soname");

	*out = (struct dlopen_entry){ 0 };
	keep_name(pool, names, out); /* a single name need not be a list */
	for (size_t i = 0; i < json_array_size(names); i++)
		keep_name(pool, json_array_get(names, i), out);
	out->feature = keep(pool, json_object_get(from, "feature"));
	out->description = keep(pool, json_object_get(from, "description"));
	out->priority = keep(pool, json_object_get(from, "priority"));
	return out->nnames > 0;
}

static void read_note(struct view text, struct pool *pool, struct dlopen_entry *v, size_t *n)
{
	json_t *all = json_loadb((const char *)text.p, text.n, 0, NULL);

	for (size_t i = 0; i < json_array_size(all) && *n < DLOPEN_ENTRIES; i++)
		if (read_entry(pool, json_array_get(all, i), &v[*n]))
			(*n)++;
	json_decref(all);
}

size_t dlopen_note_read(const struct elf *e, struct arena *a, const struct dlopen_entry **out)
{
	struct dlopen_entry *v;
	struct elf_notes notes;
	size_t n = 0;

	*out = NULL;
	elf_notes(e, &notes);
	if (notes.ndlopen == 0)
		return 0;
	v = ARENA_ARRAY(a, DLOPEN_ENTRIES, struct dlopen_entry);
	for (size_t i = 0; i < notes.ndlopen; i++) {
		struct view text = notes.dlopen_json[i];
		struct pool pool = { NULL, text.n };

		if (text.n == 0 || text.n > MAX_NOTE)
			continue;
		pool.p = arena_alloc(a, text.n);
		read_note(text, &pool, v, &n);
	}
	*out = v;
	return n;
}
