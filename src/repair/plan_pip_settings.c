/* plan_pip_settings.c - see plan_pip_settings.h.
 *
 * Which files pip reads: https://pip.pypa.io/en/stable/topics/configuration/ and
 * pip/_internal/configuration.py, iter_config_files.
 */
#include "repair/plan_pip_settings.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "diagnose/common.h"
#include "package/owner.h"
#include "repair/plan_files.h"

enum { LINE_MAX_BYTES = 256 };

static const char *const names[] = { "target", "prefix", "root", "user" };
static const char *const variables[] = { "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER" };
enum { NAMES = sizeof(names) / sizeof(names[0]) };

/* What pip takes for no (distutils.util.strtobool), or for nothing. */
static bool is_off(const char *value)
{
	static const char *const words[] = { "", "0", "no", "n", "off", "f", "false" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(value, words[i]) == 0)
			return true;
	return false;
}

/* "target = DIR", in any section: which of the names it sets; NULL. */
static const char *set_by(const char *line)
{
	for (size_t i = 0; i < NAMES; i++) {
		size_t n = strlen(names[i]);
		const char *value = line + n;

		if (strncasecmp(line, names[i], n) != 0)
			continue;
		value += strspn(value, " \t");
		if (*value != '=' && *value != ':')
			continue;
		value++;
		if (!is_off(value + strspn(value, " \t")))
			return names[i];
	}
	return NULL;
}

static const char *set_in(const struct plan_input *in, const char *path)
{
	struct view text, line;

	if (plan_files_read(in, path, &text) != 0)
		return NULL;
	while (package_line(&text, &line)) {
		size_t n = line.n < LINE_MAX_BYTES ? line.n : LINE_MAX_BYTES;
		char *s = arena_strndup(in->a, (const char *)line.p, n);
		const char *name;

		while (n > 0 && strchr(" \t\r\n", s[n - 1]) != NULL)
			s[--n] = '\0';
		name = set_by(s);
		if (name != NULL)
			return arena_printf(in->a, "%s sets %s, and pip would install elsewhere: "
						   "take that out first", path, name);
	}
	return NULL;
}

/* A path that a variable names, and what is below it; NULL: the variable is not set. */
static const char *below(const struct plan_input *in, const char *variable, const char *rest)
{
	const char *dir = str_env(in->environ, variable);

	return dir != NULL && dir[0] == '/' ? join_path(in->a, dir, rest) : NULL;
}

static const char *set_in_files(const struct plan_input *in, const char *prefix, bool isolated)
{
	const char *own = str_env(in->environ, "PIP_CONFIG_FILE");
	const char *files[6];
	size_t n = 0;
	const char *why = NULL;

	if (own != NULL && strcmp(own, "/dev/null") == 0)
		return NULL; /* then pip reads none */
	files[n++] = own;
	files[n++] = "/etc/xdg/pip/pip.conf";
	files[n++] = "/etc/pip.conf";
	files[n++] = join_path(in->a, prefix, "pip.conf");
	if (!isolated) {
		files[n++] = below(in, "HOME", ".pip/pip.conf");
		files[n++] = str_env(in->environ, "XDG_CONFIG_HOME") != NULL
				     ? below(in, "XDG_CONFIG_HOME", "pip/pip.conf")
				     : below(in, "HOME", ".config/pip/pip.conf");
	}
	for (size_t i = 0; i < n && why == NULL; i++)
		if (files[i] != NULL && files[i][0] == '/')
			why = set_in(in, files[i]);
	return why;
}

const char *pip_elsewhere(const struct plan_input *in, const char *prefix, bool isolated)
{
	for (size_t i = 0; i < NAMES && !isolated; i++) {
		const char *value = str_env(in->environ, variables[i]);

		if (value != NULL && !is_off(value))
			return arena_printf(in->a, "%s is set, and pip would install elsewhere: "
						   "unset it first", variables[i]);
	}
	return set_in_files(in, prefix, isolated);
}
