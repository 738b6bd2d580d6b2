# A library that opens a library of CUDA by name, in a release that never was.
cat >f.c <<'C'
#include <dlfcn.h>
void *f(void) { return dlopen("libcudart.so.4711", RTLD_NOW); }
C
$CC -shared -fPIC -o libf.so f.c
