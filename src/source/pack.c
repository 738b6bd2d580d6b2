/* pack.c - see pack.h. Which kind of package it is, and what of it goes where. */
#include "source/pack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "source/overlay.h"
#include "source/pack_priv.h"

#define PACK_MEMORY ((size_t)2048 << 20) /* bytes that the lists may take */

/* site-packages of the imagined environment, seen from its prefix. */
#define SITE "lib/python/site-packages"

enum { CONTAINERS_MAX = 256 };

const char *pack_kind_id(enum pack_kind k)
{
	static const char *const ids[] = { "wheel", "zip", "tar", "deb", "conda", "image" };

	return ids[k];
}

bool pack_is_name(const char *path)
{
	static const char *const ends[] = { ".whl", ".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz",
					    ".tar.bz2", ".tbz2", ".tbz", ".tar.zst", ".tzst", ".deb",
					    ".conda" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (str_ends(path, ends[i]))
			return true;
	return false;
}

char *pack_of_member(struct source *s, const char *target)
{
	for (const char *bang = strstr(target, "!/"); bang != NULL; bang = strstr(bang + 1, "!/")) {
		char *path = strndup(target, (size_t)(bang - target));
		struct os_stat st;

		if (path != NULL && source_stat(s, path, true, &st) == 0 && st.type == OS_REGULAR)
			return path;
		free(path);
	}
	return NULL;
}

/* ---- archives ------------------------------------------------------------------------------ */

int pack_container(struct packed *p, struct view bytes, bool in_file, struct container **out)
{
	struct container **slot;
	int err;

	if (p->containers.n >= CONTAINERS_MAX)
		return EMLINK;
	slot = ARENA_PUSH(p->a, &p->containers);
	err = container_open(bytes, in_file, slot);
	*out = *slot;
	if (*slot != NULL && (*slot)->problem != NULL && p->pub.problem == NULL)
		p->pub.problem = (*slot)->problem;
	return err;
}

int pack_inner(struct packed *p, struct container *outer, size_t member, struct container **out)
{
	struct view bytes;
	int err = container_view(outer, member, &bytes);

	*out = NULL;
	return err != 0 ? err : pack_container(p, bytes, false, out);
}

size_t pack_member(const struct container *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->members[i].refused == NULL && strcmp(c->members[i].name, name) == 0)
			return i;
	return SIZE_MAX;
}

/* The first member at the top whose name begins and ends so, or SIZE_MAX. */
static size_t member_like(const struct container *c, const char *begin, const char *end)
{
	for (size_t i = 0; i < c->n; i++) {
		const char *name = c->members[i].name;

		if (c->members[i].refused == NULL && strchr(name, '/') == NULL &&
		    strncmp(name, begin, strlen(begin)) == 0 && str_ends(name, end))
			return i;
	}
	return SIZE_MAX;
}

/* ---- where files go ------------------------------------------------------------------------ */

static const char *below(struct packed *p, const char *folder, const char *name)
{
	return *name != '\0' ? arena_printf(p->a, "%s/%s", folder, name) : folder;
}

/* What pip makes of a member of a wheel. "X.data/purelib/…" and the like lie elsewhere. */
static const char *wheel_path(struct packed *p, const char *name)
{
	static const char *const to[][2] = { { "purelib/", SITE "/" },
					     { "platlib/", SITE "/" },
					     { "data/", "" },
					     { "scripts/", "bin/" },
					     { "headers/", "include/" } };
	const char *data = strstr(name, ".data/");

	if (data == NULL || memchr(name, '/', (size_t)(data - name)) != NULL)
		return below(p, p->pub.base, name);
	data += 6;
	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		size_t n = strlen(to[i][0]);

		if (strncmp(data, to[i][0], n) == 0 && strcmp(to[i][1], SITE "/") == 0)
			return below(p, p->pub.base, data + n);
		if (strncmp(data, to[i][0], n) == 0)
			return arena_printf(p->a, "%s/%s%s", p->prefix, to[i][1], data + n);
	}
	return below(p, p->pub.base, name);
}

static uint32_t mode_of(const struct packed *p, const struct container_member *m)
{
	if (p->pub.kind == PACK_WHEEL) /* pip keeps no more of it */
		return (m->mode & 0111) != 0 ? 0755 : 0644;
	return m->has_mode ? m->mode : 0644;
}

/* Nothing of the archive may lie outside of its folder, whatever links in it say. 0, EXDEV, or errno. */
static int stays_inside(const struct packed *p, const char *path)
{
	size_t n = p->top != NULL ? strlen(p->top) : 0;
	char *real;
	int err;

	if (p->top == NULL)
		return 0;
	err = source_realpath(p->pub.source, path, &real);
	if (err != 0)
		return err;
	if (strncmp(real, p->top, n) != 0 || (real[n] != '/' && real[n] != '\0'))
		err = EXDEV;
	free(real);
	return err;
}

/* The folder of `path`, and those above it. */
static int make_folders(struct packed *p, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct os_stat st;
	char *dir;
	int err;

	if (slash == NULL || slash == path)
		return 0;
	if (p->folder != NULL && strncmp(p->folder, path, (size_t)(slash - path)) == 0 &&
	    p->folder[slash - path] == '\0')
		return 0;
	dir = arena_strndup(p->a, path, (size_t)(slash - path));
	if (source_stat(p->pub.source, dir, true, &st) == 0)
		err = st.type == OS_DIRECTORY ? stays_inside(p, dir) : ENOTDIR;
	else if ((err = make_folders(p, dir)) == 0)
		err = overlay_folder(p->pub.source, dir, 0755);
	if (err == 0)
		p->folder = dir;
	return err;
}

static int put_folder(struct packed *p, const char *path, uint32_t mode)
{
	struct os_stat st;

	if (source_stat(p->pub.source, path, true, &st) == 0 && st.type == OS_DIRECTORY)
		return stays_inside(p, path);
	return overlay_folder(p->pub.source, path, mode);
}

static int put(struct packed *p, struct container *c, size_t i, const char *folder, const char *path)
{
	const struct container_member *m = &c->members[i];

	switch (m->kind) {
	case MEMBER_FILE: return overlay_member(p->pub.source, path, c, i, mode_of(p, m));
	case MEMBER_FOLDER: return put_folder(p, path, m->has_mode ? m->mode : 0755);
	case MEMBER_LINK:
		if (p->pub.kind == PACK_WHEEL) /* pip writes what the member holds */
			return overlay_member(p->pub.source, path, c, i, 0644);
		p->folder = NULL; /* it may be one of those above it that the link replaces */
		return overlay_link(p->pub.source, path, m->target != NULL ? m->target : "");
	case MEMBER_HARD_LINK: return overlay_hard_link(p->pub.source, path, below(p, folder, m->target));
	case MEMBER_OTHER: break;
	}
	return 0;
}

static struct pack_file *add_file(struct packed *p, struct container *c, size_t i)
{
	struct pack_file *f = ARENA_PUSH(p->a, &p->list);

	*f = (struct pack_file){ .name = c->members[i].name, .from = c, .member = i,
				 .package = p->npackages, .refused = c->members[i].refused };
	if (f->refused != NULL)
		f->name = c->members[i].raw;
	return f;
}

int pack_place_member(struct packed *p, struct container *c, size_t i, const char *folder)
{
	const struct container_member *m = &c->members[i];
	struct pack_file *f;
	const char *path;
	int err;

	if (m->refused != NULL) {
		add_file(p, c, i);
		return 0;
	}
	if (*m->name == '\0') /* "./" */
		return 0;
	path = p->pub.kind == PACK_WHEEL ? wheel_path(p, m->name) : below(p, folder, m->name);
	err = make_folders(p, path);
	if (err == 0 && p->npackages > 0 && overlay_has(p->pub.source, path))
		return 0; /* the package that is asked about wins */
	if (err == 0)
		err = put(p, c, i, folder, path);
	if (err == ENOMEM)
		return err;
	if (err == 0 && m->kind != MEMBER_FILE && m->kind != MEMBER_LINK)
		return 0;
	f = add_file(p, c, i);
	f->path = path;
	if (err != 0) {
		f->path = NULL;
		f->refused = "its folder is none, or it is a link to what is not in the archive";
		if (err == EXDEV)
			f->refused = "its folder is a link that leads out of the archive";
	}
	return 0;
}

int pack_place(struct packed *p, struct container *c, const char *folder)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < c->n; i++)
		err = pack_place_member(p, c, i, folder);
	return err;
}

/* ---- links that lead outside --------------------------------------------------------------- */

/* By its letters alone: of a link that leads nowhere. */
static bool climbs_out(const char *name, const char *target)
{
	long depth = 0;

	if (*target == '/')
		return true;
	for (const char *c = name; *c != '\0'; c++)
		depth += *c == '/';
	while (*target != '\0' && depth >= 0) {
		size_t n = strcspn(target, "/");

		if (n == 2 && memcmp(target, "..", 2) == 0)
			depth--;
		else if (n > 0 && !(n == 1 && *target == '.'))
			depth++;
		target += n + (target[n] == '/');
	}
	return depth < 0;
}

static bool is_inside(const struct packed *p, const struct pack_file *f)
{
	int err = stays_inside(p, f->path);

	return err == 0 || (err != EXDEV && !climbs_out(f->name, f->from->members[f->member].target));
}

/* Archives that are unpacked into a folder: their links must stay there. */
static int refuse_links(struct packed *p)
{
	int err = 0;

	if (p->top == NULL)
		return 0;
	for (size_t i = 0; err == 0 && i < p->list.n; i++) {
		struct pack_file *f = &p->list.items[i];

		if (f->path == NULL || f->from->members[f->member].kind != MEMBER_LINK ||
		    f->from->members[f->member].target == NULL ||
		    p->pub.kind == PACK_WHEEL || is_inside(p, f))
			continue;
		err = overlay_remove(p->pub.source, f->path);
		f->path = NULL;
		f->refused = "it is a link that leads out of the archive";
	}
	return err;
}

/* Regular files that are covered by others, or were taken away by a layer above, are not there. */
static void keep_seen(struct packed *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->list.n; i++) {
		const struct pack_file *f = &p->list.items[i];
		bool is_link = f->from->members[f->member].kind == MEMBER_LINK && p->pub.kind != PACK_WHEEL;

		if (f->refused != NULL ||
		    (!is_link && overlay_shows(p->pub.source, f->path, f->from, f->member)))
			p->list.items[kept++] = *f;
	}
	p->list.n = kept;
}

/* ---- kinds --------------------------------------------------------------------------------- */

static enum pack_kind kind_of(const struct container *c, const char *path)
{
	if (strcmp(c->format, "zip") == 0) {
		if (str_ends(path, ".whl"))
			return PACK_WHEEL;
		return member_like(c, "pkg-", ".tar.zst") != SIZE_MAX ? PACK_CONDA : PACK_ZIP;
	}
	if (strcmp(c->format, "ar") == 0)
		return PACK_DEB;
	if (pack_is_image(c))
		return PACK_IMAGE;
	return pack_member(c, "info/index.json") != SIZE_MAX ? PACK_CONDA : PACK_TAR;
}

static int place_kind(struct packed *p, struct container *c, enum pack_kind kind)
{
	struct container *inner = c;
	size_t i = SIZE_MAX;
	int err = 0;

	if (kind == PACK_IMAGE)
		return pack_place_image(p, c);
	if (kind == PACK_DEB || (kind == PACK_CONDA && strcmp(c->format, "zip") == 0)) {
		i = kind == PACK_DEB ? member_like(c, "data.tar", "") : member_like(c, "pkg-", ".tar.zst");
		if (i == SIZE_MAX)
			return ENOTSUP;
		err = pack_inner(p, c, i, &inner);
	}
	return err != 0 ? err : pack_place(p, inner, p->pub.base);
}

/* What is behind `path`, as a list of members. */
static int open_file(struct packed *p, struct source *from, const char *path, struct container **out)
{
	struct source_file *f = ARENA_PUSH(p->a, &p->opened);
	int err = source_open(from, path, f);

	*out = NULL;
	if (err == 0 && f->st.type != OS_REGULAR)
		err = f->st.type == OS_DIRECTORY ? EISDIR : EINVAL;
	return err != 0 ? err : pack_container(p, f->map.bytes, f->map.mapped, out);
}

/* From here on, nothing is put outside of that folder. */
static int set_top(struct packed *p, const char *folder)
{
	char *real;
	int err = source_realpath(p->pub.source, folder, &real);

	if (err != 0)
		return err;
	p->top = arena_strdup(p->a, real);
	free(real);
	return 0;
}

/* The folders that a wheel's files lie in: the one that its name is a link to is that of an environment. */
static int make_base(struct packed *p, const char *path)
{
	int err;

	if (p->pub.kind == PACK_DEB || p->pub.kind == PACK_IMAGE) {
		p->pub.base = "";
		return 0;
	}
	p->pub.base = arena_printf(p->a, "%s!", path);
	if (strchr(p->pub.base, '/') == NULL)
		p->pub.base = arena_printf(p->a, "./%s", p->pub.base);
	if (p->pub.kind != PACK_WHEEL) {
		err = overlay_folder(p->pub.source, p->pub.base, 0755);
		return err != 0 ? err : set_top(p, p->pub.base);
	}
	p->prefix = arena_printf(p->a, "%sprefix", p->pub.base);
	err = make_folders(p, arena_printf(p->a, "%s/" SITE "/x", p->prefix));
	if (err == 0)
		err = set_top(p, p->prefix);
	if (err != 0)
		return err;
	return overlay_link(p->pub.source, p->pub.base,
			    arena_printf(p->a, "%s/" SITE, strrchr(p->prefix, '/') + 1));
}

/* ---- opening ------------------------------------------------------------------------------- */

struct opening {
	struct packed *p;
	struct source *from, *below;
	const char *path;
	int err;
};

static int first(struct opening *o, struct container *c)
{
	struct packed *p = o->p;
	int err;

	p->pub.kind = kind_of(c, o->path);
	p->pub.path = arena_strdup(p->a, o->path);
	p->pub.source = p->pub.kind == PACK_IMAGE ? source_void() : source_overlay(o->below);
	err = p->pub.source == NULL ? ENOMEM : make_base(p, o->path);
	return err != 0 ? err : place_kind(p, c, p->pub.kind);
}

static void open_pack(void *ctx)
{
	struct opening *o = ctx;
	struct packed *p = o->p;
	struct container *c;

	o->err = open_file(p, o->from, o->path, &c);
	if (o->err == 0 && p->pub.source == NULL)
		o->err = first(o, c);
	else if (o->err == 0)
		o->err = kind_of(c, o->path) == p->pub.kind ? place_kind(p, c, p->pub.kind) : EINVAL;
	if (o->err == 0)
		o->err = refuse_links(p);
	keep_seen(p);
	p->pub.files = p->list.items;
	p->pub.nfiles = p->list.n;
	p->npackages++;
}

bool pack_has(const struct pack *p, const char *name)
{
	char *path;
	bool has;

	if (climbs_out("", name) || asprintf(&path, "%s/%s", p->base, name) < 0)
		return false;
	has = overlay_has(p->source, path);
	free(path);
	return has;
}

int pack_open(struct source *from, struct source *below, const char *path, struct pack **out)
{
	struct packed *p = calloc(1, sizeof(*p));
	struct opening o = { p, from, below, path, 0 };

	*out = NULL;
	if (p == NULL || (p->a = arena_new(PACK_MEMORY)) == NULL) {
		free(p);
		return ENOMEM;
	}
	if (arena_run(p->a, open_pack, &o) != ARENA_OK)
		o.err = ENOMEM;
	if (o.err != 0) {
		pack_close(&p->pub);
		return o.err;
	}
	*out = &p->pub;
	return 0;
}

int pack_add(struct pack *pub, struct source *from, const char *path)
{
	struct packed *p = (struct packed *)pub;
	struct opening o = { p, from, NULL, path, 0 };

	return arena_run(p->a, open_pack, &o) == ARENA_OK ? o.err : ENOMEM;
}

void pack_rest(struct pack *pub)
{
	struct packed *p = (struct packed *)pub;

	for (size_t i = 0; i < p->opened.n; i++)
		if (p->opened.items[i].map.mapped)
			os_give_back(p->opened.items[i].map.bytes.p, p->opened.items[i].map.bytes.n);
}

void pack_close(struct pack *pub)
{
	struct packed *p = (struct packed *)pub;

	if (p == NULL)
		return;
	source_free(p->pub.source);
	while (p->containers.n > 0)
		container_close(p->containers.items[--p->containers.n]);
	while (p->opened.n > 0)
		source_close(&p->opened.items[--p->opened.n]);
	arena_free(p->a);
	free(p);
}
