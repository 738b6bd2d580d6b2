/* windows_search.c - from the name of a DLL to a file, as Windows goes.
 *
 * Where Windows decides: "Dynamic-link library search order" of Microsoft's documentation. Before any
 * folder: API sets, what is loaded already under that name, known DLLs. In the folders a file for another
 * machine is passed over; what is no PE file at all ends the search.
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "loader/process.h"
#include "loader/search.h"
#include "loader/windows.h"

enum { MAX_PATH_BYTES = 32767 };

struct search {
	struct process *p;
	struct request *rq;
	struct win_found out;
	bool other_machine; /* a file for another machine was passed over */
};

/* ---- names ------------------------------------------------------------------------------------ */

static const char *last_part(const char *path)
{
	const char *p = strrchr(path, '/'), *q = strrchr(path, '\\');

	if (p == NULL || (q != NULL && q > p))
		p = q;
	return p != NULL ? p + 1 : path;
}

const char *win_base_name(struct arena *a, const char *name)
{
	const char *base = last_part(name);
	size_t n = strlen(base);
	char *out;

	if (n > 0 && base[n - 1] == '.') /* a last dot: no extension is wanted */
		out = arena_strndup(a, base, n - 1);
	else
		out = arena_printf(a, "%s%s", base, strchr(base, '.') == NULL ? ".dll" : "");
	for (char *c = out; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 'a' - 'A');
	return out;
}

static bool has_path(const char *name)
{
	return strpbrk(name, "/\\") != NULL;
}

struct image *win_add_assumed(struct process *p, const char *base)
{
	const char *name = windows_has_dll(base) && !windows_is_contract(base) ?
				   arena_printf(p->a, WIN_SYSTEM_DIR "%s", base) : base;
	struct image *im = process_add_image(p, IMAGE_LIBRARY, NULL, name);

	process_add_name(p, im, base);
	return im;
}

/* ---- folders ---------------------------------------------------------------------------------- */

static void add_dir(struct process *p, struct win_dirs *out, enum load_rule rule, const char *dir)
{
	if (dir != NULL)
		*ARENA_PUSH(p->a, out) = (struct win_dir){ rule, dir };
}

static void add_system(struct process *p, struct win_dirs *out)
{
	*ARENA_PUSH(p->a, out) = (struct win_dir){ RULE_SYSTEM_DIR, p->w->windows->system_dir };
}

static void add_user_dirs(struct process *p, struct win_dirs *out)
{
	const struct windows_world *ww = p->w->windows;

	for (size_t i = 0; i < ww->nuser_dirs; i++)
		add_dir(p, out, RULE_USER_DIR, ww->user_dirs[i]);
}

static void add_flagged(struct process *p, unsigned flags, const char *load_dir, struct win_dirs *out)
{
	const struct windows_world *ww = p->w->windows;

	if ((flags & WIN_SEARCH_DLL_DIR) != 0)
		add_dir(p, out, RULE_DLL_DIR, load_dir);
	if ((flags & (WIN_SEARCH_APPLICATION_DIR | WIN_SEARCH_DEFAULT_DIRS)) != 0)
		add_dir(p, out, RULE_APPLICATION_DIR, ww->app_dir);
	if ((flags & (WIN_SEARCH_USER_DIRS | WIN_SEARCH_DEFAULT_DIRS)) != 0)
		add_user_dirs(p, out);
	if ((flags & (WIN_SEARCH_SYSTEM32 | WIN_SEARCH_DEFAULT_DIRS)) != 0)
		add_system(p, out);
}

/* The order of old: with "safe" search, which all releases since XP have. */
static void add_standard(struct process *p, unsigned flags, const char *load_dir, struct win_dirs *out)
{
	const struct windows_world *ww = p->w->windows;

	if ((flags & WIN_ALTERED_SEARCH_PATH) != 0 && load_dir != NULL)
		add_dir(p, out, RULE_DLL_DIR, load_dir);
	else
		add_dir(p, out, RULE_APPLICATION_DIR, ww->app_dir);
	add_system(p, out);
	add_dir(p, out, RULE_WINDOWS_DIR, ww->windows_dir);
	add_dir(p, out, RULE_WORKING_DIR, ww->cwd);
	for (size_t i = 0; i < ww->npath_dirs; i++)
		add_dir(p, out, RULE_PATH_VARIABLE, ww->path_dirs[i]);
}

void win_search_dirs(struct process *p, unsigned flags, const char *load_dir, struct win_dirs *out)
{
	*out = (struct win_dirs){ NULL, 0, 0 };
	if ((flags & WIN_SEARCH_ANY) != 0)
		add_flagged(p, flags, load_dir, out);
	else
		add_standard(p, flags, load_dir, out);
}

/* Windows compares names without regard to case; a folder of another system may hold several. */
const char *win_path_in(struct process *p, const char *dir, const char *name)
{
	const struct store_listing *l = store_list(p->w->store, *dir != '\0' ? dir : ".");

	for (size_t i = 0; l != NULL && i < l->n; i++)
		if (strcasecmp(l->names[i], name) == 0)
			return arena_printf(p->a, "%s%s", dir, l->names[i]);
	return NULL;
}

/* ---- probes ----------------------------------------------------------------------------------- */

static struct probe *add_probe(struct search *s, enum load_rule rule, enum probe_outcome outcome,
			       const char *path)
{
	struct probe *pr = ARENA_PUSH(s->p->a, &s->p->trace.probes);

	pr->rule = rule;
	pr->outcome = outcome;
	pr->path = path;
	search_count(s->p, strlen(path));
	return pr;
}

static enum probe_outcome refusal(const struct store_entry *en, bool other)
{
	if (en->err != 0)
		return search_outcome(en->err);
	if (other)
		return PROBE_WRONG_MACHINE;
	if (en->file->st.type == OS_DIRECTORY)
		return PROBE_IS_DIRECTORY;
	return en->file->kind == FILE_PE ? PROBE_BAD_HEADER : PROBE_NOT_PE;
}

/* A file that is there. True: the search is over. */
static bool try_file(struct search *s, enum load_rule rule, const char *path)
{
	const struct store_entry *en = store_open(s->p->w->store, path);
	struct probe *pr = add_probe(s, rule, PROBE_ABSENT, path);
	uint32_t status;
	bool other;

	if (en == NULL)
		return false;
	pr->entry = en;
	pr->err = en->err;
	status = win_map(s->p, en, &other);
	pr->outcome = status == WIN_OK ? PROBE_TAKEN : refusal(en, other);
	if (other || status == WIN_DLL_NOT_FOUND) {
		s->other_machine = s->other_machine || other;
		return false;
	}
	s->rq->rule = rule;
	s->out.file = en;
	s->out.path = path;
	s->out.status = status;
	return true;
}

/* ---- what is asked before the folders --------------------------------------------------------- */

static bool is_here(struct search *s, enum load_rule rule, struct image *im)
{
	s->rq->rule = rule;
	s->out.image = im;
	s->out.status = WIN_OK;
	return true;
}

static bool find_loaded(struct search *s, const char *base)
{
	bool by_soname;
	struct image *im = process_find(s->p, base, &by_soname);

	return im != NULL && is_here(s, RULE_LOADED, im);
}

/* Before Windows 10 programs may bring files for contracts that it does not have. */
static bool find_contract(struct search *s, const char *base)
{
	const struct windows_release *release = s->p->w->windows->release;

	if (!windows_is_contract(base))
		return false;
	if (windows_contract(base, release))
		return is_here(s, RULE_API_SET, win_add_assumed(s->p, base));
	add_probe(s, RULE_API_SET, PROBE_ABSENT, base);
	return false;
}

static bool is_redistributed(const char *base)
{
	const struct windows_runtime *r = windows_runtime(base);

	return r != NULL && r->package != NULL && strstr(r->package, "VCRedist") != NULL;
}

/* System32, of which only a list is at hand. */
static bool find_listed(struct search *s, enum load_rule rule, const char *base)
{
	const struct windows_world *ww = s->p->w->windows;
	bool there = (windows_dll(base, ww->machine) & ww->release->bit) != 0 ||
		     (ww->vcredist && is_redistributed(base));

	if (!there) {
		add_probe(s, rule, PROBE_ABSENT, arena_printf(s->p->a, WIN_SYSTEM_DIR "%s", base));
		return false;
	}
	return is_here(s, rule, win_add_assumed(s->p, base));
}

static bool find_in(struct search *s, const struct win_dir *d, const char *base)
{
	const char *path;

	if (d->dir == NULL)
		return find_listed(s, d->rule, base);
	path = win_path_in(s->p, d->dir, base);
	if (path != NULL)
		return try_file(s, d->rule, path);
	add_probe(s, d->rule, PROBE_ABSENT, arena_printf(s->p->a, "%s%s", d->dir, base));
	return false;
}

static bool find_known(struct search *s, const char *base)
{
	struct win_dir system = { RULE_KNOWN_DLL, s->p->w->windows->system_dir };

	return windows_known_dll(base) && find_in(s, &system, base);
}

static void find_by_name(struct search *s, const char *base, const struct win_dirs *dirs)
{
	if (find_loaded(s, base) || find_contract(s, base) || find_known(s, base))
		return;
	for (size_t i = 0; i < dirs->n && !search_exhausted(s->p); i++)
		if (find_in(s, &dirs->items[i], base))
			return;
}

/* ---- the whole -------------------------------------------------------------------------------- */

static void find_by_path(struct search *s, const char *name)
{
	struct process *p = s->p;

	s->rq->rule = RULE_PATH;
	if (!try_file(s, RULE_PATH, name) && s->other_machine) { /* there is no other place to look */
		s->out.file = p->trace.probes.items[p->trace.probes.n - 1].entry;
		s->out.path = name;
	}
}

/* One module for each file, whatever it is called. */
static void same_file(struct search *s)
{
	struct image *im = s->out.status == WIN_OK && s->out.file != NULL ?
				   process_find_file(s->p, s->out.file->file) : NULL;

	if (im == NULL)
		return;
	s->out.image = im;
	s->rq->rule = RULE_SAME_FILE;
}

struct win_found win_find(struct process *p, struct image *from, const char *name,
			  const struct win_dirs *dirs)
{
	struct search s = { .p = p, .rq = search_request(p, from, name) };

	s.out.request = s.rq;
	s.out.status = WIN_DLL_NOT_FOUND;
	if (strlen(name) > MAX_PATH_BYTES)
		s.out.status = WIN_NAME_TOO_LONG;
	else if (has_path(name))
		find_by_path(&s, name);
	else
		find_by_name(&s, win_base_name(p->a, name), dirs);
	if (s.out.status == WIN_DLL_NOT_FOUND && s.other_machine)
		s.out.status = WIN_INVALID_IMAGE_FORMAT;
	same_file(&s);
	s.rq->nprobes = p->trace.probes.n - s.rq->probe0;
	s.rq->found_other_class = s.other_machine;
	s.rq->to = s.out.image;
	s.rq->failed = s.out.status != WIN_OK;
	return s.out;
}
