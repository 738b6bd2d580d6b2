/* pyhome_fuzzer.c - an interpreter in a root where one file is of arbitrary bytes: the program itself,
 * pyvenv.cfg, a .pth file, the finder of an editable installation, a zip file, a script, a version file.
 *
 * The first byte chooses the file. The others are sound.
 */
#include <elf.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "python/find.h"
#include "python/foreign.h"

#define MEMORY ((size_t)512 << 20) /* bytes for one interpreter */
#define SITE "/usr/lib/python3.11/site-packages"

/* Where the sums go, so that no compiler drops the reads. */
static volatile unsigned sink;

static char root[64];

static void touch(const char *s)
{
	while (s != NULL && *s != 0)
		sink += (unsigned char)*s++;
}

/* ---- files ------------------------------------------------------------------------------------ */

static const char *const names[] = { "/usr/bin/python3", "/venv/pyvenv.cfg", SITE "/x.pth",
				     SITE "/__editable___x_finder.py", "/z.zip", "/pe/shims/python3",
				     "/pe/version", "/usr/lib/python3.11/site.py",
				     SITE "/x-1.dist-info/WHEEL" };
enum { PROGRAM, VENV, PTH, FINDER, ZIP, SHIM, VERSION, SITE_PY, WHEEL, NAMES };

static void write_file(const char *name, const void *data, size_t size)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s%s", root, name);
	for (char *p = path + strlen(root) + 1; (p = strchr(p, '/')) != NULL; *p++ = '/') {
		*p = '\0';
		mkdir(path, 0755);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd) != 0)
		abort();
}

static void write_text(const char *name, const char *text)
{
	write_file(name, text, strlen(text));
}

/* The least that is taken for CPython 3.11. */
static void write_program(void)
{
	static const char strings[] = "cpython-311\0.cpython-311-x86_64-linux-gnu.so\0/usr\0""3.11.7";
	struct {
		Elf64_Ehdr eh;
		Elf64_Phdr ph[2];
		char interp[8];
		char strings[sizeof(strings)];
	} e = { .eh = { .e_type = ET_DYN, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
			.e_phoff = sizeof(Elf64_Ehdr), .e_ehsize = sizeof(Elf64_Ehdr),
			.e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 2 },
		.ph = { { .p_type = PT_LOAD, .p_flags = PF_R, .p_filesz = sizeof(e),
			  .p_memsz = sizeof(e), .p_align = 4096 },
			{ .p_type = PT_INTERP, .p_filesz = 7 } },
		.interp = "/ld.so" };

	memcpy(e.eh.e_ident, ELFMAG "\2\1\1", 7);
	e.ph[1].p_offset = (Elf64_Off)((char *)e.interp - (char *)&e);
	memcpy(e.strings, strings, sizeof(strings));
	write_file(names[PROGRAM], &e, sizeof(e));
}

static void write_sound(int which)
{
	static const char *const text[NAMES] = {
		[VENV] = "home = /usr/bin\ninclude-system-site-packages = true\n",
		[PTH] = "import __editable___x_finder; __editable___x_finder.install()\n",
		[FINDER] = "MAPPING = {'m': '/src/m'}\nNAMESPACES = {'n': []}\nPATH_PLACEHOLDER = 'x'\n",
		[ZIP] = "",
		[SHIM] = "#!/bin/sh\nexport PYENV_ROOT=\"/pe\"\nexec \"/pe/libexec/pyenv\" exec\n",
		[VERSION] = "3.11\n",
		[SITE_PY] = "",
		[WHEEL] = "Wheel-Version: 1.0\nTag: cp311-cp311-win_amd64\n",
	};

	if (which == PROGRAM)
		write_program();
	else
		write_text(names[which], text[which]);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static void remove_root(void)
{
	nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_root(void)
{
	char path[512];

	snprintf(root, sizeof(root), "%s/dlwhy-fuzz-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(root) == NULL)
		abort();
	atexit(remove_root);
	for (int i = 0; i < NAMES; i++)
		write_sound(i);
	write_text("/usr/lib/python3.11/os.py", "");
	write_text("/usr/lib/python3.11/lib-dynload/x", "");
	write_text("/src/m/__init__.py", "");
	write_text("/venv/bin/x", "");
	write_text("/pe/versions/3.11.7/bin/x", "");
	snprintf(path, sizeof(path), "%s/venv/bin/python", root);
	if (symlink("/usr/bin/python3", path) != 0)
		abort();
	snprintf(path, sizeof(path), "%s/pe/versions/3.11.7/bin/python3", root);
	if (symlink("/usr/bin/python3", path) != 0)
		abort();
}

/* ---- one input -------------------------------------------------------------------------------- */

struct run {
	struct py_ask ask;
	struct arena *a;
};

static void look_for(struct py_finder *f, const struct py_home *h, struct arena *a)
{
	static const char *const wanted[] = { "m", "m.sub", "n", "os", "sys", "a", "pkg", "pkg.mod", "dir" };
	struct py_strings path = { 0 };
	struct py_near near[4];
	struct py_spec spec;
	struct view text;
	size_t n;

	for (size_t i = 0; i < h->path.n; i++)
		*ARENA_PUSH(a, &path) = h->path.items[i].dir;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		py_find(f, wanted[i], &path, &spec);
		touch(spec.origin);
		if (spec.is_package)
			py_find(f, "pkg.mod", &spec.locations, &spec);
		if (py_find_source(f, &spec, &text) == 0)
			for (size_t k = 0; k < text.n; k++)
				sink += text.p[k];
		py_find_near(f, wanted[i], &path, 4, near, &n);
	}
}

/* The same folders as environments of other systems. */
static void run_foreign(struct run *r)
{
	static const char *const dirs[] = { "/venv", "/usr", SITE };
	struct dlwhy_error err;
	struct py_home h;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		for (enum py_os os = PY_OS_MACOS; os <= PY_OS_WINDOWS; os++) {
			struct py_foreign what = { .system = py_system(os), .dir = dirs[i] };

			if (py_home_foreign(&r->ask, &what, r->a, &h, &err) != DLWHY_OK)
				continue;
			touch(h.version);
			touch(h.machine);
			look_for(py_finder_new(&h, r->ask.source, r->a), &h, r->a);
		}
}

static void run(void *ctx)
{
	static const char *const pythons[] = { "/usr/bin/python3", "/venv/bin/python", "/pe/shims/python3" };
	struct run *r = ctx;

	for (size_t i = 0; i < sizeof(pythons) / sizeof(pythons[0]); i++) {
		struct dlwhy_error err;
		struct py_home h;

		r->ask.python = pythons[i];
		if (py_home_open(&r->ask, r->a, &h, &err) != DLWHY_OK)
			continue;
		touch(h.version_text);
		touch(h.why);
		look_for(py_finder_new(&h, r->ask.source, r->a), &h, r->a);
	}
	run_foreign(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const environ[] = { "PATH=/usr/bin", "HOME=/", "PYTHONPATH=/z.zip", NULL };
	struct run r = { .ask = { .environ = environ, .cwd = "/" } };
	int which;

	if (size == 0)
		return 0;
	if (root[0] == '\0')
		make_root();
	which = data[0] % NAMES;
	write_file(names[which], data + 1, size - 1);
	r.ask.source = source_root(root, "/");
	r.ask.store = store_new(r.ask.source);
	r.a = arena_new(MEMORY);
	if (r.a == NULL || r.ask.store == NULL)
		abort();
	(void)arena_run(r.a, run, &r);
	arena_free(r.a);
	store_free(r.ask.store);
	source_free(r.ask.source);
	write_sound(which);
	return 0;
}
