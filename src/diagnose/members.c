/* members.c - see members.h. */
#include "diagnose/members.h"

#include <string.h>

static bool in_default_folder(const struct diag *d, const char *path)
{
	for (size_t i = 0; i < d->w->install.ndirs; i++)
		if (starts_with(path, d->w->install.dirs[i]))
			return true;
	return false;
}

bool is_member(const struct diag *d, const struct image *im)
{
	const char *path = image_path(d, im);

	if (im->file == NULL || im->file->kind != FILE_ELF || path == NULL)
		return false;
	if (im == d->in->root)
		return true;
	if (im->kind != IMAGE_LIBRARY || (im->is_host && !d->in->is_program))
		return false;
	return !in_default_folder(d, path);
}
