/* resolve.c - paths walked below a root.
 *
 * The order of the checks is that of Linux's link_path_walk: a component is looked at only when
 * what stands before it is a folder that may be searched, 40 links are followed in one walk, a
 * final slash makes the last component a folder and follows it.
 */
#include "source/resolve.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "source/layer.h"

enum { REMEMBER_MAX = 1 << 16 }; /* folders, so that hostile search paths cannot fill memory */

struct folder {
	int err;      /* why it cannot be reached, 0 if it can */
	int links;    /* followed on the way */
	size_t n;
	char text[];  /* below the root, without final slash */
};

struct resolver {
	pthread_mutex_t lock; /* of the map; the folders in it do not change */
	struct map folders;   /* absolute path as written -> struct folder */
	const struct layer *layer; /* NULL: none */
	size_t n;
	char root[];
};

static int descend(struct resolver *r, struct place *at, const char *text, size_t n, int *links);

struct resolver *resolver_new(const char *root, const struct layer *layer)
{
	size_t n = strlen(root);
	struct resolver *r;

	if (n >= RESOLVE_PATH_MAX)
		return NULL;
	r = calloc(1, sizeof(*r) + n + 1);
	if (r == NULL)
		return NULL;
	if (pthread_mutex_init(&r->lock, NULL) != 0) {
		free(r);
		return NULL;
	}
	map_init(&r->folders);
	r->layer = layer;
	r->n = n;
	memcpy(r->root, root, n);
	return r;
}

void resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	map_free(&r->folders, free);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

void resolver_forget(struct resolver *r)
{
	pthread_mutex_lock(&r->lock);
	map_free(&r->folders, free);
	map_init(&r->folders);
	pthread_mutex_unlock(&r->lock);
}

const char *resolver_root(const struct resolver *r)
{
	return r->root;
}

/* ---- places ------------------------------------------------------------------------------- */

static void place_start(struct place *at, const struct resolver *r)
{
	memcpy(at->text, r->root, r->n + 1);
	at->root = at->n = r->n;
}

static void place_cut(struct place *at, size_t n)
{
	at->n = n;
	at->text[n] = '\0';
}

static int place_append(struct place *at, const char *text, size_t n)
{
	if (n >= sizeof(at->text) - at->n)
		return ENAMETOOLONG;
	memcpy(at->text + at->n, text, n);
	place_cut(at, at->n + n);
	return 0;
}

static int place_enter(struct place *at, const char *name, size_t n)
{
	int err = place_append(at, "/", 1);

	return err != 0 ? err : place_append(at, name, n);
}

/* ".." at the root stays there. */
static void place_leave(struct place *at)
{
	size_t n = at->n;

	while (n > at->root && at->text[n - 1] != '/')
		n--;
	place_cut(at, n > at->root ? n - 1 : at->root);
}

const char *place_host(const struct place *at)
{
	return at->n == 0 ? "/" : at->text;
}

const char *place_up(struct place *at)
{
	place_leave(at);
	return place_host(at);
}

const char *place_inside(const struct place *at)
{
	return at->n == at->root ? "/" : at->text + at->root;
}

/* ---- remembered folders ------------------------------------------------------------------- */

static const struct folder *recall(struct resolver *r, const char *path, size_t n)
{
	const struct folder *f;

	pthread_mutex_lock(&r->lock);
	f = map_get(&r->folders, path, n);
	pthread_mutex_unlock(&r->lock);
	return f;
}

/* Only answers that do not depend on how the walk began: ELOOP counts the links before it. */
static bool worth_remembering(int err)
{
	return err == 0 || err == ENOENT || err == ENOTDIR || err == EACCES || err == ENAMETOOLONG;
}

/* Without memory it is merely not remembered. */
static void remember(struct resolver *r, const char *path, size_t n, const struct place *at,
		     int err, int links)
{
	size_t len = at->n - at->root;
	struct folder *f;

	if (!worth_remembering(err))
		return;
	f = malloc(sizeof(*f) + len + 1);
	if (f == NULL)
		return;
	f->err = err;
	f->links = links;
	f->n = len;
	memcpy(f->text, at->text + at->root, len + 1);
	pthread_mutex_lock(&r->lock);
	if (r->folders.n >= REMEMBER_MAX || map_get(&r->folders, path, n) != NULL ||
	    !map_put(&r->folders, path, n, f))
		free(f);
	pthread_mutex_unlock(&r->lock);
}

static size_t skip_slashes(const char *text, size_t i, size_t n)
{
	while (i < n && text[i] == '/')
		i++;
	return i;
}

static size_t skip_name(const char *text, size_t i, size_t n)
{
	while (i < n && text[i] != '/')
		i++;
	return i;
}

/* The length of `path` without its last component and the slashes before and behind that. */
static size_t without_last(const char *path, size_t n)
{
	while (n > 0 && path[n - 1] == '/')
		n--;
	while (n > 0 && path[n - 1] != '/')
		n--;
	while (n > 0 && path[n - 1] == '/')
		n--;
	return n;
}

/* Puts *at where the longest remembered beginning of `path` leads; *from is its length. */
static int recall_prefix(struct resolver *r, struct place *at, const char *path, size_t n,
			 int *links, size_t *from)
{
	const struct folder *f = NULL;

	place_cut(at, at->root);
	while (n > 0 && path[n - 1] == '/')
		n--;
	for (*from = n; *from > 0; *from = without_last(path, *from)) {
		f = recall(r, path, *from);
		if (f != NULL)
			break;
	}
	if (f == NULL)
		return 0;
	*links += f->links;
	if (*links > RESOLVE_LINKS_MAX)
		return ELOOP;
	return f->err != 0 ? f->err : place_append(at, f->text, f->n);
}

/* ---- walking ------------------------------------------------------------------------------ */

/* May names be looked up in the folder *at? The kernel asks that for "." and ".." too. */
static int searchable(const struct resolver *r, struct place *at)
{
	const struct layer_entry *e = layer_find(r->layer, at->text);
	size_t n = at->n;
	struct os_stat st;
	int err = 0;

	if (e != NULL && e->kind == LAYER_FOLDER)
		return 0;
	if (layer_is_alone(r->layer))
		return ENOENT;
	err = place_append(at, "/.", 2);

	if (err == 0)
		err = os_stat(at->text, false, &st);
	place_cut(at, n);
	return err;
}

/* Reads the link *at and leaves *at in the link's folder. *target is malloc'ed. */
static int read_link(const struct resolver *r, struct place *at, int *links, char **target)
{
	int err;

	*target = NULL;
	if (++*links > RESOLVE_LINKS_MAX)
		return ELOOP;
	*target = malloc(RESOLVE_PATH_MAX);
	if (*target == NULL)
		return ENOMEM;
	err = layer_readlink(r->layer, at->text, *target, RESOLVE_PATH_MAX);
	if (err == 0 && (*target)[0] == '\0')
		err = ENOENT;
	if (err != 0) {
		free(*target);
		*target = NULL;
	}
	place_leave(at);
	return err;
}

/* Goes from the folder *at into its folder `name`. Calls descend for a link, at most 40 deep. */
static int step(struct resolver *r, struct place *at, const char *name, size_t n, int *links)
{
	bool dots = name[0] == '.' && (n == 1 || (n == 2 && name[1] == '.'));
	struct os_stat st;
	char *target;
	int err;

	if (dots) {
		err = searchable(r, at);
		if (err == 0 && n == 2)
			place_leave(at);
		return err;
	}
	err = place_enter(at, name, n);
	if (err == 0)
		err = layer_stat(r->layer, at->text, &st);
	if (err != 0)
		return err;
	if (st.type != OS_SYMLINK)
		return st.type == OS_DIRECTORY ? 0 : ENOTDIR;
	err = read_link(r, at, links, &target);
	if (err == 0)
		err = descend(r, at, target, strlen(target), links);
	free(target);
	return err;
}

static int descend_absolute(struct resolver *r, struct place *at, const char *path, size_t n,
			    int *links)
{
	int before = *links;
	size_t i, end;
	int err = recall_prefix(r, at, path, n, links, &i);

	while (err == 0) {
		i = skip_slashes(path, i, n);
		if (i == n)
			break;
		end = skip_name(path, i, n);
		err = step(r, at, path + i, end - i, links);
		remember(r, path, end, at, err, *links - before);
		i = end;
	}
	return err;
}

/* Goes to the folder `text`, from *at if that is relative. */
static int descend(struct resolver *r, struct place *at, const char *text, size_t n, int *links)
{
	size_t i, end;
	int err = 0;

	if (n > 0 && text[0] == '/')
		return descend_absolute(r, at, text, n, links);
	for (i = skip_slashes(text, 0, n); err == 0 && i < n; i = skip_slashes(text, end, n)) {
		end = skip_name(text, i, n);
		err = step(r, at, text + i, end - i, links);
	}
	return err;
}

/* A path as the walk of its last component needs it. */
struct tail {
	size_t dir;      /* bytes of the path that name the folder */
	const char *name;
	size_t n;        /* of name; 0: all of the path is a folder's ("/", "a/..") */
	bool slash;      /* ends in a slash */
};

static void split(const char *path, struct tail *t)
{
	size_t n = strlen(path), end = n;

	while (end > 0 && path[end - 1] == '/')
		end--;
	t->slash = end < n;
	t->dir = end;
	while (t->dir > 0 && path[t->dir - 1] != '/')
		t->dir--;
	t->name = path + t->dir;
	t->n = end - t->dir;
	if ((t->n == 1 && t->name[0] == '.') || (t->n == 2 && memcmp(t->name, "..", 2) == 0)) {
		t->dir = end;
		t->n = 0;
	}
}

static int check_length(const char *path)
{
	if (path[0] == '\0')
		return ENOENT;
	return strnlen(path, RESOLVE_PATH_MAX) == RESOLVE_PATH_MAX ? ENAMETOOLONG : 0;
}

/* Goes to what `path` names, the last component included, and looks at that without following. */
static int arrive(struct resolver *r, const char *path, const struct tail *t, struct place *at,
		  int *links, struct os_stat *st)
{
	int err = descend(r, at, path, t->dir, links);

	if (err == 0 && t->n > 0)
		err = place_enter(at, t->name, t->n);
	return err != 0 ? err : layer_stat(r->layer, place_host(at), st);
}

int resolver_walk(struct resolver *r, const char *path, bool follow, struct place *at,
		  struct os_stat *st)
{
	char *target = NULL, *next;
	bool folder = false;
	int links = 0, err;

	place_start(at, r);
	err = check_length(path);
	while (err == 0) {
		struct tail t;

		split(path, &t);
		err = arrive(r, path, &t, at, &links, st);
		folder = folder || t.slash;
		if (err != 0 || st->type != OS_SYMLINK || !(follow || folder))
			break;
		err = read_link(r, at, &links, &next);
		free(target);
		path = target = next;
	}
	free(target);
	return err == 0 && folder && st->type != OS_DIRECTORY ? ENOTDIR : err;
}

int resolver_parent(struct resolver *r, const char *path, struct place *at)
{
	struct os_stat st;
	struct tail t;
	int links = 0, err;

	err = check_length(path);
	if (err != 0)
		return err;
	split(path, &t);
	if (t.slash || t.n == 0)
		return resolver_walk(r, path, true, at, &st);
	place_start(at, r);
	err = descend(r, at, path, t.dir, &links);
	return err != 0 ? err : place_enter(at, t.name, t.n);
}
