/* bounds.c - where the functions of the heap really lead, for the objects on the stack: read out of the
 * slots that the loader has filled. How a library was opened (RTLD_DEEPBIND) changes that, and nobody but
 * its caller knows.
 */
#include <elf.h>
#include <string.h>

#include "watch/target.h"

static const char *const names[] = { "malloc", "calloc", "realloc", "free", "_Znwm", "_Znam",
				     "_ZdlPv", "_ZdlPvm", "_ZdaPv", "_ZdaPvm" };

static const char *known_name(const char *s)
{
	for (size_t i = 0; s != NULL && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(s, names[i]) == 0)
			return names[i];
	return NULL;
}

static void add(struct target *t, struct watch_stack *out, const struct module *m, const char *name,
		uint64_t slot)
{
	const struct module *to;
	uint64_t value;

	if (out->nbounds == WATCH_BOUNDS || !target_word(t, m->object->bias + slot, &value) || value == 0)
		return;
	to = target_module(t, value);
	/* Not called yet: the slot leads to the object's own stub. */
	if (to != NULL && to != m)
		out->bounds[out->nbounds++] =
			(struct watch_bound){ m->object, to->object, name };
}

static void read_module(struct target *t, struct watch_stack *out, const struct module *m)
{
	struct elf_relocs r;
	struct elf_rel rel;
	const char *name;

	(void)elf_relocs_open(&m->elf, &r);
	for (int table = ELF_REL; table <= ELF_PLT; table++)
		for (uint64_t i = r.relative[table]; elf_reloc(&m->elf, &r, table, i, &rel); i++) {
			name = rel.sym != 0 ? known_name(elf_sym_name(&m->elf, rel.sym)) : NULL;
			if (name != NULL)
				add(t, out, m, name, rel.offset);
		}
}

void bounds_read(struct target *t, struct watch_stack *out)
{
	/* Reading them may add the modules that they lead to. */
	size_t n = t->nmodules;

	for (size_t i = 0; i < n; i++)
		if (t->modules[i].opened && !t->modules[i].object->loader)
			read_module(t, out, &t->modules[i]);
}
