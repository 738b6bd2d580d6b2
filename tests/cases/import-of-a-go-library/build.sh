# A C library made by Go, under the name of a module.
go mod init m >/dev/null 2>&1
printf "package main\n\nimport \"C\"\n\n//export F\nfunc F() {}\n\nfunc main() {}\n" >m.go
GOFLAGS=-mod=mod GOCACHE="${GOCACHE:-$PWD/cache}" HOME="$PWD" go build -buildmode=c-shared -o m.so m.go
