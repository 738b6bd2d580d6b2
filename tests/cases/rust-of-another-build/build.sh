# The same path with another hash: built by another compiler, or from other sources.
echo 'void f(void) __asm__("_ZN5paint6stroke17h0123456789abcdefE"); void f(void) {}' >there.cc
echo 'void f(void) __asm__("_ZN5paint6stroke17hfedcba9876543210E"); void draw(void) { f(); }' >app.cc
g++ -shared -fPIC -o libthere.so there.cc
g++ -shared -fPIC -o libapp.so app.cc -Wl,--no-as-needed -L. -lthere -Wl,-rpath,'$ORIGIN' -Wl,--unresolved-symbols=ignore-all
