"""Go packages whose build fails, each for a reason of its own: what test_go_oracle.py asks go about, and texts that
tests/message wraps.
"""

MOD = "module example.org/seed\n\ngo 1.21\n"


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


MAIN = "package main\n\n{}\nimport \"C\"\n\nfunc main() {{ println(C.seed_add(2, 3)) }}\n"
PLAIN = "package main\n\nimport \"example.org/seed/native\"\n\nfunc main() { println(native.Add(2, 3)) }\n"
NATIVE = "package native\n\n{}\nimport \"C\"\n\nfunc Add(a, b int) int {{ return int(C.seed_add(C.int(a), C.int(b))) }}\n"
ADD = "static int seed_add(int a, int b) { return a + b; }"
TWICE = "package main\n\nimport \"C\"\n\nfunc main() { println(twice(2)) }\n"


def comment(*lines):
    return "/*\n" + "\n".join(lines) + "\n*/"


# A program that uses a package: the name it gives it, what it uses, the package.
USES = "package main\n\nimport {0}\"example.org/seed/{2}\"\n\nfunc main() {{ println({1}) }}\n"
# A package of which a part needs cgo, here and in a module of others.
OPENS = {"native/n.go": "package native\n\nconst Version = 1\n",
         "native/c.go": "package native\n\nimport \"C\"\n\ntype Device struct{ n C.int }\n\nfunc Open(x int) int { return x }\n"}
OTHERS = {"vendor/example.org/other/n.go": "package other\n\nconst Version = 1\n",
          "vendor/example.org/other/c.go": "package other\n\nimport \"C\"\n\nfunc Open(x int) int { return x }\n",
          "vendor/modules.txt": "# example.org/other v1.0.0\n## explicit; go 1.20\nexample.org/other\n",
          "go.mod": MOD + "\nrequire example.org/other v1.0.0\n"}

# name: files, environment, arguments of go build, code, detail
FAILING = {
    "flag": ({"main.go": MAIN.format(comment("#cgo LDFLAGS: -Wl,--whole-archive", ADD))}, {}, [], "cgo-flag", "not-allowed"),
    "flag-of-a-dependency": ({"main.go": PLAIN, "native/n.go": NATIVE.format(comment("#cgo CFLAGS: -fplugin=x", ADD))}, {}, [],
                             "cgo-flag", "not-allowed"),
    "flag-without-argument": ({"main.go": MAIN.format(comment("#cgo LDFLAGS: -framework", ADD))}, {}, [], "cgo-flag", "not-allowed"),
    "allow": ({"main.go": MAIN.format(comment("#cgo LDFLAGS: -lm", ADD))}, {"CGO_LDFLAGS_ALLOW": "("}, [], "cgo-flag", "allow-regexp"),
    "no-colon": ({"main.go": MAIN.format(comment("#cgo LDFLAGS -lm", ADD))}, {}, [], "cgo-flag", "invalid-line"),
    "no-colon-in-a-dependency": ({"main.go": PLAIN, "native/n.go": NATIVE.format(comment("#cgo LDFLAGS -lm", ADD))}, {}, [],
                                 "cgo-flag", "invalid-line"),
    "verb": ({"main.go": MAIN.format(comment("#cgo LIBS: -lm", ADD))}, {}, [], "cgo-flag", "invalid-verb"),
    "argument": ({"main.go": MAIN.format(comment("#cgo CFLAGS: -DX=(1)", ADD))}, {}, [], "cgo-flag", "malformed"),
    "quoting": ({"main.go": MAIN.format(comment("#cgo LDFLAGS: -lm", ADD))}, {"CGO_LDFLAGS": "'-lm"}, [], "cgo-flag", "env-quoting"),
    "header": ({"main.go": MAIN.format(comment("#include <nosuch.h>", ADD))}, {}, [], "header-missing", "not-installed"),
    "header-in-quotes": ({"main.go": MAIN.format(comment(ADD, "", "#  include \"seed/x.h\""))}, {}, [], "header-missing", "not-installed"),
    "header-elsewhere": ({"main.go": MAIN.format(comment("#cgo CFLAGS: -Iinc", "#include \"seed.h\"")), "native/include/seed.h": ADD},
                         {}, [], "header-missing", "other-dir"),
    "header-of-a-dependency": ({"main.go": PLAIN, "native/n.go": NATIVE.format(comment("#include \"seed.h\"")), "x/seed.h": ADD}, {}, [],
                               "header-missing", "other-dir"),
    "header-behind-a-header": ({"main.go": MAIN.format(comment("#include \"a.h\"")), "a.h": "#ifdef __linux__\n#include \"inner.h\"\n#endif\n"},
                               {}, [], "header-missing", "not-installed"),
    "header-of-a-c-file": ({"main.go": MAIN.format(comment(ADD)), "seed.c": "#include <nosuch.h>\n"}, {}, [], "header-missing", "not-installed"),
    "header-of-a-cxx-file": ({"main.go": MAIN.format(comment(ADD)), "seed.cc": "#include <string>\n#include <nosuch.hpp>\n"}, {}, [],
                             "header-missing", "not-installed"),
    "name": ({"main.go": MAIN.format(comment("int seed_sub(int, int);"))}, {}, [], "build-other", "name-unknown"),
    "name-with-system-headers": ({"main.go": MAIN.format(comment("#include <stdio.h>", "#include <stdlib.h>"))}, {}, [],
                                 "build-other", "name-unknown"),
    "compiler": ({"main.go": MAIN.format(comment(ADD))}, {"CC": "nosuch-gcc"}, [], "compiler-missing", "CC"),
    "compiler-by-path": ({"main.go": MAIN.format(comment(ADD))}, {"CC": "/nosuch/gcc -m64"}, [], "compiler-missing", "CC"),
    "compiler-of-cxx": ({"main.go": MAIN.format(comment(ADD)), "a.cc": "int q;\n"}, {"CXX": "nosuch-g++"}, [], "compiler-missing", "CXX"),
    "compiler-relative": ({"main.go": MAIN.format(comment(ADD))}, {"CC": "./gcc"}, [], None, None),
    "cross": ({"main.go": MAIN.format(comment(ADD))}, {"GOARCH": "arm64"}, [], "compiler-missing", "cross"),
    "cross-riscv": ({"main.go": MAIN.format(comment(ADD))}, {"GOARCH": "riscv64"}, [], "compiler-missing", "cross"),
    "pkg-config": ({"main.go": MAIN.format(comment("#cgo pkg-config: nosuchlib", ADD))}, {}, [], "pkg-config", "package-not-found"),
    "pkg-config-requires": ({"main.go": MAIN.format(comment("#cgo pkg-config: seed", ADD)),
                             "seed.pc": "Name: seed\nDescription: x\nVersion: 1\nRequires.private: root >= 3\n"},
                            {"PKG_CONFIG_PATH": "."}, [], "pkg-config", "requires-not-found"),
    "pkg-config-version": ({"main.go": MAIN.format(comment("#cgo pkg-config: seed", ADD)),
                            "seed.pc": "Name: seed\nDescription: x\nVersion: 1\nRequires: root >= 3\n",
                            "root.pc": "Name: root\nDescription: x\nVersion: 2.9\n"},
                           {"PKG_CONFIG_PATH": "."}, [], "pkg-config", "version"),
    "pkg-config-flag": ({"main.go": MAIN.format(comment("#cgo pkg-config: seed", ADD)),
                         "seed.pc": "Name: seed\nDescription: x\nVersion: 1\nLibs: -Wl,-Bsymbolic -lm\n"},
                        {"PKG_CONFIG_PATH": "."}, [], "cgo-flag", "not-allowed"),
    "pkg-config-option": ({"main.go": MAIN.format(comment("#cgo pkg-config: --exec-prefix=/x zlib", ADD))}, {}, [], "cgo-flag", "not-allowed"),
    "pkg-config-name": ({"main.go": MAIN.format(comment("#cgo pkg-config: -x", ADD))}, {}, [], "pkg-config", "bad-name"),
    "pkg-config-program": ({"main.go": MAIN.format(comment("#cgo pkg-config: zlib", ADD))}, {"PKG_CONFIG": "nosuch-pkg-config"}, [],
                           "build-tool", "pkg-config"),
    "off": ({"main.go": PLAIN, "native/n.go": NATIVE.format(comment(ADD))}, {"CGO_ENABLED": "0"}, [], "cgo-disabled", None),
    "off-for-another-target": ({"main.go": PLAIN, "native/n.go": NATIVE.format(comment(ADD))},
                               {"CGO_ENABLED": "", "GOARCH": "arm64"}, [], "cgo-disabled", "cross-default"),
    "off-without-a-compiler": ({"main.go": PLAIN, "native/n.go": NATIVE.format(comment(ADD))},
                               {"CGO_ENABLED": "", "PATH": "/nosuch"}, [], "cgo-disabled", None),
    "off-and-a-name": ({"main.go": "package main\n\nfunc main() { println(twice(2)) }\n",
                        "c.go": "package main\n\nimport \"C\"\n\nfunc twice(x int) int { return 2 * x }\n"}, {"CGO_ENABLED": "0"}, [],
                       "cgo-disabled", "file-left-out"),
    "tag-and-a-name": ({"main.go": "package main\n\nfunc main() { println(twice(2)) }\n",
                        "c.go": "//go:build cgo\n\npackage main\n\nfunc twice(x int) int { return 2 * x }\n"}, {"CGO_ENABLED": "0"}, [],
                       "cgo-disabled", "file-left-out"),
    "off-and-a-type": ({"main.go": "package main\n\nfunc use(d *Device) {}\n\nfunc main() { use(nil) }\n",
                        "c.go": "package main\n\nimport \"C\"\n\ntype Device struct{}\n"}, {"CGO_ENABLED": "0"}, [],
                       "cgo-disabled", "file-left-out"),
    "off-and-a-name-of-an-import": ({"main.go": USES.format("", "native.Open(1)", "native"), **OPENS}, {"CGO_ENABLED": "0"}, [],
                                    "cgo-disabled", "file-left-out"),
    "off-and-a-type-of-an-import": ({"main.go": USES.format("hw ", "(*hw.Device)(nil)", "native"), **OPENS}, {"CGO_ENABLED": "0"}, [],
                                    "cgo-disabled", "file-left-out"),
    "off-and-names-in-two-files": ({"main.go": USES.format("", "native.Open(1)", "native"), **OPENS, "c.go": "package main\n\nimport \"C\"\n\n"
                                    "func twice(x int) int { return 2 * x }\n", "b.go": "package main\n\nvar x = twice(1)\n"},
                                   {"CGO_ENABLED": "0"}, [], "cgo-disabled", "file-left-out"),
    "off-for-another-target-and-an-import": ({"main.go": USES.format("", "native.Open(1)", "native"), **OPENS},
                                             {"CGO_ENABLED": "", "GOARCH": "arm64"}, [], "cgo-disabled", "cross-default"),
    "off-in-a-module-of-others": ({"main.go": USES.format("", "other.Open(1)", "other").replace("seed/other", "other"), **OTHERS},
                                  {"CGO_ENABLED": "0"}, [], "cgo-disabled", "file-left-out"),
    "off-and-a-module-of-others-lacks-a-name": ({"main.go": USES.format("", "other.Twice(1)", "other").replace("seed/other", "other"), **OTHERS,
                                                 "vendor/example.org/other/b.go": "package other\n\nfunc Twice(x int) int { return Open(x) }\n"},
                                                {"CGO_ENABLED": "0"}, [], "cgo-disabled", "file-left-out"),
    "system-and-a-name-of-an-import": ({"main.go": USES.format("", "native.Open(1)", "native"), "native/n.go": "package native\n",
                                        "native/n_windows.go": "package native\n\nfunc Open(x int) int { return x }\n"}, {}, [],
                                       "build-other", "constraints"),
    "system-and-a-name": ({"main.go": "package main\n\nfunc main() { println(twice(2)) }\n",
                           "c_windows.go": "package main\n\nfunc twice(x int) int { return 2 * x }\n"}, {}, [], "build-other", "constraints"),
    "system": ({"main.go": PLAIN, "native/n_windows.go": "package native\n"}, {}, [], "build-other", "constraints"),
    "empty": ({"main.go": PLAIN, "native/readme": "x"}, {}, [], "go-toolchain", "module-missing"),
    "shared-without-cgo": ({"main.go": "package main\n\nfunc main() {}\n"}, {"CGO_ENABLED": "0"}, ["-buildmode=c-shared"],
                           "cgo-disabled", "buildmode"),
    "external-without-cgo": ({"main.go": "package main\n\nfunc main() {}\n"}, {"CGO_ENABLED": "0"}, ["-ldflags=-linkmode=external"],
                             "cgo-disabled", "buildmode"),
    "race-without-cgo": ({"main.go": "package main\n\nfunc main() {}\n"}, {"CGO_ENABLED": "0"}, ["-race"], "cgo-disabled", "race"),
    "race-for-another-target": ({"main.go": "package main\n\nfunc main() {}\n"}, {"CGO_ENABLED": "", "GOARCH": "arm64"}, ["-race"],
                                "cgo-disabled", "race"),
    "mode": ({"main.go": "package main\n\nfunc main() {}\n"}, {"GOOS": "plan9", "CGO_ENABLED": "0"}, ["-buildmode=plugin"],
             "go-toolchain", "buildmode"),
    "mode-unknown": ({"main.go": "package main\n\nfunc main() {}\n"}, {}, ["-buildmode=dll"], "go-toolchain", "buildmode"),
    "mode-without-main": ({"a.go": "package a\n"}, {}, ["-buildmode=c-shared"], "go-toolchain", "buildmode"),
    "c-file": ({"main.go": "package main\n\nfunc main() {}\n", "seed.c": "int x;\n", "b.c": "int y;\n"}, {}, [], "cgo-disabled", "no-import-c"),
    "cxx-file": ({"main.go": "package main\n\nfunc main() {}\n", "seed.cpp": "int x;\n"}, {}, [], "cgo-disabled", "no-import-c"),
    "c-file-of-a-dependency": ({"main.go": "package main\n\nimport _ \"example.org/seed/native\"\n\nfunc main() {}\n",
                                "native/n.go": "package native\n", "native/n.c": "int x;\n"}, {}, [], "cgo-disabled", "no-import-c"),
    "assembly": ({"main.go": MAIN.format(comment(ADD)), "f_amd64.s": "TEXT x\n"}, {}, [], "build-other", "go-assembly"),
    "module": ({"main.go": "package main\n\nimport _ \"example.org/other/pkg\"\n\nfunc main() {}\n"}, {}, [], "go-toolchain", "module-missing"),
    "module-with-mod": ({"main.go": "package main\n\nimport _ \"example.org/other/pkg\"\n\nfunc main() {}\n"}, {"GOFLAGS": "-mod=mod"}, [],
                        "go-toolchain", "module-missing"),
    "module-readonly": ({"main.go": "package main\n\nimport _ \"example.org/other/pkg\"\n\nfunc main() {}\n"}, {}, ["-mod=readonly"],
                        "go-toolchain", "module-missing"),
    "standard": ({"main.go": "package main\n\nimport _ \"nosuch/pkg\"\n\nfunc main() {}\n"}, {}, [], "go-toolchain", "module-missing"),
    "sum": ({"main.go": "package main\n\nimport _ \"example.org/other/pkg\"\n\nfunc main() {}\n",
             "go.mod": MOD + "\nrequire example.org/other v1.0.0\n"}, {}, [], "go-toolchain", "module-missing"),
    "too-new": ({"main.go": "package main\n\nfunc main() {}\n", "go.mod": "module example.org/seed\n\ngo 1.99\n"}, {}, [],
                "go-toolchain", "too-old"),
    "no-module": ({"main.go": "package main\n\nfunc main() {}\n", "go.mod": None}, {}, [], "go-toolchain", "module-missing"),
    "bad-module": ({"main.go": "package main\n\nfunc main() {}\n", "go.mod": MOD + "nonsense\n"}, {}, [], "go-toolchain", None),
    "vendor": ({"main.go": "package main\n\nimport _ \"example.org/other/pkg\"\n\nfunc main() {}\n", "vendor/modules.txt": ""}, {}, [],
               "go-toolchain", "module-missing"),
    "vendor-stale": ({"main.go": "package main\n\nfunc main() {}\n", "vendor/modules.txt": "# example.org/b v1.0.0\n## explicit\n",
                      "go.mod": MOD + "\nrequire example.org/other v1.0.0\n"}, {}, [], "go-toolchain", "vendor"),
    "cycle": ({"main.go": "package main\n\nimport _ \"example.org/seed/a\"\n\nfunc main() {}\n",
               "a/a.go": "package a\n\nimport _ \"example.org/seed/b\"\n", "b/b.go": "package b\n\nimport _ \"example.org/seed/a\"\n"}, {}, [],
              "build-other", "import-cycle"),
    "internal-package": ({"main.go": "package main\n\nimport _ \"example.org/seed/a/internal/y\"\n\nfunc main() {}\n",
                          "a/internal/y/y.go": "package y\n"}, {}, [], "build-other", "internal"),
    "program": ({"main.go": "package main\n\nimport _ \"example.org/seed/p\"\n\nfunc main() {}\n", "p/p.go": "package main\n\nfunc main() {}\n"},
                {}, [], "build-other", None),
    "relative": ({"main.go": "package main\n\nimport _ \"./a\"\n\nfunc main() {}\n", "a/a.go": "package a\n"}, {}, [],
                 "go-toolchain", "module-missing"),
    "two-packages": ({"main.go": "package main\n\nfunc main() {}\n", "b.go": "package b\n"}, {}, [], "build-other", None),
    "syntax": ({"main.go": "packge main\n\nfunc main() {}\n"}, {}, [], "build-other", None),
    "constraint": ({"main.go": "//go:build linux &&\n\npackage main\n\nfunc main() {}\n"}, {}, [], "build-other", None),
    "goflags": ({"main.go": "package main\n\nfunc main() {}\n"}, {"GOFLAGS": "tags=x"}, [], "build-other", None),
    "export": ({"main.go": "package main\n\n/*\nint helper(int x) { return x + 1; }\n*/\nimport \"C\"\n\n//export GoTwice\nfunc GoTwice(x C.int) C.int { return 2 * C.helper(x) }\n\nfunc main() { println(GoTwice(2)) }\n"},
               {}, [], "ld-multiple-definition", "export-preamble"),
    "internal": ({"main.go": MAIN.format(comment("#cgo LDFLAGS: -lnosuch", "int seed_add(int, int);"))}, {}, ["-ldflags=-linkmode=internal"],
                 "ld-library-not-found", "trial-link"),
    "library": ({"main.go": MAIN.format(comment("#cgo LDFLAGS: -lnosuch", "int seed_add(int, int);"))}, {}, [], "ld-library-not-found", None),
    "library-of-a-dependency": ({"main.go": PLAIN, "native/n.go": NATIVE.format(comment("#cgo LDFLAGS: -Llib -lnosuch", ADD))}, {}, [],
                                "ld-library-not-found", None),
    "undefined": ({"main.go": MAIN.format(comment("int seed_add(int, int);"))}, {}, [], "ld-undefined-reference", None),
    "undefined-of-a-system-header": ({"main.go": MAIN.format(comment("#include <zlib.h>", "static int seed_add(int a, int b) { return a; }")).replace(
        "C.seed_add(2, 3)", "C.zlibVersion()")}, {}, [], "ld-undefined-reference", None),
    "undefined-in-a-c-file": ({"main.go": MAIN.format(comment("int seed_add(int, int);")),
                               "seed.c": "int lower(int);\nint seed_add(int a, int b) { return lower(a) + b; }\n"}, {}, [],
                              "ld-undefined-reference", None),
}
