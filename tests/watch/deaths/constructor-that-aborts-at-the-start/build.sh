# The same in a library that the program needs, and in a function that the constructor calls. Its names
# are stripped: the table of constructors tells.
cat >init.c <<'C'
#include <stdlib.h>
__attribute__((noinline)) static int check(int x) { if (x > 0) abort(); return x; }
__attribute__((constructor)) static void set_up(void) { __asm__ volatile("" :: "r"(check(1 + (int)(size_t)getenv("NO SUCH")))); }
int init(void) { return 0; }
C
echo 'int init(void); int main(void) { return init(); }' >prog.c
$CC -O1 -shared -fPIC -o libinit.so init.c
strip libinit.so
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libinit.so
