/* dyld_search.c - from the name in a load command, or of a dlopen, to a file.
 *
 * The name passes through two nested generators: `variants` gives the places where it could be instead or
 * besides (variables, cryptex, fallbacks), `expand` what stands behind an '@'. Each path that comes out is
 * tried at once. A file that is there and bad is noted, and the search goes on; the first good one ends it.
 * Where upstream decides: Loader::getLoader, Loader::forEachPath, Loader::expandAtLoaderPath,
 * Loader::expandAtExecutablePath, Loader::expandAtRPath, ProcessConfig::PathOverrides::forEachPathVariant.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loader/dyld.h"
#include "loader/process.h"
#include "loader/search.h"

#define CRYPTEX "/System/Volumes/Preboot/Cryptexes/OS"

struct search {
	struct process *p;
	struct request *rq;
	const struct dyld_chain *chain;
	bool dependency;
	struct arena_text tried;
	size_t ntried;
	struct image *found;
	const struct store_entry *refused;
};

/* How a candidate came about. */
struct origin {
	enum load_rule rule;
	struct image *of; /* whose LC_RPATH, or whose folder */
	const char *written; /* the folder as written */
	bool disk_only; /* the shared cache is not asked */
};

static bool since(const struct search *s, unsigned major, unsigned minor)
{
	return dyld_release(s->p) >= DYLD_RELEASE(major, minor);
}

static bool is_at(const char *path, const char *token)
{
	size_t n = strlen(token);

	return strncmp(path, token, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* The folder of a path without a slash at its end. */
static const char *folder_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? "." : arena_strndup(a, path, (size_t)(slash - path));
}

/* ---- one candidate ------------------------------------------------------------------------------ */

static struct image *loaded_as(const struct process *p, const char *path)
{
	for (size_t i = 0; i < p->images.n; i++) {
		const struct image *im = p->images.items[i];

		if ((im->dyld->path != NULL && strcmp(im->dyld->path, path) == 0) ||
		    (im->soname != NULL && strcmp(im->soname, path) == 0) ||
		    (im->kind == IMAGE_LIBRARY && strcmp(im->name, path) == 0))
			return p->images.items[i];
	}
	return NULL;
}

static bool take(struct search *s, struct image *im, enum load_rule rule, struct image *of)
{
	s->found = im;
	s->rq->rule = rule;
	s->rq->rule_of = of;
	return true;
}

static struct probe *add_probe(struct search *s, const char *path, const struct origin *o)
{
	struct probe *pr = ARENA_PUSH(s->p->a, &s->p->trace.probes);

	search_count(s->p, strlen(path));
	pr->rule = o->rule;
	pr->of = o->of;
	pr->written = o->written;
	pr->path = path;
	return pr;
}

/* The candidate is no use; `after` follows the bracket. */
static bool refuse(struct search *s, struct probe *pr, enum probe_outcome outcome, const char *says)
{
	struct arena *a = s->p->a;

	pr->outcome = outcome;
	pr->says = says;
	if (s->ntried++ > 0)
		arena_text_str(a, &s->tried, ", ");
	arena_text_str(a, &s->tried, arena_printf(a, DYLD_TEXT(CANDIDATE, s->p), pr->path, says));
	return false;
}

static const char *with_cache_note(struct search *s, const char *says, const char *path,
				   const struct origin *o)
{
	if (o->disk_only || !dyld_cache_place(path))
		return says;
	return arena_printf(s->p->a, "%s%s", says, DYLD_TEXT(NOT_IN_CACHE, s->p));
}

static bool try_file(struct search *s, struct probe *pr, const struct origin *o)
{
	const struct store_entry *en = pr->entry;
	struct image *im = process_find_file(s->p, en->file);
	const char *why;
	enum probe_outcome outcome;

	if (en->file->st.type != OS_REGULAR)
		return refuse(s, pr,
			      en->file->st.type == OS_DIRECTORY ? PROBE_IS_DIRECTORY : PROBE_NOT_REGULAR,
			      with_cache_note(s, DYLD_TEXT(NOT_A_FILE, s->p), pr->path, o));
	if (im != NULL)
		return take(s, im, RULE_SAME_FILE, o->of);
	outcome = dyld_take(s->p, en, pr->path, s->dependency, &im, &why);
	if (im != NULL)
		return take(s, im, o->rule, o->of);
	if (s->refused == NULL)
		s->refused = en;
	return refuse(s, pr, outcome, why);
}

static bool try_cache(struct search *s, const char *path)
{
	struct image *im = dyld_add(s->p, IMAGE_LIBRARY, NULL, path, NULL);

	im->dyld->cached = true;
	im->dyld->needs_done = true;
	im->soname = path;
	return take(s, im, RULE_SHARED_CACHE, NULL);
}

static bool try_path(struct search *s, const char *path, const struct origin *o)
{
	struct process *p = s->p;
	struct image *im = loaded_as(p, path);
	struct probe *pr;

	if (s->found != NULL || search_exhausted(p))
		return s->found != NULL;
	if (im != NULL)
		return take(s, im, RULE_INSTALL_NAME, NULL);
	pr = add_probe(s, path, o);
	if (*path != '/' && !p->dyld->at_paths)
		return refuse(s, pr, PROBE_RELATIVE, DYLD_TEXT(RELATIVE, p));
	pr->entry = store_open(p->w->store, path);
	if (pr->entry != NULL && pr->entry->err == 0)
		return try_file(s, pr, o);
	if (!o->disk_only && dyld_in_cache(p->w->dyld, path))
		return try_cache(s, path);
	if (pr->entry == NULL || pr->entry->err == ENOENT || pr->entry->err == ENOTDIR)
		return refuse(s, pr, PROBE_ABSENT, with_cache_note(s, DYLD_TEXT(NO_FILE, p), path, o));
	pr->err = pr->entry->err;
	return refuse(s, pr, search_outcome(pr->err), arena_printf(p->a, DYLD_TEXT(ERRNO, p), pr->err));
}

/* ---- what stands behind an '@' ------------------------------------------------------------------ */

static struct image *program_of(const struct search *s)
{
	return s->p->program;
}

static bool try_executable(struct search *s, const char *tail, struct origin *o)
{
	const char *program = program_of(s)->dyld->path, *dir;

	if (program == NULL) {
		struct probe *pr = add_probe(s, arena_printf(s->p->a, "@executable_path%s", tail), o);

		pr->outcome = PROBE_NO_PROGRAM;
		pr->says = "which program it is, is not known";
		process_assume(s->p, "the program that loads it, whose folder @executable_path means, is not "
				     "known (--program names it)");
		return false;
	}
	dir = folder_of(s->p->a, program);
	while (since(s, 13, 0) && strncmp(tail, "/..", 3) == 0 && (tail[3] == '/' || tail[3] == '\0') &&
	       strrchr(dir, '/') != NULL && strrchr(dir, '/') != dir) {
		tail += 3;
		dir = folder_of(s->p->a, dir);
	}
	return try_path(s, arena_printf(s->p->a, "%s%s", dir, tail), o);
}

static bool try_loader(struct search *s, struct image *of, const char *tail, struct origin *o)
{
	const char *path = of->dyld->path;

	if (path == NULL) /* a program that is only assumed: it has no folder, and no load command either */
		return try_executable(s, tail, o);
	return try_path(s, arena_printf(s->p->a, "%s%s", folder_of(s->p->a, path), tail), o);
}

/* One LC_RPATH of `of` with what follows "@rpath". */
static bool try_rpath(struct search *s, struct image *of, const char *rpath, const char *tail)
{
	struct origin o = { .rule = RULE_RPATH, .of = of, .written = rpath };
	struct arena *a = s->p->a;
	size_t n = strlen(rpath);
	const char *dir = n > 1 && rpath[n - 1] == '/' ? arena_strndup(a, rpath, n - 1) : rpath;
	bool program = of->kind == IMAGE_PROGRAM;

	if (is_at(rpath, "@loader_path"))
		return (s->p->dyld->at_paths || !program) &&
		       try_loader(s, of, arena_printf(a, "%s%s", dir + strlen("@loader_path"), tail), &o);
	if (is_at(rpath, "@executable_path"))
		return s->p->dyld->at_paths &&
		       try_executable(s, arena_printf(a, "%s%s", dir + strlen("@executable_path"), tail), &o);
	if (*rpath == '@' || *rpath == '\0' || (*rpath != '/' && !s->p->dyld->at_paths))
		return false;
	if (try_path(s, arena_printf(a, "%s%s", dir, tail), &o))
		return true;
	return *rpath == '/' && since(s, 13, 0) &&
	       try_path(s, arena_printf(a, CRYPTEX "%s%s", dir, tail), &o);
}

static bool try_rpaths(struct search *s, const char *tail)
{
	for (const struct dyld_chain *c = s->chain; c != NULL; c = c->next) {
		const struct macho_load *l = &c->im->dyld->load;

		for (size_t i = 0; i < l->nrpaths; i++)
			if (try_rpath(s, c->im, l->rpaths[i], tail))
				return true;
	}
	return false;
}

static bool expand(struct search *s, const char *path, struct origin o)
{
	if (*path != '@')
		return try_path(s, path, &o);
	o.disk_only = false;
	if (is_at(path, "@loader_path")) {
		o.rule = o.rule == RULE_PATH ? RULE_LOADER_PATH : o.rule;
		o.of = s->chain->im;
		return try_loader(s, s->chain->im, path + strlen("@loader_path"), &o);
	}
	if (is_at(path, "@executable_path") && s->p->dyld->at_paths) {
		o.rule = o.rule == RULE_PATH ? RULE_EXECUTABLE_PATH : o.rule;
		return try_executable(s, path + strlen("@executable_path"), &o);
	}
	return strncmp(path, "@rpath/", 7) == 0 && try_rpaths(s, path + strlen("@rpath"));
}

/* ---- variants ----------------------------------------------------------------------------------- */

/* "X.framework/Versions/A/X" of a path to a framework's library; NULL: it is none. */
static const char *framework_part(const char *path)
{
	const char *leaf = strrchr(path, '/'), *at = NULL, *begin;

	for (const char *next = strstr(path, ".framework/"); next != NULL;
	     next = strstr(next + 1, ".framework/"))
		at = next;
	if (leaf == NULL || at == NULL)
		return NULL;
	for (begin = at; begin > path && begin[-1] != '/'; begin--)
		;
	leaf++;
	return strlen(leaf) == (size_t)(at - begin) && strncmp(begin, leaf, strlen(leaf)) == 0 ? begin : NULL;
}

/* Each folder of a list with `name`. */
static bool try_list(struct search *s, const char *list, const char *name, enum load_rule rule,
		     const char *except)
{
	struct arena *a = s->p->a;

	while (list != NULL && *list != '\0') {
		size_t n = strcspn(list, ":");
		const char *dir = arena_strndup(a, list, n);
		struct origin o = { .rule = rule, .written = dir };
		const char *path = arena_printf(a, "%s/%s", dir, name);

		if (n > 0 && (except == NULL || strcmp(path, except) != 0) && expand(s, path, o))
			return true;
		list += n + (list[n] == ':');
	}
	return false;
}

static bool try_overrides(struct search *s, const char *framework, const char *leaf)
{
	const struct dyld_world *w = s->p->w->dyld;

	if (!s->p->dyld->env)
		return false;
	if (framework != NULL)
		return try_list(s, w->framework_path, framework, RULE_DYLD_FRAMEWORK_PATH, NULL);
	return try_list(s, w->library_path, leaf, RULE_DYLD_LIBRARY_PATH, NULL);
}

/* Was the image that asks built for macOS 12 or earlier? Then the default folders are searched. */
static bool has_old_sdk(const struct search *s)
{
	const struct image *im = s->chain->im;

	return im->dyld->path != NULL && macho_sdk(&im->dyld->load) < 13u << 16;
}

static bool try_fallbacks(struct search *s, const char *path, const char *framework, const char *leaf)
{
	const struct dyld_world *w = s->p->w->dyld;
	const char *set = framework != NULL ? w->fallback_framework : w->fallback_library;
	bool named = !s->dependency && strchr(path, '/') != NULL;
	const char *name = framework != NULL ? framework : leaf;
	const char *defaults = framework != NULL       ? "/Library/Frameworks:/System/Library/Frameworks"
			       : !s->p->dyld->at_paths ? "/usr/lib"
						       : "/usr/local/lib:/usr/lib";

	if (named && framework == NULL && since(s, 12, 3))
		return false;
	if (set != NULL && s->p->dyld->env && !(named && !since(s, 13, 0)))
		return try_list(s, set, name, RULE_DYLD_FALLBACK, path);
	if (since(s, 13, 0) && !has_old_sdk(s))
		return false;
	return try_list(s, defaults, name, RULE_DYLD_FALLBACK, path);
}

/* The name itself. Of a dlopen without a slash at its beginning: as if "@rpath/" stood before it. */
static bool try_itself(struct search *s, const char *path)
{
	struct origin o = { .rule = RULE_PATH },
		      system = { .rule = RULE_DYLD_FALLBACK, .written = "/usr/lib" };

	if (s->dependency || *path == '/' || *path == '@')
		return expand(s, path, o);
	if (try_rpaths(s, arena_printf(s->p->a, "/%s", path)))
		return true;
	if (since(s, 13, 0) && try_path(s, arena_printf(s->p->a, "/usr/lib/%s", path), &system))
		return true;
	return try_path(s, path, &o);
}

static bool variants(struct search *s, const char *path)
{
	struct origin disk = { .rule = RULE_PATH, .disk_only = true };
	struct origin cryptex = { .rule = RULE_CRYPTEX, .disk_only = true };
	const char *framework = framework_part(path), *slash = strrchr(path, '/');
	const char *leaf = slash != NULL ? slash + 1 : path;

	if (try_overrides(s, framework, leaf))
		return true;
	if (since(s, 13, 0) && (*path != '@' || !since(s, 13, 3))) {
		if (expand(s, path, disk) || try_path(s, arena_printf(s->p->a, CRYPTEX "%s", path), &cryptex))
			return true;
	}
	return try_itself(s, path) || try_fallbacks(s, path, framework, leaf);
}

/* ---- the whole search --------------------------------------------------------------------------- */

static bool is_loaded(struct search *s, const char *name)
{
	const char *as = name;
	struct image *im;

	if (!s->dependency && strchr(name, '/') == NULL)
		as = arena_printf(s->p->a, "@rpath/%s", name);
	else if (strncmp(name, "@rpath/", 7) != 0 && (*name != '/' || !s->dependency))
		return false;
	im = loaded_as(s->p, as);
	return im != NULL && take(s, im, RULE_INSTALL_NAME, NULL);
}

/* The same once more for the path without links, if that is another. */
static void try_real(struct search *s, const char *name)
{
	char *real = NULL;

	if (*name == '@' || source_realpath(s->p->w->source, name, &real) != 0)
		return;
	if (strncmp(name, real, strlen(real)) != 0)
		variants(s, arena_strdup(s->p->a, real));
	free(real);
}

static const char *complaint(struct search *s, const char *name)
{
	struct arena *a = s->p->a;
	bool rpaths = false;

	if (s->ntried > 0)
		return arena_printf(
			a, "%s%s", arena_printf(a, DYLD_TEXT(TRIED, s->p), arena_text_end(a, &s->tried)),
			*name == '@' && !s->p->dyld->at_paths ? DYLD_TEXT(NO_AT_PATHS, s->p) : "");
	for (const struct dyld_chain *c = s->chain; c != NULL; c = c->next)
		rpaths = rpaths || c->im->dyld->load.nrpaths > 0;
	if (strncmp(name, "@rpath/", 7) != 0)
		return "";
	return rpaths ? DYLD_TEXT(RPATHS_UNUSED, s->p) : DYLD_TEXT(NO_RPATHS, s->p);
}

struct dyld_found dyld_find(struct process *p, const char *name, const struct dyld_chain *chain,
			    bool dependency, struct image *from)
{
	struct search s = {
		.p = p, .rq = search_request(p, from, name), .chain = chain, .dependency = dependency
	};
	struct dyld_found out = { .request = s.rq };

	if (!is_loaded(&s, name) && !variants(&s, name))
		try_real(&s, name);
	s.rq->nprobes = p->trace.probes.n - s.rq->probe0;
	s.rq->to = out.image = s.found;
	s.rq->failed = s.found == NULL;
	if (s.found == NULL) {
		out.why = complaint(&s, name);
		out.refused = s.refused;
	} else if (s.rq->nprobes > 0 && s.rq->rule != RULE_INSTALL_NAME) {
		p->trace.probes.items[p->trace.probes.n - 1].outcome = PROBE_TAKEN;
	}
	return out;
}
