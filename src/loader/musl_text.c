/* musl_text.c - musl's sentences, from musl_text.def.
 *
 * They have been the same since 1.1.20; what differs between releases is when they are said.
 */
#include <errno.h>

#include "loader/musl.h"

struct errno_row {
	int err;
	const char *text;
};

static const struct errno_row errors[] = {
#define ERROR(err, text) { err, text },
#define TEXT(id, text)
#include "loader/musl_text.def"
#undef TEXT
#undef ERROR
};

#define ERROR(err, text)
#define TEXT(id, text) static const char text_##id[] = text;
#include "loader/musl_text.def"
#undef TEXT
#undef ERROR

const char *musl_strerror(struct arena *a, int err)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].err == err)
			return arena_strdup(a, errors[i].text);
	return errors[0].text; /* what musl says of every number that it does not know */
}

const char *musl_text_load(struct process *p, const char *name, int err, const char *needed_by)
{
	const char *why = musl_strerror(p->a, err);

	if (needed_by == NULL)
		return arena_printf(p->a, text_LOAD, name, why);
	return arena_printf(p->a, text_LOAD_NEEDED, name, why, needed_by);
}

const char *musl_text_symbol(struct process *p, const char *object, const char *symbol)
{
	return arena_printf(p->a, text_SYMBOL, object, symbol);
}

const char *musl_text_tls(struct process *p, const char *object, const char *symbol,
			  const char *definer)
{
	return arena_printf(p->a, text_STATIC_TLS, object, symbol, definer);
}

const char *musl_text_type(struct process *p, const char *object, uint32_t type)
{
	return arena_printf(p->a, text_RELOC_TYPE, object, (int)type);
}
