/* told_symbol.c - what the name of a symbol tells of why it is missing. */
#include <ctype.h>
#include <string.h>

#include "diagnose/known.h"
#include "diagnose/told_find.h"

enum { LEAST_NAME = 3 }; /* bytes of a program's name that the names of its functions begin with */

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

/* Programs that load extensions into themselves, and what the names begin with that they define for them. */
static const struct {
	const char *host, *prefixes;
} hosts[] = {
	{ "python", "Py _Py" },
	{ "php", "php_ _php_ zend_ _zend zval_ _zval_ executor_globals core_globals compiler_globals zif_ "
		 "_emalloc _efree sapi_ tsrm_ ts_resource object_init_ _object_init_ array_init "
		 "_array_init add_assoc_ add_next_index_ gc_possible_root rc_dtor_func "
		 "fast_add_function instanceof_function convert_to_ _convert_to_" },
	{ "lua", "lua_ luaL_" },
	{ "ruby", "rb_ ruby_" },
	{ "perl", "Perl_ PL_ boot_" },
	{ "node", "napi_ _ZN2v8 _ZNK2v8 _ZN4node node_api_" },
	{ "erlang", "enif_ erl_" },
	{ "postgres", "errstart errfinish errmsg elog_ palloc pfree pg_ SPI_ Heap heap_ table_ DatumGet "
		      "get_am_ SearchSysCache RelationGet Exec Explain MemoryContext LWLock shm_ pgstat_ "
		      "standard_ CreateTemplateTupleDesc" },
	{ "R", "R_ Rf_ REAL INTEGER LOGICAL COMPLEX_ SET_ VECTOR_ STRING_ ALTREP ALTVEC DATAPTR Rprintf "
	       "REprintf PRVALUE ATTRIB" },
	{ "nginx", "ngx_" },
	{ "apache", "ap_ apr_" },
};

static bool begins_with_one(const char *symbol, const char *prefixes)
{
	for (const char *p = prefixes; *p != '\0'; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		if (strncmp(symbol, p, n) == 0)
			return true;
		p += n;
	}
	return false;
}

static bool is_word_start(const char *text, const char *at)
{
	return at == text || !isalpha((unsigned char)at[-1]);
}

/* Is a folder of that path called so? */
static bool is_folder(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word))
		if (at > text && at[-1] == '/' && at[n] == '/')
			return true;
	return false;
}

/* A name of one letter, R, is one only as a folder's. */
static bool is_named(const char *text, const char *word)
{
	if (word[1] == '\0')
		return is_folder(text, word);
	for (const char *at = strcasestr(text, word); at != NULL; at = strcasestr(at + 1, word))
		if (is_word_start(text, at))
			return true;
	return false;
}

/* The loader names who should have it: in as many words, or by a version that is the name of a file. */
static void name_provider(struct msg_fact *f)
{
	const char *version = f->field[MSG_VERSION], *have = f->field[MSG_HAVE];

	if (!told_is(f, "missing-symbol") || f->field[MSG_OBJECT] == NULL || f->field[MSG_TOOL] != NULL ||
	    !same_text(f->speaker, "glibc") || (version != NULL && strcmp(version, "GLIBC_PRIVATE") == 0))
		return;
	if (have == NULL && version != NULL && strncmp(version, "lib", 3) == 0 &&
	    strstr(version, ".so") != NULL)
		have = version;
	if (have == NULL)
		return;
	f->field[MSG_TOOL] = have;
	f->field[MSG_NEEDED_BY] = f->field[MSG_OBJECT];
}

/* A library with a release of its own ("libboost_python.so.1.74.0"), or one of CPython's: no extension. */
static bool is_shared_by_many(const char *file)
{
	const char *name = base_name(file), *so = strstr(name, ".so.");

	return strncmp(name, "lib", 3) == 0 && (so != NULL || strstr(name, "python") != NULL);
}

/* A name of the host's: it is of another release than the extension was built for. */
static void name_host(struct msg_fact *f)
{
	const char *symbol = f->field[MSG_SYMBOL], *file = f->field[MSG_OBJECT];

	if (symbol == NULL || file == NULL || !told_is(f, "missing-symbol") || f->field[MSG_TOOL] != NULL)
		return;
	if (symbol[0] == '_' && same_text(f->speaker, "dyld"))
		symbol++;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		if (!begins_with_one(symbol, hosts[i].prefixes) || !is_named(f->text, hosts[i].host) ||
		    is_shared_by_many(file))
			continue;
		f->field[MSG_TOOL] = hosts[i].host;
		f->field[MSG_NEEDED_BY] = file;
		if (told_is_detail(f, "not-linked"))
			f->detail = "version-skew";
	}
}

static bool is_in_plugins(const char *path)
{
	static const char *const words[] = { "extension", "plugin", "plug-in", "module", "addon" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(path, words[i]) != NULL)
			return true;
	return false;
}

/* "reef: symbol lookup error: …/plugins/tide.so: undefined symbol: reef_open": the program itself has it, or
 * had it in another release. A library with the program's name is a part of it, unless it lies with
 * plug-ins. */
static void name_program(struct msg_fact *f)
{
	const char *symbol = f->field[MSG_SYMBOL], *file = f->field[MSG_OBJECT];
	const char *by = f->field[MSG_NEEDED_BY];
	size_t n = by != NULL ? strlen(base_name(by)) : 0;

	if (symbol == NULL || file == NULL || n < LEAST_NAME || !told_is(f, "missing-symbol") ||
	    f->field[MSG_TOOL] != NULL || strncmp(symbol, base_name(by), n) != 0 || symbol[n] != '_' ||
	    strstr(base_name(file), ".so.") != NULL ||
	    (strstr(base_name(file), base_name(by)) != NULL && !is_in_plugins(file)))
		return;
	f->field[MSG_TOOL] = base_name(by);
	f->field[MSG_NEEDED_BY] = file;
}

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

/* An operator is named after the package that registers it: "torchvision::nms". */
static void name_registrar(struct told_case *c, struct msg_fact *f)
{
	const char *symbol = f->field[MSG_SYMBOL], *end = symbol != NULL ? strstr(symbol, "::") : NULL;

	if (told_is_id(f, "torch-op-missing") && end != NULL && f->field[MSG_OBJECT] == NULL)
		f->field[MSG_OBJECT] = arena_strndup(c->a, symbol, (size_t)(end - symbol));
}

void told_symbols(struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;

		split_version(c, f);
		module_of_entry(f);
		if (f->detail == NULL && f->field[MSG_SYMBOL] != NULL && told_is(f, "missing-symbol"))
			set_detail(f);
		name_provider(f);
		name_host(f);
		name_program(f);
		name_registrar(c, f);
	}
}
