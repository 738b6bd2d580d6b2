# Two libraries of the two C++ ABIs, between which no string crosses: the mistake is another one.
cat >show.cc <<'C'
#include <string>
static std::string shown;
extern "C" void show(const char *text, int *count) { shown.append(text); *count = 1; }
C
cat >make.cc <<'C'
#include <string>
extern "C" void show(const char *text, int *count);
static std::string made;
extern "C" int make(void) { made.append("a name"); show("a text", nullptr); return (int)made.size(); }
C
echo 'int make(void); int main(void) { return make(); }' >prog.c
$CXX -O1 -D_GLIBCXX_USE_CXX11_ABI=1 -shared -fPIC -o libshow.so show.cc
$CXX -O1 -D_GLIBCXX_USE_CXX11_ABI=0 -shared -fPIC -Wl,-rpath,'$ORIGIN' -o libmake.so make.cc ./libshow.so
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libmake.so
