/* d_link_defined.c - a symbol that is there, and is a trouble all the same: twice, hidden, of another
 * kind, in a library that is not named, in code that cannot be moved. */
#include <string.h>

#include "diagnose/link_case.h"
#include "object/elfconst.h"
#include "symbol/cxx_name.h"
#include "symbol/demangle.h"

/* ---- twice ------------------------------------------------------------------------------------------- */

/* The text of the source that an object was compiled from, if it can be found here. */
static struct view source_text(struct lk *k, const struct link_object *o, const char **path)
{
	struct view none = { NULL, 0 };
	const struct store_entry *en;

	*path = o != NULL ? o->source : NULL;
	if (*path == NULL)
		return none;
	en = store_open(k->d.store, *path);
	return en != NULL && en->err == 0 ? en->file->bytes : none;
}

static bool has_word(struct view v, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; v.n >= n && i <= v.n - n; i++) {
		bool left = i == 0 || !(v.p[i - 1] == '_' || (v.p[i - 1] >= '0' && v.p[i - 1] <= '9') ||
					((v.p[i - 1] | 0x20) >= 'a' && (v.p[i - 1] | 0x20) <= 'z'));

		if (left && memcmp(v.p + i, word, n) == 0)
			return true;
	}
	return false;
}

/* "X" of an #include "X" in which the word stands. */
static const char *header_with(struct lk *k, const char *source, struct view v, const char *word)
{
	static const char include[] = "#include \"";
	size_t n = sizeof(include) - 1;

	for (size_t i = 0; v.n > n && i < v.n - n; i++) {
		const struct store_entry *en;
		const char *name, *path;
		size_t end = i + n;

		if (memcmp(v.p + i, include, n) != 0)
			continue;
		while (end < v.n && v.p[end] != '"' && v.p[end] != '\n')
			end++;
		name = arena_strndup(k->a, (const char *)v.p + i + n, end - i - n);
		path = strchr(source, '/') != NULL ? join_path(k->a, dir_name(k->a, source), name) : name;
		en = store_open(k->d.store, path);
		if (en != NULL && en->err == 0 && has_word(en->file->bytes, word))
			return path;
	}
	return NULL;
}

/* The word of a symbol that a source has: "grow" of "ns::grow(int)". */
static const char *source_word(struct lk *k, const char *symbol)
{
	const char *text = demangle(k->a, symbol);
	struct cxx_name name;

	if (text == NULL || !cxx_name_read(k->a, text, &name) || name.nparts == 0)
		return symbol;
	text = name.parts[name.nparts - 1];
	return arena_strndup(k->a, text, strcspn(text, "<"));
}

/* Both sources include the header that defines it. */
static const char *common_header(struct lk *k, const struct link_trouble *t)
{
	const char *a, *b, *x, *y;
	struct view va = source_text(k, t->object, &a), vb = source_text(k, t->other, &b);
	const char *word = source_word(k, t->symbol);

	if (va.p == NULL || vb.p == NULL)
		return NULL;
	x = header_with(k, a, va, word);
	y = header_with(k, b, vb, word);
	return x != NULL && y != NULL && same_text(x, y) ? x : NULL;
}

static bool is_function(const struct link_trouble *t)
{
	return t->sym->type == STT_FUNC;
}

static void also_twice(struct lk *k, struct draft *dr, const char *symbol)
{
	if (!same_text(dr->f.symbol, symbol))
		draft_evidence(&k->d, dr, "symbol", NULL, "defined twice as well")->value = symbol;
}

/* The first function, or variable, that is there twice because of the header; NULL: none is. */
static const struct link_trouble *first_of_header(struct lk *k, const char *header, bool function)
{
	for (size_t i = 0; i < k->l->troubles.n; i++) {
		const struct link_trouble *t = k->l->troubles.items[i];

		if (t->kind == LT_MULTIPLE && is_function(t) == function &&
		    same_text(common_header(k, t), header))
			return t;
	}
	return NULL;
}

static const char *way_of_header(struct lk *k, const struct link_trouble *function,
				 const struct link_trouble *variable)
{
	const char *one = function == NULL ? NULL :
		arena_printf(k->a, "make %s static inline in the header, or leave the declaration there and "
			     "define it in one source", lk_symbol(k, function->symbol));
	const char *other = variable == NULL ? NULL :
		arena_printf(k->a, "write extern before %s in the header and define it in one source",
			     lk_symbol(k, variable->symbol));

	return one == NULL ? other : other == NULL ? one : arena_printf(k->a, "%s; %s", one, other);
}

/* The function stands for what the header defines: -fcommon may let variables pass, and never a function. */
static void twice_by_header(struct lk *k, struct draft *dr, const struct link_trouble *t, const char *header)
{
	const struct link_trouble *function = first_of_header(k, header, true),
				  *variable = first_of_header(k, header, false),
				  *head = function != NULL ? function : t;

	dr->f.symbol = head->symbol;
	dr->f.needed_by = lk_object(k, head->other);
	draft_say(&k->d, dr, "%s is defined in the header %s, which both %s and %s include.",
		  lk_symbol(k, head->symbol), header, dr->f.needed_by, lk_object(k, head->object));
	lk_fix(k, dr, "change-source", way_of_header(k, function, variable), NULL);
	also_twice(k, dr, t->symbol);
}

static void say_twice(struct lk *k, struct draft *dr, const struct link_trouble *t)
{
	const char *object = lk_object(k, t->object), *other = lk_object(k, t->other);

	if (same_text(object, other)) {
		draft_say(&k->d, dr, "%s is linked twice, so %s is defined twice.", object,
			  lk_symbol(k, t->symbol));
		lk_fix(k, dr, "change-flag", "name that file once", NULL);
		return;
	}
	draft_say(&k->d, dr, "Both %s and %s define %s.", other, object, lk_symbol(k, t->symbol));
	lk_fix(k, dr, "change-source", is_function(t) ? "keep one definition, or make those static that only "
	       "their own file uses" : "define it in one file and write extern in the others", NULL);
}

static void twice(struct lk *k, const struct link_trouble *t)
{
	const char *header = common_header(k, t), *object = lk_object(k, t->object);
	const char *detail = header != NULL ? "header-definition" : is_function(t) ? "function" : "variable";
	struct draft *dr = lk_same(k, CAUSE_LD_MULTIPLE_DEFINITION, detail, header != NULL ? header : object);

	if (dr != NULL) {
		also_twice(k, dr, t->symbol);
		return;
	}
	dr = lk_draft(k, CAUSE_LD_MULTIPLE_DEFINITION, detail, t);
	dr->f.object = header != NULL ? header : object;
	dr->f.symbol = t->symbol;
	dr->f.needed_by = lk_object(k, t->other);
	if (header != NULL && !same_text(object, dr->f.needed_by))
		twice_by_header(k, dr, t, header);
	else
		say_twice(k, dr, t);
	if (t->object->pulled_by != NULL) {
		struct dlwhy_evidence *e = draft_evidence(&k->d, dr, "symbol", NULL,
							  "the member of the archive was taken for this "
								  "symbol");

		e->path = t->object->shown;
		e->value = t->object->pulled_by->name;
	}
}

/* ---- not position-independent ------------------------------------------------------------------------ */

/* A shared library of the same name beside the archive. */
static const char *shared_beside(struct lk *k, const struct link_object *o)
{
	const char *path;
	size_t n;

	if (o->archive == NULL)
		return NULL;
	n = strlen(o->archive->path);
	path = arena_printf(k->a, "%.*s.so", (int)(n > 2 ? n - 2 : n), o->archive->path);
	return store_has_file(k->d.store, path) ? path : NULL;
}

static void not_pic(struct lk *k, const struct link_trouble *t)
{
	bool shared = k->l->line->shared;
	const char *object = lk_object(k, t->object), *beside = shared_beside(k, t->object);
	struct draft *dr = lk_same(k, CAUSE_LD_NOT_PIC, shared ? NULL : "pie", object);

	if (dr != NULL)
		return;
	dr = lk_draft(k, CAUSE_LD_NOT_PIC, shared ? NULL : "pie", t);
	dr->f.object = object;
	dr->f.symbol = t->symbol;
	draft_say(&k->d, dr, "%s was compiled for a fixed address (%s), and %s may lie anywhere.", object,
		  t->reloc,
		  shared ? "a shared library" : "a position-independent program");
	draft_evidence(&k->d, dr, "fact", NULL, "the relocation that fixes the address")->value = t->reloc;
	lk_fix(k, dr, "rebuild", arena_printf(k->a, "compile it again with %s", shared ? "-fPIC" : "-fPIE"),
	       NULL);
	if (!shared)
		lk_fix(k, dr, "change-flag", "link a program at a fixed address", lk_command_with(k, 1,
				"-no-pie"));
	if (beside != NULL)
		lk_fix(k, dr, "change-input", arena_printf(k->a, "link with the shared library %s",
							   beside), NULL);
}

/* ---- others ------------------------------------------------------------------------------------------ */

static void dso_missing(struct lk *k, const struct link_trouble *t)
{
	struct draft *dr = lk_draft(k, CAUSE_LD_DSO_MISSING, NULL, t);
	const char *name = base_name(t->object->path), *flag;
	size_t n = strlen(name);

	dr->f.object = t->object->path;
	dr->f.symbol = t->symbol;
	dr->f.needed_by = lk_object(k, t->other);
	draft_say(&k->d, dr, "%s uses %s, which is in %s; that is there only because %s needs it, and the "
		  "link line must name it.",
		  lk_object(k, t->other), lk_symbol(k, t->symbol), t->object->path,
		  t->object->by != NULL ? t->object->by->shown : "another library");
	if (n > 6 && starts_with(name, "lib") && strcmp(name + n - 3, ".so") == 0)
		flag = arena_printf(k->a, "-l%.*s", (int)(n - 6), name + 3);
	else
		flag = arena_printf(k->a, "-l:%s", name);
	flag = shell_quote(k->a, flag);
	lk_fix(k, dr, "add-library", arena_printf(k->a, "add %s", flag), lk_command_with(k,
			lk_last_input(k) + 1, flag));
}

static void hidden_ref(struct lk *k, const struct link_trouble *t)
{
	struct draft *dr = lk_draft(k, CAUSE_LD_HIDDEN_SYMBOL, "referenced-by-dso", t);

	dr->f.object = lk_object(k, t->object);
	dr->f.symbol = t->symbol;
	dr->f.needed_by = lk_object(k, t->other);
	draft_say(&k->d, dr, "%s defines %s hidden, and the shared library %s needs it.", dr->f.object,
		  lk_symbol(k, t->symbol),
		  dr->f.needed_by != NULL ? dr->f.needed_by : "of the link");
	lk_fix(k, dr, "change-source", "give it default visibility", NULL);
}

static void version_node(struct lk *k, const struct link_trouble *t)
{
	struct draft *dr = lk_draft(k, CAUSE_LD_VERSION, "version-node-missing", t);

	dr->f.object = t->path != NULL ? t->path : lk_object(k, t->object);
	dr->f.symbol = t->symbol;
	dr->f.needed_by = lk_object(k, t->object);
	draft_say(&k->d, dr, "%s gives %s the version %s, and %s has no node of that name.",
		  lk_object(k, t->object),
		  lk_symbol(k, t->symbol), t->version, t->path != NULL ? t->path : "no version script");
	lk_fix(k, dr, "change-source", "add the node to the version script",
	       arena_printf(k->a, "%s { global: %s; };", t->version, t->symbol));
}

static void version_syntax(struct lk *k, const struct link_trouble *t)
{
	bool parent = t->version != NULL;
	struct draft *dr = parent ? lk_draft(k, CAUSE_LD_VERSION, "version-node-missing", t)
				  : lk_draft(k, CAUSE_BUILD_OTHER, "linker-script", t);

	dr->f.object = t->path;
	if (parent) {
		draft_say(&k->d, dr, "A node of %s builds on %s, and no node of that name stands before it.",
			  t->path, t->version);
		lk_fix(k, dr, "change-source", "move that node to the front, or add it", NULL);
		return;
	}
	draft_say(&k->d, dr, "The linker does not understand its version script %s.", t->path);
	lk_fix(k, dr, "change-source", "write each node as NAME { global: a; b; local: *; }; with a ';' "
	       "behind each name and each '}', and global before local: every linker takes that", NULL);
}

static void tls(struct lk *k, const struct link_trouble *t)
{
	struct draft *dr = lk_draft(k, CAUSE_LD_INCOMPATIBLE, "tls-mismatch", t);

	dr->f.object = lk_object(k, t->object);
	dr->f.symbol = t->symbol;
	dr->f.needed_by = lk_object(k, t->other);
	draft_say(&k->d, dr, "%s is thread-local in %s and not in %s.", lk_symbol(k, t->symbol),
		  lk_object(k, t->object),
		  lk_object(k, t->other));
	lk_fix(k, dr, "change-source", "declare it __thread (or thread_local) in both, or in neither", NULL);
}

void d_link_defined(struct lk *k, const struct link_trouble *t)
{
	struct draft *dr;

	switch (t->kind) {
	case LT_MULTIPLE: twice(k, t); return;
	case LT_NOT_PIC: not_pic(k, t); return;
	case LT_DSO_MISSING: dso_missing(k, t); return;
	case LT_HIDDEN_REF: hidden_ref(k, t); return;
	case LT_VERSION_NODE: version_node(k, t); return;
	case LT_VERSION_SYNTAX: version_syntax(k, t); return;
	case LT_TLS: tls(k, t); return;
	case LT_UNDEFINED_VERSION: d_link_symbol(k, t); return;
	default: break;
	}
	dr = lk_draft(k, CAUSE_BUILD_OTHER, NULL, t);
	draft_say(&k->d, dr, "The linker refuses this.");
}
