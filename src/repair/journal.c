/* journal.c - a journal read from JSON. Each value is checked before it is believed. */
#include "repair/journal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/str.h"

struct reading {
	struct arena *a;
	struct view json;
	json_t *root;
	struct journal *out;
	struct journal_entry *entry;
	bool bad;
	char *why;
	size_t n;
};

/* The first fault is the one that is told. */
static void bad(struct reading *r, const char *what)
{
	if (!r->bad && r->why != NULL)
		snprintf(r->why, r->n, "%s", what);
	r->bad = true;
}

/* ---- what names may be -------------------------------------------------------------------------- */

bool journal_is_name(const char *s)
{
	return *s != '\0' && strlen(s) < OS_NAME_MAX && strchr(s, '/') == NULL && strcmp(s, ".") != 0 &&
	       strcmp(s, "..") != 0;
}

/* Names with single slashes between them. */
static bool are_names(const char *s)
{
	char name[OS_NAME_MAX];

	for (;;) {
		size_t n = strcspn(s, "/");

		if (n >= sizeof(name))
			return false;
		memcpy(name, s, n);
		name[n] = '\0';
		if (!journal_is_name(name))
			return false;
		if (s[n] == '\0')
			return true;
		s += n + 1;
	}
}

bool journal_is_path(const char *s)
{
	return s[0] == '/' && strlen(s) < OS_PATH_MAX && (s[1] == '\0' || are_names(s + 1));
}

bool journal_is_below(const char *s)
{
	return *s == '\0' || (strlen(s) < OS_PATH_MAX && are_names(s));
}

bool journal_is_id(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n > 0 && n < 19 && s[n] == '\0' && s[0] != '0';
}

/* ---- values -------------------------------------------------------------------------------------- */

/* The string as it was before it was written. "" and r->bad if it is none. */
static const char *string_of(struct reading *r, const json_t *v, const char *what)
{
	const char *s = json_string_value(v);
	size_t n = json_string_length(v), k = 0;
	char *out;

	if (s == NULL || memchr(s, '\0', n) != NULL) {
		bad(r, what);
		return "";
	}
	out = arena_array(r->a, n + 1, 1);
	for (size_t i = 0; i < n; i++) {
		int high, low;

		if (s[i] != '%') {
			out[k++] = s[i];
			continue;
		}
		high = i + 2 < n ? str_hex(s[i + 1]) : -1;
		low = i + 2 < n ? str_hex(s[i + 2]) : -1;
		if (high < 0 || low < 0 || high + low == 0) {
			bad(r, what);
			return "";
		}
		out[k++] = (char)(high * 16 + low);
		i += 2;
	}
	out[k] = '\0';
	return out;
}

static const char *get_string(struct reading *r, const json_t *o, const char *key)
{
	return string_of(r, json_object_get(o, key), key);
}

static int64_t get_int(struct reading *r, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_integer(v))
		bad(r, key);
	return (int64_t)json_integer_value(v);
}

/* Of a clock: what a calendar can show. */
static int64_t get_seconds(struct reading *r, const json_t *o, const char *key)
{
	const int64_t most = (int64_t)1 << 40;
	int64_t v = get_int(r, o, key);

	if (v >= -most && v <= most)
		return v;
	bad(r, key);
	return 0;
}

static uint64_t get_upto(struct reading *r, const json_t *o, const char *key, uint64_t most)
{
	int64_t v = get_int(r, o, key);

	if (v < 0 || (uint64_t)v > most) {
		bad(r, key);
		return 0;
	}
	return (uint64_t)v;
}

static bool get_bool(struct reading *r, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_boolean(v))
		bad(r, key);
	return json_is_true(v);
}

static unsigned get_word(struct reading *r, const json_t *o, const char *key, const char *const *words,
			 unsigned n)
{
	const char *s = json_string_value(json_object_get(o, key));

	for (unsigned i = 0; s != NULL && i < n; i++)
		if (strcmp(s, words[i]) == 0)
			return i;
	bad(r, key);
	return 0;
}

/* An array of at most `most`; n is 0 if it is none. */
static size_t get_array(struct reading *r, const json_t *o, const char *key, size_t most, const json_t **out)
{
	*out = json_object_get(o, key);
	if (json_is_array(*out) && json_array_size(*out) <= most)
		return json_array_size(*out);
	bad(r, key);
	return 0;
}

static const char *const *get_words(struct reading *r, const json_t *o, const char *key, bool paths)
{
	const json_t *v;
	size_t n = get_array(r, o, key, JOURNAL_WORDS, &v);
	const char **words = ARENA_ARRAY(r->a, n + 1, const char *);

	for (size_t i = 0; i < n; i++) {
		words[i] = string_of(r, json_array_get(v, i), key);
		if (paths && !journal_is_path(words[i]))
			bad(r, key);
	}
	return words;
}

static struct os_time get_time(struct reading *r, const json_t *o, const char *key)
{
	struct os_time t = { 0, 0 };
	const json_t *v, *s, *ns;

	if (get_array(r, o, key, 2, &v) != 2) {
		bad(r, key);
		return t;
	}
	s = json_array_get(v, 0);
	ns = json_array_get(v, 1);
	if (!json_is_integer(s) || !json_is_integer(ns) || json_integer_value(ns) < 0 ||
	    json_integer_value(ns) > 999999999)
		bad(r, key);
	t.s = json_integer_value(s);
	t.ns = r->bad ? 0 : (uint32_t)json_integer_value(ns);
	return t;
}

static struct view hex_of(struct reading *r, const json_t *v, size_t most, const char *what)
{
	const char *s = json_string_value(v);
	size_t n = json_string_length(v);
	unsigned char *p;

	if (s == NULL || n % 2 != 0 || n / 2 > most) {
		bad(r, what);
		return (struct view){ NULL, 0 };
	}
	p = arena_array(r->a, n / 2 + 1, 1);
	if (!digest_from_hex(s, n, p, n / 2))
		bad(r, what);
	return (struct view){ p, n / 2 };
}

static void get_hash(struct reading *r, const json_t *o, const char *key, unsigned char hash[SHA256_BYTES])
{
	struct view v = hex_of(r, json_object_get(o, key), SHA256_BYTES, key);

	if (v.n != SHA256_BYTES)
		bad(r, key);
	else
		memcpy(hash, v.p, SHA256_BYTES);
}

static uint32_t get_mode(struct reading *r, const json_t *o)
{
	const char *s = json_string_value(json_object_get(o, "mode"));
	uint32_t mode = 0;

	if (s == NULL || strlen(s) != 4 || strspn(s, "01234567") != 4) {
		bad(r, "mode");
		return 0;
	}
	for (; *s != '\0'; s++)
		mode = mode * 8 + (uint32_t)(*s - '0');
	return mode;
}

/* ---- sides, steps, folders ------------------------------------------------------------------------ */

static void get_xattrs(struct reading *r, const json_t *o, struct journal_side *s)
{
	const json_t *v;
	size_t n = get_array(r, o, "xattrs", JOURNAL_XATTRS, &v);
	struct journal_xattr *x = ARENA_ARRAY(r->a, n + 1, struct journal_xattr);

	for (size_t i = 0; i < n; i++) {
		const json_t *pair = json_array_get(v, i);

		x[i].name = string_of(r, json_array_get(pair, 0), "xattrs");
		x[i].value = hex_of(r, json_array_get(pair, 1), JOURNAL_XATTR, "xattrs");
		if (*x[i].name == '\0' || strlen(x[i].name) > 255)
			bad(r, "xattrs");
	}
	s->xattrs = x;
	s->nxattrs = n;
}

static void get_side(struct reading *r, const json_t *o, const char *key, struct journal_side *s)
{
	static const char *const types[] = { "file", "folder", "link", "device", "other" };
	const json_t *v = json_object_get(o, key);

	if (json_is_null(v))
		return;
	if (!json_is_object(v)) {
		bad(r, key);
		return;
	}
	s->there = true;
	s->f.type = (enum os_type)get_word(r, v, "type", types, 5);
	s->f.dev = (uint64_t)get_int(r, v, "dev");
	s->f.ino = (uint64_t)get_int(r, v, "ino");
	s->f.nlink = get_upto(r, v, "nlink", UINT32_MAX);
	s->f.size = get_upto(r, v, "size", INT64_MAX);
	s->f.mode = get_mode(r, v);
	s->f.uid = (uint32_t)get_upto(r, v, "uid", UINT32_MAX);
	s->f.gid = (uint32_t)get_upto(r, v, "gid", UINT32_MAX);
	s->f.atime = get_time(r, v, "atime");
	s->f.mtime = get_time(r, v, "mtime");
	if (s->f.type == OS_SYMLINK) {
		s->link = get_string(r, v, "to");
		if (*s->link == '\0' || strlen(s->link) >= OS_PATH_MAX)
			bad(r, "to");
	}
	s->hashed = json_object_get(v, "sha256") != NULL;
	if (s->hashed)
		get_hash(r, v, "sha256", s->hash);
	if (json_object_get(v, "xattrs") != NULL)
		get_xattrs(r, v, s);
}

static void get_patches(struct reading *r, const json_t *o, struct journal_step *s)
{
	const json_t *v;
	size_t n = get_array(r, o, "patches", JOURNAL_PATCHES, &v);
	struct journal_patch *p = ARENA_ARRAY(r->a, n + 1, struct journal_patch);
	uint64_t end = 0;

	for (size_t i = 0; i < n; i++) {
		const json_t *pair = json_array_get(v, i);
		int64_t off = json_integer_value(json_array_get(pair, 0));
		int64_t len = json_integer_value(json_array_get(pair, 1));

		/* sorted, and inside the old file */
		if (json_array_size(pair) != 2 || off < 0 || len < 0 || (uint64_t)off < end ||
		    (uint64_t)off > s->old.f.size || (uint64_t)len > s->old.f.size - (uint64_t)off) {
			bad(r, "patches");
			return;
		}
		p[i] = (struct journal_patch){ (uint64_t)off, (uint64_t)len };
		end = (uint64_t)off + (uint64_t)len;
	}
	s->patches = p;
	s->npatches = n;
}

/* What a step of that kind can have met. */
static bool is_possible(const struct journal_step *s)
{
	enum os_type old = s->old.f.type;

	switch (s->kind) {
	case CHANGE_PATCH:
		return s->old.there && old == OS_REGULAR && !s->in_place;
	case CHANGE_WRITE:
		return (!s->old.there || old == OS_REGULAR) && !s->in_place;
	case CHANGE_LINK:
		return (!s->old.there || old == OS_SYMLINK) && !s->in_place && s->keep == CHANGE_KEEP_NOTHING;
	case CHANGE_FOLDER:
		return (!s->old.there || old == OS_DIRECTORY) && !s->in_place &&
		       s->keep == CHANGE_KEEP_NOTHING;
	case CHANGE_MODE:
		return s->old.there && (old == OS_REGULAR || (old == OS_DIRECTORY && s->in_place));
	case CHANGE_REMOVE:
		return !s->old.there || old == OS_REGULAR || old == OS_SYMLINK;
	case CHANGE_RUN:
		break;
	}
	return false;
}

static void get_step(struct reading *r, const json_t *o, struct journal_step *s)
{
	static const char *const kinds[] = { "patch", "write", "link", "folder", "mode", "remove", "run" };
	static const char *const keeps[] = { "nothing", "link", "patches", "copy" };

	s->kind = (enum change_kind)get_word(r, o, "change", kinds, 7);
	if (s->kind == CHANGE_RUN) {
		s->argv = get_words(r, o, "argv", false);
		s->covers = get_words(r, o, "covers", true);
		if (s->argv[0] == NULL)
			bad(r, "argv");
		return;
	}
	s->folder = get_string(r, o, "folder");
	s->name = get_string(r, o, "name");
	if (!journal_is_path(s->folder))
		bad(r, "folder");
	if (!journal_is_name(s->name))
		bad(r, "name");
	s->keep = (enum change_keep)get_word(r, o, "keep", keeps, 4);
	s->in_place = get_bool(r, o, "in_place");
	get_side(r, o, "old", &s->old);
	get_side(r, o, "new", &s->new);
	if (s->keep == CHANGE_KEEP_PATCHES)
		get_patches(r, o, s);
	if (s->keep != CHANGE_KEEP_NOTHING && !(s->old.there && s->old.f.type == OS_REGULAR))
		bad(r, "keep");
	/* What is made anew is compared with what it was. */
	if (s->keep >= CHANGE_KEEP_PATCHES && !s->old.hashed)
		bad(r, "sha256");
	if (!is_possible(s))
		bad(r, "change");
}

static void get_folder(struct reading *r, const json_t *o, struct journal_folder *f)
{
	f->path = get_string(r, o, "path");
	if (!journal_is_path(f->path))
		bad(r, "path");
	f->atime = get_time(r, o, "atime");
	f->mtime = get_time(r, o, "mtime");
	get_hash(r, o, "names", f->names);
}

static void get_lists(struct reading *r, struct journal *j)
{
	const json_t *steps, *folders;

	j->nsteps = get_array(r, r->root, "steps", JOURNAL_STEPS, &steps);
	j->nfolders = get_array(r, r->root, "folders", JOURNAL_STEPS, &folders);
	j->steps = ARENA_ARRAY(r->a, j->nsteps + 1, struct journal_step);
	j->folders = ARENA_ARRAY(r->a, j->nfolders + 1, struct journal_folder);
	for (size_t i = 0; i < j->nsteps && !r->bad; i++)
		get_step(r, json_array_get(steps, i), &j->steps[i]);
	for (size_t i = 0; i < j->nfolders && !r->bad; i++)
		get_folder(r, json_array_get(folders, i), &j->folders[i]);
}

static void read_journal(void *ctx)
{
	static const char *const states[] = { "begun", "done", "undoing", "undone", "stuck" };
	struct reading *r = ctx;
	struct journal *j = r->out;
	const char *token;

	if (get_int(r, r->root, "journal") != 1)
		bad(r, "journal");
	j->version = get_string(r, r->root, "dlwhy");
	j->state = (enum transaction_state)get_word(r, r->root, "state", states, 5);
	token = get_string(r, r->root, "token");
	if (strlen(token) != JOURNAL_TOKEN - 1 || strspn(token, "0123456789abcdef") != JOURNAL_TOKEN - 1)
		bad(r, "token");
	else
		memcpy(j->token, token, JOURNAL_TOKEN);
	j->time = get_seconds(r, r->root, "time");
	j->undone = get_seconds(r, r->root, "undone");
	j->title = get_string(r, r->root, "title");
	j->command = get_words(r, r->root, "command", false);
	get_lists(r, j);
	j->looked = j->nsteps;
	j->staged = (size_t)get_upto(r, r->root, "staged", j->nsteps);
	j->returned = (size_t)get_upto(r, r->root, "returned", j->nsteps);
}

static void read_entry(void *ctx)
{
	struct reading *r = ctx;
	struct journal_entry *e = r->entry;

	e->path = get_string(r, r->root, "path");
	if (!journal_is_below(e->path))
		bad(r, "path");
	e->cover = (uint32_t)get_upto(r, r->root, "cover", JOURNAL_WORDS);
	e->kept = (uint32_t)get_upto(r, r->root, "kept", UINT32_MAX);
	e->linked = get_bool(r, r->root, "linked");
	e->copied = get_bool(r, r->root, "copied");
	get_side(r, r->root, "is", &e->side);
}

static int parse(struct reading *r, void (*fn)(void *))
{
	json_error_t e;
	enum arena_status status;
	/* Jansson trusts that a string which it reads can grow: there is memory for all of it. */
	void *room = malloc(4 * r->json.n + 4096);

	free(room);
	if (room == NULL)
		return ENOMEM;
	r->root = json_loadb((const char *)r->json.p, r->json.n, JSON_REJECT_DUPLICATES, &e);
	if (r->root == NULL && json_error_code(&e) == json_error_out_of_memory)
		return ENOMEM;
	if (!json_is_object(r->root)) {
		bad(r, "JSON");
		json_decref(r->root);
		return EINVAL;
	}
	status = arena_run(r->a, fn, r);
	json_decref(r->root);
	if (status != ARENA_OK)
		return ENOMEM;
	return r->bad ? EINVAL : 0;
}

int journal_parse(struct view json, struct arena *a, struct journal *out, char *why, size_t n)
{
	struct reading r = { .a = a, .json = json, .out = out, .why = why, .n = n };

	memset(out, 0, sizeof(*out));
	return parse(&r, read_journal);
}

int journal_parse_entry(struct view line, struct arena *a, struct journal_entry *out)
{
	struct reading r = { .a = a, .json = line, .entry = out };

	memset(out, 0, sizeof(*out));
	return parse(&r, read_entry);
}
