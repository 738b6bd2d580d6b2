/* pattern.c - the language of the tables becomes regular expressions, and literal words. */
#include "message/pattern.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* ---- fields ------------------------------------------------------------------------------- */

#define QUOTES "'\"`"
/* A path: no blank, no quotation mark; a colon only behind the letter of a drive. */
#define PATH "(?!(?:error|warning|fatal|note|info|debug|undefined|libraries)(?![\\w./-]))" \
	"(?:[A-Za-z]:(?=[\\\\/]))?" \
	"[^\\s" QUOTES ":,;<>|*?()][^\\s" QUOTES ":,;<>|*?]*"
#define NAME "[^\\s" QUOTES ",;:()<>]+"

static const struct {
	const char *name, *shape;
} fields[MSG_NFIELDS] = {
	[MSG_OBJECT] = { "object", PATH },
	[MSG_NEEDED_BY] = { "needed_by", PATH },
	/* With what compilers put behind a name for people: parameters, and const. */
	[MSG_SYMBOL] =
	{ "symbol", "[^\\s" QUOTES ",;()]+(?:\\([^\\n" QUOTES "]{0,2000}?\\)(?: const)?(?![\\w(]))?" },
	[MSG_VERSION] = { "version", NAME },
	[MSG_HAVE] = { "have", NAME },
	[MSG_LIB] = { "lib", ":?" NAME },
	[MSG_FILE] = { "file", PATH },
	[MSG_LINE] = { "line", "[0-9]+" },
	[MSG_HEADER] = { "header", "[^\\s" QUOTES ",;:]+" },
	[MSG_TOOL] = { "tool", PATH },
	[MSG_ARCH] = { "arch", "[^\\s" QUOTES ",;()]+" },
	[MSG_FLAG] = { "flag", "[^\\s" QUOTES "]+" },
	[MSG_PACKAGE] = { "package", NAME },
	[MSG_MODULE] = { "module", NAME },
	[MSG_ERROR] = { "error", "[^\\n\"]+" },
	[MSG_TEXT] = { "text", "[^\\n]+" },
};

const char *msg_field_name(enum msg_field f)
{
	return (size_t)f < MSG_NFIELDS ? fields[f].name : NULL;
}

static bool field_find(const char *s, size_t n, enum msg_field *out)
{
	for (size_t i = 0; i < MSG_NFIELDS; i++)
		if (strlen(fields[i].name) == n && memcmp(fields[i].name, s, n) == 0) {
			*out = (enum msg_field)i;
			return true;
		}
	return false;
}

/* ---- letters with a mark ------------------------------------------------------------------ */

/* Letters from U+00C0 to U+017F without their mark. Texts pass through programs that take them for another
 * encoding, and come out with other bytes in their places, with a '?', or without the mark. */
static const char plain_letters[] =
	"AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty"
	"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiJjJjKkkLlLlLlL"
	"lLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

/* The letter without its mark, if a letter with one begins at s; else 0. */
static char plain_letter(const char *s)
{
	unsigned char lead = (unsigned char)s[0], tail = (unsigned char)s[1];

	if (lead < 0xc3 || lead > 0xc5 || (tail & 0xc0) != 0x80)
		return '\0';
	return plain_letters[(lead - 0xc3u) * 64 + (tail & 0x3fu)];
}

/* ---- reading a pattern -------------------------------------------------------------------- */

struct reading {
	const char *start, *s;
	enum pattern_mode mode;
	struct pattern_regex *out;
	char last;               /* the literal character before, or a blank */
};

static bool is_quote(char c)
{
	return c == '\'' || c == '`' || c == '"';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static void fail(struct reading *r, const char *why)
{
	if (r->out->error == NULL)
		r->out->error = why;
	r->s += strlen(r->s);
}

static void put(struct reading *r, const char *s)
{
	buf_str(&r->out->text, s);
}

static void put_literal(struct reading *r, char c)
{
	if (strchr("\\^$.[]|()?*+{}#-/", c) != NULL)
		buf_char(&r->out->text, '\\');
	buf_char(&r->out->text, c);
	r->last = c;
}

/* A letter with a mark, or what is left of it. */
static void put_letter(struct reading *r, char plain)
{
	buf_printf(&r->out->text, "(?:%.2s|[%c?]e?|[\x80-\xff]{1,8})", r->s, plain);
	r->last = plain;
	r->s += 2;
}

static const char *blank(const struct reading *r)
{
	/* Somebody may have put a part of the sentence between marks of code. */
	return r->mode == PATTERN_LOOSE ? "(?:(?>\\s*)(?:`(?>\\s*))?"
					  "?)"
					: "(?>[ \\t]+\\n?[ \\t]*|\\n[ \\t]*)";
}

static void put_blank(struct reading *r)
{
	while (is_blank(*r->s))
		r->s++;
	put(r, blank(r));
	r->last = ' ';
}

/* The end of what stands in braces that begin at s: its closing brace, NULL if there is none. */
static const char *closing(const char *s)
{
	unsigned depth = 0;

	for (; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		else if (*s == '{')
			depth++;
		else if (*s == '}' && --depth == 0)
			return s;
	}
	return NULL;
}

static enum msg_field new_group(struct reading *r, const char *name, size_t n)
{
	enum msg_field f = MSG_TEXT;

	if (!field_find(name, n, &f))
		fail(r, "there is no such field");
	else if (r->out->groups == PATTERN_GROUPS)
		fail(r, "there are too many fields");
	else
		r->out->field[++r->out->groups] = f;
	return f;
}

/* A shape of its own; a blank in it, outside of a class, is a blank of the text. */
static void put_shape(struct reading *r, const char *s, const char *end)
{
	bool class = false;

	for (; s < end; s++) {
		if (*s == '\\' && s + 1 < end) {
			buf_add(&r->out->text, s++, 2);
		} else if (*s == ' ' && !class) {
			put(r, blank(r));
		} else {
			if (*s == '[' && !class && s + 1 < end) {
				class = true;
				/* A field is in one line, whatever else it may hold. */
				if (s[1] == '^') {
					put(r, "[^\\n");
					s += s[2] == ']' ? 2 : 1;
					if (*s == ']')
						put(r, "\\]");
					continue;
				}
				/* A bracket that comes first in a class is one of its members. */
				if (s[1] == ']')
					buf_char(&r->out->text, *s++);
			} else if (*s == ']') {
				class = false;
			}
			buf_char(&r->out->text, *s);
		}
	}
}

/* What a name looks like that has lost the marks around it: no plain word, and not the end of one. */
#define NO_WORD "(?<!\\w)(?=\\S*(?-i:[A-Z0-9_/+]|[.:-]\\w))"

/* Not in the middle of a word. */
static void put_edge(struct reading *r)
{
	if (!isalnum((unsigned char)r->last) && strchr("-./\\_", r->last) == NULL)
		put(r, "(?<![\\w./\\\\-])");
}

/* {field} or {field:shape}. `quoted`: between two quotation marks, which are part of it. */
static void put_field(struct reading *r, bool quoted)
{
	const char *end = closing(r->s), *name = r->s + 1, *colon;
	enum msg_field f;

	if (end == NULL) {
		fail(r, "a brace is not closed");
		return;
	}
	colon = memchr(name, ':', (size_t)(end - name));
	f = new_group(r, name, (size_t)((colon != NULL ? colon : end) - name));
	if (colon != NULL && quoted) {
		put(r, "(?|[" QUOTES "]{1,2}(");
		put_shape(r, colon + 1, end);
		put(r, ")[" QUOTES "]{1,2}|" NO_WORD "([^\\s" QUOTES "]+))");
	} else if (colon != NULL) {
		buf_char(&r->out->text, '(');
		put_shape(r, colon + 1, end);
		buf_char(&r->out->text, ')');
	} else if (quoted) {
		/* Whatever the marks hold; or, where they were lost, the usual shape. */
		put(r, "(?|[" QUOTES "]{1,2}([^\\n" QUOTES "]{1,4000})[" QUOTES "]{1,2}|" NO_WORD "(");
		put(r, fields[f].shape);
		put(r, "))");
	} else {
		put_edge(r);
		buf_printf(&r->out->text, "(%s)", fields[f].shape);
	}
	r->last = ' ';
	r->s = end + 1;
}

static bool is_quoted_field(const char *s)
{
	const char *end;

	if (!is_quote(s[0]) || s[1] != '{' || s[2] == '?' || s[2] == '|' || s[2] == '.')
		return false;
	end = closing(s + 1);
	return end != NULL && is_quote(end[1]);
}

/* At the beginning of the pattern, or of an alternative. */
static bool is_first(const struct reading *r)
{
	return r->s == r->start || r->s[-1] == '|' || (r->s[-1] == '?' && r->s - r->start > 1 &&
						       r->s[-2] == '{');
}

static void put_all(struct reading *r, char until);

static void put_braces(struct reading *r)
{
	if (strncmp(r->s, "{...}", 5) == 0) {
		put(r, "[^\\n]{0,400}?");
		r->s += 5;
	} else if (r->s[1] == '?' || r->s[1] == '|') {
		bool optional = r->s[1] == '?';

		r->s += 2;
		put(r, "(?:");
		put_all(r, optional ? '?' : '|');
		put(r, optional ? ")?" : ")");
	} else {
		put_field(r, false);
	}
}

/* Up to the brace that closes {? or {| (`until`), or to the end ('\0'). */
static void put_all(struct reading *r, char until)
{
	while (*r->s != '\0') {
		char c = *r->s;

		if (c == '}' && until != '\0') {
			r->s++;
			return;
		}
		if (until == '|' && c == '|') {
			r->s++;
			put(r, "|");
		} else if (c == '{') {
			put_braces(r);
		} else if (c == '}') {
			fail(r, "a brace is closed that was not opened");
		} else if (is_blank(c)) {
			put_blank(r);
		} else if (plain_letter(r->s) != '\0') {
			put_letter(r, plain_letter(r->s));
		} else if (is_quoted_field(r->s)) {
			r->s++;
			put_field(r, true);
			r->s++;
		} else if (is_quote(c)) {
			put(r, "[" QUOTES "]{0,2}+");
			r->s++;
		} else if (c == '\\' && r->s[1] != '\0') {
			put_literal(r, r->s[1]);
			r->s += 2;
		} else if (c == '^' && is_first(r)) {
			put(r, r->mode == PATTERN_LOOSE ? "(?<![\\w/.\\\\-])" : "^[ \\t]*+");
			r->s++;
		} else if (c == '$' && (r->s[1] == '\0' ||
					(until != '\0' && strchr("|}", r->s[1]) != NULL))) {
			put(r, r->mode == PATTERN_LOOSE ? "(?!\\w)" : "[ \\t]*+$");
			r->s++;
		} else {
			put_literal(r, c);
			r->s++;
		}
	}
	if (until != '\0')
		fail(r, "a brace is not closed");
}

/* Does it begin with a letter, perhaps one of several? */
static bool begins_a_word(const char *s)
{
	while (*s == '{' && (s[1] == '?' || s[1] == '|'))
		s += 2;
	return isalnum((unsigned char)*s) != 0;
}

void pattern_regex(const char *pattern, enum pattern_mode mode, struct pattern_regex *out)
{
	struct reading r = { pattern, pattern, mode, out, ' ' };
	size_t n = strlen(pattern);

	memset(out, 0, sizeof(*out));
	buf_init(&out->text, 64 << 10);
	/* "error:" is not the end of "ImportError:". */
	if (begins_a_word(pattern))
		put(&r, "(?<![A-Za-z0-9_])");
	put_all(&r, '\0');
	if (n > 0 && isalnum((unsigned char)pattern[n - 1]))
		put(&r, "(?![A-Za-z0-9_])");
	if (out->text.failed && out->error == NULL)
		out->error = "it is too long";
}

/* ---- literal words ------------------------------------------------------------------------ */

/* Literal words: as scan.h compares them, and as they are written. */
struct literal {
	struct arena_text folded, written;
};

/* Keeps the longer one of what is in *run and *best. */
static void end_run(struct literal *run, struct literal *best)
{
	struct literal longer = run->folded.n > best->folded.n ? *run : *best;

	*run = run->folded.n > best->folded.n ? *best : *run;
	*best = longer;
	run->folded.n = run->written.n = 0;
}

static void add_literal(struct arena *a, struct literal *run, char written)
{
	char c = (char)pattern_fold((unsigned char)written);

	arena_text_add(a, &run->folded, &c, c != '\0');
	arena_text_add(a, &run->written, &written, 1);
}

/* `plain`: without the letters that may have lost their mark. */
static struct literal longest_run(struct arena *a, const char *pattern, bool plain)
{
	struct literal run = { { NULL, 0, 0 }, { NULL, 0, 0 } }, best = run;

	for (const char *s = pattern; *s != '\0'; s++) {
		if (*s == '{') {
			const char *end = closing(s);

			end_run(&run, &best);
			if (end == NULL)
				break;
			s = end;
		} else if ((*s == '^' && s == pattern) || (*s == '$' && s[1] == '\0')) {
			end_run(&run, &best);
		} else if (plain && plain_letter(s) != '\0') {
			end_run(&run, &best);
			s++;
		} else {
			s += *s == '\\' && s[1] != '\0';
			add_literal(a, &run, *s);
		}
	}
	end_run(&run, &best);
	return best;
}

static struct literal longest_literal(struct arena *a, const char *pattern)
{
	enum { LEAST = 4 };
	struct literal best = longest_run(a, pattern, true);

	return best.folded.n >= LEAST ? best : longest_run(a, pattern, false);
}

const char *pattern_literal(struct arena *a, const char *pattern)
{
	struct literal best = longest_literal(a, pattern);

	return arena_text_end(a, &best.folded);
}

const char *pattern_rest(struct arena *a, const char *pattern, size_t n)
{
	struct literal best = longest_literal(a, pattern);
	const char *s = arena_text_end(a, &best.written);

	for (; *s != '\0' && n > 0; s++)
		n -= pattern_fold((unsigned char)*s) != 0;
	return s;
}

/* ---- matching ----------------------------------------------------------------------------- */

enum {
	MATCH_LIMIT = 300000,  /* steps of PCRE2 for one try */
	JIT_AFTER = 16         /* tries that are made without it: compiling takes longer than they do */
};

struct pattern {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
	unsigned tries;
	bool gave_up;
	enum msg_field field[PATTERN_GROUPS + 1];
	size_t groups;
};

void pattern_free(struct pattern *p)
{
	if (p == NULL)
		return;
	pcre2_match_data_free(p->data);
	pcre2_match_context_free(p->limits);
	pcre2_code_free(p->code);
	free(p);
}

static bool compile(struct pattern *p, const struct pattern_regex *re, const char **error)
{
	int code;
	PCRE2_SIZE at;

	p->code = pcre2_compile((PCRE2_SPTR)re->text.p, re->text.n, PCRE2_CASELESS | PCRE2_MULTILINE, &code,
				&at, NULL);
	if (p->code == NULL) {
		*error = "a shape is no regular expression";
		return false;
	}
	p->data = pcre2_match_data_create_from_pattern(p->code, NULL);
	p->limits = pcre2_match_context_create(NULL);
	if (p->data == NULL || p->limits == NULL)
		return false;
	pcre2_set_match_limit(p->limits, MATCH_LIMIT);
	pcre2_set_heap_limit(p->limits, 8192);
	return true;
}

struct pattern *pattern_new(const char *pattern, enum pattern_mode mode, const char **error)
{
	struct pattern *p = calloc(1, sizeof(*p));
	struct pattern_regex re;
	bool ok = p != NULL;

	*error = NULL;
	pattern_regex(pattern, mode, &re);
	if (ok && re.error != NULL) {
		*error = re.error;
		ok = false;
	}
	ok = ok && compile(p, &re, error);
	if (ok) {
		memcpy(p->field, re.field, sizeof(p->field));
		p->groups = re.groups;
	}
	buf_free(&re.text);
	if (ok)
		return p;
	pattern_free(p);
	return NULL;
}

static void take_fields(const struct pattern *p, struct pattern_match *out)
{
	const PCRE2_SIZE *v = pcre2_get_ovector_pointer(p->data);
	size_t n = pcre2_get_ovector_count(p->data);

	out->start = v[0];
	out->end = v[1];
	for (size_t f = 0; f < MSG_NFIELDS; f++) {
		out->field[f].start = 1;
		out->field[f].end = 0;
	}
	for (size_t g = 1; g <= p->groups && g < n; g++) {
		enum msg_field f = p->field[g];

		if (v[2 * g] == PCRE2_UNSET || v[2 * g] > v[2 * g + 1] ||
		    out->field[f].start <= out->field[f].end)
			continue;
		out->field[f].start = v[2 * g];
		out->field[f].end = v[2 * g + 1];
	}
}

bool pattern_match(struct pattern *p, const char *text, size_t n, size_t from, struct pattern_match *out)
{
	int rc;

	/* Without the compiler for machine code, or where the system forbids it, matching is interpreted. */
	if (p->tries < JIT_AFTER && ++p->tries == JIT_AFTER)
		pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
	rc = pcre2_match(p->code, (PCRE2_SPTR)text, n, from, 0, p->data, p->limits);
	p->gave_up = rc < 0 && rc != PCRE2_ERROR_NOMATCH;
	if (rc <= 0)
		return false;
	take_fields(p, out);
	return out->start <= out->end;
}

bool pattern_gave_up(const struct pattern *p)
{
	return p->gave_up;
}
