/* live_list.c - the loader's own account of a process, read from its memory.
 *
 * Layouts, in words of the process: struct r_debug (<link.h>: version, map, brk, state, ldbase, and
 * from version 2 on next), struct link_map (glibc's include/link.h: addr, name, ld, next, prev,
 * real, ns, libname; l_searchlist lies further on, where it differs by release), struct
 * libname_list (name, next), struct rtld_global (first namespace: loaded, nloaded,
 * main_searchlist). A debugger does the same. Whatever stands there was written by a program that
 * may mean ill: addresses are only followed by the reader, lists have ends here, and a list that
 * does not hang together is none.
 */
#include <errno.h>
#include <string.h>

#include "machine/live.h"

enum {
	MAX_MAPS = 65536,
	MAX_NAMES = 64,       /* of one object */
	MAX_NAME = 4096,
	MAX_NAMESPACES = 16,
	SCAN_BYTES = 1024,    /* of a link map: l_searchlist lies in its first 800 bytes */
	CHUNK = 256
};
#define MAX_RTLD 16384 /* bytes of struct rtld_global that are looked at */
#define MAX_LISTED ((size_t)1 << 20) /* places in all search lists together */

enum { R_MAP = 1, R_STATE = 3, R_NEXT = 5 };                     /* words of struct r_debug */
enum { L_ADDR, L_NAME, L_LD, L_NEXT, L_PREV, L_REAL, L_NS, L_LIBNAME, L_WORDS };

struct listing {
	size_t ndirs; /* folders that were looked at, of all lists together */
	const struct live_memory *m;
	const struct live_hooks *h;
	struct arena *a;
	struct live_list *out;
	size_t word;
	uint64_t *index;     /* hash table: address of a link map -> its place + 1, in pairs */
	size_t mask;
	uint64_t list_at;    /* offset of l_searchlist in a link map, 0: unknown */
	size_t listed;
	int err;
};

/* ---- words and strings ------------------------------------------------------------------------ */

static bool get(struct listing *l, uint64_t at, void *buf, size_t n)
{
	int err = l->m->read(l->m->ctx, at, buf, n);

	if (err != 0)
		l->err = err;
	return err == 0;
}

static uint64_t word_of(const struct listing *l, const unsigned char *p)
{
	return l->word == 8 ? load64(p, l->m->swap) : load32(p, l->m->swap);
}

/* n words, at most L_WORDS, at an address. */
static bool get_words(struct listing *l, uint64_t at, uint64_t *out, size_t n)
{
	unsigned char buf[L_WORDS * 8];

	if (!get(l, at, buf, n * l->word))
		return false;
	for (size_t i = 0; i < n; i++)
		out[i] = word_of(l, buf + i * l->word);
	return true;
}

static bool get_u32(struct listing *l, uint64_t at, uint32_t *out)
{
	unsigned char buf[4];

	if (!get(l, at, buf, sizeof(buf)))
		return false;
	*out = load32(buf, l->m->swap);
	return true;
}

/* A string, in pieces that cross no page. NULL: none is there, or it has no end. */
static const char *get_string(struct listing *l, uint64_t at)
{
	char buf[MAX_NAME];
	size_t n = 0;

	if (at == 0)
		return NULL;
	while (n < MAX_NAME) {
		size_t take = CHUNK - (size_t)((at + n) % CHUNK);

		if (take > MAX_NAME - n)
			take = MAX_NAME - n;
		if (!get(l, at + n, buf + n, take))
			return NULL;
		if (memchr(buf + n, 0, take) != NULL)
			return arena_strdup(l->a, buf);
		n += take;
	}
	return NULL;
}

/* ---- which link map is at an address? ----------------------------------------------------------- */

static uint64_t mix(uint64_t x)
{
	x *= 0x9e3779b97f4a7c15u;
	return x ^ x >> 32;
}

static uint64_t *slot_of(const struct listing *l, uint64_t at)
{
	size_t i = (size_t)mix(at) & l->mask;

	while (l->index[2 * i] != 0 && l->index[2 * i] != at)
		i = (i + 1) & l->mask;
	return &l->index[2 * i];
}

static void make_index(struct listing *l)
{
	size_t cap = 16;

	while (cap < 2 * l->out->n)
		cap *= 2;
	l->mask = cap - 1;
	l->index = ARENA_ARRAY(l->a, 2 * cap, uint64_t);
	for (size_t i = 0; i < l->out->n; i++) {
		uint64_t *slot = slot_of(l, l->out->maps[i].at);

		slot[0] = l->out->maps[i].at;
		slot[1] = i + 1;
	}
}

static bool place_of(const struct listing *l, uint64_t at, uint32_t *out)
{
	const uint64_t *slot = slot_of(l, at);

	if (at == 0 || slot[0] != at)
		return false;
	*out = (uint32_t)(slot[1] - 1);
	return true;
}

/* ---- the list ----------------------------------------------------------------------------------- */

struct map_list {
	struct live_map *items;
	size_t n, cap;
};

/* Follows l_next from `at`; each points back to the one before it. */
static enum live_trouble walk(struct listing *l, uint64_t at, struct map_list *maps)
{
	uint64_t before = 0, w[L_WORDS];

	for (; at != 0; before = at, at = w[L_NEXT]) {
		struct live_map *m;

		if (maps->n == MAX_MAPS || !get_words(l, at, w, L_WORDS) || w[L_PREV] != before)
			return LIVE_BROKEN;
		m = ARENA_PUSH(l->a, maps);
		m->at = at;
		m->addr = w[L_ADDR];
		m->ld = w[L_LD];
		m->name = get_string(l, w[L_NAME]);
		if (m->name == NULL)
			return LIVE_BROKEN;
	}
	return maps->n > 0 ? LIVE_OK : LIVE_NO_LIST;
}

/* Are glibc's private members where they are expected? Other loaders have others there. */
static bool is_glibc(struct listing *l, const struct live_map *m)
{
	uint64_t w[L_WORDS];

	return get_words(l, m->at, w, L_WORDS) && w[L_REAL] == m->at && w[L_NS] == 0;
}

struct name_list {
	const char **items;
	size_t n, cap;
};

static void read_names(struct listing *l, struct live_map *m)
{
	struct name_list names = { NULL, 0, 0 };
	uint64_t w[L_WORDS], item[2];

	if (!get_words(l, m->at, w, L_WORDS))
		return;
	for (uint64_t at = w[L_LIBNAME]; at != 0 && names.n < MAX_NAMES; at = item[1]) {
		const char *name = get_words(l, at, item, 2) ? get_string(l, item[0]) : NULL;

		if (name == NULL)
			break;
		*ARENA_PUSH(l->a, &names) = name;
	}
	m->names = names.items;
	m->nnames = names.n;
}

/* ---- search lists ------------------------------------------------------------------------------- */

/* A struct r_scope_elem at `at`: pointer to link maps, and their number. `first`: which one must
 * stand first, SIZE_MAX: any. False if that is not what is there. */
static bool read_scope(struct listing *l, uint64_t at, size_t first, const uint32_t **out,
		       size_t *n)
{
	unsigned char buf[CHUNK], head[16];
	uint64_t v;
	uint32_t *places;

	if (!get(l, at, head, l->word + 4))
		return false;
	v = word_of(l, head);
	*n = load32(head + l->word, l->m->swap);
	if (v == 0 || *n == 0 || *n > l->out->n || *n > MAX_LISTED - l->listed)
		return false;
	places = ARENA_ARRAY(l->a, *n, uint32_t);
	for (size_t i = 0; i < *n; i++) {
		size_t in_chunk = i % (CHUNK / 8);
		size_t left = *n - i < CHUNK / 8 ? *n - i : CHUNK / 8;

		if (in_chunk == 0 && !get(l, v + i * l->word, buf, left * l->word))
			return false;
		if (!place_of(l, word_of(l, buf + in_chunk * l->word), &places[i]) ||
		    (i == 0 && first != SIZE_MAX && places[0] != first))
			return false;
	}
	l->listed += *n;
	*out = places;
	return true;
}

/* By what the loader keeps of its first namespace: the list of that namespace must be this one. */
static bool global_by_namespace(struct listing *l)
{
	uint64_t w[3], main = l->out->maps[0].at;

	if (l->h->rtld_global == 0 || !get_words(l, l->h->rtld_global, w, 3) || w[0] != main ||
	    w[2] <= main || w[2] - main > SCAN_BYTES)
		return false;
	l->list_at = w[2] - main;
	return read_scope(l, w[2], 0, &l->out->global, &l->out->nglobal);
}

/* By its form: the first place in the program's link map that holds a list of known link maps which
 * begins with the program. */
static bool global_by_form(struct listing *l)
{
	for (uint64_t off = L_WORDS * l->word; off < SCAN_BYTES; off += l->word) {
		if (!read_scope(l, l->out->maps[0].at + off, 0, &l->out->global, &l->out->nglobal) ||
		    (l->out->nglobal < 2 && l->out->n > 2))
			continue;
		l->list_at = off;
		return true;
	}
	return false;
}

static void read_opened(struct listing *l, size_t i)
{
	struct live_map *m = &l->out->maps[i];
	uint64_t v;

	if (!get_words(l, m->at + l->list_at, &v, 1) || v == 0)
		return;
	m->opened = true;
	if (!read_scope(l, m->at + l->list_at, i, &m->list, &m->nlist))
		m->nlist = 0;
}

/* ---- static TLS --------------------------------------------------------------------------------- */

#define TLS_MAX ((uint64_t)1 << 30) /* bytes that a static TLS area may have */

static void read_tls_offsets(struct listing *l, struct live_map *maps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!get_words(l, maps[i].at + l->h->tls_offset_at, &maps[i].tls_offset, 1)) {
			l->out->tls_known = false;
			return;
		}
		if (maps[i].tls_offset < TLS_MAX && maps[i].tls_offset > l->out->tls_most)
			l->out->tls_most = maps[i].tls_offset;
	}
}

static void read_tls_used(struct listing *l)
{
	uint64_t w[4];

	if (l->h->rtld_global == 0 || l->h->slotinfo_at == 0 || !l->h->tls_used_behind ||
	    !get_words(l, l->h->rtld_global + l->h->slotinfo_at, w, 4))
		return;
	l->out->tls_used_known = w[0] != 0 && w[2] >= l->out->tls_most && w[2] < TLS_MAX &&
				 w[3] < TLS_MAX;
	l->out->tls_used = w[2];
	l->out->tls_optional = w[3];
}

/* ---- folders ------------------------------------------------------------------------------------ */

enum { D_NEXT, D_WHAT, D_WHERE, D_NAME, D_LEN, D_WORDS, MAX_DIRS = 8192, MAX_ALL_DIRS = 16384,
       MAX_SUBDIRS = 4096 };

struct dir_items {
	struct live_dir *items;
	size_t n, cap;
};

static const char system_dirs[] = "system search path";

static bool is_origin_of_dirs(const char *what)
{
	return what != NULL && (strcmp(what, system_dirs) == 0 || strcmp(what, "RPATH") == 0 ||
				strcmp(what, "RUNPATH") == 0 || strcmp(what, "LD_LIBRARY_PATH") == 0);
}

static bool read_status(struct listing *l, uint64_t at, size_t n, struct live_dir *d)
{
	unsigned char *status = arena_alloc(l->a, n), buf[CHUNK];

	for (size_t i = 0; i < n; i++) {
		size_t in_chunk = i % (CHUNK / 4), left = n - i < CHUNK / 4 ? n - i : CHUNK / 4;
		uint32_t v;

		if (in_chunk == 0 && !get(l, at + 4 * i, buf, 4 * left))
			return false;
		v = load32(buf + 4 * in_chunk, l->m->swap);
		if (v > LIVE_PRESENT)
			return false;
		status[i] = (unsigned char)v;
	}
	d->status = status;
	d->n = n;
	return true;
}

/* A struct r_search_path_elem. Behind its five words stand the statuses; behind these its name, unless
 * it is one of the loader's own: so the name tells how many there are. */
static bool read_dir(struct listing *l, uint64_t at, const uint64_t *w, size_t *subdirs,
		     struct live_dir *d)
{
	uint64_t status = at + D_WORDS * l->word, room = w[D_NAME] - status;
	const char *what = get_string(l, w[D_WHAT]);

	d->name = get_string(l, w[D_NAME]);
	if (d->name == NULL || strlen(d->name) != w[D_LEN] || !is_origin_of_dirs(what) ||
	    (w[D_LEN] > 0 && d->name[w[D_LEN] - 1] != '/'))
		return false;
	if (strcmp(what, system_dirs) != 0 && w[D_NAME] > status && room % 4 == 0 && room / 4 <= MAX_SUBDIRS)
		*subdirs = (size_t)room / 4;
	return *subdirs == 0 || read_status(l, status, *subdirs, d);
}

/* Is a list of folders (_dl_all_dirs: the last one first, the default ones at its end) at `at`? */
static bool read_dir_list(struct listing *l, uint64_t at, struct dir_items *out)
{
	uint64_t w[D_WORDS];
	size_t subdirs = 0;

	for (; at != 0; at = w[D_NEXT]) {
		struct live_dir d = { NULL, NULL, 0 };

		if (out->n == MAX_DIRS || l->ndirs++ >= MAX_ALL_DIRS ||
		    !get_words(l, at, w, D_WORDS) || w[D_NEXT] == at ||
		    !read_dir(l, at, w, &subdirs, &d))
			return false;
		*ARENA_PUSH(l->a, out) = d;
	}
	return out->n > 0;
}

static void read_dirs(struct listing *l)
{
	uint64_t size = l->h->rtld_size < MAX_RTLD ? l->h->rtld_size : MAX_RTLD, at;

	for (uint64_t off = 0; l->h->rtld_global != 0 && off + l->word <= size; off += l->word) {
		struct dir_items dirs = { NULL, 0, 0 };

		if (!get_words(l, l->h->rtld_global + off, &at, 1) || at == 0 ||
		    !read_dir_list(l, at, &dirs))
			continue;
		l->out->dirs = dirs.items;
		l->out->ndirs = dirs.n;
		return;
	}
}

/* ---- other namespaces --------------------------------------------------------------------------- */

/* r_version 2 (glibc 2.35): a chain of struct r_debug, one for each namespace that dlmopen made. */
static void read_others(struct listing *l)
{
	struct name_list names = { NULL, 0, 0 };
	uint64_t next = 0, w[6];
	uint32_t version;

	if (!get_u32(l, l->h->r_debug, &version) || version < 2 ||
	    !get_words(l, l->h->r_debug + R_NEXT * l->word, &next, 1))
		return;
	for (int i = 1; i < MAX_NAMESPACES && next != 0; i++, next = w[R_NEXT]) {
		struct map_list maps = { NULL, 0, 0 };

		if (!get_words(l, next, w, 6) || walk(l, w[R_MAP], &maps) != LIVE_OK)
			return;
		if (l->out->tls_known)
			read_tls_offsets(l, maps.items, maps.n);
		for (size_t k = 0; k < maps.n; k++)
			*ARENA_PUSH(l->a, &names) = maps.items[k].name;
		l->out->others = names.items;
		l->out->nothers = names.n;
	}
}

/* ---- one reading -------------------------------------------------------------------------------- */

/* Has the list changed while it was read? */
static bool has_changed(struct listing *l, uint64_t before)
{
	uint64_t now, w[L_WORDS], at = before;
	uint32_t state;

	if (!get_words(l, l->h->r_debug + R_MAP * l->word, &now, 1) || now != before ||
	    !get_u32(l, l->h->r_debug + R_STATE * l->word, &state) || state != 0)
		return true;
	for (size_t i = 0; i < l->out->n; i++, at = w[L_NEXT])
		if (at != l->out->maps[i].at || !get_words(l, at, w, L_WORDS))
			return true;
	return at != 0;
}

static void read_private(struct listing *l)
{
	l->out->names_known = is_glibc(l, &l->out->maps[0]);
	if (!l->out->names_known)
		return;
	make_index(l);
	for (size_t i = 0; i < l->out->n; i++)
		read_names(l, &l->out->maps[i]);
	l->out->global_known = global_by_namespace(l) || global_by_form(l);
	for (size_t i = 1; l->out->global_known && i < l->out->n; i++)
		read_opened(l, i);
	l->out->tls_known = l->h->tls_offset_at != 0;
	if (l->out->tls_known)
		read_tls_offsets(l, l->out->maps, l->out->n);
	read_others(l);
	read_dirs(l);
	if (l->out->tls_known)
		read_tls_used(l);
}

enum live_trouble live_list_read(const struct live_memory *m, const struct live_hooks *h,
				 struct arena *a, struct live_list *out, int *err)
{
	struct listing l = { .m = m, .h = h, .a = a, .out = out, .word = m->is64 ? 8 : 4 };
	struct map_list maps = { NULL, 0, 0 };
	uint64_t first;
	uint32_t state;
	enum live_trouble t;

	memset(out, 0, sizeof(*out));
	*err = 0;
	if (h->r_debug == 0)
		return LIVE_NO_LIST;
	if (!get_words(&l, h->r_debug + R_MAP * l.word, &first, 1) ||
	    !get_u32(&l, h->r_debug + R_STATE * l.word, &state)) {
		*err = l.err;
		return l.err == EIO ? LIVE_BROKEN : LIVE_UNREADABLE;
	}
	if (state != 0)
		return LIVE_BUSY;
	t = walk(&l, first, &maps);
	out->maps = maps.items;
	out->n = maps.n;
	if (t == LIVE_OK)
		read_private(&l);
	if (t != LIVE_NO_LIST && has_changed(&l, first))
		return LIVE_BUSY;
	return t;
}
