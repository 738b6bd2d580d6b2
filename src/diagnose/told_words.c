/* told_words.c - reads told.def for a fact. */
#include "diagnose/told_words.h"

#include <ctype.h>
#include <string.h>

#include "diagnose/d_import.h"
#include "diagnose/told_case.h"
#include "message/pattern.h"
#include "symbol/demangle.h"

struct words {
	enum cause cause;
	const char *detail, *object, *symbol, *summary, *hint;
};
struct way {
	enum cause cause;
	const char *detail, *kind, *risk, *says, *command;
};
struct other {
	enum cause cause;
	const char *detail;
	enum cause also;
};

struct shade {
	const char *sentence, *detail, *words;
};

#define TOLD(cause, detail, object, symbol, summary, hint)
#define TOLD_FIX(cause, detail, kind, risk, says, command)
#define TOLD_ALSO(cause, detail, also)
#define TOLD_AS(sentence, detail, words)

#undef TOLD
#define TOLD(cause, detail, object, symbol, summary, hint)                                                   \
	{ CAUSE_##cause, detail, object, symbol, summary, hint },
static const struct words words[] = {
#include "diagnose/told.def"
};
#undef TOLD
#define TOLD(cause, detail, object, symbol, summary, hint)
#undef TOLD_FIX
#define TOLD_FIX(cause, detail, kind, risk, says, command)                                                   \
	{ CAUSE_##cause, detail, kind, risk, says, command },
static const struct way ways[] = {
#include "diagnose/told.def"
};
#undef TOLD_FIX
#define TOLD_FIX(cause, detail, kind, risk, says, command)
#undef TOLD_ALSO
#define TOLD_ALSO(cause, detail, also) { CAUSE_##cause, detail, CAUSE_##also },
static const struct other others[] = {
#include "diagnose/told.def"
};
#undef TOLD_ALSO
#define TOLD_ALSO(cause, detail, also)
#undef TOLD_AS
#define TOLD_AS(sentence, detail, words) { sentence, detail, words },
static const struct shade shades[] = {
#include "diagnose/told.def"
};
#undef TOLD
#undef TOLD_FIX
#undef TOLD_ALSO
#undef TOLD_AS

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

/* ---- values in sentences -------------------------------------------------------------------- */

static bool field_named(const char *name, size_t n, enum msg_field *out)
{
	for (size_t f = 0; f < MSG_NFIELDS; f++) {
		const char *known = msg_field_name((enum msg_field)f);

		if (strlen(known) == n && memcmp(known, name, n) == 0) {
			*out = (enum msg_field)f;
			return true;
		}
	}
	return false;
}

static bool is_named(const char *name, size_t n, const char *want)
{
	return strlen(want) == n && memcmp(name, want, n) == 0;
}

/* "needed_by" may be the name of a module: there is no file of that name to ask. */
static const char *file_of(const struct msg_fact *f)
{
	const char *by = f->field[MSG_NEEDED_BY];

	return by != NULL && same_text(by, f->field[MSG_MODULE]) ? NULL : by;
}

/* Windows names the module whose DLL it does not find, and no file: "_foo" of "pkg._foo". */
static const char *extension_of(const struct msg_fact *f)
{
	const char *module = f->field[MSG_MODULE], *dot = module != NULL ? strrchr(module, '.') : NULL;

	if (!same_text(f->speaker, "windows") || f->field[MSG_OBJECT] != NULL)
		return NULL;
	return dot != NULL ? dot + 1 : module;
}

/* The object, or who needs one without a name, if it is a script by its name. */
static const char *script_of(const struct msg_fact *f)
{
	static const char *const scripts[] = { "*.sh",	"*.bash", "*.zsh", "*.ksh", "*.csh", "*.fish",
					       "*.py",	"*.pl",	  "*.rb",  "*.js",  "*.mjs", "*.php",
					       "*.lua", "*.tcl",  "*.awk", "*entrypoint" };
	const char *object = f->field[f->field[MSG_OBJECT] != NULL ? MSG_OBJECT : MSG_NEEDED_BY];

	for (size_t i = 0; object != NULL && i < sizeof(scripts) / sizeof(scripts[0]); i++)
		if (matches_pattern(base_name(object), scripts[i]))
			return object;
	return NULL;
}

/* A word size alone. */
static bool is_bits(const char *machine)
{
	return strcmp(machine, "32") == 0 || strcmp(machine, "64") == 0;
}

/* The file that holds the object: "libx.a" of "libx.a(y.o)". Programs take no member by its name. */
static const char *container_of(struct arena *a, const struct msg_fact *f)
{
	const char *object = f->field[MSG_OBJECT], *member = object != NULL ? strrchr(object, '(') : NULL;

	if (member == NULL || member == object || object[strlen(object) - 1] != ')')
		return object;
	return arena_strndup(a, object, (size_t)(member - object));
}

/* The file is named by its place in a Python package: what pip calls that package. */
static const char *site_package_of(struct arena *a, const struct msg_fact *f)
{
	static const char *const marks[] = { "/site-packages/", "/dist-packages/" };
	const char *object = f->field[MSG_OBJECT], *at = NULL;
	size_t n;

	for (size_t i = 0; object != NULL && at == NULL && i < COUNT(marks); i++)
		if ((at = strstr(object, marks[i])) != NULL)
			at += strlen(marks[i]);
	n = at != NULL ? strcspn(at, "/.") : 0;
	return n > 0 && (isalnum((unsigned char)at[0]) || at[0] == '_') ?
		import_distribution(a, arena_strndup(a, at, n)) : NULL;
}

/* PyTorch compiles some extensions when they are first used, and keeps them in a folder of that name. */
static const char *compiled_of(const struct msg_fact *f)
{
	const char *object = f->field[MSG_OBJECT];

	return object != NULL && strstr(object, "/torch_extensions/") != NULL ? object : NULL;
}

/* The object, if a program has unpacked itself, or a library of its own, to run it from there. */
static const char *unpacked_of(const struct msg_fact *f)
{
	static const char *const folders[] = { "/tmp/*", "/var/tmp/*", "/dev/shm/*" };
	const char *object = f->field[MSG_OBJECT];

	for (size_t i = 0; object != NULL && i < COUNT(folders); i++)
		if (matches_pattern(object, folders[i]))
			return object;
	return NULL;
}

/* What a fact says of "needed_by": the file's name without its folder, a symbol made short. "by_file",
 * "container", "extension", "script", "site_package", "compiled", "unpacked" and "elsewhere" are no fields
 * of their own. */
static const char *value_of(struct arena *a, const struct msg_fact *f, const char *name, size_t n)
{
	enum msg_field field;

	if (is_named(name, n, "by_file"))
		return file_of(f);
	if (is_named(name, n, "container"))
		return container_of(a, f);
	if (is_named(name, n, "extension"))
		return extension_of(f);
	if (is_named(name, n, "script"))
		return script_of(f);
	if (is_named(name, n, "site_package"))
		return site_package_of(a, f);
	if (is_named(name, n, "compiled"))
		return compiled_of(f);
	if (is_named(name, n, "unpacked"))
		return unpacked_of(f);
	if (is_named(name, n, "elsewhere"))
		return compiled_of(f) == NULL && site_package_of(a, f) == NULL ? f->field[MSG_OBJECT] : NULL;
	if (!field_named(name, n, &field) || f->field[field] == NULL)
		return NULL;
	if ((field == MSG_HAVE || field == MSG_ARCH) && is_bits(f->field[field]))
		return arena_printf(a, "%s-bit", f->field[field]);
	if (field == MSG_SYMBOL) {
		const char *import = strncmp(f->field[field], "__imp_", 6) == 0 ? "__imp_" : "";
		const char *readable = demangle_short(a, f->field[field] + strlen(import));

		return symbol_word(a, readable != NULL ? readable : f->field[field]);
	}
	return f->field[field];
}

static void put_value(struct arena *a, const struct msg_fact *f, struct arena_text *b, const char *name,
		      size_t n)
{
	const char *value = value_of(a, f, name, n);

	arena_text_str(a, b, value != NULL ? value : "something");
}

static void put_sentence(struct arena *a, const struct msg_fact *f, struct arena_text *b, const char *s,
			 const char *end);

/* The bracket that closes the one at s. */
static const char *closing(const char *s, const char *end)
{
	unsigned depth = 0;

	for (; s < end; s++) {
		depth += *s == '[';
		if (*s == ']' && --depth == 0)
			return s;
	}
	return end;
}

/* The end of the alternative at s: a bar that is in no bracket. */
static const char *alternative(const char *s, const char *end)
{
	for (; s < end && *s != '|'; s++)
		if (*s == '[')
			s = closing(s, end);
	return s < end ? s : end;
}

/* Fields of s[0, end) that are in no bracket of their own. */
static bool has_fields(struct arena *a, const struct msg_fact *f, const char *s, const char *end)
{
	for (; s < end; s++) {
		const char *close = *s == '{' ? memchr(s, '}', (size_t)(end - s)) : NULL;

		if (*s == '[')
			s = closing(s, end);
		else if (close != NULL && value_of(a, f, s + 1, (size_t)(close - s - 1)) == NULL)
			return false;
	}
	return true;
}

/* [one|other]: the first whose fields are all named, or nothing. */
static void put_choice(struct arena *a, const struct msg_fact *f, struct arena_text *b, const char *s,
		       const char *end)
{
	while (s < end) {
		const char *bar = alternative(s, end);

		if (has_fields(a, f, s, bar)) {
			put_sentence(a, f, b, s, bar);
			return;
		}
		s = bar + 1;
	}
}

static void put_sentence(struct arena *a, const struct msg_fact *f, struct arena_text *b, const char *s,
			 const char *end)
{
	for (; s < end; s++) {
		const char *close = *s == '{' ? memchr(s, '}', (size_t)(end - s)) : NULL;

		if (*s == '[') {
			close = closing(s, end);
			put_choice(a, f, b, s + 1, close);
			s = close;
		} else if (close != NULL) {
			put_value(a, f, b, s + 1, (size_t)(close - s - 1));
			s = close;
		} else {
			arena_text_add(a, b, s, 1);
		}
	}
}

/* A sentence of told.def with its values. Long values are cut by who prints it. */
static const char *sentence(struct arena *a, const struct msg_fact *f, const char *s)
{
	struct arena_text b = { NULL, 0, 0 };

	put_sentence(a, f, &b, s, s + strlen(s));
	return arena_text_end(a, &b);
}

/* The first of the fields of a list, divided by blanks, that is named. */
static const char *first_of(const struct msg_fact *f, const char *list)
{
	while (*list != '\0') {
		size_t n = strcspn(list, " ");
		enum msg_field field;

		if (field_named(list, n, &field) && f->field[field] != NULL)
			return f->field[field];
		list += n;
		list += *list == ' ';
	}
	return NULL;
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* How well a row fits: it is for this sentence, for this detail, or for all. */
enum fit { FOR_SENTENCE, FOR_DETAIL, FOR_ALL };

/* "dyld-symbol*" is a sentence, "@dyld" who says it. */
static bool is_shaded(const struct shade *s, const struct msg_fact *f)
{
	if (strcmp(s->detail, "*") != 0 && !same_text(s->detail[0] != '\0' ? s->detail : NULL, f->detail))
		return false;
	if (s->sentence[0] == '@')
		return same_text(s->sentence + 1, f->speaker);
	return matches_pattern(f->id, s->sentence);
}

/* The words for this sentence where those for its detail do not fit, or NULL. */
static const char *shade_of(const struct msg_fact *f)
{
	for (size_t i = 0; f->id != NULL && i < COUNT(shades); i++)
		if (is_shaded(&shades[i], f))
			return shades[i].words;
	return NULL;
}

static bool fits(const char *detail, const struct msg_fact *f, enum fit fit)
{
	const char *have = fit == FOR_SENTENCE ? shade_of(f) : f->detail != NULL ? f->detail : "";

	return fit == FOR_ALL ? detail[0] == '\0' : have != NULL && strcmp(detail, have) == 0;
}

enum cause told_cause(const struct msg_fact *f)
{
	size_t i = 0;

	while (i < CAUSE_COUNT && strcmp(dlwhy_cause_at(i)->code, f->code) != 0)
		i++;
	return (enum cause)i;
}

static const struct words *words_for(const struct msg_fact *f)
{
	enum cause cause = told_cause(f);

	for (enum fit fit = FOR_SENTENCE; fit <= FOR_ALL; fit++)
		for (size_t i = 0; i < COUNT(words); i++)
			if (words[i].cause == cause && fits(words[i].detail, f, fit))
				return &words[i];
	return NULL;
}

/* The nearest sentence of which all is named: one with a gap says less than a general one. */
static const char *summary_for(struct arena *a, const struct msg_fact *f)
{
	const struct words *nearest = words_for(f);
	enum cause cause = told_cause(f);

	for (enum fit fit = FOR_SENTENCE; fit <= FOR_ALL; fit++)
		for (size_t i = 0; i < COUNT(words); i++) {
			const char *s = words[i].summary;

			if (words[i].cause == cause && fits(words[i].detail, f, fit) &&
			    has_fields(a, f, s, s + strlen(s)))
				return sentence(a, f, s);
		}
	return nearest != NULL ? sentence(a, f, nearest->summary) : NULL;
}

const char *told_speaker(struct arena *a, const struct msg_fact *f)
{
	return arena_printf(a, "%s says", f->speaker != NULL ? f->speaker : "the text");
}

const char *told_hint(struct arena *a, const struct msg_fact *f)
{
	const struct words *w = words_for(f);

	if (w == NULL || w->hint[0] == '\0' || !has_fields(a, f, w->hint, w->hint + strlen(w->hint)))
		return NULL;
	return sentence(a, f, w->hint);
}

void told_add_ways(struct diag *d, struct draft *dr, const struct msg_fact *f)
{
	size_t known = dr->fixes.n;
	bool installs = known > 0 && strcmp(dr->fixes.items[0]->f.kind, "install") == 0;

	for (enum fit fit = FOR_SENTENCE; fit <= FOR_ALL && dr->fixes.n == known; fit++)
		for (size_t i = 0; i < COUNT(ways); i++) {
			const char *command;
			struct fix *way;

			/* Its package is known: no need to look for it. */
			if (installs && strcmp(ways[i].kind, "install") == 0)
				continue;
			if (ways[i].cause != dr->cause || !fits(ways[i].detail, f, fit) ||
			    !has_fields(d->a, f, ways[i].says, ways[i].says + strlen(ways[i].says)) ||
			    !has_fields(d->a, f, ways[i].command, ways[i].command + strlen(ways[i].command)))
				continue;
			way = draft_fix(d, dr, ways[i].kind, ways[i].risk, sentence(d->a, f, ways[i].says));
			command = sentence(d->a, f, ways[i].command);
			if (command[0] != '\0' && !(d->no_apt && starts_with(command, "apt-")))
				fix_command(d, way, command);
		}
}

/* The other cause has the same detail where there are words for it. */
static const char *detail_of(const struct other *o)
{
	for (size_t i = 0; i < COUNT(words) && o->detail[0] != '\0'; i++)
		if (words[i].cause == o->also && strcmp(words[i].detail, o->detail) == 0)
			return o->detail;
	return NULL;
}

static void add_others(struct diag *d, struct draft *dr, const struct msg_fact *f)
{
	for (enum fit fit = FOR_SENTENCE; fit <= FOR_ALL && dr->also.n == 0; fit++)
		for (size_t i = 0; i < COUNT(others); i++)
			if (others[i].cause == dr->cause && fits(others[i].detail, f, fit))
				draft_also(d, dr, others[i].also, detail_of(&others[i]), dr->f.object);
}

void told_fill(struct diag *d, struct draft *dr, const struct msg_fact *f)
{
	const struct words *w = words_for(f);

	dr->f.object = first_of(f, w != NULL ? w->object : "object lib header package flag tool module file");
	dr->f.symbol = first_of(f, w != NULL ? w->symbol : "symbol");
	dr->f.needed_by = f->field[MSG_NEEDED_BY];
	dr->version = f->field[MSG_VERSION];
	if (w != NULL)
		draft_say(d, dr, "%s", summary_for(d->a, f));
	told_known(d, dr, f);
	told_add_ways(d, dr, f);
	add_others(d, dr, f);
}

void told_merge(struct diag *d, struct draft *dr, const struct msg_fact *first, const struct msg_fact *f)
{
	const char *have = dr->f.symbol, *more = f->field[MSG_VERSION];
	const struct words *w = words_for(first);

	if (have == NULL || more == NULL || first->field[MSG_VERSION] == NULL || w == NULL ||
	    !starts_with(w->symbol, "version") || compare_versions(have, more) >= 0)
		return;
	dr->f.symbol = dr->version = more;
	draft_say(d, dr, "%s", summary_for(d->a, f));
}
