# Two options of the linker in one word: each alone would be allowed.
printf "module example.org/seed\n\ngo 1.21\n" > go.mod
cat > main.go <<'X'
package main

/*
#cgo LDFLAGS: -Wl,-rpath,/a,-rpath,/b
static int one(void) { return 1; }
*/
import "C"

func main() { println(C.one()) }
X
