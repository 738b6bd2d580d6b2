cat >prog.c <<'C'
#include <dlfcn.h>
#include <stdio.h>
int main(void) { puts(dlopen("libgone.so.7", RTLD_NOW) ? "with" : "without"); return 0; }
C
$CC -o prog prog.c
