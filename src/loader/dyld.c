/* dyld.c - the two events of macOS's loader: a program starts, a library is opened.
 *
 * All libraries come first, image by image: what one needs in the order of its load commands, up to the first
 * that is missing; then the same for each of these. Only when all are there is anything bound. Where upstream
 * decides: JustInTimeLoader::loadDependents, APIs::dlopen_from, prepare in dyldMain.cpp.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "loader/dyld.h"
#include "loader/process.h"
#include "loader/text.h"

struct image *dyld_add(struct process *p, enum image_kind kind, const struct store_file *file,
		       const char *path, const char *real)
{
	struct image *im = process_add_image(p, kind, file, path);

	im->dyld->path = file != NULL && real == NULL ? path : real;
	return im;
}

/* ---- what an image needs ------------------------------------------------------------------------ */

enum { IMAGES_MAX = 4000 }; /* which bounds the depth of load_tree */

struct loading {
	struct process *p;
	size_t first; /* failure of this event */
	bool failed;
};

/* libSystem is needed by whoever needs nothing. */
static size_t count_needs(const struct image *im)
{
	size_t n = im->dyld->load.nneeds;

	return n == 0 && im->file != NULL ? 1 : n;
}

static const struct macho_need *need_at(const struct image *im, size_t i)
{
	static const struct macho_need implicit = { .name = "/usr/lib/libSystem.B.dylib" };

	return im->dyld->load.nneeds == 0 ? &implicit : &im->dyld->load.needs[i];
}

static void fail_need(struct process *p, struct image *im, const struct macho_need *need,
		      const struct dyld_found *found)
{
	struct failure *f = fail_add(p, found->refused != NULL ? FAIL_CANDIDATE : FAIL_NOT_FOUND, need->name,
				     found->why, 0);

	f->image = im;
	f->request = found->request;
	f->candidate = found->refused;
	f->message = arena_printf(p->a, DYLD_TEXT(NOT_LOADED, p), need->name, dyld_uuid(p, im),
				  dyld_name(p, im), dyld_built_for(p, im), found->why);
}

/* The next need of an image. False: it is missing, and that is an error. */
static bool load_need(struct process *p, struct image *im)
{
	size_t i = im->dyld->upto++;
	const struct macho_need *need = need_at(im, i);
	struct dyld_found found = dyld_find(p, need->name, im->dyld->chain, true, im);
	struct image *to = found.image;

	found.request->optional = need->weak;
	im->requests[im->nrequests++] = found.request;
	im->dyld->to[i] = to;
	if (to != NULL) {
		im->needed[im->nneeded++] = to;
		if (to->request == NULL) {
			to->request = found.request;
			to->requester = to != p->program ? im : NULL;
		}
		return true;
	}
	if (need->weak || *found.why == '\0')
		return true;
	fail_need(p, im, need, &found);
	return false;
}

static void begin_needs(struct process *p, struct image *im, const struct dyld_chain *chain)
{
	struct dyld_chain *c = ARENA_NEW(p->a, struct dyld_chain);
	size_t n = count_needs(im);

	*c = (struct dyld_chain){ im, chain };
	im->dyld->chain = c;
	im->dyld->needs_done = true;
	im->requests = ARENA_ARRAY(p->a, n + 1, const struct request *);
	im->needed = ARENA_ARRAY(p->a, n + 1, struct image *);
	im->dyld->to = ARENA_ARRAY(p->a, n + 1, struct image *);
}

/* After a failure what stands beside it is still looked for, but nothing below that. */
static void load_tree(struct loading *l, struct image *im, const struct dyld_chain *chain)
{
	size_t n = count_needs(im);

	if (im->dyld->needs_done)
		return;
	if (l->p->images.n > IMAGES_MAX) {
		process_assume(l->p, "what more libraries need than can be looked at is there");
		return;
	}
	begin_needs(l->p, im, chain);
	while (im->dyld->upto < n)
		if (!load_need(l->p, im)) {
			l->failed = true;
			break;
		}
	if (l->failed)
		return;
	for (size_t i = 0; i < im->dyld->upto; i++)
		if (im->dyld->to[i] != NULL)
			load_tree(l, im->dyld->to[i], im->dyld->chain);
}

/* dyld is done; what else is missing is of interest to whoever mends it. */
static void load_rest(struct process *p)
{
	for (size_t i = 0; i < p->images.n; i++) {
		struct image *im = p->images.items[i];
		size_t n = count_needs(im);

		if (im->dyld->cached || im->file == NULL)
			continue;
		if (!im->dyld->needs_done)
			begin_needs(p, im, im->requester != NULL ? im->requester->dyld->chain : NULL);
		while (im->dyld->upto < n)
			load_need(p, im);
	}
}

/* ---- what is said ------------------------------------------------------------------------------- */

/* The n failures from number `first` on are all that dyld has noticed: up to macOS 15 it pastes their texts
 * together, since 26 the last replaces the others. The one whose text is shown comes first. */
static void join_failures(struct process *p, size_t first, size_t n)
{
	struct failure *f = p->trace.failures.items + first;

	if (n < 2)
		return;
	if (dyld_release(p) < DYLD_RELEASE(26, 0)) {
		for (size_t i = 1; i < n; i++)
			f->message = arena_printf(p->a, "%s%s", f->message, f[i].message);
	} else {
		struct failure last = f[n - 1];

		memmove(f + 1, f, (n - 1) * sizeof(*f));
		*f = last;
	}
}

static void frame_failures(struct process *p, size_t first, const char *opened, unsigned mode)
{
	for (size_t i = first; i < p->trace.failures.n; i++) {
		struct failure *f = &p->trace.failures.items[i];

		if (f->lazy || f->message == NULL)
			continue;
		f->message = opened != NULL
				     ? arena_printf(p->a, DYLD_TEXT(DLOPEN, p), opened, mode, f->message)
				     : arena_printf(p->a, DYLD_TEXT(LAUNCH, p), f->message);
		if (opened == NULL)
			*ARENA_PUSH(p->a, &p->trace.lines) = f->message;
	}
}

/* Loads what `root` needs, then binds from image number `from` on. */
static void load_and_bind(struct process *p, struct image *root, const struct dyld_chain *chain, size_t from,
			  unsigned flags, bool launch)
{
	struct loading l = { .p = p, .first = p->trace.failures.n };

	load_tree(&l, root, chain);
	for (size_t i = from; i < p->images.n && !l.failed; i++) /* what was inserted */
		if (p->images.items[i]->request != NULL && p->images.items[i]->requester == NULL)
			load_tree(&l, p->images.items[i], chain);
	if (l.failed) {
		join_failures(p, l.first, p->trace.failures.n - l.first);
		load_rest(p);
	} else if (dyld_check_pages(p, from) && (flags & OPEN_NO_BIND) == 0) {
		dyld_bind(p, from, launch);
	}
}

/* ---- a program starts --------------------------------------------------------------------------- */

static bool is_platform_path(const char *path)
{
	static const char *const places[] = { "/bin/",	    "/sbin/",	     "/usr/bin/",
					      "/usr/sbin/", "/usr/libexec/", "/System/" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strncmp(path, places[i], strlen(places[i])) == 0)
			return true;
	return false;
}

/* Who signed the program, and how, decides which variables count and whose libraries it takes. */
static void read_policy(struct process *p, const struct image *program, bool secure)
{
	struct dyld_process *dp = p->dyld;
	struct macho_signature s;
	bool hardened;

	macho_signature_read(&program->dyld->load, &s);
	secure = secure || program->dyld->load.restricted || (s.flags & MACHO_SIGN_RESTRICT) != 0;
	hardened = (s.flags & (MACHO_SIGN_RUNTIME | MACHO_SIGN_LIBRARY_VALIDATION)) != 0;
	dp->at_paths = !secure;
	dp->env = !secure && !is_platform_path(program->dyld->path) &&
		  (!hardened || macho_entitled(&s, "com.apple.security.cs.allow-dyld-environment-variables"));
	dp->validates = hardened && !macho_entitled(&s, "com.apple.security.cs.disable-library-validation");
	dp->team = s.team != NULL ? arena_strdup(p->a, s.team) : "";
}

/* The kernel starts nothing for arm64 that is not signed. */
static bool killed_unsigned(struct process *p, struct image *im)
{
	struct failure *f;

	if (p->w->dyld->cpu != MACHO_ARM64 || im->dyld->load.has_signature)
		return false;
	f = fail_add(p, FAIL_SIGNAL, dyld_name(p, im), NULL, 0);
	f->image = im;
	f->signal = SIGKILL;
	f->exit_status = 128 + SIGKILL;
	f->fatal = true;
	return true;
}

static bool refused_program(struct process *p, struct image *im)
{
	const char *defect = dyld_list_defect(p, &im->dyld->load, true);
	struct failure *f;

	if (defect == NULL)
		return false;
	f = fail_add(p, FAIL_EXEC, dyld_name(p, im), defect, 0);
	f->image = im;
	f->message = arena_printf(p->a, DYLD_TEXT(IN_PROGRAM, p), defect, dyld_name(p, im));
	return true;
}

/* DYLD_INSERT_LIBRARIES, in which neither @rpath nor @loader_path means anything. False: the process ends. */
static bool load_inserted(struct process *p, struct image *program, const struct dyld_chain *chain)
{
	const char *list = p->dyld->env ? p->w->dyld->insert : NULL;

	while (list != NULL && *list != '\0') {
		size_t n = strcspn(list, ":");
		const char *path = arena_strndup(p->a, list, n);
		struct dyld_found found = { .why = "" };
		struct failure *f;

		list += n + (list[n] == ':');
		if (n == 0)
			continue;
		if (strncmp(path, "@rpath", 6) != 0 && strncmp(path, "@loader_path", 12) != 0)
			found = dyld_find(p, path, chain, false, program);
		if (found.image != NULL) {
			found.image->request = found.request;
			continue;
		}
		f = fail_add(p, found.refused != NULL ? FAIL_CANDIDATE : FAIL_NOT_FOUND, path, found.why, 0);
		f->request = found.request;
		f->candidate = found.refused;
		f->message = arena_printf(p->a, DYLD_TEXT(INSERTED, p), path, found.why);
		return false;
	}
	return true;
}

static void start_file(struct process *p, const char *program, bool secure, unsigned flags)
{
	const struct store_entry *en = store_open(p->w->store, program);
	struct dyld_chain *chain = ARENA_NEW(p->a, struct dyld_chain);
	struct dyld_slice slice;
	char *real = NULL;
	struct image *im;

	if (source_realpath(p->w->source, program, &real) != 0)
		real = NULL;
	im = dyld_add(p, IMAGE_PROGRAM, en != NULL && en->err == 0 ? en->file : NULL, "",
		      real != NULL ? arena_strdup(p->a, real) : program);
	free(real);
	im->real_path = program;
	p->program = im;
	if (im->file == NULL || !dyld_slice(p->w->dyld, im->file->bytes, p->a, &slice) ||
	    !macho_load_open(slice.bytes, p->a, &im->dyld->load))
		return;
	im->dyld->offset = slice.offset;
	read_policy(p, im, secure);
	chain->im = im;
	if (!killed_unsigned(p, im) && !refused_program(p, im) && load_inserted(p, im, chain))
		load_and_bind(p, im, chain, 0, flags, true);
	frame_failures(p, 0, NULL, 0);
}

struct process *dyld_start(const struct world *w, struct arena *a, const char *program, const char *argv0,
			   bool secure, unsigned flags)
{
	struct process *p = process_new(w, a, argv0);

	p->dyld = ARENA_NEW(a, struct dyld_process);
	p->dyld->env = p->dyld->at_paths = !secure;
	p->dyld->team = "";
	if (program == NULL) {
		p->program = dyld_add(p, IMAGE_PROGRAM, NULL, "", NULL);
		p->program->dyld->needs_done = true;
	} else {
		start_file(p, program, secure, flags);
	}
	for (size_t i = 0; i < p->images.n; i++)
		p->images.items[i]->is_host = true;
	return p;
}

/* ---- a library is opened ------------------------------------------------------------------------ */

enum { MODE_LAZY = 1, MODE_NOW = 2, MODE_GLOBAL = 8 };

struct image *dyld_open_by(struct process *p, struct image *by, const char *file, unsigned flags)
{
	struct dyld_chain *chain = ARENA_ARRAY(p->a, 3, struct dyld_chain);
	unsigned mode = ((flags & OPEN_LAZY) != 0 ? MODE_LAZY : MODE_NOW) |
			((flags & OPEN_GLOBAL) != 0 ? MODE_GLOBAL : 0);
	size_t first = p->trace.failures.n, from = p->images.n;
	struct dyld_found found;

	chain[0] = (struct dyld_chain){ by, &chain[1] };
	chain[1] = (struct dyld_chain){ p->program, NULL };
	found = dyld_find(p, file, chain, false, NULL);
	if (found.image == NULL) {
		struct failure *f = fail_add(p, found.refused != NULL ? FAIL_CANDIDATE : FAIL_NOT_FOUND, file,
					     found.why, 0);

		f->request = found.request;
		f->candidate = found.refused;
		f->message = found.why;
	} else {
		if (found.image->request == NULL)
			found.image->request = found.request;
		chain[2] = (struct dyld_chain){ found.image, &chain[0] };
		load_and_bind(p, found.image, &chain[2], from, flags, false);
	}
	frame_failures(p, first, file, mode);
	return p->trace.failures.n == first ? found.image : NULL;
}
