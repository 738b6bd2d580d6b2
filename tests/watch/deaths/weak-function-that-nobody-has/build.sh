# Weak, so the loader says nothing; called all the same.
cat >part.c <<'C'
extern void feature(void) __attribute__((weak));
int part(void) { feature(); return 0; }
C
echo 'int part(void); int main(void) { return part(); }' >prog.c
$CC -O0 -shared -fPIC -o libpart.so part.c
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libpart.so
