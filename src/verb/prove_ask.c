/* prove_ask.c - asking the real loader: the children of prove.c.
 *
 * A library is opened by a process of the kind that was simulated. It writes "+" when it is ready,
 * then "ok", or "no" and the loader's text; what it dies of in between happened inside dlopen.
 * A program is started with LD_TRACE_LOADED_OBJECTS, where the loader lists and checks everything
 * and exits instead of entering the program: what ldd -r relies on.
 */
#include "verb/prove_ask.h"

#include <errno.h>
#include <string.h>

#include "object/elfconst.h"
#include "verb/prober/prober.h"

enum {
	OUT_MAX = 64 << 10,   /* bytes of output that are looked at */
	DEBUG_MAX = 1 << 20,
	IMPORT_SECONDS = 120, /* what a large package may take on a slow machine */
	NEW_DLOPEN = 34       /* glibc 2.34 took dlopen into libc.so.6 */
};

/* Python opens an extension module as `import` would; a name that no module has, so that no init
 * function is called. Only built-in modules are used, which need no library. A name without '/'
 * goes through ctypes: import would put "./" in front. */
static const char python_code[] =
	"import posix,sys\n"
	"r=posix.dup(1);posix.dup2(2,1);p=sys.argv[1]\n"
	"m=posix.RTLD_NOW|(posix.RTLD_GLOBAL if sys.argv[2:] else 0)\n"
	"sys.setdlopenflags(m)\n"
	"def end(b):\n"
	" posix.write(r,b);posix._exit(0)\n"
	"def no(e):\n"
	" end(b'no\\n'+str(e).encode('utf-8','surrogateescape'))\n"
	"if '/' in p:\n"
	" import _imp\n"
	" s=type(sys.implementation)(name='dlwhy_has_no_such_module',origin=p)\n"
	" f=lambda:_imp.create_dynamic(s)\n"
	"else:\n"
	" import ctypes\n"
	" f=lambda:ctypes.CDLL(p,mode=m)\n"
	"posix.write(r,b'+')\n"
	"try:f()\n"
	"except UnicodeDecodeError as e:end(b'no\\n'+e.object)\n"
	"except OSError as e:no(e)\n"
	"except ImportError as e:\n"
	" if 'does not define' not in str(e):no(e)\n"
	"end(b'ok')\n";

/* The name comes and goes as the last argument, so that sys.argv is that of `python -c`. */
static const char import_code[] =
	"import posix,sys\n"
	"r=posix.dup(1);posix.dup2(2,1);m=sys.argv.pop()\n"
	"def end(b):\n"
	" posix.write(r,b);posix._exit(0)\n"
	"posix.write(r,b'+')\n"
	"try:__import__(m)\n"
	"except BaseException as e:\n"
	" t=type(e);q=t.__qualname__;d=t.__module__\n"
	" if d not in('builtins','__main__'):q=d+'.'+q\n"
	" s=str(e)\n"
	" end(('no\\n'+q+(': '+s if s else '')).encode('utf-8','surrogateescape'))\n"
	"end(b'ok')\n";

/* Whatever the import did, the file is opened by ctypes behind it. */
static const char after_code[] =
	"import posix,sys\n"
	"r=posix.dup(1);posix.dup2(2,1);m=sys.argv.pop();p=sys.argv.pop()\n"
	"g=p[:1]=='g';p=p[1:]\n"
	"def end(b):\n"
	" posix.write(r,b);posix._exit(0)\n"
	"try:__import__(m)\n"
	"except BaseException:pass\n"
	"import ctypes\n"
	"posix.write(r,b'+')\n"
	"try:ctypes.CDLL(p,mode=posix.RTLD_NOW|(posix.RTLD_GLOBAL if g else 0))\n"
	"except OSError as e:end(b'no\\n'+str(e).encode('utf-8','surrogateescape'))\n"
	"end(b'ok')\n";

/* Perl opens it as its XSLoader does; PERL_DL_NONLAZY makes that RTLD_NOW. To the loader's text it
 * adds where it was itself, and a NUL. */
static const char perl_code[] =
	"open(my $r,'>&',\\*STDOUT);open(STDOUT,'>&',\\*STDERR);require DynaLoader;"
	"syswrite($r,'+');"
	"my $h=DynaLoader::dl_load_file($ARGV[0],@ARGV>1?1:0);my $e=$h?'':DynaLoader::dl_error();"
	"$e=~s/( at -e line \\d+\\.\\n)?\\0*\\z//;syswrite($r,$h?'ok':\"no\\n$e\");";

/* ---- environments ---------------------------------------------------------------------------- */

/* Variables that make the loader or a host do something else than load. */
static const char *const disturbing[] = {
	"LD_TRACE_LOADED_OBJECTS", "LD_TRACE_PRELINKING", "LD_DEBUG", "LD_DEBUG_OUTPUT",
	"LD_SHOW_AUXV", "LD_VERBOSE", "LD_WARN", "LD_PROFILE", "LD_PROFILE_OUTPUT",
	"PERL5OPT", "PERL5LIB", "PERL5DB", "PERLIO", "LANGUAGE",
};

static bool is_name(const char *pair, const char *name, size_t n)
{
	return strncmp(pair, name, n) == 0 && pair[n] == '=';
}

static bool is_dropped(const char *pair, const char *const *set)
{
	for (size_t i = 0; i < sizeof(disturbing) / sizeof(disturbing[0]); i++)
		if (is_name(pair, disturbing[i], strlen(disturbing[i])))
			return true;
	for (; *set != NULL; set++)
		if (is_name(pair, *set, strcspn(*set, "=")))
			return true;
	return false;
}

/* The environment under study, with `set` on top. */
static const char *const *make_env(const struct question *q, const char *const *set)
{
	const char *const *env = q->s->environ;
	const char **out;
	size_t n = 0, nset = 0;

	while (env[n] != NULL)
		n++;
	while (set[nset] != NULL)
		nset++;
	out = ARENA_ARRAY(q->a, n + nset + 1, const char *);
	n = 0;
	for (; *env != NULL; env++)
		if (!is_dropped(*env, set))
			out[n++] = *env;
	memcpy(out + n, set, nset * sizeof(*out));
	return out;
}

/* ---- children -------------------------------------------------------------------------------- */

static void new_capture(const struct question *q, size_t cap, struct os_capture *c)
{
	memset(c, 0, sizeof(*c));
	c->p = arena_alloc(q->a, cap);
	c->cap = cap;
}

static const char *const *make_argv(const struct question *q)
{
	const char **v = ARENA_ARRAY(q->a, 8, const char *);
	size_t n = 0;

	/* The simulation calls the bare program so. */
	v[n++] = q->kind == HOST_BARE ? "program" : q->host;
	if (q->module != NULL) {
		v[n++] = "-c";
		v[n++] = q->path != NULL ? after_code : import_code;
		if (q->path != NULL)
			v[n++] = arena_printf(q->a, "%c%s", q->s->opt.global ? 'g' : 'l', q->path);
		v[n] = q->module;
		return v;
	}
	if (q->kind == HOST_PYTHON) {
		v[n++] = "-I";
		v[n++] = "-S"; /* no site: its .pth files may load libraries */
	}
	if (q->kind != HOST_BARE) {
		v[n++] = q->kind == HOST_PYTHON ? "-c" : "-e";
		v[n++] = q->kind == HOST_PYTHON ? python_code : perl_code;
	}
	if (q->kind == HOST_PERL)
		v[n++] = "--";
	v[n++] = q->path;
	if (q->s->opt.global)
		v[n] = "global"; /* all three open it with RTLD_GLOBAL if there is one more word */
	return v;
}

static struct view prober_for(int minor)
{
	bool old = minor > 0 && minor < NEW_DLOPEN && prober_old_size > 0;

	return old ? (struct view){ prober_old_bytes, prober_old_size }
		   : (struct view){ prober_bytes, prober_size };
}

uint16_t ask_machine(void)
{
	return load16(prober_bytes + 18, false); /* e_machine, in the order of this machine */
}

static const char *why_not_run(const struct question *q, int err, enum os_child_step step)
{
	const char *text = strerrordesc_np(err);

	if (text == NULL)
		text = "unknown error";
	if (step == OS_CHILD_CHROOT)
		return arena_printf(q->a, "the root cannot be entered: %s", text);
	if (step == OS_CHILD_EXEC && q->host == NULL)
		return arena_printf(q->a, "no program can be started there: %s", text);
	if (step == OS_CHILD_EXEC)
		return arena_printf(q->a, "%s cannot be started: %s", q->host, text);
	return arena_printf(q->a, "no child process can be made: %s", text);
}

/* Runs the process that opens the library. False: not even that, and why. */
static bool run_host(const struct question *q, bool debug, struct os_capture *out,
		     struct os_capture *err, struct os_child_end *end, const char **why)
{
	const char *set[5] = { NULL };
	size_t n = 0;
	struct os_child c = { .path = q->host, .root = q->s->opt.root,
			      .seconds = q->module != NULL ? IMPORT_SECONDS : 0, .stop = q->s->stop };
	int e;

	if (q->kind != HOST_BARE)
		set[n++] = "LC_ALL=C"; /* hosts translate: the verdict is in the C locale */
	if (q->kind == HOST_PERL)
		set[n++] = "PERL_DL_NONLAZY=1";
	if (q->kind == HOST_PYTHON)
		set[n++] = "PYTHONDONTWRITEBYTECODE=1"; /* a question changes nothing */
	if (debug)
		set[n++] = "LD_DEBUG=files";
	c.argv = make_argv(q);
	c.env = make_env(q, set);
	c.image = prober_for(q->minor);
	new_capture(q, OUT_MAX, out);
	new_capture(q, debug ? DEBUG_MAX : OUT_MAX, err);
	e = os_child_run(&c, out, err, end);
	if (e != 0)
		*why = why_not_run(q, e, end->step);
	return e == 0;
}

/* The lines of a text; the last need not be ended. The text is cut up. */
static const char *const *split_lines(struct arena *a, char *text, size_t *n)
{
	struct {
		const char **items;
		size_t n, cap;
	} v = { NULL, 0, 0 };

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		bool more = text[len] == '\n';

		text[len] = '\0';
		*ARENA_PUSH(a, &v) = text;
		text += len + more;
	}
	*n = v.n;
	return v.items;
}

/* ---- what it said ---------------------------------------------------------------------------- */

/* With LD_DEBUG=files the loader names each constructor before it calls it. So what follows the
 * last dlopen tells whether it had come that far. */
static void find_constructor(const struct question *q, struct heard *h)
{
	static const char opened[] = ";  dynamically loaded by ", init[] = "\tcalling init: ";
	struct os_capture out, err;
	struct os_child_end end;
	const char *why, *at = NULL, *next;

	if (!run_host(q, true, &out, &err, &end, &why) || err.cut || end.timed_out)
		return;
	for (next = err.p; (next = strstr(next, opened)) != NULL; next++)
		at = next;
	if (at == NULL)
		return;
	h->died_in = DIED_IN_LOADER;
	for (next = at; (next = strstr(next, init)) != NULL;) {
		next += sizeof(init) - 1;
		h->died_in = DIED_IN_CONSTRUCTOR;
		h->constructor = arena_strndup(q->a, next, strcspn(next, "\n"));
	}
}

static const char *how_it_ended(struct arena *a, const struct os_child_end *end)
{
	char name[24];

	if (end->signal == 0)
		return arena_printf(a, "(the process exited with status %d)", end->status);
	return arena_printf(a, "(the process was killed by %s)",
			    os_signal_name(end->signal, name, sizeof(name)));
}

static const char *assertion_line(const struct heard *h)
{
	static const char start[] = "Inconsistency detected by ld.so: ";

	for (size_t i = 0; i < h->nlines; i++)
		if (strncmp(h->lines[i], start, sizeof(start) - 1) == 0)
			return h->lines[i];
	return NULL;
}

static void hear_death(const struct question *q, const struct os_child_end *end, struct heard *h)
{
	const char *assertion = assertion_line(h);

	h->kind = HEARD_DEATH;
	h->signal = end->signal;
	h->text = assertion != NULL ? assertion : how_it_ended(q->a, end);
	if (assertion != NULL)
		h->died_in = DIED_IN_LOADER;
	else if (q->module == NULL)
		find_constructor(q, h);
}

static void hear_no_start(const struct question *q, const struct os_child_end *end,
			  struct heard *h)
{
	h->kind = HEARD_NO_START;
	h->signal = end->signal;
	h->text = h->nlines > 0 ? h->lines[h->nlines - 1] : how_it_ended(q->a, end);
}

/* What a child that writes "+" before it tries has told. */
static void ask(const struct question *q, struct heard *h)
{
	struct os_capture out, err;
	struct os_child_end end;

	memset(h, 0, sizeof(*h));
	if (!run_host(q, false, &out, &err, &end, &h->text))
		return;
	h->lines = split_lines(q->a, err.p, &h->nlines);
	if (strcmp(out.p, "+ok") == 0) {
		h->kind = HEARD_LOADED;
	} else if (strncmp(out.p, "+no\n", 4) == 0) {
		h->kind = HEARD_REFUSED;
		h->text = out.p + 4;
	} else if (end.timed_out) {
		h->kind = HEARD_TIMEOUT;
	} else if (out.p[0] == '+') {
		hear_death(q, &end, h);
	} else {
		hear_no_start(q, &end, h);
	}
}

void ask_library(const struct question *q, struct heard *h)
{
	ask(q, h);
}

void ask_import(const struct question *q, struct heard *h)
{
	ask(q, h);
}

/* ---- programs -------------------------------------------------------------------------------- */

static void ask_for_list(const struct question *q, const char *path, const char *const *argv,
			 const char *const *set, struct trace_heard *h)
{
	struct os_child c = { .path = path, .root = q->s->opt.root, .argv = argv, .stop = q->s->stop };
	struct os_capture out, err;
	struct os_child_end end;

	memset(h, 0, sizeof(*h));
	c.env = make_env(q, set);
	new_capture(q, OUT_MAX, &out);
	new_capture(q, OUT_MAX, &err);
	h->err = os_child_run(&c, &out, &err, &end);
	if (h->err != 0 && end.step != OS_CHILD_EXEC)
		h->why = why_not_run(q, h->err, end.step);
	h->timed_out = end.timed_out;
	h->signal = end.signal;
	h->status = end.status;
	h->listed = split_lines(q->a, out.p, &h->nlisted);
	h->said = split_lines(q->a, err.p, &h->nsaid);
}

void ask_program(const struct question *q, const char *argv0, struct trace_heard *h)
{
	/* LD_WARN makes the loader relocate as well, lazily unless LD_BIND_NOW says otherwise. */
	static const char *const set[] = { "LD_TRACE_LOADED_OBJECTS=1", "LD_WARN=1", NULL };
	const char *const argv[] = { argv0, NULL };

	ask_for_list(q, q->path, argv, set, h);
}

void ask_musl(const struct question *q, const char *ld_path, const char *program,
	      struct trace_heard *h)
{
	static const char *const set[] = { NULL };
	const char *const argv[] = { ld_path, "--list", "--", program, NULL };

	ask_for_list(q, ld_path, argv, set, h);
}
