/* tbd.c - text stubs of libraries (.tbd).
 *
 *   --- !tapi-tbd                         version 4; "!tapi-tbd-v3", "-v2", or nothing for 1
 *   targets: [ x86_64-macos ]             before 4: "archs: [ x86_64 ]" and "platform: macosx"
 *   install-name: '/usr/lib/libz.1.dylib'
 *   exports:                              also reexports, undefineds
 *     - targets: [ x86_64-macos ]
 *       symbols: [ _adler32, _deflate ]
 *
 * Lines are read one by one; a list in brackets goes on over their ends. What is not known is passed over.
 */
#include "object/tbd.h"

enum { ARCHS_MAX = 32 };

struct text {
	const char *p;
	size_t n;
};

struct tbd {
	const char *p, *end;
	const char *arch, *platform;
	tbd_on_item *fn;
	void *ctx;
	unsigned document;
	enum { S_TOP, S_EXPORTS, S_REEXPORTS, S_LIBRARIES, S_OTHER } section;
	bool applies;            /* the item that is read is for the target */
	bool stop;
	struct text archs[ARCHS_MAX]; /* before version 4: wait for the platform */
	size_t narchs;
};

static bool text_is(struct text t, const char *s)
{
	return t.n == strlen(s) && memcmp(t.p, s, t.n) == 0;
}

static bool text_begins(struct text t, const char *s)
{
	return t.n >= strlen(s) && memcmp(t.p, s, strlen(s)) == 0;
}

static void say(struct tbd *t, enum tbd_kind kind, struct text x)
{
	struct tbd_item item = { kind, t->document, x.p, x.n, t->section == S_REEXPORTS };

	if (!t->stop && x.n > 0)
		t->stop = t->fn(t->ctx, &item);
}

/* ---- words ----------------------------------------------------------------------------------- */

static void skip_blanks(struct tbd *t, bool lines)
{
	while (t->p < t->end && (*t->p == ' ' || *t->p == '\t' || *t->p == '\r' || (lines && *t->p == '\n')))
		t->p++;
}

static void skip_line(struct tbd *t)
{
	while (t->p < t->end && *t->p != '\n')
		t->p++;
	t->p += t->p < t->end;
}

/* A word, plain or quoted; plain ones end at what is in `ends`. */
static struct text take_word(struct tbd *t, const char *ends)
{
	struct text x = { t->p, 0 };

	if (t->p < t->end && (*t->p == '\'' || *t->p == '"')) {
		char quote = *t->p++;

		x.p = t->p;
		while (t->p < t->end && *t->p != quote && *t->p != '\n')
			t->p++;
		x.n = (size_t)(t->p - x.p);
		t->p += t->p < t->end && *t->p == quote;
		return x;
	}
	while (t->p < t->end && strchr(ends, *t->p) == NULL)
		t->p++;
	x.n = (size_t)(t->p - x.p);
	while (x.n > 0 && (x.p[x.n - 1] == ' ' || x.p[x.n - 1] == '\t' || x.p[x.n - 1] == '\r'))
		x.n--;
	return x;
}

/* ---- what a value is ------------------------------------------------------------------------- */

static const char *old_platform(struct text x)
{
	return text_is(x, "macosx") ? "macos" : text_is(x, "zippered") ? "macos" : NULL;
}

static bool is_target(const struct tbd *t, struct text x)
{
	size_t n = strlen(t->arch);

	return text_begins(x, t->arch) && x.n > n && x.p[n] == '-' && x.n - n - 1 == strlen(t->platform) &&
	       memcmp(x.p + n + 1, t->platform, x.n - n - 1) == 0;
}

static void take_platform(struct tbd *t, struct text x)
{
	const char *name = old_platform(x);
	bool same = name != NULL ? strcmp(name, t->platform) == 0 : text_is(x, t->platform);

	for (size_t i = 0; same && i < t->narchs; i++)
		if (text_is(t->archs[i], t->arch)) {
			char target[64];
			size_t n = strlen(t->arch), k = strlen(t->platform);

			if (n + k + 1 > sizeof(target))
				return;
			memcpy(target, t->arch, n);
			target[n] = '-';
			memcpy(target + n + 1, t->platform, k);
			say(t, TBD_TARGET, (struct text){ target, n + 1 + k });
			return;
		}
}

static const struct {
	const char *key;
	enum tbd_kind kind;
} lists[] = {
	{ "symbols", TBD_SYMBOL }, { "weak-symbols", TBD_WEAK }, { "weak-def-symbols", TBD_WEAK },
	{ "thread-local-symbols", TBD_THREAD_LOCAL }, { "objc-classes", TBD_CLASS },
	{ "objc-eh-types", TBD_EH_TYPE }, { "objc-ivars", TBD_IVAR }, { "re-exports", TBD_REEXPORT },
	{ "libraries", TBD_REEXPORT },
};

static void take_export(struct tbd *t, struct text key, struct text x)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		enum tbd_kind kind = lists[i].kind;
		bool objc = kind == TBD_CLASS || kind == TBD_IVAR || kind == TBD_EH_TYPE;

		if (!text_is(key, lists[i].key) || (kind == TBD_REEXPORT && text_is(key, "libraries") &&
						    t->section != S_LIBRARIES))
			continue;
		if (objc && x.n > 0 && x.p[0] == '_') { /* before version 3 */
			x.p++;
			x.n--;
		}
		say(t, kind, x);
	}
}

static void take_value(struct tbd *t, struct text key, struct text x)
{
	if (t->section == S_TOP) {
		if (text_is(key, "install-name"))
			say(t, TBD_NAME, x);
		else if (text_is(key, "targets"))
			say(t, TBD_TARGET, x);
		else if (text_is(key, "archs") && t->narchs < ARCHS_MAX)
			t->archs[t->narchs++] = x;
		else if (text_is(key, "platform"))
			take_platform(t, x);
	} else if (text_is(key, "targets")) {
		t->applies = t->applies || is_target(t, x);
	} else if (text_is(key, "archs")) {
		t->applies = t->applies || text_is(x, t->arch);
	} else if (t->section != S_OTHER && t->applies) {
		take_export(t, key, x);
	}
}

static void take_list(struct tbd *t, struct text key)
{
	t->p++;
	while (t->p < t->end && !t->stop) {
		skip_blanks(t, true);
		if (t->p >= t->end || *t->p == ']')
			break;
		if (*t->p == ',' || *t->p == '\0')
			t->p++;
		else
			take_value(t, key, take_word(t, ",]\n"));
	}
	skip_line(t);
}

/* ---- lines ----------------------------------------------------------------------------------- */

static void begin_document(struct tbd *t)
{
	t->document++;
	t->section = S_TOP;
	t->narchs = 0;
	skip_line(t);
}

static void begin_section(struct tbd *t, struct text key)
{
	t->section = text_is(key, "exports") ? S_EXPORTS : text_is(key, "reexports") ? S_REEXPORTS :
		     text_is(key, "reexported-libraries") ? S_LIBRARIES : S_OTHER;
	t->applies = false;
}

static void read_line(struct tbd *t, bool *begun)
{
	const char *from = t->p;
	struct text key;
	bool item = false;

	skip_blanks(t, false);
	if (t->p < t->end && (*t->p == '#' || *t->p == '\n')) {
		skip_line(t);
		return;
	}
	if (t->p == from && t->end - t->p >= 3 && memcmp(t->p, "---", 3) == 0) {
		if (*begun)
			begin_document(t);
		else
			skip_line(t);
		*begun = true;
		return;
	}
	*begun = true;
	if (t->p < t->end && *t->p == '-') {
		item = true;
		t->p++;
		skip_blanks(t, false);
	}
	if (t->p == from) {
		t->section = S_TOP;
	} else if (item) {
		t->applies = false;
	}
	key = take_word(t, ":\n");
	if (t->p >= t->end || *t->p != ':') {
		skip_line(t);
		return;
	}
	t->p++;
	skip_blanks(t, false);
	if (t->p < t->end && *t->p == '[')
		take_list(t, key);
	else if (t->p < t->end && *t->p != '\n')
		take_value(t, key, take_word(t, "\n"));
	else if (from == key.p)
		begin_section(t, key);
}

bool tbd_is(struct view file)
{
	struct text x = { (const char *)file.p, file.n };

	return text_begins(x, "--- !tapi") || text_begins(x, "---\narchs:") || text_begins(x,
		"---\r\narchs:");
}

void tbd_each(struct view file, const char *arch, const char *platform, tbd_on_item *fn, void *ctx)
{
	struct tbd t = { .p = (const char *)file.p, .arch = arch, .platform = platform, .fn = fn,
		.ctx = ctx };
	bool begun = false;

	if (file.p == NULL)
		return;
	t.end = t.p + file.n;
	while (t.p < t.end && !t.stop)
		read_line(&t, &begun);
}
