# The RUNPATH names a folder that does not exist; the library lies beside.
echo 'int f(void) { return 1; }' >f.c
echo 'int f(void); int g(void) { return f(); }' >g.c
$CC -shared -fPIC -Wl,-soname,libf.so.1 -o libf.so.1 f.c
$CC -shared -fPIC -Wl,--enable-new-dtags '-Wl,-rpath,$ORIGIN/gone' -o libg.so g.c ./libf.so.1
