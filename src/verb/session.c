/* session.c - opening and closing a session; its worlds. */
#include "verb/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_watch.h"
#include "base/str.h"
#include "machine/windows.h"
#include "object/elfconst.h"
#include "python/foreign.h"
#include "source/pack.h"
#include "verb/pid.h"

#ifndef DLWHY_VERSION
#define DLWHY_VERSION "0.1.0"
#endif

#define SESSION_MEMORY (256u << 20) /* bytes for options and worlds: a cap, never reached */

const char *dlwhy_version(void)
{
	return DLWHY_VERSION;
}

const char *dlwhy_code_name(enum dlwhy_code code)
{
	static const char *const names[] = { "OK",      "E_ARGUMENT",    "E_NO_MEMORY", "E_IO",
					     "E_LIMIT", "E_UNSUPPORTED", "E_INTERNAL" };

	return (unsigned)code < sizeof(names) / sizeof(names[0]) ? names[code] : "E_INTERNAL";
}

const char *dlwhy_cpu_name(size_t i)
{
	return cpu_name_at(i);
}

void dlwhy_guard_mappings(void)
{
	os_guard_mappings();
}

void dlwhy_options_init(struct dlwhy_options *opt)
{
	memset(opt, 0, sizeof(*opt));
	opt->size = sizeof(*opt);
}

/* ---- the environment under study -------------------------------------------------------------- */

struct env_list {
	const char **items;
	size_t n, cap;
};

static void env_set(struct arena *a, struct env_list *l, const char *pair)
{
	size_t n = strcspn(pair, "=");

	for (size_t i = 0; i < l->n; i++)
		if (strncmp(l->items[i], pair, n) == 0 && l->items[i][n] == '=') {
			l->items[i] = arena_strdup(a, pair);
			return;
		}
	*ARENA_PUSH(a, l) = arena_strdup(a, pair);
}

static enum dlwhy_code base_env(struct dlwhy_session *s, struct env_list *l,
				struct dlwhy_error *err)
{
	const char *const *env = NULL;
	size_t n;
	int e;

	if (s->opt.env_of_pid != 0) {
		e = proc_environ(s->opt.env_of_pid, s->a, &env, &n);
		if (e != 0)
			return err_set(err, DLWHY_E_IO, e,
				       "cannot read the environment of process %ld: %s",
				       s->opt.env_of_pid, strerrordesc_np(e));
		for (size_t i = 0; i < n; i++)
			env_set(s->a, l, env[i]);
	} else if (!s->opt.clear_env && s->opt.root == NULL && s->opt.os == NULL) {
		for (env = os_environ(); env != NULL && *env != NULL; env++)
			env_set(s->a, l, *env);
	}
	return DLWHY_OK;
}

/* As if LD_PRELOAD began with these. */
static void add_preloads(struct dlwhy_session *s, struct env_list *l, const char *const *preload)
{
	const char *list = NULL;

	for (size_t i = 0; i < l->n; i++)
		if (strncmp(l->items[i], "LD_PRELOAD=", 11) == 0)
			list = l->items[i] + 11;
	for (size_t n = 0; preload != NULL; n++) {
		if (preload[n] != NULL)
			continue;
		while (n-- > 0)
			list = arena_printf(s->a, "%s%s%s", preload[n], list != NULL ? ":" : "",
					    list != NULL ? list : "");
		if (list != NULL)
			env_set(s->a, l, arena_printf(s->a, "LD_PRELOAD=%s", list));
		return;
	}
}

static enum dlwhy_code make_env(struct dlwhy_session *s, struct dlwhy_error *err)
{
	struct env_list l = { NULL, 0, 0 };
	enum dlwhy_code code = base_env(s, &l, err);

	for (const char *const *e = s->opt.env; code == DLWHY_OK && e != NULL && *e != NULL; e++) {
		if (strchr(*e, '=') == NULL || **e == '=')
			return err_set(err, DLWHY_E_ARGUMENT, 0,
				       "an environment setting is NAME=VALUE, not \"%.100s\"", *e);
		env_set(s->a, &l, *e);
	}
	add_preloads(s, &l, s->opt.preload);
	*ARENA_PUSH(s->a, &l) = NULL;
	s->environ = l.items;
	s->other_environ = s->opt.env != NULL || s->opt.preload != NULL || s->opt.clear_env ||
			   s->opt.env_of_pid != 0;
	return code;
}

const char *session_env(const struct dlwhy_session *s, const char *name)
{
	return str_env(s->environ, name);
}

void session_folder(const struct dlwhy_session *s, char *path, size_t size)
{
	static const char *const parents[] = { "/tmp", "/var/tmp", "/dev/shm" };
	const char *tmp = session_env(s, "TMPDIR");

	if (tmp != NULL && *tmp == '/' && os_private_folder(tmp, path, size) == 0)
		return;
	for (size_t i = 0; i < sizeof(parents) / sizeof(*parents); i++)
		if (os_private_folder(parents[i], path, size) == 0)
			return;
	path[0] = '\0';
}

/* ---- opening ---------------------------------------------------------------------------------- */

/* A running process has its program, its place and its environment already. */
static enum dlwhy_code check_pid(const struct dlwhy_options *o, struct dlwhy_error *err)
{
	const char *other = o->program != NULL ? "a program"
			    : o->root != NULL  ? "a root"
			    : o->env != NULL || o->clear_env || o->env_of_pid != 0 ?
						 "another environment"
			    : o->preload != NULL ? "preloads"
			    : o->after != NULL ? "an import before"
			    : o->cpu != NULL     ? "another processor"
			    : o->prove ? "a proof, which would have to run in it"
				       : NULL;

	if (o->pid < 0)
		return err_set(err, DLWHY_E_ARGUMENT, 0, "%ld is no number of a process", o->pid);
	if (o->pid != 0 && other != NULL)
		return err_set(err, DLWHY_E_ARGUMENT, 0,
			       "a running process is taken as it is: it does not go with %s", other);
	return DLWHY_OK;
}

/* The loader splits LD_PRELOAD at these, and nothing escapes them. */
static enum dlwhy_code check_preloads(const struct dlwhy_options *o, struct dlwhy_error *err)
{
	for (const char *const *p = o->preload; p != NULL && *p != NULL; p++)
		if (**p == '\0' || strpbrk(*p, " :") != NULL)
			return err_set(err, DLWHY_E_ARGUMENT, 0,
				       "\"%.100s\" cannot be preloaded: a name in LD_PRELOAD is not "
				       "empty and has no blank or colon",
				       *p);
	return DLWHY_OK;
}

static enum dlwhy_code check_mac(const struct dlwhy_options *o, struct dlwhy_error *err)
{
	unsigned release;

	if (o->macos != NULL && !dyld_release_of(o->macos, &release))
		return err_set(err, DLWHY_E_ARGUMENT, 0,
			       "\"%.60s\" is no release of macOS that is simulated: 12, 13, 14, 15 and 26 "
			       "are, with or without a minor number (15.4)",
			       o->macos);
	if (o->arch != NULL && strcmp(o->arch, "arm64") != 0 && strcmp(o->arch, "x86_64") != 0)
		return err_set(err, DLWHY_E_ARGUMENT, 0,
			       "the processor of a Mac is arm64 or x86_64, not \"%.60s\"", o->arch);
	if (o->loader != NULL && strcmp(o->loader, "dyld") != 0 && (o->macos != NULL || o->arch != NULL))
		return err_set(err, DLWHY_E_ARGUMENT, 0, "the loader %s is not one of macOS", o->loader);
	return DLWHY_OK;
}

/* "2.7", "3.4": does it name a Python whose search is known? */
static bool is_windows_python(const char *text)
{
	char *end;
	unsigned long minor;

	if (strcmp(text, "2.7") == 0)
		return true;
	if (strncmp(text, "3.", 2) != 0 || text[2] < '0' || text[2] > '9')
		return false;
	minor = strtoul(text + 2, &end, 10);
	return *end == '\0' && minor <= WINDOWS_NEWEST_PYTHON;
}

static enum dlwhy_code check_windows(const struct dlwhy_options *o, struct dlwhy_error *err)
{
	struct windows_choice choice;

	if (o->windows == NULL)
		return DLWHY_OK;
	if (!windows_chosen(o->windows, &choice))
		return err_set(err, DLWHY_E_ARGUMENT, 0,
			       "unknown Windows \"%.60s\"; known are 7, 8, 8.1, 10, 11, server2008r2, "
			       "server2012, server2012r2, server2016, server2019, server2022, server2025, "
			       "each also with +vcredist, +longpaths, +unsafesearch",
			       o->windows);
	if (o->loader != NULL && strcmp(o->loader, "windows") != 0)
		return err_set(err, DLWHY_E_ARGUMENT, 0, "the loader %s is not that of Windows", o->loader);
	if (o->macos != NULL || o->arch != NULL)
		return err_set(err, DLWHY_E_ARGUMENT, 0,
			       "a file is judged for Windows or for macOS, not for both");
	if (o->python != NULL && !is_windows_python(o->python))
		return err_set(err, DLWHY_E_ARGUMENT, 0,
			       "a Python of Windows is named by its release, 2.7 or 3.0 to 3.%d, not "
			       "\"%.60s\"",
			       WINDOWS_NEWEST_PYTHON, o->python);
	return DLWHY_OK;
}

/* A Python of another system, which is not here. */
static enum dlwhy_code check_foreign(const struct dlwhy_options *o, struct dlwhy_error *err)
{
	bool mac = o->os != NULL && strcmp(o->os, "macos") == 0;
	unsigned minor;

	if (o->os == NULL && o->python_version != NULL)
		return err_set(err, DLWHY_E_ARGUMENT, 0,
			       "the release of a Python is named together with another system (--os "
			       "windows); one that is here is named by --python 3.11");
	if (o->os == NULL)
		return DLWHY_OK;
	if (!mac && strcmp(o->os, "windows") != 0)
		return err_set(err, DLWHY_E_ARGUMENT, 0, "another system is windows or macos, not \"%.60s\"",
			       o->os);
	if (o->python_version != NULL && !py_foreign_version(o->python_version, &minor))
		return err_set(err, DLWHY_E_ARGUMENT, 0,
			       "\"%.60s\" is no release of Python that is followed: 3.8 and later are, "
			       "with or without a third number",
			       o->python_version);
	if (mac ? o->windows != NULL : o->macos != NULL || o->arch != NULL)
		return err_set(err, DLWHY_E_ARGUMENT, 0, "%s is asked for, and an option for %s was given",
			       o->os, mac ? "Windows" : "macOS");
	if (o->prove)
		return err_set(err, DLWHY_E_ARGUMENT, 0, "nothing of another system can be proved here");
	return DLWHY_OK;
}

static enum dlwhy_code check_options(const struct dlwhy_options *o, struct dlwhy_error *err)
{
	struct cpu cpu;
	struct os_stat st;
	int e;

	if (o->size < sizeof(o->size))
		return err_set(err, DLWHY_E_ARGUMENT, 0,
			       "the options were not prepared by dlwhy_options_init");
	if (o->loader != NULL && strcmp(o->loader, "glibc") != 0 && strcmp(o->loader, "musl") != 0 &&
	    strcmp(o->loader, "dyld") != 0 && strcmp(o->loader, "windows") != 0)
		return err_set(err, DLWHY_E_UNSUPPORTED, 0,
			       "the loader \"%.60s\" is not simulated in this version; glibc, "
			       "musl, dyld and windows are",
			       o->loader);
	if (check_mac(o, err) != DLWHY_OK || check_foreign(o, err) != DLWHY_OK ||
	    check_windows(o, err) != DLWHY_OK)
		return DLWHY_E_ARGUMENT;
	if (o->cpu != NULL && !cpu_named(o->cpu, &cpu))
		return err_set(err, DLWHY_E_ARGUMENT, 0,
			       "unknown processor \"%.60s\"; known are x86-64, x86-64-v2 to "
			       "x86-64-v4, haswell, skylake-avx512, znver3, aarch64; 'dlwhy help "
			       "check' lists them all",
			       o->cpu);
	e = o->root != NULL ? os_stat(o->root, true, &st) : 0;
	if (e != 0 || (o->root != NULL && st.type != OS_DIRECTORY && !pack_is_name(o->root)))
		return err_set(err, DLWHY_E_ARGUMENT, e, "the root \"%.150s\" %s", o->root,
			       e != 0 ? "cannot be opened" : "is not a folder");
	return check_pid(o, err) == DLWHY_OK ? check_preloads(o, err) : DLWHY_E_ARGUMENT;
}

/* NULL stays NULL. */
static const char *const *copy_list(struct arena *a, const char *const *list)
{
	const char **out;
	size_t n = 0;

	while (list != NULL && list[n] != NULL)
		n++;
	out = list != NULL ? ARENA_ARRAY(a, n + 1, const char *) : NULL;
	for (size_t i = 0; i < n; i++)
		out[i] = arena_strdup(a, list[i]);
	return out;
}

struct opening {
	struct dlwhy_session *s;
	const struct dlwhy_options *opt;
	struct dlwhy_error *err;
	enum dlwhy_code code;
};

/* The files of an image of a container are the system. */
static enum dlwhy_code open_image(struct dlwhy_session *s, struct dlwhy_error *err)
{
	struct source *machine = source_host(NULL);
	int e = machine != NULL ? pack_open(machine, machine, s->opt.root, &s->image) : ENOMEM;

	source_free(machine);
	if (e != 0)
		return err_set(err, e == ENOMEM ? DLWHY_E_NO_MEMORY : DLWHY_E_ARGUMENT, e,
			       "the root \"%.150s\" is no image that can be read", s->opt.root);
	if (s->image->kind != PACK_IMAGE)
		return err_set(err, DLWHY_E_ARGUMENT, 0,
			       "the root \"%.150s\" is neither a folder nor an image of a container",
			       s->opt.root);
	s->source = s->image->source;
	return DLWHY_OK;
}

static void open_session(void *ctx)
{
	struct opening *o = ctx;
	struct dlwhy_session *s = o->s;
	struct os_stat st;

	s->opt = *o->opt;
	s->opt.root = arena_copy(s->a, o->opt->root);
	s->opt.program = arena_copy(s->a, o->opt->program);
	s->opt.loader = arena_copy(s->a, o->opt->loader);
	s->opt.cpu = arena_copy(s->a, o->opt->cpu);
	s->opt.macos = arena_copy(s->a, o->opt->macos);
	s->opt.arch = arena_copy(s->a, o->opt->arch);
	s->opt.windows = arena_copy(s->a, o->opt->windows);
	s->opt.os = arena_copy(s->a, o->opt->os);
	s->opt.python_version = arena_copy(s->a, o->opt->python_version);
	s->opt.python = arena_copy(s->a, o->opt->python);
	s->opt.after = arena_copy(s->a, o->opt->after);
	s->opt.with = copy_list(s->a, o->opt->with);
	if (s->opt.pid != 0)
		o->code = pid_open(s, o->err);
	else if (s->opt.root != NULL && os_stat(s->opt.root, true, &st) == 0 && st.type == OS_REGULAR)
		o->code = open_image(s, o->err);
	else
		s->source = s->opt.root != NULL ? source_root(s->opt.root, NULL) : source_host(NULL);
	if (o->code != DLWHY_OK)
		return;
	s->store = s->source != NULL ? store_new(s->source) : NULL;
	if (s->store == NULL)
		o->code = err_set(o->err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory");
	else
		o->code = s->opt.pid != 0 ? pid_read(s, o->err) : make_env(s, o->err);
	s->opt.env = s->opt.preload = NULL; /* the caller's; what they said is in s->environ */
}

struct dlwhy_session *dlwhy_session_new(const struct dlwhy_options *opt, struct dlwhy_error *err)
{
	struct dlwhy_session *s;
	struct dlwhy_options all = { .size = 0 };
	struct opening o = { NULL, &all, err, DLWHY_OK };

	err_clear(err);
	/* A caller that was compiled against an older header has fewer members. */
	memcpy(&all, opt, opt->size < sizeof(all) ? opt->size : sizeof(all));
	if (check_options(&all, err) != DLWHY_OK)
		return NULL;
	s = calloc(1, sizeof(*s));
	if (s == NULL || (s->a = arena_new(SESSION_MEMORY)) == NULL) {
		free(s);
		err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory");
		return NULL;
	}
	pthread_mutex_init(&s->lock, NULL);
	o.s = s;
	if (arena_run(s->a, open_session, &o) != ARENA_OK)
		o.code = err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory");
	if (o.code != DLWHY_OK) {
		dlwhy_session_free(s);
		return NULL;
	}
	return s;
}

void dlwhy_session_free(struct dlwhy_session *s)
{
	if (s == NULL)
		return;
	if (s->store != NULL)
		store_free(s->store);
	if (s->image != NULL)
		pack_close(s->image);
	else if (s->source != NULL)
		source_free(s->source);
	arena_free(s->a);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* ---- worlds ----------------------------------------------------------------------------------- */

struct world_request {
	struct dlwhy_session *s;
	struct world_slot want;
	uint32_t eflags;
	struct world_slot *found;
};

static bool same_path(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static struct world_slot *find_world(struct dlwhy_session *s, const struct world_slot *want)
{
	struct world_slot *w = s->worlds;

	while (w != NULL && (w->machine != want->machine || w->is64 != want->is64 ||
			     w->big_endian != want->big_endian || w->mac != want->mac ||
			     !same_path(w->ld_path, want->ld_path)))
		w = w->next;
	return w;
}

static void make_world(void *ctx)
{
	struct world_request *r = ctx;
	struct dlwhy_session *s = r->s;
	struct world_options wo = { s->store, s->environ, s->opt.cpu };
	struct world_slot *w = ARENA_NEW(s->a, struct world_slot);

	*w = r->want;
	w->ld_path = arena_copy(s->a, r->want.ld_path);
	if (w->mac != 0)
		w->code = world_init_dyld(&w->world, &wo, s->opt.macos, w->mac, s->a, &w->err);
	else
		w->code = world_init(&w->world, &wo, w->machine, w->is64, w->big_endian, r->eflags,
				     w->ld_path, s->a, &w->err);
	w->next = s->worlds;
	s->worlds = w;
	r->found = w;
}

static const struct world *ask_world(struct world_request *r, struct dlwhy_error *err)
{
	struct dlwhy_session *s = r->s;
	enum arena_status st = ARENA_OK;

	pthread_mutex_lock(&s->lock);
	r->found = find_world(s, &r->want);
	if (r->found == NULL)
		st = arena_run(s->a, make_world, r);
	pthread_mutex_unlock(&s->lock);
	if (st != ARENA_OK) {
		err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory");
		return NULL;
	}
	if (r->found->code != DLWHY_OK) {
		if (err != NULL)
			*err = r->found->err;
		return NULL;
	}
	return &r->found->world;
}

const struct world *session_world(struct dlwhy_session *s, uint16_t machine, bool is64,
				  bool big_endian, uint32_t eflags, const char *ld_path,
				  struct dlwhy_error *err)
{
	struct world_request r = { .s = s, .eflags = eflags };

	r.want = (struct world_slot){ .machine = machine, .is64 = is64,
				      .big_endian = big_endian, .ld_path = ld_path };
	return ask_world(&r, err);
}

const struct world *session_mac(struct dlwhy_session *s, uint32_t cpu, struct dlwhy_error *err)
{
	struct world_request r = { .s = s, .want = { .mac = cpu } };

	return ask_world(&r, err);
}

static bool is_here(const struct dlwhy_session *s, const char *path)
{
	struct os_stat st;

	return path != NULL && source_stat(s->source, path, true, &st) == 0;
}

const char *session_loader(const struct dlwhy_session *s, uint16_t machine, bool is64,
			   bool big_endian, uint32_t eflags, struct arena *a)
{
	const char *glibc = glibc_ld_path(machine, is64, big_endian, eflags);
	const char *musl = musl_ld_path(machine, is64, big_endian, eflags, a);

	if (s->opt.loader != NULL)
		return strcmp(s->opt.loader, "musl") == 0 ? musl : glibc;
	return !is_here(s, glibc) && is_here(s, musl) ? musl : glibc;
}

bool session_has_loader(const struct dlwhy_session *s, uint16_t machine, bool is64,
			bool big_endian, uint32_t eflags, struct arena *a)
{
	return is_here(s, session_loader(s, machine, is64, big_endian, eflags, a));
}

uint16_t session_machine(const struct dlwhy_session *s, bool *is64, struct arena *a)
{
	static const uint16_t others[] = { EM_X86_64, EM_AARCH64, EM_386, EM_ARM, EM_PPC64,
					   EM_S390, EM_RISCV };
	static const uint32_t hard_float = 0x404; /* of ARM, and of RISC-V: double */
	uint16_t host = cpu_host_machine();

	*is64 = sizeof(void *) == 8;
	if (s->opt.root == NULL || session_has_loader(s, host, *is64, false, 0, a))
		return host;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		bool wide = others[i] != EM_386 && others[i] != EM_ARM;

		if (session_has_loader(s, others[i], wide, false, hard_float, a)) {
			*is64 = wide;
			return others[i];
		}
	}
	return host;
}
