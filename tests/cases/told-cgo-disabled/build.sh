# A package that needs cgo, without cgo.
cat >log <<'END'
package example.org/x
	imports example.org/x/native: build constraints exclude all Go files in /src/x/native
END
