/* link_go.c - the verb `link --go`: will this Go package build and link, and will what comes out start?
 *
 * The package is read as go reads it (src/build/go_*.c). If nothing is wrong up to there, objects that stand
 * for its C parts are written into a folder of ours and the final link is followed with them; then the start
 * of what it would make is simulated, with the libraries that the link has taken. Of Go nothing is run.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_watch.h"
#include "build/go_build.h"
#include "build/go_env.h"
#include "build/go_text.h"
#include "diagnose/go.h"
#include "diagnose/link.h"
#include "message/go_text.h"
#include "object/elfconst.h"
#include "verb/go_start.h"

#define GO_MEMORY ((size_t)4096 << 20) /* bytes that one package may take */

static const char *const no_args[] = { NULL };

/* "amd64" for EM_X86_64. */
static const char *goarch_of(uint16_t machine, bool is64)
{
	switch (machine) {
	case EM_X86_64: return is64 ? "amd64" : "386";
	case EM_386: return "386";
	case EM_AARCH64: return "arm64";
	case EM_ARM: return "arm";
	case EM_PPC64: return "ppc64le";
	case EM_S390: return "s390x";
	case EM_RISCV: return "riscv64";
	default: return "amd64";
	}
}

/* ---- findings of several parts ------------------------------------------------------------------ */

static void add_findings(struct go_job *j, const struct dlwhy_finding *const *v, size_t n)
{
	const struct dlwhy_finding **all =
		ARENA_ARRAY(j->a, j->r.nfindings + n + 1, const struct dlwhy_finding *);

	for (size_t i = 0; i < j->r.nfindings; i++)
		all[i] = j->r.findings[i];
	for (size_t i = 0; i < n; i++)
		all[j->r.nfindings + i] = v[i];
	j->r.findings = all;
	j->r.nfindings += n;
}

static void worse(struct go_job *j, enum dlwhy_certainty c, const char *assumes)
{
	if (c > j->r.certainty)
		j->r.certainty = c;
	if (j->r.assumes == NULL && c != DLWHY_PROVED)
		j->r.assumes = assumes;
}

/* ---- before the link ------------------------------------------------------------------------------ */

/* All that go would say, the first error in front. */
static void tell_problems(struct go_job *j)
{
	const struct go_problem *first = j->go.problems.items[0];
	struct go_words lines = { NULL, 0, 0 };
	struct diagnosis d;

	diagnose_go(&j->go, j->a, &d);
	add_findings(j, d.findings, d.nfindings);
	worse(j, d.certainty, first->assumes);
	for (size_t i = 0; i < j->go.problems.n; i++) {
		go_add(j->a, &lines, j->go.problems.items[i]->text);
		go_add_all(j->a, &lines, &j->go.problems.items[i]->more);
	}
	j->r.links = first->likely && first->kind != GO_TOO_OLD ? DLWHY_UNKNOWN : DLWHY_NO;
	if (j->r.links == DLWHY_NO)
		j->r.linker_message = first->text;
	j->r.linker_lines = lines.items;
	j->r.nlinker_lines = lines.n;
	if (j->r.links == DLWHY_UNKNOWN)
		j->r.hint = "Some of its modules are not here: nothing can be said of what they need.";
}

/* ---- the link --------------------------------------------------------------------------------- */

/* Objects of our own in the place of those that the compilers would make. */
static bool write_objects(struct go_job *j, const struct go_link *line, const char *package,
			  struct go_words *out)
{
	for (size_t i = 0; i < line->objects.n; i++) {
		const struct go_object *o = &line->objects.items[i];
		struct view v = go_object_bytes(j->a, j->go.env.goarch, o);
		const char *path = arena_printf(j->a, "%s/%s%s", j->folder, j->prefix, o->file);

		if (package != NULL && strcmp(o->package, package) != 0)
			continue;
		if (v.n == 0 || os_write_new(path, v) != 0)
			return false;
		go_add(j->a, out, path);
	}
	return true;
}

/* What a linker said, without the name of our folder. */
static const char *neat(struct go_job *j, const char *s)
{
	const char *at;

	while (s != NULL && *j->folder != '\0' && (at = strstr(s, j->folder)) != NULL)
		s = arena_printf(j->a, "%.*s/tmp/go-link%s", (int)(at - s), s, at + strlen(j->folder));
	return s != NULL ? go_with_lines(j, s) : NULL;
}

/* The same for people: objects are named by their sources. */
static const char *by_source(struct go_job *j, const char *s, bool is_path)
{
	for (size_t i = 0; s != NULL && strstr(s, "/tmp/go-link/") != NULL && i < j->out.objects.n; i++) {
		const struct go_object *o = &j->out.objects.items[i];
		const char *name = arena_printf(j->a, "/tmp/go-link/%s", o->file), *at = strstr(s, name);
		const char *to = go_source_of(j, o);

		if (at != NULL)
			s = arena_printf(j->a, "%.*s%s%s", (int)(at - s), s,
					 is_path ? to : go_short_path(&j->go, to), at + strlen(name));
	}
	return s;
}

static void neat_finding(struct go_job *j, struct dlwhy_finding *f)
{
	const struct dlwhy_evidence **v = ARENA_ARRAY(j->a, f->nevidence + 1, const struct dlwhy_evidence *);

	f->object = by_source(j, neat(j, f->object), true);
	f->needed_by = by_source(j, neat(j, f->needed_by), true);
	f->summary = by_source(j, neat(j, f->summary), false);
	for (size_t i = 0; i < f->nevidence; i++) {
		struct dlwhy_evidence *e = ARENA_NEW(j->a, struct dlwhy_evidence);

		*e = *f->evidence[i];
		e->path = by_source(j, neat(j, e->path), true);
		e->value = neat(j, e->value);
		e->says = neat(j, e->says);
		v[i] = e;
	}
	f->evidence = v;
}

static void neat_findings(struct go_job *j, const struct dlwhy_finding *const **findings, size_t n)
{
	const struct dlwhy_finding **v = ARENA_ARRAY(j->a, n + 1, const struct dlwhy_finding *);

	for (size_t i = 0; i < n; i++) {
		struct dlwhy_finding *f = ARENA_NEW(j->a, struct dlwhy_finding);

		*f = *(*findings)[i];
		neat_finding(j, f);
		v[i] = f;
	}
	*findings = v;
}

static void take_lines(struct go_job *j)
{
	struct go_words out = { NULL, 0, 0 };

	for (size_t i = 0; i < j->link.troubles.n; i++)
		for (const char *p = j->link.troubles.items[i]->lines; p != NULL && *p != '\0';) {
			size_t n = strcspn(p, "\n");

			go_add(j->a, &out, neat(j, arena_strndup(j->a, p, n)));
			p += n + (p[n] == '\n');
		}
	j->r.linker_lines = out.items;
	j->r.nlinker_lines = out.n;
}

static void cannot_tell(struct go_job *j, const char *why)
{
	j->r.links = DLWHY_UNKNOWN;
	j->r.hint = why;
}

/* Follows the command `words` with the linker's rules. False: it cannot be. */
static bool run_link(struct go_job *j, struct go_words *words)
{
	struct link_ask ask = { .a = j->a, .source = j->s->source, .env = j->s->environ };

	go_add(j->a, words, NULL);
	link_plan(&ask, words->items, &j->plan);
	if (j->plan.failed != NULL || j->plan.linker == NULL || j->plan.kind == LINKER_OTHER) {
		cannot_tell(j, j->plan.failed != NULL
				       ? arena_printf(j->a, "The driver says: %s",
						      neat(j, arena_strndup(j->a, j->plan.failed,
									    strcspn(j->plan.failed, "\n"))))
				       : "The linker of that compiler is none whose rules are known here.");
		return false;
	}
	j->r.platform.loader = link_linker_name(j->plan.kind);
	link_line_read(j->a, j->s->source, &j->plan, &j->line);
	j->ran = true;
	link_run(&j->link, j->a, j->s->store, &j->plan, &j->line, j->s->environ);
	return true;
}

static void command_words(struct go_job *j, struct go_words *out)
{
	go_add_all(j->a, out, &j->out.before);
	if (!write_objects(j, &j->out, NULL, out))
		out->n = 0;
	go_add_all(j->a, out, &j->out.after);
}

static void tell_link(struct go_job *j)
{
	const struct link_trouble *first = link_first_error(&j->link);
	struct go_outcome o = { .g = &j->go, .line = &j->out, .link = &j->link };
	struct diagnosis d;

	j->r.links = first != NULL ? DLWHY_NO : j->link.cut ? DLWHY_UNKNOWN : DLWHY_YES;
	j->r.linker_message = first != NULL ? neat(j, first->message) : NULL;
	take_lines(j);
	diagnose_link(&j->link, j->a, &d);
	neat_findings(j, &d.findings, d.nfindings);
	diagnose_go_link(&o, j->a, &d.findings, &d.nfindings);
	add_findings(j, d.findings, d.nfindings);
	worse(j, d.certainty, link_assumes(&j->link));
	if (j->out.objects.n > 1)
		worse(j, DLWHY_PREDICTED, "the C parts use what their texts name");
}

/* -linkmode=internal: each cgo package must have passed a trial link of its own, which fails silently. */
static bool trial_links(struct go_job *j)
{
	for (size_t i = 0; i < j->out.packages.n; i++) {
		const struct go_package *p = j->out.packages.items[i];
		struct go_words w = { NULL, 0, 0 };
		const struct link_trouble *t;

		if (p->is_std)
			continue;
		j->prefix = arena_printf(j->a, "t%zu-", i);
		go_split_quoted(j->a, j->go.env.cc, &w);
		if (!write_objects(j, &j->out, p->path, &w) || !write_objects(j, &j->out, "\001main", &w))
			return true;
		go_env_flags(&j->go, "LDFLAGS", &w);
		for (size_t k = 0; k < p->flags[GO_LDFLAGS].n; k++)
			go_add(j->a, &w, p->flags[GO_LDFLAGS].items[k].text);
		go_add_all(j->a, &w, &p->pc_libs);
		go_add(j->a, &w, "-shared"); /* the trial has a main of its own: only libraries matter */
		if (!run_link(j, &w))
			return true;
		t = link_first_error(&j->link);
		if (t != NULL) {
			struct go_problem *x =
				go_problem(&j->go, GO_INTERNAL_LINK, GO_TEXT_INTERNAL_LINK,
					   j->go.env.goroot, j->go.env.hostos, j->go.env.hostarch,
					   p == j->go.root ? "main" : p->path);

			x->package = p->path;
			x->object = t->missing != NULL && t->missing->lib != NULL
					    ? arena_printf(j->a, "lib%s", t->missing->lib)
					    : p->path;
			x->other = neat(j, t->message);
			return false;
		}
		link_close(&j->link);
		j->ran = false;
	}
	return true;
}

/* ---- the whole -------------------------------------------------------------------------------- */

static void tell_result(struct go_job *j, const struct go_outcome *o)
{
	struct diagnosis d;

	diagnose_go_result(o, j->a, &d);
	add_findings(j, d.findings, d.nfindings);
}

static void link_and_start(struct go_job *j)
{
	struct go_words w = { NULL, 0, 0 };
	struct go_outcome o = { .g = &j->go, .line = &j->out };

	if (j->go.args.link_unknown != NULL) {
		go_problem(&j->go, GO_USAGE, GO_TEXT_LINK_FLAG, j->go.args.link_unknown);
		tell_problems(j);
		return;
	}
	o.loads_later = strcmp(j->out.mode, "c-shared") == 0 || strcmp(j->out.mode, "plugin") == 0;
	if (!j->out.external) {
		if (j->go.args.linkmode != NULL && strcmp(j->go.args.linkmode, "internal") == 0 &&
		    !trial_links(j)) {
			tell_problems(j);
			return;
		}
		j->r.links = DLWHY_YES;
		j->r.hint = arena_printf(j->a, "No C linker takes part: %s.", j->out.why);
		tell_result(j, &o);
		return;
	}
	command_words(j, &w);
	if (w.n == 0 || !go_object_knows(j->go.env.goarch)) {
		cannot_tell(j, "The link for that target is not followed here.");
		return;
	}
	if (!run_link(j, &w))
		return;
	tell_link(j);
	if (j->r.links != DLWHY_YES)
		return;
	o.link = &j->link;
	go_start(j, &o);
	tell_result(j, &o);
}

static void judge(void *ctx)
{
	struct go_job *j = ctx;
	bool is64;
	uint16_t machine = session_machine(j->s, &is64, j->a);
	struct go_input in = { .store = j->s->store,
			       .a = j->a,
			       .environ = j->s->environ,
			       .cwd = j->cwd,
			       .hostarch = goarch_of(machine, is64),
			       .is_host = j->s->opt.root == NULL,
			       .scratch = j->s->opt.root == NULL && *j->folder != '\0' ? j->folder : NULL,
			       .build_args = j->args != NULL ? j->args : no_args };

	/* In a root the working folder is "/": go would stand in the folder that is named. */
	if (j->s->opt.root != NULL && j->package[0] == '/') {
		in.cwd = j->package;
		j->package = ".";
	}
	j->opened = true;
	if (go_open(&j->go, &in) && go_load(&j->go, j->package))
		go_check(&j->go);
	j->r.platform.os = j->go.env.goos != NULL ? j->go.env.goos : "linux";
	j->r.platform.machine = j->go.env.goarch;
	if (j->go.problems.n == 0)
		go_preamble_twice(&j->go);
	if (j->go.problems.n > 0) {
		tell_problems(j);
		return;
	}
	go_line(&j->go, &j->out);
	if (j->s->opt.root != NULL && j->out.external) {
		cannot_tell(
			j,
			"The package is in order; a link is only followed on this machine, not in a root.");
		return;
	}
	link_and_start(j);
}

static enum dlwhy_code check_arguments(struct dlwhy_session *s, const char *package, struct dlwhy_error *err)
{
	if (package == NULL || *package == '\0')
		return err_set(err, DLWHY_E_ARGUMENT, 0, "there is no package: dlwhy link --go ./cmd/x");
	if (strstr(package, "...") != NULL)
		return err_set(err, DLWHY_E_ARGUMENT, 0, "'%s' may be many packages: one at a time is judged",
			       package);
	if (s->opt.pid != 0)
		return err_set(err, DLWHY_E_ARGUMENT, 0, "a link is judged on this machine, here and now");
	return DLWHY_OK;
}

enum dlwhy_code dlwhy_link_go(struct dlwhy_session *s, const char *package, const char *const *build_args,
			      dlwhy_on_result *on_result, void *user, struct dlwhy_error *err)
{
	struct go_job *j;
	char *cwd;

	err_clear(err);
	if (check_arguments(s, package, err) != DLWHY_OK)
		return DLWHY_E_ARGUMENT;
	j = calloc(1, sizeof(*j));
	cwd = source_absolute(s->source, ".");
	if (j == NULL || cwd == NULL || (j->a = arena_new(GO_MEMORY)) == NULL) {
		free(j);
		free(cwd);
		return err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory");
	}
	j->s = s;
	j->package = package;
	j->args = build_args;
	j->prefix = "";
	j->r = (struct dlwhy_result){ .verb = "link",
				      .target = package,
				      .loads = DLWHY_UNKNOWN,
				      .certainty = DLWHY_PROVED,
				      .target_object = -1,
				      .links = DLWHY_UNKNOWN };
	j->r.platform = (struct dlwhy_platform){ "linux", "go", NULL, NULL };
	session_folder(j->s, j->folder, sizeof(j->folder));
	j->cwd = cwd;
	if (arena_run(j->a, judge, j) != ARENA_OK) {
		err_set(&j->err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory while the package was read");
		j->r.error = &j->err;
		j->r.findings = NULL;
		j->r.nfindings = 0;
		j->r.links = j->r.loads = DLWHY_UNKNOWN;
		j->r.linker_message = NULL;
	}
	if (*j->folder != '\0')
		os_remove_folder(j->folder);
	on_result(&j->r, 0, user);
	if (j->ran)
		link_close(&j->link);
	if (j->opened)
		go_close(&j->go);
	arena_free(j->a);
	free(cwd);
	free(j);
	return DLWHY_OK;
}
