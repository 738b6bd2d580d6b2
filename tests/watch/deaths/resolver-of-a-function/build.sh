# The function that chooses an implementation calls another library before anything is bound.
cat >pick.c <<'C'
#include <stddef.h>
int (*which)(void) = NULL;
static int plain(void) { return 1; }
static void *choose(void) { return (void *)(size_t)(which() > 0 ? plain : 0); }
int pick(void) __attribute__((ifunc("choose")));
int use(void) { return pick(); }
C
cat >prog.c <<'C'
#include <dlfcn.h>
int main(void) { return dlopen("./libpick.so", RTLD_NOW) == 0; }
C
$CC -O1 -shared -fPIC -o libpick.so pick.c
$CC -o prog prog.c
