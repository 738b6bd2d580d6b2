/* explain_look_windows.c - a text of Windows names a module or a file: is that file here, below the working
 * folder or in --root, and does it fail in the same way as Windows would load it?
 *
 * Paths of the text are of another machine: of them only the end counts, which must be the end of a path
 * here. Of several files the one that has most of it in common is asked about.
 */
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "diagnose/common.h"
#include "verb/explain_look_answer.h"

enum { FOLDERS = 1000, DEPTH = 9, NAMES = 200000 };

struct search {
	struct look *l;
	const char *module;  /* the file is NAME.pyd or NAME.TAG.pyd; NULL */
	const char *path;    /* as the text has it, with '/' as separator; NULL */
	const char *package; /* that the text is about: preferred; NULL */
	size_t names;
	struct {
		const char **items;
		size_t n, cap;
	} folders;
	const char *best;
	size_t score;        /* 0: none was found */
};

static const char *with_slashes(struct arena *a, const char *path)
{
	char *out = arena_strdup(a, path);

	for (char *c = out; *c != '\0'; c++)
		*c = *c == '\\' ? '/' : *c;
	return out;
}

/* How many bytes the ends of two paths have in common. */
static size_t common_end(const char *x, const char *y)
{
	size_t n = strlen(x), m = strlen(y), k = 0;

	while (k < n && k < m && strncasecmp(x + n - k - 1, y + m - k - 1, 1) == 0)
		k++;
	return k;
}

static bool is_it(const struct search *s, const char *name)
{
	size_t n;

	if (s->path != NULL)
		return strcasecmp(name, base_name(s->path)) == 0;
	n = strlen(s->module);
	return strncasecmp(name, s->module, n) == 0 && name[n] == '.' && str_ends_nocase(name, ".pyd");
}

static void rate(struct search *s, const char *path)
{
	size_t score = 1;

	if (s->path != NULL)
		score += common_end(s->path, path);
	else if (s->package != NULL && strstr(path, arena_printf(s->l->a, "/%s/", s->package)) != NULL)
		score += strlen(s->package);
	if (score <= s->score)
		return;
	s->score = score;
	s->best = path;
}

static bool is_folder_name(const char *name)
{
	return *name != '.' && strcmp(name, "node_modules") != 0 && strcmp(name, "__pycache__") != 0 &&
	       !str_ends(name, ".py") && !str_ends(name, ".dll") && !str_ends(name, ".pyd");
}

static size_t depth_of(const char *path)
{
	size_t n = 0;

	for (; *path != '\0'; path++)
		n += *path == '/';
	return n;
}

static void look_in(struct search *s, const char *folder)
{
	const struct store_listing *in = store_list(s->l->s->store, folder);

	for (size_t i = 0; in != NULL && i < in->n && s->names < NAMES; i++, s->names++) {
		const char *path = arena_printf(s->l->a, "%s%s", folder, in->names[i]);

		if (is_it(s, in->names[i]))
			rate(s, path);
		else if (s->folders.n < FOLDERS && depth_of(path) < DEPTH && is_folder_name(in->names[i]) &&
			 store_stat_dir(s->l->s->store, path) == 0)
			*ARENA_PUSH(s->l->a, &s->folders) = arena_printf(s->l->a, "%s/", path);
	}
}

/* "h5py" of "C:\...\site-packages\h5py\__init__.py" in any line of the text. */
static const char *package_of(const struct look *l)
{
	static const char mark[] = "site-packages/";

	for (size_t i = 0; i < l->facts->nfacts; i++)
		for (size_t k = 0; k < MSG_NFIELDS; k++) {
			const char *field = l->facts->facts[i].field[k];
			const char *at = field != NULL ? strstr(with_slashes(l->a, field), mark) : NULL;

			if (at != NULL)
				return arena_strndup(l->a, at + sizeof(mark) - 1,
						     strcspn(at + sizeof(mark) - 1, "/."));
		}
	return NULL;
}

static const char *find(struct look_case *c)
{
	const char *module = c->fact->field[MSG_MODULE], *object = c->fact->field[MSG_OBJECT];
	struct search s = { .l = c->l };

	if (object != NULL && *object != '\0')
		s.path = with_slashes(c->l->a, object);
	else if (module != NULL && *module != '\0')
		s.module = strrchr(module, '.') != NULL ? strrchr(module, '.') + 1 : module;
	else
		return NULL;
	s.package = package_of(c->l);
	*ARENA_PUSH(c->l->a, &s.folders) = c->l->s->opt.root != NULL ? "/" : "./";
	for (size_t i = 0; i < s.folders.n; i++)
		look_in(&s, s.folders.items[i]);
	return s.best;
}

/* ---- initialisers ----------------------------------------------------------------------------- */

/* The file is here with all that it needs: what these show of the usual reasons. */
static void tell_start(struct look_case *c, const struct look_reply *n, const char *path)
{
	look_says(c->l, "%s and all that it needs are here, and Windows would load them", path);
	look_replace(c, n->same, DLWHY_LIKELY, n->same->assumes);
	c->settled = true;
}

static enum dlwhy_code ask(struct look_case *c, struct look_reply *n, const char *path, bool started)
{
	enum dlwhy_code code;

	c->l->s->start_failed = started;
	code = dlwhy_check(c->l->s, &path, 1, look_take, n, NULL);
	c->l->s->start_failed = false;
	return code;
}

bool look_of_windows(const struct look_case *c)
{
	return same_text(c->fact->speaker, "windows");
}

void look_at_windows(struct look_case *c)
{
	struct look_reply n = { .c = c, .loads = DLWHY_UNKNOWN, .of_windows = true };
	bool started = same_text(c->f->code, "init-failed");
	const char *path = c->l->s->opt.pid == 0 && c->l->s->opt.after == NULL ? find(c) : NULL;

	if (path == NULL || !look_may_ask(c->l) || ask(c, &n, path, started) != DLWHY_OK)
		return;
	if (started && n.loads == DLWHY_YES && n.same != NULL)
		tell_start(c, &n, path);
	else if (!look_settle(c, &n, path))
		look_otherwise(c, &n, path);
	else
		look_asked(c, "check", path, NULL, NULL);
}
