echo 'static int deep(int n) { volatile char room[100]; room[0] = 0; return n == 0 ? room[0] : deep(n - 1) + room[0]; }
int main(void) { return deep(20000); }' >prog.c
$CC -O0 -o prog prog.c
