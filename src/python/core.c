/* core.c - what the file that holds the interpreter says of it: version, ABI, built-in modules.
 *
 * The file is the program, or the shared libpython that the loader would find for it. Nothing but its
 * loadable bytes is read: strings of the read-only data, and tables through their relocations.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader/loader.h"
#include "python/core.h"

enum {
	CANDIDATES = 256,     /* strings kept of one kind */
	TEXT_MAX = 200,       /* bytes of one that is looked for */
	VERSION_TEXT_MAX = 80 /* "%.80s (%.80s) %.80s" of getversion.c */
};

/* ---- which file --------------------------------------------------------------------------- */

static const char *needed_core(const struct elf *e)
{
	for (size_t i = 0; i < e->nneeds; i++) {
		const char *name = e->needs[i].name;

		if (name != NULL && (strncmp(name, "libpython", 9) == 0 ||
				     strncmp(name, "libpypy", 7) == 0))
			return name;
	}
	return NULL;
}

/* The file that the loader of that program finds for its need of the core. */
static const struct image *loaded_core(struct home_ctx *c, const struct elf *e, const char *name)
{
	struct world_options wo = { c->store, c->ask->environ, NULL };
	struct world *w = ARENA_NEW(c->a, struct world);
	struct process *p;

	if (world_init(w, &wo, e->machine, e->is64, e->big_endian, e->flags, e->interp, c->a,
		       NULL) != DLWHY_OK)
		return NULL;
	p = loader_start(w, c->a, c->h->program, c->started, false, OPEN_NO_BIND);
	for (size_t i = 0; i < p->images.n; i++) {
		const struct image *im = p->images.items[i];

		if (im->file != NULL && im->name != NULL &&
		    strcmp(py_basename(im->name), name) == 0)
			return im;
	}
	return NULL;
}

static const struct store_file *core_file(struct home_ctx *c)
{
	const struct store_entry *e = store_open(c->store, c->h->program);
	const struct image *im;
	const char *name;

	if (e == NULL || e->err != 0 || e->file == NULL || e->file->kind != FILE_ELF ||
	    e->file->elf.defect != ELF_OK)
		return NULL;
	c->h->is_static = !e->file->elf.has_interp;
	name = needed_core(&e->file->elf);
	if (name == NULL)
		return e->file;
	im = loaded_core(c, &e->file->elf, name);
	if (im == NULL) {
		c->h->not_followed = arena_printf(
			c->a, "%s, which holds the interpreter, is not found", name);
		return NULL;
	}
	c->h->libpython = arena_strdup(c->a, im->real_path != NULL ? im->real_path : im->name);
	return im->file;
}

/* ---- strings ------------------------------------------------------------------------------ */

struct strings {
	struct home_ctx *c;
	struct py_strings versions, tails, compilers, dates, times, suffixes;
	bool abi3, lib64;
};

static bool digits(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return true;
}

/* __DATE__: "May  9 2026" */
static bool is_date(const char *s, size_t n)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (n != 11 || s[3] != ' ' || s[6] != ' ' || !digits(s + 7, 4) || !digits(s + 5, 1) ||
	    (s[4] != ' ' && !digits(s + 4, 1)))
		return false;
	for (size_t i = 0; i < 36; i += 3)
		if (memcmp(months + i, s, 3) == 0)
			return true;
	return false;
}

/* __TIME__: "07:35:25" */
static bool is_time(const char *s, size_t n)
{
	return n == 8 && s[2] == ':' && s[5] == ':' && digits(s, 2) && digits(s + 3, 2) &&
	       digits(s + 6, 2);
}

static void keep(struct home_ctx *c, struct py_strings *v, const char *s, size_t n)
{
	if (v->n < CANDIDATES)
		py_strings_add(c->a, v, arena_strndup(c->a, s, n));
}

static bool is_tag(const char *s, size_t n)
{
	return n >= 10 && n <= 12 && memcmp(s, "cpython-", 8) == 0 && digits(s + 8, n - 8);
}

/* Linkers keep a string that is the end of another one only there: PY_VERSION is the end of the
 * configured prefix where somebody named the folder after the release. */
static void take_tail(struct strings *t, const char *s, size_t n)
{
	size_t i = n;

	while (i > 0 && ((s[i - 1] >= '0' && s[i - 1] <= '9') || s[i - 1] == '.'))
		i--;
	if (n - i >= 5 && s[i] == '3')
		keep(t->c, &t->tails, s + i, n - i);
}

/* One whole string of n bytes, none of them NUL. */
static void take_string(struct strings *t, const char *s, size_t n)
{
	struct home_ctx *c = t->c;

	if (s[0] == '3' && n >= 5 && s[1] == '.' && digits(s + 2, 1) && n <= VERSION_TEXT_MAX)
		keep(c, &t->versions, s, n);
	else if ((s[0] == '[' || (s[0] == '\n' && s[1] == '[')) && n >= 6 && n <= 120 &&
		 s[n - 1] == ']' && (strstr(s, "GCC") != NULL || strstr(s, "Clang") != NULL))
		keep(c, &t->compilers, s, n);
	else if (is_date(s, n))
		keep(c, &t->dates, s, n);
	else if (is_time(s, n))
		keep(c, &t->times, s, n);
	else if (s[0] == '/' && n > 1 && n < 1024) {
		keep(c, &c->core.prefixes, s, n);
		take_tail(t, s, n);
	}
	else if (is_tag(s, n) && c->core.tag == NULL)
		c->core.tag = arena_strndup(c->a, s, n);
	else if (n > 12 && n < 100 && memcmp(s, ".cpython-", 9) == 0 &&
		 memcmp(s + n - 3, ".so", 3) == 0)
		keep(c, &t->suffixes, s, n);
	else if (n == 8 && memcmp(s, ".abi3.so", 8) == 0)
		t->abi3 = true;
	else if (n == 5 && memcmp(s, "lib64", 5) == 0)
		t->lib64 = true;
}

static bool may_begin(unsigned char ch)
{
	return ch == '3' || ch == '[' || ch == '\n' || ch == '/' || ch == 'c' || ch == '.' ||
	       ch == 'l' || (ch >= 'A' && ch <= 'S') || (ch >= '0' && ch <= '2');
}

/* Are all of these eight bytes printable ASCII? */
static inline bool are_plain(const unsigned char *p)
{
	const uint64_t ones = 0x0101010101010101ULL;
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return (((w - ' ' * ones) | w | (w + ones)) & 0x80 * ones) == 0;
}

static bool is_text(unsigned char ch)
{
	return (ch >= ' ' && ch != 0x7f && ch <= 0xf4) || ch == '\n' || ch == '\t';
}

/* Where the string begins that ends before p[end]. The first one of a section follows bytes that are no text:
 * it begins behind the last of these, if they are near. */
static size_t text_begin(const unsigned char *p, size_t end)
{
	size_t least = end > TEXT_MAX ? end - TEXT_MAX : 0, i = end;
	const unsigned char *nul;

	while (i - least >= sizeof(uint64_t) && are_plain(p + i - sizeof(uint64_t)))
		i -= sizeof(uint64_t);
	for (; i > least; i--)
		if (!is_text(p[i - 1]))
			return i;
	nul = i > 0 ? memrchr(p, '\0', i) : NULL;
	return nul != NULL ? (size_t)(nul + 1 - p) : 0;
}

/* Most zeros follow bytes that are no text. */
static inline void scan_string(struct strings *t, const unsigned char *p, size_t end)
{
	size_t from;

	if (end == 0 || !is_text(p[end - 1]))
		return;
	from = text_begin(p, end);
	if (end - from >= 5 ? may_begin(p[from]) : end - from >= 2 && p[from] == '/')
		take_string(t, (const char *)p + from, end - from);
}

static void scan(struct strings *t, struct view v)
{
	size_t i = 0;

	for (; v.n - i >= sizeof(uint64_t); i += sizeof(uint64_t))
		/* not those behind other zeros: nothing ends there */
		for (uint64_t all = view_zeros(v.p + i), z = all & ~(all << 8); z != 0; z &= z - 1)
			scan_string(t, v.p, i + (unsigned)__builtin_ctzll(z) / 8);
	for (; i < v.n; i++)
		if (v.p[i] == 0)
			scan_string(t, v.p, i);
}

/* The segments that are read-only data; those with code too if `code`, as older linkers made them. */
static void scan_segments(struct strings *t, const struct elf *e, bool code)
{
	for (size_t i = 0; i < e->phnum; i++) {
		const struct elf_phdr *ph = &e->phdrs[i];
		struct view v;

		if (ph->type != PY_PT_LOAD || (ph->flags & PY_PF_W) != 0 ||
		    ((ph->flags & PY_PF_X) != 0) != code)
			continue;
		if (ph->offset < e->file.n &&
		    view_sub(e->file, ph->offset,
			     ph->filesz < e->file.n - ph->offset ? ph->filesz
								 : e->file.n - ph->offset,
			     &v))
			scan(t, v);
	}
}

/* ---- what they say ------------------------------------------------------------------------ */

/* "cpython-311": 3 and 11 */
static void set_numbers(struct py_home *h, const char *tag)
{
	h->major = (unsigned)(tag[8] - '0');
	h->minor = (unsigned)strtoul(tag + 9, NULL, 10);
}

/* PY_VERSION is among the strings that begin with the release; `exact`, "3.11.7", is known from
 * Py_Version where there is that. Distributors append words ("3.11.5 | packaged by …"). */
static const char *choose_version(struct home_ctx *c, const struct py_strings *v, const char *exact)
{
	const char *stem = arena_printf(c->a, "%u.%u.", c->h->major, c->h->minor);
	const char *best = NULL;

	for (size_t i = 0; i < v->n; i++) {
		const char *s = v->items[i];
		size_t n = strlen(exact != NULL ? exact : stem);

		if (strncmp(s, exact != NULL ? exact : stem, n) != 0)
			continue;
		if (exact != NULL && s[n] >= '0' && s[n] <= '9')
			continue;
		if (best == NULL || strlen(s) > strlen(best))
			best = s;
	}
	return best;
}

/* patchlevel.h: PY_VERSION_HEX of "3.13.0rc2" */
static unsigned hex_of(const char *version)
{
	unsigned v[3] = { 0, 0, 0 }, level = 0xF, serial = 0;
	char *p = (char *)(uintptr_t)version;

	for (int i = 0; i < 3; i++) {
		v[i] = (unsigned)strtoul(p, &p, 10);
		p += *p == '.';
	}
	if (*p == 'a' || *p == 'b' || *p == 'r') {
		level = *p == 'a' ? 0xA : *p == 'b' ? 0xB : 0xC;
		serial = (unsigned)strtoul(p + (*p == 'r' ? 2 : 1), NULL, 10);
	}
	return v[0] << 24 | v[1] << 16 | v[2] << 8 | level << 4 | (serial & 15);
}

/* "3.13.0rc2" of 0x030d00c2 */
static const char *version_of_hex(struct arena *a, unsigned hex)
{
	const char *number = arena_printf(a, "%u.%u.%u", hex >> 24, hex >> 16 & 255, hex >> 8 & 255);
	unsigned level = hex >> 4 & 15;

	if (level == 0xF)
		return number;
	return arena_printf(a, "%s%s%u", number, level == 0xA ? "a" : level == 0xB ? "b" : "rc",
			    hex & 15);
}

/* What stands before the date in sys.version, of a build outside a repository: Py_GetBuildInfo said
 * "default" until the branches of CPython were renamed. */
static const char *branch(unsigned hex)
{
	return hex >= 0x030a01f0 || (hex >= 0x030908f0 && hex < 0x030a0000) ? "main" : "default";
}

/* Py_GetVersion (getversion.c). NULL if one of its parts is not there exactly once. */
static const char *version_text(struct home_ctx *c, const struct strings *t, const char *full)
{
	if (full == NULL || t->compilers.n != 1 || t->dates.n != 1 || t->times.n != 1)
		return NULL;
	return arena_printf(c->a, "%.80s (%s, %s, %s) %.80s", full, branch(c->h->hexversion),
			    t->dates.items[0], t->times.items[0], t->compilers.items[0]);
}

static void set_version(struct home_ctx *c, const struct strings *t, struct py_tables *tables)
{
	struct py_home *h = c->h;
	unsigned hex = py_tables_version(tables);
	const char *exact, *full;
	size_t n;

	if (hex >> 24 != h->major || (hex >> 16 & 255) != h->minor)
		hex = 0;
	exact = hex != 0 ? version_of_hex(c->a, hex) : NULL;
	full = choose_version(c, &t->versions, exact);
	if (full == NULL)
		full = exact != NULL ? exact : choose_version(c, &t->tails, NULL);
	if (exact == NULL && full != NULL) {
		n = strcspn(full, " +");
		exact = arena_strndup(c->a, full, n);
		hex = hex_of(exact);
	}
	h->hexversion = hex;
	h->version = exact != NULL ? exact : arena_printf(c->a, "%u.%u", h->major, h->minor);
	h->version_text = version_text(c, t, full);
}

/* The flags and the platform in ".cpython-313td-x86_64-linux-gnu.so". */
static void split_suffix(struct home_ctx *c, const char *suffix)
{
	const char *flags = suffix + 1 + strlen(c->core.tag);
	size_t n = strspn(flags, "dmut");
	const char *platform = flags + n;
	size_t len = strlen(platform);

	c->h->debug = memchr(flags, 'd', n) != NULL;
	c->h->free_threaded = memchr(flags, 't', n) != NULL;
	c->h->abiflags = arena_strndup(c->a, flags, n);
	if (platform[0] == '-' && len > 4)
		c->h->multiarch = arena_strndup(c->a, platform + 1, len - 4);
}

/* SOABI of the build itself: of the strings of that form the one with the most flags. */
static const char *main_suffix(struct home_ctx *c, const struct strings *t)
{
	const char *prefix = arena_printf(c->a, ".%s", c->core.tag), *best = NULL;
	size_t n = strlen(prefix);

	for (size_t i = 0; i < t->suffixes.n; i++) {
		const char *s = t->suffixes.items[i];

		if (strncmp(s, prefix, n) == 0 && (s[n] < '0' || s[n] > '9') &&
		    (best == NULL || strlen(s) > strlen(best)))
			best = s;
	}
	return best;
}

/* _PyImport_DynLoadFiletab (dynload_shlib.c): SOABI, ALT_SOABI of debug builds, the stable ABI, none. */
static void set_suffixes(struct home_ctx *c, struct strings *t, const struct py_tables *tables)
{
	const char *own = main_suffix(c, t);
	struct py_strings *v = &c->h->suffixes;

	if (own != NULL) {
		split_suffix(c, own);
		py_tables_endings(tables, own, v);
	}
	if (v->n > 0)
		return;
	if (own != NULL)
		py_strings_add(c->a, v, own);
	if (c->h->debug)
		for (size_t i = 0; i < t->suffixes.n; i++)
			if (t->suffixes.items[i] != own)
				py_strings_add(c->a, v, t->suffixes.items[i]);
	if (t->abi3)
		py_strings_add(c->a, v, ".abi3.so");
	py_strings_add(c->a, v, ".so");
}

static void name_stranger(struct home_ctx *c)
{
	const char *program = py_basename(c->h->program);
	const char *lib = c->h->libpython != NULL ? py_basename(c->h->libpython) : "";

	if (strncmp(program, "pypy", 4) == 0 || strncmp(lib, "libpypy", 7) == 0) {
		c->h->implementation = "pypy";
		c->h->not_followed = "PyPy";
	} else if (strncmp(program, "python2", 7) == 0 || strncmp(lib, "libpython2", 10) == 0) {
		c->h->implementation = "cpython";
		c->h->major = 2;
		c->h->not_followed = "Python 2";
	} else {
		c->h->implementation = "unknown";
		c->h->not_followed = "it does not look like a Python interpreter";
	}
}

void py_read_core(struct home_ctx *c)
{
	struct strings t = { .c = c };
	struct py_tables tables;
	const struct store_file *f = core_file(c);

	c->h->version = "";
	c->h->abiflags = "";
	if (f == NULL || f->kind != FILE_ELF || f->elf.defect != ELF_OK) {
		c->h->implementation = "unknown";
		if (c->h->not_followed == NULL)
			c->h->not_followed = "a program that is no ELF file";
		return;
	}
	c->core.file = f;
	scan_segments(&t, &f->elf, false);
	if (c->core.tag == NULL)
		scan_segments(&t, &f->elf, true);
	if (c->core.tag == NULL) {
		name_stranger(c);
		return;
	}
	c->h->implementation = "cpython";
	c->h->cache_tag = c->core.tag;
	c->core.platlibdir = t.lib64 ? "lib64" : "lib";
	set_numbers(c->h, c->core.tag);
	py_tables_open(&tables, &f->elf, c->a);
	set_suffixes(c, &t, &tables);
	set_version(c, &t, &tables);
	py_tables_builtins(&tables, &c->h->builtins.names);
	py_tables_frozen(&tables, c->h->minor, &c->h->frozen);
}
