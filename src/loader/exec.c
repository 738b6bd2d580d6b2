/* exec.c - what execve and then a shell make of starting a file, without starting it.
 *
 * Where upstream decides: Linux fs/exec.c, fs/binfmt_elf.c, fs/binfmt_script.c; the words are those
 * of bash 5.2 without its own name before them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loader/loader.h"
#include "loader/text.h"
#include "object/elfconst.h"

#define MAX_SCRIPTS 5      /* the kernel gives up after as many interpreters */
#define SCRIPT_LINE 256    /* BINPRM_BUF_SIZE */

struct exec {
	struct store *s;
	struct arena *a;
	struct exec_result *out;
	const char *asked; /* the name that messages show */
	const char *first; /* interpreter in the #! line of that file, NULL */
};

#define TEXT(id, text) static const char text_##id[] = text;
#include "loader/exec_text.def"
#undef TEXT

static void refuse(struct exec *x, int err, int status, const char *message, const char *why)
{
	x->out->err = err;
	x->out->status = status;
	x->out->why = why;
	x->out->message = message;
}

/* In the words of the C library. */
static void refuse_for(struct exec *x, int err, const char *why)
{
	refuse(x, err, err == ENOENT ? 127 : 126,
	       arena_printf(x->a, text_REFUSED, x->asked, text_errno(x->a, err, false)), why);
}

static void not_found(struct exec *x, int err, const char *why)
{
	refuse(x, err, 127, arena_printf(x->a, text_NOT_FOUND, x->asked), why);
}

static void bad_format(struct exec *x, const char *why)
{
	refuse(x, ENOEXEC, 126, arena_printf(x->a, text_FORMAT, x->asked), why);
}

/* The shell reads the first #! line again and names the interpreter in it, whichever failed. */
static void bad_interpreter(struct exec *x, int err, const char *why)
{
	refuse(x, err, 126,
	       arena_printf(x->a, text_INTERPRETER, x->asked, x->first, text_errno(x->a, err, false)), why);
}

static bool may_execute(const struct os_stat *st)
{
	uint32_t me = os_euid();

	if (me == 0)
		return (st->mode & 0111) != 0;
	return (st->mode & (st->uid == me ? 0100u : 011u)) != 0;
}

/* ---- #! --------------------------------------------------------------------------------------- */

/* The interpreter's path of a #! line as the kernel cuts it out; NULL if there is none. */
static const char *script_interpreter(struct exec *x, struct view v)
{
	const char *s = (const char *)v.p + 2;
	size_t max = (v.n < SCRIPT_LINE ? v.n : SCRIPT_LINE) - 2, n = 0, start = 0;

	while (start < max && (s[start] == ' ' || s[start] == '\t'))
		start++;
	while (start + n < max && s[start + n] != '\n' && s[start + n] != ' ' &&
	       s[start + n] != '\t' && s[start + n] != '\0')
		n++;
	return n > 0 ? arena_strndup(x->a, s + start, n) : NULL;
}

static bool has_shebang(const struct store_file *f)
{
	return f->bytes.n > 2 && f->bytes.p[0] == '#' && f->bytes.p[1] == '!';
}

static void exec_file(struct exec *x, const char *path, bool is_interpreter);

static void exec_script(struct exec *x, const char *path, const struct store_file *f)
{
	const char *interp = script_interpreter(x, f->bytes);

	if (interp == NULL) {
		bad_format(x, "its #! line names no interpreter");
		return;
	}
	if (x->out->nscripts == MAX_SCRIPTS) {
		bad_interpreter(x, ELOOP, "its interpreter is a script, and so on, too often");
		return;
	}
	if (x->out->nscripts == 0)
		x->first = interp;
	x->out->script_chain[x->out->nscripts++] = path;
	x->out->interpreter = x->out->script_interpreter = interp;
	exec_file(x, interp, true);
}

/* ---- ELF -------------------------------------------------------------------------------------- */

/* elf_check_arch, and the compatibility loader for 32-bit x86. */
static bool kernel_runs(const struct elf *e)
{
	uint16_t native = cpu_host_machine();

	if (e->machine == native)
		return true;
	return native == EM_X86_64 && e->machine == EM_386 && !e->is64;
}

static const struct elf_phdr *interp_phdr(const struct elf *e)
{
	for (size_t i = 0; i < e->phnum; i++)
		if (e->phdrs[i].type == PT_INTERP)
			return &e->phdrs[i];
	return NULL;
}

/* The loader named by PT_INTERP: opened, executable, long enough, an ELF file of the machine. */
static void check_interp_file(struct exec *x, const char *interp)
{
	const struct store_entry *en = store_open(x->s, interp);
	const struct store_file *f = en != NULL ? en->file : NULL;

	x->out->interpreter = interp;
	if (en == NULL || en->err == ENOENT || en->err == ENOTDIR)
		not_found(x, en != NULL ? en->err : ENOMEM, "the loader that it names is not there");
	else if (en->err != 0 || f->st.type != OS_REGULAR || !may_execute(&f->st) || f->noexec)
		refuse_for(x, EACCES, "the loader that it names may not be executed");
	else if (f->bytes.n < (x->out->file->file->elf.is64 ? sizeof(Elf64_Ehdr) :
							       sizeof(Elf32_Ehdr)))
		refuse_for(x, EIO, "the loader that it names is shorter than an ELF header");
	else if (f->kind != FILE_ELF || f->elf.machine != x->out->file->file->elf.machine)
		refuse_for(x, ELIBBAD, "the loader that it names is no ELF file of this machine type");
}

static void exec_elf(struct exec *x, const struct store_entry *en)
{
	const struct elf *e = &en->file->elf;
	const struct elf_phdr *ph;

	x->out->file = en;
	if (!kernel_runs(e)) {
		bad_format(x, "it is for another machine type");
		return;
	}
	if (e->type != ET_EXEC && e->type != ET_DYN) {
		bad_format(x, "it is no program: its ELF type is neither ET_EXEC nor ET_DYN");
		return;
	}
	if (e->defect != ELF_OK ||
	    e->phentsize != (e->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)) || e->phnum == 0) {
		bad_format(x, "its program headers are damaged or cut off");
		return;
	}
	ph = interp_phdr(e);
	if (ph == NULL) {
		x->out->is_static = true;
		return;
	}
	if (e->interp == NULL || ph->filesz < 2 || ph->filesz > 4096) {
		bad_format(x, "the name of its loader is damaged");
		return;
	}
	check_interp_file(x, e->interp);
}

/* ---- the file --------------------------------------------------------------------------------- */

static bool refuse_errno(struct exec *x, int err, bool is_interpreter)
{
	if (err == 0)
		return false;
	if ((err == ENOENT || err == ENOTDIR) && is_interpreter)
		not_found(x, ENOENT, "the interpreter that its #! line names is not there");
	else if (is_interpreter)
		bad_interpreter(x, err, "the interpreter that its #! line names cannot be opened");
	else
		refuse_for(x, err, "it cannot be opened");
	return true;
}

/* Why the kernel would not execute that file, NULL if it would. */
static const char *mode_trouble(const struct store_file *f)
{
	if (f->st.type == OS_DIRECTORY)
		return "it is a folder";
	if (f->st.type != OS_REGULAR)
		return "it is no regular file";
	if (!may_execute(&f->st))
		return "it has no permission to execute";
	return f->noexec ? "its file system is mounted noexec" : NULL;
}

static bool refuse_mode(struct exec *x, const struct store_file *f, bool is_interpreter)
{
	const char *why = mode_trouble(f);

	if (why != NULL && is_interpreter)
		bad_interpreter(x, EACCES, why);
	else if (why != NULL && f->st.type == OS_DIRECTORY)
		refuse(x, EACCES, 126,
		       arena_printf(x->a, text_REFUSED, x->asked, text_errno(x->a, EISDIR, false)), why);
	else if (why != NULL)
		refuse_for(x, EACCES, why);
	return why != NULL;
}

static void exec_file(struct exec *x, const char *path, bool is_interpreter)
{
	const struct store_entry *en = store_open(x->s, path);

	if (en == NULL || refuse_errno(x, en->err, is_interpreter) ||
	    refuse_mode(x, en->file, is_interpreter))
		return;
	if (has_shebang(en->file)) {
		exec_script(x, path, en->file);
		return;
	}
	if (en->file->kind == FILE_ELF) {
		exec_elf(x, en);
		return;
	}
	bad_format(x, en->file->bytes.n == 0 ? "it is empty" :
					       "it is no program that the kernel knows");
	x->out->file = en;
}

void exec_simulate(struct store *s, const char *path, struct arena *a, struct exec_result *out)
{
	struct exec x = { s, a, out, path, NULL };

	memset(out, 0, sizeof(*out));
	exec_file(&x, path, false);
}

const char *exec_secure(struct store *s, const struct store_entry *en, struct arena *a)
{
	const struct store_file *f = en->file;
	unsigned char caps[64];
	size_t n = 0;

	if (f->nosuid)
		return NULL;
	if ((f->st.mode & 04000) != 0 && f->st.uid != os_euid())
		return arena_printf(a, "its set-user-ID bit (owner %u)", f->st.uid);
	if ((f->st.mode & 02010) == 02010 && f->st.gid != os_egid())
		return arena_printf(a, "its set-group-ID bit (group %u)", f->st.gid);
	if (os_euid() != 0 && source_xattr(store_source(s), en->path, "security.capability", caps,
					   sizeof(caps), &n) == 0 && n > 0)
		return "its file capabilities";
	return NULL;
}
