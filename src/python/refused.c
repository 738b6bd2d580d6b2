/* refused.c - sources that Python's compiler refuses although they can be read here: newer syntax on an older
 * Python, bytes that are no UTF-8, encodings that nobody knows.
 *
 * The compiler reads a file as a whole, bodies of functions as well. These are passed over elsewhere for
 * time; they are read here for files that people write themselves, not for installed packages, which pip has
 * compiled.
 */
#include <string.h>

#include "python/eval.h"
#include "python/parse.h"
#include "message/py_text.h"

/* ---- bodies ---------------------------------------------------------------------------------- */

static void parse_all(struct py_source *src, const struct py_list *body);

static void parse_inside(struct py_source *src, const struct py_node *n)
{
	switch (n->kind) {
	case PY_FUNCTION:
		py_parse_body(src, n->u.fn);
		parse_all(src, &n->u.fn->body);
		break;
	case PY_MATCH:
		for (size_t i = 0; i < n->list.n; i++)
			parse_all(src, &n->list.v[i]->body);
		break;
	case PY_TRY:
		for (size_t i = 0; i < n->list.n; i++)
			parse_all(src, &n->list.v[i]->body);
		parse_all(src, &n->body);
		parse_all(src, &n->orelse);
		parse_all(src, &n->final);
		break;
	case PY_CLASS:
	case PY_WITH:
		parse_all(src, &n->body);
		break;
	case PY_IF:
	case PY_FOR:
	case PY_WHILE:
		parse_all(src, &n->body);
		parse_all(src, &n->orelse);
		break;
	default:
		break;
	}
}

static void parse_all(struct py_source *src, const struct py_list *body)
{
	for (size_t i = 0; i < body->n; i++)
		parse_inside(src, body->v[i]);
}

/* ---- encodings ------------------------------------------------------------------------------- */

static bool starts_like(const char *s, const char *with)
{
	size_t n = strlen(with);

	return strncmp(s, with, n) == 0 && (s[n] == '\0' || s[n] == '_');
}

/* Is there such a codec? encodings.search_function: an alias, or a module of that name. */
static bool is_codec(struct py_eval *ev, const char *name)
{
	struct py_value *m =
		py_dict_name(ev->sys_modules->u.dict, py_name(ev->names, "encodings.aliases", 17));
	struct py_value *aliases = m != NULL && m->type == V_MODULE
					   ? py_dict_name(&m->u.module.dict, py_name(ev->names, "aliases", 7))
					   : NULL;
	struct py_strings path = { NULL, 0, 0 };
	struct py_spec spec;

	if (ev->im->home->stdlib == NULL || aliases == NULL || aliases->type != V_DICT ||
	    aliases->u.dict->tainted ||
	    py_dict_name(aliases->u.dict, py_name(ev->names, name, strlen(name))) != NULL)
		return true;
	*ARENA_PUSH(ev->a, &path) = arena_printf(ev->a, "%s/encodings", ev->im->home->stdlib);
	py_find(ev->im->finder, name, &path, &spec);
	return spec.kind != PY_SPEC_MISSING;
}

/* The tokenizer knows two encodings itself, under several names (get_normal_name). */
static const char *unknown_codec(struct py_eval *ev, const char *as_written)
{
	char *name = arena_strdup(ev->a, as_written);

	for (char *p = name; *p != '\0'; p++)
		*p = *p == '-' ? '_' : *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	if (starts_like(name, "utf_8") || starts_like(name, "latin_1") || starts_like(name, "iso_8859_1") ||
	    starts_like(name, "iso_latin_1") || strchr(name, '.') != NULL || is_codec(ev, name))
		return NULL;
	return arena_printf(ev->a, PY_TEXT_ENCODING, as_written);
}

/* The first byte that is no UTF-8: its place, text.n for none. */
static size_t first_wrong(struct view text)
{
	size_t i = 0, n;
	uint64_t w;

	while (i < text.n) {
		if (i + sizeof(w) <= text.n) {
			memcpy(&w, text.p + i, sizeof(w));
			if ((w & 0x8080808080808080ULL) == 0) {
				i += sizeof(w);
				continue;
			}
		}
		n = py_utf8(text.p + i, text.n - i);
		if (n == 0)
			return i;
		i += n;
	}
	return text.n;
}

/* ---- all ------------------------------------------------------------------------------------- */

static bool is_below(const char *path, const char *dir)
{
	size_t n = dir != NULL ? strlen(dir) : 0;

	return n > 0 && strncmp(path, dir, n) == 0 && path[n] == '/';
}

/* Bytes of a comment are not looked at: where a '#' stands before the byte, nobody says. */
static void of_bytes(struct py_eval *ev, struct py_source *src, struct py_refusal *out)
{
	size_t at = first_wrong(src->text), from = at;
	unsigned line = 1;

	if (at == src->text.n)
		return;
	while (from > 0 && src->text.p[from - 1] != '\n')
		from--;
	for (size_t i = 0; i < from; i++)
		line += src->text.p[i] == '\n';
	out->line = line;
	out->sure = memchr(src->text.p + from, '#', at - from) == NULL;
	out->why = arena_printf(ev->a,
				"%s, line %u: the byte 0x%02x is no UTF-8, and no other encoding is named",
				src->path, line, src->text.p[at]);
}

/* A ValueError of compile() until 3.11.3. */
static void of_null(const struct py_eval *ev, struct py_refusal *out)
{
	if (ev->im->home->hexversion < 0x030b0400)
		out->type = "ValueError";
	out->message = out->why = PY_TEXT_NULL_BYTES;
}

bool py_refused(struct py_eval *ev, struct py_source *src, struct py_refusal *out)
{
	const struct py_home *h = ev->im->home;
	bool own = strstr(src->path, "-packages/") == NULL;
	char name[32];

	*out = (struct py_refusal){ .type = "SyntaxError", .line = 1, .sure = true };
	if (own && is_below(src->path, h->stdlib))
		return false;
	if (!src->plain && memchr(src->text.p, '\0', src->text.n) != NULL) {
		of_null(ev, out);
		return true;
	}
	if (own && src->text.n <= PY_OWN_MAX)
		parse_all(src, &src->body);
	if (src->since > h->minor) {
		out->line = src->since_line;
		out->why = arena_printf(ev->a,
					"%s, line %u is written for Python 3.%u or newer, and this is "
					"Python %s", src->path, src->since_line, src->since, h->version);
		return true;
	}
	if (!py_coding(src->text, name, sizeof(name))) {
		if (!src->plain)
			of_bytes(ev, src, out);
		return out->why != NULL;
	}
	out->message = unknown_codec(ev, name);
	out->why = out->message;
	out->sure = h->imports.n == 0; /* lines of .pth files may register codecs */
	return out->message != NULL;
}
