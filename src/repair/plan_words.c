/* plan_words.c - a plan's steps for a person, and what could be typed instead. */
#include <string.h>

#include "diagnose/common.h"
#include "repair/plan.h"

struct words {
	const char *op;
	const char *says;    /* %P path, %B its base name, %D its folder, %N name, %V value */
	const char *command; /* the same, quoted for a shell; NULL: nothing short */
};

static const struct words table[] = {
	{ "set-runpath", "write the search list (RUNPATH) %V into %B", "patchelf --set-rpath %V %P" },
	{ "set-rpath", "write the search list (RPATH) %V into %B",
	  "patchelf --force-rpath --set-rpath %V %P" },
	{ "remove-paths", "take the search list out of %B", "patchelf --remove-rpath %P" },
	{ "add-needed", "name %V in %B as a library that it needs", "patchelf --add-needed %V %P" },
	{ "remove-needed", "take %N out of the libraries that %B names", "patchelf --remove-needed %N %P" },
	{ "replace-needed", "let %B ask for %V instead of %N", "patchelf --replace-needed %N %V %P" },
	{ "set-soname", "let %B call itself %V", "patchelf --set-soname %V %P" },
	{ "set-interpreter", "let %B be started by the loader %V", "patchelf --set-interpreter %V %P" },
	{ "clear-exec-stack", "take the mark \"needs an executable stack\" out of %B",
	  "patchelf --clear-execstack %P" },
	{ "link", "make the link %P that leads to %V", "ln -sfn %V %P" },
	{ "mode", "give %P the permission %V", "chmod %V %P" },
	{ "unix-lines", "take the carriage returns out of %P", "sed -i 's/\\r$//' %P" },
	{ "path-file", "name the folder %V in %P", "echo %V >>%P" },
	{ "env-first", "put %V first in the variable %N", "export %N=%V${%N:+:$%N}" },
	{ "env-without", "take %V out of the variable %N", NULL },
	{ "env-set", "set the variable %N to %V", "export %N=%V" },
	{ "env-unset", "unset the variable %N", "unset %N" },
	{ "drop-setting", "take %V out of %N where %P sets it (new shells, not this one, are without it)",
	  NULL },
	{ "activate", "let %P put %V first in %N, so that whoever activates the environment has it", NULL },
	{ "wrapper", "make the script %P, which starts %N with %V first in LD_LIBRARY_PATH", NULL },
	{ "edit-line", "let line %N of %P be `%V`", NULL },
	{ "add-line", "put the line `%V` behind line %N of %P", NULL },
	{ "link-command", "link with other words", NULL },
	{ "cgo-line", "put the line `%V` above import \"C\" of %P", NULL },
	{ "reinstall", "install the package that brought %P again", NULL },
	{ "pip-install", "install %V for %P", NULL },
};

static const char *part(const struct dlwhy_edit *e, char what, bool quoted, struct arena *a)
{
	const char *s = what == 'P'   ? e->path
			: what == 'B' ? base_name(e->path)
			: what == 'D' ? dir_name(a, e->path)
			: what == 'N' ? e->name
				      : e->value;

	if (s == NULL)
		return "";
	return quoted ? shell_quote(a, s) : s;
}

static const char *fill(const char *pattern, const struct dlwhy_edit *e, bool quoted, struct arena *a)
{
	struct arena_text t = { NULL, 0, 0 };

	for (const char *p = pattern; *p != '\0'; p++) {
		if (*p == '%' && strchr("PBDNV", p[1]) != NULL && p[1] != '\0')
			arena_text_str(a, &t, part(e, *++p, quoted, a));
		else
			arena_text_add(a, &t, p, 1);
	}
	return arena_text_end(a, &t);
}

static const struct words *find(const char *op)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].op, op) == 0)
			return &table[i];
	return NULL;
}

const char *plan_step_words(const struct dlwhy_edit *e, struct arena *a)
{
	const struct words *w = find(e->op);

	if (strcmp(e->op, "ldconfig") == 0)
		return e->value != NULL ? arena_printf(a, "let all programs find libraries in %s", e->value)
					: "make the loader's cache anew";
	return w != NULL ? fill(w->says, e, false, a) : e->op;
}

static bool is_shell(const char *shell, const char *name)
{
	return shell != NULL && strcmp(base_name(shell), name) == 0;
}

/* What sets a variable where sh would export it. NULL: it is sh, or like it. */
static const char *other_shell(const struct dlwhy_edit *e, const char *shell, struct arena *a)
{
	bool fish = is_shell(shell, "fish"), csh = is_shell(shell, "csh") || is_shell(shell, "tcsh");
	const char *value = e->value != NULL ? shell_quote(a, e->value) : "";

	if ((!fish && !csh) || strncmp(e->op, "env-", 4) != 0)
		return NULL;
	if (strcmp(e->op, "env-first") == 0)
		return fish ? arena_printf(a, "set -gx %s (string join : %s $%s)", e->name, value, e->name)
			    : arena_printf(a, "setenv %s %s:\"$%s\"", e->name, value, e->name);
	if (strcmp(e->op, "env-set") == 0)
		return arena_printf(a, fish ? "set -gx %s %s" : "setenv %s %s", e->name, value);
	if (strcmp(e->op, "env-unset") == 0)
		return arena_printf(a, fish ? "set -e %s" : "unsetenv %s", e->name);
	if (fish)
		return arena_printf(
			a, "set -gx %s (string join : (string match -v -- %s (string split : $%s)))",
			e->name, value, e->name);
	return NULL;
}

const char *plan_step_command(const struct dlwhy_edit *e, const char *shell, struct arena *a)
{
	const struct words *w = find(e->op);
	const char *other = other_shell(e, shell, a);

	if (strcmp(e->op, "link-command") == 0)
		return e->value;

	if (other != NULL)
		return other;
	if (strcmp(e->op, "ldconfig") == 0)
		return e->value != NULL
			       ? arena_printf(a, "echo %s >>/etc/ld.so.conf.d/dlwhy.conf && ldconfig",
					      shell_quote(a, e->value))
			       : "ldconfig";
	if (strcmp(e->op, "env-without") == 0)
		return arena_printf(
			a, "export %s=$(printf %%s \"$%s\" | tr : '\\n' | grep -vxF %s | paste -sd:)",
			e->name, e->name, shell_quote(a, e->value));
	return w != NULL && w->command != NULL ? fill(w->command, e, true, a) : NULL;
}

void plan_paths(const struct plan *p, struct arena *a, const char *const **out, size_t *n)
{
	struct {
		const char **items;
		size_t n, cap;
	} l = { NULL, 0, 0 };

	for (size_t i = 0; i < p->changes.n; i++) {
		const struct change *c = &p->changes.items[i];

		for (size_t k = 0; c->kind == CHANGE_RUN && c->covers[k] != NULL; k++)
			*ARENA_PUSH(a, &l) = c->covers[k];
		if (c->kind != CHANGE_RUN)
			*ARENA_PUSH(a, &l) = c->path;
	}
	*out = l.items;
	*n = l.n;
}
