/* package.c - what the readers of package databases share. */
#include "package/package.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/os.h"

enum { FILES_MAX = 4 << 20 }; /* of one package */

const char *package_kind_id(enum package_kind k)
{
	static const char *const ids[] = { "pip", "conda", "dpkg", "apk" };

	return (size_t)k < sizeof(ids) / sizeof(*ids) ? ids[k] : "";
}

struct package *package_add(struct package_set *set, enum package_kind kind)
{
	struct package *p = ARENA_NEW(set->a, struct package);

	p->kind = kind;
	p->name = p->version = "";
	p->root = "/";
	*ARENA_PUSH(set->a, &set->packages) = p;
	return p;
}

struct package_file *package_add_file(struct package_set *set, struct package *p, const char *path)
{
	struct package_file *f;

	if (p->files.n >= FILES_MAX) {
		p->bad_record = true;
		return ARENA_NEW(set->a, struct package_file); /* nobody looks at it */
	}
	f = ARENA_PUSH(set->a, &p->files);
	f->path = path;
	return f;
}

int package_read_file(struct package_set *set, const char *path, size_t max, struct view *out)
{
	struct source *source = store_source(set->store);
	struct source_file f;
	struct os_stat st;
	unsigned char *p;
	size_t n;
	int err = source_stat(source, path, true, &st);

	*out = (struct view){ (const unsigned char *)"", 0 };
	if (err == 0 && (st.type != OS_REGULAR || st.size > max))
		err = st.type != OS_REGULAR ? EINVAL : EFBIG;
	if (err != 0)
		return err;
	/* Nothing is allocated in the arena while the file is open. */
	p = arena_alloc(set->a, (size_t)st.size + 1);
	err = source_open(source, path, &f);
	if (err != 0)
		return err;
	n = f.map.bytes.n < st.size ? f.map.bytes.n : (size_t)st.size;
	if (n > 0)
		memcpy(p, f.map.bytes.p, n);
	source_close(&f);
	*out = (struct view){ p, n };
	return 0;
}

bool package_has_file(struct package_set *set, const char *path)
{
	struct os_stat st;

	return source_stat(store_source(set->store), path, true, &st) == 0 && st.type == OS_REGULAR;
}

bool package_mentions(struct package_set *set, const char *path, const struct package_paths *names)
{
	struct source_file f;
	bool found = false;

	if (source_open(store_source(set->store), path, &f) != 0)
		return false;
	for (size_t i = 0; i < names->n && !found && f.map.bytes.n > 0; i++) {
		const char *slash = strrchr(names->items[i], '/');
		const char *name = slash != NULL ? slash + 1 : names->items[i];

		found = memmem(f.map.bytes.p, f.map.bytes.n, name, strlen(name)) != NULL;
	}
	source_close(&f);
	return found;
}

/* Takes the last component off out[0, n). */
static size_t one_up(const char *out, size_t n)
{
	while (n > 0 && out[n - 1] != '/')
		n--;
	return n > 0 ? n - 1 : 0;
}

const char *package_path(struct arena *a, const char *dir, const char *name)
{
	size_t n = name[0] == '/' ? 0 : strlen(dir);
	char *out = arena_alloc(a, n + strlen(name) + 2);

	while (n > 0 && dir[n - 1] == '/')
		n--;
	memcpy(out, dir, n);
	for (const char *p = name; *p != '\0';) {
		size_t part = strcspn(p, "/");

		if (part == 2 && p[0] == '.' && p[1] == '.') {
			n = one_up(out, n);
		} else if (part > 0 && !(part == 1 && p[0] == '.')) {
			out[n++] = '/';
			memcpy(out + n, p, part);
			n += part;
		}
		p += part + (p[part] == '/');
	}
	if (n == 0)
		out[n++] = '/';
	out[n] = '\0';
	return out;
}

bool package_line(struct view *rest, struct view *line)
{
	const unsigned char *end;

	if (rest->n == 0)
		return false;
	end = memchr(rest->p, '\n', rest->n);
	line->p = rest->p;
	line->n = end != NULL ? (size_t)(end - rest->p) : rest->n;
	rest->p += line->n + (end != NULL);
	rest->n -= line->n + (end != NULL);
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

/* The value behind "KEY:" in a line; NULL if it is another line. */
static const char *value_of(struct arena *a, struct view line, const char *key)
{
	size_t n = strlen(key);
	const char *p = (const char *)line.p;

	if (line.n <= n || p[n] != ':' || strncasecmp(p, key, n) != 0)
		return NULL;
	p += n + 1;
	n = line.n - n - 1;
	while (n > 0 && (*p == ' ' || *p == '\t')) {
		p++;
		n--;
	}
	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	return arena_strndup(a, p, n);
}

const char *package_header(struct arena *a, struct view text, const char *key)
{
	struct view line;

	while (package_line(&text, &line) && line.n > 0) {
		const char *value = value_of(a, line, key);

		if (value != NULL)
			return value;
	}
	return NULL;
}

static char plain_letter(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c + 'a' - 'A');
	return c == '_' || c == '.' ? '-' : c;
}

bool package_same_project(const char *a, const char *b)
{
	while (*a != '\0' && *b != '\0') {
		char x = plain_letter(*a), y = plain_letter(*b);

		if (x != y)
			return false;
		/* Runs of joints are one joint. */
		do
			a++;
		while (x == '-' && plain_letter(*a) == '-');
		do
			b++;
		while (y == '-' && plain_letter(*b) == '-');
	}
	return *a == *b;
}

static bool is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

static bool has_below(const struct package *p, const char *dir)
{
	if (is_below(p->record, dir))
		return true;
	for (size_t i = 0; i < p->files.n; i++)
		if (is_below(p->files.items[i].path, dir))
			return true;
	return false;
}

void package_set_narrow(struct package_set *set, const char *dir)
{
	size_t n = 0;

	for (size_t i = 0; i < set->packages.n; i++)
		if (has_below(set->packages.items[i], dir))
			set->packages.items[n++] = set->packages.items[i];
	set->packages.n = n;
}
