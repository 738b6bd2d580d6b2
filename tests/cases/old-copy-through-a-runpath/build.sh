# A folder in the file's own RUNPATH has a copy without the version; the system's is newer.
echo 'unsigned long zlibCompileFlags(void); unsigned long f(void) { return zlibCompileFlags(); }' >f.c
echo 'int inflate(void) { return 0; }' >old.c
echo 'ZLIB_1.1.0 { global: inflate; };' >old.map
mkdir old
$CC -shared -fPIC -Wl,--version-script=old.map -Wl,-soname,libz.so.1 -o old/libz.so.1 old.c
$CC -shared -fPIC -Wl,-rpath,'$ORIGIN/old' -o libf.so f.c "$($CC -print-file-name=libz.so.1)"
