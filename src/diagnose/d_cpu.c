/* d_cpu.c - what the files want of the processor where the loader does not look: ISA notes that it
 * passes over, and, if asked for, the machine code itself.
 *
 * That code contains an instruction does not say that it is ever run. Three things make more of it:
 * it stands where it runs in any case, nearly the whole file is made of it, or nothing was found by
 * which the file could choose.
 */
#include <string.h>

#include "diagnose/common.h"
#include "diagnose/members.h"
#include "machine/code.h"
#include "object/elfconst.h"

enum {
	FEW = 20,       /* functions from which on shares say something */
	SHOWN = 3       /* extensions that are told one by one */
};

/* ---- notes that the loader does not look at ----------------------------------------------- */

const char *isa_level_word(uint64_t bits)
{
	if (bits > 15)
		return "instructions that no known processor has";
	if ((bits & 8) != 0)
		return "x86-64-v4 (AVX-512)";
	if ((bits & 4) != 0)
		return "x86-64-v3 (AVX2)";
	return (bits & 2) != 0 ? "x86-64-v2 (SSE4.2)" : "x86-64 (the basic level)";
}

void isa_fixes(struct diag *d, struct draft *dr)
{
	draft_fix(d, dr, "replace", "low",
		  "use a build for the basic level (x86-64, x86-64-v2), or build it here without "
		  "-march=");
	draft_fix(d, dr, "upgrade", "medium",
		  "run it on a newer processor; in a virtual machine: let it show the processor of "
		  "its host");
}

static const char *cpu_word(const struct diag *d)
{
	if (d->w->cpu.name != NULL)
		return arena_printf(d->a, "the processor %s", d->w->cpu.name);
	return d->w->cpu.assumed ? "the processor that is assumed" : "this processor";
}

/* glibc looks since 2.33, and only where it goes on to relocation; musl never does. */
static bool loader_looks(const struct diag *d)
{
	return d->w->kind == LOADER_GLIBC && d->w->install.minor >= 33;
}

static void passed_over(struct diag *d, const struct image *im)
{
	struct elf_notes n;
	uint32_t lacks;
	struct draft *dr;

	elf_notes(&im->file->elf, &n);
	lacks = n.has_x86_needed ? n.x86_isa_needed & ~d->w->cpu.isa_bits : 0;
	if (lacks == 0)
		return;
	dr = draft_new(d, CAUSE_CPU_ISA, NULL);
	dr->f.severity = DLWHY_WARNING;
	dr->f.object = image_path(d, im);
	draft_needed_by(d, dr, im->requester);
	draft_say(d, dr,
		  "%s says that it needs a processor of level %s, and %s offers %s. This loader "
		  "(%s%s%s) does not look at that: the process may die of \"Illegal instruction\" "
		  "later.",
		  image_word(d, im), isa_level_word(n.x86_isa_needed), cpu_word(d),
		  isa_level_word(d->w->cpu.isa_bits), loader_name(d->w->kind),
		  d->w->install.version != NULL ? " " : "",
		  d->w->install.version != NULL ? d->w->install.version : "");
	draft_assume(dr, DLWHY_PREDICTED, "the note in the file is right");
	draft_evidence(d, dr, "fact", im,
		       arena_printf(d->a, "its ISA note asks for bits 0x%x, the processor has 0x%x",
				    n.x86_isa_needed, d->w->cpu.isa_bits))
		->path = dr->f.object;
	isa_fixes(d, dr);
}

static bool is_x86(const struct diag *d)
{
	return d->w->machine == EM_X86_64 || d->w->machine == EM_386;
}

void d_isa_notes(struct diag *d)
{
	if (d->p == NULL || !is_x86(d) || loader_looks(d))
		return;
	for (size_t i = 0; i < d->p->images.n && d->drafts.n < MAX_FINDINGS; i++)
		if (d->p->images.items[i]->file != NULL)
			passed_over(d, d->p->images.items[i]);
}

/* ---- the code itself ---------------------------------------------------------------------- */

struct verdict {
	const struct image *im;
	const struct code_facts *c;
	uint64_t lacks;      /* contained, and not there */
	uint64_t start;      /* of these: run when it is loaded */
	uint64_t likely;     /* of these: probably run */
	const char *because; /* of `likely`, in words */
};

static bool more_than(uint64_t part, uint64_t whole, unsigned percent)
{
	return part >= FEW && part >= whole / 100 * percent + whole % 100 * percent / 100;
}

/* Nearly all code that computes with vectors has the encoding of AVX: it was compiled for it. */
static bool is_made_for_avx(const struct code_facts *c)
{
	return more_than(c->vector, c->plain + c->vector, 90);
}

/* Do so many use it, of the functions that compute with vectors and of all? In files that can choose,
 * hand-written code reaches 15 and 8 percent (video decoders), while compilers that were told of
 * SSE4.1 put it into 26 percent and more. */
static bool is_common(const struct code_facts *c, enum isa x, unsigned of_vectors, unsigned of_all)
{
	return more_than(c->use[x].functions, c->plain + c->vector, of_vectors) &&
	       more_than(c->use[x].functions, c->functions, of_all);
}

/* Extensions that so many functions use that no choice can stand before them. Only those count that
 * compilers use by themselves: code for AES or SHA is always written for it. */
static uint64_t used_throughout(const struct code_facts *c)
{
	static const enum isa old[] = { ISA_SSE3, ISA_SSSE3, ISA_SSE41, ISA_SSE42, ISA_POPCNT };
	static const enum isa avx[] = { ISA_FMA, ISA_BMI1, ISA_BMI2, ISA_AVX2, ISA_AVX512F };
	bool for_avx = is_made_for_avx(c);
	uint64_t isa = for_avx ? UINT64_C(1) << ISA_AVX : 0;

	for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++)
		if (is_common(c, old[i], 20, 5))
			isa |= UINT64_C(1) << old[i];
	for (size_t i = 0; for_avx && i < sizeof(avx) / sizeof(avx[0]); i++)
		if (is_common(c, avx[i], 10, 1))
			isa |= UINT64_C(1) << avx[i];
	return isa;
}

static void judge(struct diag *d, struct verdict *v)
{
	uint64_t everywhere = used_throughout(v->c);

	v->lacks = code_contains(v->c) & ~d->w->cpu.isa;
	v->start = code_starts_with(v->c) & v->lacks;
	v->likely = everywhere & v->lacks;
	v->because = "so many of its functions use it that no choice can stand before them";
	if (v->likely == 0 && v->c->dispatch == NULL && !v->c->cut) {
		v->likely = v->lacks;
		v->because = "nothing was found in it by which it could choose";
	}
}

/* "AVX, AVX2 and FMA" */
static const char *names_of(struct diag *d, uint64_t isa)
{
	const char *s = "";
	size_t n = (size_t)__builtin_popcountll(isa), i = 0;

	for (; isa != 0 && i < SHOWN; isa &= isa - 1, i++)
		s = arena_printf(d->a, "%s%s%s", s,
				 i == 0                          ? ""
				 : i + 1 == n                    ? " and "
								 : ", ",
				 isa_name((enum isa)__builtin_ctzll(isa)));
	return isa != 0 ? arena_printf(d->a, "%s and %zu more", s, n - i) : s;
}

/* The name of a function by its address; NULL if the file does not tell. */
static const char *function_name(const struct elf *e, uint64_t vaddr)
{
	uint64_t n = elf_sym_count(e);
	struct elf_sym s;

	for (uint64_t i = 1; i < n && elf_sym(e, i, &s); i++)
		if (s.shndx != 0 && s.value == vaddr)
			return elf_sym_name(e, i);
	return NULL;
}

static void site_evidence(struct diag *d, struct draft *dr, const struct verdict *v,
			  const struct code_site *s, const char *what)
{
	const char *name = function_name(&v->im->file->elf, s->function);
	struct dlwhy_evidence *e =
		draft_evidence(d, dr, "bytes", v->im,
			       arena_printf(d->a, "%s: %s, in %s", what, s->text,
					    name != NULL ? symbol_word(d->a, name)
							 : arena_printf(d->a, "the function at 0x%llx",
									(unsigned long long)
										s->function)));

	e->path = image_path(d, v->im);
	e->offset = s->offset <= INT64_MAX ? (int64_t)s->offset : -1;
	e->size = s->size;
}

static void use_evidence(struct diag *d, struct draft *dr, const struct verdict *v, enum isa x)
{
	const struct code_use *u = &v->c->use[x];

	draft_fact(d, dr, image_path(d, v->im),
		   arena_printf(d->a, "%s: %llu found, in %llu of %llu functions; "
				"processors that have it: %s",
				isa_name(x), (unsigned long long)u->count,
				(unsigned long long)u->functions,
				(unsigned long long)v->c->functions, isa_since(x)));
	if (u->start_from != 0)
		site_evidence(d, dr, v, &u->start, "runs in any case");
	for (size_t i = 0; i < CODE_SITES && i < u->count && u->start_from == 0; i++)
		site_evidence(d, dr, v, &u->sites[i], isa_name(x));
}

static void all_evidence(struct diag *d, struct draft *dr, const struct verdict *v, uint64_t first)
{
	uint64_t rest = v->lacks & ~first;

	for (; first != 0; first &= first - 1)
		use_evidence(d, dr, v, (enum isa)__builtin_ctzll(first));
	for (; rest != 0; rest &= rest - 1)
		use_evidence(d, dr, v, (enum isa)__builtin_ctzll(rest));
	if (v->c->vector > 0)
		draft_fact(d, dr, image_path(d, v->im),
			   arena_printf(d->a,
					"%llu functions compute in the old encoding of SSE alone, "
					"%llu in that of AVX",
					(unsigned long long)v->c->plain,
					(unsigned long long)v->c->vector));
	if (v->c->dispatch != NULL)
		draft_fact(d, dr, image_path(d, v->im), v->c->dispatch);
	if (v->c->cut)
		draft_fact(d, dr, image_path(d, v->im), "only a part of its code was looked at");
}

static struct draft *begin(struct diag *d, const struct verdict *v, enum dlwhy_severity severity)
{
	struct draft *dr = draft_new(d, CAUSE_CPU_ISA, NULL);

	dr->f.severity = severity;
	dr->f.detail = "code";
	dr->f.object = image_path(d, v->im);
	draft_needed_by(d, dr, v->im->requester);
	return dr;
}

static const char *since(uint64_t isa)
{
	return isa_since((enum isa)(63 - __builtin_clzll(isa)));
}

static void assume_as_well(struct diag *d, struct draft *dr, const char *what)
{
	if (dr->f.assumes != NULL)
		what = arena_printf(d->a, "%s; %s", dr->f.assumes, what);
	dr->f.assumes = what;
	dr->f.certainty = DLWHY_PREDICTED;
}

static void at_start(struct diag *d, const struct verdict *v)
{
	struct draft *dr = begin(d, v, DLWHY_ERROR);

	draft_say(d, dr,
		  "%s runs an instruction of %s as soon as it is %s, and %s does not have it: "
		  "the process dies of \"Illegal instruction\" (SIGILL). Processors that have it: "
		  "%s.",
		  image_word(d, v->im), names_of(d, v->start),
		  v->im->kind == IMAGE_PROGRAM ? "started" : "loaded", cpu_word(d),
		  since(v->start));
	assume_as_well(d, dr,
		       "its first constructors run as they stand in the file, and what they call in "
		       "other files comes back");
	all_evidence(d, dr, v, v->start);
	isa_fixes(d, dr);
}

static void probably(struct diag *d, const struct verdict *v)
{
	struct draft *dr = begin(d, v, DLWHY_WARNING);

	draft_say(d, dr,
		  "%s is made for processors with %s, and %s does not have it: it probably dies "
		  "of \"Illegal instruction\" (SIGILL) when it is used. Processors that have it: "
		  "%s.",
		  image_word(d, v->im), names_of(d, v->likely), cpu_word(d), since(v->likely));
	draft_assume(dr, DLWHY_LIKELY, v->because);
	all_evidence(d, dr, v, v->likely);
	isa_fixes(d, dr);
}

static void contained(struct diag *d, const struct verdict *v)
{
	struct draft *dr = begin(d, v, DLWHY_NOTE);

	draft_say(d, dr,
		  "%s also has code for %s, which %s lacks; it can choose at run time.",
		  image_word(d, v->im), names_of(d, v->lacks), cpu_word(d));
	draft_assume(dr, DLWHY_LIKELY, "it chooses by what the processor has");
	all_evidence(d, dr, v, v->lacks);
}

static void look_at(struct diag *d, const struct image *im)
{
	struct verdict v = { .im = im, .c = code_of(d->store, im->file) };

	if (v.c == NULL || v.c->state != CODE_READ)
		return;
	judge(d, &v);
	if (v.start != 0)
		at_start(d, &v);
	else if (v.likely != 0)
		probably(d, &v);
	else if (v.lacks != 0)
		contained(d, &v);
}

/* What there is to say when nothing is wrong. */
static const char *nothing_lacks(struct diag *d)
{
	const struct image *im = d->in->root;
	const struct code_facts *c =
		im != NULL && im->file != NULL ? code_of(d->store, im->file) : NULL;
	uint64_t isa = c != NULL ? code_contains(c) : 0;

	if (c == NULL || c->state == CODE_FOREIGN)
		return "Its machine code was not looked at: only that of x86-64 and aarch64 is.";
	if (c->state == CODE_NO_TABLE)
		return "Its machine code was not looked at: no table tells where its functions are.";
	if (isa == 0)
		return "Its machine code keeps to the basic instructions of its kind.";
	return arena_printf(d->a, "Its machine code uses %s; %s has all of it.", names_of(d, isa),
			    cpu_word(d));
}

void d_code(struct diag *d)
{
	size_t before = d->drafts.n;

	if (!d->in->code || d->p == NULL || d->store == NULL || d->w == NULL)
		return;
	for (size_t i = 0; i < d->p->images.n && d->drafts.n < MAX_FINDINGS; i++)
		if (is_member(d, d->p->images.items[i]))
			look_at(d, d->p->images.items[i]);
	if (d->drafts.n == before)
		d->hint = nothing_lacks(d);
}
