# A whole allocator of its own, and a crash that has nothing to do with memory from it.
cat >heap.c <<'C'
#include <stddef.h>
#include <string.h>
static char room[1 << 22];
static size_t used;
void *malloc(size_t n) { size_t at = used; used += (n + 31) & ~(size_t)15; return room + at; }
void free(void *p) { (void)p; }
void *calloc(size_t n, size_t m) { return malloc(n * m); }
void *realloc(void *p, size_t n) { void *q = malloc(n); if (p) memcpy(q, p, n); return q; }
C
cat >prog.c <<'C'
#include <stdlib.h>
#include <string.h>
int main(void) { char *p = malloc(10); free(p); return (int)strlen((char *)(size_t)(p == 0)); }
C
$CC -fno-builtin -shared -fPIC -o libheap.so heap.c
$CC -O0 -fno-builtin -Wl,--no-as-needed -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libheap.so
