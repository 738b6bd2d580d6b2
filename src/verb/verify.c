/* verify.c - the verb `verify`: are packages as they were installed? */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "diagnose/installed.h"
#include "diagnose/wheel.h"
#include "verb/session.h"

#define VERIFY_MEMORY ((size_t)8192 << 20) /* bytes that one place may take */

struct verify_job {
	struct dlwhy_session *s;
	struct arena *a;
	struct source *source; /* of a system in another folder; NULL: the session's */
	struct store *store;
	struct wheel wheel;
	struct source_file file; /* of a wheel */
	bool is_wheel;
	struct dlwhy_verify v;
	struct dlwhy_error err;
	struct dlwhy_result r;
};

/* ---- progress -------------------------------------------------------------------------------------- */

static void tell(void *ctx, const struct audit_progress *p)
{
	const struct verify_job *j = ctx;
	struct dlwhy_progress out = { j->r.target, p->files, p->nfiles, p->bytes, p->nbytes };

	j->s->opt.progress(&out, j->s->opt.progress_user);
}

/* ---- the public result ----------------------------------------------------------------------------- */

static const char *state_id(enum installed_state s)
{
	static const char *const ids[] = { "fine", "noted", "suspect", "damaged" };

	return ids[s];
}

static void take_packages(struct verify_job *j, const struct installed *in)
{
	const struct dlwhy_verified_package **v =
		ARENA_ARRAY(j->a, in->npackages + 1, const struct dlwhy_verified_package *);

	for (size_t i = 0; i < in->npackages; i++) {
		const struct installed_package *ip = &in->packages[i];
		struct dlwhy_verified_package *out;

		j->v.ndamaged += ip->state == INSTALLED_DAMAGED;
		j->v.nsuspect += ip->state == INSTALLED_WARNED;
		if (ip->state == INSTALLED_FINE)
			continue;
		out = ARENA_NEW(j->a, struct dlwhy_verified_package);
		out->kind = package_kind_id(ip->p->kind);
		out->name = ip->p->name;
		out->version = *ip->p->version != '\0' ? ip->p->version : NULL;
		out->state = state_id(ip->state);
		out->record = ip->p->record;
		out->reinstall = ip->reinstall;
		while (ip->reinstall != NULL && ip->reinstall[out->nreinstall] != NULL)
			out->nreinstall++;
		v[j->v.nlisted++] = out;
	}
	j->v.packages = v;
}

static void take_diagnosis(struct verify_job *j, const struct diagnosis *d)
{
	j->r.findings = d->findings;
	j->r.nfindings = d->nfindings;
	j->r.certainty = d->certainty;
	if (j->r.hint == NULL)
		j->r.hint = d->hint;
}

static const char *place_words(enum place_kind k)
{
	switch (k) {
	case PLACE_ENVIRONMENT: return "environment";
	case PLACE_SITE: return "folder";
	case PLACE_SYSTEM: return "system";
	case PLACE_WHEEL: return "wheel";
	case PLACE_NONE: break;
	}
	return "folder";
}

/* ---- installed packages ---------------------------------------------------------------------------- */

static void judge_installed(struct verify_job *j, struct place *place, const char *only)
{
	struct package_set set = { .a = j->a, .store = j->store };
	struct audit_input in = { .set = &set, .threads = j->s->opt.threads, .ctx = j };
	struct installed_input judged = { .place = place, .set = &set };
	struct package_index index;
	struct leftover_list left;
	struct installed out;
	struct audit audit;

	if (j->s->opt.progress != NULL)
		in.progress = tell;
	place_read(&set, place);
	package_index_make(&set, &index);
	if (only != NULL)
		package_set_narrow(&set, only);
	audit_run(&in, &audit);
	leftover_find(&set, place, &index, &left);
	judged.audit = &audit;
	judged.index = &index;
	judged.left = &left;
	diagnose_installed(&judged, &out);
	j->v.npackages = out.npackages;
	j->v.nfiles = audit.n;
	j->v.bytes = audit.bytes;
	j->v.unreadable = out.unreadable;
	j->v.commands = out.commands;
	j->v.ncommands = out.ncommands;
	take_packages(j, &out);
	take_diagnosis(j, &out.d);
	if (out.npackages == 0)
		j->r.hint = "No package is installed there.";
}

/* ---- a wheel --------------------------------------------------------------------------------------- */

static void take_wheel(struct verify_job *j, const struct diagnosis *d)
{
	const struct wheel *w = &j->wheel;
	const struct dlwhy_verified_package **v =
		ARENA_ARRAY(j->a, 2, const struct dlwhy_verified_package *);
	struct dlwhy_verified_package *out = ARENA_NEW(j->a, struct dlwhy_verified_package);
	enum dlwhy_severity worst = DLWHY_NOTE;

	for (size_t i = 0; i < d->nfindings; i++)
		if (d->findings[i]->severity < worst)
			worst = d->findings[i]->severity;
	j->v.npackages = 1;
	j->v.nfiles = w->nfiles;
	j->v.bytes = w->bytes;
	j->v.ndamaged = worst == DLWHY_ERROR;
	j->v.nsuspect = worst == DLWHY_WARNING;
	out->kind = "wheel";
	out->name = w->name;
	out->version = *w->version != '\0' ? w->version : NULL;
	out->state = worst == DLWHY_ERROR ? "damaged" : worst == DLWHY_WARNING ? "suspect" : "noted";
	out->record = w->path;
	v[0] = out;
	j->v.packages = v;
	j->v.nlisted = d->nfindings > 0;
}

static void judge_wheel(struct verify_job *j, const char *path)
{
	struct package_set set = { .a = j->a, .store = j->store };
	struct audit_input in = { .set = &set, .threads = j->s->opt.threads, .ctx = j };
	struct diagnosis d;
	int err = source_open(j->s->source, path, &j->file);

	if (err != 0) {
		err_set(&j->err, DLWHY_E_IO, err, "cannot read %s: %s", path, strerrordesc_np(err));
		j->r.error = &j->err;
		return;
	}
	j->is_wheel = true;
	if (j->s->opt.progress != NULL)
		in.progress = tell;
	wheel_read(&in, path, j->file.map.bytes, &j->wheel);
	diagnose_wheel(&set, &j->wheel, &d);
	take_wheel(j, &d);
	take_diagnosis(j, &d);
}

/* ---- the whole ------------------------------------------------------------------------------------- */

/* A system in another folder is looked at as if that were its root. */
static bool enter_system(struct verify_job *j, struct place *place)
{
	struct package_set set = { .a = j->a, .store = j->store };

	if (place->kind != PLACE_SYSTEM || strcmp(place->dir, "/") == 0)
		return true;
	if (!source_is_host(store_source(j->store)))
		return false;
	j->source = source_root(place->dir, NULL);
	if (j->source != NULL)
		j->store = store_new(j->source);
	if (j->source == NULL || j->store == NULL)
		return false;
	set.store = j->store;
	place_find(&set, "/", place);
	return place->kind == PLACE_SYSTEM;
}

static void judge(void *ctx)
{
	struct verify_job *j = ctx;
	struct package_set set = { .a = j->a, .store = j->s->store };
	struct place place;
	const char *only = NULL;

	j->store = j->s->store;
	place_find(&set, j->r.target, &place);
	if (place.kind == PLACE_NONE)
		only = place_around(&set, j->r.target, &place);
	if (place.kind == PLACE_NONE) {
		err_set(&j->err, DLWHY_E_ARGUMENT, 0, "%s", place_refusal(&set, j->r.target));
		j->r.error = &j->err;
		return;
	}
	j->v.kind = place_words(place.kind);
	j->v.place = place.dir;
	j->r.verify = &j->v;
	if (place.machine != 0)
		j->r.platform.machine = elf_machine_name(place.machine);
	j->r.platform.loader = place.machine == 0 ? "none" : place.musl ? "musl" : "glibc";
	if (place.kind == PLACE_WHEEL) {
		judge_wheel(j, place.dir);
		return;
	}
	if (!enter_system(j, &place)) {
		err_set(&j->err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory");
		j->r.error = &j->err;
		return;
	}
	judge_installed(j, &place, only);
}

static enum dlwhy_code judge_one(struct dlwhy_session *s, const char *target, size_t index,
				 dlwhy_on_result *on_result, void *user, int *stop)
{
	struct verify_job *j = calloc(1, sizeof(*j));

	if (j == NULL || (j->a = arena_new(VERIFY_MEMORY)) == NULL) {
		free(j);
		return DLWHY_E_NO_MEMORY;
	}
	j->s = s;
	j->r = (struct dlwhy_result){ .verb = "verify",
				      .target = target,
				      .loads = DLWHY_UNKNOWN,
				      .certainty = DLWHY_PROVED,
				      .target_object = -1,
				      .links = DLWHY_UNKNOWN };
	j->r.platform = (struct dlwhy_platform){ "linux", "none", NULL, NULL };
	if (arena_run(j->a, judge, j) != ARENA_OK) {
		err_set(&j->err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory while the packages were read");
		j->r.error = &j->err;
		j->r.findings = NULL;
		j->r.nfindings = 0;
		j->r.verify = NULL;
	}
	*stop = on_result(&j->r, index, user);
	if (j->is_wheel) {
		wheel_close(&j->wheel);
		source_close(&j->file);
	}
	if (j->store != s->store)
		store_free(j->store);
	source_free(j->source);
	arena_free(j->a);
	free(j);
	return DLWHY_OK;
}

enum dlwhy_code dlwhy_verify(struct dlwhy_session *s, const char *const *targets, size_t ntargets,
			     dlwhy_on_result *on_result, void *user, struct dlwhy_error *err)
{
	int stop = 0;

	err_clear(err);
	if (s->opt.pid != 0)
		return err_set(err, DLWHY_E_ARGUMENT, 0, "what is installed does not depend on a process");
	for (size_t i = 0; i < ntargets; i++)
		if (targets[i] == NULL || *targets[i] == '\0')
			return err_set(err, DLWHY_E_ARGUMENT, 0, "the name of a place is empty");
	for (size_t i = 0; i < ntargets && stop == 0; i++)
		if (judge_one(s, targets[i], i, on_result, user, &stop) != DLWHY_OK)
			return err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory");
	return DLWHY_OK;
}
