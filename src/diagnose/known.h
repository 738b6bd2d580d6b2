/* known.h - tables of what is known by name. */
#ifndef DLWHY_DIAGNOSE_KNOWN_H
#define DLWHY_DIAGNOSE_KNOWN_H

#include <stddef.h>

struct provider {
	const char *pattern, *what;
	const char *apt;    /* Debian package, NULL */
	const char *python; /* package on PyPI, NULL */
	const char *site;   /* its folder below site-packages, NULL */
	const char *hint;   /* NULL */
};
/* Who is known to bring a library of that base name; NULL. */
const struct provider *provider_of(const char *name);

/* The package of conda-forge that has it; NULL. */
const char *conda_package_of(const char *name);

/* What a RUNPATH element that does not exist was; NULL if nothing is known of it. */
const char *build_tree(const char *element);

/* The N of "3.N" behind `mark` in a file's name: 11 of "x.cpython-311-…" and ".cpython-3"; 0 if it
 * has none. *end, unless NULL: the character behind it ("313t" is another kind of 3.13). */
unsigned python_minor(const char *name, const char *mark, char *end);

struct release_row {
	const char *version; /* "GLIBCXX_3.4.21" */
	const char *release; /* "GCC 5.1" */
};
/* The release of GCC that brought a version of its run-time libraries; NULL. */
const char *gcc_of_version(const char *version);
/* The project whose release number a version is named after, "OpenSSL" for "OPENSSL_3.2.0", and the
 * number in it; NULL if that is not known. */
const char *project_of_version(const char *version, const char **number);
/* The distributions that first had the run-time libraries of a release of GCC, "Debian 12, …" for
 * "GCC 12.1"; NULL. */
const char *distro_of_gcc(const char *release);
/* The distributions that first had glibc 2.minor, "Debian 12"; NULL. */
const char *distro_of_glibc(int minor);

struct symbol_family {
	const char *pattern; /* of the mangled name */
	const char *library; /* who defines such names */
	const char *what;
	const char *fix;     /* what makes them available, NULL */
};
const struct symbol_family *family_of_symbol(const char *name);

#endif
