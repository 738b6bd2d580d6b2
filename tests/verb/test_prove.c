/* test_prove.c - the real loader is asked about small libraries and programs built here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "verb/prove.h"

#define PYTHON "/usr/bin/python3"
#define PERL "/usr/bin/perl"

static char dir[] = "/tmp/dlwhy-prove-XXXXXX";

/* ---- building -------------------------------------------------------------------------------- */

static const char *at(const char *name)
{
	static char paths[8][256];
	static unsigned next;
	char *p = paths[next++ % 8];

	snprintf(p, sizeof(paths[0]), "%s/%s", dir, name);
	return p;
}

/* Runs a shell command in the temporary folder. */
static void sh(const char *command)
{
	char line[2048];
	int n = snprintf(line, sizeof(line), "cd %s && %s", dir, command);

	assert_in_range(n, 1, (int)sizeof(line) - 1);
	if (system(line) != 0)
		fail_msg("this failed: %s", line);
}

/* gcc with `flags`, from `source` to `out`. */
static void build(const char *out, const char *source, const char *flags)
{
	char line[1024];
	FILE *f = fopen(at("source.c"), "w");

	assert_non_null(f);
	fputs(source, f);
	fclose(f);
	snprintf(line, sizeof(line), "gcc -w -g0 -O1 -o %s source.c %s", out, flags);
	sh(line);
}

static void build_library(const char *out, const char *source, const char *flags)
{
	char all[512];

	snprintf(all, sizeof(all), "-shared -fPIC %s", flags);
	build(out, source, all);
}

static bool exists(const char *name)
{
	return access(at(name), F_OK) == 0;
}

static int make_folder(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	build_library("libgood.so", "int good(void) { return 1; }", "");
	build_library("libneeds.so", "int good(void); int n(void) { return good(); }",
		      "-L. -lgood");
	build_library("libdata.so", "extern int nowhere; int *f(void) { return &nowhere; }", "");
	return 0;
}

static int remove_folder(void **state)
{
	char line[128];

	(void)state;
	snprintf(line, sizeof(line), "rm -rf %s", dir);
	return system(line);
}

/* ---- asking ---------------------------------------------------------------------------------- */

struct ask {
	const char *target, *host, *family;
	struct dlwhy_options opt;
	const char *env[4];
	/* puts another verdict in the place of the simulation's */
	void (*twist)(struct dlwhy_result *r);
	/* the answer */
	struct arena *a;
	struct dlwhy_result r;
	struct dlwhy_proof proof;
	struct dlwhy_session *s;
};

static void prove_in_arena(void *ctx)
{
	struct ask *q = ctx;

	prove(q->s, &q->r, q->target, q->host, q->family, q->r.is_program, q->a);
	q->proof = *q->r.proof;
	q->r.proof = &q->proof;
	/* what comes from dlwhy_check ends with the callback */
	if (q->proof.real != NULL)
		q->proof.real = arena_strdup(q->a, q->proof.real);
	if (q->r.loader_message != NULL)
		q->r.loader_message = arena_strdup(q->a, q->r.loader_message);
}

static int on_result(const struct dlwhy_result *r, size_t index, void *user)
{
	struct ask *q = user;

	(void)index;
	q->r = *r;
	if (q->twist != NULL)
		q->twist(&q->r);
	assert_int_equal(arena_run(q->a, prove_in_arena, q), ARENA_OK);
	return 0;
}

static void ask_start(struct ask *q, const char *target)
{
	memset(q, 0, sizeof(*q));
	dlwhy_options_init(&q->opt);
	q->opt.clear_env = true;
	q->opt.program = "none";
	q->env[0] = "PATH=/usr/bin:/bin";
	q->target = target;
}

static const struct dlwhy_proof *ask_end(struct ask *q)
{
	struct dlwhy_error err;

	q->opt.env = q->env;
	if (q->host != NULL)
		q->opt.program = q->host;
	q->a = arena_new(0);
	assert_non_null(q->a);
	q->s = dlwhy_session_new(&q->opt, &err);
	assert_non_null(q->s);
	assert_int_equal(dlwhy_check(q->s, &q->target, 1, on_result, q, &err), DLWHY_OK);
	assert_non_null(q->r.proof);
	return q->r.proof;
}

static void ask_free(struct ask *q)
{
	dlwhy_session_free(q->s);
	arena_free(q->a);
}

static const struct dlwhy_proof *ask_about(struct ask *q, const char *name)
{
	ask_start(q, at(name));
	return ask_end(q);
}

static void agrees(struct ask *q, enum dlwhy_answer loads)
{
	const struct dlwhy_proof *p = q->r.proof;

	if (!p->done || !p->agrees)
		fail_msg("done %d, agrees %d, real %s, says %s", p->done, p->agrees,
			 p->real != NULL ? p->real : "-", p->says != NULL ? p->says : "-");
	assert_int_equal(q->r.loads, loads);
	if (loads == DLWHY_YES)
		assert_null(p->real);
	else if (q->r.loader_message != NULL && q->r.nloader_lines == 0)
		assert_string_equal(p->real, q->r.loader_message);
	ask_free(q);
}

/* It was not tried, and `why` is part of the reason. */
static void not_tried(struct ask *q, const char *why)
{
	const struct dlwhy_proof *p = q->r.proof;

	assert_false(p->done);
	assert_null(p->real);
	assert_non_null(p->says);
	if (strstr(p->says, why) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", p->says, why);
	ask_free(q);
}

/* ---- libraries in the bare program ----------------------------------------------------------- */

static void library_that_loads_is_proved(void **state)
{
	struct ask q;

	(void)state;
	ask_about(&q, "libgood.so");
	agrees(&q, DLWHY_YES);
}

static void missing_dependency_is_proved_to_the_letter(void **state)
{
	struct ask q;

	(void)state;
	ask_about(&q, "libneeds.so");
	assert_string_equal(q.r.proof->real, "libgood.so: cannot open shared object file: "
					     "No such file or directory");
	agrees(&q, DLWHY_NO);
}

static void undefined_symbol_is_proved_to_the_letter(void **state)
{
	struct ask q;

	(void)state;
	ask_about(&q, "libdata.so");
	assert_non_null(strstr(q.r.proof->real, "libdata.so: undefined symbol: nowhere"));
	agrees(&q, DLWHY_NO);
}

static void missing_file_and_other_machine_are_proved(void **state)
{
	struct ask q;

	(void)state;
	ask_about(&q, "libabsent.so");
	agrees(&q, DLWHY_NO);
	sh("cp libgood.so libother.so && printf '\\267' | dd of=libother.so bs=1 seek=18 "
	   "conv=notrunc status=none");
	ask_about(&q, "libother.so");
	agrees(&q, DLWHY_NO);
}

static void environment_under_study_reaches_the_child(void **state)
{
	char set[256];
	struct ask q;

	(void)state;
	snprintf(set, sizeof(set), "LD_LIBRARY_PATH=%s", dir);
	ask_start(&q, at("libneeds.so"));
	q.env[1] = set;
	ask_end(&q);
	agrees(&q, DLWHY_YES);
}

static void debugging_variables_do_not_reach_the_child(void **state)
{
	struct ask q;

	(void)state;
	ask_start(&q, at("libgood.so"));
	q.env[1] = "LD_TRACE_LOADED_OBJECTS=1";
	q.env[2] = "LD_DEBUG=all";
	ask_end(&q);
	agrees(&q, DLWHY_YES);
}

static void truncated_library_kills_both(void **state)
{
	struct ask q;

	(void)state;
	build_library("libcut.so", "char big[100000] = {1}; char *p[] = {big, big}; int x;", "");
	sh("truncate -s 9000 libcut.so");
	ask_about(&q, "libcut.so");
	assert_null(q.r.loader_message);
	assert_non_null(strstr(q.r.proof->real, "SIGBUS"));
	agrees(&q, DLWHY_NO);
}

static void assertion_of_the_loader_kills_both(void **state)
{
	struct ask q;

	(void)state;
	if (system("command -v patchelf >/dev/null") != 0)
		skip();
	sh("echo 'V1 { global: a; };' >a.map");
	build_library("liba1.so", "int a(void) { return 1; }",
		      "-Wl,--version-script=a.map -Wl,-soname,liba1.so");
	build_library("libassert.so", "int a(void); int b(void) { return a(); }", "liba1.so");
	sh("patchelf --remove-needed liba1.so libassert.so");
	ask_about(&q, "libassert.so");
	assert_non_null(strstr(q.r.proof->real, "Inconsistency detected by ld.so: "));
	agrees(&q, DLWHY_NO);
}

static void text_of_a_constructor_is_no_answer(void **state)
{
	struct ask q;

	(void)state;
	build_library("libtalks.so", "#include <unistd.h>\n__attribute__((constructor)) void c(void)"
		      "{ write(1, \"no\\nlies\", 7); write(2, \"no\\nlies\", 7); }", "");
	ask_about(&q, "libtalks.so");
	agrees(&q, DLWHY_YES);
}

static void death_in_a_constructor_is_no_disagreement(void **state)
{
	struct ask q;

	(void)state;
	build_library("libcrash.so", "__attribute__((constructor)) void c(void)"
		      "{ *(volatile int *)0 = 1; }", "");
	ask_about(&q, "libcrash.so");
	assert_non_null(strstr(q.r.proof->says, "constructor"));
	assert_non_null(strstr(q.r.proof->says, "libcrash.so"));
	assert_non_null(strstr(q.r.proof->says, "SIGSEGV"));
	agrees(&q, DLWHY_YES);
	build_library("libleaves.so", "#include <unistd.h>\n__attribute__((constructor)) "
		      "void c(void) { _exit(5); }", "");
	ask_about(&q, "libleaves.so");
	assert_non_null(strstr(q.r.proof->says, "status 5"));
	agrees(&q, DLWHY_YES);
}

/* The first finding, and a verdict that is not proved any more. */
static void ended_by(const struct ask *q, const char *detail, const char *object, const char *how)
{
	const struct dlwhy_finding *f = q->r.nfindings > 0 ? q->r.findings[0] : NULL;

	assert_non_null(f);
	assert_string_equal(f->code, "init-failed");
	assert_string_equal(f->detail, detail);
	assert_int_equal(f->severity, DLWHY_ERROR);
	assert_non_null(strstr(f->object, object));
	assert_non_null(strstr(f->summary, how));
	assert_string_equal(q->r.proof->died, how);
	assert_int_not_equal(q->r.certainty, DLWHY_PROVED);
	assert_non_null(q->r.assumes);
}

static void what_ends_the_process_is_the_answer(void **state)
{
	struct ask q;

	(void)state;
	build_library("libtrap.so", "__attribute__((constructor)) void c(void) { __builtin_trap(); }", "");
	ask_about(&q, "libtrap.so");
	ended_by(&q, "constructor", "libtrap.so", "killed by SIGILL");
	agrees(&q, DLWHY_YES);
	build_library("libgives.so", "#include <stdio.h>\n#include <stdlib.h>\n__attribute__((constructor)) "
		      "void c(void) { fputs(\"no license\\n\", stderr); exit(3); } "
		      "int gives(void) { return 1; }",
		      "-Wl,-soname,libgives.so");
	build_library("libneeds_it.so", "int gives(void); int n(void) { return gives(); }",
		      "libgives.so -Wl,-rpath,'$ORIGIN'");
	ask_about(&q, "libneeds_it.so");
	ended_by(&q, "exit", "libgives.so", "it exited with status 3");
	assert_int_equal(q.r.findings[0]->nevidence, 1);
	assert_string_equal(q.r.findings[0]->evidence[0]->value, "no license");
	agrees(&q, DLWHY_YES);
}

static void death_in_a_resolver_is_no_disagreement(void **state)
{
	struct ask q;

	(void)state;
	build_library("libresolver.so", "#include <stdlib.h>\nstatic void *r(void) { __builtin_trap(); }"
		      "int f(void) __attribute__((ifunc(\"r\"))); int (*p)(void) = f;", "");
	ask_about(&q, "libresolver.so");
	ended_by(&q, "resolver", "libresolver.so", "killed by SIGILL");
	agrees(&q, DLWHY_YES);
}

/* ---- disagreement ---------------------------------------------------------------------------- */

static void says_it_loads(struct dlwhy_result *r)
{
	r->loads = DLWHY_YES;
	r->loader_message = NULL;
	r->nloader_lines = 0;
}

static void says_it_does_not(struct dlwhy_result *r)
{
	r->loads = DLWHY_NO;
	r->loader_message = "/home/somebody/x.so: undefined symbol: twisted";
}

static void says_it_dies(struct dlwhy_result *r)
{
	r->loads = DLWHY_NO;
	r->loader_message = NULL;
}

static const struct dlwhy_proof *ask_twisted(struct ask *q, const char *name,
					     void (*twist)(struct dlwhy_result *))
{
	ask_start(q, at(name));
	q->twist = twist;
	return ask_end(q);
}

static void wrong_verdicts_are_reported_without_folders(void **state)
{
	const struct dlwhy_proof *p;
	struct ask q;

	(void)state;
	p = ask_twisted(&q, "libdata.so", says_it_loads);
	assert_true(p->done);
	assert_false(p->agrees);
	assert_non_null(strstr(p->real, "undefined symbol: nowhere"));
	assert_non_null(strstr(p->says, "libdata.so, build-id "));
	assert_non_null(strstr(p->says, "dlwhy: [it loads] real loader: [libdata.so: undefined "
					"symbol: nowhere]"));
	assert_non_null(strstr(p->says, dlwhy_version()));
	assert_non_null(strstr(p->says, q.r.platform.loader_version));
	assert_null(strstr(p->says, dir));
	assert_int_equal(q.r.certainty, DLWHY_LIKELY);
	for (size_t i = 0; i < q.r.nfindings; i++)
		assert_int_equal(q.r.findings[i]->certainty, DLWHY_LIKELY);
	ask_free(&q);

	p = ask_twisted(&q, "libgood.so", says_it_does_not);
	assert_true(p->done);
	assert_false(p->agrees);
	assert_null(p->real);
	assert_non_null(strstr(p->says, "[x.so: undefined symbol: twisted]"));
	assert_non_null(strstr(p->says, "real loader: [it loads]"));
	assert_null(strstr(p->says, "somebody"));
	ask_free(&q);
}

static void another_text_or_a_death_is_a_disagreement(void **state)
{
	static void (*const twists[])(struct dlwhy_result *) = { says_it_does_not, says_it_dies };
	const struct dlwhy_proof *p;
	struct ask q;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		p = ask_twisted(&q, "libdata.so", twists[i]);
		assert_true(p->done);
		assert_false(p->agrees);
		assert_non_null(strstr(p->real, "nowhere"));
		ask_free(&q);
	}
	build_library("libcrash2.so", "__attribute__((constructor)) void c(void)"
		      "{ *(volatile int *)0 = 1; }", "");
	p = ask_twisted(&q, "libcrash2.so", says_it_does_not);
	assert_true(p->done);
	assert_false(p->agrees);
	assert_non_null(strstr(p->real, "SIGSEGV"));
	ask_free(&q);
}

static void death_in_the_loader_is_a_disagreement(void **state)
{
	const struct dlwhy_proof *p;
	struct ask q;

	(void)state;
	build_library("libcut2.so", "char big[100000] = {1}; char *p[] = {big, big}; int x;", "");
	sh("truncate -s 9000 libcut2.so");
	p = ask_twisted(&q, "libcut2.so", says_it_loads);
	assert_true(p->done);
	assert_false(p->agrees);
	assert_non_null(strstr(p->real, "SIGBUS"));
	ask_free(&q);
}

/* ---- libraries in their hosts ---------------------------------------------------------------- */

static void ask_host(struct ask *q, const char *name, const char *host, const char *family)
{
	ask_start(q, name);
	q->host = host;
	q->family = family;
	ask_end(q);
}

static void python_opens_extension_modules(void **state)
{
	struct ask q;

	(void)state;
	build_library("ext.so", "int PyList_New(long); int PyInit_ext(void)"
		      "{ return PyList_New(0) ? 0 : *(volatile int *)0; }", "");
	ask_host(&q, at("ext.so"), PYTHON, "Python");
	agrees(&q, DLWHY_YES);
	build_library("bad.so", "int PyList_New(long); extern int PyNot_There; int PyInit_bad(void)"
		      "{ return PyList_New(0) + PyNot_There; }", "");
	ask_host(&q, at("bad.so"), PYTHON, NULL);
	assert_non_null(strstr(q.r.proof->real, "bad.so: undefined symbol: PyNot_There"));
	agrees(&q, DLWHY_NO);
	ask_host(&q, "libno-such-library.so.7", PYTHON, NULL);
	agrees(&q, DLWHY_NO);
}

static void python_dies_in_a_constructor(void **state)
{
	struct ask q;

	(void)state;
	build_library("extcrash.so", "int PyInit_extcrash(void) { return 0; }"
		      "__attribute__((constructor)) void c(void) { *(volatile int *)0 = 1; }", "");
	ask_host(&q, at("extcrash.so"), PYTHON, "Python");
	assert_non_null(strstr(q.r.proof->says, "extcrash.so"));
	agrees(&q, DLWHY_YES);
}

static void perl_opens_its_modules(void **state)
{
	struct ask q;

	(void)state;
	build_library("Ext.so", "void Perl_croak(void); void boot_Ext(void) { Perl_croak(); }", "");
	ask_host(&q, at("Ext.so"), PERL, "Perl");
	agrees(&q, DLWHY_YES);
	/* a function: only PERL_DL_NONLAZY makes perl look for it at once */
	build_library("Bad.so", "void Perl_not_there(void);"
		      "void boot_Bad(void) { Perl_not_there(); }", "");
	ask_host(&q, at("Bad.so"), PERL, "Perl");
	assert_non_null(strstr(q.r.proof->real, "Bad.so: undefined symbol: Perl_not_there"));
	agrees(&q, DLWHY_NO);
}

static void other_hosts_are_not_tried(void **state)
{
	struct ask q;

	(void)state;
	ask_host(&q, at("libgood.so"), "/bin/cat", NULL);
	not_tried(&q, "/bin/cat");
	ask_start(&q, at("libgood.so"));
	q.family = "Ruby"; /* and no Ruby here */
	ask_end(&q);
	not_tried(&q, "Ruby");
}

/* ---- programs -------------------------------------------------------------------------------- */

static const char main_leaves_a_file[] =
	"#include <fcntl.h>\n#include <unistd.h>\n"
	"__attribute__((constructor)) void c(void) { close(creat(MARK, 0600)); }"
	"int main(void) { close(creat(MARK, 0600)); return 0; }";

static void build_program(const char *out, const char *source, const char *flags)
{
	char all[512];

	snprintf(all, sizeof(all), "-DMARK='\"%s/mark\"' %s", dir, flags);
	build(out, source, all);
}

static void program_is_proved_but_never_run(void **state)
{
	struct ask q;

	(void)state;
	build_program("prog", main_leaves_a_file, "");
	ask_about(&q, "prog");
	assert_true(q.r.is_program);
	agrees(&q, DLWHY_YES);
	assert_false(exists("mark"));
}

static void library_of_a_program_that_ends_it_is_the_answer(void **state)
{
	struct ask q;

	(void)state;
	build_library("libquits.so", "#include <unistd.h>\n__attribute__((constructor)) "
		      "void c(void) { _exit(7); } int quits(void) { return 1; }", "-Wl,-soname,libquits.so");
	build_program("prog_quits", "int quits(void); int main(void) { return quits(); }",
		      "libquits.so -Wl,-rpath,'$ORIGIN'");
	ask_about(&q, "prog_quits");
	ended_by(&q, "exit", "libquits.so", "it exited with status 7");
	assert_int_equal(q.r.findings[0]->certainty, DLWHY_PREDICTED);
	agrees(&q, DLWHY_YES);
}

static void program_without_its_library_is_proved(void **state)
{
	struct ask q;

	(void)state;
	build_program("prog_needs", "int good(void); int main(void) { return good(); }",
		      "-L. -lgood");
	ask_about(&q, "prog_needs");
	agrees(&q, DLWHY_NO);
	ask_twisted(&q, "prog_needs", says_it_loads);
	assert_true(q.r.proof->done);
	assert_false(q.r.proof->agrees);
	assert_string_equal(q.r.proof->real, "libgood.so => not found");
	ask_free(&q);
}

static void program_that_lacks_data_is_proved_and_lazy_functions_are_fine(void **state)
{
	struct ask q;

	(void)state;
	build_library("libv.so", "int d = 1; int f(void) { return 1; }", "-Wl,-soname,libv.so");
	build_program("prog_data", "extern int d; int main(void) { return *(int *volatile)&d; }",
		      "-fPIE -mno-direct-extern-access libv.so -Wl,-rpath,'$ORIGIN'");
	build_program("prog_lazy", "int f(void); int main(void) { return f(); }",
		      "libv.so -Wl,-z,lazy -Wl,-rpath,'$ORIGIN'");
	build_library("libv.so", "int other = 1;", "-Wl,-soname,libv.so");
	ask_about(&q, "prog_data");
	assert_non_null(strstr(q.r.proof->real, "undefined symbol: d"));
	agrees(&q, DLWHY_NO);
	ask_about(&q, "prog_lazy");
	agrees(&q, DLWHY_YES);
	ask_start(&q, at("prog_lazy"));
	q.env[1] = "LD_BIND_NOW=1";
	ask_end(&q);
	assert_non_null(strstr(q.r.proof->real, "undefined symbol: f"));
	agrees(&q, DLWHY_NO);
}

static void program_that_lacks_a_version_is_proved(void **state)
{
	struct ask q;

	(void)state;
	sh("echo 'V1 { global: f; }; V2 { global: g; };' >v.map; echo 'V1 { global: f; };' >v1.map");
	build_library("libver.so", "int f(void) { return 1; } int g(void) { return 2; }",
		      "-Wl,--version-script=v.map -Wl,-soname,libver.so");
	build_program("prog_ver", "int g(void); int main(void) { return g(); }",
		      "libver.so -Wl,-rpath,'$ORIGIN'");
	build_library("libver.so", "int f(void) { return 1; } int g(void) { return 2; }",
		      "-Wl,--version-script=v1.map -Wl,-soname,libver.so");
	ask_about(&q, "prog_ver");
	assert_non_null(strstr(q.r.proof->real, "version `V2' not found (required by"));
	agrees(&q, DLWHY_NO);
}

static void program_with_a_damaged_library_is_proved(void **state)
{
	struct ask q;

	(void)state;
	build_library("libdamaged.so", "int k(void) { return 1; }", "-Wl,-soname,libdamaged.so");
	build_program("prog_damaged", "int k(void); int main(void) { return k(); }",
		      "libdamaged.so -Wl,-rpath,'$ORIGIN'");
	sh("yes | head -c 4000 >libdamaged.so");
	ask_about(&q, "prog_damaged");
	assert_non_null(strstr(q.r.proof->real, "invalid ELF header"));
	agrees(&q, DLWHY_NO);
}

static void program_without_its_loader_is_refused_by_the_kernel(void **state)
{
	struct ask q;

	(void)state;
	build_program("prog_interp", main_leaves_a_file, "-Wl,--dynamic-linker=/no/such/ld.so");
	ask_about(&q, "prog_interp");
	agrees(&q, DLWHY_NO);
	assert_false(exists("mark"));
}

static void programs_that_would_have_to_run_are_not_tried(void **state)
{
	struct ask q;

	(void)state;
	build_program("prog_static", main_leaves_a_file, "-static");
	ask_about(&q, "prog_static");
	not_tried(&q, "have to be run");
	build_program("prog_noexec", main_leaves_a_file, "-static");
	sh("chmod a-x prog_noexec && cp prog_noexec prog_junk && "
	   "printf x | dd of=prog_junk bs=1 conv=notrunc status=none && chmod a+x prog_junk");
	ask_about(&q, "prog_noexec");
	not_tried(&q, "have to be run");
	assert_false(exists("mark"));
}

static void set_id_programs_are_not_tried(void **state)
{
	struct ask q;

	(void)state;
	build_program("prog_setid", main_leaves_a_file, "");
	sh("chmod u+s prog_setid");
	ask_about(&q, "prog_setid");
	not_tried(&q, "rights of its own");
	sh("chmod u-s,g+s prog_setid");
	ask_about(&q, "prog_setid");
	not_tried(&q, "rights of its own");
	assert_false(exists("mark"));
}

/* ---- options --------------------------------------------------------------------------------- */

static void questions_about_something_else_are_not_tried(void **state)
{
	struct ask q;

	(void)state;
	ask_start(&q, at("libgood.so"));
	q.opt.cpu = "x86-64-v2";
	ask_end(&q);
	not_tried(&q, "another processor");
	ask_start(&q, at("libgood.so"));
	q.opt.no_bind = true;
	ask_end(&q);
	not_tried(&q, "leaves out binding");
}

/* A root with a loader and libc of its own. */
static void make_root(void)
{
	sh("mkdir -p root/lib64 root/lib/x86_64-linux-gnu root/own && "
	   "cp -L /lib64/ld-linux-x86-64.so.2 root/lib64/ && "
	   "cp -L /lib/x86_64-linux-gnu/libc.so.6 root/lib/x86_64-linux-gnu/ && "
	   "cp libgood.so libneeds.so root/own/");
	build_program("root/own/prog", main_leaves_a_file, "");
}

static void ask_in_root(struct ask *q, const char *target)
{
	ask_start(q, target);
	q->opt.root = at("root");
	ask_end(q);
}

static void another_root_is_entered_by_root_alone(void **state)
{
	struct ask q;

	(void)state;
	if (access("/lib64/ld-linux-x86-64.so.2", F_OK) != 0 ||
	    access("/lib/x86_64-linux-gnu/libc.so.6", F_OK) != 0)
		skip();
	make_root();
	ask_in_root(&q, "/own/libgood.so");
	if (geteuid() != 0) {
		not_tried(&q, "only root");
		return;
	}
	agrees(&q, DLWHY_YES);
	ask_in_root(&q, "/own/libneeds.so");
	agrees(&q, DLWHY_NO);
	ask_in_root(&q, "/own/prog");
	assert_true(q.r.is_program);
	agrees(&q, DLWHY_YES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(library_that_loads_is_proved),
		cmocka_unit_test(missing_dependency_is_proved_to_the_letter),
		cmocka_unit_test(undefined_symbol_is_proved_to_the_letter),
		cmocka_unit_test(missing_file_and_other_machine_are_proved),
		cmocka_unit_test(environment_under_study_reaches_the_child),
		cmocka_unit_test(debugging_variables_do_not_reach_the_child),
		cmocka_unit_test(truncated_library_kills_both),
		cmocka_unit_test(assertion_of_the_loader_kills_both),
		cmocka_unit_test(text_of_a_constructor_is_no_answer),
		cmocka_unit_test(death_in_a_constructor_is_no_disagreement),
		cmocka_unit_test(what_ends_the_process_is_the_answer),
		cmocka_unit_test(death_in_a_resolver_is_no_disagreement),
		cmocka_unit_test(wrong_verdicts_are_reported_without_folders),
		cmocka_unit_test(another_text_or_a_death_is_a_disagreement),
		cmocka_unit_test(death_in_the_loader_is_a_disagreement),
		cmocka_unit_test(python_opens_extension_modules),
		cmocka_unit_test(python_dies_in_a_constructor),
		cmocka_unit_test(perl_opens_its_modules),
		cmocka_unit_test(other_hosts_are_not_tried),
		cmocka_unit_test(program_is_proved_but_never_run),
		cmocka_unit_test(library_of_a_program_that_ends_it_is_the_answer),
		cmocka_unit_test(program_without_its_library_is_proved),
		cmocka_unit_test(program_that_lacks_data_is_proved_and_lazy_functions_are_fine),
		cmocka_unit_test(program_that_lacks_a_version_is_proved),
		cmocka_unit_test(program_with_a_damaged_library_is_proved),
		cmocka_unit_test(program_without_its_loader_is_refused_by_the_kernel),
		cmocka_unit_test(programs_that_would_have_to_run_are_not_tried),
		cmocka_unit_test(set_id_programs_are_not_tried),
		cmocka_unit_test(questions_about_something_else_are_not_tried),
		cmocka_unit_test(another_root_is_entered_by_root_alone),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
