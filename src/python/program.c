/* program.c - which program a name means: PATH, environment folders, scripts in front of the program.
 *
 * A shim of pyenv is a shell script that asks pyenv, which is one too; what they decide is decided here
 * as they do (libexec/pyenv-version-file, pyenv-version-file-read, pyenv-version-name, pyenv-latest,
 * pyenv-which). Other scripts are followed if they end in a plain `exec PROGRAM`.
 */
#include <stdlib.h>
#include <string.h>

#include "python/home_priv.h"
#include "base/str.h"
#include "python/pyenv.h"
#include "source/resolve.h"

enum { SCRIPTS_MAX = 5, SCRIPT_BYTES = 65536 };

static const char default_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const char *py_search_path(struct home_ctx *c, const char *list, const char *name, const char *skip)
{
	while (list != NULL) {
		size_t n = strcspn(list, ":");
		const char *dir = py_abspath(c->a, c->cwd, arena_strndup(c->a, list, n));
		const char *path = py_join(c->a, dir, name);

		if ((skip == NULL || strcmp(dir, skip) != 0) && py_isxfile(c->src, path))
			return path;
		list = list[n] == ':' ? list + n + 1 : NULL;
	}
	return NULL;
}

/* ---- folders ------------------------------------------------------------------------------ */

/* The interpreter in an environment: its bin/python, else the first bin/python3.N. */
static const char *in_environment(struct home_ctx *c, const char *dir)
{
	static const char *const names[] = { "bin/python", "bin/python3", "python", "python3" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *path = py_join(c->a, dir, names[i]);

		if (py_isxfile(c->src, path))
			return path;
	}
	for (int minor = 30; minor >= 0; minor--) {
		const char *path = arena_printf(c->a, "%s/bin/python3.%d", dir, minor);

		if (py_isxfile(c->src, path))
			return path;
	}
	return NULL;
}

static bool start(struct home_ctx *c, const char *argv0, const char *path, const char *why)
{
	if (path == NULL)
		return false;
	c->argv0 = argv0;
	c->started = path;
	c->h->why = why;
	return true;
}

/* A path, or the name of a folder beside the working folder. */
static bool start_path(struct home_ctx *c, const char *given)
{
	const char *path = py_abspath(c->a, c->cwd, given);

	if (py_isdir(c->src, path)) {
		const char *program = in_environment(c, path);

		return start(c, program, program,
			     arena_printf(c->a, "the interpreter of the environment %s", path));
	}
	if (strchr(given, '/') == NULL || !py_isxfile(c->src, path))
		return false;
	return start(c, given, py_join(c->a, c->cwd, given), "the program that was named");
}

static bool start_name(struct home_ctx *c, const char *name)
{
	const char *path = py_search_path(c, c->path_list, name, NULL);

	return start(c, name, path,
		     arena_printf(c->a, "the first %s on PATH", name));
}

/* ---- scripts ------------------------------------------------------------------------------ */

/* The word at the beginning of v with its quotes removed; NULL if a shell would have to expand it.
 * The folder of the script itself is what the two usual spellings expand to. */
static const char *shell_word(struct home_ctx *c, struct view v)
{
	static const char *const here[] = { "$(dirname \"$0\")", "$(dirname $0)", "${0%/*}",
					    "$(dirname -- \"$0\")" };
	char quote = v.n > 0 && (v.p[0] == '"' || v.p[0] == '\'') ? (char)v.p[0] : '\0';
	const char *s, *dir = "";
	size_t n = 0;

	if (quote != '\0') {
		v.p++;
		v.n--;
	}
	s = arena_strndup(c->a, (const char *)v.p, v.n);
	for (size_t i = 0; quote != '\'' && i < sizeof(here) / sizeof(here[0]); i++) {
		if (strncmp(s, here[i], strlen(here[i])) == 0) {
			dir = py_dirname(c->a, c->started);
			s += strlen(here[i]);
			if (quote != '\0' && *s == quote) { /* "$(dirname "$0")"/… */
				s++;
				quote = '\0';
			}
			break;
		}
	}
	n = quote == '\0' ? strcspn(s, " \t;&|<>") : strcspn(s, quote == '"' ? "\"" : "'");
	s = arena_strndup(c->a, s, n);
	if (n == 0 || (quote != '\'' && strpbrk(s, "$`\\") != NULL))
		return NULL;
	return *dir != '\0' ? py_abspath(c->a, c->cwd, arena_printf(c->a, "%s/%s", dir, s)) : s;
}

static bool skip_word(struct view *v, const char *word)
{
	size_t n = strlen(word);

	if (v->n <= n || memcmp(v->p, word, n) != 0)
		return false;
	v->p += n;
	v->n -= n;
	*v = py_trim(*v);
	return true;
}

/* What the script executes in its last line that begins with exec. NULL: nothing that can be read. */
static const char *script_target(struct home_ctx *c, struct view text)
{
	const char *target = NULL;
	struct view line;

	if (text.n > SCRIPT_BYTES)
		text.n = SCRIPT_BYTES;
	while (py_next_line(&text, &line)) {
		line = py_trim(line);
		if (!skip_word(&line, "'''exec' ") && !skip_word(&line, "exec "))
			continue;
		if (skip_word(&line, "-a \"$0\" ") || line.n > 0)
			target = shell_word(c, line);
	}
	return target;
}

static const char *pyenv_root(struct home_ctx *c, struct view text)
{
	struct view line;

	if (memmem(text.p, text.n, "/libexec/pyenv", 14) == NULL)
		return NULL;
	while (py_next_line(&text, &line)) {
		line = py_trim(line);
		if (skip_word(&line, "export PYENV_ROOT="))
			return shell_word(c, line);
	}
	return NULL;
}

/* Follows scripts to a program that is none. False, with *err set, if that cannot be done. */
static enum dlwhy_code follow_scripts(struct home_ctx *c, struct dlwhy_error *err)
{
	for (int i = 0; i < SCRIPTS_MAX; i++) {
		const char *name = py_basename(c->started), *root, *target;
		struct view text;

		if (!py_bytes(c->store, c->started, &text))
			return err_set(err, DLWHY_E_IO, 0, "%.180s cannot be read", c->started);
		if (text.n < 2 || memcmp(text.p, "#!", 2) != 0)
			return DLWHY_OK;
		root = pyenv_root(c, text);
		target = root != NULL ? pyenv_which(c, root, name) : script_target(c, text);
		if (target == NULL || !py_isxfile(c->src, target))
			return err_set(err, DLWHY_E_UNSUPPORTED, 0,
				       root != NULL ? "pyenv has no %s: %.180s is its script"
						    : "which %s the script %.180s starts is not clear",
				       name, c->started);
		c->h->why = arena_printf(c->a, "%s, a script %sthat starts it", c->started,
					 root != NULL ? "of pyenv " : "");
		if (root != NULL) /* pyenv-exec puts that folder in front */
			c->path_list = arena_printf(c->a, "%s:%s", py_dirname(c->a, target),
						    c->path_list);
		c->argv0 = target;
		c->started = target;
	}
	return err_set(err, DLWHY_E_LIMIT, 0, "too many scripts start one another");
}

/* ---- the whole ---------------------------------------------------------------------------- */

static bool start_version(struct home_ctx *c, const char *version, const char **there)
{
	const char *path = py_of_version(c, version, there);

	return start(c, path, path, arena_printf(c->a, "the newest Python %s that was found", version));
}

static bool find_start(struct home_ctx *c, const char **there)
{
	const char *given = c->ask->python;

	if (given == NULL)
		return start_name(c, "python3") || start_name(c, "python");
	if (strchr(given, '/') != NULL)
		return start_path(c, given);
	return start_name(c, given) || start_path(c, given) ||
	       (py_is_version(given) && start_version(c, given, there));
}

/* What is wrong with what was named. */
static enum dlwhy_code no_program(struct home_ctx *c, const char *given, const char *there,
				  struct dlwhy_error *err)
{
	const char *path = py_abspath(c->a, c->cwd, given);

	if (*given == '\0')
		return err_set(err, DLWHY_E_IO, 0, "no Python interpreter: the name is empty");
	if (there != NULL)
		return err_set(err, DLWHY_E_IO, 0, "no Python %.40s was found; there is %.180s", given,
			       *there != '\0' ? there : "none at all");
	if (py_isdir(c->src, path))
		return err_set(err, DLWHY_E_IO, 0,
			       "no Python interpreter: the folder %.160s has no bin/python", given);
	if (py_isfile(c->src, path))
		return err_set(err, DLWHY_E_IO, 0,
			       "no Python interpreter: the file %.160s may not be executed", given);
	return err_set(err, DLWHY_E_IO, 0, strchr(given, '/') != NULL
						   ? "no Python interpreter: there is no %.200s"
						   : "no Python interpreter: %.160s is not found on PATH",
		       given);
}

enum dlwhy_code py_find_program(struct home_ctx *c, struct dlwhy_error *err)
{
	const char *given = c->ask->python != NULL ? c->ask->python : "python3";
	enum dlwhy_code code;
	const char *there = NULL;
	char *real = NULL;

	c->h->given = arena_strdup(c->a, given);
	c->path_list = str_env(c->ask->environ, "PATH");
	if (c->path_list == NULL)
		c->path_list = default_path;
	if (*given == '\0' || !find_start(c, &there))
		return no_program(c, given, there, err);
	code = follow_scripts(c, err);
	if (code != DLWHY_OK)
		return code;
	if (source_realpath(c->src, c->started, &real) != 0)
		return err_set(err, DLWHY_E_IO, 0, "%.200s cannot be read", c->started);
	if (strlen(real) < RESOLVE_PATH_MAX) {
		char copy[RESOLVE_PATH_MAX];

		memcpy(copy, real, strlen(real) + 1);
		free(real); /* before memory of the arena is asked for */
		c->h->program = arena_strdup(c->a, copy);
		return DLWHY_OK;
	}
	free(real);
	return err_set(err, DLWHY_E_IO, 0, "the path of the program is too long");
}
