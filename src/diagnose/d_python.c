/* d_python.c - a module that loads, under a name that the Python which loads it does not look for.
 *
 * Python takes only files with an ending of its own release (EXTENSION_SUFFIXES of
 * importlib.machinery); one for another release does not exist for it.
 */
#include <stdlib.h>
#include <string.h>

#include "diagnose/common.h"
#include "diagnose/known.h"
#include "diagnose/pynames.h"

static unsigned minor_behind(const char *name, const char *mark, char wanted_end)
{
	char end = '\0';
	unsigned n = python_minor(name, mark, &end);

	return end == wanted_end ? n : 0;
}

static unsigned program_minor(const struct diag *d, const char *path)
{
	char *real = NULL;
	unsigned n;

	if (d->source == NULL || source_realpath(d->source, path, &real) != 0)
		return 0;
	n = minor_behind(base_name(real), "python3.", '\0');
	free(real);
	return n;
}

unsigned python_running(const struct diag *d)
{
	for (size_t i = 0; d->p != NULL && i < d->p->images.n; i++) {
		const struct image *im = d->p->images.items[i];
		const char *path = image_path(d, im);
		unsigned n = path != NULL ? minor_behind(base_name(path), "libpython3.", '.') : 0;

		if (n == 0 && path != NULL && im->kind == IMAGE_PROGRAM)
			n = program_minor(d, path);
		if (n != 0)
			return n;
	}
	return 0;
}

void d_python(struct diag *d)
{
	const char *path = d->in->target_path;
	unsigned built = path != NULL ? minor_behind(base_name(path), ".cpython-3", '-') : 0;
	unsigned runs = built != 0 ? python_running(d) : 0;
	struct draft *dr;

	if (runs == 0 || runs == built)
		return;
	dr = draft_new(d, CAUSE_PYTHON_MODULE, NULL);
	dr->f.severity = DLWHY_NOTE; /* it loads: nothing is said against the file */
	dr->f.object = path;
	dr->f.detail = "python-abi";
	draft_say(d, dr,
		  "`import` in Python 3.%u passes over %s: its name says that it was built for "
		  "Python 3.%u.",
		  runs, base_name(path), built);
	draft_fact(d, dr, path, arena_printf(d->a, "made for Python 3.%u, by its name", built));
	draft_fix(d, dr, "replace", "low",
		  arena_printf(d->a, "install the build for Python 3.%u, or use Python 3.%u", runs,
			       built));
}
