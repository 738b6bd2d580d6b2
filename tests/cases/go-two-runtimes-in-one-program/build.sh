# What a Go library exports besides its functions is all that is looked at: no Go is needed to make one.
printf "module example.org/seed\n\ngo 1.21\n" > go.mod
mkdir lib prog
echo 'void crosscall2(void) {} void _cgo_topofstack(void) {} int other(void) { return 1; }' > other.txt
$CC -shared -fPIC -xc other.txt -o lib/libother.so
cat > prog/main.go <<'X'
package main

/*
#cgo LDFLAGS: -L${SRCDIR}/../lib -lother -Wl,-rpath,${SRCDIR}/../lib
int other(void);
*/
import "C"

func main() { println(C.other()) }
X
