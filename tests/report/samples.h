/* samples.h - results made by hand, and printing into memory. */
#ifndef TESTS_REPORT_SAMPLES_H
#define TESTS_REPORT_SAMPLES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dlwhy/dlwhy.h>

/* A plug-in with one missing library: RUNPATH, cache and default folders were searched. */
const struct dlwhy_result *sample_missing(void);
/* A library of which all is found. */
const struct dlwhy_result *sample_healthy(void);
/* A file that could not be read. */
const struct dlwhy_result *sample_error(void);
/* Every string from a file holds what may hurt a terminal or a document. */
const struct dlwhy_result *sample_hostile(void);
/* n libraries, every third of which is missing for the one before it; many findings. */
struct dlwhy_result *sample_large(size_t n);
void sample_large_free(struct dlwhy_result *r);
/* A library that lacks a symbol, with its bindings, a proof that disagrees and two findings. */
const struct dlwhy_result *sample_symbol(void);

/* Prints and returns the text, which the caller frees. */
char *print_to_memory(const struct dlwhy_print *p, const struct dlwhy_result *r, size_t index);
char *print_simply(enum dlwhy_format format, const struct dlwhy_result *r);
size_t count_lines(const char *text);
size_t longest_line(const char *text); /* columns */

#endif
