# An old copy stands in the RUNPATH of libg.so, but liba.so has brought the system's already.
echo 'unsigned long zlibCompileFlags(void); unsigned long a(void) { return zlibCompileFlags(); }' >a.c
echo 'unsigned long compressBound(unsigned long); int g(void) { return compressBound(1) > 1; }' >g.c
echo 'int g(void); unsigned long a(void); unsigned long f(void) { return a() + g(); }' >f.c
echo 'unsigned long compressBound(unsigned long n) { return n; }' >old.c
echo 'ZLIB_1.2.0 { global: compressBound; };' >old.map
mkdir old
$CC -shared -fPIC -Wl,--version-script=old.map -Wl,-soname,libz.so.1 -o old/libz.so.1 old.c
$CC -shared -fPIC -o liba.so a.c "$($CC -print-file-name=libz.so.1)"
$CC -shared -fPIC -Wl,-rpath,'$ORIGIN/old' -o libg.so g.c old/libz.so.1
$CC -shared -fPIC -Wl,-rpath,'$ORIGIN' -o libf.so f.c liba.so libg.so
