/* told_runtime.c - what the names in a loader's message tell beyond its words.
 *
 * A missing symbol is judged by its name, a missing library by its own (told_runtime.def, symbols.def).
 */
#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "diagnose/gpu.h"
#include "diagnose/known.h"
#include "diagnose/told_case.h"
#include "diagnose/told_find.h"
#include "loader/dyld.h"

static const struct {
	const char *pattern, *speaker, *detail;
} symbols[] = {
#define SYMBOL(pattern, speaker, detail) { pattern, speaker, detail },
#define LIBRARY(pattern, detail)
#include "diagnose/told_runtime.def"
#undef SYMBOL
#undef LIBRARY
};

static const struct {
	const char *pattern, *detail;
} libraries[] = {
#define SYMBOL(pattern, speaker, detail)
#define LIBRARY(pattern, detail) { pattern, detail },
#include "diagnose/told_runtime.def"
#undef SYMBOL
#undef LIBRARY
};

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

enum {
	AROUND = 150,  /* lines in which as many */
	MANY = 3,      /* different sentences without a name are no messages */
	REPORT = 60,   /* lines of the head of a crash report */
	ASSEMBLY = 20, /* lines of the search for one assembly */
	RANK_TWICE = 39 /* before what it does */
};

static bool is_speaker(const struct msg_fact *f, const char *speaker)
{
	return f->speaker != NULL && strcmp(f->speaker, speaker) == 0;
}

/* The name of a file without folders of either kind. */
static const char *file_name(const char *path)
{
	const char *back = strrchr(path, '\\');

	return base_name(back != NULL ? back + 1 : path);
}

/* ---- symbols -------------------------------------------------------------------------------- */

/* macOS puts an underscore before every C name, and its loader prints it. A "K" is only that the function is
 * const. */
static const char *plain_symbol(struct arena *a, const struct msg_fact *f)
{
	const char *s = f->field[MSG_SYMBOL];

	if (is_speaker(f, "dyld") && s[0] == '_')
		s++;
	return strncmp(s, "_ZNK", 4) == 0 ? arena_printf(a, "_ZN%s", s + 4) : s;
}

static const char *detail_of_symbol(const struct msg_fact *f, const char *symbol)
{
	for (size_t i = 0; i < COUNT(symbols); i++)
		if ((symbols[i].speaker[0] == '\0' || is_speaker(f, symbols[i].speaker)) &&
		    fnmatch(symbols[i].pattern, symbol, 0) == 0)
			return symbols[i].detail;
	return family_of_symbol(symbol) != NULL ? "version-skew" : NULL;
}

/* A mangled name with a std::string of either ABI in it. "Ss" is the old one: it follows what a name, a
 * reference or another parameter ends with. */
static bool has_string(const char *symbol)
{
	static const char *const marks[] = { "cxx11", "RKSs", "RSs", "ISs", "ESs", "PKcSs" };

	if (strncmp(symbol, "_Z", 2) != 0)
		return false;
	for (size_t i = 0; i < COUNT(marks); i++)
		if (strstr(symbol, marks[i]) != NULL)
			return true;
	return false;
}

/* Does `object` lie in the folder of the project whose symbol it lacks? Then another copy was found first. */
static bool is_of_family(const struct msg_fact *f, const char *symbol)
{
	const struct symbol_family *family = family_of_symbol(symbol);
	const struct provider *p = family != NULL ? provider_of(family->library) : NULL;
	const char *object = f->field[MSG_OBJECT], *at = object;
	size_t n;

	if (p == NULL || p->site == NULL || object == NULL)
		return false;
	n = strlen(p->site);
	while ((at = strstr(at, p->site)) != NULL) {
		if (at > object && at[-1] == '/' && at[n] == '/')
			return true;
		at++;
	}
	return false;
}

static void sharpen_symbol(struct arena *a, struct msg_fact *f)
{
	const char *symbol, *detail;

	if (f->detail != NULL && strcmp(f->detail, "version-skew") != 0)
		return;
	if (f->field[MSG_VERSION] != NULL && strcmp(f->field[MSG_VERSION], "GLIBC_PRIVATE") == 0) {
		f->detail = "wrong-provider";
		return;
	}
	if (f->field[MSG_SYMBOL] == NULL)
		return;
	symbol = plain_symbol(a, f);
	detail = detail_of_symbol(f, symbol);
	if (is_of_family(f, symbol))
		detail = "wrong-provider";
	else if (detail != NULL && has_string(symbol) && strcmp(detail, "version-skew") == 0 &&
		 strncmp(symbol, "_ZNSt", 5) != 0)
		detail = "cxx11-abi";
	if (detail != NULL)
		f->detail = detail;
	else if (f->detail == NULL)
		/* A program that starts was linked against everything: what it lacks was replaced. */
		f->detail = strstr(f->text, "symbol lookup error") != NULL ? "version-skew" : "not-linked";
}

/* ---- libraries ------------------------------------------------------------------------------ */

static bool is_windows_driver(const char *name)
{
	static const char *const names[] = { "nvcuda.dll", "nvml.dll", "nvapi64.dll", "nvcuvid.dll",
					     "nvoptix.dll",
					     "nvEncodeAPI64.dll", "amdhip64.dll", "amfrt32.dll",
					     "amfrt64.dll" };

	for (size_t i = 0; i < COUNT(names); i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return false;
}

/* What macOS brings itself is missing for its release alone: frameworks and the parts of Swift are added by
 * newer ones, and few were taken out again. */
static void sharpen_macos_part(struct msg_fact *f)
{
	static const char *const growing[] = { "/System/Library/Frameworks/",
					       "/System/Library/PrivateFrameworks/", "/System/iOSSupport/",
					       "/usr/lib/swift/" };
	const char *path = f->field[MSG_OBJECT];

	if (!is_speaker(f, "dyld") || path == NULL || !dyld_cache_place(path))
		return;
	f->detail = "macos-part";
	for (size_t i = 0; i < COUNT(growing); i++)
		if (starts_with(path, growing[i]) && !dyld_cache_gone(path))
			f->code = "os-too-old";
}

static void sharpen_library(struct msg_fact *f)
{
	const char *name;
	const struct gpu_library *gpu;

	if (f->field[MSG_OBJECT] == NULL)
		return;
	sharpen_macos_part(f);
	name = file_name(f->field[MSG_OBJECT]);
	gpu = gpu_library_of(name);
	if ((gpu != NULL && gpu->part == GPU_DRIVER) || is_windows_driver(name)) {
		f->code = "gpu-driver";
		return;
	}
	for (size_t i = 0; i < COUNT(libraries) && f->detail == NULL; i++)
		if (fnmatch(libraries[i].pattern, name, 0) == 0)
			f->detail = libraries[i].detail;
}

/* "failed to map segment from shared object" says since glibc 2.20 no reason: rights (a file system that is
 * mounted noexec), or memory. Folders for temporary files are often noexec; a bare name comes from the
 * system's. */
static void sharpen_mapping(struct msg_fact *f)
{
	static const char *const folders[] = { "/tmp/", "/var/tmp/", "/dev/shm/", "/run/", "/mnt/", "/media/",
					       "/home/", "/data/", "/sdcard/", "/storage/" };

	if (f->field[MSG_ERROR] != NULL || f->field[MSG_OBJECT] == NULL)
		return;
	for (size_t i = 0; i < COUNT(folders); i++)
		if (strncmp(f->field[MSG_OBJECT], folders[i], strlen(folders[i])) == 0)
			return;
	if (strchr(f->field[MSG_OBJECT], '/') == NULL || f->field[MSG_OBJECT][0] == '.' ||
	    strncmp(f->field[MSG_OBJECT], "/lib", 4) == 0 ||
	    strncmp(f->field[MSG_OBJECT], "/usr/lib", 8) == 0)
		f->code = "memory-or-limit";
}

/* "invalid ELF header": a file of another system by its name; one that the linker alone reads; or damaged. */
/* An extension of Python whose name tells of no system: wheels for macOS call it the same, and one that was
 * packed there is no ELF file. */
static bool is_extension_of_any(const char *path)
{
	static const char *const folders[] = { "*/site-packages/*", "*/dist-packages/*", "/var/task/*",
					       "/opt/python/*", "*/vendored/*" };
	const char *name = file_name(path);

	if (strncmp(name, "lib", 3) == 0 || strstr(name, "linux") != NULL || strstr(name, ".so") == NULL)
		return false;
	for (size_t i = 0; i < COUNT(folders); i++)
		if (fnmatch(folders[i], path, 0) == 0)
			return true;
	return fnmatch("*.abi3.so", name, 0) == 0;
}

static void sharpen_header(struct msg_fact *f)
{
	static const char *const foreign[] = { "*.dylib", "*.dll", "*.node", "*.jnilib", "*.pyd",
					       "*-darwin.so",
					       "*.bundle", "*.exe" };
	static const char *const scripts[] = { "libc.so", "libm.so", "libpthread.so", "libgcc_s.so",
					       "libncurses.so",
					       "libncursesw.so", "libcurses.so", "libtermcap.so",
					       	"libtinfo.so", "*.a", "*.la" };
	const char *name = f->field[MSG_OBJECT] != NULL ? file_name(f->field[MSG_OBJECT]) : "";

	for (size_t i = 0; i < COUNT(foreign); i++)
		if (fnmatch(foreign[i], name, 0) == 0 ||
		    (name[0] != '\0' && is_extension_of_any(f->field[MSG_OBJECT]))) {
			f->code = "wrong-arch";
			f->detail = "other-system";
		}
	for (size_t i = 0; i < COUNT(scripts); i++)
		if (fnmatch(scripts[i], name, 0) == 0)
			f->code = "not-loadable";
}

/* ---- modules ---------------------------------------------------------------------------------- */

/* "PyInit__vnet" and "init_vnet" are of the module _vnet, whatever is imported in the lines above. */
static void sharpen_init_function(struct msg_fact *f)
{
	static const char *const prefixes[] = { "PyInit_", "PyInitU_", "init" };
	const char *symbol = f->field[MSG_SYMBOL];

	if (!told_is(f, "python-module") || symbol == NULL || f->field[MSG_OBJECT] != NULL)
		return;
	for (size_t i = 0; i < COUNT(prefixes); i++) {
		size_t n = strlen(prefixes[i]);

		if (strncmp(symbol, prefixes[i], n) == 0 && symbol[n] != '\0') {
			f->field[MSG_OBJECT] = symbol + n;
			return;
		}
	}
}

/* A module of another Python: the name of its DLL is no news, the module is. */
static void sharpen_conflict(struct msg_fact *f)
{
	if (f->id != NULL && strcmp(f->id, "python-conflict") == 0 && f->field[MSG_MODULE] != NULL)
		f->field[MSG_OBJECT] = f->field[MSG_MODULE];
}

/* What was being imported wants what is not found. */
static void sharpen_needed_by(struct msg_fact *f)
{
	static const char *const codes[] = { "missing-library", "missing-version", "wrong-arch",
					     "corrupt-file",
					     "static-tls", "init-failed", "missing-symbol", "gpu-driver",
					     "permission", "search-path", "memory-or-limit",
					     "abi-mismatch" };
	const char *by = f->field[MSG_NEEDED_BY], *object = f->field[MSG_OBJECT];

	/* Virtual machines name the file that they open before its loader does. */
	if (by != NULL && object != NULL && strcmp(by, object) == 0 && !told_is(f, "missing-symbol"))
		f->field[MSG_NEEDED_BY] = NULL;
	for (size_t i = 0; i < COUNT(codes) && f->field[MSG_NEEDED_BY] == NULL; i++)
		if (told_is(f, codes[i]))
			f->field[MSG_NEEDED_BY] = f->field[MSG_MODULE];
}

/* ---- lists of sentences -------------------------------------------------------------------- */

/* A sentence of a loader or the kernel that says of nobody that it failed. */
static bool is_nameless(const struct told_fact *t)
{
	static const char *const speakers[] = { "glibc", "musl", "shell", "kernel", "libstdc++", "dyld" };
	bool nameless = (t->f.doubts & MSG_SOURCE) != 0 ||
			(t->f.field[MSG_OBJECT] == NULL && t->f.field[MSG_NEEDED_BY] == NULL);

	nameless = nameless && t->f.kind == MSG_CAUSE;
	for (size_t i = 0; nameless && i < COUNT(speakers); i++)
		if (is_speaker(&t->f, speakers[i]))
			return true;
	return false;
}

/* Different ones in the lines from fact n on, at most MANY. */
static size_t nameless_from(const struct told_case *c, size_t n)
{
	const char *ids[MANY];
	size_t found = 0;

	for (size_t i = n; i < c->n && found < MANY; i++) {
		size_t k = 0;

		if (c->facts[i].f.line - c->facts[n].f.line > AROUND)
			break;
		if (!is_nameless(&c->facts[i]))
			continue;
		while (k < found && strcmp(ids[k], c->facts[i].f.id) != 0)
			k++;
		if (k == found)
			ids[found++] = c->facts[i].f.id;
	}
	return found;
}

/* Nobody fails in so many ways at once: it is a list of what can be said, the strings in a C library. */
static void deny_lists(struct told_case *c)
{
	int64_t until = -1;

	for (size_t i = 0; i < c->n; i++) {
		if (!is_nameless(&c->facts[i]))
			continue;
		if (nameless_from(c, i) == MANY)
			until = c->facts[i].f.line + AROUND;
		if (c->facts[i].f.line <= until)
			c->facts[i].denied = true;
	}
}

/* The program itself has no name in glibc's loader: it is told of by who was started alone. */
static void name_program(struct msg_fact *f)
{
	if (is_speaker(f, "glibc") && f->field[MSG_OBJECT] == NULL && f->field[MSG_SYMBOL] == NULL &&
	    f->text != NULL && strstr(f->text, " loading shared libraries: ") != NULL) {
		f->field[MSG_OBJECT] = f->field[MSG_NEEDED_BY];
		f->field[MSG_NEEDED_BY] = NULL;
	}
}

/* A report of macOS names the program that was killed at its start in its first lines. */
static void name_killed(const struct told_case *c, struct msg_fact *f)
{
	const struct msg_fact *path = told_is_id(f, "mac-signature-crash") ?
					      told_above(c, "mac-report-path", f, REPORT) : NULL;

	if (path != NULL)
		told_take(f, path, MSG_OBJECT);
}

/* sxstrace names the assembly before it says that it is nowhere. */
static void name_assembly(const struct told_case *c, struct msg_fact *f)
{
	const struct msg_fact *named =
		told_is_id(f, "sxs-not-found") ? told_above(c, "sxs-reference", f, ASSEMBLY) : NULL;

	if (named != NULL)
		told_take(f, named, MSG_OBJECT);
}

/* Two copies of a class are a warning; two of Qt are why it does not take its own plugin. */
static void two_of_qt(struct told_case *c)
{
	const struct msg_fact *twice = told_find(c, "objc-twice");
	bool fails = told_find(c, "qt-plugin-found") != NULL || told_find(c, "qt-no-plugin") != NULL ||
		     told_find(c, "qt-two-sets") != NULL;

	if (!fails || twice == NULL || twice->field[MSG_OBJECT] == NULL ||
	    strstr(base_name(twice->field[MSG_OBJECT]), "Qt") == NULL)
		return;
	for (size_t i = 0; i < c->n; i++)
		if (told_is_id(&c->facts[i].f, "objc-twice")) {
			c->facts[i].f.kind = MSG_CAUSE;
			c->facts[i].f.rank = RANK_TWICE;
		}
}

/* ---- why the system refused ------------------------------------------------------------------ */

/* The same sentence is printed for either: the error behind it tells which. "Error 12" is how a loader writes
 * a number that it has no words for. */
static void sharpen_refusal(struct msg_fact *f)
{
	static const struct {
		const char *from, *error, *code;
	} errors[] = {
		{ "permission", "allocate", "memory-or-limit" },
		{ "permission", "ENOMEM", "memory-or-limit" },
		{ "permission", "Error 12", "memory-or-limit" },
		{ "permission", "temporarily", "memory-or-limit" },
		{ "permission", "too many open", "memory-or-limit" },
		{ "memory-or-limit", "denied", "permission" },
		{ "memory-or-limit", "permitted", "permission" },
		{ "memory-or-limit", "Error 13", "permission" },
	};

	for (size_t i = 0; f->field[MSG_ERROR] != NULL && i < COUNT(errors); i++)
		if (told_is(f, errors[i].from) && strcasestr(f->field[MSG_ERROR], errors[i].error) != NULL) {
			f->code = errors[i].code;
			return;
		}
}

/* The package has one name, however the sentence writes it. */
static void name_numpy(struct msg_fact *f)
{
	if (f->field[MSG_OBJECT] != NULL && strcasecmp(f->field[MSG_OBJECT], "numpy") == 0)
		f->field[MSG_OBJECT] = "numpy";
}

void told_runtime(struct told_case *c)
{
	deny_lists(c);
	two_of_qt(c);
	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;

		name_program(f);
		name_killed(c, f);
		name_assembly(c, f);
		told_attempt(c, i);
		sharpen_conflict(f);
		sharpen_init_function(f);
		sharpen_needed_by(f);
		sharpen_refusal(f);
		name_numpy(f);
		if (told_is(f, "missing-symbol"))
			sharpen_symbol(c->a, f);
		else if (told_is(f, "missing-library"))
			sharpen_library(f);
		else if (f->id != NULL && strncmp(f->id, "glibc-map-failed", 16) == 0)
			sharpen_mapping(f);
		else if (f->id != NULL && strncmp(f->id, "glibc-not-elf", 13) == 0)
			sharpen_header(f);
	}
}
