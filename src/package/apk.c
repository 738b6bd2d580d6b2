/* apk.c - packages of Alpine Linux: /lib/apk/db/installed.
 *
 * Source: apk-tools' apk_db_fdb_read (database.c). A paragraph is a package: P its name, V its version, A
 * its architecture, F a folder, R a file in it, Z that file's hash ("Q1" and SHA-1 in base64). */
#include <string.h>

#include "package/package.h"

enum { DATABASE_MAX = 256 << 20 };

struct apk {
	struct package_set *set;
	struct package *p; /* NULL between paragraphs */
	const char *folder;
	struct package_file *file; /* the last one */
};

/* Configuration is what lies in /etc: apk keeps what was changed there. */
static bool is_config(const char *path)
{
	return strncmp(path, "/etc/", 5) == 0;
}

static void set_hash(struct apk *k, const char *value)
{
	unsigned char *hash = arena_alloc(k->set->a, 20);

	if (k->file == NULL || strncmp(value, "Q1", 2) != 0 ||
	    !digest_from_base64(value + 2, strlen(value + 2), hash, 20))
		return;
	k->file->digest = DIGEST_SHA1;
	k->file->hash = hash;
}

static void take(struct apk *k, char key, const char *value)
{
	struct arena *a = k->set->a;

	if (k->p == NULL) {
		k->p = package_add(k->set, PACKAGE_APK);
		k->p->record = "/lib/apk/db/installed";
		k->folder = "/";
		k->file = NULL;
	}
	switch (key) {
	case 'P': k->p->name = value; break;
	case 'V': k->p->version = value; break;
	case 'A': k->p->build = value; break;
	case 'F': k->folder = package_path(a, "/", value); break;
	case 'R':
		k->file = package_add_file(k->set, k->p, package_path(a, k->folder, value));
		if (is_config(k->file->path))
			k->file->flags = PACKAGE_CONFIG;
		break;
	case 'Z': set_hash(k, value); break;
	default: break;
	}
}

void apk_read(struct package_set *set)
{
	struct apk k = { .set = set };
	struct view rest, line;

	if (package_read_file(set, "/lib/apk/db/installed", DATABASE_MAX, &rest) != 0)
		return;
	while (package_line(&rest, &line)) {
		if (line.n == 0)
			k.p = NULL;
		else if (line.n > 2 && line.p[1] == ':')
			take(&k, (char)line.p[0],
			     arena_strndup(set->a, (const char *)line.p + 2, line.n - 2));
	}
}
