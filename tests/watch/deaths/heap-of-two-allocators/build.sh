# A library for debugging brings a malloc of its own, and forgot free.
cat >heap.c <<'C'
#include <stddef.h>
static char room[1 << 20];
static size_t used;
void *malloc(size_t n)
{
	size_t at = used;
	used += (n + 64) & ~(size_t)15;
	return room + at + 32;
}
C
cat >work.c <<'C'
#include <stdlib.h>
int work(void) { void *p = malloc(100); free(p); return 0; }
C
echo 'int work(void); int main(void) { return work(); }' >prog.c
$CC -O1 -fno-builtin -shared -fPIC -o libheap.so heap.c
$CC -O1 -fno-builtin -shared -fPIC -o libwork.so work.c
$CC -Wl,--no-as-needed -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libheap.so ./libwork.so
