/* ldcache_make.c - the cache that `ldconfig -X` would write: for simulations, nothing runs and nothing is
 * written.
 *
 * Source: glibc elf/ldconfig.c (search_dir, manual_link left out), elf/cache.c (compare, save_cache).
 * Sub-directories of glibc-hwcaps and old multilib formats are left out: they choose between copies of one
 * library, and do not decide whether one is found.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "machine/machine.h"
#include "object/elfconst.h"

#define MAGIC "glibc-ld.so.cache1.1"

enum { HEADER = 48, ENTRY = 24, MAX_ENTRIES = 1 << 16, PAGE = 4096 };

struct item {
	const char *name, *path;
	int32_t flags;
	size_t order; /* equal ones stay as they were found */
};

struct making {
	struct store *s;
	struct arena *a;
	struct {
		struct item *items;
		size_t n, cap;
	} l;
};

/* The largest name comes first, as the binary search of the loader wants it. */
static int compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	const char *end = x->name;
	int order = ldcache_compare(y->name, &end, false);

	if (order == 0)
		order = y->flags < x->flags ? -1 : y->flags > x->flags;
	return order != 0 ? order : x->order < y->order ? -1 : 1;
}

/* lib*.so*, ld-*.so*: what ldconfig looks at. */
static bool is_library_name(const char *name)
{
	return (strncmp(name, "lib", 3) == 0 || strncmp(name, "ld-", 3) == 0 ||
		strncmp(name, "ld.so.", 6) == 0 || strncmp(name, "ld64.so.", 8) == 0) &&
	       strstr(name, ".so") != NULL;
}

static bool known(const struct making *m, const char *name, const char *dir)
{
	size_t n = strlen(dir);

	for (size_t i = m->l.n; i-- > 0;)
		if (strcmp(m->l.items[i].name, name) == 0 && strncmp(m->l.items[i].path, dir, n) == 0 &&
		    m->l.items[i].path[n] == '/')
			return true;
	return false;
}

/* libx.so -> libx.so.1, the link for the linker: it has an entry of its own beside that of the SONAME. */
static bool is_development_link(const struct making *m, const char *path, const char *file,
				const char *soname)
{
	struct os_stat st;

	return str_ends(file, ".so") && strncmp(soname, file, strlen(file)) == 0 &&
	       source_stat(store_source(m->s), path, false, &st) == 0 && st.type == OS_SYMLINK;
}

/* The name under which ldconfig enters the file. */
static const char *name_of(const struct making *m, const char *path, const char *file, const char *soname)
{
	return soname == NULL || strchr(soname, '/') != NULL || is_development_link(m, path, file, soname)
		       ? file
		       : soname;
}

static void add(struct making *m, const char *dir, const char *file)
{
	const char *path = arena_printf(m->a, "%s/%s", dir, file), *name;
	const struct store_entry *en = store_open(m->s, path);
	struct ldcache_query q = { 0 };

	if (en == NULL || en->err != 0 || en->file->kind != FILE_ELF || en->file->elf.defect != ELF_OK ||
	    en->file->elf.type != ET_DYN || m->l.n == MAX_ENTRIES)
		return;
	name = name_of(m, path, file, en->file->elf.soname);
	if (known(m, name, dir))
		return;
	q.machine = en->file->elf.machine;
	q.is64 = en->file->elf.is64;
	q.eflags = en->file->elf.flags;
	if (strcmp(name, file) != 0 && store_has_file(m->s, arena_printf(m->a, "%s/%s", dir, name)))
		path = arena_printf(m->a, "%s/%s", dir, name);
	*ARENA_PUSH(m->a, &m->l) = (struct item) { name, path, ldcache_flags(&q), m->l.n };
}

static void put32(unsigned char *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void write_out(struct making *m, struct view *out)
{
	size_t strings = 0, at = HEADER + m->l.n * ENTRY, all;
	unsigned char *p;

	for (size_t i = 0; i < m->l.n; i++)
		strings += strlen(m->l.items[i].name) + strlen(m->l.items[i].path) + 2;
	all = at + strings;
	p = arena_alloc(m->a, (all + PAGE - 1) / PAGE * PAGE);
	memcpy(p, MAGIC, strlen(MAGIC));
	put32(p + 20, (uint32_t)m->l.n);
	put32(p + 24, (uint32_t)strings);
	for (size_t i = 0; i < m->l.n; i++) {
		const struct item *it = &m->l.items[i];
		unsigned char *e = p + HEADER + i * ENTRY;

		put32(e, (uint32_t)it->flags);
		put32(e + 4, (uint32_t)at);
		memcpy(p + at, it->name, strlen(it->name) + 1);
		at += strlen(it->name) + 1;
		put32(e + 8, (uint32_t)at);
		memcpy(p + at, it->path, strlen(it->path) + 1);
		at += strlen(it->path) + 1;
	}
	*out = (struct view) { p, all };
}

void ldcache_make(struct store *s, const char *const *dirs, size_t n, struct arena *a, struct view *out)
{
	struct making m = { .s = s, .a = a };

	for (size_t i = 0; i < n; i++) {
		const struct store_listing *l = store_list(s, dirs[i]);

		for (size_t k = 0; l != NULL && k < l->n; k++)
			if (is_library_name(l->names[k]))
				add(&m, dirs[i], l->names[k]);
	}
	if (m.l.n > 1)
		qsort(m.l.items, m.l.n, sizeof(*m.l.items), compare_items);
	write_out(&m, out);
}
