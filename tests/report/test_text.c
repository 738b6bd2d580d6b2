/* test_text.c - the answer for people, compared in full, and that it fits a screen. */
#include "samples.h"

#include <stdbool.h>
#include <stdio.h>

enum { SCREEN = 24 };

static void expect(enum dlwhy_format format, bool verbose, bool color,
		   const struct dlwhy_result *r, const char *golden)
{
	struct dlwhy_print p;
	char *text;

	dlwhy_print_init(&p);
	p.format = format;
	p.width = 80;
	p.verbose = verbose;
	p.color = color;
	text = print_to_memory(&p, r, 0);
	assert_string_equal(text, golden);
	free(text);
}

/* Everything but the list of bindings, which is asked for. */
static void expect_screen(const struct dlwhy_result *r, unsigned width)
{
	struct dlwhy_result copy = *r;
	struct dlwhy_print p;
	char *text;

	copy.nbindings = 0;
	dlwhy_print_init(&p);
	p.width = width;
	text = print_to_memory(&p, &copy, 0);
	if (count_lines(text) > SCREEN)
		fail_msg("%zu lines:\n%s", count_lines(text), text);
	free(text);
}

static void a_missing_library_is_told_on_one_screen(void **state)
{
	static const char golden[] =
		"libtfio.so does not load.\n"
		"  libtf.so.2 is needed and is nowhere that the loader looks.\n"
		"  The loader says:  libtf.so.2: cannot open shared object file: No such file or "
		"directory\n"
		"  What to do:  install the tensorflow that this was built for:\n"
		"    pip install tensorflow==2.11\n"
		"\n"
		"Where it looked for libtf.so.2 (needed by libtfio.so):\n"
		"  RUNPATH of libtfio.so  $ORIGIN/../_solib = /opt/tfio/../_solib  no such "
		"folder\n"
		"  /etc/ld.so.cache       not listed\n"
		"  default folders        /lib/x86_64-linux-gnu, \xe2\x80\xa6 (2 in all)      "
		"absent\n"
		"                         /lib/libtf.so.2  32 bit against 64 bit: skipped\n"
		"                         /usr/lib                                 absent\n"
		"Tree\n"
		"  libtfio.so\n"
		"  \xe2\x94\x9c\xe2\x94\x80 libtf.so.2   NOT FOUND\n"
		"  \xe2\x94\x94\xe2\x94\x80 2 more, all found (libm.so.6, libc.so.6)\n"
		"Certainty: proved (glibc 2.36, x86_64, judged in a bare program)\n"
		"More: dlwhy explain missing-library\n";

	(void)state;
	expect(DLWHY_TREE, false, false, sample_missing(), golden);
}

static void a_library_that_loads_takes_few_lines(void **state)
{
	static const char golden[] =
		"libok.so loads here.\n"
		"  2 libraries, all found; predicted, if the processor is an x86-64-v2 (glibc\n"
		"  2.36, x86_64, judged in /usr/bin/python3)\n"
		"  If you still see an error: dlwhy explain\n";

	(void)state;
	expect(DLWHY_TREE, false, false, sample_healthy(), golden);
}

static void an_unreadable_file_is_told_apart_from_a_broken_one(void **state)
{
	static const char golden[] =
		"libbad.so could not be analysed.\n"
		"  libbad.so: Input/output error\n";

	(void)state;
	expect(DLWHY_TREE, false, false, sample_error(), golden);
}

static void a_missing_symbol_shows_evidence_bindings_and_disagreement(void **state)
{
	static const char golden[] =
		"./libuse.so does not load.\n"
		"  ./libuse.so uses frob, which no library that it needs defines.\n"
		"  The loader says:  ./libuse.so: undefined symbol: frob\n"
		"\n"
		"Evidence\n"
		"  undefined reference to frob  (libuse.so, offset 0x4a8, 24 bytes)\n"
		"  versions that it defines: GLIBC_2.38  (libm.so.6)\n"
		"  what it defines: frob::run(int)  (libm.so.6)\n"
		"    _ZN4frob3runEi\n"
		"Tree\n"
		"  libuse.so   SYMBOL MISSING\n"
		"  \xe2\x94\x94\xe2\x94\x80 1 library, found (libm.so.6)\n"
		"And 1 more finding (-v shows all):\n"
		"  warning: ./libuse.so asks for an executable stack.\n"
		"Real loader: DISAGREES\n"
		"  It says:  nothing: it loads the file\n"
		"  This is a mistake of dlwhy. Please report it, with the output of the same\n"
		"  command with --json --redact --prove.\n"
		"Certainty: predicted, if no constructor changes the environment (glibc 2.36,\n"
		"           x86_64, judged in a bare program)\n"
		"More: dlwhy explain missing-symbol\n"
		"\n"
		"Bindings\n"
		"  libuse.so\n"
		"    frob  -> NOBODY\n"
		"    cos@GLIBC_2.2.5  -> libm.so.6  at the first call\n"
		"  libm.so.6\n"
		"    __gmon_start__  -> nobody (weak)\n"
		"    frob::run  -> libm.so.6\n";

	(void)state;
	expect(DLWHY_TREE, false, false, sample_symbol(), golden);
}

static void bindings_have_the_names_of_the_file_when_all_is_asked_for(void **state)
{
	struct dlwhy_print p;
	char *text;

	(void)state;
	dlwhy_print_init(&p);
	p.verbose = true;
	text = print_to_memory(&p, sample_symbol(), 0);
	assert_non_null(strstr(text, "    _ZN4frob3runEi  -> libm.so.6\n"));
	assert_null(strstr(text, "frob::run  ->"));
	free(text);
}

static void a_name_that_the_loader_said_is_not_repeated(void **state)
{
	struct dlwhy_result copy = *sample_symbol();
	char *text;

	(void)state;
	copy.loader_message = "./libuse.so: undefined symbol: _ZN4frob3runEi";
	text = print_simply(DLWHY_TREE, &copy);
	assert_non_null(strstr(text, "frob::run(int)  (libm.so.6)\nTree\n"));
	free(text);
	copy.loader_message = "./libuse.so: undefined symbol: _ZN4frob3runEif";
	text = print_simply(DLWHY_TREE, &copy);
	assert_non_null(strstr(text, "frob::run(int)  (libm.so.6)\n    _ZN4frob3runEi\nTree\n"));
	free(text);
}

/* Many C++ symbols: their two lines stay together, and the rest is counted. */
static void a_list_of_symbols_is_cut_between_two(void **state)
{
	enum { SYMBOLS = 40 };
	static const struct dlwhy_evidence one = { "symbol", 2, NULL, -1, -1, -1, "_ZN4frob3runEi",
						   "what it defines", "frob::run(int)" };
	const struct dlwhy_evidence *list[SYMBOLS];
	struct dlwhy_finding finding = *sample_symbol()->findings[0];
	const struct dlwhy_finding *findings[] = { &finding };
	struct dlwhy_result copy = *sample_symbol();
	size_t left, full = 0, mangled = 0;
	char *text;

	(void)state;
	for (size_t i = 0; i < SYMBOLS; i++)
		list[i] = &one;
	finding.evidence = list;
	finding.nevidence = SYMBOLS;
	copy.findings = findings;
	copy.nfindings = 1;
	expect_screen(&copy, 80);
	copy.nbindings = 0;
	text = print_simply(DLWHY_TREE, &copy);
	for (const char *q = text; (q = strstr(q, "frob::run(int)")) != NULL; q++)
		full++;
	for (const char *q = text; (q = strstr(q, "    _ZN4frob3runEi\n")) != NULL; q++)
		mangled++;
	assert_int_equal(full, mangled);
	assert_true(full > 0);
	assert_non_null(strstr(text, "\xe2\x80\xa6 and "));
	left = (size_t)strtoul(strstr(text, "\xe2\x80\xa6 and ") + 8, NULL, 10);
	assert_int_equal(full + left, SYMBOLS);
	free(text);
}

static void hostile_names_are_shown_and_harmless(void **state)
{
	static const char golden[] =
		"a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" \\u{9b} does "
		"not load.\n"
		"  a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" \\u{9b}\n"
		"  The loader says:  a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` "
		"\\ \" \\u{9b}\n"
		"                    a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` "
		"\\ \" \\u{9b}\n"
		"                    fine\n"
		"  What to do:  a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" "
		"\\u{9b}\n"
		"    a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" \\u{9b}\n"
		"    fine\n"
		"\n"
		"And 1 more finding (-v shows all):\n"
		"  error: a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" "
		"\\u{9b}\n"
		"Real loader: DISAGREES\n"
		"  It says:  a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" "
		"\\u{9b}\n"
		"  a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" \\u{9b}\n"
		"  This is a mistake of dlwhy. Please report it, with the output of the same\n"
		"  command with --json --redact --prove.\n"
		"Certainty: likely, if a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` "
		"\\ \"\n"
		"           \\u{9b} (glibc a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 "
		"`x` \xe2\x80\xa6\n"
		"More: dlwhy explain missing-library\n"
		"a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" \\u{9b}\n"
		"\n"
		"Bindings\n"
		"  details><b>@you #1 `x` \\ \" \\u{9b}\n"
		"    a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" "
		"\\u{9b}@a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" \\u{9b} "
		" -> NOBODY\n";

	(void)state;
	expect(DLWHY_TREE, false, false, sample_hostile(), golden);
}

static void verbose_shows_every_probe_and_object(void **state)
{
	static const char golden[] =
		"libtfio.so does not load.\n"
		"  libtf.so.2 is needed and is nowhere that the loader looks.\n"
		"  The loader says:  libtf.so.2: cannot open shared object file: No such file or "
		"directory\n"
		"  What to do:  install the tensorflow that this was built for:\n"
		"    pip install tensorflow==2.11\n"
		"\n"
		"1. error missing-library (proved)\n"
		"  libtf.so.2 is needed and is nowhere that the loader looks.\n"
		"    from /opt/tfio/libtfio.so\n"
		"Where it looked for libtf.so.2 (needed by libtfio.so):\n"
		"  RUNPATH of libtfio.so $ORIGIN/../_solib: "
		"/opt/tfio/../_solib/glibc-hwcaps/x86-64-v3  no such folder\n"
		"  RUNPATH of libtfio.so $ORIGIN/../_solib: /opt/tfio/../_solib  no such folder\n"
		"  /etc/ld.so.cache  not listed\n"
		"  default folders: /lib/x86_64-linux-gnu/glibc-hwcaps/x86-64-v2/libtf.so.2  "
		"absent\n"
		"  default folders: /lib/x86_64-linux-gnu/libtf.so.2  absent\n"
		"  default folders: /usr/lib/x86_64-linux-gnu/libtf.so.2  absent\n"
		"  default folders: /lib/libtf.so.2  32 bit against 64 bit: skipped\n"
		"  default folders: /usr/lib/libtf.so.2  absent\n"
		"Way 1 (risk: low): install the tensorflow that this was built for:\n"
		"    pip install tensorflow==2.11\n"
		"Or else: search-path\n"
		"\n"
		"Tree\n"
		"  /opt/tfio/libtfio.so\n"
		"  \xe2\x94\x9c\xe2\x94\x80 libtf.so.2   NOT FOUND\n"
		"  \xe2\x94\x9c\xe2\x94\x80 libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6  "
		"(/etc/ld.so.cache)\n"
		"  \xe2\x94\x82  \xe2\x94\x94\xe2\x94\x80 drawn elsewhere: libc.so.6\n"
		"  \xe2\x94\x94\xe2\x94\x80 libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6  "
		"(already loaded)\n"
		"\n"
		"Certainty: proved (glibc 2.36, x86_64, judged in a bare program)\n"
		"More: dlwhy explain missing-library\n";

	(void)state;
	expect(DLWHY_TREE, true, false, sample_missing(), golden);
}

static void colours_mark_the_failing_word_and_names(void **state)
{
	static const char golden[] =
		"\x1b[1mlibtfio.so\x1b[0m \x1b[1;31mdoes not load\x1b[0m.\n"
		"  libtf.so.2 is needed and is nowhere that the loader looks.\n"
		"  The loader says:  libtf.so.2: cannot open shared object file: No such file or "
		"directory\n"
		"  What to do:  install the tensorflow that this was built for:\n"
		"    \x1b[1mpip install tensorflow==2.11\x1b[0m\n"
		"\n"
		"\x1b[1mWhere it looked for libtf.so.2 (needed by libtfio.so):\x1b[0m\n"
		"  RUNPATH of libtfio.so  $ORIGIN/../_solib = /opt/tfio/../_solib  \x1b[2mno "
		"such folder\x1b[0m\n"
		"  /etc/ld.so.cache       \x1b[2mnot listed\x1b[0m\n"
		"  default folders        /lib/x86_64-linux-gnu, \xe2\x80\xa6 (2 in all)      "
		"\x1b[2mabsent\x1b[0m\n"
		"                         /lib/libtf.so.2  \x1b[33m32 bit against 64 bit: "
		"skipped\x1b[0m\n"
		"                         /usr/lib                                 "
		"\x1b[2mabsent\x1b[0m\n"
		"\x1b[1mTree\x1b[0m\n"
		"  \x1b[1mlibtfio.so\x1b[0m\n"
		"  \x1b[2m\xe2\x94\x9c\xe2\x94\x80 \x1b[0m\x1b[1mlibtf.so.2\x1b[0m   "
		"\x1b[1;31mNOT FOUND\x1b[0m\n"
		"  \x1b[2m\xe2\x94\x94\xe2\x94\x80 \x1b[0m\x1b[2m2 more, all found "
		"(\x1b[0m\x1b[2mlibm.so.6\x1b[0m\x1b[2m, "
		"\x1b[0m\x1b[2mlibc.so.6\x1b[0m\x1b[2m)\x1b[0m\n"
		"Certainty: proved (glibc 2.36, x86_64, judged in a bare program)\n"
		"More: \x1b[1mdlwhy explain missing-library\x1b[0m\n";

	(void)state;
	expect(DLWHY_TREE, false, true, sample_missing(), golden);
}

static void default_answers_fit_a_screen_of_24_lines(void **state)
{
	static const unsigned widths[] = { 60, 72, 80, 100, 200 };
	static const size_t sizes[] = { 1, 2, 3, 10, 800 };
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		expect_screen(sample_missing(), widths[i]);
		expect_screen(sample_healthy(), widths[i]);
		expect_screen(sample_error(), widths[i]);
		expect_screen(sample_symbol(), widths[i]);
		expect_screen(sample_hostile(), widths[i]);
		for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
			struct dlwhy_result *r = sample_large(sizes[k]);

			expect_screen(r, widths[i]);
			sample_large_free(r);
		}
	}
}

static void a_long_list_of_folders_is_folded_but_what_was_found_is_not(void **state)
{
	enum { N = 60 };
	struct dlwhy_probe probe[N];
	const struct dlwhy_probe *list[N];
	struct dlwhy_need need = { "libx.so", -1, "start", NULL, -1, list, N };
	const struct dlwhy_need *needs[] = { &need };
	struct dlwhy_object object = { .id = 0, .path = "/x/a.so", .needs = needs, .nneeds = 1 };
	const struct dlwhy_object *objects[] = { &object };
	struct dlwhy_finding finding = *sample_missing()->findings[0];
	const struct dlwhy_finding *findings[] = { &finding };
	struct dlwhy_result r = *sample_missing();
	char paths[N][32], dirs[N][32], *text;
	int i;

	(void)state;
	for (i = 0; i < N; i++) {
		snprintf(paths[i], sizeof(paths[i]), "/d%d/libx.so", i);
		snprintf(dirs[i], sizeof(dirs[i]), "/d%d", i);
		/* outcomes alternate, so that rows cannot be joined */
		probe[i] = (struct dlwhy_probe){ "ld-library-path",
						 i % 2 ? paths[i] : dirs[i],
						 i == 57   ? "not-elf"
						 : i % 2 ? "absent"
							 : "no-directory",
						 dirs[i], -1 };
		list[i] = &probe[i];
	}
	finding.object = "libx.so";
	finding.needed_by = "/x/a.so";
	r.findings = findings;
	r.objects = objects;
	r.nobjects = 1;
	r.target_object = 0;
	text = print_simply(DLWHY_TREE, &r);
	assert_true(count_lines(text) <= SCREEN);
	assert_non_null(strstr(text, "/d57/libx.so  not an ELF file"));
	assert_non_null(strstr(text, "more places; -v shows all"));
	free(text);
}

static void of_several_targets_healthy_ones_take_a_line(void **state)
{
	struct dlwhy_print p;
	char *text;

	(void)state;
	dlwhy_print_init(&p);
	p.ntargets = 3;
	text = print_to_memory(&p, sample_healthy(), 0);
	assert_string_equal(text, "libok.so loads here (2 libraries, all found; predicted)\n");
	free(text);
	text = print_to_memory(&p, sample_missing(), 1);
	assert_string_equal(text + strlen(text) - 2, "\n\n");
	free(text);
	text = print_to_memory(&p, sample_missing(), 2);
	assert_string_not_equal(text + strlen(text) - 2, "\n\n");
	free(text);
}

static void lines_that_are_ours_fit_the_width(void **state)
{
	struct dlwhy_result r = *sample_missing();
	struct dlwhy_print p;
	char *text;

	(void)state;
	r.loader_message = NULL; /* the loader's words are not broken */
	dlwhy_print_init(&p);
	for (p.width = 80; p.width < 160; p.width += 7) {
		text = print_to_memory(&p, &r, 0);
		if (longest_line(text) > p.width)
			fail_msg("wider than %u:\n%s", p.width, text);
		free(text);
	}
}

static void a_circle_of_needs_ends(void **state)
{
	struct dlwhy_need to_b = { "b.so", 1, "start", "runpath", 0, NULL, 0 };
	struct dlwhy_need to_a = { "a.so", 0, "start", "soname", -1, NULL, 0 };
	struct dlwhy_need lost = { "c.so", -1, "start", NULL, -1, NULL, 0 };
	struct dlwhy_need beyond = { "d.so", 77, "start", "path", -1, NULL, 0 };
	const struct dlwhy_need *a_needs[] = { &to_b }, *b_needs[] = { &to_a, &lost, &beyond };
	struct dlwhy_object a = { .id = 0, .path = "./a.so", .needs = a_needs, .nneeds = 1 };
	struct dlwhy_object b = { .id = 1, .path = "./b.so", .needs = b_needs, .nneeds = 3 };
	const struct dlwhy_object *objects[] = { &a, &b };
	struct dlwhy_result r = *sample_missing();
	char *text;

	(void)state;
	r.objects = objects;
	r.nobjects = 2;
	r.target_object = 0;
	text = print_simply(DLWHY_TREE, &r);
	assert_non_null(strstr(text,
		"  a.so\n"
		"  \xe2\x94\x94\xe2\x94\x80 b.so\n"
		"     \xe2\x94\x9c\xe2\x94\x80 c.so   NOT FOUND\n"
		"     \xe2\x94\x9c\xe2\x94\x80 d.so   NOT FOUND\n"
		"     \xe2\x94\x94\xe2\x94\x80 1 more, found (a.so)\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_missing_library_is_told_on_one_screen),
		cmocka_unit_test(a_library_that_loads_takes_few_lines),
		cmocka_unit_test(an_unreadable_file_is_told_apart_from_a_broken_one),
		cmocka_unit_test(a_missing_symbol_shows_evidence_bindings_and_disagreement),
		cmocka_unit_test(bindings_have_the_names_of_the_file_when_all_is_asked_for),
		cmocka_unit_test(a_name_that_the_loader_said_is_not_repeated),
		cmocka_unit_test(a_list_of_symbols_is_cut_between_two),
		cmocka_unit_test(hostile_names_are_shown_and_harmless),
		cmocka_unit_test(verbose_shows_every_probe_and_object),
		cmocka_unit_test(colours_mark_the_failing_word_and_names),
		cmocka_unit_test(default_answers_fit_a_screen_of_24_lines),
		cmocka_unit_test(a_long_list_of_folders_is_folded_but_what_was_found_is_not),
		cmocka_unit_test(of_several_targets_healthy_ones_take_a_line),
		cmocka_unit_test(lines_that_are_ours_fit_the_width),
		cmocka_unit_test(a_circle_of_needs_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
