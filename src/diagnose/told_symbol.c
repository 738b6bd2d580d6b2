/* told_symbol.c - what the name of a symbol tells of why it is missing. */
#include <ctype.h>
#include <string.h>

#include "diagnose/known.h"
#include "diagnose/told_case.h"

/* "name@VERSION", "name@@VERSION": the name alone, and the version where none is known. */
static void split_version(struct told_case *c, struct msg_fact *f)
{
	const char *symbol = f->field[MSG_SYMBOL], *sign = symbol != NULL ? strchr(symbol, '@') : NULL;

	if (sign == NULL || sign == symbol || symbol[0] == '?' || strchr(symbol, ' ') != NULL ||
	    told_is(f, "ld-version"))
		return;
	/* "_draw@16": Windows' way to say how many bytes it takes is a part of the name. */
	if (isdigit((unsigned char)sign[1]))
		return;
	if (f->field[MSG_VERSION] == NULL && sign[strspn(sign, "@")] != '\0')
		f->field[MSG_VERSION] = sign + strspn(sign, "@");
	/* The linker's name for it is kept whole: the library that is to be linked has it so. */
	if (!starts_with(f->code, "ld-"))
		f->field[MSG_SYMBOL] = arena_strndup(c->a, symbol, (size_t)(sign - symbol));
}

/* The entry point of an extension is named after its module. */
static void module_of_entry(struct msg_fact *f)
{
	const char *symbol = f->field[MSG_SYMBOL];

	if (symbol == NULL || !told_is(f, "python-module") || f->field[MSG_MODULE] != NULL)
		return;
	if (starts_with(symbol, "PyInit_"))
		f->field[MSG_MODULE] = symbol + 7;
	else if (starts_with(symbol, "init"))
		f->field[MSG_MODULE] = symbol + 4;
}

/* Patterns of mangled or plain names, and what it usually is when such a name is missing. */
static const struct {
	const char *pattern, *detail;
} reasons[] = {
	{ "Py*", "python-abi" }, { "_Py*", "python-abi" },
	{ "__atomic_*", "not-linked" }, { "GOMP_*", "not-linked" }, { "omp_*", "not-linked" },
	{ "__kmpc_*", "not-linked" }, { "_gfortran_*", "not-linked" }, { "__gcov_*", "not-linked" },
	{ "__*_chk", "libc-mismatch" }, { "__isoc*_*", "libc-mismatch" }, { "__libc_*", "libc-mismatch" },
	{ "*N3c10*", "version-skew" }, { "*N2at*", "version-skew" }, { "*N5torch*", "version-skew" },
	{ "*N10tensorflow*", "version-skew" }, { "*N3tsl*", "version-skew" }, { "*N4absl*", "version-skew" },
	{ "*N6google8protobuf*", "version-skew" }, { "*N2cv*", "version-skew" },
	{ "_ZN2v8*", "version-skew" }, { "_ZN4node*", "version-skew" }, { "Perl_*", "version-skew" },
	{ "PL_*", "version-skew" }, { "rb_*", "version-skew" }, { "zend_*", "version-skew" },
	{ "php_*", "version-skew" }, { "_zend_*", "version-skew" }, { "_emalloc*", "version-skew" },
	{ "SSL_*", "version-skew" }, { "EVP_*", "version-skew" }, { "OPENSSL_*", "version-skew" },
	{ "PQ*", "version-skew" }, { "cudnn*", "version-skew" }, { "cublas*", "version-skew" },
	{ "nccl*", "version-skew" }, { "sqlite3_*", "version-skew" }, { "TF_*", "version-skew" },
	{ "X509_*", "version-skew" }, { "CRYPTO_*", "version-skew" }, { "H5*", "version-skew" },
	{ "GDAL*", "version-skew" }, { "*Qt_[0-9]*", "version-skew" }, { "glib_*", "version-skew" },
	{ "g_*", "version-skew" }, { "zif_*", "not-linked" },
};

/* A library that is a part of the family itself: another copy of its neighbour was found first. */
static bool is_of_family(const struct msg_fact *f)
{
	const struct symbol_family *family = family_of_symbol(f->field[MSG_SYMBOL]);
	const char *by = f->field[MSG_OBJECT] != NULL ? f->field[MSG_OBJECT] : f->field[MSG_NEEDED_BY];
	size_t n;

	if (family == NULL || by == NULL || !starts_with(family->library, "lib"))
		return false;
	n = strcspn(family->library, "._ ");
	return strncmp(base_name(by), family->library, n < 8 ? n : 8) == 0;
}

/* musl names its own functions plainly; a plain name that it lacks is the C library's of another
 * system, unless it has the prefix of some library. */
static bool is_of_libc(const char *symbol)
{
	static const char *const whole[] = {
		"copy_file_range", "getrandom", "secure_getenv", "reallocarray", "memfd_create", "statx",
		"renameat2", "preadv2", "pwritev2", "mlock2", "posix_spawn_file_actions_addchdir_np",
		"qsort_r", "strlcpy", "strlcat", "gettid", "tgkill", "pidfd_open", "close_range", "execveat",
		"fcntl64", "open64", "lseek64", "fopen64", "stat64", "lstat64", "fstat64", "mmap64",
		"backtrace", "backtrace_symbols", "gnu_get_libc_version", "mallinfo", "mallinfo2",
		"malloc_trim", "mcount", "initstate_r", "random_r", "srandom_r", "res_ninit", "getcontext",
		"makecontext", "swapcontext", "fts_open", "argp_parse", "obstack_free", "error", "qsort_r",
		"pthread_attr_setaffinity_np", "pthread_getname_np", "pthread_setname_np", "strtoll_l",
		"strtoull_l", "rawmemchr", "canonicalize_file_name", "getservbyname_r", "dlmopen", "dlvsym",
		"cfmakeraw", "arc4random",
	};

	static const char *const families[] = { "__*_chk", "__isoc*", "__libc_*", "__x*", "__res_*", "__str*",
						"__register_atfork*", "__mem*", "__sched_*", "__vdso_*",
						"__errno_location", "__pow*", "__finite*", "*_finite",
							"*64" };

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (strcmp(whole[i], symbol) == 0)
			return true;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (matches_pattern(symbol, families[i]))
			return true;
	return false;
}

static bool is_mangled(const char *symbol)
{
	return starts_with(symbol, "_Z") || starts_with(symbol, "__Z") || starts_with(symbol, "_R") ||
	       strstr(symbol, "::") != NULL;
}

static void set_detail(struct msg_fact *f)
{
	const char *symbol = f->field[MSG_SYMBOL];

	if (same_text(f->speaker, "musl") && is_of_libc(symbol)) {
		f->detail = "libc-mismatch";
		return;
	}
	if (is_of_family(f)) {
		f->detail = "wrong-provider";
		return;
	}
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (matches_pattern(symbol, reasons[i].pattern)) {
			f->detail = reasons[i].detail;
			return;
		}
	/* A name of its own makers' that nobody has: a part of it was left out when it was linked. */
	if (is_mangled(symbol))
		f->detail = "not-linked";
}

void told_symbols(struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;

		split_version(c, f);
		module_of_entry(f);
		if (f->detail == NULL && f->field[MSG_SYMBOL] != NULL && told_is(f, "missing-symbol"))
			set_detail(f);
	}
}
