/* says.c - the tables of sentences as rows, those made of the loaders' own texts among them; and printing. */
#include "message/says.h"

#include <string.h>

#include "message/pattern.h"

/* ---- the texts of the simulations ----------------------------------------------------------- */

struct loader_text {
	const char *name, *text;
};

#define NEWEST 0
#define ERROR(err, text)
static const struct loader_text glibc_texts[] = {
#define TEXT(id, first, last, text) { #id, text },
#include "loader/text.def"
#undef TEXT
};
static const struct loader_text musl_texts[] = {
#define TEXT(id, text) { #id, text },
#include "loader/musl_text.def"
#undef TEXT
};
#undef ERROR
#undef NEWEST

/* ---- the tables ----------------------------------------------------------------------------- */

/* A row as it is written; `text` names the loader's text of SAYS_TEXT, whose pattern is made at run time. */
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
#define PRINTS(id, template)

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
static const struct written ending_rows[] = {
#include "message/says_ending.def"
};
#undef SAYS
#undef SAYS_TEXT
#undef PRINTS
#undef CAUSE
#undef WARNING
#undef CONTEXT
#undef WRAPPER

#define TABLE(rows) { (rows), sizeof(rows) / sizeof((rows)[0]) }
static const struct {
	const struct written *rows;
	size_t n;
} tables[] = {
	TABLE(elf_rows), TABLE(macho_rows), TABLE(windows_rows), TABLE(language_rows),
	TABLE(ld_rows), TABLE(compiler_rows), TABLE(go_rows), TABLE(build_rows),
	TABLE(translated_rows), TABLE(ending_rows),
};

#define SAYS(id, speaker, kind, rank, code, detail, pattern)
#define SAYS_TEXT(id, speaker, kind, rank, code, detail, text, before, fields, after)
#define PRINTS(id, template) { id, template },
static const struct {
	const char *id, *text;
} templates[] = {
#include "message/says_elf.def"
#include "message/says_macho.def"
#include "message/says_windows.def"
#include "message/says_language.def"
#include "message/says_ld.def"
#include "message/says_compiler.def"
#include "message/says_go.def"
#include "message/says_build.def"
#include "message/says_ending.def"
	{ NULL, NULL },
};
#undef SAYS
#undef SAYS_TEXT
#undef PRINTS

/* ---- rows of the loaders' texts -------------------------------------------------------------- */

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

/* The next field of a comma-separated list as "{field}". */
static void put_field(struct arena *a, struct arena_text *b, const char **fields)
{
	size_t n = strcspn(*fields, ",");

	if (n == 0) {
		arena_text_str(a, b, "{...}");
		return;
	}
	arena_text_add(a, b, "{", 1);
	arena_text_add(a, b, *fields, n);
	arena_text_add(a, b, "}", 1);
	*fields += n + ((*fields)[n] == ',');
}

static const char *text_pattern(struct arena *a, const struct written *w, const char *text)
{
	const char *fields = w->fields;
	struct arena_text b = { NULL, 0, 0 };

	arena_text_str(a, &b, w->pattern);
	for (const char *s = text; *s != '\0'; s++) {
		if (s[0] == '%' && (s[1] == 's' || s[1] == 'd')) {
			put_field(a, &b, &fields);
			s++;
		} else if (*s != '\n' || s[1] != '\0') {
			if (strchr("{}\\", *s) != NULL)
				arena_text_add(a, &b, "\\", 1);
			arena_text_add(a, &b, s, 1);
		}
	}
	arena_text_str(a, &b, w->after);
	return arena_text_end(a, &b);
}

/* One row for each release of the text. */
static void add_texts(struct says *s, const struct written *w, unsigned file)
{
	bool musl = strcmp(w->speaker, "musl") == 0;
	const struct loader_text *texts = musl ? musl_texts : glibc_texts;
	size_t n = musl ? sizeof(musl_texts) / sizeof(musl_texts[0]) :
		sizeof(glibc_texts) / sizeof(glibc_texts[0]);

	for (size_t i = 0; i < n; i++)
		if (strcmp(texts[i].name, w->text) == 0)
			add_row(s, w, file)->pattern = text_pattern(s->a, w, texts[i].text);
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

/* ---- printing ------------------------------------------------------------------------------- */

const char *says_template(const char *id)
{
	for (size_t i = 0; templates[i].id != NULL; i++)
		if (strcmp(templates[i].id, id) == 0)
			return templates[i].text;
	return NULL;
}

const char *says_printed(size_t i)
{
	return i < sizeof(templates) / sizeof(templates[0]) ? templates[i].id : NULL;
}

static const char *value_of(const char *name, size_t n, const char *const fields[MSG_NFIELDS])
{
	for (size_t f = 0; f < MSG_NFIELDS; f++) {
		const char *known = msg_field_name((enum msg_field)f);

		if (strlen(known) == n && memcmp(known, name, n) == 0)
			return fields[f] != NULL ? fields[f] : "";
	}
	return "";
}

const char *msg_print(struct arena *a, const char *id, const char *const fields[MSG_NFIELDS])
{
	const char *s = says_template(id);
	struct arena_text b = { NULL, 0, 0 };

	if (s == NULL)
		return NULL;
	for (; *s != '\0'; s++) {
		const char *end = *s == '{' ? strchr(s, '}') : NULL;

		if (end != NULL) {
			arena_text_str(a, &b, value_of(s + 1, (size_t)(end - s - 1), fields));
			s = end;
		} else {
			s += *s == '\\' && s[1] != '\0';
			arena_text_add(a, &b, s, 1);
		}
	}
	return arena_text_end(a, &b);
}
