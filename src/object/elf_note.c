/* elf_note.c - notes: build ID, ABI tag, GNU properties, dlopen metadata.
 *
 *    0   4    namesz
 *    4   4    descsz
 *    8   4    type
 *   12        name, padded; desc, padded: to 8 bytes if p_align is 8, else to 4
 *
 * A GNU property note holds properties {u32 type, u32 size, data padded to the word of the class},
 * in rising order of type. glibc drops the whole note if one of them is malformed.
 */
#include "object/elf_priv.h"
#include "object/elfconst.h"

#define NT_FDO_DLOPEN 0x407c0c0aU
#define NOTE_HEADER 12

struct note {
	uint32_t type;
	struct view name, desc;
};

/* Takes the first note off *rest; false if there is no whole one. */
static bool next_note(const struct elf *e, struct view *rest, uint64_t align, struct note *out)
{
	uint64_t namesz, descsz, desc, end;

	if (rest->p == NULL || rest->n < NOTE_HEADER)
		return false;
	namesz = load32(rest->p, e->swap);
	descsz = load32(rest->p + 4, e->swap);
	out->type = load32(rest->p + 8, e->swap);
	desc = elf_align_up(NOTE_HEADER + namesz, align);
	if (!view_sub(*rest, NOTE_HEADER, namesz, &out->name) ||
	    !view_sub(*rest, desc, descsz, &out->desc))
		return false;
	end = elf_align_up(desc + descsz, align);
	if (!view_sub(*rest, end, rest->n - (end < rest->n ? end : rest->n), rest))
		*rest = (struct view){ NULL, 0 };
	return true;
}

static bool owned_by(const struct note *n, const char *owner)
{
	return n->name.n == strlen(owner) + 1 && memcmp(n->name.p, owner, n->name.n) == 0;
}

/* ---- GNU properties ----------------------------------------------------------------------- */

/* One property; false if it makes the note invalid. */
static bool take_property(const struct elf *e, uint32_t type, struct view data,
			  struct elf_notes *out)
{
	uint32_t value;

	switch (type) {
	case GNU_PROPERTY_1_NEEDED:
	case GNU_PROPERTY_X86_FEATURE_1_AND_:
	case GNU_PROPERTY_X86_ISA_1_NEEDED_:
	case GNU_PROPERTY_X86_ISA_1_USED_:
		break;
	default:
		return true;
	}
	if (data.n != 4)
		return false;
	value = load32(data.p, e->swap);
	if (type == GNU_PROPERTY_1_NEEDED) {
		out->has_1_needed = true;
		out->needed_1 = value;
	} else if (type == GNU_PROPERTY_X86_FEATURE_1_AND_) {
		out->has_x86_feature = true;
		out->x86_feature_and = value;
	} else if (type == GNU_PROPERTY_X86_ISA_1_NEEDED_) {
		out->has_x86_needed = true;
		out->x86_isa_needed = value;
	} else {
		out->has_x86_used = true;
		out->x86_isa_used = value;
	}
	return true;
}

static bool is_x86(const struct elf *e)
{
	return e->machine == EM_X86_64 || e->machine == EM_386;
}

static bool take_properties(const struct elf *e, struct view desc, struct elf_notes *out)
{
	uint64_t word = e->is64 ? 8 : 4;
	uint32_t last = 0;

	if (desc.n < 8 || desc.n % word != 0)
		return false;
	while (desc.n >= 8) {
		uint32_t type = load32(desc.p, e->swap);
		uint32_t size = load32(desc.p + 4, e->swap);
		uint64_t end = 8 + elf_align_up(size, word);
		struct view data;

		if (type < last || !view_sub(desc, 8, size, &data))
			return false;
		/* Property numbers are the processor's own but for those of GNU. */
		if ((is_x86(e) || type == GNU_PROPERTY_1_NEEDED) &&
		    !take_property(e, type, data, out))
			return false;
		last = type;
		if (!view_sub(desc, end, desc.n - (end < desc.n ? end : desc.n), &desc))
			break;
	}
	return true;
}

/* glibc wants these notes aligned to the word of the class and takes one only. */
static bool scan_properties(const struct elf *e, const struct elf_phdr *ph, struct elf_notes *out)
{
	struct view rest;
	struct note n;

	if (ph->align != (e->is64 ? 8 : 4) ||
	    !view_sub(e->file, ph->offset, ph->filesz, &rest))
		return false;
	while (next_note(e, &rest, ph->align, &n)) {
		struct elf_notes with = *out;

		if (n.type != NT_GNU_PROPERTY_TYPE_0 || !owned_by(&n, "GNU"))
			continue;
		if (take_properties(e, n.desc, &with))
			*out = with;
		return true;
	}
	return false;
}

/* From the last header to the first, so that PT_GNU_PROPERTY, which linkers put behind, is used
 * before a PT_NOTE that covers the same note. */
static void find_properties(const struct elf *e, struct elf_notes *out)
{
	for (uint32_t type = PT_GNU_PROPERTY;; type = PT_NOTE) {
		for (size_t i = e->phnum; i > 0; i--)
			if (e->phdrs[i - 1].type == type &&
			    scan_properties(e, &e->phdrs[i - 1], out))
				return;
		if (type == PT_NOTE)
			return;
	}
}

/* ---- other notes -------------------------------------------------------------------------- */

static void take_abi_tag(const struct elf *e, struct view desc, struct elf_notes *out)
{
	if (desc.n < 16 || out->has_abi_tag)
		return;
	out->has_abi_tag = true;
	out->abi_os = load32(desc.p, e->swap);
	out->abi_major = load32(desc.p + 4, e->swap);
	out->abi_minor = load32(desc.p + 8, e->swap);
	out->abi_patch = load32(desc.p + 12, e->swap);
}

static void take_dlopen(struct view desc, struct elf_notes *out)
{
	if (out->ndlopen == sizeof(out->dlopen_json) / sizeof(*out->dlopen_json))
		return;
	while (desc.n > 0 && desc.p[desc.n - 1] == 0)
		desc.n--;
	out->dlopen_json[out->ndlopen++] = desc;
}

static void take_note(const struct elf *e, const struct note *n, struct elf_notes *out)
{
	if (n->type == NT_FDO_DLOPEN && owned_by(n, "FDO"))
		take_dlopen(n->desc, out);
	else if (!owned_by(n, "GNU"))
		return;
	else if (n->type == NT_GNU_ABI_TAG)
		take_abi_tag(e, n->desc, out);
	else if (n->type == NT_GNU_BUILD_ID && out->build_id.n == 0)
		out->build_id = n->desc;
}

void elf_notes(const struct elf *e, struct elf_notes *out)
{
	memset(out, 0, sizeof(*out));
	if (e->phdrs == NULL)
		return;
	for (size_t i = 0; i < e->phnum; i++) {
		const struct elf_phdr *ph = &e->phdrs[i];
		struct view rest;
		struct note n;

		if (ph->type != PT_NOTE || !view_sub(e->file, ph->offset, ph->filesz, &rest))
			continue;
		while (next_note(e, &rest, ph->align == 8 ? 8 : 4, &n))
			take_note(e, &n, out);
	}
	find_properties(e, out);
}
