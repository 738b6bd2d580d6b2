# A plug-in with an allocator of its own (RTLD_DEEPBIND keeps it to itself) hands a block to a library that frees it.
cat >heap.c <<'C'
#include <stddef.h>
static char room[1 << 20];
static size_t used;
void *malloc(size_t n) { size_t at = used; used += (n + 64) & ~(size_t)15; return room + at + 32; }
void free(void *p) { (void)p; }
C
cat >make.c <<'C'
#include <stdlib.h>
int make(void (*done)(void *)) { void *p = malloc(100); done(p); return 0; }
C
cat >done.c <<'C'
#include <stdlib.h>
void done(void *p) { free(p); __asm__ volatile(""); }
C
cat >prog.c <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
void done(void *p);
int main(void)
{
	void *h = dlopen("./libmake.so", RTLD_NOW | RTLD_DEEPBIND);
	int (*make)(void (*)(void *)) = (int (*)(void (*)(void *)))dlsym(h, "make");
	return make(done);
}
C
$CC -O1 -fno-builtin -shared -fPIC -o libheap.so heap.c
$CC -O1 -fno-builtin -shared -fPIC -Wl,-rpath,'$ORIGIN' -o libmake.so make.c ./libheap.so
$CC -O1 -fno-builtin -shared -fPIC -o libdone.so done.c
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libdone.so
