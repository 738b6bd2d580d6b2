/* samples.c - results made by hand, and printing into memory. */
#include "samples.h"

#include <stdbool.h>
#include <stdio.h>

#include "report/escape.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- printing ----------------------------------------------------------------------------- */

struct memory {
	char *p;
	size_t n;
};

static int to_memory(const char *bytes, size_t n, void *user)
{
	struct memory *m = user;
	char *p = realloc(m->p, m->n + n + 1);

	assert_non_null(p);
	memcpy(p + m->n, bytes, n);
	m->p = p;
	m->n += n;
	m->p[m->n] = '\0';
	return 0;
}

char *print_to_memory(const struct dlwhy_print *p, const struct dlwhy_result *r, size_t index)
{
	struct memory m = { calloc(1, 1), 0 };

	assert_non_null(m.p);
	assert_int_equal(dlwhy_print_result(p, r, index, to_memory, &m), 0);
	assert_int_equal(strlen(m.p), m.n);
	return m.p;
}

char *print_simply(enum dlwhy_format format, const struct dlwhy_result *r)
{
	struct dlwhy_print p;

	dlwhy_print_init(&p);
	p.format = format;
	p.width = 80;
	return print_to_memory(&p, r, 0);
}

size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

size_t longest_line(const char *text)
{
	char *copy = strdup(text), *save = NULL, *line;
	size_t most = 0;

	assert_non_null(copy);
	for (line = strtok_r(copy, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		size_t cols = escape_columns(line);

		most = cols > most ? cols : most;
	}
	free(copy);
	return most;
}

/* ---- a missing library -------------------------------------------------------------------- */

#define CACHE "/etc/ld.so.cache"
#define LIB "/lib/x86_64-linux-gnu"
#define IO "/opt/tfio/libtfio.so"

static const struct dlwhy_probe probes[] = {
	{ "runpath", "/opt/tfio/../_solib/glibc-hwcaps/x86-64-v3", "no-directory",
	  "$ORIGIN/../_solib", 1 },
	{ "runpath", "/opt/tfio/../_solib", "no-directory", "$ORIGIN/../_solib", 1 },
	{ "ld-so-cache", CACHE, "not-listed", NULL, -1 },
	{ "default-dir", LIB "/glibc-hwcaps/x86-64-v2/libtf.so.2", "absent", NULL, -1 },
	{ "default-dir", LIB "/libtf.so.2", "absent", NULL, -1 },
	{ "default-dir", "/usr" LIB "/libtf.so.2", "absent", NULL, -1 },
	{ "default-dir", "/lib/libtf.so.2", "wrong-class", NULL, -1 },
	{ "default-dir", "/usr/lib/libtf.so.2", "absent", NULL, -1 },
};
static const struct dlwhy_probe *const probe_list[] = { &probes[0], &probes[1], &probes[2],
							&probes[3], &probes[4], &probes[5],
							&probes[6], &probes[7] };
static const struct dlwhy_need io_needs[] = {
	{ "libtf.so.2", -1, "start", NULL, -1, probe_list, COUNT(probe_list) },
	{ "libm.so.6", 2, "start", "ld-so-cache", -1, NULL, 0 },
	{ "libc.so.6", 3, "start", "already-loaded", -1, NULL, 0 },
};
static const struct dlwhy_need *const io_need_list[] = { &io_needs[0], &io_needs[1], &io_needs[2] };
static const struct dlwhy_need m_needs[] = {
	{ "libc.so.6", 3, "start", "already-loaded", -1, NULL, 0 },
};
static const struct dlwhy_need *const m_need_list[] = { &m_needs[0] };
static const struct dlwhy_object objects[] = {
	{ .id = 0, .by_host = true },
	{ .id = 1, .path = IO, .needs = io_need_list, .nneeds = 3, .package_kind = "pip",
	  .package_name = "tfio", .package_version = "0.30" },
	{ .id = 2, .path = LIB "/libm.so.6", .soname = "libm.so.6", .needs = m_need_list,
	  .nneeds = 1 },
	{ .id = 3, .path = LIB "/libc.so.6", .soname = "libc.so.6", .by_host = true },
};
static const struct dlwhy_object *const object_list[] = { &objects[0], &objects[1], &objects[2],
							  &objects[3] };
static const char *const chain[] = { IO };
static const struct dlwhy_evidence missing_evidence = {
	"probe", 1, "/opt/tfio/../_solib/libtf.so.2", -1, -1, -1, NULL, "no-directory", NULL
};
static const struct dlwhy_evidence *const missing_evidence_list[] = { &missing_evidence };
static const char *const commands[] = { "pip install tensorflow==2.11" };
static const struct dlwhy_fix fix = { 1, "install", "low",
				      "install the tensorflow that this was built for:", commands,
				      1, NULL, 0, NULL, 0 };
static const struct dlwhy_fix *const fix_list[] = { &fix };
static const struct dlwhy_also also = { "search-path", NULL, NULL };
static const struct dlwhy_also *const also_list[] = { &also };
static const struct dlwhy_finding missing = {
	.code = "missing-library",
	.severity = DLWHY_ERROR,
	.certainty = DLWHY_PROVED,
	.fingerprint = "1f2e",
	.object = "libtf.so.2",
	.needed_by = IO,
	.chain = chain,
	.nchain = 1,
	.summary = "libtf.so.2 is needed and is nowhere that the loader looks.",
	.evidence = missing_evidence_list,
	.nevidence = 1,
	.fixes = fix_list,
	.nfixes = 1,
	.also = also_list,
	.nalso = 1,
};
static const struct dlwhy_finding *const missing_list[] = { &missing };
static const struct dlwhy_result missing_result = {
	.verb = "check",
	.target = "libtfio.so",
	.platform = { "linux", "glibc", "2.36", "x86_64" },
	.loads = DLWHY_NO,
	.certainty = DLWHY_PROVED,
	.loader_message = "libtf.so.2: cannot open shared object file: No such file or directory",
	.findings = missing_list,
	.nfindings = 1,
	.objects = object_list,
	.nobjects = COUNT(object_list),
	.host = "a bare program",
	.target_object = 1,
};

const struct dlwhy_result *sample_missing(void)
{
	return &missing_result;
}

/* ---- nothing wrong; nothing known ---------------------------------------------------------- */

static const struct dlwhy_need found_needs[] = {
	{ "libm.so.6", 2, "start", "ld-so-cache", -1, NULL, 0 },
};
static const struct dlwhy_need *const found_need_list[] = { &found_needs[0] };
static const struct dlwhy_object found_target = { .id = 1, .path = "./libok.so",
						  .needs = found_need_list, .nneeds = 1 };
static const struct dlwhy_object *const found_objects[] = { &objects[0], &found_target,
							    &objects[2], &objects[3] };
static const struct dlwhy_result healthy_result = {
	.verb = "check",
	.target = "libok.so",
	.platform = { "linux", "glibc", "2.36", "x86_64" },
	.loads = DLWHY_YES,
	.certainty = DLWHY_PREDICTED,
	.objects = found_objects,
	.nobjects = COUNT(found_objects),
	.host = "/usr/bin/python3",
	.target_object = 1,
	.assumes = "the processor is an x86-64-v2",
};

const struct dlwhy_result *sample_healthy(void)
{
	return &healthy_result;
}

static const struct dlwhy_error error = { DLWHY_E_IO, 5, UINT64_MAX,
					  "libbad.so: Input/output error" };
static const struct dlwhy_result error_result = {
	.verb = "check",
	.target = "libbad.so",
	.platform = { "linux", "glibc", NULL, NULL },
	.loads = DLWHY_UNKNOWN,
	.certainty = DLWHY_PROVED,
	.error = &error,
	.target_object = -1,
};

const struct dlwhy_result *sample_error(void)
{
	return &error_result;
}

/* ---- a symbol ----------------------------------------------------------------------------- */

static const struct dlwhy_evidence symbol_evidence[] = {
	{ "symbol", 1, "./libuse.so", 0x4a8, 24, -1, "frob", "undefined reference to frob",
	  NULL },
	{ "version", 2, LIB "/libm.so.6", -1, -1, -1, "GLIBC_2.38", "versions that it defines", NULL },
	{ "symbol", 2, LIB "/libm.so.6", -1, -1, -1, "_ZN4frob3runEi", "what it defines",
	  "frob::run(int)" },
};
static const struct dlwhy_evidence *const symbol_evidence_list[] = { &symbol_evidence[0],
								     &symbol_evidence[1],
								     &symbol_evidence[2] };
static const struct dlwhy_finding symbol = {
	.code = "missing-symbol",
	.detail = "not-linked",
	.severity = DLWHY_ERROR,
	.certainty = DLWHY_PREDICTED,
	.fingerprint = "aa",
	.object = "libm.so.6",
	.needed_by = "./libuse.so",
	.symbol = "frob",
	.summary = "./libuse.so uses frob, which no library that it needs defines.",
	.assumes = "no constructor changes the environment",
	.evidence = symbol_evidence_list,
	.nevidence = 3,
};
static const struct dlwhy_finding warning = {
	.code = "exec-stack",
	.severity = DLWHY_WARNING,
	.certainty = DLWHY_PROVED,
	.fingerprint = "bb",
	.object = "./libuse.so",
	.summary = "./libuse.so asks for an executable stack.",
};
static const struct dlwhy_finding *const symbol_findings[] = { &symbol, &warning };
static const struct dlwhy_object symbol_target = { .id = 1, .path = "./libuse.so",
						   .needs = found_need_list, .nneeds = 1 };
static const struct dlwhy_object *const symbol_objects[] = { &objects[0], &symbol_target,
							     &objects[2], &objects[3] };
static const struct dlwhy_binding bindings[] = {
	{ 1, "frob", NULL, -1, NULL, false, false, false, false },
	{ 1, "cos", "GLIBC_2.2.5", 2, "GLIBC_2.2.5", false, true, false, false },
	{ 2, "__gmon_start__", NULL, -1, NULL, true, false, false, false },
	{ 2, "_ZN4frob3runEi", NULL, 2, NULL, false, false, false, false },
};
static const struct dlwhy_binding *const binding_list[] = { &bindings[0], &bindings[1],
							    &bindings[2], &bindings[3] };
static const struct dlwhy_proof proof = { true, false, NULL, NULL, NULL };
static const struct dlwhy_result symbol_result = {
	.verb = "check",
	.target = "./libuse.so",
	.platform = { "linux", "glibc", "2.36", "x86_64" },
	.loads = DLWHY_NO,
	.certainty = DLWHY_PREDICTED,
	.loader_message = "./libuse.so: undefined symbol: frob",
	.findings = symbol_findings,
	.nfindings = 2,
	.objects = symbol_objects,
	.nobjects = COUNT(symbol_objects),
	.bindings = binding_list,
	.nbindings = 4,
	.host = "a bare program",
	.target_object = 1,
	.proof = &proof,
};

const struct dlwhy_result *sample_symbol(void)
{
	return &symbol_result;
}

/* ---- hostile ------------------------------------------------------------------------------ */

#define EVIL "a\033[31m\xe2\x80\xae\xff\n```\n</details><b>@you #1 `x` \\ \" \xc2\x9b"

static const struct dlwhy_probe evil_probe = { "rpath", EVIL "/" EVIL, "absent", EVIL, 0 };
static const struct dlwhy_probe *const evil_probes[] = { &evil_probe };
static const struct dlwhy_need evil_need = { EVIL, -1, "start", NULL, -1, evil_probes, 1 };
static const struct dlwhy_need *const evil_needs[] = { &evil_need };
static const struct dlwhy_object evil_object = { .id = 0, .path = EVIL, .soname = EVIL,
						 .package_kind = "pip", .package_name = EVIL,
						 .needs = evil_needs, .nneeds = 1 };
static const struct dlwhy_object *const evil_objects[] = { &evil_object };
static const char *const evil_strings[] = { EVIL, "fine" };
static const struct dlwhy_evidence evil_evidence = { "text", 0, EVIL, 1, 2, 3, EVIL, EVIL,
							NULL };
static const struct dlwhy_evidence *const evil_evidence_list[] = { &evil_evidence };
static const struct dlwhy_edit evil_edit = { "link", EVIL, EVIL, EVIL };
static const struct dlwhy_edit *const evil_edits[] = { &evil_edit };
static const struct dlwhy_fix evil_fix = { 1, "edit", "low", EVIL, evil_strings, 2, evil_strings,
					   2, evil_edits, 1 };
static const struct dlwhy_fix *const evil_fixes[] = { &evil_fix };
static const struct dlwhy_finding evil_finding = {
	.code = "missing-library", .severity = DLWHY_ERROR, .certainty = DLWHY_LIKELY,
	.fingerprint = "cc", .object = EVIL, .needed_by = EVIL, .chain = evil_strings, .nchain = 2,
	.symbol = EVIL, .summary = EVIL, .assumes = EVIL, .evidence = evil_evidence_list,
	.nevidence = 1, .fixes = evil_fixes, .nfixes = 1,
};
static const struct dlwhy_finding *const evil_findings[] = { &evil_finding, &evil_finding };
static const struct dlwhy_binding evil_binding = { 0, EVIL, EVIL, -1, EVIL, false, false, false,
						   false };
static const struct dlwhy_binding *const evil_bindings[] = { &evil_binding };
static const struct dlwhy_proof evil_proof = { true, false, EVIL, EVIL, NULL };
static const struct dlwhy_result evil_result = {
	.verb = "check",
	.target = EVIL,
	.platform = { "linux", "glibc", EVIL, EVIL },
	.loads = DLWHY_NO,
	.certainty = DLWHY_LIKELY,
	.loader_message = EVIL,
	.loader_lines = evil_strings,
	.nloader_lines = 2,
	.findings = evil_findings,
	.nfindings = 2,
	.objects = evil_objects,
	.nobjects = 1,
	.bindings = evil_bindings,
	.nbindings = 1,
	.host = EVIL,
	.hint = EVIL,
	.assumes = EVIL,
	.proof = &evil_proof,
};

const struct dlwhy_result *sample_hostile(void)
{
	return &evil_result;
}

/* ---- large -------------------------------------------------------------------------------- */

/* Every block of a large result, so that freeing needs no walk. */
struct blocks {
	struct dlwhy_result r;
	void *list[8];
	char (*names)[64];
};

void sample_large_free(struct dlwhy_result *r)
{
	struct blocks *b = (struct blocks *)(void *)r;
	size_t i;

	for (i = 0; i < COUNT(b->list); i++)
		free(b->list[i]);
	free(b->names);
	free(b);
}

static void *block(struct blocks *b, size_t i, size_t n, size_t size)
{
	b->list[i] = calloc(n + 1, size);
	assert_non_null(b->list[i]);
	return b->list[i];
}

struct dlwhy_result *sample_large(size_t n)
{
	struct blocks *b = calloc(1, sizeof(*b));
	struct dlwhy_object *object, **olist;
	struct dlwhy_need *need, **nlist;
	struct dlwhy_finding *finding, **flist;
	size_t i;

	assert_non_null(b);
	object = block(b, 0, n, sizeof(*object));
	olist = block(b, 1, n, sizeof(struct dlwhy_object *));
	need = block(b, 2, 2 * n, sizeof(*need));
	nlist = block(b, 3, 2 * n, sizeof(struct dlwhy_need *));
	finding = block(b, 4, n, sizeof(*finding));
	flist = block(b, 5, n, sizeof(struct dlwhy_finding *));
	b->names = calloc(n + 1, sizeof(b->names[0]));
	assert_non_null(b->names);
	b->r = missing_result;
	for (i = 0; i <= n; i++)
		snprintf(b->names[i], sizeof(b->names[i]), "/usr/lib/large/libnumber%zu.so.1", i);
	for (i = 0; i < n; i++) {
		need[2 * i] = (struct dlwhy_need){ b->names[i + 1] + 15,
						   (int32_t)(i + 1 < n ? i + 1 : i), "start",
						   "runpath", 0, probe_list, COUNT(probe_list) };
		need[2 * i + 1] = (struct dlwhy_need){ "libtf.so.2", i % 3 == 0 ? -1 : 0, "start",
						       i % 3 == 0 ? NULL : "runpath", -1,
						       probe_list, COUNT(probe_list) };
		nlist[2 * i] = &need[2 * i];
		nlist[2 * i + 1] = &need[2 * i + 1];
		object[i] = (struct dlwhy_object){ .id = (int32_t)i, .path = b->names[i],
						   .needs = (const struct dlwhy_need *const *)
							   &nlist[2 * i],
						   .nneeds = 2 };
		olist[i] = &object[i];
		finding[i] = missing;
		finding[i].needed_by = b->names[i];
		flist[i] = &finding[i];
	}
	b->r.objects = (const struct dlwhy_object *const *)olist;
	b->r.nobjects = n;
	b->r.findings = (const struct dlwhy_finding *const *)flist;
	b->r.nfindings = n;
	b->r.target_object = 0;
	return &b->r;
}
