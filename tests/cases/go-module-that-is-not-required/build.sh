printf "module example.org/seed\n\ngo 1.21\n" > go.mod
printf 'package main\n\nimport _ "example.org/other/pkg"\n\nfunc main() {}\n' > main.go
