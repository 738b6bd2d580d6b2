/* d_file.c - a file was found, and the loader refuses it: what is it really?
 *
 * A refusal for the header ends the whole search, even if a good file lies further on; people look
 * for a missing file then, and there is none.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "diagnose/common.h"
#include "diagnose/hunt.h"
#include "diagnose/search_fixes.h"
#include "object/elfconst.h"

struct file {
	struct diag *d;
	const struct failure *f;
	const struct store_entry *en;
	const char *word;
	struct draft *dr;
};

static const struct elf *elf_of(const struct file *x)
{
	return &x->en->file->elf;
}

static void begin(struct file *x, enum cause cause)
{
	x->dr = draft_new(x->d, cause, x->f);
	x->dr->f.object = x->en->path;
}

static const char *first_bytes(struct arena *a, struct view v)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = v.n < 8 ? v.n : 8;
	char *s = arena_alloc(a, n * 3 + 1);

	for (size_t i = 0; i < n; i++) {
		s[i * 3] = hex[v.p[i] >> 4];
		s[i * 3 + 1] = hex[v.p[i] & 15];
		s[i * 3 + 2] = i + 1 < n ? ' ' : '\0';
	}
	return s;
}

static void header_evidence(struct file *x, const char *says)
{
	struct view v = x->en->file->bytes;
	uint64_t n = v.n < 8 ? v.n : 8;

	draft_bytes(x->d, x->dr, x->en->path, 0, n, says);
	x->dr->evidence.items[x->dr->evidence.n - 1]->value = first_bytes(x->d->a, v);
}

/* ---- no ELF file at all ------------------------------------------------------------------- */

enum cause file_kind_cause(enum file_kind k)
{
	switch (k) {
	case FILE_PE:
	case FILE_MACHO:
	case FILE_MACHO_FAT: return CAUSE_WRONG_ARCH;
	case FILE_SCRIPT:
	case FILE_LINKER_SCRIPT:
	case FILE_ARCHIVE:
	case FILE_THIN_ARCHIVE:
	case FILE_JAVA_CLASS:
	case FILE_ZIP:
	case FILE_GZIP:
	case FILE_XZ:
	case FILE_ZSTD:
	case FILE_BZIP2:
	case FILE_LLVM_BITCODE:
	case FILE_WASM: return CAUSE_NOT_LOADABLE;
	default: return CAUSE_CORRUPT_FILE;
	}
}

/* A symbolic link that a copy, a ZIP file or git turned into a file that holds its target. */
static const char *link_text(struct arena *a, struct view v)
{
	size_t n = v.n;

	if (n > 0 && v.p[n - 1] == '\n')
		n--;
	if (n == 0 || n > 255)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (!isgraph(v.p[i]))
			return NULL;
	for (size_t i = 0; i + 3 <= n; i++) /* ".so" is an end, or a number follows: no ".some" */
		if (memcmp(v.p + i, ".so", 3) == 0 && (i + 3 == n || v.p[i + 3] == '.'))
			return arena_strndup(a, (const char *)v.p, n);
	return NULL;
}

/* The first library that a linker script names: "/lib/libc.so.6" of "GROUP ( /lib/libc.so.6 )". */
static const char *script_library(struct arena *a, struct view v)
{
	const uint8_t *open = v.n > 0 ? memchr(v.p, '(', v.n < 4096 ? v.n : 4096) : NULL;
	size_t n = v.n < 4096 ? v.n : 4096, i = open != NULL ? (size_t)(open - v.p) : n, end;

	for (; i < n; i = end + 1) {
		for (end = i; end < n && isgraph(v.p[end]) && strchr("(),", v.p[end]) == NULL;)
			end++;
		if (end - i > 4 && end - i < 256 && memmem(v.p + i, end - i, ".so.", 4) != NULL)
			return arena_strndup(a, (const char *)v.p + i, end - i);
	}
	return NULL;
}

static void fix_script(struct diag *d, struct draft *dr, struct view bytes)
{
	const char *real = script_library(d->a, bytes);

	draft_fix(d, dr, "other-name", "low",
		  real != NULL ? arena_printf(d->a,
					      "open the library itself, %s; this name is for the "
					      "linker, when a program is built",
					      real)
			       : "open the library by the name with its version (libNAME.so.N); "
				 "this name is for the linker, when a program is built");
}

void draft_fix_kind(struct diag *d, struct draft *dr, const struct store_entry *en)
{
	const char *path = dir_name(d->a, en->path);
	const char *dir = strcmp(path, ".") == 0 ? ""
						 : arena_printf(d->a, "cd %s && ",
								shell_quote(d->a, path));
	const char *q = shell_quote(d->a, base_name(en->path));
	struct fix *f;

	switch (en->file->kind) {
	case FILE_LFS_POINTER:
		f = draft_fix(d, dr, "download", "low", "fetch the real file from Git LFS");
		fix_command(d, f, arena_printf(d->a, "%sgit lfs pull --include=%s", dir, q));
		if (strstr(en->path, "-packages/") != NULL)
			draft_fix_reinstall(d, dr, en->path, "get the file again");
		break;
	case FILE_ANNEX_POINTER:
		f = draft_fix(d, dr, "download", "low", "fetch the real file from git-annex");
		fix_command(d, f, arena_printf(d->a, "%sgit annex get %s", dir, q));
		break;
	case FILE_LINKER_SCRIPT:
		fix_script(d, dr, en->file->bytes);
		break;
	case FILE_ARCHIVE:
	case FILE_THIN_ARCHIVE:
		draft_fix(d, dr, "rebuild", "low",
			  "build it as a shared library (-shared -fPIC), or link it into the "
			  "program when that is built");
		break;
	case FILE_PE:
	case FILE_MACHO:
	case FILE_MACHO_FAT:
		draft_fix(d, dr, "replace", "low", "install the build for Linux");
		break;
	case FILE_ZIP:
	case FILE_GZIP:
	case FILE_XZ:
	case FILE_ZSTD:
	case FILE_BZIP2: draft_fix(d, dr, "unpack", "low", "unpack it first"); break;
	case FILE_TEXT:
		draft_fix_reinstall(d, dr, en->path,
				    "if a library should be there, get it again");
		break;
	default: draft_fix_reinstall(d, dr, en->path, "get the file again");
	}
}

/* Of another system: most such files are libraries, but not for Linux. */
static const char *other_system(enum file_kind k)
{
	if (k == FILE_PE)
		return "Windows";
	return k == FILE_MACHO || k == FILE_MACHO_FAT ? "macOS" : NULL;
}

static void no_elf(struct file *x)
{
	const struct store_file *file = x->en->file;
	const char *link = file->kind == FILE_TEXT ? link_text(x->d->a, file->bytes) : NULL;
	const char *system = other_system(file->kind);

	begin(x, file_kind_cause(file->kind));
	if (link != NULL)
		draft_say(x->d, x->dr,
			  "%s should be a symbolic link, but it was copied or unpacked as a text "
			  "file that holds the link's target, %s.",
			  x->word, link);
	else if (system != NULL)
		draft_say(x->d, x->dr, "%s is %s: it was made for %s, and Linux cannot load it.",
			  x->word, file_kind_name(file->kind), system);
	else
		draft_say(x->d, x->dr, "%s is %s, not a shared library.", x->word,
			  file_kind_name(file->kind));
	header_evidence(x, file->bytes.n == 0
				   ? "the file has no bytes"
				   : arena_printf(x->d->a,
						  "it begins with %s, a Linux library with 7f 45 "
						  "4c 46",
						  first_bytes(x->d->a, file->bytes)));
	if (link != NULL) {
		struct fix *f = draft_fix(x->d, x->dr, "link", "low",
					  "make it a symbolic link again (unpack on Linux, with "
					  "links kept)");

		fix_command(x->d, f,
			    arena_printf(x->d->a, "ln -sf %s %s", shell_quote(x->d->a, link),
					 shell_quote(x->d->a, x->en->path)));
		return;
	}
	draft_fix_kind(x->d, x->dr, x->en);
}

static void no_regular(struct file *x)
{
	bool dir = x->en->file->st.type == OS_DIRECTORY;

	begin(x, CAUSE_NOT_LOADABLE);
	draft_say(x->d, x->dr, "%s is %s, not a shared library.", x->word,
		  dir ? "a folder" : "a device or another special file");
	draft_fact(x->d, x->dr, x->en->path, dir ? "a folder" : "not a regular file");
	if (dir && x->f->request != NULL && x->f->request->asked != NULL &&
	    strchr(x->f->request->asked, '/') != NULL)
		draft_fix(x->d, x->dr, "other-name", "low", "name a file in it");
	else
		draft_fix(x->d, x->dr, "rename", "medium",
			  "the name is taken: give it another name, or take its folder out of the "
			  "search");
}

/* ---- an ELF file with a bad header -------------------------------------------------------- */

static void cut_off(struct file *x, uint64_t wanted, const char *what)
{
	struct view v = x->en->file->bytes;

	begin(x, CAUSE_CORRUPT_FILE);
	if (wanted > v.n)
		draft_say(x->d, x->dr,
			  "%s is cut off: it has %s, and %s needs at least %s (%s are missing).",
			  x->word, bytes_words(x->d->a, v.n), what, bytes_words(x->d->a, wanted),
			  bytes_words(x->d->a, wanted - v.n));
	else
		draft_say(x->d, x->dr, "%s is damaged: %s is not there.", x->word, what);
	draft_bytes(x->d, x->dr, x->en->path, v.n, wanted > v.n ? wanted - v.n : 0,
		    "the file ends here");
	draft_fix_reinstall(x->d, x->dr, x->en->path,
			    "a copy or download was interrupted: get the file again");
}

static uint64_t add_clamped(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void cut_header(struct file *x)
{
	const struct elf *e = elf_of(x);
	struct view v = x->en->file->bytes;

	if (v.n < sizeof(Elf32_Ehdr) || (e->is64 && v.n < sizeof(Elf64_Ehdr)))
		cut_off(x,
			v.n > EI_CLASS && v.p[EI_CLASS] == ELFCLASS32 ? sizeof(Elf32_Ehdr)
								      : sizeof(Elf64_Ehdr),
			"the header of a library");
	else
		cut_off(x, add_clamped(e->phoff, (uint64_t)e->phnum * e->phentsize),
			"its table of segments");
}

static void other_machine(struct file *x, const char *why)
{
	begin(x, CAUSE_WRONG_ARCH);
	draft_say(x->d, x->dr, "%s is made for %s (%s), but the process that loads it is %s.",
		  x->word, elf_words(x->d->a, elf_of(x)), why, world_words(x->d->a, x->d->w));
	header_evidence(x, "its header");
	draft_fix(x->d, x->dr, "replace", "low",
		  arena_printf(x->d->a, "install the build of %s for %s", x->word,
			       world_words(x->d->a, x->d->w)));
}

static void bad_type(struct file *x)
{
	uint16_t type = elf_of(x)->type;
	const char *is = type == ET_REL    ? "an object file (.o), one piece that the linker still "
					     "has to make a library of"
			 : type == ET_CORE ? "a core dump, the memory of a program that crashed"
					   : "an ELF file of an unknown type";

	begin(x, CAUSE_NOT_LOADABLE);
	draft_say(x->d, x->dr, "%s is %s, not a shared library.", x->word, is);
	draft_bytes(x->d, x->dr, x->en->path, 16, 2,
		    arena_printf(x->d->a, "the type in its header: %u", type));
	if (type == ET_REL)
		draft_fix(x->d, x->dr, "rebuild", "low", "link it: cc -shared -o NAME.so NAME.o");
	else
		draft_fix_reinstall(x->d, x->dr, x->en->path, "put the real library there");
}

static void bad_ident(struct file *x, const char *text)
{
	begin(x, CAUSE_CORRUPT_FILE);
	draft_say(x->d, x->dr,
		  "The header of %s is damaged, or it is from a system that writes it otherwise: "
		  "the loader says \"%s\".",
		  x->word, text);
	header_evidence(x, "its header");
	draft_fix_reinstall(x->d, x->dr, x->en->path, "get the file again");
}

static void newer_abi(struct file *x)
{
	begin(x, CAUSE_OS_TOO_OLD);
	draft_say(x->d, x->dr,
		  "%s says in its header that it needs a loader with more abilities (ABI version "
		  "%u) than this one has.",
		  x->word, elf_of(x)->abiversion);
	header_evidence(x, "its header");
	draft_fix(x->d, x->dr, "replace", "low", "use a build for this system");
}

static void program(struct file *x)
{
	bool pie = elf_of(x)->type == ET_DYN;

	begin(x, CAUSE_NOT_LOADABLE);
	draft_say(x->d, x->dr,
		  "%s is a program%s, not a shared library: it is to be started, not loaded.",
		  x->word,
		  pie ? " (built so that it can lie at any address, which makes it look like a "
			"library)"
		      : "");
	draft_bytes(x->d, x->dr, x->en->path, 16, 2,
		    pie ? "marked as a program by DF_1_PIE in its dynamic section"
			: "type ET_EXEC");
	draft_fix(x->d, x->dr, "rebuild", "low", "link it with -shared to make a library of it");
}

/* ---- segments ----------------------------------------------------------------------------- */

static void no_open(struct file *x)
{
	begin(x, CAUSE_NOT_LOADABLE);
	draft_say(x->d, x->dr,
		  "%s was linked with -z nodlopen: it may be linked to a program, but not be "
		  "opened later.",
		  x->word);
	draft_fact(x->d, x->dr, x->en->path, "DF_1_NOOPEN is set in its dynamic section");
	draft_fix(x->d, x->dr, "link", "medium",
		  "link the program with it, or build it without -z nodlopen");
}

static void no_dynamic(struct file *x)
{
	const struct elf *e = elf_of(x);
	struct view v;
	bool debug = e->empty_dynamic || elf_section(e, ".debug_info", &v);

	begin(x, CAUSE_NOT_LOADABLE);
	if (debug)
		draft_say(x->d, x->dr,
			  "%s holds debug information only (split off from the real library), not "
			  "code.",
			  x->word);
	else
		draft_say(x->d, x->dr,
			  "%s has no dynamic section, the part that tells a loader how to load it: "
			  "it is no shared library, or a tool removed that part.",
			  x->word);
	draft_fact(x->d, x->dr, x->en->path,
		   e->empty_dynamic ? "PT_DYNAMIC has no bytes in the file" : "no PT_DYNAMIC");
	draft_fix(x->d, x->dr, "replace", "low",
		  debug ? "keep it in a folder that is not searched (/usr/lib/debug), and put the "
			  "real library in its place"
			: "build it with -shared");
}

static void no_segments(struct file *x)
{
	begin(x, CAUSE_NOT_LOADABLE);
	draft_say(x->d, x->dr, "%s has nothing that could be loaded: no segment of code or data.",
		  x->word);
	draft_fact(x->d, x->dr, x->en->path, "no PT_LOAD");
	draft_fix_reinstall(x->d, x->dr, x->en->path, "get the real library");
}

static void bad_alignment(struct file *x)
{
	begin(x, CAUSE_CORRUPT_FILE);
	draft_say(x->d, x->dr,
		  "The segments of %s do not fit the memory pages of this machine (%s): a tool "
		  "that edited it broke it, or it was linked for smaller pages.",
		  x->word, bytes_words(x->d->a, x->d->w->page));
	draft_fact(x->d, x->dr, x->en->path,
		   "address and offset of a PT_LOAD differ by no multiple of the page size");
	draft_fix_reinstall(x->d, x->dr, x->en->path,
			    "get the file as it was before it was edited (patchelf, strip)");
	draft_fix(x->d, x->dr, "rebuild", "low",
		  "on machines with large pages: link with -z max-page-size=65536");
}

static void no_memory(struct file *x)
{
	const struct elf *e = elf_of(x);

	begin(x, CAUSE_MEMORY_OR_LIMIT);
	draft_say(x->d, x->dr,
		  "%s asks for %s of address space, more than this process can get: its segments "
		  "are damaged or meant for a larger machine.",
		  x->word, bytes_words(x->d->a, e->load_end));
	draft_fact(x->d, x->dr, x->en->path,
		   arena_printf(x->d->a, "the file has %s, its segments end at %s",
				bytes_words(x->d->a, e->file.n),
				bytes_words(x->d->a, e->load_end)));
	draft_fix_reinstall(x->d, x->dr, x->en->path,
			    "if that size makes no sense: get the file again");
	fix_command(x->d,
		    draft_fix(x->d, x->dr, "limit", "medium",
			      "if the size is right: look at the limits of the process"),
		    "ulimit -v");
}

static void map_failed(struct file *x)
{
	struct fix *f;

	if (!x->en->file->noexec) {
		no_memory(x);
		return;
	}
	begin(x, CAUSE_PERMISSION);
	draft_say(x->d, x->dr,
		  "%s lies on a file system that is mounted noexec: code in it may not be run, so "
		  "the loader cannot map it.",
		  x->word);
	draft_fact(x->d, x->dr, x->en->path, "its file system is mounted noexec");
	f = draft_fix(x->d, x->dr, "move", "low",
		      "keep it in another folder; programs that unpack libraries into /tmp obey "
		      "TMPDIR");
	fix_command(x->d, f,
		    arena_printf(x->d->a, "findmnt -T %s", shell_quote(x->d->a, x->en->path)));
}

/* ---- what the loader's words lead to ------------------------------------------------------ */

struct reading {
	const char *text; /* in the loader's sentence */
	void (*fn)(struct file *x);
};

static const struct reading readings[] = {
	{ "position-independent executable", program },
	{ "cannot dynamically load executable", program },
	{ "dlopen()ed", no_open },
	{ "no dynamic section", no_dynamic },
	{ "no loadable segments", no_segments },
	{ "failed to map segment", map_failed },
	{ "zero-fill", no_memory },
	{ "load command", bad_alignment },
	{ "only ET_DYN", bad_type },
	{ "file too short", cut_header },
	{ "cannot read file data", cut_header },
	{ "ABI version invalid", newer_abi },
};

static void by_text(struct file *x, const char *text)
{
	for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++)
		if (strstr(text, readings[i].text) != NULL) {
			readings[i].fn(x);
			return;
		}
	if (strstr(text, "data encoding") != NULL)
		other_machine(x, "the other byte order");
	else if (strstr(text, "OS ABI") != NULL)
		other_machine(x, "another operating system");
	else
		bad_ident(x, text);
}

/* musl has one text for all that is no library: "Exec format error". */
static void by_header(struct file *x, int err)
{
	const struct elf *e = elf_of(x);
	const struct world *w = x->d->w;

	if (err == EPERM || err == ENOMEM || err == EOVERFLOW)
		map_failed(x);
	else if (err == EBUSY)
		program(x);
	else if (x->en->file->bytes.n < sizeof(Elf64_Ehdr))
		cut_header(x);
	else if (e->big_endian != w->big_endian)
		other_machine(x, "the other byte order");
	else if (e->is64 != w->is64)
		other_machine(x, "the other word size");
	else if (e->type != ET_DYN && e->type != ET_EXEC)
		bad_type(x);
	else if (!view_has(x->en->file->bytes, e->phoff, (uint64_t)e->phnum * e->phentsize))
		cut_header(x);
	else if (!e->has_dynamic || e->dynamic.vaddr == 0)
		no_dynamic(x);
	else
		bad_ident(x, "Exec format error");
}

struct draft *file_draft(struct diag *d, const struct failure *f, const struct store_entry *en)
{
	struct file x = { .d = d, .f = f, .en = en, .word = base_name(en->path) };

	if (en->err != 0 || en->file == NULL) {
		begin(&x, CAUSE_PERMISSION);
		return x.dr;
	}
	if (en->file->st.type != OS_REGULAR)
		no_regular(&x);
	else if (en->file->kind != FILE_ELF)
		no_elf(&x);
	else if (is_musl(d))
		by_header(&x, f->err);
	else
		by_text(&x, f->string != NULL ? f->string : "");
	return x.dr;
}

/* ---- one failure -------------------------------------------------------------------------- */

/* Somebody asked by name, and this file came first: say so, and say what lies behind it. */
static void add_search(struct diag *d, struct draft *dr, const struct failure *f)
{
	const struct request *rq = f->request;
	struct hits hits;

	if (rq == NULL)
		return;
	if (rq->asked != NULL && strchr(rq->asked, '/') == NULL) {
		draft_say(d, dr,
			  "%.*s; it is the first file that the search for %s comes to, and there "
			  "the loader stops%s%s.",
			  (int)strlen(dr->f.summary) - 1, dr->f.summary, rq->asked,
			  rq->from != NULL && rq->from->kind != IMAGE_PROGRAM ? ", asked by " : "",
			  rq->from != NULL && rq->from->kind != IMAGE_PROGRAM
				  ? image_word(d, rq->from)
				  : "");
		hunt_library(d, rq->asked, rq, &hits);
		if (hits.n > 0 && hits.items[0].usable && hits.items[0].kind == HIT_EXACT) {
			draft_fact(d, dr, hits.items[0].path,
				   "a good file of that name, behind the bad one or outside the "
				   "search");
			draft_also(d, dr, CAUSE_SEARCH_PATH, NULL, hits.items[0].path);
		}
	}
	search_probes(d, dr, rq);
}

static void join_same(struct diag *d, const struct failure *f)
{
	for (size_t i = 0; i < d->t->failures.n; i++) {
		const struct failure *o = &d->t->failures.items[i];

		if (!d->taken[i] && o->kind == f->kind && o->candidate == f->candidate)
			d->taken[i] = true;
	}
}

void d_file(struct diag *d, size_t i)
{
	const struct failure *f = &d->t->failures.items[i];
	const struct image *from = f->request != NULL ? f->request->from : NULL;
	struct draft *dr;

	if (f->candidate == NULL) {
		dr = draft_new(d, CAUSE_CORRUPT_FILE, f);
		dr->f.object = f->object;
		return;
	}
	dr = file_draft(d, f, f->candidate);
	if (from != NULL && from->kind == IMAGE_PROGRAM && !d->in->is_program)
		from = NULL;
	draft_needed_by(d, dr, from);
	if (f->candidate->err == 0)
		add_search(d, dr, f);
	join_same(d, f);
}
