# The same library, opened with ctypes: that asks for no init function.
echo "int f(void) { return 0; }" >m.c
$CC -shared -fPIC -o libm1.so m.c
echo "import ctypes; lib = ctypes.CDLL(\"./libm1.so\")" >m.py
