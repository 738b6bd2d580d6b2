/* settings.c - see settings.h.
 *
 * Nothing is evaluated: a line counts if it names both the variable and the element, the element standing
 * between ends of a list ("=", ":", quotes, blanks). $HOME and ~ are read as the home folder.
 */
#include "repair/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/str.h"
#include "diagnose/common.h"

enum { MAX_TEXT = 1 << 20, MAX_FILES = 200 };

/* A variable that names a folder; NULL. */
static const char *folder_of(const char *const *environ, const char *name)
{
	const char *value = str_env(environ, name);

	return value != NULL && *value == '/' ? value : NULL;
}

/* ---- an element in a line ------------------------------------------------------------------------------
 */

static bool is_end(char c)
{
	return c == '\0' || strchr("=:\"' \t;\n\\", c) != NULL;
}

/* What the element may be written as: itself, or from home. */
struct spellings {
	const char *v[4];
	size_t n;
};

static struct spellings spell(const char *const *environ, const char *element, struct arena *a)
{
	const char *home = folder_of(environ, "HOME");
	struct spellings s = { { element }, 1 };
	size_t n = home != NULL ? strlen(home) : 0;

	if (n > 1 && strncmp(element, home, n) == 0 && element[n] == '/') {
		s.v[s.n++] = arena_printf(a, "$HOME%s", element + n);
		s.v[s.n++] = arena_printf(a, "${HOME}%s", element + n);
		s.v[s.n++] = arena_printf(a, "~%s", element + n);
	}
	return s;
}

/* Where `word` stands as an element of a list; a final slash belongs to it. */
static const char *find_element(const char *line, const char *word, size_t *n)
{
	for (const char *p = strstr(line, word); p != NULL; p = strstr(p + 1, word)) {
		*n = strlen(word);
		if (p[*n] == '/')
			++*n;
		if (p > line && is_end(p[-1]) && is_end(p[*n]))
			return p;
	}
	return NULL;
}

static bool names_variable(const char *line, const char *variable)
{
	size_t n = strlen(variable);
	const char *p = strstr(line, variable);

	while (line[0] == ' ' || line[0] == '\t')
		line++;
	return line[0] != '#' && p != NULL && (p[n] == '=' || p[n] == ' ' || p[n] == '\t');
}

/* The line without the element; NULL: it does not name it. The colon beside it goes too. */
static const char *line_without(const char *line, const char *variable, const struct spellings *s,
				struct arena *a)
{
	const char *p = NULL;
	size_t n = 0, before;

	for (size_t i = 0; i < s->n && p == NULL && names_variable(line, variable); i++)
		p = find_element(line, s->v[i], &n);
	if (p == NULL)
		return NULL;
	before = (size_t)(p - line);
	if (p[n] == ':')
		n++;
	else if (before > 0 && line[before - 1] == ':')
		before--;
	return arena_printf(a, "%.*s%s", (int)before, line, p + n);
}

static bool next_line(struct view *rest, struct arena *a, const char **line)
{
	const uint8_t *end;
	size_t n;

	if (rest->n == 0)
		return false;
	end = memchr(rest->p, '\n', rest->n);
	n = end != NULL ? (size_t)(end - rest->p) + 1 : rest->n;
	*line = arena_strndup(a, (const char *)rest->p, n);
	*rest = (struct view) { rest->p + n, rest->n - n };
	return true;
}

bool settings_without(struct view text, const char *const *environ, const char *variable,
		      const char *element, struct arena *a, struct view *out)
{
	struct spellings s = spell(environ, element, a);
	struct arena_text t = { NULL, 0, 0 };
	const char *line, *rest;
	bool found = false;

	while (next_line(&text, a, &line)) {
		while ((rest = line_without(line, variable, &s, a)) != NULL) {
			found = true;
			line = rest;
		}
		arena_text_str(a, &t, line);
	}
	*out = (struct view) { (const uint8_t *)t.items, t.n };
	return found;
}

/* ---- files
 * ------------------------------------------------------------------------------------------------ */

struct finding_places {
	struct source *s;
	const char *const *environ;
	const char *variable, *element;
	struct arena *a;
	struct setting_places *out;
	size_t files;
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
	copy = arena_alloc(a, MAX_TEXT + 1);
	if (source_open(s, path, &f) != 0)
		return false;
	good = f.map.bytes.n > 0 && f.map.bytes.n <= MAX_TEXT &&
	       memchr(f.map.bytes.p, '\0', f.map.bytes.n) == NULL;
	if (good) {
		memcpy(copy, f.map.bytes.p, f.map.bytes.n);
		*out = (struct view) { copy, f.map.bytes.n };
	}
	source_close(&f);
	return good;
}

static void look_into(struct finding_places *g, const char *path, const char *what)
{
	struct spellings s = spell(g->environ, g->element, g->a);
	int64_t number = 0;
	struct view text;
	const char *line;

	if (g->files++ >= MAX_FILES || !read_text(g->s, path, g->a, &text))
		return;
	while (next_line(&text, g->a, &line)) {
		number++;
		if (line_without(line, g->variable, &s, g->a) == NULL)
			continue;
		*ARENA_PUSH(g->a, g->out) = (struct setting_place) { path, number, what };
		return;
	}
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

/* Files of the folder whose names end so. No arena may be used while the folder is listed. */
static void look_below(struct finding_places *g, const char *dir, const char *end, const char *what)
{
	struct with_end l = { .end = end };
	size_t n = source_list(g->s, dir, add_name, &l) == 0 ? l.names.n : 0;
	const char **paths = ARENA_ARRAY(g->a, n + 1, const char *);

	for (size_t i = 0; i < n; i++)
		paths[i] = join_path(g->a, dir, l.names.items[i]);
	names_free(&l.names);
	for (size_t i = 0; i < n; i++)
		look_into(g, paths[i], what);
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
	{ "HOME", ".profile", NULL, "a start-up file of the login shell" },
	{ "HOME", ".zshenv", NULL, "a start-up file of zsh" },
	{ "HOME", ".zprofile", NULL, "a start-up file of zsh" },
	{ "HOME", ".zshrc", NULL, "a start-up file of zsh" },
	{ "HOME", ".config/fish/config.fish", NULL, "a start-up file of fish" },
	{ "HOME", ".config/fish/conf.d", ".fish", "a start-up file of fish" },
	{ "HOME", ".cshrc", NULL, "a start-up file of csh" },
	{ "HOME", ".tcshrc", NULL, "a start-up file of tcsh" },
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
	{ NULL, "/etc/environment.d", ".conf", "what a session of systemd sets" },
	{ NULL, "/etc/systemd/system", ".service", "a unit of systemd" },
	{ "VIRTUAL_ENV", "bin/activate", NULL, "the activation of this environment" },
	{ "VIRTUAL_ENV", "bin/activate.fish", NULL, "the activation of this environment" },
	{ "VIRTUAL_ENV", "bin/activate.csh", NULL, "the activation of this environment" },
	{ "CONDA_PREFIX", "etc/conda/activate.d", "", "the activation of this environment" },
	{ ".", "Dockerfile", NULL, "what the image sets" },
	{ ".", "Containerfile", NULL, "what the image sets" },
	{ ".", ".env", NULL, "what the project sets" },
	{ ".", ".envrc", NULL, "what direnv sets" },
	{ ".", "docker-compose.yml", NULL, "what the container sets" },
	{ ".", "compose.yaml", NULL, "what the container sets" },
};

void settings_find(struct source *s, const char *const *environ, const char *variable, const char *element,
		   struct arena *a, struct setting_places *out)
{
	struct finding_places g = { s, environ, variable, element, a, out, 0 };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *root = places[i].root, *path = places[i].path;

		if (root != NULL) {
			char *cwd = strcmp(root, ".") == 0 ? source_absolute(s, path) : NULL;
			const char *dir = cwd == NULL ? folder_of(environ, root) : NULL;

			path = cwd != NULL   ? arena_strdup(a, cwd)
			       : dir != NULL ? join_path(a, dir, path)
					     : NULL;
			free(cwd);
		}
		if (path == NULL)
			continue;
		if (places[i].end != NULL)
			look_below(&g, path, places[i].end, places[i].what);
		else
			look_into(&g, path, places[i].what);
	}
}
