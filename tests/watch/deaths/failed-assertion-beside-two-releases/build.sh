# A library checks what it was given. That its caller was linked with another release has no part in it.
echo 'int shape(void) { return 1; }' >shape.c
echo '#include <assert.h>
int shape(void); void check(int n) { shape(); assert(n > 0); }' >check.c
echo 'int shape(void); void check(int); void use(int n) { shape(); check(n); shape(); }' >use.c
echo 'void use(int); int main(void) { use(0); return 0; }' >prog.c
for n in 1 2; do $CC -shared -fPIC -Wl,-soname,libshape.so.$n -o libshape.so.$n shape.c; done
$CC -shared -fPIC -Wl,-rpath,'$ORIGIN' -o libcheck.so check.c ./libshape.so.1
$CC -shared -fPIC -Wl,-rpath,'$ORIGIN' -o libuse.so use.c ./libshape.so.2 ./libcheck.so
$CC -Wl,-rpath,'$ORIGIN' -Wl,-rpath-link,. -o prog prog.c ./libuse.so
