/* journal_print.c - a journal as JSON.
 *
 * All strings are ASCII: bytes outside of it, and those that JSON or a person would stumble over, are
 * written as %XX, so that any file name comes back as it was.
 */
#include "repair/journal.h"

#include <inttypes.h>
#include <string.h>

static const char *const states[] = { "begun", "done", "undoing", "undone", "stuck" };
static const char *const kinds[] = { "patch", "write", "link", "folder", "mode", "remove", "run" };
static const char *const keeps[] = { "nothing", "link", "patches", "copy" };
static const char *const types[] = { "file", "folder", "link", "device", "other" };

void journal_print_string(struct buf *b, const char *s)
{
	const char *run = s;

	buf_char(b, '"');
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c >= 0x20 && c < 0x7f && c != '%' && c != '"' && c != '\\')
			continue;
		buf_add(b, run, (size_t)(s - run));
		buf_printf(b, "%%%02X", c);
		run = s + 1;
	}
	buf_add(b, run, (size_t)(s - run));
	buf_char(b, '"');
}

static void print_key(struct buf *b, const char *key)
{
	buf_printf(b, ", \"%s\": ", key);
}

static void print_text(struct buf *b, const char *key, const char *s)
{
	print_key(b, key);
	journal_print_string(b, s);
}

static void print_int(struct buf *b, const char *key, uint64_t value)
{
	/* JSON's integers are signed for those who read them. */
	buf_printf(b, ", \"%s\": %" PRId64, key, (int64_t)value);
}

static void print_time(struct buf *b, const char *key, struct os_time t)
{
	buf_printf(b, ", \"%s\": [%" PRId64 ", %" PRIu32 "]", key, t.s, t.ns);
}

static void print_hex(struct buf *b, struct view bytes)
{
	buf_char(b, '"');
	for (size_t i = 0; i < bytes.n; i++)
		buf_printf(b, "%02x", bytes.p[i]);
	buf_char(b, '"');
}

static void print_words(struct buf *b, const char *key, const char *const *words)
{
	print_key(b, key);
	buf_char(b, '[');
	for (size_t i = 0; words != NULL && words[i] != NULL; i++) {
		if (i > 0)
			buf_str(b, ", ");
		journal_print_string(b, words[i]);
	}
	buf_char(b, ']');
}

static void print_xattrs(struct buf *b, const struct journal_side *s)
{
	print_key(b, "xattrs");
	buf_char(b, '[');
	for (size_t i = 0; i < s->nxattrs; i++) {
		buf_str(b, i > 0 ? ", [" : "[");
		journal_print_string(b, s->xattrs[i].name);
		buf_str(b, ", ");
		print_hex(b, s->xattrs[i].value);
		buf_char(b, ']');
	}
	buf_char(b, ']');
}

void journal_print_side(struct buf *b, const struct journal_side *s)
{
	if (!s->there) {
		buf_str(b, "null");
		return;
	}
	buf_printf(b, "{\"type\": \"%s\"", types[s->f.type]);
	print_int(b, "dev", s->f.dev);
	print_int(b, "ino", s->f.ino);
	print_int(b, "nlink", s->f.nlink);
	print_int(b, "size", s->f.size);
	buf_printf(b, ", \"mode\": \"%04o\"", (unsigned)s->f.mode);
	print_int(b, "uid", s->f.uid);
	print_int(b, "gid", s->f.gid);
	print_time(b, "atime", s->f.atime);
	print_time(b, "mtime", s->f.mtime);
	if (s->link != NULL)
		print_text(b, "to", s->link);
	if (s->hashed) {
		print_key(b, "sha256");
		print_hex(b, (struct view){ s->hash, SHA256_BYTES });
	}
	if (s->nxattrs > 0)
		print_xattrs(b, s);
	buf_char(b, '}');
}

static void print_patches(struct buf *b, const struct journal_step *s)
{
	print_key(b, "patches");
	buf_char(b, '[');
	for (size_t i = 0; i < s->npatches; i++)
		buf_printf(b, "%s[%" PRIu64 ", %" PRIu64 "]", i > 0 ? ", " : "", s->patches[i].offset,
			   s->patches[i].n);
	buf_char(b, ']');
}

static void print_step(struct buf *b, const struct journal_step *s)
{
	buf_printf(b, "  {\"change\": \"%s\"", kinds[s->kind]);
	if (s->kind == CHANGE_RUN) {
		print_words(b, "argv", s->argv);
		print_words(b, "covers", s->covers);
		buf_char(b, '}');
		return;
	}
	print_text(b, "folder", s->folder);
	print_text(b, "name", s->name);
	buf_printf(b, ", \"keep\": \"%s\", \"in_place\": %s", keeps[s->keep], s->in_place ? "true" : "false");
	print_key(b, "old");
	journal_print_side(b, &s->old);
	print_key(b, "new");
	journal_print_side(b, &s->new);
	if (s->keep == CHANGE_KEEP_PATCHES)
		print_patches(b, s);
	buf_char(b, '}');
}

static void print_folder(struct buf *b, const struct journal_folder *f)
{
	buf_str(b, "  {\"path\": ");
	journal_print_string(b, f->path);
	print_time(b, "atime", f->atime);
	print_time(b, "mtime", f->mtime);
	print_key(b, "names");
	print_hex(b, (struct view){ f->names, SHA256_BYTES });
	buf_char(b, '}');
}

void journal_print(struct buf *b, const struct journal *j)
{
	buf_str(b, "{\"journal\": 1");
	print_text(b, "dlwhy", j->version);
	buf_printf(b, ", \"state\": \"%s\"", states[j->state]);
	print_text(b, "token", j->token);
	print_int(b, "time", (uint64_t)j->time);
	print_int(b, "undone", (uint64_t)j->undone);
	print_text(b, "title", j->title);
	print_words(b, "command", j->command);
	print_int(b, "staged", j->staged);
	print_int(b, "returned", j->returned);
	buf_str(b, ",\n \"steps\": [\n");
	for (size_t i = 0; i < j->looked; i++) {
		print_step(b, &j->steps[i]);
		buf_str(b, i + 1 < j->looked ? ",\n" : "\n");
	}
	buf_str(b, " ],\n \"folders\": [\n");
	for (size_t i = 0; i < j->nfolders; i++) {
		print_folder(b, &j->folders[i]);
		buf_str(b, i + 1 < j->nfolders ? ",\n" : "\n");
	}
	buf_str(b, " ]}\n");
}

void journal_print_entry(struct buf *b, const struct journal_entry *e)
{
	buf_str(b, "{\"path\": ");
	journal_print_string(b, e->path);
	print_int(b, "cover", e->cover);
	print_int(b, "kept", e->kept);
	buf_printf(b, ", \"linked\": %s, \"copied\": %s", e->linked ? "true" : "false",
		   e->copied ? "true" : "false");
	print_key(b, "is");
	journal_print_side(b, &e->side);
	buf_str(b, "}\n");
}
