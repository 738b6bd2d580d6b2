/* plan.c - see plan.h.
 *
 * Steps about one ELF file are one edit of it: they are collected by file and done together, in their
 * order, so that the second sees what the first has made. Everything else is one change a step.
 */
#include "repair/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "build/link.h"
#include "diagnose/common.h"
#include "repair/elf_edit.h"
#include "repair/lines.h"
#include "repair/plan_files.h"
#include "repair/plan_packages.h"
#include "repair/plan_pip.h"
#include "repair/settings.h"
#include "repair/settings_text.h"

enum { MAX_STEPS = 64, MAX_TEXT = 4 << 20 };

struct elf_target {
	const char *path;
	struct elf_edit edits[MAX_STEPS];
	size_t n;
};

struct making {
	const struct plan_input *in;
	struct plan *out;
	struct arena *a;
	struct {
		struct change *items;
		size_t n, cap;
	} changes;
	struct {
		struct elf_target **items;
		size_t n, cap;
	} targets;
	struct {
		const char **items;
		size_t n, cap;
	} env;
	struct pip_want pip[MAX_STEPS]; /* all of them are one command */
	size_t npip;
	const char *pip_python;
};

static struct change *add(struct making *m, enum change_kind kind, const char *path)
{
	struct change *c = ARENA_PUSH(m->a, &m->changes);

	c->kind = kind;
	c->path = path;
	return c;
}

static void refuse(struct making *m, const char *why)
{
	if (m->out->refused == NULL)
		m->out->refused = why;
}

/* The file itself, behind links. NULL: it is not there, which is refused. */
static const char *real_path(struct making *m, const char *path)
{
	char *real;
	const char *copy;
	int err = source_realpath(m->in->source, path, &real);

	if (err != 0) {
		refuse(m, arena_printf(m->a, "%s cannot be reached: %s", path, strerrordesc_np(err)));
		return NULL;
	}
	copy = arena_strdup(m->a, real);
	free(real);
	return copy;
}

/* ---- ELF files ----------------------------------------------------------------------------------- */

static const struct {
	const char *op;
	enum elf_edit_kind kind;
} elf_ops[] = {
	{ "set-runpath", ELF_SET_RUNPATH },
	{ "set-rpath", ELF_SET_RPATH },
	{ "remove-paths", ELF_REMOVE_PATHS },
	{ "add-needed", ELF_ADD_NEEDED },
	{ "remove-needed", ELF_REMOVE_NEEDED },
	{ "replace-needed", ELF_REPLACE_NEEDED },
	{ "set-soname", ELF_SET_SONAME },
	{ "set-interpreter", ELF_SET_INTERPRETER },
	{ "clear-exec-stack", ELF_CLEAR_EXEC_STACK },
};

static struct elf_target *target_of(struct making *m, const char *path)
{
	const char *real = real_path(m, path);
	struct elf_target *t;

	if (real == NULL)
		return NULL;
	for (size_t i = 0; i < m->targets.n; i++)
		if (strcmp(m->targets.items[i]->path, real) == 0)
			return m->targets.items[i];
	t = ARENA_NEW(m->a, struct elf_target);
	t->path = real;
	*ARENA_PUSH(m->a, &m->targets) = t;
	return t;
}

/* A later list takes the place of an earlier one: it was made with that in place. */
static void drop_lists(struct elf_target *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->edits[i].kind != ELF_SET_RUNPATH && t->edits[i].kind != ELF_SET_RPATH &&
		    t->edits[i].kind != ELF_REMOVE_PATHS)
			t->edits[kept++] = t->edits[i];
	t->n = kept;
}

static bool elf_step(struct making *m, const struct dlwhy_edit *e)
{
	for (size_t i = 0; i < sizeof(elf_ops) / sizeof(elf_ops[0]); i++) {
		struct elf_target *t;

		if (strcmp(elf_ops[i].op, e->op) != 0)
			continue;
		t = target_of(m, e->path);
		if (t == NULL)
			return true;
		if (elf_ops[i].kind <= ELF_REMOVE_PATHS)
			drop_lists(t);
		if (t->n == MAX_STEPS)
			refuse(m, "there are too many steps");
		else
			t->edits[t->n++] = (struct elf_edit){ elf_ops[i].kind, e->name, e->value };
		return true;
	}
	return false;
}

static void finish_target(struct making *m, const struct elf_target *t)
{
	struct elf_edited done;
	struct change *c;
	struct view file;
	int err = plan_files_read(m->in, t->path, &file);

	if (err != 0) {
		refuse(m, arena_printf(m->a, "%s cannot be read: %s", t->path, strerrordesc_np(err)));
		return;
	}
	elf_edit(file, t->edits, t->n, m->a, &done);
	if (done.refused != NULL) {
		refuse(m, arena_printf(m->a, "%s cannot be edited safely: %s", t->path, done.refused));
	} else if (done.changed) {
		c = add(m, CHANGE_PATCH, t->path);
		c->patches = done.patches;
		c->npatches = done.npatches;
		c->size = done.size;
	}
}

/* ---- files ---------------------------------------------------------------------------------------- */

static void link_step(struct making *m, const struct dlwhy_edit *e)
{
	const char *dir = real_path(m, dir_name(m->a, e->path));
	const char *path = dir != NULL ? join_path(m->a, dir, base_name(e->path)) : NULL;
	struct os_stat st;

	if (path == NULL)
		return;
	if (source_stat(m->in->source, path, false, &st) == 0 && st.type != OS_SYMLINK)
		refuse(m, arena_printf(m->a, "%s is there, and is no link", path));
	add(m, CHANGE_LINK, path)->target = e->value;
}

/* Nothing of what is there can be known, so that nothing can be simulated. */
static bool is_closed(struct making *m, const char *path, const struct os_stat *st)
{
	struct source_file f;
	struct os_stat inside;
	int err;

	if (st->type == OS_DIRECTORY)
		return source_stat(m->in->source, join_path(m->a, path, "."), true, &inside) == EACCES;
	err = source_open(m->in->source, path, &f);
	if (err == 0)
		source_close(&f);
	return err == EACCES;
}

static void mode_step(struct making *m, const struct dlwhy_edit *e)
{
	const char *path = real_path(m, e->path);
	struct os_stat st;

	if (path == NULL || source_stat(m->in->source, path, true, &st) != 0)
		return;
	add(m, CHANGE_MODE, path)->mode = st.mode | (strcmp(e->value, "a+x") == 0 ? 0111 : 0444);
	if (is_closed(m, path, &st))
		m->out->unseen = arena_printf(m->a, "this user may not look into %s before that", path);
}

static void unix_lines_step(struct making *m, const struct dlwhy_edit *e)
{
	const char *path = real_path(m, e->path);
	struct view file;
	struct change *c;
	uint8_t *to;
	size_t n = 0;

	if (path == NULL || plan_files_read(m->in, path, &file) != 0)
		return;
	if (file.n > MAX_TEXT) {
		refuse(m, arena_printf(m->a, "%s is too large for a text", path));
		return;
	}
	to = arena_alloc(m->a, file.n + 1);
	for (size_t i = 0; i < file.n; i++)
		if (file.p[i] != '\r' || i + 1 == file.n || file.p[i + 1] != '\n')
			to[n++] = file.p[i];
	c = add(m, CHANGE_WRITE, path);
	c->bytes = (struct view){ to, n };
	c->mode = 0644;
}

/* `line` as the last line of the text at `path`, which is made if it is not there. */
static void append_line(struct making *m, const char *path, const char *before, const char *line)
{
	struct view old = { NULL, 0 };
	const char *text;
	struct change *c;
	int err = plan_files_read(m->in, path, &old);

	if ((err != 0 && err != ENOENT) || old.n > MAX_TEXT) {
		refuse(m, arena_printf(m->a, "%s cannot be read", path));
		return;
	}
	text = err == ENOENT ? arena_printf(m->a, "%s%s\n", before, line)
			     : arena_printf(m->a, "%.*s%s%s\n", (int)old.n, (const char *)old.p,
					    old.n > 0 && old.p[old.n - 1] != '\n' ? "\n" : "", line);
	c = add(m, CHANGE_WRITE, path);
	c->bytes = (struct view){ (const uint8_t *)text, strlen(text) };
	c->mode = 0644;
}

static void path_file_step(struct making *m, const struct dlwhy_edit *e)
{
	append_line(m, e->path, "/lib\n/usr/local/lib\n/usr/lib\n", e->value);
}

static struct change *change_of(struct making *m, const char *path)
{
	for (size_t i = 0; i < m->changes.n; i++)
		if (same_text(m->changes.items[i].path, path))
			return &m->changes.items[i];
	return NULL;
}

/* What the steps before have left in the file: steps about one file come after each other. */
static bool read_so_far(struct making *m, const char *path, struct view *out)
{
	const struct change *c = change_of(m, path);

	if (c != NULL)
		*out = c->bytes;
	return c != NULL || plan_files_read(m->in, path, out) == 0;
}

static void rewrite(struct making *m, const char *path, struct view bytes)
{
	struct change *c = change_of(m, path);

	if (c == NULL)
		c = add(m, CHANGE_WRITE, path);
	c->bytes = bytes;
	c->mode = 0644;
}

/* A line of a source. */
static void source_step(struct making *m, const struct dlwhy_edit *e)
{
	const char *path = real_path(m, e->path), *why;
	struct view old, text;
	size_t line;

	if (path == NULL)
		return;
	if (!read_so_far(m, path, &old) || old.n > MAX_TEXT) {
		refuse(m, arena_printf(m->a, "%s cannot be read", path));
		return;
	}
	line = e->name != NULL ? (size_t)strtoul(e->name, NULL, 10) : 0;
	why = strcmp(e->op, "cgo-line") == 0   ? lines_with_cgo(old, e->value, m->a, &text)
	      : strcmp(e->op, "add-line") == 0 ? lines_with_line(old, line, e->value, m->a, &text)
					       : lines_replaced(old, line, e->value, m->a, &text);
	if (why != NULL) {
		refuse(m, arena_printf(m->a, "%s: %s", path, why));
		return;
	}
	rewrite(m, path, text);
}

/* ---- commands -------------------------------------------------------------------------------------- */

static void run(struct making *m, const char *const *argv, size_t n, const char *const *covers,
		size_t ncovers)
{
	const char **words = ARENA_ARRAY(m->a, n + 1, const char *);
	const char **below = ARENA_ARRAY(m->a, ncovers + 1, const char *);
	struct change *c = add(m, CHANGE_RUN, NULL);

	memcpy(words, argv, n * sizeof(*words));
	memcpy(below, covers, ncovers * sizeof(*below));
	c->argv = words;
	c->covers = below;
}

/* The command of an installer, unless it is refused. Both lists end with NULL and are kept. */
static bool run_installer(struct making *m, const char *refused, const char *const *argv,
			  const char *const *covers)
{
	struct change *c;

	if (refused != NULL) {
		refuse(m, refused);
		return false;
	}
	c = add(m, CHANGE_RUN, NULL);
	c->argv = argv;
	c->covers = covers;
	return true;
}

static void reinstall_step(struct making *m, const struct dlwhy_edit *e)
{
	struct reinstall r;

	plan_reinstall(m->in, e->path, &r);
	if (!run_installer(m, r.refused, r.argv, r.covers))
		return;
	m->out->not_now = r.not_now;
	m->out->note = r.note;
	m->out->unseen = "what the package brings is not known before it is there";
}

/* The name in "numpy==1.26.4". */
static size_t name_length(const char *requirement)
{
	return strcspn(requirement, "=<>!~[ ");
}

static void pip_step(struct making *m, const struct dlwhy_edit *e)
{
	size_t n = name_length(e->value);

	for (size_t i = 0; i < m->npip; i++)
		if (name_length(m->pip[i].requirement) == n &&
		    strncmp(m->pip[i].requirement, e->value, n) == 0)
			refuse(m, arena_printf(m->a, "%.*s would be installed twice", (int)n, e->value));
	if (m->npip == MAX_STEPS || (m->pip_python != NULL && strcmp(m->pip_python, e->path) != 0))
		refuse(m, "there are too many steps");
	if (m->out->refused != NULL)
		return;
	m->pip_python = e->path;
	m->pip[m->npip++] = (struct pip_want){ e->value, e->name };
}

static void finish_pip(struct making *m)
{
	struct pip_install p;

	plan_pip(m->in, m->pip_python, m->pip, m->npip, &p);
	if (!run_installer(m, p.refused, p.argv, p.covers))
		return;
	m->out->brings = p.brings;
	m->out->not_now = p.not_now;
	m->out->note = p.note;
	m->out->unseen = p.unseen;
}

static void ldconfig_step(struct making *m, const struct dlwhy_edit *e)
{
	static const char *const programs[] = { "/sbin/ldconfig", "/usr/sbin/ldconfig" };
	static const char *const covers[] = { "/etc/ld.so.cache", "/var/cache/ldconfig" };
	struct os_stat st;

	m->out->new_cache = true;
	if (e->value != NULL)
		append_line(m, "/etc/ld.so.conf.d/dlwhy.conf", "", e->value);
	for (size_t i = 0; i < 2; i++)
		if (source_stat(m->in->source, programs[i], true, &st) == 0) {
			run(m, programs + i, 1, covers, 2);
			return;
		}
	refuse(m, "there is no ldconfig here");
}

/* ---- the environment --------------------------------------------------------------------------------- */

static const char **variable(struct making *m, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < m->env.n; i++)
		if (strncmp(m->env.items[i], name, n) == 0 && m->env.items[i][n] == '=')
			return &m->env.items[i];
	return NULL;
}

static void set_variable(struct making *m, const char *name, const char *value)
{
	const char **at = variable(m, name);

	if (at == NULL)
		at = ARENA_PUSH(m->a, &m->env);
	*at = arena_printf(m->a, "%s=%s", name, value);
}

static void unset_variable(struct making *m, const char *name)
{
	const char **at = variable(m, name);

	if (at != NULL)
		*at = m->env.items[--m->env.n];
}

/* The list without an element; LD_PRELOAD has blanks between, too. A final slash makes no difference. */
static const char *without_element(struct arena *a, const char *list, const char *element, const char *ends)
{
	struct arena_text t = { NULL, 0, 0 };
	size_t len = strlen(element);

	while (len > 1 && element[len - 1] == '/')
		len--;
	for (;;) {
		size_t n = strcspn(list, ends), m = n;

		while (m > 1 && list[m - 1] == '/')
			m--;
		if (m != len || memcmp(list, element, m) != 0) {
			if (t.n > 0)
				arena_text_add(a, &t, ":", 1);
			arena_text_add(a, &t, list, n);
		}
		if (list[n] == '\0')
			return t.n > 0 ? arena_text_end(a, &t) : "";
		list += n + 1;
	}
}

static bool env_step(struct making *m, const struct dlwhy_edit *e)
{
	const char *ends, **at, *old, *rest;

	if (strncmp(e->op, "env-", 4) != 0)
		return false;
	ends = strcmp(e->name, "LD_PRELOAD") == 0 ? ": " : ":";
	at = variable(m, e->name);
	old = at != NULL ? strchr(*at, '=') + 1 : "";
	rest = e->value != NULL ? without_element(m->a, old, e->value, ends) : "";
	if (strcmp(e->op, "env-first") == 0)
		set_variable(m, e->name,
			     *rest != '\0' ? arena_printf(m->a, "%s:%s", e->value, rest) : e->value);
	else if (strcmp(e->op, "env-set") == 0)
		set_variable(m, e->name, e->value);
	else if (strcmp(e->op, "env-without") == 0 && *rest != '\0')
		set_variable(m, e->name, rest);
	else
		unset_variable(m, e->name);
	return true;
}

/* A command that links: the same file systems, other words. */
static void command_step(struct making *m, const struct dlwhy_edit *e)
{
	struct link_texts words = { NULL, 0, 0 };

	link_words(m->a, e->value, strlen(e->value), &words);
	if (words.n == 0) {
		refuse(m, "the command has no words");
		return;
	}
	*ARENA_PUSH(m->a, &words) = NULL;
	m->out->command = words.items;
}

/* ---- files that set it ------------------------------------------------------------------------------- */

static void set_list(struct making *m, const char *op, const char *variable_name, const char *element)
{
	env_step(m, &(struct dlwhy_edit){ op, NULL, variable_name, element });
}

/* An element goes out of the file that sets it: new shells do not have it. */
static void drop_setting_step(struct making *m, const struct dlwhy_edit *e)
{
	const char *path = real_path(m, e->path);
	struct view old, text;

	if (path == NULL || !read_so_far(m, path, &old) || old.n > MAX_TEXT)
		return;
	if (!settings_without(old, m->in->environ, e->name, e->value, m->a, &text)) {
		refuse(m, arena_printf(m->a, "%s does not set it", path));
		return;
	}
	rewrite(m, path, text);
	set_list(m, "env-without", e->name, e->value);
}

static void activate_step(struct making *m, const struct dlwhy_edit *e)
{
	struct view old = { NULL, 0 };
	struct change *c;
	struct os_stat st;
	const char *dir = dir_name(m->a, e->path);

	if (source_stat(m->in->source, dir, true, &st) != 0)
		add(m, CHANGE_FOLDER, dir)->mode = 0755;
	else if (plan_files_read(m->in, e->path, &old) != 0)
		old.n = 0;
	c = add(m, CHANGE_WRITE, e->path);
	c->bytes = settings_script_with(e->path, old, e->name, e->value, m->a);
	c->mode = 0644;
	set_list(m, "env-first", e->name, e->value);
}

/* The program is started through a script that stands beside it. */
static void wrapper_step(struct making *m, const struct dlwhy_edit *e)
{
	struct change *c;
	struct os_stat st;

	if (source_stat(m->in->source, e->path, false, &st) == 0) {
		refuse(m, arena_printf(m->a, "there is a file %s already", e->path));
		return;
	}
	c = add(m, CHANGE_WRITE, e->path);
	c->bytes = settings_wrapper(e->name, "LD_LIBRARY_PATH", e->value, m->a);
	c->mode = 0755;
	set_list(m, "env-first", "LD_LIBRARY_PATH", e->value);
}

/* ---- all steps -----------------------------------------------------------------------------------------
 */

static const struct {
	const char *op;
	void (*make)(struct making *m, const struct dlwhy_edit *e);
} steps[] = {
	{ "link", link_step },
	{ "mode", mode_step },
	{ "unix-lines", unix_lines_step },
	{ "path-file", path_file_step },
	{ "ldconfig", ldconfig_step },
	{ "drop-setting", drop_setting_step },
	{ "reinstall", reinstall_step },
	{ "pip-install", pip_step },
	{ "edit-line", source_step },
	{ "add-line", source_step },
	{ "cgo-line", source_step },
	{ "link-command", command_step },
	{ "activate", activate_step },
	{ "wrapper", wrapper_step },
};

static void step(struct making *m, const struct dlwhy_edit *e)
{
	if (elf_step(m, e))
		return;
	if (env_step(m, e)) {
		m->out->sets_environ = true;
		return;
	}
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (strcmp(steps[i].op, e->op) == 0) {
			steps[i].make(m, e);
			return;
		}
	refuse(m, arena_printf(m->a, "dlwhy cannot do the step \"%s\" itself", e->op));
}

/* The file as the change leaves it. */
static bool new_bytes(struct making *m, const struct change *c, struct view *out)
{
	struct os_mapping map;

	*out = c->bytes;
	if (c->kind == CHANGE_WRITE)
		return true;
	if (c->kind != CHANGE_PATCH || plan_files_patched(m->in, c, &map) != 0)
		return false;
	*out = map.bytes;
	return true;
}

static void update_record(struct making *m, const char *path, struct view bytes)
{
	struct record_place at;
	struct view record;

	if (!plan_record(m->in, path, &at) || !read_so_far(m, at.file, &record))
		return;
	if (m->in->records == PLAN_RECORDS)
		record = plan_record_with(m->in, record, at.row, bytes);
	rewrite(m, at.file, record);
}

/* Installed files have their hashes in RECORD: whoever verifies later finds our edits in order. */
static void update_records(struct making *m)
{
	size_t n = m->changes.n;

	for (size_t i = 0; i < n; i++) {
		const struct change *c = &m->changes.items[i];
		struct view bytes;

		if (c->path != NULL && strstr(c->path, "-packages/") != NULL && new_bytes(m, c, &bytes))
			update_record(m, c->path, bytes);
	}
}

void plan_make(const struct plan_input *in, struct plan *out)
{
	struct making m = { .in = in, .out = out, .a = in->a };

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; in->environ[i] != NULL; i++)
		*ARENA_PUSH(in->a, &m.env) = in->environ[i];
	for (size_t i = 0; i < in->n && out->refused == NULL; i++)
		step(&m, in->edits[i]);
	for (size_t i = 0; i < m.targets.n && out->refused == NULL; i++)
		finish_target(&m, m.targets.items[i]);
	if (out->refused == NULL && m.npip > 0)
		finish_pip(&m);
	if (out->refused == NULL && in->records != PLAN_NO_RECORDS)
		update_records(&m);
	*ARENA_PUSH(in->a, &m.env) = NULL;
	out->environ = m.env.items;
	out->changes = (struct change_list){ m.changes.items, m.changes.n };
}
