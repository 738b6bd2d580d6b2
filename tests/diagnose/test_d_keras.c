/* test_d_keras.c - keras and the backend that it is told to use. */
#include "importer.h"

static const struct dlwhy_finding *without(struct fixture *f, struct importer *i, const char *backend)
{
	const char *file = put_text(f, "site-packages/keras/src/backend/__init__.py", "import x\n");

	put_text(f, "site-packages/keras/__init__.py", "");
	importer_module(i, "keras", NULL, 0);
	importer_raise(i, "ModuleNotFoundError", arena_printf(f->a, "No module named '%s'", backend), file,
		       1);
	i->e.name = backend;
	return run(f);
}

static void tensorflow_is_the_default(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d = without(f, importer_new(f), "tensorflow");

	assert_string_equal(d->code, "python-module");
	assert_string_equal(d->detail, "keras-backend");
	assert_contains(d->summary, "tensorflow (nothing says otherwise: it is the default)");
}

static void the_file_decides_before_the_default(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);
	const char *file = put_text(f, "home/.keras/keras.json", "{\"backend\": \"jax\"}");
	const struct dlwhy_finding *d;

	i->env[1] = arena_printf(f->a, "HOME=%s/home", f->dir);
	d = without(f, i, "jax");
	assert_contains(d->summary, arena_printf(f->a, "jax (%s says so)", file));
}

static void the_variable_decides_before_the_file(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);
	const struct dlwhy_finding *d;

	put_text(f, "k/keras.json", "{\"backend\": \"jax\"}");
	i->env[1] = arena_printf(f->a, "KERAS_HOME=%s/k", f->dir);
	i->env[2] = "KERAS_BACKEND=torch";
	d = without(f, i, "torch");
	assert_contains(d->summary, "torch (the variable KERAS_BACKEND says so)");
	assert_true(evidence_has(d, "text", "does not count", "jax"));
}

static void a_backend_that_is_there_is_offered(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);

	put_text(f, "site-packages/jax/__init__.py", "");
	assert_true(fix_has(without(f, i, "tensorflow"), "environment", "KERAS_BACKEND=jax"));
}

static void a_configuration_that_is_no_json_does_not_count(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);

	put_text(f, "k/keras.json", "{backend: jax");
	i->env[1] = arena_printf(f->a, "KERAS_HOME=%s/k", f->dir);
	assert_contains(without(f, i, "tensorflow")->summary, "it is the default");
}

static void others_who_want_tensorflow_are_not_keras(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);

	importer_raise(i, "ModuleNotFoundError", "No module named 'tensorflow'",
		       put_text(f, "local/m.py", "import tensorflow\n"), 1);
	i->e.name = "tensorflow";
	assert_string_equal(run(f)->detail, "not-installed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(tensorflow_is_the_default),
		DIAGNOSE_TEST(the_file_decides_before_the_default),
		DIAGNOSE_TEST(the_variable_decides_before_the_file),
		DIAGNOSE_TEST(a_backend_that_is_there_is_offered),
		DIAGNOSE_TEST(a_configuration_that_is_no_json_does_not_count),
		DIAGNOSE_TEST(others_who_want_tensorflow_are_not_keras),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
