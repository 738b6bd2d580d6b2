/* fix_text.c - what is to be repaired, from a text: an error message, or an answer that dlwhy has printed as
 * JSON. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "verb/fix.h"

enum { MAX_SAVED = 64 << 20, PIECE = 64 << 10 };

/* ---- the bytes --------------------------------------------------------------------------------------- */

struct bytes {
	char *p;
	size_t n, cap, read;
};

/* Up to MAX_SAVED of them, malloc'ed; a text that is longer is an error text, of which the begin will do. */
static enum dlwhy_code read_all(const struct dlwhy_fix_request *r, struct bytes *b, struct dlwhy_error *err)
{
	int64_t got = 1;

	while (got > 0 && b->n < MAX_SAVED) {
		if (b->cap - b->n < PIECE) {
			char *p = realloc(b->p, 2 * b->cap + PIECE);

			if (p == NULL)
				return err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "no memory");
			b->p = p;
			b->cap = 2 * b->cap + PIECE;
		}
		got = r->read(b->p + b->n, PIECE, r->read_user);
		if (got < 0)
			return err_set(err, DLWHY_E_IO, errno, "cannot read %.200s: %s", r->target,
				       strerrordesc_np(errno));
		b->n += (size_t)got;
	}
	return DLWHY_OK;
}

static int64_t read_again(void *buf, size_t n, void *user)
{
	struct bytes *b = user;

	if (n > b->n - b->read)
		n = b->n - b->read;
	memcpy(buf, b->p + b->read, n);
	b->read += n;
	return (int64_t)n;
}

/* ---- a saved answer ------------------------------------------------------------------------------------
 */

static const char *member(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static void keep(struct fixing *x, struct fix_asked *out, const char *verb, const char *target)
{
	static const char *const none[] = { NULL };

	if (verb == NULL || target == NULL || *target == '\0' || strlen(target) != strcspn(target, "\n"))
		return;
	if (strcmp(verb, "check") == 0 || strcmp(verb, "import") == 0)
		out->q = (struct fix_question){ strcmp(verb, "check") == 0 ? "check" : "import",
						arena_strdup(x->a, target), none };
	/* Of a command the words are not known any more, where one of them may hold a blank. */
	if (strcmp(verb, "link") == 0 && strcspn(target, " \t") == strlen(target))
		out->q = (struct fix_question){ "link-go", arena_strdup(x->a, target), none };
}

struct saved {
	struct fixing *x;
	const json_t *o;
	struct fix_asked *out;
};

/* The file that a text tells of, if it is here: the one that needed something comes first. */
static const char *file_of(const struct saved *v)
{
	const json_t *first = json_array_get(json_object_get(v->o, "findings"), 0);
	const char *const paths[] = { member(first, "needed_by"), member(first, "object") };
	struct os_stat st;

	for (size_t i = 0; i < 2; i++)
		if (paths[i] != NULL && paths[i][0] == '/' &&
		    source_stat(v->x->s->source, paths[i], true, &st) == 0 && st.type == OS_REGULAR)
			return paths[i];
	return NULL;
}

static void take_saved(void *ctx)
{
	struct saved *v = ctx;
	const json_t *told = json_object_get(v->o, "told");
	const char *verb = member(v->o, "verb");
	const char *file = verb != NULL && strcmp(verb, "explain") == 0 && member(told, "asked") == NULL
				   ? file_of(v)
				   : NULL;

	if (file != NULL) {
		keep(v->x, v->out, "check", file);
		return;
	}

	if (verb != NULL && strcmp(verb, "explain") == 0)
		keep(v->x, v->out, member(told, "asked"), member(told, "asked_about"));
	else if (verb != NULL && strcmp(verb, "fix") == 0)
		keep(v->x, v->out, member(v->o, "question"), member(v->o, "target"));
	else
		keep(v->x, v->out, verb, member(v->o, "target"));
}

/* True: it is an answer of dlwhy. Then out->q.verb is NULL if that was no question about a file or module.
 */
static bool read_saved(struct fixing *x, const struct bytes *b, struct fix_asked *out)
{
	size_t i = 0;
	struct saved v = { .x = x, .out = out };
	json_t *o;
	bool is;

	while (i < b->n && strchr(" \t\r\n", b->p[i]) != NULL)
		i++;
	if (i == b->n || b->p[i] != '{')
		return false;
	o = json_loadb(b->p, b->n, JSON_DISABLE_EOF_CHECK, NULL);
	is = o != NULL && json_integer_value(json_object_get(o, "schema")) == 1 &&
	     member(o, "dlwhy") != NULL;
	v.o = o;
	if (is && arena_run(x->a, take_saved, &v) != ARENA_OK)
		is = false;
	json_decref(o);
	return is;
}

/* ---- an error text -------------------------------------------------------------------------------------
 */

struct hearing {
	struct fixing *x;
	struct fix_asked *out;
	const struct dlwhy_told *told;
	dlwhy_on_result *otherwise;
	void *user;
};

static void take_told(void *ctx)
{
	struct hearing *h = ctx;

	keep(h->x, h->out, h->told->asked, h->told->asked_about);
	h->out->python = arena_copy(h->x->a, h->told->asked_python);
	h->out->after = arena_copy(h->x->a, h->told->asked_after);
}

/* What the text tells of happens here too: then it is a question about files. Else plans are what its
 * findings say, and a person's to do. */
static int on_told(const struct dlwhy_result *r, size_t index, void *user)
{
	struct hearing *h = user;

	h->told = r->told;
	if (r->told == NULL || r->told->asked == NULL)
		return h->otherwise(r, index, h->user);
	return arena_run(h->x->a, take_told, h) == ARENA_OK ? 0 : 1;
}

enum dlwhy_code fix_hear(struct fixing *x, struct fix_asked *out, dlwhy_on_result *otherwise, void *user,
			 struct dlwhy_error *err)
{
	struct bytes b = { NULL, 0, 0, 0 };
	struct hearing h = { .x = x, .out = out, .otherwise = otherwise, .user = user };
	enum dlwhy_code code = read_all(x->request, &b, err);

	if (code == DLWHY_OK && read_saved(x, &b, out)) {
		if (out->q.verb == NULL)
			code = err_set(err, DLWHY_E_ARGUMENT, 0,
				       "the saved answer %.200s is about no file or module that could be "
				       "asked about again",
				       x->request->target);
	} else if (code == DLWHY_OK) {
		code = dlwhy_explain(x->s, x->request->target, read_again, &b, on_told, &h, err);
	}
	free(b.p);
	return code;
}
