echo 'void each(int n, void (*fn)(int)) { for (int i = 0; i < n; i++) fn(i); }' >each.c
cat >prog.cc <<'C'
#include <cstdio>
#include <stdexcept>
extern "C" void each(int n, void (*fn)(int));
static void visit(int i) { if (i == 1) throw std::runtime_error("no more"); }
int main() { try { each(3, visit); } catch (const std::exception &x) { std::puts(x.what()); return 0; } return 1; }
C
$CC -fexceptions -shared -fPIC -o libeach.so each.c
$CXX -Wl,-rpath,'$ORIGIN' -o prog prog.cc ./libeach.so
