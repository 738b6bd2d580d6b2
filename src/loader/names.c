/* names.c - the ids of rules and outcomes, as the JSON schema lists them. */
#include "loader/loader.h"

const char *load_rule_id(enum load_rule r)
{
	static const char *const ids[RULE_COUNT] = {
		[RULE_NONE] = "none",
		[RULE_LOADED] = "already-loaded",
		[RULE_SONAME] = "soname",
		[RULE_SAME_FILE] = "same-file",
		[RULE_RPATH] = "rpath",
		[RULE_LD_LIBRARY_PATH] = "ld-library-path",
		[RULE_RUNPATH] = "runpath",
		[RULE_CACHE] = "ld-so-cache",
		[RULE_DEFAULT_DIR] = "default-dir",
		[RULE_PATH] = "path",
		[RULE_PROGRAM] = "program",
		[RULE_INTERPRETER] = "interpreter",
		[RULE_PATH_FILE] = "path-file",
		[RULE_LIBC] = "libc",
		[RULE_DYLD_LIBRARY_PATH] = "dyld-library-path",
		[RULE_DYLD_FRAMEWORK_PATH] = "dyld-framework-path",
		[RULE_DYLD_FALLBACK] = "dyld-fallback",
		[RULE_CRYPTEX] = "cryptex",
		[RULE_LOADER_PATH] = "loader-path",
		[RULE_EXECUTABLE_PATH] = "executable-path",
		[RULE_INSTALL_NAME] = "install-name",
		[RULE_SHARED_CACHE] = "shared-cache",
		[RULE_API_SET] = "api-set",
		[RULE_KNOWN_DLL] = "known-dll",
		[RULE_SIDE_BY_SIDE] = "side-by-side",
		[RULE_DLL_DIR] = "dll-dir",
		[RULE_APPLICATION_DIR] = "application-dir",
		[RULE_USER_DIR] = "add-dll-directory",
		[RULE_SYSTEM_DIR] = "system-dir",
		[RULE_WINDOWS_DIR] = "windows-dir",
		[RULE_WORKING_DIR] = "working-dir",
		[RULE_PATH_VARIABLE] = "path-variable",
		[RULE_SET_DIR] = "set-dll-directory",
		[RULE_DOT_LOCAL] = "dot-local",
	};

	return r < RULE_COUNT ? ids[r] : "none";
}

const char *probe_outcome_id(enum probe_outcome o)
{
	static const char *const ids[PROBE_COUNT] = {
		[PROBE_TAKEN] = "taken",
		[PROBE_ABSENT] = "absent",
		[PROBE_UNREADABLE] = "unreadable",
		[PROBE_NOT_A_DIRECTORY] = "not-a-directory",
		[PROBE_SYMLINK_LOOP] = "symlink-loop",
		[PROBE_NAME_TOO_LONG] = "name-too-long",
		[PROBE_OPEN_FAILED] = "open-failed",
		[PROBE_NO_DIRECTORY] = "no-directory",
		[PROBE_WRONG_CLASS] = "wrong-class",
		[PROBE_WRONG_MACHINE] = "wrong-machine",
		[PROBE_WRONG_ABI_NOTE] = "wrong-abi-note",
		[PROBE_TOO_SHORT] = "too-short",
		[PROBE_NOT_ELF] = "not-elf",
		[PROBE_IS_DIRECTORY] = "is-directory",
		[PROBE_BAD_HEADER] = "bad-header",
		[PROBE_STALE_CACHE] = "stale-cache",
		[PROBE_NOT_LISTED] = "not-listed",
		[PROBE_NODEFLIB] = "refused-nodeflib",
		[PROBE_SECURE] = "refused-secure",
		[PROBE_NOT_REGULAR] = "not-regular",
		[PROBE_NOT_MACHO] = "not-macho",
		[PROBE_WRONG_PLATFORM] = "wrong-platform",
		[PROBE_WRONG_TYPE] = "wrong-type",
		[PROBE_BAD_SIGNATURE] = "bad-signature",
		[PROBE_RELATIVE] = "refused-relative",
		[PROBE_NO_PROGRAM] = "program-unknown",
		[PROBE_NOT_PE] = "not-pe",
	};

	return o < PROBE_COUNT ? ids[o] : "absent";
}
