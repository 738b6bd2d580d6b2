# The same through ctypes: libffi has its part in the stack.
echo 'int follow(const int *p) { return p[3]; }' >deep.c
$CC -O1 -shared -fPIC -o libdeep.so deep.c
