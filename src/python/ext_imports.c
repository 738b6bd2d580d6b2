/* ext_imports.c - modules that an extension's own code imports when it is initialised.
 *
 * Machine code is not followed: names of modules stand as whole strings in the constants of a file, and
 * few generators of code put them there. Known are
 *   Cython      __Pyx_ImportType and cimports give full names ("scipy.special._ufuncs_cxx"), relative
 *               imports the last part alone ("_common"); its own strings are packed with zlib (from 3.1 on)
 *               or with an LZSS of its own (from 3.3 on)
 *   numpy       _import_array of each file that was compiled against its headers
 *   CPython     PyDateTime_IMPORT: "datetime.datetime_CAPI"
 *   mypyc       a group of modules lives in one file called "…__mypyc"
 *   cffi        "_cffi_backend"
 * A file that is not of Cython may have NumPy's text for a function that is called later: what the
 * metadata of its distribution requires decides. Any other file may name a module for an import that
 * comes later or never. A name counts only if there is such a module, or was one when the distribution of
 * the file was installed.
 */
#include "python/ext_imports.h"

#include <string.h>
#include <zlib.h>

#include "base/str.h"
#include "python/ext_lost.h"
#include "python/finder.h"

enum {
	MIN_NAME = 3, MAX_NAME = 120, MIN_NEAR = 8,
	MAX_CONSTANTS = 64 << 20, /* bytes that are looked through */
	MAX_FOUND = 200,
	MAX_TEXT = 1 << 20,       /* of what is unpacked */
	MAX_TRIES = 4096,         /* places that may be the start of something packed */
	MAX_PARTS = 12
};

/* Names of the standard library that are little else in an extension than that of a module; what
 * goes wrong with them may be caught. */
static const char *const common[] = {
	"asyncio", "concurrent", "contextlib", "contextvars", "ctypes", "datetime", "inspect", "json",
	"logging", "multiprocessing", "pathlib", "random", "secrets", "shutil", "subprocess", "tempfile",
	"threading", "typing", "uuid", "warnings", "zipfile"
};
#define NCOMMON (sizeof(common) / sizeof(*common))

struct scan {
	struct source *source;
	struct py_finder *f;
	const struct py_home *home;
	struct arena *a;
	const char *module;
	const char *package;       /* of the module, NULL for none */
	struct py_strings path;    /* sys.path */
	struct py_inner_list *out;
	const struct py_strings *lost; /* modules of the distribution whose files are gone; NULL: not asked */
	const char *numpy_text;    /* what NumPy's headers say when it cannot be imported */
	struct view unpacked;
	unsigned tries;
	bool cython, decompress, zlib, lzss, numpy_done, numpy_only;
};

/* ---- is there such a module? ---------------------------------------------------------------- */

/* Finds each part of a dotted name below the one before. */
static bool find_parts(struct scan *s, const char *name, struct py_spec *spec)
{
	const struct py_strings *path = &s->path;
	const char *dot = name;

	*spec = (struct py_spec){ .kind = PY_SPEC_MISSING };
	for (int i = 0; i < MAX_PARTS; i++) {
		dot = strchr(dot, '.');
		py_find(s->f, dot != NULL ? arena_strndup(s->a, name, (size_t)(dot - name)) : name, path,
			spec);
		if (spec->kind == PY_SPEC_MISSING || dot == NULL)
			return spec->kind != PY_SPEC_MISSING;
		if (spec->locations.n == 0)
			return false;
		path = ARENA_NEW(s->a, struct py_strings);
		*(struct py_strings *)(uintptr_t)path = spec->locations;
		dot++;
	}
	return false;
}

static bool find(struct scan *s, const char *name, struct py_spec *spec)
{
	uint32_t hash = elf_gnu_hash(name);
	struct py_spec *known = table_get(&s->f->named, name, hash);

	if (known == NULL) {
		known = ARENA_NEW(s->f->a, struct py_spec);
		if (!find_parts(s, name, known))
			known->kind = PY_SPEC_MISSING;
		table_put(&s->f->named, arena_strdup(s->f->a, name), hash, known);
	}
	*spec = *known;
	return spec->kind != PY_SPEC_MISSING;
}

static bool in_stdlib(const struct scan *s, const struct py_spec *spec)
{
	const char *lib = s->home->stdlib;
	size_t n = lib != NULL ? strlen(lib) : 0;

	if (spec->origin == NULL || n == 0)
		return spec->kind == PY_SPEC_BUILTIN || spec->kind == PY_SPEC_FROZEN ||
		       spec->kind == PY_SPEC_ASSUMED;
	return strncmp(spec->origin, lib, n) == 0 && spec->origin[n] == '/' &&
	       strstr(spec->origin + n, "-packages/") == NULL;
}

static void add(struct scan *s, const char *name, bool sure, const char *instead)
{
	if (strcmp(name, s->module) == 0 || s->out->n >= MAX_FOUND)
		return;
	for (size_t i = 0; i < s->out->n; i++)
		if (strcmp(s->out->items[i].name, name) == 0)
			return;
	*ARENA_PUSH(s->a, s->out) = (struct py_inner){ .name = name, .sure = sure, .instead = instead };
}

static bool add_if_there(struct scan *s, const char *name, bool sure, const char *instead)
{
	struct py_spec spec;

	if (!find(s, name, &spec))
		return false;
	add(s, name, sure, instead);
	return true;
}

/* ---- which strings are names ---------------------------------------------------------------- */

static bool is_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* A dotted name, each part an identifier. */
static bool is_name(const char *p, size_t n, bool *dotted)
{
	bool first = true;

	*dotted = false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c == '.' && !first) {
			first = *dotted = true;
			continue;
		}
		if (!is_letter(c) && (first || c < '0' || c > '9'))
			return false;
		first = false;
	}
	return n > 0 && !first;
}

static bool ends_with(const char *s, size_t n, const char *end)
{
	size_t k = strlen(end);

	return n > k && memcmp(s + n - k, end, k) == 0;
}

/* ---- what the distribution says -------------------------------------------------------------- */

/* The folder of site-packages that the module lies in, and its first name there; false if it is not known. */
static bool installed_in(struct scan *s, const char **site, const char **top)
{
	const char *slash = NULL, *dot = s->module;
	struct py_spec spec;

	if (!find(s, s->module, &spec) || spec.origin == NULL)
		return false;
	*site = spec.origin;
	do {
		slash = strrchr(*site, '/');
		if (slash == NULL)
			return false;
		*site = arena_strndup(s->a, *site, (size_t)(slash - *site));
		dot = strchr(dot, '.');
		dot = dot != NULL ? dot + 1 : NULL;
	} while (dot != NULL);
	*top = arena_strndup(s->a, s->module, strcspn(s->module, "."));
	return true;
}

/* A line "Requires-Dist: NAME" that is for no extra of it. */
static bool requires(struct view text, const char *line)
{
	const unsigned char *p = text.p, *end = text.p + text.n;
	size_t n = strlen(line);

	while ((p = memmem(p, (size_t)(end - p), line, n)) != NULL) {
		const unsigned char *nl;
		size_t rest;

		p += n;
		nl = memchr(p, '\n', (size_t)(end - p));
		rest = (size_t)((nl != NULL ? nl : end) - p);
		if (rest == 0 || (memchr(" ;<>=!~([\r", *p, 10) != NULL &&
				  memmem(p, rest, "extra", 5) == NULL))
			return true;
	}
	return false;
}

/* The metadata of what the module was installed with; false if there is none. */
static bool open_metadata(struct scan *s, struct source_file *f)
{
	const char *site, *top, *folder;

	if (!installed_in(s, &site, &top) || strcmp(top, "numpy") == 0)
		return false;
	folder = py_distribution_of(s->f, site, top);
	return *folder != '\0' && source_open(s->source, arena_printf(s->a, "%s/METADATA", folder), f) == 0;
}

static const struct py_strings *lost_modules(struct scan *s)
{
	static const struct py_strings none;
	const char *site, *top;

	if (s->lost == NULL)
		s->lost = installed_in(s, &site, &top) ? py_ext_lost(s->f, site, top) : &none;
	return s->lost;
}

static void add_lost(struct scan *s, const char *name)
{
	size_t n = s->out->n;

	add(s, name, true, NULL);
	if (s->out->n > n)
		s->out->items[n].lost = true;
}

/* A name that no module has: it may be that of one that is gone. */
static void may_be_lost(struct scan *s, const char *name)
{
	const struct py_strings *l = lost_modules(s);

	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i], name) == 0)
			add_lost(s, l->items[i]);
}

/* A module by itself, of another distribution. */
static void alone_may_be_lost(struct scan *s, const char *name)
{
	const char *site, *top;

	if (installed_in(s, &site, &top) && py_ext_is_lost(s->f, site, name))
		add_lost(s, name);
}

/* May the file import numpy whenever it is loaded? Not if what it was installed with goes without. */
static bool may_need_numpy(struct scan *s)
{
	struct source_file f;
	bool needs = true;

	if (s->cython || s->numpy_only || !open_metadata(s, &f))
		return true;
	if (f.map.bytes.n > 0)
		needs = requires(f.map.bytes, "\nRequires-Dist: numpy");
	source_close(&f);
	return needs;
}

/* numpy 2 looks for its new place first, then for the old one (__multiarray_api.h). */
static void numpy_api(struct scan *s)
{
	if (s->numpy_done)
		return;
	s->numpy_done = true;
	if (!may_need_numpy(s))
		return;
	if (!add_if_there(s, "numpy._core._multiarray_umath", !s->numpy_only, s->numpy_text))
		add_if_there(s, "numpy.core._multiarray_umath", !s->numpy_only, s->numpy_text);
}

/* A module without which the file's own does not start. */
static void needed(struct scan *s, const char *name)
{
	if (!add_if_there(s, name, true, NULL) && strchr(name, '.') == NULL)
		alone_may_be_lost(s, name);
}

/* What any file may say, whoever made it. True: it is settled. */
static bool of_any_file(struct scan *s, const char *p, size_t n)
{
	if (strcmp(p, "numpy.core._multiarray_umath") == 0 ||
	    strcmp(p, "numpy._core._multiarray_umath") == 0)
		numpy_api(s);
	else if (strcmp(p, "datetime.datetime_CAPI") == 0)
		add_if_there(s, "datetime", true, NULL);
	else if (strcmp(p, "_cffi_backend") == 0 || ends_with(p, n, "__mypyc"))
		needed(s, arena_strndup(s->a, p, n));
	else
		return strncmp(p, "numpy.core", 10) == 0;
	return true;
}

/* A Cython module next to this one, named by its last part. */
static void sibling(struct scan *s, const char *name)
{
	struct py_spec spec;
	const char *full;

	if (s->package == NULL || name[0] != '_' || name[1] == '_')
		return;
	full = arena_printf(s->a, "%s.%s", s->package, name);
	if (!find(s, full, &spec))
		may_be_lost(s, full);
	else if (spec.kind == PY_SPEC_EXTENSION)
		add(s, full, true, NULL);
}

/* Is it the name of something in the package that the module is in, or in one beside it? */
static bool is_near(const struct scan *s, const char *name)
{
	size_t top = strcspn(name, ".");

	return name[top] == '.' && strncmp(name, s->module, top + 1) == 0;
}

static bool is_common(const char *name)
{
	for (size_t i = 0; i < NCOMMON; i++)
		if (*name == *common[i] && strcmp(name, common[i]) == 0)
			return true;
	return false;
}

/* "import numpy": a module that is named as a whole. Short names are names of other things as often. */
static void whole(struct scan *s, const char *name)
{
	struct py_spec spec;

	if (is_common(name))
		add_if_there(s, name, false, NULL);
	else if (strlen(name) > 4 && find(s, name, &spec) && spec.kind != PY_SPEC_NAMESPACE &&
		 !in_stdlib(s, &spec))
		add(s, name, strcmp(name, "numpy") == 0, NULL);
}

static void of_cython(struct scan *s, const char *name, bool dotted)
{
	struct py_spec spec;

	if (!dotted) {
		sibling(s, name);
		whole(s, name);
	} else if (find(s, name, &spec)) {
		if (!in_stdlib(s, &spec))
			add(s, name, true, NULL);
	} else if (is_near(s, name)) {
		may_be_lost(s, name);
	}
}

/* Other makers (SIP) name another extension of the same package in full. */
static void of_others(struct scan *s, const char *name, bool dotted)
{
	struct py_spec spec;

	if (strcmp(name, "decimal") == 0)
		add_if_there(s, name, false, NULL);
	else if (!dotted || !is_near(s, name))
		return;
	else if (!find(s, name, &spec))
		may_be_lost(s, name);
	else if (spec.kind == PY_SPEC_EXTENSION)
		add(s, name, true, NULL);
}

static void look_at(struct scan *s, const char *p, size_t n)
{
	bool dotted;

	s->lzss = s->lzss || (*p == 'L' && strcmp(p, "LZSS string data decompression failed") == 0);
	if (!is_name(p, n, &dotted))
		return;
	s->decompress = s->decompress || strcmp(p, "decompress") == 0;
	s->zlib = s->zlib || strcmp(p, "zlib") == 0;
	if (s->numpy_only) {
		if (strcmp(p, "numpy._core._multiarray_umath") == 0)
			numpy_api(s);
		return;
	}
	if (!of_any_file(s, p, n))
		(s->cython ? of_cython : of_others)(s, arena_strndup(s->a, p, n), dotted);
}

/* ---- the constants of a file ---------------------------------------------------------------- */

static inline void string_at(struct scan *s, const unsigned char *p, size_t n)
{
	if (n >= MIN_NAME && n <= MAX_NAME && is_letter(*p))
		look_at(s, (const char *)p, n);
}

/* Most of it is no text: numbers, with a zero in every other word. */
static void each_string(struct scan *s, struct view v)
{
	size_t begin = 0, i = 0;

	for (; v.n - i >= sizeof(uint64_t); i += sizeof(uint64_t))
		for (uint64_t z = view_zeros(v.p + i); z != 0; z &= z - 1) {
			size_t end = i + (unsigned)__builtin_ctzll(z) / 8;

			string_at(s, v.p + begin, end - begin);
			begin = end + 1;
		}
	for (; i < v.n; i++)
		if (v.p[i] == 0) {
			string_at(s, v.p + begin, i - begin);
			begin = i + 1;
		}
}

static bool has(struct view v, const char *text)
{
	return memmem(v.p, v.n, text, strlen(text)) != NULL;
}

/* Is it made by Cython? Its files import numpy themselves, before NumPy's headers do. */
static bool look_for_maker(void *ctx, struct view v)
{
	static const char *const texts[] = { "numpy._core.multiarray failed to import",
					     "numpy.core.multiarray failed to import" };
	struct scan *s = ctx;

	if (v.n > MAX_CONSTANTS)
		v.n = MAX_CONSTANTS;
	s->cython = s->cython || has(v, "cython_runtime") || has(v, "cython_function_or_method");
	for (size_t i = 0; i < 2 && s->numpy_text == NULL; i++)
		if (has(v, texts[i]))
			s->numpy_text = texts[i];
	return s->cython;
}

/* ---- strings that are packed ------------------------------------------------------------------ */

/* Cython 3.1 and later pack the strings of a module together, without marks between them: a name is
 * looked for that would be there. */
static bool names(struct view v, const char *name)
{
	return memmem(v.p, v.n, name, strlen(name)) != NULL;
}

static void sibling_seen(const char *file, void *ctx)
{
	struct scan *s = ctx;
	const char *dot = strchr(file, '.');
	struct py_spec spec;
	const char *full, *last;

	if (dot == NULL || dot - file < 6 || *file != '_' ||
	    (!str_ends(file, ".so") && !str_ends(file, ".pyd")))
		return;
	last = arena_strndup(s->a, file, (size_t)(dot - file));
	full = arena_printf(s->a, "%s.%s", s->package, last);
	if (names(s->unpacked, last) && find(s, full, &spec) && spec.kind == PY_SPEC_EXTENSION)
		add(s, full, true, NULL);
}

/* A module of a distribution that this one requires, if its name is among the strings. */
static void required_seen(struct scan *s, const char *p, size_t n)
{
	static const char word[] = "Requires-Dist: ";
	size_t k = sizeof(word) - 1, len = 0;
	char *name;

	if (n <= k || memcmp(p, word, k) != 0 || memmem(p, n, "extra", 5) != NULL)
		return;
	while (k + len < n && strchr(" ;<>=!~([\r", p[k + len]) == NULL)
		len++;
	name = arena_strndup(s->a, p + k, len);
	for (char *q = name; *q != '\0'; q++)
		*q = *q == '-' || *q == '.' ? '_' : *q;
	if (len > 4 && names(s->unpacked, name))
		whole(s, name);
}

static void required(struct scan *s)
{
	struct source_file f;
	const char *p, *end;

	if (!open_metadata(s, &f))
		return;
	p = (const char *)f.map.bytes.p;
	end = p + f.map.bytes.n;
	while (f.map.bytes.n > 0 && p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		required_seen(s, p, (size_t)((nl != NULL ? nl : end) - p));
		if (nl == NULL || nl == p) /* what describes it comes behind */
			break;
		p = nl + 1;
	}
	source_close(&f);
}

/* Without marks between the names a short one may be a part of another. */
static bool is_named_near(const struct scan *s, const char *name)
{
	const char *last = strrchr(name, '.') + 1;

	return names(s->unpacked, name) ||
	       (s->package != NULL && *last == '_' && strlen(last) >= MIN_NEAR &&
		strncmp(name, s->package, strlen(s->package)) == 0 && name + strlen(s->package) + 1 == last &&
		names(s->unpacked, last));
}

static void lost_among(struct scan *s)
{
	const struct py_strings *l = lost_modules(s);

	for (size_t i = 0; i < l->n; i++)
		if (strchr(l->items[i], '.') != NULL && is_named_near(s, l->items[i]))
			add_lost(s, l->items[i]);
}

static void unpacked(struct scan *s, struct view v)
{
	struct py_spec spec;

	s->unpacked = v;
	lost_among(s);
	for (size_t i = 0; i < NCOMMON; i++)
		if (strlen(common[i]) > 5 && strcmp(common[i], "asyncio") != 0 && names(v, common[i]))
			add_if_there(s, common[i], false, NULL);
	required(s);
	if (s->package == NULL || !find(s, s->package, &spec))
		return;
	for (size_t i = 0; i < spec.locations.n; i++)
		source_list(s->source, spec.locations.items[i], sibling_seen, s);
}

/* One for all extensions: nothing in it is wanted afterwards. */
static unsigned char *scratch(struct scan *s)
{
	if (s->f->scratch == NULL)
		s->f->scratch = arena_alloc(s->f->a, MAX_TEXT);
	return s->f->scratch;
}

/* ---- LZSS (Cython/Utility/StringTools.c, DecompressString_LZSS) -------------------------------- */

struct lzss {
	const unsigned char *p, *end;
	unsigned char *out;
	size_t n, cap;
};

/* A reference to what came before: false if there is no such place. */
static bool lzss_copy(struct lzss *z)
{
	unsigned lo, hi;
	size_t back, n;

	if (z->end - z->p < 3)
		return false;
	lo = *z->p++;
	hi = *z->p++;
	if ((lo & 0x80) == 0) {
		back = lo;
		n = hi;
	} else if ((hi & 0x80) == 0) {
		back = 0x80 + ((hi << 2 & 0x180) | (lo & 0x7f));
		n = hi & 0x1f;
	} else {
		back = 0x80 + ((size_t)(hi & 0x7f) << 7 | (lo & 0x7f));
		n = *z->p++;
	}
	n += 3;
	back += n;
	if (back > z->n || n > z->cap - z->n)
		return false;
	memcpy(z->out + z->n, z->out + z->n - back, n);
	z->n += n;
	return true;
}

/* How long it is, is not written there: it is read until it is no text any more. */
static size_t unlzss(struct lzss *z)
{
	for (;;) {
		unsigned flags;

		if (z->p == z->end)
			return z->n;
		for (flags = *z->p++ | 0xff00u; flags & 0x100; flags >>= 1) {
			if ((flags & 1) == 0) {
				if (!lzss_copy(z))
					return z->n;
				continue;
			}
			if (z->p == z->end || z->n == z->cap ||
			    (*z->p < ' ' && *z->p != '\n' && *z->p != '\t'))
				return z->n;
			z->out[z->n++] = *z->p++;
		}
	}
}

/* It begins with eight letters that stand for themselves, and names "__main__" somewhere. */
static bool look_for_lzss(void *ctx, struct view v)
{
	struct scan *s = ctx;

	for (size_t i = 0; v.n > 64 && i < v.n - 64; i++) {
		const unsigned char *p = memchr(v.p + i, 0xff, v.n - 64 - i);
		struct lzss z;
		size_t k = 1;

		if (p == NULL)
			break;
		i = (size_t)(p - v.p);
		while (k <= 8 && p[k] >= ' ' && p[k] < 0x7f)
			k++;
		if (k <= 8)
			continue;
		z = (struct lzss){ p, v.p + v.n, scratch(s), 0, MAX_TEXT };
		if (unlzss(&z) > 64 && memmem(z.out, z.n, "__main__", 8) != NULL) {
			unpacked(s, (struct view){ z.out, z.n });
			return true;
		}
	}
	return false;
}

/* ---- zlib ------------------------------------------------------------------------------------- */

static bool unpack(struct scan *s, struct view v)
{
	z_stream z = { .next_in = (unsigned char *)(uintptr_t)v.p,
		       .avail_in = v.n < MAX_TEXT ? (unsigned)v.n : MAX_TEXT };
	unsigned char *out = scratch(s);
	int end;

	if (inflateInit(&z) != Z_OK)
		return false;
	z.next_out = out;
	z.avail_out = MAX_TEXT;
	end = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	if (end != Z_STREAM_END || z.total_out < 64)
		return false;
	unpacked(s, (struct view){ out, z.total_out });
	return true;
}

/* A header of zlib: 32 KiB of window, a check of both bytes (RFC 1950). */
static bool look_for_packed(void *ctx, struct view v)
{
	struct scan *s = ctx;

	for (size_t i = 0; v.n > 64 && i < v.n - 64 && s->tries < MAX_TRIES; i++) {
		const unsigned char *p = memchr(v.p + i, 0x78, v.n - 64 - i);

		if (p == NULL)
			break;
		i = (size_t)(p - v.p);
		if ((0x7800 | p[1]) % 31 != 0 || (p[1] & 0x20) != 0)
			continue;
		s->tries++;
		if (unpack(s, (struct view){ p, v.n - i }))
			return true;
	}
	return false;
}

static bool look_for_names(void *ctx, struct view v)
{
	if (v.n > MAX_CONSTANTS)
		v.n = MAX_CONSTANTS;
	each_string(ctx, v);
	return false;
}

static void set_path(struct scan *s)
{
	for (size_t i = 0; i < s->home->path.n; i++)
		*ARENA_PUSH(s->a, &s->path) = s->home->path.items[i].dir;
}

void py_ext_imports(const struct py_binary *e, const char *module, struct py_finder *f,
		    const struct py_home *home, struct source *src, struct arena *a,
		    struct py_inner_list *out)
{
	struct scan s = { .source = src, .f = f, .home = home, .a = a, .module = module, .out = out };
	const char *dot = module != NULL ? strrchr(module, '.') : NULL;

	if (module == NULL)
		return;
	if (dot != NULL)
		s.package = arena_strndup(a, module, (size_t)(dot - module));
	set_path(&s);
	py_each_constants(e, look_for_maker, &s);
	if (s.cython)
		s.numpy_text = NULL;
	py_each_constants(e, look_for_names, &s);
	if (s.cython && s.lzss)
		py_each_constants(e, look_for_lzss, &s);
	if (s.cython && s.zlib && s.decompress) {
		add_if_there(&s, "zlib", false, NULL);
		py_each_constants(e, look_for_packed, &s);
	}
}

void py_ext_imports_beside(const struct py_binary *e, struct py_finder *f, const struct py_home *home,
			   struct arena *a, struct py_inner_list *out)
{
	struct scan s = { .f = f, .home = home, .a = a, .module = "", .out = out, .numpy_only = true };

	set_path(&s);
	py_each_constants(e, look_for_maker, &s);
	py_each_constants(e, look_for_names, &s);
}
