/* pe_dump.c - what the reader of PE images finds in a file, a fact a line, to be compared with other readers. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "object/manifest.h"
#include "object/store.h"

static void print_imports(const struct pe *e, bool delay)
{
	struct pe_import import;
	struct pe_symbol s;

	for (size_t i = 0; pe_import(e, delay, i, &import); i++) {
		const char *dll = import.dll != NULL ? import.dll : "?";

		printf("%s %s\n", delay ? "delay" : "need", dll);
		for (size_t k = 0; pe_import_symbol(e, &import, k, &s); k++)
			if (s.by_number)
				printf("%s %s #%u\n", delay ? "delayed" : "import", dll, s.number);
			else
				printf("%s %s %s\n", delay ? "delayed" : "import", dll, s.name != NULL ? s.name : "?");
	}
}

static void print_exports(const struct pe *e)
{
	struct pe_exports x;
	struct pe_export one, again;

	if (!pe_exports(e, &x))
		return;
	printf("name %s\n", x.name != NULL ? x.name : "?");
	for (uint32_t i = 0; pe_export_at(&x, i, &one); i++) {
		printf("export %s %" PRIu32 " %s\n", one.name != NULL ? one.name : "?", one.ordinal,
		       one.forward != NULL ? one.forward : "-");
		if (one.rva != 0 && one.name != NULL && (!pe_export_find(&x, one.name, &again) || again.rva != one.rva))
			printf("lost %s\n", one.name);
	}
}

static void print_resources(const struct pe *e, struct arena *a)
{
	const char *text = manifest_of(e, e->is_dll ? MANIFEST_DLL : MANIFEST_PROGRAM, a);
	struct manifest_assembly *v;
	uint16_t version[4];
	size_t n = text != NULL ? manifest_needs(text, a, &v) : 0;

	for (size_t i = 0; i < n; i++)
		printf("assembly %s\n", v[i].name);
	if (pe_file_version(e, version))
		printf("version %u.%u.%u.%u\n", version[0], version[1], version[2], version[3]);
}

struct task {
	struct arena *a;
	char **files;
};

static void print_all(void *ctx)
{
	struct task *t = ctx;
	struct source *source = source_host(NULL);
	struct store *store = source != NULL ? store_new(source) : NULL;

	for (char **f = t->files; store != NULL && *f != NULL; f++) {
		const struct store_entry *en = store_open(store, *f);
		const struct pe *e;

		if (en == NULL || en->err != 0 || en->file->kind != FILE_PE)
			continue;
		e = &en->file->pe;
		printf("file %s\nheader 0x%x %u.%u %u 0x%x %u\n", *f, e->machine, e->subsystem_major,
		       e->subsystem_minor, e->subsystem, e->dll_flags, e->defect);
		print_imports(e, false);
		print_imports(e, true);
		print_exports(e);
		print_resources(e, t->a);
	}
	store_free(store);
	if (source != NULL)
		source_free(source);
}

int main(int argc, char **argv)
{
	struct task t = { .a = arena_new(0), .files = argv + 1 };

	if (argc < 2 || t.a == NULL || arena_run(t.a, print_all, &t) != ARENA_OK)
		return EXIT_FAILURE;
	arena_free(t.a);
	return EXIT_SUCCESS;
}
