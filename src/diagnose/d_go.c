/* d_go.c - from what `go build` would say to findings: what all of them share. */
#include "diagnose/go.h"

#include <stdlib.h>
#include <string.h>

#include "build/go_text.h"

static const char *path_words(struct go_case *c, const char *path)
{
	return go_short_path(c->g, path);
}

const char *go_place_words(struct go_case *c, const struct go_place *at)
{
	if (at->line == 0)
		return path_words(c, at->file);
	return arena_printf(c->d.a, "%s:%u", path_words(c, at->file), at->line);
}

static void add_text(struct go_case *c, struct draft *dr, const struct go_problem *p)
{
	struct dlwhy_evidence *e = draft_evidence(&c->d, dr, "text", NULL, "go says");

	e->value = p->text;
	for (size_t i = 0; i < p->more.n && i < 6; i++) {
		e = draft_evidence(&c->d, dr, "text", NULL, "and");
		e->value = p->more.items[i];
	}
}

struct draft *go_draft(struct go_case *c, const struct go_problem *p, enum cause cause, const char *detail)
{
	struct draft *dr = draft_new(&c->d, cause, NULL);

	dr->f.detail = detail;
	dr->f.object = p->object;
	dr->f.symbol = p->symbol;
	dr->order = c->d.drafts.n;
	if (p->package != NULL)
		dr->f.needed_by = p->package;
	if (p->at.file != NULL && p->at.line > 0) {
		struct dlwhy_evidence *e = draft_evidence(&c->d, dr, "text", NULL, "the line");

		e->path = p->at.file;
		e->line = p->at.line;
		e->value = p->written;
	}
	add_text(c, dr, p);
	if (p->likely || p->assumes != NULL)
		draft_assume(dr, p->likely ? DLWHY_LIKELY : DLWHY_PREDICTED, p->assumes);
	return dr;
}

void go_fix_line(struct go_case *c, struct draft *dr, const struct go_place *at, const char *line,
		 const char *why)
{
	struct fix *f;

	while (*line == ' ' || *line == '\t')
		line++;
	f = draft_fix(&c->d, dr, "edit-line", "low",
		      arena_printf(c->d.a, "%s: write `%s`%s%s", go_place_words(c, at), line,
				   why != NULL ? " " : "", why != NULL ? why : ""));
	if (at->line > 0 && at->file != NULL) {
		const char **files = ARENA_ARRAY(c->d.a, 2, const char *);

		files[0] = at->file;
		f->f.files = files;
		f->f.nfiles = 1;
		fix_edit(&c->d, f, "edit-line", at->file, arena_printf(c->d.a, "%u", at->line), line);
	}
}

void go_fix_command(struct go_case *c, struct draft *dr, const char *says, const char *before)
{
	struct fix *f = draft_fix(&c->d, dr, "environment", "low", says);
	const char *out = c->g->args.output;
	const char *mode = c->g->args.buildmode;

	fix_command(&c->d, f,
		    arena_printf(c->d.a, "%s go build%s%s%s%s .", before,
				 mode != NULL && strcmp(mode, "default") != 0 ? " -buildmode=" : "",
				 mode != NULL && strcmp(mode, "default") != 0 ? mode : "",
				 out != NULL ? " -o " : "", out != NULL ? out : ""));
}

const char *go_replaced(struct arena *a, const char *line, const char *from, const char *to)
{
	const char *at = line != NULL && from != NULL && *from != '\0' ? strstr(line, from) : NULL;

	if (at == NULL)
		return NULL;
	return arena_printf(a, "%.*s%s%s", (int)(at - line), line, to, at + strlen(from));
}

static void one(struct go_case *c, const struct go_problem *p)
{
	switch (p->kind) {
	case GO_NO_TOOLCHAIN:
	case GO_USAGE:
	case GO_BUILDMODE:
	case GO_MODFILE:
	case GO_TOO_OLD:
	case GO_MODULE_MISSING:
	case GO_SUM_MISSING:
	case GO_NOT_DOWNLOADED:
	case GO_SOURCE: d_go_toolchain(c, p); break;
	case GO_NEEDS_CGO:
	case GO_NO_GO_FILES:
	case GO_C_WITHOUT_CGO:
	case GO_LEFT_OUT:
	case GO_CGO_LINE:
	case GO_CGO_ARGUMENT:
	case GO_CGO_FLAG:
	case GO_ALLOW_REGEXP:
	case GO_QUOTING:
	case GO_ASSEMBLY:
	case GO_C_NAME:
	case GO_C_ERROR:
	case GO_PREAMBLE:
	case GO_INTERNAL_LINK: d_go_cgo(c, p); break;
	case GO_COMPILER_MISSING:
	case GO_COMPILER_CROSS:
	case GO_PKG_CONFIG:
	case GO_PKG_CONFIG_MISSING:
	case GO_HEADER: d_go_tools(c, p); break;
	}
}

void diagnose_go(const struct go *g, struct arena *a, struct diagnosis *out)
{
	static const struct diagnose_input none;
	struct go_case c = { .g = g };

	c.d = (struct diag){ .in = &none, .a = a, .store = g->store, .source = g->source };
	for (size_t i = 0; i < g->problems.n && c.d.drafts.n < MAX_FINDINGS; i++)
		one(&c, g->problems.items[i]);
	diagnose_finish(&c.d, out);
}
