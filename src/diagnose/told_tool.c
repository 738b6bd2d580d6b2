/* told_tool.c - what compilers, Go, pip and other build tools say, completed: details, objects. */
#include <string.h>
#include <strings.h>

#include "diagnose/told_find.h"
#include "diagnose/told_place.h"

/* ---- no messages ---------------------------------------------------------------------------- */

/* "%s", "%pB", "%1$s": the text is that of a program's catalogue of messages, not a message. */
static bool is_template(const char *s)
{
	size_t n = 1;

	if (s == NULL || s[0] != '%')
		return false;
	n += strspn(s + n, "0123456789$");
	if (s[n] == '\0' || strchr("sdupFPTEBRX", s[n]) == NULL)
		return false;
	/* "%pB", "%F%P", but not "%PATH%". */
	return s[n + 1] == '\0' || s[n + 1] == '%' || (s[n] == 'p' && s[n + 2] == '\0');
}

static void drop_templates(struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++)
		for (size_t f = 0; f < MSG_NFIELDS; f++)
			if (is_template(c->facts[i].f.field[f]))
				told_silence(&c->facts[i].f);
}

/* ---- pip ------------------------------------------------------------------------------------ */

/* Is it said by the build of a package, not by a program that runs? */
static bool in_package_build(const struct told_case *c)
{
	static const char *const ids[] = {
		"pip-requires", "pip-preparing", "pip-egg-info", "pip-egg-info-old", "pip-metadata",
		"pip-wheel-failed", "pip-wheels-failed", "pip-subprocess", "uv-failed",
		"pip-installable",  "pip-output-of", "setup-frame",
	};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		for (size_t k = 0; k < c->n; k++)
			if (starts_with(c->facts[k].f.id, ids[i]))
				return true;
	return false;
}

static bool is_part_of(const char *module, const char *package)
{
	return package != NULL && starts_with(module, package) && module[strlen(package)] == '.';
}

/* A module that the build of a package imports and does not get is a requirement that nobody declared. */
static void take_modules(struct told_case *c)
{
	static const char *const gone[] = { "distutils", "pkg_resources", "imp", "setuptools.command.test" };

	if (!in_package_build(c))
		return;
	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;
		const char *module = f->field[MSG_MODULE];

		/* "from Cython.Build import x" fails where there is no Cython. */
		if (module == NULL || is_part_of(module, f->field[MSG_OBJECT]))
			module = f->field[MSG_OBJECT];

		if (!told_is(f, "python-module") || module == NULL)
			continue;
		f->code = "build-tool";
		f->detail = strcasecmp(module, "cython") == 0 ? "cython" : "undeclared-build-requirement";
		f->rank = 14;
		f->field[MSG_OBJECT] = module;
		for (size_t k = 0; k < sizeof(gone) / sizeof(gone[0]); k++)
			if (strcmp(module, gone[k]) == 0)
				f->detail = "setuptools-version";
		/* It is there, without the name that is wanted of it. */
		if (f->field[MSG_SYMBOL] != NULL &&
		    (starts_with(module, "setuptools") || starts_with(module, "pkg_resources")))
			f->detail = "setuptools-version";
	}
}

/* What the configuration of a gem requires and does not get is no library, but an undeclared gem. */
static void take_extconf(struct told_case *c)
{
	bool gem = told_find(c, "gem-native") != NULL || told_find(c, "gem-extconf") != NULL;

	for (size_t i = 0; i < c->n && gem; i++) {
		struct msg_fact *f = &c->facts[i].f;

		if (!told_is_id(f, "ruby-no-load") && !told_is_id(f, "ruby-no-load-old"))
			continue;
		f->code = "build-tool";
		f->detail = "undeclared-build-requirement";
		f->rank = 14;
	}
}

/* The backend of a build is a module too. */
static void take_backend(struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;

		if (!told_is_detail(f, "backend"))
			continue;
		for (size_t k = 0; k < c->n && f->field[MSG_OBJECT] == NULL; k++)
			if (told_is(&c->facts[k].f, "python-module"))
				told_take(f, &c->facts[k].f, MSG_OBJECT);
	}
}

/* The isolated environment of a build lacks what pip could not find for it: not the package itself. */
static void take_requirements(struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;

		if (!told_is_detail(f, "build-requirement"))
			continue;
		for (size_t k = 0; k < c->n; k++) {
			struct msg_fact *inner = &c->facts[k].f;

			if (!told_is(inner, "no-matching-wheel"))
				continue;
			told_take(f, inner, MSG_OBJECT);
			told_silence(inner);
		}
	}
}

/* pip builds a requirement of the build, and shows below why that fails: that is the cause then. */
static void prefer_inner_build(struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;
		bool inner = false;

		if (!told_is_detail(f, "build-requirement") || !starts_with(f->id, "pip-build"))
			continue;
		for (size_t k = 0; k < c->n && !inner; k++) {
			const struct told_fact *t = &c->facts[k];

			inner = t->f.line > f->line && told_may_be_cause(t) && !t->warning &&
				t->f.rank < MSG_RANK_GUESS && !starts_with(t->f.id, "pip-build");
		}
		if (inner)
			told_silence(f);
	}
}

/* ---- one cause after the other -------------------------------------------------------------- */

static bool compiler_is_musl(const struct told_case *c)
{
	for (size_t i = 0; i < c->in->ncommands; i++)
		for (size_t k = 0; k < c->in->commands[i].argc && k < 8; k++)
			if (strstr(c->in->commands[i].argv[k], "musl-") != NULL)
				return true;
	return false;
}

const char *told_musl_lacks(const char *header)
{
	static const char *const kernel[] = { "linux/", "asm/", "asm-generic/" };

	for (size_t i = 0; i < sizeof(kernel) / sizeof(kernel[0]); i++)
		if (starts_with(header, kernel[i]))
			return "musl-kernel-headers";
	return strchr(header, '.') == NULL ? "musl-libstdcxx" : NULL;
}

/* Visual C++ says the same of the file that it is to compile; that another is included it says in most
 * languages. */
static bool is_own_source(const struct msg_fact *f)
{
	const char *name = f->field[MSG_HEADER];

	return strcmp(f->speaker, "cl") == 0 && told_is_source(name, strlen(name)) &&
	       !told_ends_with(name, "h") && f->text != NULL && strstr(f->text, "nclu") == NULL;
}

static void refine_header(struct told_case *c, struct msg_fact *f)
{
	static const char *const python[] = { "Python.h", "pyconfig.h", "pyport.h" };
	const char *header = f->field[MSG_HEADER];

	if (header == NULL)
		return;
	f->field[MSG_OBJECT] = header;
	if (is_own_source(f)) {
		f->code = "build-other";
		f->detail = "input-missing";
		f->rank = 31;
		return;
	}
	for (size_t i = 0; i < sizeof(python) / sizeof(python[0]) && f->detail == NULL; i++)
		if (strcmp(base_name(header), python[i]) == 0)
			f->detail = "python-dev";
	if (f->detail == NULL && compiler_is_musl(c))
		f->detail = told_musl_lacks(header);
}

static bool names_cxx(const char *tool)
{
	return tool != NULL &&
	       (strstr(tool, "g++") != NULL || strstr(tool, "c++") != NULL ||
		strstr(tool, "clang++") != NULL || strcmp(tool, "CXX") == 0);
}

static void refine_compiler(struct told_case *c, struct msg_fact *f)
{
	const char *flag = f->field[MSG_FLAG];

	if (told_is_detail(f, "linker") && flag != NULL) {
		flag = starts_with(flag, "-fuse-ld=") ? flag + strlen("-fuse-ld=") : flag;
		f->field[MSG_OBJECT] = strchr(flag, '/') != NULL ? flag : arena_printf(c->a, "ld.%s", flag);
	}
	/* The host's compiler was started for another machine: what has to be set is CC. */
	if (told_is_detail(f, "cross") && f->field[MSG_OBJECT] == NULL)
		f->field[MSG_OBJECT] = "CC";
	if (told_is_detail(f, "rust-target")) {
		const struct msg_fact *target = told_find(c, "rustc-target-note");

		if (target != NULL)
			f->field[MSG_OBJECT] = target->field[MSG_OBJECT];
	}
	if (told_is_detail(f, "CC") && (names_cxx(f->field[MSG_OBJECT]) || names_cxx(f->field[MSG_TEXT])))
		f->detail = "CXX";
	if (told_is_detail(f, "CC") && f->field[MSG_TEXT] != NULL &&
	    strstr(f->field[MSG_TEXT], "Fortran") != NULL)
		f->detail = "language";
	if (told_is_detail(f, "CC") && told_ends_with(f->field[MSG_OBJECT], ":\\Program"))
		f->detail = "CC-blank";
	f->field[MSG_TOOL] = f->field[MSG_OBJECT] != NULL ? f->field[MSG_OBJECT] : f->field[MSG_TOOL];
}

static void refine_package(struct told_case *c, struct msg_fact *f)
{
	const char *package = f->field[MSG_PACKAGE];
	const char *object = f->field[MSG_OBJECT];
	bool plain = package == NULL || strcmp(f->speaker, "meson") == 0 ||
		     strcmp(f->speaker, "CMake") == 0 || strcmp(f->speaker, "cabal") == 0;

	plain = plain || told_ends_with(package, ".pc");
	if (package != NULL && object == NULL)
		f->field[MSG_OBJECT] = plain ? package : arena_printf(c->a, "%s.pc", package);
	if (package == NULL && object != NULL && told_ends_with(object, ".pc"))
		f->field[MSG_PACKAGE] = arena_strndup(c->a, object, strlen(object) - 3);
}

/* The program of a product that sentences write in its own way: "CMake must be installed". */
static const char *program_of(const char *object)
{
	static const char *const programs[] = { "cmake", "ninja", "meson", "bazel", "protoc" };

	for (size_t i = 0; object != NULL && i < sizeof(programs) / sizeof(programs[0]); i++)
		if (strcasecmp(object, programs[i]) == 0)
			return programs[i];
	return object;
}

/* Which package has a macro of autoconf; the first that fits. */
static const struct {
	const char *begin, *package;
} macros[] = {
	{ "LIBTOOL", "libtool" },	       { "LT_", "libtool" },
	{ "AC_PROG_LIBTOOL", "libtool" },      { "AC_LIBTOOL", "libtool" },
	{ "AC_ENABLE_SHARED", "libtool" },     { "AC_ENABLE_STATIC", "libtool" },
	{ "AC_DISABLE_S", "libtool" },	       { "LTDL_", "libtool" },
	{ "PKG_", "pkg-config" },	       { "AX_", "autoconf-archive" },
	{ "AM_GNU_GETTEXT", "gettext" },       { "AM_ICONV", "gettext" },
	{ "AM_NLS", "gettext" },	       { "AM_PO_SUBDIRS", "gettext" },
	{ "AC_LIB_", "gettext" },	       { "IT_PROG_INTLTOOL", "intltool" },
	{ "AC_PROG_INTLTOOL", "intltool" },    { "GTK_DOC_CHECK", "gtk-doc-tools" },
	{ "GNOME_", "gnome-common" },	       { "XORG_", "xutils-dev" },
	{ "AM_", "automake" },
};

static void take_macro(struct msg_fact *f)
{
	const char *object = f->field[MSG_OBJECT];

	for (size_t i = 0; object != NULL && i < sizeof(macros) / sizeof(macros[0]); i++)
		if (starts_with(object, macros[i].begin)) {
			f->field[MSG_PACKAGE] = macros[i].package;
			return;
		}
}

static void refine_tool(struct told_case *c, struct msg_fact *f)
{
	const char *object = f->field[MSG_OBJECT];

	(void)c;
	/* A shell, make or go that does not find it. */
	if (told_is_detail(f, "program") && object != NULL &&
	    (starts_with(base_name(object), "pkg-config") || strcmp(base_name(object), "pkgconf") == 0))
		f->detail = "pkg-config";
	if (told_is_detail(f, "pkg-config") && object != NULL && strcasecmp(object, "pkg-config") == 0)
		f->field[MSG_OBJECT] = "pkg-config"; /* Meson begins its lines with a capital letter */
	/* It comes with the compiler. */
	if (object != NULL && told_is_id(f, "cmake-running") &&
	    strncasecmp(base_name(object), "nmake", 5) == 0) {
		f->code = "compiler-missing";
		f->detail = "msvc";
	}
	if (starts_with(f->id, "autotools-macro") || told_is_id(f, "automake-undefined"))
		take_macro(f);
	if (f->field[MSG_OBJECT] == NULL)
		f->field[MSG_OBJECT] = f->field[MSG_PACKAGE];
	if (told_is_detail(f, "program"))
		f->field[MSG_OBJECT] = program_of(f->field[MSG_OBJECT]);
	if (f->field[MSG_OBJECT] == NULL)
		f->field[MSG_OBJECT] = f->field[MSG_TOOL];
}

/* Of a name in the standard library: a newer Go has it. */
static bool is_standard(const char *package)
{
	size_t n = strcspn(package, "/");

	return memchr(package, '.', n) == NULL && strncmp(package, "main", n) != 0;
}

static bool is_newer_standard(const char *package)
{
	static const char *const newer[] = {
		"slices", "maps", "cmp", "iter", "unique", "log/slog", "crypto/ecdh", "math/rand/v2",
		"embed", "io/fs", "net/netip", "go/version", "structs", "weak", "crypto/mlkem",
		"testing/synctest", "testing/slogtest", "testing/fstest", "runtime/coverage",
		"runtime/metrics", "go/build/constraint", "hash/maphash", "crypto/hkdf",
		"crypto/pbkdf2", "crypto/sha3", "arena", "encoding/json/v2",
	};

	for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++)
		if (strcmp(package, newer[i]) == 0)
			return true;
	return false;
}

static void refine_go(struct told_case *c, struct msg_fact *f)
{
	const char *object = f->field[MSG_OBJECT], *package = f->field[MSG_PACKAGE];

	if (told_is_detail(f, "plugin-package-version")) {
		if (package != NULL && is_standard(package))
			f->detail = "plugin-build-flags";
		/* Go leaves the ending out. */
		if (object != NULL && strstr(base_name(object), ".so") == NULL)
			f->field[MSG_OBJECT] = arena_printf(c->a, "%s.so", object);
		else if (object == NULL)
			f->field[MSG_OBJECT] = package;
	}
	if (told_is_detail(f, "module-missing") && object != NULL && is_newer_standard(object))
		f->detail = "too-old";
	if (told_is_detail(f, "too-old") && object == NULL)
		f->field[MSG_OBJECT] = f->field[MSG_FILE] != NULL ? f->field[MSG_FILE] : package;
}

/* "undefined: strings.Cut": the package is there, what is asked of it came with a later Go. */
static void refine_cgo(struct told_case *c, struct msg_fact *f)
{
	static const char *const newer[] = {
		"any", "min", "max", "clear", "strings.Cut", "bytes.Cut", "os.ReadFile", "os.WriteFile",
		"os.ReadDir", "os.MkdirTemp", "os.CreateTemp", "io.ReadAll", "io.Discard",
		"io.NopCloser", "errors.Join", "errors.Is", "errors.As", "atomic.Pointer",
		"atomic.Int64", "atomic.Int32", "atomic.Bool", "atomic.Uint64", "sync.OnceFunc",
		"sync.OnceValue", "context.WithCancelCause", "context.WithoutCancel", "time.DateOnly",
		"strings.CutPrefix", "strings.Clone", "strings.EqualFold", "http.MaxBytesError",
		"tls.CertificateVerificationError", "unsafe.Slice", "unsafe.String",
		"unsafe.StringData", "unsafe.SliceData", "slog.Logger",
	};
	const char *symbol = f->field[MSG_SYMBOL];

	if (told_is_detail(f, "file-left-out") && symbol != NULL)
		for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++)
			if (strcmp(symbol, newer[i]) == 0) {
				f->code = "go-toolchain";
				f->detail = "too-old";
				f->rank = 20;
			}
	/* cgo is off by default where the target is not the host. */
	if ((f->detail == NULL || told_is_detail(f, "file-left-out")) && told_is(f, "cgo-disabled") &&
	    (told_find(c, "go-cross") != NULL || told_find(c, "go-cross-os") != NULL))
		f->detail = "cross-default";
	if (f->field[MSG_OBJECT] == NULL)
		f->field[MSG_OBJECT] = f->field[MSG_FILE];
}

static void refine_flag(struct told_case *c, struct msg_fact *f)
{
	(void)c;
	if (f->field[MSG_OBJECT] == NULL)
		f->field[MSG_OBJECT] = f->field[MSG_FLAG];
}

/* OCaml names the file some lines above. */
static void place_above(struct told_case *c, struct msg_fact *f)
{
	const struct msg_fact *at = told_above(c, "ocaml-place", f, 12);

	if (at != NULL) {
		told_take(f, at, MSG_FILE);
		told_take(f, at, MSG_LINE);
	}
}

/* A flag that nobody knows is both what is at fault and what is searched for. */
static void refine_other(struct told_case *c, struct msg_fact *f)
{
	if (f->field[MSG_FLAG] != NULL && f->field[MSG_SYMBOL] == NULL)
		f->field[MSG_SYMBOL] = f->field[MSG_FLAG];
	/* As it stands in the Go source. */
	if (strcmp(f->speaker, "cgo") == 0 && f->field[MSG_SYMBOL] != NULL)
		f->field[MSG_SYMBOL] = arena_printf(c->a, "C.%s", f->field[MSG_SYMBOL]);
	if (f->field[MSG_OBJECT] == NULL &&
	    (told_is_detail(f, "compiler-flag") || told_is_detail(f, "linker-flag")))
		f->field[MSG_OBJECT] = f->field[MSG_FLAG];
	if (told_is_id(f, "ocaml-error"))
		place_above(c, f);
	if (told_is_id(f, "cython-source"))
		f->field[MSG_FILE] = arena_printf(c->a, "%s.pyx", f->field[MSG_FILE]);
	if (f->field[MSG_OBJECT] == NULL && told_is_detail(f, "source-error"))
		f->field[MSG_OBJECT] = f->field[MSG_FILE];
}

static void refine_wheel(struct told_case *c, struct msg_fact *f)
{
	const struct msg_fact *ignored = told_find(c, "pip-ignored");
	const char *have = f->field[MSG_HAVE];

	/* A list of releases of the package is no release of Python. */
	if (have != NULL && (strchr("0123456789", have[0]) == NULL || strchr(have, ',') != NULL))
		f->field[MSG_HAVE] = NULL;
	if (ignored != NULL && told_is_detail(f, "tags"))
		f->detail = "python-version";
	else if (told_is_detail(f, "tags") && strcmp(f->speaker, "pip") == 0) {
		if (told_find(c, "pip-no-index") != NULL)
			f->field[MSG_FLAG] = "--no-index";
		else if (told_find(c, "pip-no-index-set") != NULL)
			f->field[MSG_FLAG] = "PIP_NO_INDEX";
	}
}

/* The source that the last command above it compiles, NULL: none is known. */
static const char *compiled(const struct told_case *c, const struct msg_fact *f)
{
	const char *source = NULL;

	for (size_t i = 0; i < c->in->ncommands; i++)
		for (size_t k = 1; k < c->in->commands[i].argc && c->in->commands[i].line <= f->line; k++)
			if (told_is_source(c->in->commands[i].argv[k], strlen(c->in->commands[i].argv[k])) &&
			    c->in->commands[i].argv[k][0] != '-')
				source = c->in->commands[i].argv[k];
	return source;
}

/* "failed due to signal" is the end of one that was killed, or of one that crashed and says so. */
static void refine_memory(struct told_case *c, struct msg_fact *f)
{
	if ((told_is_id(f, "clang-linker-signal") || told_is_id(f, "clang-frontend-signal")) &&
	    (told_find(c, "clang-crash") != NULL || told_find(c, "clang-crash-signal") != NULL)) {
		told_silence(f);
		return;
	}
	if (f->field[MSG_OBJECT] == NULL && told_is_detail(f, "compiler"))
		f->field[MSG_OBJECT] = compiled(c, f);
	if (f->field[MSG_OBJECT] == NULL)
		f->field[MSG_OBJECT] = f->field[MSG_TOOL];
}

static const struct {
	const char *code;
	void (*refine)(struct told_case *c, struct msg_fact *f);
} refiners[] = {
	{ "header-missing", refine_header },
	{ "compiler-missing", refine_compiler },
	{ "pkg-config", refine_package },
	{ "build-tool", refine_tool },
	{ "go-toolchain", refine_go },
	{ "cgo-disabled", refine_cgo },
	{ "cgo-flag", refine_flag },
	{ "build-other", refine_other },
	{ "no-matching-wheel", refine_wheel },
	{ "out-of-memory", refine_memory },
};

void told_tool(struct told_case *c)
{
	drop_templates(c);
	told_probes(c);
	take_backend(c);
	take_modules(c);
	take_extconf(c);
	take_requirements(c);
	prefer_inner_build(c);
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < sizeof(refiners) / sizeof(refiners[0]); k++)
			if (told_is(&c->facts[i].f, refiners[k].code)) {
				refiners[k].refine(c, &c->facts[i].f);
				break;
			}
}

/* ---- wrappers alone ------------------------------------------------------------------------------ */

static const struct {
	const char *speaker, *says;
} unsaid[] = {
	{ "bazel",
	  "bazel says that a step failed, not why: run it with --verbose_failures and keep the lines "
	  "before it." },
	{ "pip",
	  "pip says that a step failed, not why: what the compiler or the backend said stands before "
	  "it; run it with -v." },
	{ "setuptools",
	  "A command failed, and what it said is not in the text: it stands before that line." },
	{ "ninja", "ninja says that a step failed, not why: what the step said stands below FAILED." },
	{ "",
	  "Something failed, and why is not in the text: it stands in the lines before; run it again with "
	  "one job (-j1) and keep all of them." },
};

const char *told_unsaid(const struct told_case *c)
{
	const struct msg_fact *first = NULL;

	for (size_t i = 0; i < c->n; i++) {
		const struct msg_fact *f = &c->facts[i].f;

		if (f->kind == MSG_WRAPPER && !c->facts[i].denied && first == NULL)
			first = f;
	}
	if (first == NULL)
		return NULL;
	for (size_t i = 0; i < sizeof(unsaid) / sizeof(unsaid[0]); i++)
		if (unsaid[i].speaker[0] == '\0' || strcmp(unsaid[i].speaker, first->speaker) == 0)
			return unsaid[i].says;
	return NULL;
}
