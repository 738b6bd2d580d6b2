/* world.c - the machine as one kind of program sees it: its loader, cache, processor, variables. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "loader/loader.h"
#include "object/elfconst.h"

/* Surplus of the static TLS area, in bytes (dl-tls.c: _dl_tls_static_surplus_init). */
#define SURPLUS_NAMESPACES 4
#define SURPLUS_LIBC 192
#define SURPLUS_OTHER 144
#define SURPLUS_OPTIONAL 512

static const char *env_copy(struct arena *a, const char *const *environ, const char *name)
{
	const char *s = str_env(environ, name);

	return s != NULL ? arena_strdup(a, s) : NULL;
}

static void read_env(struct world *w, const char *const *environ, struct arena *a)
{
	const char *now = str_env(environ, "LD_BIND_NOW");

	w->env.library_path = env_copy(a, environ, "LD_LIBRARY_PATH");
	w->env.preload = env_copy(a, environ, "LD_PRELOAD");
	w->env.audit = env_copy(a, environ, "LD_AUDIT");
	w->env.tunables = env_copy(a, environ, "GLIBC_TUNABLES");
	w->env.path = env_copy(a, environ, "PATH");
	w->env.bind_now = now != NULL && *now != '\0';
	w->env.dynamic_weak = str_env(environ, "LD_DYNAMIC_WEAK") != NULL;
}

/* The value of a tunable in "a=1:b=2"; `def` if it is not set. The last one wins. What is outside
 * the bounds does not count, nor, from 2.39 on, what has anything behind the number. */
static uint64_t tunable(const struct world *w, const char *s, const char *name, uint64_t min,
			uint64_t max, uint64_t def)
{
	size_t n = strlen(name);
	uint64_t value = def;

	while (s != NULL && *s != '\0') {
		char *end;

		if (strncmp(s, name, n) == 0 && s[n] == '=') {
			unsigned long long v = strtoull(s + n + 1, &end, 0);

			if (v >= min && v <= max && end != s + n + 1 &&
			    (*end == ':' || *end == '\0' || world_minor(w) < 39))
				value = v;
		}
		s = strchr(s, ':');
		s = s != NULL ? s + 1 : NULL;
	}
	return value;
}

/* Upstream: __tunables_init; a set-user-ID program takes none (security level SXID_ERASE, and from
 * 2.39 on by design). */
static void read_tunables(const struct world *w, const char *text, struct tunables *t)
{
	uint64_t nns = SURPLUS_NAMESPACES, optional = SURPLUS_OPTIONAL;
	int minor = world_minor(w);

	if (minor >= 33) {
		nns = tunable(w, text, "glibc.rtld.nns", 1, 16, nns);
		optional = tunable(w, text, "glibc.rtld.optional_static_tls", 0, UINT64_MAX, optional);
	}
	t->tls_surplus = (nns - 1) * SURPLUS_LIBC + nns * SURPLUS_OTHER + optional;
	t->tls_optional = minor >= 32 ? optional : t->tls_surplus;
	t->old_sort = minor >= 35 && tunable(w, text, "glibc.rtld.dynamic_sort", 1, 2, 2) == 1;
	t->exec_stack = minor >= 41 ? (int)tunable(w, text, "glibc.rtld.execstack", 0, 2, 1) : 1;
}

static uint32_t kernel_number(void)
{
	char *release = os_kernel_release();
	char *s = release;
	uint32_t v = 0;

	for (int i = 0; i < 3 && s != NULL && *s >= '0' && *s <= '9'; i++) {
		unsigned long part = strtoul(s, &s, 10);

		v |= (uint32_t)(part > 255 ? 255 : part) << (16 - 8 * i);
		s = *s == '.' ? s + 1 : NULL;
	}
	free(release);
	return v;
}

static void read_cpu(struct world *w, const char *name, struct arena *a)
{
	if (name != NULL && cpu_named(name, &w->cpu)) {
		w->cpu.assumed = true;
		w->assumes = arena_printf(a, "a processor of the kind %s", name);
	} else if (cpu_host_machine() == w->machine) {
		cpu_host(&w->cpu);
	} else {
		cpu_assumed(w->machine, &w->cpu);
		w->assumes = "an ordinary processor of that machine type";
	}
}

static void read_cache(struct world *w, struct arena *a)
{
	const struct store_entry *en = store_open(w->store, w->install.cache_path);

	if (en == NULL || en->err != 0 || en->file->st.type != OS_REGULAR) {
		w->cache_why = en != NULL && en->err == 0 ? "no regular file" : "absent";
		return;
	}
	w->cache = ldcache_open(en->file->bytes, w->big_endian, a, &w->cache_why);
	if (w->cache != NULL)
		w->cache_why = NULL;
}

static enum dlwhy_code check_loader(const struct world *w, struct dlwhy_error *err)
{
	if (w->ld_path == NULL)
		return err_set(err, DLWHY_E_UNSUPPORTED, 0,
			       "no loader is known for the machine type %u", w->machine);
	return DLWHY_OK;
}

/* ---- musl ------------------------------------------------------------------------------------ */

/* What the file says counts; where it is not there, its name. */
static bool is_musl(const struct world *w)
{
	const char *slash = strrchr(w->ld_path, '/');

	if (w->install.found)
		return w->install.is_musl;
	return strncmp(slash != NULL ? slash + 1 : w->ld_path, "ld-musl-", 8) == 0;
}

/* Whoever asks for the default folders or the release need not know whose they are. */
static void share_install(struct world *w)
{
	w->install.version = w->musl.version;
	w->install.version_from = w->musl.version_from;
	w->install.dirs = w->musl.dirs;
	w->install.ndirs = w->musl.ndirs;
	w->install.dirs_assumed = w->musl.dirs_assumed;
	w->install.major = w->musl.major;
	w->install.minor = w->musl.minor;
	w->install.lib = "lib";
}

static void read_musl(struct world *w, struct arena *a)
{
	w->kind = LOADER_MUSL;
	musl_install_read(w->store, w->ld_path, a, &w->musl);
	share_install(w);
	w->cache_why = "musl has none";
	w->assumes = NULL; /* musl asks no processor */
	if (!w->musl.found)
		w->assumes = arena_printf(a, "there is no loader %s to take the rules from",
					  w->ld_path);
	else if (w->musl.version == NULL)
		w->assumes = "the loader does not say which release of musl it is";
	if (w->musl.version == NULL) { /* the rules of a current release */
		w->musl.major = 1;
		w->musl.minor = 2;
		w->musl.patch = 5;
	}
}

/* ---- glibc ----------------------------------------------------------------------------------- */

static void read_glibc(struct world *w, struct arena *a)
{
	read_tunables(w, w->env.tunables, &w->tunables);
	read_tunables(w, NULL, &w->defaults);
	if (!w->install.found)
		w->assumes = arena_printf(a, "there is no loader %s to take the rules from",
					  w->ld_path);
	else if (w->install.version == NULL)
		w->assumes = "the loader does not say which release of glibc it is";
	if (w->install.version == NULL) { /* the rules of a current release */
		w->install.major = 2;
		w->install.minor = 36;
	}
	read_cache(w, a);
	hwcaps_subdirs(world_minor(w), &w->cpu, a, &w->subdirs, &w->nsubdirs);
}

enum dlwhy_code world_init(struct world *w, const struct world_options *opt, uint16_t machine,
			   bool is64, bool big_endian, uint32_t eflags, const char *ld_path,
			   struct arena *a, struct dlwhy_error *err)
{
	memset(w, 0, sizeof(*w));
	w->store = opt->store;
	w->source = store_source(opt->store);
	w->is_host = source_is_host(w->source);
	w->machine = machine;
	w->is64 = is64;
	w->big_endian = big_endian;
	w->eflags = eflags;
	w->ld_path = ld_path != NULL ? ld_path : glibc_ld_path(machine, is64, big_endian, eflags);
	if (w->ld_path != NULL)
		glibc_install_read(w->store, w->ld_path, machine, is64, a, &w->install);
	if (check_loader(w, err) != DLWHY_OK)
		return DLWHY_E_UNSUPPORTED;
	read_env(w, opt->environ, a);
	read_cpu(w, opt->cpu, a);
	w->kernel = kernel_number();
	w->page = cpu_host_machine() == machine ? (uint64_t)os_page_size() : 4096;
	w->memory = os_total_memory();
	if (is_musl(w))
		read_musl(w, a);
	else
		read_glibc(w, a);
	return DLWHY_OK;
}
