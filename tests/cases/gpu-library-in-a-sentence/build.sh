# A library that calls dlopen and speaks of CUDA's libraries, but names none that it would open.
cat >f.c <<'C'
#include <dlfcn.h>
const char *const help = "install the package with libcudart.so.4711 first";
const char *const page = "https://example.org/libcudart.so.4711";
const char *const other = "my-libcudart.so.4711.bak";
void *f(const char *name) { return dlopen(name, RTLD_NOW); }
C
$CC -shared -fPIC -o libf.so f.c
