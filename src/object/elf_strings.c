/* elf_strings.c - names of libraries in a file's read-only data: what it may hand to dlopen.
 *
 * Only whole strings count: NUL before, NUL behind, and nothing in between but what file names are
 * made of. Read are the read-only segments without code (and .rodata where all is in one segment),
 * but for the dynamic string table, whose names are needs and versions.
 */
#include "object/elf_priv.h"
#include "object/elfconst.h"

enum { MAX_NAME = 64, BLOCK = 64 };

static bool is_name_char(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '_' || c == '-' || c == '+';
}

/* The whole string around p[at], which begins with "lib" and goes on behind ".so" with nothing or
 * with numbers. */
static const char *whole_name(const unsigned char *p, size_t n, size_t at, size_t *end)
{
	size_t from = at, to = at + 3;

	while (to < n && (p[to] == '.' || (p[to] >= '0' && p[to] <= '9')))
		to++;
	*end = to;
	if (to >= n || p[to] != '\0')
		return NULL;
	while (from > 0 && at - from < MAX_NAME && is_name_char(p[from - 1]))
		from--;
	if ((from > 0 && p[from - 1] != '\0') || at - from < 4 ||
	    memcmp(p + from, "lib", 3) != 0)
		return NULL;
	return (const char *)p + from;
}

/* Where ".so" begins at or behind p[at]; n: nowhere. Most of the data is passed over in blocks, whose
 * inner loop compilers make vector code of: memmem is several times slower. */
static size_t find_so(const unsigned char *p, size_t n, size_t at)
{
	while (n - at >= BLOCK + 2) {
		const unsigned char *b = p + at;
		unsigned char hit = 0;

		for (size_t i = 0; i < BLOCK; i++)
			hit |= (unsigned char)((b[i] == '.') & (b[i + 1] == 's') & (b[i + 2] == 'o'));
		if (hit != 0)
			break;
		at += BLOCK;
	}
	while (at + 3 <= n && (p[at] != '.' || p[at + 1] != 's' || p[at + 2] != 'o'))
		at++;
	return at + 3 <= n ? at : n;
}

static bool scan(struct view v, bool (*fn)(void *ctx, const char *name), void *ctx)
{
	size_t at = 0;

	while (v.p != NULL && at + 3 < v.n) {
		const char *name;

		at = find_so(v.p, v.n, at);
		if (at == v.n)
			return false;
		name = whole_name(v.p, v.n, at, &at);
		if (name != NULL && fn(ctx, name))
			return true;
	}
	return false;
}

/* Is it a segment of constants? */
static bool is_constant(const struct elf_phdr *ph)
{
	return ph->type == PT_LOAD && (ph->flags & (PF_R | PF_W | PF_X)) == PF_R;
}

/* What lies behind the dynamic string table, if that is in there: linkers put the tables of the
 * dynamic section in front of the constants. */
static struct view behind_tables(const struct elf *e, struct view v)
{
	uint64_t at, size = e->dt[ELF_DT_STRSZ];

	if (e->strtab.p == NULL || e->strtab.p < v.p || e->strtab.p >= v.p + v.n)
		return v;
	at = (uint64_t)(e->strtab.p - v.p);
	if (size > v.n - at)
		return (struct view){ NULL, 0 };
	return (struct view){ e->strtab.p + size, v.n - (size_t)(at + size) };
}

bool elf_each_constants(const struct elf *e, bool (*fn)(void *ctx, struct view constants), void *ctx)
{
	struct view v;

	if (elf_section(e, ".rodata", &v) && v.n > 0)
		return v.p != NULL && fn(ctx, v);
	for (size_t i = 0; e->phdrs != NULL && i < e->phnum; i++)
		if (is_constant(&e->phdrs[i]) &&
		    view_sub(e->file, e->phdrs[i].offset, e->phdrs[i].filesz, &v) && v.p != NULL &&
		    fn(ctx, behind_tables(e, v)))
			return true;
	return false;
}

struct library_names {
	bool (*fn)(void *ctx, const char *name);
	void *ctx;
};

static bool scan_constants(void *ctx, struct view v)
{
	struct library_names *l = ctx;

	return scan(v, l->fn, l->ctx);
}

bool elf_library_names(const struct elf *e, bool (*fn)(void *ctx, const char *name), void *ctx)
{
	struct library_names l = { fn, ctx };

	return elf_each_constants(e, scan_constants, &l);
}

bool elf_calls_dlopen(const struct elf *e)
{
	uint64_t n = elf_sym_count(e);
	struct elf_sym s;

	for (uint64_t i = 1; i < n && elf_sym(e, i, &s); i++) {
		const char *name = s.shndx == 0 ? elf_sym_name(e, i) : NULL;

		if (name != NULL && (strcmp(name, "dlopen") == 0 || strcmp(name, "dlmopen") == 0))
			return true;
	}
	return false;
}
