/* options.c - verbs and options: one table, from which parsing and --help are made. */
#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const struct cli_verb cli_verbs[] = {
	{ "check", VERB_CHECK, "FILE...", "why each FILE loads or does not (the default)" },
	{ "import", VERB_IMPORT, "MODULE...", "why `import MODULE` works in Python or does not" },
	{ "run", VERB_RUN, "-- CMD...", "run CMD once and say what failed to load in it" },
	{ "link", VERB_LINK, "-- CC ARG...", "why a command, or with --go a Go package, does not link" },
	{ "verify", VERB_VERIFY, "[PLACE...]",
	  "which installed packages are damaged, altered, incomplete, mixed" },
	{ "explain", VERB_EXPLAIN, "[FILE|-|CODE...]",
	  "what an error, a traceback or a build log means, or a cause" },
	{ "fix", VERB_FIX, "FILE|import MODULE|link ...|-",
	  "plans that make it work; with --apply one is done and proved" },
	{ "undo", VERB_UNDO, "[ID]", "take back what dlwhy has changed: the last time, or number ID" },
	{ "env", VERB_ENV, "create DIR PACKAGE...", "a Python environment that is proved to import them" },
	{ "help", VERB_HELP, "[VERB]", "this text, or that of a verb" },
	{ "provides", 0, NULL, NULL },
	{ "compat", 0, NULL, NULL },
	{ "scan", 0, NULL, NULL },
	{ NULL, 0, NULL, NULL },
};

static const char where[] = "Who loads it, and where", much[] = "How much",
		  output[] = "Output", other[] = "Other";

/* In the order of enum cli_option_id, which is that of --help. */
const struct cli_option cli_options[OPT_COUNT] = {
	{ OPT_GO, 0, "go", "PACKAGE", VERB_LINK | VERB_FIX, where,
	  "of a Go package in place of a command; flags of go build stand behind --" },
	{ OPT_PROGRAM, 0, "program", "P", VERB_CHECK | VERB_FIX, where,
	  "the program that loads it: auto (default), none for a bare one, or a path" },
	{ OPT_PYTHON, 0, "python", "PY", VERB_TARGETS | VERB_FIX | VERB_ENV, where,
	  "the interpreter, its version (3.12) or its environment's folder" },
	{ OPT_AFTER, 0, "after", "MODULE", VERB_CHECK | VERB_FIX, where,
	  "in a Python process that has imported MODULE" },
	{ OPT_PID, 0, "pid", "N", VERB_CHECK, where,
	  "as the running process N would load it now" },
	{ OPT_PRELOAD, 0, "preload", "LIB", VERB_TARGETS | VERB_FIX, where,
	  "as if LD_PRELOAD began with LIB; may be repeated" },
	{ OPT_GLOBAL, 0, "global", NULL, VERB_CHECK | VERB_FIX, where,
	  "opened with RTLD_GLOBAL: what is opened later may use its symbols" },
	{ OPT_LOCAL, 0, "local", NULL, VERB_CHECK | VERB_FIX, where,
	  "opened with RTLD_LOCAL (default)" },
	{ OPT_WITH, 0, "with", "PACKAGE", VERB_CHECK, where,
	  "for a package: that other one is installed too; may be repeated" },
	{ OPT_ROOT, 0, "root", "DIR", VERB_TARGETS | VERB_EXPLAIN | VERB_LINK | VERB_FIX | VERB_VERIFY, where,
	  "look at the system in DIR instead of this one" },
	{ OPT_LOADER, 0, "loader", "L", VERB_CHECK | VERB_FIX, where,
	  "who loads it: glibc, musl, dyld or windows (default: what is there)" },
	{ OPT_OS, 0, "os", "S", VERB_IMPORT, where,
	  "in Python of windows or macos, whose packages are in --root DIR" },
	{ OPT_PYTHON_VERSION, 0, "python-version", "V", VERB_IMPORT, where,
	  "with --os: which Python that is, as 3.11 (default: as the files in DIR say)" },
	{ OPT_MACOS, 0, "macos", "VERSION", VERB_CHECK | VERB_IMPORT | VERB_FIX, where,
	  "as that release of macOS would load it: 12 to 26, or 15.4" },
	{ OPT_ARCH, 0, "arch", "A", VERB_CHECK | VERB_IMPORT | VERB_FIX, where,
	  "as a process of macOS for arm64 or x86_64 would load it" },
	{ OPT_WINDOWS, 0, "windows", "W", VERB_CHECK | VERB_IMPORT | VERB_EXPLAIN, where,
	  "of files of Windows: 7 to 11, server2019, ... (default 10); 10+vcredist" },
	{ OPT_CPU, 0, "cpu", "C", VERB_TARGETS, where,
	  "for another processor: x86-64-v2, haswell, ...; 'help check' lists all" },
	{ OPT_ENV, 0, "env", "NAME=VALUE", VERB_TARGETS | VERB_RUN | VERB_LINK | VERB_FIX, where,
	  "set a variable for the loader; may be repeated" },
	{ OPT_CLEAR_ENV, 0, "clear-env", NULL, VERB_TARGETS | VERB_LINK | VERB_FIX, where,
	  "forget the loader's variables that are set here" },
	{ OPT_ENV_OF, 0, "env-of", "PID", VERB_TARGETS, where,
	  "take the environment of a running process" },
	{ OPT_NO_BIND, 0, "no-bind", NULL, VERB_TARGETS, much,
	  "the tree alone: search and versions, no symbols" },
	{ OPT_NO_EXPLAIN, 0, "no-explain", NULL, VERB_TARGETS, much,
	  "the verdict and the loader's message alone, without reasons" },
	{ OPT_NO_LOOK, 0, "no-look", NULL, VERB_EXPLAIN, much,
	  "the text alone: no file that it names is looked at" },
	{ OPT_BINDINGS, 0, "bindings", NULL, VERB_TARGETS, much,
	  "who gives each symbol to whom" },
	{ OPT_CODE, 0, "code", NULL, VERB_TARGETS, much,
	  "also look at the machine code for instructions that this processor lacks" },
	{ OPT_VERBOSE, 'v', "verbose", NULL, VERB_ANSWERS, much,
	  "every object, every place that was searched, every finding" },
	{ OPT_PROVE, 0, "prove", NULL, VERB_TARGETS, much,
	  "also let the real loader open it, in a child process: this runs its code" },
	{ OPT_THREADS, 0, "threads", "N", VERB_TARGETS | VERB_VERIFY, much,
	  "how many files at a time; one for each processor by default" },
	{ OPT_APPLY, 0, "apply", "[N]", VERB_FIX, much,
	  "do plan N (1 if none is named), prove it, or take it back" },
	{ OPT_YES, 0, "yes", NULL, VERB_FIX | VERB_UNDO, much,
	  "do not ask before anything is changed" },
	{ OPT_WHEELS, 0, "wheels", "DIR", VERB_FIX, much,
	  "a folder with wheels that may be installed; may be repeated" },
	{ OPT_LIKE, 0, "like", "ENV", VERB_ENV, much,
	  "with the packages of that environment, in the same versions" },
	{ OPT_LIST, 0, "list", NULL, VERB_UNDO, much,
	  "what has been changed, and when; with ID, each file" },
	{ OPT_JSON, 0, "json", NULL, VERB_ANSWERS, output,
	  "the same as --format json" },
	{ OPT_FORMAT, 0, "format", "F", VERB_ANSWERS, output,
	  "tree (default), json, jsonl (a line for each file), md (for an issue)" },
	{ OPT_OUTPUT, 0, "output", "FILE", VERB_RUN, output,
	  "write what is said to FILE instead of standard error" },
	{ OPT_COLOR, 0, "color", "WHEN", VERB_ANSWERS, output,
	  "auto (default: on a terminal), always, never" },
	{ OPT_REDACT, 0, "redact", NULL, VERB_ANSWERS, output,
	  "leave out home folder, user name and host name" },
	{ OPT_FAIL_ON, 0, "fail-on", "LEVEL", VERB_TARGETS | VERB_LINK | VERB_EXPLAIN | VERB_VERIFY, output,
	  "exit with 1 for findings of this severity: error (default), warning, never" },
	{ OPT_HELP, 'h', "help", NULL, VERB_ALL, other, "this text" },
	{ OPT_VERSION, 'V', "version", NULL, VERB_ALL, other, "the version" },
	{ OPT_SCHEMA, 0, "schema", NULL, VERB_ALL, other, "the JSON schema of the output" },
};

const struct cli_verb *cli_verb_find(const char *name)
{
	const struct cli_verb *v;

	for (v = cli_verbs; v->name != NULL; v++)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

/* ---- values ------------------------------------------------------------------------------- */

/* One of a list of words: its index, or -1 after a complaint. */
static int choose(const char *option, const char *value, const char *const *words, size_t n,
		  const char *list)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(value, words[i]) == 0)
			return (int)i;
	cli_complain("--%s takes %s, not '%s'", option, list, value);
	return -1;
}

static int set_format(struct cli *c, const char *value)
{
	static const char *const words[] = { "tree", "json", "jsonl", "md" };
	static const char *const later[] = { "dot", "svg", "html", "sarif" };
	size_t i;
	int k;

	for (i = 0; i < sizeof(later) / sizeof(later[0]); i++)
		if (strcmp(value, later[i]) == 0) {
			cli_complain("--format %s is not in this version; it has tree, json, jsonl "
				     "and md", value);
			return EXIT_USAGE;
		}
	k = choose("format", value, words, 4, "tree, json, jsonl or md");
	if (k < 0)
		return EXIT_USAGE;
	c->print.format = (enum dlwhy_format)k;
	return 0;
}

static int set_color(struct cli *c, const char *value)
{
	static const char *const words[] = { "auto", "always", "never" };
	int k = choose("color", value, words, 3, "auto, always or never");

	if (k < 0)
		return EXIT_USAGE;
	c->color = (enum cli_color)k;
	return 0;
}

static int set_fail_on(struct cli *c, const char *value)
{
	static const char *const words[] = { "error", "warning", "never" };
	int k = choose("fail-on", value, words, 3, "error, warning or never");

	if (k < 0)
		return EXIT_USAGE;
	c->fail_on = (enum dlwhy_severity)k;
	return 0;
}

static int set_number(const char *option, const char *value, long most, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(value, &end, 10);
	if (errno == 0 && end != value && *end == '\0' && *out >= 1 && *out <= most)
		return 0;
	cli_complain("--%s takes a number from 1 to %ld, not '%s'", option, most, value);
	return EXIT_USAGE;
}

static int add_env(struct cli *c, const char *value)
{
	const char *equals = strchr(value, '=');

	if (equals == NULL || equals == value) {
		cli_complain("--env takes NAME=VALUE, not '%s'", value);
		return EXIT_USAGE;
	}
	c->env[c->nenv++] = value;
	return 0;
}

static int add_wheels(struct cli *c, const char *value)
{
	struct stat st;

	if (stat(value, &st) != 0 || !S_ISDIR(st.st_mode)) {
		cli_complain("--wheels takes a folder, and '%s' is none", value);
		return EXIT_USAGE;
	}
	c->wheels[c->nwheels++] = value;
	return 0;
}

static int set_threads(struct cli *c, const char *value)
{
	long n;
	int status = set_number("threads", value, 1024, &n);

	if (status == 0)
		c->library.threads = (unsigned)n;
	return status;
}

static int set_option(struct cli *c, const struct cli_option *o, const char *value)
{
	if (o->argument == NULL)
		value = "";
	if (value == NULL) {
		cli_complain("--%s takes %s", o->name, o->argument);
		return EXIT_USAGE;
	}
	c->seen[o->id] = true;
	switch (o->id) {
	case OPT_PROGRAM: c->library.program = value; return 0;
	case OPT_GO: c->go_package = value; return 0;
	case OPT_PYTHON: c->library.python = value; return 0;
	case OPT_AFTER: c->library.after = value; return 0;
	case OPT_PID: return set_number(o->name, value, INT_MAX, &c->library.pid);
	case OPT_WHEELS: return add_wheels(c, value);
	case OPT_PRELOAD: c->preload[c->npreload++] = value; return 0;
	case OPT_WITH: c->with[c->nwith++] = value; return 0;
	case OPT_GLOBAL: c->library.global = true; return 0;
	case OPT_LOCAL: c->library.global = false; return 0;
	case OPT_ROOT: c->library.root = value; return 0;
	case OPT_LOADER: c->library.loader = value; return 0;
	case OPT_WINDOWS: c->library.windows = value; return 0;
	case OPT_OS: c->library.os = value; return 0;
	case OPT_PYTHON_VERSION: c->library.python_version = value; return 0;
	case OPT_CPU: c->library.cpu = value; return 0;
	case OPT_MACOS: c->library.macos = value; return 0;
	case OPT_ARCH: c->library.arch = value; return 0;
	case OPT_ENV: return add_env(c, value);
	case OPT_CLEAR_ENV: c->library.clear_env = true; return 0;
	case OPT_ENV_OF: return set_number(o->name, value, LONG_MAX, &c->library.env_of_pid);
	case OPT_NO_BIND: c->library.no_bind = true; return 0;
	case OPT_NO_EXPLAIN: c->library.no_explain = true; return 0;
	case OPT_NO_LOOK: c->library.no_look = true; return 0;
	case OPT_CODE: c->library.code = true; return 0;
	case OPT_BINDINGS: c->library.bindings = true; return 0;
	case OPT_VERBOSE: c->library.probes = c->print.verbose = true; return 0;
	case OPT_PROVE: c->library.prove = true; return 0;
	case OPT_THREADS: return set_threads(c, value);
	case OPT_JSON: return set_format(c, "json");
	case OPT_FORMAT: return set_format(c, value);
	case OPT_OUTPUT: c->output = value; return 0;
	case OPT_COLOR: return set_color(c, value);
	case OPT_APPLY: return *value == '\0' ? 0 : set_number(o->name, value, 1000, &c->apply);
	case OPT_LIKE: c->like = value; return 0;
	case OPT_REDACT: c->print.redact = true; return 0;
	case OPT_FAIL_ON: return set_fail_on(c, value);
	default: return 0; /* only `seen` counts */
	}
}

/* ---- the command line --------------------------------------------------------------------- */

static const char *option_name(size_t i)
{
	return i < OPT_COUNT ? cli_options[i].name : NULL;
}

static const struct cli_option *find_long(const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < OPT_COUNT; i++)
		if (strlen(cli_options[i].name) == n && strncmp(cli_options[i].name, name, n) == 0)
			return &cli_options[i];
	return NULL;
}

static const struct cli_option *find_letter(char letter)
{
	size_t i;

	for (i = 0; i < OPT_COUNT; i++)
		if (cli_options[i].letter != '\0' && cli_options[i].letter == letter)
			return &cli_options[i];
	return NULL;
}

static int unknown_option(const char *word)
{
	const char *name = word + strspn(word, "-");
	size_t n = strcspn(name, "=");
	char *copy = strndup(name, n);
	const char *near = copy != NULL ? cli_nearest(copy, option_name) : NULL;

	free(copy);
	if (near != NULL)
		cli_complain("unknown option %s; did you mean --%s?", word, near);
	else
		cli_complain("unknown option %s; 'dlwhy --help' lists them all", word);
	return EXIT_USAGE;
}

/* "[N]": a number that may follow. */
static bool is_optional(const struct cli_option *o)
{
	return o->argument != NULL && o->argument[0] == '[';
}

static bool is_number(const char *word)
{
	return *word != '\0' && strspn(word, "0123456789") == strlen(word);
}

/* argv[*i] is "--name" or "--name=value"; *i moves on if the value is a word of its own. */
static int parse_long(struct cli *c, int argc, char **argv, int *i)
{
	const char *name = argv[*i] + 2, *equals = strchr(name, '=');
	size_t n = equals != NULL ? (size_t)(equals - name) : strlen(name);
	const struct cli_option *o = find_long(name, n);
	const char *value = equals != NULL ? equals + 1 : NULL;

	if (o == NULL)
		return unknown_option(argv[*i]);
	if (o->argument == NULL && value != NULL) {
		cli_complain("--%s takes no value", o->name);
		return EXIT_USAGE;
	}
	if (is_optional(o) && value == NULL)
		value = *i + 1 < argc && is_number(argv[*i + 1]) ? argv[++*i] : "";
	if (o->argument != NULL && value == NULL) {
		if (*i + 1 >= argc) {
			cli_complain("--%s needs a value: --%s %s", o->name, o->name, o->argument);
			return EXIT_USAGE;
		}
		value = argv[++*i];
	}
	return set_option(c, o, value);
}

static int parse_letters(struct cli *c, const char *word)
{
	const char *p;

	for (p = word + 1; *p != '\0'; p++) {
		const struct cli_option *o = find_letter(*p);

		if (o == NULL)
			return unknown_option(word);
		if (set_option(c, o, NULL) != 0)
			return EXIT_USAGE;
	}
	return 0;
}

/* The first word that is no option may name the verb. */
static int parse_word(struct cli *c, const char *word)
{
	const struct cli_verb *v = c->verb == 0 ? cli_verb_find(word) : NULL;

	if (v == NULL) {
		if (c->verb == 0)
			c->verb = VERB_CHECK;
		c->words[c->nwords++] = word;
		return 0;
	}
	if (v->mask == 0) {
		cli_complain("this version does not have '%s' (for a file of that name: "
			     "dlwhy check %s)", v->name, v->name);
		return EXIT_USAGE;
	}
	c->verb = v->mask;
	return 0;
}

static int parse_words(struct cli *c, int argc, char **argv)
{
	bool options = true;
	int i, status = 0;

	for (i = 1; i < argc && status == 0; i++) {
		const char *word = argv[i];

		/* What is behind a command is the command's. */
		if ((c->verb == VERB_RUN || c->verb == VERB_LINK) &&
		    (c->nwords > 0 || (!options && c->go_package != NULL)))
			c->words[c->nwords++] = word;
		else if (options && strcmp(word, "--") == 0) {
			options = false;
			if (c->verb == 0)
				c->verb = VERB_CHECK;
		} else if (options && word[0] == '-' && word[1] == '-') {
			status = parse_long(c, argc, argv, &i);
		} else if (options && word[0] == '-' && word[1] != '\0') {
			status = parse_letters(c, word);
		} else if (c->verb == VERB_LINK && c->go_package != NULL) {
			cli_complain("link --go takes one package; what go build gets stands behind --: "
				     "dlwhy link --go %s -- %s", c->go_package, word);
			status = EXIT_USAGE;
		} else {
			status = parse_word(c, word);
		}
	}
	return status;
}

/* A running process has its program, place and environment already, and nothing is run in it. */
static int check_pid(const struct cli *c)
{
	static const enum cli_option_id others[] = { OPT_PROGRAM, OPT_AFTER, OPT_PRELOAD, OPT_ROOT,
						     OPT_CPU, OPT_ENV, OPT_CLEAR_ENV,
						     OPT_ENV_OF, OPT_PROVE };

	if (c->seen[OPT_GLOBAL] && c->seen[OPT_LOCAL]) {
		cli_complain("--global and --local do not go together");
		return EXIT_USAGE;
	}
	for (size_t i = 0; c->seen[OPT_PID] && i < sizeof(others) / sizeof(others[0]); i++)
		if (c->seen[others[i]]) {
			cli_complain("--pid takes a process as it is: --%s does not go with it",
				     cli_options[others[i]].name);
			return EXIT_USAGE;
		}
	return 0;
}

/* An option may stand before the verb that it does not go with. */
static int check_options(const struct cli *c)
{
	size_t i;

	for (i = 0; i < OPT_COUNT; i++)
		if (c->seen[i] && (cli_options[i].verbs & c->verb) == 0) {
			cli_complain("--%s does not go with this verb", cli_options[i].name);
			return EXIT_USAGE;
		}
	if (c->library.no_bind && c->library.bindings) {
		cli_complain("--no-bind and --bindings do not go together");
		return EXIT_USAGE;
	}
	if (c->verb == VERB_CHECK && c->seen[OPT_PYTHON] && !c->seen[OPT_AFTER] && !c->seen[OPT_WINDOWS]) {
		cli_complain("--python goes with import, --after and --windows; a program that loads FILE is "
			     "named by --program");
		return EXIT_USAGE;
	}
	if (c->seen[OPT_AFTER] && (c->seen[OPT_PROGRAM] || c->seen[OPT_LOADER])) {
		cli_complain("--after means a Python process: --%s does not go with it",
			     c->seen[OPT_PROGRAM] ? "program" : "loader");
		return EXIT_USAGE;
	}
	if (c->verb == VERB_IMPORT && !c->seen[OPT_OS] &&
	    (c->seen[OPT_MACOS] || c->seen[OPT_ARCH] || c->seen[OPT_WINDOWS])) {
		cli_complain("with import, --%s goes with --os %s",
			     c->seen[OPT_WINDOWS] ? "windows" : c->seen[OPT_MACOS] ? "macos" : "arch",
			     c->seen[OPT_WINDOWS] ? "windows" : "macos");
		return EXIT_USAGE;
	}
	if (c->library.no_explain && c->library.code) {
		cli_complain("--no-explain and --code do not go together");
		return EXIT_USAGE;
	}
	return check_pid(c);
}

/* Who reads data gets all of it; a person asks with -v. (Of a run that means more findings.) */
static void ask_for_data(struct cli *c)
{
	if (c->print.format != DLWHY_JSON && c->print.format != DLWHY_JSONL)
		return;
	c->library.packages = true;
	if (c->verb != VERB_RUN)
		c->library.probes = true;
}

int cli_parse(struct cli *c, int argc, char **argv)
{
	size_t n = argc > 0 ? (size_t)argc : 0;
	int status;

	memset(c, 0, sizeof(*c));
	c->argv = (const char *const *)argv;
	dlwhy_options_init(&c->library);
	dlwhy_print_init(&c->print);
	c->words = calloc(n + 1, sizeof(*c->words));
	c->env = calloc(n + 1, sizeof(*c->env));
	c->preload = calloc(n + 1, sizeof(*c->preload));
	c->wheels = calloc(n + 1, sizeof(*c->wheels));
	c->with = calloc(n + 1, sizeof(*c->with));
	if (c->words == NULL || c->env == NULL || c->preload == NULL || c->wheels == NULL ||
	    c->with == NULL) {
		cli_complain("no memory");
		return EXIT_UNANSWERED;
	}
	status = parse_words(c, argc, argv);
	if (c->verb == 0)
		c->verb = VERB_CHECK;
	if (status == 0)
		status = check_options(c);
	ask_for_data(c);
	if (c->nenv > 0)
		c->library.env = c->env;
	if (c->npreload > 0)
		c->library.preload = c->preload;
	if (c->nwith > 0)
		c->library.with = c->with;
	c->print.ntargets = c->nwords;
	return status;
}

void cli_free(struct cli *c)
{
	free(c->words);
	free(c->env);
	free(c->preload);
	free(c->wheels);
	free(c->with);
}
