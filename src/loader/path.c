/* path.c - lists of folders and the tokens in them, as glibc's dl-load.c makes them.
 *
 * Where upstream decides: fillin_rpath, decompose_rpath, _dl_init_paths, _dl_dst_substitute,
 * is_dst, is_trusted_path_normalize, and the origin in _dl_new_object.
 */
#include "loader/path.h"

#include <stdlib.h>
#include <string.h>

#include "loader/process.h"
#include "object/elfconst.h"

/* Far beyond what a process has; a hostile file could name millions. */
#define MAX_FOLDERS 4096   /* of a process */
#define MAX_ELEMENTS 65536 /* of a list, the repeated ones included */

static bool is_ident(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* Length of the token `ref` at s (behind the '$'), 0 if it is not that one. Up to 2.27 a bare
 * token had to end at '/' or the end of the element. */
static size_t token_len(const char *s, const char *ref, int minor)
{
	bool curly = *s == '{';
	size_t n = strlen(ref);

	s += curly;
	if (strncmp(s, ref, n) != 0)
		return 0;
	if (curly)
		return s[n] == '}' ? n + 2 : 0;
	if (minor >= 28 ? is_ident(s[n]) : s[n] != '\0' && s[n] != '/')
		return 0;
	return n;
}

static size_t any_token(const struct world *w, const char *s)
{
	size_t n = token_len(s, "ORIGIN", world_minor(w));

	if (n == 0)
		n = token_len(s, "PLATFORM", world_minor(w));
	return n != 0 ? n : token_len(s, "LIB", world_minor(w));
}

bool path_has_token(const struct world *w, const char *s)
{
	for (s = strchr(s, '$'); s != NULL; s = strchr(s + 1, '$'))
		if (any_token(w, s + 1) != 0)
			return true;
	return false;
}

/* The path without "//", "/./" and "/x/../", by its letters alone. */
static char *normalize(struct arena *a, const char *path)
{
	char *out = arena_alloc(a, strlen(path) + 2);
	size_t n = 0;

	while (*path != '\0') {
		const char *end = path + strcspn(path, "/");
		size_t len = (size_t)(end - path);

		if (len == 2 && memcmp(path, "..", 2) == 0) {
			while (n > 0 && out[--n] != '/')
				;
		} else if (len > 0 && !(len == 1 && *path == '.')) {
			out[n++] = '/';
			memcpy(out + n, path, len);
			n += len;
		}
		path = *end == '/' ? end + 1 : end;
	}
	out[n++] = '/';
	out[n] = '\0';
	return out;
}

static bool is_trusted(struct process *p, const char *path)
{
	const char *norm = normalize(p->a, path);
	const struct glibc_install *gi = &p->w->install;

	for (size_t i = 0; i < gi->ndirs; i++)
		if (strncmp(norm, gi->dirs[i], strlen(gi->dirs[i])) == 0)
			return true;
	return false;
}

/* The value of the token at s (behind the '$') of `start`, NULL if it has none here. */
static const char *token_value(struct process *p, struct image *im, const char *start,
			       const char *s, size_t n)
{
	const struct world *w = p->w;

	if (token_len(s, "ORIGIN", world_minor(w)) != 0) {
		bool leads = s == start + 1 && (s[n] == '\0' || s[n] == '/');

		return p->secure && !leads ? NULL : im->origin;
	}
	if (token_len(s, "PLATFORM", world_minor(w)) != 0)
		return w->cpu.platform;
	return w->install.lib;
}

const char *path_expand(struct process *p, struct image *im, const char *s)
{
	const char *start = s;
	char *out;
	size_t len = 0, cap = strlen(s) + 1;
	bool origin = false;

	if (!path_has_token(p->w, s))
		return s;
	out = arena_alloc(p->a, cap);
	while (*s != '\0') {
		size_t n = *s == '$' ? any_token(p->w, s + 1) : 0;
		const char *value = n != 0 ? token_value(p, im, start, s + 1, n) : NULL;
		size_t add = 1;

		if (n != 0 && value == NULL)
			return "";
		if (n != 0)
			add = strlen(value);
		if (len + add + strlen(s) + 1 > cap) {
			char *bigger = arena_alloc(p->a, cap = 2 * (len + add + strlen(s) + 1));

			memcpy(bigger, out, len);
			out = bigger;
		}
		memcpy(out + len, n != 0 ? value : s, add);
		len += add;
		origin = origin || (n != 0 && value == im->origin);
		s += n != 0 ? n + 1 : 1;
	}
	out[len] = '\0';
	if (p->secure && origin && im->kind == IMAGE_PROGRAM && !is_trusted(p, out))
		return "";
	return out;
}

const char *path_origin(struct process *p, const char *path)
{
	const char *abs = path, *slash;

	if (path[0] != '/') {
		char *made = source_absolute(p->w->source, path);

		abs = made != NULL ? arena_strdup(p->a, made) : NULL;
		free(made);
		if (abs == NULL)
			return NULL;
	}
	slash = strrchr(abs, '/');
	return arena_strndup(p->a, abs, slash == abs ? 1 : (size_t)(slash - abs));
}

/* glibc keeps each folder once, with what it knows of its sub-directories. */
static struct search_dir *intern_dir(struct process *p, const char *written, const char *dir)
{
	struct search_dir *d;

	for (size_t i = 0; i < p->ndirs; i++)
		if (strcmp(p->dirs[i]->dir, dir) == 0)
			return p->dirs[i];
	if (p->ndirs == p->dirs_cap) {
		size_t cap = p->dirs_cap == 0 ? 32 : 2 * p->dirs_cap;
		struct search_dir **v = ARENA_ARRAY(p->a, cap, struct search_dir *);

		if (p->ndirs > 0)
			memcpy(v, p->dirs, p->ndirs * sizeof(*v));
		p->dirs = v;
		p->dirs_cap = cap;
	}
	d = ARENA_NEW(p->a, struct search_dir);
	d->written = written;
	d->dir = dir;
	d->status = arena_alloc(p->a, p->w->nsubdirs);
	/* A relative folder is never given up: the working folder may change. */
	memset(d->status, dir[0] == '/' ? DIR_UNKNOWN : DIR_EXISTING, p->w->nsubdirs);
	p->dirs[p->ndirs++] = d;
	return d;
}

void path_remember(struct process *p, const char *dir, const unsigned char *status, size_t n)
{
	struct search_dir *d = p->ndirs < MAX_FOLDERS ? intern_dir(p, dir, dir) : NULL;
	size_t subs = p->w->nsubdirs;

	if (d == NULL || n == 0)
		return;
	if (n == subs)
		memcpy(d->status, status, n);
	else if (status[n - 1] == DIR_NONEXISTING)
		memset(d->status, DIR_NONEXISTING, subs);
	else if (subs > 0)
		d->status[subs - 1] = status[n - 1];
}

/* An element as glibc keeps it: without the slashes at its end but for one; NULL: dropped. */
static const char *clean_dir(struct process *p, struct image *im, const char *element)
{
	const char *s;
	size_t n;
	char *out;

	if (*element == '\0')
		return "";
	s = path_expand(p, im, element);
	n = strlen(s);
	if (n == 0)
		return NULL;
	while (n > 1 && s[n - 1] == '/')
		n--;
	out = arena_alloc(p->a, n + 2);
	memcpy(out, s, n);
	if (out[n - 1] != '/')
		out[n] = '/';
	return out;
}

static bool list_has(const struct dir_list *l, const char *dir)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i]->dir, dir) == 0)
			return true;
	return false;
}

static void fill_list(struct process *p, struct dir_list *l, struct image *im, const char *list,
		      const char *separators)
{
	size_t cap = 2;
	const char *s = list;

	for (; *s != '\0' && cap < MAX_ELEMENTS; s++)
		cap += strchr(separators, *s) != NULL;
	l->v = ARENA_ARRAY(p->a, cap, struct search_dir *);
	s = list;
	for (size_t i = 1; i < cap && p->ndirs < MAX_FOLDERS; i++) {
		size_t len = strcspn(s, separators);
		const char *written = arena_strndup(p->a, s, len);
		const char *dir = clean_dir(p, im, written);

		if (dir != NULL && !list_has(l, dir)) {
			/* The element keeps its own spelling, the status is shared. */
			struct search_dir *mine = ARENA_NEW(p->a, struct search_dir);

			*mine = *intern_dir(p, written, dir);
			mine->written = written;
			l->v[l->n++] = mine;
		}
		if (s[len] == '\0')
			return;
		s += len + 1;
	}
	process_assume(p, "nothing that is wanted lies beyond the first thousands of folders named");
}

static void start_list(struct dir_list *l, enum load_rule rule, struct image *of)
{
	l->ready = true;
	l->none = true;
	l->rule = rule;
	l->of = of;
}

void path_init_system(struct process *p)
{
	struct dir_list *l = &p->system_dirs;
	const struct glibc_install *gi = &p->w->install;

	if (l->ready)
		return;
	start_list(l, RULE_DEFAULT_DIR, NULL);
	l->v = ARENA_ARRAY(p->a, gi->ndirs + 1, struct search_dir *);
	for (size_t i = 0; i < gi->ndirs; i++)
		l->v[l->n++] = intern_dir(p, gi->dirs[i], gi->dirs[i]);
	l->none = l->n == 0;
}

void path_init_env(struct process *p)
{
	struct dir_list *l = &p->env_dirs;
	const char *list = p->w->env.library_path;

	if (l->ready)
		return;
	start_list(l, RULE_LD_LIBRARY_PATH, NULL);
	if (list == NULL || *list == '\0' || p->secure)
		return;
	fill_list(p, l, p->program, list, ":;");
	l->none = l->n == 0;
}

static void init_tag(struct process *p, struct image *im, struct dir_list *l, const char *value,
		     enum load_rule rule)
{
	start_list(l, rule, im);
	if (value == NULL || *value == '\0')
		return;
	fill_list(p, l, im, value, ":");
	l->none = l->n == 0;
}

void path_init_image(struct process *p, struct image *im)
{
	const struct elf *e = im->file != NULL ? &im->file->elf : NULL;
	bool runpath = e != NULL && elf_has(e, ELF_DT_RUNPATH);

	if (im->rpath.ready)
		return;
	/* With both tags DT_RPATH does not count (elf_get_dynamic_info), even if RUNPATH is "". */
	init_tag(p, im, &im->rpath, e != NULL && !runpath ? e->rpath : NULL, RULE_RPATH);
	init_tag(p, im, &im->runpath, runpath ? e->runpath : NULL, RULE_RUNPATH);
}
