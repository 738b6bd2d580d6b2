"""Go packages at random, the same for the same seed: files of all kinds, build constraints old and new, names
with systems in them, #cgo lines with conditions, quotes and mistakes."""
import random

TAGS = ["linux", "windows", "darwin", "amd64", "arm64", "cgo", "gc", "gccgo", "unix", "ignore", "custom", "go1.1",
        "go1.18", "go1.99", "race", "js", "386", "android", "boringcrypto", "amd64.v1", "goexperiment.dwarf5"]
SYSTEMS = ["linux", "windows", "darwin", "amd64", "arm64", "test", "linux_amd64", "windows_amd64", "amd64_linux", "js",
           "freebsd_arm64", "x", "linux_x", "amd64_test", "linux_test"]
VERBS = ["CFLAGS", "CPPFLAGS", "CXXFLAGS", "FFLAGS", "LDFLAGS", "pkg-config"]
ARGS = ["-Iinclude", "-I", "include", "-I${SRCDIR}/inc", "-L.", "-L", "lib", "-L/abs/lib", "-lm", "-lfoo", "-DX=1",
        "'-DA=b c'", '"-DQ=1 2"', "-DE=a\\ b", "-O2", "-Wall", "${SRCDIR}/x.a", "-Wl,-rpath,$ORIGIN", "-L@x", "-g", "--static",
        "-D_GNU_SOURCE", "-std=c11", "-L..", "-I/usr/include/../x", "''x", "$SRCDIR"]
BAD = ["-DX=(1)", "a;b", "`x`", "-DY=\"a", "a\\", "x*y", "''", "-L${SRCDIR}/(a)", "#"]


def expression(r, depth=0):
    kind = r.randrange(6 if depth < 3 else 2)
    if kind < 2:
        return r.choice(TAGS)
    if kind == 2:
        return "!" + (r.choice(TAGS) if r.random() < .7 else "(" + expression(r, depth + 1) + ")")
    if kind == 3:
        return "(" + expression(r, depth + 1) + ")"
    return expression(r, depth + 1) + r.choice([" && ", " || ", "&&", "||"]) + expression(r, depth + 1)


def old_line(r):
    def literal():
        return r.choice(["", "", "!", "!!"]) + r.choice(TAGS + ["", "a-b"])
    return "// +build " + " ".join(",".join(literal() for _ in range(r.randint(1, 3)))
                                   for _ in range(r.randint(1, 3)))


def constraint(r):
    kind = r.randrange(12)
    if kind < 4:
        return ""
    if kind < 8:
        lines = ["//go:build " + expression(r)]
    elif kind < 10:
        lines = [old_line(r) for _ in range(r.randint(1, 2))]
    elif kind == 10:
        lines = [old_line(r), "//go:build " + expression(r)]
    else:
        lines = [r.choice(["//go:build", "//go:build a b", "//go:build (linux", "// go:build windows", "//go:build !!x",
                           "//+build windows", "/* x */\n//go:build windows", "/*\n//go:build windows\n*/",
                           "//go:build linux &", "//go:buildx windows", "//go:build linux\n//go:build amd64"])]
    before = r.choice(["", "// Copyright\n\n", "/* c */\n\n", "// x\n"])
    return before + "\n".join(lines) + r.choice(["\n\n", "\n\n", "\n"])


def cgo_line(r, faults):
    conditions = "".join(r.choice(["linux", "!windows", "linux,amd64", "darwin", "cgo", "&&", "custom", "!linux,!cgo"]) + " "
                         for _ in range(r.choice([0, 0, 0, 1, 2])))
    args = [r.choice(ARGS) for _ in range(r.randint(0, 4))]
    verb = r.choice(VERBS)
    colon = ":"
    if faults and r.random() < .3:
        what = r.randrange(4)
        if what == 0:
            args.append(r.choice(BAD))
        elif what == 1:
            verb = r.choice(["LIBS", "ldflags", "CFLAG", "PKG-CONFIG", ""])
        elif what == 2:
            colon = ""
        else:
            conditions = ""
            verb = ""
    if verb == "pkg-config":
        args = [r.choice(["zlib", "--static", "libfoo", "--", "x-1.0"]) for _ in range(r.randint(0, 2))]
    return r.choice(["#cgo ", "#cgo\t", "  #cgo ", "#cgo  "]) + conditions + verb + colon + r.choice([" ", "", "  "]) + " ".join(args)


def preamble(r, faults):
    lines = [cgo_line(r, faults) for _ in range(r.randint(0, 3))]
    lines += r.choice([[], ["#include <stdlib.h>"], ["static int f(void) { return 1; }"], ["#cgo noescape f"], [""], ["#cgonot x"]])
    r.shuffle(lines)
    if r.random() < .5:
        return "/*\n" + "\n".join(lines) + "\n*/\n"
    return "".join("//" + r.choice([" ", "", ""]) + line + "\n" for line in lines)


def imports(r, cgo, faults):
    std = r.sample(["fmt", "os", "net", "strings", "os/user", "unsafe"], r.randint(0, 2))
    text = ""
    if cgo:
        text += preamble(r, faults) + r.choice(["", "", "", "\n"])
        text += r.choice(['import "C"\n', 'import (\n\t"C"\n)\n', 'import "C" // tail\n', "import `C`\n"])
    if std:
        text += r.choice(["", "\n", "// about\n"])
        text += "".join(f'import _ "{s}"\n' for s in std) if r.random() < .5 else \
            "import (\n" + "".join(f'\t_ "{s}"\n' for s in std) + ")\n"
    return text


def go_file(r, package, faults):
    cgo = r.random() < .4
    head = r.choice(["", "", "\ufeff", "// Package doc.\n"]) + constraint(r)
    tail = r.choice(["\nvar x{} = 1\n", "\nfunc f{}() {{}}\n", ""]).format(r.randrange(1 << 30))
    return head + f"package {package}\n" + r.choice(["", "\n"]) + imports(r, cgo, faults) + tail


def package(seed, faults):
    """{name: text} of one folder."""
    r = random.Random(seed)
    files = {}
    for i in range(r.randint(1, 6)):
        name = r.choice(["a", "b", "file", "linux", "z", "_x", ".y"]) + str(i)
        if r.random() < .4:
            name += "_" + r.choice(SYSTEMS)
        kind = r.random()
        if kind < .75:
            files[name + ".go"] = go_file(r, "p" if r.random() < .95 else r.choice(["documentation", "p_test", "q"]), faults)
        else:
            ext = r.choice([".c", ".cc", ".cpp", ".h", ".s", ".S", ".m", ".f90", ".txt", ".swig", ".syso", ".hpp"])
            files[name + ext] = constraint(r).replace("/*\n//", "/*//") + r.choice(["int x;\n", "", "/* c */ int y;\n"])
    files.setdefault("main.go", go_file(r, "p", faults))
    return files
