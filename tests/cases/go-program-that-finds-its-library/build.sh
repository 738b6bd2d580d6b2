printf "module example.org/seed\n\ngo 1.21\n" > go.mod
mkdir lib
echo 'int seed_add(int a, int b) { return a + b; }' > seed.txt
$CC -shared -fPIC -xc seed.txt -o lib/libseed.so
cat > main.go <<'X'
package main

/*
#cgo LDFLAGS: -L${SRCDIR}/lib -lseed -Wl,-rpath,$ORIGIN/lib
int seed_add(int, int);
*/
import "C"

func main() { println(C.seed_add(2, 3)) }
X
