# A number behind one name among many is no release.
echo 'extern "C" { void upaint_circle(void) {} void upaint_line(void) {} void upaint_curve_2(void) {} void upaint_curve(void) {} }' >there.cc
echo 'extern "C" void upaint_curve_3(); void draw() { upaint_curve_3(); }' >app.cc
g++ -shared -fPIC -o libthere.so there.cc
g++ -shared -fPIC -o libapp.so app.cc -Wl,--no-as-needed -L. -lthere -Wl,-rpath,'$ORIGIN' -Wl,--unresolved-symbols=ignore-all
