# The two were built with different settings of _GLIBCXX_USE_CXX11_ABI.
echo '#include <string>
namespace paint { void label(const std::string &) {} std::string title() { return ""; } }' >there.cc
echo '#include <string>
namespace paint { void label(const std::string &); std::string title(); } void draw() { paint::label(paint::title()); }' >app.cc
g++ -shared -fPIC -o libthere.so there.cc
g++ -shared -fPIC -o libapp.so app.cc -Wl,--no-as-needed -L. -lthere -Wl,-rpath,'$ORIGIN' -Wl,--unresolved-symbols=ignore-all -D_GLIBCXX_USE_CXX11_ABI=0
