# A library of 32 bit in a program of 64.
echo 'int foo_version(void) { return 1; }' >foo.c
$CC -shared -fPIC -o libfoo.so foo.c
printf '\001' | dd of=libfoo.so bs=1 seek=4 conv=notrunc status=none
