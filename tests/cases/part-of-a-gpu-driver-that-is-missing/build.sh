# A library that needs a part of NVIDIA's driver; no driver has a part of this name.
echo 'int of_the_driver(void) { return 1; }' >d.c
echo 'int of_the_driver(void); int f(void) { return of_the_driver(); }' >f.c
$CC -shared -fPIC -Wl,-soname,libnvidia-dlwhy-case.so.1 -o libd.so d.c
$CC -shared -fPIC -o libf.so f.c ./libd.so
rm libd.so
