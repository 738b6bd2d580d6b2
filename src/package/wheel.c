/* wheel.c - see wheel.h. Members are unpacked and hashed by several threads, native files as a whole, the
 * others in pieces; nothing is written. */
#include "package/wheel.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/pool.h"
#include "base/str.h"
#include "object/elfconst.h"
#include "package/pip_record.h"

#define NATIVE_MAX ((uint64_t)3 << 30) /* bytes of a file that is unpacked as a whole */
#define THREAD_MEMORY ((size_t)256 << 20)

enum { TEXT_MAX = 64 << 20, TELL_EACH = 100, PYTHON_NAMES = 4096 };

struct work {
	struct wheel *w;
	const struct audit_input *in;
	atomic_uint_least64_t done, bytes;
	uint64_t nbytes, told;
};

/* ---- its name -------------------------------------------------------------------------------------- */

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

bool wheel_name_read(struct arena *a, const char *base, const char **name, const char **version,
		     struct wheel_tag *tag)
{
	size_t n = strlen(base);
	const char *parts[7];
	unsigned count = 1;
	char *s;

	if (n < 5)
		return false;
	s = arena_strndup(a, base, n - 4);
	parts[0] = s;
	for (; (s = strchr(s, '-')) != NULL && count < 7; count++) {
		*s++ = '\0';
		parts[count] = s;
	}
	if (count != 5 && count != 6)
		return false;
	*name = parts[0];
	*version = parts[1];
	return wheel_tag_read(
		a, arena_printf(a, "%s-%s-%s", parts[count - 3], parts[count - 2], parts[count - 1]), tag);
}

static void read_name(struct arena *a, struct wheel *w)
{
	const char *base = base_of(w->path), *name, *version;
	struct wheel_tag tag;

	w->name = base;
	w->version = "";
	w->tag = (struct wheel_tag){ .python = "" };
	if (!wheel_name_read(a, base, &name, &version, &tag))
		return;
	w->name = name;
	w->version = version;
	w->tag = tag;
	w->tag_text = arena_printf(a, "%s-%s-%s", tag.python, tag.abi, tag.platform);
}

/* ---- its records ----------------------------------------------------------------------------------- */

/* The folder "NAME-VERSION.dist-info": of several the one that the file's name tells. */
static const char *find_info(struct arena *a, const struct wheel *w)
{
	const char *found = NULL;

	for (size_t i = 0; i < w->zip.n; i++) {
		const char *name = w->zip.members[i].name, *slash = strchr(name, '/');
		const char *folder, *dash;

		if (slash == NULL || slash - name < 10 || strncmp(slash - 10, ".dist-info", 10) != 0)
			continue;
		folder = arena_strndup(a, name, (size_t)(slash - name));
		dash = strchr(folder, '-');
		if (found == NULL ||
		    (dash != NULL &&
		     package_same_project(arena_strndup(a, folder, (size_t)(dash - folder)), w->name)))
			found = folder;
		/* The other members of that folder. */
		while (i + 1 < w->zip.n &&
		       strncmp(w->zip.members[i + 1].name, name, (size_t)(slash - name) + 1) == 0)
			i++;
	}
	return found;
}

static bool read_member(struct arena *a, const struct wheel *w, const char *name, struct view *out)
{
	const struct zip_member *m = zip_find(&w->zip, arena_printf(a, "%s/%s", w->info, name));

	*out = (struct view){ (const unsigned char *)"", 0 };
	return m != NULL && zip_read(&w->zip, m, a, TEXT_MAX, out) == 0;
}

static void read_record(struct package_set *set, struct wheel *w)
{
	struct record_row row;
	struct view rest;

	w->no_record = !read_member(set->a, w, "RECORD", &rest);
	while (record_next(set->a, &rest, &row, &w->bad_record)) {
		struct package_file *f = package_add_file(set, &w->record, row.path);

		f->digest = (uint8_t)row.digest;
		f->hash = row.hash;
		f->has_size = row.has_size;
		f->size = row.size;
	}
}

static int by_path(const void *x, const void *y)
{
	const struct package_file *a = x, *b = y;

	return strcmp(a->path, b->path);
}

static int key_to_path(const void *key, const void *item)
{
	return strcmp(key, ((const struct package_file *)item)->path);
}

/* Both lists are sorted; folders have an entry of their own in some archives. */
static void match(struct arena *a, struct wheel *w)
{
	size_t n = w->record.files.n;

	if (n > 0)
		qsort(w->record.files.items, n, sizeof(struct package_file), by_path);
	w->files = ARENA_ARRAY(a, w->zip.n + 1, struct wheel_file);
	for (size_t i = 0; i < w->zip.n; i++) {
		const struct zip_member *m = &w->zip.members[i];

		if (str_ends(m->name, "/"))
			continue;
		w->files[w->nfiles++] = (struct wheel_file){
			.m = m,
			.f = n > 0 ? bsearch(m->name, w->record.files.items, n, sizeof(struct package_file),
					     key_to_path)
				   : NULL,
			.look = { .kind = FILE_DATA },
		};
	}
	for (size_t i = 0; i < n; i++)
		if (zip_find(&w->zip, w->record.files.items[i].path) == NULL)
			*ARENA_PUSH(a, &w->absent) = &w->record.files.items[i];
}

/* ---- what an ELF file asks for --------------------------------------------------------------------- */

/* -1, 0, 1: "2.9" < "2.17". */
static int compare_numbers(const char *x, const char *y)
{
	while (*x != '\0' || *y != '\0') {
		unsigned long a = strtoul(x, (char **)&x, 10), b = strtoul(y, (char **)&y, 10);

		if (a != b)
			return a < b ? -1 : 1;
		if ((*x != '.' && *x != '\0') || (*y != '.' && *y != '\0'))
			return strcmp(x, y);
		x += *x == '.';
		y += *y == '.';
	}
	return 0;
}

struct facts {
	struct arena *a;
	struct wheel_code *code;
	uint16_t glibc_index; /* of the version in highest[WHEEL_GLIBC] */
};

static bool on_need(void *ctx, const struct elf_verneed *v)
{
	struct facts *f = ctx;

	for (int k = 0; v->name != NULL && k < WHEEL_FAMILIES; k++) {
		const char *family = wheel_family_name((enum wheel_family)k), *number;
		size_t n = strlen(family);

		if (strncmp(v->name, family, n) != 0 || v->name[n] != '_')
			continue;
		number = v->name + n + 1;
		if (*number < '0' || *number > '9')
			continue;
		if (f->code->highest[k] == NULL || compare_numbers(f->code->highest[k], number) < 0) {
			f->code->highest[k] = arena_strdup(f->a, number);
			if (k == WHEEL_GLIBC)
				f->glibc_index = v->other & 0x7fff;
		}
	}
	return false;
}

static void find_symbol(struct facts *f, const struct elf *e)
{
	uint64_t n = elf_sym_count(e);
	uint16_t version;

	for (uint64_t i = 1; i < n && f->glibc_index != 0 && f->code->symbol == NULL; i++)
		if (elf_versym(e, i, &version) && (version & 0x7fff) == f->glibc_index &&
		    elf_sym_name(e, i) != NULL)
			f->code->symbol = arena_strdup(f->a, elf_sym_name(e, i));
}

static bool is_python_name(const char *name)
{
	return strncmp(name, "Py", 2) == 0 || strncmp(name, "_Py", 3) == 0;
}

static void find_python_names(struct facts *f, const struct elf *e)
{
	uint64_t n = elf_sym_count(e);
	struct elf_sym s;

	for (uint64_t i = 1; i < n && f->code->python.n < PYTHON_NAMES && elf_sym(e, i, &s); i++) {
		const char *name = s.shndx == 0 && s.bind != STB_WEAK ? elf_sym_name(e, i) : NULL;

		if (name != NULL && is_python_name(name))
			*ARENA_PUSH(f->a, &f->code->python) = arena_strdup(f->a, name);
	}
}

static void read_code(struct arena *a, const struct elf *e, struct wheel_code *code)
{
	struct facts f = { a, code, 0 };
	const char *path = e->runpath != NULL ? e->runpath : e->rpath;

	code->soname = e->soname != NULL ? arena_strdup(a, e->soname) : NULL;
	code->rpath = path != NULL && *path != '\0' ? arena_strdup(a, path) : NULL;
	for (size_t i = 0; i < e->nneeds && i < 4096; i++) {
		const char *name = e->needs[i].name;

		if (name == NULL || e->needs[i].kind != ELF_NEED)
			continue;
		*ARENA_PUSH(a, &code->needs) = arena_strdup(a, name);
		code->glibc |= strcmp(name, "libc.so.6") == 0;
		code->musl |= strncmp(name, "libc.musl-", 10) == 0 || strcmp(name, "libc.so") == 0;
	}
	elf_each_verneed(e, on_need, &f, NULL);
	find_symbol(&f, e);
	find_python_names(&f, e);
}

/* ---- one member ------------------------------------------------------------------------------------ */

static void tell(struct work *k, bool at_end)
{
	struct audit_progress p = { .nfiles = k->w->nfiles, .nbytes = k->nbytes };
	uint64_t now;

	if (k->in->progress == NULL)
		return;
	now = os_milliseconds();
	if (!at_end && now - k->told < TELL_EACH)
		return;
	k->told = now;
	p.files = atomic_load(&k->done);
	p.bytes = atomic_load(&k->bytes);
	k->in->progress(k->in->ctx, &p);
}

static void add_piece(void *ctx, struct view piece)
{
	digest_add(ctx, piece);
}

static enum digest_kind kind_of(const struct wheel_file *f)
{
	return f->f != NULL && f->f->hash != NULL ? (enum digest_kind)f->f->digest : DIGEST_MD5;
}

static void judge(struct wheel_file *f, const unsigned char *got)
{
	if (f->err != 0)
		f->state = WHEEL_DAMAGED;
	else if (f->f == NULL)
		f->state = WHEEL_UNLISTED;
	else if ((f->f->has_size && f->f->size != f->m->size) ||
		 (f->f->hash != NULL &&
		  memcmp(got, f->f->hash, digest_size((enum digest_kind)f->f->digest)) != 0))
		f->state = WHEEL_OTHER;
	else
		f->state = WHEEL_FINE;
}

static void in_pieces(struct work *k, struct wheel_file *f)
{
	struct digest_state *s = digest_begin(kind_of(f));
	unsigned char got[DIGEST_MAX];

	if (s == NULL) {
		f->state = WHEEL_UNREAD;
		f->err = ENOMEM;
		return;
	}
	f->err = zip_each_piece(&k->w->zip, f->m, add_piece, s);
	digest_end(s, got);
	judge(f, got);
}

struct look {
	struct arena *a;
	struct wheel_file *f;
	const struct elf *e;
};

static void take_code(void *ctx)
{
	struct look *l = ctx;
	struct wheel_code *code = ARENA_NEW(l->a, struct wheel_code);

	read_code(l->a, l->e, code);
	l->f->code = code;
}

static void look_inside(struct work *k, unsigned worker, struct wheel_file *f, struct view v)
{
	struct look l = { k->w->arenas[worker], f, NULL };
	struct elf e;

	audit_look(v, v.n, &f->look);
	f->look.size = v.n;
	if (f->look.kind != FILE_ELF || l.a == NULL || !elf_open(v, v.n, &e))
		return;
	l.e = &e;
	if (arena_run(l.a, take_code, &l) != ARENA_OK)
		f->state = WHEEL_UNREAD;
	elf_close(&e);
}

/* As a whole: what an ELF file needs stands all over it. */
static void as_a_whole(struct work *k, unsigned worker, struct wheel_file *f)
{
	unsigned char *p = malloc((size_t)f->m->size + 1), got[DIGEST_MAX];
	struct view v = { p, (size_t)f->m->size };

	if (p == NULL) {
		f->state = WHEEL_UNREAD;
		f->err = ENOMEM;
		return;
	}
	f->err = zip_read_into(&k->w->zip, f->m, p);
	digest_of(kind_of(f), v, got);
	judge(f, got);
	if (f->err == 0)
		look_inside(k, worker, f, v);
	free(p);
}

/* Programs have no ending that tells; executables are few. */
static bool may_be_code(const struct wheel_file *f)
{
	return audit_is_native_name(f->m->name) || (f->m->mode & 0111) != 0 ||
	       strstr(f->m->name, "/scripts/") != NULL;
}

static void job(void *ctx, unsigned worker, size_t i)
{
	struct work *k = ctx;
	struct wheel_file *f = &k->w->files[i];

	if (!zip_is_possible(f->m)) {
		f->state = WHEEL_DAMAGED;
		f->err = EBADMSG;
	} else if (may_be_code(f) && f->m->size <= NATIVE_MAX) {
		as_a_whole(k, worker, f);
	} else {
		in_pieces(k, f);
	}
	atomic_fetch_add(&k->done, 1);
	atomic_fetch_add(&k->bytes, f->m->size);
	if (worker == 0)
		tell(k, false);
}

/* Members that lie over each other make terabytes of a small file. */
static bool overlaps(const struct wheel *w, uint64_t *bytes)
{
	uint64_t packed = 0;

	*bytes = 0;
	for (size_t i = 0; i < w->nfiles; i++) {
		if (w->files[i].m->packed > w->zip.bytes.n - packed)
			return true;
		packed += w->files[i].m->packed;
		*bytes += w->files[i].m->size;
	}
	return false;
}

static void read_members(const struct audit_input *in, struct wheel *w)
{
	struct work k = { .w = w, .in = in };
	unsigned n = pool_workers(w->nfiles, in->threads);

	w->overlapping = overlaps(w, &k.nbytes);
	if (w->overlapping)
		return;
	for (unsigned i = 0; i < n; i++)
		w->arenas[i] = arena_new(THREAD_MEMORY);
	atomic_init(&k.done, 0);
	atomic_init(&k.bytes, 0);
	pool_run(w->nfiles, in->threads, job, &k);
	tell(&k, true);
	w->bytes = atomic_load(&k.bytes);
}

void wheel_list(struct package_set *set, const char *path, struct view bytes, struct wheel *out)
{
	struct arena *a = set->a;
	struct view text;

	*out = (struct wheel){ .path = path };
	read_name(a, out);
	zip_open(bytes, a, &out->zip);
	if (!out->zip.usable)
		return;
	out->info = find_info(a, out);
	if (out->info != NULL) {
		out->no_metadata = !read_member(a, out, "METADATA", &text);
		out->own_name = package_header(a, text, "Name");
		out->own_version = package_header(a, text, "Version");
		out->no_wheel = !read_member(a, out, "WHEEL", &text);
		read_record(set, out);
	}
	match(a, out);
}

void wheel_take(struct arena *a, struct wheel *w, const char *member, const struct store_file *file)
{
	for (size_t i = 0; i < w->nfiles; i++) {
		struct wheel_file *f = &w->files[i];
		struct wheel_code *code;

		if (strcmp(f->m->name, member) != 0)
			continue;
		audit_look(file->bytes, file->padded, &f->look);
		if (file->kind != FILE_ELF)
			return;
		code = ARENA_NEW(a, struct wheel_code);
		read_code(a, &file->elf, code);
		f->code = code;
		return;
	}
}

void wheel_read(const struct audit_input *in, const char *path, struct view bytes, struct wheel *out)
{
	wheel_list(in->set, path, bytes, out);
	if (out->zip.usable)
		read_members(in, out);
}

void wheel_close(struct wheel *w)
{
	for (size_t i = 0; i < sizeof(w->arenas) / sizeof(*w->arenas); i++)
		arena_free(w->arenas[i]);
}
