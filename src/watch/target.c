/* target.c - the memory of a stopped process, and its files.
 *
 * A file is opened by the name that the process has for it, and believed if it is the same inode or
 * begins with the same bytes as its mapping (the kernel shows the inode below an overlay). One that
 * is gone is read from the process's memory instead: what unwinding needs of it is never written to.
 */
#include "watch/target.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 1024 };
#define COPY_MAX ((uint64_t)64 << 20)

int target_read(const struct target *t, uint64_t at, void *buf, size_t n)
{
	size_t got = 0;
	int err;

	if (t->mem < 0 || at > INT64_MAX) /* pread's offset is signed */
		return EIO;
	err = os_pread(t->mem, at, buf, n, &got);
	return err != 0 ? err : got == n ? 0 : EIO;
}

bool target_word(const struct target *t, uint64_t at, uint64_t *out)
{
	unsigned char buf[8];

	*out = 0;
	if (target_read(t, at, buf, t->is64 ? 8 : 4) != 0)
		return false;
	*out = t->is64 ? load64(buf, false) : load32(buf, false);
	return true;
}

bool target_executable(const struct target *t, uint64_t at)
{
	const struct live_row *row = live_row_at(&t->live.rows, at);

	return row != NULL && row->exec;
}

int target_open(struct target *t, long pid, struct arena *a)
{
	int err;

	t->a = a;
	t->pid = pid;
	t->mem = -1;
	err = live_open(pid, a, &t->live);
	if (err == 0)
		err = t->live.maps_err;
	return err != 0 ? err : os_open(arena_printf(a, "/proc/%ld/mem", pid), &t->mem);
}

static void close_module(struct module *m)
{
	cfi_close(m->cfi);
	if (m->debug_opened)
		elf_close(&m->debug_elf);
	if (m->opened)
		elf_close(&m->elf);
	free(m->debugdata);
	free(m->copy);
	os_unmap(&m->file);
}

void target_close(struct target *t)
{
	for (size_t i = 0; i < t->nmodules; i++)
		close_module(&t->modules[i]);
	if (t->mem >= 0)
		os_close(t->mem);
}

/* ---- a file ------------------------------------------------------------------------------- */

static bool same_file(const struct live_row *x, const struct live_row *y)
{
	return x->ino == y->ino && x->major == y->major && x->minor == y->minor &&
	       strcmp(x->path, y->path) == 0;
}

/* The row of the file's first byte at or before `row`; NULL if that is not mapped. */
static const struct live_row *first_row(const struct target *t, const struct live_row *row)
{
	const struct live_row *rows = t->live.rows.items;

	for (size_t i = (size_t)(row - rows) + 1; i-- > 0;)
		if (same_file(&rows[i], row) && rows[i].offset == 0)
			return &rows[i];
	return NULL;
}

static bool begins_alike(const struct target *t, const struct live_row *row, struct view file)
{
	const struct live_row *first = first_row(t, row);
	unsigned char head[HEAD];
	size_t n = file.n < sizeof(head) ? file.n : sizeof(head);

	return first != NULL && n >= 64 && target_read(t, first->start, head, n) == 0 &&
	       memcmp(head, file.p, n) == 0;
}

static bool open_at(struct target *t, const char *path, struct module *m)
{
	struct os_stat st;
	int fd;

	if (os_open(path, &fd) != 0)
		return false;
	if (os_fstat(fd, &st) != 0 || st.type != OS_REGULAR ||
	    os_map(fd, st.size, &m->file) != 0) {
		os_close(fd);
		return false;
	}
	os_close(fd);
	if ((st.ino == m->row->ino && st.dev == os_device(m->row->major, m->row->minor)) ||
	    begins_alike(t, m->row, m->file.bytes)) {
		m->bytes = m->file.bytes;
		return true;
	}
	os_unmap(&m->file);
	memset(&m->file, 0, sizeof(m->file));
	return false;
}

/* The file as far as it is mapped, each part where the file has it. */
static bool open_memory(const struct target *t, struct module *m)
{
	const struct live_rows *rows = &t->live.rows;
	const struct live_row *first = first_row(t, m->row), *end = rows->items + rows->n;
	uint64_t size = 0;

	if (first == NULL)
		return false;
	for (const struct live_row *r = first; r < end && same_file(r, first); r++)
		if (r->offset < COPY_MAX && r->end - r->start <= COPY_MAX - r->offset &&
		    r->offset + (r->end - r->start) > size)
			size = r->offset + (r->end - r->start);
	m->copy = size > 0 ? calloc(1, size) : NULL;
	if (m->copy == NULL)
		return false;
	for (const struct live_row *r = first; r < end && same_file(r, first); r++)
		if (r->offset < size && r->end - r->start <= size - r->offset)
			(void)target_read(t, r->start, m->copy + r->offset, r->end - r->start);
	m->bytes = (struct view){ m->copy, size };
	return true;
}

static void open_bytes(struct target *t, struct module *m)
{
	const struct live_row *row = m->row;

	if (row->path[0] == '/') {
		if (!row->deleted &&
		    open_at(t, arena_printf(t->a, "%s%s", t->live.root, row->path), m))
			return;
		m->object->deleted = true;
		if (open_at(t, arena_printf(t->a, "/proc/%ld/map_files/%llx-%llx", t->pid,
					    (unsigned long long)row->start,
					    (unsigned long long)row->end), m))
			return;
	}
	(void)open_memory(t, m);
}

/* What is added to addresses of the file, by the segment that the row shows. */
static bool find_bias(const struct module *m, const struct live_row *row, uint64_t *out)
{
	uint64_t page = (uint64_t)os_page_size() - 1;

	for (size_t i = 0; i < m->elf.phnum; i++) {
		const struct elf_phdr *p = &m->elf.phdrs[i];
		uint64_t low = p->offset & ~page;

		if (p->type != PT_LOAD || ((p->flags & PF_X) != 0) != row->exec ||
		    row->offset < low || row->offset - low >= p->filesz + (p->offset - low))
			continue;
		*out = row->start - (p->vaddr - p->offset + row->offset);
		return true;
	}
	return false;
}

static bool is_loader(const struct elf *e)
{
	const char *s = e->soname;

	return s != NULL && (strncmp(s, "ld-linux", 8) == 0 || strncmp(s, "ld-musl", 7) == 0 ||
			     strncmp(s, "ld64.so", 7) == 0 || strncmp(s, "ld.so", 5) == 0);
}

static void open_elf(struct module *m)
{
	if (m->bytes.n == 0 || !elf_open(m->bytes, m->bytes.n, &m->elf))
		return;
	m->opened = true;
	if (m->elf.defect != ELF_OK || m->elf.swap || !find_bias(m, m->row, &m->object->bias)) {
		elf_close(&m->elf);
		m->opened = false;
		return;
	}
	m->object->loader = is_loader(&m->elf);
	m->cfi = cfi_open(m->bytes);
}

static struct module *known_module(struct target *t, const struct live_row *row)
{
	uint64_t bias;

	for (size_t i = 0; i < t->nmodules; i++) {
		struct module *m = &t->modules[i];

		if (m->row == row || (same_file(m->row, row) && m->opened &&
				      find_bias(m, row, &bias) && bias == m->object->bias))
			return m;
	}
	return NULL;
}

struct module *target_module(struct target *t, uint64_t at)
{
	const struct live_row *row = live_row_at(&t->live.rows, at);
	struct watch_object *object;
	struct module *m;

	if (row == NULL || (row->path[0] != '/' && strcmp(row->path, "[vdso]") != 0))
		return NULL;
	m = known_module(t, row);
	if (m != NULL || t->nmodules == TARGET_MODULES)
		return m;
	object = ARENA_NEW(t->a, struct watch_object);
	m = &t->modules[t->nmodules++];
	m->row = row;
	m->object = object;
	object->path = row->path;
	object->dev = os_device(row->major, row->minor);
	object->ino = row->ino;
	object->deleted = row->deleted;
	open_bytes(t, m);
	open_elf(m);
	return m;
}
