"""What the link simulation can print is understood by `dlwhy explain`: each form of each linker once.

A row: cause, what the finding names (object, symbol or library), the text.
"""
import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "project"))
from project import DLWHY  # noqa: E402

ROWS = [
    ("ld-incompatible", "lib/libgrow.so",
     "/usr/bin/ld: skipping incompatible lib/libgrow.so when searching for -lgrow\n"
     "/usr/bin/ld: cannot find -lgrow: No such file or directory"),
    ("ld-library-not-found", "grow",
     "/usr/bin/ld: cannot find -lgrow: No such file or directory"),
    ("ld-library-not-found", "libgrow.so.1",
     "/usr/bin/ld: cannot find -l:libgrow.so.1: No such file or directory"),
    ("ld-library-not-found", "grow",
     "/usr/bin/ld.gold: error: cannot find -lgrow"),
    ("ld-library-not-found", "libgrow.so",
     "/usr/bin/ld.gold: error: cannot find libgrow.so"),
    ("ld-library-not-found", "grow",
     "ld.lld: error: unable to find library -lgrow"),
    ("ld-library-not-found", "grow",
     "mold: fatal: library not found: grow"),
    ("ld-incompatible", "lib/libgrow.so",
     "mold: warning: lib/libgrow.so: skipping incompatible file arm64 62\n"
     "mold: fatal: library not found: grow"),
    ("build-other", "grow.o",
     "/usr/bin/ld: cannot find grow.o: No such file or directory"),
    ("build-other", "grow.o",
     "/usr/bin/ld.gold: error: cannot open grow.o: No such file or directory"),
    ("build-other", "grow.o",
     "ld.lld: error: cannot open grow.o: No such file or directory"),
    ("build-other", "grow.o",
     "mold: fatal: cannot open grow.o: No such file or directory"),
    ("ld-incompatible", "libgrow.so",
     "/usr/bin/ld.gold: error: libgrow.so: file is empty"),
    ("ld-incompatible", "libgrow.so",
     "mold: fatal: libgrow.so: unknown file type"),
    ("ld-incompatible", "libgrow.so",
     "ld.lld: error: libgrow.so: unknown file type"),
    ("ld-incompatible", "libgrow.so",
     "/usr/bin/ld: error: libgrow.so: file too short"),
    ("ld-incompatible", "libgrow.so",
     "libgrow.so: file not recognized: file format not recognized"),
    ("ld-incompatible", "libgrow.so",
     "ld.lld: error: libgrow.so: section header table goes past the end of the file: "
     "e_shoff = 0x32f8"),
    ("ld-incompatible", "libgrow.so",
     "mold: fatal: libgrow.so: e_shoff or e_shnum corrupted: 7032 19"),
    ("ld-incompatible", "libgrow.so",
     "/usr/bin/ld:libgrow.so: file format not recognized; treating as linker script\n"
     "/usr/bin/ld:libgrow.so:1: syntax error"),
    ("ld-incompatible", "libgrow.so",
     "/usr/bin/ld.gold: error: libgrow.so:1:9: syntax error, unexpected STRING"),
    ("ld-incompatible", "libgrow.so",
     "/usr/bin/ld.gold: error: libgrow.so:1:1: invalid character"),
    ("ld-incompatible", "libgrow.so",
     "ld.lld: error: libgrow.so:1: unknown directive: version\n"
     ">>> version https://git\n"
     ">>> ^"),
    ("ld-incompatible", "libgrow.so",
     "mold: fatal: libgrow.so:1: version https://git-lfs.github.com/spec/v1\n"
     "                          ^ unknown linker script token"),
    ("ld-library-not-found", "libgrow.so",
     "/usr/bin/ld: attempted static link of dynamic object `libgrow.so'"),
    ("ld-library-not-found", "libgrow.so",
     "/usr/bin/ld.gold: error: cannot mix -static with dynamic object libgrow.so"),
    ("ld-library-not-found", "libgrow.so",
     "ld.lld: error: attempted static link of dynamic object libgrow.so"),
    ("build-other", "libgrow.a",
     "/usr/bin/ld: libgrow.a: error adding symbols: archive has no index; run ranlib to "
     "add one"),
    ("build-other", "grow",
     "/usr/bin/ld.gold: error: grow: no archive symbol table (run ranlib)"),
    ("ld-incompatible", "libgrow.so",
     "/usr/bin/ld: cannot use executable file 'libgrow.so' as input to a link"),
    ("ld-incompatible", "grow.o",
     "/usr/bin/ld: i386 architecture of input file `grow.o' is incompatible with "
     "i386:x86-64 output"),
    ("ld-incompatible", "grow.o",
     "/usr/bin/ld: grow.o: Relocations in generic ELF (EM: 183)\n"
     "/usr/bin/ld: grow.o: error adding symbols: file in wrong format"),
    ("ld-incompatible", "grow.o",
     "/usr/bin/ld.gold: fatal error: grow.o: unsupported ELF machine number 183"),
    ("ld-incompatible", "grow.o",
     "/usr/bin/ld.gold: error: grow.o: incompatible target"),
    ("ld-incompatible", "grow.o",
     "ld.lld: error: grow.o is incompatible with elf64-x86-64"),
    ("ld-incompatible", "grow.o",
     "mold: fatal: grow.o: incompatible file type: x86_64 is expected but got i386"),
    ("ld-multiple-definition", "grow",
     "/usr/bin/ld: b.o: in function `grow':\n"
     "b.c:(.text+0x0): multiple definition of `grow'; a.o:a.c:(.text+0x0): first defined "
     "here"),
    ("ld-multiple-definition", "grow",
     "/usr/bin/ld.gold: error: b.o: multiple definition of 'grow'\n"
     "/usr/bin/ld.gold: a.o: previous definition here"),
    ("ld-multiple-definition", "grow",
     "ld.lld: error: duplicate symbol: grow\n"
     ">>> defined at a.c\n"
     ">>>               a.o:(grow)"),
    ("ld-multiple-definition", "grow",
     "mold: error: duplicate symbol: b.o: a.o: grow"),
    ("ld-incompatible", "grow",
     "/usr/bin/ld: grow: TLS definition in b.o section .tbss mismatches non-TLS reference "
     "in a.o\n"
     "/usr/bin/ld: b.o: error adding symbols: bad value"),
    ("ld-dso-missing", "libgrow.so",
     "/usr/bin/ld: a.o: undefined reference to symbol 'grow@@V1'\n"
     "/usr/bin/ld: ./libgrow.so: error adding symbols: DSO missing from command line"),
    ("ld-undefined-reference", "grow",
     "/usr/bin/ld: a.o: in function `main':\n"
     "a.c:(.text+0xf): undefined reference to `grow'"),
    ("ld-undefined-reference", "grow",
     "/usr/bin/ld: a.o:(.data+0x0): undefined reference to `grow'"),
    ("ld-undefined-reference", "grow",
     "/home/me/a.c:2: undefined reference to `grow'"),
    ("ld-undefined-reference", "grow",
     "/home/me/a.c:2: error: undefined reference to 'grow'"),
    ("ld-undefined-reference", "grow",
     "a.o:a.c:function main: error: undefined reference to 'grow'"),
    ("ld-undefined-reference", "grow",
     "a.o:(.data+0x0): error: undefined reference to 'grow'"),
    ("ld-hidden-symbol", "grow",
     "/usr/bin/ld.gold: error: hidden symbol 'grow' is not defined locally"),
    ("ld-undefined-reference", "grow",
     "ld.lld: error: undefined symbol: grow\n"
     ">>> referenced by a.c\n"
     ">>>               a.o:(main)"),
    ("ld-hidden-symbol", "grow",
     "ld.lld: error: undefined hidden symbol: grow\n"
     ">>> referenced by a.c"),
    ("ld-undefined-reference", "grow",
     "mold: error: undefined symbol: grow\n"
     ">>> referenced by a.c\n"
     ">>>               a.o:(main)"),
    ("ld-undefined-reference", "grow",
     "/usr/bin/ld: ./libgrow.so: undefined reference to `grow'"),
    ("ld-version", "grow",
     "/usr/bin/ld: ./libgrow.so: undefined reference to `grow@V2'"),
    ("ld-version", "grow",
     "./libgrow.so: error: undefined reference to 'grow', version 'V2'"),
    ("ld-undefined-reference", "grow",
     "./libgrow.so: error: undefined reference to 'grow'"),
    ("ld-version", "grow",
     "ld.lld: error: ./libgrow.so: undefined reference to grow@V2 "
     "[--no-allow-shlib-undefined]"),
    ("ld-hidden-symbol", "grow",
     "/usr/bin/ld: a.out: hidden symbol `grow' in a.o is referenced by DSO\n"
     "/usr/bin/ld: final link failed: bad value"),
    ("ld-version", "grow",
     "/usr/bin/ld: libgrow.so: version node not found for symbol grow@@V2"),
    ("ld-version", "grow",
     "mold: error: a.o: symbol grow has undefined version V2"),
    ("ld-version", "grow",
     "/usr/bin/ld.gold: error: symbol grow has undefined version V2"),
    ("ld-not-pic", "a.o",
     "/usr/bin/ld: a.o: relocation R_X86_64_32 against symbol `grow' can not be used when "
     "making a shared object; recompile with -fPIC"),
    ("ld-not-pic", "a.o",
     "/usr/bin/ld: a.o: relocation R_X86_64_32 against `.rodata' can not be used when "
     "making a PIE object; recompile with -fPIE"),
    ("ld-not-pic", "a.o",
     "/usr/bin/ld: a.o: relocation R_X86_64_PC32 against undefined symbol `grow' can not "
     "be used when making a shared object; recompile with -fPIC"),
    ("ld-not-pic", "a.o",
     "/usr/bin/ld.gold: error: a.o: requires dynamic R_X86_64_32 reloc against 'grow' "
     "which may overflow at runtime; recompile with -fPIC"),
    ("ld-not-pic", "a.o",
     "/usr/bin/ld.gold: error: a.o: requires dynamic R_X86_64_32 reloc which may overflow "
     "at runtime; recompile with -fPIC"),
    ("ld-not-pic", "a.o",
     "/usr/bin/ld.gold: error: a.o: requires unsupported dynamic reloc 11; recompile with "
     "-fPIC"),
    ("ld-not-pic", "a.o",
     "ld.lld: error: relocation R_X86_64_32 cannot be used against symbol 'grow'; "
     "recompile with -fPIC\n"
     ">>> defined in a.o\n"
     ">>> referenced by a.c\n"
     ">>>               a.o:(main)"),
    ("ld-not-pic", "a.o",
     "ld.lld: error: relocation R_X86_64_32 cannot be used against local symbol; recompile "
     "with -fPIC\n"
     ">>> referenced by a.c\n"
     ">>>               a.o:(main)"),
    ("ld-not-pic", "a.o",
     "mold: error: a.o:(.text): R_X86_64_32 relocation at offset 0x12 against symbol "
     "`grow' can not be used; recompile with -fPIC"),
    ("ld-not-pic", "a.o",
     "/usr/bin/ld: a.o: relocation R_AARCH64_ADR_PREL_PG_HI21 against symbol `grow' which "
     "may bind externally can not be used when making a shared object; recompile with -fPIC"),
    ("ld-library-not-found", "libgrow.so.1",
     "/usr/bin/ld: warning: libgrow.so.1, needed by libouter.so, not found (try using "
     "-rpath or -rpath-link)\n"
     "/usr/bin/ld: libouter.so: undefined reference to `grow'"),
    ("build-other", "--grow",
     "/usr/bin/ld: unrecognized option '--grow'"),
    ("build-other", "--grow",
     "/usr/bin/ld.gold: --grow: unknown option"),
    ("build-other", "--grow",
     "ld.lld: error: unknown argument '--grow'"),
    ("build-other", "--grow",
     "mold: fatal: unknown command line option: --grow"),
    ("build-other", "src/grow.o",
     "/usr/bin/ld: libgrow.a(src/grow.o): error opening thin archive member: No such file or directory"),
    ("build-other", "src/grow.o",
     "ld.lld: error: libgrow.a: could not get the buffer for the member defining symbol grow: 'src/grow.o': "
     "No such file or directory"),
    ("build-other", "src/grow.o",
     "ld.lld: error: libgrow.a: could not get the buffer for a child of the archive: 'src/grow.o': "
     "No such file or directory"),
    ("ld-incompatible", "libgrow.a",
     "/usr/bin/ld: libgrow.a: member libgrow.a(note) in archive is not an object"),
    ("ld-incompatible", "libgrow.a",
     "ld.lld: error: libgrow.a(note): not an ELF file"),
    ("ld-incompatible", "libgrow.a",
     "ld.lld: error: libgrow.a: archive member 'note' is neither ET_REL nor LLVM bitcode"),
    ("ld-incompatible", "libgrow.so",
     "/usr/bin/ld.gold: error: libgrow.so: unsupported ELF file type 2"),
    ("ld-incompatible", "grow.o",
     "/usr/bin/ld: grow.o: plugin needed to handle lto object"),
    ("ld-incompatible", "libgrow.so",
     "/usr/bin/ld.gold: warning: skipping incompatible libgrow.so while searching for grow\n"
     "/usr/bin/ld.gold: error: cannot find -lgrow"),
    ("ld-version", "grow",
     "ld.lld: error: a.o: symbol grow@@V2 has undefined version V2"),
    ("build-other", "grow/out",
     "/usr/bin/ld: cannot open output file grow/out: No such file or directory"),
    ("build-other", "grow/out",
     "/usr/bin/ld.gold: fatal error: grow/out: open: No such file or directory"),
    ("build-other", "grow/out",
     "ld.lld: error: cannot open output file grow/out: No such file or directory"),
    ("build-other", "grow",
     "mold: fatal: cannot open grow/.mold-Zt9ray: No such file or directory"),
    # COFF
    ("ld-undefined-reference", "grow",
     "/usr/bin/x86_64-w64-mingw32-ld: main.o:main.c:(.text+0x1a): undefined reference to `grow'"),
    ("ld-undefined-reference", "__imp_grow",
     "/usr/bin/x86_64-w64-mingw32-ld: main.o:main.c:(.text+0x1c): undefined reference to `__imp_grow'"),
    ("ld-multiple-definition", "grow",
     "/usr/bin/x86_64-w64-mingw32-ld: two.o:two.c:(.text+0x0): multiple definition of `grow'; f.o:f.c:(.text+0x0): "
     "first defined here"),
    # Mach-O
    ("ld-library-not-found", "grow",
     "ld64.lld: error: library not found for -lgrow"),
    ("ld-library-not-found", "Grow",
     "ld64.lld: error: framework not found for -framework Grow"),
    ("ld-library-not-found", "/usr/lib/libgrow.dylib",
     "ld64.lld: error: unable to locate re-export with install name /usr/lib/libgrow.dylib"),
    ("ld-incompatible", "grow.o",
     "ld64.lld: warning: grow.o has architecture arm64 which is incompatible with target architecture x86_64\n"
     "ld64.lld: error: undefined symbol: _grow\n"
     ">>> referenced by main.o"),
    ("ld-incompatible", "libgrow.a(grow.o)",
     "ld64.lld: error: libgrow.a(grow.o) has platform iOS Simulator, which is different from target platform macOS"),
    ("ld-incompatible", "grow.tbd",
     "ld64.lld: error: grow.tbd(/usr/lib/libgrow.dylib) is incompatible with x86_64 (macOS)"),
    ("ld-incompatible", "grow.o",
     "ld64.lld: error: unable to find matching architecture in grow.o"),
    ("ld-incompatible", "grow.o",
     "ld64.lld: error: grow.o: slice extends beyond end of file"),
    ("ld-incompatible", "grow",
     "ld64.lld: error: dylib grow missing LC_ID_DYLIB load command"),
    ("ld-incompatible", "libgrow.a",
     "ld64.lld: error: libgrow.a: -all_load failed to load archive member: note.txt has unhandled file type"),
    ("ld-incompatible", "grow.txt",
     "ld64.lld: error: grow.txt: unhandled file type"),
    ("build-other", "libgrow.a",
     "ld64.lld: error: libgrow.a: archive has no index; run ranlib to add one"),
    ("build-other", "grow.o",
     "ld64.lld: error: cannot open grow.o: No such file or directory"),
    ("ld-multiple-definition", "_grow",
     "ld64.lld: error: duplicate symbol: _grow\n"
     ">>> defined in a.o\n"
     ">>> defined in b.o"),
    ("ld-undefined-reference", "_grow",
     "ld64.lld: error: undefined symbol: _grow\n"
     ">>> referenced by main.o"),
    ("ld-undefined-reference", "_main",
     "ld64.lld: error: undefined symbol: _main\n"
     ">>> referenced by the entry point"),
    ("ld-undefined-reference", "dyld_stub_binder",
     "ld64.lld: error: undefined symbol: dyld_stub_binder\n"
     ">>> referenced by lazy binding (normally in libSystem.dylib)"),
    ("build-other", "-grow",
     "ld64.lld: error: unknown argument '-grow'"),
    ("build-other", "grow", "/usr/bin/ld.gold: grow: unknown -z option"),
    ("build-other", "-r", "/usr/bin/ld: -r and -pie may not be used together"),
    ("build-other", "-r", "ld.lld: error: -r and -shared may not be used together"),
    ("build-other", "-pie", "/usr/bin/ld.gold: fatal error: -pie and -static are incompatible"),
    ("build-other", "", "/usr/bin/ld: no state pushed before popping"),
    ("build-other", "", "mold: fatal: no state pushed before popping"),
    ("build-other", "", "ld.lld: error: unbalanced --push-state/--pop-state"),
    ("build-other", "grow.map", "/usr/bin/ld: cannot open linker script file grow.map: No such file or directory"),
    ("build-other", "grow.map", "ld.lld: error: cannot find version script grow.map"),
    ("build-other", "grow.map", "mold: fatal: --dynamic-list: file not found: grow.map"),
    ("build-other", "grow", "/usr/bin/ld: invalid hash style `grow'"),
    ("build-other", "grow", "/usr/bin/ld: bad --unresolved-symbols option: grow"),
    ("build-other", "--hash-style", "ld.lld: error: unknown --hash-style: grow"),
    ("build-other", "--hash-style", "mold: fatal: invalid --hash-style argument: grow"),
    ("build-other", "--hash-style",
     "/usr/bin/ld.gold: fatal error: --hash-style=grow: must take one of the following arguments: sysv, gnu, both"),
    ("build-other", "", "/usr/bin/ld.gold: error: treating warnings as errors"),
    ("ld-library-not-found", "libgrow.so", "/usr/bin/ld.gold: fatal error: cannot mix -r with dynamic object lib/libgrow.so"),
    ("ld-incompatible", "libgrow.so", "mold: fatal: libgrow.so: expected ')', but got EOF"),
    ("ld-incompatible", "libgrow.so", "ld.lld: error: libgrow.so:1: ( expected, but got -lgrow"),
    ("ld-incompatible", "grow.o",
     "mold: fatal: grow.o: not claimed by the LTO plugin; please make sure you are using the same compiler of the same version "
     "for all object files"),
]


@pytest.mark.sample(4)
@pytest.mark.parametrize("row", ROWS, ids=lambda r: r[2][:60])
def test_a_text_of_a_linker_is_understood(row, tmp_path):
    code, name, text = row
    result = subprocess.run([str(DLWHY), "explain", "--no-look", "--json", "-"], input=text + "\n", text=True, check=False,
                            stdout=subprocess.PIPE, cwd=tmp_path)
    findings = json.loads(result.stdout)["findings"]
    assert findings, text
    codes = [findings[0]["code"]] + [a["code"] for a in findings[0]["also"]]
    assert code in codes
    assert name in f"{findings[0]['object']} {findings[0]['symbol']}"
