/* d_installed.c - installed packages: what is damaged, incomplete, changed; and the whole of the answer.
 *
 * One finding says one thing of one package. What is not as it must be is an error where code is missing or
 * broken, a warning where somebody may have meant it, a note where nothing that runs is touched.
 */
#include "diagnose/installed_case.h"

#include <string.h>

enum { FILES_SHOWN = 20 };

/* ---- words and drafts ------------------------------------------------------------------------------ */

const char *inst_name(struct inst *t, const struct package *p)
{
	return *p->version != '\0' ? arena_printf(t->a, "%s %s", p->name, p->version) : p->name;
}

const char *inst_path(struct inst *t, const struct package *p, const char *path)
{
	size_t n = strlen(p->root);

	(void)t;
	if (n > 1 && strncmp(path, p->root, n) == 0 && path[n] == '/')
		return path + n + 1;
	n = strlen(t->in->place->dir);
	if (n > 1 && strncmp(path, t->in->place->dir, n) == 0 && path[n] == '/')
		return path + n + 1;
	return path;
}

const char *inst_more(struct inst *t, size_t n)
{
	if (n < 2)
		return "";
	return arena_printf(t->a, ", and %zu more file%s", n - 1, n == 2 ? "" : "s");
}

static void worse(struct installed_package *ip, enum dlwhy_severity s)
{
	enum installed_state state = s == DLWHY_ERROR	  ? INSTALLED_DAMAGED
				     : s == DLWHY_WARNING ? INSTALLED_WARNED
							  : INSTALLED_NOTED;

	if (state > ip->state)
		ip->state = state;
}

struct draft *inst_draft(struct inst *t, struct installed_package *ip, enum cause cause, const char *detail,
			 enum dlwhy_severity severity, const char *object)
{
	struct draft *dr = draft_new(&t->d, cause, NULL);

	if (t->d.drafts.n > MAX_FINDINGS) { /* it still counts for its package */
		t->d.drafts.n--;
		t->left_out++;
	}
	dr->f.detail = detail;
	dr->f.severity = severity;
	dr->f.object = object;
	dr->order = t->order++;
	if (ip != NULL) {
		dr->f.package_kind = package_kind_id(ip->p->kind);
		dr->f.package_name = ip->p->name;
		dr->f.package_version = *ip->p->version != '\0' ? ip->p->version : NULL;
		dr->version = ip->p->name;
		worse(ip, severity);
	}
	return dr;
}

const char *inst_file_words(struct inst *t, const struct audit_file *f)
{
	switch (f->state) {
	case AUDIT_ABSENT: return "is missing";
	case AUDIT_DANGLING: return "is a link that leads nowhere";
	case AUDIT_NO_FILE: return "is a folder or a device, not a file";
	case AUDIT_UNREADABLE: return "may not be read";
	case AUDIT_UNKNOWN: return f->cut ? "is cut off: it ends before what its header names" : "is there";
	case AUDIT_FINE: return "is as it must be";
	case AUDIT_SHORT:
	case AUDIT_CHANGED: break;
	}
	if (f->size == 0)
		return "is empty";
	if (f->all_zeros)
		return arena_printf(t->a, "is nothing but zeros (%s)", bytes_words(t->a, f->size));
	if (f->kind != FILE_ELF && f->kind != FILE_DATA && f->kind != FILE_TEXT && f->kind != FILE_SCRIPT)
		return arena_printf(t->a, "is %s", file_kind_name(f->kind));
	if (f->cut || (f->state == AUDIT_SHORT && audit_is_native_name(f->f->path) && f->kind == FILE_DATA))
		return f->f->has_size
			       ? arena_printf(t->a, "is cut off: %s of %s", bytes_words(t->a, f->size),
					      bytes_words(t->a, f->f->size))
			       : "is cut off: it ends before what its header names";
	if (f->f->has_size && f->size != f->f->size)
		return arena_printf(t->a, "has %s, not %s", bytes_words(t->a, f->size),
				    bytes_words(t->a, f->f->size));
	return "has other bytes than were installed";
}

static const char *hash_words(struct inst *t, const struct package_file *f)
{
	char text[DIGEST_MAX * 2 + 1] = "";
	size_t n = f->hash != NULL ? digest_size((enum digest_kind)f->digest) : 0;

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = "0123456789abcdef"[f->hash[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[f->hash[i] & 15];
	}
	return n > 0 ? arena_printf(t->a, "%s:%s", digest_name((enum digest_kind)f->digest), text) : NULL;
}

void inst_evidence(struct inst *t, struct draft *dr, const struct file_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct audit_file *f = l->items[i];
		struct dlwhy_evidence *e;

		if (i >= FILES_SHOWN) {
			draft_fact(&t->d, dr, NULL, arena_printf(t->a, "and %zu more files", l->n - i));
			return;
		}
		e = draft_evidence(
			&t->d, dr, "fact", NULL,
			arena_printf(t->a, "%s %s", inst_path(t, f->p, f->f->path), inst_file_words(t, f)));
		e->path = f->f->path;
		if (f->state >= AUDIT_SHORT && f->f->hash != NULL) {
			struct dlwhy_evidence *must =
				draft_evidence(&t->d, dr, "fact", NULL, "its hash must be");

			must->path = f->f->path;
			must->value = hash_words(t, f->f);
		}
	}
}

/* ---- ways out -------------------------------------------------------------------------------------- */

void inst_fix_reinstall(struct inst *t, struct draft *dr, struct installed_package *ip)
{
	const char *note = package_reinstall_note(t->a, ip->p);
	struct fix *f;

	ip->reinstall = package_reinstall_command(t->in->set, ip->p, t->in->place);
	if (ip->reinstall == NULL) {
		draft_fix(&t->d, dr, "reinstall", "low",
			  ip->p->editable ? "its code lies in a working folder: repair it there"
					  : "install it again from where it came");
		return;
	}
	f = draft_fix(&t->d, dr, "reinstall", "low",
		      note != NULL ? arena_printf(t->a, "install exactly this version again (%s)", note)
				   : "install exactly this version again");
	fix_command(&t->d, f, shell_words(t->a, ip->reinstall));
}

void inst_fix_remove(struct inst *t, struct draft *dr, const char *path, const char *says)
{
	struct fix *f = draft_fix(&t->d, dr, "remove", "medium", says);
	const char **files = ARENA_ARRAY(t->a, 2, const char *);

	files[0] = path;
	f->f.files = files;
	f->f.nfiles = 1;
	fix_command(&t->d, f, arena_printf(t->a, "rm -r %s", shell_quote(t->a, path)));
}

/* ---- one package ----------------------------------------------------------------------------------- */

/* The first thing to say of a list, and how many more there are. */
static const char *first_words(struct inst *t, const struct file_list *l)
{
	const struct audit_file *f = l->items[0];

	return arena_printf(t->a, "%s %s%s", inst_path(t, f->p, f->f->path), inst_file_words(t, f),
			    inst_more(t, l->n));
}

static void say_list(struct inst *t, struct installed_package *ip, const struct file_list *l,
		     enum cause cause, const char *detail, enum dlwhy_severity severity, const char *is)
{
	struct draft *dr;

	if (l->n == 0)
		return;
	dr = inst_draft(t, ip, cause, detail, severity, l->items[0]->f->path);
	draft_say(&t->d, dr, "%s is %s: %s.", inst_name(t, ip->p), is, first_words(t, l));
	inst_evidence(t, dr, l);
	inst_fix_reinstall(t, dr, ip);
}

static const char *broken_detail(const struct file_list *l)
{
	const struct audit_file *f = l->n > 0 ? l->items[0] : NULL;

	if (f == NULL)
		return NULL;
	if (f->size == 0 || f->cut || f->state == AUDIT_SHORT)
		return "truncated";
	return "changed";
}

static void say_swapped(struct inst *t, struct installed_package *ip, const struct file_list *l)
{
	const struct audit_file *f = l->n > 0 ? l->items[0] : NULL;
	struct draft *dr;

	if (f == NULL)
		return;
	dr = inst_draft(t, ip, CAUSE_FILE_CHANGED, "native", DLWHY_WARNING, f->f->path);
	draft_say(&t->d, dr,
		  "%s has another file than was installed: %s is whole, but was stripped, patched or "
		  "replaced%s.",
		  inst_name(t, ip->p), inst_path(t, f->p, f->f->path), inst_more(t, l->n));
	inst_evidence(t, dr, l);
	inst_fix_reinstall(t, dr, ip);
}

static void say_all_missing(struct inst *t, struct installed_package *ip, const struct inst_files *f)
{
	struct draft *dr =
		inst_draft(t, ip, CAUSE_PACKAGE_INCOMPLETE, "all-missing", DLWHY_ERROR, ip->p->record);

	draft_say(&t->d, dr,
		  "%s counts as installed, but none of its %zu files is there: they were removed by hand.",
		  inst_name(t, ip->p), f->absent);
	draft_fact(&t->d, dr, ip->p->record, "this says that it is installed");
	inst_evidence(t, dr, &f->lost);
	inst_evidence(t, dr, &f->lost_other);
	inst_evidence(t, dr, &f->lost_docs);
	inst_fix_reinstall(t, dr, ip);
	inst_fix_remove(t, dr, ip->p->record, "or, if it is not wanted, take away what is left of it");
}

static void say_lost(struct inst *t, struct installed_package *ip, const struct inst_files *f)
{
	if (f->present == 0 && f->absent > 0 && f->lost.n + f->lost_other.n > 0) {
		say_all_missing(t, ip, f);
		return;
	}
	say_list(t, ip, &f->lost, CAUSE_PACKAGE_INCOMPLETE, "files-missing", DLWHY_ERROR, "incomplete");
	say_list(t, ip, &f->lost_other, CAUSE_PACKAGE_INCOMPLETE,
		 f->lost.n == 0 ? "files-missing" : "data-missing", DLWHY_WARNING, "incomplete");
	if (f->lost.n + f->lost_other.n == 0)
		say_list(t, ip, &f->lost_docs, CAUSE_PACKAGE_INCOMPLETE, "left-out", DLWHY_NOTE,
			 "without parts that nothing loads");
}

/* What the database itself says, or does not say. */
static void say_state(struct inst *t, struct installed_package *ip)
{
	const struct package *p = ip->p;
	struct draft *dr;
	struct fix *f;

	if (p->state != PACKAGE_HALF && p->state != PACKAGE_UNREADY)
		return;
	dr = inst_draft(t, ip, CAUSE_PACKAGE_INCOMPLETE, "half-installed",
			p->state == PACKAGE_HALF ? DLWHY_ERROR : DLWHY_WARNING, p->record);
	draft_say(&t->d, dr,
		  p->state == PACKAGE_HALF
			  ? "%s is half installed: its installation was interrupted."
			  : "%s is unpacked, but was never set up: its installation was interrupted.",
		  inst_name(t, p));
	draft_evidence(&t->d, dr, "fact", NULL, "its state in the database")->value = p->state_words;
	if (p->state == PACKAGE_UNREADY) {
		f = draft_fix(&t->d, dr, "configure", "medium", "let the installation go on");
		fix_command(&t->d, f, "dpkg --configure -a");
	}
	inst_fix_reinstall(t, dr, ip);
}

/* Installers that write a list of files. */
static bool lists_files(const struct package *p)
{
	static const char *const names[] = { "pip", "uv", "poetry", "pdm", "installer", "flit", "hatch" };

	if (p->installer == NULL)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (starts_with(p->installer, names[i]))
			return true;
	return false;
}

static bool is_dist_info(const struct package *p)
{
	size_t n = strlen(p->record);

	return p->kind == PACKAGE_PIP && n > 10 && strcmp(p->record + n - 10, ".dist-info") == 0;
}

static void say_record(struct inst *t, struct installed_package *ip)
{
	const struct package *p = ip->p;
	const char *what =
		p->kind == PACKAGE_CONDA ? "its file in conda-meta" : "its list of files (RECORD)";
	struct draft *dr;

	if (p->bad_record) {
		dr = inst_draft(t, ip, CAUSE_PACKAGE_INCOMPLETE, "bad-record", DLWHY_ERROR, p->record);
		draft_say(&t->d, dr, "What is known of %s is damaged: %s cannot be read as one.",
			  inst_name(t, p), what);
	} else if (p->no_record && p->no_metadata && is_dist_info(p)) {
		dr = inst_draft(t, ip, CAUSE_PACKAGE_INCOMPLETE, "half-removed", DLWHY_WARNING, p->record);
		draft_say(&t->d, dr, "%s was half removed: of its dist-info folder only a rest is there.",
			  inst_name(t, p));
		inst_fix_remove(t, dr, p->record, "remove what is left of it, if it is not wanted");
	} else if ((p->no_record && is_dist_info(p) && lists_files(p)) ||
		   (p->no_record && p->kind == PACKAGE_CONDA)) {
		dr = inst_draft(t, ip, CAUSE_PACKAGE_INCOMPLETE, "no-record", DLWHY_WARNING, p->record);
		draft_say(&t->d, dr,
			  "%s has lost %s: nobody can say what belongs to it, and it cannot be removed.",
			  inst_name(t, p), what);
	} else if (p->no_metadata && is_dist_info(p)) {
		dr = inst_draft(t, ip, CAUSE_PACKAGE_INCOMPLETE, "no-metadata", DLWHY_ERROR, p->record);
		draft_say(&t->d, dr, "%s has lost its METADATA: for Python it is not installed.",
			  inst_name(t, p));
	} else {
		return;
	}
	draft_fact(&t->d, dr, p->record, "what there is of it");
	inst_fix_reinstall(t, dr, ip);
}

static void judge_package(struct inst *t, struct installed_package *ip)
{
	struct inst_files f;

	inst_sort(t, ip, &f);
	t->out->unreadable += f.unreadable;
	if (ip->folded || inst_pip_over_conda(t, ip, &f))
		return;
	say_list(t, ip, &f.broken, CAUSE_CORRUPT_FILE, broken_detail(&f.broken), DLWHY_ERROR, "damaged");
	say_state(t, ip);
	say_record(t, ip);
	say_lost(t, ip, &f);
	inst_fit(t, ip, &f);
	inst_taken(t, ip, &f);
	say_swapped(t, ip, &f.swapped);
	say_list(t, ip, &f.edited, CAUSE_FILE_CHANGED, "source", DLWHY_WARNING, "changed");
	say_list(t, ip, &f.touched, CAUSE_FILE_CHANGED, "data", DLWHY_NOTE, "changed");
}

/* ---- all of them ----------------------------------------------------------------------------------- */

static void list_packages(struct inst *t)
{
	const struct package_set *set = t->in->set;
	size_t at = 0;

	t->out->packages = ARENA_ARRAY(t->a, set->packages.n + 1, struct installed_package);
	for (size_t i = 0; i < set->packages.n; i++) {
		struct installed_package *ip = &t->out->packages[t->out->npackages];

		*ip = (struct installed_package){ .p = set->packages.items[i], .from = at };
		while (at < t->in->audit->n && t->in->audit->items[at].p == ip->p)
			at++;
		ip->n = at - ip->from;
		t->out->npackages++;
	}
}

static bool same_but_last(const char *const *x, const char *const *y, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (x[i] == NULL || y[i] == NULL || strcmp(x[i], y[i]) != 0)
			return false;
	return y[n - 1] != NULL && y[n] == NULL;
}

/* One command for all packages that are installed in the same way. */
static void join_commands(struct inst *t)
{
	struct installed *out = t->out;
	bool *done = ARENA_ARRAY(t->a, out->npackages + 1, bool);

	out->commands = ARENA_ARRAY(t->a, out->npackages + 1, const char *);
	for (size_t i = 0; i < out->npackages; i++) {
		const char *const *argv = out->packages[i].reinstall;
		const char *command;
		size_t n = 0;

		if (done[i] || argv == NULL || out->packages[i].state != INSTALLED_DAMAGED)
			continue;
		while (argv[n] != NULL)
			n++;
		command = shell_words(t->a, argv);
		for (size_t k = i + 1; k < out->npackages; k++) {
			const char *const *other = out->packages[k].reinstall;

			if (done[k] || other == NULL || out->packages[k].state != INSTALLED_DAMAGED ||
			    !same_but_last(argv, other, n))
				continue;
			done[k] = true;
			command = arena_printf(t->a, "%s %s", command, shell_quote(t->a, other[n - 1]));
		}
		out->commands[out->ncommands++] = command;
	}
}

void diagnose_installed(const struct installed_input *in, struct installed *out)
{
	static const struct diagnose_input none;
	struct inst t = { .in = in, .out = out, .a = in->set->a };

	memset(out, 0, sizeof(*out));
	t.d.in = &none;
	t.d.a = t.a;
	t.d.store = in->set->store;
	t.d.source = store_source(in->set->store);
	list_packages(&t);
	inst_doubles(&t);
	for (size_t i = 0; i < out->npackages; i++)
		judge_package(&t, &out->packages[i]);
	inst_leftovers(&t);
	join_commands(&t);
	if (t.left_out > 0)
		t.d.hint = arena_printf(t.a, "%zu more findings are left out.", t.left_out);
	rank_drafts(&t.d);
	diagnose_finish(&t.d, &out->d);
}
