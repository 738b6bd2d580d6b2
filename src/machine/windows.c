/* windows.c - look-ups in the tables of Windows. */
#include "machine/windows.h"

#include <stdlib.h>
#include <string.h>

#include "object/pe.h"

/* ---- releases --------------------------------------------------------------------------------- */

static const struct windows_release releases[] = {
	{ "7", "Windows 7", 6, 1, 7601, WINDOWS_7 },
	{ "8", "Windows 8", 6, 2, 9200, WINDOWS_8 },
	{ "8.1", "Windows 8.1", 6, 3, 9600, WINDOWS_8_1 },
	{ "10", "Windows 10", 10, 0, 19045, WINDOWS_10 },
	{ "11", "Windows 11", 10, 0, 26200, WINDOWS_11 },
	{ "server2008r2", "Windows Server 2008 R2", 6, 1, 7601, WINDOWS_7 },
	{ "server2012", "Windows Server 2012", 6, 2, 9200, WINDOWS_8 },
	{ "server2012r2", "Windows Server 2012 R2", 6, 3, 9600, WINDOWS_8_1 },
	{ "server2016", "Windows Server 2016", 10, 0, 14393, WINDOWS_10 },
	{ "server2019", "Windows Server 2019", 10, 0, 17763, WINDOWS_10 },
	{ "server2022", "Windows Server 2022", 10, 0, 20348, WINDOWS_10 },
	{ "server2025", "Windows Server 2025", 10, 0, 26100, WINDOWS_11 },
};
enum { NRELEASES = sizeof(releases) / sizeof(releases[0]), NCLIENTS = 5 };

static bool is_word(const char *text, size_t n, const char *word)
{
	return strlen(word) == n && strncmp(text, word, n) == 0;
}

bool windows_chosen(const char *name, struct windows_choice *out)
{
	size_t n = strcspn(name, "+");

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < NRELEASES; i++)
		if (is_word(name, n, releases[i].name))
			out->release = &releases[i];
	while (name[n] == '+') {
		const char *word = name + n + 1;
		size_t length = strcspn(word, "+");

		if (is_word(word, length, "vcredist"))
			out->vcredist = true;
		else if (is_word(word, length, "longpaths"))
			out->long_paths = true;
		else if (is_word(word, length, "unsafesearch"))
			out->unsafe_search = true;
		else
			return false;
		n += 1 + length;
	}
	return out->release != NULL;
}

const struct windows_release *windows_at_least(uint16_t major, uint16_t minor, uint32_t build)
{
	for (size_t i = 0; i < NCLIENTS; i++) {
		const struct windows_release *w = &releases[i];

		if (w->major > major || (w->major == major && w->minor > minor) ||
		    (w->major == major && w->minor == minor && w->build >= build))
			return w;
	}
	return NULL;
}

/* ---- files ------------------------------------------------------------------------------------ */

struct dll {
	const char *name;
	uint8_t x64, x86, arm64;
};

static const struct dll dlls[] = {
#define DLL(name, x64, x86, arm64) { name, x64, x86, arm64 },
#include "machine/windows_dlls.def"
#undef DLL
};

static int compare_dll(const void *key, const void *item)
{
	return strcmp(key, ((const struct dll *)item)->name);
}

static const struct dll *find_dll(const char *name)
{
	return bsearch(name, dlls, sizeof(dlls) / sizeof(dlls[0]), sizeof(dlls[0]), compare_dll);
}

unsigned windows_dll(const char *name, uint16_t machine)
{
	const struct dll *d = find_dll(name);

	if (d == NULL)
		return 0;
	return machine == PE_AMD64 ? d->x64 :
	       machine == PE_I386  ? d->x86 :
	       machine == PE_ARM64 ? d->arm64 :
				     0;
}

bool windows_has_dll(const char *name)
{
	return find_dll(name) != NULL;
}

/* The values below Session Manager\KnownDLLs of Windows 10, and what these need themselves. */
bool windows_known_dll(const char *name)
{
	static const char *const known[] = {
		"advapi32.dll",	 "bcrypt.dll",	  "bcryptprimitives.dll",
		"clbcatq.dll",	 "combase.dll",	  "comdlg32.dll",
		"coml2.dll",	 "difxapi.dll",	  "gdi32.dll",
		"gdi32full.dll", "gdiplus.dll",	  "imagehlp.dll",
		"imm32.dll",	 "kernel32.dll",  "kernelbase.dll",
		"msctf.dll",	 "msvcp_win.dll", "msvcrt.dll",
		"normaliz.dll",	 "nsi.dll",	  "ntdll.dll",
		"ole32.dll",	 "oleaut32.dll",  "psapi.dll",
		"rpcrt4.dll",	 "sechost.dll",	  "setupapi.dll",
		"shcore.dll",	 "shell32.dll",	  "shlwapi.dll",
		"ucrtbase.dll",	 "user32.dll",	  "win32u.dll",
		"wldap32.dll",	 "ws2_32.dll",
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i], name) == 0)
			return true;
	return false;
}

/* ---- contracts -------------------------------------------------------------------------------- */

bool windows_is_contract(const char *name)
{
	return strncmp(name, "api-", 4) == 0 || strncmp(name, "ext-", 4) == 0;
}

/* "api-ms-win-core-file-l1-2-0.dll": the last number is not looked at. */
static size_t contract_length(const char *name)
{
	const char *dot = strrchr(name, '.');
	size_t n = dot != NULL ? (size_t)(dot - name) : strlen(name);
	size_t k = n;

	while (k > 0 && name[k - 1] >= '0' && name[k - 1] <= '9')
		k--;
	return k < n && k > 0 ? k : n;
}

bool windows_contract(const char *name, const struct windows_release *w)
{
	size_t n = contract_length(name);

	if (w->major >= 10)
		return true;
	/* Before Windows 10 each contract has a file of its own, which leads on. */
	for (size_t i = 0; i < sizeof(dlls) / sizeof(dlls[0]); i++)
		if (strncmp(dlls[i].name, name, n) == 0 && contract_length(dlls[i].name) == n &&
		    (dlls[i].x64 & w->bit) != 0)
			return true;
	return false;
}

/* ---- functions -------------------------------------------------------------------------------- */

struct function {
	const char *name, *dll;
	struct windows_function since;
};

static const struct function functions[] = {
#define FUNCTION(name, dll, major, minor, build) { name, dll, { major, minor, build } },
#include "machine/windows_functions.def"
#undef FUNCTION
};
enum { NFUNCTIONS = sizeof(functions) / sizeof(functions[0]) };

bool windows_function(const char *dll, const char *name, struct windows_function *out)
{
	size_t low = 0, high = NFUNCTIONS;

	while (low < high) { /* the first one of that name */
		size_t middle = low + (high - low) / 2;

		if (strcmp(functions[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < NFUNCTIONS && strcmp(functions[low].name, name) == 0; low++)
		if (strcmp(functions[low].dll, dll) == 0) {
			*out = functions[low].since;
			return true;
		}
	return false;
}

/* ---- runtimes --------------------------------------------------------------------------------- */

static const struct windows_runtime runtimes[] = {
#define RUNTIME(pattern, what, package, pip, link) { pattern, what, package, pip, link },
#include "machine/windows_runtimes.def"
#undef RUNTIME
};

/* One '*' stands for anything short: names that delvewheel gives have a hash of 32 digits. */
static bool matches(const char *name, const char *pattern)
{
	size_t head = strcspn(pattern, "*"), n = strlen(name), m;
	const char *tail = pattern[head] == '*' ? pattern + head + 1 : NULL;

	if (tail == NULL)
		return strcmp(name, pattern) == 0;
	m = strlen(tail);
	return n >= head + m && n - head - m < 32 && strncmp(name, pattern, head) == 0 &&
	       strcmp(name + n - m, tail) == 0;
}

const struct windows_runtime *windows_runtime(const char *name)
{
	for (size_t i = 0; i < sizeof(runtimes) / sizeof(runtimes[0]); i++)
		if (matches(name, runtimes[i].pattern))
			return &runtimes[i];
	return NULL;
}
