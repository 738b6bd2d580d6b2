/* says.c - the tables of sentences as rows, those made of the simulations' own texts among them. */
#include "message/says.h"

#include <string.h>

#include "message/pattern.h"

/* ---- the texts of the simulations ----------------------------------------------------------- */

struct said_text {
	const char *name, *text;
};

#define NEWEST 0
#define ERROR(err, text)
static const struct said_text glibc_texts[] = {
#define TEXT(id, first, last, text) { #id, text },
#include "loader/text.def"
#undef TEXT
};
static const struct said_text dyld_texts[] = {
#define R(major, minor) 0
#define TEXT(id, first, last, text) { #id, text },
#include "loader/dyld_text.def"
#undef TEXT
#undef R
};
static const struct said_text musl_texts[] = {
#define TEXT(id, text) { #id, text },
#include "loader/musl_text.def"
#undef TEXT
};
static const struct said_text windows_texts[] = {
#define WIN_TEXT(status, error, text)
#define WIN_SAY(id, text) { #id, text },
#include "loader/windows_text.def"
#undef WIN_SAY
#undef WIN_TEXT
};
static const struct ld_text {
	const char *name, *values, *text;
} ld_texts[] = {
#define LD_TEXT(id, says, values, text) { #id, values, text },
#include "message/ld_text.def"
#undef LD_TEXT
};
static const struct said_text go_texts[] = {
#define GO_TEXT(id, says, values, text) { #id, text },
#include "message/go_text.def"
#undef GO_TEXT
};
static const struct said_text py_texts[] = {
#define PY_TEXT(id, type, says, values, text) { #id, text },
#include "message/py_text.def"
#undef PY_TEXT
};
#undef ERROR
#undef NEWEST

/* ---- the tables ----------------------------------------------------------------------------- */

/* A row as it is written; `text` names the text of SAYS_TEXT, whose pattern is made at run time. */
struct written {
	const char *id, *speaker;
	enum msg_kind kind;
	int rank;
	const char *code, *detail, *pattern;
	const char *text, *fields, *after;
};

#define CAUSE MSG_CAUSE
#define WARNING MSG_WARNING
#define CONTEXT MSG_CONTEXT
#define WRAPPER MSG_WRAPPER
#define SAYS(id, speaker, kind, rank, code, detail, pattern)                                                 \
	{ id, speaker, kind, rank, code, detail, pattern, NULL, NULL, NULL },
#define SAYS_TEXT(id, speaker, kind, rank, code, detail, text, before, fields, after)                        \
	{ id, speaker, kind, rank, code, detail, before, #text, fields, after }, /* NOLINT: a row */

static const struct written elf_rows[] = {
#include "message/says_elf.def"
};
static const struct written macho_rows[] = {
#include "message/says_macho.def"
};
static const struct written windows_rows[] = {
#include "message/says_windows.def"
};
static const struct written language_rows[] = {
#include "message/says_language.def"
};
static const struct written host_rows[] = {
#include "message/says_host.def"
};
static const struct written framework_rows[] = {
#include "message/says_framework.def"
};
static const struct written ld_rows[] = {
#include "message/says_ld.def"
};
static const struct written translated_rows[] = {
#include "message/says_translated.def"
};
static const struct written compiler_rows[] = {
#include "message/says_compiler.def"
};
static const struct written go_rows[] = {
#include "message/says_go.def"
};
static const struct written build_rows[] = {
#include "message/says_build.def"
};
static const struct written package_rows[] = {
#include "message/says_package.def"
};
static const struct written program_rows[] = {
#include "message/says_program.def"
};
static const struct written ending_rows[] = {
#include "message/says_ending.def"
};
#undef SAYS
#undef SAYS_TEXT
#undef CAUSE
#undef WARNING
#undef CONTEXT
#undef WRAPPER

#define TABLE(rows) { (rows), sizeof(rows) / sizeof((rows)[0]) }
static const struct {
	const struct written *rows;
	size_t n;
} tables[] = {
	TABLE(elf_rows), TABLE(macho_rows), TABLE(windows_rows), TABLE(language_rows), TABLE(host_rows),
	TABLE(framework_rows), TABLE(ld_rows), TABLE(compiler_rows), TABLE(go_rows), TABLE(build_rows),
	TABLE(package_rows), TABLE(translated_rows), TABLE(program_rows), TABLE(ending_rows),
};

/* ---- rows of texts -------------------------------------------------------------------------- */

struct says {
	struct arena *a;
	struct {
		struct says_row *items;
		size_t n, cap;
	} rows;
};

static const char *none(const char *s)
{
	return s[0] != '\0' ? s : NULL;
}

static struct says_row *add_row(struct says *s, const struct written *w, unsigned file)
{
	struct says_row *row = ARENA_PUSH(s->a, &s->rows);

	*row = (struct says_row){ w->id, w->speaker, w->kind, w->rank, none(w->code), none(w->detail),
				  w->pattern, file };
	return row;
}

/* The length of the first field of a comma-separated list: a name, or with its shape in balanced braces. */
static size_t field_length(const char *fields)
{
	size_t depth = 0, n = 0;

	for (; fields[n] != '\0' && (depth > 0 || fields[n] != ','); n++)
		depth += (size_t)(fields[n] == '{') - (size_t)(fields[n] == '}' && depth > 0);
	return n;
}

/* The next field of the list as "{field}". */
static void put_field(struct arena *a, struct arena_text *b, const char **fields)
{
	size_t n = field_length(*fields);
	bool whole = **fields == '{';

	if (n == 0) {
		arena_text_str(a, b, "{...}");
		return;
	}
	arena_text_str(a, b, whole ? "" : "{");
	arena_text_add(a, b, *fields, n);
	arena_text_str(a, b, whole ? "" : "}");
	*fields += n + ((*fields)[n] == ',');
}

/* The length of a hole of a format ("%s", "%llu") at s, 0 if none stands there. */
static size_t hole_length(const char *s)
{
	size_t n = s[0] == '%' ? 1 + strspn(s + 1, ".*l0123456789") : 0;

	return n > 0 && s[n] != '\0' && strchr("sduxX", s[n]) != NULL ? n + 1 : 0;
}

/* A first field "-": what stands there may be missing, and is not looked for; nor is what ends it. */
static const char *behind_first(const struct written *w, const char *text, const char **fields)
{
	if (strncmp(w->fields, "-,", 2) != 0 && strcmp(w->fields, "-") != 0)
		return text;
	*fields += 1 + (w->fields[1] == ',');
	text += hole_length(text);
	return text + strspn(text, ": \n\t");
}

/* The end of what is looked for: with `after` "-" that of the last hole. What stands behind it is then said
 * by many, and no word to search for. */
static const char *end_of(const struct written *w, const char *text)
{
	const char *end = text;

	if (strcmp(w->after, "-") != 0)
		return text + strlen(text);
	for (const char *s = text; *s != '\0'; s++)
		if (hole_length(s) > 0)
			end = s + hole_length(s);
	return end;
}

static const char *text_pattern(struct arena *a, const struct written *w, const char *text)
{
	const char *end = end_of(w, text);
	const char *fields = w->fields;
	struct arena_text b = { NULL, 0, 0 };

	arena_text_str(a, &b, w->pattern);
	for (const char *s = behind_first(w, text, &fields); s < end; s++) {
		size_t hole = hole_length(s);

		if (hole > 0) {
			put_field(a, &b, &fields);
			s += hole - 1;
		} else if (*s != '\n' || s[1] != '\0') {
			if (strchr("{}\\", *s) != NULL)
				arena_text_add(a, &b, "\\", 1);
			arena_text_add(a, &b, s, 1);
		}
	}
	arena_text_str(a, &b, strcmp(w->after, "-") != 0 ? w->after : "");
	return arena_text_end(a, &b);
}

/* One row for each text of that name: a loader has one a release. */
static void add_named(struct says *s, const struct written *w, unsigned file, const struct said_text *texts,
		      size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(texts[i].name, w->text) == 0)
			add_row(s, w, file)->pattern = text_pattern(s->a, w, texts[i].text);
}

/* Behind what the linker calls itself: `before` of the row says what must stand there. */
static const char *behind_name(const struct ld_text *t)
{
	if (strncmp(t->values, "tool", 4) == 0)
		return t->text + 2 + strspn(t->text + 2, ": ");
	return strncmp(t->text, "mold: ", 6) == 0 ? t->text + 6 : t->text;
}

static void add_of_linker(struct says *s, const struct written *w, unsigned file)
{
	for (size_t i = 0; i < sizeof(ld_texts) / sizeof(ld_texts[0]); i++)
		if (strcmp(ld_texts[i].name, w->text) == 0)
			add_row(s, w, file)->pattern = text_pattern(s->a, w, behind_name(&ld_texts[i]));
}

static void add_texts(struct says *s, const struct written *w, unsigned file)
{
	if (tables[file].rows == ld_rows)
		add_of_linker(s, w, file);
	else if (tables[file].rows == go_rows)
		add_named(s, w, file, go_texts, sizeof(go_texts) / sizeof(go_texts[0]));
	else if (tables[file].rows == language_rows)
		add_named(s, w, file, py_texts, sizeof(py_texts) / sizeof(py_texts[0]));
	else if (tables[file].rows == macho_rows)
		add_named(s, w, file, dyld_texts, sizeof(dyld_texts) / sizeof(dyld_texts[0]));
	else if (tables[file].rows == windows_rows)
		add_named(s, w, file, windows_texts, sizeof(windows_texts) / sizeof(windows_texts[0]));
	else if (strcmp(w->speaker, "musl") == 0)
		add_named(s, w, file, musl_texts, sizeof(musl_texts) / sizeof(musl_texts[0]));
	else
		add_named(s, w, file, glibc_texts, sizeof(glibc_texts) / sizeof(glibc_texts[0]));
}

const struct says_row *says_rows(struct arena *a, size_t *n)
{
	struct says s = { .a = a };

	for (unsigned f = 0; f < sizeof(tables) / sizeof(tables[0]); f++)
		for (size_t i = 0; i < tables[f].n; i++) {
			const struct written *w = &tables[f].rows[i];

			if (w->text != NULL)
				add_texts(&s, w, f);
			else
				add_row(&s, w, f);
		}
	*n = s.rows.n;
	return s.rows.items;
}
