# The library that is linked has the function and does not export it: to name the library again helps nobody.
echo 'int f(void); int main(void) { return f(); }' >m.c
echo 'int f(void) { return 1; }' >f.c
$CC -shared -fPIC -fvisibility=hidden -o libf.so f.c
$CC m.c -L. -lf 2>log || :
