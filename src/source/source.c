/* source.c - the file system of this machine, or the one below a folder of it, or an overlay over one.
 *
 * For the machine the kernel resolves paths. For a root that would leave it at the first absolute
 * link, so the resolver does; what it arrives at is opened without following, so that a link that
 * appears meanwhile does not lead outside either. An overlay is walked too, since links may lead into it
 * and out of it.
 */
#include "source/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/source_priv.h"

/* dir/name in malloc'ed memory. */
static char *join(const char *dir, const char *name)
{
	size_t n = strlen(dir), len = strlen(name);
	char *p = malloc(n + len + 2);

	if (p == NULL)
		return NULL;
	memcpy(p, dir, n);
	if (n == 0 || p[n - 1] != '/')
		p[n++] = '/';
	memcpy(p + n, name, len + 1);
	return p;
}

/* As join, but an absolute name stands alone, and without a folder the name is what it is. */
static char *join_relative(const char *dir, const char *name)
{
	return name[0] == '/' || dir == NULL ? strdup(name) : join(dir, name);
}

static char *absolute_here(const char *path)
{
	char *cwd = os_getcwd();
	char *p = join_relative(cwd, path);

	free(cwd);
	return p;
}

struct source *source_new(bool host, char *cwd, struct resolver *resolver)
{
	struct source *s = calloc(1, sizeof(*s));

	if (s == NULL || resolver == NULL) {
		free(s);
		free(cwd);
		resolver_free(resolver);
		return NULL;
	}
	s->host = host;
	s->cwd = cwd;
	s->resolver = resolver;
	return s;
}

struct source *source_host(const char *cwd)
{
	char *absolute = cwd != NULL ? absolute_here(cwd) : NULL;

	if (cwd != NULL && absolute == NULL)
		return NULL;
	return source_new(true, absolute, resolver_new("", NULL));
}

/* A resolver for the folder that `root` leads to; for one that cannot be reached as it is written,
 * so that each question is answered by the kernel's errno. */
static struct resolver *resolver_below(const char *root)
{
	struct resolver *machine = resolver_new("", NULL), *r;
	char *absolute = absolute_here(root);
	struct place at;
	struct os_stat st;
	size_t n;

	if (machine == NULL || absolute == NULL) {
		resolver_free(machine);
		free(absolute);
		return NULL;
	}
	if (resolver_walk(machine, absolute, true, &at, &st) == 0) {
		r = resolver_new(at.text, NULL);
	} else {
		for (n = strlen(absolute); n > 0 && absolute[n - 1] == '/'; n--)
			absolute[n - 1] = '\0';
		r = resolver_new(absolute, NULL);
	}
	resolver_free(machine);
	free(absolute);
	return r;
}

struct source *source_root(const char *root, const char *cwd)
{
	char *inside = join_relative("/", cwd == NULL ? "/" : cwd);

	if (inside == NULL)
		return NULL;
	return source_new(false, inside, resolver_below(root));
}

struct source *source_below(const char *root, const char *cwd)
{
	char *inside = join_relative("/", cwd == NULL ? "/" : cwd);

	if (inside == NULL)
		return NULL;
	return source_new(false, inside, resolver_new(root, NULL));
}

void source_free(struct source *s)
{
	if (s == NULL)
		return;
	resolver_free(s->resolver);
	layer_free(s->layer);
	free(s->cwd);
	free(s);
}

bool source_is_host(const struct source *s)
{
	return s->host;
}

/* Does the kernel resolve its paths? */
static bool by_kernel(const struct source *s)
{
	return s->host && s->layer == NULL;
}

/* ---- paths -------------------------------------------------------------------------------- */

const char *source_from_cwd(const struct source *s, const char *path, char *buf, size_t n, int *err)
{
	size_t len = strlen(path), dir;

	*err = len == 0 ? ENOENT : len >= RESOLVE_PATH_MAX ? ENAMETOOLONG : 0;
	if (*err != 0)
		return NULL;
	if (path[0] == '/' || s->cwd == NULL)
		return path;
	dir = strlen(s->cwd);
	if (dir + len + 2 > n) {
		*err = ENAMETOOLONG;
		return NULL;
	}
	memcpy(buf, s->cwd, dir);
	buf[dir] = '/';
	memcpy(buf + dir + 1, path, len + 1);
	return buf;
}

/* Where a call to the kernel about `path` goes: for a root, to what the walk arrives at. The
 * result lies in *at or is path. */
static const char *locate(struct source *s, const char *path, bool follow, struct place *at,
			  struct os_stat *st, int *err)
{
	char buf[2 * RESOLVE_PATH_MAX];
	const char *full;

	if (by_kernel(s))
		return source_from_cwd(s, path, at->text, sizeof(at->text), err);
	full = source_from_cwd(s, path, buf, sizeof(buf), err);
	if (full == NULL)
		return NULL;
	*err = resolver_walk(s->resolver, full, follow, at, st);
	return *err == 0 ? place_host(at) : NULL;
}

char *source_absolute(struct source *s, const char *path)
{
	return s->cwd == NULL ? absolute_here(path) : join_relative(s->cwd, path);
}

/* The walk to `path` with all links resolved, for the machine too. */
static int walk(struct source *s, const char *path, struct place *at)
{
	struct os_stat st;
	char *full;
	int err;

	if (path[0] == '\0')
		return ENOENT;
	full = source_absolute(s, path);
	if (full == NULL)
		return ENOMEM;
	err = resolver_walk(s->resolver, full, true, at, &st);
	free(full);
	return err;
}

int source_realpath(struct source *s, const char *path, char **out)
{
	struct place at;
	int err = walk(s, path, &at);

	*out = NULL;
	if (err != 0)
		return err;
	*out = strdup(place_inside(&at));
	return *out == NULL ? ENOMEM : 0;
}

char *source_host_path(struct source *s, const char *path)
{
	struct place at;
	struct os_stat st;
	const char *full;
	int err;

	full = locate(s, path, true, &at, &st, &err);
	if (full == NULL)
		return NULL;
	if (!by_kernel(s))
		return strdup(full);
	return os_stat(full, true, &st) == 0 ? source_absolute(s, path) : NULL;
}

/* ---- questions ---------------------------------------------------------------------------- */

int source_stat(struct source *s, const char *path, bool follow, struct os_stat *out)
{
	struct place at;
	const char *full;
	int err;

	full = locate(s, path, follow, &at, out, &err);
	if (full == NULL || !by_kernel(s))
		return err;
	return os_stat(full, follow, out);
}

/* One open(2) where the last component is no link, as most are not. */
static int open_in_root(struct source *s, const char *path, int *fd)
{
	char buf[2 * RESOLVE_PATH_MAX];
	struct place at;
	struct os_stat st;
	int err;

	path = source_from_cwd(s, path, buf, sizeof(buf), &err);
	if (path == NULL)
		return err;
	err = resolver_parent(s->resolver, path, &at);
	if (err == 0)
		err = os_open_nofollow(place_host(&at), fd);
	else
		return err;
	if (err != ELOOP)
		return err;
	err = resolver_walk(s->resolver, path, true, &at, &st);
	return err != 0 ? err : os_open_nofollow(place_host(&at), fd);
}

static int open_on_host(struct source *s, const char *path, int *fd)
{
	char buf[2 * RESOLVE_PATH_MAX];
	int err;

	path = source_from_cwd(s, path, buf, sizeof(buf), &err);
	return path == NULL ? err : os_open(path, fd);
}

/* 0 and an fd, or -1 for a file that the overlay has: *out shows it. */
static int open_in_layer(struct source *s, const char *path, struct source_file *out, int *fd)
{
	const struct layer_entry *e;
	struct place at;
	int err;

	*fd = -1;
	if (locate(s, path, true, &at, &out->st, &err) == NULL)
		return err;
	e = layer_find(s->layer, place_host(&at));
	if (e == NULL || e->kind == LAYER_MODE)
		return os_open_nofollow(place_host(&at), fd);
	out->map = (struct os_mapping){ .bytes = e->bytes, .padded = e->padded, .borrowed = true };
	out->scarce = e->from != NULL;
	return e->from != NULL ? container_bytes(e->from, e->member, &out->map) : 0;
}

/* What source_open and source_read begin with. *fd is -1 for what *out has already. */
static int open_and_stat(struct source *s, const char *path, int *fd, struct source_file *out)
{
	uint32_t mode;
	int err;

	memset(out, 0, sizeof(*out));
	err = s->layer != NULL ? open_in_layer(s, path, out, fd)
	      : s->host	       ? open_on_host(s, path, fd)
			       : open_in_root(s, path, fd);
	if (err != 0 || *fd < 0)
		return err;
	mode = out->st.mode;
	err = os_fstat(*fd, &out->st);
	if (s->layer != NULL)
		out->st.mode = mode;
	if (err != 0)
		os_close(*fd);
	return err;
}

int source_open(struct source *s, const char *path, struct source_file *out)
{
	int fd, err = open_and_stat(s, path, &fd, out);

	if (err != 0 || fd < 0)
		return err;
	if (out->st.type == OS_REGULAR)
		err = os_map(fd, out->st.size, &out->map);
	os_close(fd);
	return err;
}

/* A file that has become shorter since has zeros at its end, as a mapping would. */
static int read_bytes(int fd, size_t size, unsigned char *buf, struct view *bytes)
{
	size_t got;
	int err = os_pread(fd, 0, buf, size, &got);

	if (err != 0)
		return err;
	memset(buf + got, 0, size - got);
	*bytes = (struct view){ buf, size };
	return 0;
}

int source_read(struct source *s, const char *path, unsigned char *buf, size_t cap, struct source_file *out,
		struct view *bytes)
{
	int fd, err = open_and_stat(s, path, &fd, out);

	*bytes = out->map.bytes;
	if (err != 0 || fd < 0)
		return err;
	if (out->st.type == OS_REGULAR && out->st.size <= cap) {
		err = read_bytes(fd, (size_t)out->st.size, buf, bytes);
	} else if (out->st.type == OS_REGULAR) {
		err = os_map(fd, out->st.size, &out->map);
		*bytes = out->map.bytes;
	}
	os_close(fd);
	return err;
}

void source_close(struct source_file *f)
{
	os_unmap(&f->map);
}

int source_readlink(struct source *s, const char *path, char *buf, size_t n)
{
	struct place at;
	struct os_stat st;
	const char *full;
	int err;

	full = locate(s, path, false, &at, &st, &err);
	return full == NULL ? err : layer_readlink(s->layer, full, buf, n);
}

int source_list(struct source *s, const char *dir, void (*fn)(const char *name, void *ctx),
		void *ctx)
{
	struct place at;
	struct os_stat st;
	const char *full;
	int err;

	full = locate(s, dir, true, &at, &st, &err);
	return full == NULL ? err : layer_list(s->layer, full, fn, ctx);
}

struct typed {
	void (*fn)(const char *name, enum os_type type, void *ctx);
	void *ctx;
};

static void without_type(const char *name, void *ctx)
{
	const struct typed *t = ctx;

	t->fn(name, OS_OTHER, t->ctx);
}

int source_list_types(struct source *s, const char *dir,
		      void (*fn)(const char *name, enum os_type type, void *ctx), void *ctx)
{
	struct typed t = { fn, ctx };
	struct place at;
	struct os_stat st;
	const char *full;
	int err;

	if (s->layer != NULL) /* what is there may be another thing here */
		return source_list(s, dir, without_type, &t);
	full = locate(s, dir, true, &at, &st, &err);
	return full == NULL ? err : os_list_types(full, fn, ctx);
}

/* Does the machine not have it? */
static bool invented(const struct source *s, const char *path)
{
	const struct layer_entry *e = layer_find(s->layer, path);

	return e != NULL && e->kind != LAYER_MODE;
}

int source_xattr(struct source *s, const char *path, const char *name, void *buf, size_t cap,
		 size_t *n)
{
	struct place at;
	struct os_stat st;
	const char *full;
	int err;

	*n = 0;
	full = locate(s, path, true, &at, &st, &err);
	if (full != NULL && invented(s, full))
		return ENODATA;
	return full == NULL ? err : os_xattr(full, name, buf, cap, n);
}

int source_mount_flags(struct source *s, const char *path, bool *noexec, bool *nosuid)
{
	struct place at;
	struct os_stat st;
	const char *full;
	int err;

	*noexec = *nosuid = false;
	full = locate(s, path, true, &at, &st, &err);
	if (layer_is_alone(s->layer))
		return err;
	while (full != NULL && invented(s, full))
		full = place_up(&at);
	return full == NULL ? err : os_mount_flags(full, noexec, nosuid);
}
