/* d_keras.c - keras without the backend that it is told to use.
 *
 * Which one that is, keras/src/backend/config.py decides: KERAS_BACKEND, else "backend" of keras.json in
 * $KERAS_HOME or ~/.keras, else tensorflow.
 */
#include <jansson.h>
#include <string.h>

#include "diagnose/d_import.h"

enum { MAX_CONFIG = 1 << 16 };

static const char *const backends[][2] = {
	{ "tensorflow", "tensorflow" }, { "jax", "jax" }, { "torch", "torch" },
	{ "numpy", "numpy" },           { "openvino", "openvino" },
};

static const char *variable(const struct diag *d, const char *name)
{
	const char *const *env = d->in->imported->ask->environ;
	size_t n = strlen(name);

	for (; env != NULL && *env != NULL; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=' && (*env)[n + 1] != '\0')
			return *env + n + 1;
	return NULL;
}

/* "backend" of that file, NULL. */
static const char *configured(struct diag *d, const char *path)
{
	const struct store_entry *en = path != NULL ? store_open(d->store, path) : NULL;
	const char *value = NULL;
	char text[64] = "";
	json_error_t err;
	json_t *root;

	if (en == NULL || en->err != 0 || en->file->bytes.p == NULL || en->file->bytes.n > MAX_CONFIG)
		return NULL;
	root = json_loadb((const char *)en->file->bytes.p, en->file->bytes.n, 0, &err);
	if (root == NULL)
		return NULL;
	value = json_string_value(json_object_get(root, "backend"));
	if (value != NULL && strlen(value) < sizeof(text))
		memcpy(text, value, strlen(value) + 1);
	json_decref(root);
	return *text != '\0' ? arena_strdup(d->a, text) : NULL;
}

/* keras.config.keras_home: /tmp where the home folder cannot be written to. */
static const char *config_file(struct diag *d)
{
	const char *home = variable(d, "KERAS_HOME"), *user = variable(d, "HOME");

	if (home != NULL)
		return join_path(d->a, home, "keras.json");
	return user != NULL ? arena_printf(d->a, "%s/.keras/keras.json", user) : NULL;
}

static bool from_keras(const struct py_exception *e)
{
	for (size_t i = 0; i < e->nframes; i++)
		if (e->frames[i].file != NULL && (strstr(e->frames[i].file, "/keras/") != NULL ||
						  strstr(e->frames[i].file, "/keras_core/") != NULL))
			return true;
	return false;
}

static bool is_backend(const char *name)
{
	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++)
		if (strcmp(backends[i][0], name) == 0)
			return true;
	return false;
}

/* A backend that is installed, NULL. numpy alone can train nothing, so it comes last. */
static const char *installed(struct diag *d)
{
	static const char *const order[] = { "tensorflow", "jax", "torch", "openvino" };
	struct py_spec spec;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (import_find(d, d->in->imported->im->finder, d->in->imported->home, order[i], &spec) &&
		    spec.kind != PY_SPEC_NAMESPACE)
			return order[i];
	return NULL;
}

struct draft *import_backend(struct diag *d, const struct py_exception *e, const char *name)
{
	const char *file = config_file(d), *env = variable(d, "KERAS_BACKEND");
	const char *in_file = configured(d, file), *has, *who;
	struct draft *dr;
	struct fix *f;

	if (!is_backend(import_top(d->a, name)) || !from_keras(e) ||
	    import_module_of(d->in->imported, "keras") == NULL)
		return NULL;
	has = installed(d);
	who = env != NULL       ? "the variable KERAS_BACKEND says so"
	      : in_file != NULL ? arena_printf(d->a, "%s says so", file)
				: "nothing says otherwise: it is the default";
	dr = import_draft(d, CAUSE_PYTHON_MODULE, "keras-backend");
	dr->f.object = name;
	draft_say(d, dr, "keras is to compute with %s (%s), and %s is not installed for %s.",
		  env != NULL ? env : in_file != NULL ? in_file : "tensorflow", who, name, import_who(d));
	if (env != NULL)
		draft_evidence(d, dr, "text", NULL, "the environment has KERAS_BACKEND")->value = env;
	if (in_file != NULL) {
		struct dlwhy_evidence *ev = draft_evidence(
			d, dr, "text", NULL,
			env != NULL ? "its backend does not count: the variable goes first"
				    : "the configuration file names the backend");

		ev->path = file;
		ev->value = in_file;
	}
	if (has != NULL) {
		f = draft_fix(d, dr, "environment", "low",
			      arena_printf(d->a, "let keras use %s, which is installed", has));
		fix_command(d, f, arena_printf(d->a, "KERAS_BACKEND=%s COMMAND", has));
		fix_edit(d, f, "env-set", NULL, "KERAS_BACKEND", has);
	}
	f = draft_fix(d, dr, "install", "low", arena_printf(d->a, "install %s", name));
	fix_command(d, f, import_pip(d, import_distribution(d->a, name)));
	return dr;
}
