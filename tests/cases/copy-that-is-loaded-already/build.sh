# A preloaded copy answers to the name; RUNPATH leads to another one.
echo 'int a(void) { return 1; }' >a.c
echo 'int a(void) { return 1; } int more(void) { return 2; }' >a2.c
echo 'int a(void); int f(void) { return a(); }' >f.c
mkdir one two
$CC -shared -fPIC -Wl,-soname,liba.so.1 -o one/liba.so.1 a.c
$CC -shared -fPIC -Wl,-soname,liba.so.1 -o two/liba.so.1 a2.c
$CC -shared -fPIC -o libf.so f.c two/liba.so.1 -Wl,-rpath,'$ORIGIN/two'
