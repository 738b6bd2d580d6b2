/* env.h - what the parts of `env create` share.
 *
 *   dlwhy_env_create   the steps, and what is taken away if one fails   env.c
 *   env_install        venv, pip, uv                                    env_install.c
 *   env_prove          native files judged, packages imported           env_prove.c
 */
#ifndef DLWHY_VERB_ENV_H
#define DLWHY_VERB_ENV_H

#include "package/package.h"
#include "verb/session.h"

enum { ENV_OUTPUT = 1 << 20, ENV_SECONDS = 3600 };

struct making_env {
	struct dlwhy_session *s;
	const struct dlwhy_env_request *request;
	struct arena *a;
	const char *dir;           /* absolute */
	const char *base;          /* the interpreter that makes it */
	const char *python;        /* the environment's own */
	const char *const *wanted; /* requirements, NULL-ended */
	struct dlwhy_env out;
	const volatile int *stop;  /* not 0: it is to end; NULL */
	char *output; /* ENV_OUTPUT bytes: what the last command printed */
	size_t noutput;
	bool unreachable; /* the installer did not reach its index: what it printed is not about packages */
};

void env_say(struct making_env *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Is it to end? Then m->out.failed says so. */
bool env_stopped(struct making_env *m);
/* False: m->out.failed says what. */
bool env_install(struct making_env *m);
/* The requirements that make an environment like m->request->like. False: as above. */
bool env_like(struct making_env *m, const char *const **out);
/* Fills the counts and modules. False: a package that was asked for does not import. */
bool env_prove(struct making_env *m);

#endif
