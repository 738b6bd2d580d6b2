# The same flags, in a file for another system, behind a condition, and in a comment that is no preamble.
printf "module example.org/seed\n\ngo 1.21\n" > go.mod
cat > main_windows.go <<'X'
package main

// #cgo LDFLAGS: -Wl,--whole-archive
import "C"
X
cat > main.go <<'X'
package main

// #cgo LDFLAGS: -Wl,--whole-archive

// #cgo windows darwin LDFLAGS: -Wl,--whole-archive
// #cgo LDFLAGS: -Wl,-rpath,/a -Wl,-rpath,/b
// static int one(void) { return 1; }
import "C"

func main() { println(C.one()) }
X
