# liba.so brings an old copy first; libg.so wants more of it, and would have found the system's.
echo 'unsigned long zlibCompileFlags(void); unsigned long g(void) { return zlibCompileFlags(); }' >g.c
echo 'int inflate(void); int a(void) { return inflate(); }' >a.c
echo 'unsigned long g(void); int a(void); unsigned long f(void) { return g() + a(); }' >f.c
echo 'int inflate(void) { return 0; }' >old.c
echo 'ZLIB_1.1.0 { global: inflate; };' >old.map
mkdir old
$CC -shared -fPIC -Wl,--version-script=old.map -Wl,-soname,libz.so.1 -o old/libz.so.1 old.c
$CC -shared -fPIC -Wl,-rpath,'$ORIGIN/old' -o liba.so a.c old/libz.so.1
$CC -shared -fPIC -o libg.so g.c "$($CC -print-file-name=libz.so.1)"
$CC -shared -fPIC -Wl,-rpath,'$ORIGIN' -o libf.so f.c liba.so libg.so
