# A structure with a std::string crosses from a library of the old C++ ABI into one of the new.
cat >item.h <<'C'
#include <string>
struct item { std::string name; };
extern "C" unsigned long show(const item *x);
C
cat >show.cc <<'C'
#include "item.h"
#include <cstdio>
unsigned long show(const item *x) { std::string copy(x->name); copy.append("!"); return copy.size(); }
C
cat >make.cc <<'C'
#include "item.h"
#include <cstring>
extern "C" int make(void)
{
	struct { item x; unsigned long rest[4]; } room;
	std::memset(room.rest, 0x7f, sizeof(room.rest));
	room.x.name.append("a name that does not fit into a small string");
	return show(&room.x) > 0;
}
C
echo 'int make(void); int main(void) { return make(); }' >prog.c
$CXX -O1 -D_GLIBCXX_USE_CXX11_ABI=1 -shared -fPIC -o libshow.so show.cc
$CXX -O1 -D_GLIBCXX_USE_CXX11_ABI=0 -shared -fPIC -Wl,-rpath,'$ORIGIN' -o libmake.so make.cc ./libshow.so
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libmake.so
