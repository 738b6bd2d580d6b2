/* packages.c - the verb `check` for packages: each native file in one is judged as if the package were
 * installed or unpacked, by the same door as any other file (check.h).
 *
 * A package gets a session of its own, whose source has its files on top of the system that was asked about.
 * A wheel is judged in the interpreter that its tag names, since that need not be here.
 */
#include "verb/packages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "base/str.h"
#include "diagnose/known.h"
#include "diagnose/wheel.h"
#include "object/elfconst.h"
#include "source/pack.h"
#include "verb/check.h"
#include "verb/gate.h"
#include "verb/native.h"
#include "verb/promised.h"
#include "verb/result.h"

#define PACKAGE_MEMORY ((size_t)4096 << 20)
#define MEMBER_MEMORY ((size_t)1024 << 20)

enum {
	REFUSED_SHOWN = 100,
	WORKERS_MAX = 64 /* of pool_run */
};

/* A native file of the package, or one that was refused. */
struct member {
	const struct pack_file *file;
	const char *target;
	const char *before; /* path of another one that must be opened before, NULL */
	struct dlwhy_result r;
	struct dlwhy_error err;
};

struct checked {
	struct dlwhy_session *s;    /* that was asked */
	struct dlwhy_session inner; /* with the files of the package */
	struct arena *a;
	struct source *from;        /* where its file lies: the session's, or this machine */
	struct source *machine;     /* NULL: not needed */
	const char *target, *path;  /* as given; of the package itself */
	const char *wanted;         /* "foo.whl!/x": what is behind "!/"; NULL: all of it */
	struct pack *pack;
	struct source_file file;    /* of a wheel */
	struct wheel wheel;
	struct assumed_python python;
	bool no_loader;             /* none of the kind that the wheel is for is here */
	bool promised;              /* judged in a system that is only promised: see promised.h */
	uint8_t *natives;           /* enum native of each file of the pack */
	struct {
		struct member *items;
		size_t n, cap;
	} members;
	struct {
		const struct dlwhy_finding **items;
		size_t n, cap;
	} findings;                 /* of the package as such */
	const struct member **order; /* in which they are unpacked */
	struct gate gate;
	struct arena *scratch[WORKERS_MAX];    /* of the threads */
	struct result_keep kept[WORKERS_MAX];
	struct dlwhy_package out;
	struct dlwhy_error err;
	struct dlwhy_result r;
};

/* Packages may lie outside of the root that they are looked at in. */
static bool is_package(struct source *from, const char *target)
{
	unsigned char head[SELFMAG];
	struct source_file f;
	struct view bytes;
	char *path;
	bool is;

	if (strstr(target, "!/") != NULL && (path = pack_of_member(from, target)) != NULL) {
		free(path);
		return true;
	}
	if (!pack_is_name(target) || source_read(from, target, head, sizeof(head), &f, &bytes) != 0)
		return false;
	is = f.st.type == OS_REGULAR && (bytes.n < SELFMAG || memcmp(bytes.p, ELFMAG, SELFMAG) != 0);
	source_close(&f);
	return is;
}

bool packages_is_target(struct dlwhy_session *s, const char *target)
{
	struct source *machine;
	bool is;

	if (!pack_is_name(target) && strstr(target, "!/") == NULL)
		return false;
	if (is_package(s->source, target))
		return true;
	machine = s->opt.root != NULL || s->process != NULL ? source_host(NULL) : NULL;
	is = machine != NULL && is_package(machine, target);
	source_free(machine);
	return is;
}

/* ---- which files are native ---------------------------------------------------------------- */

static void find_native(void *ctx, unsigned worker, size_t i)
{
	struct checked *p = ctx;

	(void)worker;
	p->natives[i] = (uint8_t)native_of(&p->pack->files[i]);
}

/* Named as the extension modules are that the Python of the tag's system looks for. */
static bool is_extension_name(const char *name, enum native format)
{
	const char *cpython = strstr(name, ".cpython-3");

	if (format == NATIVE_PE)
		return str_ends_nocase(name, ".pyd");
	if (format == NATIVE_NONE || (cpython == NULL && !str_ends(name, ".abi3.so")))
		return false;
	return cpython == NULL || strstr(cpython, format == NATIVE_ELF ? "-darwin" : "-linux") == NULL;
}

/* Code for another machine than the tag says, which some wheels bring as well. */
static bool is_for_another(const struct checked *p, const struct pack_file *f)
{
	uint16_t machine, have;
	bool is64, wide;

	if (!wheel_tag_machine(p->wheel.tag.machine, &machine, &is64))
		return false;
	have = native_machine(f, &wide);
	return have != 0 && (have != machine || wide != is64);
}

static bool is_for(const struct wheel_tag *tag, const char *platform)
{
	return tag->platform != NULL && strncmp(tag->platform, platform, strlen(platform)) == 0;
}

/* The format that the package's system loads: by a wheel's tag, else ELF where it has any. NATIVE_NONE: any
 * format. */
static enum native wanted_format(const struct checked *p)
{
	const struct wheel_tag *tag = &p->wheel.tag;

	if (is_for(tag, "win"))
		return NATIVE_PE;
	if (is_for(tag, "macosx_"))
		return NATIVE_MACHO;
	for (size_t i = 0; i < p->pack->nfiles; i++)
		if (p->natives[i] == NATIVE_ELF)
			return NATIVE_ELF;
	return tag->any || tag->manylinux || tag->musllinux || tag->linux_only ? NATIVE_ELF : NATIVE_NONE;
}

static bool is_member(const struct checked *p, size_t i, enum native format)
{
	const struct pack_file *f = &p->pack->files[i];

	if (f->package != 0 || p->natives[i] == NATIVE_NONE)
		return false;
	if (f->refused != NULL || (p->pack->kind == PACK_WHEEL && is_extension_name(f->name, format)))
		return true;
	if (format != NATIVE_NONE && p->natives[i] != format)
		return false;
	return p->natives[i] != NATIVE_ELF || !is_for_another(p, f);
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

static void list_members(struct checked *p)
{
	enum native format;
	size_t refused = 0;
	bool all;

	p->natives = ARENA_ARRAY(p->a, p->pack->nfiles + 1, uint8_t);
	pool_run(p->pack->nfiles, p->s->opt.threads, find_native, p);
	pack_rest(p->pack);
	format = wanted_format(p);
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

static void set_error(struct dlwhy_result *r, struct dlwhy_error *err)
{
	r->verb = "check";
	r->error = err;
	r->loads = DLWHY_UNKNOWN;
	r->certainty = DLWHY_LIKELY;
	r->target_object = -1;
	r->links = DLWHY_UNKNOWN;
	if (r->platform.os == NULL)
		r->platform = (struct dlwhy_platform){ "linux", "none", NULL, NULL };
}

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

static void judge_in(struct checked *p, struct arena *a, const struct check_ask *ask,
		     struct dlwhy_result *out)
{
	check_file(&p->inner, a, ask, out);
	if (!p->promised)
		return;
	out->assumes = promised_words(a, &p->wheel.tag);
	if (out->certainty == DLWHY_PROVED)
		out->certainty = DLWHY_PREDICTED;
}

static void judge_member(void *ctx)
{
	struct look *l = ctx;

	judge_in(l->p, l->a,
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
	set_error(&m->r, &m->err);
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

static void judge_members(struct checked *p)
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
		set_error(&m->r, &m->err);
	}
	pool_run(p->members.n, p->s->opt.threads, member_job, p);
	judge_again(p);
}

/* ---- the wheel's own words ----------------------------------------------------------------- */

/* "cp311" -> 11, of "py3" and "cp39.cp310" the first that says one. */
static unsigned minor_of_tag(const char *python)
{
	const char *p = strstr(python, "cp3");
	unsigned n = 0;

	for (p = p != NULL ? p + 3 : ""; *p >= '0' && *p <= '9' && n < 1000; p++)
		n = n * 10 + (unsigned)(*p - '0');
	return n;
}

/* The processor of the Windows that a platform tag names; 0: it names none. */
static uint16_t windows_machine(const char *platform)
{
	static const struct {
		const char *platform;
		uint16_t machine;
	} known[] = { { "win32", PE_I386 }, { "win_amd64", PE_AMD64 }, { "win_arm64", PE_ARM64 } };

	for (size_t i = 0; platform != NULL && i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(platform, known[i].platform) == 0)
			return known[i].machine;
	return 0;
}

static bool is_musl(const char *ld_path)
{
	return ld_path != NULL && strstr(ld_path, "/ld-musl-") != NULL;
}

/* Which loader is given the wheel's files: that of its tag, whatever they are. A program that is named has
 * its own. */
static void choose_loader(struct checked *p)
{
	const char *program = p->s->opt.program;
	struct dlwhy_options *opt = &p->inner.opt;
	const struct wheel_tag *tag = &p->wheel.tag;
	uint16_t machine;
	bool is64;

	if (opt->loader != NULL)
		return;
	if (tag->musllinux || tag->manylinux)
		opt->loader = tag->musllinux ? "musl" : "glibc";
	else if (tag->linux_only && wheel_tag_machine(tag->machine, &machine, &is64))
		opt->loader = is_musl(session_loader(&p->inner, machine, is64, false, 0, p->a)) ? "musl"
												: "glibc";
	else if (program != NULL && strcmp(program, "auto") != 0 && strcmp(program, "none") != 0)
		return;
	else if (is_for(tag, "win"))
		opt->loader = "windows";
	else if (is_for(tag, "macosx_"))
		opt->loader = "dyld";
	if (opt->arch != NULL || !is_for(tag, "macosx_"))
		return;
	if (str_ends(tag->platform, "_arm64") || str_ends(tag->platform, "_universal2"))
		opt->arch = "arm64";
	else if (str_ends(tag->platform, "_x86_64"))
		opt->arch = "x86_64";
}

static void read_wheel(struct checked *p)
{
	struct package_set set = { .a = p->a, .store = p->s->store };
	const struct wheel_tag *tag = &p->wheel.tag;
	const char *kind;
	uint16_t machine;
	bool is64;

	if (source_open(p->from, p->path, &p->file) != 0)
		return;
	wheel_list(&set, p->path, p->file.map.bytes, &p->wheel);
	p->out.name = p->wheel.name;
	p->out.version = *p->wheel.version != '\0' ? p->wheel.version : NULL;
	p->out.tag = p->wheel.tag_text;
	p->python.minor = minor_of_tag(tag->python);
	p->python.pe_machine = windows_machine(tag->platform);
	kind = tag->abi != NULL && strstr(tag->abi, "abi3") != NULL ? " or later" : "";
	p->python.words = p->python.minor == 0 ? "a Python 3"
					       : arena_printf(p->a, "Python 3.%u%s", p->python.minor, kind);
	p->inner.python = &p->python;
	choose_loader(p);
	p->no_loader = wheel_tag_machine(tag->machine, &machine, &is64) &&
		       !session_has_loader(&p->inner, machine, is64, false, 0, p->a);
	if (p->no_loader && p->s->opt.root == NULL)
		p->promised = promised_system(&p->inner, tag, p->a);
}

static void judge_tags(struct checked *p)
{
	struct package_set set = { .a = p->a, .store = p->inner.store };
	struct diagnosis d;

	for (size_t i = 0; i < p->members.n; i++) {
		const struct pack_file *f = p->members.items[i].file;
		const struct store_entry *en = f->path != NULL ? store_open(p->inner.store, f->path) : NULL;

		if (en != NULL && en->err == 0)
			wheel_take(p->a, &p->wheel, f->name, en->file);
	}
	diagnose_wheel_tags(&set, &p->wheel, &d);
	for (size_t i = 0; i < d.nfindings; i++) {
		const struct dlwhy_finding *f = d.findings[i];

		/* With other packages at hand each file's own answer tells what is missing. */
		if (p->s->opt.with == NULL || f->detail == NULL || strcmp(f->detail, "library") != 0)
			*ARENA_PUSH(p->a, &p->findings) = f;
	}
	p->r.findings = p->findings.items;
	p->r.nfindings = p->findings.n;
}

/* ---- the whole ----------------------------------------------------------------------------- */

static const char *why_no_package(int err)
{
	switch (err) {
	case EBADMSG: return "it is damaged, or no package of a kind that is read";
	case ENOTSUP: return "it lacks what a package of its kind has";
	case EINVAL: return "it does not go into one place with the first";
	case EXDEV: return "a package inside of an image is not read in this version";
	case EMLINK: return "it has archives in archives beyond all bounds";
	default: return container_why(err);
	}
}

static bool fail(struct checked *p, const char *path, int err)
{
	const char *why = err == ENOENT || err == EACCES ? strerrordesc_np(err) : why_no_package(err);

	err_set(&p->err, err == ENOMEM ? DLWHY_E_NO_MEMORY : DLWHY_E_UNSUPPORTED, err,
		"%.200s cannot be read as a package: %s", path, why);
	set_error(&p->r, &p->err);
	return false;
}

static bool open_pack(struct checked *p)
{
	static const char *const no_environ[] = { NULL };
	struct dlwhy_session *s = p->s;
	int err = s->image == NULL ? pack_open(p->from, s->source, p->path, &p->pack) : EXDEV;

	if (err != 0)
		return fail(p, p->path, err);
	for (const char *const *w = s->opt.with; w != NULL && *w != NULL; w++)
		if ((err = pack_add(p->pack, p->from, *w)) != 0)
			return fail(p, *w, err);
	p->inner.opt = s->opt;
	p->inner.environ = s->environ;
	p->inner.other_environ = s->other_environ;
	p->inner.source = p->pack->source;
	p->inner.store = store_new(p->pack->source);
	p->inner.a = arena_new(PACKAGE_MEMORY);
	if (p->inner.store == NULL || p->inner.a == NULL)
		return fail(p, p->path, ENOMEM);
	if (s->opt.code)
		store_keep_code(p->inner.store);
	if (p->pack->kind == PACK_IMAGE) { /* as with a root: variables of this system do not count there */
		p->inner.opt.root = p->path;
		p->inner.environ = no_environ;
	}
	return true;
}

static void add_verdicts(struct checked *p)
{
	const struct dlwhy_result **v = ARENA_ARRAY(p->a, p->members.n + 1, const struct dlwhy_result *);
	enum dlwhy_answer loads = DLWHY_YES;

	p->r.certainty = DLWHY_PROVED;
	for (size_t i = 0; i < p->members.n; i++) {
		const struct dlwhy_result *m = &p->members.items[i].r;

		v[i] = m;
		if (m->loads == DLWHY_NO || (m->loads == DLWHY_UNKNOWN && loads == DLWHY_YES))
			loads = m->loads;
		if (m->certainty > p->r.certainty)
			p->r.certainty = m->certainty;
		if (m->platform.machine != NULL && p->r.platform.machine == NULL)
			p->r.platform = m->platform;
		if (p->r.assumes == NULL)
			p->r.assumes = m->assumes;
	}
	p->r.loads = loads;
	p->r.members = v;
	p->r.nmembers = p->members.n;
	if (p->r.certainty == DLWHY_PROVED)
		p->r.assumes = NULL;
}

static void judge_whole(struct checked *p)
{
	list_members(p);
	judge_members(p);
	if (p->pack->kind == PACK_WHEEL)
		judge_tags(p);
	add_verdicts(p);
	p->out.kind = pack_kind_id(p->pack->kind);
	p->r.package = &p->out;
	if (p->pack->problem == NULL)
		return;
	err_set(&p->err, DLWHY_E_UNSUPPORTED, 0, "not all of %.200s was read: %s", p->path, p->pack->problem);
	p->r.error = &p->err;
	p->r.loads = p->r.loads == DLWHY_NO ? DLWHY_NO : DLWHY_UNKNOWN;
}

/* Where a file of the package lies: by the name that the package has for it, else as a path in its folder.
 * NULL: it has none, and `why` says what of one that was refused; NULL. */
static const char *path_of(struct checked *p, const char **why)
{
	*why = NULL;
	for (size_t i = 0; i < p->pack->nfiles; i++) {
		const struct pack_file *f = &p->pack->files[i];

		if (f->package == 0 && f->path != NULL && strcmp(f->name, p->wanted) == 0)
			return f->path;
		if (f->package == 0 && f->refused != NULL && strcmp(f->name, p->wanted) == 0)
			*why = f->refused;
	}
	if (*why != NULL || !pack_has(p->pack, p->wanted))
		return NULL;
	return arena_printf(p->a, "%s/%s", p->pack->base, p->wanted);
}

/* The loader is never asked for what the package does not have. */
static void set_absent(struct checked *p, const char *why)
{
	const char *problem = p->pack->problem;

	err_set(&p->err, DLWHY_E_UNSUPPORTED, ENOENT, "%.200s has no file %.200s%s%s%s%s", p->path, p->wanted,
		why != NULL ? ": " : "", why != NULL ? why : "",
		problem != NULL ? "; not all of it was read: " : "", problem != NULL ? problem : "");
	set_error(&p->r, &p->err);
}

static void judge_one(struct checked *p)
{
	const struct store_entry *en;
	const char *why, *path = path_of(p, &why);

	if (path == NULL) {
		set_absent(p, why);
		return;
	}
	en = store_open(p->inner.store, path);
	if (en != NULL && (en->err == EBADMSG || en->err == ENOKEY || en->err == EFBIG)) {
		err_set(&p->err, DLWHY_E_UNSUPPORTED, en->err, "%.200s was not analysed: %s", p->wanted,
			container_why(en->err));
		set_error(&p->r, &p->err);
		return;
	}
	judge_in(p, p->a, &(struct check_ask){ .target = p->target, .path = path, .alone = true }, &p->r);
}

static void judge(void *ctx)
{
	struct checked *p = ctx;
	char *path;

	p->from = p->s->source;
	if (!is_package(p->from, p->target))
		p->from = p->machine = source_host(NULL);
	path = pack_of_member(p->from, p->target);
	p->path = p->target;
	if (path != NULL) {
		p->wanted = p->target + strlen(path) + 2;
		p->path = arena_strdup(p->a, path);
		free(path);
	}
	if (p->s->opt.prove || p->s->opt.after != NULL) {
		err_set(&p->err, DLWHY_E_ARGUMENT, 0,
			"%.200s lies in a package: no real loader or interpreter can be asked about it",
			p->target);
		set_error(&p->r, &p->err);
		return;
	}
	if (!open_pack(p))
		return;
	if (p->pack->kind == PACK_WHEEL)
		read_wheel(p);
	if (p->wanted != NULL)
		judge_one(p);
	else
		judge_whole(p);
}

static void close_package(struct checked *p)
{
	for (size_t i = 0; i < WORKERS_MAX; i++) {
		arena_free(p->scratch[i]);
		arena_free(p->kept[i].a);
		map_free(&p->kept[i].texts, NULL);
	}
	store_free(p->inner.store);
	arena_free(p->inner.a);
	pthread_mutex_destroy(&p->inner.lock);
	wheel_close(&p->wheel);
	source_close(&p->file);
	pack_close(p->pack);
	source_free(p->machine);
	arena_free(p->a);
	free(p);
}

int packages_check(struct dlwhy_session *s, const char *target, size_t index, dlwhy_on_result *on_result,
		   void *user)
{
	struct checked *p = calloc(1, sizeof(*p));
	struct dlwhy_error err;
	struct dlwhy_result none = { .target = target };
	int stop;

	if (p == NULL || (p->a = arena_new(PACKAGE_MEMORY)) == NULL) {
		free(p);
		err_set(&err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory");
		set_error(&none, &err);
		return on_result(&none, index, user);
	}
	pthread_mutex_init(&p->inner.lock, NULL);
	p->s = s;
	p->target = target;
	p->r = (struct dlwhy_result){ .verb = "check", .target = target, .target_object = -1,
				      .links = DLWHY_UNKNOWN,
				      .platform = { .os = "linux", .loader = "none" } };
	if (arena_run(p->a, judge, p) != ARENA_OK) {
		err_set(&p->err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory while %.200s was judged", target);
		p->r = (struct dlwhy_result){ .target = target };
		set_error(&p->r, &p->err);
	}
	stop = on_result(&p->r, index, user);
	close_package(p);
	return stop;
}
