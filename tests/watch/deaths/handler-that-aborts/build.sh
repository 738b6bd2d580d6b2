# A program prints "sorry" on SIGSEGV and aborts.
cat >prog.c <<'C'
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
static void sorry(int s) { (void)s; (void)!write(2, "sorry\n", 6); abort(); }
int follow(const int *p);
int main(void) { signal(SIGSEGV, sorry); return follow(0); }
C
echo 'int follow(const int *p) { return p[3]; }' >deep.c
$CC -O1 -shared -fPIC -o libdeep.so deep.c
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libdeep.so
