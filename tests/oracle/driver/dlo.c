/* dlo.c - drives the real loader step by step inside one process.
 *
 * Each argument is a step VERB:ARGUMENT; each step prints one line of JSON:
 *     {"step": "now:./liba.so", "ok": false, "error": "text of dlerror()", "value": null}
 *
 *     now:F lazy:F nowg:F lazyg:F    dlopen(F), RTLD_NOW or RTLD_LAZY, g: RTLD_GLOBAL
 *     deep:F noload:F                dlopen with RTLD_DEEPBIND, with RTLD_NOLOAD (and RTLD_NOW)
 *     newns:F                        dlmopen(LM_ID_NEWLM, F, RTLD_NOW)
 *     sym:N dsym:N nsym:N            dlsym in the last handle, RTLD_DEFAULT, RTLD_NEXT
 *     vsym:N@V                       dlvsym in the last handle
 *     call:N                         dlsym in the last handle, then int N(void); "value" is its result
 *     cd:DIR                         chdir
 *
 * A step that the process does not survive prints nothing. Exit status: 0 all steps were fine, 1
 * one was not, 2 wrong usage.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *verb;
	int flags;
} opens[] = {
	{ "now", RTLD_NOW },
	{ "lazy", RTLD_LAZY },
	{ "nowg", RTLD_NOW | RTLD_GLOBAL },
	{ "lazyg", RTLD_LAZY | RTLD_GLOBAL },
	{ "deep", RTLD_NOW | RTLD_DEEPBIND },
	{ "noload", RTLD_NOW | RTLD_NOLOAD },
};

static void *last; /* handle of the last open that worked */

static void put_json(const char *s)
{
	if (!s) {
		printf("null");
		return;
	}
	putchar('"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static bool put_step(const char *verb, const char *arg, bool ok, const int *value)
{
	const char *text = ok ? NULL : dlerror();

	printf("{\"step\": ");
	char step[8192];
	snprintf(step, sizeof step, "%s:%s", verb, arg);
	put_json(step);
	printf(", \"ok\": %s, \"error\": ", ok ? "true" : "false");
	put_json(text);
	if (value)
		printf(", \"value\": %d}\n", *value);
	else
		printf(", \"value\": null}\n");
	return ok;
}

static bool put_open(const char *verb, const char *arg, void *h)
{
	if (h)
		last = h;
	return put_step(verb, arg, h != NULL, NULL);
}

static bool step_call(const char *arg)
{
	int (*fn)(void);
	int value = 0;

	*(void **)&fn = dlsym(last, arg);
	if (fn)
		value = fn();
	return put_step("call", arg, fn != NULL, fn ? &value : NULL);
}

static bool step_vsym(char *arg)
{
	char *at = strrchr(arg, '@');
	char name[4096];

	if (!at)
		return false;
	snprintf(name, sizeof name, "%.*s", (int)(at - arg), arg);
	return put_step("vsym", arg, dlvsym(last, name, at + 1) != NULL, NULL);
}

static int step(char *text)
{
	char *arg = strchr(text, ':');

	if (!arg)
		return 2;
	*arg++ = '\0';
	for (size_t i = 0; i < sizeof opens / sizeof *opens; i++)
		if (strcmp(text, opens[i].verb) == 0)
			return !put_open(text, arg, dlopen(*arg ? arg : NULL, opens[i].flags));
	if (strcmp(text, "newns") == 0)
		return !put_open(text, arg, dlmopen(LM_ID_NEWLM, arg, RTLD_NOW));
	if (strcmp(text, "sym") == 0)
		return !put_step(text, arg, dlsym(last, arg) != NULL, NULL);
	if (strcmp(text, "dsym") == 0)
		return !put_step(text, arg, dlsym(RTLD_DEFAULT, arg) != NULL, NULL);
	if (strcmp(text, "nsym") == 0)
		return !put_step(text, arg, dlsym(RTLD_NEXT, arg) != NULL, NULL);
	if (strcmp(text, "vsym") == 0)
		return !step_vsym(arg);
	if (strcmp(text, "call") == 0)
		return !step_call(arg);
	if (strcmp(text, "cd") == 0)
		return chdir(arg) != 0;
	return 2;
}

int main(int argc, char **argv)
{
	int worst = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++) {
		int rc = step(argv[i]);

		if (rc == 2)
			fprintf(stderr, "dlo: bad step %d\n", i);
		if (rc > worst)
			worst = rc;
	}
	return worst;
}
