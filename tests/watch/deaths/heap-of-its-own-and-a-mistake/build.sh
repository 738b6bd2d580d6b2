# The same allocator for all, and a pointer that is not to the beginning of a block: nothing is torn.
cat >work.c <<'C'
#include <stdlib.h>
int work(void) { char *volatile p = malloc(100); free(p + 16); return 0; }
C
echo 'int work(void); int main(void) { return work(); }' >prog.c
$CC -O0 -shared -fPIC -o libwork.so work.c
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libwork.so
