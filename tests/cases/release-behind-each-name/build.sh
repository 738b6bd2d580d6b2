# A C library that puts its release behind all of its names.
seq -f 'void upaint_stroke%g_72(void) {}' 5 >there.cc; sed -i 's/^/extern "C" /' there.cc
echo 'extern "C" void upaint_stroke3_67(); void draw() { upaint_stroke3_67(); }' >app.cc
g++ -shared -fPIC -o libthere.so there.cc
g++ -shared -fPIC -o libapp.so app.cc -Wl,--no-as-needed -L. -lthere -Wl,-rpath,'$ORIGIN' -Wl,--unresolved-symbols=ignore-all
