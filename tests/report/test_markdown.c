/* test_markdown.c - the answer for an issue, compared in full. */
#include "samples.h"

#include <stdbool.h>

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

static void an_issue_has_answer_evidence_and_a_folded_tree(void **state)
{
	static const char golden[] =
		"### `libtfio.so` does not load\n"
		"\n"
		"**error, missing-library:** libtf.so.2 is needed and is nowhere that the loader "
		"looks.\n"
		"\n"
		"The loader says:\n"
		"```text\n"
		"libtf.so.2: cannot open shared object file: No such file or directory\n"
		"```\n"
		"\n"
		"**What to do:** install the tensorflow that this was built for:\n"
		"```sh\n"
		"pip install tensorflow==2.11\n"
		"```\n"
		"\n"
		"```text\n"
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
		"```\n"
		"\n"
		"<details><summary>Dependency tree (4 objects)</summary>\n"
		"\n"
		"```text\n"
		"  /opt/tfio/libtfio.so\n"
		"  \xe2\x94\x9c\xe2\x94\x80 libtf.so.2   NOT FOUND\n"
		"  \xe2\x94\x9c\xe2\x94\x80 libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6  "
		"(/etc/ld.so.cache)\n"
		"  \xe2\x94\x82  \xe2\x94\x94\xe2\x94\x80 drawn elsewhere: libc.so.6\n"
		"  \xe2\x94\x94\xe2\x94\x80 libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6  "
		"(already loaded)\n"
		"```\n"
		"\n"
		"</details>\n"
		"\n"
		"dlwhy 0.1.0; proved (glibc 2.36, x86\\_64, judged in a bare program)\n";

	(void)state;
	expect(DLWHY_MARKDOWN, false, false, sample_missing(), golden);
}

static void hostile_names_cannot_leave_their_code(void **state)
{
	static const char golden[] =
		"### ```` a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" "
		"\\u{9b} ```` does not load\n"
		"\n"
		"**error, missing-library:** "
		"a\\\\x1b\\[31m\\\\u{202e}\\\\xff\\\\n\\`\\`\\`\\\\n&lt;/details&gt;&lt;b"
		"&gt;@<!-- -->you #<!-- -->1 \\`x\\` \\\\ \" \\\\u{9b}\n"
		"\n"
		"The loader says:\n"
		"````text\n"
		"a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" \\u{9b}\n"
		"a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" \\u{9b}\n"
		"fine\n"
		"````\n"
		"\n"
		"**What to do:** a\\\\x1b\\[31m\\\\u{202e}\\\\xff\\\\n\\`\\`\\`\\\\n&lt;/details"
		"&gt;&lt;b&gt;@<!-- -->you #<!-- -->1 \\`x\\` \\\\ \" \\\\u{9b}\n"
		"````sh\n"
		"a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" \\u{9b}\n"
		"fine\n"
		"````\n"
		"\n"
		"````text\n"
		"Where it looked for a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` "
		"\\ \" \\u{9b} (needed by details><b>@you #1 `x` \\ \" \\u{9b}):\n"
		"  RPATH of details><b>@you #1 `x` \\ \" \\u{9b}: "
		"a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" "
		"\\u{9b}/a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" \\u{9b} "
		" absent\n"
		"````\n"
		"\n"
		"**error, missing-library:** "
		"a\\\\x1b\\[31m\\\\u{202e}\\\\xff\\\\n\\`\\`\\`\\\\n&lt;/details&gt;&lt;b"
		"&gt;@<!-- -->you #<!-- -->1 \\`x\\` \\\\ \" \\\\u{9b}\n"
		"\n"
		"The loader says:\n"
		"````text\n"
		"a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" \\u{9b}\n"
		"a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" \\u{9b}\n"
		"fine\n"
		"````\n"
		"\n"
		"**What to do:** a\\\\x1b\\[31m\\\\u{202e}\\\\xff\\\\n\\`\\`\\`\\\\n&lt;/details"
		"&gt;&lt;b&gt;@<!-- -->you #<!-- -->1 \\`x\\` \\\\ \" \\\\u{9b}\n"
		"````sh\n"
		"a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" \\u{9b}\n"
		"fine\n"
		"````\n"
		"\n"
		"````text\n"
		"Where it looked for a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` "
		"\\ \" \\u{9b} (needed by details><b>@you #1 `x` \\ \" \\u{9b}):\n"
		"  RPATH of details><b>@you #1 `x` \\ \" \\u{9b}: "
		"a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" "
		"\\u{9b}/a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" \\u{9b} "
		" absent\n"
		"````\n"
		"\n"
		"<details><summary>Dependency tree (1 objects)</summary>\n"
		"\n"
		"````text\n"
		"  a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" \\u{9b}   NOT "
		"FOUND\n"
		"  \xe2\x94\x94\xe2\x94\x80 a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you "
		"#1 `x` \\ \" \\u{9b}   NOT FOUND\n"
		"````\n"
		"\n"
		"</details>\n"
		"\n"
		"<details><summary>Bindings (1)</summary>\n"
		"\n"
		"````text\n"
		"  details><b>@you #1 `x` \\ \" \\u{9b}\n"
		"    a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" "
		"\\u{9b}@a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" \\u{9b} "
		" -> NOBODY\n"
		"````\n"
		"\n"
		"</details>\n"
		"\n"
		"**The real loader disagrees.** It says: ```` "
		"a\\x1b[31m\\u{202e}\\xff\\n```\\n</details><b>@you #1 `x` \\ \" \\u{9b} ````\n"
		"\n"
		"dlwhy 0.1.0; likely, if "
		"a\\\\x1b\\[31m\\\\u{202e}\\\\xff\\\\n\\`\\`\\`\\\\n&lt;/details&gt;&lt;b"
		"&gt;@<!-- -->you #<!-- -->1 \\`x\\` \\\\ \" \\\\u{9b} (glibc "
		"a\\\\x1b\\[31m\\\\u{202e}\\\\xff\\\\n\\`\\`\\`\\\\n&lt;/details&gt;&lt;b"
		"&gt;@<!-- -->you #<!-- -->1 \\`x\\` \\\\ \" \\\\u{9b}, "
		"a\\\\x1b\\[31m\\\\u{202e}\\\\xff\\\\n\\`\\`\\`\\\\n&lt;/details&gt;&lt;b"
		"&gt;@<!-- -->you #<!-- -->1 \\`x\\` \\\\ \" \\\\u{9b}, judged in "
		"a\\\\x1b\\[31m\\\\u{202e}\\\\xff\\\\n\\`\\`\\`\\\\n&lt;/details&gt;&lt;b"
		"&gt;@<!-- -->you #<!-- -->1 \\`x\\` \\\\ \" \\\\u{9b})\n";

	(void)state;
	expect(DLWHY_MARKDOWN, false, false, sample_hostile(), golden);
}

static void colours_are_never_in_an_issue(void **state)
{
	struct dlwhy_print p;
	char *text;

	(void)state;
	dlwhy_print_init(&p);
	p.format = DLWHY_MARKDOWN;
	p.color = true;
	text = print_to_memory(&p, sample_symbol(), 0);
	assert_null(strchr(text, '\033'));
	free(text);
}

static void fences_are_closed_and_outrun_backticks(void **state)
{
	char *text = print_simply(DLWHY_MARKDOWN, sample_hostile()), *save = NULL, *line;
	size_t open = 0, n;

	(void)state;
	for (line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		n = strspn(line, "`");
		if (open == 0 && n >= 3)
			open = n;
		else if (open > 0 && n >= open && line[n] == '\0')
			open = 0;
		else
			assert_true(open == 0 || n < open);
		/* Outside fences a tag stands in code between backticks, or not at all. */
		if (open == 0 && strchr(line, '`') == NULL)
			assert_null(strstr(line, "<b>"));
	}
	assert_int_equal(open, 0);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_issue_has_answer_evidence_and_a_folded_tree),
		cmocka_unit_test(hostile_names_cannot_leave_their_code),
		cmocka_unit_test(colours_are_never_in_an_issue),
		cmocka_unit_test(fences_are_closed_and_outrun_backticks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
