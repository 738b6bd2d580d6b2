/* d_go_cgo.c - findings about cgo: off where it is needed, lines and flags that Go refuses, names of C. */
#include <string.h>

#include "build/go_c.h"
#include "build/go_source.h"
#include "build/go_text.h"
#include "diagnose/go.h"

/* ---- cgo is off --------------------------------------------------------------------------------- */

static void fix_enable(struct go_case *c, struct draft *dr)
{
	const char *cc = c->g->env.cross ? go_cross_compiler(c->g) : NULL;
	const char *target =
		c->g->env.cross ? arena_printf(c->d.a, " GOOS=%s GOARCH=%s", c->g->env.goos, c->g->env.goarch)
				: "";

	go_fix_command(
		c, dr,
		cc != NULL ? arena_printf(c->d.a, "switch cgo on, with a C compiler for %s", c->g->env.goarch)
			   : "switch cgo on (a C compiler must be there)",
		arena_printf(c->d.a, "CGO_ENABLED=1%s%s%s", cc != NULL ? " CC=" : "", cc != NULL ? cc : "",
			     target));
}

static bool left_out_by_cgo(const struct go *g, const struct go_file *f)
{
	return !g->env.cgo && (f->is_cgo || (f->constraint != NULL && go_mentions(f->constraint, "cgo")));
}

static void say_left_out(struct go_case *c, struct draft *dr, const struct go_package *p)
{
	for (size_t i = 0; i < p->out.n && i < 8; i++) {
		const struct go_file *f = p->out.items[i];
		struct dlwhy_evidence *e;

		e = draft_evidence(&c->d, dr, "text", NULL,
				   f->constraint != NULL      ? "left out by its constraint"
				   : left_out_by_cgo(c->g, f) ? "left out: it imports C, and cgo is off"
							      : "left out by its name");
		e->path = f->path;
		e->value = f->constraint;
	}
}

static const struct go_package *package_of(const struct go *g, const struct go_problem *p)
{
	return p->package != NULL ? map_get_str(&g->packages, p->package) : NULL;
}

/* Every file of a package is left out. */
static void no_go_files(struct go_case *c, const struct go_problem *p)
{
	const struct go_package *pkg = package_of(c->g, p);
	const struct go_file *by_cgo = NULL;
	struct draft *dr;

	for (size_t i = 0; pkg != NULL && i < pkg->out.n && by_cgo == NULL; i++)
		if (left_out_by_cgo(c->g, pkg->out.items[i]))
			by_cgo = pkg->out.items[i];
	if (by_cgo != NULL) {
		dr = go_draft(c, p, CAUSE_CGO_DISABLED,
			      c->g->env.cross && !c->g->env.cgo_set ? "cross-default" : NULL);
		dr->f.object = by_cgo->path;
		draft_say(&c->d, dr,
			  "%s imports C and is left out because cgo is off, so %s has no Go file: %s.",
			  base_name(by_cgo->path), pkg->path, c->g->env.cgo_why);
		say_left_out(c, dr, pkg);
		fix_enable(c, dr);
		return;
	}
	dr = go_draft(c, p, CAUSE_BUILD_OTHER, pkg != NULL && pkg->out.n > 0 ? "constraints" : "no-go-files");
	if (pkg != NULL && pkg->out.n > 0) {
		draft_say(&c->d, dr, "No Go file of %s is for %s/%s with these tags.", pkg->path,
			  c->g->env.goos, c->g->env.goarch);
		say_left_out(c, dr, pkg);
	} else {
		draft_say(&c->d, dr, "There is no Go file in %s.",
			  pkg != NULL && pkg->dir != NULL ? pkg->dir : p->object);
	}
}

static void left_out(struct go_case *c, const struct go_problem *p)
{
	bool by_cgo = p->detail != NULL;
	struct draft *dr = go_draft(c, p, by_cgo ? CAUSE_CGO_DISABLED : CAUSE_BUILD_OTHER,
				    by_cgo ? p->detail : "constraints");

	draft_say(&c->d, dr, "%s is declared in %s, which is left out because %s%s.", p->symbol,
		  base_name(p->object),
		  by_cgo ? "it needs cgo and cgo is off: " : "its constraint does not hold here: ",
		  by_cgo               ? c->g->env.cgo_why
		  : p->written != NULL ? p->written
				       : "its name is of another system");
	if (p->written != NULL) {
		struct dlwhy_evidence *e = draft_evidence(&c->d, dr, "text", NULL, "the constraint");

		e->path = p->object;
		e->value = p->written;
	}
	if (by_cgo)
		fix_enable(c, dr);
	draft_fix(&c->d, dr, "edit-line", "low",
		  arena_printf(c->d.a, "declare %s for this case too, in a file with `//go:build !cgo`",
			       p->symbol));
}

static void needs_cgo(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_CGO_DISABLED, p->detail);

	draft_say(&c->d, dr, "%s needs a C linker, and cgo is off: %s.", p->object, c->g->env.cgo_why);
	fix_enable(c, dr);
}

static void no_import_c(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_CGO_DISABLED, "no-import-c");

	dr->f.object = p->object;
	if (p->other != NULL) {
		draft_say(&c->d, dr, "%s is in a package whose only file that imports C (%s) is left out.",
			  base_name(p->object), base_name(p->other));
		draft_fact(&c->d, dr, p->other, "imports C, and is left out");
		fix_enable(c, dr);
		return;
	}
	draft_say(&c->d, dr, "%s is C, and no Go file of the package imports C.", base_name(p->object));
	draft_fix(
		&c->d, dr, "edit-line", "low",
		arena_printf(c->d.a,
			     "add `import \"C\"` to a Go file of %s, or move %s to a folder without Go files",
			     p->package, base_name(p->object)));
}

/* ---- lines and flags ---------------------------------------------------------------------------- */

/* A colon behind the verb, if that is all that is missing. */
static const char *with_colon(struct go_case *c, const char *line)
{
	for (int i = 0; i < GO_NVERBS; i++) {
		const char *at = strstr(line, go_verb_names[i]);
		size_t n = strlen(go_verb_names[i]);

		if (at != NULL && at > line && (at[-1] == ' ' || at[-1] == '\t') && at[n] == ' ')
			return arena_printf(c->d.a, "%.*s:%s", (int)(at - line + (long)n), line, at + n);
	}
	return NULL;
}

/* The verb that was meant: the same in capitals, or with a letter more or less. */
static const char *right_verb(struct go_case *c, const char *line)
{
	const char *colon = strchr(line, ':'), *from = colon;
	char word[40];
	size_t n;

	while (from != NULL && from > line && from[-1] != ' ' && from[-1] != '\t')
		from--;
	n = from != NULL ? (size_t)(colon - from) : 0;
	if (n == 0 || n >= sizeof(word))
		return NULL;
	memcpy(word, from, n);
	word[n] = '\0';
	for (int i = 0; i < GO_NVERBS; i++) {
		const char *v = go_verb_names[i];

		if (strcasecmp(v, word) == 0 || (strcasecmp(word, "pkgconfig") == 0 && i == GO_PKGCONFIG) ||
		    (strncasecmp(v, word, strlen(v) - 1) == 0 && strlen(word) + 1 >= strlen(v)))
			return arena_printf(c->d.a, "%.*s%s%s", (int)(from - line), line, v, colon);
	}
	return NULL;
}

static void bad_line(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_CGO_FLAG, p->detail);
	bool verb = strcmp(p->detail, "invalid-verb") == 0;
	const char *better = verb ? right_verb(c, p->written) : with_colon(c, p->written);

	dr->f.object = p->at.file;
	if (verb)
		draft_say(&c->d, dr,
			  "%s: what stands in front of the colon is none of CFLAGS, CPPFLAGS, CXXFLAGS, "
			  "FFLAGS, LDFLAGS, pkg-config.",
			  go_place_words(c, &p->at));
	else if (strchr(p->written, ':') == NULL)
		draft_say(&c->d, dr, "%s: the colon behind the verb is missing.", go_place_words(c, &p->at));
	else
		draft_say(&c->d, dr,
			  "%s: a quotation mark of the #cgo line is not closed, or nothing stands before its "
			  "colon.",
			  go_place_words(c, &p->at));
	if (better != NULL)
		go_fix_line(c, dr, &p->at, better, NULL);
}

static void bad_argument(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_CGO_FLAG, "malformed");
	const char *dir = package_of(c->g, p) != NULL ? package_of(c->g, p)->dir : NULL;
	bool by_dir = p->written != NULL && strstr(p->written, "${SRCDIR}") != NULL && dir != NULL &&
		      strpbrk(dir, "()*&;|<>#{}[]\"'\\`?") != NULL;

	draft_say(&c->d, dr, "%s: `%s` has a character that Go does not allow in #cgo lines%s.",
		  go_place_words(c, &p->at), p->other,
		  by_dir ? ": it is in the name of the folder that ${SRCDIR} stands for" : "");
	if (by_dir)
		draft_fix(&c->d, dr, "move", "low",
			  arena_printf(
				  c->d.a,
				  "move the package to a folder whose name has no brackets, quotes or signs "
				  "(now %s)",
				  dir));
	else
		draft_fix(&c->d, dr, "environment", "low",
			  "give it in CGO_CFLAGS or CGO_LDFLAGS, which are not looked at, or #define it in a "
			  "header");
}

/* A regular expression that takes that text alone. */
static const char *quoted_regexp(struct arena *a, const char *s)
{
	char *out = arena_alloc(a, 2 * strlen(s) + 1), *p = out;

	for (; *s != '\0'; s++) {
		if (strchr("\\.+*?()|[]{}^$", *s) != NULL)
			*p++ = '\\';
		*p++ = *s;
	}
	return out;
}

/* "-Wl,-rpath,/a,-rpath,/b": each option of the linker by itself. */
static const char *split_wl(struct arena *a, const char *flag)
{
	const char *out = "", *s = flag + 4;

	while (*s != '\0') {
		size_t n = strcspn(s, ",");
		const char *next = s[n] == ',' ? s + n + 1 : s + n;

		if (*s == '-' && (*next == '-' || *next == '\0')) {
			if (s[1] == 'l' || s[1] == 'L')
				out = arena_printf(a, "%s%s%.*s", out, *out != '\0' ? " " : "", (int)n, s);
			else
				out = arena_printf(a, "%s%s-Wl,%.*s", out, *out != '\0' ? " " : "", (int)n,
						   s);
			s = next;
		} else {
			size_t m = strcspn(next, ",");

			out = arena_printf(a, "%s%s-Wl,%.*s,%.*s", out, *out != '\0' ? " " : "", (int)n, s,
					   (int)m, next);
			s = next[m] == ',' ? next + m + 1 : next + m;
		}
	}
	return out;
}

static void fix_flag(struct go_case *c, struct draft *dr, const struct go_problem *p)
{
	const char *flag = p->object, *better = NULL, *so;

	if (go_starts(flag, "-Wl,") && strchr(flag + 4, ',') != NULL)
		better = split_wl(c->d.a, flag);
	so = strstr(flag, ".so.");
	if (so != NULL && flag[0] != '-' && strchr(flag, '/') != NULL)
		better = arena_printf(c->d.a, "-L%s -l:%s", dir_name(c->d.a, flag), base_name(flag));
	if (better != NULL && strcmp(better, flag) != 0 &&
	    go_replaced(c->d.a, p->written, flag, better) != NULL)
		go_fix_line(c, dr, &p->at, go_replaced(c->d.a, p->written, flag, better),
			    "(each part alone is allowed)");
}

static void bad_flag(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_CGO_FLAG, "not-allowed");
	const char *variable = arena_printf(c->d.a, "CGO_%s_ALLOW", p->verb);
	bool pc = strcmp(p->other, "pkg-config") == 0;

	if (p->at.line > 0)
		draft_say(&c->d, dr, "Go does not take the flag `%s` from %s (%s).", p->object, p->other,
			  go_place_words(c, &p->at));
	else
		draft_say(&c->d, dr, "Go does not take the flag `%s` from %s.", p->object, p->other);
	fix_flag(c, dr, p);
	if (pc) {
		draft_fix(&c->d, dr, "edit-line", "low",
			  "leave that option of pkg-config out: its list cannot be widened");
		return;
	}
	go_fix_command(c, dr,
		       arena_printf(c->d.a, "allow that flag, and no other (whoever builds must set it too)"),
		       arena_printf(c->d.a, "%s=%s", variable,
				    shell_quote(c->d.a, quoted_regexp(c->d.a, p->object))));
	go_fix_command(
		c, dr,
		arena_printf(c->d.a,
			     "take it out of the line and give it in CGO_%s, which is not looked at",
			     p->verb),
		arena_printf(c->d.a, "CGO_%s=%s", p->verb,
			     shell_quote(c->d.a, arena_printf(c->d.a, "-O2 -g %s", p->object))));
}

static void bad_regexp(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_CGO_FLAG, "allow-regexp");

	draft_say(&c->d, dr, "$%s is no regular expression: `%s`.", p->object, p->written);
	draft_fix(&c->d, dr, "environment", "low",
		  arena_printf(c->d.a, "write it so that it is one, for instance %s='%s'", p->object,
			       quoted_regexp(c->d.a, p->written)));
}

static void bad_quoting(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_CGO_FLAG, "env-quoting");

	draft_say(&c->d, dr, "A quotation mark in the variable %s is not closed: `%s`.", p->object,
		  p->written);
	draft_fix(&c->d, dr, "environment", "low",
		  arena_printf(c->d.a, "close it, or set %s without quotation marks", p->object));
}

/* ---- what the C compiler says --------------------------------------------------------------------- */

static void c_error(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_BUILD_OTHER, "source-error");
	const char *where = go_place_words(c, &p->at);

	if (p->other != NULL) {
		draft_say(&c->d, dr, "Something is left open in the comment above import \"C\" of %s: a "
			  "brace, a parenthesis, a comment.", where);
		draft_fix(&c->d, dr, "edit-line", "low", "close it");
		return;
	}
	if (p->symbol != NULL) {
		draft_say(&c->d, dr, "%s does not compile as C: %s is not known there.", where, p->symbol);
		draft_fix(&c->d, dr, "edit-line", "low",
			  arena_printf(c->d.a, "declare %s, include the header that does, or give it by "
				       "`#cgo CFLAGS: -D%s=…` if it is a macro of the build", p->symbol,
				       p->symbol));
		return;
	}
	draft_say(&c->d, dr, "%s does not compile as C.", where);
	draft_fix(&c->d, dr, "edit-line", "low", arena_printf(c->d.a, "mend what the compiler says at %s",
			where));
}

/* ---- the rest ---------------------------------------------------------------------------------- */

static void c_name(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_BUILD_OTHER, p->detail);

	if (same_text(p->detail, "source-error")) {
		draft_say(&c->d, dr, "C.%s is called, and it is a constant.", p->symbol);
		draft_fix(&c->d, dr, "edit-line", "low",
			  arena_printf(c->d.a, "use its value: C.%s without parentheses", p->symbol));
		return;
	}

	draft_say(&c->d, dr,
		  "C.%s is used, and nothing that the comment above import \"C\" includes has the name %s.",
		  p->symbol, p->symbol);
	draft_fix(&c->d, dr, "edit-line", "low",
		  arena_printf(
			  c->d.a,
			  "include the header that declares %s there, directly above import \"C\" without an "
			  "empty line between",
			  p->symbol));
}

static void preamble(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_LD_MULTIPLE_DEFINITION, "export-preamble");

	draft_say(&c->d, dr,
		  "%s has //export, so its comment above import \"C\" goes into two C files, and both define "
		  "%s.",
		  base_name(p->object), p->symbol);
	draft_fix(&c->d, dr, "edit-line", "low",
		  strcmp(p->other, "function") == 0
			  ? arena_printf(c->d.a,
					 "%s: make %s `static inline`, or move it to a .c file of the "
					 "package and only declare it here",
					 go_place_words(c, &p->at), p->symbol)
			  : arena_printf(
				    c->d.a,
				    "%s: declare %s `extern` here and define it in a .c file of the package",
				    go_place_words(c, &p->at), p->symbol));
}

static void internal_link(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_LD_LIBRARY_NOT_FOUND, "trial-link");

	draft_say(&c->d, dr, "-linkmode=internal cannot be: the trial link of %s failed without a word, %s.",
		  p->package, p->other);
	draft_fix(&c->d, dr, "environment", "low",
		  "build without -linkmode=internal to see the linker's own words, and repair that");
}

static void assembly(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_BUILD_OTHER, "go-assembly");

	draft_say(&c->d, dr, "%s is for Go's assembler, and a package that imports C has none.",
		  base_name(p->object));
	draft_fix(&c->d, dr, "move", "low",
		  "move it, with the functions that it belongs to, into a package of its own; or name it .S "
		  "if it is for the C compiler");
}

void d_go_cgo(struct go_case *c, const struct go_problem *p)
{
	switch (p->kind) {
	case GO_NEEDS_CGO: needs_cgo(c, p); break;
	case GO_NO_GO_FILES: no_go_files(c, p); break;
	case GO_C_WITHOUT_CGO: no_import_c(c, p); break;
	case GO_LEFT_OUT: left_out(c, p); break;
	case GO_CGO_LINE: bad_line(c, p); break;
	case GO_CGO_ARGUMENT: bad_argument(c, p); break;
	case GO_CGO_FLAG: bad_flag(c, p); break;
	case GO_ALLOW_REGEXP: bad_regexp(c, p); break;
	case GO_QUOTING: bad_quoting(c, p); break;
	case GO_C_NAME: c_name(c, p); break;
	case GO_C_ERROR: c_error(c, p); break;
	case GO_PREAMBLE: preamble(c, p); break;
	case GO_INTERNAL_LINK: internal_link(c, p); break;
	default: assembly(c, p); break;
	}
}
