/* d_pyext.c - an extension that Python opens and does not take: no init function, or built against
 * another numpy.
 */
#include <string.h>

#include "diagnose/d_import.h"

/* ---- no init function ------------------------------------------------------------------------- */

static bool made_by_go(const struct elf *e)
{
	struct view v;

	return elf_section(e, ".go.buildinfo", &v) || elf_section(e, ".note.go.buildid", &v) ||
	       elf_section(e, ".gopclntab", &v);
}

/* Another init function that the file has: "PyInit_other", "initother" of Python 2. */
static const char *other_init(const struct elf *e)
{
	uint64_t n = elf_sym_count(e);
	const char *old = NULL;
	struct elf_sym s;

	for (uint64_t i = 1; i < n; i++) {
		const char *name = elf_sym(e, i, &s) && s.shndx != 0 ? elf_sym_name(e, i) : NULL;

		if (name != NULL && strncmp(name, "PyInit_", 7) == 0)
			return name;
		if (name != NULL && strncmp(name, "init", 4) == 0 && name[4] == '_' && old == NULL)
			old = name;
	}
	return old;
}

static void go_words(struct diag *d, struct draft *dr, const struct native_load *l)
{
	dr->f.detail = "go-library";
	draft_say(d, dr, "%s is a C library made by Go (go build -buildmode=c-shared), no module of Python: "
		  "it has no %s.", base_name(l->what.path), l->what.init);
	draft_fact(d, dr, l->what.path, "has the sections of a Go program");
	draft_fix(d, dr, "ctypes", "low", "open it with ctypes (or cffi) and call its exported functions");
	fix_command(d, dr->fixes.items[0],
		    arena_printf(d->a, "%s -c 'import ctypes; ctypes.CDLL(\"%s\")'",
				 shell_quote(d->a, d->in->imported->home->executable), l->what.path));
	draft_fix(d, dr, "build", "medium",
		  "build it as a module: gopy, or a C file with PyInit that calls it");
}

static void other_words(struct diag *d, struct draft *dr, const struct native_load *l, const char *other)
{
	if (strncmp(other, "PyInit_", 7) == 0) {
		dr->f.detail = "renamed";
		draft_say(d, dr, "%s is the module %s under another name: it has %s and no %s.",
			  base_name(l->what.path), other + 7, other, l->what.init);
		draft_fix(d, dr, "rename", "low",
			  arena_printf(d->a, "give the file its name again: %s and what followed",
				       other + 7));
	} else {
		dr->f.detail = "python-abi";
		draft_say(d, dr, "%s is a module of Python 2: it has %s and no %s.",
			  base_name(l->what.path), other, l->what.init);
		draft_fix(d, dr, "replace", "low", "install the build for Python 3");
	}
	draft_evidence(d, dr, "symbol", NULL, "what it has instead")->value = other;
}

struct draft *import_no_init(struct diag *d, const struct native_load *l)
{
	const struct elf *e = l->image != NULL && l->image->file != NULL && l->image->file->kind == FILE_ELF ?
				      &l->image->file->elf : NULL;
	struct draft *dr = import_draft(d, CAUSE_PYTHON_MODULE, "no-init");
	const char *other = e != NULL ? other_init(e) : NULL;

	dr->f.object = l->what.path;
	dr->f.symbol = l->what.init;
	if (e != NULL && made_by_go(e)) {
		go_words(d, dr, l);
	} else if (other != NULL) {
		other_words(d, dr, l, other);
	} else {
		draft_say(d, dr, "%s is a library, but no module of Python: it does not define %s.",
			  base_name(l->what.path), l->what.init);
		draft_fix(d, dr, "ctypes", "low",
			  "if it is a plain C library, open it with ctypes; if it is to be a module, "
			  "build it with its PyInit function exported");
	}
	draft_evidence(d, dr, "symbol", NULL, "looked for in the file, and not defined")->value =
		l->what.init;
	return dr;
}

/* ---- numpy 1 and 2 -------------------------------------------------------------------------------- */

static bool speaks_of_numpy_abi(const char *message)
{
	static const char *const parts[] = {
		"compiled using NumPy 1.x cannot be run", "multiarray failed to import",
		"_ARRAY_API not found", "compiled against ABI version", "compiled against API version",
		"compiled against NumPy C-API version", "numpy.dtype size changed",
		"numpy.ndarray size changed", "numpy.ufunc size changed",
	};

	for (size_t i = 0; message != NULL && i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(message, parts[i]) != NULL)
			return true;
	return false;
}

struct draft *import_numpy(struct diag *d, const struct py_exception *e)
{
	const struct imported *i = d->in->imported;
	const struct native_load *l = i->decisive;
	const char *version;
	struct draft *dr;

	if (!speaks_of_numpy_abi(e->message))
		return NULL;
	version = import_version(d, "numpy");
	dr = import_draft(d, CAUSE_PYTHON_MODULE, "numpy-abi");
	dr->f.object = l != NULL ? l->what.path : e->path;
	draft_say(d, dr, "%s was built against NumPy 1, and NumPy %s is installed: an extension must be of "
		  "the same kind.", dr->f.object != NULL ? base_name(dr->f.object) : "An extension",
		  version != NULL ? version : "2");
	draft_assume(dr, DLWHY_LIKELY, "the extension, which is not run, does what the names in it tell");
	if (dr->f.object != NULL)
		draft_fact(d, dr, dr->f.object,
			   "asks for numpy.core._multiarray_umath, the place in NumPy 1, and not for that "
			   "of NumPy 2");
	draft_fix(d, dr, "update", "low", "install a release of the package that is built for NumPy 2");
	if (l != NULL && l->what.module != NULL)
		fix_command(d, dr->fixes.items[0],
			    import_pip(d, arena_printf(d->a, "--upgrade %s",
						       import_distribution(d->a, l->what.module))));
	draft_fix(d, dr, "downgrade", "medium", "go back to NumPy 1");
	fix_command(d, dr->fixes.items[1], import_pip(d, "'numpy<2'"));
	return dr;
}
