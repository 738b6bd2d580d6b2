/* go_env.h - the variables and flags that a go command would see. */
#ifndef DLWHY_BUILD_GO_ENV_H
#define DLWHY_BUILD_GO_ENV_H

#include "build/go.h"

/* A variable of the process alone; NULL if it is unset. */
const char *go_os_env(const struct go *g, const char *name);
/* cfg.Getenv: the process, then the user's go/env file, then go.env of GOROOT. Never NULL. */
const char *go_getenv(const struct go *g, const char *name);
void go_env_read(struct go *g, const char *hostarch);
/* GOOS, GOARCH and CGO_ENABLED, once the flags are known. */
void go_env_target(struct go *g);
bool go_cgo_supported(const char *os, const char *arch);
bool go_known_platform(const char *os, const char *arch);
bool go_known_os(const char *os);
bool go_known_arch(const char *arch);
bool go_unix_os(const char *os);

/* GOFLAGS and the arguments of the command. False: a problem was found. */
bool go_args_read(struct go *g, const char *const *args);
/* What build modes ask for: supported there, cgo, external linking. False: a problem was found. */
bool go_buildmode_check(struct go *g);
/* load.externalLinkingReason, NULL for none. */
const char *go_external_reason(const struct go *g);

#endif
