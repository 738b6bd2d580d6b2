/* packages.c - the verb `check` for packages: each native file in one is judged as if the package were
 * installed or unpacked, by the same door as any other file (check.h).
 *
 * A package gets a session of its own, whose source has its files on top of the system that was asked about.
 * A wheel is judged in the interpreter that its tag names, since that need not be here.
 */
#include "verb/packages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "object/elfconst.h"
#include "verb/packages_priv.h"

/* Packages may lie outside of the root that they are looked at in. */
static bool is_package(struct source *from, const char *target)
{
	unsigned char head[SELFMAG];
	struct source_file f;
	struct view bytes;
	char *path;
	bool is;

	if (strstr(target, "!/") != NULL && (path = pack_of_member(from, target)) != NULL) {
		free(path);
		return true;
	}
	if (!pack_is_name(target) || source_read(from, target, head, sizeof(head), &f, &bytes) != 0)
		return false;
	is = f.st.type == OS_REGULAR && (bytes.n < SELFMAG || memcmp(bytes.p, ELFMAG, SELFMAG) != 0);
	source_close(&f);
	return is;
}

bool packages_is_target(struct dlwhy_session *s, const char *target)
{
	struct source *machine;
	bool is;

	if (!pack_is_name(target) && strstr(target, "!/") == NULL)
		return false;
	if (is_package(s->source, target))
		return true;
	machine = s->opt.root != NULL || s->process != NULL ? source_host(NULL) : NULL;
	is = machine != NULL && is_package(machine, target);
	source_free(machine);
	return is;
}

/* ---- the whole ----------------------------------------------------------------------------- */

void packages_set_error(struct dlwhy_result *r, struct dlwhy_error *err)
{
	r->verb = "check";
	r->error = err;
	r->loads = DLWHY_UNKNOWN;
	r->certainty = DLWHY_LIKELY;
	r->target_object = -1;
	r->links = DLWHY_UNKNOWN;
	if (r->platform.os == NULL)
		r->platform = (struct dlwhy_platform){ "linux", "none", NULL, NULL };
}

static const char *why_no_package(int err)
{
	switch (err) {
	case EBADMSG: return "it is damaged, or no package of a kind that is read";
	case ENOTSUP: return "it lacks what a package of its kind has";
	case EINVAL: return "it does not go into one place with the first";
	case EXDEV: return "a package inside of an image is not read in this version";
	case EMLINK: return "it has archives in archives beyond all bounds";
	default: return container_why(err);
	}
}

static bool fail(struct checked *p, const char *path, int err)
{
	const char *why = err == ENOENT || err == EACCES ? strerrordesc_np(err) : why_no_package(err);

	err_set(&p->err, err == ENOMEM ? DLWHY_E_NO_MEMORY : DLWHY_E_UNSUPPORTED, err,
		"%.200s cannot be read as a package: %s", path, why);
	packages_set_error(&p->r, &p->err);
	return false;
}

static bool open_pack(struct checked *p)
{
	static const char *const no_environ[] = { NULL };
	struct dlwhy_session *s = p->s;
	int err = s->image == NULL ? pack_open(p->from, s->source, p->path, &p->pack) : EXDEV;

	if (err == EBADMSG && packages_damaged(p))
		return false;
	if (err != 0)
		return fail(p, p->path, err);
	for (const char *const *w = s->opt.with; w != NULL && *w != NULL; w++)
		if ((err = pack_add(p->pack, p->from, *w)) != 0)
			return fail(p, *w, err);
	p->inner.opt = s->opt;
	p->inner.environ = s->environ;
	p->inner.other_environ = s->other_environ;
	p->inner.source = p->pack->source;
	p->inner.store = store_new(p->pack->source);
	p->inner.a = arena_new(PACKAGE_MEMORY);
	if (p->inner.store == NULL || p->inner.a == NULL)
		return fail(p, p->path, ENOMEM);
	if (s->opt.code)
		store_keep_code(p->inner.store);
	if (p->pack->kind == PACK_WHEEL) /* a loader, whose constants tell of it, is not in there */
		store_drop_constants(p->inner.store);
	if (p->pack->kind == PACK_IMAGE) { /* as with a root: variables of this system do not count there */
		p->inner.opt.root = p->path;
		p->inner.environ = no_environ;
	}
	return true;
}

static void add_verdicts(struct checked *p)
{
	const struct dlwhy_result **v = ARENA_ARRAY(p->a, p->members.n + 1, const struct dlwhy_result *);
	enum dlwhy_answer loads = DLWHY_YES;

	p->r.certainty = DLWHY_PROVED;
	for (size_t i = 0; i < p->members.n; i++) {
		const struct dlwhy_result *m = &p->members.items[i].r;

		v[i] = m;
		if (m->loads == DLWHY_NO || (m->loads == DLWHY_UNKNOWN && loads == DLWHY_YES))
			loads = m->loads;
		if (m->certainty > p->r.certainty)
			p->r.certainty = m->certainty;
		if (m->platform.machine != NULL && p->r.platform.machine == NULL)
			p->r.platform = m->platform;
		if (p->r.assumes == NULL)
			p->r.assumes = m->assumes;
	}
	p->r.loads = loads;
	p->r.members = v;
	p->r.nmembers = p->members.n;
	if (p->r.certainty == DLWHY_PROVED)
		p->r.assumes = NULL;
}

static void judge_whole(struct checked *p)
{
	packages_list_members(p);
	packages_judge_members(p);
	if (p->pack->kind == PACK_WHEEL)
		packages_judge_tags(p);
	add_verdicts(p);
	p->out.kind = pack_kind_id(p->pack->kind);
	p->r.package = &p->out;
	if (p->pack->problem == NULL)
		return;
	err_set(&p->err, DLWHY_E_UNSUPPORTED, 0, "not all of %.200s was read: %s", p->path, p->pack->problem);
	p->r.error = &p->err;
	p->r.loads = p->r.loads == DLWHY_NO ? DLWHY_NO : DLWHY_UNKNOWN;
}

/* Where a file of the package lies: by the name that the package has for it, else as a path in its folder.
 * NULL: it has none, and `why` says what of one that was refused; NULL. */
static const char *path_of(struct checked *p, const char **why)
{
	*why = NULL;
	for (size_t i = 0; i < p->pack->nfiles; i++) {
		const struct pack_file *f = &p->pack->files[i];

		if (f->package == 0 && f->path != NULL && strcmp(f->name, p->wanted) == 0)
			return f->path;
		if (f->package == 0 && f->refused != NULL && strcmp(f->name, p->wanted) == 0)
			*why = f->refused;
	}
	if (*why != NULL || !pack_has(p->pack, p->wanted))
		return NULL;
	return arena_printf(p->a, "%s/%s", p->pack->base, p->wanted);
}

/* The loader is never asked for what the package does not have. */
static void set_absent(struct checked *p, const char *why)
{
	const char *problem = p->pack->problem;

	err_set(&p->err, DLWHY_E_UNSUPPORTED, ENOENT, "%.200s has no file %.200s%s%s%s%s", p->path, p->wanted,
		why != NULL ? ": " : "", why != NULL ? why : "",
		problem != NULL ? "; not all of it was read: " : "", problem != NULL ? problem : "");
	packages_set_error(&p->r, &p->err);
}

static void judge_one(struct checked *p)
{
	const struct store_entry *en;
	const char *why, *path = path_of(p, &why);

	if (path == NULL) {
		set_absent(p, why);
		return;
	}
	en = store_open(p->inner.store, path);
	if (en != NULL && (en->err == EBADMSG || en->err == ENOKEY || en->err == EFBIG)) {
		err_set(&p->err, DLWHY_E_UNSUPPORTED, en->err, "%.200s was not analysed: %s", p->wanted,
			container_why(en->err));
		packages_set_error(&p->r, &p->err);
		return;
	}
	packages_judge_file(p, p->a,
			    &(struct check_ask){ .target = p->target, .path = path, .alone = true }, &p->r);
}

static void judge(void *ctx)
{
	struct checked *p = ctx;
	char *path;

	p->from = p->s->source;
	if (!is_package(p->from, p->target))
		p->from = p->machine = source_host(NULL);
	path = pack_of_member(p->from, p->target);
	p->path = p->target;
	if (path != NULL) {
		p->wanted = p->target + strlen(path) + 2;
		p->path = arena_strdup(p->a, path);
		free(path);
	}
	if (p->s->opt.prove || p->s->opt.after != NULL) {
		err_set(&p->err, DLWHY_E_ARGUMENT, 0,
			"%.200s lies in a package: no real loader or interpreter can be asked about it",
			p->target);
		packages_set_error(&p->r, &p->err);
		return;
	}
	if (!open_pack(p))
		return;
	if (p->pack->kind == PACK_WHEEL)
		packages_read_wheel(p);
	if (p->wanted != NULL)
		judge_one(p);
	else
		judge_whole(p);
}

static void close_package(struct checked *p)
{
	for (size_t i = 0; i < WORKERS_MAX; i++) {
		arena_free(p->scratch[i]);
		arena_free(p->kept[i].a);
		map_free(&p->kept[i].texts, NULL);
	}
	store_free(p->inner.store);
	arena_free(p->inner.a);
	pthread_mutex_destroy(&p->inner.lock);
	wheel_close(&p->wheel);
	source_close(&p->file);
	pack_close(p->pack);
	source_free(p->machine);
	arena_free(p->a);
	free(p);
}

int packages_check(struct dlwhy_session *s, const char *target, size_t index, dlwhy_on_result *on_result,
		   void *user)
{
	struct checked *p = calloc(1, sizeof(*p));
	struct dlwhy_error err;
	struct dlwhy_result none = { .target = target };
	int stop;

	if (p == NULL || (p->a = arena_new(PACKAGE_MEMORY)) == NULL) {
		free(p);
		err_set(&err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory");
		packages_set_error(&none, &err);
		return on_result(&none, index, user);
	}
	pthread_mutex_init(&p->inner.lock, NULL);
	p->s = s;
	p->target = target;
	p->r = (struct dlwhy_result){ .verb = "check", .target = target, .target_object = -1,
				      .links = DLWHY_UNKNOWN,
				      .platform = { .os = "linux", .loader = "none" } };
	if (arena_run(p->a, judge, p) != ARENA_OK) {
		err_set(&p->err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory while %.200s was judged", target);
		p->r = (struct dlwhy_result){ .target = target };
		packages_set_error(&p->r, &p->err);
	}
	stop = on_result(&p->r, index, user);
	close_package(p);
	return stop;
}
