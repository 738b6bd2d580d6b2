# A library for arm64: the loader says that there is no such file.
echo 'int foo_version(void) { return 1; } int foo_table[2000] = { 1 };' >foo.c
$CC -shared -fPIC -Wl,-soname,libfoo.so -o libfoo.so foo.c
printf '\267\0' | dd of=libfoo.so bs=1 seek=18 conv=notrunc status=none
