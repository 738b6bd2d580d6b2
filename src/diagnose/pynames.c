/* pynames.c - see pynames.h. */
#include "diagnose/pynames.h"

#include <stdlib.h>
#include <string.h>

static const struct pyname rows[] = {
#define PYNAME(name, first, last) { name, first, last },
#include "diagnose/pynames.def"
#undef PYNAME
};

static const struct stable {
	const char *name;
	unsigned first;
} stable[] = {
#define PYSTABLE(name, first) { name, first },
#include "diagnose/pystable.def"
#undef PYSTABLE
};

/* Names, or their beginnings if they end in '*', that only some builds have. */
static const struct {
	const char *pattern, *build;
} builds[] = {
	/* object.h, refcount.h: #ifdef Py_REF_DEBUG */
	{ "_Py_NegativeRefcount", "a debug build of Python" },
	{ "_Py_RefTotal", "a debug build of Python" },
	{ "_Py_INCREF_IncRefTotal", "a debug build of Python" },
	{ "_Py_DECREF_DecRefTotal", "a debug build of Python" },
	/* modsupport.h: #ifdef Py_TRACE_REFS */
	{ "PyModule_Create2TraceRefs", "a build of Python that traces references (Py_TRACE_REFS)" },
	{ "PyModule_FromDefAndSpec2TraceRefs",
	  "a build of Python that traces references (Py_TRACE_REFS)" },
	/* refcount.h: #ifdef Py_GIL_DISABLED */
	{ "_Py_DecRefShared", "a free-threaded build of Python (3.13t or later)" },
	{ "_Py_MergeZeroLocalRefcount", "a free-threaded build of Python (3.13t or later)" },
	/* No name of Python 3 begins so. */
	{ "PyString_*", "Python 2" },
	{ "PyInt_*", "Python 2" },
	{ "PyClass_*", "Python 2" },
	{ "PyInstance_*", "Python 2" },
	{ "PyCObject_*", "Python 2 (or Python 3.1)" },
	{ "Py_InitModule*", "Python 2" },
	{ "PyUnicodeUCS2_*", "a Python before 3.3 with narrow characters (UCS2)" },
	{ "PyUnicodeUCS4_*", "a Python before 3.3 with wide characters (UCS4)" },
	/* The names of cpyext. */
	{ "PyPy*", "PyPy" },
	{ "_PyPy*", "PyPy" },
};

const struct pyname *pyname_rows(size_t *n)
{
	*n = sizeof(rows) / sizeof(rows[0]);
	return rows;
}

static int by_name(const void *name, const void *row)
{
	return strcmp(name, ((const struct pyname *)row)->name);
}

const struct pyname *pyname_find(const char *name)
{
	return bsearch(name, rows, sizeof(rows) / sizeof(rows[0]), sizeof(rows[0]), by_name);
}

static int by_stable_name(const void *name, const void *row)
{
	return strcmp(name, ((const struct stable *)row)->name);
}

unsigned pyname_stable(const char *name)
{
	const struct stable *s = bsearch(name, stable, sizeof(stable) / sizeof(stable[0]), sizeof(stable[0]),
					 by_stable_name);

	return s != NULL ? s->first : 0;
}

static bool fits(const char *pattern, const char *name)
{
	size_t n = strcspn(pattern, "*");

	return strncmp(pattern, name, n) == 0 && (pattern[n] == '*' || name[n] == '\0');
}

static const char *build_of(const char *name)
{
	for (size_t i = 0; i < sizeof(builds) / sizeof(builds[0]); i++)
		if (fits(builds[i].pattern, name))
			return builds[i].build;
	return NULL;
}

void pyspan_add(struct pyspan *s, const char *name)
{
	const char *build = build_of(name);
	const struct pyname *row = build == NULL ? pyname_find(name) : NULL;

	if (build != NULL && s->build == NULL) {
		s->build = build;
		s->build_name = name;
	}
	if (row == NULL)
		return;
	if (row->first > s->first.first)
		s->first = *row;
	if (row->last != 0 && (s->last.name == NULL || row->last < s->last.last))
		s->last = *row;
}

const char *pyspan_built_for(struct arena *a, const struct pyspan *s, unsigned runs)
{
	unsigned first = s->first.first, last = s->last.last;
	bool too_old = first != 0 && (runs == 0 || runs < first);
	bool too_new = last != 0 && (runs == 0 || runs > last);

	if (s->build != NULL)
		return s->build;
	/* Names that no one release has together: some are of another origin. */
	if ((first != 0 && last != 0 && first > last) || (!too_old && !too_new))
		return NULL;
	if (first != 0 && first == last)
		return arena_printf(a, "Python 3.%u", first);
	if (first != 0 && last != 0)
		return arena_printf(a, "a Python from 3.%u to 3.%u", first, last);
	return too_old ? arena_printf(a, "Python 3.%u or later", first)
		       : arena_printf(a, "Python 3.%u or an earlier one", last);
}
