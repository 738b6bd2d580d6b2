/* crash.c - a stack in words, and which of its frames are worth them. */
#include "diagnose/crash.h"

#include <signal.h>
#include <string.h>

#include "base/os_child.h"

/* ---- whose frame -------------------------------------------------------------------------- */

bool crash_is_plumbing(const struct watch_frame *f)
{
	static const char *const names[] = {
		"libc.so.*", "libc-2.*", "libpthread*", "ld-linux*", "ld-musl*", "ld-2.*", "libstdc++.so*",
		"libgcc_s*", "libc++.so*", "libc++abi*", "libm.so*", "libdl.so*", "libffi.so*",
		"[vdso]",
	};

	if (f->object == NULL)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (matches_pattern(base_name(f->object->path), names[i]))
			return true;
	return f->object->loader;
}

static const struct image *image_of(const struct diag *d, const struct watch_object *o)
{
	for (size_t i = 0; d->p != NULL && i < d->p->images.n; i++) {
		const struct image *im = d->p->images.items[i];
		const char *path = image_path(d, im);

		if (im->file != NULL && o->ino != 0 && im->file->st.ino == o->ino &&
		    im->file->st.dev == o->dev)
			return im;
		if (path != NULL && strcmp(path, o->path) == 0)
			return im;
	}
	return NULL;
}

static void add_object(struct crash *c, const struct image *im)
{
	for (size_t i = 0; i < c->nobjects; i++)
		if (c->objects[i] == im)
			return;
	if (im != NULL && c->nobjects < CRASH_OBJECTS)
		c->objects[c->nobjects++] = im;
}

static void find_frames(struct crash *c)
{
	const struct watch_stack *s = c->s;

	c->top = c->where = c->caller = s->nframes;
	for (size_t i = s->nframes; i-- > 0;) {
		if (s->frames[i].object == NULL)
			continue;
		c->top = i;
		if (!crash_is_plumbing(&s->frames[i]))
			c->where = i;
	}
	for (size_t i = s->nframes; c->where < s->nframes && i-- > c->where;) {
		const struct watch_frame *f = &s->frames[i];

		if (f->object != NULL && f->object != s->frames[c->where].object &&
		    !crash_is_plumbing(f))
			c->caller = i;
	}
	if (c->where == s->nframes)
		c->where = c->top;
}

/* ---- copies on the stack -------------------------------------------------------------------- */

static bool on_stack(const struct crash *c, const struct image *im)
{
	for (size_t i = 0; i < c->s->nframes; i++)
		if (c->images[i] == im)
			return true;
	return false;
}

/* Did it die there, or was it called from there? */
static bool is_near(const struct crash *c, const struct image *im)
{
	return im != NULL && (c->images[c->where] == im || c->images[c->caller] == im);
}

/* Copies whose being together explains a death: where one is mixed up with the other next to the death,
 * or where two that do not go together are what died. */
static bool touches(const struct crash *c, const struct conflict *x)
{
	bool died = false;
	size_t there = 0;

	for (size_t i = 0; i < x->crossings.n; i++) {
		const struct crossing *k = &x->crossings.items[i];

		if (k->torn && is_near(c, k->im))
			return true;
		if (on_stack(c, k->im) && on_stack(c, k->other->im))
			return true;
	}
	for (size_t i = 0; i < x->copies.n; i++) {
		there += on_stack(c, x->copies.items[i].im);
		died = died || c->images[c->where] == x->copies.items[i].im;
	}
	return there > 1 || (died && x->together <= DLWHY_WARNING);
}

static void note_conflict(struct diag *d, const struct conflict *x)
{
	struct crash *c = d->crash;
	struct conflict *kept;

	if (c->conflict != NULL || x->soname != NULL || !touches(c, x))
		return;
	kept = ARENA_NEW(d->a, struct conflict);
	*kept = *x;
	c->conflict = kept;
}

/* ---- memory --------------------------------------------------------------------------------- */

static const struct {
	const char *get, *give;
} heaps[] = { { "malloc", "free" },   { "calloc", "free" },     { "realloc", "free" },
	      { "_Znwm", "_ZdlPv" },  { "_Znwm", "_ZdlPvm" },   { "_Znam", "_ZdaPv" } };

static const struct watch_bound *bound_of(const struct watch_stack *s, const struct watch_object *by,
					  const char *symbol)
{
	for (size_t i = 0; i < s->nbounds; i++)
		if (s->bounds[i].by == by && strcmp(s->bounds[i].symbol, symbol) == 0)
			return &s->bounds[i];
	return NULL;
}

/* The one that gives back is the one that died; what it got may come from any on the stack. */
static void find_torn_heap(const struct crash *c, struct torn *out)
{
	const struct watch_stack *s = c->s;
	const struct watch_object *giver = c->where < s->nframes ? s->frames[c->where].object : NULL;

	memset(out, 0, sizeof(*out));
	for (size_t k = 0; giver != NULL && k < sizeof(heaps) / sizeof(heaps[0]); k++) {
		const struct watch_bound *given = bound_of(s, giver, heaps[k].give);

		for (size_t i = c->where; given != NULL && i < s->nframes; i++) {
			const struct watch_bound *got = NULL;

			if (s->frames[i].object != NULL && !crash_is_plumbing(&s->frames[i]))
				got = bound_of(s, s->frames[i].object, heaps[k].get);
			if (got == NULL || got->to == given->to)
				continue;
			*out = (struct torn){ got, given };
			return;
		}
	}
}

/* ---- all of it ------------------------------------------------------------------------------ */

void crash_read(struct diag *d, const struct watch_stack *s, struct crash *out)
{
	memset(out, 0, sizeof(*out));
	out->s = s;
	out->images = ARENA_ARRAY(d->a, s->nframes + 1, const struct image *);
	for (size_t i = 0; i < s->nframes; i++)
		if (s->frames[i].object != NULL)
			out->images[i] = image_of(d, s->frames[i].object);
	find_frames(out);
	for (size_t i = 0; i < s->nframes; i++)
		if (!crash_is_plumbing(&s->frames[i]))
			add_object(out, out->images[i]);
	find_torn_heap(out, &out->heap);
	if (d->p == NULL)
		return;
	d->crash = out;
	runtimes_each_conflict(d, note_conflict);
	d->crash = NULL;
	crash_find_split(d, out, &out->split);
}

size_t crash_find(const struct crash *c, size_t below, const char *const *symbols)
{
	for (size_t i = 0; i < below && i < c->s->nframes; i++)
		for (size_t k = 0; symbols[k] != NULL && c->s->frames[i].symbol != NULL; k++)
			if (matches_pattern(c->s->frames[i].symbol, symbols[k]))
				return i;
	return SIZE_MAX;
}

/* ---- words -------------------------------------------------------------------------------- */

const char *crash_path(const struct crash *c, size_t frame)
{
	if (frame >= c->s->nframes)
		return NULL;
	return c->s->frames[frame].object != NULL ? c->s->frames[frame].object->path : NULL;
}

const char *crash_place(struct diag *d, const struct watch_frame *f)
{
	const char *symbol = f->demangled != NULL ? f->demangled : f->symbol;

	if (f->object == NULL)
		return "code that is in no file";
	if (symbol == NULL)
		return base_name(f->object->path);
	return arena_printf(d->a, "%s (in %s)", base_name(f->object->path), symbol_word(d->a, symbol));
}

static const char *mapped_words(struct diag *d, const struct watch_place *p)
{
	switch (p->kind) {
	case WATCH_FILE:
		return arena_printf(d->a, "memory of the file %s", base_name(p->path));
	case WATCH_STACK:
		return "the stack";
	case WATCH_HEAP:
		return "the heap";
	case WATCH_MEMORY:
		return p->read || p->write || p->exec ? "memory of no file" : "a guard page";
	default:
		return "nothing";
	}
}

static const char *protected_words(struct diag *d, const struct watch_place *p)
{
	return arena_printf(d->a, "%s, which may %s, was used in another way",
			    mapped_words(d, p),
			    p->write ? "be read and written" :
			    p->exec  ? "be run and read" :
			    p->read  ? "only be read" :
				       "not be used at all");
}

static const char *fault_words(struct diag *d, const struct crash *c)
{
	const struct watch_stack *s = c->s;

	switch (s->fault) {
	case WATCH_NULL:
		return "a null pointer was followed";
	case WATCH_UNMAPPED:
		return "memory was used where nothing is mapped";
	case WATCH_PROTECTED:
		return protected_words(d, &s->at_address);
	case WATCH_ADDRESS:
		return "a pointer was followed that is no address (or badly aligned)";
	case WATCH_PAST_FILE:
		return arena_printf(d->a, "a page of %s was used that the file does not reach",
				    s->at_address.path != NULL ? base_name(s->at_address.path)
							       : "a file");
	case WATCH_OVERFLOW:
		return "the stack has no room left";
	case WATCH_JUMP_NULL:
		return "a function was called whose address is 0";
	case WATCH_JUMP_UNMAPPED:
		return "a function was called at an address where nothing is mapped";
	case WATCH_JUMP_DATA:
		return arena_printf(d->a, "a function was called in %s, which is not executable",
				    mapped_words(d, &s->at_pc));
	case WATCH_INSTRUCTION:
		return "an instruction was met that the processor does not run";
	case WATCH_ARITHMETIC:
		return s->why.code == FPE_INTDIV ? "an integer was divided by zero" :
						   "an arithmetic error";
	default:
		return s->why.signal == SIGABRT ? "it ended itself (abort)" :
						  "the signal was sent, not raised by the machine";
	}
}

const char *crash_words(struct diag *d, const struct crash *c)
{
	const struct watch_stack *s = c->s;
	char name[24];

	os_signal_name(s->why.signal, name, sizeof(name));
	switch (s->fault) {
	case WATCH_NULL:
	case WATCH_UNMAPPED:
	case WATCH_PROTECTED:
	case WATCH_JUMP_UNMAPPED:
	case WATCH_JUMP_DATA:
		return arena_printf(d->a, "%s, address 0x%llx: %s", name,
				    (unsigned long long)s->why.address, fault_words(d, c));
	default:
		return arena_printf(d->a, "%s: %s", name, fault_words(d, c));
	}
}
