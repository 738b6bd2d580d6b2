/* d_go_link.c - findings about the link and the start of what `go build` makes: which #cgo line they are
 * about, and how that line would be right; and what is told of a result that starts: TLS, two runtimes.
 */
#include <stdlib.h>
#include <string.h>

#include "build/go_text.h"
#include "diagnose/go.h"

struct made { /* a finding that is written anew */
	struct dlwhy_finding f;
	struct {
		const struct dlwhy_evidence **items;
		size_t n, cap;
	} evidence;
	struct {
		const struct dlwhy_fix **items;
		size_t n, cap;
	} fixes;
};

static struct made *copy_of(struct arena *a, const struct dlwhy_finding *f)
{
	struct made *m = ARENA_NEW(a, struct made);

	m->f = *f;
	return m;
}

static void add_evidence(struct arena *a, struct made *m, const char *path, uint32_t line, const char *value,
			 const char *says)
{
	struct dlwhy_evidence *e = ARENA_NEW(a, struct dlwhy_evidence);

	*e = (struct dlwhy_evidence){ .kind = "text",
				      .object = -1,
				      .path = path,
				      .offset = -1,
				      .size = -1,
				      .line = line > 0 ? (int64_t)line : -1,
				      .value = value,
				      .says = says };
	*ARENA_PUSH(a, &m->evidence) = e;
}

/* A way out, and the one step that it takes; NULL: it is for a person. */
static void add_fix(struct arena *a, struct made *m, const char *kind, const char *says,
		    const struct dlwhy_edit *step)
{
	struct dlwhy_fix *f = ARENA_NEW(a, struct dlwhy_fix);
	const struct dlwhy_edit **edits = ARENA_ARRAY(a, 1, const struct dlwhy_edit *);
	const char **files = ARENA_ARRAY(a, 1, const char *);
	struct dlwhy_edit *e = ARENA_NEW(a, struct dlwhy_edit);

	*f = (struct dlwhy_fix){ .kind = kind, .risk = "low", .says = says };
	*ARENA_PUSH(a, &m->fixes) = f;
	if (step == NULL)
		return;
	*e = *step;
	edits[0] = e;
	files[0] = e->path;
	f->edits = edits;
	f->files = files;
	f->nedits = f->nfiles = 1;
}

/* What was there comes behind what was added; repairs are numbered anew. */
static const struct dlwhy_finding *finish(struct arena *a, struct made *m, const struct dlwhy_finding *old)
{
	for (size_t i = 0; i < old->nevidence; i++)
		*ARENA_PUSH(a, &m->evidence) = old->evidence[i];
	for (size_t i = 0; i < old->nfixes; i++)
		*ARENA_PUSH(a, &m->fixes) = old->fixes[i];
	for (size_t i = 0; i < m->fixes.n; i++) {
		struct dlwhy_fix *f = ARENA_NEW(a, struct dlwhy_fix);

		*f = *m->fixes.items[i];
		f->n = (int)i + 1;
		if (f->ncommands > 0 && strstr(f->commands[0], "/go.o ") != NULL)
			f->ncommands = 0; /* the linker's command is go's to write */
		m->fixes.items[i] = f;
	}
	m->f.evidence = m->evidence.items;
	m->f.nevidence = m->evidence.n;
	m->f.fixes = m->fixes.items;
	m->f.nfixes = m->fixes.n;
	return &m->f;
}

/* ---- #cgo lines ------------------------------------------------------------------------------- */

/* "llower" of "lib/liblower.a", "liblower.so.1" or "-llower". */
static const char *lib_flag(struct arena *a, const char *object)
{
	const char *base = base_name(object), *dot;

	if (starts_with(object, "-l"))
		return object;
	if (!starts_with(base, "lib"))
		return NULL;
	dot = strstr(base, ".so");
	if (dot == NULL)
		dot = strstr(base, ".a");
	return dot != NULL ? arena_printf(a, "-l%.*s", (int)(dot - base - 3), base + 3)
			   : arena_printf(a, "-l%s", base + 3);
}

/* Where a package of ours says so. */
static const struct go_flag *find_flag(const struct go *g, const char *text, const struct go_package **in)
{
	for (size_t i = g->order.n; text != NULL && i-- > 0;) {
		const struct go_package *p = g->order.items[i];

		for (size_t k = 0; !p->is_std && k < p->flags[GO_LDFLAGS].n; k++)
			if (strcmp(p->flags[GO_LDFLAGS].items[k].text, text) == 0) {
				*in = p;
				return &p->flags[GO_LDFLAGS].items[k];
			}
	}
	return NULL;
}

static const char *place_words(const struct go *g, const struct go_place *at)
{
	return arena_printf(g->a, "%s:%u", go_short_path(g, at->file), at->line);
}

static void fix_line(const struct go_outcome *o, struct arena *a, struct made *m, const struct go_flag *at,
		     const char *line, const char *why)
{
	while (*line == ' ' || *line == '\t')
		line++;
	add_fix(a, m, "edit-line",
		arena_printf(a, "%s: write `%s`%s%s", place_words(o->g, &at->at), line,
			     why != NULL ? " " : "", why != NULL ? why : ""),
		&(struct dlwhy_edit){ "edit-line", at->at.file, arena_printf(a, "%u", at->at.line), line });
}

static void say_line(struct arena *a, struct made *m, const struct go_flag *fl)
{
	add_evidence(a, m, fl->at.file, fl->at.line, fl->written, "the line that asks for it");
}

/* The line without one word. */
static const char *without(struct arena *a, const char *line, const char *word)
{
	size_t n = strlen(word);
	const char *at = line;

	while ((at = strstr(at, word)) != NULL &&
	       !(at > line && (at[-1] == ' ' || at[-1] == ':' || at[-1] == '\t') &&
		 (at[n] == '\0' || at[n] == ' ' || at[n] == '\t')))
		at++;
	if (at == NULL)
		return NULL;
	return arena_printf(a, "%.*s%s", (int)(at - line), line, at + n + (at[n] == ' '));
}

static const char *trimmed(struct arena *a, const char *s)
{
	size_t n = strlen(s);

	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	return arena_strndup(a, s, n);
}

/* The last LDFLAGS line of the package that uses the symbol. */
static const struct go_flag *any_flag(const struct go *g)
{
	for (size_t i = g->order.n; i-- > 0;) {
		const struct go_package *p = g->order.items[i];

		if (!p->is_std && p->flags[GO_LDFLAGS].n > 0)
			return &p->flags[GO_LDFLAGS].items[p->flags[GO_LDFLAGS].n - 1];
	}
	return NULL;
}

static void append_word(const struct go_outcome *o, struct arena *a, struct made *m, const char *word,
			const char *why)
{
	const struct go_flag *fl = any_flag(o->g);
	const struct go_package *p = o->g->root;

	if (fl != NULL)
		fix_line(o, a, m, fl, arena_printf(a, "%s %s", trimmed(a, fl->written), word), why);
	else
		for (size_t i = 0; i < p->files.n; i++)
			if (p->files.items[i]->is_cgo) {
				add_fix(a, m, "edit-line",
					arena_printf(a,
						     "%s: add `#cgo LDFLAGS: %s` to the comment above import "
						     "\"C\"",
						     go_short_path(o->g, p->files.items[i]->path), word),
					&(struct dlwhy_edit){ "cgo-line", p->files.items[i]->path, NULL,
							      arena_printf(a, "#cgo LDFLAGS: %s", word) });
				return;
			}
}

/* ---- by cause --------------------------------------------------------------------------------- */

static void undefined(const struct go_outcome *o, struct arena *a, struct made *m)
{
	const struct go_package *in = NULL;
	const char *flag = m->f.object != NULL ? lib_flag(a, m->f.object) : NULL;
	const struct go_flag *fl = find_flag(o->g, flag, &in);
	const char *detail = m->f.detail != NULL ? m->f.detail : "", *rest;

	if (strcmp(detail, "order") == 0 && flag != NULL && fl != NULL) {
		say_line(a, m, fl);
		rest = without(a, fl->written, flag);
		if (rest != NULL)
			fix_line(o, a, m, fl, arena_printf(a, "%s %s", trimmed(a, rest), flag),
				 arena_printf(a, "(%s behind what needs it)", flag));
	} else if (strcmp(detail, "cxx-runtime") == 0) {
		append_word(o, a, m, "-lstdc++",
			    "(Go links with the C compiler unless a package has .cc files)");
	} else if (strcmp(detail, "not-linked") == 0 && flag != NULL && fl == NULL) {
		append_word(o, a, m, flag, NULL);
	}
}

/* Go's own object uses what C texts keep for themselves. */
static bool of_static(const struct go_outcome *o, struct arena *a, struct made *m)
{
	const struct go_object *go = o->line->objects.n > 0 ? &o->line->objects.items[0] : NULL;

	for (size_t i = 0; go != NULL && m->f.symbol != NULL && i < go->undefined.n; i++) {
		if (strcmp(go->undefined.items[i].name, m->f.symbol) != 0)
			continue;
		m->f.detail = "static";
		m->f.object = NULL;
		m->f.nfixes = m->f.nalso = 0;
		m->f.summary = arena_printf(a, "C.%s stands in Go without a call, and %s is static: Go needs "
					    "a symbol for that, and a static one is none.",
					    m->f.symbol, m->f.symbol);
		add_fix(a, m, "edit-line",
			arena_printf(a, "define %s without static in a .c file of the package and declare it "
					"in "
				     "the preamble, or let a static function there give what Go needs of it",
				     m->f.symbol), NULL);
		m->f.fingerprint = fingerprint(a, m->f.code, m->f.detail, NULL, m->f.symbol, NULL);
		return true;
	}
	return false;
}

/* The library lies in a folder that is not named: -L before the flag that asks for it. */
static void name_folder(const struct go_outcome *o, struct arena *a, struct made *m, const struct go_flag *fl,
			const struct go_package *in)
{
	const char *dir, *flag;

	if (!same_text(m->f.detail, "other-dir") || m->f.object == NULL || in == NULL)
		return;
	dir = dir_name(a, m->f.object);
	if (dir[0] != '/')
		dir = go_clean(a, go_join(a, o->g->cwd, dir));
	flag = go_srcdir_form(a, dir, in->dir);
	flag = arena_printf(a, "-L%s", strchr(flag, ' ') != NULL ? arena_printf(a, "\"%s\"", flag) : flag);
	fix_line(o, a, m, fl, go_replaced(a, fl->written, fl->text, arena_printf(a, "%s %s", flag, fl->text)),
		 "(the folder that has it)");
}

static void not_found(const struct go_outcome *o, struct arena *a, struct made *m)
{
	const struct go_package *in = NULL;
	const char *flag = m->f.object != NULL ? lib_flag(a, m->f.object) : NULL;
	const struct go_flag *fl = find_flag(o->g, flag, &in);

	if (fl == NULL && o->link != NULL && o->link->missing.n > 0 && o->link->missing.items[0]->lib != NULL)
		fl = find_flag(o->g, arena_printf(a, "-l%s", o->link->missing.items[0]->lib), &in);
	if (fl != NULL) {
		say_line(a, m, fl);
		name_folder(o, a, m, fl, in);
	}
	if (in != NULL && in != o->g->root)
		add_evidence(a, m, in->dir, 0, in->path, "the package that it is in");
}

/* Who uses the symbol as C.name? */
static void say_user(const struct go_outcome *o, struct arena *a, struct made *m)
{
	for (size_t i = 0; m->f.symbol != NULL && i < o->line->objects.n; i++) {
		const struct go_object *x = &o->line->objects.items[i];

		for (size_t k = 0; k < x->undefined.n; k++)
			if (strcmp(x->undefined.items[k].name, m->f.symbol) == 0) {
				add_evidence(
					a, m, NULL, 0, x->source,
					arena_printf(a, "the part of package %s that uses it", x->package));
				return;
			}
	}
}

void diagnose_go_link(const struct go_outcome *o, struct arena *a,
		      const struct dlwhy_finding *const **findings, size_t *n)
{
	const struct dlwhy_finding **v = ARENA_ARRAY(a, *n + 1, const struct dlwhy_finding *);

	for (size_t i = 0; i < *n; i++) {
		struct made *m = copy_of(a, (*findings)[i]);
		struct dlwhy_finding old = m->f;

		if (strcmp(m->f.code, "ld-undefined-reference") == 0 && of_static(o, a, m)) {
			old.nfixes = 0;
		} else if (strcmp(m->f.code, "ld-undefined-reference") == 0) {
			undefined(o, a, m);
			say_user(o, a, m);
		} else if (strcmp(m->f.code, "ld-library-not-found") == 0 ||
			   strcmp(m->f.code, "ld-incompatible") == 0) {
			not_found(o, a, m);
		}
		v[i] = finish(a, m, &old);
	}
	*findings = v;
}

/* ---- the start -------------------------------------------------------------------------------- */

/* The file that the link took for a name that the loader then does not find. */
static const struct link_object *linked_as(const struct go_outcome *o, const char *soname)
{
	for (size_t i = 0; o->link != NULL && soname != NULL && i < o->link->objects.n; i++) {
		const struct link_object *x = o->link->objects.items[i];

		if (x->kind == LINK_DSO && x->soname != NULL &&
		    strcmp(base_name(x->soname), base_name(soname)) == 0)
			return x;
	}
	return NULL;
}

/* A folder as an rpath names it: beside the result it goes with it. */
static const char *rpath_for(const struct go_outcome *o, struct arena *a, const char *dir)
{
	const char *out = dir_name(a, o->line->output);

	if (strcmp(dir, out) == 0)
		return "$ORIGIN";
	if (go_has_prefix(dir, out))
		return arena_printf(a, "$ORIGIN%s%s", strcmp(out, "/") == 0 ? "/" : "", dir + strlen(out));
	return dir;
}

static void no_rpath(const struct go_outcome *o, struct arena *a, struct made *m, const struct link_object *x)
{
	const char *dir =
		dir_name(a, go_clean(a, x->path[0] == '/' ? x->path : go_join(a, o->g->cwd, x->path)));
	const char *word = arena_printf(a, "-Wl,-rpath,%s", rpath_for(o, a, dir));
	const struct go_package *in = NULL;
	const char *flag = x->lib != NULL ? arena_printf(a, "-l%s", x->lib) : NULL;
	const struct go_flag *fl = find_flag(o->g, flag, &in);
	bool has_rpath = o->link->line->rpath.n > 0;

	m->f.code = "search-path";
	m->f.detail = has_rpath ? NULL : "no-rpath";
	m->f.object = base_name(x->soname);
	m->f.severity = DLWHY_ERROR;
	m->f.summary =
		arena_printf(a, "%s was found for the link in %s, but %s: the %s links and does not %s.",
			     base_name(x->soname), go_short_path(o->g, dir),
			     has_rpath ? "no folder of its -rpath has it"
				       : "-L is for the link alone and leaves no trace in it",
			     o->loads_later ? "library" : "program", o->loads_later ? "load" : "start");
	add_evidence(a, m, x->path, 0, NULL, "the file that the link takes");
	if (fl != NULL) {
		say_line(a, m, fl);
		fix_line(o, a, m, fl, arena_printf(a, "%s %s", trimmed(a, fl->written), word),
			 go_starts(word, "-Wl,-rpath,$ORIGIN") ? "($ORIGIN: the folder of the result)"
							       : NULL);
	} else {
		append_word(o, a, m, word, NULL);
	}
	m->f.fingerprint = fingerprint(a, m->f.code, m->f.detail, m->f.object, NULL, NULL);
}

/* Is the symbol one that the link of a library left open? */
static bool left_open(const struct go_outcome *o, const char *symbol)
{
	for (size_t i = 0; symbol != NULL && i < o->line->objects.n; i++)
		for (size_t k = 0; k < o->line->objects.items[i].undefined.n; k++)
			if (strcmp(o->line->objects.items[i].undefined.items[k].name, symbol) == 0)
				return true;
	return false;
}

/* Another reading of the same failure. */
static void also(struct arena *a, struct made *m, const char *code, const char *detail)
{
	const struct dlwhy_also **v = ARENA_ARRAY(a, m->f.nalso + 1, const struct dlwhy_also *);
	struct dlwhy_also *x = ARENA_NEW(a, struct dlwhy_also);

	*x = (struct dlwhy_also){ code, detail, m->f.object };
	for (size_t i = 0; i < m->f.nalso; i++)
		v[i] = m->f.also[i];
	v[m->f.nalso] = x;
	m->f.also = v;
	m->f.nalso++;
}

void diagnose_go_start(const struct go_outcome *o, struct arena *a,
		       const struct dlwhy_finding *const **findings, size_t *n)
{
	const struct dlwhy_finding **v = ARENA_ARRAY(a, *n + 1, const struct dlwhy_finding *);

	for (size_t i = 0; i < *n; i++) {
		struct made *m = copy_of(a, (*findings)[i]);
		const struct link_object *x = linked_as(o, m->f.object);

		if (x != NULL &&
		    (strcmp(m->f.code, "missing-library") == 0 || strcmp(m->f.code, "search-path") == 0))
			no_rpath(o, a, m, x);
		if (strcmp(m->f.code, "missing-symbol") == 0 && o->loads_later && left_open(o, m->f.symbol)) {
			m->f.detail = m->f.detail != NULL ? m->f.detail : "not-linked";
			add_evidence(
				a, m, NULL, 0, NULL,
				"the link of a library does not ask whether its symbols are there (-shared)");
			say_user(o, a, m);
			append_word(o, a, m, "-lNAME", "(the library that has it)");
		}
		if (strcmp(m->f.code, "missing-symbol") == 0 && same_text(m->f.detail, "libc-mismatch"))
			also(a, m, "missing-library", "libc-mismatch");
		if (strcmp(m->f.code, "static-tls") == 0 && o->is_musl) {
			m->f.detail = "musl-initial-exec";
			m->f.object = o->line->output;
			m->f.summary = arena_printf(
				a,
				"A Go library (-buildmode=%s) keeps a variable in static TLS, and musl "
				"never loads such a library into a process that runs already.",
				o->line->mode);
			m->f.fingerprint =
				fingerprint(a, m->f.code, m->f.detail, base_name(m->f.object), NULL, NULL);
			add_fix(a, m, "relink",
				"link the program with the library, so that it is loaded at the start, or "
				"run it on glibc",
				NULL);
		}
		v[i] = finish(a, m, (*findings)[i]);
	}
	*findings = v;
}

/* ---- what the result is like ----------------------------------------------------------------------- */

/* A library that has a Go runtime of its own. */
static bool has_go(const struct link_object *x)
{
	for (size_t i = 0; x->kind == LINK_DSO && i < x->nrefs; i++)
		if (x->refs[i].state == LINK_DEFINED && x->refs[i].sym != NULL &&
		    (strcmp(x->refs[i].sym->name, "_cgo_topofstack") == 0 ||
		     strcmp(x->refs[i].sym->name, "crosscall2") == 0))
			return true;
	return false;
}

static void two_runtimes(struct go_case *c, const struct go_outcome *o)
{
	for (size_t i = 0; o->link != NULL && i < o->link->objects.n; i++) {
		const struct link_object *x = o->link->objects.items[i];
		struct draft *dr;

		if (!has_go(x))
			continue;
		dr = draft_new(&c->d, CAUSE_DUPLICATE_RUNTIME, NULL);
		dr->f.detail = "go";
		dr->f.object = x->path;
		draft_say(&c->d, dr,
			  "%s is written in Go too: the process has two Go runtimes, each with its own heap, "
			  "scheduler and signal handlers.",
			  base_name(x->path));
		draft_fact(&c->d, dr, x->path,
			   "exports the entry points of a Go runtime (crosscall2, _cgo_topofstack)");
		draft_fix(&c->d, dr, "edit-line", "medium",
			  "import its Go package in place of linking the library, so that one runtime has "
			  "both");
		return;
	}
}

static void static_tls(struct go_case *c, const struct go_outcome *o)
{
	struct draft *dr;

	if (!o->loads_later || o->is_musl || strcmp(c->g->env.goos, "linux") != 0)
		return;
	dr = draft_new(&c->d, CAUSE_STATIC_TLS, NULL);
	dr->f.severity = DLWHY_NOTE;
	dr->f.detail = "initial-exec";
	dr->f.object = o->line->output;
	draft_say(
		&c->d, dr,
		"A Go library (-buildmode=%s) takes a place in static TLS (initial-exec): a process of musl "
		"never loads it later, and one of glibc only while its spare room lasts.",
		o->line->mode);
	draft_assume(dr, DLWHY_PREDICTED, "as all releases of Go up to 1.26 do");
	draft_fix(&c->d, dr, "import-first", "low",
		  "where the room is used up: load the library early, or set "
		  "GLIBC_TUNABLES=glibc.rtld.optional_static_tls=8192");
}

static void archive_needs(struct go_case *c, const struct go_outcome *o)
{
	bool darwin = strcmp(c->g->env.goos, "darwin") == 0;
	struct go_words libs = { NULL, 0, 0 };
	struct draft *dr;

	if (strcmp(o->line->mode, "c-archive") != 0)
		return;
	for (size_t i = 0; i < o->line->after.n; i++)
		if (starts_with(o->line->after.items[i], "-l") && !go_has(&libs, o->line->after.items[i]))
			go_add(c->d.a, &libs, o->line->after.items[i]);
	if (darwin && map_get_str(&c->g->packages, "crypto/x509") != NULL)
		go_add(c->d.a, &libs, "-framework CoreFoundation -framework Security");
	if (darwin && map_get_str(&c->g->packages, "net") != NULL && !go_has(&libs, "-lresolv"))
		go_add(c->d.a, &libs, "-lresolv");
	if (libs.n == 0)
		return;
	dr = draft_new(&c->d, CAUSE_LD_UNDEFINED_REFERENCE, NULL);
	dr->f.severity = DLWHY_NOTE;
	dr->f.detail = darwin ? "framework" : "not-linked";
	dr->f.object = o->line->output;
	draft_say(&c->d, dr,
		  "An archive does not carry its libraries: whoever links %s must name %s behind it.",
		  base_name(o->line->output), go_join_words(c->d.a, &libs, " "));
	draft_fix(&c->d, dr, "edit-line", "low",
		  arena_printf(c->d.a, "cc … %s %s", base_name(o->line->output),
			       go_join_words(c->d.a, &libs, " ")));
}

void diagnose_go_result(const struct go_outcome *o, struct arena *a, struct diagnosis *out)
{
	static const struct diagnose_input none;
	struct go_case c = { .g = o->g };

	c.d = (struct diag){ .in = &none, .a = a, .store = o->g->store, .source = o->g->source };
	two_runtimes(&c, o);
	static_tls(&c, o);
	archive_needs(&c, o);
	rank_drafts(&c.d);
	diagnose_finish(&c.d, out);
}
