/* loader_fuzzer.c - a library or program of arbitrary bytes in a process: everything that the
 * simulations of the loaders and the diagnosis do with it.
 *
 * The file is the only one in a root of its own, which is a folder in memory where there is one. It
 * is loaded by a program that has nothing else. Its e_flags, which x86's loader does not look at,
 * choose the loader and its release.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diagnose/diagnose.h"
#include "loader/loader.h"
#include "loader/path.h"
#include "loader/process.h"

#define MEMORY ((size_t)512 << 20) /* bytes for one load and its diagnosis */
#define FILE_NAME "/lib.so"

/* Where the sums go, so that no compiler drops the reads. */
static volatile unsigned sink;

static char root[64], file_path[96];

static void touch(const char *s)
{
	while (s != NULL && *s != 0)
		sink += (unsigned char)*s++;
}

/* ---- the file --------------------------------------------------------------------------------- */

static void remove_root(void)
{
	unlink(file_path);
	rmdir(root);
}

static void make_root(void)
{
	snprintf(root, sizeof(root), "%s/dlwhy-fuzz-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(root) == NULL)
		abort();
	snprintf(file_path, sizeof(file_path), "%s%s", root, FILE_NAME);
	atexit(remove_root);
}

static void write_file(const uint8_t *data, size_t size)
{
	int fd = open(file_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd) != 0)
		abort();
}

/* ---- the world -------------------------------------------------------------------------------- */

static uint8_t byte(const uint8_t *data, size_t size, size_t i)
{
	return i < size ? data[i] : 0;
}

static void make_musl(struct world *w, uint8_t patch)
{
	static const char *const dirs[] = { "/lib/", "/usr/local/lib/", "/usr/lib/" };

	w->kind = LOADER_MUSL;
	w->musl = (struct musl_install){ .ld_path = w->ld_path, .found = true, .major = 1, .minor = 2,
					 .patch = patch % 7, .version = "1.2.x", .arch = "x86_64",
					 .path_file = "/etc/ld-musl-x86_64.path", .dirs = dirs,
					 .ndirs = 3 };
}

static void make_world(struct world *w, struct store *s, const uint8_t *data, size_t size)
{
	static const char *const dirs[] = { "/lib/", "/usr/lib/" };
	static const char *const subdirs[] = { "glibc-hwcaps/x86-64-v2/", "" };
	static const int minors[] = { 36, 26, 31, 34, 40, 42, 17, 29 };
	uint8_t low = byte(data, size, 18), high = byte(data, size, 19);

	memset(w, 0, sizeof(*w));
	w->store = s;
	w->source = store_source(s);
	w->is64 = byte(data, size, EI_CLASS) != ELFCLASS32;
	w->big_endian = byte(data, size, EI_DATA) == ELFDATA2MSB;
	w->machine = (uint16_t)(w->big_endian ? low << 8 | high : high << 8 | low);
	w->ld_path = "/ld.so";
	w->page = 4096;
	w->memory = UINT64_C(8) << 30;
	w->kernel = 0x060100;
	w->install.found = true;
	w->install.major = 2;
	w->install.minor = minors[byte(data, size, w->is64 ? 48 : 36) % 8];
	w->install.dirs = dirs;
	w->install.ndirs = 2;
	w->install.lib = "lib";
	w->install.cache_path = "/etc/ld.so.cache";
	w->cpu.platform = "x86_64";
	w->cpu.isa_bits = 1;
	w->subdirs = subdirs;
	w->nsubdirs = 2;
	w->tunables.tls_surplus = 1664;
	w->tunables.tls_optional = 512;
	w->tunables.exec_stack = 1;
	if (byte(data, size, w->is64 ? 49 : 37) % 2 == 1)
		make_musl(w, byte(data, size, w->is64 ? 48 : 36));
}

/* ---- one input -------------------------------------------------------------------------------- */

struct run {
	const struct world *w;
	struct arena *a;
	bool is_program;
	unsigned flags;
};

static void on_binding(void *ctx, const struct binding *b)
{
	(void)ctx;
	touch(b->symbol);
	touch(b->version);
	touch(b->to_version);
	sink += b->to != NULL;
}

static bool on_undefined(void *ctx, const char *name)
{
	(void)ctx;
	touch(name);
	return false;
}

static void look_at(const struct run *r, struct process *p, const struct image *root_image,
		    const struct exec_result *x)
{
	struct diagnose_input in = { .world = r->w, .process = p, .target = FILE_NAME,
				     .target_path = FILE_NAME, .is_program = r->is_program,
				     .exec = x, .root = root_image, .host = "a bare program" };
	struct diagnosis d;

	for (size_t i = 0; i < p->images.n; i++)
		loader_each_binding(p, p->images.items[i], on_binding, NULL);
	for (size_t i = 0; i < p->trace.lines.n; i++)
		touch(p->trace.lines.items[i]);
	diagnose(&in, r->a, &d);
	for (size_t i = 0; i < d.nfindings; i++) {
		touch(d.findings[i]->summary);
		for (size_t k = 0; k < d.findings[i]->nevidence; k++)
			touch(d.findings[i]->evidence[k]->says);
	}
}

static void open_library(const struct run *r)
{
	struct process *p = process_new(r->w, r->a, "program");
	struct image *im;

	p->program = process_add_image(p, IMAGE_PROGRAM, NULL, "");
	process_make_global(p, p->program);
	p->nstarted = p->images.n;
	if (r->w->kind == LOADER_GLIBC)
		path_init_system(p);
	p->tls_size = 4096;
	p->tls_align = 64;
	im = loader_open(p, FILE_NAME, r->flags);
	if (im != NULL && loader_open(p, FILE_NAME, r->flags) != im)
		abort(); /* what is loaded is found again */
	if (im == NULL && p->trace.failures.n == 0)
		abort(); /* a refusal has a reason */
	look_at(r, p, im, NULL);
}

static void start_program(const struct run *r)
{
	struct exec_result x;
	struct process *p;

	exec_simulate(r->w->store, FILE_NAME, r->a, &x);
	touch(x.message);
	if (x.file == NULL || x.file->file->kind != FILE_ELF)
		return;
	p = loader_start(r->w, r->a, FILE_NAME, FILE_NAME,
			exec_secure(r->w->store, x.file, r->a) != NULL, r->flags);
	look_at(r, p, p->program, &x);
}

static void run(void *ctx)
{
	const struct run *r = ctx;

	if (r->is_program)
		start_program(r);
	else
		open_library(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned flags[] = { 0, OPEN_LAZY, OPEN_NO_BIND | OPEN_GLOBAL };
	const struct store_entry *en;
	struct source *source;
	struct store *store;
	struct world w;

	if (root[0] == '\0')
		make_root();
	write_file(data, size);
	source = source_root(root, NULL);
	store = store_new(source);
	make_world(&w, store, data, size);
	for (size_t i = 0; i < 4; i++) {
		struct run r = { &w, arena_new(MEMORY), i == 3, i < 3 ? flags[i] : 0 };

		if (arena_run(r.a, run, &r) != ARENA_OK)
			abort(); /* a small file must not need that much */
		arena_free(r.a);
	}
	en = store_open(store, FILE_NAME);
	if (en != NULL && en->err == 0 && en->file->kind == FILE_ELF)
		loader_each_undefined(en->file, on_undefined, NULL);
	store_free(store);
	source_free(source);
	return 0;
}
