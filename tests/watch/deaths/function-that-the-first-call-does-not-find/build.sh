# The library was replaced by one without a function that is bound at its first call.
echo 'int old(void) { return 1; } int gone(void) { return 2; }' >new.c
echo 'int old(void) { return 1; }' >old.c
cat >prog.c <<'C'
#include <stdio.h>
int old(void), gone(void);
int main(void)
{
	printf("%d\n", old());
	fflush(stdout);
	return gone();
}
C
$CC -shared -fPIC -Wl,-soname,libpart.so.1 -o libpart.so.1 new.c
$CC -Wl,-z,lazy -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libpart.so.1
$CC -shared -fPIC -Wl,-soname,libpart.so.1 -o libpart.so.1 old.c
