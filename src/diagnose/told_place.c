/* told_place.c - where a linker says that something stands: "main.o:src/main.c:12", "libx.a(y.o)". */
#include "diagnose/told_place.h"

#include <string.h>

#include "diagnose/common.h"

bool told_ends_with(const char *s, const char *suffix)
{
	size_t n = s != NULL ? strlen(s) : 0, m = strlen(suffix);

	return n >= m && strcmp(s + n - m, suffix) == 0;
}

/* gcc's cc1a2B3c.o, clang's main-1a2b3c.o, and what lies where compilers put things for a moment. */
static bool is_temporary(const char *file)
{
	static const char *const places[] = {
		"/tmp/", "$WORK", "/var/folders/", "/.cache/zig/", "/zig-cache/", "/go-build/",
		"\\Temp\\", "/T/",
	};
	const char *name = base_name(file);
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strstr(file, places[i]) != NULL)
			return strchr(name, '(') == NULL;
	return n == 10 && starts_with(name, "cc") && told_ends_with(name, ".o");
}

bool told_is_source(const char *s, size_t n)
{
	static const char *const ends[] = {
		".c", ".cc", ".cpp", ".cxx", ".c++", ".C", ".m", ".mm", ".f", ".f90", ".F90", ".f95",
		".s", ".S", ".h", ".hh", ".hpp", ".hxx", ".go", ".rs", ".cu", ".swift", ".pyx", ".inl",
		".tcc",
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (n > strlen(ends[i]) && strncmp(s + n - strlen(ends[i]), ends[i], strlen(ends[i])) == 0)
			return true;
	return false;
}

/* What stands behind it is its member: nvlink's "libx.a:y.o". */
static bool is_archive(const char *object)
{
	return told_ends_with(object, ".a") || told_ends_with(object, ".lib");
}

/* "main.o:src/main.c:12" -> its object and its source, as far as they are named. */
void told_split_place(struct arena *a, const char *place, const char **object, const char **source)
{
	*object = *source = NULL;
	while (*place != '\0') {
		/* The colon behind the letter of a drive is no end. */
		bool drive = place[1] == ':' && (place[2] == '\\' || place[2] == '/');
		size_t skip = drive ? 2 : 0;
		size_t n = skip + strcspn(place + skip, ":");

		if (told_is_source(place, n)) {
			*source = *source == NULL ? arena_strndup(a, place, n) : *source;
		} else if ((*object == NULL || is_archive(*object)) && strspn(place, "0123456789") < n) {
			*object = arena_strndup(a, place, n);
		}
		place += n + (place[n] == ':');
	}
}

/* "main.cgo2.c" is made of main.go. */
static const char *written_source(struct arena *a, const char *source)
{
	static const char *const made[] = { ".cgo2.c", ".cgo1.go" };

	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		if (told_ends_with(source, made[i]))
			return arena_printf(a, "%.*s.go", (int)(strlen(source) - strlen(made[i])), source);
	return source;
}

/* The name by which a person knows what was compiled to a place. */
const char *told_file_of_place(struct arena *a, const char *place)
{
	const char *object, *source;

	told_split_place(a, place, &object, &source);
	source = written_source(a, source);
	if (object != NULL && told_ends_with(object, ".rcgu.o"))
		return arena_printf(a, "%.*s.rs", (int)strcspn(base_name(object), "."), base_name(object));
	if (object != NULL && (source == NULL || !is_temporary(object)))
		return object;
	return source != NULL ? source : place;
}
