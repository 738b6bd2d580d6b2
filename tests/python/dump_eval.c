/* dump_eval.c - imports modules as the evaluator does, with libraries that all load, and prints as JSON every
 * global whose value it claims to know: the other side of test_eval_oracle.py.
 *
 *     dump_eval [--cwd DIR] [--script DIR] PYTHON MODULE…
 *
 * A value is ["int", "1"], ["str", "text"], ["tuple", [values]], ["dict", [[key, value]…]] and so on. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/eval.h"

#define DEPTH 8
#define ITEMS 5000

extern char **environ;

static void load(void *ctx, const struct py_load *what, struct py_loaded *out)
{
	(void)ctx;
	(void)what;
	out->result = PY_LOAD_OK;
}

static int symbol(void *ctx, void *handle, const char *name)
{
	(void)ctx;
	(void)handle;
	(void)name;
	return -1;
}

static const char *find_library(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return NULL;
}

/* ---- values ---------------------------------------------------------------------------------- */

static json_t *known(struct arena *a, struct py_value *v, unsigned depth);

static json_t *items(struct arena *a, const struct py_value *v, unsigned depth)
{
	static const char *const names[] = { [V_TUPLE] = "tuple", [V_LIST] = "list", [V_SET] = "set" };
	json_t *list = json_array();

	for (size_t i = 0; i < v->u.list.n; i++) {
		json_t *one = known(a, v->u.list.v[i], depth + 1);

		if (one == NULL) {
			json_decref(list);
			return NULL;
		}
		json_array_append_new(list, one);
	}
	return json_pack("[so]", names[v->type], list);
}

static json_t *pairs(struct arena *a, struct py_dict *d, unsigned depth)
{
	json_t *list = json_array();

	for (size_t i = 0; i < d->n; i++) {
		json_t *key, *value;

		if (d->items[i].value == NULL)
			continue;
		key = known(a, py_entry_key(a, &d->items[i]), depth + 1);
		value = known(a, d->items[i].value, depth + 1);
		if (key == NULL || value == NULL) {
			json_decref(key);
			json_decref(value);
			json_decref(list);
			return NULL;
		}
		json_array_append_new(list, json_pack("[oo]", key, value));
	}
	return json_pack("[so]", "dict", list);
}

static json_t *bytes(struct arena *a, const struct py_value *v)
{
	char *hex = arena_alloc(a, v->u.str.n * 2 + 1);

	for (size_t i = 0; i < v->u.str.n; i++)
		snprintf(hex + i * 2, 3, "%02x", (unsigned char)v->u.str.p[i]);
	return json_pack("[ss]", "bytes", hex);
}

/* NULL: not wholly known. */
static json_t *known(struct arena *a, struct py_value *v, unsigned depth)
{
	if (depth > DEPTH || v->tainted || v->view || v->unordered)
		return NULL;
	switch (v->type) {
	case V_NONE:
		return json_pack("[s]", "None");
	case V_BOOL:
		return json_pack("[ss]", "bool", v->u.integer != 0 ? "True" : "False");
	case V_INT:
		return json_pack("[ss]", "int", arena_printf(a, "%lld", (long long)v->u.integer));
	case V_FLOAT:
		return json_pack("[ss]", "float", arena_printf(a, "%.17g", v->u.real));
	case V_STR: /* NULL for what is no UTF-8 */
		return json_pack("[ss%]", "str", v->u.str.p, v->u.str.n);
	case V_BYTES:
		return bytes(a, v);
	case V_PATH:
		return json_pack("[ss%]", "path", v->u.str.p, v->u.str.n);
	case V_TUPLE:
	case V_LIST:
	case V_SET:
		return v->u.list.n > ITEMS ? NULL : items(a, v, depth);
	case V_DICT:
		return v->u.dict->tainted || v->u.dict->n > ITEMS ? NULL : pairs(a, v->u.dict, depth);
	default:
		return NULL;
	}
}

static json_t *globals(struct py_eval *ev, const struct py_value *m)
{
	const struct py_dict *d = &m->u.module.dict;
	json_t *out = json_object();

	for (size_t i = 0; i < d->n; i++) {
		json_t *one = NULL;

		if (d->items[i].value != NULL && py_entry_name(&d->items[i]) != NULL)
			one = known(ev->a, d->items[i].value, 0);
		if (one != NULL)
			json_object_set_new(out, py_entry_name(&d->items[i]), one);
	}
	return out;
}

/* ---- all ------------------------------------------------------------------------------------- */

struct run {
	struct py_ask ask;
	char **modules;
	struct arena *a;
	int status;
};

static json_t *results(struct py_import *im)
{
	struct py_eval *ev = im->eval;
	const struct py_dict *all = ev->sys_modules->u.dict;
	json_t *modules = json_object(), *certain = json_array();

	for (size_t i = 0; i < all->n; i++) {
		const struct py_value *m = all->items[i].value;

		if (m != NULL && m->type == V_MODULE && py_entry_name(&all->items[i]) != NULL && m->u.module.info != NULL)
			json_object_set_new(modules, py_entry_name(&all->items[i]), globals(ev, m));
	}
	for (size_t i = 0; i < im->modules.n; i++) {
		const struct py_module_info *info = im->modules.items[i];

		if (!info->maybe && info->state == PY_MODULE_LOADED)
			json_array_append_new(certain, json_string(info->name));
	}
	return json_pack("{so so sb sb}", "modules", modules, "certain", certain, "died", (int)im->died,
			 "limited", (int)im->limited);
}

static void run(void *ctx)
{
	struct run *r = ctx;
	struct py_host host = { .load = load, .symbol = symbol, .find_library = find_library };
	struct py_import_options opt = { .environ = r->ask.environ, .cwd = r->ask.cwd, .source = r->ask.source };
	struct dlwhy_error err;
	struct py_home h;
	struct py_import *im;
	json_t *out, *failed = json_object();

	err_clear(&err);
	if (py_home_open(&r->ask, r->a, &h, &err) != DLWHY_OK) {
		fprintf(stderr, "%s\n", err.message);
		r->status = 1;
		return;
	}
	im = py_import_new(&h, py_finder_new(&h, r->ask.source, r->a), &host, &opt, r->a);
	py_import_startup(im);
	for (char **m = r->modules; *m != NULL; m++) {
		const struct py_exception *e = py_import_module(im, *m);

		if (e != NULL)
			json_object_set_new(failed, *m, json_pack("[ss?]", e->type, e->message));
	}
	out = results(im);
	json_object_set_new(out, "failed", failed);
	json_dumpf(out, stdout, JSON_COMPACT);
	json_decref(out);
}

int main(int argc, char **argv)
{
	struct run r = { .ask = { .environ = (const char *const *)environ, .cwd = "/" } };
	int i = 1;

	for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (strcmp(argv[i], "--cwd") == 0)
			r.ask.cwd = argv[i + 1];
		else if (strcmp(argv[i], "--script") == 0)
			r.ask.script_dir = argv[i + 1];
	}
	if (i >= argc)
		return 2;
	r.ask.python = argv[i];
	r.modules = argv + i + 1;
	r.ask.source = source_host(r.ask.cwd);
	r.ask.store = store_new(r.ask.source);
	r.a = arena_new((size_t)4 << 30);
	if (arena_run(r.a, run, &r) != ARENA_OK)
		r.status = 3;
	arena_free(r.a);
	store_free(r.ask.store);
	source_free(r.ask.source);
	return r.status;
}
