/* windows.h - what a release of Windows has: files of System32, known DLLs, functions by release, and the
 * runtimes that it does not have.
 *
 * The tables are generated (scripts/windows_tables.py names their sources) but for the runtimes and the known
 * DLLs. A name is looked up in lower case. No Windows is at hand where they are asked: what rests on them
 * is predicted.
 */
#ifndef DLWHY_MACHINE_WINDOWS_H
#define DLWHY_MACHINE_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits of the tables: which clients have a file. A server has what the client of its kernel has. */
enum { WINDOWS_7 = 1, WINDOWS_8 = 2, WINDOWS_8_1 = 4, WINDOWS_10 = 8, WINDOWS_11 = 16 };

/* The newest 3.N of Python whose search is followed. */
enum { WINDOWS_NEWEST_PYTHON = 14 };

struct windows_release {
	const char *name;        /* of --windows: "10", "server2019" */
	const char *words;       /* "Windows 10", "Windows Server 2019" */
	uint16_t major, minor;
	uint32_t build;          /* the last one of that name */
	unsigned bit;            /* of the tables */
};

/* What --windows says: a release, and behind "+" what else that machine has. */
struct windows_choice {
	const struct windows_release *release;
	bool vcredist;           /* "+vcredist": the redistributables of Visual C++ are installed */
	bool long_paths;         /* "+longpaths": LongPathsEnabled is 1 in its registry */
	bool unsafe_search;      /* "+unsafesearch": SafeDllSearchMode is 0 in its registry */
};
/* "10", "10+vcredist+longpaths". False: not known. */
bool windows_chosen(const char *name, struct windows_choice *out);
/* The oldest client that is not older than that; NULL: none of the table. */
const struct windows_release *windows_at_least(uint16_t major, uint16_t minor, uint32_t build);

/* Which releases have the file in the system folder of programs for that machine (PE_AMD64, …): the sum of
 * their bits; 0 if none of them has, or the machine is not known. */
unsigned windows_dll(const char *name, uint16_t machine);
/* The same for any machine and release: is it a file of Windows at all? */
bool windows_has_dll(const char *name);
/* Is it in the list of DLLs that are only ever taken from the system folder? */
bool windows_known_dll(const char *name);
/* Is it the name of a contract (API set), behind which a DLL stands that Windows chooses? */
bool windows_is_contract(const char *name);
/* Does the release have the contract? On Windows 10 and later it is taken for granted. */
bool windows_contract(const char *name, const struct windows_release *w);

/* The release that brought a function of a system DLL. False: Windows 7 has it, or it is not known. */
struct windows_function {
	uint16_t major, minor;
	uint32_t build;
};
bool windows_function(const char *dll, const char *name, struct windows_function *out);

/* A runtime that comes with an installer, with an update or with the program, never with Windows. */
struct windows_runtime {
	const char *pattern;     /* of its files: "msvcp140*.dll" */
	const char *what;        /* "the Visual C++ runtime (2015 to 2022)" */
	const char *package;     /* for winget, with %s for x64 or x86; NULL */
	const char *pip;         /* a wheel that brings it; NULL */
	const char *link;        /* where the installer is; NULL */
};
const struct windows_runtime *windows_runtime(const char *name); /* NULL: none of them */

#endif
