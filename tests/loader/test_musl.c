/* test_musl.c - the two events in musl: a program starts, a library is opened. */
#include <signal.h>

#include "musl_world.h"

static struct process *start(struct fixture *f, struct so *prog)
{
	so_put(f, prog, "/bin/prog");
	f->p = loader_start(&f->w, f->a, "/bin/prog", "./prog", false, 0);
	return f->p;
}

static struct image *open_in_bare(struct fixture *f, const char *path, unsigned flags)
{
	f->p = loader_start(&f->w, f->a, NULL, "program", false, 0);
	assert_int_equal(f->p->trace.failures.n, 0);
	return loader_open(f->p, path, flags);
}

/* ---- start -------------------------------------------------------------------------------------- */

static void a_sound_program_starts_without_a_word(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_need(s, "liba.so");
	so_need(s, "libc.so");
	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "x"));
	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "puts"));
	put_def(f, "/lib/liba.so", "x", NULL);
	start(f, s);
	assert_int_equal(f->p->trace.failures.n, 0);
	assert_int_equal(f->p->trace.lines.n, 0);
	assert_int_equal(f->p->images.n, 4); /* the program, liba, the loader, the vdso */
	assert_ptr_equal(f->p->images.items[2], f->p->loader);
}

static void a_start_prints_everything_and_goes_on(void **state)
{
	struct fixture *f = *state;
	struct so *prog = so_new(f), *lib = so_new(f);

	so_need(prog, "libnone.so");
	so_need(prog, "liba.so");
	so_rela(prog, R_X86_64_GLOB_DAT, so_undef(prog, "p"));
	so_need(lib, "libnil.so");
	so_rela(lib, R_X86_64_GLOB_DAT, so_undef(lib, "q"));
	so_put(f, lib, "/lib/liba.so");
	start(f, prog);
	assert_int_equal(f->p->trace.lines.n, 4);
	assert_string_equal(f->p->trace.lines.items[0],
			    "Error loading shared library libnone.so: No such file or directory "
			    "(needed by ./prog)");
	assert_string_equal(f->p->trace.lines.items[1],
			    "Error loading shared library libnil.so: No such file or directory "
			    "(needed by /lib/liba.so)");
	assert_string_equal(f->p->trace.lines.items[2],
			    "Error relocating /lib/liba.so: q: symbol not found");
	assert_string_equal(f->p->trace.lines.items[3],
			    "Error relocating ./prog: p: symbol not found");
	assert_int_equal(f->p->trace.failures.n, 4);
	assert_int_equal(f->p->trace.failures.items[0].exit_status, 127);
}

static void without_libc_nobody_offers_its_functions(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "puts"));
	start(f, s);
	assert_int_equal(f->p->trace.failures.n, 1);
}

static void preloads_come_first_and_fail_in_silence(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	f->w.env.preload = "libnone.so:/lib/libp.so /lib/text";
	put_def(f, "/lib/libp.so", "x", NULL);
	put_def(f, "/lib/liba.so", "x", NULL);
	put_text(f, "/lib/text", "no library");
	so_need(s, "liba.so");
	start(f, s);
	assert_int_equal(f->p->trace.failures.n, 0);
	assert_string_equal(f->p->images.items[1]->name, "/lib/libp.so");
	assert_true(f->p->trace.requests.items[0]->preload);
	assert_true(f->p->trace.requests.items[0]->failed);
}

static void a_program_without_a_hash_table_dies(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->no_hash = true;
	start(f, s);
	assert_int_equal(first_failure(f)->signal, SIGSEGV);
}

/* ---- dlopen ------------------------------------------------------------------------------------- */

static void an_open_ends_at_the_first_complaint_and_names_others_of_its_kind(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_need(s, "libnone.so");
	so_need(s, "libnil.so");
	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "x"));
	so_put(f, s, "/lib/liba.so");
	assert_null(open_in_bare(f, "/lib/liba.so", 0));
	assert_int_equal(f->p->trace.failures.n, 2);
	assert_string_equal(first_failure(f)->message,
			    "Error loading shared library libnone.so: No such file or directory "
			    "(needed by /lib/liba.so)");
	assert_int_equal(f->p->trace.lines.n, 0);
}

static void the_opened_object_is_relocated_first(void **state)
{
	struct fixture *f = *state;
	struct so *top = so_new(f), *dep = so_new(f);

	so_need(top, "libdep.so");
	so_rela(top, R_X86_64_GLOB_DAT, so_undef(top, "top"));
	so_rela(dep, R_X86_64_GLOB_DAT, so_undef(dep, "dep"));
	so_put(f, dep, "/lib/libdep.so");
	assert_null(open_in_bare(f, so_put(f, top, "/lib/libtop.so"), 0));
	assert_string_equal(first_failure(f)->symbol, "top");
	assert_int_equal(f->p->trace.failures.n, 2);
}

static void what_failed_is_not_there_afterwards(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct image *im;

	so_need(s, "libgood.so");
	so_need(s, "libnone.so");
	so_put(f, s, "/lib/liba.so");
	put_def(f, "/lib/libgood.so", "x", NULL);
	assert_null(open_in_bare(f, "/lib/liba.so", 0));
	im = loader_open(f->p, "libgood.so", 0);
	assert_non_null(im);
	assert_int_equal(im->request->rule, RULE_DEFAULT_DIR);
	assert_ptr_equal(loader_open(f->p, "libgood.so", 0), im);
}

static void only_global_libraries_serve_later_ones(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "x"));
	so_put(f, s, "/lib/user.so");
	put_def(f, "/lib/libx.so", "x", NULL);
	assert_non_null(open_in_bare(f, "/lib/libx.so", 0));
	assert_null(loader_open(f->p, "/lib/user.so", 0));
	assert_non_null(loader_open(f->p, "/lib/libx.so", OPEN_GLOBAL));
	assert_non_null(loader_open(f->p, "/lib/user.so", 0));
}

static void a_lazy_open_tells_what_will_be_missing(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct image *im;

	so_plt(s, R_X86_64_JUMP_SLOT, so_undef(s, "later"));
	im = open_in_bare(f, so_put(f, s, "/lib/liba.so"), OPEN_LAZY);
	assert_non_null(im);
	assert_int_equal(f->p->trace.failures.n, 1);
	assert_true(first_failure(f)->lazy);
	put_def(f, "/lib/libb.so", "later", NULL);
	assert_non_null(loader_open(f->p, "/lib/libb.so", OPEN_GLOBAL));
	assert_int_equal(im->musl->deferred.n, 0);
}

static void now_means_now_even_for_a_lazy_open(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_dyn(s, DT_FLAGS, DF_BIND_NOW);
	so_plt(s, R_X86_64_JUMP_SLOT, so_undef(s, "later"));
	assert_null(open_in_bare(f, so_put(f, s, "/lib/liba.so"), OPEN_LAZY));
}

static void without_binding_symbols_are_not_asked_for(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "x"));
	so_put(f, s, "/lib/liba.so");
	assert_non_null(open_in_bare(f, "/lib/liba.so", OPEN_NO_BIND));
}

static void constructors_in_compact_relocations_die_before_1_2_4(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_dyn(s, DT_RELR, SO_NOTES);
	so_dyn(s, DT_RELRSZ, 8);
	so_dyn(s, DT_INIT_ARRAY, SO_DATA);
	so_dyn(s, DT_INIT_ARRAYSZ, 8);
	so_put(f, s, "/lib/liba.so");
	assert_null(open_in_bare(f, "/lib/liba.so", 0));
	assert_int_equal(first_failure(f)->signal, SIGSEGV);
	f->w.musl.patch = 4;
	assert_non_null(open_in_bare(f, "/lib/liba.so", 0));
}

static void needs_in_a_circle_end(void **state)
{
	struct fixture *f = *state;
	struct image *im;

	put_def(f, "/lib/liba.so", "a", "libb.so");
	put_def(f, "/lib/libb.so", "b", "liba.so");
	im = open_in_bare(f, "liba.so", 0);
	assert_non_null(im);
	assert_int_equal(im->list.n, 2);
}

struct told {
	const char *symbol;
	const struct image *to;
};

static void note(void *ctx, const struct binding *b)
{
	struct told *t = ctx;

	if (strcmp(b->symbol, t->symbol) == 0)
		t->to = b->to;
}

static void bindings_name_the_first_in_the_list(void **state)
{
	struct fixture *f = *state;
	struct told t = { "puts", NULL };
	struct so *s = so_new(f);
	struct image *im;

	so_def(s, "x");
	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "puts"));
	im = open_in_bare(f, so_put(f, s, "/lib/liba.so"), 0);
	loader_each_binding(f->p, im, note, &t);
	assert_ptr_equal(t.to, f->p->loader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MUSL_TEST(a_sound_program_starts_without_a_word),
		MUSL_TEST(a_start_prints_everything_and_goes_on),
		MUSL_TEST(without_libc_nobody_offers_its_functions),
		MUSL_TEST(preloads_come_first_and_fail_in_silence),
		MUSL_TEST(a_program_without_a_hash_table_dies),
		MUSL_TEST(an_open_ends_at_the_first_complaint_and_names_others_of_its_kind),
		MUSL_TEST(the_opened_object_is_relocated_first),
		MUSL_TEST(what_failed_is_not_there_afterwards),
		MUSL_TEST(only_global_libraries_serve_later_ones),
		MUSL_TEST(a_lazy_open_tells_what_will_be_missing),
		MUSL_TEST(now_means_now_even_for_a_lazy_open),
		MUSL_TEST(without_binding_symbols_are_not_asked_for),
		MUSL_TEST(constructors_in_compact_relocations_die_before_1_2_4),
		MUSL_TEST(needs_in_a_circle_end),
		MUSL_TEST(bindings_name_the_first_in_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
