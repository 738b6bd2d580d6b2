echo 'int main(void) { return *(volatile int *)12; }' >prog.c
$CC -o prog prog.c
