# What was built on Alpine Linux asks for musl.
echo 'int f(void) { return 1; }' >f.c
$CC -shared -nostdlib -fPIC -Wl,-soname,libc.musl-x86_64.so.1 -o libc.musl-x86_64.so.1 f.c
$CC -shared -nostdlib -fPIC -o libf.so f.c -Wl,--no-as-needed -L. -l:libc.musl-x86_64.so.1
rm libc.musl-x86_64.so.1
