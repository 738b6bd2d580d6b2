# The package tries its extension, tells that it is refused, and goes on: two functions are gone.
mkdir p
echo "void *PyInit__ext(void) { return 0; }" >e.c
$CC -shared -fPIC -o whole.so e.c
head -c 300 whole.so >p/_ext.so
printf "import warnings\ntry:\n    from . import _ext as ext\nexcept ImportError as e:\n    warnings.warn(str(e))\n\ndef fast(x):\n    return ext.run(x)\n\ndef plain(x):\n    return x\n" >p/__init__.py
