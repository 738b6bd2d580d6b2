/* dpkg.c - packages of Debian and its children: /var/lib/dpkg/status, info/NAME.list and NAME.md5sums.
 *
 * Sources: deb-md5sums(5), dpkg(1) (path-exclude), dpkg's lib/dpkg/parse.c and db-fsys-divert.c. */
#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "package/package.h"

#define ADMIN "/var/lib/dpkg"

enum {
	STATUS_MAX = 256 << 20,
	LIST_MAX = 64 << 20,
	RULES_MAX = 10000 /* of diversions, and of path-exclude */
};

struct diversion {
	const char *to, *by; /* by: the package that has the name now; ":" the administrator */
};

struct rule {
	bool include;
	const char *pattern;
};

struct dpkg {
	struct package_set *set;
	struct arena *a;
	struct map *diversions; /* path -> struct diversion */
	struct {
		struct rule *items;
		size_t n, cap;
	} rules;
	struct map *hashes;  /* of one package: path without '/' -> MD5 in hexadecimal */
	const struct package_paths *only; /* only packages that list one of these; NULL: all */
	size_t shared;			  /* bytes that all of these begin with, up to the end of a folder */
};

/* ---- rules of this system -------------------------------------------------------------------------- */

static void read_diversions(struct dpkg *d)
{
	struct view rest, from, to, by;

	if (package_read_file(d->set, ADMIN "/diversions", LIST_MAX, &rest) != 0)
		return;
	while (d->diversions->n < RULES_MAX && package_line(&rest, &from) && package_line(&rest, &to) &&
	       package_line(&rest, &by)) {
		struct diversion *v = ARENA_NEW(d->a, struct diversion);

		v->to = arena_strndup(d->a, (const char *)to.p, to.n);
		v->by = arena_strndup(d->a, (const char *)by.p, by.n);
		if (!map_put(d->diversions, from.p, from.n, v))
			return;
	}
}

/* "path-exclude=PATTERN", "path-include PATTERN" */
static void read_rules(struct dpkg *d, const char *path)
{
	static const char *const words[] = { "path-exclude", "path-include" };
	struct view rest, line;

	if (package_read_file(d->set, path, 1 << 20, &rest) != 0)
		return;
	while (package_line(&rest, &line) && d->rules.n < RULES_MAX) {
		const char *s = arena_strndup(d->a, (const char *)line.p, line.n);

		s += strspn(s, " \t");
		for (size_t i = 0; i < 2; i++) {
			size_t n = strlen(words[i]);
			const char *p;
			struct rule *r;

			if (strncmp(s, words[i], n) != 0 || strchr("= \t", s[n]) == NULL || s[n] == '\0')
				continue;
			p = s + n + strspn(s + n, "= \t");
			r = ARENA_PUSH(d->a, &d->rules);
			r->include = i == 1;
			r->pattern = arena_strndup(d->a, p, strcspn(p, " \t"));
		}
	}
}

static void read_all_rules(struct dpkg *d)
{
	static const char dir[] = "/etc/dpkg/dpkg.cfg.d";
	struct store *s = d->set->store;
	const struct store_listing *l = store_stat_dir(s, dir) == 0 ? store_list(s, dir) : NULL;

	read_rules(d, "/etc/dpkg/dpkg.cfg");
	for (size_t i = 0; l != NULL && i < l->n; i++)
		read_rules(d, package_path(d->a, dir, l->names[i]));
}

/* The last rule that fits decides; '*' stands for slashes too. */
static bool is_excluded(const struct dpkg *d, const char *path)
{
	bool out = false;

	for (size_t i = 0; i < d->rules.n; i++)
		if (fnmatch(d->rules.items[i].pattern, path, 0) == 0)
			out = !d->rules.items[i].include;
	return out;
}

/* ---- one package ----------------------------------------------------------------------------------- */

/* info/NAME.SUFFIX, or info/NAME:ARCH.SUFFIX where several architectures may be installed; NULL. */
static const char *info_file(struct dpkg *d, const struct package *p, const char *suffix)
{
	const char *path = arena_printf(d->a, ADMIN "/info/%s:%s.%s", p->name, p->build, suffix);

	if (package_has_file(d->set, path))
		return path;
	path = arena_printf(d->a, ADMIN "/info/%s.%s", p->name, suffix);
	return package_has_file(d->set, path) ? path : NULL;
}

static void read_md5sums(struct dpkg *d, const struct package *p)
{
	const char *path = info_file(d, p, "md5sums");
	struct view rest, line;

	map_init(d->hashes);
	if (path == NULL || package_read_file(d->set, path, LIST_MAX, &rest) != 0)
		return;
	while (package_line(&rest, &line)) {
		const char *name;

		if (line.n < 35 || line.p[32] != ' ')
			continue;
		name = (const char *)line.p + 34;
		(void)map_put(d->hashes, name, line.n - 34, (void *)(uintptr_t)line.p);
	}
}

static void set_hash(struct dpkg *d, struct package_file *f, const char *name)
{
	const char *hex = map_get_str(d->hashes, name + (*name == '/'));
	unsigned char *hash;

	if (hex == NULL)
		return;
	hash = arena_alloc(d->a, 16);
	if (!digest_from_hex(hex, 32, hash, 16))
		return;
	f->digest = DIGEST_MD5;
	f->hash = hash;
}

static void add_file(struct dpkg *d, struct package *p, const char *name, bool is_folder)
{
	const struct diversion *v = map_get_str(d->diversions, name);
	struct package_file *f;

	if (v != NULL && strcmp(v->by, p->name) != 0)
		f = package_add_file(d->set, p, v->to);
	else
		f = package_add_file(d->set, p, name);
	if (is_folder) {
		f->flags = PACKAGE_FOLDER;
		return;
	}
	set_hash(d, f, name);
	if (is_excluded(d, name))
		f->flags |= PACKAGE_AWAY;
}

static void read_list(struct dpkg *d, struct package *p)
{
	struct view rest, line, next;
	bool more;
	const char *path = info_file(d, p, "list");

	p->record = path != NULL ? path : arena_printf(d->a, ADMIN "/info/%s.list", p->name);
	p->no_record = path == NULL;
	if (path == NULL)
		return;
	p->bad_record = package_read_file(d->set, path, LIST_MAX, &rest) != 0;
	for (more = package_line(&rest, &line); more; line = next) {
		bool is_folder;

		more = package_line(&rest, &next);
		if (line.n == 0 || (line.n == 2 && memcmp(line.p, "/.", 2) == 0))
			continue;
		if (line.p[0] != '/' || memchr(line.p, 0, line.n) != NULL) {
			p->bad_record = true;
			continue;
		}
		/* A folder stands before what is in it. */
		is_folder = more && next.n > line.n && next.p[line.n] == '/' &&
			    memcmp(next.p, line.p, line.n) == 0;
		add_file(d, p, arena_strndup(d->a, (const char *)line.p, line.n), is_folder);
	}
}

/* The lines " /etc/x.conf MD5" behind "Conffiles:" are files that an administrator may change or remove. */
static void mark_conffiles(struct dpkg *d, struct package *p, struct view paragraph)
{
	struct map names;
	struct view line;
	bool in = false;

	map_init(&names);
	while (package_line(&paragraph, &line)) {
		const unsigned char *end;

		if (line.n > 1 && line.p[0] == ' ' && in) {
			end = memchr(line.p + 1, ' ', line.n - 1);
			if (end != NULL)
				(void)map_put(&names, line.p + 1, (size_t)(end - line.p - 1), p);
			continue;
		}
		in = line.n >= 10 && memcmp(line.p, "Conffiles:", 10) == 0;
	}
	for (size_t i = 0; i < p->files.n && names.n > 0; i++)
		if (map_get_str(&names, p->files.items[i].path) != NULL)
			p->files.items[i].flags |= PACKAGE_CONFIG;
	map_free(&names, NULL);
	(void)d;
}

/* "install ok installed": the third word says how far it came. */
static bool set_state(struct package *p, const char *status)
{
	const char *word = strrchr(status, ' ');

	word = word != NULL ? word + 1 : status;
	p->state_words = word;
	if (strcmp(word, "not-installed") == 0 || strcmp(word, "config-files") == 0)
		return false;
	if (strcmp(word, "half-installed") == 0)
		p->state = PACKAGE_HALF;
	else if (strcmp(word, "unpacked") == 0 || strcmp(word, "half-configured") == 0)
		p->state = PACKAGE_UNREADY;
	return true;
}

/* /lib may be a link to /usr/lib; the lists have either name. */
static const char *without_usr(const char *path)
{
	return strncmp(path, "/usr/", 5) == 0 ? path + 4 : path;
}

/* Is what stands before `at` the beginning of a line, or "/usr" at one? */
static bool begins_line(const unsigned char *text, const unsigned char *at)
{
	if (at - text >= 4 && memcmp(at - 4, "/usr", 4) == 0)
		at -= 4;
	return at == text || at[-1] == '\n';
}

static bool has_line(struct view text, const char *line)
{
	size_t n = strlen(line);
	const unsigned char *at = text.p, *end = at + text.n;

	while ((at = memmem(at, (size_t)(end - at), line, n)) != NULL) {
		if (begins_line(text.p, at) && (at + n == end || at[n] == '\n'))
			return true;
		at++;
	}
	return false;
}

/* Is one of the paths a whole line of the package's list? Few have the folder that all of them share. */
static bool lists(struct dpkg *d, const struct package *p)
{
	const char *path = info_file(d, p, "list");
	struct source_file f;
	bool found = false;

	if (path == NULL || source_open(store_source(d->set->store), path, &f) != 0)
		return false;
	if (f.map.bytes.n > 0 && d->only->n > 0 &&
	    memmem(f.map.bytes.p, f.map.bytes.n, without_usr(d->only->items[0]), d->shared) != NULL)
		for (size_t i = 0; i < d->only->n && !found; i++)
			found = has_line(f.map.bytes, without_usr(d->only->items[i]));
	source_close(&f);
	return found;
}

/* Length of what all paths begin with: whole folders. */
static size_t shared_start(const struct package_paths *l)
{
	const char *first = l->n > 0 ? without_usr(l->items[0]) : "";
	size_t n = strlen(first);

	for (size_t i = 1; i < l->n; i++) {
		const char *path = without_usr(l->items[i]);
		size_t k = 0;

		while (k < n && path[k] == first[k])
			k++;
		n = k;
	}
	while (n > 0 && first[n - 1] != '/')
		n--;
	return n;
}

static void read_package(struct dpkg *d, struct view paragraph)
{
	const char *name = package_header(d->a, paragraph, "Package");
	const char *status = package_header(d->a, paragraph, "Status");
	const char *version = package_header(d->a, paragraph, "Version");
	const char *arch = package_header(d->a, paragraph, "Architecture");
	struct package *p;

	if (name == NULL || *name == '\0' || strchr(name, '/') != NULL || status == NULL)
		return;
	p = package_add(d->set, PACKAGE_DPKG);
	p->name = name;
	p->version = version != NULL ? version : "";
	p->build = arch != NULL && strchr(arch, '/') == NULL ? arch : "";
	if (!set_state(p, status) || (d->only != NULL && !lists(d, p))) {
		d->set->packages.n--;
		return;
	}
	read_md5sums(d, p);
	read_list(d, p);
	map_free(d->hashes, NULL);
	map_init(d->hashes);
	mark_conffiles(d, p, paragraph);
}

/* Paragraphs end with an empty line. */
static void read_status(struct dpkg *d, struct view rest)
{
	struct view line, paragraph = { rest.p, 0 };

	while (package_line(&rest, &line)) {
		if (line.n > 0) {
			paragraph.n = (size_t)(rest.p - paragraph.p);
			continue;
		}
		if (paragraph.n > 0)
			read_package(d, paragraph);
		paragraph = (struct view){ rest.p, 0 };
	}
	if (paragraph.n > 0)
		read_package(d, paragraph);
}

/* The tables are malloc'ed, so they are freed whatever becomes of the arena. */
static void read_all(void *ctx)
{
	struct dpkg *d = ctx;
	struct view status;

	if (package_read_file(d->set, ADMIN "/status", STATUS_MAX, &status) != 0)
		return;
	read_diversions(d);
	read_all_rules(d);
	read_status(d, status);
}

void dpkg_read_owners(struct package_set *set, const struct package_paths *only)
{
	struct map diversions, hashes;
	struct dpkg d = { .set = set,
			  .a = set->a,
			  .diversions = &diversions,
			  .hashes = &hashes,
			  .only = only,
			  .shared = only != NULL ? shared_start(only) : 0 };
	enum arena_status status;

	map_init(&diversions);
	map_init(&hashes);
	status = arena_run(set->a, read_all, &d);
	map_free(&diversions, NULL);
	map_free(&hashes, NULL);
	if (status != ARENA_OK)
		(void)arena_array(set->a, SIZE_MAX, 2); /* the same answer for who called */
}

void dpkg_read(struct package_set *set)
{
	dpkg_read_owners(set, NULL);
}
