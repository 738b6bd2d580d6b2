/* elf_edit_tool.c - edits of an ELF file from the command line, for tests and figures.
 *
 *   elf-edit-tool IN OUT EDIT...
 *
 * EDIT: runpath=TEXT rpath=TEXT no-paths need=NAME no-need=NAME need:OLD=NEW soname=NAME no-soname interp=PATH
 * stack=exec stack=clear. OUT is written beside itself and renamed; it may be IN. "-": IN is changed in place. Exit status: 0 edited (or so
 * already, then OUT is a plain copy), 1 refused (the reason on the standard output), 2 wrong usage or an error
 * of the system.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "base/os_write.h"
#include "repair/elf_edit.h"

#define EDITS_MAX 64

static int die(const char *what)
{
	fprintf(stderr, "elf-edit-tool: %s: %s\n", what, strerror(errno));
	return 2;
}

/* "key=VALUE" with that key: the value, else NULL. */
static const char *value_of(const char *arg, const char *key)
{
	size_t n = strlen(key);

	return strncmp(arg, key, n) == 0 && arg[n] == '=' ? arg + n + 1 : NULL;
}

static bool parse_replace(char *arg, struct elf_edit *out)
{
	char *to = strchr(arg, '=');

	if (strncmp(arg, "need:", 5) != 0 || to == NULL)
		return false;
	*to = '\0';
	*out = (struct elf_edit){ ELF_REPLACE_NEEDED, arg + 5, to + 1 };
	return true;
}

static bool parse(char *arg, struct elf_edit *out)
{
	static const struct {
		const char *key;
		enum elf_edit_kind kind;
	} keys[] = {
		{ "runpath", ELF_SET_RUNPATH }, { "rpath", ELF_SET_RPATH }, { "need", ELF_ADD_NEEDED },
		{ "soname", ELF_SET_SONAME }, { "interp", ELF_SET_INTERPRETER },
	}, words[] = {
		{ "no-paths", ELF_REMOVE_PATHS }, { "no-soname", ELF_REMOVE_SONAME },
		{ "stack=exec", ELF_SET_EXEC_STACK }, { "stack=clear", ELF_CLEAR_EXEC_STACK },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(arg, words[i].key) == 0) {
			*out = (struct elf_edit){ words[i].kind, NULL, NULL };
			return true;
		}
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (value_of(arg, keys[i].key) != NULL) {
			*out = (struct elf_edit){ keys[i].kind, NULL, value_of(arg, keys[i].key) };
			return true;
		}
	if (value_of(arg, "no-need") != NULL) {
		*out = (struct elf_edit){ ELF_REMOVE_NEEDED, value_of(arg, "no-need"), NULL };
		return true;
	}
	return parse_replace(arg, out);
}

static bool write_patches(int fd, const struct elf_edited *x)
{
	if (ftruncate(fd, (off_t)x->size) != 0)
		return false;
	for (size_t i = 0; i < x->npatches; i++) {
		const struct patch *p = &x->patches[i];

		for (size_t done = 0; done < p->bytes.n;) {
			ssize_t k = pwrite(fd, p->bytes.p + done, p->bytes.n - done, (off_t)(p->offset + done));

			if (k <= 0)
				return false;
			done += (size_t)k;
		}
	}
	return true;
}

static int write_out(int in, uint64_t n, const char *out, const struct elf_edited *x)
{
	char temporary[4096];
	struct stat st;
	int fd;

	snprintf(temporary, sizeof(temporary), "%s.new", out);
	fd = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	if (fd < 0)
		return die(temporary);
	errno = os_copy(in, fd, n);
	if (errno != 0 || !write_patches(fd, x) || fstat(in, &st) != 0 || fchmod(fd, st.st_mode) != 0 ||
	    close(fd) != 0 || rename(temporary, out) != 0) {
		unlink(temporary);
		return die(temporary);
	}
	return 0;
}

/* As patchelf does it: of no good to who has the file open, or if it ends half way. */
static int write_in_place(const char *path, const struct elf_edited *x)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || !write_patches(fd, x) || close(fd) != 0)
		return die(path);
	return 0;
}

int main(int argc, char **argv)
{
	struct elf_edit edits[EDITS_MAX];
	size_t n = argc > 3 ? (size_t)argc - 3 : 0;
	struct arena *a = arena_new(0);
	struct os_mapping m;
	struct elf_edited x;
	struct os_stat st;
	int fd, status;

	if (n == 0 || n > EDITS_MAX || a == NULL)
		return die("usage: elf-edit-tool IN OUT EDIT...");
	for (size_t i = 0; i < n; i++)
		if (!parse(argv[3 + i], &edits[i]))
			return die(argv[3 + i]);
	errno = os_open(argv[1], &fd);
	if (errno != 0 || os_fstat(fd, &st) != 0 || os_map(fd, st.size, &m) != 0)
		return die(argv[1]);
	elf_edit(m.bytes, edits, n, a, &x);
	if (x.refused != NULL) {
		printf("%s\n", x.refused);
		status = 1;
	} else if (strcmp(argv[2], "-") == 0) {
		status = write_in_place(argv[1], &x);
	} else {
		status = write_out(fd, st.size, argv[2], &x);
	}
	os_unmap(&m);
	os_close(fd);
	arena_free(a);
	return status;
}
