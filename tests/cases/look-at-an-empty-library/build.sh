# A linker takes an empty file for an empty script, and then misses what the library should have had.
echo 'int f(void); int main(void) { return f(); }' >m.c
: >libf.so
$CC m.c -L. -lf 2>log || :
