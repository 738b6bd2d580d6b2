/* pid.c - the running process that a session is about. */
#include "verb/pid.h"

#include <errno.h>
#include <string.h>

#include "loader/process.h"
#include "object/elfconst.h"

/* ---- what /proc says ---------------------------------------------------------------------- */

static enum dlwhy_code cannot_open(long pid, int e, struct dlwhy_error *err)
{
	switch (e) {
	case ESRCH:
		return err_set(err, DLWHY_E_ARGUMENT, e, "there is no process %ld", pid);
	case ECHILD:
		return err_set(err, DLWHY_E_IO, e, "process %ld has ended already", pid);
	case ENOEXEC:
		return err_set(err, DLWHY_E_IO, e,
			       "process %ld is a thread of the kernel: it loads no libraries", pid);
	case EACCES:
		return err_set(err, DLWHY_E_IO, e,
			       "nothing of process %ld may be read: it is another user's, or "
			       "protects itself; root may",
			       pid);
	default:
		return err_set(err, DLWHY_E_IO, e, "process %ld cannot be looked at: %s", pid,
			       strerrordesc_np(e));
	}
}

/* Without its root or folder at hand, those of this program are taken. */
static struct source *source_of(const struct live *l, struct arena *a)
{
	const char *cwd = l->cwd != NULL ? l->cwd : arena_printf(a, "/proc/%ld/cwd", l->pid);

	if (l->exe_guessed)
		return source_host(NULL);
	return l->same_root ? source_host(cwd) : source_below(l->root, l->cwd);
}

enum dlwhy_code pid_open(struct dlwhy_session *s, struct dlwhy_error *err)
{
	struct session_process *p = ARENA_NEW(s->a, struct session_process);
	int e = live_open(s->opt.pid, s->a, &p->live);

	if (e != 0)
		return cannot_open(s->opt.pid, e, err);
	s->process = p;
	s->environ = p->live.environ;
	s->source = source_of(&p->live, s->a);
	p->words = arena_printf(s->a, "process %ld (%s)", p->live.pid, p->live.exe);
	return DLWHY_OK;
}

/* ---- its files ---------------------------------------------------------------------------- */

static const struct store_file *good_elf(const struct store_file *f)
{
	return f != NULL && f->kind == FILE_ELF && f->elf.defect == ELF_OK ? f : NULL;
}

static const struct store_file *open_inside(struct dlwhy_session *s, const char *path)
{
	const struct store_entry *en = store_open(s->store, path);

	return en != NULL && en->err == 0 ? good_elf(en->file) : NULL;
}

/* The program: by its name if that still means it, else as the kernel holds it. */
static const struct store_file *find_exe(struct dlwhy_session *s)
{
	const struct live *l = &s->process->live;
	const struct store_file *f = open_inside(s, l->exe);
	struct store_file *held;
	struct os_stat st;

	if (l->exe_guessed)
		return f;
	if (f != NULL && os_stat(l->exe_host, true, &st) == 0 && st.ino == f->st.ino &&
	    st.dev == f->st.dev)
		return f;
	return store_open_host(s->store, l->exe_host, &held) == 0 ? good_elf(held) : f;
}

static const struct store_file *row_file(struct dlwhy_session *s, const struct live_row *row)
{
	const struct store_file *f;
	struct store_file *held;
	const char *path;

	if (row == NULL || row->path[0] != '/')
		return NULL;
	f = open_inside(s, row->path);
	if (f != NULL && f->st.ino == row->ino && f->st.dev == os_device(row->major, row->minor))
		return f;
	path = arena_printf(s->a, "/proc/%ld/map_files/%llx-%llx", s->process->live.pid,
			    (unsigned long long)row->start, (unsigned long long)row->end);
	if (store_open_host(s->store, path, &held) == 0)
		return good_elf(held);
	/* Where files are numbered in two ways, and one may not ask. */
	return f != NULL && f->st.ino == row->ino ? f : NULL;
}

static bool is_libc_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	return strncmp(name, "libc.so.", 8) == 0 || strncmp(name, "libc-2.", 7) == 0;
}

/* The C library; up to 2.33 it is libpthread, beside it, that describes the loader's data. */
static const struct store_file *find_libc(struct dlwhy_session *s, const struct world *w)
{
	const struct live_rows *rows = &s->process->live.rows;

	for (size_t i = 0; i < rows->n; i++) {
		const char *path = rows->items[i].path, *slash = strrchr(path, '/');

		if (slash == NULL || !is_libc_name(path))
			continue;
		if (world_minor(w) >= 34)
			return row_file(s, &rows->items[i]);
		return open_inside(s, arena_printf(s->a, "%.*s/libpthread.so.0",
						   (int)(slash - path), path));
	}
	return NULL;
}

/* ---- what its memory tells ---------------------------------------------------------------- */

static enum dlwhy_code judge_list(struct dlwhy_session *s, enum live_trouble t, int e,
				  struct dlwhy_error *err)
{
	struct session_process *p = s->process;

	p->has_list = t == LIVE_OK;
	if (t == LIVE_BUSY)
		return err_set(err, DLWHY_E_IO, EAGAIN,
			       "process %ld is loading or unloading libraries just now; ask again",
			       p->live.pid);
	if (t == LIVE_UNREADABLE)
		p->why = arena_printf(s->a, "the memory of the process cannot be read (%s)",
				      strerrordesc_np(e));
	else if (t == LIVE_NO_LIST)
		p->why = "the loader of the process has made no list of its objects yet";
	else if (t == LIVE_BROKEN)
		p->why = "the list of objects in the memory of the process is damaged";
	return DLWHY_OK;
}

static enum dlwhy_code read_memory(struct dlwhy_session *s, const struct store_file *exe,
				   bool by_hand, struct dlwhy_error *err)
{
	struct session_process *p = s->process;
	struct live_files f = { .exe = exe, .minor = world_minor(p->world) };
	struct live_auxv aux;
	enum live_trouble t;
	int e;

	if (p->world->kind != LOADER_GLIBC) {
		p->why = arena_printf(s->a, "the list that %s's loader keeps in memory is not read",
				      loader_name(p->world->kind));
		return DLWHY_OK;
	}
	live_parse_auxv(p->live.auxv, exe->elf.is64, exe->elf.swap, &aux);
	f.ld_base = by_hand ? aux.entry - exe->elf.entry : aux.base;
	f.ld = by_hand ? exe : row_file(s, live_row_at(&p->live.rows, aux.base));
	f.libc = find_libc(s, p->world);
	t = live_list_of(&p->live, &f, s->a, &p->list, &e);
	return judge_list(s, t, e, err);
}

static enum dlwhy_code find_world(struct dlwhy_session *s, const struct store_file *exe,
				  bool by_hand, struct dlwhy_error *err)
{
	const struct elf *e = &exe->elf;
	long pid = s->process->live.pid;

	if (e->interp == NULL && !by_hand)
		return err_set(err, DLWHY_E_IO, 0,
			       "process %ld runs %.150s, which is statically linked: it has no "
			       "loader",
			       pid, s->process->live.exe);
	s->process->world =
		session_world(s, e->machine, e->is64, e->big_endian, e->flags,
			      by_hand ? s->process->live.exe : e->interp, err);
	return s->process->world != NULL ? DLWHY_OK : DLWHY_E_IO;
}

enum dlwhy_code pid_read(struct dlwhy_session *s, struct dlwhy_error *err)
{
	const struct store_file *exe = find_exe(s);
	bool by_hand = exe != NULL && exe->elf.interp == NULL && live_is_loader(exe);
	enum dlwhy_code code;

	if (exe == NULL)
		return err_set(err, DLWHY_E_IO, 0, "the program of process %ld, %.150s, cannot be read",
			       s->process->live.pid, s->process->live.exe);
	code = find_world(s, exe, by_hand, err);
	if (code == DLWHY_OK)
		code = read_memory(s, exe, by_hand, err);
	if (code == DLWHY_OK && !live_is_same(&s->process->live))
		code = err_set(err, DLWHY_E_IO, ESRCH, "process %ld ended while it was looked at",
			       s->process->live.pid);
	return code;
}

/* ---- one target --------------------------------------------------------------------------- */

/* Files were read with the rights of this program. What everybody may read, the process may too. */
static void assume_rights(const struct dlwhy_session *s, struct process *p)
{
	struct os_stat st;

	if (os_euid() != 0 || os_stat(arena_printf(p->a, "/proc/%ld", s->opt.pid), true, &st) != 0 ||
	    st.uid == 0)
		return;
	for (size_t i = 0; i < p->images.n; i++) {
		const struct image *im = p->images.items[i];

		if (im->is_host || im->file == NULL || (im->file->st.mode & 04) != 0)
			continue;
		process_assume(p, arena_printf(p->a, "user %u, who runs the process, may read %s",
					       st.uid, im->name));
		return;
	}
}

/* A folder that came after the process had looked there once. */
static const char *too_late(const struct process *p)
{
	const struct failure *f = p->trace.failures.n > 0 ? &p->trace.failures.items[0] : NULL;

	if (f == NULL || f->kind != FAIL_NOT_FOUND)
		return NULL;
	for (size_t i = 0; i < p->late_dirs.n; i++) {
		const char *dir = p->late_dirs.items[i];
		const struct store_entry *en =
			store_open(p->w->store, arena_printf(p->a, "%s%s", dir, f->object));

		if (en != NULL && en->err == 0)
			return arena_printf(p->a,
					    "%s is in %s, but that folder was not there when the process "
					    "first searched it: its loader does not look there again.",
					    f->object, dir);
	}
	return NULL;
}

void pid_finish(const struct dlwhy_session *s, struct process *p, const char *path,
		const char **hint)
{
	const struct live *l = &s->process->live;
	struct os_stat st;

	assume_rights(s, p);
	*hint = too_late(p);
	if (path[0] == '/' || strchr(path, '/') == NULL ||
	    source_stat(s->source, path, true, &st) == 0 || os_stat(path, true, &st) != 0)
		return;
	*hint = arena_printf(p->a,
			     "The name is taken from the working folder of the process, %s; there is "
			     "such a file in the folder that you are in.",
			     l->cwd != NULL ? l->cwd : "which is gone");
}

bool pid_holds(const struct dlwhy_session *s)
{
	return s->process == NULL || s->process->live.same_root || s->process->live.exe_guessed ||
	       live_is_same(&s->process->live);
}
