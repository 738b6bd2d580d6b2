# A library in LD_PRELOAD replaces all functions of the heap, as allocators do: nothing is torn.
echo '#include <stddef.h>
static char heap[1 << 20]; static size_t used;
void *malloc(size_t n) { void *p = heap + used; used += (n + 15) & ~(size_t)15; return used < sizeof heap ? p : NULL; }
void *calloc(size_t n, size_t m) { return malloc(n * m); }
void *realloc(void *p, size_t n) { (void)p; return malloc(n); }
void free(void *p) { (void)p; }' >heap.c
$CC -shared -fPIC -fno-builtin -o libheap.so heap.c
echo '#include <stdlib.h>
void f(void) { void *volatile p = malloc(3); free(p); }' >f.c
$CC -shared -fPIC -o libf.so f.c
