/* test_elf_self.c - the file of this very program, compared with what readelf prints of it.
 *
 * Skipped where there is no readelf.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "object/elf.h"
#include "object/elfconst.h"

#define SIZE_MAX_READ (64 << 20)

struct self {
	unsigned char *bytes;
	struct elf e;
};

static int open_self(void **state)
{
	struct self *s = calloc(1, sizeof(*s));
	FILE *f = fopen("/proc/self/exe", "rb");
	size_t n;

	if (s == NULL || f == NULL || (s->bytes = malloc(SIZE_MAX_READ)) == NULL)
		return -1;
	n = fread(s->bytes, 1, SIZE_MAX_READ, f);
	fclose(f);
	*state = s;
	return elf_open((struct view){ s->bytes, n }, n, &s->e) ? 0 : -1;
}

static int close_self(void **state)
{
	struct self *s = *state;

	elf_close(&s->e);
	free(s->bytes);
	free(s);
	return 0;
}

/* How many lines of readelf's output contain the text. Skips the test if there is no output. */
static size_t lines_with(const char *option, const char *text)
{
	char command[80];
	char line[4096];
	size_t n = 0;
	size_t total = 0;
	FILE *f;

	snprintf(command, sizeof(command), "LC_ALL=C readelf -W %s /proc/%ld/exe 2>/dev/null",
		 option, (long)getpid());
	f = popen(command, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		n += strstr(line, text) != NULL;
		total++;
	}
	pclose(f);
	if (total == 0)
		skip();
	return n;
}

static bool count_need(void *ctx, const struct elf_verneed *v)
{
	assert_non_null(v->file);
	assert_non_null(v->name);
	assert_int_equal(v->hash, elf_sysv_hash(v->name));
	++*(size_t *)ctx;
	return false;
}

static void headers_and_needs_are_as_many(void **state)
{
	const struct elf *e = &((struct self *)*state)->e;
	size_t loads = lines_with("-l", "  LOAD  ");
	size_t needed = lines_with("-d", "(NEEDED)");

	assert_int_equal(e->defect, ELF_OK);
	assert_int_equal(e->nload, loads);
	assert_int_equal(e->nneeds, needed);
	assert_true(needed > 0);
	for (size_t i = 0; i < needed; i++) {
		char text[256];

		snprintf(text, sizeof(text), "[%s]", e->needs[i].name);
		assert_int_equal(lines_with("-d", text), 1);
	}
}

/* readelf prints a line a symbol with its binding, and the table's size by its section. */
static void symbols_are_as_many(void **state)
{
	const struct elf *e = &((struct self *)*state)->e;
	char text[64];
	uint64_t n;

	n = elf_sym_count(e);
	assert_true(n > 1);
	snprintf(text, sizeof(text), "' contains %llu entries", (unsigned long long)n);
	assert_int_equal(lines_with("--dyn-syms", text), 1);
}

static void relocations_are_as_many(void **state)
{
	const struct elf *e = &((struct self *)*state)->e;
	struct elf_relocs r;

	assert_int_equal(elf_relocs_open(e, &r), ELF_HERE);
	for (int t = ELF_REL; t <= ELF_PLT; t++) {
		char text[64];

		if (r.rel[t].n == 0)
			continue;
		snprintf(text, sizeof(text), "contains %llu entr", (unsigned long long)r.rel[t].n);
		assert_true(lines_with("-r", text) >= 1);
	}
	assert_true(r.rel[ELF_REL].n + r.rel[ELF_RELA].n + r.rel[ELF_PLT].n > 0);
}

static void version_needs_are_as_many(void **state)
{
	const struct elf *e = &((struct self *)*state)->e;
	enum elf_where where;
	size_t n = 0;

	elf_each_verneed(e, count_need, &n, &where);
	assert_int_equal(where, ELF_HERE);
	assert_true(n > 0);
	assert_int_equal(lines_with("-V", "  Name: ") - lines_with("-V", "Rev: "), n);
}

static void the_build_id_is_the_same(void **state)
{
	const struct elf *e = &((struct self *)*state)->e;
	char text[2 * 64 + 1] = "";
	struct elf_notes notes;

	elf_notes(e, &notes);
	for (size_t i = 0; i < notes.build_id.n && i < 64; i++)
		snprintf(text + 2 * i, 3, "%02x", notes.build_id.p[i]);
	if (notes.build_id.n == 0)
		assert_int_equal(lines_with("-n", "Build ID"), 0);
	else
		assert_true(lines_with("-n", text) >= 1);
}

/* Every symbol that is defined and global is found by its own name. */
static bool is_wanted(void *ctx, uint64_t sym)
{
	return *(uint64_t *)ctx == sym;
}

static void every_defined_symbol_is_found(void **state)
{
	const struct elf *e = &((struct self *)*state)->e;
	uint64_t n = elf_sym_count(e);
	struct elf_hash h;

	elf_hash_open(e, &h);
	for (uint64_t i = 1; i < n; i++) {
		const char *name = elf_sym_name(e, i);
		struct elf_sym s;

		assert_true(elf_sym(e, i, &s));
		assert_non_null(name);
		if (s.shndx != SHN_UNDEF && s.bind != STB_LOCAL)
			assert_int_equal(elf_hash_find(e, &h, name, elf_gnu_hash(name), is_wanted,
						       &i), i);
	}
}

/* Enough of them that they are worth the question. */
static const unsigned char constants[1 << 17] = { 1 };

static void count_idle(void *ctx, struct view part)
{
	struct self *s = ((void **)ctx)[0];
	size_t *n = ((void **)ctx)[1];

	*n += part.n;
	memset(s->bytes + (part.p - s->bytes), 0, part.n);
}

/* Runs last: the code is gone then. */
static void what_loaders_do_not_read_can_go(void **state)
{
	struct self *s = *state;
	uint64_t symbols = elf_sym_count(&s->e);
	struct elf_hash h;
	size_t n = 0, more = 0;

	/* Which one is read, no compiler knows: they are kept. */
	assert_true(constants[symbols % sizeof(constants)] <= 1);
	elf_each_idle(&s->e, false, count_idle, (void *[]){ s, &n });
	assert_true(n > 0);
	elf_each_idle(&s->e, true, count_idle, (void *[]){ s, &more });
	assert_true(more >= n + sizeof(constants));
	assert_int_equal(elf_sym_count(&s->e), symbols);
	elf_hash_open(&s->e, &h);
	for (uint64_t i = 1; i < symbols; i++) {
		struct elf_sym sym;

		if (elf_sym(&s->e, i, &sym) && sym.shndx != SHN_UNDEF && sym.bind != STB_LOCAL)
			assert_true(elf_defines(&s->e, &h, elf_sym_name(&s->e, i)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_and_needs_are_as_many),
		cmocka_unit_test(symbols_are_as_many),
		cmocka_unit_test(relocations_are_as_many),
		cmocka_unit_test(version_needs_are_as_many),
		cmocka_unit_test(the_build_id_is_the_same),
		cmocka_unit_test(every_defined_symbol_is_found),
		cmocka_unit_test(what_loaders_do_not_read_can_go),
	};

	return cmocka_run_group_tests(tests, open_self, close_self);
}
