# A function that nobody defines.
echo 'int f(void); int main(void) { return f(); }' >x.c
$CC x.c 2>log || :
