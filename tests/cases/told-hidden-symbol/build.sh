# A function that the library has and keeps to itself.
echo '__attribute__((visibility("hidden"))) int f(void); int main(void) { return f(); }' >m.c
echo 'int f(void) { return 1; }' >f.c
$CC -shared -fPIC -o libf.so f.c
$CC m.c -L. -lf 2>log || :
