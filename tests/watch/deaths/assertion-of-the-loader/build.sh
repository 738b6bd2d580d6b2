# An edit took the library from the list of needs, and left its versions: ld.so gives up.
echo 'int f(void) { return 1; }' >v.c
echo 'V1 { global: f; };' >v.map
echo 'int f(void); int h(void) { return f(); }' >h.c
echo '#include <dlfcn.h>
int main(void) { return dlopen("./libh.so", RTLD_NOW) == 0; }' >prog.c
$CC -shared -fPIC -Wl,-soname,libv.so.1,--version-script,v.map -o libv.so.1 v.c
$CC -shared -fPIC -o libh.so h.c ./libv.so.1
patchelf --remove-needed libv.so.1 libh.so
$CC -o prog prog.c
