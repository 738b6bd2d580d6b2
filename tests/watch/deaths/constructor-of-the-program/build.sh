# The program's own constructor divides by zero.
cat >prog.c <<'C'
#include <stdlib.h>
int zero;
__attribute__((constructor)) static void set_up(void) { exit(10 / zero); }
int main(void) { return 0; }
C
$CC -o prog prog.c
