/* test_facts.c - references, special relocations, and whether a definition matches. */
#include <stdlib.h>

#include "loader/facts.h"
#include "so.h"

static const struct object_facts *facts(struct fixture *f, struct so *s, const char *path)
{
	const struct object_facts *go;

	so_put(f, s, path);
	go = facts_of(&f->w, entry(f, path)->file);
	assert_non_null(go);
	assert_true(facts_need(go, FACTS_REFS));
	assert_true(facts_need(go, FACTS_SPECIALS));
	return go;
}

/* "x y": the names of all references. */
static const char *refs(struct fixture *f, const struct object_facts *go)
{
	const char *out = "";

	for (size_t i = 0; i < go->nrefs; i++)
		out = arena_printf(f->a, "%s%s%s", out, i > 0 ? " " : "", go->refs[i].name);
	return out;
}

/* ---- references --------------------------------------------------------------------------------- */

static void an_undefined_symbol_is_a_reference_a_definition_is_none(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	uint32_t wanted = so_undef(s, "wanted"), own = so_def(s, "own");
	const struct object_facts *go = facts(f, s, "/x");

	assert_string_equal(refs(f, go), "wanted");
	assert_int_equal(facts_ref_of(go, wanted), 0);
	assert_int_equal(facts_ref_of(go, own), SIZE_MAX);
}

static void weak_references_are_marked(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	const struct object_facts *go;

	so_undef_as(s, "weak", STB_WEAK, STT_NOTYPE);
	so_undef(s, "strong");
	go = facts(f, s, "/x");
	assert_true(go->refs[0].weak);
	assert_false(go->refs[1].weak);
}

static void what_binds_locally_is_no_reference(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_undef_as(s, "local", STB_LOCAL, STT_NOTYPE);
	so_sym(s, "hidden", (Elf64_Sym){ .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
					 .st_other = STV_HIDDEN });
	assert_string_equal(refs(f, facts(f, s, "/x")), "");
}

static void a_definition_that_its_own_hash_table_does_not_know_is_a_reference(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->gnu_hash = true;
	so_undef(s, "wanted");
	so_def(s, "unhashed");
	so_def(s, "hashed");
	s->symoffset = 3;
	assert_string_equal(refs(f, facts(f, s, "/x")), "wanted unhashed");
}

static void a_definition_without_value_or_of_an_odd_kind_is_a_reference(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->gnu_hash = true;
	so_sym(s, "zero", (Elf64_Sym){ .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
				       .st_shndx = 1 });
	so_sym(s, "absolute", (Elf64_Sym){ .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE),
					   .st_shndx = SHN_ABS });
	so_sym(s, "tls", (Elf64_Sym){ .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_TLS),
				      .st_shndx = 1 });
	so_def_as(s, "odd", STB_GLOBAL, 12);
	so_def(s, "plain");
	assert_string_equal(refs(f, facts(f, s, "/x")), "zero odd");
}

static void without_a_hash_table_relocations_tell_how_many_symbols_there_are(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	uint32_t a = so_undef(s, "a");

	so_undef(s, "never-named");
	s->no_hash = true;
	so_dyn(s, DT_SYMTAB, SO_SYM);
	so_dyn(s, DT_STRTAB, SO_STR);
	so_rela(s, R_X86_64_GLOB_DAT, a);
	assert_string_equal(refs(f, facts(f, s, "/x")), "a");
}

static void a_symbol_whose_name_cannot_be_read_is_no_reference(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	uint32_t a = so_undef(s, "a");
	const uint32_t far = 0x100000;

	memcpy(s->b + SO_SYM + a * sizeof(Elf64_Sym), &far, sizeof(far));
	assert_string_equal(refs(f, facts(f, s, "/x")), "");
}

/* ---- special relocations ------------------------------------------------------------------------ */

static void only_relocations_that_can_fail_otherwise_are_special(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	uint32_t a = so_undef(s, "a");
	const struct object_facts *go;

	so_rela(s, R_X86_64_GLOB_DAT, a);
	so_rela(s, R_X86_64_RELATIVE, 0);
	so_rela(s, R_X86_64_TPOFF64, a);
	so_rela(s, R_X86_64_64, a);
	so_rela(s, R_X86_64_DTPMOD64, a);
	so_rela(s, R_X86_64_TLSDESC, a);
	so_rela(s, R_X86_64_COPY, a);
	so_rela(s, 200, a);
	so_plt(s, R_X86_64_JUMP_SLOT, a);
	so_plt(s, 77, a);
	go = facts(f, s, "/x");
	assert_int_equal(go->nspecials, 5);
	assert_int_equal(go->specials[0].i, 2);
	assert_int_equal(go->specials[3].i, 7);
	assert_int_equal(go->specials[4].t, ELF_PLT);
	assert_int_equal(go->specials[4].i, 1);
}

static void a_relocation_of_a_symbol_outside_the_table_is_special(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_rela(s, R_X86_64_GLOB_DAT, 0xfffff);
	assert_int_equal(facts(f, s, "/x")->nspecials, 1);
}

static void flags_are_read_in_each_of_their_forms(void **state)
{
	struct fixture *f = *state;
	struct so *symbolic = so_new(f), *flags = so_new(f), *now = so_new(f);

	so_dyn(symbolic, DT_SYMBOLIC, 0);
	so_dyn(flags, DT_FLAGS, DF_SYMBOLIC | DF_BIND_NOW);
	so_dyn(now, DT_FLAGS_1, DF_1_NOW);
	assert_true(facts(f, symbolic, "/symbolic")->symbolic);
	assert_true(facts(f, flags, "/flags")->symbolic);
	assert_true(facts(f, now, "/now")->bind_now);
	assert_false(facts_of(&f->w, entry(f, "/now")->file)->symbolic);
	assert_true(facts_of(&f->w, entry(f, "/flags")->file)->bind_now);
}

/* ---- versions: does a definition match? ----------------------------------------------------------- */

/* A library that refers to x, with version NULL: none. */
static const struct object_facts *asker(struct fixture *f, const char *version, bool hidden)
{
	struct so *s = so_new(f);
	uint32_t x = so_undef(s, "x");

	if (version != NULL) {
		so_verneed(s, "libdef.so", version, hidden ? 0x8002 : 2, 0);
		so_set_version(s, x, 2);
	}
	return facts(f, s, arena_printf(f->a, "/asks-%s%d", version != NULL ? version : "", hidden));
}

struct definer {
	struct so *s;
	uint32_t x[3]; /* numbers of the definitions of x */
};

/* A library with n definitions of x; versions V1 (index 2), V2 (3), V3 (4). */
static struct definer definer(struct fixture *f, size_t n)
{
	struct definer d = { so_new(f), { 0 } };

	so_verdef(d.s, "libdef.so", 1, VER_FLG_BASE);
	so_verdef(d.s, "V1", 2, 0);
	so_verdef(d.s, "V2", 3, 0);
	so_verdef(d.s, "V3", 4, 0);
	for (size_t i = 0; i < n; i++)
		d.x[i] = so_def(d.s, "x");
	return d;
}

/* The symbol of the definer that the reference to x is bound to in glibc 2.minor, 0: none. */
static uint32_t bound(struct fixture *f, const struct object_facts *from, struct definer *d,
		      int minor)
{
	const struct object_facts *def;
	struct matches m;

	if (!d->s->written)
		so_put(f, d->s, "/libdef.so");
	def = facts_of(&f->w, entry(f, "/libdef.so")->file);
	assert_true(facts_matches(from, def, minor, &m));
	return m.n > 0 ? m.v[0].sym : 0;
}

static void the_wanted_version_is_taken_hidden_or_not(void **state)
{
	struct fixture *f = *state;
	struct definer d = definer(f, 2);

	so_set_version(d.s, d.x[0], 0x8002);
	so_set_version(d.s, d.x[1], 3);
	assert_int_equal(bound(f, asker(f, "V1", false), &d, 36), d.x[0]);
	assert_int_equal(bound(f, asker(f, "V2", false), &d, 36), d.x[1]);
	assert_int_equal(bound(f, asker(f, "V3", false), &d, 36), 0);
}

static void without_a_version_the_base_or_the_first_version_is_taken(void **state)
{
	struct fixture *f = *state;
	struct definer d = definer(f, 2);

	so_set_version(d.s, d.x[0], 3);
	so_set_version(d.s, d.x[1], 0x8002);
	/* Index 2 counts as old enough for whoever knows no versions, even if it is hidden. */
	assert_int_equal(bound(f, asker(f, NULL, false), &d, 36), d.x[1]);
}

static void without_a_version_one_default_version_is_taken(void **state)
{
	struct fixture *f = *state;
	struct definer d = definer(f, 2);

	so_set_version(d.s, d.x[0], 0x8003);
	so_set_version(d.s, d.x[1], 4);
	assert_int_equal(bound(f, asker(f, NULL, false), &d, 36), d.x[1]);
}

static void without_a_version_two_default_versions_are_none(void **state)
{
	struct fixture *f = *state;
	struct definer d = definer(f, 2);

	so_set_version(d.s, d.x[0], 3);
	so_set_version(d.s, d.x[1], 4);
	assert_int_equal(bound(f, asker(f, NULL, false), &d, 36), 0);
}

static void without_a_version_a_hidden_one_is_not_taken(void **state)
{
	struct fixture *f = *state;
	struct definer d = definer(f, 1);

	so_set_version(d.s, d.x[0], 0x8003);
	assert_int_equal(bound(f, asker(f, NULL, false), &d, 36), 0);
}

static void a_definition_of_the_base_version_serves_every_version(void **state)
{
	struct fixture *f = *state;
	struct definer d = definer(f, 1);

	so_set_version(d.s, d.x[0], VER_NDX_GLOBAL);
	assert_int_equal(bound(f, asker(f, "V1", false), &d, 36), d.x[0]);
}

static void a_hidden_base_definition_serves_none(void **state)
{
	struct fixture *f = *state;
	struct definer d = definer(f, 1);

	so_set_version(d.s, d.x[0], 0x8000 | VER_NDX_GLOBAL);
	assert_int_equal(bound(f, asker(f, "V1", false), &d, 36), 0);
}

static void a_hidden_request_takes_the_exact_version_alone(void **state)
{
	struct fixture *f = *state;
	struct definer d = definer(f, 1);

	so_set_version(d.s, d.x[0], VER_NDX_GLOBAL);
	assert_int_equal(bound(f, asker(f, "V1", true), &d, 36), 0);
}

static void base_and_exact(struct fixture *f, int minor, bool exact_wins)
{
	struct definer d = definer(f, 2);

	so_set_version(d.s, d.x[0], VER_NDX_GLOBAL);
	so_set_version(d.s, d.x[1], 2);
	assert_int_equal(bound(f, asker(f, "V1", false), &d, minor), d.x[exact_wins ? 1 : 0]);
}

static void up_to_2_41_the_first_of_base_and_exact_version_is_taken(void **state)
{
	base_and_exact(*state, 41, false);
}

static void from_2_42_on_the_exact_version_is_preferred(void **state)
{
	base_and_exact(*state, 42, true);
}

static void the_two_rules_are_remembered_apart(void **state)
{
	struct fixture *f = *state;
	struct definer d = definer(f, 2);
	const struct object_facts *from;

	so_set_version(d.s, d.x[0], VER_NDX_GLOBAL);
	so_set_version(d.s, d.x[1], 2);
	from = asker(f, "V1", false);
	assert_int_equal(bound(f, from, &d, 41), d.x[0]);
	assert_int_equal(bound(f, from, &d, 42), d.x[1]);
	assert_int_equal(bound(f, from, &d, 41), d.x[0]);
}

static void an_object_without_versions_serves_every_version(void **state)
{
	struct fixture *f = *state;
	const struct object_facts *from = asker(f, "V1", false);
	struct so *s = so_new(f);
	struct matches m;

	so_def(s, "x");
	assert_true(facts_matches(from, facts(f, s, "/plain.so"), 36, &m));
	assert_int_equal(m.n, 1);
	assert_true(m.v[0].unversioned);
}

/* ---- kinds of definitions ------------------------------------------------------------------------- */

static bool defines(struct fixture *f, Elf64_Sym sym, enum ref_class class_)
{
	static unsigned n;
	const struct object_facts *from = asker(f, NULL, false);
	struct so *s = so_new(f);
	struct match m;

	so_sym(s, "x", sym);
	return facts_match_one(from, &from->refs[0], class_,
			       facts(f, s, arena_printf(f->a, "/def-%u.so", n++)), 36, &m);
}

#define SYM(bind, type, section, at)                                                               \
	(Elf64_Sym) { .st_info = ELF64_ST_INFO(bind, type), .st_shndx = (section), .st_value = (at) }

static void any_binding_but_a_local_one_defines(void **state)
{
	struct fixture *f = *state;

	assert_true(defines(f, SYM(STB_GLOBAL, STT_FUNC, 1, 8), REF_PLAIN));
	assert_true(defines(f, SYM(STB_WEAK, STT_FUNC, 1, 8), REF_PLAIN));
	assert_true(defines(f, SYM(STB_GNU_UNIQUE, STT_OBJECT, 1, 8), REF_PLAIN));
	assert_false(defines(f, SYM(STB_LOCAL, STT_FUNC, 1, 8), REF_PLAIN));
}

static void hidden_and_internal_symbols_define_nothing_for_others(void **state)
{
	struct fixture *f = *state;
	Elf64_Sym sym = SYM(STB_GLOBAL, STT_FUNC, 1, 8);

	sym.st_other = STV_HIDDEN;
	assert_false(defines(f, sym, REF_PLAIN));
	sym.st_other = STV_INTERNAL;
	assert_false(defines(f, sym, REF_PLAIN));
	sym.st_other = STV_PROTECTED;
	assert_true(defines(f, sym, REF_PLAIN));
}

static void a_value_of_zero_defines_only_absolutes_and_tls(void **state)
{
	struct fixture *f = *state;

	assert_false(defines(f, SYM(STB_GLOBAL, STT_FUNC, 1, 0), REF_PLAIN));
	assert_true(defines(f, SYM(STB_GLOBAL, STT_NOTYPE, SHN_ABS, 0), REF_PLAIN));
	assert_true(defines(f, SYM(STB_GLOBAL, STT_TLS, 1, 0), REF_PLAIN));
}

static void an_undefined_function_with_a_value_serves_pointers_but_no_calls(void **state)
{
	struct fixture *f = *state;

	assert_true(defines(f, SYM(STB_GLOBAL, STT_FUNC, SHN_UNDEF, 8), REF_PLAIN));
	assert_false(defines(f, SYM(STB_GLOBAL, STT_FUNC, SHN_UNDEF, 8), REF_PLT));
}

static void sections_and_files_define_nothing(void **state)
{
	struct fixture *f = *state;

	assert_false(defines(f, SYM(STB_GLOBAL, STT_SECTION, 1, 8), REF_PLAIN));
	assert_false(defines(f, SYM(STB_GLOBAL, STT_FILE, 1, 8), REF_PLAIN));
	assert_true(defines(f, SYM(STB_GLOBAL, STT_COMMON, 1, 8), REF_PLAIN));
}

static void an_ifunc_is_marked(void **state)
{
	struct fixture *f = *state;
	const struct object_facts *from = asker(f, NULL, false);
	struct so *s = so_new(f);
	struct matches m;

	so_def_as(s, "x", STB_GLOBAL, STT_GNU_IFUNC);
	assert_true(facts_matches(from, facts(f, s, "/ifunc.so"), 36, &m));
	assert_true(m.v[0].ifunc);
}

static void look_ups_in_many_objects_are_all_remembered(void **state)
{
	struct fixture *f = *state;
	const struct object_facts *from = asker(f, NULL, false), *def[40];
	struct matches m, again;

	for (int i = 0; i < 40; i++) {
		struct so *s = so_new(f);

		so_def(s, i % 2 == 0 ? "x" : "y");
		def[i] = facts(f, s, arena_printf(f->a, "/many-%d.so", i));
		assert_true(facts_matches(from, def[i], 36, &m));
	}
	for (int i = 0; i < 40; i++) {
		assert_true(facts_matches(from, def[i], 36, &m));
		assert_int_equal(m.n, i % 2 == 0);
		assert_true(facts_matches(from, def[i], 36, &again));
		assert_ptr_equal(m.v, again.v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SO_TEST(an_undefined_symbol_is_a_reference_a_definition_is_none),
		SO_TEST(weak_references_are_marked),
		SO_TEST(what_binds_locally_is_no_reference),
		SO_TEST(a_definition_that_its_own_hash_table_does_not_know_is_a_reference),
		SO_TEST(a_definition_without_value_or_of_an_odd_kind_is_a_reference),
		SO_TEST(without_a_hash_table_relocations_tell_how_many_symbols_there_are),
		SO_TEST(a_symbol_whose_name_cannot_be_read_is_no_reference),
		SO_TEST(only_relocations_that_can_fail_otherwise_are_special),
		SO_TEST(a_relocation_of_a_symbol_outside_the_table_is_special),
		SO_TEST(flags_are_read_in_each_of_their_forms),
		SO_TEST(the_wanted_version_is_taken_hidden_or_not),
		SO_TEST(without_a_version_the_base_or_the_first_version_is_taken),
		SO_TEST(without_a_version_one_default_version_is_taken),
		SO_TEST(without_a_version_two_default_versions_are_none),
		SO_TEST(without_a_version_a_hidden_one_is_not_taken),
		SO_TEST(a_definition_of_the_base_version_serves_every_version),
		SO_TEST(a_hidden_base_definition_serves_none),
		SO_TEST(a_hidden_request_takes_the_exact_version_alone),
		SO_TEST(up_to_2_41_the_first_of_base_and_exact_version_is_taken),
		SO_TEST(from_2_42_on_the_exact_version_is_preferred),
		SO_TEST(the_two_rules_are_remembered_apart),
		SO_TEST(an_object_without_versions_serves_every_version),
		SO_TEST(any_binding_but_a_local_one_defines),
		SO_TEST(hidden_and_internal_symbols_define_nothing_for_others),
		SO_TEST(a_value_of_zero_defines_only_absolutes_and_tls),
		SO_TEST(an_undefined_function_with_a_value_serves_pointers_but_no_calls),
		SO_TEST(sections_and_files_define_nothing),
		SO_TEST(an_ifunc_is_marked),
		SO_TEST(look_ups_in_many_objects_are_all_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
