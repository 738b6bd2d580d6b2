/* musl_search.c - from a name to a file, as musl's load_library goes.
 *
 * Where upstream decides: load_library, path_open and fixup_rpath in ldso/dynlink.c. The first file
 * that can be opened is taken; if it is no library, that is an error and no reason to go on.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "loader/musl.h"
#include "loader/process.h"
#include "loader/search.h"

#define BUFFER 512          /* 2 * NAME_MAX + 2: longer candidates are passed over in silence */
#define MAX_ELEMENTS 65536  /* of a list; a hostile file could name millions */

/* What became of one list of folders: path_open's -1 and -2. */
enum verdict { TAKE, NOT_THERE, STOP };

struct search {
	struct process *p;
	struct request *rq;
	const struct store_entry *found;
	const char *pathname;
};

static struct probe *add_probe(struct search *s, enum load_rule rule, const struct image *of,
			       const char *written, const char *path)
{
	struct probe *pr = ARENA_PUSH(s->p->a, &s->p->trace.probes);

	pr->rule = rule;
	pr->of = (struct image *)(uintptr_t)of;
	pr->written = written;
	pr->path = path;
	return pr;
}

/* open(2) of one candidate. */
static enum verdict try_open(struct search *s, const char *path, struct probe *pr)
{
	const struct store_entry *en = store_open(s->p->w->store, path);
	int err = en != NULL ? en->err : ENOMEM;

	if (err == 0) {
		pr->entry = en;
		pr->path = en->path;
		pr->outcome = PROBE_TAKEN;
		s->found = en;
		s->pathname = en->path;
		return TAKE;
	}
	s->p->err = pr->err = err;
	pr->entry = en;
	pr->outcome = search_outcome(err);
	if (err == ENOENT || err == ENOTDIR || err == EACCES || err == ENAMETOOLONG)
		return NOT_THERE;
	return STOP;
}

/* A folder that is not there is told as such; to the loader it is all the same. */
static void tell_absent(struct search *s, const char *dir, struct probe *pr)
{
	size_t n = strlen(dir);

	if (pr->outcome == PROBE_ABSENT && n > 1 &&
	    store_stat_dir(s->p->w->store, arena_strndup(s->p->a, dir, n - 1)) == ENOENT)
		pr->outcome = PROBE_NO_DIRECTORY;
}

static enum verdict try_list(struct search *s, const struct dir_list *l)
{
	const char *name = s->rq->asked;

	for (size_t i = 0; !l->none && i < l->n; i++) {
		const struct search_dir *d = l->v[i];
		size_t n = strlen(d->dir) + strlen(name);
		struct probe *pr;
		enum verdict v;

		if (n >= BUFFER)
			continue;
		if (search_exhausted(s->p))
			return NOT_THERE;
		search_count(s->p, n);
		pr = add_probe(s, l->rule, l->of, d->written,
			       arena_printf(s->p->a, "%s%s", d->dir, name));
		v = try_open(s, pr->path, pr);
		if (v == NOT_THERE)
			tell_absent(s, d->dir, pr);
		if (v == TAKE) {
			s->rq->rule = l->rule;
			s->rq->rule_of = l->of;
		}
		if (v != NOT_THERE)
			return v;
	}
	return NOT_THERE;
}

/* ---- lists ------------------------------------------------------------------------------------ */

static bool separates(char c)
{
	return c == ':' || c == '\n';
}

static size_t element_length(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0' && !separates(s[n]))
		n++;
	return n;
}

static const char *skip_separators(const char *s)
{
	while (separates(*s))
		s++;
	return s;
}

/* Empty elements are passed over, also at the ends: the working folder is never meant. */
static void fill_list(struct process *p, struct dir_list *l, const char *written, const char *list)
{
	size_t cap = 1;

	for (const char *s = list; *s != '\0' && cap < MAX_ELEMENTS; s++)
		cap += separates(*s);
	l->v = ARENA_ARRAY(p->a, cap, struct search_dir *);
	while (*(list = skip_separators(list)) != '\0') {
		size_t n = element_length(list), wn;
		struct search_dir *d;

		written = skip_separators(written);
		wn = element_length(written);
		if (l->n == cap) {
			process_assume(p, "nothing that is wanted lies beyond the first thousands of "
					  "folders named");
			break;
		}
		d = ARENA_NEW(p->a, struct search_dir);
		d->written = arena_strndup(p->a, written, wn);
		d->dir = arena_printf(p->a, "%.*s/", n < INT_MAX ? (int)n : INT_MAX, list);
		l->v[l->n++] = d;
		list += n;
		written += wn;
	}
	l->none = l->n == 0;
}

static void start_list(struct dir_list *l, enum load_rule rule, struct image *of)
{
	l->ready = true;
	l->none = true;
	l->rule = rule;
	l->of = of;
}

static void init_env(struct process *p)
{
	struct dir_list *l = &p->env_dirs;

	if (l->ready)
		return;
	start_list(l, RULE_LD_LIBRARY_PATH, NULL);
	if (p->w->env.library_path != NULL && !p->secure)
		fill_list(p, l, p->w->env.library_path, p->w->env.library_path);
}

/* The text of the path file, up to its first NUL; NULL if there is none. Any other trouble makes an
 * empty one. */
static const char *read_path_file(struct process *p)
{
	const struct store_entry *en = store_open(p->w->store, p->w->musl.path_file);
	int err = en != NULL ? en->err : ENOMEM;

	if (err != 0) {
		p->err = err;
		return err == ENOENT ? NULL : "";
	}
	if (en->file->st.type == OS_DIRECTORY) {
		p->err = EISDIR;
		return "";
	}
	if (en->file->bytes.n == 0)
		return "";
	return arena_strndup(p->a, (const char *)en->file->bytes.p, en->file->bytes.n);
}

/* Made at the first search that comes that far, and kept. */
static void init_system(struct process *p)
{
	struct dir_list *l = &p->system_dirs;
	const struct musl_install *m = &p->w->musl;
	const char *text;

	if (l->ready)
		return;
	text = read_path_file(p);
	if (text != NULL) {
		start_list(l, RULE_PATH_FILE, NULL);
		fill_list(p, l, text, text);
		return;
	}
	start_list(l, RULE_DEFAULT_DIR, NULL);
	l->v = ARENA_ARRAY(p->a, m->ndirs + 1, struct search_dir *);
	for (size_t i = 0; i < m->ndirs; i++) {
		struct search_dir *d = ARENA_NEW(p->a, struct search_dir);

		d->written = d->dir = m->dirs[i];
		l->v[l->n++] = d;
	}
	l->none = l->n == 0;
}

/* ---- RPATH ------------------------------------------------------------------------------------ */

/* The folder that $ORIGIN stands for, without a slash at its end; NULL: the list does not count. */
static const char *origin_of(struct process *p, const struct image *im)
{
	const char *name = im->name, *slash;
	char *real = NULL;

	if (im->kind == IMAGE_PROGRAM) {
		if (p->secure || source_realpath(p->w->source, im->real_path, &real) != 0)
			return NULL;
		name = arena_strdup(p->a, real);
		free(real);
		if (strlen(name) >= BUFFER)
			return NULL;
	}
	slash = strrchr(name, '/');
	if (slash == NULL)
		return p->secure ? NULL : ".";
	if (p->secure && *name != '/')
		return NULL;
	return arena_strndup(p->a, name, (size_t)(slash - name));
}

/* Length of the token at s, a '$', 0 if it is not ORIGIN. What follows does not matter. */
static size_t token(const char *s)
{
	if (strncmp(s, "$ORIGIN", 7) == 0)
		return 7;
	return strncmp(s, "${ORIGIN}", 9) == 0 ? 9 : 0;
}

/* Puts the origin in the place of each token. */
static const char *substitute(struct process *p, const char *list, size_t tokens,
			      const char *origin)
{
	size_t n = strlen(origin);
	char *out = arena_alloc(p->a, strlen(list) + tokens * n + 1), *to = out;

	for (const char *s; (s = strchr(list, '$')) != NULL; list = s + token(s)) {
		memcpy(to, list, (size_t)(s - list));
		to += s - list;
		memcpy(to, origin, n);
		to += n;
	}
	memcpy(to, list, strlen(list) + 1);
	return out;
}

/* NULL: there is another token, and so the whole list does not count. */
static const char *expand(struct process *p, const struct image *im, const char *list)
{
	const char *origin;
	size_t tokens = 0;

	for (const char *s = strchr(list, '$'); s != NULL; s = strchr(s + 1, '$'), tokens++)
		if (token(s) == 0)
			return NULL;
	if (tokens == 0)
		return list;
	origin = origin_of(p, im);
	if (origin == NULL || tokens > MAX_ELEMENTS)
		return NULL;
	return substitute(p, list, tokens, origin);
}

/* RUNPATH if there is one, else RPATH; to the search they are the same. */
static struct dir_list *init_rpath(struct process *p, struct image *im)
{
	const struct elf *e = im->file != NULL ? &im->file->elf : NULL;
	bool runpath = e != NULL && elf_has(e, ELF_DT_RUNPATH);
	struct dir_list *l = runpath ? &im->runpath : &im->rpath;
	const char *written = e == NULL ? NULL : runpath ? e->runpath : e->rpath;
	const char *list;

	if (im->musl->rpath_ready)
		return l;
	im->musl->rpath_ready = true;
	start_list(&im->rpath, RULE_RPATH, im);
	start_list(&im->runpath, RULE_RUNPATH, im);
	list = written != NULL ? expand(p, im, written) : NULL;
	if (list != NULL)
		fill_list(p, l, written, list);
	return l;
}

static enum verdict find_by_search(struct search *s, struct image *needed_by)
{
	enum verdict v;

	init_env(s->p);
	v = try_list(s, &s->p->env_dirs);
	for (struct image *im = needed_by; v == NOT_THERE && im != NULL; im = im->musl->needed_by)
		v = try_list(s, init_rpath(s->p, im));
	if (v == NOT_THERE) {
		init_system(s->p);
		v = try_list(s, &s->p->system_dirs);
	}
	return v;
}

/* ---- load_library ----------------------------------------------------------------------------- */

/* Names that never touch the disk: the loader itself answers to them. */
static bool is_reserved(const struct process *p, const char *name)
{
	static const char *const reserved[] = { "c.", "pthread.", "rt.", "m.", "dl.", "util.",
						"xnet." };

	if (strcmp(name, p->w->ld_path) == 0)
		return true;
	if (strncmp(name, "lib", 3) != 0)
		return false;
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strncmp(name + 3, reserved[i], strlen(reserved[i])) == 0)
			return true;
	return false;
}

/* The loader joins the list when somebody first asks for it. */
static struct image *take_libc(struct process *p, struct request *rq)
{
	rq->rule = RULE_LIBC;
	if (p->loader == NULL) {
		const struct store_entry *en = store_open(p->w->store, p->w->ld_path);
		bool there = en != NULL && en->err == 0 && en->file->kind == FILE_ELF;

		p->loader = p->libc = process_add_image(
			p, IMAGE_LOADER, there ? en->file : NULL, p->w->ld_path);
		p->loader->musl->short_name = "libc.so";
		p->loader->musl->searched = true;
		p->loader->relocated = true;
		p->loader->request = rq;
	}
	return p->loader;
}

static struct image *find_short_name(const struct process *p, const char *name)
{
	for (size_t i = 1; i < p->images.n; i++) {
		struct image *im = p->images.items[i];

		if (!im->musl->dropped && im->musl->short_name != NULL &&
		    strcmp(im->musl->short_name, name) == 0)
			return im;
	}
	return NULL;
}

static struct image *find_file(const struct process *p, const struct store_file *file)
{
	for (size_t i = 1; i < p->images.n; i++) {
		struct image *im = p->images.items[i];

		if (!im->musl->dropped && im->kind == IMAGE_LIBRARY && im->file == file)
			return im;
	}
	return NULL;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* The file that was found: loaded already, or a new image if it can be mapped. */
static void take_file(struct search *s, struct image *needed_by, struct musl_found *out)
{
	struct process *p = s->p;
	bool by_path = s->rq->rule == RULE_PATH;
	const struct store_file *file = s->found->file;
	struct image *im;
	int err = 0;

	im = find_file(p, file);
	if (im == NULL && (file = store_native(file, p->w->is64, p->w->big_endian)) != NULL)
		im = find_file(p, file);
	if (im != NULL) {
		s->rq->rule = RULE_SAME_FILE;
		if (im->musl->short_name == NULL && !by_path)
			im->musl->short_name = last_part(im->name);
		out->image = im;
		return;
	}
	switch (musl_map(p, s->found, &file, &err)) {
	case MUSL_DEAD:
		out->dead = true;
		p->trace.failures.items[p->trace.failures.n - 1].request = s->rq;
		p->trace.failures.items[p->trace.failures.n - 1].candidate = s->found;
		return;
	case MUSL_REFUSED:
		p->err = err;
		out->refused = s->found;
		return;
	case MUSL_MAPPED:
		break;
	}
	if (musl_is_libc(p->w, file)) {
		out->image = take_libc(p, s->rq);
		return;
	}
	im = process_add_image(p, IMAGE_LIBRARY, file, s->pathname);
	im->musl->needed_by = needed_by;
	im->musl->short_name = by_path ? NULL : last_part(s->pathname);
	im->request = s->rq;
	out->image = im;
}

struct musl_found musl_load(struct process *p, const char *name, struct image *needed_by)
{
	struct search s = { .p = p, .rq = search_request(p, needed_by, name) };
	struct musl_found out = { .request = s.rq };
	enum verdict v = STOP;

	if (*name == '\0') {
		p->err = EINVAL;
	} else if (is_reserved(p, name)) {
		out.image = take_libc(p, s.rq);
	} else if (strchr(name, '/') != NULL) {
		s.rq->rule = RULE_PATH;
		v = try_open(&s, name, add_probe(&s, RULE_PATH, NULL, NULL, name));
	} else if ((out.image = find_short_name(p, name)) != NULL) {
		s.rq->rule = RULE_LOADED;
	} else if (strlen(name) <= NAME_MAX) { /* else errno is what it was */
		v = find_by_search(&s, needed_by);
	}
	s.rq->nprobes = p->trace.probes.n - s.rq->probe0;
	if (v == TAKE)
		take_file(&s, needed_by, &out);
	s.rq->to = out.image;
	s.rq->failed = out.image == NULL;
	return out;
}
