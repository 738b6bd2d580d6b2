# std::cout, constructors and exceptions of one library: one finding.
cat >f.c <<X
extern char _ZSt4cout, _ZTIi; void _ZNSt8ios_base4InitC1Ev(void), __cxa_throw(void);
void f(void) { _ZSt4cout = _ZTIi; _ZNSt8ios_base4InitC1Ev(); __cxa_throw(); }
X
$CC -shared -fPIC -o libf.so f.c
