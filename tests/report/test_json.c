/* test_json.c - schema 1, read back by a library and compared byte by byte. */
#include "samples.h"

#include <errno.h>
#include <stdio.h>

#include <jansson.h>

static json_t *parse(const char *text)
{
	json_error_t err;
	json_t *j = json_loads(text, JSON_REJECT_DUPLICATES, &err);

	if (j == NULL)
		print_error("line %d: %s\n", err.line, err.text);
	assert_non_null(j);
	return j;
}

/* The value at a path of keys and indices: "findings.0.code". */
static json_t *at(json_t *j, const char *path)
{
	char *copy = strdup(path), *save = NULL, *key;

	assert_non_null(copy);
	for (key = strtok_r(copy, ".", &save); key != NULL; key = strtok_r(NULL, ".", &save)) {
		j = json_is_array(j) ? json_array_get(j, strtoul(key, NULL, 10))
				     : json_object_get(j, key);
		if (j == NULL)
			fail_msg("nothing at %s of %s", key, path);
	}
	free(copy);
	return j;
}

static void expect_text(json_t *j, const char *path, const char *value)
{
	assert_true(json_is_string(at(j, path)));
	assert_string_equal(json_string_value(at(j, path)), value);
}

static void top_level_keys_stand_in_the_agreed_order(void **state)
{
	static const char *const keys[] = {
		"schema", "dlwhy", "verb", "target", "platform", "loads", "certainty", "error",
		"loader_message", "loader_lines", "findings", "objects", "members", "host",
		"is_program", "target_object", "assumes", "hint", "proof", "bindings",
	};
	char *text = print_simply(DLWHY_JSON, sample_missing());
	const char *p = text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char line[64];

		snprintf(line, sizeof(line), "\n \"%s\": ", keys[i]);
		p = strstr(p, line);
		if (p == NULL)
			fail_msg("%s is missing or out of order", keys[i]);
	}
	free(text);
}

static void inner_keys_stand_in_the_agreed_order(void **state)
{
	char *text = print_simply(DLWHY_JSONL, sample_missing());

	(void)state;
	assert_non_null(strstr(text,
		"{\"code\": \"missing-library\", \"detail\": null, \"severity\": \"error\", "
		"\"certainty\": \"proved\", \"fingerprint\": \"1f2e\", \"object\": \"libtf.so.2\", "
		"\"needed_by\": \"/opt/tfio/libtfio.so\", \"chain\": [\"/opt/tfio/libtfio.so\"], "
		"\"symbol\": null, \"demangled\": null, \"summary\": \"libtf.so.2 is needed and is nowhere that the "
		"loader looks.\", \"evidence\": [{\"kind\": \"probe\", \"object\": 1, \"path\": "
		"\"/opt/tfio/../_solib/libtf.so.2\", \"offset\": null, \"size\": null, \"line\": "
		"null, \"value\": null, \"says\": \"no-directory\", \"demangled\": null}], \"fixes\": [{\"n\": 1, "
		"\"kind\": \"install\", \"risk\": \"low\", \"says\": \"install the tensorflow that "
		"this was built for:\", \"commands\": [\"pip install tensorflow==2.11\"], "
		"\"files\": [], \"edits\": []}], \"also\": [{\"code\": \"search-path\", \"detail\": null, "
		"\"object\": null}], \"assumes\": null}"));
	assert_non_null(strstr(text,
		"{\"id\": 1, \"path\": \"/opt/tfio/libtfio.so\", \"soname\": null, \"package\": "
		"{\"kind\": \"pip\", \"name\": \"tfio\", \"version\": \"0.30\"}, \"needs\": "
		"[{\"name\": \"libtf.so.2\", \"to\": null, \"when\": \"start\", \"rule\": null, "
		"\"rule_of\": null, \"probes\": [{\"rule\": \"runpath\", \"path\": "
		"\"/opt/tfio/../_solib/glibc-hwcaps/x86-64-v3\", \"outcome\": \"no-directory\", "
		"\"directory\": \"$ORIGIN/../_solib\", \"of\": 1}, "));
	free(text);
}

static void values_come_back(void **state)
{
	char *text = print_simply(DLWHY_JSON, sample_missing());
	json_t *j = parse(text);

	(void)state;
	assert_int_equal(json_integer_value(at(j, "schema")), 1);
	expect_text(j, "dlwhy", dlwhy_version());
	expect_text(j, "platform.loader_version", "2.36");
	assert_true(json_is_false(at(j, "loads")));
	assert_true(json_is_null(at(j, "objects.0.path")));
	assert_true(json_is_true(at(j, "objects.0.by_host")));
	assert_int_equal(json_integer_value(at(j, "objects.1.needs.1.to")), 2);
	assert_int_equal(json_array_size(at(j, "objects")), 4);
	json_decref(j);
	free(text);
}

static void an_unknown_verdict_is_null_and_has_its_error(void **state)
{
	char *text = print_simply(DLWHY_JSON, sample_error());
	json_t *j = parse(text);

	(void)state;
	assert_true(json_is_null(at(j, "loads")));
	assert_true(json_is_null(at(j, "loader_message")));
	assert_true(json_is_null(at(j, "target_object")));
	expect_text(j, "error.code", dlwhy_code_name(DLWHY_E_IO));
	assert_int_equal(json_integer_value(at(j, "error.errno")), 5);
	json_decref(j);
	free(text);
}

static void proof_and_bindings_are_told(void **state)
{
	char *text = print_simply(DLWHY_JSON, sample_symbol());
	json_t *j = parse(text);

	(void)state;
	assert_true(json_is_false(at(j, "proof.agrees")));
	assert_true(json_is_null(at(j, "proof.real")));
	assert_true(json_is_null(at(j, "bindings.0.to")));
	expect_text(j, "bindings.1.version", "GLIBC_2.2.5");
	expect_text(j, "bindings.3.symbol", "_ZN4frob3runEi");
	expect_text(j, "findings.0.evidence.2.demangled", "frob::run(int)");
	assert_true(json_is_true(at(j, "bindings.2.weak")));
	json_decref(j);
	free(text);
}

static void bytes_that_are_not_utf8_keep_their_raw_value(void **state)
{
	char *text = print_simply(DLWHY_JSON, sample_hostile());
	json_t *j = parse(text);
	const char *p;

	(void)state;
	assert_non_null(strstr(json_string_value(at(j, "target")), "\xef\xbf\xbd"));
	expect_text(j, "target_b64", "YRtbMzFt4oCu/wpgYGAKPC9kZXRhaWxzPjxiPkB5b3UgIzEgYHhgIFwg"
				       "IiDCmw==");
	expect_text(j, "loader_lines_b64.0", json_string_value(at(j, "target_b64")));
	assert_true(json_is_null(at(j, "loader_lines_b64.1")));
	expect_text(j, "loader_lines.1", "fine");
	for (p = text; *p != '\0'; p++)
		assert_true((unsigned char)*p >= 0x20 || *p == '\n');
	assert_null(strstr(text, "\xc2\x9b"));
	assert_null(strstr(text, "\xe2\x80\xae"));
	json_decref(j);
	free(text);
}

static char *print_several(size_t n)
{
	struct dlwhy_print p;
	char *all = calloc(1, 1 << 20);
	size_t i;

	assert_non_null(all);
	dlwhy_print_init(&p);
	p.format = DLWHY_JSON;
	p.ntargets = n;
	for (i = 0; i < n; i++) {
		char *one = print_to_memory(&p, i % 2 ? sample_healthy() : sample_missing(), i);

		strcat(all, one);
		free(one);
	}
	return all;
}

static void several_results_are_one_document(void **state)
{
	char *text = print_several(3);
	json_t *j = parse(text);

	(void)state;
	assert_int_equal(json_integer_value(at(j, "schema")), 1);
	expect_text(j, "verb", "check");
	assert_int_equal(json_array_size(at(j, "results")), 3);
	expect_text(j, "results.1.target", "libok.so");
	assert_int_equal(json_integer_value(at(j, "results.2.schema")), 1);
	json_decref(j);
	free(text);
}

static void jsonl_is_one_line_with_its_index(void **state)
{
	struct dlwhy_print p;
	char *text;
	json_t *j;

	(void)state;
	dlwhy_print_init(&p);
	p.format = DLWHY_JSONL;
	p.ntargets = 9;
	text = print_to_memory(&p, sample_hostile(), 7);
	assert_int_equal(count_lines(text), 1);
	j = parse(text);
	assert_int_equal(json_integer_value(at(j, "index")), 7);
	json_decref(j);
	free(text);
}

static void redaction_spares_ids(void **state)
{
	static const char *const user = "error";
	struct dlwhy_print p;
	char *text;
	json_t *j;

	(void)state;
	assert_int_equal(setenv("HOME", "/opt/tfio", 1), 0);
	assert_int_equal(setenv("USER", user, 1), 0);
	dlwhy_print_init(&p);
	p.format = DLWHY_JSON;
	p.redact = true;
	text = print_to_memory(&p, sample_missing(), 0);
	assert_null(strstr(text, "/opt/tfio"));
	j = parse(text);
	expect_text(j, "objects.1.path", "~/libtfio.so");
	expect_text(j, "findings.0.severity", "error");
	json_decref(j);
	free(text);
}

static void same_result_gives_the_same_bytes(void **state)
{
	char *a = print_simply(DLWHY_JSON, sample_symbol());
	char *b = print_simply(DLWHY_JSON, sample_symbol());

	(void)state;
	assert_string_equal(a, b);
	free(a);
	free(b);
}

struct failing {
	size_t calls;
	int err;
};

static int write_fails(const char *bytes, size_t n, void *user)
{
	struct failing *f = user;

	(void)bytes;
	assert_true(n > 0);
	f->calls++;
	return f->err;
}

static void first_failing_write_ends_the_printing(void **state)
{
	struct failing f = { 0, ENOSPC };
	struct dlwhy_result *r = sample_large(800);
	struct dlwhy_print p;

	(void)state;
	dlwhy_print_init(&p);
	p.format = DLWHY_JSON;
	assert_int_equal(dlwhy_print_result(&p, r, 0, write_fails, &f), ENOSPC);
	assert_int_equal(f.calls, 1);
	sample_large_free(r);
}

static void large_results_are_written_in_pieces(void **state)
{
	struct failing f = { 0, 0 };
	struct dlwhy_result *r = sample_large(800);
	struct dlwhy_print p;

	(void)state;
	dlwhy_print_init(&p);
	p.format = DLWHY_JSON;
	assert_int_equal(dlwhy_print_result(&p, r, 0, write_fails, &f), 0);
	assert_true(f.calls > 10);
	sample_large_free(r);
}

static void a_shorter_structure_of_older_callers_is_fine(void **state)
{
	struct dlwhy_print p;
	char *text;

	(void)state;
	dlwhy_print_init(&p);
	p.format = DLWHY_JSONL;
	p.size = offsetof(struct dlwhy_print, color);
	p.redact = true; /* lies behind the size that the caller knows */
	text = print_to_memory(&p, sample_missing(), 0);
	assert_non_null(strstr(text, "/opt/tfio/libtfio.so"));
	free(text);
}

static void every_cause_is_in_the_schema(void **state)
{
	json_t *schema = parse(dlwhy_schema()), *codes = at(schema, "$defs.code.enum"), *code;
	const struct dlwhy_cause *cause;
	size_t i, k;

	(void)state;
	for (i = 0; (cause = dlwhy_cause_at(i)) != NULL; i++) {
		bool found = false;

		json_array_foreach(codes, k, code)
			found = found || strcmp(json_string_value(code), cause->code) == 0;
		if (!found)
			fail_msg("%s is not in the schema", cause->code);
	}
	json_decref(schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(top_level_keys_stand_in_the_agreed_order),
		cmocka_unit_test(inner_keys_stand_in_the_agreed_order),
		cmocka_unit_test(values_come_back),
		cmocka_unit_test(an_unknown_verdict_is_null_and_has_its_error),
		cmocka_unit_test(proof_and_bindings_are_told),
		cmocka_unit_test(bytes_that_are_not_utf8_keep_their_raw_value),
		cmocka_unit_test(several_results_are_one_document),
		cmocka_unit_test(jsonl_is_one_line_with_its_index),
		cmocka_unit_test(redaction_spares_ids),
		cmocka_unit_test(same_result_gives_the_same_bytes),
		cmocka_unit_test(first_failing_write_ends_the_printing),
		cmocka_unit_test(large_results_are_written_in_pieces),
		cmocka_unit_test(a_shorter_structure_of_older_callers_is_fine),
		cmocka_unit_test(every_cause_is_in_the_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
