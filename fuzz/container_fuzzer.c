/* container_fuzzer.c - archives of arbitrary bytes: their lists, their members, and the packages that they
 * make. */
#include <stdlib.h>
#include <string.h>

#include "source/container.h"
#include "source/overlay.h"
#include "source/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MEMBER_MOST = 1 << 20, MEMBERS_MOST = 64 };

static void read_members(struct view v)
{
	unsigned char head[CONTAINER_HEAD];
	struct os_mapping map;
	struct container *c;
	struct view part;

	if (container_open(v, false, &c) != 0)
		return;
	for (size_t i = 0; i < c->n && i < MEMBERS_MOST; i++) {
		const struct container_member *m = &c->members[i];

		if (m->refused == NULL && (*m->name == '/' || strstr(m->name, "../") == m->name))
			abort();
		(void)container_head(c, i, head);
		if (m->size > MEMBER_MOST)
			continue;
		if (container_bytes(c, i, &map) == 0 && map.bytes.n != m->size)
			abort();
		if (container_view(c, i, &part) == 0 && map.bytes.n == part.n && part.n > 0 &&
		    memcmp(map.bytes.p, part.p, part.n) != 0)
			abort();
	}
	container_close(c);
}

/* The file of that name is the whole input. */
static void read_pack(struct view v, const char *path)
{
	struct source *machine = source_host("/"), *s = machine != NULL ? source_overlay(machine) : NULL;
	struct pack *p = NULL;
	struct os_stat st;

	if (s != NULL && overlay_file(s, path, v, v.n, 0644) == 0 && pack_open(s, machine, path, &p) == 0) {
		for (size_t i = 0; i < p->nfiles && i < MEMBERS_MOST; i++)
			if (p->files[i].path != NULL)
				(void)source_stat(p->source, p->files[i].path, true, &st);
		pack_close(p);
	}
	source_free(s);
	source_free(machine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view v = { data, size };

	read_members(v);
	read_pack(v, "/dlwhy-none-1.0-py3-none-any.whl");
	read_pack(v, "/dlwhy-none.tar");
	return 0;
}
