/* prove_build.c - see prove_build.h.
 *
 * The result goes to a folder of our own, which is removed. go runs as the user would run it, with the
 * user's cache of builds, but without a network (GOPROXY=off, no version control), and where its mode would
 * let it write go.mod, with a copy of that. A make runs whatever a Makefile says: it is not run; the command
 * that links is, if it does nothing but link.
 */
#include "verb/prove_build.h"

#include <stdlib.h>
#include <string.h>

#include "base/os_child.h"
#include "base/os_watch.h"
#include "diagnose/common.h"
#include "repair/plan_packages.h"
#include "verb/driver_words.h"

enum { GO_SECONDS = 900, LINK_SECONDS = 120, OUTPUT = 64 << 10, LINES = 12, MAX_MODULE = 4 << 20 };

struct words {
	const char **items;
	size_t n, cap;
};

struct run {
	struct dlwhy_session *s;
	struct arena *a;
	struct built *out;
	char folder[4096]; /* ours; "" where there is none */
	unsigned seconds;
	struct words argv, env;
};

/* ---- running ------------------------------------------------------------------------------------------ */

static void add(struct arena *a, struct words *l, const char *word)
{
	*ARENA_PUSH(a, l) = word;
}

static const char *program(struct run *r, const char *name)
{
	struct plan_input in = { .source = r->s->source, .environ = r->s->environ, .a = r->a };

	return plan_program(&in, name);
}

/* The variables of the session; a later one of a name is the one that counts. */
static void set(struct run *r, const char *variable)
{
	size_t n = strcspn(variable, "=") + 1;

	for (size_t i = 0; i < r->env.n; i++)
		if (strncmp(r->env.items[i], variable, n) == 0) {
			r->env.items[i] = variable;
			return;
		}
	add(r->a, &r->env, variable);
}

static void take_environ(struct run *r)
{
	for (const char *const *v = r->s->environ; v != NULL && *v != NULL; v++)
		add(r->a, &r->env, *v);
}

/* Its first lines, without those that say what is built (# example.com/prog), and without our folder. */
static const char *first_lines(struct run *r, const char *text)
{
	const char *out = "", *at;
	size_t lines = 0;

	for (const char *p = text; *p != '\0' && lines < LINES;) {
		size_t n = strcspn(p, "\n");

		if (n > 0 && !starts_with(p, "# ")) {
			out = arena_printf(r->a, "%s%s%.*s", out, lines > 0 ? "\n" : "", (int)n, p);
			lines++;
		}
		p += n + (p[n] == '\n');
	}
	while ((at = strstr(out, r->folder)) != NULL)
		out = arena_printf(r->a, "%.*s/tmp%s", (int)(at - out), out, at + strlen(r->folder));
	return out;
}

static void ask(struct run *r)
{
	struct os_child c = { .seconds = r->seconds, .merged = true, .stop = r->s->stop };
	struct os_capture out = { .p = arena_alloc(r->a, OUTPUT), .cap = OUTPUT };
	char none[16];
	struct os_capture err = { .p = none, .cap = sizeof(none) };
	struct os_child_end end;
	int failed;

	add(r->a, &r->argv, NULL);
	add(r->a, &r->env, NULL);
	c.path = r->argv.items[0];
	c.argv = r->argv.items;
	c.env = r->env.items;
	failed = os_child_run(&c, &out, &err, &end);
	if (failed != 0)
		r->out->why_not =
			arena_printf(r->a, "%s cannot be started: %s", c.path, strerrordesc_np(failed));
	else if (end.timed_out)
		r->out->why_not =
			arena_printf(r->a, "%s did not end in %u minutes", r->out->by, r->seconds / 60);
	else if (end.signal != 0)
		r->out->why_not = arena_printf(r->a, "%s was killed", r->out->by);
	if (r->out->why_not != NULL)
		return;
	r->out->asked = true;
	r->out->works = end.status == 0;
	if (!r->out->works)
		r->out->message = first_lines(r, out.p);
}

static void begin(struct run *r)
{
	session_folder(r->s, r->folder, sizeof(r->folder));
	if (*r->folder == '\0')
		r->out->why_not = "there is no folder for what it makes";
}

static void end(struct run *r)
{
	if (*r->folder != '\0')
		os_remove_tree(r->folder);
}

/* ---- go build ---------------------------------------------------------------------------------- */

/* The output is ours: -o and its value are left out. */
static void take_args(struct run *r, const char *const *args)
{
	for (; args != NULL && *args != NULL; args++) {
		const char *word = *args + (starts_with(*args, "--") ? 1 : 0);

		if (strcmp(word, "-o") == 0 && args[1] != NULL)
			args++;
		else if (strcmp(word, "-o") != 0 && !starts_with(word, "-o="))
			add(r->a, &r->argv, *args);
	}
}

/* The value of a flag of go build; NULL: it is not given. */
static const char *flag(const struct run *r, const char *const *args, const char *name)
{
	const char *flags = session_env(r->s, "GOFLAGS");
	size_t n = strlen(name);

	for (; args != NULL && *args != NULL; args++) {
		const char *word = *args + (starts_with(*args, "--") ? 1 : 0);

		if (strcmp(word, name) == 0)
			return args[1] != NULL ? args[1] : "";
		if (strncmp(word, name, n) == 0 && word[n] == '=')
			return word + n + 1;
	}
	while (flags != NULL && *flags != '\0') {
		size_t len = strcspn(flags, " ");

		if (len > n && strncmp(flags, name, n) == 0 && flags[n] == '=')
			return arena_strndup(r->a, flags + n + 1, len - n - 1);
		flags += len + (flags[len] == ' ');
	}
	return NULL;
}

/* The text at dir/name goes into our folder. False: it is not there, or cannot be. */
static bool copy_here(struct run *r, const char *dir, const char *name)
{
	const struct store_entry *e = store_open(r->s->store, join_path(r->a, dir, name));

	return e != NULL && e->err == 0 && e->file->bytes.n <= MAX_MODULE &&
	       os_write_new(join_path(r->a, r->folder, name), e->file->bytes) == 0;
}

/* With -mod=mod go brings go.mod and go.sum up to date: then it gets its own. */
static bool keep_module(struct run *r, const char *package, const char *const *args)
{
	const char *mode = flag(r, args, "-mod"), *dir;
	char *start;

	if (!same_text(mode, "mod"))
		return true;
	if (flag(r, args, "-modfile") != NULL || flag(r, args, "-C") != NULL) {
		r->out->why_not = "with these flags it may write to the files of the module";
		return false;
	}
	start = source_absolute(r->s->source, package[0] == '.' || package[0] == '/' ? package : ".");
	dir = start != NULL ? arena_strdup(r->a, start) : "/";
	free(start);
	while (!copy_here(r, dir, "go.mod")) {
		if (dir[0] != '/' || dir[1] == '\0') {
			r->out->why_not = "its go.mod is not found";
			return false;
		}
		dir = dir_name(r->a, dir);
	}
	(void)copy_here(r, dir, "go.sum");
	add(r->a, &r->argv, arena_printf(r->a, "-modfile=%s/go.mod", r->folder));
	return true;
}

/* Nothing is fetched. Where no folder for builds is known, ours is one. */
static void keep_to_ourselves(struct run *r)
{
	set(r, "GOPROXY=off");
	set(r, "GONOPROXY=none");
	set(r, "GOVCS=*:off");
	if (session_env(r->s, "GOCACHE") == NULL && session_env(r->s, "HOME") == NULL &&
	    session_env(r->s, "XDG_CACHE_HOME") == NULL)
		set(r, arena_printf(r->a, "GOCACHE=%s/cache", r->folder));
}

void prove_go_build(struct dlwhy_session *s, const char *package, const char *const *args, struct arena *a,
		    struct built *out)
{
	struct run r = { .s = s, .a = a, .out = out, .seconds = GO_SECONDS };
	const char *go = program(&r, "go");

	*out = (struct built){ .by = "go build" };
	if (go == NULL) {
		out->why_not = "there is no go here";
		return;
	}
	begin(&r);
	add(a, &r.argv, go);
	add(a, &r.argv, "build");
	take_args(&r, args); /* -C wants to be the first of them */
	if (out->why_not == NULL && keep_module(&r, package, args)) {
		add(a, &r.argv, "-o");
		add(a, &r.argv, arena_printf(a, "%s/result", r.folder));
		add(a, &r.argv, package);
		take_environ(&r);
		keep_to_ourselves(&r);
		ask(&r);
	}
	/* What would have to be fetched tells nothing about the plan. */
	if (out->asked && !out->works &&
	    (strstr(out->message, "GOPROXY=off") != NULL ||
	     strstr(out->message, "toolchain not available") != NULL))
		*out = (struct built){ .by = out->by, .why_not = "go would have to fetch modules for it" };
	end(&r);
}

/* ---- a link -------------------------------------------------------------------------------------- */

void prove_link(struct dlwhy_session *s, const char *const *words, struct arena *a, struct built *out)
{
	struct run r = { .s = s, .a = a, .out = out, .seconds = LINK_SECONDS };
	const char *linker;
	size_t n = 0;

	*out = (struct built){ .by = "the linker" };
	while (words[n] != NULL)
		n++;
	if (!driver_is_plain(words, n) || !driver_writes_one_file(words, n)) {
		out->why_not = "the command may do more than link";
		return;
	}
	linker = program(&r, words[0]);
	if (linker == NULL) {
		out->why_not = arena_printf(a, "there is no %s here", words[0]);
		return;
	}
	begin(&r);
	if (out->why_not != NULL)
		return;
	add(a, &r.argv, linker);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(words[i], "-o") == 0 && i + 1 < n)
			i++;
		else
			add(a, &r.argv, words[i]);
	}
	add(a, &r.argv, "-o");
	add(a, &r.argv, arena_printf(a, "%s/result", r.folder));
	take_environ(&r);
	ask(&r);
	end(&r);
}
