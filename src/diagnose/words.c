/* words.c - machines, rules, sizes and names in words for a person. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "diagnose/common.h"
#include "object/elfconst.h"

const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

const char *dir_name(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return ".";
	return slash == path ? "/" : arena_strndup(a, path, (size_t)(slash - path));
}

const char *join_path(struct arena *a, const char *dir, const char *name)
{
	size_t n = strlen(dir);

	return arena_printf(a, "%s%s%s", dir, n > 0 && dir[n - 1] == '/' ? "" : "/", name);
}

static bool shell_safe(const char *s)
{
	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) && strchr("_-./+:=,@%", *s) == NULL)
			return false;
	return true;
}

/* Bytes that a terminal or a JSON text does not carry as they are. */
static bool is_plain(const char *s)
{
	const char *p = s;

	while (*p != '\0' && (unsigned char)*p >= 0x20 && *p != 0x7f)
		p++;
	return *p == '\0' && utf8_valid(s, strlen(s));
}

/* $'…' of bash, zsh, ksh and busybox, in ASCII. */
static const char *quote_bytes(struct arena *a, const char *s)
{
	struct arena_text t = { NULL, 0, 0 };

	arena_text_str(a, &t, "$'");
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '\'' || c == '\\')
			arena_text_add(a, &t, "\\", 1);
		if (c < 0x20 || c >= 0x7f)
			arena_text_str(a, &t, arena_printf(a, "\\%03o", c));
		else
			arena_text_add(a, &t, s, 1);
	}
	arena_text_str(a, &t, "'");
	return arena_text_end(a, &t);
}

const char *shell_quote(struct arena *a, const char *s)
{
	return is_plain(s) ? shell_literal(a, s) : quote_bytes(a, s);
}

const char *shell_literal(struct arena *a, const char *s)
{
	char *out, *p;

	if (shell_safe(s))
		return s;
	out = p = arena_alloc(a, strlen(s) * 4 + 3);
	*p++ = '\'';
	for (; *s != '\0'; s++) {
		if (*s == '\'') {
			memcpy(p, "'\\''", 4);
			p += 4;
		} else {
			*p++ = *s;
		}
	}
	*p = '\'';
	return out;
}

const char *shell_words(struct arena *a, const char *const *argv)
{
	struct arena_text t = { NULL, 0, 0 };

	for (size_t i = 0; argv[i] != NULL; i++) {
		if (i > 0)
			arena_text_add(a, &t, " ", 1);
		arena_text_str(a, &t, shell_quote(a, argv[i]));
	}
	return t.n > 0 ? arena_text_end(a, &t) : "";
}

/* ---- machines ----------------------------------------------------------------------------- */

static const char *system_of_osabi(const struct elf *e)
{
	switch (e->osabi) {
	case ELFOSABI_NETBSD: return "NetBSD ";
	case ELFOSABI_SOLARIS: return "Solaris ";
	case ELFOSABI_FREEBSD: return "FreeBSD ";
	case ELFOSABI_OPENBSD: return "OpenBSD ";
	default: return "";
	}
}

/* Is the word size the usual one of that machine, so that it need not be said? */
static bool usual_class(uint16_t machine, bool is64)
{
	switch (machine) {
	case EM_X86_64:
	case EM_AARCH64:
	case EM_PPC64:
	case EM_IA_64:
	case EM_ALPHA: return is64;
	case EM_RISCV:
	case EM_S390: return is64;
	default: return false;
	}
}

static bool usual_order(uint16_t machine, bool big)
{
	switch (machine) {
	case EM_S390:
	case EM_SPARC:
	case EM_SPARCV9:
	case EM_PARISC:
	case EM_68K:
	case EM_PPC: return big;
	case EM_MIPS: return true;
	default: return !big;
	}
}

const char *machine_words(struct arena *a, uint16_t machine, bool is64, bool big_endian)
{
	const char *name = elf_machine_name(machine);
	const char *bits = usual_class(machine, is64) ? "" : is64 ? " (64 bit)" : " (32 bit)";
	const char *order = usual_order(machine, big_endian) ? ""
			    : big_endian                     ? " (big-endian)"
							     : " (little-endian)";

	if (machine == EM_X86_64 && !is64)
		return "x86_64 with 32-bit pointers (x32)";
	if (name == NULL)
		return arena_printf(a, "an unknown machine (number %u)%s%s", machine, bits, order);
	return arena_printf(a, "%s%s%s", name, bits, order);
}

const char *elf_words(struct arena *a, const struct elf *e)
{
	return arena_printf(a, "%s%s", system_of_osabi(e),
			    machine_words(a, e->machine, e->is64, e->big_endian));
}

const char *world_words(struct arena *a, const struct world *w)
{
	return machine_words(a, w->machine, w->is64, w->big_endian);
}

/* ---- rules and outcomes ------------------------------------------------------------------- */

const char *rule_words(enum load_rule r)
{
	switch (r) {
	case RULE_RPATH: return "RPATH";
	case RULE_LD_LIBRARY_PATH: return "LD_LIBRARY_PATH";
	case RULE_RUNPATH: return "RUNPATH";
	case RULE_CACHE: return "the loader's cache";
	case RULE_DEFAULT_DIR: return "a default folder";
	case RULE_PATH: return "the path as given";
	case RULE_INTERPRETER: return "the program's loader";
	case RULE_PATH_FILE: return "the loader's path file";
	case RULE_LIBC: return "the C library of the process";
	case RULE_DYLD_LIBRARY_PATH: return "DYLD_LIBRARY_PATH";
	case RULE_DYLD_FRAMEWORK_PATH: return "DYLD_FRAMEWORK_PATH";
	case RULE_DYLD_FALLBACK: return "a fallback folder";
	case RULE_CRYPTEX: return "the system's cryptex";
	case RULE_LOADER_PATH: return "@loader_path";
	case RULE_EXECUTABLE_PATH: return "@executable_path";
	case RULE_SHARED_CACHE: return "the shared cache";
	case RULE_API_SET: return "API sets";
	case RULE_KNOWN_DLL: return "known DLLs";
	case RULE_SIDE_BY_SIDE: return "a side-by-side assembly";
	case RULE_DLL_DIR: return "the folder of the DLL that is opened";
	case RULE_APPLICATION_DIR: return "the folder of the program";
	case RULE_USER_DIR: return "add_dll_directory";
	case RULE_SYSTEM_DIR: return "the system folder";
	case RULE_WINDOWS_DIR: return "the Windows folder";
	case RULE_WORKING_DIR: return "the working folder";
	case RULE_PATH_VARIABLE: return "PATH";
	case RULE_SET_DIR: return "SetDllDirectory";
	case RULE_DOT_LOCAL: return "the redirection of the program (.local)";
	default: return "a loaded object";
	}
}

const char *outcome_words(enum probe_outcome o)
{
	switch (o) {
	case PROBE_TAKEN: return "taken";
	case PROBE_ABSENT: return "not there";
	case PROBE_UNREADABLE: return "there, but it may not be read";
	case PROBE_NOT_A_DIRECTORY: return "a part of the path is a file, not a folder";
	case PROBE_SYMLINK_LOOP: return "symbolic links that lead in a circle";
	case PROBE_NAME_TOO_LONG: return "the name is too long";
	case PROBE_NO_DIRECTORY: return "the folder does not exist";
	case PROBE_WRONG_CLASS: return "passed over: other word size (32 against 64 bit)";
	case PROBE_WRONG_MACHINE: return "passed over: for another processor";
	case PROBE_WRONG_ABI_NOTE: return "passed over: for a newer kernel or another system";
	case PROBE_TOO_SHORT: return "shorter than the header of a library";
	case PROBE_NOT_ELF: return "not an ELF file";
	case PROBE_IS_DIRECTORY: return "a folder, not a file";
	case PROBE_BAD_HEADER: return "refused for its header";
	case PROBE_STALE_CACHE: return "listed in the cache, but the file is gone";
	case PROBE_NOT_LISTED: return "the cache does not list the name";
	case PROBE_NODEFLIB: return "not used: linked with -z nodefaultlib";
	case PROBE_SECURE: return "not used by a set-user-ID program";
	case PROBE_NOT_REGULAR: return "not a regular file";
	case PROBE_NOT_MACHO: return "not a file of macOS's loader";
	case PROBE_WRONG_PLATFORM: return "not made for macOS";
	case PROBE_WRONG_TYPE: return "another type of file";
	case PROBE_BAD_SIGNATURE: return "no valid code signature";
	case PROBE_RELATIVE: return "relative, and the program is restricted";
	case PROBE_NO_PROGRAM: return "depends on the program, which is not known";
	case PROBE_NOT_PE: return "not a Windows file (PE)";
	default: return "could not be opened";
	}
}

/* ---- numbers and names -------------------------------------------------------------------- */

const char *bytes_words(struct arena *a, uint64_t n)
{
	char digits[24], out[32];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, n), k = 0;

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[k++] = ',';
		out[k++] = digits[i];
	}
	out[k] = '\0';
	return arena_printf(a, "%s byte%s", out, n == 1 ? "" : "s");
}

const char *symbol_word(struct arena *a, const char *symbol)
{
	size_t n = strlen(symbol);

	if (n <= 120)
		return symbol;
	return arena_printf(a, "%.80s…%s", symbol, symbol + n - 30);
}

bool starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool same_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

bool matches_pattern(const char *name, const char *pattern)
{
	const char *star = NULL, *back = NULL;

	while (*name != '\0') {
		if (*pattern == '*') {
			star = pattern++;
			back = name;
		} else if (*pattern == *name) {
			pattern++;
			name++;
		} else if (star != NULL) {
			pattern = star + 1;
			name = ++back;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static int compare_runs(const char **a, const char **b)
{
	size_t na, nb;
	int r;

	while (**a == '0')
		++*a;
	while (**b == '0')
		++*b;
	na = strspn(*a, "0123456789");
	nb = strspn(*b, "0123456789");
	r = na != nb ? (na < nb ? -1 : 1) : strncmp(*a, *b, na);
	*a += na;
	*b += nb;
	return r < 0 ? -1 : r > 0;
}

int compare_versions(const char *a, const char *b)
{
	while (*a != '\0' && *b != '\0') {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			int r = compare_runs(&a, &b);

			if (r != 0)
				return r;
		} else if (*a != *b) {
			return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
		} else {
			a++;
			b++;
		}
	}
	return *a != '\0' ? 1 : *b != '\0' ? -1 : 0;
}
