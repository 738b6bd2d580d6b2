# A library that is a text.
echo 'this is no library' >libtide.so
echo 'int main(void) { return 0; }' >x.c
$CC x.c -L. -ltide 2>log || :
