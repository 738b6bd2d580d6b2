/* go_start.c - the start of a program, or the load of a library, that a Go build would make.
 *
 * A file with the same needs, the same search path and the same open symbols is put in the place of the
 * result, and the loader's work is simulated on it.
 */
#include "verb/go_start.h"

#include <string.h>

#include "build/go_object.h"
#include "build/go_text.h"
#include "verb/result.h"

/* ---- what the linker would write into it -------------------------------------------------------- */

static bool is_taken(const struct link_object *x)
{
	return x->kind == LINK_DSO && !x->indirect && (x->needed || !x->as_needed);
}

static void take_needs(struct go_job *j, struct go_image *im)
{
	for (size_t i = 0; i < j->link.objects.n; i++) {
		const struct link_object *x = j->link.objects.items[i];

		if (is_taken(x) && x->soname != NULL && !go_has(&im->needed, x->soname))
			go_add(j->a, &im->needed, x->soname);
	}
}

static const char *word_behind(const struct link_plan *plan, const char *word)
{
	for (size_t i = 0; i + 1 < plan->words.n; i++)
		if (strcmp(plan->words.items[i], word) == 0)
			return plan->words.items[i + 1];
	return NULL;
}

static bool has_word(const struct link_plan *plan, const char *word)
{
	for (size_t i = 0; i < plan->words.n; i++)
		if (strcmp(plan->words.items[i], word) == 0)
			return true;
	return false;
}

/* $ORIGIN is the folder of the result: the file that stands for it is not there to be asked. */
static const char *with_origin(struct arena *a, const char *dir, const char *origin)
{
	static const char *const marks[] = { "${ORIGIN}", "$ORIGIN" };

	for (size_t i = 0; i < 2; i++) {
		const char *at = strstr(dir, marks[i]);

		if (at != NULL)
			return arena_printf(a, "%.*s%s%s", (int)(at - dir), dir, origin,
					    at + strlen(marks[i]));
	}
	return dir;
}

static void take_rpath(struct go_job *j, struct go_image *im)
{
	const char *origin = go_dir(j->a, j->out.output), *run_path = session_env(j->s, "LD_RUN_PATH");
	struct go_words dirs = { NULL, 0, 0 };

	for (size_t i = 0; i < j->line.rpath.n; i++)
		go_add(j->a, &dirs, with_origin(j->a, j->line.rpath.items[i], origin));
	if (dirs.n == 0 && run_path != NULL && *run_path != '\0' && j->plan.kind != LINKER_LLD)
		go_add(j->a, &dirs, with_origin(j->a, run_path, origin));
	if (dirs.n > 0)
		im->runpath = go_join_words(j->a, &dirs, ":");
	im->is_rpath = has_word(&j->plan, "--disable-new-dtags");
}

static bool has_symbol(const struct go_symbols *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i].name, name) == 0)
			return true;
	return false;
}

/* References that no object and no archive of the link has met. */
static void take_symbols(struct go_job *j, struct go_image *im)
{
	for (size_t i = 0; i < j->out.objects.n; i++) {
		const struct go_object *o = &j->out.objects.items[i];

		for (size_t k = 0; k < o->undefined.n; k++) {
			const struct link_sym *s = link_find(&j->link, o->undefined.items[k].name);
			bool inside = s != NULL && s->state == LINK_DEFINED && !s->by_dso;

			if (inside || has_symbol(&im->undefined, o->undefined.items[k].name))
				continue;
			*ARENA_PUSH(j->a, &im->undefined) = o->undefined.items[k];
		}
	}
}

static void make_image(struct go_job *j, struct go_image *im, bool is_program)
{
	memset(im, 0, sizeof(*im));
	take_needs(j, im);
	take_rpath(j, im);
	take_symbols(j, im);
	im->now = has_word(&j->plan, "now");
	if (is_program)
		im->interp = word_behind(&j->plan, "-dynamic-linker");
}

/* ---- the loader ------------------------------------------------------------------------------- */

static bool links_musl(const struct go_job *j)
{
	const char *interp = word_behind(&j->plan, "-dynamic-linker");

	if (interp != NULL && strstr(interp, "musl") != NULL)
		return true;
	for (size_t i = 0; i < j->link.objects.n; i++)
		if (j->link.objects.items[i]->kind == LINK_DSO && j->link.objects.items[i]->path != NULL &&
		    strstr(j->link.objects.items[i]->path, "musl") != NULL)
			return true;
	for (size_t i = 0; i < j->plan.words.n; i++) {
		const char *word = j->plan.words.items[i];

		if (word != NULL && strstr(word, "-linux-musl") != NULL)
			return true;
	}
	return false;
}

static const char *loader_of(struct go_job *j, const struct link_object *like, bool musl)
{
	const struct elf *e = like->e;

	return musl ? musl_ld_path(e->machine, e->is64, e->big_endian, e->flags, j->a)
		    : glibc_ld_path(e->machine, e->is64, e->big_endian, e->flags);
}

/* An object of the link tells the kind of machine. */
static const struct link_object *any_object(const struct go_job *j)
{
	for (size_t i = 0; i < j->link.objects.n; i++)
		if (j->link.objects.items[i]->e != NULL)
			return j->link.objects.items[i];
	return NULL;
}

static const char *first_message(const struct process *p, bool is_program)
{
	if (is_program)
		return p->trace.lines.n > 0 ? p->trace.lines.items[0] : NULL;
	for (size_t i = 0; i < p->trace.failures.n; i++)
		if (!p->trace.failures.items[i].lazy)
			return p->trace.failures.items[i].message;
	return NULL;
}

static bool has_failed(const struct process *p)
{
	for (size_t i = 0; i < p->trace.failures.n; i++)
		if (!p->trace.failures.items[i].lazy)
			return true;
	return false;
}

/* As it is called: "./app" in the working folder, where the user would start it. */
static const char *called(struct go_job *j, const char *path)
{
	const char *s = go_short_path(&j->go, path);

	return strchr(s, '/') == NULL ? arena_printf(j->a, "./%s", s) : s;
}

static void tell_start(struct go_job *j, struct go_outcome *o, const struct world *w, struct process *p,
		       const struct image *root, bool is_program)
{
	struct diagnose_input in = { .world = w,
				     .process = p,
				     .target = called(j, j->out.output),
				     .target_path = j->out.output,
				     .is_program = is_program,
				     .root = root,
				     .host = is_program ? NULL : "a bare program" };
	const struct dlwhy_finding **all;
	struct diagnosis d;

	j->r.loads = has_failed(p) ? DLWHY_NO : DLWHY_YES;
	j->r.loader_message = j->r.loads == DLWHY_NO ? first_message(p, is_program) : NULL;
	j->r.is_program = is_program;
	result_objects(&j->r, &j->s->opt, p, root, j->a);
	diagnose(&in, j->a, &d);
	diagnose_go_start(o, j->a, &d.findings, &d.nfindings);
	all = ARENA_ARRAY(j->a, j->r.nfindings + d.nfindings + 1, const struct dlwhy_finding *);
	for (size_t i = 0; i < d.nfindings; i++)
		all[i] = d.findings[i];
	for (size_t i = 0; i < j->r.nfindings; i++)
		all[d.nfindings + i] = j->r.findings[i];
	j->r.findings = all;
	j->r.nfindings += d.nfindings;
	if (d.certainty > j->r.certainty)
		j->r.certainty = d.certainty;
}

void go_start(struct go_job *j, struct go_outcome *o)
{
	bool is_program = !o->loads_later;
	const struct link_object *like = any_object(j);
	const struct store_entry *en;
	const struct world *w;
	struct go_image im;
	struct process *p;
	const struct image *root;
	struct view v;

	if (like == NULL || j->line.is_static || strcmp(j->go.env.goos, "linux") != 0)
		return;
	make_image(j, &im, is_program);
	if (is_program && im.interp == NULL)
		return;
	o->is_musl = links_musl(j);
	v = go_image_bytes(j->a, j->go.env.goarch, &im);
	en = v.n > 0 ? store_put(j->s->store, j->out.output, v) : NULL;
	w = en != NULL
		    ? session_world(j->s, like->e->machine, like->e->is64, like->e->big_endian,
				    like->e->flags,
				    im.interp != NULL ? im.interp : loader_of(j, like, o->is_musl), &j->err)
		    : NULL;
	if (w == NULL) {
		j->r.hint = "Whether it starts was not looked at: the loader for it is not known here.";
		return;
	}
	p = loader_start(w, j->a, is_program ? j->out.output : NULL,
			 is_program ? called(j, j->out.output) : "program", false, 0);
	root = p->program;
	if (!is_program && !has_failed(p)) {
		p->trace.failures.n = 0;
		p->trace.lines.n = 0;
		root = loader_open(p, j->out.output, 0);
	}
	tell_start(j, o, w, p, root, is_program);
}
