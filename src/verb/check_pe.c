/* check_pe.c - `check` for files of Windows: who loads it, one start or one open, the findings. */
#include "verb/check_pe.h"

#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "object/elf.h"
#include "verb/pe_host.h"
#include "verb/result.h"

bool check_pe_takes(const struct dlwhy_session *s, const char *path, bool for_elf,
		    const struct store_entry *en)
{
	const struct store_file *f = en != NULL && en->err == 0 ? en->file : NULL;

	if (s->process != NULL || s->opt.after != NULL)
		return false;
	if (s->opt.loader != NULL)
		return strcmp(s->opt.loader, "windows") == 0;
	if (for_elf || (f != NULL && f->kind == FILE_ELF))
		return false;
	if (f != NULL && f->kind == FILE_PE)
		return true;
	return str_ends_nocase(path, ".dll") || str_ends_nocase(path, ".pyd") ||
	       (f != NULL && str_ends_nocase(path, ".exe"));
}

static bool is_program(const char *path, const struct store_entry *en)
{
	if (en != NULL && en->err == 0 && en->file->kind == FILE_PE && en->file->pe.defect == PE_OK)
		return !en->file->pe.is_dll;
	return str_ends_nocase(path, ".exe");
}

/* Is the program that was named, if one was, one of Windows? */
static bool has_program(struct dlwhy_session *s, struct dlwhy_error *err)
{
	const char *program = s->opt.program;
	const struct store_entry *en;

	if (program == NULL || strcmp(program, "auto") == 0 || strcmp(program, "none") == 0)
		return true;
	en = store_open(s->store, program);
	if (en != NULL && en->err == 0 && en->file->kind == FILE_PE && !en->file->pe.is_dll)
		return true;
	err_set(err, DLWHY_E_ARGUMENT, en != NULL ? en->err : 0,
		"%.200s cannot load libraries of Windows: it is %s", program,
		en == NULL || en->err != 0 ? "not there" : "no program for Windows");
	return false;
}

static const struct image *find_target(const struct process *p, const struct image *opened)
{
	for (size_t i = 0; opened == NULL && i < p->images.n; i++) {
		const struct image *im = p->images.items[i];

		if (!im->is_host && im->requester == NULL && im->kind == IMAGE_LIBRARY)
			return im;
	}
	return opened;
}

bool check_pe(struct dlwhy_session *s, const char *path, const struct store_entry *en, unsigned flags,
	      struct dlwhy_result *r, struct arena *a, struct dlwhy_error *err)
{
	struct world *w = ARENA_NEW(a, struct world);
	struct pe_host *h = ARENA_NEW(a, struct pe_host);
	struct diagnose_input in = { .world = w, .target = r->target, .target_path = path };
	const struct failure *f;
	struct process *p;
	const struct image *target = NULL;

	r->platform = (struct dlwhy_platform){ "windows", "windows", NULL, NULL };
	if (!has_program(s, err))
		return false;
	r->is_program = in.is_program = is_program(path, en);
	pe_host_find(s, path, en, r->is_program, a, h);
	if (s->start_failed) /* nothing was missing there, so they are installed */
		h->world.vcredist = true;
	world_windows(w, s->store, &h->world);
	p = loader_start(w, a, r->is_program ? path : NULL, path, false, flags);
	if (!r->is_program) {
		in.first_request = p->trace.requests.n;
		target = loader_open(p, path, flags);
	}
	in.process = p;
	in.root = target = r->is_program ? p->program : find_target(p, target);
	in.host = r->host = h->words;
	in.host_assumes = h->assumes;
	in.start_failed = s->start_failed;
	f = result_failure(p);
	r->platform = (struct dlwhy_platform){ "windows", loader_name(w->kind), h->world.release->name,
					       elf_machine_name(w->machine) };
	r->loads = f == NULL ? DLWHY_YES : DLWHY_NO;
	r->loader_message = f != NULL ? f->message : NULL;
	result_objects(r, &s->opt, p, target, a);
	result_findings(r, &s->opt, &in, a);
	return true;
}
