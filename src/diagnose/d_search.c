/* d_search.c - a request that led to no file: missing, elsewhere, passed over, or not readable. */
#include <errno.h>
#include <string.h>

#include "diagnose/common.h"
#include "diagnose/gpu.h"
#include "diagnose/hunt.h"
#include "diagnose/known.h"
#include "diagnose/lacks.h"
#include "diagnose/search_fixes.h"
#include "symbol/demangle.h"

struct look {
	struct diag *d;
	const struct failure *f;
	const struct request *rq; /* NULL only in odd traces */
	const char *name;         /* as asked */
	const char *word;         /* its base name */
	const struct image *from; /* who asked, NULL: the caller */
	struct draft *dr;
};

/* ---- what the probes say ------------------------------------------------------------------ */

static const struct probe *probe_at(const struct look *k, size_t i)
{
	size_t at = k->rq != NULL && i < k->rq->nprobes ? k->rq->probe0 + i : SIZE_MAX;

	return at < k->d->t->probes.n ? &k->d->t->probes.items[at] : NULL;
}

static const struct probe *probe_with(const struct look *k, enum probe_outcome o)
{
	const struct probe *p;

	for (size_t i = 0; (p = probe_at(k, i)) != NULL; i++)
		if (p->outcome == o)
			return p;
	return NULL;
}

/* Sub-directories of a folder (glibc-hwcaps and the like) that do not exist are of no interest; the
 * folder itself is probed last, and told. */
static bool is_dull(const struct look *k, size_t i, const struct probe *p)
{
	const struct probe *next = probe_at(k, i + 1);

	return p->outcome == PROBE_NO_DIRECTORY && next != NULL && next->rule == p->rule &&
	       next->written == p->written && next->of == p->of;
}

void search_probes(struct diag *d, struct draft *dr, const struct request *rq)
{
	struct look k = { .d = d, .rq = rq };
	const struct probe *p;

	for (size_t i = 0; (p = probe_at(&k, i)) != NULL; i++) {
		const char *of = p->of != NULL ? image_word(d, p->of) : NULL;
		struct dlwhy_evidence *e;

		if (is_dull(&k, i, p))
			continue;
		e = draft_evidence(
			d, dr, "probe", p->of,
			of != NULL ? arena_printf(d->a, "%s (%s of %s)", outcome_words(p->outcome),
						  rule_words(p->rule), of)
				   : arena_printf(d->a, "%s (%s)", outcome_words(p->outcome),
						  rule_words(p->rule)));
		e->path = p->path;
		e->value = p->written;
	}
}

/* ", which libb.so needs," or nothing when nobody but the caller asked. */
const char *needed_words(const struct diag *d, const struct image *from)
{
	if (from == NULL)
		return "";
	return arena_printf(d->a, ", which %s needs,", image_word(d, from));
}

static struct draft *begin(struct look *k, enum cause cause, const char *object)
{
	k->dr = draft_new(k->d, cause, k->f);
	k->dr->f.object = object;
	draft_needed_by(k->d, k->dr, k->from);
	return k->dr;
}

/* ---- passed over -------------------------------------------------------------------------- */

static void wrong_arch(struct look *k, const struct probe *p)
{
	struct diag *d = k->d;
	const struct elf *e = p->entry != NULL && p->entry->err == 0 ? &p->entry->file->elf : NULL;
	const char *is = e != NULL ? elf_words(d->a, e) : "another kind of machine";
	const char *want = world_words(d->a, d->w);
	struct draft *dr = begin(k, CAUSE_WRONG_ARCH, p->path);
	struct hits hits;

	if (k->from == NULL && strchr(k->name, '/') != NULL)
		draft_say(d, dr, "%s is made for %s, but the process that loads it is %s%s.",
			  k->word, is, want,
			  p->outcome == PROBE_WRONG_MACHINE
				  ? ": the loader acts as if the file were not there"
				  : "");
	else
		draft_say(d, dr,
			  "%s%s was found, but %s is made for %s and the process is %s, so the "
			  "loader passes over it and finds no other.",
			  k->word, needed_words(d, k->from), p->path, is, want);
	draft_bytes(d, dr, p->path, 4, 16, arena_printf(d->a, "its header says %s", is));
	search_probes(d, dr, k->rq);
	hunt_library(d, k->name, k->rq, &hits);
	if (hits.n > 0 && hits.items[0].usable && hits.items[0].kind != HIT_SKEW &&
	    strcmp(k->name, k->word) == 0) {
		draft_fact(
			d, dr, hits.items[0].path,
			arena_printf(d->a, "a file for %s that the loader does not look at", want));
		draft_also(d, dr, CAUSE_SEARCH_PATH, NULL, hits.items[0].path);
		search_fixes(d, dr, k->from, &hits.items[0]);
	}
	draft_fix(d, dr, "replace", "low",
		  k->from == NULL
			  ? arena_printf(d->a, "install the build for %s", want)
			  : arena_printf(d->a, "install the build of %s for %s", k->word, want));
	search_fix_provider(d, dr, k->word);
}

/* The first folder on the way to `path` that this user may not enter; NULL if there is none. */
static const char *closed_folder(struct diag *d, const char *path)
{
	struct os_stat st;

	for (const char *s = strchr(path + 1, '/'); s != NULL; s = strchr(s + 1, '/')) {
		const char *dir = arena_strndup(d->a, path, (size_t)(s - path));

		if (d->source != NULL &&
		    source_stat(d->source, arena_printf(d->a, "%s/.", dir), true, &st) == EACCES)
			return dir;
	}
	return NULL;
}

static void unreadable(struct look *k, const struct probe *p)
{
	struct diag *d = k->d;
	struct draft *dr = begin(k, CAUSE_PERMISSION, p->path);
	const char *dir = closed_folder(d, p->path);
	struct fix *f;

	if (dir != NULL)
		draft_say(d, dr,
			  "%s%s is looked for in %s, but this user may not enter %s.", k->word,
			  needed_words(d, k->from), dir_name(d->a, p->path),
			  same_text(dir, dir_name(d->a, p->path)) ? "that folder" : dir);
	else
		draft_say(d, dr, "%s%s is there (%s), but this user may not read it.", k->word,
			  needed_words(d, k->from), p->path);
	search_probes(d, dr, k->rq);
	f = draft_fix(d, dr, "permission", "medium",
		      dir != NULL ? "let this user enter the folder, if that is meant to be"
				  : "let this user read the file, if that is meant to be");
	fix_command(d, f, arena_printf(d->a, "namei -l %s", shell_quote(d->a, p->path)));
	fix_command(d, f,
		    arena_printf(d->a, "chmod %s %s", dir != NULL ? "a+x" : "a+r",
				 shell_quote(d->a, dir != NULL ? dir : p->path)));
	fix_edit(d, f, "mode", dir != NULL ? dir : p->path, NULL, dir != NULL ? "a+x" : "a+r");
}

static void abi_note(struct look *k, const struct probe *p)
{
	struct diag *d = k->d;
	struct draft *dr = begin(k, CAUSE_OS_TOO_OLD, p->path);
	struct elf_notes n = { 0 };

	if (p->entry != NULL && p->entry->err == 0)
		elf_notes(&p->entry->file->elf, &n);
	draft_say(d, dr,
		  "%s%s is there, but it says that it needs Linux %u.%u.%u or newer, and this "
		  "kernel is older, so the loader passes over it.",
		  k->word, needed_words(d, k->from), n.abi_major, n.abi_minor, n.abi_patch);
	search_probes(d, dr, k->rq);
	draft_fix(d, dr, "upgrade", "high", "run it on a system with a newer kernel");
	draft_fix(d, dr, "replace", "low",
		  "use a build for this system; if the file does not really need that kernel, its "
		  "makers can drop the note (strip --remove-section=.note.ABI-tag)");
}

static bool same_folder(struct diag *d, const char *a, const char *b)
{
	struct os_stat sa, sb;

	return source_stat(d->source, a, true, &sa) == 0 && source_stat(d->source, b, true, &sb) == 0 &&
	       sa.dev == sb.dev && sa.ino == sb.ino;
}

/* A file beside the link that calls itself by its name is what it should lead to. */
static void fix_loop(struct look *k, struct draft *dr, const char *link)
{
	struct diag *d = k->d;
	const char *dir = dir_name(d->a, absolute_path(d, link));
	struct hits hits;

	hunt_library(d, base_name(link), k->rq, &hits);
	for (size_t i = 0; i < hits.n; i++) {
		const struct hit *h = &hits.items[i];
		const char *name = base_name(h->path);
		struct fix *f;

		if (!h->usable || h->kind != HIT_ALIAS ||
		    !same_folder(d, dir_name(d->a, absolute_path(d, h->path)), dir))
			continue;
		f = draft_fix(d, dr, "link", "low",
			      arena_printf(d->a, "let it lead to %s, which is beside it", name));
		fix_command(d, f,
			    arena_printf(d->a, "ln -sfn %s %s", shell_quote(d->a, name),
					 shell_quote(d->a, link)));
		fix_edit(d, f, "link", link, NULL, name);
		return;
	}
}

static void bad_link(struct look *k, const struct probe *p)
{
	struct diag *d = k->d;
	struct draft *dr = begin(k, CAUSE_CORRUPT_FILE, p->path);

	draft_say(d, dr, "%s%s is a symbolic link that leads back to itself (%s).", k->word,
		  needed_words(d, k->from), p->path);
	search_probes(d, dr, k->rq);
	fix_loop(k, dr, p->path);
	draft_fix_reinstall(d, dr, p->path, "restore the file that the link should lead to");
}

/* ---- by path ------------------------------------------------------------------------------ */

static const char *link_target(struct diag *d, const char *path)
{
	struct os_stat st;
	char buf[4096];

	if (d->source == NULL || source_stat(d->source, path, false, &st) != 0 ||
	    st.type != OS_SYMLINK || source_readlink(d->source, path, buf, sizeof(buf)) != 0)
		return NULL;
	return arena_strdup(d->a, buf);
}

static void no_such_path(struct look *k, const struct probe *p)
{
	struct diag *d = k->d;
	const char *path = p != NULL && p->path != NULL ? p->path : k->name;
	const char *to = link_target(d, path);
	struct draft *dr = begin(k, CAUSE_MISSING_LIBRARY, path);

	if (to != NULL)
		draft_say(d, dr, "%s is a symbolic link to %s, and that file does not exist.", path,
			  to);
	else if (k->from != NULL)
		draft_say(d, dr,
			  "%s asks for %s by its path%s, so the loader searches nowhere else, and "
			  "there is no such file.",
			  image_word(d, k->from), k->name,
			  k->name[0] != '/' ? " from the working folder" : "");
	else
		draft_say(d, dr, "There is no file %s.", path);
	search_probes(d, dr, k->rq);
	if (k->from != NULL && to == NULL) {
		struct fix *f = draft_fix(d, dr, "edit-needed", "medium",
					  "ask by name alone, so that the loader searches its "
					  "folders");

		if (image_path(d, k->from) != NULL)
			fix_command(d, f,
				    arena_printf(d->a, "patchelf --replace-needed %s %s %s",
						 shell_quote(d->a, k->name),
						 shell_quote(d->a, k->word),
						 shell_quote(d->a, image_path(d, k->from))));
		if (image_path(d, k->from) != NULL)
			fix_edit(d, f, "replace-needed", image_path(d, k->from), k->name, k->word);
	}
	if (to != NULL)
		draft_fix_reinstall(d, dr, path, "restore the file that the link leads to");
	else if (k->from == NULL && d->source != NULL && !source_is_host(d->source))
		draft_fix(d, dr, "other-name", "low",
			  "name it as it is seen from inside the --root folder: /lib/x.so, not "
			  "DIR/lib/x.so");
	if (k->from == NULL && to == NULL)
		draft_near_file(d, dr, path);
}

/* ---- elsewhere, or nowhere ---------------------------------------------------------------- */

static const char *where_words(const struct hit *h)
{
	switch (h->where) {
	case HIT_BESIDE: return "near the file that needs it";
	case HIT_SITE: return "in the Python package that brings it";
	case HIT_LOADED: return "beside another file of the process";
	case HIT_CONF: return "in a folder that /etc/ld.so.conf names";
	case HIT_CACHE: return "listed in the loader's cache";
	default: return "found by looking around";
	}
}

/* In a process of musl a library of glibc's world is no help. */
static bool for_glibc(const struct diag *d, const struct hit *h)
{
	return is_musl(d) && h->entry != NULL && h->entry->err == 0 &&
	       h->entry->file->kind == FILE_ELF && built_for_glibc(&h->entry->file->elf);
}

static void hits_evidence(struct look *k, const struct hits *hits)
{
	struct diag *d = k->d;

	for (size_t i = 0; i < hits->n; i++) {
		const struct hit *h = &hits->items[i];
		const char *what = where_words(h);

		if (for_glibc(d, h))
			what = arena_printf(d->a, "%s, but built for glibc, which this process does "
						  "not have",
					    what);
		else if (!h->usable && h->entry != NULL && h->entry->err == 0 &&
			 h->entry->file->kind == FILE_ELF)
			what = arena_printf(d->a, "%s, but for %s", what,
					    elf_words(d->a, &h->entry->file->elf));
		else if (!h->usable)
			what = arena_printf(d->a, "%s, but not usable", what);
		else if (h->kind == HIT_ALIAS)
			what = arena_printf(d->a, "%s: its SONAME is %s", what, k->word);
		else if (h->kind == HIT_SKEW)
			what = arena_printf(d->a, "%s: another version", what);
		draft_fact(d, k->dr, h->path, what);
	}
}

static void dead_evidence(struct look *k, const char *element)
{
	if (element != NULL)
		draft_evidence(k->d, k->dr, "fact", k->from,
			       "names this folder, which does not exist")
			->value = element;
}

/* A library that a wheel carries is loaded by the modules of its package, in their order. */
static void bundled_evidence(struct look *k)
{
	const char *target = k->d->in->target_path;

	if (target != NULL && strstr(target, ".libs/") != NULL)
		draft_fact(k->d, k->dr, target,
			   "a library that a package carries for its own modules: they may load "
			   "what "
			   "it needs before it");
}

/* Is the copy in the package of another release? Then to let it be found would not be enough. The
 * search comes before the binding, so the loader gets to this only later. */
static bool other_release(struct look *k, const struct hit *h)
{
	struct diag *d = k->d;
	const struct provider *pv = provider_of(k->word);
	const char *first = NULL, *readable;
	size_t n = h->where == HIT_SITE && k->from != NULL
			   ? lacks_symbols(d, k->from, k->word, &h->entry->file->elf, &first)
			   : 0;
	struct dlwhy_evidence *e;

	if (n == 0 || pv == NULL || pv->python == NULL)
		return false;
	readable = demangle_short(d->a, first);
	e = draft_evidence(d, k->dr, "symbol", NULL, "not in that copy");
	e->path = h->path;
	e->value = first;
	draft_also(d, k->dr, CAUSE_MISSING_SYMBOL, "version-skew", h->path);
	draft_say(d, k->dr,
		  "%s, which %s needs, exists in %s, but the loader does not look there, and that "
		  "copy seems to be of another release: it lacks %s%s.",
		  k->word, image_word(d, k->from), dir_name(d->a, h->path),
		  symbol_word(d->a, readable != NULL ? readable : first),
		  n > 1 ? arena_printf(d->a, " and %zu more", n - 1) : "");
	draft_fix(d, k->dr, "replace", "low",
		  arena_printf(d->a, "install the build of %s for the %s that is here, then %s",
			       image_word(d, k->from), pv->python,
			       pv->hint != NULL ? pv->hint : "load it after that"));
	return true;
}

static void exists_elsewhere(struct look *k, const struct hits *hits)
{
	struct diag *d = k->d;
	const struct hit *h = &hits->items[0];
	const char *dir = dir_name(d->a, absolute_path(d, h->path));
	const char *element = NULL, *dead = dead_runpath(d, k->from, &element);
	struct draft *dr = begin(k, CAUSE_SEARCH_PATH, k->name);

	if (h->kind == HIT_ALIAS)
		draft_say(d, dr,
			  "%s%s is here under another file name, %s; the link called %s, which the "
			  "loader opens, is missing.",
			  k->word, needed_words(d, k->from), h->path, k->word);
	else if (h->where == HIT_CONF)
		draft_say(d, dr,
			  "%s%s is in %s, a folder that /etc/ld.so.conf names, but the loader's "
			  "cache does not list it: ldconfig has not been run since it came there.",
			  k->word, needed_words(d, k->from), dir);
	else
		draft_say(d, dr, "%s%s exists in %s, but the loader does not look there%s%s.",
			  k->word, needed_words(d, k->from), dir, dead != NULL ? ": " : "",
			  dead != NULL ? dead : "");
	dead_evidence(k, element);
	bundled_evidence(k);
	hits_evidence(k, hits);
	search_probes(d, dr, k->rq);
	if (!other_release(k, h))
		search_fixes(d, dr, k->from, h);
}

static const char *skew_words(const struct hits *hits)
{
	for (size_t i = 0; i < hits->n; i++)
		if (hits->items[i].kind == HIT_SKEW && hits->items[i].usable) {
			const char *soname = hits->items[i].entry->file->elf.soname;

			return soname != NULL && *soname != '\0' ? soname
								 : base_name(hits->items[i].path);
		}
	return NULL;
}

static const char *foreign_hit(struct look *k, const struct hits *hits)
{
	for (size_t i = 0; i < hits->n; i++) {
		const struct hit *h = &hits->items[i];

		if (h->kind != HIT_SKEW && !h->usable && !for_glibc(k->d, h) &&
		    h->entry != NULL && h->entry->err == 0 &&
		    h->entry->file->kind == FILE_ELF && h->entry->file->elf.defect == ELF_OK)
			return elf_words(k->d->a, &h->entry->file->elf);
	}
	return NULL;
}

static const char *asked_by(struct look *k)
{
	if (k->from == NULL)
		return "no folder that the loader searches has it";
	return arena_printf(k->d->a, "%s needs it, and no folder that the loader searches has it",
			    image_word(k->d, k->from));
}

/* A part of a graphics processor's driver: no package of the program has it. */
static bool missing_driver(struct look *k, const struct hits *hits)
{
	const struct gpu_library *lib = gpu_library_of(k->word);
	struct diag *d = k->d;
	struct draft *dr;

	if (lib == NULL || lib->part != GPU_DRIVER || strchr(k->name, '/') != NULL)
		return false;
	dr = begin(k, CAUSE_GPU_DRIVER, k->name);
	gpu_driver_missing(d, dr, k->word, asked_by(k));
	draft_also(d, dr, CAUSE_MISSING_LIBRARY, NULL, k->name);
	hits_evidence(k, hits);
	search_probes(d, dr, k->rq);
	return true;
}

static void missing(struct look *k, const struct hits *hits)
{
	struct diag *d = k->d;
	const char *skew = skew_words(hits), *foreign = foreign_hit(k, hits);
	const char *element = NULL, *dead = dead_runpath(d, k->from, &element);
	const struct probe *stale = probe_with(k, PROBE_STALE_CACHE);
	struct draft *dr = begin(k, CAUSE_MISSING_LIBRARY, k->name);
	const char *by = asked_by(k);

	if (skew != NULL) {
		dr->f.detail = "version-skew";
		draft_say(d, dr,
			  "%s is missing: %s; there is %s, another version that cannot stand in "
			  "for it.",
			  k->word, by, skew);
	} else if (is_musl(d) && starts_with(k->word, "ld-linux")) {
		dr->f.detail = "libc-mismatch";
		draft_say(d, dr,
			  "%s, the loader of glibc, is missing: %s was built for glibc, and the C "
			  "library of this process is musl.",
			  k->word, k->from != NULL ? image_word(d, k->from) : "the file");
	} else if (starts_with(k->word, "libc.musl-")) {
		dr->f.detail = "libc-mismatch";
		draft_say(d, dr,
			  "%s is missing: the file was built for Alpine Linux (the C library "
			  "musl), and this system has glibc.",
			  k->word);
	} else if (stale != NULL) {
		draft_say(d, dr,
			  "%s is missing: the loader's cache still lists it as %s, but that file "
			  "is gone.",
			  k->word, stale->path);
	} else if (foreign != NULL) {
		draft_say(d, dr, "%s is missing: %s; this machine has it for %s only.", k->word, by,
			  foreign);
	} else if (dead != NULL) {
		draft_say(d, dr, "%s is missing: %s; %s.", k->word, by, dead);
	} else {
		draft_say(d, dr, "%s is missing: %s.", k->word, by);
	}
	dead_evidence(k, element);
	bundled_evidence(k);
	hits_evidence(k, hits);
	search_probes(d, dr, k->rq);
	if (is_musl(d) && starts_with(k->word, "ld-linux")) {
		draft_fix_musl_build(d, dr, image_path(d, k->from));
		return;
	}
	search_fix_provider(d, dr, k->word);
	search_fix_generic(d, dr, k->word, k->from);
}

/* ---- one failure -------------------------------------------------------------------------- */

static void token(struct look *k)
{
	struct diag *d = k->d;
	bool secure = d->p != NULL && d->p->secure;
	struct draft *dr = begin(k, CAUSE_SEARCH_PATH, k->name);

	if (secure)
		draft_say(d, dr,
			  "%s asks for \"%s\", and names with $ORIGIN or the like are refused in a "
			  "program that runs with more rights than its user (set-user-ID, "
			  "capabilities).",
			  image_word(d, k->from), k->name);
	else
		draft_say(d, dr,
			  "%s asks for \"%s\", and the loader has no value for a token in it.",
			  image_word(d, k->from), k->name);
	draft_fix(d, dr, "edit-needed", "medium",
		  "name the library alone and put its folder into the system's configuration "
		  "(/etc/ld.so.conf.d, then ldconfig)");
}

/* Others that failed for the same name: one finding, more people waiting. */
static void join_same(struct look *k)
{
	struct diag *d = k->d;
	const struct trace *t = d->t;

	for (size_t i = 0; i < t->failures.n; i++) {
		const struct failure *o = &t->failures.items[i];

		if (d->taken[i] || o->request == NULL || o->kind == FAIL_CANDIDATE ||
		    o->kind == FAIL_MAP || !same_text(o->request->asked, k->name) ||
		    o->symbol != NULL || o->version != NULL)
			continue;
		d->taken[i] = true;
		if (o->request->from != NULL && o->request->from != k->from)
			draft_evidence(d, k->dr, "fact", o->request->from,
				       arena_printf(d->a, "%s needs it as well",
						    image_word(d, o->request->from)))
				->path = image_path(d, o->request->from);
	}
}

/* Parts of CUDA and ROCm lie in packages of their own, each release in another. */
static void hunt_toolkit(struct look *k, struct hits *hits)
{
	const struct gpu_library *lib = gpu_library_of(k->word);
	const char *path;
	struct hit *h;
	bool same;

	if (hits->n > 0 || lib == NULL || lib->part != GPU_TOOLKIT || k->d->store == NULL)
		return;
	path = gpu_copy(k->d, k->word, &same);
	if (path == NULL)
		return;
	h = ARENA_PUSH(k->d->a, hits);
	*h = (struct hit){ .path = path, .entry = store_open(k->d->store, path), .where = HIT_SITE,
			   .kind = same ? HIT_EXACT : HIT_SKEW, .usable = true };
}

static void explain(struct look *k)
{
	const struct probe *p = probe_with(k, PROBE_WRONG_CLASS);
	struct hits hits;

	if (p == NULL)
		p = probe_with(k, PROBE_WRONG_MACHINE);
	if (p != NULL) {
		wrong_arch(k, p);
	} else if ((p = probe_with(k, PROBE_UNREADABLE)) != NULL) {
		unreadable(k, p);
	} else if ((p = probe_with(k, PROBE_WRONG_ABI_NOTE)) != NULL) {
		abi_note(k, p);
	} else if ((p = probe_with(k, PROBE_SYMLINK_LOOP)) != NULL) {
		bad_link(k, p);
	} else if (strchr(k->name, '/') != NULL) {
		no_such_path(k, probe_at(k, 0));
	} else {
		hunt_library(k->d, k->name, k->rq, &hits);
		hunt_toolkit(k, &hits);
		if (hits.n > 0 && hits.items[0].usable && hits.items[0].kind != HIT_SKEW &&
		    !is_gpu_stub(hits.items[0].path) &&
		    !(is_musl(k->d) && starts_with(k->word, "ld-linux")))
			exists_elsewhere(k, &hits);
		else if (!missing_driver(k, &hits))
			missing(k, &hits);
	}
}

void d_search(struct diag *d, size_t i)
{
	const struct failure *f = &d->t->failures.items[i];
	struct look k = { .d = d, .f = f, .rq = f->request };

	k.name = f->request != NULL && f->request->asked != NULL ? f->request->asked : f->object;
	k.name = k.name != NULL ? k.name : "";
	k.word = base_name(k.name);
	k.from = f->request != NULL ? f->request->from : f->image;
	/* dlopen is called by the program, but it is not the program that needs the target. */
	if (f->request != NULL && k.from != NULL && k.from->kind == IMAGE_PROGRAM &&
	    !d->in->is_program)
		k.from = NULL;
	if (f->kind == FAIL_TOKEN)
		token(&k);
	else
		explain(&k);
	join_same(&k);
}

/* ---- LD_PRELOAD --------------------------------------------------------------------------- */

static enum cause cause_of_preload(const struct look *k)
{
	if (probe_with(k, PROBE_WRONG_CLASS) || probe_with(k, PROBE_WRONG_MACHINE))
		return CAUSE_WRONG_ARCH;
	if (probe_with(k, PROBE_TOO_SHORT) || probe_with(k, PROBE_NOT_ELF) ||
	    probe_with(k, PROBE_BAD_HEADER))
		return CAUSE_CORRUPT_FILE;
	if (probe_with(k, PROBE_UNREADABLE))
		return CAUSE_PERMISSION;
	return probe_with(k, PROBE_TAKEN) ? CAUSE_NOT_LOADABLE : CAUSE_MISSING_LIBRARY;
}

/* An entry that cannot be loaded is a warning of the loader: the program goes on without it. */
void d_preloads(struct diag *d)
{
	for (size_t i = 0; i < d->t->requests.n && d->drafts.n < MAX_FINDINGS; i++) {
		const struct request *rq = d->t->requests.items[i];
		struct look k = { .d = d, .rq = rq, .name = rq->asked };
		struct fix *f;

		if (!rq->preload || !rq->failed || rq->asked == NULL)
			continue;
		k.word = base_name(rq->asked);
		k.dr = draft_new(d, cause_of_preload(&k), NULL);
		k.dr->f.severity = DLWHY_WARNING;
		k.dr->f.object = rq->asked;
		draft_say(d, k.dr,
			  is_musl(d) ? "%s, which LD_PRELOAD wants to be loaded into every "
				       "program, cannot be loaded; the loader goes on without it, "
				       "and without a word."
				     : "%s, which LD_PRELOAD (or /etc/ld.so.preload) wants to be "
				       "loaded into every program, cannot be loaded; the loader "
				       "says so and goes on without it.",
			  k.word);
		search_probes(d, k.dr, rq);
		f = draft_fix(d, k.dr, "environment", "low",
			  is_musl(d) ? "take the entry out of LD_PRELOAD, or correct its path"
				     : "take the entry out of LD_PRELOAD or /etc/ld.so.preload, or "
				       "correct its path");
		fix_edit(d, f, "env-without", NULL, "LD_PRELOAD", rq->asked);
	}
}
