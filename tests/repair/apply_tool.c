/* apply_tool.c - a transaction described in JSON on standard input; what came of it as JSON on standard output.
 *
 *     {"do": "apply", "folder": "/state", "changes": [{"kind": "write", "path": "/x", "hex": "00ff"}, …],
 *      "seen": […], "title": "…", "command": ["…"], "env": ["A=B"], "memory": 0, "wait_ms": 0, "seconds": 0,
 *      "id": "1",
 *      "gate": {"nth": 7, "errno": 28, "kill": true, "short": true, "call": "renameat", "trace": true},
 *      "alloc": {"nth": 3}}
 *     do: apply, undo, recover, list, facts, count (of allocations and calls: apply or undo)
 *
 * Strings hold bytes outside of ASCII as %XX. The nth call that writes (or the nth of that name) fails with
 * errno, or the process is killed before it; a short write is first done by half. The nth allocation fails.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/os_write.h"
#include "repair/journal.h"
#include "repair/transaction.h"

static struct {
	bool on, kill, shorten, trace, halved;
	long nth, calls, fail_with, alloc_nth, allocs;
	const char *call;
	json_t *seen;
} gate;

/* ---- the gates ------------------------------------------------------------------------------------------ */

int os_write_gate(const char *call, const char *what, size_t *n)
{
	char line[512];

	if (!gate.on)
		return 0;
	if (gate.call != NULL && strcmp(gate.call, call) != 0)
		return 0;
	gate.calls++;
	if (gate.trace) {
		int k = snprintf(line, sizeof(line), "%s %s\n", call, what);

		(void)!write(STDERR_FILENO, line, (size_t)k < sizeof(line) ? (size_t)k : sizeof(line) - 1);
	}
	if (gate.calls != gate.nth + (gate.halved ? 1 : 0))
		return 0;
	if (gate.shorten && n != NULL && *n > 1 && !gate.halved) {
		*n /= 2;
		gate.halved = true;
		return 0;
	}
	if (gate.kill)
		kill(getpid(), SIGKILL);
	return (int)gate.fail_with;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t k, size_t n);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
void *__real_aligned_alloc(size_t k, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t k, size_t n);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);
void *__wrap_aligned_alloc(size_t k, size_t n);

static bool no_memory(void)
{
	return gate.on && ++gate.allocs == gate.alloc_nth;
}

void *__wrap_malloc(size_t n)
{
	return no_memory() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t k, size_t n)
{
	return no_memory() ? NULL : __real_calloc(k, n);
}

void *__wrap_realloc(void *p, size_t n)
{
	return no_memory() ? NULL : __real_realloc(p, n);
}

char *__wrap_strdup(const char *s)
{
	return no_memory() ? NULL : __real_strdup(s);
}

void *__wrap_aligned_alloc(size_t k, size_t n)
{
	return no_memory() ? NULL : __real_aligned_alloc(k, n);
}

json_t *__real_json_loadb(const char *p, size_t n, size_t flags, json_error_t *e);
json_t *__wrap_json_loadb(const char *p, size_t n, size_t flags, json_error_t *e);

/* Jansson (2.14) does not bear with an allocation that fails in the middle of a string, so it fails as a whole. */
json_t *__wrap_json_loadb(const char *p, size_t n, size_t flags, json_error_t *e)
{
	bool was = gate.on;
	json_t *root;

	if (no_memory()) {
		memset(e, 0, sizeof(*e));
		e->text[JSON_ERROR_TEXT_LENGTH - 1] = json_error_out_of_memory;
		return NULL;
	}
	gate.on = false;
	root = __real_json_loadb(p, n, flags, e);
	gate.on = was;
	return root;
}

/* ---- from JSON ------------------------------------------------------------------------------------------ */

static struct arena *arena;

static unsigned digit(char c)
{
	const char *digits = "0123456789abcdef", *at = strchr(digits, c | (c >= 'A' && c <= 'F' ? 32 : 0));

	return at != NULL && c != '\0' ? (unsigned)(at - digits) : 0;
}

static const char *text(const json_t *o, const char *key)
{
	const char *s = json_is_string(o) ? json_string_value(o) : json_string_value(json_object_get(o, key));
	char *out, *p;

	if (s == NULL)
		return NULL;
	out = p = arena_array(arena, strlen(s) + 1, 1);
	for (; *s != '\0'; s++) {
		if (*s == '%' && s[1] != '\0' && s[2] != '\0') {
			*p++ = (char)(digit(s[1]) * 16 + digit(s[2]));
			s += 2;
		} else {
			*p++ = *s;
		}
	}
	return out;
}

static struct view hex(const json_t *v)
{
	const char *s = json_string_value(v);
	size_t n = s != NULL ? strlen(s) / 2 : 0;
	unsigned char *p = arena_array(arena, n + 1, 1);

	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)(digit(s[2 * i]) * 16 + digit(s[2 * i + 1]));
	return (struct view){ p, n };
}

static const char *const *words(const json_t *v)
{
	size_t n = json_array_size(v);
	const char **out = ARENA_ARRAY(arena, n + 1, const char *);

	for (size_t i = 0; i < n; i++)
		out[i] = text(json_array_get(v, i), NULL);
	return out;
}

static uint64_t number(const json_t *o, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(o, key));
}

static void get_change(const json_t *o, struct change *c)
{
	static const char *const kinds[] = { "patch", "write", "link", "folder", "mode", "remove", "run" };
	const char *kind = text(o, "kind");
	const json_t *patches = json_object_get(o, "patches");
	struct patch *p;

	for (int i = 0; i < 7; i++)
		if (strcmp(kind, kinds[i]) == 0)
			c->kind = (enum change_kind)i;
	c->path = text(o, "path");
	c->npatches = json_array_size(patches);
	c->patches = p = ARENA_ARRAY(arena, c->npatches + 1, struct patch);
	for (size_t i = 0; i < c->npatches; i++) {
		p[i].offset = (uint64_t)json_integer_value(json_array_get(json_array_get(patches, i), 0));
		p[i].bytes = hex(json_array_get(json_array_get(patches, i), 1));
	}
	c->size = number(o, "size");
	c->bytes = hex(json_object_get(o, "hex"));
	c->target = text(o, "target");
	c->mode = (uint32_t)number(o, "mode");
	if (c->kind == CHANGE_RUN) {
		c->argv = words(json_object_get(o, "argv"));
		c->covers = words(json_object_get(o, "covers"));
	}
}

static const struct change_seen *get_seen(const json_t *root)
{
	const json_t *v = json_object_get(root, "seen");
	struct change_seen *seen = ARENA_ARRAY(arena, json_array_size(v) + 1, struct change_seen);

	if (!json_is_array(v))
		return NULL;
	for (size_t i = 0; i < json_array_size(v); i++) {
		const json_t *o = json_array_get(v, i);

		seen[i] = (struct change_seen){ json_is_true(json_object_get(o, "there")), number(o, "dev"),
						number(o, "ino"), number(o, "size"), (int64_t)number(o, "mtime"),
						(int64_t)number(o, "ctime"), (uint32_t)number(o, "mtime_ns"),
						(uint32_t)number(o, "ctime_ns") };
	}
	return seen;
}

static void get_gate(const json_t *root)
{
	const json_t *o = json_object_get(root, "gate"), *a = json_object_get(root, "alloc");

	gate.nth = (long)number(o, "nth");
	gate.fail_with = (long)number(o, "errno");
	gate.kill = json_is_true(json_object_get(o, "kill"));
	gate.shorten = json_is_true(json_object_get(o, "short"));
	gate.trace = json_is_true(json_object_get(o, "trace"));
	gate.call = text(o, "call");
	gate.alloc_nth = (long)number(a, "nth");
}

/* ---- to JSON -------------------------------------------------------------------------------------------- */

static json_t *string(const char *s)
{
	struct buf b;
	json_t *v;

	if (s == NULL)
		return json_null();
	buf_init(&b, 1 << 20);
	journal_print_string(&b, s);
	v = json_stringn(b.p + 1, b.n - 2);
	buf_free(&b);
	return v;
}

static json_t *facts_json(const struct change_facts *f)
{
	const struct change_seen *s = &f->seen;

	return json_pack("{so, sb, so, so, s{sb,sI,sI,sI,sI,sI,sI,sI}, sI, sb, sb, sb, sb, si}",
			 "refused", string(f->refused), "needs_root", f->needs_root, "real", string(f->real), "link",
			 string(f->link), "seen", "there", s->there, "dev", (json_int_t)s->dev, "ino",
			 (json_int_t)s->ino, "size", (json_int_t)s->size, "mtime", (json_int_t)s->mtime, "ctime",
			 (json_int_t)s->ctime, "mtime_ns", (json_int_t)s->mtime_ns, "ctime_ns", (json_int_t)s->ctime_ns,
			 "names", (json_int_t)f->names, "read_only", f->read_only, "immutable", f->immutable,
			 "capabilities", f->capabilities, "acl", f->acl, "keep", (int)f->keep);
}

static json_t *info_json(const struct transaction_info *t)
{
	json_t *steps = json_array(), *command = json_array();

	for (size_t i = 0; t->command[i] != NULL; i++)
		json_array_append_new(command, string(t->command[i]));
	for (size_t i = 0; i < t->nsteps; i++)
		json_array_append_new(steps, json_pack("{si,so,sb,so,si,so}", "kind", (int)t->steps[i].kind, "path",
						       string(t->steps[i].path), "was_there", t->steps[i].was_there,
						       "link", string(t->steps[i].link), "keep", (int)t->steps[i].keep,
						       "changed", string(t->steps[i].changed)));
	return json_pack("{so,si,sI,sI,so,so,so,so,sI,so}", "id", string(t->id), "state", (int)t->state, "time",
			 (json_int_t)t->time, "undone", (json_int_t)t->undone, "version", string(t->version), "title",
			 string(t->title), "command", command, "steps", steps, "kept", (json_int_t)t->kept, "damage",
			 string(t->damage));
}

/* ---- doing it ------------------------------------------------------------------------------------------- */

struct job {
	const json_t *root;
	struct transaction_meta m;
	struct change_list list;
	const struct change_seen *seen;
};

static enum transaction_code do_list(const struct job *j, json_t *out, struct transaction_error *err)
{
	struct transaction_list list;
	enum transaction_code code = transaction_list(j->m.folder, text(j->root, "id"), arena, &list, err);
	json_t *items = json_array();

	for (size_t i = 0; i < list.n; i++)
		json_array_append_new(items, info_json(&list.items[i]));
	json_object_set_new(out, "list", items);
	return code;
}

static enum transaction_code do_facts(const struct job *j, json_t *out)
{
	json_t *items = json_array();

	for (size_t i = 0; i < j->list.n; i++) {
		struct change_facts f;

		change_facts(&j->list, i, j->m.folder, arena, &f);
		json_array_append_new(items, facts_json(&f));
	}
	json_object_set_new(out, "facts", items);
	return TRANSACTION_OK;
}

static enum transaction_code do_recover(const struct job *j, json_t *out, struct transaction_error *err)
{
	struct arena *own = arena_new(0);
	struct transaction_recovered r;
	enum transaction_code code;
	json_t *says;

	gate.on = true;
	code = transaction_recover(&j->m, own, &r, err);
	gate.on = false;
	says = json_array();
	for (size_t i = 0; i < r.n; i++)
		json_array_append_new(says, string(r.says[i]));
	json_object_set_new(out, "says", says);
	arena_free(own);
	return code;
}

static enum transaction_code do_it(const struct job *j, json_t *out, struct transaction_error *err)
{
	const char *what = text(j->root, "do");
	char id[TRANSACTION_ID] = "";
	enum transaction_code code;

	if (strcmp(what, "list") == 0)
		return do_list(j, out, err);
	if (strcmp(what, "facts") == 0)
		return do_facts(j, out);
	if (strcmp(what, "recover") == 0)
		return do_recover(j, out, err);
	gate.on = true;
	if (strcmp(what, "undo") == 0)
		code = transaction_undo(&j->m, text(j->root, "id"), id, err);
	else
		code = transaction_apply(&j->m, &j->list, j->seen, id, err);
	gate.on = false;
	json_object_set_new(out, "id", string(id));
	return code;
}

int main(void)
{
	static const char *const names[] = { "ok", "refused", "changed", "busy", "no-such", "failed", "unfinished",
					     "no-memory" };
	json_t *root = json_loadf(stdin, 0, NULL), *out = json_object();
	const json_t *changes = json_object_get(root, "changes");
	struct transaction_error err;
	enum transaction_code code;
	struct change *items;
	struct job j = { .root = root };

	arena = arena_new(0);
	if (root == NULL || arena == NULL)
		return 2;
	memset(&err, 0, sizeof(err));
	items = ARENA_ARRAY(arena, json_array_size(changes) + 1, struct change);
	for (size_t i = 0; i < json_array_size(changes); i++)
		get_change(json_array_get(changes, i), &items[i]);
	j.list = (struct change_list){ items, json_array_size(changes) };
	j.seen = get_seen(root);
	j.m = (struct transaction_meta){ .folder = text(root, "folder"), .title = text(root, "title"),
					 .command = words(json_object_get(root, "command")),
					 .env = words(json_object_get(root, "env")),
					 .seconds = (unsigned)number(root, "seconds"),
					 .wait_ms = (unsigned)number(root, "wait_ms"),
					 .memory = (size_t)number(root, "memory") };
	get_gate(root);
	code = do_it(&j, out, &err);
	json_object_set_new(out, "code", json_string(names[code]));
	json_object_set_new(out, "message", string(err.message));
	json_object_set_new(out, "errno", json_integer(err.sys_errno));
	json_object_set_new(out, "calls", json_integer(gate.calls));
	json_object_set_new(out, "allocs", json_integer(gate.allocs));
	json_dumpf(out, stdout, JSON_SORT_KEYS);
	json_decref(out);
	json_decref(root);
	arena_free(arena);
	return 0;
}
