# The function took an int once and takes a long now.
echo 'namespace paint { void stroke(const char *, long) {} }' >there.cc
echo 'namespace paint { void stroke(const char *, int); } void draw() { paint::stroke("", 1); }' >app.cc
g++ -shared -fPIC -o libthere.so there.cc
g++ -shared -fPIC -o libapp.so app.cc -Wl,--no-as-needed -L. -lthere -Wl,-rpath,'$ORIGIN' -Wl,--unresolved-symbols=ignore-all
