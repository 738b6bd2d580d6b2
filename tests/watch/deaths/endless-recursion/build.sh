echo 'int again(int n) { volatile char room[500]; room[0] = (char)n; return n < 0 ? 0 : again(n + 1) + room[0]; }' >again.c
echo 'int again(int n); int main(void) { return again(0); }' >prog.c
$CC -O1 -shared -fPIC -o libagain.so again.c
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libagain.so
