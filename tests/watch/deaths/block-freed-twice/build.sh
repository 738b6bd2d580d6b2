# One allocator, one mistake: nothing is torn.
cat >work.c <<'C'
#include <stdlib.h>
int work(void) { char *volatile p = malloc(2000); char *volatile q = malloc(10); free(p); free(p); return q == 0; }
C
echo 'int work(void); int main(void) { return work(); }' >prog.c
$CC -O0 -shared -fPIC -o libwork.so work.c
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libwork.so
