/* help.c - what the program says of itself. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char intro[] =
	"dlwhy says why a native library does not load, and what makes it work.\n"
	"It reads files as the dynamic loader would; it runs nothing (unless you ask for\n"
	"--prove, or for run) and changes nothing (unless you ask for fix --apply).\n"
	"\n"
	"Examples\n"
	"  dlwhy ./libfoo.so                     why does this library not load?\n"
	"  dlwhy libcuda.so.1                    what would dlopen(\"libcuda.so.1\") find?\n"
	"  dlwhy import numpy                    what would `import numpy` do in python3?\n"
	"  dlwhy fix ./prog                      what would make it work?\n"
	"  dlwhy -v ./prog                       all libraries of a program, and from where\n"
	"  dlwhy run -- ./prog --option          run it once: what failed to load, and why?\n"
	"  dlwhy --root /mnt/image /usr/bin/app  a program of another system\n"
	"  dlwhy --format md --redact ./x.so     a report to paste into an issue\n"
	"\n"
	"Verbs\n";

static const char outro[] =
	"\n"
	"Exit status\n"
	"  0  nothing wrong\n"
	"  1  something does not load, or a finding of the severity of --fail-on\n"
	"  2  wrong usage\n"
	"  3  something could not be analysed or printed\n"
	"  run: that of the command; 125 if dlwhy itself failed\n"
	"\n"
	"A word that names a verb and a file means the verb: dlwhy check import, or ./import.\n";

static void verb_lines(FILE *f)
{
	const struct cli_verb *v;

	for (v = cli_verbs; v->name != NULL; v++)
		if (v->mask != 0)
			fprintf(f, "  %-7s %-9s %s\n", v->name, v->arguments, v->does);
}

static void option_line(FILE *f, const struct cli_option *o)
{
	char left[64];

	snprintf(left, sizeof(left), "%c%c%s --%s%s%s", o->letter != '\0' ? '-' : ' ',
		 o->letter != '\0' ? o->letter : ' ', o->letter != '\0' ? "," : " ", o->name,
		 o->argument != NULL ? " " : "", o->argument != NULL ? o->argument : "");
	fprintf(f, "  %-22s %s\n", left, o->does);
}

/* The options of a verb, under their headings. */
static void option_lines(FILE *f, unsigned verb)
{
	const char *group = NULL;
	size_t i;

	for (i = 0; i < OPT_COUNT; i++) {
		const struct cli_option *o = &cli_options[i];

		if ((o->verbs & verb) == 0)
			continue;
		if (group != o->group)
			fprintf(f, "\n%s\n", o->group);
		group = o->group;
		option_line(f, o);
	}
}

static void whole_help(FILE *f)
{
	fputs(intro, f);
	verb_lines(f);
	option_lines(f, VERB_ALL);
	fputs(outro, f);
}

/* The names that --cpu takes, in rows of at most 78 columns. */
static void cpu_lines(FILE *f)
{
	size_t column = 78, i;
	const char *name;

	fputs("\nProcessors (--cpu)", f);
	for (i = 0; (name = dlwhy_cpu_name(i)) != NULL; i++) {
		if (column + strlen(name) + 1 > 78) {
			fputs("\n ", f);
			column = 1;
		}
		fprintf(f, " %s", name);
		column += strlen(name) + 1;
	}
	fputs("\n  or the name of a machine: riscv, s390, ...\n", f);
}

static void verb_help(FILE *f, const struct cli_verb *v)
{
	fprintf(f, "dlwhy %s %s\n  %s\n", v->name, v->arguments, v->does);
	if (v->mask == VERB_EXPLAIN) {
		const struct dlwhy_cause *cause;
		size_t i;

		fputs("\nCauses\n", f);
		for (i = 0; (cause = dlwhy_cause_at(i)) != NULL; i++)
			fprintf(f, "  %-20s %s\n", cause->code, cause->title);
	}
	option_lines(f, v->mask);
	if (v->mask == VERB_CHECK)
		cpu_lines(f);
}

int cli_help(const char *verb)
{
	const struct cli_verb *v = verb != NULL ? cli_verb_find(verb) : NULL;
	char *text = NULL;
	size_t n = 0;
	FILE *f;
	int status;

	if (verb != NULL && (v == NULL || v->mask == 0)) {
		cli_complain("this version has no verb '%s'", verb);
		return EXIT_USAGE;
	}
	f = open_memstream(&text, &n);
	if (f == NULL) {
		cli_complain("no memory");
		return EXIT_UNANSWERED;
	}
	if (v != NULL)
		verb_help(f, v);
	else
		whole_help(f);
	status = fclose(f) == 0 ? cli_print(text, EXIT_FINE) : EXIT_UNANSWERED;
	free(text);
	return status;
}

void cli_usage(void)
{
	fputs("usage: dlwhy [OPTION...] FILE...     why does FILE not load?\n"
	      "       dlwhy import MODULE...        why does `import MODULE` not work?\n"
	      "       dlwhy explain [FILE|-|CODE]   what does an error message, a log, a cause mean?\n"
	      "       dlwhy --help                  examples and all options\n",
	      stderr);
}
