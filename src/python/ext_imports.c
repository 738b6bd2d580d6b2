/* ext_imports.c - modules that an extension's own code imports when it is initialised. */
#include "python/ext_imports.h"

void py_ext_imports(const struct elf *e, const char *module, struct py_finder *f,
		    const struct py_home *home, struct arena *a, struct py_strings *out)
{
	(void)e;
	(void)module;
	(void)f;
	(void)home;
	(void)a;
	(void)out;
}
