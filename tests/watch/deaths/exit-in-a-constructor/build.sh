# No signal, no words: the process is simply over before main.
echo '#include <stdlib.h>
__attribute__((constructor)) static void check(void) { exit(5); }
int f(void) { return 0; }' >check.c
echo 'int f(void); int main(void) { return f(); }' >prog.c
$CC -shared -fPIC -o libcheck.so check.c
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libcheck.so
