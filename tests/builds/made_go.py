"""Failures of Go, cgo and their linker."""
from builds import Build, failure

GO_MOD = "module example.org/%s\n\ngo 1.21\n"


def cgo_program(s, lines, call="0", name="main.go", extra=""):
    s.write("go.mod", GO_MOD % s.word())
    preamble = "\n".join(lines)
    return s.write(name, f"package main\n\n/*\n{preamble}\n*/\nimport \"C\"\n{extra}\nfunc main() {{ println({call}) }}\n")


def go(*arguments):
    return ["--go", ".", *(["--", *arguments] if arguments else [])]


@failure("go", "gcc")
def cgo_library_that_is_not_there(s):
    a, f = s.words(2)
    cgo_program(s, [f"#cgo LDFLAGS: -L${{SRCDIR}}/lib -l{a}", f"int {f}(int);"], f"C.{f}(1)")
    return Build("go build -o app .", f"cannot find -l{a}", "ld-library-not-found", "not-installed", f"-l{a}", link=go())


@failure("go", "gcc", quick=True)
def cgo_flag_that_go_refuses(s):
    f = s.word()
    cgo_program(s, ["#cgo LDFLAGS: -Wl,-z,defs -lm", "int puts(const char *);"])
    return Build("go build -o app .", "invalid flag in #cgo LDFLAGS: -Wl,-z,defs", "cgo-flag", "not-allowed", None,
                 ("-Wl,-z,defs", None), link=go())


@failure("go", "gcc", quick=True)
def cgo_flag_of_the_compiler_that_go_refuses(s):
    f = s.word()
    cgo_program(s, ["#cgo CFLAGS: -O2 -funroll-loops", "int puts(const char *);"])
    return Build("go build -o app .", "invalid flag in #cgo CFLAGS: -funroll-loops", "cgo-flag", "not-allowed", link=go())


@failure("go", "gcc", quick=True)
def cgo_argument_with_a_parenthesis(s):
    cgo_program(s, ["#cgo LDFLAGS: -L/opt/x(1)/lib", "int puts(const char *);"])
    return Build("go build -o app .", "malformed #cgo argument: -L/opt/x(1)/lib", "cgo-flag", "malformed", ("main.go", "-L/opt/x(1)/lib"),
                 link=go())


@failure("go", "gcc", quick=True)
def cgo_verb_in_other_letters(s):
    cgo_program(s, ["#cgo LdFlags: -lm", "int puts(const char *);"])
    return Build("go build -o app .", "invalid #cgo verb", "cgo-flag", "invalid-verb", "main.go", link=go())


@failure("go", "gcc", "pkg-config", quick=True)
def cgo_package_without_its_pc_file(s):
    a = s.word()
    cgo_program(s, [f"#cgo pkg-config: {a}", "int puts(const char *);"])
    return Build("go build -o app .", f"Package {a} was not found", "pkg-config", "package-not-found", (f"{a}.pc", a), link=go())


@failure("go", "gcc")
def cgo_name_that_c_does_not_know(s):
    a, f = s.words(2)
    s.write(f"{a}.h", f"int {a}(int);\n")
    cgo_program(s, [f"#include \"{a}.h\""], f"C.{f}(1)")
    return Build("go build -o app .", f"could not determine what C.{f} refers to", "build-other", "name-unknown", None, f,
                 link=go())


@failure("go", "gcc")
def cgo_library_in_the_wrong_order(s):
    a, b, f, g = s.words(4)
    s.archive(f"lib/lib{a}.a", f, calls=[g])
    s.archive(f"lib/lib{b}.a", g)
    cgo_program(s, [f"#cgo LDFLAGS: -L${{SRCDIR}}/lib -l{b} -l{a}", f"int {f}(int);"], f"C.{f}(1)")
    return Build("go build -o app .", f"undefined reference to `{g}'", "ld-undefined-reference", "order", f"lib{b}.a", g,
                 link=go())


@failure("go", "gcc", "g++")
def cgo_archive_of_cxx_without_its_runtime(s):
    a, f = s.words(2)
    s.write("native/x.cc", f"extern \"C\" int {f}(int x) {{ int *p = new int(x); int y = *p; delete p; return y; }}\n")
    s.run(f"cd native && g++ -c x.cc && ar rcs ../lib{a}.a x.o && rm x.o")
    cgo_program(s, [f"#cgo LDFLAGS: -L${{SRCDIR}} -l{a}", f"int {f}(int);"], f"C.{f}(1)")
    return Build("go build -o app .", "undefined reference to `operator new(unsigned long)'", "ld-undefined-reference",
                 "cxx-runtime", ("libstdc++", "libstdc++.so.6", "libstdc++.so"), link=go())


@failure("go", "gcc", "clang-14", "ld.lld")
def cgo_library_of_another_machine(s):
    a, f = s.words(2)
    s.other_machine(f"lib/lib{a}.so", f)
    cgo_program(s, [f"#cgo LDFLAGS: -L${{SRCDIR}}/lib -l{a}", f"int {f}(int);"], f"C.{f}(1)")
    return Build("go build -o app .", "skipping incompatible", "ld-incompatible", "other-arch", f"lib{a}.so", link=go())


@failure("go", "gcc")
def cgo_method_of_cxx_called_as_c(s):
    a, f = s.words(2)
    s.write("native/x.cc", f"int {f}(int x) {{ return x; }}\n")
    s.run(f"cd native && g++ -c x.cc && ar rcs ../lib{a}.a x.o && rm x.o")
    cgo_program(s, [f"#cgo LDFLAGS: -L${{SRCDIR}} -l{a}", f"int {f}(int);"], f"C.{f}(1)")
    return Build("go build -o app .", f"undefined reference to `{f}'", "ld-undefined-reference", "extern-c", f"lib{a}.a", f,
                 link=go())


@failure("go", "gcc", quick=True)
def go_race_without_cgo(s):
    s.write("go.mod", GO_MOD % s.word())
    s.write("main.go", "package main\n\nfunc main() {}\n")
    return Build("CGO_ENABLED=0 go build -race -o app .", "-race requires cgo", "cgo-disabled", "race", link=go("-race"),
                 env={"CGO_ENABLED": "0"})


@failure("go", quick=True)
def go_of_a_later_release(s):
    s.write("go.mod", "module example.org/x\n\ngo 1.99\n")
    s.write("main.go", "package main\n\nfunc main() {}\n")
    return Build("go build -o app .", "go.mod requires go >= 1.99", "go-toolchain", "too-old", link=False)


def native_file(s):
    """A program whose function stands in a file that imports "C"."""
    f = s.word()
    s.write("go.mod", GO_MOD % s.word())
    s.write("main.go", f"package main\n\nfunc main() {{ println({f}(1)) }}\n")
    s.write("native.go", f"package main\n\n// static int one(int x) {{ return x; }}\nimport \"C\"\n\n"
                         f"func {f}(x int) int {{ return int(C.one(C.int(x))) }}\n")
    return f


@failure("go")
def go_file_left_out_for_another_machine(s):
    f = native_file(s)
    return Build("GOARCH=riscv64 go build -o app .", f"undefined: {f}", "cgo-disabled", "cross-default", "native.go", f,
                 link=("--go", "."), env={"GOARCH": "riscv64"}, seen=("cross-default", "file-left-out"))


@failure("go", quick=True)
def go_file_left_out_without_cgo(s):
    f = native_file(s)
    return Build("go build -o app .", f"undefined: {f}", "cgo-disabled", "file-left-out", "native.go", f, link=False,
                 env={"CGO_ENABLED": "0"})


@failure("go", quick=True)
def go_package_of_no_module(s):
    a = s.word()
    s.write("go.mod", GO_MOD % s.word())
    s.write("main.go", f"package main\n\nimport \"example.com/{a}/v2\"\n\nfunc main() {{ {a}.Run() }}\n")
    return Build("go build -o app .", f"no required module provides package example.com/{a}/v2", "go-toolchain",
                 "module-missing", f"example.com/{a}/v2", link=False)


@failure("go", quick=True)
def go_compiler_that_is_not_there(s):
    a = s.word()
    cgo_program(s, ["#cgo LDFLAGS: -lm", "int puts(const char *);"])
    return Build("go build -o app .", f"C compiler \"{a}-cc\" not found", "compiler-missing", "CC", f"{a}-cc",
                 link=False, env={"CC": f"{a}-cc", "CGO_ENABLED": "1"})


@failure("go", "gcc")
def go_defines_in_a_file_that_exports(s):
    f, g = s.words(2)
    cgo_program(s, [f"int {f}(int x) {{ return x + 1; }}"], f"C.{f}(1)",
                extra=f"\n//export {g.capitalize()}\nfunc {g.capitalize()}(x C.int) C.int {{ return x }}\n")
    return Build("go build -o app .", f"multiple definition of `{f}'", "ld-multiple-definition", "export-preamble", "main.go", f,
                 link=go())


@failure("go", "gcc")
def go_archive_in_a_c_program_without_its_caller(s):
    f, g = s.words(2)
    s.write("go.mod", GO_MOD % s.word())
    s.write("lib.go", f"package main\n\nimport \"C\"\n\n//export {f}\nfunc {f}(x C.int) C.int {{ return x }}\n\nfunc main() {{}}\n")
    s.run("go build -buildmode=c-archive -o libgo.a lib.go")
    s.compile(s.caller(f, g))
    return Build("gcc -fuse-ld=bfd -o prog main.o -L. -lgo", f"undefined reference to `{g}'", "ld-undefined-reference", None,
                 None, g)


@failure("go", "gcc", "ld.lld")
def cgo_with_lld_and_a_missing_symbol(s):
    f = s.word()
    cgo_program(s, [f"int {f}(int);"], f"C.{f}(1)")
    return Build("CGO_LDFLAGS=-fuse-ld=lld go build -o app .", f"undefined symbol: {f}", "ld-undefined-reference", "not-linked",
                 None, f, link=go(), env={"CGO_LDFLAGS": "-fuse-ld=lld"})
