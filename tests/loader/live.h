/* live.h - a running process made by hand: mappings and link maps over the files of the root. */
#ifndef DLWHY_TESTS_LOADER_LIVE_H
#define DLWHY_TESTS_LOADER_LIVE_H

#include <sys/sysmacros.h>

#include "so.h"

/* A process whose /proc nobody has: number 0 has no entry there. */
struct live_fixture {
	struct live l;
	struct live_list list;
	struct live_map maps[16];
	size_t nmaps;
};

static inline struct live_fixture *live_new(struct fixture *f)
{
	struct live_fixture *lf = ARENA_NEW(f->a, struct live_fixture);

	lf->l.argv0 = "./prog";
	lf->l.exe = "/opt/app/bin/prog";
	lf->l.exe_host = "/proc/0/exe";
	lf->l.environ = NEEDS(NULL);
	lf->list.maps = lf->maps;
	lf->list.names_known = lf->list.tls_known = true;
	return lf;
}

/* One mapping and one link map of the file at `path`. `ino`: 0 for that of the file. */
static inline struct live_map *live_add(struct fixture *f, struct live_fixture *lf, const char *path,
					const char *name, uint64_t ino)
{
	const struct store_entry *en = entry(f, path);
	struct live_row *row = ARENA_PUSH(f->a, &lf->l.rows);
	struct live_map *m = &lf->maps[lf->nmaps++];

	row->start = 0x1000 * (uint64_t)lf->nmaps;
	row->end = row->start + 0x1000;
	row->exec = true;
	row->path = path;
	row->ino = ino != 0 ? ino : en->file->st.ino;
	row->major = major(en->file->st.dev);
	row->minor = minor(en->file->st.dev);
	m->addr = row->start;
	m->ld = row->start + 0x200;
	m->name = name;
	lf->list.n = lf->nmaps;
	return m;
}

/* The program, its loader, and libc: all there at the start. */
static inline struct live_fixture *live_started(struct fixture *f)
{
	static const uint32_t global[] = { 0, 1, 2 };
	struct live_fixture *lf = live_new(f);

	put_lib(f, "/opt/app/bin/prog", NULL, NEEDS("libc.so.6"));
	put_lib(f, "/lib64/ld.so", "ld.so", NULL);
	put_lib(f, "/lib/libc.so.6", "libc.so.6", NULL);
	live_add(f, lf, "/opt/app/bin/prog", "", 0);
	live_add(f, lf, "/lib64/ld.so", "/lib64/ld.so", 0);
	live_add(f, lf, "/lib/libc.so.6", "/lib/libc.so.6", 0);
	lf->list.global = global;
	lf->list.nglobal = 3;
	lf->list.global_known = true;
	return lf;
}

#endif
