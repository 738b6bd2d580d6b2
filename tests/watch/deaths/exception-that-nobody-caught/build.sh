echo '#include <new>
void ask(void) { throw std::bad_alloc(); }' >ask.cc
echo 'void ask(void); int main() { ask(); }' >prog.cc
$CXX -O0 -shared -fPIC -o libask.so ask.cc
$CXX -O0 -Wl,-rpath,'$ORIGIN' -o prog prog.cc ./libask.so
