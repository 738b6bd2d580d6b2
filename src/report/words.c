/* words.c - ids of schema 1 in words for people. */
#include "report/report.h"

#include <string.h>

struct word {
	const char *id, *text;
};

static const char *find(const struct word *w, size_t n, const char *id, const char *otherwise)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(w[i].id, id) == 0)
			return w[i].text;
	return otherwise;
}

#define FIND(table, id, otherwise) find(table, sizeof(table) / sizeof((table)[0]), id, otherwise)

const char *words_severity(enum dlwhy_severity s)
{
	return s == DLWHY_ERROR ? "error" : s == DLWHY_WARNING ? "warning" : "note";
}

const char *words_certainty(enum dlwhy_certainty c)
{
	return c == DLWHY_PROVED ? "proved" : c == DLWHY_PREDICTED ? "predicted" : "likely";
}

const char *words_outcome(const char *outcome)
{
	static const struct word words[] = {
		{ "taken", "taken" },
		{ "absent", "absent" },
		{ "no-directory", "no such folder" },
		{ "not-listed", "not listed" },
		{ "stale-cache", "listed, but the file is gone" },
		{ "unreadable", "may not be read" },
		{ "not-a-directory", "not a folder" },
		{ "symlink-loop", "links that go in a circle" },
		{ "name-too-long", "name too long" },
		{ "open-failed", "could not be opened" },
		{ "not-regular", "not a regular file" },
		{ "is-directory", "a folder, not a file" },
		{ "wrong-class", "32 bit against 64 bit: skipped" },
		{ "wrong-machine", "for another processor: skipped" },
		{ "wrong-abi-note", "for another system: skipped" },
		{ "too-short", "too short for a library" },
		{ "not-elf", "not an ELF file" },
		{ "not-pe", "not a Windows file (PE)" },
		{ "bad-header", "broken ELF header" },
		{ "refused-nodeflib", "not searched (-z nodefaultlib)" },
		{ "refused-secure", "not searched (set-user-ID program)" },
	};

	return FIND(words, outcome, outcome);
}

bool words_outcome_is_dull(const char *outcome)
{
	return strcmp(outcome, "absent") == 0 || strcmp(outcome, "no-directory") == 0 ||
	       strcmp(outcome, "not-listed") == 0;
}

const char *words_rule(const char *rule)
{
	static const struct word words[] = {
		{ "already-loaded", "already loaded" },
		{ "soname", "already loaded, by its SONAME" },
		{ "same-file", "the same file, already loaded" },
		{ "rpath", "RPATH" },
		{ "runpath", "RUNPATH" },
		{ "ld-library-path", "LD_LIBRARY_PATH" },
		{ "ld-so-cache", "/etc/ld.so.cache" },
		{ "default-dir", "default folders" },
		{ "ld-so-conf", "/etc/ld.so.conf" },
		{ "path", "the path itself" },
		{ "preload", "LD_PRELOAD" },
		{ "program", "the program" },
		{ "interpreter", "the loader itself" },
		{ "host", "already in the program" },
		{ "api-set", "API sets" },
		{ "known-dll", "known DLLs" },
		{ "side-by-side", "side-by-side assembly" },
		{ "dll-dir", "folder of the DLL" },
		{ "application-dir", "folder of the program" },
		{ "add-dll-directory", "add_dll_directory" },
		{ "system-dir", "system folder" },
		{ "windows-dir", "Windows folder" },
		{ "working-dir", "working folder" },
		{ "path-variable", "PATH" },
		{ "set-dll-directory", "SetDllDirectory" },
		{ "dot-local", "redirection (.local)" },
	};

	return FIND(words, rule, rule);
}

const char *words_mark(const char *code)
{
	static const struct word words[] = {
		{ "gpu-driver", "NOT FOUND" },
		{ "missing-library", "NOT FOUND" },
		{ "search-path", "NOT FOUND" },
		{ "wrong-arch", "FOR ANOTHER PROCESSOR" },
		{ "corrupt-file", "DAMAGED" },
		{ "missing-symbol", "SYMBOL MISSING" },
		{ "missing-version", "VERSION MISSING" },
		{ "static-tls", "NO ROOM FOR ITS TLS" },
		{ "exec-stack", "WANTS AN EXECUTABLE STACK" },
		{ "permission", "MAY NOT BE READ" },
		{ "cpu-isa", "NEEDS ANOTHER PROCESSOR" },
		{ "interpreter-missing", "LOADER NOT FOUND" },
		{ "not-loadable", "CANNOT BE LOADED" },
		{ "init-failed", "FAILS WHEN IT STARTS" },
	};

	return FIND(words, code, "FAILS HERE");
}
