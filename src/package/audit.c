/* audit.c - see audit.h. Large files first, so that no thread sits alone on the last one. */
#include "package/audit.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/pool.h"
#include "base/str.h"
#include "object/macho.h"
#include "object/pe.h"

#define LARGE ((uint64_t)4 << 20) /* bytes: of files that are begun first */
#define PIECE ((size_t)16 << 20)  /* bytes: that progress is told after */
enum { TELL_EACH = 100 };	  /* milliseconds */

struct work {
	struct source *source;
	struct audit_file *files;
	const size_t *order;
	size_t n;
	uint64_t nbytes;
	atomic_uint_least64_t done, bytes;
	uint64_t told; /* milliseconds; of the calling thread */
	const struct audit_input *in;
};

/* ---- what kind of file ----------------------------------------------------------------------------- */

bool audit_is_native_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
	const char *so = strstr(name, ".so.");

	if (str_ends(name, ".so") || str_ends(name, ".pyd") || str_ends(name, ".dylib") ||
	    str_ends(name, ".dll"))
		return true;
	return so != NULL && strspn(so + 4, "0123456789.") == strlen(so + 4);
}

/* Does the file end before what its program headers and section headers name? */
static bool is_cut(const struct elf *e)
{
	if (e->defect == ELF_BAD_PHDRS || e->defect == ELF_TOO_SHORT)
		return true;
	if (e->defect != ELF_OK)
		return false;
	return e->file_end > e->file.n ||
	       (e->shoff != 0 && !view_has(e->file, e->shoff, (uint64_t)e->shnum * e->shentsize));
}

static void look_slice(struct view bytes, struct audit_file *out)
{
	struct macho m;

	if (out->ncpus == sizeof(out->cpus) / sizeof(out->cpus[0]) || !macho_open(bytes, &m))
		return;
	out->cpus[out->ncpus++] = (struct audit_slice){ m.cpu, m.platform == MACHO_MACOS ? m.minimum : 0 };
}

static void look_foreign(struct view bytes, struct audit_file *out)
{
	struct macho_slice s;
	struct macho_fat fat;
	struct view part;
	struct pe e;

	if (out->kind == FILE_PE && pe_open(bytes, &e)) {
		out->machine = e.machine;
		out->is64 = e.is64;
		out->any_machine = e.il_only;
	} else if (out->kind == FILE_MACHO) {
		look_slice(bytes, out);
	} else if (out->kind == FILE_MACHO_FAT && macho_fat_open(bytes, &fat)) {
		for (uint32_t i = 0; i < fat.n && i < sizeof(out->cpus) / sizeof(out->cpus[0]); i++)
			if (macho_fat_slice(&fat, i, &s) && view_sub(bytes, s.offset, s.size, &part))
				look_slice(part, out);
	}
}

void audit_look(struct view bytes, uint64_t padded, struct audit_file *out)
{
	struct elf e;

	out->kind = file_kind(bytes);
	out->ncpus = 0;
	look_foreign(bytes, out);
	if (out->kind != FILE_ELF || !elf_open(bytes, padded, &e))
		return;
	out->machine = e.machine;
	out->is64 = e.is64;
	out->big_endian = e.big_endian;
	out->cut = is_cut(&e);
	elf_close(&e);
}

static bool is_zeros(struct view v)
{
	return v.n > 0 && v.p[0] == 0 && memcmp(v.p, v.p + 1, v.n - 1) == 0;
}

/* ---- one file -------------------------------------------------------------------------------------- */

static void tell(struct work *w, bool at_end)
{
	struct audit_progress p = { .nfiles = w->n, .nbytes = w->nbytes };
	uint64_t now;

	if (w->in->progress == NULL)
		return;
	now = os_milliseconds();
	if (!at_end && now - w->told < TELL_EACH)
		return;
	w->told = now;
	p.files = atomic_load(&w->done);
	p.bytes = atomic_load(&w->bytes);
	w->in->progress(w->in->ctx, &p);
}

/* In pieces, so that a person sees that it goes on. work NULL: nobody looks. */
static void hash(struct work *w, unsigned worker, enum digest_kind kind, struct view v, unsigned char *out)
{
	struct digest_state *s = v.n > PIECE && w != NULL ? digest_begin(kind) : NULL;

	if (s == NULL) {
		digest_of(kind, v, out);
		if (w != NULL)
			atomic_fetch_add(&w->bytes, v.n);
		return;
	}
	for (size_t at = 0; at < v.n; at += PIECE) {
		size_t n = v.n - at < PIECE ? v.n - at : PIECE;

		digest_add(s, (struct view){ v.p + at, n });
		atomic_fetch_add(&w->bytes, n);
		if (worker == 0)
			tell(w, false);
	}
	digest_end(s, out);
}

static void compare(struct work *w, unsigned worker, struct view v, struct audit_file *a)
{
	const struct package_file *f = a->f;
	unsigned char got[DIGEST_MAX];

	a->size = v.n;
	if (f->has_size && v.n != f->size) {
		a->state = v.n < f->size ? AUDIT_SHORT : AUDIT_CHANGED;
	} else if (f->hash == NULL) {
		a->state = f->has_size ? AUDIT_FINE : AUDIT_UNKNOWN;
	} else {
		hash(w, worker, (enum digest_kind)f->digest, v, got);
		a->state = memcmp(got, f->hash, digest_size((enum digest_kind)f->digest)) == 0
				   ? AUDIT_FINE
				   : AUDIT_CHANGED;
	}
}

/* Links that are no files: they are there, or not. */
static void check_link(struct source *source, struct audit_file *a)
{
	struct os_stat st;

	a->err = source_stat(source, a->f->path, false, &st);
	a->state = a->err == 0				   ? AUDIT_UNKNOWN
		   : a->err == ENOENT || a->err == ENOTDIR ? AUDIT_ABSENT
							   : AUDIT_UNREADABLE;
}

/* apk keeps the hash of a link's target. */
static bool link_fits(struct source *source, const struct package_file *f)
{
	char target[4096];
	unsigned char got[DIGEST_MAX];

	if (f->hash == NULL || source_readlink(source, f->path, target, sizeof(target)) != 0)
		return false;
	digest_of((enum digest_kind)f->digest, (struct view){ (unsigned char *)target, strlen(target) },
		  got);
	return memcmp(got, f->hash, digest_size((enum digest_kind)f->digest)) == 0;
}

static void not_opened(struct source *source, struct audit_file *a, int err)
{
	struct os_stat st;

	a->err = err;
	if (err != ENOENT && err != ENOTDIR && err != ELOOP)
		a->state = AUDIT_UNREADABLE;
	else if (source_stat(source, a->f->path, false, &st) == 0)
		/* What a package has as a link may lead to what another package brings. */
		a->state = st.type != OS_SYMLINK || a->f->hash != NULL ? AUDIT_DANGLING : AUDIT_UNKNOWN;
	else
		a->state = AUDIT_ABSENT;
}

/* What is known of neither hash nor size, and has no name of a native file, need not be read. */
static bool is_worth_reading(const struct package_file *f)
{
	return f->hash != NULL || audit_is_native_name(f->path);
}

static void check_unread(struct source *source, struct audit_file *a)
{
	struct os_stat st;
	int err = source_stat(source, a->f->path, true, &st);

	if (err != 0) {
		not_opened(source, a, err);
		return;
	}
	a->size = st.size;
	if (st.type != OS_REGULAR)
		a->state = a->f->has_size ? AUDIT_NO_FILE : AUDIT_UNKNOWN; /* a folder in a list of names */
	else if (a->f->has_size && st.size != a->f->size)
		a->state = st.size < a->f->size ? AUDIT_SHORT : AUDIT_CHANGED;
	else
		a->state = a->f->has_size ? AUDIT_FINE : AUDIT_UNKNOWN;
}

static void check_file(struct work *w, unsigned worker, struct source *source, struct audit_file *a)
{
	struct source_file file;
	int err;

	if ((a->f->flags & PACKAGE_LINK) != 0) {
		check_link(source, a);
		return;
	}
	if (!is_worth_reading(a->f)) {
		check_unread(source, a);
		return;
	}
	err = source_open(source, a->f->path, &file);
	if (err != 0) {
		if (a->p->kind == PACKAGE_APK && link_fits(source, a->f))
			a->state = AUDIT_FINE;
		else
			not_opened(source, a, err);
		return;
	}
	if (file.st.type != OS_REGULAR) {
		a->state = AUDIT_NO_FILE;
	} else {
		compare(w, worker, file.map.bytes, a);
		if (a->state >= AUDIT_SHORT && a->p->kind == PACKAGE_APK && link_fits(source, a->f))
			a->state = AUDIT_FINE;
		if (a->state >= AUDIT_SHORT || audit_is_native_name(a->f->path))
			audit_look(file.map.bytes, file.map.padded, a);
		if (a->state >= AUDIT_SHORT)
			a->all_zeros = is_zeros(file.map.bytes);
	}
	source_close(&file);
}

void audit_one(struct source *source, const struct package *p, const struct package_file *f,
	       struct audit_file *out)
{
	*out = (struct audit_file){ .p = p, .f = f, .kind = FILE_DATA };
	check_file(NULL, 1, source, out);
}

/* ---- all of them ----------------------------------------------------------------------------------- */

static void job(void *ctx, unsigned worker, size_t i)
{
	struct work *w = ctx;

	check_file(w, worker, w->source, &w->files[w->order[i]]);
	atomic_fetch_add(&w->done, 1);
	if (worker == 0)
		tell(w, false);
}

static size_t count_files(const struct package_set *set)
{
	size_t n = 0;

	for (size_t i = 0; i < set->packages.n; i++)
		n += set->packages.items[i]->files.n;
	return n;
}

static void list_files(const struct package_set *set, struct audit *out)
{
	for (size_t i = 0; i < set->packages.n; i++) {
		const struct package *p = set->packages.items[i];

		for (size_t k = 0; k < p->files.n; k++)
			if ((p->files.items[k].flags & (PACKAGE_FOLDER | PACKAGE_MADE)) == 0)
				out->items[out->n++] = (struct audit_file){ .p = p,
									    .f = &p->files.items[k],
									    .kind = FILE_DATA };
	}
}

static void make_order(struct work *w, size_t *order)
{
	size_t k = 0;

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < w->n; i++) {
			const struct package_file *f = w->files[i].f;

			if ((f->has_size && f->size >= LARGE) == (pass == 0))
				order[k++] = i;
			if (pass == 0 && f->has_size && f->hash != NULL)
				w->nbytes += f->size;
		}
	w->order = order;
}

void audit_run(const struct audit_input *in, struct audit *out)
{
	struct package_set *set = in->set;
	size_t n = count_files(set);
	struct work w = { .source = store_source(set->store), .in = in };

	out->items = ARENA_ARRAY(set->a, n + 1, struct audit_file);
	out->n = 0;
	list_files(set, out);
	w.files = out->items;
	w.n = out->n;
	make_order(&w, ARENA_ARRAY(set->a, out->n + 1, size_t));
	atomic_init(&w.done, 0);
	atomic_init(&w.bytes, 0);
	pool_run(w.n, in->threads, job, &w);
	tell(&w, true);
	out->bytes = atomic_load(&w.bytes);
}
