/* link.c - the verb `link`: will this compiler or linker command link, and what will its linker say first?
 *
 * The driver is asked for its plan, sources are compiled into a folder of ours, and the linker's work is
 * followed in src/build. Where a compiler fails, its text is what is explained.
 */
#include <errno.h>
#include <string.h>

#include "base/os_watch.h"
#include "build/link.h"
#include "diagnose/link.h"
#include "diagnose/told.h"
#include "message/message.h"
#include "verb/explain_look.h"
#include "verb/session.h"

#define LINK_MEMORY ((size_t)4096 << 20) /* bytes that one link may take */

struct link_job {
	struct dlwhy_session *s;
	const char *const *argv;
	struct arena *a;
	char folder[256];        /* "" if there is none */
	struct link_plan plan;
	struct link_line line;
	struct link link;
	bool ran;
	struct dlwhy_error err;
	struct dlwhy_result r;
};

static const char *join(struct arena *a, const char *const *argv)
{
	const char *s = argv[0];

	for (size_t i = 1; argv[i] != NULL; i++)
		s = arena_printf(a, "%s %s", s, argv[i]);
	return s;
}

/* ---- a driver or a compiler gave up ----------------------------------------------------------- */

/* The first line of a text that says "error"; else its first line. */
static const char *error_line(struct arena *a, const char *text)
{
	const char *p = text;

	while (*p != '\0') {
		size_t n = strcspn(p, "\n");
		const char *line = arena_strndup(a, p, n);

		if (strstr(line, "error:") != NULL || strstr(line, "Error:") != NULL)
			return line;
		p += n + (p[n] == '\n');
	}
	return arena_strndup(a, text, strcspn(text, "\n"));
}

/* The command that was given is known to those who read its text. */
static void add_command(struct link_job *j, struct msg_facts *facts)
{
	struct msg_command *m = ARENA_NEW(j->a, struct msg_command);

	m->argv = j->argv;
	while (j->argv[m->argc] != NULL)
		m->argc++;
	if (facts->ncommands == 0) {
		facts->commands = m;
		facts->ncommands = 1;
	}
}

static void explain_failure(struct link_job *j)
{
	struct msg_reader *reader = msg_reader_new(j->a);
	struct dlwhy_told looked = { 0 };
	struct msg_facts facts;
	struct told told;

	j->r.links = DLWHY_NO;
	j->r.linker_message = error_line(j->a, j->plan.failed);
	if (reader == NULL || !msg_reader_feed(reader, j->plan.failed, strlen(j->plan.failed)) ||
	    !msg_reader_end(reader, &facts))
		return;
	add_command(j, &facts);
	diagnose_told(&facts, j->s->source, j->a, &told);
	j->r.findings = told.d.findings;
	j->r.nfindings = told.d.nfindings;
	j->r.hint = told.d.hint;
	if (told.d.nfindings > 0 && strcmp(told.d.findings[0]->code, "header-missing") == 0)
		explain_look(j->s, j->a, &facts, &told, &j->r, &looked);
	j->r.certainty = DLWHY_PROVED;
	diagnose_link_failure(&j->plan, j->a, &j->r.findings, &j->r.nfindings);
}

/* ---- the linker --------------------------------------------------------------------------------- */

static void take_lines(struct link_job *j)
{
	struct link_texts out = { NULL, 0, 0 };

	for (size_t i = 0; i < j->link.troubles.n; i++) {
		const char *p = j->link.troubles.items[i]->lines;

		while (*p != '\0') {
			size_t n = strcspn(p, "\n");

			*ARENA_PUSH(j->a, &out) = arena_strndup(j->a, p, n);
			p += n + (p[n] == '\n');
		}
	}
	j->r.linker_lines = out.items;
	j->r.nlinker_lines = out.n;
}

static void cannot_tell(struct link_job *j, const char *why)
{
	err_set(&j->err, DLWHY_E_UNSUPPORTED, 0, "%s", why);
	j->r.error = &j->err;
	j->r.links = DLWHY_UNKNOWN;
}

static void follow(struct link_job *j)
{
	const struct link_trouble *first;
	struct diagnosis d;

	if (!link_is_macho(&j->plan)) /* which has other options */
		link_line_read(j->a, j->s->source, &j->plan, &j->line);
	if (j->line.info != NULL) {
		cannot_tell(j, arena_printf(j->a, "this command links nothing: %s", j->line.info));
		return;
	}
	j->ran = true;
	link_run(&j->link, j->a, j->s->store, &j->plan, &j->line, j->s->environ);
	first = link_first_error(&j->link);
	j->r.links = first != NULL ? DLWHY_NO : j->link.cut ? DLWHY_UNKNOWN : DLWHY_YES;
	j->r.linker_message = first != NULL ? first->message : NULL;
	take_lines(j);
	diagnose_link(&j->link, j->a, &d);
	j->r.findings = d.findings;
	j->r.nfindings = d.nfindings;
	j->r.certainty = d.certainty;
	j->r.hint = d.hint;
	if (j->r.links == DLWHY_UNKNOWN && j->link.bitcode)
		j->r.hint = "Objects of LLVM for link-time optimisation take part: each release of LLVM "
			    "writes their symbols in its own way, and they are not read here.";
	j->r.assumes = link_assumes(&j->link);
	if (j->r.assumes != NULL && j->r.certainty == DLWHY_PROVED)
		j->r.certainty = DLWHY_PREDICTED;
}

static void judge(void *ctx)
{
	struct link_job *j = ctx;
	struct link_ask ask = { .a = j->a, .source = j->s->source, .env = j->s->environ };
	const char *other = link_makes_other(j->argv[0]);

	j->r.target = join(j->a, j->argv);
	if (other != NULL) {
		cannot_tell(j, arena_printf(j->a, "%s makes %s: such links are not followed yet; dlwhy "
					    "explain reads what it prints", j->argv[0], other));
		return;
	}
	ask.folder = *j->folder != '\0' ? j->folder : NULL;
	link_plan(&ask, j->argv, &j->plan);
	if (j->plan.linker != NULL)
		j->r.platform.loader = link_linker_name(j->plan.kind);
	if (j->plan.failed != NULL) {
		explain_failure(j);
		return;
	}
	if (j->plan.not_linked != NULL)
		cannot_tell(j, arena_printf(j->a, "this command links nothing: %s", j->plan.not_linked));
	else if (j->plan.linker == NULL)
		cannot_tell(j, "the driver names no linker");
	else if (j->plan.kind == LINKER_OTHER)
		cannot_tell(j, arena_printf(j->a, "%s is no linker whose rules are known here (GNU ld, gold, "
					    "lld, mold)",
					    j->plan.linker));
	else
		follow(j);
}

/* "ccache gcc": what only stands in front of a compiler. */
static const char *const *behind_wrappers(const char *const *argv)
{
	static const char *const wrappers[] = { "ccache", "sccache", "distcc", "icecc", "nice" };

	for (size_t i = 0; i < sizeof(wrappers) / sizeof(*wrappers); i++) {
		const char *base = argv[0] != NULL ? strrchr(argv[0], '/') : NULL;

		base = base != NULL ? base + 1 : argv[0];
		if (base != NULL && argv[1] != NULL && strcmp(base, wrappers[i]) == 0) {
			argv++;
			i = (size_t)-1; /* there may be several */
		}
	}
	return argv;
}

enum dlwhy_code dlwhy_link(struct dlwhy_session *s, const char *const *argv, dlwhy_on_result *on_result,
			   void *user, struct dlwhy_error *err)
{
	struct link_job j = { .s = s };

	err_clear(err);
	j.argv = argv = behind_wrappers(argv);
	if (argv[0] == NULL || *argv[0] == '\0')
		return err_set(err, DLWHY_E_ARGUMENT, 0, "there is no command: dlwhy link -- gcc "
			       "ARGUMENT...");
	if (s->opt.root != NULL || s->opt.pid != 0)
		return err_set(err, DLWHY_E_ARGUMENT, 0, "a link is judged on this machine, here and now");
	if (!link_knows(argv[0]) && !link_is_rustc(argv[0]) && link_makes_other(argv[0]) == NULL)
		return err_set(err, DLWHY_E_ARGUMENT, 0, "'%s' is no compiler driver or linker that is known "
			       "here",
			       argv[0]);
	j.r = (struct dlwhy_result){ .verb = "link", .target = argv[0], .loads = DLWHY_UNKNOWN,
				     .certainty = DLWHY_PROVED, .target_object = -1, .links = DLWHY_UNKNOWN };
	j.r.platform = (struct dlwhy_platform){ "linux", "none", NULL, NULL };
	j.a = arena_new(LINK_MEMORY);
	if (j.a == NULL)
		return err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory");
	session_folder(s, j.folder, sizeof(j.folder));
	if (arena_run(j.a, judge, &j) != ARENA_OK) {
		err_set(&j.err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory while the link was followed");
		j.r.error = &j.err;
		j.r.findings = NULL;
		j.r.nfindings = 0;
		j.r.links = DLWHY_UNKNOWN;
		j.r.linker_message = NULL;
	}
	if (*j.folder != '\0')
		os_remove_folder(j.folder);
	on_result(&j.r, 0, user);
	if (j.ran)
		link_close(&j.link);
	arena_free(j.a);
	return DLWHY_OK;
}
