echo 'static int plain(void) { return 0; } static void *choose(void) { return plain; }
int pick(void) __attribute__((ifunc("choose")));' >pick.c
echo 'int pick(void); int main(void) { return pick(); }' >prog.c
$CC -shared -fPIC -w -o libpick.so pick.c
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libpick.so
