/* d_windows_init.c - error 1114: all files were found and bound, and then the code failed that a DLL runs
 * when it is loaded, its own or that of a DLL that is loaded with it. Windows names neither.
 *
 * Nothing is run here, so nothing is proved: what the files show of the known reasons is told, the most
 * telling first. Microsoft promises that its runtime serves all code that was linked with tools that are not
 * newer than it ("Redistributing Visual C++ Files"); std::mutex of 14.40 and later really fails in an older
 * msvcp140.dll (STL, "constexpr mutex").
 */
#include <string.h>

#include "diagnose/windows_case.h"
#include "diagnose/windows_suspects.h"
#include "machine/code_pe.h"
#include "object/pe.h"

enum { MAX_SUSPECTS = 12, MAX_NAMED = 24, VC_MAJOR = 14, VC_MUTEX = 40, FEW_FUNCTIONS = 20 };

struct start_case {
	struct diag *d;
	struct draft *dr;
	const struct win_start *order;
	size_t n;          /* of those in `order` that run code */
	size_t suspects;
	const char *most;  /* the most likely reason: a clause; NULL */
	const char *maybe; /* else one that is possible: a sentence; NULL */
};

static void suspect(struct start_case *k, const char *path, const char *says)
{
	if (k->suspects++ < MAX_SUSPECTS)
		draft_fact(k->d, k->dr, path, says);
}

static bool version_of(const struct pe *e, uint16_t v[4])
{
	return e->defect == PE_OK && pe_file_version(e, v);
}

static const char *base_of(const struct start_case *k, const struct image *im)
{
	return win_base_name(k->d->a, im->name);
}

/* ---- a runtime that is too old ---------------------------------------------------------------- */

static bool is_vc_runtime(const char *base)
{
	static const char *const patterns[] = { "msvcp140*.dll", "vcruntime140*.dll", "concrt140.dll",
						"vcomp140.dll" };

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (matches_pattern(base, patterns[i]))
			return true;
	return false;
}

static unsigned linked_with(const struct image *im)
{
	return im->file->pe.linker_major == VC_MAJOR ? im->file->pe.linker_minor : 0;
}

/* The one with the newest tools of those that import from `to`. */
static const struct image *newest_user(const struct start_case *k, const struct image *to)
{
	const struct image *best = NULL;

	for (size_t i = 0; i < k->n; i++) {
		const struct image *im = k->order[i].image;

		for (size_t j = 0; j < im->nneeded; j++)
			if (im->needed[j] == to && (best == NULL || linked_with(im) > linked_with(best)))
				best = im;
	}
	return best;
}

static void install_runtime(struct start_case *k)
{
	struct fix *f = draft_fix(k->d, k->dr, "install-package", "medium",
				  "on that machine: install the newest redistributable of Microsoft");

	fix_command(k->d, f, arena_printf(k->d->a, "winget install Microsoft.VCRedist.2015+.%s",
					  win_arch_word(k->d)));
}

static void newer_runtime(struct start_case *k, const struct image *old)
{
	draft_fix(k->d, k->dr, "replace", "low",
		  arena_printf(k->d->a,
			       "update the package that brings %s, or put the one of Microsoft's newest "
			       "redistributable in its place", image_path(k->d, old)));
	install_runtime(k);
}

static void old_runtime(struct start_case *k, const struct image *to)
{
	struct arena *a = k->d->a;
	const struct image *user;
	uint16_t v[4];
	bool mutex;

	if (to->file == NULL || !is_vc_runtime(base_of(k, to)) || !version_of(&to->file->pe, v) ||
	    v[0] != VC_MAJOR)
		return;
	user = newest_user(k, to);
	if (user == NULL || linked_with(user) <= v[1])
		return;
	mutex = strcmp(base_of(k, to), "msvcp140.dll") == 0 && v[1] < VC_MUTEX &&
		linked_with(user) >= VC_MUTEX;
	suspect(k, image_path(k->d, to),
		arena_printf(a, "%s: version %u.%u, older than the tools (%u.%u) that %s was linked with%s",
			     image_word(k->d, to), v[0], v[1], VC_MAJOR, linked_with(user),
			     image_word(k->d, user), mutex ? "; std::mutex of these fails in it" : ""));
	if (k->most == NULL)
		newer_runtime(k, to);
	if (k->most == NULL || mutex)
		k->most = arena_printf(a, "%s is version %u.%u, and %s was linked with tools of %u.%u%s",
				       image_word(k->d, to), v[0], v[1], image_word(k->d, user), VC_MAJOR,
				       linked_with(user), mutex ? ", whose std::mutex fails in it" : "");
}

/* "PyQt6/Qt6/bin/msvcp140.dll": below the folder of packages. */
static const char *below_packages(const char *path)
{
	static const char mark[] = "site-packages/";
	const char *at = strcasestr(path, mark);

	return at != NULL ? at + sizeof(mark) - 1 : win_word(path);
}

/* Another copy of a DLL, elsewhere in the environment: if something else loads that first, it is the one. */
static void other_copies(struct start_case *k, const char *base, const struct image *loaded,
			 const struct image *user)
{
	struct diag *d = k->d;
	const char **paths;
	size_t n = win_copies(d, image_path(d, user), base, &paths);
	bool fixed = false;

	for (size_t i = 0; i < n; i++) {
		const struct store_entry *en = store_open(d->store, paths[i]);
		uint16_t v[4];

		if (en->err != 0 || en->file->kind != FILE_PE || !version_of(&en->file->pe, v) ||
		    (loaded != NULL && loaded->file == en->file) || v[0] != VC_MAJOR || v[1] >= VC_MUTEX)
			continue;
		suspect(k, en->path,
			arena_printf(d->a,
				     "%s: an older copy (%u.%u): if what brings it is loaded first, %s, "
				     "linked with tools of %u.%u, gets it", below_packages(en->path), v[0],
				     v[1], image_word(d, user), VC_MAJOR, linked_with(user)));
		if (k->maybe == NULL)
			k->maybe = arena_printf(d->a, "Possible: %s (%u.%u) was loaded before, and is too "
						"old for %s.", below_packages(en->path), v[0], v[1],
						image_word(d, user));
		if (!fixed)
			draft_fix(d, k->dr, "order", "low",
				  arena_printf(d->a, "if another package is imported before: import the one "
					       "with %s first", image_word(d, user)));
		fixed = true;
	}
}

static const struct image *loaded_as(const struct start_case *k, const char *base)
{
	for (size_t i = 0; i < k->d->p->images.n; i++)
		if (strcmp(base_of(k, k->d->p->images.items[i]), base) == 0)
			return k->d->p->images.items[i];
	return NULL;
}

/* The machine's own, which is not here. */
static void unseen_runtime(struct start_case *k, const struct image *to, const struct image *user)
{
	suspect(k, to->name,
		arena_printf(k->d->a,
			     "%s of that machine was not looked at: one older than %u.%u, whose tools "
			     "linked %s, would be a reason", image_word(k->d, to), VC_MAJOR,
			     linked_with(user), image_word(k->d, user)));
	install_runtime(k);
}

static void runtimes(struct start_case *k)
{
	const struct image *cxx = loaded_as(k, "msvcp140.dll"), *user;

	for (size_t i = 0; i < k->d->p->images.n; i++)
		old_runtime(k, k->d->p->images.items[i]);
	user = cxx != NULL ? newest_user(k, cxx) : NULL;
	if (k->most != NULL || user == NULL || linked_with(user) == 0)
		return;
	if (linked_with(user) >= VC_MUTEX)
		other_copies(k, "msvcp140.dll", cxx, user);
	if (cxx->file == NULL)
		unseen_runtime(k, cxx, user);
}

/* ---- other reasons ---------------------------------------------------------------------------- */

static void several_openmp(struct start_case *k)
{
	static const char *const patterns[] = { "libiomp5md.dll", "libomp*.dll", "vcomp*.dll",
						"libgomp-*.dll" };
	const struct image *first = NULL;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		for (size_t j = 0; j < k->d->p->images.n; j++) {
			const struct image *im = k->d->p->images.items[j];

			if (im->kind != IMAGE_LIBRARY || !matches_pattern(base_of(k, im), patterns[i]))
				continue;
			if (first != NULL)
				suspect(k, im->name,
					arena_printf(k->d->a, "%s: a second OpenMP runtime beside %s; the "
						     "later of two may refuse to start",
						     image_word(k->d, im), image_word(k->d, first)));
			first = first != NULL ? first : im;
		}
}

static void made_for_avx(struct start_case *k)
{
	for (size_t i = 0; i < k->n; i++) {
		const struct image *im = k->order[i].image;
		struct code_pe c;

		if (!win_has_start(im) || !code_pe_read(&im->file->pe, &c) || c.vector < FEW_FUNCTIONS ||
		    c.vector < c.plain * 9)
			continue;
		suspect(k, image_path(k->d, im),
			arena_printf(k->d->a, "%s is compiled for processors with AVX throughout: on one "
				     "without it (or a virtual machine that hides it) its start fails",
				     image_word(k->d, im)));
	}
}

static bool starts(const struct start_case *k, const struct image *im)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->order[i].image == im)
			return true;
	return false;
}

/* What code opens at its first call: if that call is one of its start, it fails there. */
static void delayed(struct start_case *k)
{
	for (size_t i = 0; i < k->d->t->failures.n; i++) {
		const struct failure *f = &k->d->t->failures.items[i];

		if (f->lazy && f->kind == FAIL_NOT_FOUND && f->image != NULL && starts(k, f->image))
			suspect(k, image_path(k->d, f->image),
				arena_printf(k->d->a, "%s asks for %s at the first call of it, and that is "
					     "not there: a reason if its start makes that call",
					     image_word(k->d, f->image), f->object));
	}
}

/* Parts of drivers, of CUDA, of runtimes. Those of Visual C++ were looked at, and Windows' own are sound. */
static void machine_parts(struct start_case *k)
{
	for (size_t i = 0; i < k->d->p->images.n; i++) {
		const struct image *im = k->d->p->images.items[i];
		const char *base = base_of(k, im);
		const char *what = im->kind == IMAGE_LIBRARY ? win_suspicion(base) : NULL;

		if (what != NULL && !im->is_host && !is_vc_runtime(base) && strcmp(base, "ucrtbase.dll") != 0)
			suspect(k, im->name,
				arena_printf(k->d->a,
					     "%s is loaded with it, and starts in the same moment: %s",
					     image_word(k->d, im), what));
	}
}

/* ---- the whole -------------------------------------------------------------------------------- */

static void tell_order(struct start_case *k)
{
	struct arena *a = k->d->a;
	struct dlwhy_evidence *e;
	const char *all = "";
	size_t n = 0;

	for (size_t i = 0; i < k->n; i++) {
		if (!win_has_start(k->order[i].image))
			continue;
		if (n++ < MAX_NAMED)
			all = arena_printf(a, "%s%s%s", all, n > 1 ? ", " : "",
					   image_word(k->d, k->order[i].image));
		if (k->order[i].later != NULL)
			draft_fact(k->d, k->dr, image_path(k->d, k->order[i].image),
				   arena_printf(a,
						"%s needs %s, which needs it in turn: it starts before that "
						"is ready (Windows may choose another order within a circle)",
						image_word(k->d, k->order[i].image),
						image_word(k->d, k->order[i].later)));
	}
	if (n > MAX_NAMED)
		all = arena_printf(a, "%s, and %zu more", all, n - MAX_NAMED);
	e = draft_evidence(k->d, k->dr, "fact", NULL,
			   n > 1 ? "each DLL starts after those that it needs: in this order" :
				   "no other DLL starts with it");
	e->value = all;
}

static void say(struct start_case *k, const char *target)
{
	if (k->most != NULL)
		draft_say(k->d, k->dr,
			  "%s is found, and all that it needs; then the code that a DLL runs when it is "
			  "loaded fails. Most likely: %s.", target, k->most);
	else
		draft_say(k->d, k->dr,
			  "%s is found, and all that it needs; then the code that a DLL runs when it is "
			  "loaded fails, its own or that of a DLL that is loaded with it. %s", target,
			  k->maybe != NULL ? k->maybe :
			  k->suspects > 0  ? "Possible reasons are among the evidence." :
					     "Its files show no usual reason.");
}

void d_windows_start(struct diag *d)
{
	struct start_case k = { .d = d };

	if (d->in->root == NULL)
		return;
	k.n = win_init_order(d->p, d->a, d->in->root, &k.order);
	k.dr = draft_new(d, CAUSE_INIT_FAILED, NULL);
	k.dr->f.object = d->in->target_path;
	runtimes(&k);
	delayed(&k);
	several_openmp(&k);
	made_for_avx(&k);
	machine_parts(&k);
	tell_order(&k);
	say(&k, image_word(d, d->in->root));
	draft_assume(k.dr, DLWHY_LIKELY, "nothing was run: what the files show of the usual reasons");
}
