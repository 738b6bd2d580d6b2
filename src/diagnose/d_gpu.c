/* d_gpu.c - libraries of a graphics processor that are wanted and not reached, and whether that
 * matters: a program that opens them by name mostly goes on without them. */
#include "diagnose/gpu.h"

#include <stdlib.h>
#include <string.h>

#include "diagnose/hunt.h"
#include "diagnose/known.h"
#include "machine/gpu.h"

enum { SHOWN = 2 }; /* names in a sentence */

static const struct gpu_library libraries[] = {
#define GPU(pattern, part, maker, what) { pattern, GPU_##part, GPU_##maker, what },
#include "diagnose/gpu.def"
#undef GPU
};

const struct gpu_library *gpu_library_of(const char *name)
{
	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
		if (matches_pattern(name, libraries[i].pattern))
			return &libraries[i];
	return NULL;
}

bool is_gpu_stub(const char *path)
{
	return strstr(path, "/stubs/") != NULL && gpu_library_of(base_name(path)) != NULL;
}

static struct gpu machine_gpu(const struct diag *d)
{
	struct gpu g;

	if (d->in->gpu != NULL)
		return *d->in->gpu;
	gpu_read(d->source, d->a, &g);
	return g;
}

/* ---- the driver --------------------------------------------------------------------------- */

static const char *maker_word(enum gpu_maker m)
{
	return m == GPU_AMD ? "AMD" : "NVIDIA";
}

static bool has_device(const struct gpu *g, enum gpu_maker m)
{
	return m == GPU_AMD ? g->amd_device : g->nvidia_device || g->nvidia_module;
}

bool gpu_may_matter(const struct diag *d)
{
	struct gpu g = machine_gpu(d);

	return has_device(&g, GPU_NVIDIA) || has_device(&g, GPU_AMD);
}

/* What the machine shows of a driver, as evidence. */
static void device_facts(struct diag *d, struct draft *dr, const struct gpu *g, enum gpu_maker m)
{
	if (!g->known) {
		draft_fact(d, dr, NULL, "the devices of that system cannot be seen from here");
	} else if (m == GPU_AMD) {
		draft_fact(d, dr, "/dev/kfd",
			   g->amd_device ? "there: the kernel's driver for AMD is loaded"
					 : "not there: no driver for computing on AMD in the kernel");
	} else {
		draft_fact(d, dr, "/proc/driver/nvidia/version",
			   !g->nvidia_module        ? "not there: no NVIDIA driver in the kernel"
			   : g->nvidia_release == NULL ? "there: NVIDIA's driver is loaded"
						       : arena_printf(d->a, "NVIDIA's driver %s is loaded",
								      g->nvidia_release));
		draft_fact(d, dr, "/dev/nvidia0",
			   g->nvidia_device ? "the device is there" : "no such device");
	}
}

static void driver_fixes(struct diag *d, struct draft *dr, const struct gpu *g, enum gpu_maker m)
{
	if (m == GPU_AMD) {
		draft_fix(d, dr, "install", "high",
			  "install ROCm, of the release that the file was built for, on a machine "
			  "with an AMD GPU; in a container use an image that has it");
		draft_fix(d, dr, "other-build", "low",
			  "without such a GPU: install the build for CPUs");
		return;
	}
	if (has_device(g, m))
		draft_fix(d, dr, "install", "high",
			  arena_printf(d->a,
				       "install the user part of NVIDIA's driver in exactly the "
				       "release of the kernel's%s%s; in a container: start it with "
				       "the NVIDIA runtime (docker run --gpus all)",
				       g->nvidia_release != NULL ? ", " : "",
				       g->nvidia_release != NULL ? g->nvidia_release : ""));
	else
		draft_fix(d, dr, "install", "high",
			  "on a machine with an NVIDIA GPU: install NVIDIA's driver; in a container: "
			  "start it with the NVIDIA runtime (docker run --gpus all), which brings "
			  "the file in");
	draft_fix(d, dr, "other-build", "low", "without such a GPU: install the build for CPUs");
}

void gpu_driver_missing(struct diag *d, struct draft *dr, const char *name, const char *by)
{
	const struct gpu_library *lib = gpu_library_of(name);
	const char *maker = maker_word(lib->maker);
	const char *state;
	struct gpu g = machine_gpu(d);

	if (!g.known)
		state = "it comes with the driver, not with a package of the program";
	else if (has_device(&g, lib->maker))
		state = arena_printf(d->a,
				     "the kernel has %s's driver, but the part of it that programs "
				     "load is not here (a container without the %s runtime?)",
				     maker, maker);
	else
		state = arena_printf(d->a, "%s's driver is not installed on this machine", maker);
	draft_say(d, dr, "%s is missing (%s): %s; %s.", name, lib->what, by, state);
	device_facts(d, dr, &g, lib->maker);
	driver_fixes(d, dr, &g, lib->maker);
}

/* ---- opened by name ----------------------------------------------------------------------- */

struct wanted {
	const struct dlwhy_open *open;
	const struct gpu_library *lib;
	const char *copy; /* one that is not reached, NULL */
	bool same;        /* it has that very name */
};

struct wanted_list {
	struct wanted *items;
	size_t n, cap;
};

size_t gpu_stem(const char *name)
{
	const char *so = strstr(name, ".so");

	return so != NULL ? (size_t)(so - name) : strlen(name);
}

static bool same_stem(const char *a, const char *b)
{
	return gpu_stem(a) == gpu_stem(b) && strncmp(a, b, gpu_stem(a)) == 0;
}

/* Is the library reached under this or another of its names? */
static bool is_reached(const struct diag *d, const char *name)
{
	for (size_t i = 0; i < d->opens.n; i++)
		if (d->opens.items[i]->path != NULL && same_stem(d->opens.items[i]->name, name))
			return true;
	return false;
}

static bool listed(const struct wanted_list *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (same_stem(l->items[i].open->name, name))
			return true;
	return false;
}

/* Near the target first, then where such libraries are put. */
static void find_copy(struct diag *d, struct wanted *w)
{
	struct hits hits;

	hunt_library(d, w->open->name, NULL, &hits);
	for (size_t i = 0; i < hits.n && w->copy == NULL; i++)
		if (hits.items[i].usable && !is_gpu_stub(hits.items[i].path)) {
			w->copy = hits.items[i].path;
			w->same = hits.items[i].kind != HIT_SKEW;
		}
	if (w->copy == NULL)
		w->copy = gpu_copy(d, w->open->name, &w->same);
}

/* What is wanted of a maker's libraries and not reached, each library once. The loaders of OpenCL
 * and the like are asked for by programs that can do without. */
static void collect(struct diag *d, enum gpu_maker maker, struct wanted_list *out)
{
	for (size_t i = 0; i < d->opens.n; i++) {
		const struct dlwhy_open *o = d->opens.items[i];
		const struct gpu_library *lib = gpu_library_of(o->name);
		struct wanted *w;

		if (lib == NULL || lib->part == GPU_LOADER || lib->maker != maker ||
		    is_reached(d, o->name) || listed(out, o->name))
			continue;
		w = ARENA_PUSH(d->a, out);
		*w = (struct wanted){ .open = o, .lib = lib };
	}
}

static const char *names_of(struct diag *d, const struct wanted_list *l)
{
	const char *s = "";

	for (size_t i = 0; i < l->n && i < SHOWN; i++)
		s = arena_printf(d->a, "%s%s%s", s, i > 0 ? ", " : "", l->items[i].open->name);
	return l->n > SHOWN ? arena_printf(d->a, "%s and %zu more", s, l->n - SHOWN) : s;
}

static const char *who_opens(struct diag *d, const struct wanted_list *l)
{
	const struct image *im = d->p->images.items[l->items[0].open->from];

	return image_word(d, im);
}

static void copies(struct diag *d, struct draft *dr, struct wanted_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct wanted *w = &l->items[i];

		draft_evidence(d, dr, "text", d->p->images.items[w->open->from],
			       arena_printf(d->a, "it names %s (%s); dlopen would not find it",
					    w->open->name, w->lib->what))
			->value = w->open->name;
		if (w->lib->part != GPU_DRIVER)
			find_copy(d, w);
		if (w->copy != NULL)
			draft_fact(d, dr, w->copy,
				   w->same ? "it is here, where it is not searched"
					   : "another release");
	}
}

static const struct wanted *with_copy(const struct wanted_list *l, bool same)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].copy != NULL && l->items[i].same == same)
			return &l->items[i];
	return NULL;
}

static void install_fix(struct diag *d, struct draft *dr, const struct wanted *w)
{
	const struct provider *pv = provider_of(w->open->name);
	const char *major = w->open->name + gpu_stem(w->open->name);

	if (pv != NULL && pv->python != NULL)
		draft_fix(d, dr, "install", "low",
			  arena_printf(d->a,
				       "install %s of the right release (the number in %s; the "
				       "Python package is %s with -cu11, -cu12 … or none behind its "
				       "name)",
				       w->lib->what, *major != '\0' ? major + 1 : w->open->name,
				       pv->python));
	else
		draft_fix(d, dr, "install", "medium",
			  arena_printf(d->a, "install %s of the release that the file asks for",
				       w->lib->what));
}

/* The machine can compute on its GPU, but the program would not find its libraries. */
static void toolkit_missing(struct diag *d, struct draft *dr, struct wanted_list *l)
{
	const struct wanted *here = with_copy(l, true), *skew = with_copy(l, false);

	if (skew != NULL) {
		draft_say(d, dr,
			  "%s opens %s by name, and what is here is %s, another release that cannot "
			  "stand in for it: it will not use the GPU, or fail when it tries.",
			  who_opens(d, l), skew->open->name, skew->copy);
		install_fix(d, dr, skew);
	} else if (here != NULL) {
		dr->f.severity = DLWHY_NOTE;
		draft_say(d, dr,
			  "%s opens %s by name, which is in %s: whoever uses it has to load that "
			  "first (Python packages do so when they are imported) or name the folder.",
			  who_opens(d, l), here->open->name, dir_name(d->a, here->copy));
		draft_fix_library_path(d, dr, "name the folder", here->copy);
	} else {
		draft_say(d, dr,
			  "%s opens %s by name when it uses the GPU, and dlopen would not find %s: "
			  "it will not use the GPU, or fail when it tries.",
			  who_opens(d, l), names_of(d, l), l->n == 1 ? "it" : "them");
		install_fix(d, dr, &l->items[0]);
	}
}

static void without_gpu(struct diag *d, struct draft *dr, const struct wanted_list *l,
			const struct gpu *g)
{
	const struct wanted *skew = with_copy(l, false);
	const char *maker = maker_word(l->items[0].lib->maker);

	dr->f.severity = DLWHY_NOTE;
	draft_say(d, dr, "%s opens %s by name to use an %s GPU, and finds %s%s%s%s; %s.",
		  who_opens(d, l), names_of(d, l), maker, l->n == 1 ? "it nowhere" : "none of them",
		  skew != NULL ? " (here is " : "", skew != NULL ? base_name(skew->copy) : "",
		  skew != NULL ? ")" : "",
		  g->known ? "there is no such GPU here, so that is harmless"
			   : "harmless unless it should use one");
}

static bool any_part(const struct wanted_list *l, enum gpu_part part)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].lib->part == part)
			return true;
	return false;
}

/* Is it the target that names one of them? */
static bool opens_itself(const struct diag *d, const struct wanted_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (d->p->images.items[l->items[i].open->from] == d->in->root)
			return true;
	return false;
}

static void about_maker(struct diag *d, enum gpu_maker maker)
{
	struct wanted_list l = { NULL, 0, 0 };
	struct draft *dr;
	struct gpu g;

	collect(d, maker, &l);
	if (l.n == 0)
		return;
	g = machine_gpu(d);
	/* Without a GPU nobody misses what a library of a library would open. */
	if (!has_device(&g, maker) && !opens_itself(d, &l))
		return;
	dr = draft_new(d, CAUSE_GPU_DRIVER, NULL);
	dr->f.detail = "by-name";
	dr->f.severity = DLWHY_WARNING;
	dr->f.object = l.items[0].open->name;
	dr->f.needed_by = image_path(d, d->p->images.items[l.items[0].open->from]);
	draft_assume(dr, DLWHY_LIKELY, "names of libraries in its data are what it opens");
	copies(d, dr, &l);
	if (!has_device(&g, maker)) {
		without_gpu(d, dr, &l, &g);
		device_facts(d, dr, &g, maker);
	} else if (any_part(&l, GPU_DRIVER)) {
		for (size_t i = 0; i < l.n; i++)
			if (l.items[i].lib->part == GPU_DRIVER) {
				dr->f.object = l.items[i].open->name;
				gpu_driver_missing(d, dr, dr->f.object,
						   arena_printf(d->a, "%s opens it by name",
								who_opens(d, &l)));
				break;
			}
	} else {
		toolkit_missing(d, dr, &l);
		device_facts(d, dr, &g, maker);
	}
}

/* ---- a driver in two releases ------------------------------------------------------------- */

/* "535.104.05" of the real name libcuda.so.535.104.05; NULL. */
static const char *release_of(struct diag *d, const char *path)
{
	char *real = NULL, copy[256];
	const char *so, *found = NULL;

	if (source_realpath(d->source, path, &real) != 0)
		return NULL;
	so = strstr(base_name(real), ".so.");
	/* Nothing is allocated in the arena while `real` is held. */
	if (so != NULL && strchr(so + 4, '.') != NULL && strlen(so + 4) < sizeof(copy))
		found = memcpy(copy, so + 4, strlen(so + 4) + 1);
	free(real);
	return found != NULL ? arena_strdup(d->a, copy) : NULL;
}

static void one_driver(struct diag *d, const char *path)
{
	const struct gpu_library *lib = gpu_library_of(base_name(path));
	struct draft *dr;
	const char *release;
	struct gpu g;

	if (lib == NULL || lib->part != GPU_DRIVER || lib->maker != GPU_NVIDIA)
		return;
	g = machine_gpu(d);
	release = release_of(d, path);
	if (is_gpu_stub(path)) {
		dr = draft_new(d, CAUSE_GPU_DRIVER, NULL);
		draft_say(d, dr,
			  "%s is a stub, made to link programs against: no function of it does "
			  "anything. The real file comes with NVIDIA's driver.",
			  path);
		driver_fixes(d, dr, &g, GPU_NVIDIA);
	} else if (g.nvidia_release != NULL && release != NULL &&
		   strcmp(g.nvidia_release, release) != 0) {
		dr = draft_new(d, CAUSE_GPU_DRIVER, NULL);
		draft_say(d, dr,
			  "The part of NVIDIA's driver in the kernel is of release %s, and %s of %s: "
			  "they only work together in the same release.",
			  g.nvidia_release, path, release);
		draft_fix(d, dr, "restart", "medium",
			  "restart the machine (after an update of the driver the old part stays in "
			  "the kernel), or install the same release for both");
	} else {
		return;
	}
	dr->f.severity = DLWHY_WARNING;
	dr->f.detail = is_gpu_stub(path) ? "stub" : "driver-skew";
	dr->f.object = path;
	device_facts(d, dr, &g, GPU_NVIDIA);
}

/* Each file of a driver once: in the process, or what dlopen would find. */
static void drivers(struct diag *d)
{
	for (size_t i = 0; i < d->p->images.n; i++) {
		const char *path = image_path(d, d->p->images.items[i]);

		if (path != NULL && starts_with(base_name(path), "libcuda.so"))
			one_driver(d, path);
	}
	for (size_t i = 0; i < d->opens.n; i++)
		if (d->opens.items[i]->path != NULL &&
		    starts_with(base_name(d->opens.items[i]->path), "libcuda.so")) {
			one_driver(d, d->opens.items[i]->path);
			break;
		}
}

void d_gpu(struct diag *d)
{
	about_maker(d, GPU_NVIDIA);
	about_maker(d, GPU_AMD);
	drivers(d);
}
