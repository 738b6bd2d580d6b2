# A flag that Go does not allow.
cat >log <<'END'
go build example.org/x: invalid flag in #cgo LDFLAGS: -Wl,--whole-archive
END
