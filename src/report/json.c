/* json.c - schema 1, printed as it goes: docs/schema-1.json describes it.
 *
 * Keys come in a fixed order and the same result gives the same bytes. Outer containers are
 * broken into lines for readers; what lies deeper, and all of jsonl, stays on one line.
 */
#include "report/report.h"

#include <string.h>

#include "report/escape.h"

enum {
	FLUSH_ABOVE = 64 << 10, /* bytes kept before they are written */
	BREAK_DEPTH = 4,        /* a probe, a need, a piece of evidence: one line each */
	MEMBER_DEPTH = 4,       /* packages in packages */
	CAUSE_DEPTH = 16        /* exceptions behind an exception */
};

struct json {
	struct report *o;
	struct buf *b;
	unsigned depth, break_depth;
	bool comma;             /* something precedes in this container */
	struct buf tmp;         /* a redacted value */
};

/* ---- values ------------------------------------------------------------------------------- */

static void json_break(struct json *j)
{
	unsigned i;

	if (j->depth == 0 || j->depth > j->break_depth)
		return;
	buf_char(j->b, '\n');
	for (i = 0; i < j->depth; i++)
		buf_char(j->b, ' ');
}

/* Before each element of an array and each key of an object. */
static void json_next(struct json *j)
{
	if (j->comma)
		buf_str(j->b, j->depth > j->break_depth ? ", " : ",");
	report_flush(j->o, FLUSH_ABOVE);
	json_break(j);
	j->comma = true;
}

static void json_open(struct json *j, char bracket)
{
	buf_char(j->b, bracket);
	j->depth++;
	j->comma = false;
}

static void json_close(struct json *j, char bracket)
{
	bool filled = j->comma;

	j->depth--;
	if (filled && j->depth + 1 <= j->break_depth) {
		unsigned i;

		buf_char(j->b, '\n');
		for (i = 0; i < j->depth; i++)
			buf_char(j->b, ' ');
	}
	buf_char(j->b, bracket);
	j->comma = true;
}

static void json_key(struct json *j, const char *key)
{
	json_next(j);
	buf_printf(j->b, "\"%s\": ", key);
}

static void json_quote(struct json *j, const char *s)
{
	buf_char(j->b, '"');
	escape_json(j->b, s);
	buf_char(j->b, '"');
}

static const char *json_redact(struct json *j, const char *s)
{
	if (s == NULL || j->o->redact == NULL)
		return s;
	buf_clear(&j->tmp);
	redact_add(j->o->redact, &j->tmp, s);
	return j->tmp.p != NULL ? j->tmp.p : "";
}

static void json_int(struct json *j, const char *key, int64_t v)
{
	json_key(j, key);
	buf_printf(j->b, "%lld", (long long)v);
}

/* A number that stands for "none" when it is negative. */
static void json_opt_int(struct json *j, const char *key, int64_t v)
{
	if (v >= 0) {
		json_int(j, key, v);
		return;
	}
	json_key(j, key);
	buf_str(j->b, "null");
}

static void json_bool(struct json *j, const char *key, bool v)
{
	json_key(j, key);
	buf_str(j->b, v ? "true" : "false");
}

/* An id of ours: never redacted. */
static void json_id(struct json *j, const char *key, const char *v)
{
	json_key(j, key);
	if (v == NULL)
		buf_str(j->b, "null");
	else
		json_quote(j, v);
}

static void json_b64(struct json *j, const char *s)
{
	buf_char(j->b, '"');
	escape_base64(j->b, s, strlen(s));
	buf_char(j->b, '"');
}

/* A text that may come from a file or hold a path. */
static void json_text(struct json *j, const char *key, const char *v)
{
	v = json_redact(j, v);
	json_id(j, key, v);
	if (v == NULL || utf8_valid(v, strlen(v)))
		return;
	json_next(j);
	buf_printf(j->b, "\"%s_b64\": ", key);
	json_b64(j, v);
}

/* Beside a list with elements that are not UTF-8 stands KEY_b64: the raw value of those, null for
 * the others. */
static void json_texts_b64(struct json *j, const char *key, const char *const *v, size_t n)
{
	size_t i;

	json_next(j);
	buf_printf(j->b, "\"%s_b64\": ", key);
	json_open(j, '[');
	for (i = 0; i < n; i++) {
		const char *s = json_redact(j, v[i]);

		json_next(j);
		if (utf8_valid(s, strlen(s)))
			buf_str(j->b, "null");
		else
			json_b64(j, s);
	}
	json_close(j, ']');
}

static void json_texts(struct json *j, const char *key, const char *const *v, size_t n)
{
	bool valid = true;
	size_t i;

	json_key(j, key);
	json_open(j, '[');
	for (i = 0; i < n; i++) {
		json_next(j);
		json_quote(j, json_redact(j, v[i]));
		valid = valid && utf8_valid(v[i], strlen(v[i]));
	}
	json_close(j, ']');
	if (!valid)
		json_texts_b64(j, key, v, n);
}

/* ---- findings ----------------------------------------------------------------------------- */

static void json_evidence(struct json *j, const struct dlwhy_evidence *e)
{
	json_next(j);
	json_open(j, '{');
	json_id(j, "kind", e->kind);
	json_opt_int(j, "object", e->object);
	json_text(j, "path", e->path);
	json_opt_int(j, "offset", e->offset);
	json_opt_int(j, "size", e->size);
	json_opt_int(j, "line", e->line);
	json_text(j, "value", e->value);
	json_text(j, "says", e->says);
	json_text(j, "demangled", e->demangled);
	json_close(j, '}');
}

static void json_edit(struct json *j, const struct dlwhy_edit *e)
{
	json_next(j);
	json_open(j, '{');
	json_id(j, "op", e->op);
	json_text(j, "path", e->path);
	json_text(j, "name", e->name);
	json_text(j, "value", e->value);
	json_close(j, '}');
}

static void json_edits(struct json *j, const struct dlwhy_edit *const *edits, size_t n)
{
	json_key(j, "edits");
	json_open(j, '[');
	for (size_t i = 0; i < n; i++)
		json_edit(j, edits[i]);
	json_close(j, ']');
}

static void json_fix(struct json *j, const struct dlwhy_fix *f)
{
	json_next(j);
	json_open(j, '{');
	json_int(j, "n", f->n);
	json_id(j, "kind", f->kind);
	json_id(j, "risk", f->risk);
	json_text(j, "says", f->says);
	json_texts(j, "commands", f->commands, f->ncommands);
	json_texts(j, "files", f->files, f->nfiles);
	json_edits(j, f->edits, f->nedits);
	json_close(j, '}');
}

static void json_also(struct json *j, const struct dlwhy_also *a)
{
	json_next(j);
	json_open(j, '{');
	json_id(j, "code", a->code);
	json_id(j, "detail", a->detail);
	json_text(j, "object", a->object);
	json_close(j, '}');
}

static void json_finding_lists(struct json *j, const struct dlwhy_finding *f)
{
	size_t i;

	json_key(j, "evidence");
	json_open(j, '[');
	for (i = 0; i < f->nevidence; i++)
		json_evidence(j, f->evidence[i]);
	json_close(j, ']');
	json_key(j, "fixes");
	json_open(j, '[');
	for (i = 0; i < f->nfixes; i++)
		json_fix(j, f->fixes[i]);
	json_close(j, ']');
	json_key(j, "also");
	json_open(j, '[');
	for (i = 0; i < f->nalso; i++)
		json_also(j, f->also[i]);
	json_close(j, ']');
}

static void json_package(struct json *j, const char *kind, const char *name, const char *version)
{
	json_key(j, "package");
	if (kind == NULL || name == NULL) {
		buf_str(j->b, "null");
		return;
	}
	json_open(j, '{');
	json_id(j, "kind", kind);
	json_text(j, "name", name);
	json_text(j, "version", version);
	json_close(j, '}');
}

static void json_finding(struct json *j, const struct dlwhy_finding *f)
{
	json_next(j);
	json_open(j, '{');
	json_id(j, "code", f->code);
	json_id(j, "detail", f->detail);
	json_id(j, "severity", words_severity(f->severity));
	json_id(j, "certainty", words_certainty(f->certainty));
	json_id(j, "fingerprint", f->fingerprint);
	json_text(j, "object", f->object);
	json_text(j, "needed_by", f->needed_by);
	json_texts(j, "chain", f->chain, f->nchain);
	json_text(j, "symbol", f->symbol);
	json_text(j, "demangled", f->demangled);
	json_text(j, "summary", f->summary);
	json_finding_lists(j, f);
	json_text(j, "assumes", f->assumes);
	if (f->package_kind != NULL)
		json_package(j, f->package_kind, f->package_name, f->package_version);
	json_close(j, '}');
}

/* ---- objects ------------------------------------------------------------------------------ */

static void json_probe(struct json *j, const struct dlwhy_probe *p)
{
	json_next(j);
	json_open(j, '{');
	json_id(j, "rule", p->rule);
	json_text(j, "path", p->path);
	json_id(j, "outcome", p->outcome);
	json_text(j, "directory", p->directory);
	json_opt_int(j, "of", p->of);
	json_close(j, '}');
}

static void json_need(struct json *j, const struct dlwhy_need *n)
{
	size_t i;

	json_next(j);
	json_open(j, '{');
	json_text(j, "name", n->name);
	json_opt_int(j, "to", n->to);
	json_id(j, "when", n->when);
	json_id(j, "rule", n->rule);
	json_opt_int(j, "rule_of", n->rule_of);
	json_key(j, "probes");
	json_open(j, '[');
	for (i = 0; i < n->nprobes; i++)
		json_probe(j, n->probes[i]);
	json_close(j, ']');
	json_close(j, '}');
}

static void json_object(struct json *j, const struct dlwhy_object *o)
{
	size_t i;

	json_next(j);
	json_open(j, '{');
	json_int(j, "id", o->id);
	json_text(j, "path", o->path);
	json_text(j, "soname", o->soname);
	json_package(j, o->package_kind, o->package_name, o->package_version);
	json_key(j, "needs");
	json_open(j, '[');
	for (i = 0; i < o->nneeds; i++)
		json_need(j, o->needs[i]);
	json_close(j, ']');
	json_bool(j, "by_host", o->by_host);
	if (o->unloaded)
		json_bool(j, "unloaded", true);
	json_close(j, '}');
}

static void json_binding(struct json *j, const struct dlwhy_binding *b)
{
	json_next(j);
	json_open(j, '{');
	json_opt_int(j, "from", b->from);
	json_text(j, "symbol", b->symbol);
	json_text(j, "version", b->version);
	json_opt_int(j, "to", b->to);
	json_text(j, "to_version", b->to_version);
	json_bool(j, "weak", b->weak);
	json_bool(j, "lazy", b->lazy);
	json_bool(j, "copy", b->copy);
	json_bool(j, "tls", b->tls);
	json_close(j, '}');
}

/* ---- a result ----------------------------------------------------------------------------- */

static void json_platform(struct json *j, const struct dlwhy_platform *p)
{
	json_key(j, "platform");
	json_open(j, '{');
	json_id(j, "os", p->os);
	json_id(j, "loader", p->loader);
	json_text(j, "loader_version", p->loader_version);
	json_text(j, "machine", p->machine);
	json_close(j, '}');
}

static void json_error(struct json *j, const struct dlwhy_error *e)
{
	json_key(j, "error");
	if (e == NULL) {
		buf_str(j->b, "null");
		return;
	}
	json_open(j, '{');
	json_id(j, "code", dlwhy_code_name(e->code));
	json_text(j, "message", e->message);
	json_opt_int(j, "errno", e->sys_errno != 0 ? e->sys_errno : -1);
	json_close(j, '}');
}

static void json_proof(struct json *j, const struct dlwhy_proof *p)
{
	json_key(j, "proof");
	if (p == NULL) {
		buf_str(j->b, "null");
		return;
	}
	json_open(j, '{');
	json_bool(j, "done", p->done);
	if (p->done)
		json_bool(j, "agrees", p->agrees);
	else
		json_id(j, "agrees", NULL);
	json_text(j, "real", p->real);
	json_text(j, "says", p->says);
	json_text(j, "died", p->died);
	json_close(j, '}');
}

static void json_answer(struct json *j, const char *key, enum dlwhy_answer x)
{
	if (x == DLWHY_UNKNOWN)
		json_id(j, key, NULL);
	else
		json_bool(j, key, x == DLWHY_YES);
}

static void json_verdict(struct json *j, const struct dlwhy_result *r)
{
	json_text(j, "target", r->target);
	json_platform(j, &r->platform);
	json_answer(j, "loads", r->loads);
	json_id(j, "certainty", words_certainty(r->certainty));
	json_error(j, r->error);
	json_text(j, "loader_message", r->loader_message);
	json_texts(j, "loader_lines", r->loader_lines, r->nloader_lines);
}

static void json_graph(struct json *j, const struct dlwhy_result *r)
{
	size_t i;

	json_key(j, "findings");
	json_open(j, '[');
	for (i = 0; i < r->nfindings; i++)
		json_finding(j, r->findings[i]);
	json_close(j, ']');
	json_key(j, "objects");
	json_open(j, '[');
	for (i = 0; i < r->nobjects; i++)
		json_object(j, r->objects[i]);
	json_close(j, ']');
}

static void json_head(struct json *j, const struct dlwhy_result *r)
{
	json_int(j, "schema", 1);
	json_id(j, "dlwhy", dlwhy_version());
	json_id(j, "verb", r->verb);
}

static void json_opened(struct json *j, const struct dlwhy_open *o)
{
	json_next(j);
	json_open(j, '{');
	json_text(j, "name", o->name);
	json_opt_int(j, "from", o->from);
	json_id(j, "by", o->by);
	json_text(j, "priority", o->priority);
	json_text(j, "feature", o->feature);
	json_text(j, "description", o->description);
	json_text(j, "path", o->path);
	json_text(j, "rule", o->rule);
	json_bool(j, "alternative", o->alternative);
	json_close(j, '}');
}

static void json_opens(struct json *j, const struct dlwhy_result *r)
{
	size_t i;

	json_key(j, "opens");
	json_open(j, '[');
	for (i = 0; i < r->nopens; i++)
		json_opened(j, r->opens[i]);
	json_close(j, ']');
}

/* ---- Python ------------------------------------------------------------------------------- */

static void json_place_keys(struct json *j, const struct dlwhy_place *p)
{
	json_text(j, "file", p->file);
	json_opt_int(j, "line", p->line);
	json_text(j, "in", p->in);
}

static void json_place(struct json *j, const char *key, const struct dlwhy_place *p)
{
	json_key(j, key);
	json_open(j, '{');
	json_place_keys(j, p);
	json_close(j, '}');
}

/* `level` bounds the chain of causes. */
static void json_exception(struct json *j, const char *key, const struct dlwhy_exception *e,
			   unsigned level)
{
	json_key(j, key);
	if (e == NULL || level > CAUSE_DEPTH) {
		buf_str(j->b, "null");
		return;
	}
	json_open(j, '{');
	json_text(j, "type", e->type);
	json_text(j, "message", e->message);
	json_text(j, "text", e->text);
	json_bool(j, "exact", e->exact);
	json_bool(j, "maybe", e->maybe);
	json_text(j, "name", e->name);
	json_text(j, "path", e->path);
	json_key(j, "traceback");
	json_open(j, '[');
	for (size_t i = 0; i < e->ntraceback; i++) {
		json_next(j);
		json_open(j, '{');
		json_place_keys(j, e->traceback[i]);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_bool(j, "explicit_cause", e->explicit_cause);
	json_exception(j, "cause", e->cause, level + 1);
	json_close(j, '}');
}

static void json_module(struct json *j, const struct dlwhy_module *m)
{
	json_next(j);
	json_open(j, '{');
	json_text(j, "name", m->name);
	json_id(j, "kind", m->kind);
	json_text(j, "origin", m->origin);
	json_place(j, "by", &m->by);
	json_bool(j, "maybe", m->maybe);
	json_bool(j, "failed", m->failed);
	json_close(j, '}');
}

static void json_native(struct json *j, const struct dlwhy_native *n)
{
	json_next(j);
	json_open(j, '{');
	json_text(j, "path", n->path);
	json_id(j, "kind", n->kind);
	json_text(j, "module", n->module);
	json_place(j, "by", &n->by);
	json_id(j, "outcome", n->outcome);
	json_text(j, "message", n->message);
	json_bool(j, "maybe", n->maybe);
	json_opt_int(j, "object", n->object);
	json_close(j, '}');
}

static void json_swallowed(struct json *j, const struct dlwhy_swallowed *s)
{
	json_next(j);
	json_open(j, '{');
	json_exception(j, "exception", s->exception, 0);
	json_place(j, "at", &s->at);
	json_bool(j, "warned", s->warned);
	json_text(j, "native", s->native);
	json_texts(j, "gone", s->gone, s->ngone);
	json_close(j, '}');
}

static void json_python_lists(struct json *j, const struct dlwhy_python *p)
{
	json_key(j, "modules");
	json_open(j, '[');
	for (size_t i = 0; i < p->nmodules; i++)
		json_module(j, p->modules[i]);
	json_close(j, ']');
	json_key(j, "natives");
	json_open(j, '[');
	for (size_t i = 0; i < p->nnatives; i++)
		json_native(j, p->natives[i]);
	json_close(j, ']');
	json_key(j, "swallowed");
	json_open(j, '[');
	for (size_t i = 0; i < p->nswallowed; i++)
		json_swallowed(j, p->swallowed[i]);
	json_close(j, ']');
	json_key(j, "not_followed");
	json_open(j, '[');
	for (size_t i = 0; i < p->nnot_followed; i++) {
		json_next(j);
		json_open(j, '{');
		json_text(j, "what", p->not_followed[i]->what);
		json_place(j, "at", &p->not_followed[i]->at);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void json_python(struct json *j, const struct dlwhy_python *p)
{
	json_key(j, "python");
	if (p == NULL) {
		buf_str(j->b, "null");
		return;
	}
	json_open(j, '{');
	json_text(j, "executable", p->executable);
	json_text(j, "program", p->program);
	json_text(j, "implementation", p->implementation);
	json_text(j, "version", p->version);
	json_text(j, "prefix", p->prefix);
	json_text(j, "why", p->why);
	json_texts(j, "path", p->path, p->npath);
	json_text(j, "module", p->module);
	json_exception(j, "exception", p->exception, 0);
	json_bool(j, "died", p->died);
	json_bool(j, "limited", p->limited);
	json_int(j, "startup", (int64_t)p->nstartup);
	json_python_lists(j, p);
	json_close(j, '}');
}

/* ---- a run --------------------------------------------------------------------------------- */

static void json_load(struct json *j, const struct dlwhy_run_load *l)
{
	json_next(j);
	json_open(j, '{');
	json_text(j, "name", l->name);
	json_text(j, "by", l->by);
	json_id(j, "outcome", l->outcome);
	json_text(j, "message", l->message);
	json_texts(j, "objects", l->objects, l->nobjects);
	json_close(j, '}');
}

static void json_process(struct json *j, const struct dlwhy_run_process *p)
{
	json_next(j);
	json_open(j, '{');
	json_int(j, "pid", p->pid);
	json_int(j, "parent", p->parent);
	json_text(j, "program", p->program);
	json_texts(j, "argv", p->argv, p->nargv);
	json_id(j, "ending", p->ending);
	json_opt_int(j, "signal", p->signal != 0 ? p->signal : -1);
	json_bool(j, "forked", p->forked);
	json_bool(j, "started", p->started);
	json_bool(j, "compared", p->compared);
	json_texts(j, "differences", p->differences, p->ndifferences);
	json_key(j, "loads");
	json_open(j, '[');
	for (size_t i = 0; i < p->nloads; i++)
		json_load(j, p->loads[i]);
	json_close(j, ']');
	json_close(j, '}');
}

static void json_run(struct json *j, const struct dlwhy_run *run)
{
	json_key(j, "run");
	if (run == NULL) {
		buf_str(j->b, "null");
		return;
	}
	json_open(j, '{');
	json_bool(j, "started", run->started);
	json_opt_int(j, "exit_status", run->exit_status);
	json_opt_int(j, "signal", run->signal != 0 ? run->signal : -1);
	json_id(j, "signal_name", run->signal_name);
	json_bool(j, "watched", run->watched);
	json_text(j, "why_not", run->why_not);
	json_int(j, "lost", (int64_t)run->lost);
	json_texts(j, "unseen", run->unseen, run->nunseen);
	json_key(j, "processes");
	json_open(j, '[');
	for (size_t i = 0; i < run->nprocesses; i++)
		json_process(j, run->processes[i]);
	json_close(j, ']');
	json_close(j, '}');
}

/* ---- a text -------------------------------------------------------------------------------- */

static void json_told(struct json *j, const struct dlwhy_told *t)
{
	json_key(j, "told");
	if (t == NULL) {
		buf_str(j->b, "null");
		return;
	}
	json_open(j, '{');
	json_int(j, "bytes", (int64_t)t->bytes);
	json_int(j, "lines", (int64_t)t->lines);
	json_id(j, "speaker", t->speaker);
	json_text(j, "text", t->text);
	json_opt_int(j, "line", t->line);
	json_int(j, "facts", (int64_t)t->nfacts);
	json_bool(j, "cut", t->cut);
	json_text(j, "looked", t->looked);
	json_id(j, "asked", t->asked);
	json_text(j, "asked_about", t->asked_about);
	json_close(j, '}');
}

/* ---- plans ---------------------------------------------------------------------------------- */

static void json_plan(struct json *j, const struct dlwhy_plan *p)
{
	json_next(j);
	json_open(j, '{');
	json_int(j, "n", p->n);
	json_id(j, "kind", p->kind);
	json_id(j, "risk", p->risk);
	json_text(j, "says", p->says);
	json_id(j, "removes", p->removes);
	json_edits(j, p->edits, p->nedits);
	json_texts(j, "files", p->files, p->nfiles);
	json_texts(j, "commands", p->commands, p->ncommands);
	json_texts(j, "notes", p->notes, p->nnotes);
	json_answer(j, "works", p->works);
	json_text(j, "then", p->then);
	json_bool(j, "same_command", p->same_command);
	json_bool(j, "can_apply", p->can_apply);
	json_text(j, "why_not", p->why_not);
	json_close(j, '}');
}

static void json_plans(struct json *j, const struct dlwhy_result *r)
{
	json_key(j, "plans");
	json_open(j, '[');
	for (size_t i = 0; i < r->nplans; i++)
		json_plan(j, r->plans[i]);
	json_close(j, ']');
}

static void json_applied(struct json *j, const struct dlwhy_applied *a)
{
	json_key(j, "applied");
	if (a == NULL) {
		buf_str(j->b, "null");
		return;
	}
	json_open(j, '{');
	json_int(j, "n", a->n);
	json_id(j, "id", a->id);
	json_bool(j, "works", a->works);
	json_bool(j, "rolled_back", a->rolled_back);
	json_text(j, "says", a->says);
	json_text(j, "message", a->message);
	json_close(j, '}');
}

/* ---- installed packages ---------------------------------------------------------------------- */

static void json_verified(struct json *j, const struct dlwhy_verified_package *p)
{
	json_next(j);
	json_open(j, '{');
	json_id(j, "kind", p->kind);
	json_text(j, "name", p->name);
	json_text(j, "version", p->version);
	json_id(j, "state", p->state);
	json_text(j, "record", p->record);
	json_texts(j, "reinstall", p->reinstall, p->nreinstall);
	json_close(j, '}');
}

static void json_verify(struct json *j, const struct dlwhy_verify *v)
{
	json_key(j, "verify");
	if (v == NULL) {
		buf_str(j->b, "null");
		return;
	}
	json_open(j, '{');
	json_id(j, "kind", v->kind);
	json_text(j, "place", v->place);
	json_int(j, "packages", (int64_t)v->npackages);
	json_int(j, "files", (int64_t)v->nfiles);
	json_int(j, "bytes", (int64_t)v->bytes);
	json_int(j, "damaged", (int64_t)v->ndamaged);
	json_int(j, "suspect", (int64_t)v->nsuspect);
	json_int(j, "unreadable", (int64_t)v->unreadable);
	json_key(j, "listed");
	json_open(j, '[');
	for (size_t i = 0; i < v->nlisted; i++)
		json_verified(j, v->packages[i]);
	json_close(j, ']');
	json_texts(j, "commands", v->commands, v->ncommands);
	json_close(j, '}');
}

static void json_env_module(struct json *j, const struct dlwhy_env_module *m)
{
	json_next(j);
	json_open(j, '{');
	json_text(j, "package", m->package);
	json_text(j, "module", m->module);
	json_bool(j, "works", m->works);
	json_text(j, "message", m->message);
	json_close(j, '}');
}

static void json_env(struct json *j, const struct dlwhy_env *e)
{
	json_key(j, "env");
	if (e == NULL) {
		buf_str(j->b, "null");
		return;
	}
	json_open(j, '{');
	json_text(j, "dir", e->dir);
	json_text(j, "python", e->python);
	json_id(j, "installer", e->installer);
	json_bool(j, "made", e->made);
	json_int(j, "packages", (int64_t)e->npackages);
	json_int(j, "native_files", (int64_t)e->nfiles);
	json_int(j, "failing_files", (int64_t)e->nfailing);
	json_texts(j, "failing", e->failing, e->nlisted);
	json_key(j, "modules");
	json_open(j, '[');
	for (size_t i = 0; i < e->nmodules; i++)
		json_env_module(j, e->modules[i]);
	json_close(j, ']');
	json_text(j, "activate", e->activate);
	json_text(j, "failed", e->failed);
	json_close(j, '}');
}

/* ---- what was changed ----------------------------------------------------------------------- */

static void json_undo_step(struct json *j, const struct dlwhy_transaction_step *s)
{
	json_next(j);
	json_open(j, '{');
	json_id(j, "change", s->change);
	json_text(j, "path", s->path);
	json_bool(j, "was_there", s->was_there);
	json_texts(j, "argv", s->argv, s->nargv);
	json_text(j, "changed", s->changed);
	json_close(j, '}');
}

static void json_transaction(struct json *j, const struct dlwhy_transaction *t)
{
	json_next(j);
	json_open(j, '{');
	json_id(j, "id", t->id);
	json_id(j, "state", t->state);
	json_int(j, "time", t->time);
	json_opt_int(j, "undone", t->undone != 0 ? t->undone : -1);
	json_text(j, "version", t->version);
	json_text(j, "title", t->title);
	json_texts(j, "command", t->command, t->ncommand);
	json_int(j, "kept", (int64_t)t->kept);
	json_text(j, "damage", t->damage);
	json_key(j, "steps");
	json_open(j, '[');
	for (size_t i = 0; i < t->nsteps; i++)
		json_undo_step(j, t->steps[i]);
	json_close(j, ']');
	json_close(j, '}');
}

static void json_undo(struct json *j, const struct dlwhy_undo *u)
{
	json_key(j, "undo");
	if (u == NULL) {
		buf_str(j->b, "null");
		return;
	}
	json_open(j, '{');
	json_bool(j, "done", u->done);
	json_texts(j, "recovered", u->recovered, u->nrecovered);
	json_key(j, "transactions");
	json_open(j, '[');
	for (size_t i = 0; i < u->ntransactions; i++)
		json_transaction(j, u->transactions[i]);
	json_close(j, ']');
	json_close(j, '}');
}

static void json_checked(struct json *j, const struct dlwhy_package *p)
{
	json_key(j, "package");
	if (p == NULL) {
		buf_str(j->b, "null");
		return;
	}
	json_open(j, '{');
	json_id(j, "kind", p->kind);
	json_text(j, "name", p->name);
	json_text(j, "version", p->version);
	json_text(j, "tag", p->tag);
	json_int(j, "files", (int64_t)p->nfiles);
	json_int(j, "native_files", (int64_t)p->nnative);
	json_int(j, "other_native_files", (int64_t)p->nothers);
	json_close(j, '}');
}

static void json_cause(struct json *j, const struct dlwhy_cause *c)
{
	json_key(j, "cause");
	if (c == NULL) {
		buf_str(j->b, "null");
		return;
	}
	json_open(j, '{');
	json_id(j, "code", c->code);
	json_text(j, "title", c->title);
	json_id(j, "severity", words_severity(c->severity));
	json_text(j, "meaning", c->meaning);
	json_text(j, "never", c->never);
	json_text(j, "page", c->page);
	json_close(j, '}');
}

/* Keys that schema 1 has got since, behind those it began with. */
static void json_later_keys(struct json *j, const struct dlwhy_result *r)
{
	size_t i;

	json_text(j, "host", r->host);
	json_bool(j, "is_program", r->is_program);
	json_opt_int(j, "target_object", r->target_object);
	json_text(j, "assumes", r->assumes);
	json_text(j, "hint", r->hint);
	json_proof(j, r->proof);
	json_key(j, "bindings");
	json_open(j, '[');
	for (i = 0; i < r->nbindings; i++)
		json_binding(j, r->bindings[i]);
	json_close(j, ']');
	json_opens(j, r);
	json_python(j, r->python);
	json_run(j, r->run);
	json_told(j, r->told);
	json_undo(j, r->undo);
	json_answer(j, "links", strcmp(r->question != NULL ? r->question : r->verb, "link") == 0
					? r->links
					: DLWHY_UNKNOWN);
	json_text(j, "linker_message", r->linker_message);
	json_texts(j, "linker_lines", r->linker_lines, r->nlinker_lines);
	json_id(j, "question", r->question);
	json_plans(j, r);
	json_applied(j, r->applied);
	json_verify(j, r->verify);
	json_env(j, r->env);
	json_checked(j, r->package);
	json_cause(j, r->cause);
}

/* index SIZE_MAX: not printed. */
static void json_one(struct json *j, const struct dlwhy_result *r, size_t index, unsigned level)
{
	size_t i;

	json_open(j, '{');
	json_head(j, r);
	json_verdict(j, r);
	json_graph(j, r);
	json_key(j, "members");
	json_open(j, '[');
	for (i = 0; i < r->nmembers && level < MEMBER_DEPTH; i++) {
		json_next(j);
		json_one(j, r->members[i], SIZE_MAX, level + 1);
	}
	json_close(j, ']');
	json_later_keys(j, r);
	if (index != SIZE_MAX)
		json_int(j, "index", (int64_t)index);
	json_close(j, '}');
}

/* Number `index` of several: the first opens the document, the last closes it. */
static void json_of_several(struct json *j, const struct dlwhy_result *r, size_t index, size_t n)
{
	j->break_depth += 2;
	if (index == 0) {
		json_open(j, '{');
		json_head(j, r);
		json_key(j, "results");
		json_open(j, '[');
	} else {
		j->depth = 2;
		j->comma = true;
	}
	json_next(j);
	json_one(j, r, SIZE_MAX, 0);
	if (index + 1 < n)
		return;
	json_close(j, ']');
	json_close(j, '}');
	buf_char(j->b, '\n');
}

void json_result(struct report *o, const struct dlwhy_result *r, size_t index)
{
	struct json j = { .o = o, .b = &o->b, .break_depth = BREAK_DEPTH };

	buf_init(&j.tmp, SIZE_MAX / 4);
	if (o->p->format == DLWHY_JSON && o->p->ntargets > 1) {
		json_of_several(&j, r, index, o->p->ntargets);
	} else {
		if (o->p->format == DLWHY_JSONL)
			j.break_depth = 0;
		json_one(&j, r, o->p->format == DLWHY_JSONL ? index : SIZE_MAX, 0);
		buf_char(&o->b, '\n');
	}
	if (j.tmp.failed)
		o->b.failed = true;
	buf_free(&j.tmp);
}
