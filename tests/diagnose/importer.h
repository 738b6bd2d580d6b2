/* importer.h - an import made by hand: an interpreter with one folder on its path, and what happened. */
#ifndef DLWHY_TESTS_DIAGNOSE_IMPORTER_H
#define DLWHY_TESTS_DIAGNOSE_IMPORTER_H

#include "fixture.h"

#include "diagnose/d_import.h"

struct importer {
	struct fixture *f;
	struct py_home home;
	struct py_path_entry path[3];
	struct py_ask ask;
	struct py_import im;
	struct imported done;
	struct py_exception e;
	const char *env[4];
};

/* sys.path: the folder "local", then "lib" (the standard library), then "site-packages". */
static inline struct importer *importer_new(struct fixture *f)
{
	static const char *suffixes[] = { ".cpython-311-x86_64-linux-gnu.so", ".abi3.so", ".so" };
	struct importer *i = ARENA_NEW(f->a, struct importer);

	i->f = f;
	put_text(f, "local/x", "");
	put_text(f, "lib/os.py", "");
	put_text(f, "site-packages/x", "");
	i->path[0] = (struct py_path_entry){ at(f, "local"), "the working folder", NULL, true };
	i->path[1] = (struct py_path_entry){ at(f, "lib"), "the standard library", NULL, true };
	i->path[2] = (struct py_path_entry){ at(f, "site-packages"), "site-packages", NULL, true };
	i->home = (struct py_home){ .executable = "/x/bin/python3", .program = "/x/bin/python3",
				    .implementation = "cpython", .major = 3, .minor = 11,
				    .version = "3.11.2", .cache_tag = "cpython-311",
				    .abiflags = "", .multiarch = "x86_64-linux-gnu",
				    .stdlib = at(f, "lib"), .prefix = "/x" };
	i->home.store = f->store;
	i->home.suffixes = (struct py_strings){ suffixes, 3, 3 };
	i->home.path.items = i->path;
	i->home.path.n = i->home.path.cap = 3;
	i->ask = (struct py_ask){ .source = f->source, .store = f->store, .environ = i->env,
				  .cwd = f->dir };
	i->env[0] = "PATH=/nowhere";
	i->im.home = &i->home;
	i->im.a = f->a;
	i->im.finder = py_finder_new(&i->home, f->source, f->a);
	i->done = (struct imported){ .im = &i->im, .home = &i->home, .ask = &i->ask, .module = "m" };
	f->in.imported = &i->done;
	return i;
}

/* The module of that name was imported by that line. */
static inline struct py_module_info *importer_module(struct importer *i, const char *name,
						     const char *by, unsigned line)
{
	struct py_module_info *m = ARENA_NEW(i->f->a, struct py_module_info);
	struct py_strings path = { NULL, 0, 0 };

	for (size_t k = 0; k < i->home.path.n; k++)
		*ARENA_PUSH(i->f->a, &path) = i->path[k].dir;
	m->name = name;
	m->by = (struct py_place){ by, line, "<module>" };
	py_find(i->im.finder, name, &path, &m->spec);
	*ARENA_PUSH(i->f->a, &i->im.modules) = m;
	return m;
}

/* The import ends so, at that line. */
static inline struct py_exception *importer_raise(struct importer *i, const char *type,
						  const char *message, const char *file, unsigned line)
{
	struct py_place *frames = ARENA_ARRAY(i->f->a, 2, struct py_place);

	frames[0] = (struct py_place){ NULL, 1, "<module>" };
	frames[1] = (struct py_place){ file, line, "<module>" };
	i->e = (struct py_exception){ .type = type, .message = message, .exact = true,
				      .frames = frames, .nframes = file != NULL ? 2 : 1 };
	i->done.e = &i->e;
	return &i->e;
}

/* An extension that was opened, with what came of it. */
static inline struct native_load *importer_load(struct importer *i, const char *path,
						enum py_load_result result, const char *error)
{
	struct native_load *l = ARENA_NEW(i->f->a, struct native_load);
	const struct native_load **v = ARENA_ARRAY(i->f->a, i->done.nloads + 1, const struct native_load *);

	for (size_t k = 0; k < i->done.nloads; k++)
		v[k] = i->done.loads[k];
	v[i->done.nloads++] = l;
	i->done.loads = v;
	l->what = (struct py_load){ .kind = PY_LOAD_EXTENSION, .path = path, .module = "ext",
				    .init = "PyInit_ext" };
	l->result = result;
	l->error = error;
	return l;
}

#endif
