/* go_headers.c - which header a C text includes that is not there, as the compiler would find first.
 *
 * A small preprocessor: conditions over names and numbers are decided where that is possible. What stands
 * under one that is not decided is read for its words, but nothing is claimed of its headers.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "build/go_c.h"
#include "build/go_env.h"
#include "build/go_text.h"

enum {
	MAX_DEPTH = 60,
	MAX_BYTES = 48 << 20, /* of headers, for one text */
	MAX_WALK = 4000,      /* folders that are looked through for a header */
	MAX_FOUND = 5
};

enum truth { NO, YES, MAYBE };

struct level {          /* of conditions */
	enum truth now; /* is this branch read? */
	bool done;      /* a branch before was */
	bool maybe;     /* one could have been */
};

struct text {
	struct go_header_scan *h;
	const char *p, *end;
	const char *shown, *path; /* the file, as the compiler names it and as a path */
	uint32_t line;
	int depth;
	bool system; /* a header of the compiler's own folders */
	bool maybe;  /* included where it was not decided */
	struct level levels[64];
	size_t nlevels;
	const char *chain;
};

/* What a macro may be besides its value: behind a condition that was not decided, or taken back. */
static const char perhaps[] = "?", gone[] = "!";

/* ---- opening ---------------------------------------------------------------------------------- */

static void define(struct go_header_scan *h, const char *name, const char *value)
{
	map_put_str(&h->macros, name, (void *)(uintptr_t)value);
}

/* Sizes of long and pointers, as gcc and clang say them for Linux: headers of libc choose by them. */
static void define_data_model(struct go_header_scan *h)
{
	static const char *const lp64[] = { "amd64", "arm64", "ppc64le", "riscv64", "s390x", "loong64" };
	bool is64 = false;

	for (size_t i = 0; i < sizeof(lp64) / sizeof(lp64[0]); i++)
		is64 = is64 || strcmp(lp64[i], h->g->env.goarch) == 0;
	if (is64) {
		define(h, "__LP64__", "1");
		define(h, "_LP64", "1");
		define(h, "__ILP32__", gone);
		define(h, "_ILP32", gone);
	} else if (strcmp(h->g->env.goarch, "386") == 0) {
		define(h, "__ILP32__", "1");
		define(h, "_ILP32", "1");
		define(h, "__LP64__", gone);
	}
}

static void define_target(struct go_header_scan *h)
{
	static const char *const by_arch[][2] = { { "amd64", "__x86_64__" },
						  { "arm64", "__aarch64__" },
						  { "386", "__i386__" },
						  { "arm", "__arm__" } };

	for (size_t i = 0; i < sizeof(by_arch) / sizeof(by_arch[0]); i++)
		if (strcmp(by_arch[i][0], h->g->env.goarch) == 0)
			define(h, by_arch[i][1], "1");
	if (strcmp(h->g->env.goarch, "amd64") == 0) {
		define(h, "__SSE__", "1");
		define(h, "__SSE2__", "1");
	}
	if (strcmp(h->g->env.goos, "linux") == 0) {
		define(h, "__linux__", "1");
		define(h, "__linux", "1");
		define_data_model(h);
		define(h, "linux", "1");
		define(h, "__unix__", "1");
		define(h, "__ELF__", "1");
	}
}

void go_headers_open(struct go_header_scan *h, struct go *g, const struct go_include_dirs *dirs, bool cxx)
{
	memset(h, 0, sizeof(*h));
	h->g = g;
	h->dirs = dirs;
	h->complete = dirs->known;
	map_init(&h->words);
	map_init(&h->files);
	map_init(&h->macros);
	define_target(h);
	define(h, "__GNUC__", "12");
	define(h, "__STDC__", "1");
	define(h, "__STDC_HOSTED__", "1");
	if (cxx)
		define(h, "__cplusplus", "201703");
	for (size_t i = 0; i < dirs->defines.n; i++) {
		const char *s = dirs->defines.items[i], *eq = strchr(s, '=');

		define(h, eq != NULL ? arena_strndup(g->a, s, (size_t)(eq - s)) : s,
		       eq != NULL ? eq + 1 : "1");
	}
}

void go_headers_close(struct go_header_scan *h)
{
	map_free(&h->words, NULL);
	map_free(&h->files, NULL);
	map_free(&h->macros, NULL);
}

/* ---- conditions --------------------------------------------------------------------------------- */

struct value {
	long long n;
	bool known;
};

struct cond {
	struct text *t;
	const char *s, *end;
	int depth;
};

static bool word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void skip_blanks(struct cond *c)
{
	while (c->s < c->end &&
	       (*c->s == ' ' || *c->s == '\t' || *c->s == '\r' || *c->s == '\n' || *c->s == '\\'))
		c->s++;
}

static bool take(struct cond *c, const char *op)
{
	size_t n = strlen(op);

	skip_blanks(c);
	if ((size_t)(c->end - c->s) < n || memcmp(c->s, op, n) != 0)
		return false;
	c->s += n;
	return true;
}

static const char *take_word(struct cond *c)
{
	const char *from;

	skip_blanks(c);
	for (from = c->s; c->s < c->end && word_char(*c->s);)
		c->s++;
	return arena_strndup(c->t->h->g->a, from, (size_t)(c->s - from));
}

static bool listed(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *s = list; n > 0 && (s = strstr(s, name)) != NULL; s++)
		if (s > list && s[-1] == ' ' && s[n] == ' ')
			return true;
	return false;
}

/* Is it of another family of processors than the target? */
static bool of_another_machine(const char *arch, const char *name)
{
	static const struct {
		const char *prefix, *arches;
	} families[] = { { "__ARM_", " arm arm64 " },
			 { "__arm", " arm arm64 " },
			 { "__aarch64", " arm64 " },
			 { "__AVX", " amd64 386 " },
			 { "__SSE", " amd64 386 " },
			 { "__SSSE", " amd64 386 " },
			 { "__i386", " 386 " },
			 { "__x86_64", " amd64 " },
			 { "__mips", " mips mipsle mips64 mips64le " },
			 { "__MIPS", " mips mipsle mips64 mips64le " },
			 { "__powerpc", " ppc64 ppc64le " },
			 { "__ALTIVEC", " ppc64 ppc64le " },
			 { "__VSX", " ppc64 ppc64le " },
			 { "__PPC", " ppc64 ppc64le " },
			 { "__s390", " s390x " },
			 { "__riscv", " riscv64 " },
			 { "__loongarch", " loong64 " },
			 { "__sparc", " sparc64 " },
			 { "__wasm", " wasm " } };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (go_starts(name, families[i].prefix))
			return !listed(families[i].arches, arch);
	return false;
}

/* A name that nobody defines: for the compiler's own it is not known whether it does. */
static struct value undefined(const struct text *t, const char *name)
{
	static const char own[] =
		" _LP64 _REENTRANT _FORTIFY_SOURCE _OPENMP _GNU_SOURCE _ILP32 _OPENACC _SOFT_FLOAT ";
	static const char others[] =
		" __APPLE__ __MACH__ __ANDROID__ __FreeBSD__ __NetBSD__ __OpenBSD__ __MINGW32__ __MINGW64__ "
		"__CYGWIN__ __EMSCRIPTEN__ __sun __DragonFly__ __HAIKU__ __BIONIC__ __cplusplus __OBJC__ "
		"__clang__ "
		"__INTEL_COMPILER __ICC __TINYC__ __PGI __hpux __sgi __WATCOMC__ __BORLANDC__ __MSDOS__ "
		"__OS2__ "
		"__vxworks __QNX__ __SYMBIAN32__ __Fuchsia__ __SUNPRO_C __SUNPRO_CC __IBMC__ __xlC__ ";
	bool reserved = name[0] == '_' && (name[1] == '_' || listed(own, name));

	/* Of names with one underscore compilers define a handful. */
	return (struct value){ 0, !reserved || listed(others, name) ||
					  of_another_machine(t->h->g->env.goarch, name) };
}

static enum truth is_defined(struct text *t, const char *name)
{
	const char *m = map_get_str(&t->h->macros, name);
	struct value v;

	if (m != NULL)
		return m == perhaps ? MAYBE : m == gone ? NO : YES;
	v = undefined(t, name);
	return v.known ? NO : MAYBE;
}

static struct value cond_or(struct cond *c);

static struct value of_word(struct cond *c, const char *w)
{
	const char *m = map_get_str(&c->t->h->macros, w);
	struct value v;
	char *end;

	if (strcmp(w, "defined") == 0) {
		bool paren = take(c, "(");
		const char *name = take_word(c);

		if (paren)
			take(c, ")");
		switch (is_defined(c->t, name)) {
		case YES: return (struct value){ 1, true };
		case NO: return (struct value){ 0, true };
		case MAYBE: break;
		}
		return (struct value){ 0, false };
	}
	skip_blanks(c);
	if (c->s < c->end && *c->s == '(') { /* __has_include(x) and the like */
		int depth = 0;

		for (; c->s < c->end; c->s++) {
			depth += *c->s == '(';
			if (*c->s == ')' && --depth == 0) {
				c->s++;
				break;
			}
		}
		return (struct value){ 0, false };
	}
	if (m == NULL || m == gone)
		return m == gone ? (struct value){ 0, true } : undefined(c->t, w);
	v.n = strtoll(m, &end, 0);
	v.known = end != m && strspn(end, "uUlL") == strlen(end);
	return v;
}

static struct value atom(struct cond *c)
{
	struct value v = { 0, false };
	const char *w;
	char *end;

	if (++c->depth > 100)
		return v;
	if (take(c, "!")) {
		v = atom(c);
		v.n = !v.n;
		return v;
	}
	if (take(c, "-")) {
		v = atom(c);
		v.n = v.n == LLONG_MIN ? v.n : -v.n;
		return v;
	}
	if (take(c, "(")) {
		v = cond_or(c);
		take(c, ")");
		return v;
	}
	w = take_word(c);
	if (*w == '\0') {
		c->s = c->end;
		return v;
	}
	if (*w >= '0' && *w <= '9') {
		v.n = strtoll(w, &end, 0);
		v.known = true;
		return v;
	}
	return of_word(c, w);
}

static struct value compare(struct cond *c)
{
	static const char *const ops[] = { "==", "!=", "<=", ">=", "<", ">" };
	struct value a = atom(c);

	for (size_t i = 0; i < 6; i++) {
		struct value b;

		skip_blanks(c);
		if (c->end - c->s >= 2 && (c->s[0] == '<' || c->s[0] == '>') && c->s[1] == c->s[0])
			break;
		if (!take(c, ops[i]))
			continue;
		b = atom(c);
		a.known = a.known && b.known;
		switch (i) {
		case 0: a.n = a.n == b.n; break;
		case 1: a.n = a.n != b.n; break;
		case 2: a.n = a.n <= b.n; break;
		case 3: a.n = a.n >= b.n; break;
		case 4: a.n = a.n < b.n; break;
		default: a.n = a.n > b.n; break;
		}
		break;
	}
	skip_blanks(c);
	/* Arithmetic is rare in conditions about headers: it is left undecided. */
	if (c->s < c->end && strchr("+-*/%&|^?<>", *c->s) != NULL &&
	    !(c->end - c->s >= 2 && (memcmp(c->s, "&&", 2) == 0 || memcmp(c->s, "||", 2) == 0))) {
		a.known = false;
		c->s = c->end;
	}
	return a;
}

static struct value cond_and(struct cond *c)
{
	struct value a = compare(c);

	while (take(c, "&&")) {
		struct value b = compare(c);

		if ((a.known && a.n == 0) || (b.known && b.n == 0))
			a = (struct value){ 0, true };
		else
			a = (struct value){ 1, a.known && b.known };
	}
	return a;
}

static struct value cond_or(struct cond *c)
{
	struct value a = cond_and(c);

	while (take(c, "||")) {
		struct value b = cond_and(c);

		if ((a.known && a.n != 0) || (b.known && b.n != 0))
			a = (struct value){ 1, true };
		else
			a = (struct value){ 0, a.known && b.known };
	}
	return a;
}

static enum truth decide(struct text *t, const char *s, const char *end)
{
	struct cond c = { t, s, end, 0 };
	struct value v = cond_or(&c);

	return !v.known ? MAYBE : v.n != 0 ? YES : NO;
}

/* Is this place read at all? */
static enum truth here(const struct text *t)
{
	enum truth all = t->maybe ? MAYBE : YES;

	for (size_t i = 0; i < t->nlevels; i++) {
		if (t->levels[i].now == NO)
			return NO;
		if (t->levels[i].now == MAYBE)
			all = MAYBE;
	}
	return all;
}

static void open_level(struct text *t, enum truth v)
{
	struct level *l;

	if (t->nlevels == sizeof(t->levels) / sizeof(t->levels[0])) {
		t->p = t->end;
		t->h->complete = false;
		return;
	}
	l = &t->levels[t->nlevels++];
	*l = (struct level){ v, v == YES, v == MAYBE };
}

static void next_branch(struct text *t, enum truth v)
{
	struct level *l;

	if (t->nlevels == 0)
		return;
	l = &t->levels[t->nlevels - 1];
	l->now = l->done ? NO : l->maybe && v == YES ? MAYBE : v;
	l->done = l->done || (v == YES && !l->maybe);
	l->maybe = l->maybe || v == MAYBE;
}

/* ---- #include --------------------------------------------------------------------------------- */

static void read_text(struct go_header_scan *h, struct text *t);

static bool try_file(struct text *t, const char *path, const char *shown, bool system, uint32_t line)
{
	struct text sub = { .h = t->h,
			    .path = path,
			    .shown = shown,
			    .depth = t->depth + 1,
			    .system = system,
			    .maybe = here(t) == MAYBE };
	struct view v;

	if (!go_is_file(t->h->g, path))
		return false;
	if (map_get_str(&t->h->files, path) != NULL)
		return true;
	map_put_str(&t->h->files, path, t->h);
	if (t->depth >= MAX_DEPTH || t->h->bytes > MAX_BYTES || !go_read(t->h->g, path, &v)) {
		t->h->complete = false;
		return true;
	}
	t->h->bytes += v.n;
	sub.p = (const char *)v.p;
	sub.end = sub.p + v.n;
	sub.line = 1;
	sub.chain = t->chain == NULL
			    ? arena_printf(t->h->g->a, "In file included from %s:%u:", t->shown, line)
			    : arena_printf(t->h->g->a, "%s", t->chain);
	read_text(t->h, &sub);
	return true;
}

static bool find_header(struct text *t, const char *name, bool quoted, uint32_t line)
{
	struct arena *a = t->h->g->a;
	const struct go_words *dirs = &t->h->dirs->dirs;

	if (name[0] == '/')
		return try_file(t, name, name, false, line);
	if (quoted) {
		const char *dir = go_dir(a, t->path), *shown = go_dir(a, t->shown);

		if (try_file(t, go_join(a, dir, name), arena_printf(a, "%s/%s", shown, name), t->system,
			     line))
			return true;
	}
	for (size_t i = 0; i < dirs->n; i++)
		if (try_file(t, go_join(a, dirs->items[i], name),
			     arena_printf(a, "%s/%s", dirs->items[i], name),
			     i + t->h->dirs->nsystem >= dirs->n, line))
			return true;
	return false;
}

static void include(struct text *t, const char *s, const char *end, const char *line_start, uint32_t line)
{
	const char *close;
	struct go_missing_header *m = &t->h->first;
	enum truth v = here(t);
	const char *name;

	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	if (v == NO)
		return;
	if (s >= end || (*s != '"' && *s != '<')) { /* #include MACRO */
		t->h->complete = false;
		return;
	}
	close = memchr(s + 1, *s == '<' ? '>' : '"', (size_t)(end - s - 1));
	if (close == NULL)
		return;
	name = arena_strndup(t->h->g->a, s + 1, (size_t)(close - s - 1));
	if (find_header(t, name, *s == '"', line))
		return;
	/* What a header of the system does not find is behind a condition that was not understood. */
	if (v == MAYBE || t->system || !t->h->dirs->known) {
		t->h->complete = false;
		t->h->uncertain = t->h->uncertain || !t->h->dirs->known;
		return;
	}
	if (t->h->missing)
		return;
	t->h->missing = true;
	*m = (struct go_missing_header){ name,      t->shown, t->path, line, (uint32_t)(s - line_start) + 1,
					 *s == '"', t->chain };
}

/* ---- lines ------------------------------------------------------------------------------------ */

static void add_words(struct go_header_scan *h, const char *s, const char *end)
{
	if (!h->want_words)
		return;
	while (s < end) {
		const char *from;

		while (s < end && !word_char(*s))
			s++;
		for (from = s; s < end && word_char(*s);)
			s++;
		if (s > from && map_get(&h->words, from, (size_t)(s - from)) == NULL)
			map_put(&h->words, from, (size_t)(s - from), h);
	}
}

static void define_line(struct text *t, const char *s, const char *end, bool undef)
{
	struct cond c = { t, s, end, 0 };
	const char *name = take_word(&c), *value;

	if (here(t) == NO || *name == '\0')
		return;
	if (here(t) == MAYBE) {
		if (undef || map_get_str(&t->h->macros, name) == NULL)
			define(t->h, name, perhaps);
		return;
	}
	value = go_trim(t->h->g->a, c.s, (size_t)(c.end - c.s));
	define(t->h, name, undef ? gone : *value != '\0' ? value : " ");
}

static bool starts(const char *s, const char *end, const char *word, const char **rest)
{
	size_t n = strlen(word);

	if ((size_t)(end - s) < n || memcmp(s, word, n) != 0 || (s + n < end && word_char(s[n])))
		return false;
	*rest = s + n;
	return true;
}

static void directive(struct text *t, const char *s, const char *end, const char *line_start, uint32_t line)
{
	struct cond c;
	const char *r;

	for (s++; s < end && (*s == ' ' || *s == '\t');)
		s++;
	if (starts(s, end, "include", &r)) {
		include(t, r, end, line_start, line);
	} else if (starts(s, end, "ifdef", &r) || starts(s, end, "ifndef", &r)) {
		enum truth v;

		c = (struct cond){ t, r, end, 0 };
		v = is_defined(t, take_word(&c));
		if (s[2] == 'n')
			v = v == YES ? NO : v == NO ? YES : MAYBE;
		open_level(t, v);
	} else if (starts(s, end, "if", &r)) {
		open_level(t, decide(t, r, end));
	} else if (starts(s, end, "elif", &r)) {
		next_branch(t, decide(t, r, end));
	} else if (starts(s, end, "else", &r)) {
		next_branch(t, YES);
	} else if (starts(s, end, "endif", &r)) {
		t->nlevels -= t->nlevels > 0;
	} else if (starts(s, end, "define", &r)) {
		define_line(t, r, end, false);
	} else if (starts(s, end, "undef", &r)) {
		define_line(t, r, end, true);
	}
}

/* The end of a block comment that begins in [s, end); lines are counted. */
static const char *comment_end(struct text *t, const char *s)
{
	for (s += 2; s < t->end; s++) {
		if (*s == '\n')
			t->line++;
		if (t->end - s >= 2 && s[0] == '*' && s[1] == '/')
			return s + 2;
	}
	return t->end;
}

/* One line, joined over backslashes, with block comments passed over. */
static void read_line(struct text *t)
{
	const char *start = t->p, *s = start;
	uint32_t line = t->line;
	bool is_directive;

	while (s < t->end && (*s == ' ' || *s == '\t'))
		s++;
	is_directive = s < t->end && *s == '#';
	for (t->p = s; t->p < t->end && *t->p != '\n'; t->p++) {
		if (*t->p == '\\' && t->p + 1 < t->end && t->p[1] == '\n') {
			t->line++;
			t->p++;
		} else if (t->end - t->p >= 2 && t->p[0] == '/' && t->p[1] == '/') {
			const char *nl = memchr(t->p, '\n', (size_t)(t->end - t->p));

			if (is_directive)
				directive(t, s, t->p, start, line);
			add_words(t->h, s, t->p);
			t->p = nl != NULL ? nl : t->end;
			goto end;
		} else if (t->end - t->p >= 2 && t->p[0] == '/' && t->p[1] == '*') {
			const char *from = t->p;

			if (is_directive)
				directive(t, s, from, start, line);
			add_words(t->h, s, from);
			t->p = comment_end(t, from);
			return;
		}
	}
	if (is_directive) {
		directive(t, s, t->p, start, line);
		add_words(t->h, s, t->p);
	} else if (here(t) != NO) {
		add_words(t->h, s, t->p);
	}
end:
	if (t->p < t->end) {
		t->p++;
		t->line++;
	}
}

static void read_text(struct go_header_scan *h, struct text *t)
{
	while (t->p < t->end && !h->missing)
		read_line(t);
}

void go_headers_scan(struct go_header_scan *h, const char *text, size_t n, const char *shown,
		     const char *path, uint32_t line)
{
	struct text t = { .h = h, .p = text, .end = text + n, .shown = shown, .path = path, .line = line };

	read_text(h, &t);
}

/* ---- where it is after all ------------------------------------------------------------------------ */

struct hunter {
	struct go *g;
	const char *name, *dir;
	struct go_words *out;
	struct go_words queue;
};

static void see(const char *name, void *ctx)
{
	struct hunter *h = ctx;

	if (name[0] != '.' && h->queue.n < MAX_WALK)
		go_add(h->g->a, &h->queue, go_join(h->g->a, h->dir, name));
}

static size_t slashes(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += *s == '/';
	return n;
}

/* Breadth first below `top`, folders alone, so many levels down. */
static void hunt(struct go *g, const char *top, const char *name, size_t levels, struct go_words *out)
{
	struct hunter h = { .g = g, .name = name, .out = out };

	go_add(g->a, &h.queue, top);
	for (size_t i = 0; i < h.queue.n && out->n < MAX_FOUND; i++) {
		const char *path;

		h.dir = h.queue.items[i];
		if (slashes(h.dir) > slashes(top) + levels || !go_is_dir(g, h.dir))
			continue;
		path = go_join(g->a, h.dir, name);
		if (go_is_file(g, path) && !go_has(out, path))
			go_add(g->a, out, path);
		(void)source_list(g->source, h.dir, see, &h);
	}
}

void go_header_elsewhere(struct go *g, const struct go_package *p, const char *name, struct go_words *out)
{
	static const char *const usual[] = { "/usr/local/include", "/usr/include", "/opt" };

	hunt(g, p->dir, name, 12, out);
	if (p->module != NULL && p->module->dir != NULL && out->n == 0)
		hunt(g, p->module->dir, name, 12, out);
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]) && out->n == 0; i++)
		hunt(g, usual[i], name, 2, out);
}
