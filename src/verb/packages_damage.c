/* packages_damage.c - a package that cannot be read: where its file is damaged, that is the finding. */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "diagnose/common.h"
#include "verb/packages_priv.h"

/* How files of each kind begin. */
static const struct {
	const char *end, *begins;
	size_t n;
} kinds[] = {
	{ ".whl", "PK", 2 },           { ".zip", "PK", 2 },          { ".conda", "PK", 2 },
	{ ".deb", "!<arch>\n", 8 },    { ".gz", "\x1f\x8b", 2 },     { ".tgz", "\x1f\x8b", 2 },
	{ ".xz", "\xfd" "7zXZ", 5 },   { ".txz", "\xfd" "7zXZ", 5 }, { ".bz2", "BZh", 3 },
	{ ".tbz2", "BZh", 3 },         { ".tbz", "BZh", 3 },         { ".zst", "\x28\xb5\x2f\xfd", 4 },
	{ ".tzst", "\x28\xb5\x2f\xfd", 4 },
};

/* NULL: it is no package of the kind that its name says. */
static const char *damage(const char *path, struct view bytes)
{
	if (bytes.n == 0)
		return "it is an empty file";
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (str_ends(path, kinds[i].end) && bytes.n >= kinds[i].n &&
		    memcmp(bytes.p, kinds[i].begins, kinds[i].n) == 0)
			return "it is cut off, or damaged inside";
	return NULL;
}

static const struct dlwhy_finding *finding(struct checked *p, const char *what)
{
	struct dlwhy_finding *f = ARENA_NEW(p->a, struct dlwhy_finding);
	struct dlwhy_fix *fix = ARENA_NEW(p->a, struct dlwhy_fix);
	const struct dlwhy_fix **fixes = ARENA_ARRAY(p->a, 1, const struct dlwhy_fix *);

	*fix = (struct dlwhy_fix){ .n = 1, .kind = "reinstall", .risk = "low",
				   .says = "get the file again from where it came" };
	fixes[0] = fix;
	f->code = dlwhy_cause_at(CAUSE_CORRUPT_FILE)->code;
	f->severity = DLWHY_ERROR;
	f->certainty = DLWHY_PROVED;
	f->object = p->path;
	f->summary = arena_printf(p->a, "%s cannot be unpacked: %s.", base_name(p->path), what);
	f->fingerprint = fingerprint(p->a, f->code, NULL, f->object, NULL, NULL);
	f->fixes = fixes;
	f->nfixes = 1;
	return f;
}

/* What `verify` says of the same file. */
static void add_wheel(struct checked *p)
{
	struct package_set set = { .a = p->a, .store = p->s->store };
	struct audit_input in = { .set = &set, .threads = p->s->opt.threads };
	struct diagnosis d;

	wheel_read(&in, p->path, p->file.map.bytes, &p->wheel);
	diagnose_wheel(&set, &p->wheel, &d);
	for (size_t i = 0; i < d.nfindings; i++)
		if (d.findings[i]->severity == DLWHY_ERROR &&
		    strcmp(d.findings[i]->code, dlwhy_cause_at(CAUSE_CORRUPT_FILE)->code) == 0)
			*ARENA_PUSH(p->a, &p->findings) = d.findings[i];
}

bool packages_damaged(struct checked *p)
{
	const char *what;

	if (p->wanted != NULL || source_open(p->from, p->path, &p->file) != 0)
		return false;
	what = damage(p->path, p->file.map.bytes);
	if (str_ends(p->path, ".whl"))
		add_wheel(p);
	else if (what != NULL)
		*ARENA_PUSH(p->a, &p->findings) = finding(p, what);
	if (p->findings.n == 0)
		return false;
	p->r.loads = DLWHY_NO;
	p->r.certainty = DLWHY_PROVED;
	p->r.findings = p->findings.items;
	p->r.nfindings = p->findings.n;
	return true;
}
