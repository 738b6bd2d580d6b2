/* packages_members.c - the native files of a package: which there are, unpacked, and judged by several
 * threads, each as if the package were installed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "source/container.h"
#include "verb/packages_priv.h"
#include "verb/promised.h"

#define MEMBER_MEMORY ((size_t)1024 << 20)

enum { REFUSED_SHOWN = 100 };

/* ---- which files are native ---------------------------------------------------------------- */

static void find_native(void *ctx, unsigned worker, size_t i)
{
	struct checked *p = ctx;

	(void)worker;
	p->natives[i] = (uint8_t)native_of(&p->pack->files[i]);
}

static bool is_member(const struct checked *p, size_t i, enum native format)
{
	const struct pack_file *f = &p->pack->files[i];

	if (f->package != 0 || p->natives[i] == NATIVE_NONE)
		return false;
	if (f->refused != NULL || (p->pack->kind == PACK_WHEEL && packages_is_module(f->name, format)))
		return true;
	if (format != NATIVE_NONE && p->natives[i] != format)
		return false;
	return p->natives[i] != NATIVE_ELF || !packages_is_for_another(p, f);
}

/* Are there native files, and none for the platform that the tag names? All that it has are wrong then. */
static bool has_only_others(const struct checked *p, enum native format)
{
	const struct wheel_tag *tag = &p->wheel.tag;
	bool any = false;

	if (tag->platform == NULL || tag->any)
		return false;
	for (size_t i = 0; i < p->pack->nfiles; i++) {
		const struct pack_file *f = &p->pack->files[i];

		if (f->package != 0 || f->refused != NULL || p->natives[i] == NATIVE_NONE)
			continue;
		if (is_member(p, i, format))
			return false;
		any = true;
	}
	return any;
}

static void add_member(struct checked *p, size_t i)
{
	struct member *m = ARENA_PUSH(p->a, &p->members);

	m->file = &p->pack->files[i];
	m->target = arena_printf(p->a, "%s!/%s", p->path, m->file->name);
}

void packages_list_members(struct checked *p)
{
	enum native format;
	size_t refused = 0;
	bool all;

	p->natives = ARENA_ARRAY(p->a, p->pack->nfiles + 1, uint8_t);
	pool_run(p->pack->nfiles, p->s->opt.threads, find_native, p);
	pack_rest(p->pack);
	format = packages_format(p);
	all = has_only_others(p, format);
	for (size_t i = 0; i < p->pack->nfiles; i++) {
		const struct pack_file *f = &p->pack->files[i];

		if (is_member(p, i, format) || (all && f->package == 0 && p->natives[i] != NATIVE_NONE) ||
		    (f->refused != NULL && refused++ < REFUSED_SHOWN))
			add_member(p, i);
		else
			p->out.nothers += f->package == 0 && p->natives[i] != NATIVE_NONE;
		p->out.nfiles += f->package == 0;
	}
	p->out.nnative = p->members.n;
}

/* ---- one member ---------------------------------------------------------------------------- */

/* Why nothing can be said of it; NULL: it can be judged. */
static const char *why_not(const struct checked *p, const struct member *m)
{
	int err;

	if (m->file->refused != NULL)
		return m->file->refused;
	if (p->no_loader && !p->promised)
		return arena_printf(p->a, "it is for %s with %s, whose loader is not here",
				    p->wheel.tag.machine, p->wheel.tag.musllinux ? "musl" : "glibc");
	err = store_open(p->inner.store, m->file->path)->err;
	return err != 0 ? container_why(err) : NULL;
}

struct look {
	struct checked *p;
	struct member *m;
	struct arena *a;
	struct result_keep *kept;
	struct dlwhy_result r; /* in a */
};

void packages_judge_file(struct checked *p, struct arena *a, const struct check_ask *ask,
		     struct dlwhy_result *out)
{
	check_file(&p->inner, a, ask, out);
	if (!p->promised)
		return;
	out->unbound = false; /* that is meant by it as well */
	out->assumes = promised_words(a, &p->wheel.tag);
	if (out->certainty == DLWHY_PROVED)
		out->certainty = DLWHY_PREDICTED;
}

static void judge_member(void *ctx)
{
	struct look *l = ctx;

	packages_judge_file(l->p, l->a,
		 &(struct check_ask){ .target = l->m->target, .path = l->m->file->path,
				      .before = l->m->before },
		 &l->r);
}

static void keep_result(void *ctx)
{
	struct look *l = ctx;

	result_copy(l->kept, &l->r, &l->m->r);
}

/* Each thread has an arena for its analyses, and one for what came of them. */
static bool judge_one_member(struct checked *p, unsigned worker, struct member *m)
{
	struct arena **scratch = &p->scratch[worker];
	struct result_keep *kept = &p->kept[worker];
	struct look l = { .p = p, .m = m, .kept = kept };
	bool done;

	if (*scratch == NULL)
		*scratch = arena_new(MEMBER_MEMORY);
	if (kept->a == NULL)
		kept->a = arena_new(PACKAGE_MEMORY);
	if (*scratch == NULL || kept->a == NULL)
		return false;
	l.a = *scratch;
	done = arena_run(l.a, judge_member, &l) == ARENA_OK;
	done = done && arena_run(kept->a, keep_result, &l) == ARENA_OK;
	if (done)
		arena_reset(*scratch);
	else { /* left half way */
		arena_free(*scratch);
		*scratch = NULL;
	}
	return done;
}

static void member_job(void *ctx, unsigned worker, size_t i)
{
	struct checked *p = ctx;
	struct member *m = &p->members.items[i];

	if (m->r.error != NULL || judge_one_member(p, worker, m))
		return;
	err_set(&m->err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory while %.200s was judged", m->target);
	m->r = (struct dlwhy_result){ .target = m->target };
	packages_set_error(&m->r, &m->err);
}

static uint64_t size_of(const struct member *m)
{
	return m->file->from->members[m->file->member].size;
}

/* The largest first, while nothing else is in memory. */
static int by_size(const void *x, const void *y)
{
	const struct member *a = *(const struct member *const *)x, *b = *(const struct member *const *)y;

	if (size_of(a) != size_of(b))
		return size_of(a) < size_of(b) ? 1 : -1;
	return (a > b) - (a < b);
}

/* Unpacked and parsed: no more of them at a time than the largest has bytes. */
static void unpack_job(void *ctx, unsigned worker, size_t i)
{
	struct checked *p = ctx;
	const struct pack_file *f = p->order[i]->file;
	uint64_t cost = container_cost(f->from, f->member);

	(void)worker;
	if (f->refused != NULL || f->path == NULL)
		return;
	gate_enter(&p->gate, cost);
	(void)store_open(p->inner.store, f->path);
	gate_leave(&p->gate, cost);
}

/* Is the file among what that one loads? */
static bool brings(const struct dlwhy_result *r, const char *path)
{
	const char *base = strrchr(path, '/') + 1;

	for (size_t i = 0; i < r->nobjects; i++) {
		const char *other = r->objects[i]->path, *slash = other != NULL ? strrchr(other, '/') : NULL;

		if (slash != NULL && strcmp(slash + 1, base) == 0)
			return true;
	}
	return false;
}

/* A library that a package brings for its own use finds what it needs by the search path of who needs it. */
static bool needs_another(struct checked *p, struct member *m)
{
	if (m->r.error != NULL || m->r.loads != DLWHY_NO || m->r.is_program || m->before != NULL)
		return false;
	for (size_t i = 0; i < p->members.n && m->before == NULL; i++) {
		const struct member *x = &p->members.items[i];

		if (x != m && x->before == NULL && x->r.loads == DLWHY_YES && x->r.error == NULL &&
		    !x->r.is_program && brings(&x->r, m->file->path))
			m->before = x->file->path;
	}
	return m->before != NULL;
}

static void judge_again(struct checked *p)
{
	for (size_t i = 0; i < p->members.n; i++) {
		struct member *m = &p->members.items[i];
		struct dlwhy_result alone = m->r;

		if (!needs_another(p, m))
			continue;
		member_job(p, 0, i);
		if (m->r.loads != DLWHY_YES)
			m->r = alone;
	}
}

void packages_judge_members(struct checked *p)
{
	uint64_t largest = 0;

	p->order = ARENA_ARRAY(p->a, p->members.n + 1, const struct member *);
	for (size_t i = 0; i < p->members.n; i++) {
		p->order[i] = &p->members.items[i];
		largest = size_of(p->order[i]) > largest ? size_of(p->order[i]) : largest;
	}
	/* What is read from front to end is asked for in that order. */
	if (p->members.n > 0 && (p->pack->kind == PACK_WHEEL || p->pack->kind == PACK_ZIP))
		qsort(p->order, p->members.n, sizeof(*p->order), by_size);
	gate_open(&p->gate, largest);
	pool_run(p->members.n, p->s->opt.threads, unpack_job, p);
	gate_close(&p->gate);
	for (size_t i = 0; i < p->members.n; i++) {
		struct member *m = &p->members.items[i];
		const char *why = why_not(p, m);

		m->r.target = m->target;
		if (why == NULL)
			continue;
		err_set(&m->err, DLWHY_E_UNSUPPORTED, 0, "%.200s was not analysed: %s", m->file->name, why);
		packages_set_error(&m->r, &m->err);
	}
	pool_run(p->members.n, p->s->opt.threads, member_job, p);
	judge_again(p);
}
