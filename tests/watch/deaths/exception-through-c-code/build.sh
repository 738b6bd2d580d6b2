# A callback in C++ throws, and the C library that called it has no unwind table: the exception cannot pass.
cat >each.c <<'C'
void each(int n, void (*fn)(int)) { for (int i = 0; i < n; i++) fn(i); }
C
cat >prog.cc <<'C'
#include <stdexcept>
extern "C" void each(int n, void (*fn)(int));
extern "C" void visit(int i) { if (i == 1) throw std::runtime_error("no more"); }
int main() { try { each(3, visit); } catch (const std::exception &) { return 0; } return 1; }
C
$CC -O0 -fno-asynchronous-unwind-tables -fno-unwind-tables -shared -fPIC -o libeach.so each.c
$CXX -O0 -Wl,-rpath,'$ORIGIN' -o prog prog.cc ./libeach.so
