# What compilers put behind a check that failed.
echo '__attribute__((noinline)) void check(int x) { if (x > 0) __builtin_trap(); } ' >check.c
echo 'void check(int x); int main(int argc, char **argv) { (void)argv; check(argc); return 0; }' >prog.c
$CC -O1 -shared -fPIC -o libcheck.so check.c
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libcheck.so
