echo '#include <stdio.h>
__attribute__((constructor)) static void up(void) { puts("up"); }
__attribute__((destructor)) static void down(void) { puts("down"); }
int f(void) { return 0; }' >up.c
echo 'int f(void); int main(void) { return f(); }' >prog.c
$CC -shared -fPIC -o libup.so up.c
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libup.so
