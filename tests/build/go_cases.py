"""Go packages with cgo that people build, each with what may be wrong in it: files, a command that makes libraries,
environment and flags. What go says of them is asked of go.
"""
import dataclasses

MOD = "module example.org/seed\n\ngo 1.20\n"
CALL = "package main\n\n{}import \"C\"\n\nfunc main() {{ println({}) }}\n"


def main(preamble, *calls):
    """A program; preamble: the lines of the comment."""
    return CALL.format("".join(f"// {line}\n" for line in preamble), ", ".join(calls) or "1")


@dataclasses.dataclass
class Case:
    files: dict
    args: tuple = ()
    env: dict = dataclasses.field(default_factory=dict)
    make: str = ""      # a command of bash before
    needs: tuple = ()   # programs
    package: str = "."


LIB = "mkdir -p lib; echo 'int grain(int x) { return x; }' >grain.txt; gcc -shared -fPIC -xc grain.txt -o lib/libgrain.so"
AR = "mkdir -p lib; echo 'int grain(int x) { return x; }' >grain.txt; gcc -c -xc grain.txt -o lib/grain.o; ar rcs lib/libgrain.a lib/grain.o; rm lib/grain.o"
GRAIN = "int grain(int);"
PC = "prefix=${pcfiledir}/..\nName: grain\nDescription: x\nVersion: 1.2\nCflags: -I${prefix}/include\nLibs: -L${prefix}/lib -lgrain\n"
HEADER = "#ifndef G\n#define G\nint grain(int);\n#define GRAINS 3\ntypedef struct { int n; } grain_t;\n#endif\n"


def one(preamble, *calls, **more):
    files = {"go.mod": MOD, "main.go": main(preamble, *calls), **more.pop("files", {})}
    return Case(files, **more)


# Go's types are not checked: go itself says that best. And -Werror is not followed for preambles: cgo writes more
# text around them, which is warned of as well.
NOT_FOLLOWED = {"go-error", "werror-in-preamble"}

CASES = {
    # libm and other parts of the C library
    "math-without-lm": one(["#include <math.h>"], "float64(C.tgamma(4))"),
    "math-constant-sqrt": one(["#include <math.h>"], "float64(C.sqrt(4))"),
    "math-with-lm": one(["#cgo LDFLAGS: -lm", "#include <math.h>"], "float64(C.tgamma(4))"),
    "math-in-static-function": one(["#include <math.h>", "static double f(double x) { return tgamma(x); }"], "float64(C.f(4))"),
    "math-in-c-file": one(["double f(double);"], "float64(C.f(4))",
                          files={"f.c": "#include <math.h>\ndouble f(double x) { return tgamma(x); }\n"}),
    "math-in-c-file-lm": one(["#cgo LDFLAGS: -lm", "double f(double);"], "float64(C.f(4))",
                             files={"f.c": "#include <math.h>\ndouble f(double x) { return tgamma(x); }\n"}),
    "dl": one(["#include <dlfcn.h>", "#include <stdlib.h>"], "C.dlopen(nil, 1) != nil"),
    "threads": one(["#include <pthread.h>", "static int f(void) { return pthread_self() != 0; }"], "int(C.f())"),
    "errno-of-c": one(["#include <stdio.h>", "static void f(void) { puts(\"x\"); }"], "(func() int { C.f(); return 1 })()"),
    # libraries
    "library": one(["#cgo LDFLAGS: -L${SRCDIR}/lib -lgrain", GRAIN], "int(C.grain(1))", make=LIB),
    "archive": one(["#cgo LDFLAGS: -L${SRCDIR}/lib -lgrain", GRAIN], "int(C.grain(1))", make=AR),
    "archive-by-path": one(["#cgo LDFLAGS: ${SRCDIR}/lib/libgrain.a", GRAIN], "int(C.grain(1))", make=AR),
    "archive-missing": one(["#cgo LDFLAGS: ${SRCDIR}/lib/libgrain.a", GRAIN], "int(C.grain(1))"),
    "no-library": one(["#cgo LDFLAGS: -lgrain", GRAIN], "int(C.grain(1))"),
    "no-folder": one(["#cgo LDFLAGS: -L/no/such -lgrain", GRAIN], "int(C.grain(1))"),
    "not-linked": one([GRAIN], "int(C.grain(1))"),
    "other-name": one(["#cgo LDFLAGS: -L${SRCDIR}/lib -lgrain", "int grane(int);"], "int(C.grane(1))", make=LIB),
    "ldflags-from-environment": one([GRAIN], "int(C.grain(1))", make=LIB, env={"CGO_LDFLAGS": "-Llib -lgrain"}),
    "ldflags-by-extldflags": one([GRAIN], "int(C.grain(1))", make=AR, args=("-ldflags=-extldflags '-Llib -lgrain'",)),
    "static": one(["#cgo LDFLAGS: -L${SRCDIR}/lib -lgrain", GRAIN], "int(C.grain(1))", make=AR, args=("-ldflags=-extldflags=-static",)),
    "static-of-shared": one(["#cgo LDFLAGS: -L${SRCDIR}/lib -lgrain", GRAIN], "int(C.grain(1))", make=LIB,
                            args=("-ldflags=-extldflags=-static",)),
    "for-other-machine": one(["#cgo LDFLAGS: -L${SRCDIR}/lib -lgrain", GRAIN], "int(C.grain(1))",
                             make="mkdir lib; echo 'int grain(int x) { return x; }' >grain.txt; gcc -m32 -shared -nostdlib -fPIC -xc grain.txt -o lib/libgrain.so"),
    "needs-another": one(["#cgo LDFLAGS: -L${SRCDIR}/lib -lgrain", GRAIN], "int(C.grain(1))",
                         make=LIB + "; echo 'int chaff(int x) { return x; }' >c.txt; gcc -shared -fPIC -xc c.txt -o lib/libchaff.so; "
                                    "echo 'int chaff(int); int grain(int x) { return chaff(x); }' >g.txt; "
                                    "gcc -shared -fPIC -xc g.txt -o lib/libgrain.so -Llib -lchaff; mkdir gone; mv lib/libchaff.so gone"),
    "internal-link": one(["#cgo LDFLAGS: -L${SRCDIR}/lib -lgrain", GRAIN], "int(C.grain(1))", make=LIB, args=("-ldflags=-linkmode=internal",)),
    "external-link": one([], args=("-ldflags=-linkmode=external",)),
    # headers and flags
    "header": one(["#cgo CFLAGS: -I${SRCDIR}/include", "#cgo LDFLAGS: -L${SRCDIR}/lib -lgrain", "#include <grain.h>"],
                  "int(C.grain(C.GRAINS))", files={"include/grain.h": HEADER}, make=LIB),
    "header-by-cppflags": one(["#cgo CPPFLAGS: -Iinclude", "#cgo LDFLAGS: -L${SRCDIR}/lib -lgrain", "#include <grain.h>"],
                              "int(C.grain(C.GRAINS))", files={"include/grain.h": HEADER}, make=LIB),
    "header-missing": one(["#include <grain.h>"], "int(C.grain(1))", files={"include/grain.h": HEADER}),
    "header-below-missing": one(["#cgo CFLAGS: -Iinclude", "#include <grain.h>"], "int(C.grain(1))",
                                files={"include/grain.h": "#include \"chaff.h\"\n" + HEADER}),
    "header-in-c-file": one(["int f(void);"], "int(C.f())", files={"f.c": "#include \"chaff.h\"\nint f(void) { return 1; }\n"}),
    "header-beside": one(["#include \"grain.h\""], "int(C.GRAINS)", files={"grain.h": HEADER}),
    "define": one(["#cgo CFLAGS: -DGRAIN=7", "static int f(void) { return GRAIN; }"], "int(C.f())"),
    "define-missing": one(["static int f(void) { return GRAIN; }"], "int(C.f())"),
    "name-missing": one(["#include <stdlib.h>"], "int(C.no_such_name)"),
    "type-missing": one(["#include <stdlib.h>"], "len([]C.no_such_type{})"),
    "two-names-missing": one(["#include <stdlib.h>"], "int(C.no_such_a)", "int(C.no_such_b)"),
    "flag-refused": one(["#cgo CFLAGS: -fplugin=x.so"], "1"),
    "ldflag-refused": one(["#cgo LDFLAGS: -Wl,-T,x.ld"], "1"),
    "flag-allowed": one(["#cgo CFLAGS: -fexec-charset=UTF-8"], "1", env={"CGO_CFLAGS_ALLOW": "-fexec.*"}),
    "flag-of-go's-linker": one([GRAIN], "int(C.grain(1))", make=AR, args=("-ldflags=-extldflags=-Llib -lgrain",)),
    "flag-from-environment": one([GRAIN.replace("int grain", "static inline int grain").replace(";", " { return GRAIN; }").replace("(int)", "(void)")],
                                 "int(C.grain())", env={"CGO_CFLAGS": "-DGRAIN=3"}),
    "verb-unknown": one(["#cgo LIBS: -lm"], "1"),
    "quote-open": one(["#cgo CFLAGS: '-DX"], "1"),
    "condition": one(["#cgo windows LDFLAGS: -lgrain", "#cgo linux LDFLAGS: -lm", "#include <math.h>"], "float64(C.tgamma(4))"),
    "condition-not": one(["#cgo !linux LDFLAGS: -lm", "#include <math.h>"], "float64(C.tgamma(4))"),
    # pkg-config
    "pkg-config": one(["#cgo pkg-config: grain", "#include <grain.h>"], "int(C.grain(1))", make=LIB,
                      files={"pc/grain.pc": PC, "include/grain.h": HEADER}, env={"PKG_CONFIG_PATH": "pc"}, needs=("pkg-config",)),
    "pkg-config-missing": one(["#cgo pkg-config: grain"], "1", needs=("pkg-config",)),
    "pkg-config-version": one(["#cgo pkg-config: grain >= 2"], "1", files={"pc/grain.pc": PC}, env={"PKG_CONFIG_PATH": "pc"}, needs=("pkg-config",)),
    "pkg-config-requires": one(["#cgo pkg-config: grain"], "1", files={"pc/grain.pc": PC + "Requires: chaff\n"},
                               env={"PKG_CONFIG_PATH": "pc"}, needs=("pkg-config",)),
    "pkg-config-no-library": one(["#cgo pkg-config: grain", "#include <grain.h>"], "int(C.grain(1))",
                                 files={"pc/grain.pc": PC, "include/grain.h": HEADER}, env={"PKG_CONFIG_PATH": "pc"}, needs=("pkg-config",)),
    "pkg-config-none": one(["#cgo pkg-config: grain"], "1", env={"PKG_CONFIG": "no-such-pkg-config"}),
    # other languages
    "c-file": one([GRAIN], "int(C.grain(1))", files={"g.c": "int grain(int x) { return x; }\n"}),
    "c-file-calls-none": one([GRAIN], "int(C.grain(1))", files={"g.c": "int chaff(int); int grain(int x) { return chaff(x); }\n"}),
    "c-file-twice": one([GRAIN], "int(C.grain(1))", files={"g.c": "int grain(int x) { return x; }\n", "h.c": "int grain(int x) { return x; }\n"}),
    "c-file-constraint": one([GRAIN], "int(C.grain(1))", files={"g.c": "//go:build windows\n\nint grain(int x) { return x; }\n"}),
    "c-file-by-name": one([GRAIN], "int(C.grain(1))", files={"g_windows.c": "int grain(int x) { return x; }\n"}),
    "c-file-error": one([GRAIN], "int(C.grain(1))", files={"g.c": "int grain(int x) { return y; }\n"}),
    "cxx-file": one([GRAIN], "int(C.grain(1))", files={"g.cc": "#include <string>\nextern \"C\" int grain(int x) { return (int)std::string(x, 'a').size(); }\n"}),
    "cxx-file-mangled": one([GRAIN], "int(C.grain(1))", files={"g.cpp": "int grain(int x) { return x; }\n"}),
    "cxx-library": one(["#cgo LDFLAGS: -L${SRCDIR}/lib -lgrain", GRAIN], "int(C.grain(1))",
                       make="mkdir lib; printf '#include <string>\\nextern \"C\" int grain(int x) { return (int)std::string(x, 97).size(); }\\n' >g.txt; "
                            "g++ -c -xc++ g.txt -o g.tmp; ar rcs lib/libgrain.a g.tmp; rm g.tmp"),
    "cxx-library-stdc++": one(["#cgo LDFLAGS: -L${SRCDIR}/lib -lgrain -lstdc++", GRAIN], "int(C.grain(1))",
                              make="mkdir lib; printf '#include <string>\\nextern \"C\" int grain(int x) { return (int)std::string(x, 97).size(); }\\n' >g.txt; "
                                   "g++ -c -xc++ g.txt -o g.tmp; ar rcs lib/libgrain.a g.tmp; rm g.tmp"),
    "fortran-file": one(["#cgo LDFLAGS: -lgfortran", "int grain_(int *);", "static int f(void) { int x = 2; return grain_(&x); }"], "int(C.f())",
                        files={"g.f90": "integer function grain(x)\n  integer x\n  grain = x + 1\nend function\n"}, needs=("gfortran",)),
    "assembler-file": one([GRAIN], "int(C.grain(1))", files={"g.S": ".globl grain\ngrain:\n\tmov %edi, %eax\n\tret\n"}),
    "c-without-cgo": Case({"go.mod": MOD, "main.go": "package main\n\nfunc main() {}\n", "g.c": "int grain;\n"}),
    # modules and packages
    "replace": Case({"go.mod": MOD + "\nrequire example.org/dep v1.0.0\n\nreplace example.org/dep => ./dep\n",
                     "main.go": "package main\n\nimport \"example.org/dep\"\n\nfunc main() { println(dep.F()) }\n",
                     "dep/go.mod": "module example.org/dep\n", "dep/dep.go": "package dep\n\n// #cgo LDFLAGS: -L${SRCDIR}/lib -lgrain\n// int grain(int);\nimport \"C\"\n\n"
                                                                            "func F() int { return int(C.grain(1)) }\n"},
                    make="mkdir dep/lib; " + LIB.replace("lib/lib", "dep/lib/lib")),
    "replace-missing": Case({"go.mod": MOD + "\nrequire example.org/dep v1.0.0\n\nreplace example.org/dep => ./nowhere\n",
                             "main.go": "package main\n\nimport _ \"example.org/dep\"\n\nfunc main() {}\n"}),
    "vendor": Case({"go.mod": MOD + "\nrequire example.org/dep v1.0.0\n",
                    "main.go": "package main\n\nimport \"example.org/dep\"\n\nfunc main() { println(dep.F()) }\n",
                    "vendor/modules.txt": "# example.org/dep v1.0.0\n## explicit\nexample.org/dep\n",
                    "vendor/example.org/dep/dep.go": "package dep\n\n// #cgo LDFLAGS: -lgrain\n// int grain(int);\nimport \"C\"\n\nfunc F() int { return int(C.grain(1)) }\n"}),
    "vendor-stale": Case({"go.mod": MOD + "\nrequire example.org/dep v1.0.1\n",
                          "main.go": "package main\n\nimport _ \"example.org/dep\"\n\nfunc main() {}\n",
                          "vendor/modules.txt": "# example.org/dep v1.0.0\n## explicit\nexample.org/dep\n",
                          "vendor/example.org/dep/dep.go": "package dep\n"}),
    "module-missing": Case({"go.mod": MOD, "main.go": "package main\n\nimport _ \"example.org/nowhere/x\"\n\nfunc main() {}\n"}),
    "inner-package": Case({"go.mod": MOD, "cmd/x/main.go": "package main\n\nimport \"example.org/seed/native\"\n\nfunc main() { println(native.F()) }\n",
                           "native/n.go": "package native\n\n// #include \"n.h\"\nimport \"C\"\n\nfunc F() int { return int(C.chaff(1)) }\n",
                           "native/n.h": "int chaff(int);\n", "native/n.c": "#include \"n.h\"\nint chaff(int x) { return x; }\n"}, package="./cmd/x"),
    "inner-constraint": Case({"go.mod": MOD, "main.go": "package main\n\nimport \"example.org/seed/native\"\n\nfunc main() { println(native.F()) }\n",
                              "native/n_windows.go": "package native\n\nfunc F() int { return 1 }\n"}),
    "tag": one(["#cgo grainy LDFLAGS: -lgrain", "#cgo !grainy CFLAGS: -DNONE", "static int f(void) { return 1; }"], "int(C.f())", args=("-tags=grainy",)),
    # switched off, other targets, modes
    "disabled": one([GRAIN], "int(C.grain(1))", env={"CGO_ENABLED": "0"}),
    "disabled-other-file": Case({"go.mod": MOD, "main.go": "package main\n\nfunc main() { println(f()) }\n",
                                 "f.go": "package main\n\n// static int g(void) { return 1; }\nimport \"C\"\n\nfunc f() int { return int(C.g()) }\n"}, env={"CGO_ENABLED": "0"}),
    "cross": one(["static int f(void) { return 1; }"], "int(C.f())", env={"GOARCH": "arm64"}),
    "cross-cgo": one(["static int f(void) { return 1; }"], "int(C.f())", env={"GOARCH": "arm64", "CGO_ENABLED": "1"}),
    "cross-386": one(["#include <stdlib.h>", "static int f(void) { return 1; }"], "int(C.f())", env={"GOARCH": "386", "CGO_ENABLED": "1"}),
    "compiler-missing": one(["static int f(void) { return 1; }"], "int(C.f())", env={"CC": "no-such-cc"}),
    "compiler-clang": one(["#include <math.h>"], "float64(C.tgamma(4))", env={"CC": "clang-14"}, needs=("clang-14",)),
    "c-shared": Case({"go.mod": MOD, "main.go": "package main\n\n// #include <math.h>\nimport \"C\"\n\n//export F\nfunc F() float64 { return float64(C.tgamma(4)) }\n\nfunc main() {}\n"},
                     args=("-buildmode=c-shared", "-o", "libf.so")),
    "c-archive": Case({"go.mod": MOD, "main.go": "package main\n\n// int grain(int);\nimport \"C\"\n\n//export F\nfunc F() int { return int(C.grain(4)) }\n\nfunc main() {}\n"},
                      args=("-buildmode=c-archive", "-o", "f.a")),
    "plugin": Case({"go.mod": MOD, "main.go": "package main\n\n// int grain(int);\nimport \"C\"\n\nfunc F() int { return int(C.grain(4)) }\n\nfunc main() {}\n"},
                   args=("-buildmode=plugin", "-o", "f.so")),
    "c-shared-of-library": Case({"go.mod": MOD, "f.go": "package f\n"}, args=("-buildmode=c-shared", "-o", "libf.so")),
    "export-with-definition": Case({"go.mod": MOD, "main.go": "package main\n\n// int twice(int x) { return x; }\nimport \"C\"\n\n//export F\nfunc F() C.int { return C.twice(4) }\n\nfunc main() {}\n"}),
    "variable-twice": one(["extern int level;", "int other;"], "int(C.level)",
                          files={"g.c": "\nint level = 3;\nint other = 5;\n", "h.c": "int level;\n"}),
    "c-file-twice-no-lines": one([GRAIN], "int(C.grain(1))", env={"CGO_CFLAGS": "-O2"},
                                 files={"g.c": "int grain(int x) { return x; }\n", "h.c": "int grain(int x) { return x; }\n"}),
    "preamble-in-two-files": Case({"go.mod": MOD, "main.go": main(["int twice(int x) { return x; }"], "int(C.twice(1))"),
                                   "b.go": "package main\n\n// int twice(int x) { return x; }\nimport \"C\"\n\nfunc g() int { return int(C.twice(2)) }\n"}),
    "not-a-function": one(["#define F 3"], "int(C.F(1))"),
    "macro-of-arguments": one(["#define TWICE(x) ((x) * 2)"], "int(C.TWICE(1))"),
    "macro-of-a-call": one(["static int f(int x) { return x; }", "#define G f(3)"], "int(C.G)"),
    "macro-of-a-string": one(["#define S \"grain\""], "len(C.S)"),
    "macro-in-a-header-that-is-broken": one(["#include \"grain.h\""], "int(C.BROKEN)", files={"grain.h": "#define BROKEN (1 +\n"}),
    "preamble-broken": one(["int f(int x", "static int g(void) { return 1; }"], "int(C.g())"),
    "preamble-open": one(["static int g(void) { return 1;"], "int(C.g())"),
    "preamble-type-missing": one(["static int g(grain_t x) { return 1; }"], "int(C.g(1))"),
    "preamble-error": one(["#error no grain"], "1"),
    "preamble-error-unused": one(["static int g(void) { return GRAIN; }"], "1"),
    "header-broken": one(["#include \"grain.h\""], "int(C.grain(1))", files={"grain.h": "int grain(int)\nint x;\n", "g.c": "int grain(int x) { return x; }\n"}),
    "types-of-c": one(["#include <stdint.h>", "struct s { int n; };", "enum e { A, B };", "typedef unsigned long word_t;",
                       "union u { int n; };"],
                      "int(C.ulong(1) + C.ulong(C.uchar(2)))", "C.struct_s{}.n", "C.A", "C.enum_e(1)", "C.word_t(1)", "C.sizeof_struct_s",
                      "C.sizeof_word_t", "C.uint8_t(1)", "C.longlong(1)", "C.size_t(1)"),
    "strings-of-c": one(["#include <stdlib.h>"], "func() int { s := C.CString(\"x\"); C.malloc(1); return len(C.GoString(s)) }()"),
    "variable-of-c": one(["static int level = 3;"], "int(C.level)"),
    "function-as-value": one(["static void f(void) {}"], "C.f != nil"),
    "implicit-function": one(["static int f(void) { return grain(1); }"], "int(C.f())"),
    "werror-in-c-file": one(["#cgo CFLAGS: -Wall -Werror", GRAIN], "int(C.grain(1))",
                            files={"g.c": "int grain(int x) { int unused; return x; }\n"}),
    "werror-in-preamble": one(["#cgo CFLAGS: -Wall -Werror", "static int g(void) { int unused; return 1; }"], "int(C.g())"),
    "standard-of-c": one(["#cgo CFLAGS: -std=c89 -pedantic-errors", GRAIN], "int(C.grain(1))",
                         files={"g.c": "int grain(int x) { // a comment\n\treturn x; }\n"}),
    "c-file-of-the-exports": Case({"go.mod": MOD, "main.go": "package main\n\n// int run(void);\nimport \"C\"\n\n//export Grow\n"
                                                             "func Grow() C.int { return 3 }\n\nfunc main() { C.run() }\n",
                                   "run.c": "#include \"_cgo_export.h\"\nint run(void) { return Grow(); }\n"}),
    "cxx-file-error": one([GRAIN], "int(C.grain(1))", files={"g.cc": "extern \"C\" int grain(int x) { return y; }\n"}),
    "cxx-file-header": one([GRAIN], "int(C.grain(1))", files={"g.cc": "#include <grain.hpp>\n"}),
    "header-by-macro": one(["#define H <grain.h>", "#include H"], "int(C.grain(1))"),
    "compiler-clang-error": one(["static int f(void) { return GRAIN; }"], "int(C.f())", env={"CC": "clang-14"}, needs=("clang-14",)),
    "compiler-musl": one(["#include <stdlib.h>", "static int f(void) { return abs(-1); }"], "int(C.f())", env={"CC": "musl-gcc"}, needs=("musl-gcc",)),
    "other-folder": Case({"go.mod": MOD, "main.go": "package main\n\nimport \"example.org/seed/native\"\n\nfunc main() { println(native.F()) }\n",
                          "native/n.go": "package native\n\n// #include \"n.h\"\n// static int f(void) { return GRAIN; }\nimport \"C\"\n\nfunc F() int { return int(C.f()) }\n",
                          "native/n.h": "#define GRAINS 3\n"}),
    "header-of-other-folder-broken": Case({"go.mod": MOD, "main.go": "package main\n\nimport \"example.org/seed/native\"\n\nfunc main() { println(native.F()) }\n",
                          "native/n.go": "package native\n\n// #include \"n.h\"\nimport \"C\"\n\nfunc F() int { return int(C.f()) }\n",
                          "native/n.h": "static int f(void) { return GRAIN; }\n"}),
    "module-of-others-broken": Case({"go.mod": MOD + "\nrequire example.org/dep v1.0.0\n",
                    "main.go": "package main\n\nimport \"example.org/dep\"\n\nfunc main() { println(dep.F()) }\n",
                    "vendor/modules.txt": "# example.org/dep v1.0.0\n## explicit\nexample.org/dep\n",
                    "vendor/example.org/dep/dep.go": "package dep\n\n// static int grain(void) { return 1; }\nimport \"C\"\n\nfunc F() int { return int(C.grain()) }\n"}),
    "go-error": one(["#include <stdlib.h>"], "undefinedName", "C.int(1)"),
    "empty-line-above": Case({"go.mod": MOD, "main.go": "package main\n\n// #include <stdlib.h>\n\nimport \"C\"\n\nfunc main() { C.abs(1) }\n"}),
    "export-gone": Case({"go.mod": MOD, "main.go": "package main\n\n// void goBack(void);\n// static void f(void) { goBack(); }\nimport \"C\"\n\nfunc main() { C.f() }\n"}),
    "race": one(["static int f(void) { return 1; }"], "int(C.f())", args=("-race",), env={"CGO_ENABLED": "0"}),
    "ldflags-order": one(["#cgo LDFLAGS: -L${SRCDIR}/lib -lchaff -lgrain", GRAIN], "int(C.grain(1))",
                         make="mkdir lib; echo 'int chaff(int x) { return x; }' >c.txt; gcc -c -xc c.txt -o c.tmp; ar rcs lib/libchaff.a c.tmp; "
                              "echo 'int chaff(int); int grain(int x) { return chaff(x); }' >g.txt; gcc -c -xc g.txt -o g.tmp; ar rcs lib/libgrain.a g.tmp; rm *.tmp"),
}
