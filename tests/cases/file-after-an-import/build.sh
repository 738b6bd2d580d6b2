# Without a path of its own the library finds what the module has opened before.
mkdir p deep
echo "int f(void) { return 0; }" >f.c
$CC -shared -fPIC -Wl,-soname,libdeep.so.1 -o deep/libdeep.so.1 f.c
echo "int f(void); int g(void) { return f(); }" >g.c
$CC -shared -fPIC -o user.so g.c deep/libdeep.so.1
echo "import ctypes; ctypes.CDLL(\"./deep/libdeep.so.1\")" >p/__init__.py
