/* link_rust.c - the command of rustc -> the command of the driver or linker that it calls.
 *
 * rustc prints it with `--print link-args` before it calls it. Here it compiles into a folder of ours and
 * cannot find its linker: there is none by that name where it may look. With -C save-temps the objects
 * stay.
 */
#include <string.h>

#include "build/link_priv.h"

/* The options of rustc that are answered here, with what stands behind them. */
struct rust_words {
	const char *output, *out_dir, *linker, *source;
	const char *not_linked;
	struct link_texts kept;
};

/* The value of an option that is `name VALUE`, `name=VALUE` or, with a name of two letters, `nVALUE`;
 * NULL: the word is another one. *i goes to the last word of it. */
static const char *value_of(const struct link_texts *c, size_t *i, const char *name)
{
	const char *w = c->items[*i];
	size_t n = strlen(name);

	if (w == NULL || !link_starts(w, name))
		return NULL;
	if (w[n] == '\0')
		return *i + 1 < c->n ? c->items[++*i] : "";
	if (w[n] == '=')
		return w + n + 1;
	return n == 2 ? w + n : NULL;
}

static const char *first_value(const struct link_texts *c, size_t *i, const char *const *names)
{
	const char *v = NULL;

	for (; *names != NULL && v == NULL; names++)
		v = value_of(c, i, *names);
	return v;
}

/* Options of the code generator that say where files go. True: it is one of those, and left out. */
static bool is_ours(const char *v, struct rust_words *out)
{
	if (link_starts(v, "linker="))
		out->linker = v + strlen("linker=");
	return link_starts(v, "linker=") || link_starts(v, "incremental=") || link_starts(v, "save-temps");
}

/* Words that hold a list with commas: is this one of them? */
static bool lists(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; p != NULL; p = strchr(p, ',') != NULL ? strchr(p, ',') + 1 : NULL)
		if (strncmp(p, word, n) == 0 && (p[n] == '\0' || p[n] == ',' || p[n] == '='))
			return true;
	return false;
}

static bool only_tells(const char *w)
{
	static const char *const words[] = { "--version", "-V", "-vV", "--help", "-h" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(w, words[i]) == 0)
			return true;
	return false;
}

/* One option with its value, or a file. */
static void take_word(struct arena *a, const struct link_texts *c, size_t *i, struct rust_words *out)
{
	static const char *const codegen[] = { "-C", "--codegen", NULL };
	static const char *const dropped[] = { "--error-format", "--json", "--diagnostic-width", "--color",
					       NULL };
	size_t begin = *i;
	const char *w = c->items[begin], *v;

	if ((v = value_of(c, i, "-o")) != NULL) {
		out->output = v;
	} else if ((v = value_of(c, i, "--out-dir")) != NULL) {
		out->out_dir = v;
	} else if ((v = value_of(c, i, "--emit")) != NULL) {
		out->not_linked = lists(v, "link") ? out->not_linked : "its --emit asks for no linked file";
	} else if ((v = value_of(c, i, "--print")) != NULL) {
		out->not_linked = strcmp(v, "link-args") == 0 ? out->not_linked : "--print only tells";
	} else if (first_value(c, i, dropped) == NULL &&
		   ((v = first_value(c, i, codegen)) == NULL || !is_ours(v, out))) {
		for (size_t k = begin; k <= *i; k++)
			*ARENA_PUSH(a, &out->kept) = c->items[k];
		if (*w != '-' && link_ends(w, ".rs"))
			out->source = w;
		if (only_tells(w))
			out->not_linked = "it only tells about itself";
	}
}

/* ---- rustc is asked ------------------------------------------------------------------------------ */

/* A path in our folder at which nothing is. */
static const char *nowhere(const struct link_ask *ask, const char *name)
{
	return arena_printf(ask->a, "%s/none/%s", ask->folder, name);
}

static const char *const *question(const struct link_ask *ask, const struct rust_words *w, const char *self)
{
	struct link_texts q = { NULL, 0, 0 };

	*ARENA_PUSH(ask->a, &q) = self;
	for (size_t i = 0; i < w->kept.n; i++)
		*ARENA_PUSH(ask->a, &q) = w->kept.items[i];
	*ARENA_PUSH(ask->a, &q) = "--print=link-args";
	*ARENA_PUSH(ask->a, &q) = "-Csave-temps=yes";
	if (w->linker != NULL)
		*ARENA_PUSH(ask->a, &q) = arena_printf(ask->a, "-Clinker=%s",
						       nowhere(ask, link_base(w->linker)));
	*ARENA_PUSH(ask->a, &q) = w->output != NULL ? "-o" : "--out-dir";
	*ARENA_PUSH(ask->a, &q) = w->output == NULL ? ask->folder :
		arena_printf(ask->a, "%s/%s", ask->folder, link_base(w->output));
	*ARENA_PUSH(ask->a, &q) = NULL;
	return q.items;
}

static bool is_assignment(const char *w)
{
	size_t n = strspn(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");

	return n > 0 && w[n] == '=';
}

/* The command in what rustc prints: behind `env -u NAME` and assignments. *path: the PATH that it is
 * searched in. */
static bool printed_command(const struct link_ask *ask, const char *text, struct link_texts *out,
			    const char **path)
{
	struct link_texts words = { NULL, 0, 0 };
	size_t i = 0;

	link_words(ask->a, text, strcspn(text, "\n"), &words);
	for (; i < words.n; i++) {
		const char *w = words.items[i];

		if (link_starts(w, "PATH="))
			*path = w + strlen("PATH=");
		if (strcmp(w, "-u") == 0)
			i++;
		else if (strcmp(w, "env") != 0 && !is_assignment(w))
			break;
	}
	for (; i < words.n; i++)
		*ARENA_PUSH(ask->a, out) = words.items[i];
	return out->n > 1;
}

/* `path` with the user's PATH in the place of our folder, which stood for it. */
static const char *users_path(const struct link_ask *ask, const char *path)
{
	const char *ours = path != NULL ? strstr(path, ask->folder) : NULL, *users = link_env(ask, "PATH");

	if (ours == NULL || users == NULL)
		return users;
	return arena_printf(ask->a, "%.*s%s%s", (int)(ours - path), path, users, ours + strlen(ask->folder));
}

/* ---- its files go by the names that they would have ----------------------------------------------- */

static const char *planned_name(const struct link_ask *ask, const struct rust_words *w, const char *real)
{
	const char *rest = real + strlen(ask->folder) + 1;
	const char *dir = w->output != NULL ? link_dir_of(ask->a, w->output) : w->out_dir;

	if (dir == NULL || *dir == '\0')
		return rest;
	return arena_printf(ask->a, "%s/%s", dir, rest);
}

static void rename_words(const struct link_ask *ask, const struct rust_words *w, struct link_plan *p)
{
	const char *ours = arena_printf(ask->a, "%s/", ask->folder);

	for (size_t i = 0; i < p->words.n; i++) {
		const char *word = p->words.items[i], *prefix = link_starts(word, "-L") ? "-L" : "";
		struct link_made m = { NULL, word + strlen(prefix), w->source };

		if (!link_starts(m.real, ours))
			continue;
		m.planned = planned_name(ask, w, m.real);
		p->words.items[i] = arena_printf(ask->a, "%s%s", prefix, m.planned);
		*ARENA_PUSH(ask->a, &p->made) = m;
	}
}

/* The driver or linker that rustc calls is asked, with the user's PATH again. */
static void ask_behind(const struct link_ask *ask, const struct rust_words *w, struct link_texts *command,
		       const char *path, struct link_plan *p)
{
	struct link_ask users = *ask;
	struct link_plan inner = { .made = { NULL, 0, 0 } };

	users.env = link_env_with(ask, "PATH", path != NULL ? path : "");
	if (w->linker != NULL)
		command->items[0] = w->linker;
	if (link_find_program(&users, command->items[0]) == NULL) {
		p->failed = arena_printf(ask->a, "error: linker `%s` not found", command->items[0]);
		return;
	}
	inner.command = *command;
	link_plan_command(&users, &inner);
	if (inner.linker == NULL && inner.failed == NULL)
		inner.not_linked = inner.not_linked != NULL ? inner.not_linked : "rustc names no linker";
	inner.command = p->command;
	*p = inner;
	rename_words(ask, w, p);
}

void link_plan_rust(const struct link_ask *ask, const char *rustc, struct link_plan *p)
{
	struct rust_words w = { .kept = { NULL, 0, 0 } };
	struct link_ask alone = *ask;
	struct link_texts command = { NULL, 0, 0 };
	struct link_answer r;
	const char *path = NULL;

	for (size_t i = 1; i < p->command.n; i++)
		take_word(ask->a, &p->command, &i, &w);
	p->not_linked = ask->folder == NULL ? "there is no folder for what rustc compiles" : w.not_linked;
	if (p->not_linked != NULL)
		return;
	alone.env = link_env_with(ask, "PATH", ask->folder);
	link_ask_program(&alone, rustc, question(ask, &w, rustc), &r);
	if (printed_command(ask, r.out.p, &command, &path))
		ask_behind(ask, &w, &command, users_path(ask, path), p);
	else if (link_answered(&r))
		p->not_linked = "rustc calls no linker for it";
	else
		p->failed = link_step_text(ask, link_base(rustc), &r);
}
