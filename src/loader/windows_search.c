/* windows_search.c - from the name of a DLL to a file, as Windows goes.
 *
 * Where Windows decides: "Dynamic-link library search order" of Microsoft's documentation. Before any
 * folder: redirection, API sets, assemblies, what is loaded already under that name, known DLLs. In the
 * folders a file for another machine is passed over; what is no PE file at all ends the search.
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "loader/process.h"
#include "loader/search.h"
#include "loader/windows.h"

enum { MAX_NAME_BYTES = 32767, MAX_PATH_UNITS = 259, DRIVE = 2 /* "C:" */ };

struct search {
	struct process *p;
	struct request *rq;
	struct win_found out;
	const struct image *from;
	bool any_machine;   /* of the file that is taken */
	bool other_machine; /* a file for another machine was passed over */
	bool too_long;      /* so was one whose path has too many characters */
};

/* ---- names ------------------------------------------------------------------------------------ */

const char *win_last_part(const char *path)
{
	const char *p = strrchr(path, '/'), *q = strrchr(path, '\\');

	if (p == NULL || (q != NULL && q > p))
		p = q;
	return p != NULL ? p + 1 : path;
}

const char *win_base_name(struct arena *a, const char *name)
{
	const char *base = win_last_part(name);
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

/* The separator of this machine, where the files are. */
static const char *with_slashes(struct arena *a, const char *path)
{
	char *out = arena_strdup(a, path);

	for (char *c = out; *c != '\0'; c++)
		*c = *c == '\\' ? '/' : *c;
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

/* How many units of UTF-16 a path of UTF-8 has: one a character, two for those of four bytes. */
static size_t units(const char *path)
{
	size_t n = 0;

	for (const unsigned char *c = (const unsigned char *)path; *c != '\0'; c++)
		n += ((*c & 0xc0u) != 0x80u ? 1u : 0u) + (*c >= 0xf0u ? 1u : 0u);
	return n;
}

/* Where the path is not that of the system under study, its length there is not known. */
static bool is_too_long(struct process *p, const char *path)
{
	return p->w->windows->on_drive && *path == '/' && strlen(path) + DRIVE > MAX_PATH_UNITS &&
	       units(path) + DRIVE > MAX_PATH_UNITS && !win_takes_long_paths(p);
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
	if (en->err == 0 && is_too_long(s->p, path)) {
		pr->outcome = PROBE_NAME_TOO_LONG;
		s->too_long = true;
		return false;
	}
	status = win_map(s->p, en, &other);
	if (other && s->any_machine) {
		status = WIN_OK;
		other = false;
	}
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

static void find_in_system(struct search *s, const char *base);

/* The schema of a Windows that is at hand names the host, which is one of its own DLLs. */
static bool find_by_schema(struct search *s, const char *base, const struct apiset *schema)
{
	const struct image *from = s->from;
	const char *path = from == NULL ? NULL : from->kind == IMAGE_PROGRAM ? from->real_path : from->name;
	const char *by = path != NULL ? win_base_name(s->p->a, path) : NULL;
	char host[APISET_HOST_MAX];

	search_count(s->p, schema->count);
	switch (apiset_find(schema, base, by, host)) {
	case APISET_UNKNOWN:
		return false;
	case APISET_NO_HOST:
		add_probe(s, RULE_API_SET, PROBE_ABSENT, base);
		return true;
	case APISET_HOST:
		break;
	}
	find_in_system(s, arena_strdup(s->p->a, host));
	if (s->out.status == WIN_OK)
		s->rq->rule = RULE_API_SET;
	return true;
}

/* Programs may bring files for contracts that Windows does not have. */
static bool find_contract(struct search *s, const char *base)
{
	const struct windows_world *ww = s->p->w->windows;

	if (!windows_is_contract(base))
		return false;
	if (ww->contracts != NULL)
		return find_by_schema(s, base, ww->contracts);
	if (windows_contract(base, ww->release))
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

static void find_in_system(struct search *s, const char *base)
{
	struct win_dir system = { RULE_SYSTEM_DIR, s->p->w->windows->system_dir };

	if (!find_loaded(s, base) && !find_known(s, base))
		find_in(s, &system, base);
}

/* Known DLLs are never redirected. */
static bool find_redirected(struct search *s, const char *base)
{
	const char *dir = windows_known_dll(base) ? NULL : win_redirection(s->p);
	const char *path = dir != NULL ? win_path_in(s->p, dir, base) : NULL;

	return path != NULL && try_file(s, RULE_DOT_LOCAL, path);
}

/* A file that an assembly promises and does not have is not looked for elsewhere. */
static bool find_side_by_side(struct search *s, const char *base, const struct win_side_by_side *files)
{
	for (size_t i = 0; files != NULL && i < files->n; i++) {
		if (strcmp(files->items[i].base, base) != 0)
			continue;
		if (!try_file(s, RULE_SIDE_BY_SIDE, files->items[i].path))
			s->out.status = WIN_DLL_NOT_FOUND;
		return true;
	}
	return false;
}

static void find_by_name(struct search *s, const char *base, const struct win_dirs *dirs)
{
	if (find_redirected(s, base) || find_contract(s, base) || find_side_by_side(s, base, dirs->files) ||
	    find_loaded(s, base) || find_known(s, base))
		return;
	for (size_t i = 0; i < dirs->n && !search_exhausted(s->p); i++)
		if (find_in(s, &dirs->items[i], base))
			return;
}

/* ---- the whole -------------------------------------------------------------------------------- */

/* A path as the loader opens it: with an extension, in whichever case the file has its name. */
static const char *as_file(struct process *p, const char *path)
{
	const char *base = win_base_name(p->a, path);
	const char *dir = arena_strndup(p->a, path, strlen(path) - strlen(win_last_part(path)));
	const char *found = store_has_file(p->w->store, path) ? NULL : win_path_in(p, dir, base);

	return found != NULL ? found : store_has_file(p->w->store, path) ? path :
				       arena_printf(p->a, "%s%s", dir, base);
}

/* A whole path, or one that a caller gives who stands in the working folder. */
static void find_by_path(struct search *s, const char *name)
{
	struct process *p = s->p;

	s->rq->rule = RULE_PATH;
	if (find_redirected(s, win_base_name(p->a, name)))
		return;
	if (p->w->windows->whole_names)
		name = as_file(p, name);
	if (!try_file(s, RULE_PATH, name) && s->other_machine) { /* there is no other place to look */
		s->out.file = p->trace.probes.items[p->trace.probes.n - 1].entry;
		s->out.path = name;
	}
}

/* "sub/b.dll" is looked for below each folder. */
static void find_relative(struct search *s, const char *name, const struct win_dirs *dirs)
{
	struct process *p = s->p;

	if (find_redirected(s, win_base_name(p->a, name)))
		return;
	for (size_t i = 0; i < dirs->n && !search_exhausted(p); i++) {
		const char *dir = dirs->items[i].dir;

		if (dir == NULL)
			add_probe(s, dirs->items[i].rule, PROBE_ABSENT,
				  arena_printf(p->a, WIN_SYSTEM_DIR "%s", name));
		else if (try_file(s, dirs->items[i].rule, as_file(p, arena_printf(p->a, "%s%s", dir, name))))
			return;
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
	struct search s = { .p = p, .rq = search_request(p, from, name), .from = from,
			    .any_machine = dirs->any_machine };

	s.out.request = s.rq;
	s.out.status = WIN_DLL_NOT_FOUND;
	if (strlen(name) > MAX_NAME_BYTES)
		s.out.status = WIN_NAME_TOO_LONG;
	else if (!has_path(name))
		find_by_name(&s, win_base_name(p->a, name), dirs);
	else if ((from == NULL && !p->w->windows->whole_names) || win_is_whole(name))
		find_by_path(&s, with_slashes(p->a, name));
	else
		find_relative(&s, with_slashes(p->a, name), dirs);
	if (s.out.status == WIN_DLL_NOT_FOUND && s.other_machine)
		s.out.status = WIN_INVALID_IMAGE_FORMAT;
	else if (s.out.status == WIN_DLL_NOT_FOUND && s.too_long && s.rq->rule == RULE_PATH)
		s.out.status = WIN_NAME_TOO_LONG;
	same_file(&s);
	s.rq->nprobes = p->trace.probes.n - s.rq->probe0;
	s.rq->found_other_class = s.other_machine;
	s.rq->to = s.out.image;
	s.rq->failed = s.out.status != WIN_OK;
	return s.out;
}
