/* windows_map.c - may a file be mapped as an image of this process?
 *
 * Where Windows decides: NtCreateSection with SEC_IMAGE, then the loader's check of the machine. Statuses by
 * experiment with wine, and its tests of kernel32 (loader.c) for real Windows.
 */
#include <errno.h>

#include "loader/windows.h"

static uint32_t status_of_errno(int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
	case ELOOP: return WIN_DLL_NOT_FOUND;
	case ENAMETOOLONG: return WIN_NAME_TOO_LONG;
	default: return WIN_ACCESS_DENIED;
	}
}

static uint32_t status_of_defect(enum pe_defect defect)
{
	switch (defect) {
	case PE_OK: return WIN_OK;
	case PE_SHORT:
	case PE_CUT: return WIN_INVALID_FILE_FOR_SECTION;
	case PE_NO_MZ: return WIN_INVALID_IMAGE_NOT_MZ;
	case PE_NO_SIGNATURE: return WIN_INVALID_IMAGE_PROTECT;
	case PE_WIN16: return WIN_INVALID_IMAGE_WIN_16;
	case PE_BAD_OPTIONAL: break;
	}
	return WIN_INVALID_IMAGE_FORMAT;
}

static uint32_t status_of_other(const struct store_file *f)
{
	struct pe headers;

	if (f->st.type == OS_DIRECTORY)
		return WIN_FILE_IS_A_DIRECTORY;
	if (f->st.type != OS_REGULAR)
		return WIN_ACCESS_DENIED;
	pe_open(f->bytes, &headers);
	return status_of_defect(headers.defect);
}

/* On Windows 11 for ARM, programs for x64 also take hybrid files. */
static bool fits(const struct process *p, const struct pe *e)
{
	uint16_t machine = p->w->windows->machine;

	if (e->machine == machine)
		return machine != PE_AMD64 || !e->chpe;
	return e->il_only && e->machine == PE_I386;
}

uint32_t win_map(const struct process *p, const struct store_entry *en, bool *other)
{
	const struct store_file *f = en->file;

	*other = false;
	if (en->err != 0)
		return status_of_errno(en->err);
	if (f->kind != FILE_PE)
		return status_of_other(f);
	if (f->pe.defect != PE_OK)
		return status_of_defect(f->pe.defect);
	*other = !fits(p, &f->pe);
	return *other ? WIN_INVALID_IMAGE_FORMAT : WIN_OK;
}
