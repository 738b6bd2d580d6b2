/* settings_scripts.c - scripts that set a list of folders: activation of environments, wrappers of
 * programs. */
#include <string.h>

#include "diagnose/common.h"
#include "base/str.h"
#include "repair/settings.h"

static bool is_there(struct source *s, const char *path)
{
	struct os_stat st;

	return source_stat(s, path, true, &st) == 0;
}

const char *const *settings_scripts(struct source *s, const char *environment, struct arena *a, size_t *n)
{
	static const char *const venv[] = { "bin/activate", "bin/activate.fish", "bin/activate.csh" };
	const char **out = ARENA_ARRAY(a, 4, const char *);

	*n = 0;
	if (is_there(s, join_path(a, environment, "conda-meta"))) {
		out[(*n)++] = join_path(a, environment, "etc/conda/activate.d/dlwhy.sh");
		out[(*n)++] = join_path(a, environment, "etc/conda/deactivate.d/dlwhy.sh");
		return out;
	}
	for (size_t i = 0; i < 3 && is_there(s, join_path(a, environment, "pyvenv.cfg")); i++)
		if (is_there(s, join_path(a, environment, venv[i])))
			out[(*n)++] = join_path(a, environment, venv[i]);
	return out;
}

/* ---- texts ----------------------------------------------------------------------------------------------
 */

/* What a shell of that script takes. It may be read twice, and the variable may be unset. */
static const char *lines_for(const char *path, const char *variable, const char *element, struct arena *a)
{
	const char *word = shell_literal(a, element);

	if (strstr(path, "/deactivate.d/") != NULL)
		return arena_printf(a,
				    "if [ -n \"${_DLWHY_OLD_%s+set}\" ]; then\n"
				    "    export %s=\"$_DLWHY_OLD_%s\"\n"
				    "    [ -n \"$%s\" ] || unset %s\n"
				    "    unset _DLWHY_OLD_%s\n"
				    "fi\n",
				    variable, variable, variable, variable, variable, variable);
	if (str_ends(path, ".fish"))
		return arena_printf(a, "set -gx %s (string join : %s $%s)\n", variable, word, variable);
	if (str_ends(path, ".csh"))
		return arena_printf(
			a, "if ($?%s) then\n    setenv %s %s:\"$%s\"\nelse\n    setenv %s %s\nendif\n",
			variable, variable, word, variable, variable, word);
	if (strstr(path, "/activate.d/") != NULL)
		return arena_printf(a, "export _DLWHY_OLD_%s=\"${%s-}\"\nexport %s=%s\"${%s:+:$%s}\"\n",
				    variable, variable, variable, word, variable, variable);
	return arena_printf(a, "export %s=%s\"${%s:+:$%s}\"\n", variable, word, variable, variable);
}

struct view settings_script_with(const char *path, struct view old, const char *variable,
				 const char *element, struct arena *a)
{
	struct arena_text t = { NULL, 0, 0 };

	if (old.n > 0)
		arena_text_add(a, &t, (const char *)old.p, old.n);
	if (old.n > 0 && old.p[old.n - 1] != '\n')
		arena_text_add(a, &t, "\n", 1);
	arena_text_str(a, &t, "# made by dlwhy fix; dlwhy undo takes it back\n");
	arena_text_str(a, &t, lines_for(path, variable, element, a));
	return (struct view) { (const uint8_t *)t.items, t.n };
}

struct view settings_wrapper(const char *program, const char *variable, const char *element,
			     struct arena *a)
{
	const char *text = arena_printf(a,
					"#!/bin/sh\n"
					"# made by dlwhy fix; dlwhy undo takes it back\n"
					"%s=%s\"${%s:+:$%s}\" exec %s \"$@\"\n",
					variable, shell_literal(a, element), variable, variable,
					shell_literal(a, program));

	return (struct view) { (const uint8_t *)text, strlen(text) };
}
