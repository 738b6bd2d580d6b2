/* replay.c - feeds files to a fuzz target without a fuzzer, with any compiler.
 *
 * Arguments are files and folders; of a folder all regular files in it, at any depth. Prints how
 * many inputs were run; a target that finds a fault ends the program itself. Status 1 if something
 * could not be read, or there was no input at all.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_FOLDERS 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t ninputs;
static int status;

static void complain(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	status = 1;
}

/* The exact size in memory of its own, so that the address sanitizer sees a read behind the end. */
static void replay_file(const char *path, size_t size)
{
	uint8_t *bytes = malloc(size > 0 ? size : 1);
	FILE *f = fopen(path, "rb");

	if (f == NULL || bytes == NULL || fread(bytes, 1, size, f) != size) {
		complain(path);
	} else {
		LLVMFuzzerTestOneInput(bytes, size);
		ninputs++;
	}
	if (f != NULL)
		fclose(f);
	free(bytes);
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)where;
	if (type == FTW_F && S_ISREG(st->st_mode))
		replay_file(path, (size_t)st->st_size);
	else if (type == FTW_NS || type == FTW_DNR)
		complain(path);
	return 0;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (nftw(argv[i], visit, OPEN_FOLDERS, FTW_PHYS) != 0)
			complain(argv[i]);
	printf("%zu inputs\n", ninputs);
	if (ninputs == 0)
		status = 1;
	return status;
}
