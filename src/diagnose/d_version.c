/* d_version.c - the library is there, but not the version that was linked against. */
#include <string.h>

#include "diagnose/common.h"
#include "diagnose/copies.h"
#include "diagnose/known.h"
#include "object/elfconst.h"

enum { MAX_SYMBOLS = 6, MAX_GROUP = 200, MAX_COPIES = 8 };

struct group {
	struct diag *d;
	const struct failure *f; /* the first */
	const char *highest;     /* of the versions wanted */
	size_t nversions;        /* different ones */
	size_t prefix;           /* length of "GLIBCXX" in the names */
	bool glibc;
	struct draft *dr;
};

/* Length of the part that versions of one family share: "GLIBCXX" of "GLIBCXX_3.4.30", "V" of
 * "V2". */
static size_t prefix_length(const char *version)
{
	size_t n = 0;

	for (size_t i = 0; version[i] != '\0'; i++)
		if (version[i] == '_' && version[i + 1] >= '0' && version[i + 1] <= '9')
			n = i;
	return n != 0 ? n : strcspn(version, "0123456789");
}

static bool is_glibc_version(const char *version)
{
	return starts_with(version, "GLIBC_") && strcmp(version, "GLIBC_PRIVATE") != 0;
}

/* "GLIBC_2.38" -> 38; 0 for other things. The mark for packed relocations came with 2.36, those for
 * the PLT and for TLS descriptors of x86-64 with 2.42. */
static int glibc_minor_of(const char *version)
{
	int n = 0;

	if (strcmp(version, "GLIBC_ABI_DT_RELR") == 0)
		return 36;
	if (strcmp(version, "GLIBC_ABI_DT_X86_64_PLT") == 0 ||
	    strcmp(version, "GLIBC_ABI_GNU2_TLS") == 0)
		return 42;
	if (!starts_with(version, "GLIBC_2."))
		return 0;
	for (const char *p = version + 8; *p >= '0' && *p <= '9' && n < 1000; p++)
		n = n * 10 + (*p - '0');
	return n;
}

static bool belongs(const struct group *g, const struct failure *o)
{
	if (o->kind != FAIL_VERSION || o->version == NULL)
		return false;
	if (g->glibc)
		return is_glibc_version(o->version);
	return o->provider == g->f->provider && prefix_length(o->version) == g->prefix &&
	       strncmp(o->version, g->f->version, g->prefix) == 0;
}

/* ---- what the provider has ---------------------------------------------------------------- */

struct best {
	const char *prefix; /* a version; only its first `n` letters count */
	size_t n;
	const char *highest;
	const char *wanted;
	bool found;
};

/* Is it a number alone that stands behind the family: "3.4.30" or "2", not "6_PRIVATE_API"? */
static bool is_number(const char *rest)
{
	rest += *rest == '_';
	return *rest != '\0' && rest[strspn(rest, "0123456789._")] == '\0';
}

static bool on_verdef(void *ctx, const struct elf_verdef *v)
{
	struct best *b = ctx;

	if (v->name == NULL)
		return false;
	if (b->wanted != NULL && strcmp(v->name, b->wanted) == 0)
		b->found = true;
	if (prefix_length(v->name) == b->n && strncmp(v->name, b->prefix, b->n) == 0 &&
	    is_number(v->name + b->n) == is_number(b->prefix + b->n) &&
	    (b->highest == NULL || compare_versions(v->name, b->highest) > 0))
		b->highest = v->name;
	return false;
}

static const char *highest_of(const struct elf *e, const char *like)
{
	struct best b = { like, prefix_length(like), NULL, NULL, false };

	elf_each_verdef(e, on_verdef, &b, NULL);
	return b.highest;
}

static bool defines_version(const struct elf *e, const char *version)
{
	struct best b = { version, prefix_length(version), NULL, version, false };

	elf_each_verdef(e, on_verdef, &b, NULL);
	return b.found;
}

/* ---- which symbols need it ---------------------------------------------------------------- */

struct find_index {
	const char *version;
	uint16_t index;
};

static bool on_verneed(void *ctx, const struct elf_verneed *n)
{
	struct find_index *x = ctx;

	if (n->name == NULL || strcmp(n->name, x->version) != 0)
		return false;
	x->index = n->other & 0x7fff;
	return true;
}

static void symbol_evidence(struct group *g, const struct failure *o, const char *name)
{
	draft_evidence(g->d, g->dr, "symbol", o->image,
		       arena_printf(g->d->a, "%s is wanted for", o->version))
		->value = name;
}

static void symbols_evidence(struct group *g, const struct failure *o)
{
	const struct elf *e =
		o->image != NULL && o->image->file != NULL ? &o->image->file->elf : NULL;
	struct find_index x = { o->version, 0 };
	uint64_t n;
	size_t found = 0;

	if (e == NULL || !elf_each_verneed(e, on_verneed, &x, NULL))
		return;
	n = elf_sym_count(e);
	for (uint64_t i = 1; i < n; i++) {
		uint16_t v;
		const char *name;

		if (!elf_versym(e, i, &v) || (v & 0x7fff) != x.index)
			continue;
		name = elf_sym_name(e, i);
		if (name != NULL && *name != '\0' && found++ < MAX_SYMBOLS)
			symbol_evidence(g, o, name);
	}
	if (found > MAX_SYMBOLS)
		draft_evidence(g->d, g->dr, "fact", o->image,
			       arena_printf(g->d->a, "%s is wanted for %zu more", o->version,
					    found - MAX_SYMBOLS));
}

static void version_evidence(struct group *g, const struct failure *o)
{
	struct dlwhy_evidence *e = draft_evidence(
		g->d, g->dr, "version", o->image,
		arena_printf(g->d->a, "%s lacks what %s asks of it",
			     o->provider != NULL ? image_word(g->d, o->provider) : "a library",
			     image_word(g->d, o->image)));

	e->path = image_path(g->d, o->image);
	e->value = o->version;
}

/* Takes all failures of the group: the highest version, and evidence for each. */
static void collect(struct group *g)
{
	struct diag *d = g->d;
	size_t n = 0;

	g->highest = g->f->version;
	for (size_t i = 0; i < d->t->failures.n; i++) {
		const struct failure *o = &d->t->failures.items[i];

		if (o != g->f && (d->taken[i] || !belongs(g, o)))
			continue;
		d->taken[i] = true;
		if (n++ >= MAX_GROUP)
			continue;
		g->nversions += o == g->f || strcmp(o->version, g->f->version) != 0;
		if (compare_versions(o->version, g->highest) > 0)
			g->highest = o->version;
		version_evidence(g, o);
		symbols_evidence(g, o);
	}
}

/* ---- other copies ------------------------------------------------------------------------- */

/* " (GCC 12.1)" */
static const char *in_brackets(struct diag *d, const char *version)
{
	const char *gcc = gcc_of_version(version);

	return gcc != NULL ? arena_printf(d->a, " (%s)", gcc) : "";
}

static void copy_evidence(struct group *g, const struct copy *c, bool has)
{
	struct diag *d = g->d;
	const char *highest = highest_of(&c->file->elf, g->highest);
	struct dlwhy_evidence *e = draft_evidence(
		d, g->dr, "version", NULL,
		has ? arena_printf(d->a, "%s has it, but was not taken: %s", c->path, c->why)
		    : arena_printf(d->a, "%s, another copy, %s", c->path,
				   highest != NULL ? "ends at" : "has none of that family"));

	e->path = c->path;
	e->value = has ? NULL : highest;
}

/* What stands elsewhere; the best copy, one that has all that is wanted, or NULL. */
static const char *other_copies(struct group *g)
{
	struct diag *d = g->d;
	struct copies copies;
	const char *best = NULL;
	size_t shown = 0;

	if (g->f->version_file == NULL || g->f->provider == NULL || g->f->image == NULL)
		return NULL;
	copies_of(d, g->f->version_file, g->f->image, g->f->provider, &copies);
	for (size_t i = 0; i < copies.n; i++) {
		const struct copy *c = &copies.items[i];
		bool has = defines_version(&c->file->elf, g->highest);

		if (has && best == NULL)
			best = c->path;
		if (shown++ < MAX_COPIES)
			copy_evidence(g, c, has);
	}
	return best;
}

static void why_this_copy(struct group *g)
{
	const struct image *p = g->f->provider;
	struct diag *d = g->d;
	const char *by = p != NULL && p->request != NULL ? rule_words(p->request->rule) : NULL;

	if (by == NULL || p->request->rule == RULE_NONE)
		return;
	draft_evidence(d, g->dr, "fact", p,
		       p->request->rule_of != NULL
			       ? arena_printf(d->a, "this copy was taken through %s of %s", by,
					      image_word(d, p->request->rule_of))
			       : arena_printf(d->a, "this copy was taken through %s", by))
		->path = image_path(d, p);
}

/* ---- glibc -------------------------------------------------------------------------------- */

static void too_old(struct group *g)
{
	struct diag *d = g->d;
	int wanted = glibc_minor_of(g->highest), have = d->w->install.minor;
	const char *who = distro_of_glibc(wanted);
	struct draft *dr = g->dr;

	if (have > 0)
		draft_say(d, dr,
			  "%s needs glibc 2.%d or newer (it asks for %s), but this system has "
			  "glibc 2.%d.",
			  image_word(d, g->f->image), wanted, g->highest, have);
	else
		draft_say(d, dr,
			  "%s needs glibc 2.%d or newer (it asks for %s), and the one here is "
			  "older.",
			  image_word(d, g->f->image), wanted, g->highest);
	draft_fact(d, dr, d->w->install.version_from,
		   arena_printf(d->a, "glibc (the C library) is version %s",
				d->w->install.version != NULL ? d->w->install.version : "unknown"));
	draft_fix(d, dr, "replace", "low",
		  "use a build for older systems: another wheel or release, or build it on this "
		  "system (or in a manylinux container)");
	draft_fix(d, dr, "upgrade", "high",
		  who != NULL ? arena_printf(d->a,
					     "run it on a newer system: the first with that glibc "
					     "were %s; a container with one of them is enough",
					     who)
			      : "run it on a newer system; a container with one is enough");
}

/* ---- other libraries ---------------------------------------------------------------------- */

static bool in_conda(const char *path)
{
	return path != NULL &&
	       (strstr(path, "conda") != NULL || strstr(path, "miniforge") != NULL ||
		strstr(path, "mamba") != NULL || strstr(path, "/envs/") != NULL);
}

static void fix_gcc_runtime(struct group *g, const char *gcc)
{
	struct diag *d = g->d;
	const char *path = image_path(d, g->f->provider), *who = distro_of_gcc(gcc);

	if (in_conda(path))
		fix_command(d,
			    draft_fix(d, g->dr, "upgrade", "low",
				      "update the copy in the conda environment"),
			    "conda install -c conda-forge libstdcxx-ng libgcc-ng");
	else
		draft_fix(d, g->dr, "replace", "low",
			  "use a build that was made with an older GCC, or build it here");
	if (who != NULL && !in_conda(path))
		draft_fix(d, g->dr, "upgrade", "high",
			  arena_printf(d->a,
				       "run it on a newer system: the first with the libraries of "
				       "%s were %s; a container with one of them is enough",
				       gcc, who));
}

static void fix_release(struct group *g)
{
	struct diag *d = g->d;
	const char *number, *project = project_of_version(g->highest, &number);
	const char *needs = image_word(d, g->f->image), *lib = image_word(d, g->f->provider);

	draft_fix(d, g->dr, "upgrade", "medium",
		  project != NULL
			  ? arena_printf(d->a,
					 "bring %s to %s %s or newer, or take a build of %s for "
					 "the %s that is here",
					 lib, project, number, needs, project)
			  : arena_printf(d->a, "install the release of %s that %s was built with",
					 lib, needs));
}

static void too_low(struct group *g)
{
	struct diag *d = g->d;
	const struct image *p = g->f->provider;
	const char *have =
		p != NULL && p->file != NULL ? highest_of(&p->file->elf, g->highest) : NULL;
	const char *gcc = gcc_of_version(g->highest);
	const char *tail = have != NULL ? in_brackets(d, have) : "";
	const char *copy;

	if (have != NULL)
		draft_evidence(d, g->dr, "version", p, "the highest that the loaded copy defines")
			->value = have;
	why_this_copy(g);
	copy = other_copies(g);
	if (have == NULL && copy != NULL)
		tail = arena_printf(d->a, "; %s does", copy);
	g->dr->f.detail = p != NULL && copy != NULL ? "wrong-provider" : "version-skew";
	draft_say(d, g->dr, "%s needs %s%s of %s, but %s%s%s%s.", image_word(d, g->f->image),
		  g->highest, in_brackets(d, g->highest),
		  g->f->version_file != NULL ? base_name(g->f->version_file) : image_word(d, p),
		  p != NULL && image_path(d, p) != NULL ? image_path(d, p)
							: "the copy that is loaded",
		  have != NULL ? ", the copy that is loaded, ends at "
			       : ", the copy that is loaded, does not define it",
		  have != NULL ? have : "", tail);
	if (copy != NULL)
		draft_fix_older_copy(d, g->dr, g->f->provider, copy);
	if (gcc != NULL)
		fix_gcc_runtime(g, gcc);
	else
		fix_release(g);
}

/* ---- records that cannot be read ---------------------------------------------------------- */

static void bad_record(struct diag *d, const struct failure *f)
{
	bool verdef = f->string != NULL && strstr(f->string, "Verdef") != NULL;
	const struct image *im = verdef && f->provider != NULL ? f->provider : f->image;
	struct draft *dr = draft_new(d, CAUSE_CORRUPT_FILE, f);

	dr->f.object = image_path(d, im);
	draft_needed_by(d, dr, im != NULL ? im->requester : NULL);
	draft_say(d, dr, "The table of versions in %s is damaged: a record has an unknown form.",
		  image_word(d, im));
	draft_evidence(d, dr, "version", im, f->string)->path = image_path(d, im);
	draft_fix_reinstall(d, dr, image_path(d, im), "get the file again");
}

static void relr_marker(struct diag *d, const struct failure *f)
{
	struct draft *dr = draft_new(d, CAUSE_NOT_LOADABLE, f);

	dr->f.object = image_path(d, f->image);
	draft_needed_by(d, dr, f->image != NULL ? f->image->requester : NULL);
	draft_say(d, dr,
		  "%s was linked with packed relocations (DT_RELR), but without the mark that "
		  "glibc demands for them (the version GLIBC_ABI_DT_RELR).",
		  image_word(d, f->image));
	draft_evidence(d, dr, "fact", f->image,
		       "DT_RELR is there, GLIBC_ABI_DT_RELR is not asked for")
		->path = image_path(d, f->image);
	draft_fix(d, dr, "rebuild", "low",
		  "link it with -z pack-relative-relocs (GNU ld 2.38, lld 15, mold 1.7 or newer), "
		  "or without packed relocations");
}

/* ---- one group ---------------------------------------------------------------------------- */

/* Does the group want more than this system has? If not, an old copy of glibc was taken. */
static bool beyond_system(const struct group *g)
{
	const struct diag *d = g->d;
	int wanted = 0;

	for (size_t i = 0; g->glibc && i < d->t->failures.n; i++) {
		const struct failure *o = &d->t->failures.items[i];
		int minor = belongs(g, o) ? glibc_minor_of(o->version) : 0;

		wanted = minor > wanted ? minor : wanted;
	}
	return g->glibc && (wanted == 0 || wanted > d->w->install.minor);
}

void d_version(struct diag *d, size_t i)
{
	const struct failure *f = &d->t->failures.items[i];
	struct group g = { .d = d, .f = f };
	bool too_new;

	if (f->kind == FAIL_RELR_MARKER) {
		relr_marker(d, f);
		return;
	}
	if (f->kind == FAIL_VERSION_RECORD || f->version == NULL ||
	    (f->string != NULL && strstr(f->string, "unsupported version") != NULL)) {
		bad_record(d, f);
		return;
	}
	g.prefix = prefix_length(f->version);
	g.glibc = is_glibc_version(f->version);
	too_new = beyond_system(&g);
	g.dr = draft_new(d, too_new ? CAUSE_OS_TOO_OLD : CAUSE_MISSING_VERSION, f);
	g.dr->f.object = f->provider != NULL ? image_path(d, f->provider) : f->version_file;
	g.dr->f.symbol = f->version;
	g.dr->version = f->version;
	draft_needed_by(d, g.dr, f->image);
	collect(&g);
	if (too_new && glibc_minor_of(g.highest) > 0) {
		draft_also(d, g.dr, CAUSE_MISSING_VERSION, NULL, NULL);
		too_old(&g);
	} else {
		too_low(&g);
	}
}
