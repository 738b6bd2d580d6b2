/* known.c - looks things up in the tables of known names. */
#include "diagnose/known.h"

#include <ctype.h>
#include <string.h>

#include "diagnose/common.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct provider providers[] = {
#define PROVIDER(pattern, what, apt, python, site, hint) { pattern, what, apt, python, site, hint },
#include "diagnose/providers.def"
#undef PROVIDER
};

const struct provider *provider_of(const char *name)
{
	for (size_t i = 0; i < COUNT(providers); i++)
		if (matches_pattern(name, providers[i].pattern))
			return &providers[i];
	return NULL;
}

const char *conda_package_of(const char *name)
{
	static const struct {
		const char *pattern, *package;
	} rows[] = {
#define CONDA(pattern, package) { pattern, package },
#include "diagnose/conda.def"
#undef CONDA
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (matches_pattern(name, rows[i].pattern))
			return rows[i].package;
	return NULL;
}

const char *build_tree(const char *element)
{
	static const struct {
		const char *pattern, *what;
	} trees[] = {
#define BUILD_TREE(pattern, what) { pattern, what },
#include "diagnose/buildtrees.def"
#undef BUILD_TREE
	};

	for (size_t i = 0; i < COUNT(trees); i++)
		if (matches_pattern(element, trees[i].pattern))
			return trees[i].what;
	return NULL;
}

/* ---- releases ----------------------------------------------------------------------------- */

/* Each list takes its own rows of the file. */
#define GCC(version, release)
#define GCC_IN(major, who)
#define GLIBC(minor, who)
#define NAMED(prefix, project)

const char *gcc_of_version(const char *version)
{
	static const struct release_row rows[] = {
#undef GCC
#define GCC(version, release) { version, release },
#include "diagnose/releases.def"
#undef GCC
#define GCC(version, release)
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		if (strcmp(rows[i].version, version) == 0)
			return rows[i].release;
	return NULL;
}

const char *project_of_version(const char *version, const char **number)
{
	static const struct {
		const char *prefix, *project;
	} rows[] = {
#undef NAMED
#define NAMED(prefix, project) { prefix, project },
#include "diagnose/releases.def"
#undef NAMED
#define NAMED(prefix, project)
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *rest = version + strlen(rows[i].prefix);

		if (!starts_with(version, rows[i].prefix) || *rest < '0' || *rest > '9' ||
		    rest[strspn(rest, "0123456789.")] != '\0')
			continue;
		*number = rest;
		return rows[i].project;
	}
	return NULL;
}

/* The first row whose number is not below `wanted`; rows are in rising order. */
struct distro_row {
	int number;
	const char *who;
};

static const char *first_distro(const struct distro_row *rows, size_t n, int wanted)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].number >= wanted)
			return rows[i].who;
	return NULL;
}

const char *distro_of_gcc(const char *release)
{
	static const struct distro_row rows[] = {
#undef GCC_IN
#define GCC_IN(major, who) { major, who },
#include "diagnose/releases.def"
#undef GCC_IN
#define GCC_IN(major, who)
	};
	int n = 0;

	if (!starts_with(release, "GCC "))
		return NULL;
	for (const char *p = release + 4; *p >= '0' && *p <= '9' && n < 1000; p++)
		n = n * 10 + (*p - '0');
	return n >= 5 ? first_distro(rows, COUNT(rows), n) : NULL;
}

const char *distro_of_glibc(int minor)
{
	static const struct distro_row rows[] = {
#undef GLIBC
#define GLIBC(minor, who) { minor, who },
#include "diagnose/releases.def"
#undef GLIBC
#define GLIBC(minor, who)
	};

	return first_distro(rows, COUNT(rows), minor);
}

#undef GCC
#undef GCC_IN
#undef GLIBC
#undef NAMED

/* ---- releases of Python ------------------------------------------------------------------- */

unsigned python_minor(const char *name, const char *mark, char *end)
{
	const char *p = strstr(name, mark);
	size_t n = p != NULL ? strspn(p + strlen(mark), "0123456789") : 0;
	unsigned minor = 0;

	if (n == 0 || n > 2)
		return 0;
	p += strlen(mark);
	for (size_t i = 0; i < n; i++)
		minor = minor * 10 + (unsigned)(p[i] - '0');
	if (end != NULL)
		*end = p[n];
	return minor;
}

/* ---- symbols ------------------------------------------------------------------------------ */

static const struct symbol_family families[] = {
#define FAMILY(pattern, library, what, fix) { pattern, library, what, fix },
#include "diagnose/symbols.def"
#undef FAMILY
};

/* A pattern of symbols knows two more forms: PREFIX[A-Z]* and '?' for any one character. */
static bool matches_symbol(const char *name, const char *pattern)
{
	const char *class_ = strstr(pattern, "[A-Z]*");
	size_t n = class_ != NULL ? (size_t)(class_ - pattern) : 0;

	if (class_ != NULL)
		return strncmp(name, pattern, n) == 0 && isupper((unsigned char)name[n]);
	if (*pattern == '?')
		return *name != '\0' && strcmp(name + 1, pattern + 1) == 0;
	return matches_pattern(name, pattern);
}

const struct symbol_family *family_of_symbol(const char *name)
{
	for (size_t i = 0; i < COUNT(families); i++)
		if (matches_symbol(name, families[i].pattern))
			return &families[i];
	return NULL;
}
