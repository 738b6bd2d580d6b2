/* where.c - the places where the loader looked for a name.
 *
 * A loader tries many candidates in one folder (sub-folders for processors). For a person these
 * are one place: probes of a folder are merged, and folders with the same dull outcome share a row.
 */
#include "report/text.h"

#include <string.h>

#include "report/escape.h"

/* ---- one folder --------------------------------------------------------------------------- */

struct place {
	const char *rule;
	int32_t of;
	const char *directory; /* as written, NULL if there is no list */
	const char *folder;    /* as opened; bytes before its end are in folder_n */
	size_t folder_n;
	const char *outcome, *path; /* what to tell of it */
	bool dull;
};
struct places {
	struct place *items;
	size_t n, cap;
};

/* Bytes of `path` that are the folder it was looked for in, without the sub-folders that glibc
 * adds for the processor. */
static size_t base_folder(const struct dlwhy_probe *p, const char *name)
{
	static const char *const added[] = { "/tls", "/x86_64", "/haswell", "/avx512_1",
					     "/xeon_phi", "/i686", "/i586" };
	const char *hwcaps = strstr(p->path, "/glibc-hwcaps/");
	const char *slash = strchr(p->path, '/') != NULL ? strrchr(p->path, '/') : strrchr(p->path, '\\');
	size_t n = slash != NULL ? (size_t)(slash - p->path) : 0, i;

	if (hwcaps != NULL)
		return (size_t)(hwcaps - p->path);
	/* Of a folder that does not exist the folder itself may have been probed. */
	if (strcmp(p->outcome, "no-directory") == 0 && slash != NULL && slash[1] != '\0' &&
	    strcmp(slash + 1, name) != 0)
		n = strlen(p->path);
	for (i = 0; i < sizeof(added) / sizeof(added[0]); i++) {
		size_t len = strlen(added[i]);

		if (n > len && memcmp(p->path + n - len, added[i], len) == 0) {
			n -= len;
			i = SIZE_MAX; /* they are combined: begin again */
		}
	}
	return n;
}

static bool same_place(const struct place *a, const struct dlwhy_probe *p, size_t folder_n)
{
	if (strcmp(a->rule, p->rule) != 0 || a->of != p->of)
		return false;
	if ((a->directory == NULL) != (p->directory == NULL))
		return false;
	if (p->directory != NULL && strcmp(a->directory, p->directory) != 0)
		return false;
	return a->folder_n == folder_n && memcmp(a->folder, p->path, folder_n) == 0;
}

/* The last outcome of a folder is that of the folder itself; one that is not dull beats it. */
static void place_add(struct text *t, struct places *v, const struct dlwhy_probe *p,
		      const char *name)
{
	bool dull = words_outcome_is_dull(p->outcome);
	size_t n = base_folder(p, name);
	struct place *last = v->n > 0 ? &v->items[v->n - 1] : NULL;

	if (last == NULL || !same_place(last, p, n) || (!last->dull && !dull)) {
		last = ARENA_PUSH(t->a, v);
		last->rule = p->rule;
		last->of = p->of;
		last->directory = p->directory;
		last->folder = p->path;
		last->folder_n = n;
		last->dull = true;
	}
	if (!dull || last->dull) {
		last->outcome = p->outcome;
		last->path = p->path;
		last->dull = dull;
	}
}

/* ---- rows --------------------------------------------------------------------------------- */

struct row {
	const char *label, *where, *outcome;
	size_t folders;
	bool dull;
};
struct rows {
	struct row *items;
	size_t n, cap;
};

const char *where_label(struct text *t, const char *rule, int32_t of)
{
	const char *words = words_rule(rule);

	if (of < 0 || (strcmp(rule, "rpath") != 0 && strcmp(rule, "runpath") != 0))
		return words;
	return arena_printf(t->a, "%s of %s", words, text_object(t, of));
}

/* "/usr/lib" of "/usr/lib/": default folders are kept with a slash at their end. */
static const char *without_slash(struct text *t, const char *s)
{
	size_t n = strlen(s);

	while (n > 1 && s[n - 1] == '/')
		n--;
	return text_clean(t, arena_strndup(t->a, s, n));
}

/* The folder as written; what it stands for as well if it is not the same and there is room. */
static const char *place_where(struct text *t, const struct place *p, size_t cols)
{
	const char *folder, *both;

	if (strcmp(p->rule, "ld-so-cache") == 0)
		return strcmp(p->outcome, "not-listed") == 0 ? "" : text_clean(t, p->path);
	if (!p->dull || strcmp(p->rule, "path") == 0)
		return text_clean(t, p->path);
	folder = p->folder_n == 0 ? "/" : arena_strndup(t->a, p->folder, p->folder_n);
	if (p->directory == NULL || *p->directory == '\0')
		return text_clean(t, folder);
	if (strchr(p->directory, '$') == NULL)
		return without_slash(t, p->directory);
	both = arena_printf(t->a, "%s = %s", text_clean(t, p->directory), text_clean(t, folder));
	return escape_columns(both) <= cols ? both : text_clean(t, p->directory);
}

/* Places [i, …) that say the same of one list, which is worth one row if it is long. */
static size_t run_length(const struct places *v, size_t i)
{
	size_t n = 1;

	while (i + n < v->n && v->items[i].dull && v->items[i + n].dull &&
	       v->items[i].of == v->items[i + n].of &&
	       strcmp(v->items[i].rule, v->items[i + n].rule) == 0 &&
	       strcmp(v->items[i].outcome, v->items[i + n].outcome) == 0)
		n++;
	return n > 2 || strcmp(v->items[i].rule, "default-dir") == 0 ? n : 1;
}

/* "a, b, c" of places [i, i + n), as far as it fits into `cols` columns. */
static const char *join_places(struct text *t, const struct places *v, size_t i, size_t n,
			       size_t cols)
{
	const char *s = place_where(t, &v->items[i], cols);
	size_t k;

	for (k = 1; k < n; k++) {
		const char *next = place_where(t, &v->items[i + k], cols);
		size_t spare = k + 1 < n ? sizeof(", ... (nnn in all)") : 2;

		if (escape_columns(s) + escape_columns(next) + spare > cols)
			return arena_printf(t->a, "%s, \xe2\x80\xa6 (%zu in all)", s, n);
		s = arena_printf(t->a, "%s, %s", s, next);
	}
	return s;
}

/* Columns of the longest label, which may take two fifths of the screen. */
static size_t label_columns(struct text *t, const struct places *v)
{
	size_t i, most = 0;

	for (i = 0; i < v->n; i++) {
		size_t n = escape_columns(where_label(t, v->items[i].rule, v->items[i].of));

		most = n > most ? n : most;
	}
	return most < t->width * 2 / 5 ? most : t->width * 2 / 5;
}

/* Columns that are left for a place whose row begins at `column`. */
static size_t where_room(const struct text *t, size_t column, const char *outcome)
{
	size_t taken = column + escape_columns(outcome) + 2;

	return t->width > taken + 16 ? t->width - taken : 16;
}

static void make_rows(struct text *t, const struct places *v, size_t column, struct rows *rows)
{
	size_t i, n;

	for (i = 0; i < v->n; i += n) {
		struct row *row = ARENA_PUSH(t->a, rows);
		const struct place *p = &v->items[i];

		n = run_length(v, i);
		row->label = where_label(t, p->rule, p->of);
		row->outcome = words_outcome(text_clean(t, p->outcome));
		row->where = join_places(t, v, i, n, where_room(t, column, row->outcome));
		row->folders = n;
		row->dull = p->dull;
	}
}

/* ---- printing ----------------------------------------------------------------------------- */

struct columns {
	size_t indent, where, outcome; /* where each begins */
};

static void lay_out(struct text *t, const struct rows *rows, struct columns *c)
{
	size_t i, most = 0, room = where_room(t, c->where, "no such folder");

	for (i = 0; i < rows->n; i++) {
		size_t n = escape_columns(rows->items[i].where);

		most = n > most ? n : most;
	}
	c->outcome = c->where + (most < room ? most : room) + 2;
}

static void row_line(struct text *t, const struct row *row, bool repeats, struct columns c,
		     struct lines *out)
{
	size_t column = c.outcome + escape_columns(row->outcome) <= t->width ? c.outcome : 0;

	text_pad(t, c.indent);
	if (!repeats)
		text_add(t, PLAIN, text_fit(t, row->label, c.where - c.indent - 2));
	text_pad(t, c.where);
	if (*row->where != '\0') {
		text_add(t, PLAIN, text_fit(t, row->where, where_room(t, c.where, row->outcome)));
		text_pad(t, t->cols + 2 > column ? t->cols + 2 : column);
	}
	text_add(t, row->dull ? DIM : YELLOW, row->outcome);
	text_end(t, out);
}

/* Which rows to leave out so that `max` lines are enough: dull ones, the last first. */
static size_t fold_rows(struct text *t, struct rows *rows, size_t max)
{
	size_t folded = 0, i, keep = 0, surplus;
	struct row *kept;

	if (rows->n <= max)
		return 0;
	surplus = rows->n - (max > 1 ? max - 1 : 0);
	kept = ARENA_ARRAY(t->a, rows->n, struct row);
	for (i = rows->n; i-- > 0;) {
		if (surplus > 0 && (rows->items[i].dull || i < surplus)) {
			surplus--;
			folded += rows->items[i].folders;
			rows->items[i].folders = 0;
		}
	}
	for (i = 0; i < rows->n; i++)
		if (rows->items[i].folders > 0)
			kept[keep++] = rows->items[i];
	rows->items = kept;
	rows->n = keep;
	return folded;
}

void where_lines(struct text *t, const struct dlwhy_need *need, size_t indent, size_t max,
		 struct lines *out)
{
	struct places places = { 0 };
	struct rows rows = { 0 };
	struct columns c = { .indent = indent };
	const char *slash = strrchr(need->name, '/');
	const char *name = slash != NULL ? slash + 1 : need->name;
	size_t i, folded;

	for (i = 0; i < need->nprobes; i++)
		place_add(t, &places, need->probes[i], name);
	c.where = indent + label_columns(t, &places) + 2;
	make_rows(t, &places, c.where, &rows);
	folded = fold_rows(t, &rows, max);
	lay_out(t, &rows, &c);
	for (i = 0; i < rows.n; i++)
		row_line(t, &rows.items[i],
			 i > 0 && strcmp(rows.items[i].label, rows.items[i - 1].label) == 0, c,
			 out);
	if (folded > 0)
		text_line(t, out, indent, DIM,
			  arena_printf(t->a, "\xe2\x80\xa6 and %zu more place%s; -v shows all",
				       folded, folded == 1 ? "" : "s"));
}

/* "RUNPATH of liba.so $ORIGIN/lib: "; the element as written only if the path does not show it. */
static const char *label_of_probe(struct text *t, const struct dlwhy_probe *p)
{
	const char *label = where_label(t, p->rule, p->of);

	if (p->directory == NULL || strncmp(p->path, p->directory, strlen(p->directory)) == 0)
		return arena_printf(t->a, "%s: ", label);
	return arena_printf(t->a, "%s %s: ", label, text_clean(t, p->directory));
}

void where_all(struct text *t, const struct dlwhy_need *need, const char *prefix,
	       struct lines *out)
{
	size_t i;

	for (i = 0; i < need->nprobes; i++) {
		const struct dlwhy_probe *p = need->probes[i];
		bool dull = words_outcome_is_dull(p->outcome);

		text_add(t, PLAIN, prefix);
		if (strcmp(p->outcome, "not-listed") != 0)
			text_add(t, DIM, label_of_probe(t, p));
		text_add(t, PLAIN, text_clean(t, p->path));
		text_add(t, PLAIN, "  ");
		text_add(t, dull ? DIM : strcmp(p->outcome, "taken") == 0 ? GREEN : YELLOW,
			 words_outcome(p->outcome));
		text_end(t, out);
	}
}
