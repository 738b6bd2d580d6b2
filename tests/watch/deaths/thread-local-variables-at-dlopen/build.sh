# Built for the start of a program (initial-exec), opened later: the room is not there.
echo '__thread char big[200000] __attribute__((tls_model("initial-exec"))); char *f(void) { return big; }' >tls.c
cat >prog.c <<'C'
#include <dlfcn.h>
#include <stdio.h>
int main(void)
{
	if (dlopen("./libtls.so", RTLD_NOW) != NULL)
		return 0;
	puts(dlerror());
	return 4;
}
C
$CC -shared -fPIC -o libtls.so tls.c
$CC -o prog prog.c
