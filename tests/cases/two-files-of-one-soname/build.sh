# A library was linked against its own copy by a path, and another copy of that SONAME, of another
# release, comes first: half of what it wants is taken from there.
echo 'int foo_old(void) { return 1; }' >old.c
echo 'int foo_old(void) { return 2; } int foo_new(void) { return 2; }' >new.c
mkdir old new
$CC -shared -fPIC -Wl,-soname,libfoo.so.1 -o old/libfoo.so.1 old.c
$CC -shared -fPIC -o new/libfoo.so.1 new.c
echo 'int foo_old(void); int a(void) { return foo_old(); }' >a.c
$CC -shared -fPIC -Wl,-rpath,'$ORIGIN/old' -o liba.so a.c old/libfoo.so.1
echo 'int foo_old(void), foo_new(void); int b(void) { return foo_old() + foo_new(); }' >b.c
$CC -shared -fPIC -o libb.so b.c ./new/libfoo.so.1
$CC -shared -fPIC -Wl,-soname,libfoo.so.1 -o new/libfoo.so.1 new.c
echo 'int a(void), b(void); int f(void) { return a() + b(); }' >f.c
$CC -shared -fPIC -o libf.so f.c ./liba.so ./libb.so
