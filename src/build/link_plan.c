/* link_plan.c - the command of a compiler driver -> the command of its linker.
 *
 * The driver is asked with -### in the C locale: it prints what it would call and calls nothing. What it
 * would call before the linker (compilers, assemblers) is called, with the temporary files in a folder of
 * ours: so each source is compiled by the compiler, and with the options, that the driver would use.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_child.h"
#include "base/str.h"
#include "build/link_priv.h"

enum { STEPS_MAX = 4096 };

bool link_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool link_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), k = strlen(suffix);

	return n >= k && strcmp(s + n - k, suffix) == 0;
}

const char *link_base(const char *path)
{
	const char *p = strrchr(path, '/');

	return p != NULL ? p + 1 : path;
}

const char *link_dir_of(struct arena *a, const char *path)
{
	const char *p = strrchr(path, '/');

	return p == NULL ? "" : p == path ? "/" : arena_strndup(a, path, (size_t)(p - path));
}

/* ---- names of programs --------------------------------------------------------------------- */

/* "gcc-12" without "-12", "aarch64-linux-gnu-ld.bfd" without the target. */
static bool has_stem(const char *program, const char *stem)
{
	size_t n = strlen(stem);

	for (const char *p = program; (p = strstr(p, stem)) != NULL; p++) {
		const char *end = p + n;

		if (p != program && p[-1] != '-')
			continue;
		if (*end == '-')
			end += 1 + strspn(end + 1, "0123456789.");
		if (*end == '\0' || strcmp(end, "-posix") == 0 || strcmp(end, "-win32") == 0)
			return true;
	}
	return false;
}

static const char *const linker_names[] = { "ld", "ld.bfd", "ld.gold", "ld.lld", "ld64.lld", "ld.mold",
	"mold", "gold",
					    "lld", "real-ld", "collect-ld" };
static const char *const driver_names[] = { "gcc", "g++", "cc", "c++", "clang", "clang++", "gfortran",
					    "c99", "c89", "c99-gcc", "c89-gcc", "tcc-gcc" };

static bool is_linker(const char *program)
{
	for (size_t i = 0; i < sizeof(linker_names) / sizeof(*linker_names); i++)
		if (has_stem(link_base(program), linker_names[i]))
			return true;
	return false;
}

static bool is_driver(const char *program)
{
	for (size_t i = 0; i < sizeof(driver_names) / sizeof(*driver_names); i++)
		if (has_stem(link_base(program), driver_names[i]))
			return true;
	return false;
}

const char *link_makes_other(const char *program)
{
	static const struct {
		const char *start, *what;
	} others[] = {
		{ "ld64", "programs of macOS" },
		{ "lld-link", "programs of Windows" },
		{ "link.exe", "programs of Windows" },
		{ "wasm-ld", "WebAssembly" },
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (link_starts(link_base(program), others[i].start) && !link_knows(program))
			return others[i].what;
	return NULL;
}

bool link_is_macho(const struct link_plan *plan)
{
	return plan->machine != NULL && strcmp(plan->machine, "macos") == 0;
}

bool link_is_rustc(const char *program)
{
	return has_stem(link_base(program), "rustc");
}

bool link_knows(const char *program)
{
	return is_linker(program) || is_driver(program);
}

const char *link_linker_name(enum link_linker k)
{
	static const char *const names[] = { "ld.bfd", "ld.gold", "ld.lld", "mold", "other" };

	return names[k];
}

/* ---- which linker it is ------------------------------------------------------------------------------ */

static enum link_linker kind_of_name(const char *name)
{
	if (strstr(name, "gold") != NULL)
		return LINKER_GOLD;
	if (strstr(name, "lld") != NULL)
		return LINKER_LLD;
	if (strstr(name, "mold") != NULL)
		return LINKER_MOLD;
	return strstr(name, "bfd") != NULL ? LINKER_BFD : LINKER_OTHER;
}

/* *died: by which signal it ended, 0 for none. */
static enum link_linker kind_of_version(const struct link_ask *ask, const char *path, int *died)
{
	const char *const argv[] = { path, "--version", NULL };
	struct link_answer r;

	link_ask_program(ask, path, argv, &r);
	*died = r.started == 0 && !r.end.timed_out ? r.end.signal : 0;
	if (strstr(r.out.p, "GNU gold") != NULL)
		return LINKER_GOLD;
	if (strstr(r.out.p, "GNU ld") != NULL)
		return LINKER_BFD;
	if (strncmp(r.out.p, "mold ", 5) == 0)
		return LINKER_MOLD;
	return strstr(r.out.p, "LLD ") != NULL ? LINKER_LLD : LINKER_OTHER;
}

static enum link_linker kind_of(const struct link_ask *ask, const char *path, int *died)
{
	enum link_linker k = kind_of_name(link_base(path));
	char *real = NULL, name[64];

	if (k != LINKER_OTHER || source_realpath(ask->source, path, &real) != 0)
		return k != LINKER_OTHER ? k : kind_of_version(ask, path, died);
	snprintf(name, sizeof(name), "%s", link_base(real));
	free(real);
	k = kind_of_name(name);
	return k != LINKER_OTHER ? k : kind_of_version(ask, path, died);
}

/* What it calls itself: GNU linkers by the name they were called by, lld by the last part of it. The
 * ld.lld that comes with Rust starts the rust-lld beside its folder. */
static void name_linker(const struct link_ask *ask, struct link_plan *p)
{
	const char *dir = link_dir_of(ask->a, p->linker);
	bool rust = strcmp(link_base(dir), "gcc-ld") == 0 &&
		    link_is_program(ask, arena_printf(ask->a, "%s/../rust-lld", dir));

	p->self = p->linker;
	if (p->kind == LINKER_LLD)
		p->self = rust ? "rust-lld" : link_base(p->linker);
	else if (p->kind == LINKER_MOLD)
		p->self = "mold";
}

static const char *emulation_of(const struct link_texts *words)
{
	for (size_t i = 0; i < words->n; i++) {
		if (strcmp(words->items[i], "-m") == 0 && i + 1 < words->n)
			return words->items[i + 1];
		if (link_starts(words->items[i], "-m") && words->items[i][2] != '\0' &&
		    !link_starts(words->items[i], "-ma"))
			return words->items[i] + 2;
	}
	return NULL;
}

/* GNU ld tells its folders itself: SEARCH_DIR("=/usr/lib"); */
static void ask_folders(const struct link_ask *ask, struct link_plan *p)
{
	const char *emulation = emulation_of(&p->words);
	const char *const argv[] = { p->linker, "--verbose", emulation != NULL ? "-m" : NULL, emulation,
				     NULL };
	struct link_answer r;

	if (p->kind == LINKER_GOLD) {
		*ARENA_PUSH(ask->a, &p->builtin) = "=/lib";
		*ARENA_PUSH(ask->a, &p->builtin) = "=/usr/lib";
	}
	if (p->kind != LINKER_BFD)
		return;
	link_ask_program(ask, p->linker, argv, &r);
	for (const char *s = r.out.p; (s = strstr(s, "SEARCH_DIR(\"")) != NULL;) {
		size_t n;

		s += strlen("SEARCH_DIR(\"");
		n = strcspn(s, "\"\n");
		*ARENA_PUSH(ask->a, &p->builtin) = arena_strndup(ask->a, s, n);
	}
}

/* Does a text of help name the option: "--NAME" or "-NAME", and no longer name? */
static bool helps_with(const char *help, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = help; (p = strstr(p, name)) != NULL; p++) {
		char c = p[n];
		bool longer = c == '-' || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			      (c >= '0' && c <= '9');
		bool negative = p - help > 5 && strncmp(p - 5, "[no-]", 5) == 0;

		if (p > help && (p[-1] == '-' || negative) && !longer)
			return true;
	}
	return false;
}

/* Words of which a table says that this linker may not know them: its help decides. */
static void ask_help(const struct link_ask *ask, struct link_plan *p)
{
	const char *const argv[] = { p->linker, "--help", NULL };
	struct link_texts words = { NULL, 0, 0 };
	struct link_answer r;
	bool asked = false;

	link_expand(ask->a, ask->source, p->words.items, p->words.n, &words);
	for (size_t i = 0; i < words.n; i++) {
		const char *name = link_may_refuse(ask->a, p->kind, words.items[i]);

		if (name == NULL)
			continue;
		if (!asked)
			link_ask_program(ask, p->linker, argv, &r);
		asked = true;
		if (!link_answered(&r)) /* then nothing is known of its words */
			return;
		if (!helps_with(r.out.p, name))
			*ARENA_PUSH(ask->a, &p->refused) = words.items[i];
	}
}

static void take_linker(const struct link_ask *ask, const char *path, struct link_plan *p)
{
	const char *emulation = emulation_of(&p->words);

	int died = 0;

	p->linker = path;
	p->kind = kind_of(ask, path, &died);
	if (died != 0 && p->driver != NULL) { /* it cannot even tell its version */
		p->failed = arena_printf(ask->a, "collect2: fatal error: %s terminated with signal %d [%s]",
					 link_base(path), died, strsignal(died));
		return;
	}
	if (emulation != NULL && link_starts(emulation, "i386pe"))
		p->machine = "mingw";
	if (link_starts(link_base(path), "ld64.lld"))
		p->machine = "macos";
	name_linker(ask, p);
	ask_folders(ask, p);
	ask_help(ask, p);
}

/* ---- what a driver is asked -------------------------------------------------------------------------- */

/* Options that make a compiler write files of its own beside the object, or hide its steps. */
static size_t skips(const char *word)
{
	static const char *const alone[] = { "-MD", "-MMD", "-MP", "-MG", "-pipe", "-gsplit-dwarf",
					     "-save-temps", "--save-temps", "-###", "-v" };
	static const char *const with_next[] = { "-MF", "-MT", "-MQ", "-MJ" };

	for (size_t i = 0; i < sizeof(alone) / sizeof(*alone); i++)
		if (strcmp(word, alone[i]) == 0)
			return 1;
	for (size_t i = 0; i < sizeof(with_next) / sizeof(*with_next); i++) {
		if (strcmp(word, with_next[i]) == 0)
			return 2;
		if (link_starts(word, with_next[i]))
			return 1;
	}
	return link_starts(word, "-save-temps=") ? 1 : 0;
}

static const char *const *question(const struct link_ask *ask, const struct link_texts *command)
{
	struct link_texts q = { NULL, 0, 0 };

	*ARENA_PUSH(ask->a, &q) = command->items[0];
	*ARENA_PUSH(ask->a, &q) = "-###";
	for (size_t i = 1; i < command->n; i++) {
		size_t k = skips(command->items[i]);

		if (k == 0)
			*ARENA_PUSH(ask->a, &q) = command->items[i];
		else
			i += k - 1;
	}
	*ARENA_PUSH(ask->a, &q) = NULL;
	return q.items;
}

/* -S, -E, -c: nothing is linked. */
static const char *ends_early(const struct link_texts *command)
{
	for (size_t i = 1; i < command->n; i++) {
		const char *w = command->items[i];

		if (strcmp(w, "-c") == 0)
			return "-c compiles and does not link";
		if (strcmp(w, "-S") == 0)
			return "-S makes assembler text and does not link";
		if (strcmp(w, "-E") == 0 || strcmp(w, "-M") == 0 || strcmp(w, "-MM") == 0)
			return "it only runs the preprocessor";
		if (strcmp(w, "-fsyntax-only") == 0)
			return "it only checks the syntax";
	}
	return NULL;
}

/* ---- steps before the linker ------------------------------------------------------------------------- */

static const struct link_made *made_as(const struct link_plan *p, const char *planned)
{
	for (size_t i = p->made.n; i-- > 0;)
		if (strcmp(p->made.items[i].planned, planned) == 0)
			return &p->made.items[i];
	return NULL;
}

const char *link_real_path(const struct link_plan *p, const char *path)
{
	const struct link_made *m = made_as(p, path);

	return m != NULL ? m->real : path;
}

/* The source that a step reads: made by an earlier step, or a file that the command names. */
static const char *source_of(const struct link_plan *p, const struct link_texts *step)
{
	const char *named = NULL;

	for (size_t i = 1; i < step->n; i++) {
		bool output = strcmp(step->items[i - 1], "-o") == 0;
		const struct link_made *m = output ? NULL : made_as(p, step->items[i]);

		if (m != NULL && m->source != NULL)
			return m->source;
		for (size_t k = 1; k < p->command.n && named == NULL; k++)
			if (step->items[i][0] != '-' && strcmp(p->command.items[k], step->items[i]) == 0 &&
			    !output)
				named = step->items[i];
	}
	return named;
}

static const char *our_name(const struct link_ask *ask, const struct link_plan *p, const char *planned)
{
	const char *dot = strrchr(link_base(planned), '.');

	return arena_printf(ask->a, "%s/%zu%s", ask->folder, p->made.n, dot != NULL ? dot : "");
}

/* The words of a step with its files in our folder. */
static const char *const *place_step(const struct link_ask *ask, struct link_plan *p, struct link_texts *step)
{
	const char *source = source_of(p, step), *output = NULL;
	struct link_texts argv = { NULL, 0, 0 };

	for (size_t i = 1; i + 1 < step->n; i++)
		if (strcmp(step->items[i], "-o") == 0)
			output = step->items[i + 1];
	if (output != NULL) {
		struct link_made m = { output, our_name(ask, p, output), source };

		*ARENA_PUSH(ask->a, &p->made) = m;
	}
	for (size_t i = 0; i < step->n; i++) {
		const char *before = i > 0 ? step->items[i - 1] : "", *w = step->items[i];

		if (strcmp(before, "-dumpdir") == 0)
			w = arena_printf(ask->a, "%s/", ask->folder);
		else if (strcmp(before, "-coverage-notes-file") == 0)
			w = arena_printf(ask->a, "%s/notes", ask->folder);
		else if (i > 0)
			w = link_real_path(p, w);
		*ARENA_PUSH(ask->a, &argv) = w;
	}
	*ARENA_PUSH(ask->a, &argv) = NULL;
	return argv.items;
}

const char *link_step_text(const struct link_ask *ask, const char *program, const struct link_answer *r)
{
	if (r->err.n > 0 || r->out.n > 0)
		return arena_printf(ask->a, "%s%s", r->out.p, r->err.p);
	if (r->end.signal != 0)
		return arena_printf(ask->a, "%s: terminated by signal %d", program, r->end.signal);
	return arena_printf(ask->a, "%s: failed with status %d", program, r->end.status);
}

/* False: it failed, and p->failed is what it said. */
static bool run_step(const struct link_ask *ask, struct link_plan *p, const char *compilers,
		     struct link_texts *step)
{
	const char *const *argv = place_step(ask, p, step);
	const char *path = strchr(argv[0], '/') != NULL ? argv[0] : link_in_path(ask, compilers, argv[0]);
	struct link_answer r;

	if (path == NULL)
		path = link_find_program(ask, argv[0]);
	if (path == NULL || !link_is_program(ask, path)) {
		p->failed = arena_printf(ask->a, "%s: fatal error: cannot execute '%s': execvp: "
					 "No such file or directory",
					 link_base(p->driver), link_base(argv[0]));
		return false;
	}
	link_ask_program(ask, path, argv, &r);
	if (!link_answered(&r))
		p->failed = link_step_text(ask, link_base(path), &r);
	return link_answered(&r);
}

/* ---- reading the plan -------------------------------------------------------------------------------- */

struct reading {
	const struct link_ask *ask;
	struct link_plan *p;
	const char *compilers; /* COMPILER_PATH */
	struct link_texts steps[STEPS_MAX];
	size_t nsteps;
	struct link_texts last;
	bool found;
};

static void read_line(struct reading *r, const char *line, size_t n)
{
	struct link_texts words = { NULL, 0, 0 };

	if (n > 14 && strncmp(line, "COMPILER_PATH=", 14) == 0)
		r->compilers = arena_strndup(r->ask->a, line + 14, n - 14);
	if (n == 0 || line[0] != ' ')
		return;
	link_words(r->ask->a, line, n, &words);
	if (words.n == 0 || words.items[0][0] == '(') /* clang: "(in-process)" */
		return;
	if (strcmp(link_base(words.items[0]), "collect2") == 0 || is_linker(words.items[0])) {
		r->last = words;
		r->found = true;
	} else if (r->nsteps < STEPS_MAX) {
		r->steps[r->nsteps++] = words;
	}
}

static void read_plan(struct reading *r, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		read_line(r, text, n);
		text += n + (text[n] == '\n');
	}
}

/* What a driver that gives up says: its lines with "error:" alone, without what -### adds. */
static const char *driver_error(struct arena *a, const char *text)
{
	const char *out = "";

	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		const char *line = arena_strndup(a, text, n);

		if (*line == ' ')
			; /* a command: words of it mean nothing here */
		else if (strstr(line, "error:") != NULL || strstr(line, "compilation terminated") != NULL)
			out = arena_printf(a, "%s%s%s", out, *out != '\0' ? "\n" : "", line);
		text += n + (text[n] == '\n');
	}
	return out;
}

/* "aarch64-linux-gnu-" of "aarch64-linux-gnu-gcc-12"; "" for a native compiler. */
static const char *target_prefix(struct arena *a, const char *driver)
{
	const char *base = link_base(driver), *gcc = strstr(base, "-gcc");

	if (gcc == NULL)
		gcc = strstr(base, "-g++");
	return gcc != NULL ? arena_strndup(a, base, (size_t)(gcc + 1 - base)) : "";
}

/* A cross compiler may have been built for one linker: it tells that by its path. */
static const char *built_in_linker(struct reading *r)
{
	const char *const argv[] = { r->p->driver, "-print-prog-name=ld", NULL };
	struct link_answer answer;
	size_t n;

	link_ask_program(r->ask, r->p->driver, argv, &answer);
	n = strcspn(answer.out.p, "\n");
	if (!link_answered(&answer) || answer.out.p[0] != '/')
		return NULL;
	return arena_strndup(r->ask->a, answer.out.p, n);
}

/* The linker that collect2 starts: see find_a_file in gcc/collect2.cc. */
static const char *behind_collect2(struct reading *r)
{
	const struct link_ask *ask = r->ask;
	const char *name = "ld", *path, *prefix = target_prefix(ask->a, r->p->driver);

	for (size_t i = 0; i < r->last.n; i++)
		if (link_starts(r->last.items[i], "-fuse-ld="))
			name = arena_printf(ask->a, "ld.%s", r->last.items[i] + 9);
	path = *prefix != '\0' && strcmp(name, "ld") == 0 ? built_in_linker(r) : NULL;
	if (path == NULL)
		path = link_in_path(ask, r->compilers, "real-ld");
	if (path == NULL)
		path = link_in_path(ask, r->compilers, "collect-ld");
	if (path == NULL)
		path = link_in_path(ask, r->compilers, name);
	if (path == NULL && *prefix != '\0')
		path = link_in_path(ask, link_env(ask, "PATH"), arena_printf(ask->a, "%s%s", prefix, name));
	if (path == NULL)
		path = link_in_path(ask, link_env(ask, "PATH"), name);
	if (path == NULL)
		r->p->failed = arena_printf(ask->a, "collect2: fatal error: cannot find '%s'", name);
	return path;
}

static void link_step(struct reading *r)
{
	struct link_plan *p = r->p;
	const char *path = r->last.items[0];

	for (size_t i = 1; i < r->last.n; i++)
		*ARENA_PUSH(r->ask->a, &p->words) = r->last.items[i];
	if (strcmp(link_base(path), "collect2") == 0)
		path = behind_collect2(r);
	if (path != NULL)
		take_linker(r->ask, path, p);
}

/* The six letters or digits that make a temporary file's name its own: "/tmp/ccAbCdEf.o", of clang
 * "/tmp/main-12ab3f.o"; NULL if it is none. */
static const char *own_part(const char *path)
{
	const char *base = link_base(path), *dot = strrchr(base, '.');

	if (dot == NULL || dot - base < 7 || strspn(dot - 6, "abcdefghijklmnopqrstuvwxyz"
							    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != 6)
		return NULL;
	return (dot - base == 8 && memcmp(base, "cc", 2) == 0) || dot[-7] == '-' ? dot - 6 : NULL;
}

static void replace(struct link_texts *words, const char *old, const char *name)
{
	for (size_t i = 0; i < words->n; i++)
		if (strcmp(words->items[i], old) == 0)
			words->items[i] = name;
}

/* Drivers name objects at random; the same question gets the same answer if they are counted instead. */
static void count_temporary_names(struct reading *r)
{
	unsigned n = 0;

	for (size_t i = 0; i < r->nsteps; i++)
		for (size_t k = 1; k < r->steps[i].n; k++) {
			const char *old = r->steps[i].items[k], *own = own_part(old), *name;

			if (strcmp(r->steps[i].items[k - 1], "-o") != 0 || own == NULL)
				continue;
			name = arena_printf(r->ask->a, "%.*s%06u%s", (int)(own - old), old, ++n, own + 6);
			for (size_t j = 0; j < r->nsteps; j++)
				replace(&r->steps[j], old, name);
			replace(&r->last, old, name);
		}
}

static void ask_driver(const struct link_ask *ask, struct link_plan *p)
{
	struct reading *r = ARENA_NEW(ask->a, struct reading);
	struct link_answer answer;

	r->ask = ask;
	r->p = p;
	p->not_linked = ends_early(&p->command);
	link_ask_program(ask, p->driver, question(ask, &p->command), &answer);
	if (!link_answered(&answer)) {
		const char *said = driver_error(ask->a, answer.err.p);

		p->failed = *said != '\0' ? said : link_step_text(ask, p->driver, &answer);
		return;
	}
	if (*driver_error(ask->a, answer.err.p) != '\0') { /* clang tells and plans on */
		p->failed = driver_error(ask->a, answer.err.p);
		return;
	}
	read_plan(r, answer.err.p);
	count_temporary_names(r);
	for (size_t i = 0; i < r->nsteps && ask->folder != NULL; i++)
		if (!run_step(ask, p, r->compilers, &r->steps[i]))
			return;
	if (r->found)
		link_step(r);
	else if (p->not_linked == NULL)
		p->not_linked = "the driver plans no link for it";
}

/* The line of the linker in an error of rustc: "<2 object files omitted>", "<sysroot>/lib/…". */
static bool is_shortened(const struct link_plan *p)
{
	for (size_t i = 1; i < p->command.n; i++) {
		const char *w = p->command.items[i];

		if ((*w == '<' && link_ends(w, " omitted>")) || link_starts(w, "<sysroot>/"))
			return true;
	}
	return false;
}

void link_plan_command(const struct link_ask *ask, struct link_plan *out)
{
	const char *name = out->command.items[0], *path = link_find_program(ask, name);

	if (path == NULL) {
		out->failed = arena_printf(ask->a, "%s: command not found", name);
		return;
	}
	if (link_is_rustc(name)) {
		link_plan_rust(ask, path, out);
		return;
	}
	if (is_shortened(out)) {
		out->not_linked = "rustc has left words out of this line: give the command of rustc";
		return;
	}
	if (!is_linker(name)) {
		out->driver = path;
		ask_driver(ask, out);
		return;
	}
	for (size_t i = 1; i < out->command.n; i++)
		*ARENA_PUSH(ask->a, &out->words) = out->command.items[i];
	take_linker(ask, path, out);
	if (out->kind != LINKER_LLD && out->kind != LINKER_MOLD)
		out->self = name;
}

void link_plan(const struct link_ask *ask, const char *const *argv, struct link_plan *out)
{
	struct link_ask mine = *ask;
	size_t n = 0;

	mine.output[0] = arena_alloc(ask->a, LINK_OUTPUT_MAX);
	mine.output[1] = arena_alloc(ask->a, LINK_OUTPUT_MAX);
	memset(out, 0, sizeof(*out));
	while (argv[n] != NULL)
		n++;
	link_expand(ask->a, ask->source, argv, n, &out->command);
	link_plan_command(&mine, out);
}
