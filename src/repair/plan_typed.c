/* plan_typed.c - what could be typed in place of a change of a text file: its lines, by sed or printf. */
#include <errno.h>
#include <string.h>

#include "diagnose/common.h"
#include "repair/plan_files.h"

enum { MAX_LINES = 24, MAX_TEXT = 1 << 20 };

struct lines {
	struct view *items; /* without their ends */
	size_t n, cap;
	bool open; /* the last one has none */
};

/* False: it is no text. */
static bool split(struct arena *a, struct view text, struct lines *out)
{
	memset(out, 0, sizeof(*out));
	if (text.n > MAX_TEXT || (text.n > 0 && memchr(text.p, '\0', text.n) != NULL))
		return false;
	while (text.n > 0) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t n = end != NULL ? (size_t)(end - text.p) : text.n;

		*ARENA_PUSH(a, out) = (struct view) { text.p, n };
		if (end == NULL) {
			out->open = true;
			break;
		}
		text = (struct view) { text.p + n + 1, text.n - n - 1 };
	}
	return true;
}

static bool same(struct view x, struct view y)
{
	return x.n == y.n && (x.n == 0 || memcmp(x.p, y.p, x.n) == 0);
}

/* "printf '%s\n' LINE… >FILE". */
static const char *printed(struct arena *a, const struct lines *l, size_t from, const char *to,
			   const char *path)
{
	const char *s = "printf '%s\\n'";

	for (size_t i = from; i < l->n; i++) {
		const char *line = arena_strndup(a, (const char *)l->items[i].p, l->items[i].n);

		s = arena_printf(a, "%s %s", s, shell_quote(a, line));
	}
	return arena_printf(a, "%s %s%s", s, to, shell_quote(a, path));
}

/* The lines [from, to) as the text of a command of sed, which reads backslashes. */
static void add_text(struct arena *a, struct arena_text *t, const struct lines *l, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		for (size_t k = 0; k < l->items[i].n; k++) {
			if (l->items[i].p[k] == '\\')
				arena_text_str(a, t, "\\");
			arena_text_add(a, t, (const char *)l->items[i].p + k, 1);
		}
		if (i + 1 < to)
			arena_text_str(a, t, "\\\n");
	}
}

/* The same by ed, which a Mac has. A line that is only a dot would end the text. */
static const char *edited_by_ed(struct arena *a, const struct lines *new, const char *where, bool changes,
				size_t first, size_t to, const char *path)
{
	const char *order = to == first ? "d" : changes ? "c" : "i";
	const char *s = arena_printf(a, "printf '%%s\\n' %s%s", where, order);

	for (size_t i = first; i < to; i++) {
		const char *line = arena_strndup(a, (const char *)new->items[i].p, new->items[i].n);

		if (strcmp(line, ".") == 0)
			return NULL;
		s = arena_printf(a, "%s %s", s, shell_quote(a, line));
	}
	return arena_printf(a, "%s%s w | ed -s %s", s, to > first ? " ." : "", shell_quote(a, path));
}

static const char *edited(struct arena *a, const struct lines *old, const struct lines *new, size_t first,
			  size_t same_end, const char *path, bool mac)
{
	size_t old_to = old->n - same_end, new_to = new->n - same_end;
	struct arena_text t = { NULL, 0, 0 };
	const char *where = old_to > first + 1 ? arena_printf(a, "%zu,%zu", first + 1, old_to)
					       : arena_printf(a, "%zu", first + 1);

	if (mac)
		return edited_by_ed(a, new, where, old_to > first, first, new_to, path);
	if (new_to == first)
		return arena_printf(a, "sed -i '%sd' %s", where, shell_quote(a, path));
	if (new_to == first + 1 && new->items[first].n == 0 && old_to == new_to)
		return arena_printf(a, "sed -i '%ss/.*//' %s", where, shell_quote(a, path));
	if (new->items[first].n == 0)
		return NULL; /* sed would read what follows as commands */
	arena_text_str(a, &t, where);
	arena_text_str(a, &t, old_to > first ? "c\\" : "i\\");
	add_text(a, &t, new, first, new_to);
	return arena_printf(a, "sed -i %s %s", shell_quote(a, arena_text_end(a, &t)), shell_quote(a, path));
}

/* A file that is not there yet. */
static const char *made(const struct plan_input *in, const struct change *c, const struct lines *new)
{
	const char *dir = dir_name(in->a, c->path), *s = printed(in->a, new, 0, ">", c->path);
	struct os_stat st;

	if (source_stat(in->source, dir, true, &st) != 0)
		s = arena_printf(in->a, "mkdir -p %s && %s", shell_quote(in->a, dir), s);
	if ((c->mode & 0111) != 0)
		s = arena_printf(in->a, "%s && chmod +x %s", s, shell_quote(in->a, c->path));
	return s;
}

const char *plan_typed(const struct plan_input *in, const struct change *c, bool mac)
{
	struct lines old, new;
	struct view bytes;
	size_t first = 0, end = 0;
	int err = plan_files_read(in, c->path, &bytes);

	if (c->kind != CHANGE_WRITE || !split(in->a, c->bytes, &new) || new.n == 0)
		return NULL;
	if (err == ENOENT)
		return new.n <= MAX_LINES && !new.open ? made(in, c, &new) : NULL;
	if (err != 0 || !split(in->a, bytes, &old) || old.open != new.open)
		return NULL;
	while (first < old.n && first < new.n && same(old.items[first], new.items[first]))
		first++;
	while (end < old.n - first && end < new.n - first &&
	       same(old.items[old.n - 1 - end], new.items[new.n - 1 - end]))
		end++;
	if (new.n - first - end > MAX_LINES || (first == old.n && first == new.n))
		return NULL;
	if (first == old.n)
		return old.open ? NULL : printed(in->a, &new, first, ">>", c->path);
	return edited(in->a, &old, &new, first, end, c->path, mac);
}
