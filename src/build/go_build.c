/* go_build.c - what goes wrong while the packages are built, before the link: compilers, pkg-config,
 * flags that Go refuses, headers, names of C.
 *
 * Where upstream decides: cmd/go/internal/work/exec.go (runCgo, getPkgConfigFlags, CFlags), cmd/cgo/gcc.go.
 */
#include <string.h>

#include "build/go_build.h"
#include "build/go_c.h"
#include "build/go_env.h"
#include "build/go_flags.h"
#include "build/go_package.h"
#include "build/go_source.h"
#include "build/go_text.h"
#include "build/pc.h"
#include "message/go_text.h"

/* ---- compilers -------------------------------------------------------------------------------- */

struct go_problem *go_problem_in(struct go *g, struct go_package *p, enum go_problem_kind kind,
				 const char *text)
{
	struct go_problem *x = go_problem(g, kind, "%s", text);

	x->package = p->path;
	p->failed = true;
	return x;
}

static bool check_cc(struct go *g, struct go_package *runtime_cgo, const struct go_compiler *cc)
{
	struct go_problem *x;

	if (cc->path != NULL)
		return true;
	x = go_problem_in(g, runtime_cgo, GO_COMPILER_MISSING,
		       arena_printf(g->a, GO_TEXT_NO_CC,
				    go_quote(g->a, cc->program), go_quote(g->a, cc->program), cc->why));
	x->detail = g->env.cross ? "cross" : "CC";
	x->object = cc->program;
	x->verb = "CC";
	return false;
}

/* What a compiler for another machine says first, by the target that go asks it for. */
static const char *cross_words(struct go *g, const struct go_compiler *cc)
{
	static const struct {
		const char *arch;
		enum { OPTION, ARGUMENT, VALUE, SOURCE } what;
		const char *word;
	} words[] = {
		{ "arm", OPTION, "-marm" },
		{ "arm64", SOURCE, "gcc_arm64.S" },
		{ "riscv64", SOURCE, "gcc_riscv64.S" },
		{ "ppc64le", SOURCE, "gcc_linux_ppc64x.S" },
		{ "s390x", VALUE, "-march" },
		{ "loong64", ARGUMENT, "-mabi=lp64d" },
		{ "mips64", ARGUMENT, "-mabi=64" },
		{ "mips64le", ARGUMENT, "-mabi=64" },
		{ "mips", ARGUMENT, "-mabi=32" },
		{ "mipsle", ARGUMENT, "-mabi=32" },
		{ "amd64", OPTION, "-m64" },
		{ "386", OPTION, "-m32" },
	};

	if (strcmp(g->env.goos, "windows") == 0)
		return arena_printf(g->a, GO_TEXT_GCC_OPTION, "-mthreads");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].arch, g->env.goarch) != 0 || cc->is_clang)
			continue;
		switch (words[i].what) {
		case OPTION: return arena_printf(g->a, GO_TEXT_GCC_OPTION, words[i].word);
		case ARGUMENT: return arena_printf(g->a, GO_TEXT_GCC_ARGUMENT, words[i].word);
		case VALUE: return arena_printf(g->a, GO_TEXT_GCC_VALUE, "z13", words[i].word);
		case SOURCE: return arena_printf(g->a, GO_TEXT_ASSEMBLER, words[i].word);
		}
	}
	return arena_printf(g->a, GO_TEXT_CC_TARGET, go_base(cc->program));
}

/* One compiler of x86 makes code for both of its machines. */
static bool makes(const char *have, const char *want)
{
	bool x86 = (strcmp(have, "amd64") == 0 || strcmp(have, "386") == 0) &&
		   (strcmp(want, "amd64") == 0 || strcmp(want, "386") == 0);

	return strcmp(have, want) == 0 || x86;
}

static bool check_target(struct go *g, struct go_package *runtime_cgo, const struct go_compiler *cc)
{
	const char *have = go_arch_of_triplet(cc->triplet);
	bool windows = strcmp(g->env.goos, "windows") == 0;
	bool mingw = cc->triplet != NULL && strstr(cc->triplet, "mingw") != NULL;
	struct go_problem *x;

	if (have == NULL || (makes(have, g->env.goarch) && windows == mingw) ||
	    (!windows && strcmp(g->env.goos, "linux") != 0))
		return true;
	x = go_problem_in(g, runtime_cgo, GO_COMPILER_CROSS, cross_words(g, cc));
	x->detail = "cross";
	x->object = "CC";
	x->other = cc->program;
	x->symbol = NULL;
	return false;
}

static bool check_cxx(struct go *g, struct go_package *p)
{
	struct go_compiler cxx;
	struct go_problem *x;

	if (p->lists[CXX_FILES].n == 0 && p->lists[SWIGCXX_FILES].n == 0)
		return true;
	go_compiler_read(g, g->env.cxx, &cxx);
	if (cxx.path != NULL)
		return true;
	x = go_problem_in(g, p, GO_COMPILER_MISSING,
		       arena_printf(g->a, GO_TEXT_NO_CXX, p->path, go_quote(g->a, cxx.program), cxx.why));
	x->detail = "CXX";
	x->object = cxx.program;
	x->verb = "CXX";
	x->found = p->lists[CXX_FILES];
	return false;
}

/* ---- pkg-config --------------------------------------------------------------------------------- */

static const char *pkg_config(struct go *g)
{
	const char *s = go_getenv(g, "PKG_CONFIG");

	return *s != '\0' ? s : "pkg-config";
}

static const struct go_flag *flag_with(const struct go_flags *l, const char *text)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i].text, text) == 0)
			return &l->items[i];
	return l->n > 0 ? &l->items[0] : NULL;
}

static void at_flag(struct go_problem *x, const struct go_flag *f)
{
	if (f == NULL)
		return;
	x->at = f->at;
	x->written = f->written;
}

static bool pc_program_missing(struct go *g, struct go_package *p)
{
	const char *program = pkg_config(g);
	struct go_problem *x;

	if (go_look_path(g, program) != NULL || !g->is_host)
		return false;
	x = go_problem_in(g, p, GO_PKG_CONFIG_MISSING,
		       arena_printf(g->a, GO_TEXT_NO_PKG_CONFIG, p->path, go_quote(g->a, program)));
	x->detail = "pkg-config";
	x->object = program;
	at_flag(x, flag_with(&p->flags[GO_PKGCONFIG], ""));
	return true;
}

static bool pc_failed(struct go *g, struct go_package *p, struct pc *pc)
{
	static const char *const details[] = { "package-not-found", "requires-not-found", "version",
					       "version", "bad-output" };
	const struct pc_fault *f = &pc->faults.items[0];
	struct go_problem *x =
		go_problem_in(g, p, GO_PKG_CONFIG, pc->lines.n > 0 ? pc->lines.items[0] : f->text);

	x->detail = details[f->kind];
	x->object = arena_printf(g->a, "%s.pc", f->name);
	x->other = f->by_file;
	x->symbol = NULL;
	for (size_t i = 1; i < pc->lines.n; i++)
		go_add(g->a, &x->more, pc->lines.items[i]);
	x->verb = f->want;
	x->found = pc->dirs;
	x->likely = false;
	at_flag(x, flag_with(&p->flags[GO_PKGCONFIG], f->by != NULL ? f->by : f->name));
	return false;
}

static bool refuse_words(struct go *g, struct go_package *p, enum go_verb verb, const char *name,
			 const char *source, const struct go_words *list, enum go_flag_list valid);

static void sort_pc_args(struct go *g, struct go_package *p, struct go_words *flags, struct go_words *names)
{
	const struct go_flags *l = &p->flags[GO_PKGCONFIG];

	for (size_t i = 0; i < l->n; i++) {
		const char *s = l->items[i].text;

		if (strcmp(s, "--") != 0)
			go_add(g->a, go_starts(s, "--") ? flags : names, s);
	}
}

static bool pc_bad_name(struct go *g, struct go_package *p, const struct go_words *names)
{
	for (size_t i = 0; i < names->n; i++) {
		struct go_problem *x;

		if (go_safe_arg(names->items[i]))
			continue;
		x = go_problem_in(g, p, GO_PKG_CONFIG,
			       arena_printf(g->a, GO_TEXT_PKG_CONFIG_NAME, p->path, names->items[i]));
		x->detail = "bad-name";
		x->object = names->items[i];
		at_flag(x, flag_with(&p->flags[GO_PKGCONFIG], names->items[i]));
		return true;
	}
	return false;
}

static bool read_pkg_config(struct go *g, struct go_package *p)
{
	struct go_words flags = { NULL, 0, 0 }, names = { NULL, 0, 0 };
	struct pc pc;
	bool ok;

	if (p->flags[GO_PKGCONFIG].n == 0)
		return true;
	sort_pc_args(g, p, &flags, &names);
	if (pc_bad_name(g, p, &names) ||
	    !refuse_words(g, p, GO_PKGCONFIG, "", "pkg-config", &flags, GO_LIST_PKGCONFIG))
		return false;
	if (pc_program_missing(g, p))
		return false;
	pc_open(&pc, g, pkg_config(g));
	ok = pc_solve(&pc, &names, true);
	if (ok) {
		pc_cflags(&pc, &names, &p->pc_cflags);
		pc_libs(&pc, &names, go_has(&flags, "--static"), &p->pc_libs);
		p->pc_files = pc.files;
	} else {
		ok = pc_failed(g, p, &pc);
	}
	pc_close(&pc);
	return ok &&
	       refuse_words(g, p, GO_PKGCONFIG, "CFLAGS", "pkg-config --cflags", &p->pc_cflags,
			    GO_LIST_COMPILER) &&
	       refuse_words(g, p, GO_PKGCONFIG, "LDFLAGS", "pkg-config --libs", &p->pc_libs, GO_LIST_LINKER);
}

/* ---- flags ------------------------------------------------------------------------------------ */

static bool refuse_words(struct go *g, struct go_package *p, enum go_verb verb, const char *name,
			 const char *source, const struct go_words *list, enum go_flag_list valid)
{
	struct go_refusal r;
	struct go_problem *x;

	go_check_flags(g, name, source, list, valid, &r);
	if (r.text == NULL)
		return true;
	x = go_problem_in(g, p, r.regexp ? GO_ALLOW_REGEXP : GO_CGO_FLAG,
		       arena_printf(g->a, "%s: %s", p->path, r.text));
	x->detail = r.regexp ? "allow-regexp" : "not-allowed";
	x->object = r.regexp ? r.variable : r.flag;
	x->verb = *name != '\0' ? name : "pkg-config";
	x->other = source;
	if (r.regexp)
		x->written = r.flag;
	else if (verb != GO_PKGCONFIG && r.index < p->flags[verb].n)
		at_flag(x, &p->flags[verb].items[r.index]);
	else
		at_flag(x, flag_with(&p->flags[GO_PKGCONFIG], r.flag));
	return false;
}

static bool check_flags(struct go *g, struct go_package *p)
{
	static const enum go_verb order[] = { GO_CPPFLAGS, GO_CFLAGS, GO_CXXFLAGS, GO_FFLAGS, GO_LDFLAGS };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		struct go_words l = { NULL, 0, 0 };
		const char *name = go_verb_names[order[i]];

		for (size_t k = 0; k < p->flags[order[i]].n; k++)
			go_add(g->a, &l, p->flags[order[i]].items[k].text);
		if (!refuse_words(g, p, order[i], name, arena_printf(g->a, "#cgo %s", name), &l,
				  order[i] == GO_LDFLAGS ? GO_LIST_LINKER : GO_LIST_COMPILER))
			return false;
	}
	return true;
}

/* A .s file beside cgo is for Go's assembler, which then has no place. */
static bool check_assembly(struct go *g, struct go_package *p)
{
	for (size_t i = 0; i < p->lists[S_FILES].n; i++) {
		struct go_problem *x;

		if (!go_ends(p->lists[S_FILES].items[i], ".s"))
			continue;
		x = go_problem_in(g, p, GO_ASSEMBLY,
			       arena_printf(g->a, GO_TEXT_ASSEMBLY, p->path, p->lists[S_FILES].items[i]));
		x->detail = "go-assembly";
		x->object = go_join(g->a, p->dir, p->lists[S_FILES].items[i]);
		return false;
	}
	return true;
}

/* ---- the flags of a package's C compiler -------------------------------------------------------- */

void go_env_flags(struct go *g, const char *name, struct go_words *out)
{
	const char *s = go_getenv(g, arena_printf(g->a, "CGO_%s", name));

	if (*s == '\0') {
		if (strcmp(name, "CPPFLAGS") != 0) {
			go_add(g->a, out, "-O2");
			go_add(g->a, out, "-g");
		}
		return;
	}
	go_split_quoted(g->a, s, out);
}

void go_c_flags(struct go *g, const struct go_package *p, bool cxx, struct go_words *out)
{
	const enum go_verb verbs[] = { GO_CPPFLAGS, cxx ? GO_CXXFLAGS : GO_CFLAGS };

	for (size_t i = 0; i < 2; i++) {
		go_env_flags(g, go_verb_names[verbs[i]], out);
		for (size_t k = 0; k < p->flags[verbs[i]].n; k++)
			go_add(g->a, out, p->flags[verbs[i]].items[k].text);
		if (i == 0)
			go_add_all(g->a, out, &p->pc_cflags);
	}
}

void go_include_dirs(struct go *g, const struct go_package *p, bool cxx, struct go_include_dirs *out)
{
	struct go_words flags = { NULL, 0, 0 }, system = { NULL, 0, 0 }, own = { NULL, 0, 0 };
	struct go_compiler c;

	memset(out, 0, sizeof(*out));
	go_compiler_read(g, cxx ? g->env.cxx : g->env.cc, &c);
	go_c_flags(g, p, cxx, &flags);
	for (size_t i = 0; i < flags.n; i++) {
		const char *s = flags.items[i];
		const char *next = i + 1 < flags.n ? flags.items[i + 1] : "";

		if (go_starts(s, "-I"))
			go_add(g->a, &out->dirs, s[2] != '\0' ? s + 2 : next);
		else if (strcmp(s, "-isystem") == 0)
			go_add(g->a, &system, next);
		else if (go_starts(s, "-D"))
			go_add(g->a, &out->defines, s[2] != '\0' ? s + 2 : next);
		else if (strcmp(s, "-include") == 0)
			go_add(g->a, &out->includes, next);
		if (go_starts(s, "--sysroot") || go_starts(s, "-isysroot") || go_starts(s, "-nostdinc"))
			c.path = NULL;
	}
	go_add(g->a, &out->dirs, p->dir);
	out->known = go_compiler_dirs(g, &c, cxx, &own);
	go_add_all(g->a, &out->dirs, &system);
	go_add_all(g->a, &out->dirs, &own);
	out->nsystem = own.n + system.n;
	for (size_t i = 0; i < out->dirs.n; i++)
		if (out->dirs.items[i][0] != '/') {
			out->dirs.items[i] = go_join(g->a, p->dir, out->dirs.items[i]);
			go_add(g->a, &out->relative, out->dirs.items[i]);
		}
}

/* What cgo writes is compiled in a folder of go's own: relative folders, which pkg-config and the
 * environment may name, lead nowhere there. */
static void leave_relative_out(struct go_include_dirs *d)
{
	size_t n = 0;

	for (size_t i = 0, k = 0; i < d->dirs.n; i++) {
		if (k < d->relative.n && d->dirs.items[i] == d->relative.items[k])
			k++;
		else
			d->dirs.items[n++] = d->dirs.items[i];
	}
	d->dirs.n = n;
}

/* ---- headers ---------------------------------------------------------------------------------- */

/* A file below the package's folder, or the one above it, as go shows it in what compilers print. */
static const char *shown_file(struct go *g, const struct go_package *p, const char *file)
{
	const char *dir = p->dir;

	if (!go_has_prefix(file, dir))
		dir = go_dir(g->a, dir);
	if (file[0] != '/' || !go_has_prefix(file, dir))
		return file;
	return arena_printf(g->a, "%s%s", go_short_path(g, dir), file + strlen(dir));
}

/* The folder of the package as go shows it in what compilers print. */
static const char *shown_dir(struct go *g, const char *path)
{
	return go_short_path(g, path);
}

static void header_missing(struct go *g, struct go_package *p, const struct go_header_scan *h, bool cxx)
{
	const struct go_missing_header *m = &h->first;
	const char *file = shown_file(g, p, m->file);
	struct go_compiler c;
	struct go_problem *x;

	go_compiler_read(g, cxx ? g->env.cxx : g->env.cc, &c);
	x = go_problem_in(g, p, GO_HEADER,
		       c.is_clang
			       ? arena_printf(g->a, GO_TEXT_HEADER_CLANG, file, m->line, m->col, m->name)
			       : arena_printf(g->a, GO_TEXT_HEADER_GCC, file, m->line, m->col, m->name));
	x->object = m->name;
	x->at = (struct go_place){ m->path, m->line, m->col };
	x->verb = cxx ? "CXXFLAGS" : "CFLAGS";
	x->other = c.is_musl ? "musl" : NULL;
	if (m->chain != NULL)
		go_add(g->a, &x->more, m->chain);
	go_header_elsewhere(g, p, m->name, &x->found);
	x->detail = c.is_musl && go_starts(m->name, "linux/") ? "musl-kernel-headers"
		    : strcmp(m->name, "Python.h") == 0        ? "python-dev"
		    : x->found.n > 0                          ? "other-dir"
							      : "not-installed";
}

/* C.x that no header and no preamble has: names of Go's own are left out. */
bool go_c_builtin(const char *name)
{
	static const char list[] =
		" char schar uchar short ushort int uint long ulong longlong ulonglong float double "
		"size_t CString CBytes GoString GoStringN GoBytes complexfloat complexdouble "
		"uintptr_t malloc _CMalloc void bool ssize_t int8_t int16_t int32_t int64_t uint8_t "
		"uint16_t uint32_t uint64_t intptr_t _GoString_ _GoStringLen _GoStringPtr ";
	const char *at = strstr(list, name);

	return go_starts(name, "struct_") || go_starts(name, "union_") || go_starts(name, "enum_") ||
	       go_starts(name, "sizeof_") || go_starts(name, "_Ctype_") || go_starts(name, "_cgo") ||
	       (at != NULL && at[-1] == ' ' && at[strlen(name)] == ' ');
}

static bool check_c_names(struct go *g, struct go_package *p, const struct go_file *f,
			  const struct go_header_scan *h)
{
	struct go_c_names names = { NULL, 0, 0 };

	if (!h->complete || h->uncertain)
		return true;
	go_c_names(g, f, &names);
	for (size_t i = 0; i < names.n; i++) {
		const struct go_c_name *n = &names.items[i];
		struct go_problem *x;

		if (go_c_builtin(n->name) || map_get_str(&h->words, n->name) != NULL)
			continue;
		x = go_problem_in(g, p, GO_C_NAME,
			       arena_printf(g->a, GO_TEXT_C_NAME,
					    strchr(go_short_path(g, f->path), '/') == NULL ? "./" : "",
					    go_short_path(g, f->path), n->at.line, n->at.col, n->name));
		x->detail = "name-unknown";
		x->object = f->path;
		x->symbol = n->name;
		x->at = n->at;
		return false;
	}
	return true;
}

bool go_is_own(const struct go_package *p)
{
	return !p->is_std && (p->module == NULL || p->module->is_local);
}

static bool check_text(struct go *g, struct go_package *p, const struct go_file *f,
		       const struct go_header_scan *h)
{
	enum go_asked asked = go_is_own(p) ? go_ask_preamble(g, p, f) : GO_ASKED_NOT;

	return asked == GO_ASKED_NOT ? check_c_names(g, p, f, h) : asked == GO_ASKED_FINE;
}

static bool check_preambles(struct go *g, struct go_package *p, const struct go_file *f)
{
	const char *shown = shown_dir(g, f->path);
	struct go_include_dirs dirs;
	struct go_header_scan h;
	bool ok;

	if (strchr(shown, '/') == NULL)
		shown = arena_printf(g->a, "./%s", shown);
	go_include_dirs(g, p, false, &dirs);
	leave_relative_out(&dirs);
	go_headers_open(&h, g, &dirs, false);
	h.want_words = true;
	for (size_t i = 0; i < f->preambles.n; i++)
		go_headers_scan(&h, f->preambles.items[i].raw, strlen(f->preambles.items[i].raw), shown,
				f->path, f->preambles.items[i].line);
	ok = !h.missing;
	if (h.missing)
		header_missing(g, p, &h, false);
	else
		ok = check_text(g, p, f, &h);
	go_headers_close(&h);
	return ok;
}

static bool check_source(struct go *g, struct go_package *p, const char *name, bool cxx)
{
	const char *path = go_join(g->a, p->dir, name);
	struct go_include_dirs dirs;
	struct go_header_scan h;
	struct view v;
	bool missing;

	if (!go_read(g, path, &v))
		return true;
	go_include_dirs(g, p, cxx, &dirs);
	go_headers_open(&h, g, &dirs, cxx);
	map_put_str(&h.macros, "_cgo_export_h", &h);
	go_headers_scan(&h, (const char *)v.p, v.n, name, path, 1);
	/* cgo writes that one. */
	missing = h.missing && strcmp(h.first.name, "_cgo_export.h") != 0;
	if (missing)
		header_missing(g, p, &h, cxx);
	/* Nobody but cgo has that header, if it is included. */
	if (!missing && go_is_own(p) && memmem(v.p, v.n, "_cgo_export.h", 13) == NULL)
		missing = go_ask_source(g, p, name, cxx) == GO_ASKED_FAILED;
	go_headers_close(&h);
	return !missing;
}

static bool check_headers(struct go *g, struct go_package *p)
{
	for (size_t i = 0; i < p->files.n; i++)
		if (p->files.items[i]->is_cgo && !check_preambles(g, p, p->files.items[i]))
			return false;
	for (size_t i = 0; i < p->lists[C_FILES].n; i++)
		if (!check_source(g, p, p->lists[C_FILES].items[i], false))
			return false;
	for (size_t i = 0; i < p->lists[CXX_FILES].n; i++)
		if (!check_source(g, p, p->lists[CXX_FILES].items[i], true))
			return false;
	return true;
}

/* ---- all -------------------------------------------------------------------------------------- */

static bool any_dep_failed(const struct go_package *p)
{
	for (size_t i = 0; i < p->deps.n; i++)
		if (p->deps.items[i]->failed)
			return true;
	return false;
}

/* $CGO_CFLAGS and its like are split as the user quotes them. */
static bool check_quoting(struct go *g, struct go_package *p)
{
	for (int i = 0; i < GO_PKGCONFIG; i++) {
		const char *name = arena_printf(g->a, "CGO_%s", go_verb_names[i]),
			   *value = go_getenv(g, name);
		struct go_words w = { NULL, 0, 0 };
		const char *bad = go_split_quoted(g->a, value, &w);
		struct go_problem *x;

		if (bad == NULL)
			continue;
		x = go_problem_in(
			g, p, GO_QUOTING,
			arena_printf(g->a, GO_TEXT_CGO_QUOTE, name, go_quote(g->a, value), bad));
		x->detail = "env-quoting";
		x->object = name;
		x->written = value;
		return false;
	}
	return true;
}

/* The packages of Go have flags that are allowed, unless the user says otherwise. */
static bool user_has_lists(const struct go *g)
{
	static const char *const suffixes[] = { "ALLOW", "DISALLOW" };

	for (int i = 0; i < GO_PKGCONFIG; i++)
		for (int k = 0; k < 2; k++)
			if (*go_getenv(g, arena_printf(g->a, "CGO_%s_%s", go_verb_names[i], suffixes[k])) !=
			    '\0')
				return true;
	return false;
}

static void check_package(struct go *g, struct go_package *p)
{
	if (any_dep_failed(p)) {
		/* Flags are looked at before anything is compiled. */
		if (go_uses_cgo(p) && !p->is_std && p->problem == NULL)
			(void)(check_flags(g, p) && true);
		p->failed = true;
		return;
	}
	if (go_uses_cgo(p) && !p->is_std)
		(void)(check_quoting(g, p) && read_pkg_config(g, p) && check_flags(g, p) &&
		       check_headers(g, p) && check_assembly(g, p) && check_cxx(g, p));
	if (go_uses_cgo(p) && p->is_std && user_has_lists(g))
		(void)check_flags(g, p);
	if (!p->failed && !p->is_std)
		go_check_left_out(g, p);
}

static void check_compiler(struct go *g)
{
	struct go_package *rt = map_get_str(&g->packages, "runtime/cgo");
	struct go_compiler cc;

	if (rt == NULL || !go_uses_cgo(rt))
		return;
	go_compiler_read(g, g->env.cc, &cc);
	if (check_cc(g, rt, &cc) && check_target(g, rt, &cc))
		(void)go_ask_target(g, rt);
}

void go_check(struct go *g)
{
	check_compiler(g);
	for (size_t i = 0; i < g->order.n; i++)
		check_package(g, g->order.items[i]);
}
