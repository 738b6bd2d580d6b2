# A plug-in whose constructor gives up.
cat >init.c <<'C'
#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void set_up(void)
{
	fputs("no license\n", stderr);
	abort();
}
C
cat >prog.c <<'C'
#include <dlfcn.h>
int main(void) { return dlopen("./libinit.so", RTLD_NOW) == 0; }
C
$CC -shared -fPIC -o libinit.so init.c
$CC -o prog prog.c
