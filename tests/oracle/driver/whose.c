/* whose.c - says whose functions a program was bound to: "NAME PATH" lines.
 *
 * It is linked with libraries that define a_fn and b_fn.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern int a_fn(void), b_fn(void);

static void tell(const char *name, void *address)
{
	Dl_info info;

	if (dladdr(address, &info) && info.dli_fname)
		printf("%s %s\n", name, info.dli_fname);
}

int main(void)
{
	tell("a_fn", (void *)a_fn);
	tell("b_fn", (void *)b_fn);
	tell("dladdr", (void *)dladdr);
	tell("printf", (void *)printf);
	return 0;
}
