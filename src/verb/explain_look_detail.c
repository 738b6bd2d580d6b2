/* explain_look_detail.c - what the files add to a cause that is known: its detail, its object. */
#include <string.h>

#include "diagnose/common.h"
#include "object/elfconst.h"
#include "verb/explain_look_near.h"

/* By default glibc keeps 1,664 bytes free for static TLS of libraries that come later, and tunables rarely
 * raise it: a block above this does not fit. */
enum { TLS_SURPLUS = 4096 };

static const struct elf *read_elf(const struct look *l, const char *path)
{
	const struct store_entry *en = path != NULL ? store_open(l->s->store, path) : NULL;

	return en != NULL && en->err == 0 && en->file->kind == FILE_ELF ? &en->file->elf : NULL;
}

/* The library is there; who needs it names no folder at all. */
static void search_path(struct look_case *c)
{
	const struct elf *e = read_elf(c->l, look_path(c->l, c->f->needed_by));

	if (e != NULL && e->rpath == NULL && e->runpath == NULL)
		c->f->detail = "no-rpath";
}

static void static_tls(struct look_case *c)
{
	const struct elf *e = read_elf(c->l, look_path(c->l, c->f->object));

	if (same_text(c->fact->speaker, "musl"))
		c->f->detail = "musl-initial-exec";
	else if (e != NULL && e->has_tls && e->tls.memsz > TLS_SURPLUS)
		c->f->detail = "too-large";
}

static bool exports_nothing(const struct elf *e)
{
	uint64_t n = elf_sym_count(e);

	for (uint64_t i = 1; i < n; i++) {
		struct elf_sym y;

		if (elf_sym(e, i, &y) && y.shndx != SHN_UNDEF && y.bind != STB_LOCAL)
			return false;
	}
	return true;
}

static bool is_needed(const struct elf *e, const char *name)
{
	for (size_t k = 0; k < e->nneeds; k++)
		if (same_text(e->needs[k].name, name))
			return true;
	return false;
}

/* What it was linked against is a stand-in, of which there is one around here: one that it needs, or, as
 * linkers drop what gives them nothing, the only one. */
static void stub(struct look_case *c)
{
	const struct elf *e = read_elf(c->l, look_path(c->l, c->f->object));
	struct near_files files = { NULL, 0, 0, false };

	if (e == NULL)
		return;
	near_walk(c->l, &files);
	for (size_t i = 0; i < files.n && i < NEAR_OPENED; i++) {
		const struct near_file *f = &files.items[i];
		const struct elf *lib = near_is_library(f->base) ? read_elf(c->l, f->path) : NULL;

		if (lib == NULL || (files.n > NEAR_FEW && !is_needed(e, f->base)) || !exports_nothing(lib))
			continue;
		c->f->detail = "stub-linked";
		look_evidence(c, f->path,
			      "exports nothing: it was linked against a stand-in for the real library");
		return;
	}
}

/* Which source was it that did not fit into memory: of the last command that compiles one. */
static void compiled(struct look_case *c)
{
	const struct msg_facts *in = c->l->facts;

	for (size_t i = in->ncommands; i > 0 && c->f->object == NULL; i--) {
		const struct msg_command *m = &in->commands[i - 1];

		for (size_t k = 1; k < m->argc && m->line <= c->fact->line; k++)
			if (*m->argv[k] != '-' && near_is_source(base_name(m->argv[k])))
				c->f->object = m->argv[k];
	}
}

void look_detail(struct look_case *c)
{
	const struct dlwhy_finding *f = c->f;

	if (same_text(f->code, "search-path") && f->detail == NULL)
		search_path(c);
	else if (same_text(f->code, "static-tls") && f->detail == NULL)
		static_tls(c);
	else if (same_text(f->code, "missing-symbol") &&
		 (f->detail == NULL || same_text(f->detail, "not-linked")))
		stub(c);
	else if (same_text(f->code, "out-of-memory") && f->object == NULL)
		compiled(c);
}
