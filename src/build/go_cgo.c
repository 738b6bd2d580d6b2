/* go_cgo.c - #cgo lines: constraints, verbs, arguments, ${SRCDIR}, relative paths.
 *
 * Where upstream decides: go/build/build.go (saveCgo, expandSrcDir, makePathsAbsolute).
 */
#include <string.h>

#include "build/go_source.h"
#include "build/go_text.h"
#include "message/go_text.h"

const char *const go_verb_names[GO_NVERBS] = { "CFLAGS", "CPPFLAGS", "CXXFLAGS",
					       "FFLAGS", "LDFLAGS",  "pkg-config" };

struct saver {
	struct go *g;
	struct go_package *p;
	const struct go_file *f;
	const char *orig; /* the line as it stands */
	struct go_place at;
};

static bool bad(struct saver *s, enum go_problem_kind kind, const char *detail, const char *fmt,
		const char *arg)
{
	struct go_problem *p = ARENA_NEW(s->g->a, struct go_problem);

	p->kind = kind;
	p->detail = detail;
	p->text = arena_printf(s->g->a, fmt, s->f->path, arg);
	p->object = s->f->path;
	p->other = arg;
	p->at = s->at;
	p->written = s->orig;
	s->p->error = p->text;
	s->p->problem = p;
	return false;
}

/* ---- arguments -------------------------------------------------------------------------------- */

static bool safe_name(const char *s)
{
	static const char safe[] =
		"+-.,/0123456789=ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz:$@%! ~^";

	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x80 && strchr(safe, *s) == NULL)
			return false;
	return true;
}

/* *out: the argument with ${SRCDIR} replaced. False: not safe. */
static bool expand_srcdir(struct arena *a, const char *arg, const char *dir, const char **out)
{
	const char *mark = "${SRCDIR}", *at, *res = "";
	bool ok = true, any = false;

	while ((at = strstr(arg, mark)) != NULL) {
		const char *chunk = arena_strndup(a, arg, (size_t)(at - arg));

		any = true;
		ok = ok && (*chunk == '\0' || safe_name(chunk));
		res = arena_printf(a, "%s%s%s", res, chunk, dir);
		arg = at + strlen(mark);
	}
	if (!any) {
		*out = arg;
		return safe_name(arg);
	}
	*out = arena_printf(a, "%s%s", res, arg);
	return ok && (*arg == '\0' || safe_name(arg)) && (*dir == '\0' || safe_name(dir)) && **out != '\0';
}

static void make_absolute(struct arena *a, struct go_words *args, const char *dir)
{
	bool next = false;

	for (size_t i = 0; i < args->n; i++) {
		const char *s = args->items[i];

		if (next) {
			if (s[0] != '/')
				args->items[i] = go_join(a, dir, s);
			next = false;
		} else if (go_starts(s, "-I") || go_starts(s, "-L")) {
			if (s[2] == '\0')
				next = true;
			else if (s[2] != '/')
				args->items[i] = arena_printf(a, "%.2s%s", s, go_join(a, dir, s + 2));
		}
	}
}

/* ---- lines ------------------------------------------------------------------------------------ */

static bool conditions_hold(struct go *g, const struct go_words *f)
{
	if (f->n == 1)
		return true;
	for (size_t i = 0; i + 1 < f->n; i++)
		if (go_match_auto(g, f->items[i]))
			return true;
	return false;
}

static int verb_number(const char *verb)
{
	for (int i = 0; i < GO_NVERBS; i++)
		if (strcmp(go_verb_names[i], verb) == 0)
			return i;
	return -1;
}

/* "#cgo noescape F": nothing about flags. */
static bool is_hint(struct go *g, const char *line)
{
	struct go_words f = { NULL, 0, 0 };

	go_fields(g->a, line, strlen(line), &f);
	return f.n == 3 && (strcmp(f.items[1], "nocallback") == 0 || strcmp(f.items[1], "noescape") == 0);
}

static bool save_line(struct saver *s, const char *line)
{
	struct arena *a = s->g->a;
	struct go_words words = { NULL, 0, 0 }, args = { NULL, 0, 0 };
	const char *rest = go_trim(a, line + 4, strlen(line + 4)), *colon = strchr(rest, ':');
	int verb;

	if (colon == NULL)
		return bad(s, GO_CGO_LINE, "invalid-line", GO_TEXT_CGO_LINE, s->orig);
	go_fields(a, rest, (size_t)(colon - rest), &words);
	if (words.n < 1)
		return bad(s, GO_CGO_LINE, "invalid-line", GO_TEXT_CGO_LINE, s->orig);
	if (!conditions_hold(s->g, &words))
		return true;
	if (!go_split_cgo(a, colon + 1, &args))
		return bad(s, GO_CGO_LINE, "invalid-line", GO_TEXT_CGO_LINE, s->orig);
	for (size_t i = 0; i < args.n; i++)
		if (!expand_srcdir(a, args.items[i], s->p->dir, &args.items[i]))
			return bad(s, GO_CGO_ARGUMENT, "malformed", GO_TEXT_CGO_ARGUMENT, args.items[i]);
	verb = verb_number(words.items[words.n - 1]);
	if (verb < 0)
		return bad(s, GO_CGO_LINE, "invalid-verb", GO_TEXT_CGO_VERB, s->orig);
	if (verb != GO_PKGCONFIG)
		make_absolute(a, &args, s->p->dir);
	for (size_t i = 0; i < args.n; i++) {
		struct go_flag *fl = ARENA_PUSH(a, &s->p->flags[verb]);

		fl->text = args.items[i];
		fl->at = s->at;
		fl->written = s->orig;
	}
	return true;
}

bool go_save_cgo(struct go *g, struct go_package *p, const struct go_file *f, const struct go_comment *c)
{
	struct saver s = { .g = g, .p = p, .f = f };
	size_t number = 0;

	for (const char *l = c->text; l != NULL && *l != '\0'; number++) {
		const char *nl = strchr(l, '\n');
		size_t n = nl != NULL ? (size_t)(nl - l) : strlen(l);
		const char *line = go_trim(g->a, l, n);

		s.orig = arena_strndup(g->a, l, n);
		s.at = (struct go_place){ f->path, number < c->nlines ? (uint32_t)c->lines[number] : 0, 0 };
		l = nl != NULL ? nl + 1 : NULL;
		if (!go_starts(line, "#cgo") || (line[4] != ' ' && line[4] != '\t') || line[5] == '\0' ||
		    is_hint(g, line))
			continue;
		if (!save_line(&s, line))
			return false;
	}
	return true;
}
