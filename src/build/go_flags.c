/* go_flags.c - which flags Go takes from #cgo lines and pkg-config: a list of regular expressions, and the
 * user's own in $CGO_LDFLAGS_ALLOW, $CGO_LDFLAGS_DISALLOW and their like.
 *
 * Where upstream decides: cmd/go/internal/work/security.go (checkFlags). The patterns are tried as Go tries
 * them: the leftmost match must be the whole word.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "build/go_flags.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "build/go_env.h"
#include "build/go_text.h"
#include "message/go_text.h"

/* ---- regular expressions ----------------------------------------------------------------------- */

struct go_regexp {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
};

enum { MATCH_LIMIT = 1000000, DEPTH_LIMIT = 20000, HEAP_LIMIT = 32 << 10 /* KiB */ };

/* Go's words for what PCRE2 refuses, by the commonest of its errors. */
static const char *error_words(struct arena *a, int code, const char *pattern, size_t at)
{
	char text[160];

	switch (code) {
	case 106:
		return arena_printf(a, "error parsing regexp: missing closing ]: `%s`",
				    strchr(pattern, '[') != NULL ? strrchr(pattern, '[') : pattern);
	case 108: {
		size_t from = at;

		while (from > 0 && pattern[from] != '-')
			from--;
		return arena_printf(a, "error parsing regexp: invalid character class range: `%.3s`",
				    pattern + (from > 0 ? from - 1 : 0));
	}
	case 109: {
		size_t from = at > 0 ? at - 1 : 0;

		return arena_printf(a,
				    "error parsing regexp: missing argument to repetition operator: `%.1s`",
				    pattern + from);
	}
	case 114: return arena_printf(a, "error parsing regexp: missing closing ): `%s`", pattern);
	case 122: return arena_printf(a, "error parsing regexp: unexpected ): `%s`", pattern);
	case 101: return "error parsing regexp: trailing backslash at end of expression: ``";
	default: break;
	}
	if (pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof(text)) < 0)
		return "error parsing regexp";
	return arena_printf(a, "error parsing regexp: %s: `%s`", text, pattern);
}

/* "{2,1}", "{1001}": a count that Go does not take. */
static bool bad_repeat(const char *s)
{
	char *end;
	unsigned long min, max;

	if (s[1] < '0' || s[1] > '9')
		return false;
	min = max = strtoul(s + 1, &end, 10);
	if (*end == ',' && end[1] >= '0' && end[1] <= '9')
		max = strtoul(end + 1, &end, 10);
	else if (*end == ',')
		end++;
	return *end == '}' && (min > 1000 || max > 1000 || max < min);
}

/* What Go's syntax has not, though PCRE2 would take it: look-around, references, atomic and possessive. */
static const char *not_in_go(struct arena *a, const char *p)
{
	for (; *p != '\0'; p++) {
		if (*p == '\\') {
			if (p[1] >= '1' && p[1] <= '9')
				return arena_printf(
					a, "error parsing regexp: invalid escape sequence: `%.2s`", p);
			if (p[1] != '\0' && strchr("GKRXZeghklcyuoNHVij", p[1]) != NULL)
				return arena_printf(
					a, "error parsing regexp: invalid escape sequence: `%.2s`", p);
			p += p[1] != '\0';
		} else if (*p == '(' && p[1] == '?' && p[2] != '\0' && strchr("=!>|#&R+", p[2]) != NULL) {
			return arena_printf(
				a, "error parsing regexp: invalid or unsupported Perl syntax: `%.3s`", p);
		} else if (go_starts(p, "(?<=") || go_starts(p, "(?<!")) {
			size_t n = strcspn(p, ")");

			return arena_printf(a, "error parsing regexp: invalid named capture: `%.*s`",
					    (int)(n + (p[n] == ')')), p);
		} else if (*p == '{' && bad_repeat(p)) {
			return arena_printf(a, "error parsing regexp: invalid repeat count: `%.*s`",
					    (int)strcspn(p, "}") + 1, p);
		} else if ((*p == '*' || *p == '+' || *p == '?') && (p[1] == '+' || p[1] == '*')) {
			return arena_printf(
				a, "error parsing regexp: invalid nested repetition operator: `%.2s`", p);
		}
	}
	return NULL;
}

static void *take(PCRE2_SIZE size, void *arena)
{
	return arena_alloc(arena, size);
}

static void keep(void *p, void *arena)
{
	(void)p;
	(void)arena;
}

struct go_regexp *go_regexp_new(struct arena *a, const char *pattern, const char **error)
{
	pcre2_general_context *memory;
	struct go_regexp *r;
	PCRE2_SIZE at;
	int code;

	*error = not_in_go(a, pattern);
	if (*error != NULL)
		return NULL;
	memory = pcre2_general_context_create(take, keep, a);
	r = ARENA_NEW(a, struct go_regexp);
	r->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
				PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C, &code, &at,
				pcre2_compile_context_create(memory));
	if (r->code == NULL) {
		*error = error_words(a, code, pattern, at);
		return NULL;
	}
	r->match = pcre2_match_data_create(1, memory);
	r->limits = pcre2_match_context_create(memory);
	pcre2_set_match_limit(r->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(r->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(r->limits, HEAP_LIMIT);
	return r;
}

bool go_regexp_whole(const struct go_regexp *r, const char *s)
{
	size_t n = strlen(s);
	const PCRE2_SIZE *v = pcre2_get_ovector_pointer(r->match);
	int rc = pcre2_match(r->code, (PCRE2_SPTR)s, n, 0, 0, r->match, r->limits);

	/* FindString gives "" where nothing matches: an empty word is then equal to it. */
	if (rc < 0)
		return n == 0;
	return v[0] == 0 && v[1] == n;
}

/* ---- the lists -------------------------------------------------------------------------------- */

static const struct {
	enum go_flag_list list;
	const char *pattern;
} patterns[] = {
#define GO_FLAG(list, pattern) { GO_LIST_##list, pattern },
#define GO_NEXT(list, flag)
#include "build/go_flags.def"
#undef GO_FLAG
#undef GO_NEXT
};

static const struct {
	enum go_flag_list list;
	const char *flag;
} with_next[] = {
#define GO_FLAG(list, pattern)
#define GO_NEXT(list, flag) { GO_LIST_##list, flag },
#include "build/go_flags.def"
#undef GO_FLAG
#undef GO_NEXT
};

enum { NPATTERNS = sizeof(patterns) / sizeof(patterns[0]), NNEXT = sizeof(with_next) / sizeof(with_next[0]) };

struct checker {
	struct go *g;
	const char *source;
	const struct go_words *list;
	enum go_flag_list valid;
	struct go_regexp **compiled; /* NPATTERNS, for the whole of g */
	struct go_regexp *allow, *disallow;
	struct go_refusal *out;
};

/* Does a pattern of that list take the whole word? */
static bool on_list(struct checker *c, enum go_flag_list list, const char *word)
{
	for (size_t i = 0; i < NPATTERNS; i++) {
		const char *error;

		if (patterns[i].list != list)
			continue;
		if (c->compiled[i] == NULL)
			c->compiled[i] = go_regexp_new(c->g->a, patterns[i].pattern, &error);
		if (c->compiled[i] != NULL && go_regexp_whole(c->compiled[i], word))
			return true;
	}
	return false;
}

static struct go_regexp *user_regexp(struct checker *c, const char *name, const char *suffix)
{
	const char *variable = arena_printf(c->g->a, "CGO_%s_%s", name, suffix), *error;
	const char *value = go_getenv(c->g, variable);
	struct go_regexp *r = *value != '\0' ? go_regexp_new(c->g->a, value, &error) : NULL;

	if (r == NULL && *value != '\0' && c->out->text == NULL) {
		c->out->text = arena_printf(c->g->a, GO_TEXT_CGO_REGEXP, variable, error);
		c->out->regexp = true;
		c->out->variable = variable;
		c->out->flag = value;
	}
	return r;
}

/* "-Wl,--push-state,A,B": each of them alone. */
static bool push_state(struct checker *c, const char *word)
{
	const char *s = strchr(word, ',');

	while (s != NULL) {
		size_t n = strcspn(s + 1, ",");
		const char *one = arena_printf(c->g->a, "-Wl,%.*s", (int)n, s + 1);

		if (!on_list(c, c->valid, one) ||
		    (c->valid == GO_LIST_LINKER && on_list(c, GO_LIST_NOT_LINKER, one)))
			return false;
		s = s[n + 1] == ',' ? s + n + 1 : NULL;
	}
	return true;
}

static bool is_allowed(struct checker *c, const char *word)
{
	if (c->disallow != NULL && go_regexp_whole(c->disallow, word))
		return false;
	if (c->allow != NULL && go_regexp_whole(c->allow, word))
		return true;
	if (c->valid == GO_LIST_LINKER && on_list(c, GO_LIST_NOT_LINKER, word))
		return false;
	if (on_list(c, c->valid, word))
		return true;
	return go_starts(word, "-Wl,--push-state,") && push_state(c, word);
}

static bool is_refused_at_once(struct checker *c, const char *word)
{
	bool by_user = c->disallow != NULL && go_regexp_whole(c->disallow, word);

	return by_user || (c->valid == GO_LIST_LINKER && on_list(c, GO_LIST_NOT_LINKER, word)) ||
	       go_starts(word, "-Wl,--push-state,");
}

static bool takes_next(const struct checker *c, const char *word)
{
	for (size_t i = 0; i < NNEXT; i++)
		if (with_next[i].list == c->valid && strcmp(with_next[i].flag, word) == 0)
			return true;
	return false;
}

static bool good_next(const char *word, const char *next)
{
	if (go_safe_arg(next))
		return true;
	if (go_starts(word, "-Wl,") && go_starts(next, "-Wl,") && go_safe_arg(next + 4) &&
	    strchr(next + 4, ',') == NULL)
		return true;
	return strcmp(word, "-I") == 0 && (next[0] == '=' || go_starts(next, "$SYSROOT")) &&
	       go_safe_arg(next + 1);
}

static void refuse(struct checker *c, size_t i, const char *flag, const char *shown)
{
	c->out->index = i;
	c->out->flag = flag;
	c->out->text = arena_printf(c->g->a, GO_TEXT_CGO_FLAG, c->source, shown);
}

/* With its argument. */
static void refuse_both(struct checker *c, size_t i, const char *flag)
{
	refuse(c, i, flag, flag);
}

static void check_all(struct checker *c)
{
	const struct go_words *l = c->list;

	for (size_t i = 0; i < l->n && c->out->text == NULL; i++) {
		const char *word = l->items[i];

		if (is_allowed(c, word))
			continue;
		if (is_refused_at_once(c, word) || !takes_next(c, word))
			refuse(c, i, word, word);
		else if (i + 1 >= l->n)
			refuse(c, i, word, arena_printf(c->g->a, "%s without argument", word));
		else if (!good_next(word, l->items[i + 1]))
			refuse_both(c, i, arena_printf(c->g->a, "%s %s", word, l->items[i + 1]));
		else
			i++;
	}
}

void go_check_flags(struct go *g, const char *name, const char *source, const struct go_words *list,
		    enum go_flag_list valid, struct go_refusal *out)
{
	struct checker c = { .g = g, .source = source, .list = list, .valid = valid, .out = out };

	c.compiled = map_get_str(&g->packages, "\001regexps");
	if (c.compiled == NULL) {
		c.compiled = ARENA_ARRAY(g->a, NPATTERNS, struct go_regexp *);
		map_put_str(&g->packages, "\001regexps", c.compiled);
	}
	*out = (struct go_refusal){ .text = NULL };
	if (*name != '\0') {
		c.allow = user_regexp(&c, name, "ALLOW");
		c.disallow = user_regexp(&c, name, "DISALLOW");
	}
	if (out->text == NULL)
		check_all(&c);
}
