/* audit.c - LD_AUDIT: libraries that watch the loader, each in a namespace of its own.
 *
 * Where upstream decides: load_audit_modules and load_audit_module in rtld.c. An entry that cannot
 * be loaded, or has no la_version, is a line on stderr, and the start goes on.
 */
#include "loader/audit.h"

#include <string.h>

#include "loader/process.h"
#include "object/elfconst.h"

static bool defines(void *ctx, uint64_t i)
{
	struct elf_sym s;

	return elf_sym(ctx, i, &s) && s.shndx != SHN_UNDEF && s.value != 0;
}

static bool has_entry_point(const struct image *im)
{
	const struct elf *e = &im->file->elf;
	struct elf_hash h;

	elf_hash_open(e, &h);
	return elf_hash_find(e, &h, "la_version", elf_gnu_hash("la_version"), defines,
			     (void *)(uintptr_t)e) != 0;
}

static void complain(struct process *p, const char *name, const char *why)
{
	*ARENA_PUSH(p->a, &p->trace.lines) = arena_printf(
		p->a, "ERROR: ld.so: object '%s' cannot be loaded as audit interface: %s; ignored.",
		name, why);
}

/* The module is opened as dlmopen does: in a process that holds nothing but the program. */
static void audit_one(struct process *p, const char *name)
{
	struct process *ns = process_new(p->w, p->a, p->argv0);
	struct image *im;

	if (p->secure && strchr(name, '/') != NULL)
		return;
	ns->secure = p->secure;
	ns->stack_exec = p->stack_exec;
	ns->program = process_add_image(ns, IMAGE_PROGRAM, p->program->file, "");
	ns->program->origin = p->program->origin;
	ns->loader = process_add_image(ns, IMAGE_LOADER, p->loader->file, p->loader->name);
	ns->loader->relocated = true;
	im = glibc_open(ns, name, OPEN_LAZY);
	if (im == NULL)
		complain(p, name,
			 ns->trace.failures.n > 0 && ns->trace.failures.items[0].string != NULL ?
				 ns->trace.failures.items[0].string :
				 "it kills the process");
	else if (!has_entry_point(im))
		complain(p, name, "undefined symbol: la_version");
	else
		process_assume(p, "the audit library in LD_AUDIT changes nothing");
}

void audit_all(struct process *p)
{
	const char *list = p->w->env.audit;

	while (list != NULL && *list != '\0') {
		size_t n = strcspn(list, ":");

		if (n > 0)
			audit_one(p, arena_strndup(p->a, list, n));
		list += n + (list[n] != '\0');
	}
}
