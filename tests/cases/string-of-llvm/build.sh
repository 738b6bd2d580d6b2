# The names of libc++ have the inline namespace __1, which is no setting of libstdc++.
echo '#include <string>
namespace paint { void label(const std::string &) {} }' >there.cc
echo 'namespace std { inline namespace __1 {
template<class> struct char_traits; template<class> class allocator;
template<class C, class = char_traits<C>, class = allocator<C>> class basic_string; } }
namespace paint { void label(const std::basic_string<char> &); }
void draw(std::basic_string<char> *s) { paint::label(*s); }' >app.cc
g++ -shared -fPIC -o libthere.so there.cc
g++ -shared -fPIC -o libapp.so app.cc -Wl,--no-as-needed -L. -lthere -Wl,-rpath,'$ORIGIN' -Wl,--unresolved-symbols=ignore-all
