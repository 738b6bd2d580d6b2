/* packages_wheel.c - what a wheel says of itself: for which Python, system and machine its tag is, whose
 * loader is given its files for that, and whether they are what the tag says. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "object/elfconst.h"
#include "verb/packages_priv.h"
#include "verb/promised.h"

/* ---- which of its files are for its system ------------------------------------------------- */

bool packages_is_module(const char *name, enum native format)
{
	const char *cpython = strstr(name, ".cpython-3");

	if (format == NATIVE_PE)
		return str_ends_nocase(name, ".pyd");
	if (format == NATIVE_NONE || (cpython == NULL && !str_ends(name, ".abi3.so")))
		return false;
	return cpython == NULL || strstr(cpython, format == NATIVE_ELF ? "-darwin" : "-linux") == NULL;
}

bool packages_is_for_another(const struct checked *p, const struct pack_file *f)
{
	uint16_t machine, have;
	bool is64, wide;

	if (!wheel_tag_machine(p->wheel.tag.machine, &machine, &is64))
		return false;
	have = native_machine(f, &wide);
	return have != 0 && (have != machine || wide != is64);
}

static bool is_for(const struct wheel_tag *tag, const char *platform)
{
	return tag->platform != NULL && strncmp(tag->platform, platform, strlen(platform)) == 0;
}

enum native packages_format(const struct checked *p)
{
	const struct wheel_tag *tag = &p->wheel.tag;

	if (is_for(tag, "win"))
		return NATIVE_PE;
	if (is_for(tag, "macosx_"))
		return NATIVE_MACHO;
	for (size_t i = 0; i < p->pack->nfiles; i++)
		if (p->natives[i] == NATIVE_ELF)
			return NATIVE_ELF;
	return tag->any || tag->manylinux || tag->musllinux || tag->linux_only ? NATIVE_ELF : NATIVE_NONE;
}

/* ---- its tag ------------------------------------------------------------------------------- */

/* "cp311" -> 11, of "py3" and "cp39.cp310" the first that says one. */
static unsigned minor_of_tag(const char *python)
{
	const char *p = strstr(python, "cp3");
	unsigned n = 0;

	for (p = p != NULL ? p + 3 : ""; *p >= '0' && *p <= '9' && n < 1000; p++)
		n = n * 10 + (unsigned)(*p - '0');
	return n;
}

static bool is_musl(const char *ld_path)
{
	return ld_path != NULL && strstr(ld_path, "/ld-musl-") != NULL;
}

/* Which loader is given the wheel's files: that of its tag, whatever they are. A program that is named has
 * its own. */
static void choose_loader(struct checked *p)
{
	const char *program = p->s->opt.program;
	struct dlwhy_options *opt = &p->inner.opt;
	const struct wheel_tag *tag = &p->wheel.tag;
	uint16_t machine;
	bool is64;

	if (opt->loader != NULL)
		return;
	if (tag->musllinux || tag->manylinux)
		opt->loader = tag->musllinux ? "musl" : "glibc";
	else if (tag->linux_only && wheel_tag_machine(tag->machine, &machine, &is64))
		opt->loader = is_musl(session_loader(&p->inner, machine, is64, false, 0, p->a)) ? "musl"
												: "glibc";
	else if (program != NULL && strcmp(program, "auto") != 0 && strcmp(program, "none") != 0)
		return;
	else if (is_for(tag, "win"))
		opt->loader = "windows";
	else if (is_for(tag, "macosx_"))
		opt->loader = "dyld";
	if (opt->arch != NULL || !is_for(tag, "macosx_"))
		return;
	if (str_ends(tag->platform, "_arm64") || str_ends(tag->platform, "_universal2"))
		opt->arch = "arm64";
	else if (str_ends(tag->platform, "_x86_64"))
		opt->arch = "x86_64";
}

void packages_read_wheel(struct checked *p)
{
	struct package_set set = { .a = p->a, .store = p->s->store };
	const struct wheel_tag *tag = &p->wheel.tag;
	const char *kind;
	uint16_t machine;
	bool is64;

	if (source_open(p->from, p->path, &p->file) != 0)
		return;
	wheel_list(&set, p->path, p->file.map.bytes, &p->wheel);
	p->out.name = p->wheel.name;
	p->out.version = *p->wheel.version != '\0' ? p->wheel.version : NULL;
	p->out.tag = p->wheel.tag_text;
	p->python.minor = minor_of_tag(tag->python);
	p->python.pe_machine = tag->platform != NULL ? wheel_tag_windows(tag->platform) : 0;
	kind = tag->abi != NULL && strstr(tag->abi, "abi3") != NULL ? " or later" : "";
	p->python.words = p->python.minor == 0 ? "a Python 3"
					       : arena_printf(p->a, "Python 3.%u%s", p->python.minor, kind);
	(void)promised_kind(tag, &p->python.elf);
	p->inner.python = &p->python;
	choose_loader(p);
	p->no_loader = wheel_tag_machine(tag->machine, &machine, &is64) &&
		       !session_has_loader(&p->inner, machine, is64, false, 0, p->a);
	if (p->no_loader && p->s->opt.root == NULL)
		p->promised = promised_system(&p->inner, tag, p->a);
}

void packages_judge_tags(struct checked *p)
{
	struct package_set set = { .a = p->a, .store = p->inner.store };
	struct diagnosis d;

	for (size_t i = 0; i < p->members.n; i++) {
		const struct pack_file *f = p->members.items[i].file;
		const struct store_entry *en = f->path != NULL ? store_open(p->inner.store, f->path) : NULL;

		if (en != NULL && en->err == 0)
			wheel_take(p->a, &p->wheel, f->name, en->file);
	}
	diagnose_wheel_tags(&set, &p->wheel, &d);
	for (size_t i = 0; i < d.nfindings; i++) {
		const struct dlwhy_finding *f = d.findings[i];

		/* With other packages at hand each file's own answer tells what is missing. */
		if (p->s->opt.with == NULL || f->detail == NULL || strcmp(f->detail, "library") != 0)
			*ARENA_PUSH(p->a, &p->findings) = f;
	}
	p->r.findings = p->findings.items;
	p->r.nfindings = p->findings.n;
}
