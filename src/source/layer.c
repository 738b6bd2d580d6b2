/* layer.c - see layer.h. */
#include "source/layer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/names.h"

#define LAYER_DEVICE (UINT64_MAX - 1) /* no device that stat shows */

struct layer {
	struct map entries; /* path -> struct layer_entry */
	struct map inside;  /* path of a folder -> struct names: what was ever put into it */
	uint64_t inodes;
	uint32_t uid, gid; /* of who asks */
	bool alone;
	struct layer_entry top; /* of one that is alone: the root */
};

struct layer *layer_new(void)
{
	struct layer *l = calloc(1, sizeof(*l));

	if (l != NULL) {
		map_init(&l->entries);
		map_init(&l->inside);
		l->uid = os_euid();
		l->gid = os_egid();
	}
	return l;
}

static enum os_type type_of(enum layer_kind k)
{
	return k == LAYER_LINK ? OS_SYMLINK : k == LAYER_FOLDER ? OS_DIRECTORY : OS_REGULAR;
}

/* What stat says of it besides the mode: owned by who asks, as what one makes is. */
static void invent(struct layer *l, struct layer_entry *e)
{
	if (e->kind == LAYER_GONE || e->kind == LAYER_MODE)
		return;
	e->st.dev = LAYER_DEVICE;
	if (e->st.ino == 0)
		e->st.ino = ++l->inodes;
	e->st.uid = l->uid;
	e->st.gid = l->gid;
	e->st.type = type_of(e->kind);
	e->st.size = e->kind == LAYER_FILE ? e->bytes.n : e->target != NULL ? strlen(e->target) : 0;
}

struct layer *layer_new_alone(void)
{
	struct layer *l = layer_new();

	if (l == NULL)
		return NULL;
	l->alone = true;
	l->top = (struct layer_entry){ .kind = LAYER_FOLDER, .st.mode = 0755 };
	invent(l, &l->top);
	return l;
}

bool layer_is_alone(const struct layer *l)
{
	return l != NULL && l->alone;
}

static void free_entry(void *p)
{
	struct layer_entry *e = p;

	free(e->target);
	free(e);
}

static void free_names(void *p)
{
	names_free(p);
	free(p);
}

void layer_free(struct layer *l)
{
	if (l == NULL)
		return;
	map_free(&l->entries, free_entry);
	map_free(&l->inside, free_names);
	free(l);
}

/* The folder gets to know of the name. */
static int note(struct layer *l, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash == path ? 1 : (size_t)(slash - path);
	struct names *v = map_get(&l->inside, path, n);

	if (v == NULL) {
		v = calloc(1, sizeof(*v));
		if (v == NULL || !map_put(&l->inside, path, n, v)) {
			free(v);
			return ENOMEM;
		}
	}
	return names_add(v, slash + 1);
}

int layer_put(struct layer *l, const char *path, const struct layer_entry *e)
{
	struct layer_entry *mine = malloc(sizeof(*mine)), *old;

	if (mine == NULL)
		return ENOMEM;
	*mine = *e;
	old = map_get_str(&l->entries, path);
	if (e->kind == LAYER_MODE && old != NULL && old->kind != LAYER_GONE) {
		free(mine);
		old->st.mode = e->st.mode;
		return 0;
	}
	mine->target = e->target != NULL ? strdup(e->target) : NULL;
	if (e->target != NULL && mine->target == NULL) {
		free(mine);
		return ENOMEM;
	}
	invent(l, mine);
	if ((old == NULL && note(l, path) != 0) || !map_put_str(&l->entries, path, mine)) {
		free_entry(mine);
		return ENOMEM;
	}
	if (old != NULL)
		free_entry(old);
	return 0;
}

const struct layer_entry *layer_find(const struct layer *l, const char *path)
{
	if (l == NULL)
		return NULL;
	if (l->alone && (*path == '\0' || strcmp(path, "/") == 0))
		return &l->top;
	return map_get_str(&l->entries, path);
}

int layer_stat(const struct layer *l, const char *path, struct os_stat *out)
{
	const struct layer_entry *e = layer_find(l, path);
	int err;

	if (e == NULL && !layer_is_alone(l))
		return os_stat(path, false, out);
	if (e == NULL || e->kind == LAYER_GONE)
		return ENOENT;
	if (e->kind != LAYER_MODE) {
		*out = e->st;
		return 0;
	}
	err = os_stat(path, false, out);
	out->mode = e->st.mode;
	return err;
}

int layer_readlink(const struct layer *l, const char *path, char *buf, size_t n)
{
	const struct layer_entry *e = layer_find(l, path);
	size_t len;

	if (e == NULL && !layer_is_alone(l))
		return os_readlink(path, buf, n);
	if (e == NULL || e->kind != LAYER_LINK)
		return e == NULL || e->kind == LAYER_GONE ? ENOENT : EINVAL;
	len = strlen(e->target);
	if (len >= n)
		return ENAMETOOLONG;
	memcpy(buf, e->target, len + 1);
	return 0;
}

/* ---- folders ------------------------------------------------------------------------------------ */

struct listing {
	const struct layer *l;
	const char *dir; /* without a slash at its end */
	size_t len;
	struct names names;
	bool no_memory;
};

static void keep(struct listing *g, const char *name)
{
	if (names_add(&g->names, name) != 0)
		g->no_memory = true;
}

/* What the layer knows of a name in the folder. */
static const struct layer_entry *find_in(struct listing *g, const char *name)
{
	size_t n = strlen(name);
	char *path = malloc(g->len + n + 2);
	const struct layer_entry *e;

	if (path == NULL) {
		g->no_memory = true;
		return NULL;
	}
	memcpy(path, g->dir, g->len);
	path[g->len] = '/';
	memcpy(path + g->len + 1, name, n + 1);
	e = layer_find(g->l, path);
	free(path);
	return e;
}

/* What lies below, unless the layer knows better. */
static void add_theirs(const char *name, void *ctx)
{
	struct listing *g = ctx;
	const struct layer_entry *e = find_in(g, name);

	if (e == NULL || e->kind == LAYER_MODE)
		keep(g, name);
}

static void add_ours(struct listing *g)
{
	const struct names *v = map_get_str(&g->l->inside, g->dir);

	for (size_t i = 0; v != NULL && i < v->n; i++) {
		const struct layer_entry *e = find_in(g, v->items[i]);

		if (e != NULL && e->kind != LAYER_GONE && e->kind != LAYER_MODE)
			keep(g, v->items[i]);
	}
}

int layer_list(const struct layer *l, const char *dir, void (*fn)(const char *name, void *ctx), void *ctx)
{
	const struct layer_entry *e = layer_find(l, dir);
	struct listing g = { .l = l, .dir = dir, .len = strcmp(dir, "/") == 0 ? 0 : strlen(dir) };
	int err = 0;

	if (l == NULL)
		return os_list(dir, fn, ctx);
	if (e == NULL && l->alone)
		err = ENOENT;
	else if (e == NULL || e->kind == LAYER_MODE)
		err = os_list(dir, add_theirs, &g);
	else if (e->kind != LAYER_FOLDER)
		err = e->kind == LAYER_GONE ? ENOENT : ENOTDIR;
	if (err == 0)
		add_ours(&g);
	if (err == 0 && g.no_memory)
		err = ENOMEM;
	names_sort(&g.names);
	for (size_t i = 0; err == 0 && i < g.names.n; i++)
		fn(g.names.items[i], ctx);
	names_free(&g.names);
	return err;
}
