# musl tells of everything that is missing before it gives up.
echo 'int one(void) { return 1; }' >one.c
echo 'int two(void) { return 2; } int three(void) { return 3; }' >two.c
echo 'int one(void), two(void), three(void); int main(void) { return one() + two() + three(); }' >main.c
musl-gcc -shared -fPIC -Wl,-soname,libone.so -o libone.so one.c
musl-gcc -shared -fPIC -Wl,-soname,libtwo.so -o libtwo.so two.c
musl-gcc -o prog main.c -L. -lone -ltwo -Wl,-rpath,'$ORIGIN'
rm libone.so
echo 'int two(void) { return 2; }' >two.c
musl-gcc -shared -fPIC -Wl,-soname,libtwo.so -o libtwo.so two.c
