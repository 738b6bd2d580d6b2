# Two classes have a method of one name: that is no reason.
echo 'namespace paint { struct Brush { void begin(int); }; void Brush::begin(int) {} }' >there.cc
echo 'namespace paint { struct Canvas { void begin(int); }; } void draw() { paint::Canvas().begin(1); }' >app.cc
g++ -shared -fPIC -o libthere.so there.cc
g++ -shared -fPIC -o libapp.so app.cc -Wl,--no-as-needed -L. -lthere -Wl,-rpath,'$ORIGIN' -Wl,--unresolved-symbols=ignore-all
