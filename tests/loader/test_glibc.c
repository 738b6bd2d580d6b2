/* test_glibc.c - the two events: a program starts, a library is opened. */
#include <signal.h>

#include "so.h"

static struct process *start_with(struct fixture *f, struct so *prog, unsigned flags)
{
	so_put(f, prog, "/bin/prog");
	f->p = glibc_start(&f->w, f->a, "/bin/prog", "./prog", false, flags);
	return f->p;
}

static struct process *start(struct fixture *f, struct so *prog)
{
	return start_with(f, prog, 0);
}

static const char *line(const struct process *p, size_t i)
{
	return i < p->trace.lines.n ? p->trace.lines.items[i] : NULL;
}

/* A library that defines x. */
static void put_x(struct fixture *f, const char *path)
{
	struct so *s = so_new(f);

	so_def(s, "x");
	so_put(f, s, path);
}

/* ---- start -------------------------------------------------------------------------------------- */

static void a_sound_program_reaches_main_without_a_word(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct process *p;

	so_need(s, "liba.so");
	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "x"));
	put_x(f, "/lib/liba.so");
	p = start(f, s);
	assert_int_equal(p->trace.failures.n, 0);
	assert_int_equal(p->trace.lines.n, 0);
	assert_true(p->program->is_host);
	assert_string_equal(p->program->origin, "/bin");
}

static void a_missing_library_ends_a_start_with_one_line(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct process *p;

	so_need(s, "libnone.so");
	p = start(f, s);
	assert_int_equal(p->trace.failures.items[0].exit_status, 127);
	assert_int_equal(p->trace.lines.n, 1);
	assert_string_equal(line(p, 0),
			    "./prog: error while loading shared libraries: libnone.so: cannot open "
			    "shared object file: No such file or directory");
}

static void a_missing_symbol_is_a_symbol_lookup_error(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "x"));
	assert_string_equal(line(start(f, s), 0),
			    "./prog: symbol lookup error: ./prog: undefined symbol: x");
}

static void a_missing_function_waits_for_its_first_call(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct process *p;

	so_plt(s, R_X86_64_JUMP_SLOT, so_undef(s, "x"));
	p = start(f, s);
	assert_int_equal(p->trace.lines.n, 0);
	assert_true(first_failure(f)->lazy);
}

static void ld_bind_now_makes_it_strike_at_the_start(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_plt(s, R_X86_64_JUMP_SLOT, so_undef(s, "x"));
	f->w.env.bind_now = true;
	assert_contains(line(start(f, s), 0), "undefined symbol: x");
	assert_false(first_failure(f)->lazy);
}

static void all_missing_versions_are_printed_and_the_start_ends(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f), *def = so_new(f);
	struct process *p;

	so_need(s, "liba.so");
	so_verneed(s, "liba.so", "V8", 2, 0);
	so_verneed(s, "liba.so", "V9", 3, 0);
	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "x"));
	so_verdef(def, "V1", 2, 0);
	so_put(f, def, "/lib/liba.so");
	p = start(f, s);
	assert_int_equal(p->trace.lines.n, 2);
	assert_string_equal(line(p, 1),
			    "./prog: /lib/liba.so: version `V9' not found (required by ./prog)");
	assert_int_equal(p->trace.failures.n, 2); /* the missing symbol is not reached */
}

static void without_binding_a_start_ends_at_the_versions(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "x"));
	assert_int_equal(start_with(f, s, OPEN_NO_BIND)->trace.failures.n, 0);
}

static void a_bare_program_needs_libc_alone(void **state)
{
	struct fixture *f = *state;

	put_lib(f, "/lib/libc.so.6", "libc.so.6", NULL);
	f->p = glibc_start(&f->w, f->a, NULL, "program", false, 0);
	assert_int_equal(f->p->trace.failures.n, 0);
	assert_int_equal(f->p->program->nneeded, 1);
	f->w.install.minor = 33;
	f->p = glibc_start(&f->w, f->a, NULL, "program", false, 0);
	assert_string_equal(first_failure(f)->object, "libdl.so.2");
}

static void the_programs_own_interpreter_is_not_loaded_twice(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	put_lib(f, "/lib64/ld.so", "ld.so", NULL);
	so_need(s, "ld.so");
	f->w.install.minor = 30; /* later releases look for malloc then */
	start(f, s);
	assert_int_equal(f->p->trace.failures.n, 0);
	assert_ptr_equal(f->p->program->needed[0], f->p->loader);
}

static void from_2_31_on_a_needed_loader_looks_for_malloc(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	put_lib(f, "/lib64/ld.so", "ld.so", NULL);
	so_need(s, "ld.so");
	assert_contains(line(start(f, s), 0), "undefined symbol: calloc, version GLIBC_2.2.5");
}

/* ---- preloads ------------------------------------------------------------------------------------- */

static void a_preloaded_library_comes_before_what_is_needed(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct process *p;

	so_need(s, "liba.so");
	put_x(f, "/lib/liba.so");
	put_x(f, "/lib/libpre.so");
	f->w.env.preload = "libpre.so";
	p = start(f, s);
	assert_string_equal(p->global.v[1]->name, "/lib/libpre.so");
	assert_string_equal(p->global.v[2]->name, "/lib/liba.so");
}

static void what_cannot_be_preloaded_is_a_warning(void **state)
{
	struct fixture *f = *state;
	struct process *p;

	f->w.env.preload = "libnone.so:/none.so";
	p = start(f, so_new(f));
	assert_int_equal(p->trace.failures.n, 0);
	assert_string_equal(line(p, 0), "ERROR: ld.so: object 'libnone.so' from LD_PRELOAD cannot be "
					"preloaded (cannot open shared object file): ignored.");
	assert_int_equal(p->trace.lines.n, 2);
}

static void the_file_of_preloads_is_read_without_its_comments(void **state)
{
	struct fixture *f = *state;
	struct process *p;

	put_x(f, "/lib/libpre.so");
	put_text(f, "/etc/ld.so.preload", "# libnone.so\n/lib/libpre.so # or libother.so\n");
	p = start(f, so_new(f));
	assert_int_equal(p->trace.lines.n, 0);
	assert_string_equal(p->global.v[1]->name, "/lib/libpre.so");
}

static void a_secure_program_preloads_no_paths(void **state)
{
	struct fixture *f = *state;

	f->w.env.preload = "/none.so";
	so_put(f, so_new(f), "/bin/prog");
	f->p = glibc_start(&f->w, f->a, "/bin/prog", "./prog", true, 0);
	assert_int_equal(f->p->trace.lines.n, 0);
}

/* ---- copies --------------------------------------------------------------------------------------- */

static void a_copy_that_is_too_small_is_warned_of(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct process *p;

	so_need(s, "liba.so");
	so_rela(s, R_X86_64_COPY,
		so_sym(s, "x", (Elf64_Sym){ .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT),
					    .st_shndx = 1, .st_value = SO_DATA + 64,
					    .st_size = 4 }));
	put_x(f, "/lib/liba.so"); /* 8 bytes */
	p = start(f, s);
	assert_int_equal(p->trace.failures.n, 0);
	assert_string_equal(line(p, 0), "./prog: Symbol `x' has different size in shared object, "
					"consider re-linking");
}

static void a_copy_of_what_nobody_has_fails(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_rela(s, R_X86_64_COPY, so_def_as(s, "x", STB_GLOBAL, STT_OBJECT));
	assert_contains(line(start(f, s), 0), "undefined symbol: x");
}

static void an_ifunc_of_the_program_is_fatal_from_2_33_on(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f), *lib = so_new(f);
	struct process *p;

	so_need(s, "liba.so");
	so_def_as(s, "x", STB_GLOBAL, STT_GNU_IFUNC);
	so_rela(lib, R_X86_64_GLOB_DAT, so_undef(lib, "x"));
	so_put(f, lib, "/lib/liba.so");
	p = start(f, s);
	assert_int_equal(first_failure(f)->kind, FAIL_IFUNC);
	assert_contains(line(p, 0), "creates an unsatisfiable circular dependency");
}

/* ---- processor, memory, protection ------------------------------------------------------------------ */

static struct so *needs_isa(struct fixture *f, uint32_t bits)
{
	struct so *s = so_new(f);
	const uint32_t note[] = { 4, 16, NT_GNU_PROPERTY_TYPE_0, 0x00554e47, 0xc0008002, 4, bits,
				  0 };

	memcpy(s->b + SO_NOTES, note, sizeof(note));
	so_phdr(s, (Elf64_Phdr){ .p_type = PT_NOTE, .p_offset = SO_NOTES, .p_vaddr = SO_NOTES,
				 .p_filesz = sizeof(note), .p_memsz = sizeof(note), .p_align = 8 });
	return s;
}

static void a_level_that_the_processor_lacks_is_refused_from_2_33_on(void **state)
{
	struct fixture *f = *state;

	f->w.cpu.isa_bits = 3;
	f->w.install.minor = 32;
	so_put(f, needs_isa(f, 8), "/lib/liba.so");
	assert_non_null(glibc_open(f->p, "/lib/liba.so", 0));
	f->w.install.minor = 33;
	so_put(f, needs_isa(f, 8), "/lib/libb.so");
	assert_null(glibc_open(f->p, "/lib/libb.so", 0));
	assert_string_equal(first_failure(f)->message,
			    "/lib/libb.so: CPU ISA level is lower than required");
	assert_int_equal(first_failure(f)->wanted, 8);
	assert_int_equal(first_failure(f)->available, 3);
}

static void a_level_that_the_processor_has_is_fine(void **state)
{
	struct fixture *f = *state;

	f->w.cpu.isa_bits = 3;
	so_put(f, needs_isa(f, 3), "/lib/liba.so");
	assert_non_null(glibc_open(f->p, "/lib/liba.so", 0));
}

static void read_only_memory_beyond_the_object_kills(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_phdr(s, (Elf64_Phdr){ .p_type = PT_GNU_RELRO, .p_vaddr = 0x1000, .p_memsz = 0x10000 });
	so_put(f, s, "/lib/liba.so");
	assert_null(glibc_open(f->p, "/lib/liba.so", 0));
	assert_int_equal(first_failure(f)->signal, SIGSEGV);
	assert_non_null(first_failure(f)->assumes);
}

static void tls_blocks_larger_than_memory_end_a_start(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	f->w.memory = 1 << 20;
	so_phdr(s, (Elf64_Phdr){ .p_type = PT_TLS, .p_vaddr = SO_DATA, .p_offset = SO_DATA,
				 .p_memsz = 2 << 20, .p_align = 8 });
	assert_string_equal(line(start(f, s), 0),
			    "cannot allocate TLS data structures for initial thread");
}

static void a_constructor_behind_the_end_of_the_file_kills_last(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->ph[PH_LOAD].p_filesz = s->ph[PH_LOAD].p_memsz = 0x10000;
	so_dyn(s, DT_INIT, 0x9000);
	so_put(f, s, "/lib/liba.so");
	assert_null(glibc_open(f->p, "/lib/liba.so", 0));
	assert_int_equal(first_failure(f)->signal, SIGBUS);
}

/* ---- dlopen --------------------------------------------------------------------------------------- */

static void opening_twice_gives_the_same_image(void **state)
{
	struct fixture *f = *state;
	struct image *im;
	size_t n;

	put_lib(f, "/lib/liba.so", "liba.so.1", NEEDS("libb.so"));
	put_lib(f, "/lib/libb.so", NULL, NULL);
	im = glibc_open(f->p, "liba.so", 0);
	n = f->p->images.n;
	assert_non_null(im);
	assert_ptr_equal(glibc_open(f->p, "liba.so.1", 0), im);
	assert_ptr_equal(glibc_open(f->p, "/lib/liba.so", 0), im);
	assert_int_equal(f->p->images.n, n);
}

static void rtld_global_makes_the_whole_closure_visible(void **state)
{
	struct fixture *f = *state;
	struct image *im;

	put_lib(f, "/lib/liba.so", NULL, NEEDS("libb.so"));
	put_lib(f, "/lib/libb.so", NULL, NULL);
	im = glibc_open(f->p, "liba.so", 0);
	assert_false(im->global);
	assert_ptr_equal(glibc_open(f->p, "liba.so", OPEN_GLOBAL), im);
	assert_true(im->global);
	assert_true(im->needed[0]->global);
}

static void dlerror_is_the_first_failure_alone(void **state)
{
	struct fixture *f = *state;

	put_lib(f, "/lib/liba.so", NULL, NEEDS("libnone1.so", "libnone2.so"));
	assert_null(glibc_open(f->p, "liba.so", 0));
	assert_string_equal(first_failure(f)->message,
			    "libnone1.so: cannot open shared object file: No such file or directory");
	assert_int_equal(f->p->trace.failures.n, 2);
	assert_int_equal(f->p->trace.lines.n, 0);
}

static void missing_libraries_come_before_missing_versions_and_symbols(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_need(s, "liba.so");
	so_need(s, "libnone.so");
	so_verneed(s, "liba.so", "V9", 2, 0);
	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "x"));
	so_put(f, s, "/lib/libtop.so");
	put_lib(f, "/lib/liba.so", NULL, NULL);
	assert_null(glibc_open(f->p, "libtop.so", 0));
	assert_int_equal(f->p->trace.failures.n, 1);
	assert_string_equal(first_failure(f)->object, "libnone.so");
}

static void without_binding_symbols_are_not_asked_for(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "x"));
	so_put(f, s, "/lib/liba.so");
	assert_non_null(glibc_open(f->p, "liba.so", OPEN_NO_BIND));
}

static void several_threads_come_to_the_same_result(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct image *im;

	for (int i = 0; i < 20; i++)
		so_need(s, arena_printf(f->a, "l%d", i));
	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "x"));
	so_put(f, s, "/lib/libtop.so");
	for (int i = 0; i < 20; i++)
		put_x(f, arena_printf(f->a, "/lib/l%d", i));
	im = glibc_open(f->p, "libtop.so", OPEN_PARALLEL);
	assert_non_null(im);
	assert_int_equal(im->list.n, 21);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SO_TEST(a_sound_program_reaches_main_without_a_word),
		SO_TEST(a_missing_library_ends_a_start_with_one_line),
		SO_TEST(a_missing_symbol_is_a_symbol_lookup_error),
		SO_TEST(a_missing_function_waits_for_its_first_call),
		SO_TEST(ld_bind_now_makes_it_strike_at_the_start),
		SO_TEST(all_missing_versions_are_printed_and_the_start_ends),
		SO_TEST(without_binding_a_start_ends_at_the_versions),
		SO_TEST(a_bare_program_needs_libc_alone),
		SO_TEST(the_programs_own_interpreter_is_not_loaded_twice),
		SO_TEST(from_2_31_on_a_needed_loader_looks_for_malloc),
		SO_TEST(a_preloaded_library_comes_before_what_is_needed),
		SO_TEST(what_cannot_be_preloaded_is_a_warning),
		SO_TEST(the_file_of_preloads_is_read_without_its_comments),
		SO_TEST(a_secure_program_preloads_no_paths),
		SO_TEST(a_copy_that_is_too_small_is_warned_of),
		SO_TEST(a_copy_of_what_nobody_has_fails),
		SO_TEST(an_ifunc_of_the_program_is_fatal_from_2_33_on),
		SO_TEST(a_level_that_the_processor_lacks_is_refused_from_2_33_on),
		SO_TEST(a_level_that_the_processor_has_is_fine),
		SO_TEST(read_only_memory_beyond_the_object_kills),
		SO_TEST(tls_blocks_larger_than_memory_end_a_start),
		SO_TEST(a_constructor_behind_the_end_of_the_file_kills_last),
		SO_TEST(opening_twice_gives_the_same_image),
		SO_TEST(rtld_global_makes_the_whole_closure_visible),
		SO_TEST(dlerror_is_the_first_failure_alone),
		SO_TEST(missing_libraries_come_before_missing_versions_and_symbols),
		SO_TEST(without_binding_symbols_are_not_asked_for),
		SO_TEST(several_threads_come_to_the_same_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
