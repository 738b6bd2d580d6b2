/* block_dyld.c - what dyld says in several lines: a library that is not loaded, a symbol that is not found.
 *
 *     Library not loaded: @rpath/liba.dylib            Symbol not found: _f
 *       Referenced from: <UUID> /x/prog                  Referenced from: <UUID> /x/prog (built for …)
 *       Reason: tried: '/y/liba.dylib' (no such file)    Expected in: <UUID> /usr/lib/libSystem.B.dylib
 *
 * Reports of crashes and logs put the same on one line, divided by blanks, bars or as JSON. The first
 * candidate that was there and not taken decides why a library is not loaded.
 */
#include "message/block.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"

enum {
	LINES = 12,          /* of one message, those of a list of candidates included */
	RANK = 28,
	MAX_TEXT = 32 << 10
};

/* ---- the text of one message ------------------------------------------------------------------ */

/* What a log puts before each line, behind the time: "ERROR tide.worker: ". */
static size_t level_length(const struct block_line *l)
{
	static const char *const levels[] = { "ERROR ", "CRITICAL ", "FATAL ", "INFO ", "DEBUG " };

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		size_t at = strlen(levels[i]);

		if (l->n < at || strncmp(l->s, levels[i], at) != 0)
			continue;
		while (at < l->n && (isalnum((unsigned char)l->s[at]) || strchr("._-", l->s[at]) != NULL))
			at++;
		if (at < l->n && l->s[at] == ':')
			at++;
		while (at < l->n && l->s[at] == ' ')
			at++;
		return at;
	}
	return 0;
}

/* JSON puts each line in marks. */
static bool begins(const struct block_line *l, const char *word)
{
	size_t n = strlen(word), mark = level_length(l);

	mark += mark == 0 && l->n > 0 && l->s[0] == '"';
	return l->n >= n + mark && strncasecmp(l->s + mark, word, n) == 0;
}

/* Does the line go on with the message above it? */
static bool goes_on(const struct block_line *l)
{
	static const char *const words[] = { "Referenced from", "Reason:", "Expected", "tried:", "'", "/",
					     "in /", "no " };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (begins(l, words[i]))
			return true;
	return false;
}

/* From `word` on, which stands in the line of the reader, with the lines that belong to it. NULL: it does
 * not. */
static const char *gather(struct block *b, const char *word, struct block_line *first)
{
	struct block_line l;
	const char *at, *out;
	struct buf buf;
	char *line;

	if (!block_line(b, 0, first))
		return NULL;
	line = arena_strndup(block_arena(b), first->s, first->n < MAX_TEXT ? first->n : MAX_TEXT);
	at = strcasestr(line, word);
	if (at == NULL)
		return NULL;
	buf_init(&buf, MAX_TEXT);
	buf_str(&buf, at);
	for (int i = 1; i < LINES && block_line(b, i, &l) && (goes_on(&l) || (i == 1 && l.n == 0)); i++) {
		buf_char(&buf, '\n');
		buf_add(&buf, l.s, l.n);
	}
	out = arena_strdup(block_arena(b), buf.p != NULL ? buf.p : "");
	buf_free(&buf);
	return out;
}

/* ---- its parts --------------------------------------------------------------------------------- */

static bool is_quote(char c)
{
	return c == '\'' || c == '"' || c == '`';
}

/* Where the part ends that begins at s: at a line's end, at what divides parts in one line, at the next
 * part. */
static size_t part_length(const char *s)
{
	static const char *const next[] = { "Referenced from", "Reason:", "Expected in:", "Expected as",
					    " (LoadError)", " | ", "\",\"", "\", \"", "\\n" };
	size_t n = strcspn(s, "\n");

	for (size_t i = 0; i < sizeof(next) / sizeof(next[0]); i++) {
		const char *at = strcasestr(s, next[i]);

		if (at != NULL && (size_t)(at - s) < n)
			n = (size_t)(at - s);
	}
	return n;
}

/* "/x/libfoo.2.dylib and then it stops": the file's name ends the part, whatever people write behind it. */
static size_t file_length(const char *s, size_t n)
{
	static const char *const ends[] = { ".dylib", ".so", ".bundle", ".jnilib", ".node" };
	const char *slash = memrchr(s, '/', n);

	for (size_t at = slash != NULL ? (size_t)(slash - s) + 1 : 1; at < n; at++) {
		if (s[at] != ' ' && s[at] != '\t' && !is_quote(s[at]))
			continue;
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
			size_t k = strlen(ends[i]);

			if (at > k && memcmp(s + at - k, ends[i], k) == 0)
				return at;
		}
	}
	return n;
}

/* JSON writes "\/". */
static const char *without_backslashes(struct arena *a, const char *s, size_t n)
{
	char *out = arena_strndup(a, s, n);
	size_t k = 0;

	for (size_t i = 0; out[i] != '\0'; i++)
		if (out[i] != '\\' || out[i + 1] != '/')
			out[k++] = out[i];
	out[k] = '\0';
	return out;
}

/* The value behind `word`: without marks, brackets, a UUID. NULL if the word is not there. */
static const char *part(struct arena *a, const char *text, const char *word)
{
	const char *s = strcasestr(text, word), *close;
	size_t n;

	if (s == NULL)
		return NULL;
	s += strlen(word);
	s += strspn(s, " \t");
	if (*s == '<' && (close = strchr(s, '>')) != NULL && close - s < 64) {
		s = close + 1;
		s += strspn(s, " \t");
	}
	n = part_length(s);
	while (n > 0 && (is_quote(*s) || (*s == '(' && s[n - 1] == ')'))) {
		n -= *s == '(' ? 2 : 1;
		s++;
	}
	n = file_length(s, n);
	while (n > 0 && (is_quote(s[n - 1]) || strchr(" \t,\r", s[n - 1]) != NULL))
		n--;
	return n > 0 ? without_backslashes(a, s, n) : NULL;
}

static void set(struct block *b, struct msg_fact *f, enum msg_field field, const char *value)
{
	if (value != NULL)
		block_set(b, f, field, value, strlen(value));
}

/* "/x/prog (built for macOS 13.0 which is newer than running OS)": cuts the note off. NULL: there is none. */
static const char *cut_note(struct arena *a, const char **path)
{
	const char *at = *path != NULL ? strstr(*path, " (") : NULL, *version;

	while (at != NULL && strncmp(at, " (built for ", 12) != 0 &&
	       strncmp(at, " (which was built for ", 22) != 0)
		at = strstr(at + 1, " (");
	if (at == NULL)
		return NULL;
	version = strstr(at, "built for ") + 10;
	*path = arena_strndup(a, *path, (size_t)(at - *path));
	at = strstr(version, " which ");
	return arena_strndup(a, version, at != NULL ? (size_t)(at - version) : strcspn(version, ")"));
}

/* ---- why a candidate was not taken ------------------------------------------------------------ */

static const struct why {
	const char *words, *code, *detail;
} whys[] = {
	{ "incompatible architecture", "wrong-arch", "" },
	{ "missing compatible arch", "wrong-arch", "" },
	{ "wrong architecture", "wrong-arch", "" },
	{ "no matching architecture", "wrong-arch", "" },
	{ "incompatible cpu-subtype", "wrong-arch", "" },
	{ "incompatible platform", "wrong-arch", "" },
	{ "not built for platform", "wrong-arch", "" },
	{ "built for simulator", "wrong-arch", "" },
	{ "built for iOS", "wrong-arch", "" },
	{ "code sign", "permission", "code-signature" },
	{ "disallowed by system policy", "permission", "quarantine" },
	{ "not valid for use in process", "permission", "code-signature" },
	{ "sandbox blocked", "permission", "" },
	{ "by sandbox", "permission", "" },
	{ "relative path not allowed", "permission", "" },
	{ "security policy does not allow", "permission", "" },
	{ "cannot override a protected", "permission", "" },
	{ "unsafe use of", "permission", "" },
	{ "does not cover entire file", "corrupt-file", "" },
	{ "errno=1)", "permission", "" },
	{ "errno=13", "permission", "" },
	{ "errno=1 for", "permission", "" },
	{ "errno=12", "memory-or-limit", "" },
	{ "errno=23", "memory-or-limit", "" },
	{ "errno=24", "memory-or-limit", "" },
	{ "Incompatible library version", "missing-version", "" },
	{ "not a file", "not-loadable", "" },
	{ "load command content", "corrupt-file", "" },
	{ "load command", "os-too-old", "" },
	{ "duplicate LC_RPATH", "not-loadable", "load-commands" },
	{ "duplicate linked dylib", "not-loadable", "load-commands" },
	{ "not a mach-o file", "corrupt-file", "" },
	{ "not valid mach-o", "corrupt-file", "" },
	{ "malformed mach-o", "corrupt-file", "" },
	{ "truncated mach-o", "corrupt-file", "" },
	{ "file too short", "corrupt-file", "" },
	{ "unknown file type", "corrupt-file", "" },
	{ "beyond end of file", "corrupt-file", "" },
	{ "missing LC_", "not-loadable", "load-commands" },
	{ "LC_ID_DYLIB found", "not-loadable", "load-commands" },
	{ "wrong filetype", "not-loadable", "" },
	{ "cannot link against", "not-loadable", "" },
	{ "cannot dlopen", "not-loadable", "" },
	{ "unloadable mach-o", "not-loadable", "" },
	{ "vm_allocate", "memory-or-limit", "" },
	{ "mmap() errno=1 ", "permission", "" },
	{ "mmap() error 1 ", "permission", "" },
	{ "mmap() error 13 ", "permission", "" },
	{ "mmap(", "memory-or-limit", "" },
	{ "LC_RPATH's", "search-path", "" },
};

/* "code signature in <…> not valid for use in process: library load disallowed by system policy": the end
 * of the reason tells that it is the mark of a download. */
static const struct why *end_of_reason(const struct why *w, const char *at)
{
	const char *policy = strcasestr(at, "disallowed by system policy");

	if (policy == NULL || strcmp(w->words, "code sign") != 0 ||
	    memchr(at, '\n', (size_t)(policy - at)) != NULL)
		return w;
	while (strcmp(w->detail, "quarantine") != 0)
		w++;
	return w;
}

/* Of several reasons the one that comes first in the text. NULL: none but absence. */
static const struct why *why_of(const char *text, const char **where)
{
	const struct why *first = NULL;

	*where = NULL;
	for (size_t i = 0; i < sizeof(whys) / sizeof(whys[0]); i++) {
		const char *at = strcasestr(text, whys[i].words);

		if (at != NULL && (*where == NULL || at < *where)) {
			*where = at;
			first = &whys[i];
		}
	}
	return first != NULL ? end_of_reason(first, *where) : NULL;
}

/* Does the bracket of a reason open there, behind the mark of its candidate? */
static bool is_reason(const char *text, const char *s)
{
	return *s == '(' && s > text + 1 && s[-1] == ' ' && is_quote(s[-2]);
}

/* The candidate that the reason at `where` is about: 'PATH' (reason) of dyld 4, "PATH: reason" of dyld 2. */
static const char *candidate(struct arena *a, const char *text, const char *where)
{
	const char *open = where, *end, *start;

	while (open > text && *open != '\n' && !is_reason(text, open))
		open--;
	if (open > text + 2 && *open == '(') {
		end = start = open - 2;
		while (start > text && !is_quote(start[-1]) && start[-1] != '\n')
			start--;
		return end > start ? arena_strndup(a, start, (size_t)(end - start)) : NULL;
	}
	start = *open == '\n' ? open + 1 : open;
	start += strspn(start, " \t");
	if (*start != '/' && *start != '@' && *start != '.')
		return NULL;
	end = strstr(start, ": ");
	return end != NULL && end < where + 1 ? arena_strndup(a, start, (size_t)(end - start)) : NULL;
}

/* (have 'x86_64', need 'arm64e' or 'arm64'), in any of its spellings. */
static void set_machines(struct block *b, struct msg_fact *f, const char *where)
{
	const char *have = strcasestr(where, "(have "), *need = have != NULL ? strstr(have, "need ") : NULL;
	size_t n;

	if (have == NULL)
		return;
	have += 6 + strspn(have + 6, "'(\"");
	n = strcspn(have, "'()\"\n");
	block_set(b, f, MSG_HAVE, have, n);
	if (need == NULL)
		return;
	need += 5 + strspn(need + 5, "'(\"");
	n = strcspn(need, ")\n");
	while (n > 0 && is_quote(need[n - 1]))
		n--;
	block_set(b, f, MSG_ARCH, need, n);
}

/* ---- facts ------------------------------------------------------------------------------------- */

static void version_of(struct block *b, struct msg_fact *f, const char *where)
{
	static const struct {
		const char *words;
		enum msg_field field;
	} versions[] = { { "requires version ", MSG_VERSION }, { "provides version ", MSG_HAVE } };

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		const char *at = strstr(where, versions[i].words);

		if (at != NULL)
			block_set(b, f, versions[i].field, at + strlen(versions[i].words),
				  strspn(at + strlen(versions[i].words), "0123456789."));
	}
}

static struct msg_fact *refused(struct block *b, const struct block_line *l, const char *text,
				const struct why *why, const char *where)
{
	struct msg_fact *f = block_fact(b, l, "dyld-refused", "dyld", MSG_CAUSE, RANK, why->code,
					why->detail);
	const char *path = candidate(block_arena(b), text, where);

	if (strcmp(why->code, "missing-version") == 0)
		version_of(b, f, where);
	else if (strcmp(why->code, "search-path") != 0)
		set(b, f, MSG_OBJECT, path);
	if (strcmp(why->code, "wrong-arch") == 0)
		set_machines(b, f, where);
	return f;
}

void block_dyld_library(struct block *b)
{
	struct block_line l;
	const char *text = gather(b, "Library not loaded:", &l), *where, *name, *by;
	const struct why *why;
	struct msg_fact *f;

	if (text == NULL || (name = part(block_arena(b), text, "Library not loaded:")) == NULL)
		return;
	by = part(block_arena(b), text, "Referenced from:");
	cut_note(block_arena(b), &by);
	why = why_of(text, &where);
	if (why != NULL)
		f = refused(b, &l, text, why, where);
	else
		f = block_fact(b, &l, "dyld-not-loaded", "dyld", MSG_CAUSE, RANK,
			       name[0] == '@' ? "search-path" : "missing-library", "");
	if (f->field[MSG_OBJECT] == NULL)
		set(b, f, MSG_OBJECT, name);
	set(b, f, MSG_NEEDED_BY, by);
	block_add(b, f);
}

/* dlopen(PATH, 0x0002): tried: 'PATH' (reason), … */
void block_dyld_tried(struct block *b)
{
	struct block_line l;
	const char *text = gather(b, "dlopen(", &l), *where, *end;
	const struct why *why;
	struct msg_fact *f;

	if (text == NULL || strcasestr(text, "Library not loaded:") != NULL)
		return;
	end = strstr(text, ", ");
	why = why_of(text, &where);
	if (end == NULL || end > text + strcspn(text, "\n"))
		return;
	if (why != NULL)
		f = refused(b, &l, text, why, where);
	else if (strcasestr(text, "no such file") != NULL || strcasestr(text, "image not found") != NULL)
		f = block_fact(b, &l, "dyld-tried", "dyld", MSG_CAUSE, RANK + 1, "missing-library", "");
	else
		return;
	if (f->field[MSG_OBJECT] == NULL)
		block_set(b, f, MSG_OBJECT, text + 7, (size_t)(end - text - 7));
	block_add(b, f);
}

static bool is_system(const char *path)
{
	return strncmp(path, "/usr/lib/", 9) == 0 || strncmp(path, "/System/", 8) == 0;
}

/* What only a release of the system brings; of other libraries there may be another copy. */
static bool is_core(const char *path)
{
	static const char *const names[] = { "/usr/lib/libSystem", "/usr/lib/libc++", "/usr/lib/libobjc",
					     "/usr/lib/system/", "/usr/lib/swift/", "/usr/lib/libswift",
					     "/System/" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(path, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* Who is at fault: the system is too old, the wrong copy was found, or two releases do not fit. */
static struct msg_fact *symbol_fact(struct block *b, const struct block_line *l, const char *by,
				    const char *in, const char *built_for)
{
	struct msg_fact *f;

	if (built_for != NULL || (in != NULL && is_core(in) && by != NULL && !is_system(by))) {
		f = block_fact(b, l, "dyld-symbol-newer", "dyld", MSG_CAUSE, RANK, "os-too-old", "");
		set(b, f, MSG_OBJECT, by);
		set(b, f, MSG_VERSION, built_for);
		return f;
	}
	if (in == NULL || in[0] != '/') {
		f = block_fact(b, l, "dyld-symbol-nowhere", "dyld", MSG_CAUSE, RANK, "missing-symbol", "");
		set(b, f, MSG_OBJECT, by);
		return f;
	}
	f = block_fact(b, l, "dyld-symbol", "dyld", MSG_CAUSE, RANK, "missing-symbol",
		       by != NULL && is_system(by) ? "wrong-provider" : "version-skew");
	set(b, f, MSG_OBJECT, in);
	set(b, f, MSG_NEEDED_BY, by);
	return f;
}

void block_dyld_symbol(struct block *b)
{
	struct block_line l;
	const char *text = gather(b, "Symbol not found:", &l), *name, *by, *in, *built_for;
	struct msg_fact *f;

	if (text == NULL || (name = part(block_arena(b), text, "Symbol not found:")) == NULL ||
	    strpbrk(name, " \t") != NULL)
		return;
	by = part(block_arena(b), text, "Referenced from:");
	built_for = cut_note(block_arena(b), &by);
	in = part(block_arena(b), text, "Expected in:");
	if (by == NULL && in == NULL)
		return;
	f = symbol_fact(b, &l, by, in, built_for);
	set(b, f, MSG_SYMBOL, name);
	block_add(b, f);
}
