/* d_windows.c - failures of Windows' loader: which file, needed by whom, and why it is refused. */
#include <inttypes.h>
#include <string.h>

#include "diagnose/pynames.h"
#include "diagnose/search_fixes.h"
#include "diagnose/windows_case.h"
#include "symbol/demangle.h"

/* ---- words ------------------------------------------------------------------------------------ */

const char *win_word(const char *path)
{
	const char *p = strrchr(path, '/'), *q = strrchr(path, '\\');

	if (p == NULL || (q != NULL && q > p))
		p = q;
	return p != NULL ? p + 1 : path;
}

const char *win_needed_words(const struct win_case *k)
{
	if (k->from == NULL)
		return "";
	return arena_printf(k->d->a, ", which %s needs,", image_word(k->d, k->from));
}

const char *win_release_words(uint16_t major, uint16_t minor, uint32_t build)
{
	const struct windows_release *w = windows_at_least(major, minor, build);

	return w != NULL ? w->words : "a newer Windows";
}

const char *win_arch_word(const struct diag *d)
{
	switch (d->w->windows->machine) {
	case PE_I386: return "x86";
	case PE_ARM64: return "arm64";
	default: return "x64";
	}
}

const char *win_python_words(const struct diag *d)
{
	int v = d->w->windows->python;

	return arena_printf(d->a, "Python %d.%d", v / 100, v % 100);
}

static const char *process_words(const struct diag *d)
{
	struct pe process = { .machine = d->w->windows->machine };

	return pe_machine_words(d->a, &process);
}

/* "LoadLibrary fails with error 126 (STATUS 0xc0000135)". */
static void say_number(struct win_case *k)
{
	struct diag *d = k->d;
	struct dlwhy_evidence *e;

	if (k->f->status == 0)
		return;
	e = draft_evidence(d, k->dr, "fact", NULL,
			   d->in->is_program ? "the exit status of the process, if it is started" :
					       "error of LoadLibrary, and status of the loader");
	e->value = d->in->is_program ? arena_printf(d->a, "0x%08" PRIx32, k->f->status) :
				       arena_printf(d->a, "%u, 0x%08" PRIx32, win_error(k->f->status),
						    k->f->status);
}

struct draft *win_begin(struct win_case *k, enum cause cause, const char *object)
{
	k->dr = draft_new(k->d, cause, k->f);
	k->dr->f.object = object;
	draft_needed_by(k->d, k->dr, k->from);
	return k->dr;
}

/* Failures of the same name from here on are the same finding. */
static void take_others(struct win_case *k)
{
	struct diag *d = k->d;

	for (size_t i = k->i + 1; i < d->t->failures.n; i++) {
		const struct failure *f = &d->t->failures.items[i];

		if (d->taken[i] || f->kind != k->f->kind || f->request == NULL || f->lazy != k->f->lazy ||
		    strcmp(win_base_name(d->a, f->request->name), k->base) != 0)
			continue;
		d->taken[i] = true;
		if (f->image != NULL)
			draft_evidence(d, k->dr, "fact", f->image, "needs it, too");
	}
}

/* ---- another machine -------------------------------------------------------------------------- */

static const struct probe *probe_with(const struct win_case *k, enum probe_outcome o)
{
	for (size_t i = 0; k->rq != NULL && i < k->rq->nprobes; i++)
		if (k->d->t->probes.items[k->rq->probe0 + i].outcome == o)
			return &k->d->t->probes.items[k->rq->probe0 + i];
	return NULL;
}

static void wrong_machine(struct win_case *k)
{
	struct diag *d = k->d;
	const struct probe *p = probe_with(k, PROBE_WRONG_MACHINE);
	const char *path = p != NULL ? p->path : k->name;
	const char *is = p != NULL && p->entry != NULL && p->entry->err == 0 ?
				 pe_machine_words(d->a, &p->entry->file->pe) : "another processor";
	const char *want = process_words(d);
	struct draft *dr = win_begin(k, CAUSE_WRONG_ARCH, k->from == NULL ? path : k->name);

	if (k->from == NULL)
		draft_say(d, dr, "%s is made for %s, but the process that loads it is %s.", win_word(path),
			  is, want);
	else
		draft_say(d, dr,
			  "%s%s was found, but %s is made for %s and the process is %s, so Windows passes "
			  "over it "
			  "and finds no other.",
			  win_word(k->name), win_needed_words(k), path, is, want);
	say_number(k);
	if (p != NULL && p->entry != NULL && p->entry->err == 0)
		draft_bytes(d, dr, path, load32(p->entry->file->bytes.p + 60, order_swaps(false)) + 4u, 2,
			    arena_printf(d->a, "its header says %s", is));
	search_probes(d, dr, k->rq);
	draft_fix(d, dr, "replace", "low",
		  arena_printf(d->a, "take the build of %s for %s", win_word(k->name), want));
	take_others(k);
}

/* ---- a file that is refused ------------------------------------------------------------------- */

static const char *defect_words(const struct store_file *f)
{
	struct pe e;

	pe_open(f->bytes, &e);
	switch (e.defect) {
	case PE_SHORT: return "it ends inside of its headers";
	case PE_CUT: return "it ends before the parts that its table of sections promises";
	case PE_NO_SIGNATURE: return "there is no PE header where its first header points to";
	case PE_WIN16: return "it is a program for 16-bit Windows";
	case PE_BAD_OPTIONAL: return "its second header is damaged";
	default: return "its headers contradict each other";
	}
}

static void not_pe(struct win_case *k, const struct store_entry *en)
{
	struct diag *d = k->d;
	enum file_kind kind = en->file->kind;
	bool folder = en->file->st.type == OS_DIRECTORY;
	bool other = kind == FILE_ELF || kind == FILE_MACHO || kind == FILE_MACHO_FAT;
	struct draft *dr = win_begin(k, folder ? CAUSE_NOT_LOADABLE : other ? CAUSE_WRONG_ARCH :
				     file_kind_cause(kind), en->path);

	draft_say(d, dr, "%s%s is %s, not a file of Windows.%s", win_word(en->path), win_needed_words(k),
		  folder ? "a folder" : file_kind_name(kind),
		  k->from != NULL ?
			  " Windows ends the search at such a file, even if a good one lies further on." :
			  "");
	say_number(k);
	search_probes(d, dr, k->rq);
	if (folder)
		draft_fix(d, dr, "rename", "medium", "the name is taken: give the folder another one");
	else if (other)
		draft_fix(d, dr, "replace", "low", "take the build for Windows");
	else
		draft_fix_kind(d, dr, en);
	take_others(k);
}

static void damaged(struct win_case *k, const struct store_entry *en)
{
	struct diag *d = k->d;
	const struct pe *e = &en->file->pe;
	struct draft *dr = win_begin(k, CAUSE_CORRUPT_FILE, en->path);

	draft_say(d, dr, "%s%s is damaged: %s.", win_word(en->path), win_needed_words(k),
		  defect_words(en->file));
	say_number(k);
	if (e->end_wanted > en->file->bytes.n)
		draft_fact(d, dr, en->path,
			   arena_printf(d->a, "it has %s, its sections end at %s",
					bytes_words(d->a, en->file->bytes.n),
					bytes_words(d->a, e->end_wanted)));
	search_probes(d, dr, k->rq);
	draft_fix_reinstall(d, dr, en->path, "get the whole file again");
	take_others(k);
}

static void too_new(struct win_case *k, const struct store_entry *en)
{
	struct diag *d = k->d;
	const struct pe *e = &en->file->pe;
	struct draft *dr = win_begin(k, CAUSE_OS_TOO_OLD, en->path);

	draft_say(d, dr, "%s says that it runs on %s (%u.%u) or newer; this is %s.", win_word(en->path),
		  win_release_words(e->subsystem_major, e->subsystem_minor, 0), e->subsystem_major,
		  e->subsystem_minor, d->w->windows->release->words);
	draft_fix(d, dr, "replace", "low", "take a release of the program that still supports this Windows");
	draft_fix(d, dr, "upgrade", "high", "use a newer Windows");
}

static void no_access(struct win_case *k, const struct store_entry *en)
{
	struct diag *d = k->d;
	struct draft *dr = win_begin(k, CAUSE_PERMISSION, en->path);

	draft_say(d, dr, "%s%s is there (%s), but it may not be read.", win_word(en->path),
		  win_needed_words(k), en->path);
	say_number(k);
	search_probes(d, dr, k->rq);
	take_others(k);
}

static void wrong_program(struct win_case *k, const struct store_entry *en)
{
	struct diag *d = k->d;
	struct draft *dr = win_begin(k, CAUSE_WRONG_ARCH, en->path);

	draft_say(d, dr, "%s is made for %s.", win_word(en->path), pe_machine_words(d->a, &en->file->pe));
	draft_fix(d, dr, "replace", "low", "take the build for this machine");
}

/* Refused before there was a file to look at. */
static void no_file(struct win_case *k)
{
	if (k->f->status == WIN_INVALID_PARAMETER)
		win_bad_call(k);
	else if (k->f->status != WIN_NAME_TOO_LONG)
		return;
	else if (!win_long_path(k))
		win_long_name(k);
	say_number(k);
	if (k->rq != NULL)
		search_probes(k->d, k->dr, k->rq);
}

static void refused(struct win_case *k)
{
	const struct store_entry *en = k->f->candidate;

	if (en == NULL) {
		no_file(k);
		return;
	}
	if (en->err != 0)
		no_access(k, en);
	else if (en->file->kind != FILE_PE)
		not_pe(k, en);
	else if (k->f->status != 0 || en->file->pe.defect != PE_OK)
		damaged(k, en);
	else if (en->file->pe.machine == k->d->w->windows->machine)
		too_new(k, en);
	else
		wrong_program(k, en);
}

/* ---- exports ---------------------------------------------------------------------------------- */

/* All that one image misses of one DLL is one finding. */
static size_t take_symbols(struct win_case *k)
{
	struct diag *d = k->d;
	size_t n = 1;

	for (size_t i = k->i + 1; i < d->t->failures.n; i++) {
		const struct failure *f = &d->t->failures.items[i];

		if (d->taken[i] || f->kind != FAIL_SYMBOL || f->image != k->f->image ||
		    f->provider != k->f->provider)
			continue;
		d->taken[i] = true;
		draft_evidence(d, k->dr, "symbol", f->image, "not exported either")->value = f->symbol;
		n++;
	}
	return n;
}

static void system_function(struct win_case *k, const char *dll)
{
	struct diag *d = k->d;
	struct windows_function since;
	struct draft *dr = win_begin(k, CAUSE_OS_TOO_OLD, k->f->provider->name);

	windows_function(dll, k->f->symbol, &since);
	dr->f.symbol = k->f->symbol;
	draft_say(d, dr, "%s uses %s of %s, which came with %s; this is %s.", image_word(d, k->from),
		  k->f->symbol, dll, win_release_words(since.major, since.minor, since.build),
		  d->w->windows->release->words);
	say_number(k);
	draft_evidence(d, dr, "symbol", k->from, "imported by")->value = k->f->symbol;
	take_symbols(k);
	draft_fix(d, dr, "replace", "low", "take a release of the package that still supports this Windows");
	draft_fix(d, dr, "upgrade", "high", "use a newer Windows");
}

static const char *export_words(struct diag *d, const struct image *im)
{
	uint16_t v[4];

	if (im->file == NULL || !pe_file_version(&im->file->pe, v))
		return "";
	return arena_printf(d->a, " (version %u.%u.%u.%u)", v[0], v[1], v[2], v[3]);
}

static void missing_export(struct win_case *k)
{
	struct diag *d = k->d;
	const struct image *to = k->f->provider;
	const char *symbol = k->f->symbol, *readable = demangle(d->a, symbol);
	bool number = symbol[0] == '#';
	struct draft *dr = win_begin(k, CAUSE_MISSING_SYMBOL, image_path(d, k->from));

	dr->f.symbol = symbol;
	draft_say(d, dr, "%s needs %s%s of %s, but the file that Windows takes%s does not export it.",
		  image_word(d, k->from), number ? "number " : "",
		  number ? symbol + 1 : symbol_word(d->a, readable != NULL ? readable : symbol),
		  win_word(to->name), export_words(d, to));
	say_number(k);
	draft_evidence(d, dr, "symbol", k->from, "imported by")->value = symbol;
	draft_evidence(d, dr, "fact", to, "the file that was chosen, and does not export it")->path =
		to->name;
	take_symbols(k);
	if (to->request != NULL)
		search_probes(d, dr, to->request);
	draft_fix(
		d, dr, "replace", "low",
		arena_printf(d->a,
			     "bring the release of %s that %s was built with: put it in the folder that is "
			     "searched first, or load it before the other one",
			     win_word(to->name), image_word(d, k->from)));
}

/* The names that the module misses tell which Python it was built for. */
static void python_name(struct win_case *k)
{
	struct diag *d = k->d;
	struct draft *dr = win_begin(k, CAUSE_PYTHON_MODULE, image_path(d, k->from));
	struct pyspan span = { .build = NULL };
	const char *made;

	dr->f.detail = "python-abi";
	dr->f.symbol = k->f->symbol;
	pyspan_add(&span, k->f->symbol);
	for (size_t i = k->i + 1; i < d->t->failures.n; i++)
		if (d->t->failures.items[i].kind == FAIL_SYMBOL &&
		    d->t->failures.items[i].image == k->f->image)
			pyspan_add(&span, d->t->failures.items[i].symbol);
	made = pyspan_built_for(d->a, &span, (unsigned)d->w->windows->python % 100);
	draft_say(d, dr, "%s uses %s, which %s does not have%s%s.", image_word(d, k->from), k->f->symbol,
		  win_python_words(d), made != NULL ? ": it was built for " : "", made != NULL ? made : "");
	say_number(k);
	draft_evidence(d, dr, "symbol", k->from, "imported by")->value = k->f->symbol;
	take_symbols(k);
	draft_fix(d, dr, "replace", "low",
		  arena_printf(d->a, "install the build for %s: pip install --force-reinstall PACKAGE",
			       win_python_words(d)));
}

static void symbol(struct win_case *k)
{
	const char *dll = strrchr(k->f->provider->name, '\\');

	if (k->f->provider->file == NULL && dll == NULL)
		python_name(k);
	else if (k->f->provider->file == NULL && dll != NULL)
		system_function(k, dll + 1);
	else
		missing_export(k);
}

/* ---- the whole -------------------------------------------------------------------------------- */

static void missing(struct win_case *k)
{
	if (k->f->status == WIN_SXS_CANT_GEN_ACTCTX) {
		win_no_assembly(k);
		say_number(k);
		return;
	}
	if (!win_long_path(k))
		win_missing(k);
	say_number(k);
	search_probes(k->d, k->dr, k->rq);
	take_others(k);
}

void d_windows(struct diag *d, size_t i)
{
	const struct failure *f = &d->t->failures.items[i];
	struct win_case k = { .d = d, .f = f, .i = i, .rq = f->request, .from = f->image };

	k.name = k.rq != NULL ? k.rq->name : f->object;
	k.base = win_base_name(d->a, k.name);
	switch (f->kind) {
	case FAIL_NOT_FOUND: missing(&k); break;
	case FAIL_WRONG_CLASS: wrong_machine(&k); break;
	case FAIL_SYMBOL: symbol(&k); break;
	default: refused(&k); break;
	}
}
