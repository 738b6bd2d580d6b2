/* env_script.c - scripts that begin with "#!/usr/bin/env NAME".
 *
 * The kernel gives env all that stands behind it as one word. With -S env takes it apart itself; else it
 * is the name of the program as it is, blanks and all. Where upstream decides: coreutils' src/env.c.
 */
#include "verb/env_script.h"

#include <errno.h>
#include <string.h>

enum { SCRIPT_LINE = 256 };

static const char default_path[] = "/bin:/usr/bin"; /* of execvp where PATH is not set */

/* What stands behind the interpreter in the #! line, without blanks at its ends; NULL: nothing. */
static const char *argument(struct dlwhy_session *s, const char *script, struct arena *a)
{
	const struct store_entry *en = store_open(s->store, script);
	struct view v = en != NULL && en->err == 0 ? en->file->bytes : (struct view){ NULL, 0 };
	char *line;
	size_t n;

	if (v.n > SCRIPT_LINE - 1)
		v.n = SCRIPT_LINE - 1;
	if (v.n < 3)
		return NULL;
	line = arena_strndup(a, (const char *)v.p + 2, v.n - 2);
	line[strcspn(line, "\n")] = '\0';
	line += strspn(line, " \t");
	line += strcspn(line, " \t");
	line += strspn(line, " \t");
	for (n = strlen(line); n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t'); n--)
		line[n - 1] = '\0';
	return *line != '\0' ? line : NULL;
}

/* The string behind -S, NULL if it has none of that. */
static const char *split_string(const char *arg)
{
	static const char *const begins[] = { "-S", "-vS", "--split-string=" };

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (strncmp(arg, begins[i], strlen(begins[i])) == 0)
			return arg + strlen(begins[i]);
	return NULL;
}

struct words {
	const char **items;
	size_t n, cap;
};

/* False: it has escapes or variables, which are not followed. */
static bool split(const char *s, struct arena *a, struct words *out)
{
	while (*(s += strspn(s, " \t\r\v\f")) != '\0') {
		char *word = arena_strdup(a, s), *to = word, quote = '\0';

		if (*s == '#')
			return true;
		for (; *s != '\0' && (quote != '\0' || strchr(" \t\r\v\f", *s) == NULL); s++) {
			if (*s == '\\' || *s == '$')
				return false;
			if (quote == '\0' && (*s == '"' || *s == '\''))
				quote = *s;
			else if (*s == quote)
				quote = '\0';
			else
				*to++ = *s;
		}
		*to = '\0';
		if (quote != '\0')
			return false;
		*ARENA_PUSH(a, out) = word;
	}
	return true;
}

struct call {
	const char *name; /* of the program, NULL: not known */
	const char *path; /* PATH as env has it then */
};

static bool is_word(const char *word, const char *const *set)
{
	for (; *set != NULL; set++)
		if (strcmp(word, *set) == 0)
			return true;
	return false;
}

/* The first word that is no option and sets no variable. */
static void read_words(const struct words *w, struct call *c)
{
	static const char *const empties[] = { "-", "-i", "--ignore-environment", NULL };
	static const char *const harmless[] = { "-v", "--debug", NULL };
	size_t i = 0;

	for (; i < w->n && w->items[i][0] == '-'; i++) {
		const char *word = w->items[i];

		if (strcmp(word, "--") == 0) {
			i++;
			break;
		}
		if (is_word(word, empties)) {
			c->path = default_path;
		} else if (strcmp(word, "-u") == 0 && i + 1 < w->n) {
			if (strcmp(w->items[++i], "PATH") == 0)
				c->path = default_path;
		} else if (strcmp(word, "-uPATH") == 0 || strcmp(word, "--unset=PATH") == 0) {
			c->path = default_path;
		} else if (strncmp(word, "-u", 2) != 0 && strncmp(word, "--unset=", 8) != 0 &&
			   !is_word(word, harmless)) {
			return; /* -C and the like: not followed */
		}
	}
	for (; i < w->n && strchr(w->items[i], '=') != NULL; i++)
		if (strncmp(w->items[i], "PATH=", 5) == 0)
			c->path = w->items[i] + 5;
	if (i < w->n)
		c->name = w->items[i];
}

/* Without -S a variable or an option leaves the script itself to be started, again and again. */
static void read_call(const char *arg, struct arena *a, struct call *c)
{
	const char *s = split_string(arg);
	struct words w = { NULL, 0, 0 };

	if (s != NULL && split(s, a, &w))
		read_words(&w, c);
	else if (s == NULL && arg[0] != '-' && strchr(arg, '=') == NULL)
		c->name = arg;
}

/* As execvp searches: the first that may be executed. *err: of the search, where there is none. */
static const char *search(struct dlwhy_session *s, const struct call *c, struct arena *a, int *err)
{
	struct os_stat st;

	*err = ENOENT;
	if (strchr(c->name, '/') != NULL) {
		if (source_stat(s->source, c->name, true, &st) != 0)
			return NULL;
		*err = EACCES;
		return st.type == OS_REGULAR && (st.mode & 0111) != 0 ? c->name : NULL;
	}
	for (const char *list = c->path;; list++) {
		size_t n = strcspn(list, ":");
		const char *path = n > 0 ? arena_printf(a, "%.*s/%s", (int)n, list, c->name)
					 : arena_printf(a, "./%s", c->name);

		if (source_stat(s->source, path, true, &st) == 0) {
			if (st.type == OS_REGULAR && (st.mode & 0111) != 0)
				return path;
			*err = EACCES;
		}
		list += n;
		if (*list == '\0')
			return NULL;
	}
}

static bool is_busybox(const struct exec_result *env)
{
	const char *interp = env->file->file->elf.interp;

	return env->is_static || (interp != NULL && strstr(interp, "/ld-musl-") != NULL);
}

static bool is_folder(struct dlwhy_session *s, const char *path)
{
	struct os_stat st;

	return source_stat(s->source, path, true, &st) == 0 && st.type == OS_DIRECTORY;
}

/* In the words of env. */
static void refuse(struct dlwhy_session *s, struct exec_result *x, const struct call *c, int err,
		   struct arena *a, struct env_script *out)
{
	bool busybox = is_busybox(x);
	const char *why = strerrordesc_np(err);

	x->message = busybox ? arena_printf(a, "env: can't execute '%s': %s", c->name, why)
			     : arena_printf(a, "%s: '%s': %s", x->interpreter, c->name, why);
	if (!busybox && err == ENOENT && strpbrk(c->name, " \t") != NULL)
		out->line = arena_printf(a, "%s: use -[v]S to pass options in shebang lines", x->interpreter);
	x->err = err;
	x->status = err == ENOENT ? 127 : 126;
	x->why = err == ENOENT ? "env does not find it" :
		 strchr(c->name, '/') != NULL && is_folder(s, c->name) ? "it is a folder" :
		 "it has no permission to execute";
	x->by_env = x->interpreter;
	x->interpreter = c->name;
	x->file = NULL;
	x->is_static = false;
}

/* The program goes in the place of env; scripts on the way stay. */
static void go_on(struct dlwhy_session *s, const char *path, struct arena *a, struct exec_result *x)
{
	struct exec_result next;
	size_t most = sizeof(x->script_chain) / sizeof(x->script_chain[0]);

	exec_simulate(s->store, path, a, &next);
	for (size_t i = 0; i < x->nscripts && i + next.nscripts < most; i++) {
		memmove(next.script_chain + i + 1, next.script_chain + i,
			(most - i - 1) * sizeof(next.script_chain[0]));
		next.script_chain[i] = x->script_chain[i];
		next.nscripts++;
	}
	next.by_env = x->interpreter;
	*x = next;
}

void env_script_follow(struct dlwhy_session *s, struct arena *a, struct exec_result *x,
		       struct env_script *out)
{
	struct call c = { NULL, session_env(s, "PATH") };
	const char *arg, *path, *slash;
	int err = 0;

	*out = (struct env_script){ NULL, NULL };
	if (x->nscripts == 0 || x->err != 0 || x->file == NULL)
		return;
	arg = argument(s, x->script_chain[x->nscripts - 1], a);
	slash = strrchr(x->script_interpreter, '/');
	if (arg == NULL || slash == NULL || strcmp(slash, "/env") != 0)
		return;
	x->interpreter = x->script_interpreter;
	if (c.path == NULL || s->opt.root != NULL) /* as a shell there would have it */
		c.path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	read_call(arg, a, &c);
	if (c.name == NULL)
		return;
	path = search(s, &c, a, &err);
	out->name = c.name;
	if (path == NULL)
		refuse(s, x, &c, err, a, out);
	else
		go_on(s, path, a, x);
}
