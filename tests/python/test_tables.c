/* test_tables.c - tables of names behind relocations, and hostile ones. */
#include "made.h"
#include "python/core.h"

enum { TABLE = SO_DATA + 0x400, NAMES = SO_DATA + 0x600 };

/* The word at `at` will be `value`. */
static void relative(struct so *s, uint64_t at, uint64_t value)
{
	Elf64_Rela r = { .r_offset = at, .r_info = ELF64_R_INFO(0, R_X86_64_RELATIVE), .r_addend = (int64_t)value };

	memcpy(s->b + SO_RELA + s->nrela++ * sizeof(r), &r, sizeof(r));
}

static void export(struct so *s, const char *name, uint64_t at)
{
	so_sym(s, name, (Elf64_Sym){ .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), .st_shndx = 1, .st_value = at });
}

static uint64_t name_at(struct so *s, unsigned i, const char *name)
{
	uint64_t at = NAMES + 16 * i;

	memcpy(s->b + at, name, strlen(name) + 1);
	return at;
}

static void open_tables(struct fixture *f, struct so *s, struct py_tables *t)
{
	so_put(f, s, "/core.so");
	py_tables_open(t, &entry(f, "/core.so")->file->elf, f->a);
}

static struct so *with_inittab(struct fixture *f)
{
	static const char *const names[] = { "sys", "posix", "builtins", "_abc" };
	struct so *s = so_new(f);

	export(s, "PyImport_Inittab", SO_DATA + 0x300);
	relative(s, SO_DATA + 0x300, TABLE);
	for (unsigned i = 0; i < 4; i++)
		relative(s, TABLE + 16 * i, name_at(s, i, names[i]));
	return s;
}

static void built_in_modules_are_sorted(void **state)
{
	struct fixture *f = *state;
	struct py_strings out = { 0 };
	struct py_tables t;

	open_tables(f, with_inittab(f), &t);
	py_tables_builtins(&t, &out);
	assert_string_equal(joined(f, &out), "_abc:builtins:posix:sys");
}

static void a_word_of_a_version(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	uint64_t hex = 0x030d00f0;
	struct py_tables t;

	memcpy(s->b + TABLE, &hex, sizeof(hex));
	export(s, "Py_Version", TABLE);
	open_tables(f, s, &t);
	assert_int_equal(py_tables_version(&t), hex);
}

static void frozen_modules_by_release(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct py_strings out = { 0 };
	struct py_tables t;

	export(s, "_PyImport_FrozenStdlib", SO_DATA + 0x300);
	relative(s, SO_DATA + 0x300, TABLE);
	relative(s, TABLE, name_at(s, 0, "abc"));
	relative(s, TABLE + 24, name_at(s, 1, "codecs"));
	relative(s, TABLE + 32, name_at(s, 2, "os.path"));
	open_tables(f, s, &t);
	py_tables_frozen(&t, 13, &out);
	assert_string_equal(joined(f, &out), "abc:codecs");
	out.n = 0;
	py_tables_frozen(&t, 12, &out);
	assert_string_equal(joined(f, &out), "abc:os.path");
}

static void a_table_that_leads_nowhere(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct py_strings out = { 0 };
	struct py_tables t;

	export(s, "PyImport_Inittab", UINT64_MAX - 3);
	export(s, "Py_Version", SO_SIZE - 4);
	export(s, "_PyImport_FrozenTest", SO_DATA + 0x300);
	relative(s, SO_DATA + 0x300, TABLE);
	relative(s, TABLE, UINT64_MAX);
	open_tables(f, s, &t);
	py_tables_builtins(&t, &out);
	py_tables_frozen(&t, 13, &out);
	assert_int_equal(out.n, 0);
	assert_int_equal(py_tables_version(&t), 0);
}

/* A program that exports nothing: known by "posix", and by the two without a function. */
static void a_table_without_a_name(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct py_strings out = { 0 };
	struct py_tables t;

	s->b[NAMES - 1] = 0;
	relative(s, TABLE, name_at(s, 0, "posix"));
	relative(s, TABLE + 8, SO_DATA);
	relative(s, TABLE + 16, name_at(s, 1, "builtins"));
	relative(s, TABLE + 32, name_at(s, 2, "sys"));
	open_tables(f, s, &t);
	py_tables_builtins(&t, &out);
	assert_string_equal(joined(f, &out), "builtins:posix:sys");
}

static void endings_in_their_order(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct py_strings out = { 0 };
	struct py_tables t;

	s->b[NAMES - 1] = 0;
	relative(s, SO_DATA + 0x300, name_at(s, 0, ".cp"));
	relative(s, SO_DATA + 0x308, name_at(s, 3, ".txt"));
	relative(s, TABLE, NAMES);
	relative(s, TABLE + 8, name_at(s, 1, ".abi3t.so"));
	relative(s, TABLE + 16, name_at(s, 2, ".so"));
	open_tables(f, s, &t);
	py_tables_endings(&t, ".cp", &out);
	assert_string_equal(joined(f, &out), ".cp:.abi3t.so:.so");
	out.n = 0;
	py_tables_endings(&t, ".none", &out);
	assert_int_equal(out.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MADE_TEST(built_in_modules_are_sorted), MADE_TEST(a_word_of_a_version),
		MADE_TEST(frozen_modules_by_release),	MADE_TEST(a_table_that_leads_nowhere),
		MADE_TEST(a_table_without_a_name),    MADE_TEST(endings_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
