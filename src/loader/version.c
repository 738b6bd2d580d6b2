/* version.c - are the versions there that an object asks for?
 *
 * Where upstream decides: _dl_check_map_versions and match_symbol in dl-version.c. A start prints
 * everything that is missing and ends with status 1; dlopen stops at the first.
 */
#include "loader/version.h"

#include <signal.h>
#include <string.h>

#include "loader/facts.h"
#include "loader/process.h"
#include "loader/segment.h"
#include "loader/text.h"
#include "object/elfconst.h"

struct check {
	struct process *p;
	struct image *im;
	struct image *provider; /* of the record that is being read */
	bool startup, ok, stop;
	bool needs_libc, relr_marker;
	uint64_t compared; /* definitions that were looked at */
};

/* Definitions that the requests of one object may be compared with; a hostile file could ask for
 * each of a million versions among a million. */
#define MAX_COMPARED (64u << 20)

/* find_needed: the first image with that recorded name. */
static struct image *find_provider(struct process *p, const char *name)
{
	for (size_t i = 0; i < p->images.n; i++)
		if (image_has_name(p->images.items[i], name))
			return p->images.items[i];
	return NULL;
}

static const char *fill(struct process *p, const char *fmt, const char *a, const char *b)
{
	const char *first = strstr(fmt, "%s");
	const char *second = b != NULL ? strstr(first + 2, "%s") : NULL;

	if (second == NULL)
		return arena_printf(p->a, "%.*s%s%s", (int)(first - fmt), fmt, a, first + 2);
	return arena_printf(p->a, "%.*s%s%.*s%s%s", (int)(first - fmt), fmt, a,
			    (int)(second - first - 2), first + 2, b, second + 2);
}

static void warn(struct check *c, const char *text)
{
	if (c->startup)
		*ARENA_PUSH(c->p->a, &c->p->trace.lines) =
			arena_printf(c->p->a, "%s: %s: %s", c->p->argv0,
				     image_display(c->p, c->provider), text);
}

struct find_def {
	const char *name;
	uint32_t hash;
	int bad_record; /* an unsupported record version, -1 if none */
	uint64_t compared;
};

static bool match_def(void *ctx, const struct elf_verdef *d)
{
	struct find_def *f = ctx;

	f->compared++;
	if (d->record_version != 1) {
		f->bad_record = d->record_version;
		return true;
	}
	return d->hash == f->hash && d->name != NULL && strcmp(d->name, f->name) == 0;
}

/* The quick answer from the version table; the base version is not in it. */
static bool table_defines(const struct object_facts *facts, const struct elf_verneed *n)
{
	for (size_t i = 1; facts != NULL && i < facts->nversions; i++)
		if (facts->versions[i].file == NULL && facts->versions[i].hash == n->hash &&
		    facts->versions[i].name != NULL && strcmp(facts->versions[i].name, n->name) == 0)
			return true;
	return false;
}

static void fail(struct check *c, enum failure_kind kind, const char *string,
		 const struct elf_verneed *n)
{
	struct failure *f = fail_add(c->p, kind, image_display(c->p, c->provider), string, 0);

	f->image = c->im;
	f->provider = c->provider;
	f->version = n->name;
	f->version_file = n->file;
	f->exit_status = 1;
	if (c->startup) { /* a start prints all of them, in order with the warnings */
		fail_message(c->p, f, true);
		*ARENA_PUSH(c->p->a, &c->p->trace.lines) = f->message;
	}
	c->ok = false;
}

/* match_symbol: does the provider define that version? */
static void match(struct check *c, const struct elf_verneed *n)
{
	const struct world *w = c->p->w;
	const struct store_file *file = c->provider->file;
	struct find_def f = { n->name, n->hash, -1, 0 };
	const char *by = image_display(c->p, c->im);
	const struct object_facts *facts;
	bool found;

	if (file != NULL && !elf_has(&file->elf, ELF_DT_STRTAB)) {
		/* its string table is taken before anything is looked at */
		fail_signal(c->p, SIGSEGV, file, c->provider);
		c->ok = false;
		c->stop = true;
		return;
	}
	if (file == NULL || !elf_has(&file->elf, ELF_DT_VERDEF)) {
		warn(c, fill(c->p, TEXT_OF(NO_VERSIONS, w), by, NULL));
		return;
	}
	if (c->compared > MAX_COMPARED) {
		process_assume(c->p, "the versions that were not compared, being too many, are defined");
		return;
	}
	facts = facts_of(w, file);
	c->compared += facts != NULL ? facts->nversions : 0;
	if (table_defines(facts, n))
		return;
	found = elf_each_verdef(&file->elf, match_def, &f, NULL);
	c->compared += f.compared;
	if (f.bad_record >= 0) {
		fail(c, FAIL_VERSION,
		     arena_printf(c->p->a, "unsupported version %d of Verdef record", f.bad_record),
		     n);
		return;
	}
	if (found)
		return;
	if ((n->flags & VER_FLG_WEAK) != 0)
		warn(c, fill(c->p, TEXT_OF(WEAK_VERSION, w), n->name, by));
	else
		fail(c, FAIL_VERSION, fill(c->p, TEXT_OF(VERSION, w), n->name, by), n);
}

static void stop_at_assertion(struct check *c, const struct elf_verneed *n)
{
	struct failure *f = fail_add(c->p, FAIL_ASSERTION, image_display(c->p, c->im),
				     text_assertion(c->p, ASSERT_NEEDED), 0);

	f->image = c->im;
	f->version_file = n->file;
	f->version = n->name;
	f->fatal = true;
	c->ok = false;
	c->stop = true;
}

/* A name or a record lies outside the file's segments: reading it is the end. */
static void die(struct check *c, enum elf_where where)
{
	const struct elf *e = &c->im->file->elf;
	bool bus = where == ELF_PAST_END || e->file_end > e->limit;

	fail_signal(c->p, bus ? SIGBUS : SIGSEGV, c->im->file, c->im)->assumes =
		bus ? NULL : "what lies behind the object in memory";
	c->ok = false;
	c->stop = true;
}

static void start_record(struct check *c, const struct elf_verneed *n)
{
	if (n->record_version != 1) {
		fail_add(c->p, FAIL_VERSION_RECORD, image_display(c->p, c->im),
			 arena_printf(c->p->a, "unsupported version %d of Verneed record%s",
				      n->record_version,
				      world_minor(c->p->w) <= 26 ? "\n" : ""),
			 0)
			->image = c->im;
		c->ok = false;
		c->stop = true;
		return;
	}
	if (n->file == NULL) {
		die(c, ELF_UNMAPPED);
		return;
	}
	c->provider = find_provider(c->p, n->file);
	if (c->provider == NULL)
		stop_at_assertion(c, n);
}

static bool each_need(void *ctx, const struct elf_verneed *n)
{
	struct check *c = ctx;

	if (n->first)
		start_record(c, n);
	if (c->stop)
		return true;
	if (strncmp(n->file, "libc.so.", 8) == 0)
		c->needs_libc = true;
	if (n->name == NULL) {
		die(c, ELF_UNMAPPED);
		return true;
	}
	if (strcmp(n->name, "GLIBC_ABI_DT_RELR") == 0)
		c->relr_marker = true;
	match(c, n);
	return c->stop;
}

/* 2.36+: who uses DT_RELR and libc must ask for the marker version. */
static void check_relr(struct check *c)
{
	const char *text = TEXT_OF(RELR_MARKER, c->p->w);

	if (*text == '\0' || c->relr_marker || !c->needs_libc || (!c->ok && !c->startup) ||
	    !elf_has(&c->im->file->elf, ELF_DT_RELR))
		return;
	fail_add(c->p, FAIL_RELR_MARKER, image_display(c->p, c->im), text, 0)->image = c->im;
	c->ok = false;
}

bool version_check(struct process *p, struct image *im, bool startup)
{
	struct check c = { .p = p, .im = im, .startup = startup, .ok = true };
	enum elf_where where = ELF_HERE;

	im->versions_checked = true;
	if (im->file == NULL || !elf_has(&im->file->elf, ELF_DT_STRTAB))
		return true;
	elf_each_verneed(&im->file->elf, each_need, &c, &where);
	if (where != ELF_HERE && !c.stop)
		die(&c, where);
	if (!c.stop)
		check_relr(&c);
	return c.ok;
}
