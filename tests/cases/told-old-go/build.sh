# go.mod asks for a newer Go.
cat >log <<'END'
go: go.mod requires go >= 1.22 (running go 1.19; GOTOOLCHAIN=local)
END
