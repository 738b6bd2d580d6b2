/* driver_words.c - see driver_words.h. */
#include "verb/driver_words.h"

#include <string.h>

#include "build/link.h"
#include "diagnose/common.h"

static bool is_system_program(const char *name)
{
	static const char *const folders[] = { "/usr/bin/", "/bin/", "/usr/local/bin/" };

	if (strchr(name, '/') == NULL)
		return true;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (starts_with(name, folders[i]) && strchr(name + strlen(folders[i]), '/') == NULL)
			return true;
	return false;
}

/* Options as they are, and such as begin so; '=' at the end of a row: the next word belongs to it. */
static const char *const harmless[] = {
	"-shared",
	"-static",
	"-pie",
	"-no-pie",
	"-static-pie",
	"-rdynamic",
	"-pthread",
	"-nostdlib",
	"-nodefaultlibs",
	"-nostartfiles",
	"-static-libgcc",
	"-static-libstdc++",
	"-pipe",
	"-w",
	"-r",
	"-s",
	"-c++",
};
static const char *const harmless_begin[] = { "-l", "-L", "-I",    "-D",   "-U",
					      "-O", "-g", "-std=", "-Wl,", "-m" };
static const char *const harmless_pair[] = { "-l", "-L",       "-I",       "-D", "-U", "-o",
					     "-x", "-isystem", "-Xlinker", "-u", "-z" };
/* Of -f… those that run programs, read or write files; of -W… what goes to other programs. */
static const char *const harmful_begin[] = {
	"-fplugin",
	"-fdump",
	"-fprofile",
	"-fauto-profile",
	"-fbranch-",
	"-ftest-coverage",
	"-fcallgraph",
	"-fopt-info",
	"-fsave",
	"-fcompare-debug",
	"-fstack-usage",
	"-fdiagnostics",
	"-fmodule",
	"-fada",
	"-fcrash",
	"-fembed",
	"-Wa,",
	"-Wp,",
	"-fpass",
	"-fload",
	"-fintegrated-cc1",
	"-fno-integrated-cc1",
};

static bool begins(const char *word, const char *const *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (starts_with(word, rows[i]))
			return true;
	return false;
}

static bool is_one(const char *word, const char *const *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(word, rows[i]) == 0)
			return true;
	return false;
}

#define ROWS(v) (v), sizeof(v) / sizeof((v)[0])

/* -fuse-ld=NAME, -fPIC, -Wall: words without a path in them. */
static bool is_plain_option(const char *word)
{
	return (starts_with(word, "-f") || starts_with(word, "-W")) && strchr(word, '/') == NULL &&
	       !begins(word, ROWS(harmful_begin));
}

bool driver_is_input(const char *word)
{
	return *word != '-' && *word != '@';
}

bool driver_takes_next(const char *option)
{
	return is_one(option, ROWS(harmless_pair));
}

/* How many words an option takes; 0: it is not one that may be passed on. */
static size_t option_words(const char *const *word, size_t left)
{
	if (driver_is_input(word[0]) || is_one(word[0], ROWS(harmless)) || is_plain_option(word[0]))
		return 1;
	if (driver_takes_next(word[0]))
		return left > 1 ? 2 : 0;
	return begins(word[0], ROWS(harmless_begin)) ? 1 : 0;
}

bool driver_is_plain(const char *const *argv, size_t n)
{
	bool input = false;

	if (n < 2 || !is_system_program(argv[0]) || !link_knows(argv[0]))
		return false;
	for (size_t i = 1; i < n;) {
		size_t taken = option_words(argv + i, n - i);

		if (taken == 0)
			return false;
		input = input || driver_is_input(argv[i]);
		i += taken;
	}
	return input;
}

bool driver_writes_one_file(const char *const *argv, size_t n)
{
	/* What linkers take behind -Wl, or -Xlinker: files that they write, programs that they load. */
	static const char *const others[] = { "-Map",	     "-M=",	     "dependency-file", "-plugin",
					      "out-implib",  "--reproduce",  "time-trace",      "@",
					      "symbol-graph", ",-o",	     "--output",        "-why-",
					      "error-handling", "print-symbol-order", "archive-stats",
					      "thinlto-",     "lto-obj-path" };

	for (size_t i = 1; i < n; i++)
		for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++)
			if (strstr(argv[i], others[k]) != NULL)
				return false;
	return true;
}
