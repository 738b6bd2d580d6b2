# The first file of that name ends the search, whatever it is; the good one behind it is never tried.
echo 'int foo_version(void) { return 1; }' >foo.c
echo 'extern int foo_version(void); int bar(void) { return foo_version(); }' >bar.c
mkdir good stale
$CC -shared -fPIC -Wl,-soname,libfoo.so -o good/libfoo.so foo.c
: >stale/libfoo.so
$CC -shared -fPIC -o libbar.so bar.c -Lgood -lfoo '-Wl,--enable-new-dtags,-rpath,$ORIGIN/stale:$ORIGIN/good'
