/* plan_files.c - see plan_files.h. */
#include "repair/plan_files.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"

enum { PAGE = 4096 };
#define UNPACKED_MAX ((uint64_t)8 << 30) /* bytes of all archives together */

struct plan_mapping {
	struct plan_mapping *next;
	char *path; /* NULL: of a patched one */
	struct source_file file;
	char *archive;		       /* path of what is unpacked here; NULL: a file */
	struct plan_unpacked unpacked; /* in the arena of the plans */
};

void plan_files_free(struct plan_files *f)
{
	while (f->first != NULL) {
		struct plan_mapping *m = f->first;

		f->first = m->next;
		source_close(&m->file);
		free(m->path);
		free(m->archive);
		free(m);
	}
	f->unpacked = 0;
}

static struct plan_mapping *new_mapping(struct plan_files *f, const char *path)
{
	struct plan_mapping *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->path = path != NULL ? strdup(path) : NULL;
	m->next = f->first;
	f->first = m;
	return m;
}

int plan_files_read(const struct plan_input *in, const char *path, struct view *out)
{
	struct plan_mapping *m = in->files->first;
	int err;

	while (m != NULL && (m->path == NULL || strcmp(m->path, path) != 0))
		m = m->next;
	if (m == NULL) {
		m = new_mapping(in->files, path);
		err = m != NULL ? source_open(in->source, path, &m->file) : ENOMEM;
		if (err == 0 && m->file.st.type != OS_REGULAR)
			err = EINVAL;
		if (err != 0) {
			if (m != NULL) {
				free(m->path);
				m->path = NULL; /* so that it is not found */
			}
			return err;
		}
	}
	*out = m->file.map.bytes;
	return 0;
}

int plan_files_patched(const struct plan_input *in, const struct change *c, struct os_mapping *out)
{
	char *host = source_host_path(in->source, c->path);
	struct plan_mapping *m = new_mapping(in->files, NULL);
	int fd, err;

	err = host != NULL && m != NULL ? os_open(host, &fd) : ENOENT;
	free(host);
	if (err != 0)
		return err;
	err = os_map_copy(fd, c->size, &m->file.map);
	os_close(fd);
	if (err != 0)
		return err;
	for (size_t i = 0; i < c->npatches; i++) {
		const struct patch *p = &c->patches[i];

		if (p->offset > c->size || p->bytes.n > c->size - p->offset)
			return EINVAL;
		memcpy((void *)(uintptr_t)(m->file.map.bytes.p + p->offset), p->bytes.p, p->bytes.n);
	}
	*out = m->file.map;
	return 0;
}

/* ---- archives --------------------------------------------------------------------------------------- */

static size_t whole_pages(uint64_t size)
{
	return (size_t)((size + PAGE) / PAGE) * PAGE; /* one byte more than the member has, at least */
}

struct unpacking {
	const struct zip *zip;
	struct view *bytes;
	atomic_bool damaged;
};

static void unpack_one(void *ctx, unsigned worker, size_t i)
{
	struct unpacking *u = ctx;
	const struct zip_member *m = &u->zip->members[i];

	(void)worker;
	if (u->bytes[i].n > 0 && zip_read_into(u->zip, m, (void *)(uintptr_t)u->bytes[i].p) != 0)
		atomic_store(&u->damaged, true);
}

/* Room for all members in one mapping; pages that are not written cost nothing. */
static const char *make_room(struct plan_files *f, const struct zip *z, struct plan_mapping *m,
			     struct view *bytes)
{
	uint64_t sum = 0, limit = os_total_memory() / 2;
	uint8_t *at;

	for (size_t i = 0; i < z->n; i++) {
		if (!zip_is_possible(&z->members[i]) || z->members[i].size > UNPACKED_MAX)
			return "it is damaged";
		sum += whole_pages(z->members[i].size);
		if (f->unpacked + sum > UNPACKED_MAX || (limit != 0 && f->unpacked + sum > limit))
			return f->unpacked == 0 ? "it is too large"
						: "together with the others that are tried it is too large";
	}
	if (sum == 0 || os_map_copy(-1, sum, &m->file.map) != 0)
		return "there is no memory for it";
	f->unpacked += sum;
	at = (uint8_t *)(uintptr_t)m->file.map.bytes.p;
	for (size_t i = 0; i < z->n; i++) {
		bytes[i] = (struct view){ at, (size_t)z->members[i].size };
		at += whole_pages(z->members[i].size);
	}
	return NULL;
}

static const char *unpack(const struct plan_input *in, const char *path, struct plan_mapping *m)
{
	struct zip *zip = ARENA_NEW(in->a, struct zip);
	struct unpacking u = { .zip = zip };
	struct view file;
	const char *why;
	int err = plan_files_read(in, path, &file);

	if (err != 0)
		return strerrordesc_np(err);
	zip_open(file, in->a, zip);
	if (!zip->usable || zip->cut || zip->n == 0)
		return "it is no whole archive";
	u.bytes = ARENA_ARRAY(in->a, zip->n, struct view);
	atomic_init(&u.damaged, false);
	why = make_room(in->files, zip, m, u.bytes);
	if (why != NULL)
		return why;
	pool_run(zip->n, 0, unpack_one, &u);
	m->unpacked = (struct plan_unpacked){ zip, u.bytes };
	return atomic_load(&u.damaged) ? "it is damaged" : NULL;
}

const char *plan_files_unpacked(const struct plan_input *in, const char *path, struct plan_unpacked *out)
{
	struct plan_mapping *m = in->files->first;
	const char *why;

	while (m != NULL && (m->archive == NULL || strcmp(m->archive, path) != 0))
		m = m->next;
	if (m == NULL) {
		m = new_mapping(in->files, NULL);
		if (m == NULL)
			return "there is no memory for it";
		why = unpack(in, path, m);
		if (why != NULL)
			return why;
		m->archive = strdup(path);
	}
	*out = m->unpacked;
	return NULL;
}
