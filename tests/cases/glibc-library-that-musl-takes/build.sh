# Built for glibc, but it asks for nothing that musl has not: the name libc.so.6 leads to musl itself.
echo '#include <stdio.h>
int f(void) { return puts("x"); }' >f.c
$CC -shared -fPIC -o libf.so f.c
