/* plan_files.c - see plan_files.h. */
#include "repair/plan_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct plan_mapping {
	struct plan_mapping *next;
	char *path; /* NULL: of a patched one */
	struct source_file file;
};

void plan_files_free(struct plan_files *f)
{
	while (f->first != NULL) {
		struct plan_mapping *m = f->first;

		f->first = m->next;
		source_close(&m->file);
		free(m->path);
		free(m);
	}
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
