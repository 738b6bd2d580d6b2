/* program.c - which program is meant by --program? */
#include "verb/program.h"

#include <string.h>

enum { MAX_SCRIPTS = 5 };

static bool is_executable(struct dlwhy_session *s, const char *path)
{
	struct os_stat st;

	return source_stat(s->source, path, true, &st) == 0 && st.type == OS_REGULAR &&
	       (st.mode & 0111) != 0;
}

/* The first #! line in words, without blanks at its ends. NULL if it is none. */
static char *shebang(const struct store_file *f, struct arena *a)
{
	const char *text = (const char *)f->bytes.p;
	size_t n = f->bytes.n < 256 ? f->bytes.n : 256;
	const char *end;

	if (n < 3 || text[0] != '#' || text[1] != '!')
		return NULL;
	end = memchr(text, '\n', n);
	return arena_strndup(a, text + 2, (end != NULL ? (size_t)(end - text) : n) - 2);
}

/* A shell script hides which program it starts in the end. */
static bool is_wrapper(struct dlwhy_session *s, const char *path, struct arena *a)
{
	const struct store_entry *en = store_open(s->store, path);
	char *line = en != NULL && en->err == 0 ? shebang(en->file, a) : NULL;
	char *save = NULL, *word = line != NULL ? strtok_r(line, " \t", &save) : NULL;
	const char *slash = word != NULL ? strrchr(word, '/') : NULL;

	if (slash != NULL && strcmp(slash, "/env") == 0)
		word = strtok_r(NULL, " \t", &save);
	slash = word != NULL ? strrchr(word, '/') : NULL;
	if (slash != NULL)
		word = (char *)(uintptr_t)slash + 1;
	return word != NULL && (strcmp(word, "sh") == 0 || strcmp(word, "bash") == 0 ||
				strcmp(word, "dash") == 0);
}

/* As execvp does; an empty element is the working folder. A wrapper counts only if there is nothing
 * behind it. */
static const char *on_path(struct dlwhy_session *s, const char *name, struct arena *a)
{
	const char *list = session_env(s, "PATH"), *wrapper = NULL;

	if (list == NULL || s->opt.root != NULL)
		list = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	for (;;) {
		size_t n = strcspn(list, ":");
		const char *path = n > 0 ? arena_printf(a, "%.*s/%s", (int)n, list, name)
					 : arena_printf(a, "./%s", name);

		if (is_executable(s, path) && !is_wrapper(s, path, a))
			return path;
		if (wrapper == NULL && is_executable(s, path))
			wrapper = path;
		if (list[n] == '\0')
			return wrapper;
		list += n + 1;
	}
}

const char *program_named(struct dlwhy_session *s, const char *name, struct arena *a)
{
	struct os_stat st;
	const char *found;

	if (strchr(name, '/') != NULL)
		return name;
	if (source_stat(s->source, name, true, &st) == 0 && st.type == OS_REGULAR)
		return arena_printf(a, "./%s", name);
	found = on_path(s, name, a);
	return found != NULL ? found : name;
}

/* The program that env starts: its first word that is no option and sets no variable. */
static const char *word_of_env(char *line)
{
	char *save = NULL, *word = strtok_r(line, " \t", &save);
	const char *slash = word != NULL ? strrchr(word, '/') : NULL;

	if (slash == NULL || strcmp(slash, "/env") != 0)
		return NULL;
	do {
		word = strtok_r(NULL, " \t", &save);
	} while (word != NULL && (word[0] == '-' || strchr(word, '=') != NULL));
	return word;
}

const char *program_behind_env(struct dlwhy_session *s, const char *path, struct arena *a)
{
	for (int i = 0; i < MAX_SCRIPTS; i++) {
		const struct store_entry *en = store_open(s->store, path);
		char *line = en != NULL && en->err == 0 ? shebang(en->file, a) : NULL;
		const char *word = line != NULL ? word_of_env(line) : NULL;
		const char *next = NULL;

		if (word != NULL)
			next = strchr(word, '/') != NULL ? word : on_path(s, word, a);
		if (next == NULL)
			return path;
		path = next;
	}
	return path;
}
