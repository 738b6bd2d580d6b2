/* check.c - the verb `check`: what would the real loader do with each target?
 *
 * One open in a fresh process, or one start. The targets of a call share all parsed files and are
 * judged by several threads; the results are handed over in the order given.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "diagnose/diagnose.h"
#include "object/elfconst.h"
#include "verb/check.h"
#include "object/macho.h"
#include "verb/check_macho.h"
#include "verb/check_pe.h"
#include "verb/env_script.h"
#include "verb/host.h"
#include "verb/installed.h"
#include "verb/packages.h"
#include "verb/pid.h"
#include "verb/program.h"
#include "verb/prove.h"
#include "verb/prove_import.h"
#include "verb/py_process.h"
#include "verb/result.h"
#include "verb/session.h"

#define TARGET_MEMORY (1024u << 20) /* bytes that the analysis of one target may take */
#define BATCH 64                    /* targets judged between two rounds of hand-over */

struct job {
	struct dlwhy_session *s;
	const char *target;
	const char *path;        /* as the loader gets it; NULL until that is known */
	struct arena *a;
	struct dlwhy_result r;
	struct dlwhy_error err;
	struct host host;
	const char *host_assumes;
	const char *started;     /* what env starts of a script; NULL */
	const char *opener;      /* path of the program that opens it, NULL: the bare one */
	unsigned flags;          /* OPEN_* */
	size_t first_request;    /* of the open, in the trace */
	const char *before;      /* path of a library that the process has opened already, NULL */
	bool package;            /* for packages.c: when its turn comes */
	struct env_script env;   /* of a script that env starts */
	struct py_process *after; /* the process that has imported options.after, NULL */
};

/* ---- which file, and what is it? -------------------------------------------------------------- */

/* A name without '/' means a file of the working folder if there is one. */
static const char *target_path(struct job *j)
{
	struct os_stat st;

	if (strchr(j->target, '/') != NULL ||
	    source_stat(j->s->source, j->target, true, &st) != 0)
		return j->target;
	return arena_printf(j->a, "./%s", j->target);
}

static bool has_library_name(const char *path)
{
	const char *base = strrchr(path, '/');
	const char *so = strstr(base != NULL ? base + 1 : path, ".so");

	return so != NULL && (so[3] == '\0' || so[3] == '.');
}

/* A PIE or ET_EXEC is a program; an object with a SONAME is a library even with an interpreter. */
static bool is_program(const char *path, const struct store_file *f)
{
	const struct elf *e = &f->elf;

	if (f->st.type != OS_REGULAR)
		return false;
	if (f->kind == FILE_SCRIPT)
		return !has_library_name(path);
	if (f->kind != FILE_ELF || e->defect != ELF_OK || has_library_name(path))
		return false;
	if (e->type == ET_EXEC)
		return true;
	if (e->type != ET_DYN || e->soname != NULL)
		return false;
	return (e->dt[ELF_DT_FLAGS_1] & DF_1_PIE) != 0 || e->has_interp;
}

/* ---- pieces of the result ----------------------------------------------------------------------- */

static void set_platform(struct job *j, const struct world *w)
{
	j->r.platform.loader = loader_name(w->kind);
	j->r.platform.loader_version = w->install.version;
	j->r.platform.machine = elf_machine_name(w->machine);
	if (w->dyld != NULL) {
		j->r.platform.os = "macos";
		j->r.platform.machine = macho_cpu_name(w->dyld->cpu, 0);
	}
}

static void set_error(struct job *j)
{
	struct dlwhy_error *e = ARENA_NEW(j->a, struct dlwhy_error);

	*e = j->err;
	j->r.error = e;
	j->r.loads = DLWHY_UNKNOWN;
	j->r.certainty = DLWHY_LIKELY;
}

static void set_lines(struct job *j, const struct process *p, size_t from)
{
	j->r.loader_lines = p->trace.lines.items + from;
	j->r.nloader_lines = p->trace.lines.n - from;
}

/* ---- a program ---------------------------------------------------------------------------------- */

static void finish_program(struct job *j, const struct world *w, struct process *p,
			   const struct exec_result *x)
{
	const struct failure *f = result_failure(p);
	struct diagnose_input in = { .world = w, .process = p, .target = j->target,
				     .target_path = x->file->path, .is_program = true,
				     .exec = x, .root = p->program, .host = "the kernel",
				     .code = j->s->opt.code,
				     .opener = j->s->opt.no_bind ? NULL : p };

	set_platform(j, w);
	j->r.loads = f == NULL ? DLWHY_YES : DLWHY_NO;
	if (f != NULL && p->trace.lines.n > 0)
		j->r.loader_message = p->trace.lines.items[0];
	set_lines(j, p, f != NULL && p->trace.lines.n > 0 ? 1 : 0);
	result_objects(&j->r, &j->s->opt, p, p->program, j->a);
	result_findings(&j->r, &j->s->opt, &in, j->a);
}

/* How the loader calls the program: glibc by argv[0], which for a script is the interpreter; musl by
 * what was given to execve. */
static const char *program_name(const struct job *j, const struct world *w,
				const struct exec_result *x)
{
	if (j->env.name != NULL && x->nscripts == 1 && w->kind == LOADER_GLIBC)
		return j->env.name; /* env calls it as it was told to */
	return x->nscripts > 0 && w->kind == LOADER_GLIBC ? x->file->path : j->path;
}

static void start_program(struct job *j, const struct exec_result *x)
{
	const struct elf *e = &x->file->file->elf;
	const struct world *w = session_world(j->s, e->machine, e->is64, e->big_endian, e->flags,
					      e->interp, &j->err);
	const char *secure;

	if (w == NULL) {
		set_error(j);
		return;
	}
	if (j->env.name != NULL)
		j->started = x->file->path;
	secure = exec_secure(j->s->store, x->file, j->a);
	finish_program(j, w,
		       loader_start(w, j->a, x->file->path,
				   program_name(j, w, x), secure != NULL, j->flags),
		       x);
}

static void check_program(struct job *j)
{
	struct exec_result *x = ARENA_NEW(j->a, struct exec_result);
	struct diagnose_input in = { .target = j->target, .target_path = j->path,
				     .is_program = true, .exec = x, .store = j->s->store };

	j->r.is_program = true;
	exec_simulate(j->s->store, j->path, j->a, x);
	env_script_follow(j->s, j->a, x, &j->env);
	if (x->err != 0) {
		j->r.loads = DLWHY_NO;
		j->r.loader_message = x->message;
		j->r.loader_lines = &j->env.line;
		j->r.nloader_lines = j->env.line != NULL;
		j->r.platform.loader = "none";
		j->r.platform.machine = elf_machine_name(cpu_host_machine());
		result_findings(&j->r, &j->s->opt, &in, j->a);
	} else if (x->is_static) {
		j->r.loads = DLWHY_YES;
		j->r.platform.loader = "none";
		j->r.platform.machine = elf_machine_name(x->file->file->elf.machine);
		j->r.hint = "It is statically linked: the kernel starts it without any loader.";
	} else {
		start_program(j, x);
	}
}

/* ---- a library ---------------------------------------------------------------------------------- */

/* The Python that is taken for granted, if it is a module for one; else NULL. */
static const struct assumed_python *assumed_python(const struct job *j)
{
	bool is_python = j->host.family != NULL && strcmp(family_name(j->host.family), "Python") == 0;

	return is_python ? j->s->python : NULL;
}

/* A plug-in whose host is not here: what its family's programs define is taken for granted. */
static bool assume_family(struct job *j, struct process *p)
{
	const struct assumed_python *py = assumed_python(j);

	if (j->host.family == NULL || j->host.program != NULL ||
	    !host_assume(j->host.family, py != NULL ? py->minor : 0, &p->trace.failures))
		return false;
	j->host_assumes = arena_printf(j->a, "its host, %s, defines its own interface%s",
				       py != NULL ? py->words : family_name(j->host.family),
				       py != NULL ? "" : " and is not here");
	return true;
}

static const struct image *find_target(const struct process *p, const struct image *opened)
{
	if (opened != NULL)
		return opened;
	for (size_t i = 0; i < p->images.n; i++) {
		const struct image *im = p->images.items[i];

		if (!im->is_host && im->requester == NULL)
			return im;
	}
	return NULL;
}

static void finish_library(struct job *j, const struct world *w, struct process *p,
			   struct image *opened)
{
	bool assumed = opened == NULL && assume_family(j, p);
	const struct failure *f = result_failure(p);
	const struct image *target = find_target(p, opened);
	struct diagnose_input in = { .world = w, .process = p, .target = j->target,
				     .target_path = j->path, .root = target, .host = j->r.host,
				     .host_assumes = j->host_assumes,
				     .first_request = j->first_request,
				     .code = j->s->opt.code,
				     .opener = j->s->opt.no_bind ? NULL : p,
				     .imported = j->after != NULL ? &j->after->done : NULL };

	set_platform(j, w);
	j->r.loads = opened != NULL || (assumed && f == NULL) ? DLWHY_YES : DLWHY_NO;
	if (f != NULL && j->r.loads == DLWHY_NO)
		j->r.loader_message = f->message;
	set_lines(j, p, 0);
	result_objects(&j->r, &j->s->opt, p, target, j->a);
	result_findings(&j->r, &j->s->opt, &in, j->a);
}

static void say_already_loaded(struct job *j, const struct image *im)
{
	if (im == NULL || !im->is_host || j->r.hint != NULL)
		return;
	j->r.hint = arena_printf(j->a, "It is loaded already (%s): dlopen gives that copy, %s.",
				 im->later ? "the process has opened it" : "since the start",
				 im->name[0] != '\0' ? im->name : "the program");
}

static void open_target(struct job *j, const struct world *w, struct process *p)
{
	struct image *opened;

	j->first_request = p->trace.requests.n;
	opened = loader_open(p, j->path, j->flags);
	if (!j->s->opt.no_explain)
		loader_shadowed(p, j->first_request);
	if (j->s->process != NULL)
		pid_finish(j->s, p, j->path, &j->r.hint);
	say_already_loaded(j, opened);
	finish_library(j, w, p, opened);
}

/* It is not about the library at all: its program does not even start. */
static void say_no_start(struct job *j, const struct process *p, const char *program)
{
	if (program == NULL)
		return;
	if (p->trace.lines.n > 0) {
		j->r.loader_message = p->trace.lines.items[0];
		set_lines(j, p, 1);
	}
	j->r.hint = arena_printf(j->a,
				 "This is about the program: %s does not start, so %s is never opened.",
				 program, j->target);
}

/* What is there before the target: every CPython is linked with libm, and some asks for a library before. */
static void open_before(struct job *j, struct process *p)
{
	if (assumed_python(j) != NULL && p->w->kind == LOADER_GLIBC)
		(void)loader_open(p, "libm.so.6", j->flags | OPEN_GLOBAL);
	if (j->before != NULL)
		(void)loader_open(p, j->before, j->flags | OPEN_NO_BIND); /* judged by itself */
	for (size_t i = 0; i < p->images.n; i++)
		p->images.items[i]->is_host = true;
}

static bool is_absent(const struct job *j)
{
	struct os_stat st;

	return strchr(j->path, '/') != NULL && source_stat(j->s->source, j->path, true, &st) != 0;
}

/* In a root that has not even a libc: that there is no such file is what one wants to know first. */
static void say_absent(struct job *j, const struct world *w, const struct process *p)
{
	struct exec_result *x = ARENA_NEW(j->a, struct exec_result);
	struct diagnose_input in = { .target = j->target, .target_path = j->path, .exec = x,
				     .store = j->s->store };

	*x = (struct exec_result){ .err = ENOENT, .status = 127, .why = "it is not there" };
	set_platform(j, w);
	j->r.loads = DLWHY_NO;
	j->r.hint = arena_printf(j->a, "No program could load anything there either: %s is missing.",
				 result_failure(p)->object);
	result_findings(&j->r, &j->s->opt, &in, j->a);
}

static void open_in(struct job *j, const struct world *w, const char *program, bool secure)
{
	struct process *p = loader_start(w, j->a, program, program != NULL ? program : "program",
					secure, j->flags);

	if (result_failure(p) != NULL) {
		if (program == NULL && is_absent(j)) {
			say_absent(j, w, p);
			return;
		}
		finish_library(j, w, p, NULL);
		if (program == NULL)
			j->r.nloader_lines = 0; /* nobody prints them: there is no such program */
		say_no_start(j, p, program);
		return;
	}
	open_before(j, p);
	p->trace.failures.n = 0; /* what the host's lazy calls lack is not asked here */
	p->trace.lines.n = 0;
	open_target(j, w, p);
}

static const char *why_no_host(const struct exec_result *x)
{
	if (x->err == ENOENT && x->nscripts == 0 && x->file == NULL)
		return "there is no such program";
	if (x->err != 0 || x->file == NULL)
		return x->why;
	return x->file->file->elf.soname != NULL ? "it is a library itself"
						  : "it is statically linked";
}

static void open_in_program(struct job *j, const char *program)
{
	struct exec_result x;
	const struct elf *e;
	const struct world *w;

	program = program_behind_env(j->s, program_named(j->s, program, j->a), j->a);
	exec_simulate(j->s->store, program, j->a, &x);
	if (x.err != 0 || x.is_static || x.file == NULL) {
		err_set(&j->err, DLWHY_E_ARGUMENT, x.err, "%.200s cannot load libraries: %s", program,
			why_no_host(&x));
		set_error(j);
		return;
	}
	e = &x.file->file->elf;
	w = session_world(j->s, e->machine, e->is64, e->big_endian, e->flags, e->interp, &j->err);
	if (w == NULL) {
		set_error(j);
		return;
	}
	j->r.host = j->opener = program;
	if (x.nscripts > 0)
		j->r.host = arena_printf(j->a, "%s (%s)", program, x.file->path);
	if (j->host.program != NULL && j->host.fallback)
		j->r.host = arena_printf(j->a, "%s, %s", program, j->host.why);
	open_in(j, w, x.file->path, exec_secure(j->s->store, x.file, j->a) != NULL);
}

/* The bare program: of this machine; with `auto` of the file's own machine if its loader is here. */
static const struct world *bare_world(struct job *j, const struct store_file *f)
{
	bool is64, big_endian = false;
	uint16_t machine = session_machine(j->s, &is64, j->a);
	uint32_t eflags = machine == EM_ARM ? 0x400 : machine == EM_RISCV ? 4 : 0; /* hard float */
	const struct assumed_python *py = j->s->python; /* a package's tag says for what it is */
	const char *mode = j->s->opt.program;
	bool none = mode != NULL && strcmp(mode, "none") == 0;

	if (py != NULL && py->elf.machine != 0 && !none) {
		machine = py->elf.machine;
		is64 = py->elf.is64;
		big_endian = py->elf.big_endian;
		eflags = py->elf.flags;
	} else if (!none && f != NULL && f->kind == FILE_ELF && f->elf.defect == ELF_OK) {
		const struct elf *e = &f->elf;

		if (session_has_loader(j->s, e->machine, e->is64, e->big_endian, e->flags, j->a)) {
			machine = e->machine;
			is64 = e->is64;
			big_endian = e->big_endian;
			eflags = e->flags;
		}
	}
	return session_world(j->s, machine, is64, big_endian, eflags,
			     session_loader(j->s, machine, is64, big_endian, eflags, j->a),
			     &j->err);
}

/* Judged among its own kind, a foreign library may be fine; here it still needs such a program. */
static void say_foreign(struct job *j, const struct world *w, const struct store_file *f)
{
	bool is64;
	uint16_t machine = session_machine(j->s, &is64, j->a);

	if (w->machine == machine && w->is64 == is64)
		return;
	j->r.host = arena_printf(j->a, "a bare program for %s", elf_machine_name(w->machine));
	if (f == NULL || f->kind != FILE_ELF || f->elf.machine != w->machine)
		return;
	j->r.hint = arena_printf(j->a,
				 "It is made for %s: a program for %s cannot load it.",
				 elf_machine_name(w->machine), elf_machine_name(machine));
}

static void open_in_bare(struct job *j, const struct store_file *f)
{
	const struct world *w = bare_world(j, f);
	const struct assumed_python *py = assumed_python(j);

	if (w == NULL) {
		set_error(j);
		return;
	}
	j->r.host = "a bare program";
	say_foreign(j, w, f);
	if (j->host.family != NULL && j->host.program == NULL)
		j->r.host = arena_printf(j->a, "%s (%sits interface is assumed)",
					 py != NULL ? py->words : family_name(j->host.family),
					 py != NULL ? "" : "not here, ");
	open_in(j, w, NULL, false);
}

/* dlopen(FILE) by the program of a running process, as it is now. */
static void open_in_process(struct job *j)
{
	const struct session_process *sp = j->s->process;
	struct process *p = loader_attach(sp->world, j->a, &sp->live, sp->has_list ? &sp->list : NULL,
					  sp->why);

	j->r.host = sp->words;
	open_target(j, sp->world, p);
	if (!pid_holds(j->s)) {
		err_set(&j->err, DLWHY_E_IO, ESRCH, "process %ld ended while it was looked at",
			sp->live.pid);
		set_error(j);
	}
}

/* ---- a process that has imported a module ------------------------------------------------------- */

/* The process ended during the import: the target is never opened. */
static void say_died(struct job *j)
{
	const struct native_load *l = j->after->done.decisive;
	struct process *p = j->after->p;

	if (l != NULL)
		p->trace.failures = l->failures;
	finish_library(j, j->after->world, p, NULL);
	j->r.hint = arena_printf(j->a, "The process ends during import %s: %s is never opened.",
				 j->after->done.module, j->target);
}

/* What is said of the file is no surer than the import before it, which may not even come to its end. */
static void weaken(struct job *j, enum dlwhy_certainty c)
{
	if (c == DLWHY_LIKELY && j->r.certainty != DLWHY_LIKELY) {
		j->r.certainty = c;
		j->r.assumes = j->host_assumes;
	}
	if (j->after->done.e == NULL && j->after->done.im->unread && j->r.loads == DLWHY_YES)
		j->r.loads = DLWHY_UNKNOWN;
}

/* Whatever the import brought, and what it left of a module that did not come to its end, was there
 * before the target. */
static void open_after_import(struct job *j)
{
	struct process *p = j->after->p;
	enum dlwhy_certainty c;

	pyp_import(j->after, j->s->opt.after);
	c = imported_certainty(&j->after->done, &j->host_assumes);
	if (j->after->done.im->died) {
		say_died(j);
		return;
	}
	j->after->done.before = true;
	for (size_t i = 0; i < p->images.n; i++)
		p->images.items[i]->is_host = true;
	open_target(j, j->after->world, p);
	weaken(j, c);
}

static void open_after(struct job *j)
{
	struct py_process *pp = ARENA_NEW(j->a, struct py_process);

	if (pyp_open(j->s, j->a, j->flags & ~(unsigned)OPEN_GLOBAL, pp, &j->err) != DLWHY_OK) {
		set_error(j);
		return;
	}
	j->after = pp;
	j->opener = pp->home.executable;
	j->r.host = arena_printf(j->a, "%s (Python %s) after import %s", pp->home.executable,
				 pp->home.version, j->s->opt.after);
	if (pp->starts) {
		open_after_import(j);
	} else {
		finish_library(j, pp->world, pp->p, NULL);
		say_no_start(j, pp->p, pp->home.executable);
	}
	j->r.python = pyp_result(pp, pp->p, j->a);
}

/* Is the host that was found one of the loader that was asked for? */
static bool has_chosen_loader(struct job *j, const char *program)
{
	struct exec_result x;
	const struct world *w;
	const struct elf *e;

	if (j->s->opt.loader == NULL)
		return true;
	exec_simulate(j->s->store, program, j->a, &x);
	if (x.err != 0 || x.is_static || x.file == NULL)
		return false;
	e = &x.file->file->elf;
	w = session_world(j->s, e->machine, e->is64, e->big_endian, e->flags, e->interp, NULL);
	return w != NULL && strcmp(loader_name(w->kind), j->s->opt.loader) == 0;
}

static void check_library(struct job *j, struct store_file *f)
{
	const char *program = j->s->opt.program;
	bool automatic = program == NULL || strcmp(program, "auto") == 0;

	if (automatic && f != NULL && f->kind == FILE_ELF && f->elf.defect == ELF_OK)
		host_family(j->path, f, j->a, &j->host);
	if (j->host.family != NULL && assumed_python(j) == NULL)
		host_find(j->s, j->path, j->a, &j->host);
	if (j->host.program != NULL && !has_chosen_loader(j, j->host.program))
		j->host.program = NULL;
	if (j->host.program != NULL)
		open_in_program(j, j->host.program);
	else if (automatic || strcmp(program, "none") == 0)
		open_in_bare(j, f);
	else
		open_in_program(j, program);
}

/* ---- a file of macOS ---------------------------------------------------------------------------- */

static void start_mac(struct job *j, const struct world *w, const struct store_entry *en)
{
	struct exec_result *x = ARENA_NEW(j->a, struct exec_result);

	j->r.is_program = true;
	x->file = en;
	finish_program(j, w, loader_start(w, j->a, j->path, j->path, false, j->flags), x);
}

/* dyld judges it, whatever machine this is. */
static void check_mac(struct job *j, const struct store_entry *en)
{
	struct mac_case mac;

	j->r.platform = (struct dlwhy_platform){ "macos", "dyld", NULL, NULL };
	mac_case(j->s, j->path, en, j->a, &mac, &j->err);
	if (mac.world == NULL) {
		set_error(j);
		return;
	}
	if (mac.is_program && en != NULL) {
		start_mac(j, mac.world, en);
		return;
	}
	j->host.family = mac.family;
	j->opener = mac.program;
	j->r.host = mac.words;
	open_in(j, mac.world, mac.program, false);
}

static const struct dlwhy_proof *no_proof(struct arena *a)
{
	struct dlwhy_proof *out = ARENA_NEW(a, struct dlwhy_proof);

	out->says = "dyld is not here: it runs on a Mac alone";
	return out;
}

/* ---- one target, all targets -------------------------------------------------------------------- */

static void judge(void *ctx)
{
	struct job *j = ctx;
	const struct store_entry *en;

	j->r.verb = "check";
	j->r.target = j->target;
	j->r.platform.os = "linux";
	j->r.target_object = -1;
	if (j->path == NULL)
		j->path = target_path(j);
	en = strchr(j->path, '/') != NULL ? store_open(j->s->store, j->path) : NULL;
	if (check_pe_takes(j->s, j->path, has_library_name(j->path), en)) {
		if (!check_pe(j->s, j->path, en, j->flags, &j->r, j->a, &j->err))
			set_error(j);
	} else if (j->s->process != NULL)
		open_in_process(j);
	else if (j->s->opt.after != NULL)
		open_after(j);
	else if (is_mac_case(j->s, j->path, en))
		check_mac(j, en);
	else if (en != NULL && en->err == 0 && is_program(j->path, en->file))
		check_program(j);
	else
		check_library(j, en != NULL ? en->file : NULL);
	result_unbound(&j->r, &j->s->opt, j->a);
	if (j->s->opt.prove && is_mac_case(j->s, j->path, en))
		j->r.proof = no_proof(j->a);
	else if (j->s->opt.prove && j->after != NULL && j->after->done.im != NULL)
		prove_after(j->after, &j->r, j->path, j->a);
	else if (j->s->opt.prove)
		prove(j->s, &j->r, j->started != NULL ? j->started : j->path, j->opener,
		      j->host.family != NULL ? family_name(j->host.family) : NULL,
		      j->r.is_program, j->a);
}

void check_file(struct dlwhy_session *s, struct arena *a, const struct check_ask *ask,
		struct dlwhy_result *out)
{
	struct job *j = ARENA_NEW(a, struct job);

	*j = (struct job){ .s = s, .target = ask->target, .path = ask->path, .before = ask->before, .a = a };
	j->flags = (s->opt.no_bind ? OPEN_NO_BIND : 0) | (s->opt.global ? OPEN_GLOBAL : 0) |
		   (ask->alone && s->opt.threads != 1 ? OPEN_PARALLEL : 0);
	judge(j);
	if (ask->before != NULL)
		j->r.hint = arena_printf(a,
					 "It is loaded as a library that %s needs: alone it would not load.",
					 ask->before);
	*out = j->r;
}

static void run_job(void *ctx, unsigned worker, size_t i)
{
	struct job *j = (struct job *)ctx + i;

	(void)worker;
	if (j->package)
		return;
	if (j->a != NULL && arena_run(j->a, judge, j) == ARENA_OK)
		return;
	err_set(&j->err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory while %.100s was judged",
		j->target);
	memset(&j->r, 0, sizeof(j->r));
	j->r.verb = "check";
	j->r.target = j->target;
	j->r.platform.os = "linux";
	j->r.loads = DLWHY_UNKNOWN;
	j->r.error = &j->err;
	j->r.target_object = -1;
}

/* Judges targets [from, from+n) and hands the results over. */
static int run_batch(struct dlwhy_session *s, struct job *jobs, const char *const *targets,
		     size_t from, size_t n, dlwhy_on_result *on_result, void *user)
{
	struct dlwhy_result *results[BATCH];
	struct arena *lists = NULL;
	int stop = 0;

	for (size_t i = 0; i < n; i++) {
		jobs[i] = (struct job){ .s = s, .a = jobs[i].a };
		if (jobs[i].a == NULL)
			jobs[i].a = arena_new(TARGET_MEMORY);
		jobs[i].target = targets[from + i];
		jobs[i].package = packages_is_target(s, targets[from + i]);
		jobs[i].flags = (s->opt.no_bind ? OPEN_NO_BIND : 0) |
				(s->opt.global ? OPEN_GLOBAL : 0) |
				(n == 1 && s->opt.threads != 1 ? OPEN_PARALLEL : 0);
	}
	pool_run(n, s->opt.threads, run_job, jobs);
	for (size_t i = 0; i < n; i++)
		results[i] = &jobs[i].r;
	installed_name(s, &lists, results, n);
	for (size_t i = 0; i < n; i++) {
		if (stop == 0 && jobs[i].package)
			stop = packages_check(s, jobs[i].target, from + i, on_result, user);
		else if (stop == 0)
			stop = on_result(&jobs[i].r, from + i, user);
		if (jobs[i].a != NULL)
			arena_reset(jobs[i].a);
	}
	arena_free(lists);
	return stop;
}

static bool any_package(struct dlwhy_session *s, const char *const *targets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (packages_is_target(s, targets[i]))
			return true;
	return false;
}

enum dlwhy_code dlwhy_check(struct dlwhy_session *s, const char *const *targets,
			    size_t ntargets, dlwhy_on_result *on_result, void *user,
			    struct dlwhy_error *err)
{
	struct job *jobs;

	err_clear(err);
	for (size_t i = 0; i < ntargets; i++)
		if (targets[i] == NULL || *targets[i] == '\0')
			return err_set(err, DLWHY_E_ARGUMENT, 0, "the name of a target is empty");
	if (s->process != NULL && any_package(s, targets, ntargets))
		return err_set(err, DLWHY_E_ARGUMENT, 0, "a package does not go with a running process");
	if (s->opt.with != NULL && !any_package(s, targets, ntargets))
		return err_set(err, DLWHY_E_ARGUMENT, 0,
			       "other packages go with a package, and no target is one");
	jobs = calloc(BATCH, sizeof(*jobs));
	if (jobs == NULL)
		return err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory");
	for (size_t i = 0; i < ntargets; i += BATCH) {
		size_t n = ntargets - i < BATCH ? ntargets - i : BATCH;

		if (run_batch(s, jobs, targets, i, n, on_result, user) != 0)
			break;
	}
	for (size_t i = 0; i < BATCH; i++)
		arena_free(jobs[i].a);
	free(jobs);
	return DLWHY_OK;
}
