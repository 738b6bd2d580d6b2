/* run_crash.c - a death by a signal, explained: the stack that was seen, beside a simulated process
 * that has loaded the same.
 */
#include "verb/run_crash.h"

#include <string.h>

#include "diagnose/diagnose.h"
#include "object/elfconst.h"
#include "verb/result.h"

/* Where the libraries were that the process had closed. */
static void find_closed(const struct run_dead *dead, struct store *store, struct arena *a,
			struct diagnose_input *in)
{
	const struct watch_process *p = dead->seen;
	struct crash_closed *v;
	size_t n = 0;

	if (p == NULL)
		return;
	v = ARENA_ARRAY(a, p->objects.n + 1, struct crash_closed);
	for (size_t i = 0; i < p->objects.n; i++) {
		const struct watch_mapped *m = &p->objects.items[i];
		const struct store_entry *en;

		if (!m->closed || m->name[0] == '\0' || m->name[0] == '[')
			continue;
		en = store_open(store, m->name);
		if (en == NULL || en->err != 0 || en->file->kind != FILE_ELF ||
		    en->file->elf.defect != ELF_OK)
			continue;
		v[n++] = (struct crash_closed){ m->name, m->address,
						m->address + en->file->elf.load_end };
	}
	in->closed = v;
	in->nclosed = n;
}

static void set_platform(struct dlwhy_result *r, const struct world *w, uint16_t machine)
{
	r->platform.os = "linux";
	r->platform.loader = w != NULL ? loader_name(w->kind) : "none";
	r->platform.loader_version = w != NULL ? w->install.version : NULL;
	r->platform.machine = elf_machine_name(machine);
}

struct dlwhy_result *run_crash_explain(const struct dlwhy_session *s, const struct run_dead *dead,
				       struct arena *a)
{
	struct dlwhy_result *r = ARENA_NEW(a, struct dlwhy_result);
	const struct replay *rp = dead->replay;
	struct diagnose_input in = { .stack = dead->crash->stack, .is_program = true,
				     .store = s->store };
	struct diagnosis d;

	r->verb = "run";
	r->target = dead->seen != NULL && dead->seen->exe != NULL ? dead->seen->exe : "the program";
	r->host = arena_printf(a, "process %u, %s", dead->crash->pid, r->target);
	r->target_object = -1;
	r->is_program = true;
	r->loads = DLWHY_YES;
	in.target = in.target_path = r->target;
	if (rp != NULL && dead->seen != NULL) {
		struct process *p = replay_until(rp, dead->seen->loads.n, dead->outcomes, OPEN_LAZY);

		in.world = rp->w;
		in.process = p;
		in.exec = &rp->exec;
		in.root = p->program;
		in.store = rp->s.store;
		result_objects(r, &rp->s.opt, p, p->program, a);
	}
	set_platform(r, in.world, in.stack->machine);
	find_closed(dead, in.store, a, &in);
	diagnose(&in, a, &d);
	r->findings = d.findings;
	r->nfindings = d.nfindings;
	r->certainty = d.nfindings > 0 ? d.findings[0]->certainty : DLWHY_PROVED;
	r->hint = d.hint;
	return r;
}
