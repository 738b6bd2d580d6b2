# A library in LD_PRELOAD replaces free alone: what malloc of the C library gave goes there.
echo 'void free(void *p) { (void)p; }' >free.c
$CC -shared -fPIC -fno-builtin -o libfree.so free.c
echo '#include <stdlib.h>
void f(void) { void *volatile p = malloc(3); free(p); }' >f.c
$CC -shared -fPIC -o libf.so f.c
