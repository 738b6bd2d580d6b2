/* link_run.c - the parts of a link in their order. */
#include <string.h>

#include "build/link_macho.h"
#include "machine/machine.h"
#include "object/elfconst.h"

/* Is the output for the machine that this program runs on? Only then GNU ld looks where its loader looks. */
static bool is_native(const struct link *l)
{
#if defined(__x86_64__) || defined(__i386__)
	return l->machine == EM_X86_64 || l->machine == EM_386;
#elif defined(__aarch64__)
	return l->machine == EM_AARCH64;
#else
	return false;
#endif
}

static void read_conf(struct link *l)
{
	const char *const *dirs = NULL;
	size_t n = 0;

	if (l->kind != LINKER_BFD || !is_native(l))
		return;
	ldconf_read(l->source, "/etc/ld.so.conf", l->a, &dirs, &n);
	for (size_t i = 0; i < n; i++)
		*ARENA_PUSH(l->a, &l->conf) = dirs[i];
}

static const char *const no_input[] = {
	[LINKER_BFD] = LD_BFD_NO_INPUT,
	[LINKER_GOLD] = LD_GOLD_NO_INPUT,
	[LINKER_LLD] = LD_LLD_NO_INPUT,
	[LINKER_MOLD] = LD_MOLD_NO_INPUT,
};

static bool refuse_nothing(struct link *l)
{
	struct link_trouble *t;

	for (size_t i = 0; i < l->line->ops.n; i++)
		if (l->line->ops.items[i].kind == LINK_FILE || l->line->ops.items[i].kind == LINK_LIB)
			return false;
	t = link_trouble(l, LT_NOTHING, true);
	link_line_of(l, t, true, no_input[l->kind], l->self);
	l->stop = true;
	return true;
}

/* Why the output cannot be written: its folder is not there, or it is a folder itself. NULL: it can. */
static const char *output_error(struct link *l, const char *path)
{
	const char *dir = link_dir_of(l->a, path);
	struct os_stat st;

	if (*dir != '\0' && source_stat(l->source, dir, true, &st) != 0)
		return "No such file or directory";
	if (*dir != '\0' && st.type != OS_DIRECTORY)
		return "Not a directory";
	if (source_stat(l->source, path, true, &st) == 0 && st.type == OS_DIRECTORY)
		return "Is a directory";
	return NULL;
}

bool link_refuse_output(struct link *l)
{
	const char *path = l->line->output != NULL ? l->line->output : "a.out";
	const char *why = output_error(l, path);
	struct link_trouble *t;

	if (why == NULL)
		return false;
	t = link_trouble(l, LT_OUTPUT, true);
	t->path = path;
	t->detail = why;
	if (l->kind == LINKER_GOLD)
		link_line_of(l, t, true, LD_GOLD_OUTPUT, l->self, path, why);
	else if (l->kind == LINKER_MOLD) /* it writes into a file with a name of chance first */
		link_line_of(l, t, true, LD_MOLD_OUTPUT, *why == 'I' ? path :
			     arena_printf(l->a, "%s/.mold-XXXXXX", link_dir_of(l->a, path)), why);
	else
		link_line_of(l, t, true, l->kind == LINKER_LLD ? LD_LLD_OUTPUT : LD_BFD_OUTPUT, l->self,
			     path, why);
	l->stop = true;
	return true;
}

/* Shared objects and archives alone make no output. */
static bool refuse_no_object(struct link *l)
{
	struct link_trouble *t;

	for (size_t i = 0; i < l->objects.n; i++)
		if (l->objects.items[i]->kind != LINK_DSO)
			return false;
	if (l->archives.n > 0)
		return false;
	t = link_trouble(l, LT_NOTHING, true);
	link_line_of(l, t, true, LD_MOLD_NO_INPUT, l->self);
	return true;
}

/* The text of a warning that has become an error: lld and mold say "error" then, gold a line of its own. */
static void harden(struct link *l, struct link_trouble *t)
{
	static const char warning[] = ": warning: ", undefined[] = "undefined reference";
	const char *p = strstr(t->message, l->kind == LINKER_BFD ? undefined : warning);

	t->error = l->failed = true;
	if (l->kind == LINKER_GOLD) {
		t->message = NULL;
		link_line_of(l, t, true, LD_GOLD_FATAL_WARNINGS, l->self);
	} else if (p != NULL && l->kind == LINKER_BFD) {
		t->message = arena_printf(l->a, "%.*swarning: %s", (int)(p - t->message), t->message, p);
	} else if (p != NULL) {
		t->lines = arena_printf(l->a, "%.*s: error: %s", (int)(p - t->message), t->message,
					p + strlen(warning));
		t->message = t->lines;
	}
}

/* --fatal-warnings: what was only a warning ends the link. */
static void end_in_warning(struct link *l)
{
	for (size_t i = 0; i < l->troubles.n && l->line->fatal_warnings && !l->failed; i++) {
		struct link_trouble *t = l->troubles.items[i];

		if (!t->error && t->message != NULL &&
		    (t->kind == LT_UNDEFINED || strstr(t->message, ": warning: ") != NULL))
			harden(l, t);
	}
}

void link_run(struct link *l, struct arena *a, struct store *store, const struct link_plan *plan,
	      const struct link_line *line, const char *const *env)
{
	memset(l, 0, sizeof(*l));
	l->a = a;
	l->store = store;
	l->source = store_source(store);
	l->plan = plan;
	l->line = line;
	l->env = env;
	l->kind = plan->kind;
	l->self = plan->self;
	table_init(&l->syms, a);
	table_init(&l->groups, a);
	table_init(&l->said, a);
	table_init(&l->visited, a);
	if (link_is_macho(plan)) {
		link_macho_run(l);
		return;
	}
	if (link_refuse_words(l))
		return;
	if (refuse_nothing(l))
		return;
	if (l->kind == LINKER_BFD && link_refuse_output(l))
		return;
	link_read_version_script(l);
	if (l->stop)
		return;
	link_load_all(l);
	if (l->stop || (l->kind == LINKER_LLD && link_refuse_output(l)))
		return;
	if (link_is_pe(l)) {
		link_coff_import_rest(l);
	} else {
		l->is_native = is_native(l);
		read_conf(l);
	}
	link_resolve_late(l);
	if (l->bitcode && !l->stop) /* nobody knows what else is asked for */
		return;
	if (l->kind == LINKER_MOLD && !l->stop && refuse_no_object(l))
		return;
	if (l->kind == LINKER_BFD && !l->stop && !link_is_pe(l))
		link_closure(l);
	if (!l->stop)
		link_check(l);
	if (l->kind == LINKER_MOLD && !l->failed)
		link_refuse_output(l);
	end_in_warning(l);
}

void link_close(struct link *l)
{
	for (size_t i = 0; i < l->opened.n; i++)
		elf_close(l->opened.items[i]);
	l->opened.n = 0;
}
