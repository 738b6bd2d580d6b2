cat >check.c <<'C'
#include <assert.h>
void check(int n) { assert(n < 0 && "must be less"); }
C
echo 'void check(int n); int main(void) { check(1); return 0; }' >prog.c
$CC -shared -fPIC -o libcheck.so check.c
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libcheck.so
