"""Edits of files as linkers make them: the loader, eu-elflint, readelf and strip are asked what became of them.

Each variant is one way to link the same library and program. The program says whether it finds, in memory,
what a kernel and a loader leave there: its program headers (AT_PHDR), its dynamic section with DT_DEBUG
filled in, its build id.
"""
import os
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("DLWHY_BUILD", TOP / "build"))
TOOL = BUILD / "tests/repair/tool/elf-edit-tool"
ENV = {k: v for k, v in os.environ.items() if not k.startswith("LD_")}
LONG = "/nonexistent/" + "some-folder/" * 20

DEP_C = "int dep(void) { return 7; }\n"
EXTRA_C = "int extra(void) { return 1; }\n"
LIB_C = """
#include <stdlib.h>
#include <string.h>
extern int dep(void);
static __thread int counter = 3;
static int made;
int space[50000];
__attribute__((constructor)) static void make(void) { made = 1; space[40000] = 1; }
int lib(void) { return dep() + made + counter++ + space[40000] + (getenv("NO") != NULL) + (int)strlen("abc"); }
"""
MAIN_C = """
#define _GNU_SOURCE
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
extern int lib(void);
static int build_id(const ElfW(Phdr) *ph, ElfW(Addr) base)
{
	const char *p = (const char *)base + ph->p_vaddr, *end = p + ph->p_filesz;
	ElfW(Nhdr) n;

	for (; p < end; p += sizeof(n) + ((n.n_namesz + 3) & ~3u) + ((n.n_descsz + 3) & ~3u)) {
		memcpy(&n, p, sizeof(n));
		if (n.n_type == NT_GNU_BUILD_ID && memcmp(p + sizeof(n), "GNU", 4) == 0)
			return 1;
	}
	return 0;
}
static int look(struct dl_phdr_info *i, size_t size, void *ctx)
{
	int *found = ctx;

	(void)size;
	if (i->dlpi_phdr != (const ElfW(Phdr) *)getauxval(AT_PHDR) || i->dlpi_phnum != getauxval(AT_PHNUM))
		return 1;
	found[0] = 1;
	for (int k = 0; k < i->dlpi_phnum; k++) {
		const ElfW(Phdr) *ph = &i->dlpi_phdr[k];
		const ElfW(Dyn) *d = (const ElfW(Dyn) *)(i->dlpi_addr + ph->p_vaddr);

		if (ph->p_type == PT_DYNAMIC)
			for (; d->d_tag != DT_NULL; d++)
				if (d->d_tag == DT_DEBUG && d->d_un.d_ptr != 0)
					found[1] = 1;
		if (ph->p_type == PT_NOTE)
			found[2] |= build_id(ph, i->dlpi_addr);
	}
	return 1;
}
int main(void)
{
	int found[3] = { 0, 0, 0 };

	dl_iterate_phdr(look, found);
	printf("lib %d phdr %d debug %d id %d\\n", lib(), found[0], found[1], found[2]);
	return 0;
}
"""
SAYS = "lib 15 phdr 1 debug 1 id 1\n"

# name -> (flags of the library, of the program); both where there is one string
VARIANTS = {
    "bfd": "",
    "noseparate-code": "-Wl,-z,noseparate-code",
    "page-64k": "-Wl,-z,max-page-size=65536",
    "page-2m": "-Wl,-z,max-page-size=2097152 -Wl,-z,noseparate-code",
    "relro-now": "-Wl,-z,relro,-z,now",
    "norelro": "-Wl,-z,norelro",
    "sysv-hash": "-Wl,--hash-style=sysv",
    "no-spare-entries": "-Wl,--spare-dynamic-tags=0",
    "fixed-address": ("", "-no-pie"),
    "fixed-64k": ("", "-no-pie -Wl,-z,max-page-size=65536"),
    "gold": "-fuse-ld=gold",
    "lld": "-fuse-ld=lld",
    "lld-separate": "-fuse-ld=lld -Wl,-z,separate-loadable-segments",
    "lld-fixed": ("-fuse-ld=lld", "-fuse-ld=lld -no-pie"),
    "mold": "-fuse-ld=mold",
    "mold-fixed": ("-fuse-ld=mold", "-fuse-ld=mold -no-pie"),
    "musl": ("", ""),
    "text-below-1g": ("-Wl,-Ttext-segment=0x40000000", "-no-pie -Wl,-Ttext-segment=0x40000000"),
}


def run(*argv, check=False, **more):
    return subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          errors="replace", check=check, env={**ENV, **more})


def edit(source, target, *edits):
    done = run(TOOL, source, target, *edits)
    assert done.returncode == 0, done.stdout + done.stderr
    return Path(target)


def refusal(source, *edits):
    done = run(TOOL, source, str(source) + ".never", *edits)
    assert done.returncode == 1, done.stdout + done.stderr
    assert not Path(str(source) + ".never").exists()
    return done.stdout.strip()


def dynamic(path):
    """[(tag, value)] as readelf says it: "RUNPATH" -> text."""
    found = []
    for line in run("readelf", "-dW", path).stdout.splitlines():
        match = re.match(r" 0x\w+ \((\w+)\)\s+(.*)", line)
        if match:
            text = re.search(r"\[(.*)\]$", match.group(2))
            found.append((match.group(1), text.group(1) if text else match.group(2)))
    return found


def values(path, tag):
    return [v for t, v in dynamic(path) if t == tag]


def lint(path):
    lines = run("eu-elflint", "--gnu-ld", path).stdout.splitlines()
    # It adds the size of the symbol to the place of a relocation, and so meets the segment behind it. And where
    # a linker has given the dynamic section a segment of its own, that is empty once it has moved.
    return {re.sub(r"\[ *\d+\]|entry \d+", "", line) for line in lines
            if not re.search("^No errors$|read-only section modified but text|contains no writable sections", line)}


def is_sound(old, new):
    """No complaint that there was not before, and the same symbols and notes."""
    assert lint(new) <= lint(old)
    for flags in ("--dyn-syms", "-V"):
        a, b = (re.sub(r"Addr: \w+  Offset: \w+|Offset: \w+", "", run("readelf", "-W", flags, p).stdout)
                for p in (old, new))
        assert a == b
    ids = [re.findall(r"Build ID: \w+|Properties: .*", run("readelf", "-nW", p).stdout) for p in (old, new)]
    assert ids[0] == ids[1]


class Set:
    """A library, what it needs, and a program, in a folder of their own."""

    def __init__(self, folder, flags):
        self.folder = folder
        self.compiler = "musl-gcc" if folder.name.startswith("musl") else "gcc"
        self.flags = (flags, flags) if isinstance(flags, str) else flags
        self.hidden = folder / "hidden"
        self.hidden.mkdir(parents=True)
        for name, text in (("dep.c", DEP_C), ("extra.c", EXTRA_C), ("lib.c", LIB_C), ("main.c", MAIN_C),
                           ("dep.map", "DEP_1 { global: dep; local: *; };\n")):
            (folder / name).write_text(text)
        self.lib, self.main = folder / "liblib.so", folder / "main"
        self.cc("-shared", "-fPIC", "-o", self.hidden / "libdep.so", "dep.c", "-Wl,-soname,libdep.so",
                "-Wl,--version-script=dep.map")
        self.cc("-shared", "-fPIC", "-o", self.hidden / "libextra.so", "extra.c")
        self.cc(*self.flags[0].split(), "-shared", "-fPIC", "-o", self.lib, "lib.c", self.hidden / "libdep.so",
                "-Wl,-soname,liblib.so", "-Wl,--build-id")
        self.cc(*self.flags[1].split(), "-o", self.main, "main.c", self.lib, "-Wl,--build-id",
                "-Wl,--allow-shlib-undefined", "-Wl,--unresolved-symbols=ignore-in-shared-libs")

    def cc(self, *argv):
        done = subprocess.run([self.compiler, "-O1", *map(str, argv)], cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"{self.compiler} {' '.join(map(str, argv))}: {done.stdout[:200]}")

    def edited(self):
        """Both with the search path that lets the program run, made by the tool."""
        lib = edit(self.lib, self.folder / "edited/liblib.so", f"runpath={LONG}:$ORIGIN/../hidden")
        main = edit(self.main, self.folder / "edited/main", f"runpath={LONG}:$ORIGIN")
        return lib, main


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    made = {}

    def get(variant):
        if variant not in made:
            made[variant] = Set(tmp_path_factory.mktemp(variant), VARIANTS[variant])
            (made[variant].folder / "edited").mkdir()
        return made[variant]
    return get


QUICK = {"bfd", "no-spare-entries", "fixed-address", "lld", "mold"}


@pytest.fixture(params=[pytest.param(v, marks=[] if v in QUICK else [pytest.mark.slow]) for v in VARIANTS])
def files(request, sets):
    return sets(request.param)


def runs(main):
    done = run(main)
    return done.stdout == SAYS, done.stdout + done.stderr + str(done.returncode)


def test_a_search_path_is_set_where_there_was_none(files):
    assert not run(files.main).stdout
    lib, main = files.edited()
    assert values(lib, "RUNPATH") == [f"{LONG}:$ORIGIN/../hidden"]
    is_sound(files.lib, lib)
    is_sound(files.main, main)
    ok, said = runs(main)
    assert ok, said


def test_what_strips_files_takes_an_edited_one(files):
    lib, main = files.edited()
    folder = files.folder / "stripped"
    for tool in (["strip"], ["eu-strip"], ["llvm-strip-14"], ["objcopy", "--strip-debug"]):
        if shutil.which(tool[0]) is None:
            continue
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for path in (lib, main):
            shutil.copy(path, folder)
            run(*tool, folder / path.name, check=True)
        if (folder / "main").exists():
            ok, said = runs(folder / "main")
            assert ok, f"{tool}: {said}"


def test_ten_edits_grow_a_file_by_what_they_write(files):
    lib, main = files.edited()
    first = main.stat().st_size
    for i in range(10):
        edit(main, main, f"runpath={'x/' * (30 * i)}:{LONG}:$ORIGIN")
        edit(lib, lib, f"rpath={'y/' * (30 * i)}:{LONG}:$ORIGIN/../hidden")
    assert main.stat().st_size - first <= sum(60 * i + len(LONG) + 12 for i in range(10))
    assert values(lib, "RPATH") == [f"{'y/' * 270}:{LONG}:$ORIGIN/../hidden"] and not values(lib, "RUNPATH")
    is_sound(files.main, main)
    is_sound(files.lib, lib)
    assert len(re.findall("LOAD", run("readelf", "-lW", main).stdout)) <= \
        len(re.findall("LOAD", run("readelf", "-lW", files.main).stdout)) + 1
    ok, said = runs(main)
    assert ok, said


def test_needs_and_names(files):
    lib, main = files.edited()
    needs = values(lib, "NEEDED")
    other = files.hidden / "libdep-with-another-name.so"
    edit(files.hidden / "libdep.so", other, f"soname={other.name}")
    edit(lib, lib, *(f"need=lib{i}{'n' * 30}.so" for i in range(12)))
    assert values(lib, "NEEDED") == [f"lib{i}{'n' * 30}.so" for i in range(11, -1, -1)] + needs
    is_sound(files.lib, lib)
    edit(lib, lib, *(f"no-need=lib{i}{'n' * 30}.so" for i in range(12)), "need=libextra.so",
         f"need:libdep.so={other.name}", "soname=a-rather-long-soname-that-was-not-there.so.1")
    assert values(lib, "NEEDED") == ["libextra.so"] + [n.replace("libdep.so", other.name) for n in needs]
    assert other.name in run("readelf", "-VW", lib).stdout
    assert values(lib, "SONAME") == ["a-rather-long-soname-that-was-not-there.so.1"]
    assert lint(lib) <= lint(files.lib)
    if files.compiler == "gcc":  # musl knows no such variable
        loaded = run(main, LD_TRACE_LOADED_OBJECTS="1").stdout
        assert "libextra.so =>" in loaded and f"{other.name} =>" in loaded and "not found" not in loaded
    ok, said = runs(main)
    assert ok, said
    edit(lib, lib, "no-soname", "no-need=libextra.so")
    assert not values(lib, "SONAME") and "libextra.so" not in values(lib, "NEEDED")
    assert "wants symbol versions of" in refusal(lib, f"no-need={other.name}")
    assert "does not need" in refusal(lib, "need:libnone.so.5=libother.so")
    ok, said = runs(main)
    assert ok, said


def test_an_edit_that_is_done_already_changes_nothing(files):
    lib, main = files.edited()
    for path, edits in ((lib, ["need=libdep.so", "soname=liblib.so", "no-need=libnone.so", "stack=clear",
                               f"runpath={LONG}:$ORIGIN/../hidden"]), (main, [f"runpath={LONG}:$ORIGIN"])):
        copy = edit(path, files.folder / "copy", *edits)
        assert copy.read_bytes() == path.read_bytes()
    edit(lib, lib, "no-paths")
    assert not values(lib, "RUNPATH") and not values(lib, "RPATH")
    # a shorter path stands where the longer one stood: the file is as long as before
    before = main.stat().st_size
    edit(main, main, "runpath=/short:$ORIGIN")
    assert main.stat().st_size == before and values(main, "RUNPATH") == ["/short:$ORIGIN"]
    is_sound(files.main, main)


def test_interpreter_and_stack(files):
    lib, main = files.edited()
    ld = re.search(r"interpreter: (\S+)\]", run("readelf", "-lW", main).stdout).group(1)
    other = files.folder / ("a-folder-with-a-long-name-" * 4) / "ld.so"
    other.parent.mkdir(exist_ok=True)
    shutil.copy(ld, other)
    edit(main, main, f"interp={other}", "stack=exec")
    edit(lib, lib, f"runpath={LONG}:$ORIGIN/../hidden")
    text = run("readelf", "-lW", main).stdout
    assert f"interpreter: {other}]" in text and re.search(r"GNU_STACK .* RWE", text)
    is_sound(files.main, main)
    ok, said = runs(main)
    assert ok, said
    edit(main, main, f"interp={ld}", "stack=clear")
    text = run("readelf", "-lW", main).stdout
    assert f"interpreter: {ld}]" in text and re.search(r"GNU_STACK .* RW ", text)
    ok, said = runs(main)
    assert ok, said
    assert "no interpreter" in refusal(lib, f"interp={ld}")


def test_a_file_without_the_mark_of_its_stack_gets_one(sets, tmp_path):
    files = sets("bfd")
    main, new = tmp_path / "main", tmp_path / "new"
    (tmp_path / "hello.c").write_text('#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n')
    files.cc("-fuse-ld=lld", "-Wl,-z,nognustack", "-o", main, tmp_path / "hello.c")
    assert "GNU_STACK" not in run("readelf", "-lW", main).stdout
    edit(main, new, "stack=clear")
    assert re.search(r"GNU_STACK .* RW ", run("readelf", "-lW", new).stdout)
    is_sound(main, new)
    assert run(new).stdout == "hello\n"
    forget_sections(main)
    edit(main, new, "stack=exec")
    assert re.search(r"GNU_STACK .* RWE", run("readelf", "-lW", new).stdout)
    assert run(new).stdout == "hello\n"


def forget_sections(path):
    """As `sstrip` leaves a file: no section header, and nothing behind the last segment."""
    data = bytearray(path.read_bytes())
    is64 = data[4] == 2
    phoff, = struct.unpack_from("<Q" if is64 else "<I", data, 32 if is64 else 28)
    size, n = struct.unpack_from("<HH", data, 54 if is64 else 42)
    end = phoff + size * n
    for i in range(n):
        at = phoff + i * size
        off, filesz = struct.unpack_from("<Q16xQ", data, at + 8) if is64 else struct.unpack_from("<I8xI", data, at + 4)
        end = max(end, off + filesz)
    struct.pack_into("<Q" if is64 else "<I", data, 40 if is64 else 32, 0)
    struct.pack_into("<HHH", data, 58 if is64 else 46, size and (64 if is64 else 40), 0, 0)
    path.write_bytes(data[:end])


def test_files_without_sections(files):
    folder = files.folder / "bare"
    folder.mkdir(exist_ok=True)
    for path in (files.lib, files.main):
        shutil.copy(path, folder)
        forget_sections(folder / path.name)
    edit(folder / "liblib.so", folder / "liblib.so", f"runpath={LONG}:$ORIGIN/../hidden", "soname=liblib.so.with.a.number")
    edit(folder / "main", folder / "main", f"runpath={LONG}:$ORIGIN")
    for i in range(3):
        edit(folder / "main", folder / "main", f"runpath={'z' * 100 * i}:{LONG}:$ORIGIN", "need=libdep.so")
        edit(folder / "liblib.so", folder / "liblib.so", f"runpath={'z' * 100 * i}:{LONG}:$ORIGIN/../hidden")
    edit(folder / "main", folder / "main", f"runpath={LONG}:$ORIGIN:$ORIGIN/../hidden")
    ok, said = runs(folder / "main")
    assert ok, said


def test_what_is_behind_the_file_stays_behind_it(sets, tmp_path):
    files = sets("bfd")
    copy = tmp_path / "self-extracting"
    copy.write_bytes(files.main.read_bytes() + b"PK\5\6" + bytes(18))
    assert "stand behind the ELF file" in refusal(copy, "runpath=/a/path/that/is/new")
    edit(copy, copy, "stack=exec")
    assert copy.read_bytes().endswith(b"PK\5\6" + bytes(18))


def test_what_cannot_be_edited_is_refused(sets, tmp_path):
    files = sets("bfd")
    files.cc("-c", "-o", tmp_path / "a.o", "dep.c")
    files.cc("-static", "-o", tmp_path / "static", "dep.c", "-nostdlib", "-Wl,-e,dep")
    run("objcopy", "--only-keep-debug", files.lib, tmp_path / "lib.debug", check=True)
    cut = tmp_path / "cut.so"
    cut.write_bytes(files.lib.read_bytes()[:0x2800])
    text = tmp_path / "text"
    text.write_text("INPUT(-lm)\n" * 9)
    assert "neither a library nor a program" in refusal(tmp_path / "a.o", "runpath=/x")
    assert "statically" in refusal(tmp_path / "static", "runpath=/x")
    assert "debugging information" in refusal(tmp_path / "lib.debug", "runpath=/x")
    assert "cut short" in refusal(cut, "runpath=/x")
    assert "not an ELF file" in refusal(text, "runpath=/x")
    assert "empty" in refusal(files.lib, "soname=")
    assert "longer than" in refusal(files.main, "interp=/" + "x" * 5000)


def test_a_program_linked_statically_at_no_address(sets, tmp_path):
    files = sets("bfd")
    (tmp_path / "hello.c").write_text('#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n')
    main = tmp_path / "hello"
    files.cc("-static-pie", "-o", main, tmp_path / "hello.c")
    before = lint(main)
    edit(main, main, f"runpath={LONG}", "stack=exec", *(f"need=libx{i}.so" for i in range(12)))
    assert values(main, "RUNPATH") == [LONG] and lint(main) <= before
    assert run(main).stdout == "hello\n"


FOREIGN = {
    "aarch64": "aarch64-linux-gnu", "arm": "armv7-linux-gnueabihf", "mips-big-endian": "mips-linux-gnu",
    "mips64": "mips64el-linux-gnuabi64", "ppc64-big-endian": "powerpc64-linux-gnu", "riscv64": "riscv64-linux-gnu",
    "ppc-big-endian": "powerpc-linux-gnu", "i386": "i386-linux-gnu",
}


@pytest.mark.parametrize("machine", FOREIGN)
def test_files_of_other_machines(machine, tmp_path):
    (tmp_path / "f.c").write_text("int data[9000] = {1}; int f(int i) { return data[i]; }\n"
                                  "int __start(void) { return f(2); } int _start(void) { return __start(); }\n")
    base = ["clang-14", f"--target={FOREIGN[machine]}", "-nostdlib", "-ffreestanding", "-fuse-ld=lld", "-O1",
            tmp_path / "f.c", "-Wl,--build-id"]
    for name, flags in (("lib.so", ["-shared", "-fPIC", "-Wl,-soname,lib.so"]),
                        ("prog", ["-pie", "-fPIE", "-Wl,--dynamic-linker=/lib/ld.so.1", "-Wl,--export-dynamic"])):
        old, new = tmp_path / name, tmp_path / ("new-" + name)
        made = run(*base, *flags, "-o", old)
        if made.returncode != 0:
            pytest.skip(made.stderr[:200])
        edit(old, new, f"runpath={LONG}", *(f"need=libx{i}.so" for i in range(12)))
        edit(new, new, f"runpath={LONG}:{LONG}", "no-need=libx3.so")
        assert values(new, "RUNPATH") == [f"{LONG}:{LONG}"] and len(values(new, "NEEDED")) == 11
        is_sound(old, new)
        assert rld_map(old) == rld_map(new)
        assert (rld_map(new) is not None) == (machine.startswith("mips") and name == "prog")


def rld_map(path):
    """The address that DT_MIPS_RLD_MAP_REL leads to: it is relative to its own entry."""
    text = run("readelf", "-lW", path).stdout
    vaddr = int(re.search(r"DYNAMIC\s+0x\w+ (0x\w+)", text).group(1), 16)
    size = 16 if "mips64" in run("readelf", "-hW", path).stdout else 8
    lines = [li for li in run("readelf", "-dW", path).stdout.splitlines() if li.startswith(" 0x")]
    for i, line in enumerate(lines):
        if "MIPS_RLD_MAP_REL" in line:
            return (vaddr + i * size + int(line.split()[-1], 16)) & 0xffffffff
    return None
