# What was built on Alpine Linux names a loader that is not here.
echo 'int main(void) { return 0; }' >main.c
$CC -o prog main.c -Wl,--dynamic-linker,/no/such/lib/ld-musl-x86_64.so.1
