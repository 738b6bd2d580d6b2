/* winload.c - asks the loader of Windows (or of wine): opens each DLL in a process of its own, or starts a program.
 *
 *     winload LIST           for each line "NAME FLAGS PATH|FOLDER": with PATH=FOLDER, a process that opens PATH;
 *                            prints "NAME ERROR"; behind FOLDER may stand "|OPTION" several times
 *     winload -o FLAGS PATH [OPTION]...
 *                            such a process: its exit status is the error of LoadLibraryEx
 *
 * An OPTION is done before that: cd=DIR, add=DIR (AddDllDirectory), set=DIR (SetDllDirectory), def=FLAGS
 * (SetDefaultDllDirectories), pre=FILE (opened with flags 8); or after it: tell=NAME writes where the module lies.
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

static wchar_t *widen(const char *text)
{
	static wchar_t wide[4096];

	MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, 4096);
	return wide;
}

static void prepare(const char *option)
{
	const char *value = strchr(option, '=') + 1;

	if (strncmp(option, "cd=", 3) == 0)
		SetCurrentDirectoryW(widen(value));
	else if (strncmp(option, "add=", 4) == 0)
		AddDllDirectory(widen(value));
	else if (strncmp(option, "set=", 4) == 0)
		SetDllDirectoryW(widen(value));
	else if (strncmp(option, "def=", 4) == 0)
		SetDefaultDllDirectories(strtoul(value, NULL, 16));
	else if (strncmp(option, "pre=", 4) == 0)
		LoadLibraryExW(widen(value), NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
}

static void tell(const char *name)
{
	char path[2048] = "";
	HMODULE module = GetModuleHandleA(name);

	if (module != NULL)
		GetModuleFileNameA(module, path, sizeof(path));
	fprintf(stderr, "@tell %s\n", path);
	fflush(stderr);
}

static int open_one(int argc, char **argv)
{
	HMODULE module;
	int error;

	for (int i = 4; i < argc; i++)
		prepare(argv[i]);
	SetLastError(0);
	module = LoadLibraryExW(widen(argv[3]), NULL, strtoul(argv[2], NULL, 16));
	error = module != NULL ? 0 : (int)GetLastError();
	for (int i = 4; i < argc; i++)
		if (strncmp(argv[i], "tell=", 5) == 0)
			tell(argv[i] + 5);
	return error;
}

/* "cd=a|add=b" as arguments. */
static void add_options(char *line, size_t size, char *options)
{
	for (char *one = strtok(options, "|"); one != NULL; one = strtok(NULL, "|")) {
		size_t used = strlen(line);

		snprintf(line + used, size - used, " \"%s\"", one);
	}
}

int main(int argc, char **argv)
{
	char name[256], flags[1024], path[4096], line[8192];
	wchar_t wide[8192];
	FILE *list;

	SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX | SEM_NOGPFAULTERRORBOX);
	if (argc >= 4)
		return open_one(argc, argv);
	list = argc == 2 ? fopen(argv[1], "r") : NULL;
	while (list != NULL && fgets(line, sizeof(line), list) != NULL) {
		char *at, *options;

		if (sscanf(line, "%255s %1023s %4095[^\r\n]", name, flags, path) != 3)
			continue;
		at = strchr(path, '|');
		if (at == NULL)
			continue;
		*at++ = '\0';
		options = strchr(at, '|');
		if (options != NULL)
			*options++ = '\0';
		SetEnvironmentVariableA("PATH", at);
		at = strchr(flags, '@');
		if (strcmp(flags, "start") == 0)
			snprintf(line, sizeof(line), "\"%s\"", path);
		else if (at != NULL)
			snprintf(line, sizeof(line), "\"%s\" -o %.*s \"%s\"", at + 1, (int)(at - flags), flags, path);
		else
			snprintf(line, sizeof(line), "\"%s\" -o %s \"%s\"", argv[0], flags, path);
		if (options != NULL)
			add_options(line, sizeof(line), options);
		MultiByteToWideChar(CP_UTF8, 0, line, -1, wide, 8192);
		fprintf(stderr, "@@ %s\n", name);
		fflush(stderr);
		printf("%s %lu\n", name, run(wide));
		fflush(stdout);
	}
	return list == NULL;
}
