/* test_bind.c - every reference against its real scope. */
#include <signal.h>

#include "loader/bind.h"
#include "loader/tls.h"
#include "so.h"

static struct image *open_lib(struct fixture *f, const char *path, unsigned flags)
{
	f->p->tls_size = 1664;
	f->p->tls_align = 64;
	f->p->tls_optional = 512;
	return loader_open(f->p, path, flags);
}

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* A library that defines the names, which end with NULL. */
static void put_defs(struct fixture *f, const char *path, const char *const *names)
{
	struct so *s = so_new(f);

	for (; *names != NULL; names++)
		so_def(s, *names);
	so_put(f, s, path);
}

/* A library that needs others and refers to x through a relocation of that type. */
static struct so *user(struct fixture *f, const char *const *needs, uint32_t type)
{
	struct so *s = so_new(f);

	for (; needs != NULL && *needs != NULL; needs++)
		so_need(s, *needs);
	so_rela(s, type, so_undef(s, "x"));
	return s;
}

struct told {
	struct fixture *f;
	const char *text;
};

/* "x@V1->liba.so weak" */
static void tell(void *ctx, const struct binding *b)
{
	struct told *t = ctx;

	t->text = arena_printf(
		t->f->a, "%s%s%s%s%s->%s%s%s%s%s", t->text, *t->text != '\0' ? ", " : "",
		b->symbol, b->version != NULL ? "@" : "", b->version != NULL ? b->version : "",
		b->to != NULL ? base(b->to->name) : "nobody", b->weak ? " weak" : "",
		b->lazy ? " lazy" : "", b->copy ? " copy" : "", b->tls ? " tls" : "");
}

static const char *bindings(struct fixture *f, struct image *im)
{
	struct told t = { f, "" };

	loader_each_binding(f->p, im, tell, &t);
	return t.text;
}

/* ---- who defines it ----------------------------------------------------------------------------- */

static void the_first_definer_in_breadth_first_order_wins(void **state)
{
	struct fixture *f = *state;
	struct image *im;

	put_lib(f, "/lib/a", NULL, NEEDS("c"));
	put_defs(f, "/lib/b", NEEDS("x"));
	put_defs(f, "/lib/c", NEEDS("x"));
	so_put(f, user(f, NEEDS("a", "b"), R_X86_64_GLOB_DAT), "/lib/top");
	im = open_lib(f, "top", 0);
	assert_non_null(im);
	assert_string_equal(bindings(f, im), "x->b");
}

static void a_symbolic_object_looks_at_itself_first(void **state)
{
	struct fixture *f = *state;
	struct so *plain = so_new(f), *symbolic = so_new(f);
	struct image *im;

	so_need(plain, "symbolic");
	so_rela(plain, R_X86_64_64, so_def(plain, "x"));
	so_dyn(symbolic, DT_SYMBOLIC, 0);
	so_rela(symbolic, R_X86_64_64, so_def(symbolic, "x"));
	so_put(f, plain, "/lib/plain");
	so_put(f, symbolic, "/lib/symbolic");
	im = open_lib(f, "plain", 0);
	assert_non_null(im);
	assert_string_equal(bindings(f, im), "x->plain");
	assert_string_equal(bindings(f, im->needed[0]), "x->symbolic");
}

static void what_was_opened_globally_comes_before_own_dependencies(void **state)
{
	struct fixture *f = *state;
	struct image *im;

	put_defs(f, "/lib/global", NEEDS("x"));
	put_defs(f, "/lib/own", NEEDS("x"));
	so_put(f, user(f, NEEDS("own"), R_X86_64_GLOB_DAT), "/lib/top");
	assert_non_null(open_lib(f, "global", OPEN_GLOBAL));
	im = open_lib(f, "top", 0);
	assert_string_equal(bindings(f, im), "x->global");
}

static void what_was_opened_locally_serves_nobody_else(void **state)
{
	struct fixture *f = *state;

	put_defs(f, "/lib/local", NEEDS("x"));
	so_put(f, user(f, NULL, R_X86_64_GLOB_DAT), "/lib/top");
	assert_non_null(open_lib(f, "local", 0));
	assert_null(open_lib(f, "top", 0));
}

static void bindings_say_version_weakness_laziness_and_tls(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f), *def = so_new(f);
	uint32_t x = so_undef(s, "x");
	struct image *im;

	so_need(s, "def");
	so_verneed(s, "def", "V1", 2, 0);
	so_set_version(s, x, 2);
	so_rela(s, R_X86_64_GLOB_DAT, x);
	so_rela(s, R_X86_64_64, x); /* the same look-up: told once */
	so_plt(s, R_X86_64_JUMP_SLOT, so_undef_as(s, "w", STB_WEAK, STT_NOTYPE));
	so_rela(s, R_X86_64_DTPMOD64, so_undef_as(s, "t", STB_GLOBAL, STT_TLS));
	so_put(f, s, "/lib/top");
	so_verdef(def, "V1", 2, 0);
	so_set_version(def, so_def(def, "x"), 2);
	so_def_as(def, "t", STB_GLOBAL, STT_TLS);
	so_put(f, def, "/lib/def");
	im = open_lib(f, "top", OPEN_LAZY);
	assert_non_null(im);
	assert_string_equal(bindings(f, im), "x@V1->def, t->def tls, w->nobody weak lazy");
}

static void one_name_can_be_looked_up_for_a_caller(void **state)
{
	struct fixture *f = *state;
	struct so *def = so_new(f);
	struct image *im;

	so_verdef(def, "V1", 2, 0);
	so_set_version(def, so_def(def, "x"), 2);
	so_put(f, def, "/lib/def");
	put_lib(f, "/lib/top", NULL, NEEDS("def"));
	im = open_lib(f, "top", 0);
	assert_ptr_equal(bind_find(f->p, im, "x", "V1"), im->needed[0]);
	assert_null(bind_find(f->p, im, "x", "V2"));
	assert_null(bind_find(f->p, im, "y", "V1"));
}

/* ---- nobody defines it ---------------------------------------------------------------------------- */

static void an_undefined_symbol_is_told_with_its_version(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f), *def = so_new(f);
	uint32_t x = so_undef(s, "x");

	so_need(s, "def");
	so_verneed(s, "def", "V1", 2, 0);
	so_set_version(s, x, 2);
	so_rela(s, R_X86_64_GLOB_DAT, x);
	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "y"));
	so_rela(s, R_X86_64_64, x);
	so_put(f, s, "/lib/top");
	so_verdef(def, "V1", 2, 0);
	so_put(f, def, "/lib/def");
	assert_null(open_lib(f, "top", 0));
	assert_int_equal(f->p->trace.failures.n, 2); /* each once */
	assert_string_equal(first_failure(f)->message, "/lib/top: undefined symbol: x, version V1");
	assert_string_equal(f->p->trace.failures.items[1].message,
			    "/lib/top: undefined symbol: y");
	assert_string_equal(first_failure(f)->version_file, "def");
}

static void a_weak_reference_needs_nobody(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_rela(s, R_X86_64_GLOB_DAT, so_undef_as(s, "x", STB_WEAK, STT_NOTYPE));
	so_put(f, s, "/lib/top");
	assert_non_null(open_lib(f, "top", 0));
}

static void a_symbol_that_no_relocation_names_is_never_missed(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_undef(s, "x");
	so_put(f, s, "/lib/top");
	assert_non_null(open_lib(f, "top", 0));
}

static void dependencies_are_relocated_first(void **state)
{
	struct fixture *f = *state;

	so_put(f, user(f, NEEDS("dep"), R_X86_64_GLOB_DAT), "/lib/top");
	so_put(f, user(f, NULL, R_X86_64_GLOB_DAT), "/lib/dep");
	assert_null(open_lib(f, "top", 0));
	assert_string_equal(first_failure(f)->object, "/lib/dep");
	assert_int_equal(f->p->trace.failures.n, 2);
}

static void up_to_2_29_the_file_of_the_version_record_ends_the_walk(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f), *def = so_new(f), *other = so_new(f);
	uint32_t x = so_undef(s, "x");

	so_need(s, "def");
	so_need(s, "other");
	so_verneed(s, "def", "V1", 2, 0);
	so_set_version(s, x, 2);
	so_rela(s, R_X86_64_GLOB_DAT, x);
	so_put(f, s, "/lib/top");
	so_verdef(def, "V1", 2, 0);
	so_put(f, def, "/lib/def");
	so_verdef(other, "V1", 2, 0);
	so_set_version(other, so_def(other, "x"), 2);
	so_put(f, other, "/lib/other");
	f->w.install.minor = 29;
	assert_null(open_lib(f, "top", 0));
	assert_string_equal(first_failure(f)->message,
			    "/lib/top: symbol x version V1 not defined in file def "
			    "with link time reference");
	f->p = process_new(&f->w, f->a, "./prog");
	f->p->program = process_add_image(f->p, IMAGE_PROGRAM, NULL, "");
	f->w.install.minor = 30;
	assert_non_null(open_lib(f, "top", 0));
}

/* ---- lazy binding --------------------------------------------------------------------------------- */

static struct so *lazy_user(struct fixture *f)
{
	struct so *s = so_new(f);

	so_plt(s, R_X86_64_JUMP_SLOT, so_undef(s, "x"));
	return s;
}

static void a_missing_function_strikes_only_when_it_is_called(void **state)
{
	struct fixture *f = *state;

	so_put(f, lazy_user(f), "/lib/top");
	assert_non_null(open_lib(f, "top", OPEN_LAZY));
	assert_true(first_failure(f)->lazy);
	assert_string_equal(first_failure(f)->symbol, "x");
}

static void without_rtld_lazy_it_strikes_at_once(void **state)
{
	struct fixture *f = *state;

	so_put(f, lazy_user(f), "/lib/top");
	assert_null(open_lib(f, "top", 0));
	assert_false(first_failure(f)->lazy);
}

static void objects_and_the_environment_can_forbid_laziness(void **state)
{
	struct fixture *f = *state;
	struct so *now = lazy_user(f);

	so_dyn(now, DT_FLAGS, DF_BIND_NOW);
	so_put(f, now, "/lib/now");
	so_put(f, lazy_user(f), "/lib/lazy");
	assert_null(open_lib(f, "now", OPEN_LAZY));
	f->w.env.bind_now = true;
	assert_null(open_lib(f, "lazy", OPEN_LAZY));
}

/* ---- types ---------------------------------------------------------------------------------------- */

static void a_type_that_the_machine_does_not_know_is_refused(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_rela(s, 0xc8, so_def(s, "own"));
	so_put(f, s, "/lib/top");
	assert_null(open_lib(f, "top", 0));
	assert_string_equal(first_failure(f)->message, "/lib/top: unexpected reloc type 0xc8");
	assert_int_equal(first_failure(f)->reloc_type, 0xc8);
}

static void a_lazy_entry_is_looked_at_for_its_type_alone(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_plt(s, R_X86_64_GLOB_DAT, so_undef(s, "x"));
	so_put(f, s, "/lib/top");
	assert_null(open_lib(f, "top", OPEN_LAZY));
	assert_string_equal(first_failure(f)->message, "/lib/top: unexpected PLT reloc type 0x06");
}

static void a_symbol_outside_the_table_kills(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_rela(s, R_X86_64_GLOB_DAT, 0xfffff);
	so_put(f, s, "/lib/top");
	assert_null(open_lib(f, "top", 0));
	assert_int_equal(first_failure(f)->signal, SIGSEGV);
	assert_null(first_failure(f)->message);
}

static void entries_that_are_counted_as_relative_must_be_so(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_rela(s, R_X86_64_64, so_def(s, "own"));
	so_dyn(s, DT_RELACOUNT, 1);
	so_put(f, s, "/lib/top");
	assert_null(open_lib(f, "top", 0));
	assert_int_equal(first_failure(f)->kind, FAIL_ASSERTION);
}

static void a_target_behind_the_end_of_the_file_kills_at_its_turn(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	const uint64_t behind = 0x9000;

	s->ph[PH_LOAD].p_filesz = s->ph[PH_LOAD].p_memsz = 0x10000;
	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "x"));
	so_rela(s, R_X86_64_RELATIVE, 0);
	memcpy(s->b + SO_RELA + sizeof(Elf64_Rela), &behind, sizeof(behind));
	so_put(f, s, "/lib/top");
	assert_null(open_lib(f, "top", 0));
	assert_int_equal(first_failure(f)->kind, FAIL_SYMBOL); /* the symbol comes first */
	assert_int_equal(f->p->trace.failures.n, 1);
}

static void with_all_symbols_there_the_target_kills(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	const uint64_t behind = 0x9000;

	s->ph[PH_LOAD].p_filesz = s->ph[PH_LOAD].p_memsz = 0x10000;
	so_rela(s, R_X86_64_GLOB_DAT, so_def(s, "x"));
	so_rela(s, R_X86_64_RELATIVE, 0);
	memcpy(s->b + SO_RELA + sizeof(Elf64_Rela), &behind, sizeof(behind));
	so_put(f, s, "/lib/top");
	assert_null(open_lib(f, "top", 0));
	assert_int_equal(first_failure(f)->signal, SIGBUS);
}

/* ---- objects whose tables cannot be read ------------------------------------------------------------- */

static void an_object_without_string_table_dies_at_its_relocation(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->no_hash = true;
	so_put(f, s, "/lib/top");
	assert_null(open_lib(f, "top", 0));
	assert_int_equal(first_failure(f)->signal, SIGSEGV);
}

static void a_hash_table_without_symbols_kills_whoever_looks_into_it(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->no_hash = true;
	so_sysv_hash(s);
	so_dyn(s, DT_STRTAB, SO_STR);
	so_put(f, s, "/lib/broken");
	so_put(f, user(f, NEEDS("broken"), R_X86_64_GLOB_DAT), "/lib/top");
	assert_null(open_lib(f, "top", 0));
	assert_int_equal(first_failure(f)->signal, SIGSEGV);
	assert_true(first_failure(f)->fatal);
}

/* ---- TLS ------------------------------------------------------------------------------------------ */

static struct so *tls_user(struct fixture *f, uint64_t size, uint32_t type)
{
	struct so *s = so_new(f);

	so_phdr(s, (Elf64_Phdr){ .p_type = PT_TLS, .p_flags = PF_R, .p_offset = SO_DATA,
				 .p_vaddr = SO_DATA, .p_memsz = size, .p_align = 8 });
	so_rela(s, type, so_def_as(s, "t", STB_GLOBAL, STT_TLS));
	return s;
}

static void a_block_that_is_too_large_for_the_static_area_is_refused(void **state)
{
	struct fixture *f = *state;

	so_put(f, tls_user(f, 1600, R_X86_64_TPOFF64), "/lib/small");
	so_put(f, tls_user(f, 1600, R_X86_64_TPOFF64), "/lib/large");
	assert_non_null(open_lib(f, "small", 0));
	assert_null(open_lib(f, "large", 0));
	assert_int_equal(first_failure(f)->kind, FAIL_STATIC_TLS);
	assert_string_equal(first_failure(f)->message,
			    "/lib/large: cannot allocate memory in static TLS block");
	assert_int_equal(first_failure(f)->wanted, 1600);
	assert_int_equal(first_failure(f)->available, 64);
}

static void a_descriptor_does_without_the_static_area(void **state)
{
	struct fixture *f = *state;

	so_put(f, tls_user(f, 100000, R_X86_64_TLSDESC), "/lib/desc");
	so_put(f, tls_user(f, 100000, R_X86_64_DTPMOD64), "/lib/dynamic");
	assert_non_null(open_lib(f, "desc", 0));
	assert_non_null(open_lib(f, "dynamic", 0));
}

/* ---- assertions and IFUNCs ------------------------------------------------------------------------ */

/* top wants x with a version of def, which has no versions at all. */
static void put_unversioned(struct fixture *f)
{
	struct so *s = so_new(f);
	uint32_t x = so_undef(s, "x");

	so_need(s, "def");
	so_verneed(s, "def", "V1", 2, 0);
	so_set_version(s, x, 2);
	so_rela(s, R_X86_64_GLOB_DAT, x);
	so_put(f, s, "/lib/top");
	put_defs(f, "/lib/def", NEEDS("x"));
}

static void up_to_2_40_a_provider_that_lost_its_versions_trips_an_assertion(void **state)
{
	struct fixture *f = *state;

	f->w.install.minor = 40;
	put_unversioned(f);
	assert_null(open_lib(f, "top", 0));
	assert_int_equal(first_failure(f)->kind, FAIL_ASSERTION);
	assert_contains(first_failure(f)->string, "check_match");
	assert_true(first_failure(f)->fatal);
}

static void from_2_41_on_it_serves(void **state)
{
	struct fixture *f = *state;
	struct image *im;

	f->w.install.minor = 41;
	put_unversioned(f);
	im = open_lib(f, "top", 0);
	assert_non_null(im);
	assert_string_equal(bindings(f, im), "x@V1->def");
}

static void an_ifunc_of_the_object_itself_is_no_trouble(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_rela(s, R_X86_64_64, so_def_as(s, "i", STB_GLOBAL, STT_GNU_IFUNC));
	so_put(f, s, "/lib/top");
	assert_non_null(open_lib(f, "top", 0));
	assert_int_equal(f->p->trace.lines.n, 0);
}

static void an_ifunc_of_an_object_that_is_set_up_later_is_warned_of(void **state)
{
	struct fixture *f = *state;
	struct so *top = so_new(f);

	so_need(top, "dep");
	so_def_as(top, "x", STB_GLOBAL, STT_GNU_IFUNC);
	so_put(f, top, "/lib/top");
	so_put(f, user(f, NULL, R_X86_64_GLOB_DAT), "/lib/dep");
	assert_non_null(open_lib(f, "top", 0));
	assert_string_equal(f->p->trace.lines.items[0],
			    "./prog: Relink `/lib/dep' with `/lib/top' for IFUNC symbol `x'");
	assert_non_null(f->p->trace.assumes);
}

/* ---- names that are left undefined -------------------------------------------------------------------- */

static bool count_until_two(void *ctx, const char *name)
{
	unsigned *n = ctx;

	assert_true(*name == 'u');
	return ++*n == 2;
}

static void undefined_names_are_handed_out_until_somebody_has_enough(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	unsigned n = 0;

	so_undef_as(s, "weak", STB_WEAK, STT_NOTYPE);
	so_def(s, "defined");
	so_undef(s, "u1");
	so_undef(s, "u2");
	so_undef(s, "u3");
	so_put(f, s, "/lib/x");
	loader_each_undefined(entry(f, "/lib/x")->file, count_until_two, &n);
	assert_int_equal(n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SO_TEST(the_first_definer_in_breadth_first_order_wins),
		SO_TEST(a_symbolic_object_looks_at_itself_first),
		SO_TEST(what_was_opened_globally_comes_before_own_dependencies),
		SO_TEST(what_was_opened_locally_serves_nobody_else),
		SO_TEST(bindings_say_version_weakness_laziness_and_tls),
		SO_TEST(one_name_can_be_looked_up_for_a_caller),
		SO_TEST(an_undefined_symbol_is_told_with_its_version),
		SO_TEST(a_weak_reference_needs_nobody),
		SO_TEST(a_symbol_that_no_relocation_names_is_never_missed),
		SO_TEST(dependencies_are_relocated_first),
		SO_TEST(up_to_2_29_the_file_of_the_version_record_ends_the_walk),
		SO_TEST(a_missing_function_strikes_only_when_it_is_called),
		SO_TEST(without_rtld_lazy_it_strikes_at_once),
		SO_TEST(objects_and_the_environment_can_forbid_laziness),
		SO_TEST(a_type_that_the_machine_does_not_know_is_refused),
		SO_TEST(a_lazy_entry_is_looked_at_for_its_type_alone),
		SO_TEST(a_symbol_outside_the_table_kills),
		SO_TEST(entries_that_are_counted_as_relative_must_be_so),
		SO_TEST(a_target_behind_the_end_of_the_file_kills_at_its_turn),
		SO_TEST(with_all_symbols_there_the_target_kills),
		SO_TEST(an_object_without_string_table_dies_at_its_relocation),
		SO_TEST(a_hash_table_without_symbols_kills_whoever_looks_into_it),
		SO_TEST(a_block_that_is_too_large_for_the_static_area_is_refused),
		SO_TEST(a_descriptor_does_without_the_static_area),
		SO_TEST(up_to_2_40_a_provider_that_lost_its_versions_trips_an_assertion),
		SO_TEST(from_2_41_on_it_serves),
		SO_TEST(an_ifunc_of_the_object_itself_is_no_trouble),
		SO_TEST(an_ifunc_of_an_object_that_is_set_up_later_is_warned_of),
		SO_TEST(undefined_names_are_handed_out_until_somebody_has_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
