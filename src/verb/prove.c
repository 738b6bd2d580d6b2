/* prove.c - the verdict beside what the real loader does in a child process.
 *
 * What counts is whether the file loads and, to the letter, the loader's text. Constructors run in
 * the child but are no part of the verdict: a process that dies in one has been loaded, which
 * prove_death.c tells of. When the two differ, the proof says so in a sentence that can be sent as
 * it is: it names no folder.
 */
#include "verb/prove.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "verb/prove_ask.h"
#include "verb/prove_death.h"

enum {
	REPORT_TEXT_MAX = 4096, /* bytes of one text in a report */
	MAX_OPENED = 32         /* libraries of a program whose constructors are tried */
};

struct trial {
	struct question q;
	struct dlwhy_result *r;
	struct dlwhy_proof *proof;
	const char *family;      /* of a plug-in, NULL if it is none */
	struct exec_result exec; /* of the program, or of the host */
};

/* ---- a report without private paths ---------------------------------------------------------- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

/* Every `path` in text, which may hold any character, becomes its last part. */
static const char *shorten(struct arena *a, const char *text, const char *path)
{
	size_t n = path != NULL ? strlen(path) : 0;
	const char *base, *at;
	char *copy, *to;

	if (n < 2 || (base = base_name(path)) == path || strstr(text, path) == NULL)
		return text;
	copy = to = arena_strdup(a, text);
	for (; (at = strstr(text, path)) != NULL; text = at + n) {
		memcpy(to, text, (size_t)(at - text));
		to += at - text;
		memcpy(to, base, strlen(base));
		to += strlen(base);
	}
	memmove(to, text, strlen(text) + 1);
	return copy;
}

/* What still looks like a path becomes its last part. */
static char *shorten_words(struct arena *a, const char *text)
{
	static const char ends[] = " \t\n:;,'\"`()[]=";
	char *copy = arena_strdup(a, text), *to = copy;

	while (*text != '\0') {
		size_t n = strcspn(text, ends), skip = n;

		while (skip > 0 && text[skip - 1] != '/')
			skip--;
		if (skip == n)
			skip = 0; /* "/" and "dir/" name no file */
		memmove(to, text + skip, n - skip);
		to += n - skip;
		text += n;
		if (*text != '\0')
			*to++ = *text++;
	}
	*to = '\0';
	return copy;
}

static const char *without_folders(const struct trial *t, const char *text)
{
	struct arena *a = t->q.a;

	text = arena_strndup(a, text, strnlen(text, REPORT_TEXT_MAX));
	text = shorten(a, text, t->q.path);
	text = shorten(a, text, t->q.host);
	for (size_t i = 0; i < t->r->nobjects; i++)
		text = shorten(a, text, t->r->objects[i]->path);
	return shorten_words(a, text);
}

static const char *build_id(const struct trial *t)
{
	const struct dlwhy_result *r = t->r;
	const char *path = t->q.path, *hex = "";
	const struct store_entry *en;
	struct elf_notes notes;

	if (r->target_object >= 0 && (size_t)r->target_object < r->nobjects &&
	    r->objects[r->target_object]->path != NULL)
		path = r->objects[r->target_object]->path;
	en = strchr(path, '/') != NULL ? store_open(t->q.s->store, path) : NULL;
	if (en == NULL || en->err != 0 || en->file->kind != FILE_ELF ||
	    en->file->elf.defect != ELF_OK)
		return "none";
	elf_notes(&en->file->elf, &notes);
	for (size_t i = 0; i < notes.build_id.n && i < 32; i++)
		hex = arena_printf(t->q.a, "%s%02x", hex, notes.build_id.p[i]);
	return *hex != '\0' ? hex : "none";
}

static const char *or_unknown(const char *s)
{
	return s != NULL ? s : "unknown";
}

static const char *verdict(const struct trial *t)
{
	if (t->r->loads == DLWHY_YES)
		return "it loads";
	return t->r->loader_message != NULL ? t->r->loader_message :
					      "the process dies without a word";
}

static const char *report(const struct trial *t, const char *real)
{
	const struct dlwhy_platform *p = &t->r->platform;

	return arena_printf(t->q.a, "dlwhy %s, %s, %s, %s %s; %s, build-id %s, in %s. "
			    "dlwhy: [%s] real loader: [%s]",
			    dlwhy_version(), or_unknown(p->os), or_unknown(p->machine),
			    or_unknown(p->loader), or_unknown(p->loader_version),
			    base_name(t->q.path), build_id(t),
			    t->r->is_program ? "a start" :
			    t->q.host != NULL ? base_name(t->q.host) : "a bare program",
			    without_folders(t, verdict(t)),
			    real != NULL ? without_folders(t, real) : "it loads");
}

/* ---- outcomes -------------------------------------------------------------------------------- */

static void not_done(struct trial *t, const char *why)
{
	*t->proof = (struct dlwhy_proof){ .says = why };
}

static void agrees(struct trial *t, const char *real, const char *says)
{
	*t->proof = (struct dlwhy_proof){ .done = true, .agrees = true, .real = real, .says = says };
}

static void disagrees(struct trial *t, const char *real)
{
	*t->proof = (struct dlwhy_proof){ .done = true, .real = real, .says = report(t, real) };
}

static bool same_text(const struct trial *t, const char *real)
{
	return t->r->loads == DLWHY_NO && t->r->loader_message != NULL &&
	       strcmp(t->r->loader_message, real) == 0;
}

/* A program with other rights than the caller's is never started. */
static bool has_rights(const struct trial *t)
{
	const struct store_entry *en = t->exec.file;

	return (en->file->st.mode & 06000) != 0 ||
	       exec_secure(t->q.s->store, en, t->q.a) != NULL;
}

/* ---- a library ------------------------------------------------------------------------------- */

static void judge_death(struct trial *t, const struct heard *h)
{
	if (t->r->loads == DLWHY_NO && t->r->loader_message == NULL) {
		agrees(t, h->text, NULL);
	} else if (t->r->loads == DLWHY_NO && h->died_in == DIED_IN_RESOLVER) {
		not_done(t, arena_printf(t->q.a, "a function of %s that chooses another (IFUNC) ended the "
					 "process before the loader came so far: %s", h->culprit, h->how));
	} else if (t->r->loads == DLWHY_NO || h->died_in == DIED_IN_LOADER) {
		disagrees(t, h->text);
	} else {
		agrees(t, NULL, prove_death(t->r, h, t->q.a));
		t->proof->died = h->how;
	}
}

/* The host's own start is part of the simulation: the loader's line is one of those printed. */
static void judge_no_start(struct trial *t, const struct heard *h)
{
	for (size_t i = 0; i < h->nlines; i++)
		if (same_text(t, h->lines[i])) {
			agrees(t, h->lines[i], NULL);
			return;
		}
	if (h->signal != 0 && t->r->loads == DLWHY_NO && t->r->loader_message == NULL)
		agrees(t, h->text, NULL);
	else if (t->q.kind == HOST_BARE)
		disagrees(t, h->text);
	else
		not_done(t, arena_printf(t->q.a, "%s did not come as far as opening it: %s",
					 t->q.host, h->text));
}

static void judge_library(struct trial *t, const struct heard *h)
{
	switch (h->kind) {
	case HEARD_NOTHING:
		not_done(t, h->text);
		break;
	case HEARD_TIMEOUT:
		not_done(t, arena_printf(t->q.a, "it did not come back within %d seconds; a "
					 "constructor may be waiting for something",
					 OS_CHILD_SECONDS));
		break;
	case HEARD_LOADED:
		if (t->r->loads == DLWHY_YES)
			agrees(t, NULL, NULL);
		else
			disagrees(t, NULL);
		break;
	case HEARD_REFUSED:
		if (same_text(t, h->text))
			agrees(t, h->text, NULL);
		else
			disagrees(t, h->text);
		break;
	case HEARD_DEATH:
		judge_death(t, h);
		break;
	case HEARD_NO_START:
		judge_no_start(t, h);
		break;
	}
}

static enum host_kind kind_of_host(const char *program, const char *family)
{
	const char *name;

	if (program == NULL)
		return HOST_BARE;
	name = base_name(program);
	if ((family != NULL && strcmp(family, "Python") == 0) || strncmp(name, "python", 6) == 0)
		return HOST_PYTHON;
	if ((family != NULL && strcmp(family, "Perl") == 0) || strncmp(name, "perl", 4) == 0)
		return HOST_PERL;
	return HOST_OTHER;
}

static const char *why_not_host(struct trial *t)
{
	struct question *q = &t->q;

	if (q->kind == HOST_OTHER)
		return arena_printf(q->a, "there is no known way to make %s open a given file",
				    q->host);
	exec_simulate(q->s->store, q->host, q->a, &t->exec);
	if (t->exec.err != 0 || t->exec.nscripts > 0 || t->exec.file == NULL)
		return arena_printf(q->a, "%s is no program that can be started directly", q->host);
	if (has_rights(t))
		return arena_printf(q->a, "%s runs with rights of its own (set-user-ID and "
				    "the like)", q->host);
	return NULL;
}

static const char *why_not_bare(const struct trial *t)
{
	const char *mine = elf_machine_name(ask_machine());
	const char *machine = t->r->platform.machine;

	if (strcmp(t->r->platform.loader, "musl") == 0)
		return "the bare program of this build is one for glibc, not for musl";
	if (machine == NULL || mine == NULL || strcmp(machine, mine) != 0)
		return arena_printf(t->q.a,
				    "the bare program of this build is one for %s, not for %s",
				    or_unknown(mine), or_unknown(machine));
	if (t->family != NULL && t->r->loads == DLWHY_YES)
		return arena_printf(t->q.a, "its host (%s) is not here", t->family);
	return NULL;
}

static void prove_library(struct trial *t)
{
	const char *why = t->q.kind == HOST_BARE ? why_not_bare(t) : why_not_host(t);
	struct heard h;

	if (why != NULL) {
		not_done(t, why);
		return;
	}
	ask_library(&t->q, &h);
	judge_library(t, &h);
	/* Without its host the loader misses first what the host would have provided. */
	if (t->family != NULL && t->q.kind == HOST_BARE && t->proof->done && !t->proof->agrees)
		not_done(t, arena_printf(t->q.a, "its host (%s) is not here", t->family));
}

/* ---- a program ------------------------------------------------------------------------------- */

/* "STRING\t(OBJ)" is how the listing shows what a start shows as "…: OBJ: STRING". */
static bool same_complaint(const struct trial *t, const char *listed, const char *line)
{
	const char *tab = strstr(listed, "\t(");
	size_t n = strlen(listed);
	const char *started;

	if (tab == NULL || listed[n - 1] != ')')
		return false;
	started = arena_printf(t->q.a, ": %.*s: %.*s", (int)(listed + n - 1 - (tab + 2)), tab + 2,
			       (int)(tab - listed), listed);
	return strlen(line) > strlen(started) &&
	       strcmp(line + strlen(line) - strlen(started), started) == 0;
}

/* "\tNAME => not found" for a start's "…: NAME: why". */
static bool same_missing(const struct trial *t, const char *listed, const char *line)
{
	const char *end = strstr(listed, " => not found");

	return end != NULL && *listed == '\t' &&
	       strstr(line, arena_printf(t->q.a, ": %.*s: ", (int)(end - listed) - 1,
					 listed + 1)) != NULL;
}

/* Does the listing show what a start would print as `line`? */
static bool is_shown(const struct trial *t, const struct trace_heard *h, const char *line)
{
	for (size_t i = 0; i < h->nlisted; i++)
		if (same_missing(t, h->listed[i], line))
			return true;
	for (size_t i = 0; i < h->nsaid; i++)
		if (strcmp(h->said[i], line) == 0 || same_complaint(t, h->said[i], line))
			return true;
	return false;
}

static bool contains_any(const char *text, const char *const *parts)
{
	for (; *parts != NULL; parts++)
		if (strstr(text, *parts) != NULL)
			return true;
	return false;
}

/* Would the listing show it, if it were so? It does not set up memory, TLS or constructors. */
static bool would_show(const char *line)
{
	static const char *const kinds[] = { "cannot open shared object file", "undefined symbol: ",
					     "not found (required by ", "wrong ELF class",
					     "link time reference", "invalid ELF header",
					     "file too short", NULL };

	return contains_any(line, kinds);
}

/* The first thing that the listing complains of, NULL if it is content. */
static const char *complaint(const struct trial *t, const struct trace_heard *h)
{
	static const char *const fatal[] = { "error while loading shared libraries: ",
					     "undefined symbol: ", "link time reference",
					     "Inconsistency detected by ld.so: ",
					     "Fatal glibc error: ", NULL };
	struct os_child_end end = { .signal = h->signal, .status = h->status };
	char name[24];

	for (size_t i = 0; i < h->nlisted; i++)
		if (strstr(h->listed[i], " => not found") != NULL)
			return h->listed[i] + strspn(h->listed[i], "\t");
	for (size_t i = 0; i < h->nsaid; i++)
		if (contains_any(h->said[i], fatal) ||
		    (strstr(h->said[i], "version `") != NULL &&
		     strstr(h->said[i], "weak version `") == NULL &&
		     strstr(h->said[i], "' not found (required by ") != NULL))
			return h->said[i];
	if (end.signal != 0)
		return arena_printf(t->q.a, "(the process was killed by %s)",
				    os_signal_name(end.signal, name, sizeof(name)));
	return end.status != 0 ? arena_printf(t->q.a, "(the process exited with status %d)",
					      end.status) : NULL;
}

/* The line of a start that ends it: the last one. */
static const char *last_line(const struct dlwhy_result *r)
{
	return r->nloader_lines > 0 ? r->loader_lines[r->nloader_lines - 1] : r->loader_message;
}

static void judge_trace(struct trial *t, const struct trace_heard *h)
{
	const char *real = complaint(t, h), *line = last_line(t->r);

	if (t->r->loads == DLWHY_YES) {
		if (real == NULL)
			agrees(t, NULL, NULL);
		else
			disagrees(t, real);
	} else if (line != NULL && is_shown(t, h, line)) {
		agrees(t, line, NULL);
	} else if (t->r->loader_message == NULL && (h->signal != 0 || h->status != 0)) {
		agrees(t, real, NULL);
	} else if (real != NULL || (line != NULL && would_show(line))) {
		disagrees(t, real);
	} else {
		not_done(t, "the program would have to be started: its loader only fails after the "
			    "point where it can be asked without");
	}
}

/* ---- a program of musl ----------------------------------------------------------------------- */

static bool is_musl_path(const char *interp)
{
	return strncmp(base_name(interp), "ld-musl-", 8) == 0;
}

/* What the loader says as a command is what it says at a start, line by line. */
static void judge_musl(struct trial *t, const struct trace_heard *h)
{
	const struct dlwhy_result *r = t->r;
	size_t ours = (r->loader_message != NULL) + r->nloader_lines;
	bool same = h->nsaid == ours;

	for (size_t i = 0; same && i < h->nsaid; i++) {
		const char *line = i == 0 ? r->loader_message : r->loader_lines[i - 1];

		same = line != NULL && strcmp(h->said[i], line) == 0;
	}
	if (h->signal != 0 && r->loads == DLWHY_NO)
		agrees(t, NULL, NULL);
	else if (same && (h->status == 0) == (r->loads == DLWHY_YES))
		agrees(t, r->loader_message, NULL);
	else if (h->status == 0 && r->loads == DLWHY_NO && ours == 0)
		not_done(t, "the program would have to be started: it dies only after the point where "
			    "its loader can be asked without");
	else
		disagrees(t, h->nsaid > 0 ? h->said[0] : NULL);
}

static void prove_musl(struct trial *t)
{
	const char *ld = t->exec.file->file->elf.interp;
	struct trace_heard h;

	if (has_rights(t)) {
		not_done(t, "it runs with rights of its own (set-user-ID and the like)");
		return;
	}
	ask_musl(&t->q, ld, t->q.path, &h);
	if (h.why != NULL)
		not_done(t, h.why);
	else if (h.err != 0)
		not_done(t, arena_printf(t->q.a, "its loader %s cannot be started here: %s", ld,
					 strerrordesc_np(h.err)));
	else if (h.timed_out)
		not_done(t, arena_printf(t->q.a, "its loader did not end within %d seconds",
					 OS_CHILD_SECONDS));
	else
		judge_musl(t, &h);
}

/* The kernel refuses to start the program. Trying is safe if it is one that the loader would only
 * list if the kernel did start it. */
static void prove_refusal(struct trial *t)
{
	const struct store_entry *en = store_open(t->q.s->store, t->q.path);
	const struct elf *e = en != NULL && en->err == 0 ? &en->file->elf : NULL;
	struct trace_heard h;

	if (e == NULL || en->file->kind != FILE_ELF || e->defect != ELF_OK || e->interp == NULL ||
	    e->machine != ask_machine() || is_musl_path(e->interp)) {
		not_done(t, "the file would have to be run");
		return;
	}
	ask_program(&t->q, t->q.path, &h);
	if (h.why != NULL)
		not_done(t, h.why);
	else if (h.err == t->exec.err)
		agrees(t, t->r->loader_message, NULL);
	else
		disagrees(t, h.err != 0 ? strerrordesc_np(h.err) : NULL);
}

/* The libraries that the program needs are opened one by one in a bare program: their constructors run
 * there, those of the program do not. Nothing but a death in one is of interest. */
static void run_constructors(struct trial *t)
{
	const struct dlwhy_result *r = t->r;
	const struct dlwhy_object *program = r->target_object >= 0 && (size_t)r->target_object < r->nobjects ?
						     r->objects[r->target_object] : NULL;
	struct question q = t->q;
	struct heard h;
	size_t asked = 0;

	for (size_t i = 0; program != NULL && i < program->nneeds && asked < MAX_OPENED; i++) {
		int32_t to = program->needs[i]->to;

		q.path = to >= 0 && (size_t)to < r->nobjects ? r->objects[to]->path : NULL;
		if (q.path == NULL || strncmp(base_name(q.path), "libc.so.", 8) == 0)
			continue;
		q.kind = HOST_BARE;
		q.host = NULL;
		asked++;
		ask_library(&q, &h);
		if (h.kind != HEARD_DEATH || h.died_in != DIED_IN_CONSTRUCTOR)
			continue;
		agrees(t, NULL, prove_death(t->r, &h, t->q.a));
		t->proof->died = h.how;
		return;
	}
}

static void prove_start(struct trial *t)
{
	struct trace_heard h;

	t->q.path = t->exec.nscripts > 0 ? t->exec.file->path : t->q.path;
	if (has_rights(t)) {
		not_done(t, "it runs with rights of its own (set-user-ID and the like)");
		return;
	}
	/* Any other loader might not know the variable and run the program. */
	if (t->r->platform.loader_version == NULL) {
		not_done(t, "its loader names no glibc release: it might run the program");
		return;
	}
	ask_program(&t->q, t->q.path, &h);
	if (h.why != NULL)
		not_done(t, h.why);
	else if (h.timed_out)
		not_done(t, arena_printf(t->q.a, "its loader did not end within %d seconds",
					 OS_CHILD_SECONDS));
	else if (h.err != 0)
		disagrees(t, strerrordesc_np(h.err));
	else
		judge_trace(t, &h);
	if (t->proof->done && t->proof->agrees && t->r->loads == DLWHY_YES)
		run_constructors(t);
}

static void prove_program(struct trial *t)
{
	exec_simulate(t->q.s->store, t->q.path, t->q.a, &t->exec);
	if (t->exec.is_static)
		not_done(t, "it has no loader that could be asked: it would have to be run");
	else if (t->exec.err != 0)
		prove_refusal(t);
	else if (strcmp(t->r->platform.loader, "musl") == 0)
		prove_musl(t);
	else
		prove_start(t);
}

/* ---- all ------------------------------------------------------------------------------------- */

/* Reasons that hold for whatever the target is. */
static const char *why_not(const struct trial *t)
{
	const struct dlwhy_options *o = &t->q.s->opt;

	if (t->r->error != NULL || t->r->loads == DLWHY_UNKNOWN)
		return "there is no verdict to compare with";
	if (strcmp(t->r->platform.os, "linux") != 0)
		return "the loader of that system is not on this machine";
	if (o->cpu != NULL)
		return "the question is about another processor";
	if (o->no_bind && t->r->loads == DLWHY_YES)
		return "the verdict leaves out binding, which the real loader does not";
	if (o->root != NULL && os_euid() != 0)
		return "only root can start a process in another root";
	return NULL;
}

static int minor_of(const char *version)
{
	if (version == NULL || strncmp(version, "2.", 2) != 0)
		return 0;
	return (int)strtol(version + 2, NULL, 10);
}

void prove(struct dlwhy_session *s, struct dlwhy_result *r, const char *path,
	   const char *host_program, const char *host_family, bool is_program, struct arena *a)
{
	struct trial t = { .r = r, .family = host_family };
	const char *why;

	t.q = (struct question){ s, a, path, kind_of_host(host_program, host_family), host_program,
				 minor_of(r->platform.loader_version), NULL };
	t.proof = ARENA_NEW(a, struct dlwhy_proof);
	r->proof = t.proof;
	why = why_not(&t);
	if (why != NULL)
		not_done(&t, why);
	else if (is_program)
		prove_program(&t);
	else
		prove_library(&t);
	prove_refuted(r, a);
}
