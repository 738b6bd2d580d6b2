/* go_ask.c - the C compiler is asked about the texts of a package, as cgo and go ask it: does it find the
 * headers of its own target, is each C.name declared and what is it, do preambles and C files compile? It
 * makes nothing of them (-fsyntax-only). Only packages of one's own are asked about: others are built
 * elsewhere every day.
 *
 * Where upstream decides: cmd/cgo/gcc.go (guessKinds, rewriteName, gccCmd), cmd/go/internal/work/exec.go.
 */
#include <stdlib.h>
#include <string.h>

#include "base/os_child.h"
#include "base/os_watch.h"
#include "build/go_build.h"
#include "build/go_c.h"
#include "build/go_env.h"
#include "build/go_source.h"
#include "build/go_text.h"
#include "message/go_text.h"

enum { ASK_SECONDS = 60, ASK_OUTPUT = 1 << 20, MAX_ASKED = 200, MAX_NAMES = 5000 };

/* ---- the compiler ------------------------------------------------------------------------------- */

/* What go adds for the target; NULL: not known here. */
static const char *machine_option(const struct go *g)
{
	static const char *const options[][2] = { { "amd64", "-m64" }, { "386", "-m32" }, { "arm", "-marm" },
						  { "arm64", "" } };

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strcmp(options[i][0], g->env.goarch) == 0)
			return options[i][1];
	return NULL;
}

static bool may_ask(const struct go *g)
{
	return g->scratch != NULL && g->args.overlay == NULL && machine_option(g) != NULL &&
	       strcmp(g->env.goos, "linux") == 0;
}

static const char *const *plain_env(struct go *g)
{
	struct go_words out = { NULL, 0, 0 };

	for (const char *const *e = g->environ; e != NULL && *e != NULL; e++)
		if (!go_starts(*e, "LC_") && !go_starts(*e, "LANG"))
			go_add(g->a, &out, *e);
	go_add(g->a, &out, "LC_ALL=C");
	go_add(g->a, &out, NULL);
	return out.items;
}

/* What it prints to standard error when it reads `file`, standing in the folder of the package; NULL: it was
 * not started, or did not come to its end. */
static const char *ask(struct go *g, const struct go_compiler *c, const struct go_words *options,
		       const char *dir, const char *file, bool *ok)
{
	static const char *const last[] = { "-fno-lto", "-fsyntax-only", "-fdiagnostics-color=never" };
	struct go_words w = { NULL, 0, 0 };
	struct os_child child = { .path = c->path, .env = plain_env(g), .cwd = dir, .seconds = ASK_SECONDS };
	char nothing[1];
	struct os_capture out = { .p = nothing, .cap = 1 }, err = { .cap = ASK_OUTPUT };
	struct os_child_end end;

	go_add(g->a, &w, c->program);
	go_add_all(g->a, &w, &c->args);
	go_add_all(g->a, &w, options);
	if (*machine_option(g) != '\0')
		go_add(g->a, &w, machine_option(g));
	for (size_t i = 0; i < sizeof(last) / sizeof(last[0]); i++)
		go_add(g->a, &w, last[i]);
	go_add(g->a, &w, file);
	go_add(g->a, &w, NULL);
	child.argv = w.items;
	*ok = false;
	err.p = arena_alloc(g->a, ASK_OUTPUT);
	if (os_child_run(&child, &out, &err, &end) != 0 || end.signal != 0)
		return NULL;
	*ok = end.status == 0;
	return err.p;
}

static const char *write_text(struct go *g, const char *text)
{
	struct view v = { (const unsigned char *)text, strlen(text) };
	const char *path = arena_printf(g->a, "%s/ask%zu.c", g->scratch, g->nasked++);

	return os_write_new(path, v) == 0 ? path : NULL;
}

/* ---- what it printed -------------------------------------------------------------------------------- */

static const char *next_line(struct arena *a, const char **at)
{
	size_t n = strcspn(*at, "\n");
	const char *line = arena_strndup(a, *at, n);

	*at += n + ((*at)[n] == '\n');
	return line;
}

static bool is_error(const char *line)
{
	return strstr(line, ": error: ") != NULL || strstr(line, ": fatal error: ") != NULL;
}

/* "FILE:LINE:…", and not "cc1: …". */
static bool has_place(const char *line)
{
	const char *colon = strchr(line, ':');

	return colon != NULL && colon[1] >= '0' && colon[1] <= '9';
}

/* Files by their paths, as go shows them: "./main.go". */
static const char *shown(struct go *g, const struct go_package *p, const char *line)
{
	char *prefix = arena_printf(g->a, "%s/", p->dir);
	const char *dir = go_short_path(g, p->dir);

	if (!go_starts(line, prefix))
		return line;
	return arena_printf(g->a, "%s/%s", dir, line + strlen(prefix));
}

/* "FILE:LINE:COL: …" */
static void take_place(struct go *g, const struct go_package *p, const char *line, struct go_place *out)
{
	const char *colon = strchr(line, ':');
	char *end;

	if (colon == NULL)
		return;
	out->file = go_join(g->a, p->dir, arena_strndup(g->a, line, (size_t)(colon - line)));
	if (line[0] == '/')
		out->file = arena_strndup(g->a, line, (size_t)(colon - line));
	out->line = (uint32_t)strtoul(colon + 1, &end, 10);
	out->col = *end == ':' ? (uint32_t)strtoul(end + 1, NULL, 10) : 0;
}

/* 'X' in "'X' undeclared" and "use of undeclared identifier 'X'"; NULL. */
static const char *undeclared(struct arena *a, const char *line)
{
	const char *word = strstr(line, "undeclared"), *quote = strchr(line, '\'');
	const char *close = quote != NULL ? strchr(quote + 1, '\'') : NULL;

	return word != NULL && close != NULL ? arena_strndup(a, quote + 1, (size_t)(close - quote - 1))
			: NULL;
}

/* "fatal error: X: No such file or directory", "fatal error: 'X' file not found". */
static const char *missing_header(struct arena *a, const char *line)
{
	const char *s = strstr(line, ": fatal error: "), *end;

	if (s == NULL)
		return NULL;
	s += strlen(": fatal error: ");
	end = strstr(s, ": No such file or directory");
	if (end == NULL && *s == '\'' && (end = strstr(s, "' file not found")) != NULL)
		s++;
	return end != NULL ? arena_strndup(a, s, (size_t)(end - s)) : NULL;
}

static struct go_problem *error_problem(struct go *g, struct go_package *p, const char *line,
					const char *verb)
{
	const char *header = missing_header(g->a, line);
	struct go_problem *x = go_problem(g, header != NULL ? GO_HEADER : GO_C_ERROR, "%s", shown(g, p,
			line));

	x->package = p->path;
	x->verb = verb;
	p->failed = true;
	take_place(g, p, line, &x->at);
	x->object = header != NULL ? header : x->at.file;
	x->symbol = header == NULL ? undeclared(g->a, line) : NULL;
	if (header != NULL) {
		go_header_elsewhere(g, p, header, &x->found);
		x->detail = x->found.n > 0 ? "other-dir" : "not-installed";
	}
	return x;
}

/* ---- names of C ------------------------------------------------------------------------------------- */

enum sniff { NOT_DECLARED = 1, NOT_TYPE = 2, NOT_INT = 4, NOT_NUM = 8, NOT_STRING = 16 };

/* Each is an error in a line of its own if the name is not that. */
static const struct {
	const char *file, *text;
	enum sniff says;
} probes[] = {
	{ "not-declared", "{ __typeof__(%s) *__cgo_undefined__1; }", NOT_DECLARED },
	{ "not-type", "{ %s *__cgo_undefined__2; }", NOT_TYPE },
	{ "not-int-const", "{ enum { __cgo_undefined__3 = (%s)*1 }; }", NOT_INT },
	{ "not-num-const", "{ static const double __cgo_undefined__4 = (%s); }", NOT_NUM },
	{ "not-str-lit", "{ static const char __cgo_undefined__5[] = (%s); }", NOT_STRING },
};
enum { NPROBES = sizeof(probes) / sizeof(probes[0]) };

struct asked_name {
	const struct go_c_name *first; /* place */
	const struct go_c_name *call;  /* the first call of it, NULL */
	unsigned sniff;
};

struct question {
	struct go *g;
	struct go_package *p;
	const struct go_file *file;
	struct asked_name *names;
	size_t n;
	bool completed;
	bool open; /* the preamble has no end */
	const char *error; /* the first line about anything else, NULL */
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct asked_name *)a)->first->name,
			((const struct asked_name *)b)->first->name);
}

static const char *const tagged[] = { "struct_", "union_", "enum_" };

/* "ulong" is "unsigned long", "sizeof_T" is "sizeof(T)". */
static const char *c_name(struct arena *a, const char *name)
{
	static const char *const known[][2] = {
		{ "schar", "signed char" },     { "uchar", "unsigned char" },
		{ "ushort", "unsigned short" }, { "uint", "unsigned int" },
		{ "ulong", "unsigned long" },   { "longlong", "long long" },
		{ "ulonglong", "unsigned long long" }, { "complexfloat", "float _Complex" },
		{ "complexdouble", "double _Complex" }
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i][0], name) == 0)
			return known[i][1];
	if (go_starts(name, "sizeof_"))
		return arena_printf(a, "sizeof(%s)", c_name(a, name + 7));
	for (size_t i = 0; i < sizeof(tagged) / sizeof(tagged[0]); i++)
		if (go_starts(name, tagged[i]))
			return arena_printf(a, "%.*s %s", (int)strlen(tagged[i]) - 1, name, strchr(name,
					'_') + 1);
	return name;
}

/* Of struct_x and its like nothing needs to be asked; what cgo calls by names of its own is there. */
static bool is_asked(const char *name)
{
	for (size_t i = 0; i < sizeof(tagged) / sizeof(tagged[0]); i++)
		if (go_starts(name, tagged[i]))
			return false;
	return !go_starts(name, "_cgo") && !go_starts(name, "_Ctype_") && strcmp(name, "malloc") != 0 &&
	       strcmp(name, "errno") != 0;
}

static void collect(struct question *q, const struct go_c_names *all)
{
	struct map seen;

	map_init(&seen);
	q->names = ARENA_ARRAY(q->g->a, all->n + 1, struct asked_name);
	for (size_t i = 0; i < all->n && q->n < MAX_NAMES; i++) {
		const struct go_c_name *c = &all->items[i];
		struct asked_name *n = map_get_str(&seen, c->name);

		if (!is_asked(c->name))
			continue;
		if (n == NULL) {
			n = &q->names[q->n++];
			*n = (struct asked_name){ c, NULL, 0 };
			map_put_str(&seen, c->name, n);
		}
		if (n->call == NULL && c->called)
			n->call = c;
	}
	map_free(&seen, NULL);
	qsort(q->names, q->n, sizeof(*q->names), by_name);
}

/* Every preamble has these. */
static const char prolog[] = "#line 1 \"cgo-builtin-prolog\"\n"
			     "#include <stddef.h>\n"
			     "typedef ptrdiff_t intgo;\n"
			     "#define GO_CGO_GOSTRING_TYPEDEF\n"
			     "typedef struct { const char *p; intgo n; } _GoString_;\n"
			     "typedef struct { char *p; intgo n; intgo c; } _GoBytes_;\n"
			     "_GoString_ GoString(char *p);\n"
			     "_GoString_ GoStringN(char *p, int l);\n"
			     "_GoBytes_ GoBytes(void *p, int n);\n"
			     "char *CString(_GoString_);\n"
			     "void *CBytes(_GoBytes_);\n"
			     "void *_CMalloc(size_t);\n"
			     "size_t _GoStringLen(_GoString_ s);\n"
			     "const char *_GoStringPtr(_GoString_ s);\n";

/* The preamble without its #cgo lines, which are not for the compiler. */
static void add_preamble(struct go *g, const struct go_file *f, const struct go_comment *c,
			 struct arena_text *out)
{
	arena_text_str(g->a, out, arena_printf(g->a, "#line %u \"%s\"\n", c->line, f->path));
	for (const char *s = c->raw; *s != '\0';) {
		const char *line = next_line(g->a, &s);
		const char *word = line + strspn(line, " \t");

		if (!go_starts(word, "#cgo ") && !go_starts(word, "#cgo\t"))
			arena_text_str(g->a, out, line);
		arena_text_str(g->a, out, "\n");
	}
	arena_text_str(g->a, out, "\n#line 1 \"cgo-generated-wrapper\"\n");
}

static const char *question_text(const struct question *q, const struct go_file *f)
{
	struct arena *a = q->g->a;
	struct arena_text out = { NULL, 0, 0 };

	arena_text_str(a, &out, prolog);
	for (size_t i = 0; i < f->preambles.n; i++)
		add_preamble(q->g, f, &f->preambles.items[i], &out);
	for (size_t i = 0; i < q->n; i++)
		for (size_t k = 0; k < NPROBES; k++) {
			const char *name = c_name(a, q->names[i].first->name), *at = strstr(probes[k].text,
					"%s");

			arena_text_str(a, &out,
				       arena_printf(a, "#line %zu \"%s\"\nvoid __cgo_f_%zu_%zu(void) "
						"%.*s%s%s\n",
						    i + 1, probes[k].file, i + 1, k + 1,
						    (int)(at - probes[k].text), probes[k].text, name,
								at + 2));
		}
	arena_text_str(a, &out, "#line 1 \"completed\"\nint __cgo__1 = __cgo__2;\n");
	return arena_text_end(a, &out);
}

static bool is_constant(unsigned sniff)
{
	return sniff == (NOT_STRING | NOT_TYPE) || sniff == (NOT_INT | NOT_STRING | NOT_TYPE) ||
	       sniff == (NOT_INT | NOT_NUM | NOT_TYPE);
}

/* A brace or comment of the preamble is open at the end. cgo finds out when it asks for types, with a line
 * for each name and three more for each of two tables. */
static bool is_open_end(const char *line)
{
	return strstr(line, "end of input") != NULL || strstr(line, "expected '}'") != NULL;
}

static const char *open_end(const struct question *q)
{
	size_t n = 0;

	for (size_t i = 0; i < q->n; i++)
		n += !is_constant(q->names[i].sniff);
	return arena_printf(q->g->a, "cgo-dwarf-inference:%zu:1: error: expected declaration or statement at "
			    "end of input", 3 * n + 6);
}

/* The probe that a line is about: "not-type:3:…"; true: it was one. */
static bool take_probe(struct question *q, const char *line)
{
	if (go_starts(line, "completed:")) {
		q->completed = true;
		q->open = q->open || is_open_end(line);
		return true;
	}
	for (size_t k = 0; k < NPROBES; k++) {
		size_t n = strlen(probes[k].file), i;

		if (!go_starts(line, probes[k].file) || line[n] != ':')
			continue;
		i = strtoul(line + n + 1, NULL, 10);
		if (i > 0 && i <= q->n)
			q->names[i - 1].sniff |= probes[k].says;
		return true;
	}
	return false;
}

/* "…: warning: implicit declaration of function 'f'": the linker looks for it. Of builtins it says more. */
static void take_implicit(const struct question *q, const char *line)
{
	static const char says[] = ": warning: implicit declaration of function '";
	const char *at = strstr(line, says), *end;

	end = at != NULL ? strchr(at + strlen(says), '\'') : NULL;
	if (end != NULL && go_starts(line, q->p->dir))
		go_add(q->g->a, &q->p->implicit,
		       arena_strndup(q->g->a, at + strlen(says), (size_t)(end - at) - strlen(says)));
}

/* An error in a macro stands at its #define; a note tells where it was used. */
static void read_answer(struct question *q, const char *text)
{
	const char *open = NULL;

	while (*text != '\0') {
		const char *line = next_line(q->g->a, &text);
		bool error = is_error(line);

		take_implicit(q, line);
		if (!error && !(open != NULL && strstr(line, ": note: ") != NULL))
			continue;
		if (error && open != NULL && q->error == NULL)
			q->error = open;
		if (take_probe(q, line))
			open = NULL;
		else if (error)
			open = line;
	}
	if (open != NULL && q->error == NULL)
		q->error = open;
}

static bool is_known(unsigned sniff)
{
	return is_constant(sniff) || sniff == (NOT_INT | NOT_NUM | NOT_STRING) ||
	       sniff == (NOT_INT | NOT_NUM | NOT_STRING | NOT_TYPE);
}

/* It is nothing; or a constant that is called. */
static void name_problem(const struct question *q, const struct go_c_name *n, bool constant)
{
	const char *path = go_short_path(q->g, n->at.file);
	const char *dot = strchr(path, '/') == NULL ? "./" : "";
	struct go_problem *x = constant ? go_problem(q->g, GO_C_NAME, GO_TEXT_C_CALL, dot, path, n->at.line,
						     n->at.col, n->name)
					: go_problem(q->g, GO_C_NAME, GO_TEXT_C_NAME, dot, path, n->at.line,
						     n->at.col, n->name);

	x->package = q->p->path;
	x->detail = constant ? "source-error" : "name-unknown";
	x->object = n->at.file;
	x->symbol = n->name;
	x->at = n->at;
	q->p->failed = true;
}

/* In the order of cgo: names that are nothing, then what the compiler says of the preamble, then calls. */
static bool judge(const struct question *q)
{
	bool bad = false;

	for (size_t i = 0; i < q->n; i++)
		if (!is_known(q->names[i].sniff)) {
			name_problem(q, q->names[i].first, false);
			bad = true;
		}
	if (q->error != NULL || q->open) {
		struct go_problem *x = error_problem(q->g, q->p, q->error != NULL ? q->error : open_end(q),
				"CFLAGS");

		if (q->error == NULL) { /* that place is none of a file */
			x->at = (struct go_place){ q->file->path, 0, 0 };
			x->object = q->file->path;
			x->other = "open";
		}
		return false;
	}
	for (size_t i = 0; i < q->n && !bad; i++)
		if (is_constant(q->names[i].sniff) && q->names[i].call != NULL) {
			name_problem(q, q->names[i].call, true);
			bad = true;
		}
	return !bad;
}

enum go_asked go_ask_preamble(struct go *g, struct go_package *p, const struct go_file *f)
{
	struct go_words options = { NULL, 0, 0 }, flags = { NULL, 0, 0 };
	struct question q = { .g = g, .p = p, .file = f };
	struct go_c_names names = { NULL, 0, 0 };
	struct go_compiler c;
	const char *file, *text;
	bool ok;

	go_compiler_read(g, g->env.cc, &c);
	if (!may_ask(g) || c.path == NULL || go_uses_swig(p) || g->nasked > MAX_ASKED)
		return GO_ASKED_NOT;
	go_c_names(g, f, &names);
	collect(&q, &names);
	go_c_flags(g, p, false, &flags);
	/* Warnings never are errors to cgo. */
	go_add(g->a, &options, "-Wno-error");
	go_add(g->a, &options, "-Wimplicit-function-declaration");
	go_add(g->a, &options, "-xc");
	if (c.is_clang)
		go_add(g->a, &options, "-ferror-limit=0");
	go_add(g->a, &options, "-iquote."); /* cgo gives it as standard input */
	for (size_t i = 0; i < flags.n; i++)
		if (!go_starts(flags.items[i], "-O") && (!go_starts(flags.items[i], "-W") ||
							 go_starts(flags.items[i], "-Wp,")))
			go_add(g->a, &options, flags.items[i]);
	go_add(g->a, &options, "-O0");
	file = write_text(g, question_text(&q, f));
	text = file != NULL ? ask(g, &c, &options, p->dir, file, &ok) : NULL;
	if (text == NULL)
		return GO_ASKED_NOT;
	read_answer(&q, text);
	/* What ends the compiler early tells of the rest nothing. */
	if (!q.completed && (q.error == NULL || strstr(q.error, g->scratch) != NULL))
		return GO_ASKED_NOT;
	if (!q.completed)
		q.n = 0;
	return judge(&q) ? GO_ASKED_FINE : GO_ASKED_FAILED;
}

/* ---- sources and headers ------------------------------------------------------------------------------ */

enum go_asked go_ask_source(struct go *g, struct go_package *p, const char *name, bool cxx)
{
	struct go_words options = { NULL, 0, 0 };
	struct go_compiler c;
	const char *text;
	bool ok = true;

	go_compiler_read(g, cxx ? g->env.cxx : g->env.cc, &c);
	if (!may_ask(g) || c.path == NULL || go_uses_swig(p) || g->nasked++ > MAX_ASKED)
		return GO_ASKED_NOT;
	go_c_flags(g, p, cxx, &options);
	text = ask(g, &c, &options, p->dir, name, &ok);
	if (text == NULL)
		return GO_ASKED_NOT;
	while (!ok && *text != '\0') {
		const char *line = next_line(g->a, &text);

		if (is_error(line) && has_place(line)) {
			error_problem(g, p, line, cxx ? "CXXFLAGS" : "CFLAGS");
			return GO_ASKED_FAILED;
		}
	}
	return ok ? GO_ASKED_FINE : GO_ASKED_NOT;
}

/* The first file of runtime/cgo includes stdlib.h: does a compiler for that target have it, with all that it
 * includes? */
enum go_asked go_ask_target(struct go *g, struct go_package *runtime_cgo)
{
	struct go_words options = { NULL, 0, 0 };
	struct go_compiler c;
	const char *file, *text;
	bool ok = true;

	go_compiler_read(g, g->env.cc, &c);
	if (!may_ask(g) || c.path == NULL)
		return GO_ASKED_NOT;
	go_env_flags(g, "CPPFLAGS", &options);
	go_env_flags(g, "CFLAGS", &options);
	go_add(g->a, &options, "-w");
	file = write_text(g, "#line 3 \"_cgo_export.c\"\n#include <stdlib.h>\n");
	text = file != NULL ? ask(g, &c, &options, runtime_cgo->dir, file, &ok) : NULL;
	while (text != NULL && !ok && *text != '\0') {
		const char *line = next_line(g->a, &text);
		const char *header = missing_header(g->a, line);
		struct go_problem *x;

		if (header == NULL)
			continue;
		x = go_problem(g, GO_HEADER, "%s", line);
		x->package = runtime_cgo->path;
		x->object = header;
		x->detail = "not-installed";
		x->verb = "CC";
		runtime_cgo->failed = true;
		return GO_ASKED_FAILED;
	}
	return text != NULL && ok ? GO_ASKED_FINE : GO_ASKED_NOT;
}
