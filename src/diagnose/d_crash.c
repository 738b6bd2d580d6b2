/* d_crash.c - a process that died of a signal.
 *
 * That it died, where, and of what is seen, not predicted: proved. Why is another matter: a cause other
 * than the plain "crash" is only named where files, bindings or the instruction itself say so.
 */
#include <signal.h>
#include <string.h>

#include "base/os_child.h"
#include "diagnose/crash.h"
#include "machine/code.h"
#include "object/elfconst.h"

enum { SHOWN_FRAMES = 16, WEAK_SHOWN = 8 };

static struct draft *begin(struct diag *d, const struct crash *c, enum cause cause,
			   const char *detail, size_t frame)
{
	struct draft *dr = draft_new(d, cause, NULL);

	dr->f.severity = DLWHY_ERROR;
	dr->f.certainty = DLWHY_PROVED;
	dr->f.assumes = NULL;
	dr->f.detail = detail;
	dr->f.object = crash_path(c, frame);
	if (frame < c->s->nframes)
		dr->f.symbol = c->s->frames[frame].symbol;
	return dr;
}

/* ---- evidence ------------------------------------------------------------------------------- */

static const char *part_words(enum watch_part part)
{
	switch (part) {
	case WATCH_CONSTRUCTOR: return "; a constructor, called by the loader";
	case WATCH_RESOLVER: return "; chooses a function (IFUNC), called by the loader";
	default: return "";
	}
}

static void show_frame(struct diag *d, struct draft *dr, const struct crash *c, size_t i)
{
	const struct watch_frame *f = &c->s->frames[i];
	const char *guess = watch_how_words(f->how);
	struct dlwhy_evidence *e = draft_evidence(
		d, dr, "fact", c->images[i],
		arena_printf(d->a, "stack %zu: %s, at 0x%llx%s%s%s", i, crash_place(d, f),
			     (unsigned long long)(f->object != NULL ? f->vaddr : f->pc),
			     f->signal ? "; a signal came here" : part_words(f->part),
			     guess != NULL ? "; " : "", guess != NULL ? guess : ""));

	e->path = crash_path(c, i);
	e->value = f->symbol;
}

static void show_stack(struct diag *d, struct draft *dr, const struct crash *c)
{
	size_t n = c->s->nframes;

	if (c->s->handled)
		draft_fact(d, dr, NULL,
			   "the program caught the signal, and its handler ended it; this is the stack of "
			   "what it was called for");
	if (c->s->abort_message != NULL)
		draft_evidence(d, dr, "text", NULL, "the C library said so before it aborted")->value =
			c->s->abort_message;
	for (size_t i = 0; i < n && i < SHOWN_FRAMES; i++)
		show_frame(d, dr, c, i);
	if (n > SHOWN_FRAMES)
		draft_fact(d, dr, NULL,
			   arena_printf(d->a, "and %zu more frames%s", n - SHOWN_FRAMES,
					c->s->cut ? ", and further ones that were not read" : ""));
}

static void show_instruction(struct diag *d, struct draft *dr, const struct crash *c)
{
	const struct watch_stack *s = c->s;
	size_t n = s->step.size != 0 && s->step.size <= s->nbytes ? s->step.size : s->nbytes;
	const char *hex = "";
	struct dlwhy_evidence *e;

	for (size_t i = 0; i < n; i++)
		hex = arena_printf(d->a, "%s%s%02x", hex, i > 0 ? " " : "", s->bytes[i]);
	e = draft_evidence(d, dr, "bytes", c->images[0],
			   s->step.text[0] != '\0' ? arena_strdup(d->a, s->step.text)
						   : "an instruction that is not known here");
	e->path = crash_path(c, 0);
	e->size = (int64_t)n;
	e->value = hex;
}

/* ", called from libb.so (in g)"; "" if nobody is known. */
static const char *called_from(struct diag *d, const struct crash *c)
{
	if (c->caller >= c->s->nframes)
		return "";
	return arena_printf(d->a, ", called from %s",
			    crash_place(d, &c->s->frames[c->caller]));
}

/* "libb.so (in g), in its call of strlen" */
static const char *where_words(struct diag *d, const struct crash *c)
{
	const struct watch_frame *f;
	const char *place, *inner;

	if (c->where >= c->s->nframes)
		return "code that is in no file";
	f = &c->s->frames[c->where];
	place = crash_place(d, f);
	if (c->where == 0 || c->s->frames[c->where - 1].object == NULL)
		return place;
	inner = c->s->frames[c->where - 1].demangled;
	if (inner == NULL)
		inner = c->s->frames[c->where - 1].symbol;
	if (inner == NULL)
		inner = f->calls;
	return inner == NULL ? place
			     : arena_printf(d->a, "%s, in its call of %s", place,
					    symbol_word(d->a, inner));
}

static const char *death_word(const struct crash *c)
{
	return c->s->why.signal == SIGABRT ? "An abort" : "A crash";
}

static const char *said(struct diag *d, const struct crash *c)
{
	return c->s->abort_message != NULL ?
		       arena_printf(d->a, " (\"%s\")", c->s->abort_message) :
		       "";
}

/* Somebody else ended it: what lies on its stack has nothing to do with that. */
static bool was_ended_by_another(struct diag *d, const struct crash *c)
{
	char name[24];
	struct draft *dr;

	if (c->s->why.sender == 0)
		return false;
	dr = begin(d, c, CAUSE_CRASH, "sent", c->where);
	draft_say(d, dr, "Another process, %ld, sent %s; it came in %s%s.", c->s->why.sender,
		  os_signal_name(c->s->why.signal, name, sizeof(name)), where_words(d, c),
		  called_from(d, c));
	show_stack(d, dr, c);
	return true;
}

/* ---- causes of their own ---------------------------------------------------------------------- */

static const char *isa_words(struct diag *d, uint64_t isa)
{
	const char *s = "";

	for (; isa != 0; isa &= isa - 1)
		s = arena_printf(d->a, "%s%s%s", s, *s != '\0' ? " and " : "",
				 isa_name((enum isa)__builtin_ctzll(isa)));
	return s;
}

static uint64_t cpu_has(const struct diag *d)
{
	struct cpu cpu;

	if (d->w != NULL)
		return d->w->cpu.isa;
	cpu_host(&cpu);
	return cpu.isa;
}

/* ud2 and its kin: compilers put them where a program must not come. */
static bool is_trap(const struct crash *c)
{
	const unsigned char *b = c->s->bytes;

	if (c->s->nbytes < 4)
		return false;
	if (c->s->machine == EM_AARCH64)
		return b[2] == 0 && b[3] == 0; /* udf */
	return b[0] == 0x0f && (b[1] == 0x0b || b[1] == 0xb9 || b[1] == 0xff);
}

static void trapped(struct diag *d, const struct crash *c)
{
	struct draft *dr = begin(d, c, CAUSE_CRASH, "trap", c->where);

	draft_say(d, dr,
		  "%s%s came to an instruction that is never valid (%s): compilers put it where the "
		  "program must not come (a failed check, the end of a function that does not return), "
		  "so no other processor would help.",
		  where_words(d, c), called_from(d, c),
		  c->s->step.text[0] != '\0' ? c->s->step.text : "a trap");
	show_instruction(d, dr, c);
	show_stack(d, dr, c);
}

static bool died_of_instruction(struct diag *d, const struct crash *c)
{
	uint64_t lacks = c->s->step.isa & ~cpu_has(d);
	struct draft *dr;

	if (c->s->fault != WATCH_INSTRUCTION)
		return false;
	if (is_trap(c)) {
		trapped(d, c);
		return true;
	}
	if (c->s->step.isa == 0)
		return false;
	dr = begin(d, c, CAUSE_CPU_ISA, "code", c->where);
	draft_say(d, dr,
		  "%s%s ran an instruction of %s (%s), and the processor refused it (SIGILL)%s. "
		  "Processors that have it: %s.",
		  where_words(d, c), called_from(d, c), isa_words(d, c->s->step.isa), c->s->step.text,
		  lacks != 0 ? ": it does not have it" :
			       ", although it says that it has it: the system may have switched it off",
		  isa_since((enum isa)(63 - __builtin_clzll(c->s->step.isa))));
	show_instruction(d, dr, c);
	show_stack(d, dr, c);
	isa_fixes(d, dr);
	return true;
}

static bool stack_is_full(struct diag *d, const struct crash *c)
{
	const struct watch_frame *f = c->s->frames;
	struct draft *dr;
	size_t times = 0;

	if (c->s->fault != WATCH_OVERFLOW)
		return false;
	for (size_t i = 0; i < c->s->nframes && c->where < c->s->nframes; i++)
		times += f[i].symbol != NULL && same_text(f[i].symbol, f[c->where].symbol);
	dr = begin(d, c, CAUSE_MEMORY_OR_LIMIT, "stack", c->where);
	if (times > WEAK_SHOWN)
		draft_say(d, dr,
			  "The stack has no room left (SIGSEGV): %s calls itself without end, or "
			  "deeper than the stack allows (%zu times among the %zu frames that were read).",
			  crash_place(d, &f[c->where]), times, c->s->nframes);
	else
		draft_say(d, dr,
			  "The stack has no room left (SIGSEGV), in %s%s: calls without end, or local "
			  "variables that are too large.",
			  where_words(d, c), called_from(d, c));
	show_stack(d, dr, c);
	draft_fix(d, dr, "limit", "low",
		  "if the depth is right, give it more: `ulimit -s` in kilobytes before the start; for "
		  "a thread, the stack size that it is created with");
	return true;
}

static bool file_is_short(struct diag *d, const struct crash *c)
{
	const char *path = c->s->at_address.path;
	struct draft *dr;

	if (c->s->fault != WATCH_PAST_FILE || path == NULL || *path == '\0')
		return false;
	dr = begin(d, c, CAUSE_CORRUPT_FILE, NULL, SIZE_MAX);
	dr->f.object = path;
	draft_say(d, dr,
		  "%s is shorter than it was when it was mapped, or than it says: its page at 0x%llx "
		  "is not there any more, and %s%s needed it (SIGBUS).",
		  base_name(path), (unsigned long long)c->s->why.address, where_words(d, c),
		  called_from(d, c));
	draft_fact(d, dr, path, "mapped, but the file ends before that page");
	show_stack(d, dr, c);
	draft_fix_reinstall(d, dr, path,
			    "get the file again, and replace files that are in use by renaming, not "
			    "by writing into them");
	return true;
}

/* ---- calls that lead nowhere ------------------------------------------------------------------ */

static bool weak_is_missing(struct diag *d, const struct crash *c)
{
	const char *name = c->s->called.symbol;
	const char *path = crash_path(c, 1);
	struct draft *dr;

	if (c->s->fault != WATCH_JUMP_NULL || name == NULL || path == NULL)
		return false;
	dr = begin(d, c, CAUSE_MISSING_SYMBOL, "weak", 1);
	dr->f.symbol = name;
	draft_say(d, dr,
		  "%s called %s, which nobody defines: the reference is weak, so the loader put 0 in "
		  "its place and said nothing (SIGSEGV at address 0).",
		  crash_place(d, &c->s->frames[1]), symbol_word(d->a, name));
	draft_evidence(d, dr, "symbol", c->images[1], "a weak reference that is bound to nothing")->value =
		name;
	show_stack(d, dr, c);
	draft_fix(d, dr, "link", "medium",
		  "link the library that defines it (weak references do not pull one in), or ask whether "
		  "its address is 0 before the call");
	return true;
}

/* A library that was closed, and is still called. */
static bool was_closed(struct diag *d, const struct crash *c)
{
	const struct crash_closed *closed = NULL;
	uint64_t at = 0;
	struct draft *dr;

	for (size_t i = 0; i < c->s->nframes && closed == NULL; i++) {
		at = c->s->frames[i].pc;
		if (c->s->frames[i].object != NULL)
			continue;
		for (size_t k = 0; k < d->in->nclosed; k++)
			if (at >= d->in->closed[k].start && at < d->in->closed[k].end)
				closed = &d->in->closed[k];
	}
	if (closed == NULL)
		return false;
	dr = begin(d, c, CAUSE_CRASH, "closed-library", SIZE_MAX);
	dr->f.object = closed->path;
	draft_say(d, dr,
		  "Code of %s was called after the library had been closed (dlclose), by %s: nothing is "
		  "mapped there any more (SIGSEGV).",
		  base_name(closed->path), where_words(d, c));
	draft_fact(d, dr, closed->path,
		   arena_printf(d->a, "lay at 0x%llx to 0x%llx until it was closed; the call went to "
				"0x%llx",
				(unsigned long long)closed->start, (unsigned long long)closed->end,
				(unsigned long long)at));
	show_stack(d, dr, c);
	draft_fix(d, dr, "code", "medium",
		  "do not close a library while its functions may still be called (callbacks, threads, "
		  "atexit, thread-local destructors), or link it with -Wl,-z,nodelete");
	return true;
}

/* ---- several copies --------------------------------------------------------------------------- */

static bool is_heap_word(const char *text)
{
	static const char *const words[] = { "free():*", "double free*", "munmap_chunk()*", "malloc()*",
					     "realloc():*", "corrupted *", "malloc_consolidate()*",
					     "invalid fastbin*", "*invalid pointer*" };

	for (size_t i = 0; text != NULL && i < sizeof(words) / sizeof(words[0]); i++)
		if (matches_pattern(text, words[i]))
			return true;
	return false;
}

static bool heap_is_torn(struct diag *d, const struct crash *c)
{
	static const char *const names[] = { "free", "cfree", "__libc_free", "realloc", "_ZdlPv", "_ZdaPv",
					     "_ZdlPvm", NULL };
	const struct watch_bound *got = c->heap.got, *given = c->heap.given;
	bool in_heap = is_heap_word(c->s->abort_message) || crash_find(c, c->where, names) != SIZE_MAX;
	const char *getter, *giver;
	struct draft *dr;

	if (!in_heap || got == NULL)
		return false;
	getter = base_name(got->by->path);
	giver = base_name(given->by->path);
	dr = begin(d, c, CAUSE_DUPLICATE_RUNTIME, "malloc", c->where);
	draft_say(d, dr,
		  "%s%s gave memory back to a heap that it did not come from%s: %s of %s comes from %s, "
		  "%s of %s from %s.",
		  where_words(d, c), called_from(d, c), said(d, c), symbol_word(d->a, got->symbol), getter,
		  base_name(got->to->path), symbol_word(d->a, given->symbol),
		  got->by == given->by ? "the same" : giver, base_name(given->to->path));
	draft_assume(dr, DLWHY_LIKELY, "the memory was gotten where that leads");
	draft_evidence(d, dr, "symbol", NULL,
		       arena_printf(d->a, "%s has it from %s", getter, base_name(got->to->path)))
		->value = got->symbol;
	draft_evidence(d, dr, "symbol", NULL,
		       arena_printf(d->a, "%s has it from %s", giver, base_name(given->to->path)))
		->value = given->symbol;
	show_stack(d, dr, c);
	draft_fix(d, dr, "replace", "medium",
		  "let one object define all functions of the heap, or remove the one that defines some "
		  "of them from the link line or LD_PRELOAD");
	return true;
}

/* A copy by its base name, or by its path where two share the name. */
static const char *copy_word(struct diag *d, const struct conflict *x, size_t i)
{
	const char *name = image_word(d, x->copies.items[i].im);
	const char *path = image_path(d, x->copies.items[i].im);

	for (size_t k = 0; k < x->copies.n && path != NULL; k++)
		if (k != i && strcmp(name, image_word(d, x->copies.items[k].im)) == 0)
			return path;
	return name;
}

static bool runtime_is_twice(struct diag *d, const struct crash *c)
{
	const struct conflict *x = c->conflict;
	const char *list = "";
	struct draft *dr;

	if (x == NULL)
		return false;
	for (size_t i = 0; i < x->copies.n; i++)
		list = arena_printf(d->a, "%s%s%s", list,
				    i == 0                   ? "" :
				    i + 1 == x->copies.n     ? " and " :
							       ", ",
				    copy_word(d, x, i));
	dr = begin(d, c, CAUSE_DUPLICATE_RUNTIME, x->family->id, c->where);
	draft_say(d, dr, "%s in %s%s, and %zu %s are in the process: %s. %s%c%s.", death_word(c),
		  where_words(d, c),
		  called_from(d, c), x->copies.n, x->family->several, list,
		  "It likely comes of that: ", x->harm[0], x->harm + 1);
	draft_assume(dr, DLWHY_LIKELY, "the death comes of the two being together");
	draft_fact(d, dr, NULL, crash_words(d, c));
	show_stack(d, dr, c);
	draft_fix(d, dr, "replace", "medium", x->family->advice);
	conflict_write(d, x);
	return true;
}

/* ---- code that runs at load time ---------------------------------------------------------------- */

/* The frame of such code, nframes if there is none. */
static size_t loading_frame(const struct crash *c)
{
	size_t i = 0;

	while (i < c->s->nframes && c->s->frames[i].part == WATCH_PLAIN)
		i++;
	return i;
}

static bool while_loading(struct diag *d, const struct crash *c)
{
	size_t i = loading_frame(c);
	struct draft *dr;
	bool constructor;

	if (i == c->s->nframes)
		return false;
	constructor = c->s->frames[i].part == WATCH_CONSTRUCTOR;
	dr = begin(d, c, CAUSE_INIT_FAILED, constructor ? "constructor" : "resolver", i);
	draft_say(d, dr, "%s of %s%s, which runs while the file is loaded, ended the process%s: %s%s.",
		  constructor ? "The constructor" : "The function that chooses an implementation (IFUNC)",
		  crash_place(d, &c->s->frames[i]), "",
		  c->where != i && c->where < c->s->nframes ?
			  arena_printf(d->a, " (it died in %s)", where_words(d, c)) :
			  "",
		  crash_words(d, c), said(d, c));
	show_stack(d, dr, c);
	draft_needed_by(d, dr, c->images[i] != NULL ? c->images[i]->requester : NULL);
	if (!constructor)
		draft_fix(d, dr, "code", "medium",
			  "such a function runs before its library is relocated: it must not call other "
			  "libraries nor use their variables");
	return true;
}

/* ---- C++ exceptions ----------------------------------------------------------------------------- */

static bool exception_was_not_caught(struct diag *d, const struct crash *c)
{
	static const char *const throws[] = { "__cxa_throw", "__cxa_rethrow",
					      "_ZSt17rethrow_exception*", NULL };
	static const char *const ends[] = { "_ZSt9terminatev", "_ZSt10unexpectedv",
					    "*__verbose_terminate_handler*", NULL };
	size_t thrown = crash_find(c, c->s->nframes, throws);
	size_t ended = crash_find(c, c->s->nframes, ends);
	const char *blind = NULL;
	struct draft *dr;

	if (c->s->why.signal != SIGABRT || (thrown == SIZE_MAX && ended == SIZE_MAX))
		return false;
	for (size_t i = c->where; i + 1 < c->s->nframes && blind == NULL; i++)
		if (watch_how_words(c->s->frames[i + 1].how) != NULL && c->s->frames[i].object != NULL)
			blind = crash_place(d, &c->s->frames[i]);
	dr = begin(d, c, CAUSE_CRASH, "exception", c->where);
	if (thrown == SIZE_MAX)
		draft_say(d, dr, "%s%s ended the process by std::terminate (SIGABRT).",
			  crash_place(d, &c->s->frames[c->where]), called_from(d, c));
	else
		draft_say(d, dr,
			  "%s%s threw a C++ exception that nobody caught, so the process ended itself "
			  "(SIGABRT)%s%s%s.",
			  crash_place(d, &c->s->frames[c->where]), called_from(d, c),
			  blind != NULL ? ": it cannot pass through " : "",
			  blind != NULL ? blind : "",
			  blind != NULL ? ", which has no unwind table (C code, built without -fexceptions)" :
					  "");
	show_stack(d, dr, c);
	draft_fix(d, dr, "code", "medium",
		  blind != NULL ? "build the C code that it passes through with -fexceptions, or catch "
				  "exceptions before they enter it" :
				  "catch it where C++ code is called from C or from another language");
	return true;
}

/* ---- built against different things ---------------------------------------------------------------- */

static const char *built_words(struct diag *d, const struct crash *c)
{
	const struct split *s = &c->split;

	if (s->kind == SPLIT_NEEDS && s->zx == s->x)
		return arena_printf(d->a, "%s was linked with %s", image_word(d, s->y),
				    image_word(d, s->zy));
	if (s->kind == SPLIT_NEEDS)
		return arena_printf(d->a, "%s with %s, %s with %s", image_word(d, s->x),
				    image_word(d, s->zx), image_word(d, s->y), image_word(d, s->zy));
	if (s->kind == SPLIT_BOUND)
		return arena_printf(d->a, "%s has it from %s, %s from %s", image_word(d, s->x),
				    image_path(d, s->zx), image_word(d, s->y), image_path(d, s->zy));
	if (s->kind == SPLIT_CXX11)
		return "one uses std::string as it was before GCC 5, the other std::__cxx11::string";
	return "one was built for numpy 1, the other is numpy 2";
}

static void show_split(struct diag *d, struct draft *dr, const struct split *s)
{
	if (s->zx != NULL)
		draft_evidence(d, dr, "fact", s->zx,
			       arena_printf(d->a, "what %s was built for", image_word(d, s->x)))
			->path = image_path(d, s->zx);
	if (s->zy != NULL)
		draft_evidence(d, dr, "fact", s->zy,
			       arena_printf(d->a, "what %s was built for", image_word(d, s->y)))
			->path = image_path(d, s->zy);
	for (size_t i = 0; i < s->nexamples; i++)
		draft_evidence(d, dr, "symbol", NULL,
			       s->kind == SPLIT_NEEDS ? "leads to the other release" :
							"leads each to another copy")
			->value = s->examples[i];
}

/* A failed check of its own, or an exception that it threw itself: it says what was wrong, and two
 * releases on the stack are no evidence against that. */
static bool ended_itself(const struct crash *c)
{
	static const char *const calls[] = { "abort", "__assert_fail", "__assert", "__cxa_throw",
					     "__cxa_rethrow", "_ZSt9terminatev" };
	const char *called = c->where > 0 && c->where < c->s->nframes ?
				     c->s->frames[c->where - 1].symbol : NULL;

	for (size_t i = 0; called != NULL && i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(called, calls[i]) == 0)
			return c->s->why.signal == SIGABRT;
	return false;
}

static bool built_apart(struct diag *d, const struct crash *c)
{
	static const char *const details[] = { NULL, "version-skew", "version-skew", "cxx11-abi",
					       "numpy-abi" };
	const struct split *s = &c->split;
	struct draft *dr;
	const char *who;

	if (s->kind == SPLIT_NONE || ended_itself(c))
		return false;
	dr = begin(d, c, CAUSE_ABI_CRASH, details[s->kind], c->where);
	if (c->images[c->where] == s->x && c->caller < c->s->nframes &&
	    c->images[c->caller] == s->y)
		who = ", which";
	else
		who = arena_printf(d->a, "; of those on the stack, %s and %s", image_word(d, s->x),
				   image_word(d, s->y));
	draft_say(d, dr, "%s in %s%s%s %s different %s: %s. (%s%s.)", death_word(c), where_words(d, c),
		  called_from(d, c), who,
		  s->kind == SPLIT_BOUND ? "are bound to" : "were built against", s->what,
		  built_words(d, c), crash_words(d, c), said(d, c));
	draft_assume(dr, DLWHY_LIKELY, "the crash comes of it");
	show_split(d, dr, s);
	show_stack(d, dr, c);
	draft_fix(d, dr, "replace", "medium",
		  "use builds of both that were made against one and the same");
	return true;
}

/* ---- the plain case ---------------------------------------------------------------------------- */

static void plain(struct diag *d, const struct crash *c)
{
	struct draft *dr = begin(d, c, CAUSE_CRASH,
				 is_heap_word(c->s->abort_message) ? "heap" : NULL, c->where);

	draft_say(d, dr, "%s in %s%s (%s)%s.", death_word(c), where_words(d, c),
		  called_from(d, c), crash_words(d, c),
		  c->s->abort_message != NULL ?
			  arena_printf(d->a, ": \"%s\"", c->s->abort_message) : "");
	if (c->s->nbytes > 0 && c->s->why.signal != SIGABRT)
		show_instruction(d, dr, c);
	show_stack(d, dr, c);
}

void d_crash(struct diag *d)
{
	struct crash c;

	crash_read(d, d->in->stack, &c);
	if (was_ended_by_another(d, &c) || died_of_instruction(d, &c) || stack_is_full(d, &c) ||
	    file_is_short(d, &c) ||
	    was_closed(d, &c) || weak_is_missing(d, &c) || heap_is_torn(d, &c) ||
	    runtime_is_twice(d, &c) || built_apart(d, &c) || while_loading(d, &c) ||
	    exception_was_not_caught(d, &c))
		return;
	plain(d, &c);
}
