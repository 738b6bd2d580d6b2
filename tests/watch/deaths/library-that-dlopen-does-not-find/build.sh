# A plug-in that is not there: the program says so and gives up.
cat >prog.c <<'C'
#include <dlfcn.h>
#include <stdio.h>
int main(void)
{
	puts("before");
	if (dlopen("libgone.so.7", RTLD_NOW) != NULL)
		return 0;
	fprintf(stderr, "%s\n", dlerror());
	return 1;
}
C
$CC -o prog prog.c
