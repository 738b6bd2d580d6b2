echo 'extern int feature(void) __attribute__((weak)); int main(void) { return feature ? feature() : 0; }' >prog.c
$CC -o prog prog.c
