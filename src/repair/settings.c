/* settings.c - see settings.h. What a text does is for settings_text.c. */
#include "repair/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/str.h"
#include "diagnose/common.h"
#include "repair/settings_text.h"

enum { MAX_TEXT = 1 << 20, MAX_FILES = 400, MAX_DEPTH = 4, MAX_HOMES = 16 };

/* A variable that names a folder; NULL. */
static const char *folder_of(const char *const *environ, const char *name)
{
	const char *value = str_env(environ, name);

	return value != NULL && *value == '/' ? value : NULL;
}

/* ---- files ---------------------------------------------------------------------------------------- */

struct finding_places {
	struct source *s;
	const char *const *environ;
	const char *variable, *element;
	struct arena *a;
	struct setting_places *out;
	struct settings_files seen; /* real paths */
};

static bool read_text(struct source *s, const char *path, struct arena *a, struct view *out)
{
	struct source_file f;
	struct os_stat st;
	uint8_t *copy;
	bool good;

	if (source_stat(s, path, true, &st) != 0 || st.type != OS_REGULAR || st.size == 0 ||
	    st.size > MAX_TEXT)
		return false;
	copy = arena_alloc(a, (size_t)st.size + 1);
	if (source_open(s, path, &f) != 0)
		return false;
	good = f.map.bytes.n > 0 && f.map.bytes.n <= (size_t)st.size &&
	       memchr(f.map.bytes.p, '\0', f.map.bytes.n) == NULL;
	if (good) {
		memcpy(copy, f.map.bytes.p, f.map.bytes.n);
		*out = (struct view) { copy, f.map.bytes.n };
	}
	source_close(&f);
	return good;
}

static bool was_seen(struct finding_places *g, const char *real)
{
	for (size_t i = 0; i < g->seen.n; i++)
		if (strcmp(g->seen.items[i], real) == 0)
			return true;
	*ARENA_PUSH(g->a, &g->seen) = real;
	return false;
}

/* A file may be there under several names, and be read by several others. */
static bool is_new(struct finding_places *g, const char *path)
{
	char *real;
	const char *copy;

	if (g->seen.n >= MAX_FILES || source_realpath(g->s, path, &real) != 0)
		return false;
	copy = arena_strdup(g->a, real);
	free(real);
	return !was_seen(g, copy);
}

static void look_into(struct finding_places *g, const char *path, const char *what, int depth)
{
	struct settings_files more = { NULL, 0, 0 };
	struct view text;
	int64_t line;

	if (depth > MAX_DEPTH || !is_new(g, path) || !read_text(g->s, path, g->a, &text))
		return;
	line = settings_line(text, g->environ, g->variable, g->element, g->a);
	if (line > 0)
		*ARENA_PUSH(g->a, g->out) = (struct setting_place) { path, line, what };
	settings_reads(text, g->environ, g->a, &more);
	for (size_t i = 0; i < more.n; i++)
		look_into(g, more.items[i], arena_printf(g->a, "read by %s", path), depth + 1);
}

enum { MAX_NAMES = 64 };

struct with_end {
	struct names names;
	const char *end;
};

static void add_name(const char *name, void *ctx)
{
	struct with_end *l = ctx;

	if (str_ends(name, l->end) && l->names.n < MAX_NAMES)
		(void)names_add(&l->names, name); /* without memory it is merely not looked into */
}

/* Names in the folder that end so, as paths. No arena may be used while the folder is listed. */
static const char **names_below(struct source *s, const char *dir, const char *end, struct arena *a,
				size_t *n)
{
	struct with_end l = { .end = end };
	const char **paths;

	*n = source_list(s, dir, add_name, &l) == 0 ? l.names.n : 0;
	paths = ARENA_ARRAY(a, *n + 1, const char *);
	for (size_t i = 0; i < *n; i++)
		paths[i] = join_path(a, dir, l.names.items[i]);
	names_free(&l.names);
	return paths;
}

static void look_below(struct finding_places *g, const char *dir, const char *end, const char *what)
{
	size_t n, nmore;
	const char **paths = names_below(g->s, dir, end, g->a, &n);

	for (size_t i = 0; i < n; i++)
		look_into(g, paths[i], what, 0);
	if (strcmp(end, ".service") != 0)
		return;
	paths = names_below(g->s, dir, ".service.d", g->a, &n);
	for (size_t i = 0; i < n; i++) {
		const char **more = names_below(g->s, paths[i], ".conf", g->a, &nmore);

		for (size_t k = 0; k < nmore; k++)
			look_into(g, more[k], what, 0);
	}
}

static const struct {
	const char *root; /* variable whose folder it lies in; NULL: the path is absolute; ".": the working
			     folder */
	const char *path;
	const char *end; /* of a folder: of its files; NULL: a file */
	const char *what;
} places[] = {
	{ "HOME", ".bashrc", NULL, "a start-up file of bash" },
	{ "HOME", ".bash_profile", NULL, "a start-up file of bash" },
	{ "HOME", ".bash_login", NULL, "a start-up file of bash" },
	{ "HOME", ".bash_aliases", NULL, "a start-up file of bash" },
	{ "HOME", ".bashrc.d", "", "a start-up file of bash" },
	{ "HOME", ".profile", NULL, "a start-up file of the login shell" },
	{ "HOME", ".xprofile", NULL, "a start-up file of the desktop" },
	{ "HOME", ".xsessionrc", NULL, "a start-up file of the desktop" },
	{ "HOME", ".zshenv", NULL, "a start-up file of zsh" },
	{ "HOME", ".zprofile", NULL, "a start-up file of zsh" },
	{ "HOME", ".zshrc", NULL, "a start-up file of zsh" },
	{ "HOME", ".zlogin", NULL, "a start-up file of zsh" },
	{ "ZDOTDIR", ".zshenv", NULL, "a start-up file of zsh" },
	{ "ZDOTDIR", ".zprofile", NULL, "a start-up file of zsh" },
	{ "ZDOTDIR", ".zshrc", NULL, "a start-up file of zsh" },
	{ "ZDOTDIR", ".zlogin", NULL, "a start-up file of zsh" },
	{ "HOME", ".config/fish/config.fish", NULL, "a start-up file of fish" },
	{ "HOME", ".config/fish/conf.d", ".fish", "a start-up file of fish" },
	{ "HOME", ".config/fish/fish_variables", NULL, "where fish keeps its universal variables" },
	{ "XDG_CONFIG_HOME", "fish/fish_variables", NULL, "where fish keeps its universal variables" },
	{ "XDG_CONFIG_HOME", "fish/config.fish", NULL, "a start-up file of fish" },
	{ "XDG_CONFIG_HOME", "fish/conf.d", ".fish", "a start-up file of fish" },
	{ "HOME", ".cshrc", NULL, "a start-up file of csh" },
	{ "HOME", ".tcshrc", NULL, "a start-up file of tcsh" },
	{ "HOME", ".login", NULL, "a start-up file of csh" },
	{ "HOME", ".pam_environment", NULL, "what a login sets" },
	{ "HOME", ".config/environment.d", ".conf", "what a session of systemd sets" },
	{ "HOME", ".config/systemd/user", ".service", "a unit of systemd" },
	{ NULL, "/etc/environment", NULL, "what every login sets" },
	{ NULL, "/etc/profile", NULL, "a start-up file of all login shells" },
	{ NULL, "/etc/profile.d", ".sh", "a start-up file of all login shells" },
	{ NULL, "/etc/bash.bashrc", NULL, "a start-up file of bash" },
	{ NULL, "/etc/bashrc", NULL, "a start-up file of bash" },
	{ NULL, "/etc/zsh/zshrc", NULL, "a start-up file of zsh" },
	{ NULL, "/etc/zsh/zshenv", NULL, "a start-up file of zsh" },
	{ NULL, "/etc/zshrc", NULL, "a start-up file of zsh" },
	{ NULL, "/etc/zshenv", NULL, "a start-up file of zsh" },
	{ NULL, "/etc/zprofile", NULL, "a start-up file of zsh" },
	{ NULL, "/etc/fish/config.fish", NULL, "a start-up file of fish" },
	{ NULL, "/etc/fish/conf.d", ".fish", "a start-up file of fish" },
	{ NULL, "/etc/csh.cshrc", NULL, "a start-up file of csh" },
	{ NULL, "/etc/csh.login", NULL, "a start-up file of csh" },
	{ NULL, "/etc/profile.d", ".csh", "a start-up file of csh" },
	{ NULL, "/etc/environment.d", ".conf", "what a session of systemd sets" },
	{ NULL, "/etc/systemd/system", ".service", "a unit of systemd" },
	{ NULL, "/etc/systemd/user", ".service", "a unit of systemd" },
	{ "VIRTUAL_ENV", "bin/activate", NULL, "the activation of this environment" },
	{ "VIRTUAL_ENV", "bin/activate.fish", NULL, "the activation of this environment" },
	{ "VIRTUAL_ENV", "bin/activate.csh", NULL, "the activation of this environment" },
	{ "CONDA_PREFIX", "etc/conda/activate.d", "", "the activation of this environment" },
	{ "CONDA_PREFIX", "conda-meta/state", NULL, "what the activation of this environment sets" },
	{ ".", "Dockerfile", NULL, "what the image sets" },
	{ ".", "Containerfile", NULL, "what the image sets" },
	{ ".", ".env", NULL, "what the project sets" },
	{ ".", ".envrc", NULL, "what direnv sets" },
	{ ".", "docker-compose.yml", NULL, "what the container sets" },
	{ ".", "docker-compose.yaml", NULL, "what the container sets" },
	{ ".", "compose.yml", NULL, "what the container sets" },
	{ ".", "compose.yaml", NULL, "what the container sets" },
	{ ".", ".devcontainer/devcontainer.json", NULL, "what the container sets" },
};

static void look_at(struct finding_places *g, const char *dir, const char *path, const char *end,
		    const char *what)
{
	if (dir != NULL)
		path = join_path(g->a, dir, path);
	if (end != NULL)
		look_below(g, path, end, what);
	else
		look_into(g, path, what, 0);
}

/* The homes of this system: another one's (--root) has no environment that tells which counts. */
static const char **homes_of(struct finding_places *g, size_t *n)
{
	static const char *const folders[] = { "/home", "/Users" };
	const char **out = ARENA_ARRAY(g->a, MAX_HOMES + 1, const char *);
	const char *home = folder_of(g->environ, "HOME");

	out[0] = home != NULL ? home : "/root";
	*n = 1;
	for (size_t i = 0; i < 2 && home == NULL; i++) {
		size_t count;
		const char **paths = names_below(g->s, folders[i], "", g->a, &count);

		for (size_t k = 0; k < count && *n < MAX_HOMES; k++)
			out[(*n)++] = paths[k];
	}
	return out;
}

void settings_find(struct source *s, const char *const *environ, const char *variable, const char *element,
		   struct arena *a, struct setting_places *out)
{
	struct finding_places g = { s, environ, variable, element, a, out, { NULL, 0, 0 } };
	size_t nhomes;
	const char **homes = homes_of(&g, &nhomes);

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *root = places[i].root, *path = places[i].path;

		if (root == NULL) {
			look_at(&g, NULL, path, places[i].end, places[i].what);
		} else if (strcmp(root, "HOME") == 0) {
			for (size_t k = 0; k < nhomes; k++)
				look_at(&g, homes[k], path, places[i].end, places[i].what);
		} else if (strcmp(root, ".") == 0) {
			char *full = source_absolute(s, path);

			if (full != NULL)
				look_at(&g, NULL, arena_strdup(a, full), places[i].end, places[i].what);
			free(full);
		} else if (folder_of(environ, root) != NULL) {
			look_at(&g, folder_of(environ, root), path, places[i].end, places[i].what);
		}
	}
}
