/* diagnose.c - from failures in the loader's order to ranked findings. */
#include "diagnose/common.h"
#include "diagnose/dyld.h"

#include <string.h>

#include "symbol/demangle.h"

/* ---- which family writes about which failure ---------------------------------------------- */

static void dispatch(struct diag *d, size_t i)
{
	if (d->w != NULL && d->w->kind == LOADER_DYLD) {
		d_dyld(d, i);
		return;
	}
	if (d->w != NULL && d->w->kind == LOADER_WINDOWS) {
		d_windows(d, i);
		return;
	}
	switch (d->t->failures.items[i].kind) {
	case FAIL_NOT_FOUND:
	case FAIL_WRONG_CLASS:
	case FAIL_TOKEN: d_search(d, i); break;
	case FAIL_CANDIDATE:
	case FAIL_MAP: d_file(d, i); break;
	case FAIL_VERSION:
	case FAIL_VERSION_RECORD:
	case FAIL_RELR_MARKER: d_version(d, i); break;
	case FAIL_SYMBOL: d_symbol(d, i); break;
	case FAIL_STATIC_TLS: d_tls(d, i); break;
	case FAIL_EXEC_STACK:
	case FAIL_ISA:
	case FAIL_RELOC_TYPE:
	case FAIL_AUDIT: d_machine(d, i); break;
	case FAIL_IFUNC:
	case FAIL_ASSERTION:
	case FAIL_SIGNAL: d_abort(d, i); break;
	case FAIL_EXEC: d_exec(d, i); break;
	}
}

/* ---- drafts become what callers read ------------------------------------------------------ */

static void finish_evidence(struct diag *d, struct draft *dr)
{
	if (dr->left_out > 0) {
		struct dlwhy_evidence *e = ARENA_NEW(d->a, struct dlwhy_evidence);

		e->kind = "fact";
		e->object = -1;
		e->offset = e->size = e->line = -1;
		e->says = arena_printf(d->a, "and %zu more", dr->left_out);
		*ARENA_PUSH(d->a, &dr->evidence) = e;
	}
	for (size_t i = 0; i < dr->evidence.n; i++) {
		struct dlwhy_evidence *e = dr->evidence.items[i];

		if (strcmp(e->kind, "symbol") == 0 && e->value != NULL)
			e->demangled = demangle(d->a, e->value);
	}
	dr->f.evidence = (const struct dlwhy_evidence *const *)dr->evidence.items;
	dr->f.nevidence = dr->evidence.n;
}

static void finish_fixes(struct diag *d, struct draft *dr)
{
	const struct dlwhy_fix **v = ARENA_ARRAY(d->a, dr->fixes.n + 1, const struct dlwhy_fix *);

	for (size_t i = 0; i < dr->fixes.n; i++) {
		struct fix *f = dr->fixes.items[i];

		f->f.commands = (const char *const *)f->commands.items;
		f->f.ncommands = f->commands.n;
		f->f.edits = (const struct dlwhy_edit *const *)f->edits.items;
		f->f.nedits = f->edits.n;
		v[i] = &f->f;
	}
	dr->f.fixes = v;
	dr->f.nfixes = dr->fixes.n;
}

static const struct dlwhy_finding *finish(struct diag *d, struct draft *dr)
{
	finish_evidence(d, dr);
	finish_fixes(d, dr);
	dr->f.also = (const struct dlwhy_also *const *)dr->also.items;
	dr->f.nalso = dr->also.n;
	if (dr->f.symbol != NULL)
		dr->f.demangled = demangle(d->a, dr->f.symbol);
	if (dr->f.summary == NULL)
		dr->f.summary = dlwhy_cause_at((size_t)dr->cause)->meaning;
	dr->f.fingerprint = fingerprint(d->a, dr->f.code, dr->f.detail, dr->f.object, dr->f.symbol,
					dr->version);
	return &dr->f;
}

/* Without a finding the verdict rests on what the simulation and the choice of host rest on. */
static enum dlwhy_certainty overall(const struct diag *d)
{
	if (d->drafts.n > 0 && d->drafts.items[0]->f.severity == DLWHY_ERROR)
		return d->drafts.items[0]->f.certainty;
	if ((d->t != NULL && d->t->assumes != NULL) || d->in->host_assumes != NULL ||
	    (d->w != NULL && d->w->assumes != NULL))
		return DLWHY_PREDICTED;
	return DLWHY_PROVED;
}

enum dlwhy_certainty diagnose_certainty(const struct diagnose_input *in)
{
	struct diag d = { .in = in, .w = in->world };
	const struct failure_list *l;

	d.t = in->process != NULL ? &in->process->trace : NULL;
	l = d.t != NULL ? &d.t->failures : NULL;
	return l != NULL && l->n > 0 && l->items[0].assumes != NULL ? DLWHY_PREDICTED : overall(&d);
}

static bool fails_at_once(const struct diag *d)
{
	for (size_t i = 0; d->t != NULL && i < d->t->failures.n; i++)
		if (!d->t->failures.items[i].lazy)
			return true;
	return false;
}

void diagnose_failures(struct diag *d)
{
	size_t n = d->t != NULL ? d->t->failures.n : 0;

	if (d->in->stack != NULL) {
		d_crash(d);
		return;
	}
	if (d->in->exited_early) {
		d_early_exit(d);
		return;
	}
	if (d->in->start_failed && !fails_at_once(d)) {
		d_windows_start(d);
		return;
	}
	d->taken = ARENA_ARRAY(d->a, n + 1, bool);
	for (size_t i = 0; i < n && d->drafts.n < MAX_FINDINGS; i++) {
		if (d->taken[i])
			continue;
		d->taken[i] = true;
		dispatch(d, i);
	}
}

static void write_drafts(struct diag *d)
{
	size_t n = d->t != NULL ? d->t->failures.n : 0;

	diagnose_failures(d);
	if (d->w != NULL && d->w->kind == LOADER_DYLD)
		d_dyld_images(d);
	d_import(d);
	if (d->w != NULL && (d->w->kind == LOADER_DYLD || d->w->kind == LOADER_WINDOWS))
		return; /* all others look into ELF files */
	if (n == 0 && d->in->exec != NULL && d->in->exec->err != 0)
		d_exec(d, SIZE_MAX);
	if (d->t != NULL)
		d_preloads(d);
	if (d->t != NULL)
		d_conflict(d);
	if (n == 0 && d->in->imported == NULL)
		d_python(d);
	if (d->t != NULL && !d->in->is_program && (d->in->imported == NULL || d->in->root != NULL))
		d_present(d);
	if (d->t != NULL) {
		d_isa_notes(d);
		d_code(d);
		d_opens(d);
	}
}

void diagnose_finish(struct diag *d, struct diagnosis *out)
{
	const struct dlwhy_finding **v = ARENA_ARRAY(d->a, d->drafts.n + 1, const struct dlwhy_finding *);

	for (size_t i = 0; i < d->drafts.n; i++)
		v[i] = finish(d, d->drafts.items[i]);
	out->findings = v;
	out->nfindings = d->drafts.n;
	out->certainty = overall(d);
	out->hint = d->hint;
	out->opens = (const struct dlwhy_open *const *)d->opens.items;
	out->nopens = d->opens.n;
}

void diagnose(const struct diagnose_input *in, struct arena *a, struct diagnosis *out)
{
	struct diag d = { .in = in, .w = in->world, .p = in->process, .a = a };

	d.t = in->process != NULL ? &in->process->trace : NULL;
	d.store = in->store != NULL ? in->store : in->world != NULL ? in->world->store : NULL;
	d.source = d.store != NULL ? store_source(d.store) : NULL;
	write_drafts(&d);
	rank_drafts(&d);
	diagnose_finish(&d, out);
}
