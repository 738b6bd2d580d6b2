/* dump_ast.c - prints the trees of Python files in the form that dump_ast.py has for those of Python itself.
 *
 *   dump-ast FILE...         the tree of each, bodies of functions as well, and a line "=== FILE" before it
 *   dump-ast --lazy < LIST   parses the files whose paths the lines of standard input say, no bodies, and
 *                            prints the number of files, bytes and nodes, the errors and the seconds
 *   dump-ast --full < LIST   the same with all bodies
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "python/ast.h"

static struct py_source source;
static bool saw_import, saw_global;

static void node(const struct py_node *n);
static void body(const char *name, const struct py_list *l, unsigned depth);

static const char *const names[PY_KINDS] = {
	"Name", "None", "True", "False", "Ellipsis", "Int", "Big", "Float", "Complex", "Str", "Bytes", "FString",
	"Formatted", "Tuple", "List", "Set", "Dict", "Attribute", "Subscript", "Slice", "Call", "Keyword", "Starred",
	"BinOp", "Unary", "BoolOp", "Compare", "IfExp", "Lambda", "Walrus", "ListComp", "SetComp", "GenExp", "DictComp",
	"CompFor", "Await", "Yield", "YieldFrom", "Expr", "Assign", "AugAssign", "AnnAssign", "Return", "Delete", "For",
	"While", "If", "With", "WithItem", "Raise", "Try", "Handler", "Assert", "Import", "ImportFrom", "Alias",
	"Global", "Nonlocal", "Pass", "Break", "Continue", "Function", "Class", "Match", "Case", "TypeAlias",
};

static const char *const ops[] = {
	"", "+", "-", "*", "@", "/", "%", "**", "//", "<<", ">>", "&", "|", "^", "not", "~", "and", "or", "==", "!=",
	"<", "<=", ">", ">=", "is", "is not", "in", "not in",
};

static void quoted(const char *p, size_t n, bool bytes)
{
	putchar('"');
	for (size_t i = 0; i < n; i++) {
		unsigned char b = (unsigned char)p[i];

		if (b < 0x20 || b == '"' || b == '\\' || b == 0x7f || (bytes && b >= 0x80))
			printf("\\x%02x", b);
		else
			putchar(b);
	}
	putchar('"');
}

static void list(const struct py_list *l)
{
	putchar('[');
	for (size_t i = 0; i < l->n; i++) {
		putchar(i > 0 ? ' ' : '[');
		node(l->v[i]);
	}
	fputs(l->n > 0 ? "]]" : "]", stdout);
}

static void params(const struct py_function *fn)
{
	static const char *const kinds[] = { "", "/", "=", "*", "**" };

	putchar('{');
	for (size_t i = 0; i < fn->nparams; i++) {
		printf(" %s%s:", kinds[fn->params[i].kind], fn->params[i].name);
		node(fn->params[i].value);
	}
	putchar('}');
}

static void literal(const struct py_node *n)
{
	switch (n->kind) {
	case PY_INT: printf(" %" PRId64, n->u.integer); break;
	case PY_BIG: printf(" %s", n->u.name); break;
	case PY_FLOAT:
	case PY_COMPLEX: printf(" %.17g", strtod(n->u.name, NULL)); break;
	case PY_STR: quoted(n->u.str.p, n->u.str.n, false); break;
	case PY_BYTES: quoted(n->u.str.p, n->u.str.n, true); break;
	default: break;
	}
}

static void fields(const struct py_node *n)
{
	switch (n->kind) {
	case PY_NAME: case PY_ATTRIBUTE: case PY_KEYWORD: case PY_WALRUS: case PY_IMPORT_FROM: case PY_ALIAS:
	case PY_HANDLER: case PY_CLASS: case PY_TYPE_ALIAS:
		printf(" %s", n->u.name != NULL ? n->u.name : "-");
		break;
	case PY_COMPARE:
		for (size_t i = 0; i < n->list.n; i++)
			printf(" %s", ops[n->u.ops[i]]);
		break;
	case PY_BINOP: case PY_UNARY: case PY_BOOLOP: case PY_AUGASSIGN:
		printf(" %s", ops[n->op]);
		break;
	case PY_FORMATTED: case PY_FSTRING:
		printf(" %c", n->op == 0 ? '-' : n->op);
		break;
	case PY_LAMBDA:
		params(n->u.fn);
		printf("%s", n->u.fn->is_generator ? "generator" : "");
		break;
	case PY_COMPFOR: case PY_TRY: case PY_FOR: case PY_WITH:
		printf(" %d", n->op);
		break;
	default:
		literal(n);
		break;
	}
	if (n->kind == PY_IMPORT_FROM)
		printf(" %d", n->op);
	if (n->kind == PY_ALIAS)
		printf(" %s", n->u.alias.as != NULL ? n->u.alias.as : "-");
}

static void node(const struct py_node *n)
{
	const struct py_node *a, *b, *c;
	enum py_parts parts;

	if (n == NULL) {
		putchar('-');
		return;
	}
	printf("(%s", names[n->kind]);
	fields(n);
	parts = py_parts_of(n->kind);
	a = parts >= PY_PARTS_A ? n->a : NULL;
	b = parts >= PY_PARTS_B ? n->b : NULL;
	c = parts >= PY_PARTS_C ? n->c : NULL;
	if (a != NULL || b != NULL || c != NULL) {
		putchar(' ');
		node(a);
		putchar(' ');
		node(b);
		putchar(' ');
		node(c);
	}
	if (parts >= PY_PARTS_LIST && n->list.n > 0)
		list(&n->list);
	putchar(')');
}

static void function(const struct py_node *n, unsigned depth)
{
	struct py_function *fn = n->u.fn;
	bool import = saw_import, global = saw_global;

	saw_import = saw_global = false;
	py_parse_body(&source, fn);
	printf("%s %s", fn->is_async ? " async" : "", fn->name);
	params(fn);
	list(&n->list);
	printf("%s\n", fn->is_generator ? " generator" : "");
	body("body", &fn->body, depth);
	if ((saw_import && !fn->has_import) || (saw_global && !fn->has_global))
		puts("has_import or has_global is wrong");
	saw_import = saw_import || import;
	saw_global = saw_global || global;
}

static void statement(const struct py_node *n, unsigned depth)
{
	printf("%*s@%u ", (int)depth, "", n->kind == PY_CASE ? 0 : n->line);
	saw_import = saw_import || n->kind == PY_IMPORT || n->kind == PY_IMPORT_FROM;
	saw_global = saw_global || n->kind == PY_GLOBAL || n->kind == PY_NONLOCAL;
	if (n->kind == PY_FUNCTION) {
		printf("(Function");
		function(n, depth);
		return;
	}
	if (n->kind == PY_TRY || n->kind == PY_MATCH) {
		printf("(%s %d ", names[n->kind], n->op);
		node(n->a);
		putchar('\n');
	} else {
		node(n);
		putchar('\n');
	}
	if (n->kind == PY_CLASS) {
		printf("%*sdecorators", (int)depth, "");
		list(&n->orelse);
		putchar('\n');
	}
	if (py_has_body(n->kind))
		body("body", &n->body, depth);
	if (n->kind == PY_TRY || n->kind == PY_MATCH)
		body("list", &n->list, depth);
	if (!py_has_body(n->kind))
		return;
	if (n->kind != PY_CLASS)
		body("orelse", &n->orelse, depth);
	body("final", &n->final, depth);
}

static void body(const char *name, const struct py_list *l, unsigned depth)
{
	if (l->n == 0)
		return;
	printf("%*s%s:\n", (int)depth, "", name);
	for (size_t i = 0; i < l->n; i++)
		statement(l->v[i], depth + 1);
}

static void bodies(const struct py_list *l);

static void bodies_of(const struct py_node *n)
{
	if (n->kind == PY_FUNCTION) {
		py_parse_body(&source, n->u.fn);
		bodies(&n->u.fn->body);
		return;
	}
	if (py_has_body(n->kind))
		bodies(&n->body);
	if (n->kind == PY_TRY || n->kind == PY_MATCH)
		bodies(&n->list);
	if (!py_has_body(n->kind))
		return;
	if (n->kind != PY_CLASS)
		bodies(&n->orelse);
	bodies(&n->final);
}

static void bodies(const struct py_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		bodies_of(l->v[i]);
}

static unsigned char *contents(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	unsigned char *p;
	long size;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0)
		exit((perror(path), 2));
	rewind(f);
	p = malloc(size > 0 ? (size_t)size : 1);
	*n = (size_t)size;
	if (p == NULL || fread(p, 1, *n, f) != *n)
		exit((perror(path), 2));
	fclose(f);
	return p;
}

static void dump(const char *path)
{
	struct arena *a = arena_new(0);
	size_t n;
	unsigned char *p = contents(path, &n);

	printf("=== %s\n", path);
	py_parse(a, py_names_new(a), path, (struct view){ p, n }, &source);
	if (source.error == NULL)
		body("module", &source.body, 0);
	if (source.error != NULL)
		printf("error %u: %s\n", source.error_line, source.error);
	arena_free(a);
	free(p);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int measure(bool full)
{
	struct arena *a = arena_new(0), *file;
	struct py_names *all = py_names_new(a);
	size_t nfiles = 0, nbytes = 0, nnodes = 0, nerrors = 0, memory = 0;
	double seconds = 0, start;
	char path[4096];

	while (fgets(path, sizeof(path), stdin) != NULL) {
		size_t n;
		unsigned char *p;

		path[strcspn(path, "\n")] = '\0';
		p = contents(path, &n);
		file = arena_new(0);
		start = now();
		py_parse(file, all, path, (struct view){ p, n }, &source);
		if (full)
			bodies(&source.body);
		seconds += now() - start;
		if (source.error != NULL)
			printf("error %s:%u: %s\n", path, source.error_line, source.error);
		nfiles++;
		nbytes += n;
		nnodes += source.nnodes;
		nerrors += source.error != NULL;
		memory += arena_used(file);
		arena_free(file);
		free(p);
	}
	printf("%zu files, %zu bytes, %zu nodes, %zu MB, %zu errors, %.3f seconds, %.0f MB/s\n", nfiles, nbytes, nnodes,
	       memory >> 20, nerrors, seconds, (double)nbytes / 1e6 / seconds);
	arena_free(a);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && (strcmp(argv[1], "--lazy") == 0 || strcmp(argv[1], "--full") == 0))
		return measure(strcmp(argv[1], "--full") == 0);
	for (int i = 1; i < argc; i++)
		dump(argv[i]);
	return 0;
}
