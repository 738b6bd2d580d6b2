/* print.c - the way into the printers. */
#include "report/report.h"

#include <errno.h>
#include <string.h>

void dlwhy_print_init(struct dlwhy_print *p)
{
	memset(p, 0, sizeof(*p));
	p->size = sizeof(*p);
	p->ntargets = 1;
}

void report_flush(struct report *o, size_t above)
{
	if (o->b.n <= above)
		return;
	if (o->err == 0)
		o->err = o->write(o->b.p, o->b.n, o->user);
	buf_clear(&o->b);
}

static void print_format(struct report *o, const struct dlwhy_result *result, size_t index)
{
	switch (o->p->format) {
	case DLWHY_JSON:
	case DLWHY_JSONL:
		json_result(o, result, index);
		break;
	case DLWHY_MARKDOWN:
		markdown_result(o, result, index);
		break;
	case DLWHY_TREE:
		text_result(o, result, index);
		break;
	}
}

int dlwhy_print_result(const struct dlwhy_print *p, const struct dlwhy_result *result,
		       size_t index, dlwhy_write *write, void *user)
{
	struct dlwhy_print print;
	struct redact redact;
	struct report o = { .p = &print, .write = write, .user = user };

	/* A caller that was compiled against an older header has a shorter structure. */
	dlwhy_print_init(&print);
	memcpy(&print, p, p->size < sizeof(print) ? p->size : sizeof(print));
	if (print.redact) {
		o.err = redact_init(&redact);
		if (o.err != 0)
			return o.err;
		o.redact = &redact;
	}
	buf_init(&o.b, SIZE_MAX / 4);
	print_format(&o, result, index);
	if (o.b.failed && o.err == 0)
		o.err = ENOMEM;
	report_flush(&o, 0);
	buf_free(&o.b);
	if (o.redact != NULL)
		redact_free(&redact);
	return o.err;
}
