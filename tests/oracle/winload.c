/* winload.c - asks the loader of Windows (or of wine): opens each DLL in a process of its own, or starts a program.
 *
 *     winload LIST           for each line "NAME FLAGS PATH|FOLDER": with PATH=FOLDER, a process that opens PATH;
 *                            prints "NAME ERROR"
 *     winload -o FLAGS PATH  such a process: its exit status is the error of LoadLibraryEx
 *
 * FLAGS are hexadecimal, with "@PROGRAM" behind them if another copy of this program opens it; or "start": PATH is
 * a program, and what is printed is the exit status of its process. */
#include <stdio.h>
#include <windows.h>

static DWORD run(wchar_t *line)
{
	STARTUPINFOW si = { .cb = sizeof(si) };
	PROCESS_INFORMATION pi;
	DWORD status = 0xffffffff;

	if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi))
		return GetLastError();
	WaitForSingleObject(pi.hProcess, 20000);
	GetExitCodeProcess(pi.hProcess, &status);
	return status;
}

static int open_one(const char *flags, const char *path)
{
	wchar_t wide[4096];

	MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, 4096);
	SetLastError(0);
	return LoadLibraryExW(wide, NULL, strtoul(flags, NULL, 16)) != NULL ? 0 : (int)GetLastError();
}

int main(int argc, char **argv)
{
	char name[256], flags[1024], path[2048], line[8192];
	wchar_t wide[8192];
	FILE *list;

	SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX | SEM_NOGPFAULTERRORBOX);
	if (argc == 4)
		return open_one(argv[2], argv[3]);
	list = argc == 2 ? fopen(argv[1], "r") : NULL;
	while (list != NULL && fgets(line, sizeof(line), list) != NULL) {
		char *at;

		if (sscanf(line, "%255s %1023s %2047[^\r\n]", name, flags, path) != 3)
			continue;
		at = strchr(path, '|');
		if (at == NULL)
			continue;
		*at = '\0';
		SetEnvironmentVariableA("PATH", at + 1);
		at = strchr(flags, '@');
		if (strcmp(flags, "start") == 0)
			snprintf(line, sizeof(line), "\"%s\"", path);
		else if (at != NULL)
			snprintf(line, sizeof(line), "\"%s\" -o %.*s \"%s\"", at + 1, (int)(at - flags), flags, path);
		else
			snprintf(line, sizeof(line), "\"%s\" -o %s \"%s\"", argv[0], flags, path);
		MultiByteToWideChar(CP_UTF8, 0, line, -1, wide, 8192);
		fprintf(stderr, "@@ %s\n", name);
		fflush(stderr);
		printf("%s %lu\n", name, run(wide));
		fflush(stdout);
	}
	return list == NULL;
}
