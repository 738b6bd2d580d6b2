/* live.h - facts of a running process, from /proc, without touching it.
 *
 * Two parts. What /proc says of it: its program, root, folder, environment, auxiliary vector and
 * mappings. And, where its memory may be read, what its loader wrote there: the list of link maps
 * with the names they answer to, the global scope, the use of the static TLS area. Reading is
 * separated from understanding: the functions that understand take text, bytes or a reader, and
 * believe nothing of it.
 */
#ifndef DLWHY_MACHINE_LIVE_H
#define DLWHY_MACHINE_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/view.h"
#include "object/store.h"

/* ---- what /proc says ---------------------------------------------------------------------- */

/* /proc/N/stat */
struct live_stat {
	char state;        /* 'R', 'S', …; 'Z' and 'X' have ended */
	uint64_t started;  /* clock ticks since the machine's start: tells two users of a number apart */
	bool kernel;       /* a thread of the kernel */
};
/* False if it is no such line. */
bool live_parse_stat(const char *text, struct live_stat *out);

/* One line of /proc/N/maps. */
struct live_row {
	uint64_t start, end, ino;
	uint64_t offset;         /* in the file */
	uint32_t major, minor;   /* of the device */
	bool read, write, exec;
	const char *path;  /* without " (deleted)", escapes undone; "[stack]"; "" for nothing */
	bool deleted;
};
struct live_rows {
	struct live_row *items; /* in rising order of address */
	size_t n, cap;
};
/* What is no such line is left out; at most 262144 rows. */
void live_parse_maps(const char *text, struct arena *a, struct live_rows *out);
/* The row that holds the address, NULL if none does. */
const struct live_row *live_row_at(const struct live_rows *rows, uint64_t address);

/* /proc/N/auxv; 0 for what is not there */
struct live_auxv {
	uint64_t phdr, phnum, base, entry;
	bool secure;
};
void live_parse_auxv(struct view bytes, bool is64, bool swap, struct live_auxv *out);

struct live {
	long pid;
	struct live_stat stat;
	bool same_root;          /* its file system is that of this program */
	const char *root;        /* "/proc/N/root" */
	const char *cwd;         /* inside its root; NULL: unknown */
	const char *exe;         /* its program inside its root; NULL: unknown */
	const char *exe_host;    /* "/proc/N/exe": the same file, even if that name is gone */
	bool exe_deleted;
	bool exe_guessed;        /* from its command line: /proc/N/exe cannot be read */
	const char *argv0;
	const char *const *environ; /* as it was at the start, NULL-ended */
	int environ_err;         /* errno values: 0 if it could be read */
	int maps_err, auxv_err;
	bool overwritten;        /* the process has written over its start environment */
	struct live_rows rows;
	struct view auxv;        /* as read */
};
/* Reads what /proc says of process `pid`. 0; ESRCH: there is none; EACCES: nothing may be known of
 * it; ENOEXEC: a thread of the kernel; ECHILD: it has ended already; errno of another failure. What
 * single parts could not be read is in *out. Strings in a. */
int live_open(long pid, struct arena *a, struct live *out);
/* Is that process still there, and the same one? */
bool live_is_same(const struct live *l);

/* ---- what its loader wrote ---------------------------------------------------------------- */

/* Reads n bytes at an address: 0 or errno. EIO where nothing is mapped. */
struct live_memory {
	int (*read)(void *ctx, uint64_t at, void *buf, size_t n);
	void *ctx;
	bool is64, swap; /* word size, and whether its byte order is the other one */
};

/* Where to begin; 0: not known. */
struct live_hooks {
	uint64_t r_debug;      /* struct r_debug */
	uint64_t rtld_global;  /* struct rtld_global: begins with the first namespace */
	uint64_t rtld_size;    /* bytes of it */
	uint64_t slotinfo_at;  /* offset of _dl_tls_dtv_slotinfo_list in it */
	uint64_t tls_offset_at; /* offset of l_tls_offset in a link map */
	bool tls_used_behind;  /* from 2.35 on: two words behind slotinfo_at is the used size */
};

/* A struct link_map. Places are indices into live_list.maps. */
struct live_map {
	uint64_t at, addr, ld;   /* its own address, l_addr, l_ld */
	const char *name;        /* l_name */
	const char *const *names; /* l_libname: what it was asked by */
	size_t nnames;
	bool opened;             /* has a search list of its own: it was opened itself */
	const uint32_t *list;    /* that list, if it could be read */
	size_t nlist;
	uint64_t tls_offset;     /* l_tls_offset; see live_list.tls_known */
};
/* A folder that the loader has searched, or will, with what it remembers of each sub-directory. */
enum { LIVE_UNKNOWN, LIVE_ABSENT, LIVE_PRESENT };
struct live_dir {
	const char *name;      /* with a final '/'; "" is the working folder */
	const unsigned char *status; /* per sub-directory, the folder itself last */
	size_t n;              /* 0: not known how many */
};
struct live_list {
	struct live_map *maps;   /* in the loader's order, the program first */
	size_t n;
	const uint32_t *global;  /* the global scope */
	size_t nglobal;
	bool global_known, tls_known, names_known;
	uint64_t tls_most;       /* highest l_tls_offset of all namespaces */
	bool tls_used_known;
	uint64_t tls_used, tls_optional; /* bytes */
	const struct live_dir *dirs; /* of RPATH, RUNPATH, LD_LIBRARY_PATH and the default ones */
	size_t ndirs;
	const char *const *others; /* names of objects in other namespaces (dlmopen) */
	size_t nothers;
};

enum live_trouble {
	LIVE_OK,
	LIVE_UNREADABLE, /* *err: why its memory cannot be read */
	LIVE_NO_LIST,    /* nothing says where the list is, or it is empty */
	LIVE_BUSY,       /* the list changed while it was read, again and again */
	LIVE_BROKEN      /* what is there is no list: a circle, a bad address, too many */
};
/* One reading. LIVE_BUSY: the process is changing the list just now. Never trusts what it reads. */
enum live_trouble live_list_read(const struct live_memory *m, const struct live_hooks *h,
				 struct arena *a, struct live_list *out, int *err);

/* The same for a process, several times if need be. `exe`, `ld`, `libc`: files of the program, the
 * loader and the C library (NULL: not known; libc tells where thread-local storage is noted);
 * `ld_base`: load address of the loader. minor: glibc 2.minor. */
struct live_files {
	const struct store_file *exe, *ld, *libc;
	uint64_t ld_base;
	int minor;
};
enum live_trouble live_list_of(const struct live *l, const struct live_files *f, struct arena *a,
			       struct live_list *out, int *err);
/* Where the hooks are, from the symbols of these files and from the memory of the program. */
void live_find_hooks(const struct live_memory *m, const struct live_auxv *aux,
		     const struct live_files *f, struct live_hooks *out);

/* Is the file glibc's ld.so itself, which may have been started by hand? */
bool live_is_loader(const struct store_file *f);

#endif
