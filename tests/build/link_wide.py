"""More links at random: what link_scenes.py leaves out, one kind of thing at a time.

C++ and its names, both forms of std::string, common and thread-local variables, objects for LTO, versions,
wrapped symbols, linker scripts, sysroots, relocations, objects of other machines, odd options. Most commands
hold a real C library, as those of people do.
"""
import random
import shutil
from pathlib import Path

from link_scenes import CLANG, LINKERS, run

FUNCTIONS = [f"fun{i}" for i in range(10)]
VARIABLES = [f"var{i}" for i in range(6)]
CXX = ["int ns::one(int)", "int ns::two(std::string const &)", "int Shape::area(double) const", "std::string ns::name()"]


def pick(rng, *weighted):
    """One of (weight, value)."""
    return rng.choices([v for _, v in weighted], [w for w, _ in weighted])[0]


class Wide:
    """Files of many kinds in a folder of their own."""

    def __init__(self, folder, seed):
        self.folder, self.rng = Path(folder), random.Random(seed)
        for d in ("d0", "d1", "sys/usr/lib", "sys/lib"):
            (self.folder / d).mkdir(parents=True)
        self.objects, self.mains, self.libs = [], [], []
        self.make_c()
        self.make_variables()
        self.make_cxx()
        self.make_lto()
        self.make_libraries()
        self.make_versions()
        self.make_scripts()
        self.make_others()

    def write(self, name, text):
        (self.folder / name).write_text(text)
        return name

    def must(self, *argv):
        done = run(argv, self.folder)
        assert done.returncode == 0, (argv, done.stderr)

    def compile(self, name, text, *flags, driver="gcc", suffix=".c", out=None):
        self.write(name + suffix, text)
        self.must(driver, "-c", "-O1", *flags, name + suffix, "-o", out or name + ".o")
        return (out or name + ".o")

    def body(self, defs, refs, name, main=False):
        """C text: functions that are defined, those that the first of them calls."""
        calls = " ".join(f"r += {f}(r);" for f in refs)
        lines = [f"int {f}(int);" for f in refs]
        for i, f in enumerate(defs):
            lines.append(f"int {f}(int x) {{ int r = x; {calls if i == 0 else ''} return r; }}")
        if main:
            lines.append(f"int main(int argc, char **argv) {{ int r = argc; (void)argv; {calls} return r; }}")
        lines.append(f"int of_{name}(int x) {{ return x; }}")
        return "\n".join(lines) + "\n"

    def make_c(self):
        rng = self.rng
        for i in range(10):
            defs = rng.sample(FUNCTIONS, rng.choice((1, 1, 2)))
            refs = [f for f in rng.sample(FUNCTIONS, rng.choice((0, 0, 1, 2))) if f not in defs]
            flags = pick(rng, (5, ("-fPIC",)), (1, ("-fno-pic",)), (1, ("-fPIC", "-g")), (1, ("-fPIC", "-ffunction-sections")),
                         (1, ("-fPIC", "-fvisibility=hidden")))
            self.objects.append(self.compile(f"c{i}", self.body(defs, refs, f"c{i}"), *flags))
        for i in range(5):
            refs = rng.sample(FUNCTIONS, rng.choice((0, 1, 2, 3)))
            flags = (("-fPIC",), ("-fPIE", "-g"), ("-fno-pic",), ("-fPIE",), ("-fPIE", "-ffunction-sections"))[i]
            self.mains.append(self.compile(f"m{i}", self.body([], refs, f"m{i}", True), *flags))
        for f in rng.sample(FUNCTIONS, 2):  # what --wrap leads to
            self.objects.append(self.compile(f"w_{f}", f"int __real_{f}(int);\nint __wrap_{f}(int x) "
                                                       f"{{ return __real_{f}(x); }}\n", "-fPIC"))

    def make_variables(self):
        rng = self.rng
        for i in range(8):
            v, f = rng.choice(VARIABLES), rng.choice(FUNCTIONS)
            text = pick(rng, (2, f"int {v};\n"), (2, f"int {v} = {i + 1};\n"), (1, f"long {v}[{i + 1}];\n"),
                        (1, f"__thread int {v} = 2;\n"), (1, f"extern __thread int {v};\nint {f}(int x) {{ return x + {v}; }}\n"),
                        (3, f"extern int {v};\nint {f}(int x) {{ return x + {v}; }}\n"),
                        (1, f"extern int {v};\nint *at_{i} = &{v};\n"),
                        (1, f"__attribute__((weak)) int {v} = 4;\n"), (1, f"__attribute__((visibility(\"hidden\"))) int {v} = 4;\n"),
                        (1, f"__attribute__((visibility(\"protected\"))) int {v} = 4;\n"),
                        (1, f"extern int {v} __attribute__((visibility(\"hidden\")));\nint {f}(int x) {{ return x + {v}; }}\n"))
            flags = pick(rng, (4, ("-fPIC", "-fcommon")), (2, ("-fno-pic", "-fcommon")), (1, ("-fPIE", "-g")),
                         (1, ("-fno-pic", "-mcmodel=large")))
            self.objects.append(self.compile(f"v{i}", text, *flags))
        v = rng.choice(VARIABLES)
        self.mains.append(self.compile("mv", f"extern int {v};\nint main(void) {{ return {v}; }}\n",
                                       rng.choice(("-fPIE", "-fno-pic"))))

    def make_cxx(self):
        head = "#include <string>\nnamespace ns { int one(int); int two(std::string const &); std::string name(); }\n" \
               "struct Shape { virtual int area(double) const; virtual ~Shape(); int n; };\n"
        body = {"one": "int ns::one(int x) { return x; }\n", "two": "int ns::two(std::string const &s) { return (int)s.size(); }\n",
                "name": "std::string ns::name() { return \"n\"; }\n", "area": "int Shape::area(double) const { return n; }\n",
                "gone": "Shape::~Shape() {}\n"}
        use = {"one": "ns::one(1)", "two": "ns::two(\"x\")", "name": "(int)ns::name().size()", "area": "Shape().area(1.0)",
               "gone": "(delete new Shape, 0)", "fun": "fun0(1)", "cfun": "fun1(1)"}
        flags = {"": (), "old": ("-D_GLIBCXX_USE_CXX11_ABI=0",)}
        self.cxx, rng = [], self.rng
        for i in range(5):
            parts = rng.sample(sorted(body), rng.choice((1, 2, 3)))
            self.cxx.append(self.compile(f"x{i}", head + "".join(body[p] for p in parts), "-fPIC", *flags[rng.choice(("", "old"))],
                                         driver="g++", suffix=".cc"))
        self.cxxmains = []
        for i in range(3):
            calls = rng.sample(sorted(use), rng.choice((1, 2)))
            self.cxxmains.append(self.compile(
                f"xm{i}", head + "int fun0(int);\nextern \"C\" int fun1(int);\nint main() { return "
                + " + ".join(use[c] for c in calls) + "; }\n", "-fPIE", *flags[rng.choice(("", "", "old"))], driver="g++",
                suffix=".cc"))

    def make_lto(self):
        rng, self.lto = self.rng, []
        for i in range(2):
            defs = rng.sample(FUNCTIONS, 1)
            refs = [f for f in rng.sample(FUNCTIONS, rng.choice((0, 1))) if f not in defs]
            flags = ("-flto", "-ffat-lto-objects") if i else ("-flto",)
            self.lto.append(self.compile(f"l{i}", self.body(defs, refs, f"l{i}"), "-fPIC", *flags))
        if CLANG:
            self.lto.append(self.compile("lc", self.body([rng.choice(FUNCTIONS)], [], "lc"), "-fPIC", "-flto", driver=CLANG))

    def make_libraries(self):
        rng = self.rng
        for i in range(5):
            where = rng.choice(("d0", "d1"))
            members = rng.sample(self.objects, rng.choice((1, 2, 3)))
            self.must("ar", pick(rng, (4, "rcs"), (1, "rcsT")), f"{where}/liba{i}.a", *members)
            self.libs.append(f"a{i}")
        self.must("ar", "rcs", "d0/libcxx.a", *rng.sample(self.cxx, 2))
        self.must("gcc-ar", "rcs", "d0/liblto.a", self.lto[0], self.objects[0])
        self.libs += ["cxx"]
        for i in range(5):
            where, text = rng.choice(("d0", "d1")), self.body(rng.sample(FUNCTIONS, 2), rng.sample(FUNCTIONS, rng.choice((0, 0, 1))),
                                                              f"s{i}")
            text = "\n".join(dict.fromkeys(text.split("\n")))
            text += "".join(f"int {v} = 1;\n" for v in rng.sample(VARIABLES, rng.choice((0, 1))))
            self.write(f"s{i}.c", text)
            more = pick(rng, (3, ()), (1, (f"-Wl,-soname,libs{i}.so.3",)), (1, ("-Wl,-Bsymbolic",)),
                        (1, ("-fvisibility=hidden",)))
            deps = [f"-L{w}" for w in ("d0", "d1")] + ["-Wl,--no-as-needed", "-ls" + str(rng.randrange(i))] if i and rng.random() < 0.4 else []
            done = run(["gcc", "-shared", "-fPIC", *more, "-o", f"{where}/libs{i}.so", f"s{i}.c", *deps], self.folder)
            if done.returncode == 0:
                self.libs.append(f"s{i}")
        self.write("sx.cc", "#include <string>\nnamespace ns { std::string name() { return \"\"; } int one(int x) { return x; } }\n")
        self.must("g++", "-shared", "-fPIC", "sx.cc", "-o", "d1/libsx.so", *rng.choice(((), ("-D_GLIBCXX_USE_CXX11_ABI=0",))))
        self.libs.append("sx")

    def make_versions(self):
        f0, f1, f2 = self.rng.sample(FUNCTIONS, 3)
        self.write("ver.c", f"int {f0}(int x) {{ return x; }}\nint {f1}_old(int x) {{ return x; }}\nint {f1}_new(int x) "
                            f"{{ return x; }}\n__asm__(\".symver {f1}_old,{f1}@V_1\");\n__asm__(\".symver {f1}_new,{f1}@@V_2\");\n"
                            f"int {f2}(int x) {{ return x; }}\n")
        self.write("ver.map", f"V_1 {{ global: {f0}; {f1}; local: *; }};\nV_2 {{ global: {f1}; }} V_1;\n")
        self.must("gcc", "-shared", "-fPIC", "ver.c", "-o", "d0/libver.so", "-Wl,--version-script,ver.map")
        for name, version in (("one", "V_1"), ("two", "V_2"), ("nine", "V_9")):
            self.compile(f"ask{name}", f"int g(int);\n__asm__(\".symver g,{f1}@{version}\");\nint use_{name}(int x) {{ return g(x); }}\n",
                         "-fPIC")
        self.write("out.map", f"OUT_1 {{ global: {f0}; fun*; local: *; }};\n")
        self.write("none.map", "OUT_1 { global: nosuch_symbol; local: *; };\n")
        self.write("anon.map", "{ global: main; local: *; };\n")
        self.write("broken.map", "OUT_1 { global: x; local: * };\n")
        self.write("sym.list", f"{{ {f0}; {f2}; }};\n")
        self.compile("defver", f"int {f0}_it(int x) {{ return x; }}\n__asm__(\".symver {f0}_it,{f0}@@OUT_1\");\n", "-fPIC")
        self.compile("defbad", f"int {f0}_it(int x) {{ return x; }}\n__asm__(\".symver {f0}_it,{f0}@@OUT_7\");\n", "-fPIC")
        self.versions = ["askone.o", "asktwo.o", "asknine.o", "defver.o", "defbad.o"]

    def make_scripts(self):
        f = self.folder
        texts = {"i0": "INPUT(-la0)\n", "i1": "GROUP ( -la1 -la2 AS_NEEDED ( -ls0 ) )\n", "i2": "INPUT(c0.o)\n",
                 "i3": "INPUT ( libnosuch.a )\n", "i4": "GROUP(-la0 -lnosuch)\n", "i5": "SEARCH_DIR(d1)\nINPUT(-la3)\n",
                 "i6": "OUTPUT_FORMAT(elf64-x86-64)\n/* x */ INPUT ( AS_NEEDED ( -lver ) )\n", "i7": "INPUT(\n", "i8": "INPUT -la0\n",
                 "i9": "OUTPUT_FORMAT(elf32-i386)\nGROUP ( -la0 )\n", "ia": "hello world\n", "ib": "fun3 = 0;\nfun4 = fun3 + 1;\n",
                 "ic": f"INPUT({f}/c1.o)\n", "id": "EXTERN(fun5)\n", "ie": "PROVIDE(fun6 = 4);\n", "if": "ASSERT(0, \"no\")\n",
                 "ig": "INPUT ( /no/such/libx.so.6 )\n"}
        for name, text in texts.items():
            self.write(f"d0/lib{name}.so", text)
        self.scripts = sorted(texts)
        self.write("list.ld", "INPUT(c0.o c1.o)\n")
        self.write("sys/usr/lib/libroot.so", "GROUP ( /lib/libinner.so )\n")
        self.must("gcc", "-shared", "-fPIC", "-nostdlib", "ver.c", "-o", "sys/lib/libinner.so", "-Wl,--version-script,ver.map")
        shutil.copy(f / "c2.o", f / "sys" / "usr" / "lib" / "plain.o")

    def make_others(self):
        f = self.folder
        self.write("n.c", "int fun7(int x) { return x; }\n")
        run(["gcc", "-m32", "-c", "n.c", "-o", "n32.o"], f)
        if CLANG:
            for triple, name in (("aarch64-linux-gnu", "n64.o"), ("riscv64-linux-gnu", "nrv.o"), ("x86_64-apple-macos11", "nmac.o"),
                                 ("x86_64-pc-windows-gnu", "nwin.o")):
                run([CLANG, "--target=" + triple, "-c", "n.c", "-o", name], f)
        self.others = [n for n in ("n32.o", "n64.o", "nrv.o", "nmac.o", "nwin.o") if (f / n).exists()]
        (f / "empty.o").write_bytes(b"")
        (f / "cut.o").write_bytes((f / "c0.o").read_bytes()[:300])
        (f / "half.a").write_bytes((f / "d0" / "libcxx.a").read_bytes()[:400])
        self.write("noindex.txt", "hello\n")
        (f / "magic.a").write_bytes(b"!<arch>\n")
        self.others += ["empty.o", "cut.o", "half.a", "magic.a", "noindex.txt", "d0", "nosuch.o", "nosuch.a"]


def part(rng, pool):
    """Some words of a command that name inputs."""
    kind = rng.random()
    if kind < 0.26:
        return [rng.choice(pool.objects)]
    if kind < 0.50:
        return ["-l" + rng.choice(pool.libs)]
    if kind < 0.58:
        return [rng.choice(pool.cxx)]
    if kind < 0.62:
        return [rng.choice(pool.lto)] if rng.random() < 0.7 else ["-llto"]
    if kind < 0.68:
        return [rng.choice(pool.versions), "-lver"]
    if kind < 0.75:
        return ["-l" + rng.choice(pool.scripts)]
    if kind < 0.78:
        return [rng.choice(pool.others)]
    if kind < 0.82:
        return ["-Wl,-Bstatic", "-l" + rng.choice(pool.libs), "-Wl,-Bdynamic"]
    if kind < 0.86:
        return [rng.choice(("-lm", "-lpthread", "-lstdc++", "-ldl", "-lgcc", "-lc", "-lsupc++", "-lz", "-latomic"))]
    if kind < 0.90:
        return ["-Wl,--start-group", *("-l" + a for a in rng.sample(pool.libs, 2)), "-Wl,--end-group"]
    if kind < 0.93:
        return ["-Wl,--whole-archive", "-l" + rng.choice(pool.libs), "-Wl,--no-whole-archive"]
    if kind < 0.96:
        return ["-Wl,--start-lib", *rng.sample(pool.objects, 2), "-Wl,--end-lib"]
    return [rng.choice(("-l:liba0.a", "-l:nosuch.so.1", "-l:libs0.so", "-lnosuch", "-l", "-Wl,--as-needed", "-Wl,--no-as-needed"))]


OPTIONS = (
    "-Wl,--no-undefined", "-Wl,-z,defs", "-Wl,-z,undefs", "-Wl,--unresolved-symbols=ignore-all", "-Wl,--unresolved-symbols=report-all",
    "-Wl,--unresolved-symbols=ignore-in-object-files", "-Wl,--unresolved-symbols=ignore-in-shared-libs",
    "-Wl,--warn-unresolved-symbols", "-Wl,--no-allow-shlib-undefined", "-Wl,--allow-shlib-undefined",
    "-Wl,--allow-multiple-definition", "-Wl,-z,muldefs", "-Wl,--exclude-libs,ALL", "-Wl,--exclude-libs,liba0.a:liba1.a",
    "-Wl,--version-script,out.map", "-Wl,--version-script=none.map", "-Wl,--version-script=anon.map", "-Wl,--version-script=broken.map",
    "-Wl,--version-script=nosuch.map", "-Wl,--dynamic-list=sym.list", "-Wl,--dynamic-list=nosuch.list", "-Wl,-E", "-rdynamic",
    "-Wl,--no-undefined-version", "-Wl,--gc-sections", "-Wl,-z,text", "-Wl,-z,notext", "-Wl,-z,nocopyreloc", "-Wl,-z,nosuch",
    "-Wl,--nosuch-option", "-Wl,-Bsymbolic", "-Wl,--fatal-warnings", "-Wl,--no-gnu-unique", "-Wl,-s", "-s", "-Wl,--build-id", "-Wl,-O2",
    "-Wl,--copy-dt-needed-entries", "-Wl,--no-copy-dt-needed-entries", "-Wl,-rpath,d0", "-Wl,-rpath-link,d1", "-Wl,-rpath-link=d0",
    "-Wl,--defsym=fun0=fun1", "-Wl,--defsym,fun2=0x10", "-Wl,--defsym=fun3=nosuch", "-Wl,-u,fun4", "-Wl,--undefined=nosuch",
    "-Wl,--require-defined=nosuch", "-Wl,--wrap=fun5", "-Wl,--wrap,fun6", "-Wl,-e,fun0", "-Wl,--entry=nosuch", "-Wl,-e,0x10",
    "@in.rsp", "@nosuch.rsp", "--sysroot=sys", "-Wl,--sysroot=sys", "-L=/usr/lib", "-Wl,-L,d0", "-Wl,-ld,d0", "-Wl,-T,list.ld",
    "-Wl,--just-symbols=c0.o", "-Wl,-init,fun0", "-Wl,-soname,libx.so", "-Wl,--hash-style=gnu", "-Wl,--hash-style=odd",
    "-Wl,--strip-debug", "-Wl,--no-relax", "-Wl,-m,elf_i386", "-m32", "-Wl,--enable-new-dtags", "-Wl,--push-state,--as-needed",
    "-Wl,--pop-state", "-Wl,--no-dynamic-linker", "-Wl,-z,now,-z,relro", "-Wl,--warn-common", "-Wl,--no-warn-mismatch", "-flto", "-fno-lto",
    "-Wl,-plugin-opt=x", "-Wl,--noinhibit-exec", "-Wl,--cref", "-Wl,--print-map", "-Wl,-t", "-Wl,--eh-frame-hdr",
    "-Wl,--compress-debug-sections=zlib", "-Wl,--sort-common", "-Wl,--discard-all", "-nodefaultlibs", "-nostartfiles", "-pthread",
    "-static-libgcc", "-static-libstdc++", "-Wl,-no-pie", "-Wl,-pie", "-Wl,-shared", "-Wl,-static", "-Wl,-r",
)


def command(rng, pool):
    linker, kind = rng.choice(LINKERS), rng.random()
    cxx = kind < 0.25
    driver = CLANG if CLANG and kind > 0.85 else "g++" if cxx and rng.random() < 0.6 else "gcc"
    mode = pick(rng, (5, ""), (3, "-shared"), (2, "-no-pie"), (1, "-static"), (1, "-static-pie"), (0.5, "-r"))
    words = [driver, f"-fuse-ld={linker}", *([mode] if mode else []), "-Ld0", "-Ld1"]
    if rng.random() < 0.2:
        words.append("-nostdlib")
    parts = [part(rng, pool) for _ in range(rng.choice((1, 2, 2, 3, 4)))]
    if mode not in ("-shared", "-r") and rng.random() < 0.95:
        parts.insert(0 if rng.random() < 0.7 else rng.randrange(len(parts) + 1), [rng.choice(pool.cxxmains if cxx else pool.mains)])
    for _ in range(pick(rng, (2, 0), (3, 1), (2, 2))):
        said = rng.choice(OPTIONS)
        if said == "@in.rsp":
            said = f"@in{rng.randrange(10 ** 9)}.rsp"
            pool.write(said[1:], "\n".join(part(rng, pool)) + "\n'" + rng.choice(pool.objects) + "'\n")
        parts.insert(rng.randrange(len(parts) + 1), [said])
    return words + [w for p in parts for w in p]
