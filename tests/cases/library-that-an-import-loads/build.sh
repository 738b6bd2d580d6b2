# The library lies in the package that loads it when it is imported.
mkdir -p site-packages/ext site-packages/torch/lib
echo 'int _ZN3c103fooEv(void) { return 1; }' >c10.c
echo 'int _ZN3c103fooEv(void); int f(void) { return _ZN3c103fooEv(); }' >f.c
$CC -shared -fPIC -Wl,-soname,libc10.so -o site-packages/torch/lib/libc10.so c10.c
$CC -shared -fPIC -o site-packages/ext/libf.so f.c -Lsite-packages/torch/lib -lc10
