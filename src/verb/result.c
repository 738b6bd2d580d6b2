/* result.c - from a simulated process to the public result: objects, needs, probes, bindings. */
#include "verb/result.h"

#include <string.h>

static int32_t id_of(const struct image *im)
{
	return im != NULL ? (int32_t)im->index : -1;
}

static const struct dlwhy_probe *probe(const struct probe *from, struct arena *a)
{
	struct dlwhy_probe *pr = ARENA_NEW(a, struct dlwhy_probe);

	pr->rule = load_rule_id(from->rule);
	pr->path = from->path;
	pr->outcome = probe_outcome_id(from->outcome);
	pr->directory = from->written;
	pr->of = id_of(from->of);
	return pr;
}

static void need_probes(struct dlwhy_need *n, const struct process *p, const struct request *rq,
			struct arena *a)
{
	const struct dlwhy_probe **v = ARENA_ARRAY(a, rq->nprobes + 1, const struct dlwhy_probe *);

	for (size_t i = 0; i < rq->nprobes; i++)
		v[i] = probe(&p->trace.probes.items[rq->probe0 + i], a);
	n->probes = v;
	n->nprobes = rq->nprobes;
}

static const struct dlwhy_need *need(const struct dlwhy_options *opt, const struct process *p,
				     const struct request *rq, bool started, struct arena *a)
{
	struct dlwhy_need *n = ARENA_NEW(a, struct dlwhy_need);

	n->name = rq->name;
	n->to = id_of(rq->to);
	n->when = rq->delay ? "delay" : started ? "start" : "open";
	n->rule = rq->to != NULL ? load_rule_id(rq->rule) : NULL;
	n->rule_of = id_of(rq->rule_of);
	if (rq->to == NULL || opt->probes)
		need_probes(n, p, rq, a);
	return n;
}

/* The name under which a person knows an image: the program's file, else the path as opened. */
static const char *image_path(const struct image *im)
{
	if (im->kind == IMAGE_PROGRAM)
		return im->file != NULL ? im->real_path : NULL;
	return im->name;
}

static const struct dlwhy_object *object(const struct dlwhy_options *opt, const struct process *p,
					 const struct image *im, bool is_host, struct arena *a)
{
	struct dlwhy_object *o = ARENA_NEW(a, struct dlwhy_object);
	const struct dlwhy_need **v =
		ARENA_ARRAY(a, im->nrequests + 1, const struct dlwhy_need *);

	o->id = id_of(im);
	o->path = image_path(im);
	o->soname = im->soname;
	o->by_host = is_host;
	for (size_t i = 0; i < im->nrequests; i++)
		v[i] = need(opt, p, im->requests[i], im->is_host, a);
	o->needs = v;
	o->nneeds = im->nrequests;
	return o;
}

struct binding_list {
	const struct dlwhy_binding **items;
	size_t n, cap;
	struct arena *a;
	const struct image *from;
};

static void add_binding(void *ctx, const struct binding *b)
{
	struct binding_list *l = ctx;
	struct dlwhy_binding *out = ARENA_NEW(l->a, struct dlwhy_binding);

	out->from = id_of(l->from);
	out->symbol = b->symbol;
	out->version = b->version;
	out->to = id_of(b->to);
	out->to_version = b->to_version;
	out->weak = b->weak;
	out->lazy = b->lazy;
	out->copy = b->copy;
	out->tls = b->tls;
	*ARENA_PUSH(l->a, l) = out;
}

static void bindings(struct dlwhy_result *r, struct process *p, const struct image *target,
		     struct arena *a)
{
	struct binding_list l = { NULL, 0, 0, a, NULL };

	for (size_t i = 0; i < p->images.n; i++) {
		l.from = p->images.items[i];
		if (target == p->program || !l.from->is_host)
			loader_each_binding(p, p->images.items[i], add_binding, &l);
	}
	r->bindings = l.items;
	r->nbindings = l.n;
}

void result_objects(struct dlwhy_result *r, const struct dlwhy_options *opt, struct process *p,
		    const struct image *target, struct arena *a)
{
	const struct dlwhy_object **v =
		ARENA_ARRAY(a, p->images.n + 1, const struct dlwhy_object *);

	for (size_t i = 0; i < p->images.n; i++) {
		const struct image *im = p->images.items[i];

		v[i] = object(opt, p, im, target != p->program && im->is_host, a);
	}
	r->objects = v;
	r->nobjects = p->images.n;
	r->target_object = id_of(target);
	if (opt->bindings && !opt->no_bind)
		bindings(r, p, target, a);
}

const struct failure *result_failure(const struct process *p)
{
	for (size_t i = 0; i < p->trace.failures.n; i++)
		if (!p->trace.failures.items[i].lazy)
			return &p->trace.failures.items[i];
	return NULL;
}

void result_findings(struct dlwhy_result *r, const struct dlwhy_options *opt,
		     const struct diagnose_input *in, struct arena *a)
{
	struct diagnosis d = { .certainty = DLWHY_PROVED };

	if (opt->no_explain)
		d.certainty = diagnose_certainty(in);
	else
		diagnose(in, a, &d);
	r->findings = d.findings;
	r->nfindings = d.nfindings;
	r->certainty = d.certainty;
	r->opens = d.opens;
	r->nopens = d.nopens;
	if (r->hint == NULL)
		r->hint = d.hint;
	if (d.certainty == DLWHY_PROVED)
		return;
	r->assumes = in->process != NULL ? in->process->trace.assumes : NULL;
	if (r->assumes == NULL)
		r->assumes = in->host_assumes;
	for (size_t i = 0; i < d.nfindings && r->assumes == NULL; i++)
		r->assumes = d.findings[i]->assumes;
	if (r->assumes == NULL && in->process != NULL && in->process->trace.failures.n > 0)
		r->assumes = in->process->trace.failures.items[0].assumes;
}

void result_unbound(struct dlwhy_result *r, const struct dlwhy_options *opt, struct arena *a)
{
	static const char words[] = "every symbol is found: symbols were not looked up (--no-bind)";

	if (!opt->no_bind || r->error != NULL || r->loads != DLWHY_YES ||
	    strcmp(r->platform.loader, "none") == 0)
		return;
	r->unbound = true;
	if (r->certainty == DLWHY_PROVED)
		r->certainty = DLWHY_PREDICTED;
	r->assumes = r->assumes != NULL ? arena_printf(a, "%s; and %s", r->assumes, words) : words;
}
