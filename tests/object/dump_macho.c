/* dump_macho.c - what src/object reads of Mach-O files, as JSON, for tests that compare it with other readers:
 *
 *     dump-macho FILE...     one object for each: its slices
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "object/macho_import.h"
#include "object/macho_load.h"
#include "object/macho_sign.h"
#include "source/source.h"

static json_t *needs(const struct macho_load *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->nneeds; i++) {
		const struct macho_need *n = &l->needs[i];

		json_array_append_new(a, json_pack("{s:s, s:b, s:b, s:b, s:b, s:i, s:i}", "name", n->name,
						   "weak", n->weak, "reexport", n->reexport, "upward",
						   n->upward, "delayed", n->delayed, "current",
						   (int)n->current, "compatible", (int)n->compatible));
	}
	return a;
}

static bool add_export(void *ctx, const char *name, uint64_t flags)
{
	(void)flags;
	json_array_append_new(ctx, json_string(name));
	return false;
}

static bool add_import(void *ctx, const struct macho_import *i)
{
	json_array_append_new(ctx, json_pack("{s:s, s:i, s:b, s:b}", "name", i->name, "ordinal", i->ordinal,
					     "weak", i->weak, "lazy", i->lazy));
	return false;
}

/* How many exports a look-up by name does not find. */
static bool look_up(void *ctx, const char *name, uint64_t flags)
{
	const struct macho_load *l = ctx;
	struct macho_export e;

	if (!macho_find_export(&l->m, name, &e) || e.flags != flags) {
		fprintf(stderr, "not found: %s\n", name);
		exit(1);
	}
	return false;
}

static json_t *signature(const struct macho_load *l)
{
	struct macho_signature s;
	struct macho_pages pages;

	if (!macho_signature_read(l, &s))
		return json_pack("{s:s}", "broken", s.broken);
	pages = macho_signature_check(l, &s);
	return json_pack("{s:i, s:s?, s:s?, s:i, s:i, s:b}", "flags", (int)s.flags, "identifier",
			 s.identifier, "team", s.team, "pages", (int)s.npages, "wrong", (int)pages.wrong,
			 "cms", s.has_cms);
}

static json_t *slice(struct view v, struct arena *a)
{
	json_t *rpaths = json_array(), *versions = json_array(), *exports = json_array(),
	       *imports = json_array();
	const char *cpu;
	struct macho_load l;
	bool whole;

	if (!macho_load_open(v, a, &l))
		return json_null();
	cpu = macho_cpu_name(l.m.cpu, l.m.subtype);
	for (size_t i = 0; i < l.nrpaths; i++)
		json_array_append_new(rpaths, json_string(l.rpaths[i]));
	for (size_t i = 0; i < l.nversions; i++)
		json_array_append_new(versions,
				      json_pack("[i, i, i]", (int)l.versions[i].platform,
						(int)l.versions[i].minimum, (int)l.versions[i].sdk));
	macho_each_export(&l.m, add_export, exports);
	macho_each_export(&l.m, look_up, &l);
	whole = macho_each_import(&l, add_import, imports);
	return json_pack("{s:s?, s:i, s:s?, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:b, s:o}", "cpu", cpu, "type",
			 (int)l.m.type, "id", l.m.id, "needs", needs(&l), "rpaths", rpaths, "versions",
			 versions, "exports", exports, "imports", imports, "whole", whole, "uuid",
			 l.uuid != NULL, "encrypted", l.encrypted, "signature", signature(&l));
}

struct job {
	const char *path;
	struct arena *a;
	struct view bytes;
	json_t *out;
};

static void dump(void *ctx)
{
	struct job *j = ctx;
	struct macho_fat fat;
	struct macho_slice s;
	struct view part;

	if (!macho_fat_open(j->bytes, &fat)) {
		json_array_append_new(j->out, slice(j->bytes, j->a));
		return;
	}
	for (uint32_t i = 0; macho_fat_slice(&fat, i, &s); i++)
		if (view_sub(j->bytes, s.offset, s.size, &part))
			json_array_append_new(j->out, slice(part, j->a));
}

int main(int argc, char **argv)
{
	struct source *source = source_host(NULL);
	json_t *all = json_object();

	for (int i = 1; i < argc && source != NULL; i++) {
		struct job j = { .path = argv[i], .a = arena_new(512u << 20), .out = json_array() };
		struct source_file f;

		if (j.a == NULL || source_open(source, argv[i], &f) != 0)
			return 1;
		j.bytes = f.map.bytes;
		if (arena_run(j.a, dump, &j) != ARENA_OK)
			return 1;
		json_object_set_new(all, argv[i], j.out);
		arena_free(j.a);
		source_close(&f);
	}
	source_free(source);
	json_dumpf(all, stdout, JSON_SORT_KEYS);
	json_decref(all);
	return 0;
}
