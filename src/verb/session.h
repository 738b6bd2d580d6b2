/* session.h - what all questions of one session share: files, worlds, options. */
#ifndef DLWHY_VERB_SESSION_H
#define DLWHY_VERB_SESSION_H

#include <pthread.h>

#include <dlwhy/dlwhy.h>

#include "base/arena.h"
#include "loader/loader.h"

struct world_slot {
	struct world_slot *next;
	uint16_t machine;
	bool is64, big_endian;
	uint32_t mac;             /* MACHO_*: a Mac with that processor; 0: none, but a world of ELF files */
	const char *ld_path;      /* NULL: the usual one */
	enum dlwhy_code code;
	struct dlwhy_error err;
	struct world world;
};

/* A kind of ELF programs. */
struct elf_kind {
	uint16_t machine; /* EM_* */
	bool is64, big_endian;
	uint32_t flags;
};

/* The Python of a package, which is not here: what it exports is taken for granted. */
struct assumed_python {
	unsigned minor;    /* of 3.minor, or of the oldest one that the package is for; 0: not known */
	const char *words; /* "Python 3.11" */
	uint16_t pe_machine; /* PE_AMD64 …: whose Windows the wheel's tag names; 0: none */
	struct elf_kind elf; /* of the Linux that it names; machine 0: none */
};

struct dlwhy_session {
	struct arena *a;          /* options and worlds; under `lock` once threads run */
	struct pack *image;       /* opt.root is an image: its own source; else NULL */
	struct source *source;
	struct store *store;
	struct dlwhy_options opt; /* strings are the session's own */
	const char *const *environ; /* the environment under study, NULL-ended */
	bool other_environ;       /* it is not that of this process */
	pthread_mutex_t lock;
	struct world_slot *worlds;
	const struct assumed_python *python; /* of a package's session, else NULL */
	const volatile int *stop; /* not 0: what runs for a question is to end; NULL */
	struct session_process *process; /* opt.pid: see pid.h; else NULL */
	bool start_failed;        /* of files of Windows it is known that error 1114 came of them */
};

/* The world for programs of that kind; made at the first call. NULL: see *err. */
const struct world *session_world(struct dlwhy_session *s, uint16_t machine, bool is64,
				  bool big_endian, uint32_t eflags, const char *ld_path,
				  struct dlwhy_error *err);
/* The same for processes of macOS (options.macos) with that processor: MACHO_ARM64, MACHO_X86_64. */
const struct world *session_mac(struct dlwhy_session *s, uint32_t cpu, struct dlwhy_error *err);
/* A variable of the environment under study, NULL if unset. */
const char *session_env(const struct dlwhy_session *s, const char *name);
/* A new folder for this user alone, below TMPDIR or a usual place; "" if none can be had. The caller removes
 * it (os_remove_folder). */
void session_folder(const struct dlwhy_session *s, char *path, size_t size);
/* The loader of a bare program of that kind, by its path: the one that was asked for, else glibc's,
 * or musl's where that alone is there. NULL if none is known for the machine. */
const char *session_loader(const struct dlwhy_session *s, uint16_t machine, bool is64,
			   bool big_endian, uint32_t eflags, struct arena *a);
/* Is it there? */
bool session_has_loader(const struct dlwhy_session *s, uint16_t machine, bool is64,
			bool big_endian, uint32_t eflags, struct arena *a);
/* The machine type of programs that run in this place: this computer's, or the root's. */
uint16_t session_machine(const struct dlwhy_session *s, bool *is64, struct arena *a);

#endif
