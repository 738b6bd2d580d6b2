/* pyenv.h - what pyenv would start. */
#ifndef DLWHY_PYTHON_PYENV_H
#define DLWHY_PYTHON_PYENV_H

#include "python/home_priv.h"

/* `pyenv which NAME`: the path, or NULL. */
const char *pyenv_which(struct home_ctx *c, const char *root, const char *name);
/* The first program of that name in the folders of `list`, but for the folder `skip`. */
const char *py_search_path(struct home_ctx *c, const char *list, const char *name,
			   const char *skip);

#endif
