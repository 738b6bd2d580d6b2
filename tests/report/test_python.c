/* test_python.c - the answer to an import, in every format. */
#include "samples.h"

#include <stdio.h>

static const struct dlwhy_place *const frames[] = {
	&(struct dlwhy_place){ NULL, 1, "<module>" },
	&(struct dlwhy_place){ "/x/p/__init__.py", 3, "<module>" },
	&(struct dlwhy_place){ "/x/p/a.py", 14, "load" },
	&(struct dlwhy_place){ "/x/p/b.py", 7, "open" },
	&(struct dlwhy_place){ "/x/p/c.py", 9, "<module>" },
};
static const struct dlwhy_exception raised = {
	.type = "ImportError", .message = "libgone.so: no", .text = "ImportError: libgone.so: no",
	.exact = true, .name = "p._ext", .path = "/x/p/_ext.so", .traceback = frames, .ntraceback = 5,
};
static const struct dlwhy_module *const modules[] = {
	&(struct dlwhy_module){ "sys", "builtin", NULL, { NULL, -1, NULL }, false, false },
	&(struct dlwhy_module){ "p", "source", "/x/p/__init__.py", { NULL, 1, "<module>" }, false, true },
	&(struct dlwhy_module){ "p.a", "source", "/x/p/a.py", { "/x/p/__init__.py", 3, "<module>" }, true,
				false },
};
static const struct dlwhy_native *const natives[] = {
	&(struct dlwhy_native){ "/x/p/_good.so", "extension", "p._good", { "/x/p/a.py", 1, "<module>" },
				"loaded", NULL, false, -1 },
	&(struct dlwhy_native){ "/x/p/_ext.so", "extension", "p._ext", { "/x/p/c.py", 9, "<module>" },
				"refused", "libgone.so: no", true, -1 },
};
static const struct dlwhy_swallowed *const swallowed[] = {
	&(struct dlwhy_swallowed){ &raised, { "/x/p/a.py", 20, NULL }, true, "/x/p/_ext.so",
				   (const char *const[]){ "p.ext", "p.a", "p.b", "p.c" }, 4 },
};
static const struct dlwhy_gap *const gaps[] = {
	&(struct dlwhy_gap){ "exec of a text", { "/x/p/a.py", 33, NULL } },
};

static struct dlwhy_python python = {
	.executable = "/x/bin/python3", .program = "/x/bin/python3.11", .implementation = "cpython",
	.version = "3.11.2", .prefix = "/x", .why = "named", .module = "p",
	.modules = modules, .nmodules = 3, .nstartup = 1, .natives = natives, .nnatives = 2,
	.swallowed = swallowed, .nswallowed = 1, .not_followed = gaps, .nnot_followed = 1,
};

static struct dlwhy_result sample(bool works)
{
	python.exception = works ? NULL : &raised;
	return (struct dlwhy_result){ .verb = "import", .target = "p",
				      .platform = { "linux", "glibc", "2.36", "x86_64" },
				      .loads = works ? DLWHY_YES : DLWHY_NO,
				      .certainty = DLWHY_PREDICTED, .assumes = "it is so",
				      .host = "/x/bin/python3 (Python 3.11.2)", .target_object = -1,
				      .python = &python };
}

static char *print(enum dlwhy_format format, bool works, bool verbose)
{
	struct dlwhy_result r = sample(works);
	struct dlwhy_print p;

	dlwhy_print_init(&p);
	p.format = format;
	p.verbose = verbose;
	return print_to_memory(&p, &r, 0);
}

static void has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void has_not(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" is in:\n%s", part, text);
}

static void a_failure_ends_like_a_traceback(void **state)
{
	char *text = print(DLWHY_TREE, false, false);

	(void)state;
	assert_memory_equal(text, "import p does not work.\n", 24);
	has(text, "Python would say\n");
	has(text, "2 more frames");
	has(text, "    File \"/x/p/c.py\", line 9, in <module>\n  ImportError: libgone.so: no\n");
	has_not(text, "File \"/x/p/__init__.py\"");
	free(text);
}

static void all_frames_are_for_v(void **state)
{
	char *text = print(DLWHY_TREE, false, true);

	(void)state;
	has(text, "File \"<string>\", line 1, in <module>");
	has(text, "File \"/x/p/__init__.py\", line 3, in <module>");
	free(text);
}

static void an_import_that_works_is_two_lines(void **state)
{
	char *text = print(DLWHY_TREE, true, false);

	(void)state;
	assert_memory_equal(text, "import p works here.\n", 21);
	has(text, "imports: 2 modules, 1 native file;");
	has(text, "Without it are gone: p.ext, p.a, p.b and 1 more.");
	has(text, "Not followed: 1 place; -v shows it.");
	free(text);
}

static void v_lists_what_it_did(void **state)
{
	char *text = print(DLWHY_TREE, true, true);

	(void)state;
	has(text, "Exceptions that are caught\n  ImportError: libgone.so: no  (it is told)\n");
	has(text, "    caught at /x/p/a.py:20\n    gone: p.ext\n");
	has(text, "Native files, in order\n  /x/p/_good.so  by /x/p/a.py:1\n");
	has(text, "  /x/p/_ext.so  refused  by /x/p/c.py:9, maybe\n");
	has(text, "  p.a  source /x/p/a.py, by /x/p/__init__.py:3, maybe\n");
	has(text, "Not followed\n  exec of a text, /x/p/a.py:33\n");
	free(text);
}

static void a_long_message_shows_both_ends(void **state)
{
	struct dlwhy_exception e = raised;
	struct dlwhy_result r = sample(false);
	char *text;

	(void)state;
	e.text = "ImportError: one\ntwo\nthree\nfour\nfive\nsix\n";
	python.exception = &e;
	text = print_simply(DLWHY_TREE, &r);
	has(text, "ImportError: one\n  two\n");
	has(text, "2 more lines");
	has(text, "  five\n  six\n");
	has_not(text, "three");
	free(text);
}

static void json_has_every_key(void **state)
{
	static const char *const keys[] = {
		"\"executable\": \"/x/bin/python3\"", "\"version\": \"3.11.2\"", "\"startup\": 1",
		"\"text\": \"ImportError: libgone.so: no\"", "\"exact\": true", "\"traceback\": [",
		"\"in\": \"load\"", "\"modules\": [", "\"kind\": \"extension\"", "\"outcome\": \"refused\"",
		"\"object\": null", "\"gone\": [\"p.ext\", \"p.a\", \"p.b\", \"p.c\"]",
		"\"not_followed\": [", "\"what\": \"exec of a text\"", "\"died\": false", "\"cause\": null",
	};
	char *text = print(DLWHY_JSONL, false, false);

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		has(text, keys[i]);
	free(text);
}

static void markdown_folds_the_import_away(void **state)
{
	char *text = print(DLWHY_MARKDOWN, false, false);

	(void)state;
	assert_memory_equal(text, "### `import p` does not work\n", 29);
	has(text, "Python would say:\n```text\n");
	has(text, "  ImportError: libgone.so: no\n```");
	has(text, "<details><summary>The import (3 modules, 2 native files)</summary>");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_ends_like_a_traceback),
		cmocka_unit_test(all_frames_are_for_v),
		cmocka_unit_test(an_import_that_works_is_two_lines),
		cmocka_unit_test(v_lists_what_it_did),
		cmocka_unit_test(a_long_message_shows_both_ends),
		cmocka_unit_test(json_has_every_key),
		cmocka_unit_test(markdown_folds_the_import_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
