/* told_undefined.c - a symbol without definition at the link: which library its name tells of. */
#include "diagnose/told_undefined.h"

#include <string.h>
#include <strings.h>

#include "diagnose/told_find.h"
#include "diagnose/told_place.h"

struct row {
	const char *name, *detail, *library;
	bool apple;
};

static const struct row rows[] = {
#define UNDEFINED(name, detail, library) { name, detail, library, false },
#define APPLE(name, detail, library) { name, detail, library, true },
#include "diagnose/told_undefined.def"
#undef UNDEFINED
#undef APPLE
};

/* Functions of libm; each may end with f or l. */
static const char *const mathematics[] = {
	"pow", "sqrt", "cbrt", "hypot", "exp", "exp2", "exp10", "expm1", "log", "log2", "log10",
	"log1p", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh",
	"acosh", "atanh", "sincos", "floor", "ceil", "round", "lround", "llround", "rint", "lrint",
	"llrint", "nearbyint", "trunc", "fmod", "remainder", "remquo", "fma", "fmax", "fmin", "fdim",
	"ldexp", "frexp", "modf", "logb", "ilogb", "scalbn", "erf", "erfc", "lgamma", "lgamma_r",
	"tgamma", "j0", "j1", "jn", "y0", "y1", "yn", "nextafter", "nexttoward", "fabs", "cexp",
	"clog", "cpow", "csqrt", "csin", "ccos", "cabs", "carg", "feenableexcept", "fesetround",
	"fegetround", "fetestexcept", "feclearexcept", "significand",
};

static bool is_mathematics(const char *symbol)
{
	for (size_t i = 0; i < sizeof(mathematics) / sizeof(mathematics[0]); i++) {
		size_t n = strlen(mathematics[i]);

		if (strncmp(symbol, mathematics[i], n) == 0 &&
		    (symbol[n] == '\0' || (strchr("fl", symbol[n]) != NULL && symbol[n + 1] == '\0')))
			return true;
	}
	return false;
}

static bool is_apple(const struct msg_fact *f)
{
	static const char *const speakers[] = { "ld64", "ld-prime", "ld64.lld", "zig" };

	for (size_t i = 0; i < sizeof(speakers) / sizeof(speakers[0]); i++)
		if (strcmp(f->speaker, speakers[i]) == 0)
			return true;
	return f->text != NULL && strstr(f->text, "ld64") != NULL;
}

/* In Mach-O every name of C begins with an underscore. lld says the same words for all formats. */
static bool has_underscore(const struct msg_fact *f)
{
	const char *s = f->field[MSG_SYMBOL];

	static const char *const frameworks[] = {
		"_OBJC_", "_CF", "_Sec", "_kCF", "_kSec", "_objc_", "_IO", "_kIO",
	};

	for (size_t i = 0; i < sizeof(frameworks) / sizeof(frameworks[0]); i++)
		if (starts_with(s, frameworks[i]))
			return true;
	return s[0] == '_' && is_apple(f);
}

/* Does the name fit: '*' is anything, '?' one byte, "[A-Z]" and "[0-9]" one of those? */
static bool fits_name(const char *name, const char *pattern)
{
	for (; *pattern != '\0'; pattern++, name++) {
		if (*pattern == '*') {
			for (pattern++; *name != '\0'; name++)
				if (fits_name(name, pattern))
					return true;
			return *pattern == '\0';
		}
		if (strncmp(pattern, "[A-Z]", 5) == 0 || strncmp(pattern, "[0-9]", 5) == 0) {
			if (*name < pattern[1] || *name > pattern[3])
				return false;
			pattern += 4;
		} else if (*name == '\0' || (*pattern != '?' && *pattern != *name)) {
			return false;
		}
	}
	return *name == '\0';
}

static const struct row *find_row(const char *symbol, bool apple)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((!rows[i].apple || apple) && fits_name(symbol, rows[i].name))
			return &rows[i];
	return NULL;
}

const char *told_undefined_framework(const char *symbol)
{
	const struct row *row = find_row(symbol, true);

	return row != NULL && row->apple && strcmp(row->detail, "framework") == 0 ? row->library : NULL;
}

/* These keep archives in mind, so that the order of the link line cannot be what is wrong. */
static bool order_is_free(const struct msg_fact *f)
{
	static const char *const speakers[] = {
		"ld.lld", "mold", "ld64", "ld-prime", "ld64.lld", "lld-link", "link.exe", "zig",
		"wasm-ld",
	};

	for (size_t i = 0; i < sizeof(speakers) / sizeof(speakers[0]); i++)
		if (strcmp(f->speaker, speakers[i]) == 0)
			return true;
	return false;
}

/* A class of Objective-C names what is missing by itself. */
static const char *class_name(const char *symbol)
{
	static const char *const prefixes[] = { "OBJC_CLASS_$_", "OBJC_METACLASS_$_" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (starts_with(symbol, prefixes[i]))
			return symbol + strlen(prefixes[i]);
	return NULL;
}

static const char *runtime_of(const struct msg_fact *f, const char *library)
{
	/* Apple's C++ runtime is libc++ whatever the name. */
	return is_apple(f) && strcmp(library, "libstdc++") == 0 ? "libc++" : library;
}

/* The last command above it, NULL: none is known. */
static const struct msg_command *command_of(const struct told_case *c, const struct msg_fact *f)
{
	const struct msg_command *last = NULL;

	for (size_t i = 0; i < c->in->ncommands; i++)
		if (c->in->commands[i].line <= f->line)
			last = &c->in->commands[i];
	return last;
}

static bool is_input(const char *word)
{
	static const char *const ends[] = { ".o", ".obj", ".lo", ".a" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (told_ends_with(word, ends[i]))
			return word[0] != '-';
	return word[0] != '-' && told_is_source(word, strlen(word));
}

/* Is word the option that names `library` ("libm.so.6", "libstdc++")? */
static bool names_library(const char *word, const char *library)
{
	const char *name = starts_with(library, "lib") ? library + 3 : library;
	size_t n;

	if (!starts_with(word, "-l"))
		return false;
	n = strlen(word + 2);
	return n > 0 && strncmp(name, word + 2, n) == 0 && (name[n] == '\0' || name[n] == '.');
}

/* Is word the option that names a library that the symbol is called after: -lfoo, foo_open? */
static bool is_called_after(const char *word, const char *symbol)
{
	enum { LEAST = 3 };
	size_t n = starts_with(word, "-l") ? strcspn(word + 2, "-.0123456789") : 0;

	return n >= LEAST && strncasecmp(word + 2, symbol, n) == 0;
}

/* Does the command name the library (NULL: one that the symbol is called after) only before a file that may
 * use it? */
static bool is_named_early(const struct told_case *c, const struct msg_fact *f, const char *library)
{
	const struct msg_command *command = command_of(c, f);
	size_t named = 0, last = 0;

	for (size_t i = 1; command != NULL && i < command->argc; i++) {
		const char *word = command->argv[i];

		if (library != NULL ? names_library(word, library)
				    : is_called_after(word, f->field[MSG_SYMBOL]))
			named = i;
		else if (is_input(word) && strcmp(command->argv[i - 1], "-o") != 0)
			last = i;
	}
	return named > 0 && named < last;
}

/* What a row says of the symbol: the library stands for the object where it is one. */
static void take_row(struct msg_fact *f, const struct row *row)
{
	const char *library = row->library;

	f->detail = row->detail;
	if (library[0] == '\0')
		return;
	if (!row->apple)
		f->field[MSG_OBJECT] = runtime_of(f, library);
	if (row->apple)
		f->field[MSG_LIB] = library;
	else if (strcmp(row->detail, "not-linked") == 0)
		f->field[MSG_LIB] = starts_with(library, "lib") ? library + 3 : library;
}

/* Which library it is of, by its name alone. */
static void by_name(struct told_case *c, struct msg_fact *f)
{
	const char *symbol = f->field[MSG_SYMBOL];
	const struct row *row;
	bool apple;

	if (symbol == NULL || f->detail != NULL)
		return;
	apple = has_underscore(f);
	symbol += apple ? 1 : 0;
	if (is_mathematics(symbol) && !apple) {
		f->detail = "not-linked";
		f->field[MSG_OBJECT] = "libm.so.6";
		f->field[MSG_LIB] = "m";
		if (!order_is_free(f) && is_named_early(c, f, "libm"))
			f->detail = "order";
		return;
	}
	row = find_row(symbol, apple);
	if (row != NULL)
		take_row(f, row);
	else if (strstr(symbol, "[abi:cxx11]") != NULL)
		f->detail = "cxx11-abi";
	else if (order_is_free(f) || told_find(c, "rustc-linking") != NULL)
		f->detail = "not-linked";
	if (f->field[MSG_OBJECT] != NULL && !order_is_free(f) && is_named_early(c, f, f->field[MSG_OBJECT]))
		f->detail = "order";
	if (row == NULL && class_name(symbol) != NULL)
		f->field[MSG_OBJECT] = class_name(symbol);
}

const char *told_undefined_library(struct arena *a, const char *symbol)
{
	const char *plain = arena_strndup(a, symbol, strcspn(symbol, "@"));
	const struct row *row = find_row(plain, false);

	if (is_mathematics(plain))
		return "libm.so.6";
	return row != NULL && row->library[0] != '\0' && !row->apple ? row->library : NULL;
}

void told_undefined(struct told_case *c, struct msg_fact *f)
{
	by_name(c, f);
	if (f->detail == NULL && f->field[MSG_SYMBOL] != NULL && !order_is_free(f) &&
	    is_named_early(c, f, NULL))
		f->detail = "order";
}

static bool begins_others(const struct told_case *c, const char *cls)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct msg_fact *f = &c->facts[i].f;
		const char *symbol = f->field[MSG_SYMBOL], *other;

		if (!told_is(f, "ld-undefined-reference") || symbol == NULL)
			continue;
		other = class_name(symbol + (symbol[0] == '_'));
		if (other != NULL && strlen(other) > strlen(cls) && starts_with(other, cls))
			return true;
	}
	return false;
}

static bool is_of_framework(const struct msg_fact *f)
{
	return told_is(f, "ld-undefined-reference") && told_is_detail(f, "framework") &&
	       f->field[MSG_LIB] != NULL;
}

/* Who uses one framework often uses several, and wants all of them: "-framework A -framework B". */
void told_undefined_frameworks(struct told_case *c)
{
	const char *words = "";

	for (size_t i = 0; i < c->n; i++) {
		const struct msg_fact *f = &c->facts[i].f;
		const char *word;

		if (!is_of_framework(f))
			continue;
		word = arena_printf(c->a, "-framework %s ", f->field[MSG_LIB]);
		if (strstr(words, word) == NULL)
			words = arena_printf(c->a, "%s%s", words, word);
	}
	words = *words != '\0' ? arena_strndup(c->a, words, strlen(words) - 1) : NULL;
	for (size_t i = 0; i < c->n; i++)
		if (is_of_framework(&c->facts[i].f))
			c->facts[i].f.field[MSG_FLAG] = words;
}

/* Is the runtime of C++ not linked at all? Then nobody has what unwinds the stack either. */
static bool is_without_runtime(const struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const char *symbol = c->facts[i].f.field[MSG_SYMBOL];

		if (told_is(&c->facts[i].f, "ld-undefined-reference") && symbol != NULL &&
		    strstr(symbol, "__gxx_personality_") != NULL)
			return true;
	}
	return false;
}

/* Where all of it is missing, an operator says so best: `link` names it too. Where a part is missing, the
 * name of that part tells more. */
static int runtime_order(const struct told_case *c, const char *symbol)
{
	bool is_operator = starts_with(symbol, "operator delete") || starts_with(symbol, "_Zdl") ||
			   starts_with(symbol, "_Zda");

	return is_operator && is_without_runtime(c) ? 58 : 60;
}

int told_undefined_order(const struct told_case *c, const struct msg_fact *f)
{
	const char *symbol = f->field[MSG_SYMBOL], *cls = class_name(symbol + (symbol[0] == '_'));

	if (f->detail == NULL)
		return 50;
	if (strcmp(f->detail, "extern-c") == 0)
		return 10;
	if (strcmp(f->detail, "no-main") == 0 || strcmp(f->detail, "no-winmain") == 0)
		return 20;
	if (strcmp(f->detail, "cxx-runtime") == 0)
		return runtime_order(c, symbol);
	if (starts_with(symbol, "typeinfo for ") || starts_with(symbol, "vtable for "))
		return 30;
	/* Of several classes of one library the one whose name the others begin with. */
	if (cls != NULL)
		return begins_others(c, cls) ? 99 : 100;
	return 55;
}
