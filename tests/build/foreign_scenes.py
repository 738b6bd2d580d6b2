"""Small links for Windows and macOS, made at random from a seed: COFF and Mach-O objects, archives, libraries, stubs.

Like link_scenes.py, for GNU ld of MinGW and for ld64.lld.
"""
import random
import shutil
from pathlib import Path

from link_scenes import SYMBOLS, run, source

MINGW = "x86_64-w64-mingw32"
MACHO = shutil.which("ld64.lld-14") and shutil.which("clang-14") and shutil.which("llvm-ar-14")
PE = shutil.which(f"{MINGW}-gcc")
MAC = ["-arch", "x86_64", "-platform_version", "macos", "11.0", "11.0"]


class Pool:
    """Objects of a system, and what is made of them."""
    SIZE = 14

    def __init__(self, folder, seed):
        self.folder, self.rng = Path(folder), random.Random(seed)
        for d in ("d0", "d1"):
            (self.folder / d).mkdir(parents=True)
        self.mains = [f"m{i}" for i in range(5)]
        self.objects = [f"o{i}" for i in range(self.SIZE)]
        for name in self.mains + self.objects:
            (self.folder / f"{name}.c").write_text(source(self.rng, name, name in self.mains))
        self.make_objects()
        self.archives = []
        for i in range(6):
            where, members = self.rng.choice(("d0", "d1")), self.rng.sample(self.objects, self.rng.choice((1, 2, 3)))
            self.make_archive(f"{where}/libar{i}.a", [m + ".o" for m in members])
            self.archives.append((f"ar{i}", where))
        self.make_odd()

    def must(self, argv):
        result = run(argv, self.folder)
        assert result.returncode == 0, (argv, result.stderr)


class PePool(Pool):
    def make_objects(self):
        for name in self.objects[:4]:  # what they use is declared to come from a DLL
            path = self.folder / f"{name}.c"
            path.write_text(path.read_text().replace("extern int", "__declspec(dllimport) extern int")
                            .replace(' __attribute__((visibility("hidden")));', ";").replace(" __attribute__((weak));", ";"))
        self.must([f"{MINGW}-gcc", "-c", "-O1", "-fcommon", "-w", *(n + ".c" for n in self.mains + self.objects[:-2])])
        self.must([f"{MINGW}-gcc", "-c", "-g", "-w", *(n + ".c" for n in self.objects[-2:])])

    def make_archive(self, path, members):
        self.must([f"{MINGW}-ar", "rcs", path, *members])

    def make_odd(self):
        self.libraries = []
        for i in range(4):
            names = self.rng.sample(SYMBOLS, 3)
            text = "".join(f"__declspec(dllexport) int {n}(void) {{ return {i}; }}\n" for n in names[:2])
            (self.folder / f"l{i}.c").write_text(text + f"__declspec(dllexport) int {names[2]} = 3;\n")
            extra = [f"-Wl,--out-implib,d0/libdy{i}.dll.a"] if i % 2 else []
            self.must([f"{MINGW}-gcc", "-shared", f"l{i}.c", "-o", f"d0/dy{i}.dll", *extra])
            self.libraries.append(f"dy{i}")
        (self.folder / "d1/libempty.a").write_bytes(b"")
        (self.folder / "d1/libtext.a").write_text("version https://git-lfs.github.com/spec/v1\n")
        run(["gcc", "-shared", "-fPIC", "-o", "d1/liblinux.so", "o5.c"], self.folder)

    def part(self, rng):
        kind = rng.random()
        if kind < 0.4:
            return [rng.choice(self.objects) + ".o"]
        if kind < 0.65:
            name, where = rng.choice(self.archives)
            return [f"-l{name}"] if rng.random() < 0.7 else [f"{where}/lib{name}.a"]
        if kind < 0.9:
            name = rng.choice(self.libraries)
            return [f"-l{name}"] if rng.random() < 0.6 else [f"d0/{name}.dll"]
        return [rng.choice(("-lnone", "-lempty", "-ltext", "-llinux", "-lws2_32", "gone.o"))]

    def command(self, rng):
        words = [f"{MINGW}-gcc", "-Ld0", "-Ld1"]
        shared = rng.random() < 0.3
        words += ["-shared"] if shared else []
        parts = [self.part(rng) for _ in range(rng.choice((1, 2, 3)))]
        if not shared or rng.random() < 0.2:
            parts.insert(rng.randrange(len(parts) + 1), [rng.choice(self.mains) + ".o"])
        return words + [w for p in parts for w in p]


class MachoPool(Pool):
    def make_objects(self):
        self.must(["clang-14", "-target", "x86_64-apple-macos11", "-c", "-O1", "-fcommon", "-w",
                   *(n + ".c" for n in self.mains + self.objects)])

    def make_archive(self, path, members):
        self.must(["llvm-ar-14", "rcs", path, *members])

    def stub(self, path, name, symbols, target="x86_64-macos", reexports=(), version=4):
        listed = ", ".join("_" + s for s in symbols)
        if version == 4:
            more = f"reexported-libraries:\n  - targets: [ {target} ]\n    libraries: [ {', '.join(reexports)} ]\n" if reexports else ""
            text = (f"--- !tapi-tbd\ntbd-version: 4\ntargets: [ {target}, arm64-macos ]\ninstall-name: '{name}'\n{more}"
                    f"exports:\n  - targets: [ {target} ]\n    symbols: [ {listed} ]\n  - targets: [ arm64-macos ]\n"
                    f"    symbols: [ _only_arm ]\n...\n")
        else:
            text = (f"--- !tapi-tbd-v3\narchs: [ x86_64, arm64 ]\nplatform: macosx\ninstall-name: {name}\n"
                    f"exports:\n  - archs: [ x86_64 ]\n    symbols: [ {listed} ]\n...\n")
        (self.folder / path).write_text(text)

    def make_odd(self):
        f = self.folder
        self.stub("libSystem.tbd", "/usr/lib/libSystem.B.dylib", ["exit"])
        (f / "libSystem.tbd").write_text((f / "libSystem.tbd").read_text().replace("[ _exit ]", "[ _exit, dyld_stub_binder ]"))
        self.stub("d0/libst0.tbd", "/usr/lib/libst0.dylib", self.rng.sample(SYMBOLS, 3))
        self.stub("d1/libst1.tbd", "/usr/lib/libst1.dylib", self.rng.sample(SYMBOLS, 3), version=3)
        self.stub("d0/libst2.tbd", "/usr/lib/libst2.dylib", self.rng.sample(SYMBOLS, 2), reexports=["/usr/lib/libst0.dylib"])
        self.stub("d1/libst3.tbd", "/usr/lib/libst3.dylib", self.rng.sample(SYMBOLS, 2), reexports=["/usr/lib/libgone.dylib"])
        self.stub("d1/libios.tbd", "/usr/lib/libios.dylib", self.rng.sample(SYMBOLS, 2), target="arm64-ios")
        for i in range(3):
            members = [m + ".o" for m in self.rng.sample(self.objects, 2)]
            run(["ld64.lld-14", *MAC, "-dylib", "-undefined", "dynamic_lookup", *members, "libSystem.tbd", "-install_name",
                 f"@rpath/libdy{i}.dylib", "-o", f"d0/libdy{i}.dylib"], f)
        (f / "fw/Foo.framework").mkdir(parents=True)
        if (f / "d0/libdy0.dylib").exists():
            shutil.copy(f / "d0/libdy0.dylib", f / "fw/Foo.framework/Foo")
        self.must(["clang-14", "-target", "arm64-apple-macos11", "-c", "o0.c", "-o", "arm.o"])
        self.must(["clang-14", "-target", "x86_64-apple-ios13-simulator", "-c", "o1.c", "-o", "sim.o"])
        self.must(["clang-14", "-target", "x86_64-apple-macos13", "-c", "o2.c", "-o", "new.o"])
        run(["llvm-lipo-14", "-create", "o3.o", "arm.o", "-output", "fat.o"], f)
        run(["llvm-lipo-14", "-create", "arm.o", "-output", "fatarm.o"], f)
        run(["ar", "rcS", "d1/libnoidx.a", "o4.o"], f)
        self.make_archive("d1/libarm.a", ["arm.o", "o5.o"])
        (f / "text.o").write_text("no object\n")

    def part(self, rng):
        kind = rng.random()
        if kind < 0.4:
            return [rng.choice(self.objects) + ".o"]
        if kind < 0.6:
            name, where = rng.choice(self.archives)
            return [f"-l{name}"] if rng.random() < 0.7 else [f"{where}/lib{name}.a"]
        if kind < 0.8:
            return [rng.choice(("-lst0", "-lst1", "-lst2", "-ldy0", "-ldy1", "d0/libdy2.dylib"))]
        if kind < 0.86:
            return [rng.choice(("-force_load", "-weak_library")), f"{rng.choice(self.archives)[1]}/lib{rng.choice(self.archives)[0]}.a"]
        return rng.choice((["-lnone"], ["-lst3"], ["-lios"], ["-lnoidx"], ["-larm"], ["arm.o"], ["sim.o"], ["new.o"], ["fat.o"],
                           ["fatarm.o"], ["text.o"], ["gone.o"], ["-framework", "Foo"], ["-framework", "Bar"],
                           ["-u", "_" + rng.choice(SYMBOLS)], ["-all_load"], ["-U", "_" + rng.choice(SYMBOLS)]))

    def command(self, rng):
        words = ["ld64.lld-14", *MAC, "-Ld0", "-Ld1", "-Ffw"]
        shared = rng.random() < 0.3
        words += ["-dylib"] if shared else []
        parts = [self.part(rng) for _ in range(rng.choice((1, 2, 3, 4)))]
        if not shared or rng.random() < 0.2:
            parts.insert(rng.randrange(len(parts) + 1), [rng.choice(self.mains) + ".o"])
        if rng.random() < 0.9:
            parts.append(["libSystem.tbd"])
        return words + [w for p in parts for w in p]


KINDS = {**({"mingw": PePool} if PE else {}), **({"macho": MachoPool} if MACHO else {})}
