/* plan_packages.c - see plan_packages.h. */
#include "repair/plan_packages.h"

#include <string.h>

#include "base/str.h"
#include "diagnose/common.h"
#include "package/owner.h"
#include "package/pip_record.h"
#include "repair/plan_files.h"
#include "repair/plan_pip_settings.h"

enum { MAX_COVERS = 64 };

struct words {
	const char **items;
	size_t n, cap;
};

static void add_once(struct arena *a, struct words *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i], s) == 0)
			return;
	*ARENA_PUSH(a, l) = s;
}

/* The first name below site-packages, with what pip makes beside it; files elsewhere as they are. */
static void cover(const struct plan_input *in, const struct package *p, const char *file, struct words *l)
{
	size_t n = strlen(p->root);

	if (strncmp(file, p->root, n) != 0 || file[n] != '/')
		add_once(in->a, l, file);
	else
		add_once(in->a, l,
			 arena_printf(in->a, "%s/%.*s", p->root, (int)strcspn(file + n + 1, "/"),
				      file + n + 1));
}

static const char *const *covers_of(const struct plan_input *in, const struct package *p)
{
	struct words l = { NULL, 0, 0 };

	add_once(in->a, &l, p->record);
	for (size_t i = 0; i < p->files.n && l.n <= MAX_COVERS; i++)
		cover(in, p, p->files.items[i].path, &l);
	if (l.n > MAX_COVERS)
		return NULL;
	*ARENA_PUSH(in->a, &l) = NULL;
	return l.items;
}

const char *plan_program(const struct plan_input *in, const char *name)
{
	const char *path = str_env(in->environ, "PATH");
	struct os_stat st;

	if (name[0] == '/')
		return name;
	if (path == NULL)
		path = "/usr/local/bin:/usr/bin:/bin";
	for (;;) {
		size_t n = strcspn(path, ":");
		const char *full = arena_printf(in->a, "%.*s/%s", (int)n, path, name);

		if (full[0] == '/' && source_stat(in->source, full, true, &st) == 0 &&
		    st.type == OS_REGULAR && (st.mode & 0111) != 0)
			return full;
		if (path[n] == '\0')
			return NULL;
		path += n + 1;
	}
}

/* The same release has to be found where the installer looks. */
static void judge(const struct plan_input *in, const struct package_owner *o, bool uv, struct reinstall *out)
{
	const char *const names[] = { o->p->name, NULL };
	struct pip_asked asked = { o->place->dir, uv, false, names };
	struct pip_verdict v;

	pip_settings(in, &asked, &v);
	out->not_now = v.not_now;
	out->note = v.note;
}

void plan_reinstall(const struct plan_input *in, const char *path, struct reinstall *out)
{
	struct package_set set = { .a = in->a, .store = in->store };
	const struct package_owner *o = package_owner_find(in->store, in->a, path);
	const char *const *argv = o != NULL ? package_reinstall_command(&set, o->p, o->place) : NULL;
	const char **words;
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	if (argv == NULL) {
		out->refused = o == NULL ? arena_printf(in->a, "no package that is known owns %s", path)
					 : arena_printf(in->a, "%s is installed from a folder of its own",
							o->p->name);
		return;
	}
	while (argv[n] != NULL)
		n++;
	words = ARENA_ARRAY(in->a, n + 1, const char *);
	memcpy(words, argv, n * sizeof(*words));
	out->argv = words;
	if (o->p->kind != PACKAGE_PIP) {
		out->refused = "the system's package manager is for its administrator to run";
		return;
	}
	words[0] = n > 0 ? plan_program(in, argv[0]) : NULL;
	if (words[0] == NULL)
		out->refused = arena_printf(in->a, "there is no %s here", argv[0]);
	if (words[0] != NULL)
		judge(in, o, strcmp(argv[0], "uv") == 0, out);
	out->covers = covers_of(in, o->p);
	if (out->covers == NULL)
		out->refused = arena_printf(in->a, "%s lies in too many places to be put back", o->p->name);
}

/* ---- RECORD ------------------------------------------------------------------------------------------ */

/* The path as a row of RECORD has it. NULL: none names the file. */
static const char *row_of(const struct plan_input *in, const struct package *p, struct view record,
			  const char *path)
{
	struct record_row row;
	bool bad = false;

	while (record_next(in->a, &record, &row, &bad))
		if (strcmp(package_path(in->a, p->root, row.path), path) == 0)
			return row.path;
	return NULL;
}

bool plan_record(const struct plan_input *in, const char *path, struct record_place *out)
{
	const struct package_owner *o = package_owner_find(in->store, in->a, path);
	struct view record;

	if (o == NULL || o->p->kind != PACKAGE_PIP)
		return false;
	out->file = join_path(in->a, o->p->record, "RECORD");
	if (plan_files_read(in, out->file, &record) != 0)
		return false;
	out->row = row_of(in, o->p, record, path);
	return out->row != NULL;
}

struct view plan_record_with(const struct plan_input *in, struct view record, const char *row,
			     struct view bytes)
{
	unsigned char hash[SHA256_BYTES];

	digest_of(DIGEST_SHA256, bytes, hash);
	return package_record_updated(in->a, record, row, hash, bytes.n);
}
