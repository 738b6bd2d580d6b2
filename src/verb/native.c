/* native.c - see native.h. */
#include "verb/native.h"

#include <string.h>

#include "base/str.h"
#include "base/view.h"
#include "object/elfconst.h"
#include "package/audit.h"

/* Names that no loader is given: their first bytes need not be unpacked. */
static bool is_text_name(const char *name)
{
	static const char *const ends[] = { ".py", ".pyi", ".pyc", ".h", ".hpp", ".txt", ".json", ".md" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (str_ends(name, ends[i]))
			return true;
	return false;
}

static uint16_t half(const unsigned char *p, bool big_endian)
{
	return (uint16_t)(big_endian ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

/* What is loaded or started: no objects for a linker, no dumps, no code for a graphics processor. */
static enum native native_elf(const unsigned char *head, size_t n)
{
	uint16_t type, machine;

	if (n < 20)
		return NATIVE_ELF;
	type = half(head + 16, head[EI_DATA] == ELFDATA2MSB);
	machine = half(head + 18, head[EI_DATA] == ELFDATA2MSB);
	if (type == ET_REL || type == ET_CORE || machine == EM_CUDA || machine == EM_AMDGPU ||
	    machine == EM_BPF)
		return NATIVE_NONE;
	return NATIVE_ELF;
}

static enum native native_by_head(const unsigned char *head, size_t n)
{
	uint32_t magic = n >= 4 ? load32(head, false) : 0;

	if (n >= SELFMAG && memcmp(head, ELFMAG, SELFMAG) == 0)
		return native_elf(head, n);
	if (n >= 2 && memcmp(head, "MZ", 2) == 0)
		return NATIVE_PE;
	if (magic == 0xfeedface || magic == 0xfeedfacf || magic == 0xcefaedfe || magic == 0xcffaedfe)
		return NATIVE_MACHO;
	/* A Java class begins as a fat file does, and goes on with its version, which is larger. */
	if (n >= 8 && memcmp(head, "\312\376\272\276\0\0\0", 7) == 0 && head[7] < 30)
		return NATIVE_MACHO;
	return NATIVE_NONE;
}

static enum native native_by_name(const char *name)
{
	if (str_ends(name, ".dylib"))
		return NATIVE_MACHO;
	if (str_ends(name, ".pyd") || str_ends(name, ".dll"))
		return NATIVE_PE;
	return audit_is_native_name(name) ? NATIVE_ELF : NATIVE_NONE;
}

enum native native_of(const struct pack_file *f)
{
	unsigned char head[CONTAINER_HEAD];
	enum native by_name = native_by_name(f->name), by_head;
	size_t n;

	if (f->refused != NULL || (by_name == NATIVE_NONE && is_text_name(f->name)))
		return by_name;
	n = container_head(f->from, f->member, head);
	by_head = native_by_head(head, n);
	if (by_head == NATIVE_NONE && (n < SELFMAG || memcmp(head, ELFMAG, SELFMAG) != 0))
		return by_name;
	return by_head;
}

uint16_t native_machine(const struct pack_file *f, bool *is64)
{
	unsigned char head[CONTAINER_HEAD];
	size_t n = container_head(f->from, f->member, head);

	if (n < 20 || memcmp(head, ELFMAG, SELFMAG) != 0)
		return 0;
	*is64 = head[EI_CLASS] == ELFCLASS64;
	return half(head + 18, head[EI_DATA] == ELFDATA2MSB);
}
