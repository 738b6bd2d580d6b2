/* ldconf.c - /etc/ld.so.conf: the folders that ldconfig reads.
 *
 * Source: glibc elf/ldconfig.c (parse_conf, parse_conf_include, add_dir_1). The loader itself never
 * reads this file; it explains why a folder is in the cache or will be after the next ldconfig.
 *
 * A pattern is expanded as glob(3) does without flags, in byte order of the names.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "machine/machine.h"

enum { MAX_DIRS = 4096, MAX_FILES = 1024, MAX_LEVELS = 16, MAX_LISTS = 4096 };
#define MAX_FILE_SIZE ((uint64_t)1 << 20)
#define MAX_NAMES ((size_t)4 << 20) /* bytes of names from one folder */
#define MAX_WORK ((size_t)1 << 28)  /* characters of patterns times those of names */

struct dir_id {
	uint64_t dev, ino;
};

struct conf {
	struct source *s;
	struct arena *a;
	struct {
		const char **items;
		size_t n, cap;
	} dirs;
	struct {
		struct dir_id *items;
		size_t n, cap;
	} ids;
	const char *open[MAX_LEVELS]; /* the files being read, outermost first */
	int level;
	int files, lists; /* read so far, against endless inclusion */
	size_t work;      /* done so far, against patterns that are made to take long */
};

static void read_file(struct conf *c, const char *path);

/* isspace and isblank of the C locale, whatever the process has set. */
static bool is_space(char ch)
{
	return ch == ' ' || (ch >= '\t' && ch <= '\r');
}

static bool is_blank(char ch)
{
	return ch == ' ' || ch == '\t';
}

/* ---- folders ------------------------------------------------------------------------------ */

static bool is_known(const struct conf *c, const struct os_stat *st)
{
	for (size_t i = 0; i < c->ids.n; i++) {
		if (c->ids.items[i].dev == st->dev && c->ids.items[i].ino == st->ino)
			return true;
	}
	return false;
}

/* A line that names a folder; "=TYPE" is of no more use. */
static void add_dir(struct conf *c, const char *line)
{
	size_t n = strcspn(line, "=");
	struct os_stat st;
	const char *path;

	while (n > 0 && is_space(line[n - 1]))
		n--;
	while (n > 0 && line[n - 1] == '/')
		n--;
	if (n == 0 || c->dirs.n >= MAX_DIRS)
		return;
	path = arena_strndup(c->a, line, n);
	if (source_stat(c->s, path, true, &st) != 0 || st.type != OS_DIRECTORY || is_known(c, &st))
		return;
	*ARENA_PUSH(c->a, &c->dirs) = path;
	*ARENA_PUSH(c->a, &c->ids) = (struct dir_id){ st.dev, st.ino };
}

/* ---- patterns ----------------------------------------------------------------------------- */

/* The end of the class at p ("[:alpha:]"), NULL if there is none. */
static const char *class_end(const char *p)
{
	const char *end;

	if (p[0] != '[' || p[1] != ':')
		return NULL;
	end = memmem(p + 2, strnlen(p + 2, 8), ":]", 2); /* no class has a longer name */
	return end == NULL ? NULL : end + 2;
}

/* Is ch in the class that stands from p to `end`? */
static bool class_has(const char *p, const char *end, unsigned char ch)
{
	static const struct {
		const char *name;
		int (*has)(int);
	} classes[] = {
		{ "[:alnum:]", isalnum }, { "[:alpha:]", isalpha }, { "[:blank:]", isblank },
		{ "[:cntrl:]", iscntrl }, { "[:digit:]", isdigit }, { "[:graph:]", isgraph },
		{ "[:lower:]", islower }, { "[:print:]", isprint }, { "[:punct:]", ispunct },
		{ "[:space:]", isspace }, { "[:upper:]", isupper }, { "[:xdigit:]", isxdigit },
	};
	size_t n = (size_t)(end - p);

	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		if (strlen(classes[i].name) == n && memcmp(classes[i].name, p, n) == 0)
			return ch < 0x80 && classes[i].has(ch) != 0;
	}
	return false;
}

/* The end of the bracket expression at p ("[a-z]"), NULL if it is not closed. */
static const char *bracket_end(const char *p)
{
	p++;
	if (*p == '!' || *p == '^')
		p++;
	if (*p == ']')
		p++;
	while (*p != '\0' && *p != ']') {
		const char *end = class_end(p);

		if (end != NULL)
			p = end;
		else
			p += *p == '\\' && p[1] != '\0' ? 2 : 1;
	}
	return *p == ']' ? p : NULL;
}

/* One character of a bracket expression, past a backslash. */
static unsigned char bracket_char(const char **p)
{
	unsigned char ch;

	if (**p == '\\')
		++*p;
	ch = (unsigned char)**p;
	++*p;
	return ch;
}

static bool bracket_has(const char *p, const char *end, unsigned char ch)
{
	bool negated, found = false;

	p++;
	negated = *p == '!' || *p == '^';
	p += negated ? 1 : 0;
	while (p < end) {
		const char *after = class_end(p);
		unsigned char low, high;

		if (after != NULL) {
			found = found || class_has(p, after, ch);
			p = after;
			continue;
		}
		low = high = bracket_char(&p);
		if (p < end && *p == '-' && p + 1 < end) {
			p++;
			high = bracket_char(&p);
		}
		found = found || (low <= ch && ch <= high);
	}
	return found != negated;
}

/* Does the pattern's element at *p take ch? Then *p is moved behind it. Not for '*'. */
static bool takes(const char **p, char ch)
{
	const char *end = **p == '[' ? bracket_end(*p) : NULL;

	if (end != NULL) {
		if (!bracket_has(*p, end, (unsigned char)ch))
			return false;
		*p = end + 1;
		return true;
	}
	if (**p == '?') {
		++*p;
		return true;
	}
	if (**p == '\\' && (*p)[1] != '\0' && (*p)[1] == ch) {
		*p += 2;
		return true;
	}
	if (**p == '\0' || **p != ch || **p == '\\')
		return false;
	++*p;
	return true;
}

/* Only the last '*' is ever tried again: that is enough, and the time is a product, no power. */
static bool matches(const char *pattern, const char *name)
{
	const char *star = NULL, *retry = NULL;

	if (*name == '.' && *pattern != '.')
		return false;
	while (*name != '\0') {
		if (*pattern == '*') {
			star = ++pattern;
			retry = name;
		} else if (takes(&pattern, *name)) {
			name++;
		} else if (star != NULL) {
			pattern = star;
			name = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool has_magic(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strchr("*?[\\", s[i]) != NULL)
			return true;
	}
	return false;
}

struct listing {
	struct buf names; /* each with its NUL */
	const char *pattern;
	size_t *work;
};

static void take_name(const char *name, void *ctx)
{
	struct listing *l = ctx;

	/* What matches() costs at most. */
	*l->work += (strlen(l->pattern) + 1) * (strlen(name) + 1);
	if (*l->work <= MAX_WORK && matches(l->pattern, name))
		buf_add(&l->names, name, strlen(name) + 1);
}

struct copying {
	struct arena *a;
	const struct buf *from;
	char *to;
};

static void copy_names(void *ctx)
{
	struct copying *c = ctx;

	c->to = arena_alloc(c->a, c->from->n + 1);
	if (c->from->n > 0)
		memcpy(c->to, c->from->p, c->from->n);
}

/* The names in a folder that match, one NUL-ended string after the other, *n bytes in all. */
static const char *list_names(struct conf *c, const char *dir, const char *pattern, size_t *n)
{
	struct listing l = { .pattern = pattern, .work = &c->work };
	struct copying copy = { .a = c->a, .from = &l.names };
	enum arena_status status;

	buf_init(&l.names, MAX_NAMES);
	if (c->lists++ < MAX_LISTS)
		(void)source_list(c->s, dir, take_name, &l);
	status = arena_run(c->a, copy_names, &copy);
	*n = l.names.n;
	buf_free(&l.names);
	if (status != ARENA_OK)
		(void)arena_array(c->a, SIZE_MAX, 2); /* the same to whoever runs us */
	return copy.to;
}

/* The begin of the first element of a pattern that has magic; its end if none has. */
static size_t magic_element(const char *pattern)
{
	size_t i = 0;

	for (;;) {
		size_t n;

		i += strspn(pattern + i, "/");
		n = strcspn(pattern + i, "/");
		if (n == 0 || has_magic(pattern + i, n))
			return i;
		i += n;
	}
}

/* Reads the files that a pattern matches. `done` stands before it, without magic. */
static void expand(struct conf *c, const char *done, const char *pattern, int depth)
{
	size_t at = magic_element(pattern), n = strcspn(pattern + at, "/"), size = 0;
	const char *names, *element;

	if (pattern[at] == '\0') {
		read_file(c, arena_printf(c->a, "%s%s", done, pattern));
		return;
	}
	if (depth >= MAX_LEVELS)
		return;
	done = arena_printf(c->a, "%s%.*s", done, (int)at, pattern);
	element = arena_strndup(c->a, pattern + at, n);
	names = list_names(c, *done == '\0' ? "." : done, element, &size);
	for (size_t i = 0; i < size && c->files < MAX_FILES; i += strlen(names + i) + 1)
		expand(c, arena_printf(c->a, "%s%s", done, names + i), pattern + at + n, depth + 1);
}

/* `include` counts from the folder of the file that says it. */
static void include(struct conf *c, const char *from, const char *pattern)
{
	const char *slash = strrchr(from, '/');

	/* The kernel would refuse a longer one. */
	if (strlen(pattern) >= 4096)
		return;
	if (*pattern == '/' || slash == NULL)
		expand(c, "", pattern, 0);
	else
		expand(c, arena_printf(c->a, "%.*s/", (int)(slash - from), from), pattern, 0);
}

/* ---- files -------------------------------------------------------------------------------- */

static void include_all(struct conf *c, const char *from, char *patterns)
{
	char *p = patterns;

	while (*p != '\0') {
		size_t n = strcspn(p, " \t");
		bool last = p[n] == '\0';

		p[n] = '\0';
		if (n > 0)
			include(c, from, p);
		p += n + (last ? 0 : 1);
	}
}

static void read_line(struct conf *c, const char *from, char *line)
{
	line[strcspn(line, "#")] = '\0';
	while (is_space(*line))
		line++;
	if (*line == '\0')
		return;
	if (strncmp(line, "include", 7) == 0 && is_blank(line[7]))
		include_all(c, from, line + 8);
	else if (strncasecmp(line, "hwcap", 5) != 0 || !is_blank(line[5]))
		add_dir(c, line);
}

/* The text in the arena, NUL-ended; NULL if it cannot be read. The file is not held meanwhile, for
 * an arena that is full does not return here. */
static char *load_text(struct conf *c, const char *path, size_t *n)
{
	struct source_file f;
	struct os_stat st;
	char *text;

	if (source_stat(c->s, path, true, &st) != 0 || st.type != OS_REGULAR ||
	    st.size > MAX_FILE_SIZE)
		return NULL;
	text = arena_alloc(c->a, (size_t)st.size + 1);
	if (source_open(c->s, path, &f) != 0)
		return NULL;
	*n = f.map.bytes.n < st.size ? f.map.bytes.n : (size_t)st.size;
	if (*n > 0)
		memcpy(text, f.map.bytes.p, *n);
	source_close(&f);
	return text;
}

static bool is_open(const struct conf *c, const char *path)
{
	for (int i = 0; i < c->level; i++) {
		if (strcmp(c->open[i], path) == 0)
			return true;
	}
	return false;
}

static void read_file(struct conf *c, const char *path)
{
	size_t n = 0;
	char *text;

	if (c->level >= MAX_LEVELS || c->files >= MAX_FILES || is_open(c, path))
		return;
	c->files++;
	text = load_text(c, path, &n);
	if (text == NULL)
		return;
	c->open[c->level++] = path;
	for (size_t i = 0; i < n;) {
		char *end = memchr(text + i, '\n', n - i);
		size_t next = end == NULL ? n : (size_t)(end - text) + 1;

		if (end != NULL)
			*end = '\0';
		read_line(c, path, text + i);
		i = next;
	}
	c->level--;
}

void ldconf_read(struct source *s, const char *path, struct arena *a, const char *const **dirs,
		 size_t *n)
{
	struct conf c = { .s = s, .a = a };

	read_file(&c, path);
	*dirs = c.dirs.items;
	*n = c.dirs.n;
}
