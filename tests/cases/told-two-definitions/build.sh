# One function, defined twice.
echo 'int f(void) { return 1; }' >a.c
echo 'int f(void) { return 2; } int main(void) { return f(); }' >b.c
$CC a.c b.c 2>log || :
