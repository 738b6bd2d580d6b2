# The file with the debug symbols in place of the library it belongs to.
echo 'int foo_version(void) { return 1; }' >foo.c
$CC -g -shared -fPIC -Wl,-soname,libfoo.so -o whole.so foo.c
objcopy --only-keep-debug whole.so libfoo.so
