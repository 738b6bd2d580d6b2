printf "module example.org/seed\n\ngo 1.21\n" > go.mod
printf 'package main\n\nfunc main() { println(twice(2)) }\n' > main.go
printf 'package main\n\nimport "C"\n\nfunc twice(x int) int { return int(2 * C.int(x)) }\n' > twice.go
