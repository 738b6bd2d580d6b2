/* explain_look_source.c - which source, header or script around here is it about?
 *
 * Compilers call objects by names of their own that are gone afterwards ("/tmp/ccAbCd12.o"): the source
 * that uses or defines the symbol is what a person looks for. A header that was not found may lie in
 * another folder, a package without cgo has a file that imports "C".
 */
#include <string.h>

#include "diagnose/common.h"
#include "diagnose/told_place.h"
#include "object/elf_object.h"
#include "object/elfconst.h"
#include "symbol/cxx_name.h"
#include "verb/explain_look_near.h"

struct source_text {
	const char *p;
	size_t n;
};

static bool read_source(const struct look *l, const struct near_file *f, struct source_text *out)
{
	const struct store_entry *en = store_open(l->s->store, f->path);

	if (en == NULL || en->err != 0 || en->file->st.type != OS_REGULAR ||
	    en->file->bytes.n > NEAR_SOURCE_BYTES)
		return false;
	out->p = (const char *)en->file->bytes.p;
	out->n = en->file->bytes.n;
	return true;
}

/* ---- words in sources ----------------------------------------------------------------------------- */

enum use { USE_NONE, USE_NAMED, USE_VARIABLE, USE_FUNCTION };

/* What stands behind a name at the beginning of a declaration: a body, a value, an end? */
static enum use use_behind(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (p < end && *p == '(') {
		for (; p < end && *p != ')' && *p != '\n'; p++)
			;
		for (; p < end && *p != ';' && *p != '{' && *p != '}'; p++)
			;
		return p < end && *p == '{' ? USE_FUNCTION : USE_NAMED;
	}
	return p < end && (*p == '=' || *p == ';' || *p == '[') ? USE_VARIABLE : USE_NAMED;
}

static bool begins_with_word(const char *line, const char *end, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(end - line) > n && memcmp(line, word, n) == 0 && !cxx_is_word(line[n]);
}

/* A definition begins at the left edge, with a type. */
static enum use use_at(const char *line, const char *name, const char *behind, const char *end)
{
	static const char *const others[] = { "extern", "return",   "using",  "typedef",
					      "static", "#include", "#define" };

	if (line == name || !cxx_is_word(*line))
		return USE_NAMED;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (begins_with_word(line, end, others[i]) &&
		    !(strcmp(others[i], "extern") == 0 && (size_t)(end - line) > 10 &&
		      memcmp(line, "extern \"C\"", 10) == 0))
			return USE_NAMED;
	return use_behind(behind, end);
}

/* How a source uses a name; the most that it does counts. */
static enum use use_of(const struct source_text *t, const char *name)
{
	const char *end = t->p + t->n, *line = t->p;
	size_t n = strlen(name);
	enum use best = USE_NONE;

	for (const char *p = t->p; n > 0 && p + n <= end; p++) {
		enum use u;

		if (*p == '\n') {
			line = p + 1;
			continue;
		}
		if (memcmp(p, name, n) != 0 || (p > t->p && cxx_is_word(p[-1])) ||
		    (p + n < end && cxx_is_word(p[n])))
			continue;
		u = use_at(line, p, p + n, end);
		best = u > best ? u : best;
	}
	return best;
}

/* "typeinfo for ns::Shape", "ns::f(int)", "_f" of a Mach-O: the word that a source has. */
static const char *word_of(struct arena *a, const char *s, const struct msg_fact *fact)
{
	const char *kind = strstr(s, " for ");
	size_t end, at;

	s = kind != NULL ? kind + 5 : s;
	end = strcspn(s, "(<");
	for (at = end; at > 0 && cxx_is_word(s[at - 1]); at--)
		;
	if (at > 1 && s[at - 1] == '~')
		at--;
	if (s[at] == '_' && at == 0 &&
	    (same_text(fact->speaker, "ld64.lld") || same_text(fact->speaker, "ld64") ||
	     same_text(fact->speaker, "zig")))
		at++;
	return arena_strndup(a, s + at + (s[at] == '~'), end - at - (s[at] == '~'));
}

/* ---- objects whose names tell nothing --------------------------------------------------------------- */

static bool is_nameless(const char *object)
{
	const char *base = object != NULL ? base_name(object) : NULL;

	return base == NULL || strstr(base, ".rcgu.o") != NULL || strstr(object, "/.cache/") != NULL ||
	       (starts_with(object, "/tmp/") && (starts_with(base, "cc") || strstr(base, ".o") != NULL)) ||
	       strstr(base, "crt1.o") != NULL;
}

struct found_source {
	const struct near_file *file, *header;
	enum use use;
	size_t sources;
};

static void look_through(struct look_case *c, const struct near_files *files, const char *word,
			 bool definer, struct found_source *out)
{
	size_t opened = 0;

	for (size_t i = 0; i < files->n && opened < NEAR_OPENED; i++) {
		const struct near_file *f = &files->items[i];
		bool header = near_is_header(f->base);
		struct source_text t;
		enum use u;

		if ((!header && !near_is_source(f->base)) || !read_source(c->l, f, &t))
			continue;
		opened++;
		u = use_of(&t, word);
		if (u == USE_NONE || (definer && u == USE_NAMED) || (!definer && u > USE_NAMED))
			continue;
		if (header && out->header == NULL)
			out->header = f;
		if (!header) { /* the last: what comes later is what is refused */
			out->file = f;
			out->sources++;
		}
		out->use = u > out->use ? u : out->use;
	}
}

static void settle_source(struct look_case *c, const struct near_file *f, const char *detail,
			  const char *says)
{
	struct near_found found = { NULL, detail != NULL ? detail : c->f->detail, f->path, NULL, true };

	near_settle(c, &found, f->path, says);
}

/* The object was named well enough. */
static void settle_detail(struct look_case *c, const struct near_file *f, const char *detail,
			  const char *says)
{
	struct near_found found = { NULL, detail, NULL, NULL, true };

	near_settle(c, &found, f->path, says);
}

/* What else is said to be there twice, of the other kind, and the header defines it; NULL: nothing. */
static const char *other_of_header(const struct look_case *c, const struct near_file *header, enum use use)
{
	struct source_text t;

	if (!read_source(c->l, header, &t))
		return NULL;
	for (size_t i = 0; i < c->f->nevidence; i++) {
		const struct dlwhy_evidence *e = c->f->evidence[i];
		enum use its;

		if (!same_text(e->kind, "symbol") || e->value == NULL)
			continue;
		its = use_of(&t, word_of(c->l->a, e->value, c->fact));
		if (its > USE_NAMED && its != use)
			return e->value;
	}
	return NULL;
}

static const char *way_of_header(struct arena *a, const char *function, const char *variable)
{
	const char *one = function == NULL ? NULL :
		arena_printf(a, "make %s static inline in the header, or leave its declaration there and "
			     "define it in one source file", function);
	const char *other = variable == NULL ? NULL :
		arena_printf(a, "declare %s in the header as extern and define it in one source file",
			     variable);

	return one == NULL ? other : other == NULL ? one : arena_printf(a, "%s; %s", one, other);
}

/* The header defines it. Of a function and a variable the function stands for both: -fcommon may let a
 * variable pass, and never a function. */
static void defined_in_header(struct look_case *c, const struct near_file *header, enum use use)
{
	const char *other = other_of_header(c, header, use), *first = c->f->symbol;
	const char *function = use == USE_FUNCTION ? first : other;
	const char *variable = use == USE_FUNCTION ? other : first;

	settle_source(c, header, "header-definition",
		      "defines it, and each source that includes it defines it again");
	c->f->symbol = function != NULL ? function : variable;
	c->f->summary = other == NULL ?
		arena_printf(c->l->a, "%s defines %s, so that each source that includes it defines it again.",
			     header->path, first) :
		arena_printf(c->l->a, "%s defines %s and %s, so that each source that includes it defines "
			     "them again.", header->path, function, variable);
	near_fix(c, "one-definition", way_of_header(c->l->a, function, variable), NULL);
}

/* The same name twice: in a header that each source includes, or in two sources. */
static void defined_twice(struct look_case *c, const struct near_files *files)
{
	const char *word = word_of(c->l->a, c->f->symbol, c->fact);
	struct found_source found = { NULL, NULL, USE_NONE, 0 };

	look_through(c, files, word, true, &found);
	if (found.file == NULL && found.header == NULL && *word == '_') /* as Mach-O writes it */
		look_through(c, files, word + 1, true, &found);
	if (found.header != NULL)
		defined_in_header(c, found.header, found.use);
	else if (found.file != NULL && is_nameless(c->f->object))
		settle_source(c, found.file, found.use == USE_FUNCTION ? "function" : "variable",
			      "defines it");
	else if (found.file != NULL && c->f->detail == NULL)
		settle_detail(c, found.file, found.use == USE_FUNCTION ? "function" : "variable",
			      "defines it");
}

static void used_somewhere(struct look_case *c, const struct near_files *files)
{
	struct found_source found = { NULL, NULL, USE_NONE, 0 };

	look_through(c, files, word_of(c->l->a, c->f->symbol, c->fact), false, &found);
	if (found.file != NULL && (is_nameless(c->f->object) || same_text(c->f->detail, "declared-hidden")))
		settle_source(c, found.file,
			      same_text(c->f->code, "ld-undefined-reference") && c->f->detail == NULL ?
				      "not-linked" :
				      NULL,
			      "uses it");
	else if (same_text(c->f->code, "ld-undefined-reference") && c->f->detail == NULL && !files->cut) {
		struct near_found none = { NULL, "not-linked", NULL, NULL, true };

		near_settle(c, &none, NULL, "no library, archive or object here has it");
	}
}

/* ---- no main ------------------------------------------------------------------------------------------
 */

/* Slim objects of gcc -flto have no code that lld could read. */
static bool is_slim(const struct look *l, const struct near_file *f)
{
	const struct store_entry *en = store_open(l->s->store, f->path);
	struct elf_object o;

	if (en == NULL || en->err != 0 || en->file->kind != FILE_ELF || en->file->elf.type != ET_REL ||
	    !elf_object_open(&en->file->elf, &o))
		return false;
	for (uint64_t i = 1; i < o.nsections; i++) {
		struct elf_shdr h;

		if (elf_object_section(&o, i, &h) &&
		    starts_with(elf_object_section_name(&o, &h), ".gnu.lto_"))
			return true;
	}
	return false;
}

/* Which file was it that should have had main: the slim object, or the only source. */
static void no_main(struct look_case *c, const struct near_files *files)
{
	const struct near_file *source = NULL, *slim = NULL;
	size_t sources = 0;

	for (size_t i = 0; i < files->n && i < NEAR_OPENED; i++) {
		const struct near_file *f = &files->items[i];

		if (near_is_object(f->base) && is_slim(c->l, f) &&
		    (slim == NULL || starts_with(f->base, "main")))
			slim = f;
		if (near_is_source(f->base) && strcmp(f->folder, ".") == 0) {
			source = f;
			sources++;
		}
	}
	if (slim != NULL)
		settle_source(c, slim, "lto-object",
			      "is an object of gcc -flto without code: this linker cannot read it");
	else if (sources == 1 && is_nameless(c->f->object))
		settle_source(c, source, NULL, "is the only source here, and has no main");
}

/* ---- headers, scripts, packages -------------------------------------------------------------------------
 */

static bool path_ends(const char *path, const char *name)
{
	size_t n = strlen(path), k = strlen(name);

	return n >= k && strcmp(path + n - k, name) == 0 && (n == k || path[n - k - 1] == '/');
}

static bool is_file(const struct look *l, const char *path)
{
	struct os_stat st;

	return source_stat(l->s->source, path, true, &st) == 0 && st.type == OS_REGULAR;
}

/* Where a compiler of this machine looks without being told: the file that #include <name> is there; NULL:
 * none. */
static const char *in_system(const struct look *l, const char *name)
{
	static const char *const folders[] = { "/usr/local/include", "/usr/include" };
	const struct store_listing *releases = store_list(l->s->store, "/usr/include/c++");
	const char *path;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		path = arena_printf(l->a, "%s/%s", folders[i], name);
		if (is_file(l, path))
			return path;
	}
	for (size_t i = 0; releases != NULL && i < releases->n; i++) {
		path = arena_printf(l->a, "/usr/include/c++/%s/%s", releases->names[i], name);
		if (is_file(l, path))
			return path;
	}
	return NULL;
}

/* Was the source that includes it compiled here? */
static bool is_included_here(const struct look_case *c, const struct near_files *files, const char *name)
{
	const char *file = c->fact->field[MSG_FILE];

	for (size_t i = 0; file != NULL && i < files->n; i++) {
		struct source_text t;

		if (strcmp(files->items[i].base, base_name(file)) == 0 &&
		    read_source(c->l, &files->items[i], &t) && memmem(t.p, t.n, name, strlen(name)) != NULL)
			return true;
	}
	return false;
}

/* Is musl-gcc here, and has it no such header? It looks in one folder alone. */
static bool musl_lacks(const struct look *l, const char *name)
{
	static const char *const drivers[] = { "/usr/bin/musl-gcc", "/usr/local/bin/musl-gcc",
					       "/usr/local/musl/bin/musl-gcc" };
	const struct store_listing *folders = store_list(l->s->store, "/usr/include");
	bool here = false;

	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		here = here || is_file(l, drivers[i]);
	if (!here || is_file(l, arena_printf(l->a, "/usr/local/musl/include/%s", name)))
		return false;
	for (size_t i = 0; folders != NULL && i < folders->n; i++)
		if (strstr(folders->names[i], "-linux-musl") != NULL &&
		    is_file(l, arena_printf(l->a, "/usr/include/%s/%s", folders->names[i], name)))
			return false;
	return true;
}

/* A header of C++, included by a source of C: any compiler would not find it. */
static bool is_of_other_language(const struct look_case *c, const char *path)
{
	const char *file = c->fact->field[MSG_FILE];

	return starts_with(path, "/usr/include/c++/") && told_ends_with(file, ".c");
}

/* Every compiler of this machine that makes programs for glibc finds it: it was the other one. */
static bool header_of_musl(struct look_case *c, const struct near_files *files, const char *name,
			   const char *path)
{
	struct near_found found = { NULL, told_musl_lacks(name), NULL, NULL, false };

	if (found.detail == NULL || is_of_other_language(c, path) || !is_included_here(c, files, name) ||
	    !musl_lacks(c->l, name))
		return false;
	found.summary = arena_printf(
		c->l->a, "%s is there as %s, where gcc looks and musl-gcc does not: musl-gcc has the "
		"headers of musl alone.", name, path);
	near_settle(c, &found, path, "the header, where compilers of this system look; musl-gcc, which is "
		    "here as well, has none of that name");
	return true;
}

/* It is installed: whoever does not find it has other folders, or was another machine. */
static void header_of_system(struct look_case *c, const char *name, const char *path)
{
	struct near_found found = { NULL, "other-dir", NULL, NULL, true };
	const char *file = c->fact->field[MSG_FILE];
	bool is_c = is_of_other_language(c, path);

	found.summary = arena_printf(
		c->l->a, is_c ? "%s is a header of C++ (%s), and %s was compiled as C." :
				"%s is there as %s, so the compiler that does not find it looks in other "
				"folders.",
		name, path, file);
	near_settle(c, &found, path, "the header, where compilers of this system look");
	if (is_c)
		near_fix(c, "compiler", "compile it as C++: with g++ or clang++, under a name in .cc", NULL);
	else
		near_fix(c, "compiler", "find out which compiler was called: one for another C library "
			 "(musl-gcc) or machine has headers of its own, -nostdinc and --sysroot leave these "
			 "out; or it ran elsewhere", NULL);
}

/* "include/seed/x.h" is found as "seed/x.h" in "include". */
static void header_of_project(struct look_case *c, const char *name, const char *path)
{
	struct near_found found = { NULL, "other-dir", path, NULL, false };
	size_t n = strlen(path) - strlen(name);
	const char *folder = n > 0 ? arena_strndup(c->l->a, path, n - 1) : ".";

	found.summary = arena_printf(
		c->l->a, "%s is there as %s, in a folder that the compiler was not told of.", name, path);
	near_settle(c, &found, path, "the header, in a folder that is not searched");
	near_fix(c, "include", arena_printf(c->l->a, "name its folder, as seen from where the compiler runs: "
					    "-I%s", folder), NULL);
}

static void header(struct look_case *c, const struct near_files *files)
{
	const char *name = c->fact->field[MSG_HEADER] != NULL ? c->fact->field[MSG_HEADER] : c->f->object;
	struct near_found none = { NULL, "not-installed", NULL, NULL, true };
	const char *path;

	if (name == NULL || c->f->detail != NULL)
		return;
	for (size_t i = 0; i < files->n; i++)
		if (path_ends(files->items[i].path, name)) {
			header_of_project(c, name, files->items[i].path);
			return;
		}
	path = *name != '/' ? in_system(c->l, name) : NULL;
	if (path != NULL && header_of_musl(c, files, name, path))
		return;
	if (path != NULL)
		header_of_system(c, name, path);
	else if (!files->cut)
		near_settle(c, &none, NULL, "no file here has that name");
}

static void version_script(struct look_case *c, const struct near_files *files)
{
	const struct near_file *script = NULL;

	for (size_t i = 0; i < files->n; i++)
		if (strstr(files->items[i].base, ".map") != NULL)
			script = &files->items[i];
	if (script != NULL && is_nameless(c->f->object) && same_text(c->f->detail, "version-node-missing"))
		settle_source(c, script, NULL, "the version script, which lacks the node");
}

static bool imports_c(const struct source_text *t)
{
	static const char want[] = "import \"C\"";

	return memmem(t->p, t->n, want, sizeof(want) - 1) != NULL;
}

/* The Go file that is left out without cgo: of the folder that the text names, or that has the symbol. */
static void go_file(struct look_case *c, const struct near_files *files)
{
	const char *folder = c->f->object, *symbol = c->fact->field[MSG_SYMBOL];

	for (size_t i = 0; i < files->n && i < NEAR_OPENED; i++) {
		const struct near_file *f = &files->items[i];
		struct source_text t;

		if (strstr(f->base, ".go") == NULL || !read_source(c->l, f, &t) || !imports_c(&t))
			continue;
		if (symbol != NULL ? use_of(&t, symbol) == USE_NONE :
				     folder == NULL || strcmp(base_name(f->folder), base_name(folder)) != 0)
			continue;
		settle_source(c, f, c->f->detail, "imports C, and is left out where cgo is off");
		return;
	}
}

void near_source(struct look_case *c, const struct near_files *files)
{
	const char *code = c->f->code;

	if (same_text(code, "header-missing"))
		header(c, files);
	else if (same_text(code, "cgo-disabled"))
		go_file(c, files);
	else if (same_text(code, "ld-version"))
		version_script(c, files);
	else if (same_text(code, "ld-undefined-reference") && same_text(c->f->symbol, "main"))
		no_main(c, files);
	else if (c->f->symbol != NULL && same_text(code, "ld-multiple-definition"))
		defined_twice(c, files);
	else if (c->f->symbol != NULL && starts_with(code, "ld-"))
		used_somewhere(c, files);
}
