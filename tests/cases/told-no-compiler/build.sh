# cgo without a compiler.
cat >log <<'END'
# runtime/cgo
cgo: C compiler "gcc" not found: exec: "gcc": executable file not found in $PATH
END
