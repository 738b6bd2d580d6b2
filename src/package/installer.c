/* installer.c - see installer.h.
 *
 * Which files pip reads, and which wins: https://pip.pypa.io/en/stable/topics/configuration/ and
 * pip/_internal/configuration.py, iter_config_files. Of a file the sections "global" and "install" count, in
 * this order. uv: https://docs.astral.sh/uv/concepts/configuration-files/: the nearest uv.toml or
 * pyproject.toml from the working folder upwards, then the user's, then the system's; what the first of them
 * sets counts, and lists are put together.
 */
#include "package/installer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

enum { MAX_FILE = 1 << 20, MAX_LINKS = 64, MAX_FOLDERS = 64, MAX_VALUE = 1 << 14, WORD = 64 };

struct reading {
	struct package_set *set;
	struct arena *a;
	const struct installer_question *q;
	struct installer_settings *out;
	const char *file, *dir; /* that is read now */
	bool over;              /* what is read now has precedence over what was read before */
};

/* ---- values ------------------------------------------------------------------------------------------ */

/* What pip takes for no (distutils.util.strtobool), or for nothing. */
static bool is_off(const char *value)
{
	static const char *const words[] = { "", "0", "no", "n", "off", "f", "false" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(value, words[i]) == 0)
			return true;
	return false;
}

static void set(struct reading *r, struct installer_value *v, const char *value)
{
	if (v->by == NULL || r->over)
		*v = (struct installer_value) { value, r->file };
}

/* Words divided by blanks or commas: paths, "file://" and other addresses. */
static void add_links(struct reading *r, const char *s)
{
	while (*s != '\0' && r->out->links.n < MAX_LINKS) {
		size_t n = strcspn(s, " \t\r\n,");
		const char *link = arena_strndup(r->a, s, n);

		if (strncmp(link, "file://", 7) == 0)
			link += 7;
		if (n > 0 && strstr(link, "://") == NULL && link[0] != '/' && r->dir != NULL)
			link = arena_printf(r->a, "%s/%s", r->dir, link);
		if (n > 0)
			*ARENA_PUSH(r->a, &r->out->links) = link;
		s += n + strspn(s + n, " \t\r\n,");
	}
}

/* The address as it may be shown, without the name and password that stand before "@". NULL: it is PyPI. */
static const char *shown(struct reading *r, const char *url)
{
	const char *host = strstr(url, "://"), *at;

	if (*url == '\0' || strstr(url, "://pypi.org/simple") != NULL)
		return NULL;
	if (host == NULL)
		return url;
	host += 3;
	at = memrchr(host, '@', strcspn(host, "/?#"));
	return at != NULL ? arena_printf(r->a, "%.*s%s", (int)(host - url), url, at + 1) : url;
}

/* One setting by its name with "-". */
static void take(struct reading *r, const char *name, const char *value)
{
	static const char *const places[] = { "target", "prefix", "root", "user" };
	const char *yes = is_off(value) ? NULL : value;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strcmp(name, places[i]) == 0 && yes != NULL && r->out->elsewhere.by == NULL)
			set(r, &r->out->elsewhere, places[i]);
	if (strcmp(name, "index-url") == 0 || strcmp(name, "default-index") == 0)
		set(r, &r->out->index, shown(r, value));
	else if (strcmp(name, "no-index") == 0)
		set(r, &r->out->no_index, yes);
	else if (strcmp(name, "offline") == 0)
		set(r, &r->out->offline, yes);
	else if (strcmp(name, "find-links") == 0)
		add_links(r, value);
}

/* Variables "PIP_FIND_LINKS", "UV_OFFLINE". */
static void take_variables(struct reading *r, const char *prefix)
{
	static const char *const names[] = { "TARGET",	      "PREFIX",	  "ROOT",    "USER",	  "INDEX_URL",
					     "DEFAULT_INDEX", "NO_INDEX", "OFFLINE", "FIND_LINKS" };

	r->dir = NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *variable = arena_printf(r->a, "%s%s", prefix, names[i]);
		const char *value = str_env(r->q->environ, variable);
		char name[WORD];
		size_t n = 0;

		for (const char *p = names[i]; *p != '\0' && n + 1 < sizeof(name); p++)
			name[n++] = *p == '_' ? '-' : (char)(*p - 'A' + 'a');
		name[n] = '\0';
		r->file = variable;
		/* uv knows no such variables */
		if (value != NULL && (prefix[0] == 'P' || i > 3))
			take(r, name, value);
	}
}

/* ---- files of pip -------------------------------------------------------------------------------------- */

static bool read_file(struct reading *r, const char *path, struct view *text)
{
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;

	if (slash == NULL || path[0] != '/' || package_read_file(r->set, path, MAX_FILE, text) != 0)
		return false;
	r->file = path;
	r->dir = arena_strndup(r->a, path, (size_t)(slash - path));
	return true;
}

static char *line_copy(struct arena *a, struct view line)
{
	char *s = arena_strndup(a, (const char *)line.p, line.n);
	size_t n = strlen(s);

	while (n > 0 && strchr(" \t\r", s[n - 1]) != NULL)
		s[--n] = '\0';
	return s;
}

/* The name before the sign, as pip compares it: lower case, "-" for "_". NULL: the line sets nothing. */
static char *name_of(struct arena *a, const char *line, const char *signs, const char **value)
{
	size_t n = strcspn(line, signs);
	char *name;

	if (line[n] == '\0' || n == 0)
		return NULL;
	*value = line + n + 1 + strspn(line + n + 1, " \t");
	while (n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t'))
		n--;
	name = arena_strndup(a, line, n);
	for (char *p = name; *p != '\0'; p++)
		*p = *p == '_' ? '-' : *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
	return strncmp(name, "--", 2) == 0 ? name + 2 : name;
}

/* The settings of one section; lines that begin with a blank go on with the value. */
static void take_section(struct reading *r, struct view text, const char *section)
{
	const char *name = NULL, *value = "", *more;
	bool in = false;
	struct view line;

	while (package_line(&text, &line)) {
		char *s = line_copy(r->a, line);
		size_t blanks = strspn(s, " \t");

		if (s[blanks] == '\0' || s[blanks] == '#' || s[blanks] == ';')
			continue;
		if (blanks > 0 && name != NULL) {
			if (strlen(value) < MAX_VALUE)
				value = arena_printf(r->a, "%s %s", value, s + blanks);
			continue;
		}
		if (name != NULL)
			take(r, name, value);
		name = NULL;
		if (*s == '[')
			in = strncmp(s + 1, section, strlen(section)) == 0 && s[1 + strlen(section)] == ']';
		else if (in && (name = name_of(r->a, s + blanks, "=:", &more)) != NULL)
			value = more;
	}
	if (name != NULL)
		take(r, name, value);
}

static void read_pip_file(struct reading *r, const char *path, const char *section)
{
	struct view text;

	if (!read_file(r, path, &text))
		return;
	r->dir = NULL; /* relative paths are of the working folder */
	take_section(r, text, section);
}

/* A file below a folder that a variable names; `otherwise`: below the home. NULL: there is no such. */
static const char *below(const struct reading *r, const char *variable, const char *otherwise,
			 const char *rest)
{
	const char *dir = str_env(r->q->environ, variable), *home = str_env(r->q->environ, "HOME");

	if (dir != NULL && *dir != '\0')
		return dir[0] == '/' ? arena_printf(r->a, "%s/%s", dir, rest) : NULL;
	return otherwise != NULL && home != NULL && home[0] == '/'
		       ? arena_printf(r->a, "%s/%s/%s", home, otherwise, rest)
		       : NULL;
}

/* Folders of XDG_CONFIG_DIRS, the first of which counts most. In out; how many. */
static size_t config_dirs(const struct reading *r, const char *out[MAX_FOLDERS])
{
	const char *list = str_env(r->q->environ, "XDG_CONFIG_DIRS");
	size_t n = 0;

	if (list == NULL || *list == '\0')
		list = "/etc/xdg";
	while (*list != '\0' && n < MAX_FOLDERS) {
		size_t k = strcspn(list, ":");

		if (*list == '/')
			out[n++] = arena_strndup(r->a, list, k);
		list += k + (list[k] == ':');
	}
	return n;
}

/* In the order in which the later counts. */
static void read_pip_files(struct reading *r, const char *section)
{
	const char *own = str_env(r->q->environ, "PIP_CONFIG_FILE"), *dirs[MAX_FOLDERS];
	struct view text;
	size_t n = config_dirs(r, dirs);

	for (size_t i = 0; i < n; i++)
		read_pip_file(r, arena_printf(r->a, "%s/pip/pip.conf", dirs[i]), section);
	read_pip_file(r, "/etc/pip.conf", section);
	if (!r->q->isolated && !read_file(r, own, &text)) {
		read_pip_file(r, below(r, "HOME", NULL, ".pip/pip.conf"), section);
		read_pip_file(r, below(r, "XDG_CONFIG_HOME", ".config", "pip/pip.conf"), section);
	}
	read_pip_file(r, arena_printf(r->a, "%s/pip.conf", r->q->prefix), section);
	read_pip_file(r, own, section);
}

/* What is for "install" counts more, whichever file has it. */
static void read_pip(struct reading *r)
{
	const char *own = str_env(r->q->environ, "PIP_CONFIG_FILE");

	r->over = true;
	if (own == NULL || strcmp(own, "/dev/null") != 0) { /* then pip reads none */
		read_pip_files(r, "global");
		read_pip_files(r, "install");
	}
	if (!r->q->isolated)
		take_variables(r, "PIP_");
}

/* ---- files of uv -------------------------------------------------------------------------------------- */

/* A value of TOML as words: strings and bare words, those of an array divided by commas. */
static const char *plain(struct arena *a, const char *value)
{
	struct arena_text t = { NULL, 0, 0 };
	char quote = 0;

	for (const char *p = value; *p != '\0' && (quote != 0 || *p != '#'); p++) {
		if (quote == 0 && (*p == '"' || *p == '\''))
			quote = *p;
		else if (quote != 0 && *p == quote)
			quote = 0;
		else if (quote != 0 || strchr("[] \t", *p) == NULL)
			arena_text_add(a, &t, p, 1);
	}
	return t.n > 0 ? arena_text_end(a, &t) : "";
}

/* [[index]] tables, of which the one with "default = true" takes the place of PyPI. */
struct table {
	const char *url;
	bool is_default;
};

static void end_table(struct reading *r, struct table *t)
{
	if (t->url != NULL && t->is_default)
		take(r, "index-url", t->url);
	*t = (struct table) { NULL, false };
}

/* "tool.uv.pip" of pyproject.toml is "pip" of uv.toml; NULL: it is none of uv's. */
static const char *uv_section(const char *name, bool project)
{
	if (!project)
		return name;
	if (strcmp(name, "tool.uv") == 0)
		return "";
	return strncmp(name, "tool.uv.", 8) == 0 ? name + 8 : NULL;
}

/* A line that opens an array goes on until it is closed. */
static const char *whole_value(struct arena *a, const char *value, struct view *rest)
{
	struct view line;

	while (*value == '[' && strchr(value, ']') == NULL && strlen(value) < MAX_VALUE &&
	       package_line(rest, &line)) {
		const char *more = line_copy(a, line);

		value = arena_printf(a, "%s %.*s,", value, (int)strcspn(more, "#"), more);
	}
	return value;
}

static void take_toml(struct reading *r, struct view text, bool project, const char *wanted)
{
	const char *section = uv_section("", project), *value;
	struct table t = { NULL, false };
	struct view line;

	while (package_line(&text, &line)) {
		const char *s = line_copy(r->a, line), *name;

		s += strspn(s, " \t");
		if (*s == '[') {
			const char *from = s + strspn(s, "[ ");

			end_table(r, &t);
			section = uv_section(arena_strndup(r->a, from, strcspn(from, " ]")), project);
			continue;
		}
		name = *s != '#' ? name_of(r->a, s, "=", &value) : NULL;
		if (name == NULL || section == NULL)
			continue;
		value = plain(r->a, whole_value(r->a, value, &text));
		if (strcmp(section, "index") == 0 && *wanted == '\0') {
			t.url = strcmp(name, "url") == 0 ? value : t.url;
			t.is_default = t.is_default || (strcmp(name, "default") == 0 && !is_off(value));
		} else if (strcmp(section, wanted) == 0) {
			take(r, name, value);
		}
	}
	end_table(r, &t);
}

/* False: it is not there, or a pyproject.toml without a table of uv's. */
static bool read_uv_file(struct reading *r, const char *path, bool project)
{
	struct view text;

	if (!read_file(r, path, &text) || (project && memmem(text.p, text.n, "[tool.uv", 8) == NULL))
		return false;
	take_toml(r, text, project, "pip"); /* what is for "uv pip" alone counts first */
	take_toml(r, text, project, "");
	return true;
}

static void read_uv_project(struct reading *r)
{
	char *cwd = source_absolute(store_source(r->set->store), ".");
	char *dir = cwd != NULL ? arena_strdup(r->a, cwd) : NULL, *slash;
	size_t n = dir != NULL ? strlen(dir) : 0;

	free(cwd);
	if (n > 1 && strcmp(dir + n - 2, "/.") == 0)
		dir[n - 2] = '\0';
	for (int i = 0; dir != NULL && i < MAX_FOLDERS; i++) {
		if (read_uv_file(r, arena_printf(r->a, "%s/uv.toml", dir), false) ||
		    read_uv_file(r, arena_printf(r->a, "%s/pyproject.toml", dir), true))
			return;
		slash = strrchr(dir, '/');
		if (slash == NULL)
			return;
		*slash = '\0';
	}
}

/* In the order in which the earlier counts. */
static void read_uv(struct reading *r)
{
	const char *own = str_env(r->q->environ, "UV_CONFIG_FILE"), *dirs[MAX_FOLDERS];
	const char *no_files = str_env(r->q->environ, "UV_NO_CONFIG");
	size_t n = config_dirs(r, dirs);
	bool found = false;

	take_variables(r, "UV_");
	if (no_files != NULL && !is_off(no_files))
		return;
	if (own != NULL) {
		read_uv_file(r, own, false);
		return;
	}
	read_uv_project(r);
	read_uv_file(r, below(r, "XDG_CONFIG_HOME", ".config", "uv/uv.toml"), false);
	for (size_t i = 0; i < n && !found; i++)
		found = read_uv_file(r, arena_printf(r->a, "%s/uv/uv.toml", dirs[i]), false);
	if (!found)
		read_uv_file(r, "/etc/uv/uv.toml", false);
}

void installer_settings(struct package_set *set, const struct installer_question *q,
			struct installer_settings *out)
{
	struct reading r = { .set = set, .a = set->a, .q = q, .out = out };

	memset(out, 0, sizeof(*out));
	if (q->uv)
		read_uv(&r);
	else
		read_pip(&r);
}
