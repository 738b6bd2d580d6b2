# A package whose extension needs a library that is gone: the lines of Python lead to it.
mkdir p
echo "int f(void) { return 0; }" >f.c
$CC -shared -fPIC -Wl,-soname,libgone.so.1 -o libgone.so.1 f.c
echo "int f(void); void *PyInit__ext(void) { return (void *)(long)f(); }" >e.c
$CC -shared -fPIC -o p/_ext.so e.c libgone.so.1
rm libgone.so.1
echo "from . import low" >p/__init__.py
printf "import os\nfrom p import _ext\n" >p/low.py
