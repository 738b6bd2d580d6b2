# The linker is asked for a library that nobody has.
echo 'int main(void) { return 0; }' >x.c
$CC x.c -lnonesuch 2>log || :
