/* promised.c - see promised.h. */
#include "verb/promised.h"

#include <errno.h>
#include <string.h>

#include "object/elf_empty.h"
#include "object/elfconst.h"
#include "package/wheel.h"
#include "source/overlay.h"

/* The folder, and those above it. */
static bool make_folder(struct dlwhy_session *s, struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct os_stat st;

	if (*path == '\0' || source_stat(s->source, path, true, &st) == 0)
		return true;
	return slash != NULL && make_folder(s, a, arena_strndup(a, path, (size_t)(slash - path))) &&
	       overlay_folder(s->source, path, 0755) == 0;
}

static bool put_library(struct dlwhy_session *s, struct arena *a, const struct elf_kind *k, const char *path,
			const char *soname)
{
	static const char musl[] = "musl libc"; /* the words that its loader is known by */
	unsigned char *buf = arena_alloc(a, ELF_EMPTY_SIZE);
	const char *slash = strrchr(path, '/');
	struct view bytes;

	if (slash == NULL || !make_folder(s, a, arena_strndup(a, path, (size_t)(slash - path))) ||
	    !elf_empty(buf, k->machine, k->is64, k->big_endian, k->flags, soname, &bytes))
		return false;
	if (strncmp(soname, "libc.musl-", 10) == 0) {
		memcpy(buf + bytes.n, musl, sizeof(musl));
		bytes.n += sizeof(musl);
	}
	return overlay_file(s->source, path, bytes, ELF_EMPTY_SIZE, 0755) == 0;
}

/* The first folder that such a loader searches for itself. By a store of its own: what a store has seen
 * absent stays so. */
static const char *default_folder(struct dlwhy_session *s, struct arena *a, const struct elf_kind *k,
				  const char *ld)
{
	struct store *store = store_new(s->source);
	struct world_options opt = { store, s->environ, NULL };
	const char *dir = NULL;
	struct world w;

	if (store != NULL &&
	    world_init(&w, &opt, k->machine, k->is64, k->big_endian, k->flags, ld, a, NULL) == DLWHY_OK &&
	    w.install.ndirs > 0)
		dir = arena_strdup(a, w.install.dirs[0]);
	store_free(store);
	return dir;
}

bool promised_kind(const struct wheel_tag *tag, struct elf_kind *out)
{
	*out = (struct elf_kind){ .machine = 0 };
	if (!wheel_tag_machine(tag->machine, &out->machine, &out->is64))
		return false;
	out->big_endian = out->machine == EM_S390 ||
			  (out->machine == EM_PPC64 && strcmp(tag->machine, "ppc64") == 0);
	out->flags = out->machine == EM_ARM     ? 0x400
		     : out->machine == EM_RISCV ? 4
		     : out->machine == EM_PPC64 ? 2
						: 0;
	return true;
}

bool promised_system(struct dlwhy_session *s, const struct wheel_tag *tag, struct arena *a)
{
	const char *ld, *name, *dir;
	struct elf_kind k;

	if (!promised_kind(tag, &k))
		return false;
	ld = session_loader(s, k.machine, k.is64, k.big_endian, k.flags, a);
	if (ld == NULL)
		return false;
	name = tag->musllinux ? arena_printf(a, "libc.musl-%s.so.1", tag->machine) : strrchr(ld, '/') + 1;
	if (!put_library(s, a, &k, ld, name))
		return false;
	dir = default_folder(s, a, &k, ld);
	if (dir == NULL)
		return false;
	for (size_t i = 0; (name = wheel_expected(tag, i)) != NULL; i++)
		if (!put_library(s, a, &k, arena_printf(a, "%s%s", dir, name), name))
			return false;
	s->opt.no_bind = true;
	return true;
}

const char *promised_words(struct arena *a, const struct wheel_tag *tag)
{
	return arena_printf(a,
			    "the system has the libraries that the tag %s lets it expect, with all "
			    "symbols: none of that kind is here",
			    tag->platform);
}
