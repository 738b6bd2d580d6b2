/* ext_numpy.c - an extension that was built against NumPy 1, where NumPy 2 is.
 *
 * The headers of NumPy put _import_array into each file (__multiarray_api.h). Up to release 1 it asks for
 * numpy.core._multiarray_umath; from 2 on for numpy._core._multiarray_umath as well. NumPy 2 refuses the
 * old way. Before that, Cython compares the sizes of types (__Pyx_ImportType), and that of numpy.dtype
 * has shrunk.
 */
#include "python/ext_numpy.h"
#include "message/py_text.h"

#include <string.h>

enum { MAX_CONSTANTS = 64 << 20 };

/* A whole string of the constants. */
static bool has(struct view v, const char *text)
{
	size_t n = strlen(text) + 1;
	const unsigned char *at = v.p, *end = v.p + v.n;

	while ((at = memmem(at, (size_t)(end - at), text, n)) != NULL) {
		if (at == v.p || at[-1] == '\0')
			return true;
		at++;
	}
	return false;
}

static bool is_old(struct view v, struct ext_clash *out)
{
	if (v.n > MAX_CONSTANTS)
		v.n = MAX_CONSTANTS;
	if (memmem(v.p, v.n, PY_TEXT_NUMPY_OLD, sizeof(PY_TEXT_NUMPY_OLD) - 1) == NULL ||
	    has(v, "numpy._core._multiarray_umath"))
		return false;
	if (has(v, "flatiter") && has(v, "broadcast") && has(v, "dtype") &&
	    memmem(v.p, v.n, "size changed, may indicate", 26) != NULL) {
		*out = (struct ext_clash){ "ValueError", PY_TEXT_NUMPY_SIZE };
		return true;
	}
	*out = (struct ext_clash){ "ImportError", PY_TEXT_NUMPY_OLD };
	return has(v, "_ARRAY_API is NULL pointer");
}

static bool look(void *ctx, struct view v)
{
	return is_old(v, ctx);
}

bool ext_numpy_old(const struct elf *e, struct ext_clash *out)
{
	return elf_each_constants(e, look, out);
}

bool ext_numpy_is_new(struct py_finder *f, const struct py_home *home, struct arena *a)
{
	struct py_strings path = { NULL, 0, 0 };
	struct py_spec spec;

	for (size_t i = 0; i < home->path.n; i++)
		*ARENA_PUSH(a, &path) = home->path.items[i].dir;
	py_find(f, "numpy", &path, &spec);
	if (spec.kind != PY_SPEC_SOURCE || spec.locations.n == 0)
		return false;
	path = spec.locations;
	py_find(f, "numpy._core", &path, &spec);
	if (spec.kind != PY_SPEC_SOURCE || spec.locations.n == 0)
		return false;
	path = spec.locations;
	/* 1.26 has a folder of that name as well, with a few files that lead to numpy.core. */
	py_find(f, "numpy._core.numeric", &path, &spec);
	return spec.kind == PY_SPEC_SOURCE;
}
