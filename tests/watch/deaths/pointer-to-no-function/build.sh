# A callback that was never set: address 0 too, but no symbol is missing.
echo 'void (*callback)(void); int fire(void) { callback(); return 0; }' >fire.c
echo 'int fire(void); int main(void) { return fire(); }' >prog.c
$CC -O1 -shared -fPIC -o libfire.so fire.c
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libfire.so
