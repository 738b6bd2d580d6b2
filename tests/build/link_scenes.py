"""Small links, made at random from a seed: objects, archives, shared libraries, and commands over them.

A pool of files is made once; a scene is a command over it. Nothing in a scene depends on the machine but the
compilers and linkers that it has.
"""
import random
import re
import shutil
import subprocess
from pathlib import Path

SYMBOLS = [f"sym{i}" for i in range(14)]
LINKERS = [k for k in ("bfd", "gold", "lld", "mold") if shutil.which("ld." + k)]
CLANG = next((c for c in ("clang", "clang-14", "clang-15", "clang-16", "clang-19") if shutil.which(c)), None)


def run(argv, cwd):
    return subprocess.run(argv, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                          errors="replace")


def source(rng, name, main):
    """C text: what it defines and what it uses."""
    defs = [] if main else rng.sample(SYMBOLS, rng.choice((1, 1, 2, 2, 3)))
    refs = [s for s in rng.sample(SYMBOLS, rng.choice((0, 1, 1, 2, 3))) if s not in defs]
    lines, calls = [], []
    for s in refs:
        kind = rng.random()
        if kind < 0.12:
            lines.append(f"extern int {s}(void) __attribute__((weak));")
            calls.append(f"if ({s}) r += {s}();")
        elif kind < 0.18:
            lines.append(f"extern int {s}(void) __attribute__((visibility(\"hidden\")));")
            calls.append(f"r += {s}();")
        else:
            lines.append(f"extern int {s}(void);")
            calls.append(f"r += {s}();")
    body = " ".join(calls)
    for i, s in enumerate(defs):
        kind = rng.random()
        mark = ("__attribute__((weak)) " if kind < 0.12 else
                "__attribute__((visibility(\"hidden\"))) " if kind < 0.2 else "")
        text = body if i == 0 else ""
        lines.append(f"{mark}int {s}(void) {{ int r = 1; {text} return r; }}")
    if main:
        lines.append(f"int main(void) {{ int r = 0; {body} return r; }}")
    lines.append(f"int table_{name}[4] = {{ 1, 2, 3, 4 }};")
    lines.append(f"int *take_{name}(void) {{ return table_{name}; }}")
    return "\n".join(lines) + "\n"


class Pool:
    """The files that scenes are made of, in a folder of their own."""

    def __init__(self, folder, seed):
        self.folder, self.rng = Path(folder), random.Random(seed)
        for d in ("d0", "d1", "d2"):
            (self.folder / d).mkdir(parents=True)
        self.objects, self.mains, self.pic = [], [], []
        self.archives, self.shared = [], []
        self.make_objects()
        self.make_archives()
        self.make_shared()
        self.make_odd()

    def compile(self, names, flags):
        result = run(["gcc", "-c", "-O1", "-fcommon", *flags, *(n + ".c" for n in names)], self.folder)
        assert result.returncode == 0, result.stderr

    def make_objects(self):
        for main, n in ((True, 6), (False, 18)):
            for i in range(n):
                name = ("m" if main else "o") + str(i)
                (self.folder / (name + ".c")).write_text(source(self.rng, name, main))
        self.pic = [f"o{i}" for i in range(12)]
        plain = [f"o{i}" for i in range(12, 18)]
        self.compile(self.pic[:8] + [f"m{i}" for i in range(4)], ["-fPIC"])
        self.compile(self.pic[8:] + ["m4", "m5"], ["-fPIC", "-g"])
        self.compile(plain, ["-fno-pic"])
        self.objects = self.pic + plain
        self.mains = [f"m{i}" for i in range(6)]

    def make_archives(self):
        for i in range(8):
            members = self.rng.sample(self.objects if i < 4 else self.pic, self.rng.choice((1, 2, 3)))
            folder = self.rng.choice(("d0", "d1"))
            run(["ar", "rcsT" if i == 7 else "rcs", f"{folder}/libar{i}.a", *(m + ".o" for m in members)], self.folder)
            self.archives.append((f"ar{i}", folder))
        run(["ar", "rcS", "d0/libnoidx.a", "o0.o"], self.folder)

    def make_shared(self):
        script = self.folder / "v.map"
        script.write_text("V_1 { global: *; };\n")
        for i in range(8):
            folder = self.rng.choice(("d0", "d1", "d2"))
            members = [m + ".o" for m in self.rng.sample(self.pic, self.rng.choice((1, 2)))]
            extra = [f"-Wl,-soname,libso{i}.so.1"] if i % 2 else []
            if i % 3 == 2:
                extra.append("-Wl,--version-script,v.map")
            if self.shared and self.rng.random() < 0.5:
                name, where = self.rng.choice(self.shared)
                extra += ["-Wl,--no-as-needed", f"-L{where}", f"-l{name}"]
            run(["gcc", "-shared", "-nostdlib", "-Wl,-z,muldefs", "-o", f"{folder}/libso{i}.so", *members, *extra],
                self.folder)
            if i % 2 and (self.folder / folder / f"libso{i}.so").exists():
                (self.folder / folder / f"libso{i}.so.1").symlink_to(f"libso{i}.so")
            if (self.folder / folder / f"libso{i}.so").exists():
                self.shared.append((f"so{i}", folder))

    def make_odd(self):
        f = self.folder
        image = bytearray((f / self.shared[0][1] / f"lib{self.shared[0][0]}.so").read_bytes())
        (f / "d0" / "libshort.so").write_bytes(image[:len(image) // 2])
        image[18:20] = (183).to_bytes(2, "little")
        (f / "d0" / "libother.so").write_bytes(image)
        (f / "d0" / "libcut.so").write_bytes(image[:len(image) // 2])
        (f / "d1" / "libempty.so").write_bytes(b"")
        (f / "d1" / "libtext.so").write_text("version https://git-lfs.github.com/spec/v1\n")
        (f / "d1" / "libdangling.so").symlink_to("nowhere.so.1")
        name, where = self.shared[1]
        (f / "d0" / "libscript.so").write_text(f"/* a script */\nINPUT ( -lar0 AS_NEEDED ( lib{name}.so ) )\n")
        (f / "d0" / "libgroup.so").write_text("GROUP ( -lar1 -lar2 )\n")
        shutil.copy(f / where / f"lib{name}.so", f / "d0" / "named.so")
        (f / "o0.asm.s").write_text("")
        self.make_members()

    def make_members(self):
        """Archives with members that are no use: for another machine, gone, no objects; programs as libraries."""
        f = self.folder
        other = bytearray((f / "o1.o").read_bytes())
        other[18:20] = (183).to_bytes(2, "little")
        (f / "arm.o").write_bytes(other)
        run(["gcc", "-m32", "-c", "-O1", "-o", "narrow.o", "o2.c"], f)
        (f / "note").write_text("no object\n")
        shutil.copy(f / "o3.o", f / "gone.o")
        for name, members in (("arm", ("o4.o", "arm.o")), ("narrow", ("o4.o", "narrow.o")), ("first", ("narrow.o", "o5.o")),
                              ("note", ("note", "o6.o"))):
            run(["ar", "rcs", f"d1/lib{name}.a", *members], f)
        run(["ar", "rcs", "d2/libnarrow.a", "o2.o"], f)
        run(["ar", "rcsT", "d2/libgone.a", "o7.o", "gone.o"], f)
        (f / "gone.o").unlink()
        for name, flag in (("exec", "-no-pie"), ("pie", "-pie")):
            run(["gcc", flag, "-nostdlib", "-Wl,-e,take_m0", "-Wl,--unresolved-symbols=ignore-all", "-o", f"d0/lib{name}.so",
                 "m0.o", "o0.o"], f)


def inputs(rng, pool):
    """A part of a command: files, -l, and what is said about them."""
    kind = rng.random()
    if kind < 0.27:
        return [rng.choice(pool.objects) + ".o"]
    if kind < 0.52:
        name, where = rng.choice(pool.archives)
        return [f"-l{name}"] if rng.random() < 0.8 else [f"{where}/lib{name}.a"]
    if kind < 0.76:
        name, where = rng.choice(pool.shared)
        return [f"-l{name}"] if rng.random() < 0.8 else [f"{where}/lib{name}.so"]
    if kind < 0.82:
        pair = rng.sample([a for a, _ in pool.archives], 2)
        return ["-Wl,--start-group", *(f"-l{a}" for a in pair), "-Wl,--end-group"]
    if kind < 0.88:
        return [rng.choice(("-Wl,--as-needed", "-Wl,--no-as-needed"))]
    if kind < 0.91:
        return ["-Wl,--whole-archive", "-l" + rng.choice([a for a, _ in pool.archives] + ["gone", "arm", "narrow"]), "-Wl,--no-whole-archive"]
    if kind < 0.935:
        return [rng.choice(("-lscript", "-lgroup"))]
    if kind < 0.97:
        return [rng.choice(("-larm", "-lnarrow", "-lfirst", "-lnote", "-lgone", "-lgone", "-lexec", "-lpie", "d1/libnarrow.a"))]
    return [rng.choice(("-lnone", "-lother", "-lempty", "-ltext", "-ldangling", "-l:named.so", "-lnoidx", "-lcut",
                        "-lshort"))]


def option(rng, pool, words):
    """An option that changes what is linked, or what is said of it."""
    kind = rng.choice(("wrap", "wrap", "lib", "gc", "gc", "state", "response", "symbolic", "exclude", "defsym", "text"))
    if kind == "wrap":
        return ["-Wl,--wrap," + rng.choice(SYMBOLS)]
    if kind == "lib":
        return ["-Wl,--start-lib", *(o + ".o" for o in rng.sample(pool.objects, 2)), "-Wl,--end-lib"]
    if kind == "gc":
        return ["-Wl,--gc-sections"]
    if kind == "state" and "-fuse-ld=mold" not in words:  # mold 1.10 goes on with -Bstatic behind it
        name = rng.choice(pool.archives)[0]
        return ["-Wl,--push-state,-Bstatic", f"-l{name}", "-Wl,--pop-state"]
    if kind == "response":
        name = f"in{rng.randrange(10 ** 9)}.rsp"
        (pool.folder / name).write_text("\n".join(inputs(rng, pool) + [rng.choice(pool.objects) + ".o"]))
        return ["@" + name]
    if kind == "symbolic":
        return [rng.choice(("-Wl,-Bsymbolic", "-Wl,-Bsymbolic-functions"))]
    if kind == "exclude":
        return ["-Wl,--exclude-libs," + rng.choice(("ALL", "libar0.a"))]
    if kind == "defsym":
        return [f"-Wl,--defsym,{rng.choice(SYMBOLS)}={rng.choice(SYMBOLS)}"]
    return ["-Wl,-z,text"]


def command(rng, pool):
    """One scene: the words of a command, without -o."""
    linker = rng.choice(LINKERS)
    driver = CLANG if CLANG and rng.random() < 0.25 else "gcc"
    words = [driver, f"-fuse-ld={linker}"]
    mode = rng.choice(("", "", "", "-shared", "-shared", "-no-pie", "-no-pie", "-static"))
    if mode:
        words.append(mode)
    if mode == "-shared" and rng.random() < 0.4:
        words.append("-Wl,-z,defs")
    if rng.random() < 0.6:
        words.append("-nostdlib")
    words += [f"-L{d}" for d in rng.sample(("d0", "d1", "d2"), rng.choice((2, 3, 3)))]
    if rng.random() < 0.25:
        words.append("-Wl,-rpath-link," + rng.choice(("d0", "d1", "d2")))
    if rng.random() < 0.1:
        words.append("-Wl,-u," + rng.choice(SYMBOLS))
    if rng.random() < 0.1:
        words.append(f"-Wl,--defsym,{rng.choice(SYMBOLS)}=0")
    if rng.random() < 0.06:
        words.append("-Wl,--allow-shlib-undefined")
    if rng.random() < 0.06:
        words.append("-Wl,-z,muldefs")
    parts = [inputs(rng, pool) for _ in range(rng.choice((1, 2, 2, 3, 4)))]
    if mode != "-shared" or rng.random() < 0.3:
        parts.insert(rng.randrange(len(parts) + 1), [rng.choice(pool.mains) + ".o"])
    if rng.random() < 0.25:
        parts.insert(rng.randrange(len(parts) + 1), option(rng, pool, words))
    for part in parts:
        words += part
    return words


CONTEXT = (": in function `", "warning:", "skipping incompatible", ": note to link", "info:", ": previous definition of ")
DRIVER = ("collect2: ", "clang: ", "clang-")


def first_error(text):
    """The first line that tells of an error, and all lines that do. With --fatal-warnings it is a warning."""
    lines = [x for x in text.split("\n") if x and not x.startswith((">>>", *DRIVER))]
    errors = [x for x in lines if not any(c in x for c in CONTEXT)] or [x for x in lines if "warning:" in x]
    return (errors[0] if errors else None), errors


def plain(line):
    """Names of temporary files differ from run to run."""
    return re.sub(r"/tmp/(cc\w{6}|\w+-[0-9a-f]{6})\.o", "/tmp/X.o", line or "")
