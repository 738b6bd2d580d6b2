/* stub.c - stands in for what is not there yet: the interpreter's facts, the finder and the importer. */
#include "base/err.h"
#include "python/import.h"

#define WEAK __attribute__((weak))

WEAK enum dlwhy_code py_home_open(const struct py_ask *ask, struct arena *a, struct py_home *out,
				  struct dlwhy_error *err)
{
	(void)ask;
	(void)a;
	*out = (struct py_home){ .given = NULL };
	return err_set(err, DLWHY_E_UNSUPPORTED, 0, "not in this version");
}

WEAK void py_home_others(const struct py_ask *ask, struct arena *a, size_t max,
			 struct py_strings *out)
{
	(void)ask;
	(void)a;
	(void)max;
	*out = (struct py_strings){ NULL, 0, 0 };
}

WEAK struct py_finder *py_finder_new(const struct py_home *h, struct source *src, struct arena *a)
{
	(void)h;
	(void)src;
	(void)a;
	return NULL;
}

WEAK void py_find(struct py_finder *f, const char *fullname, const struct py_strings *path,
		  struct py_spec *out)
{
	(void)f;
	(void)path;
	*out = (struct py_spec){ .kind = PY_SPEC_MISSING, .name = fullname };
}

WEAK void py_find_near(struct py_finder *f, const char *fullname, const struct py_strings *path,
		       size_t max, struct py_near *out, size_t *n)
{
	(void)f;
	(void)fullname;
	(void)path;
	(void)max;
	(void)out;
	*n = 0;
}

WEAK int py_find_source(struct py_finder *f, const struct py_spec *spec, struct view *out)
{
	(void)f;
	(void)spec;
	*out = (struct view){ NULL, 0 };
	return 2;
}

WEAK struct py_import *py_import_new(const struct py_home *home, struct py_finder *finder,
				     const struct py_host *host,
				     const struct py_import_options *opt, struct arena *a)
{
	struct py_import *im = ARENA_NEW(a, struct py_import);

	(void)opt;
	im->home = home;
	im->finder = finder;
	im->host = *host;
	im->a = a;
	return im;
}

WEAK void py_import_startup(struct py_import *im)
{
	(void)im;
}

WEAK const struct py_exception *py_import_module(struct py_import *im, const char *name)
{
	(void)im;
	(void)name;
	return NULL;
}

WEAK const struct py_exception *py_import_statement(struct py_import *im, const char *text)
{
	(void)im;
	(void)text;
	return NULL;
}
