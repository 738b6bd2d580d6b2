"""Failures on the way to other systems: MinGW, COFF, Mach-O, WebAssembly, musl; and of Rust."""
from builds import Build, failure

MINGW = "x86_64-w64-mingw32-gcc"
TBD = """--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: /usr/lib/libSystem.B.dylib
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [ dyld_stub_binder, _exit ]
...
"""
MACHO = "-platform_version macos 11.0 11.0"


@failure(MINGW, quick=True)
def mingw_library_that_is_not_there(s):
    a, f = s.words(2)
    s.compile(s.caller(f), compiler=MINGW)
    return Build(f"{MINGW} -o prog.exe main.o -Llib -l{a}", f"cannot find -l{a}", "ld-library-not-found", "not-installed",
                 f"-l{a}")


@failure(MINGW)
def mingw_library_of_linux(s):
    a, f = s.words(2)
    s.shared(f"lib/lib{a}.so", f)
    s.compile(s.caller(f), compiler=MINGW)
    return Build(f"{MINGW} -o prog.exe main.o -Llib -l{a}", f"cannot find -l{a}", "ld-incompatible", "other-arch", f"lib{a}.so")


@failure(MINGW, quick=True)
def mingw_defined_twice(s):
    f = s.word()
    s.compile(s.definer(f), compiler=MINGW)
    s.write("two.c", f"int {f}(int x) {{ return -x; }}\n")
    s.compile("two.c", compiler=MINGW)
    s.compile(s.caller(f), compiler=MINGW)
    return Build(f"{MINGW} -o prog.exe main.o {f}.o two.o", f"multiple definition of `{f}'", "ld-multiple-definition", "function",
                 ("two.o", f"{f}.o"), f)


@failure(MINGW)
def mingw_import_of_what_is_linked_in(s):
    a, f = s.words(2)
    s.run(f"{MINGW} -c {s.definer(f, name='src/x.c')} -o src/x.o && ar rcs lib{a}.a src/x.o")
    s.write("main.c", f"__declspec(dllimport) int {f}(int);\nint main(int c, char **v) {{ (void)v; return {f}(c); }}\n")
    s.compile("main.c", compiler=MINGW)
    return Build(f"{MINGW} -o prog.exe main.o -L. -l{a}", f"undefined reference to `__imp_{f}'", "ld-undefined-reference",
                 "dllimport", (f"lib{a}.a", "main.o"), (f"__imp_{f}", f))


@failure("lld-link", "clang-14", quick=True)
def coff_library_that_is_not_there(s):
    a, f = s.words(2)
    s.caller(f)
    s.run("clang-14 --target=x86_64-pc-windows-msvc -c main.c -o main.obj")
    return Build(f"lld-link main.obj {a}.lib /out:prog.exe /entry:main /subsystem:console", f"could not open '{a}.lib'",
                 "ld-library-not-found", "not-installed", f"{a}.lib", link=False)


@failure("lld-link", "clang-14", quick=True)
def coff_symbol_that_nobody_defines(s):
    f = s.word()
    s.caller(f)
    s.run("clang-14 --target=x86_64-pc-windows-msvc -c main.c -o main.obj")
    return Build("lld-link main.obj /out:prog.exe /entry:main /subsystem:console", f"undefined symbol: {f}",
                 "ld-undefined-reference", "not-linked", "main.obj", f, link=False)


@failure("lld-link", "clang-14")
def coff_object_of_32_bits(s):
    f = s.word()
    s.caller(f)
    s.definer(f)
    s.run(f"clang-14 --target=x86_64-pc-windows-msvc -c main.c -o main.obj && "
          f"clang-14 --target=i686-pc-windows-msvc -c {f}.c -o {f}.obj")
    return Build(f"lld-link main.obj {f}.obj /out:prog.exe /entry:main /subsystem:console", "conflicts with", "ld-incompatible",
                 "other-arch", f"{f}.obj", link=False)


@failure("ld64.lld-14", "clang-14", quick=True)
def macho_library_that_is_not_there(s):
    a, f = s.words(2)
    s.caller(f)
    s.write("libSystem.tbd", TBD)
    s.run("clang-14 --target=arm64-apple-macos11 -c main.c")
    return Build(f"ld64.lld-14 -arch arm64 {MACHO} -o prog main.o libSystem.tbd -Llib -l{a}", f"library not found for -l{a}",
                 "ld-library-not-found", "not-installed", f"-l{a}")


@failure("ld64.lld-14", "clang-14", quick=True)
def macho_framework_that_is_not_there(s):
    a = s.word().capitalize()
    s.caller()
    s.write("libSystem.tbd", TBD)
    s.run("clang-14 --target=x86_64-apple-macos11 -c main.c")
    return Build(f"ld64.lld-14 -arch x86_64 {MACHO} -o prog main.o libSystem.tbd -framework {a}", f"{a}", "ld-library-not-found",
                 "framework", a)


@failure("ld64.lld-14", "clang-14")
def macho_defined_twice(s):
    f = s.word()
    s.caller(f)
    s.definer(f)
    s.write("two.c", f"int {f}(int x) {{ return -x; }}\n")
    s.write("libSystem.tbd", TBD)
    s.run(f"clang-14 --target=x86_64-apple-macos11 -c main.c {f}.c two.c")
    return Build(f"ld64.lld-14 -arch x86_64 {MACHO} -o prog main.o {f}.o two.o libSystem.tbd", f"duplicate symbol: _{f}",
                 "ld-multiple-definition", "function", ("two.o", f"{f}.o"), (f"_{f}", f))


@failure("ld64.lld-14", "clang-14", quick=True)
def macho_symbol_that_nobody_defines(s):
    f = s.word()
    s.caller(f)
    s.write("libSystem.tbd", TBD)
    s.run("clang-14 --target=x86_64-apple-macos11 -c main.c")
    return Build(f"ld64.lld-14 -arch x86_64 {MACHO} -o prog main.o libSystem.tbd", f"undefined symbol: _{f}",
                 "ld-undefined-reference", "not-linked", "main.o", (f"_{f}", f))


@failure("ld64.lld-14", "clang-14")
def macho_object_for_the_other_processor(s):
    f = s.word()
    s.caller(f)
    s.definer(f)
    s.write("libSystem.tbd", TBD)
    s.run(f"clang-14 --target=x86_64-apple-macos11 -c main.c && clang-14 --target=arm64-apple-macos11 -c {f}.c")
    return Build(f"ld64.lld-14 -arch x86_64 {MACHO} -o prog main.o {f}.o libSystem.tbd", "has architecture arm64",
                 "ld-incompatible", "other-arch", f"{f}.o")


@failure("ld64.lld-14", "clang-14")
def macho_object_for_the_simulator(s):
    f = s.word()
    s.caller(f)
    s.definer(f)
    s.write("libSystem.tbd", TBD)
    s.run(f"clang-14 --target=x86_64-apple-macos11 -c main.c && clang-14 --target=x86_64-apple-ios13-simulator -c {f}.c")
    return Build(f"ld64.lld-14 -arch x86_64 {MACHO} -o prog main.o {f}.o libSystem.tbd", "has platform iOS Simulator",
                 "ld-incompatible", "other-platform", f"{f}.o")


@failure("ld64.lld-14", "clang-14")
def macho_archive_of_gnu_ar(s):
    a, f = s.words(2)
    s.caller(f)
    s.definer(f)
    s.write("libSystem.tbd", TBD)
    s.run(f"clang-14 --target=arm64-apple-macos11 -c main.c {f}.c && ar rcS lib{a}.a {f}.o")
    return Build(f"ld64.lld-14 -arch arm64 {MACHO} -o prog main.o lib{a}.a libSystem.tbd", "archive has no index",
                 "build-other", "archive-no-index", f"lib{a}.a")


@failure("ld64.lld-14", "clang-14")
def macho_function_of_a_framework(s):
    s.write("main.c", "long CFArrayGetCount(void *);\nint main(void) { return (int)CFArrayGetCount(0); }\n")
    s.write("libSystem.tbd", TBD)
    s.run("clang-14 --target=arm64-apple-macos11 -c main.c")
    return Build(f"ld64.lld-14 -arch arm64 {MACHO} -o prog main.o libSystem.tbd", "undefined symbol: _CFArrayGetCount",
                 "ld-undefined-reference", "framework", ("main.o", "CoreFoundation"), ("_CFArrayGetCount", "CFArrayGetCount"))


@failure("ld64.lld-14", "clang-14", "llvm-ar-14", quick=True)
def macho_archive_that_uses_two_frameworks(s):
    a = s.word()
    s.write("main.c", "long CFArrayGetCount(void *);\nint SecTrustEvaluateWithError(void *, void *);\n"
                      f"int {a}(void) {{ return (int)CFArrayGetCount(0) + SecTrustEvaluateWithError(0, 0); }}\n")
    s.write("libSystem.tbd", TBD)
    s.run(f"clang-14 --target=arm64-apple-macos11 -c main.c -o {a}.o && llvm-ar-14 rcs lib{a}.a {a}.o")
    return Build(f"ld64.lld-14 -arch arm64 {MACHO} -dylib -all_load -o prog.dylib lib{a}.a libSystem.tbd",
                 "undefined symbol: _SecTrustEvaluateWithError", "ld-undefined-reference", "framework", f"lib{a}.a",
                 ("_CFArrayGetCount", "_SecTrustEvaluateWithError"), fix="-framework Security -framework CoreFoundation")


@failure("ld64.lld-14", "clang-14")
def macho_program_without_main(s):
    f = s.word()
    s.definer(f)
    s.write("libSystem.tbd", TBD)
    s.run(f"clang-14 --target=arm64-apple-macos11 -c {f}.c")
    return Build(f"ld64.lld-14 -arch arm64 {MACHO} -o prog {f}.o libSystem.tbd", "undefined symbol: _main",
                 "ld-undefined-reference", "no-main", None, ("_main", "main"))


@failure("wasm-ld", "clang-14")
def wasm_symbol_that_nobody_defines(s):
    f = s.word()
    s.caller(f)
    s.run("clang-14 --target=wasm32 -c main.c")
    return Build("wasm-ld main.o -o prog.wasm --no-entry --export-all", f"undefined symbol: {f}", "ld-undefined-reference",
                 "not-linked", "main.o", f, link=False)


@failure("musl-gcc", quick=True)
def musl_archive_built_for_glibc(s):
    a, f = s.words(2)
    s.write("src/x.c", f"#include <stdio.h>\nint {f}(int x) {{ char b[9]; return snprintf(b, sizeof b, \"%d\", x) + b[0]; }}\n")
    s.run(f"gcc -O2 -D_FORTIFY_SOURCE=2 -c src/x.c -o src/x.o && ar rcs lib{a}.a src/x.o")
    s.compile(s.caller(f), compiler="musl-gcc")
    return Build(f"musl-gcc -o prog main.o -L. -l{a}", "__snprintf_chk", "ld-undefined-reference", "version-skew",
                 (f"lib{a}.a(x.o)", "x.o"), "__snprintf_chk", link=False)


@failure("rustc")
def rust_native_archive_that_is_not_there(s):
    a = s.word()
    s.write("main.rs", f"#[link(name = \"{a}\", kind = \"static\")]\nextern \"C\" {{ fn {a}_add(a: i32) -> i32; }}\n"
                       f"fn main() {{ println!(\"{{}}\", unsafe {{ {a}_add(2) }}); }}\n")
    return Build("rustc main.rs -o prog", f"unable to find library -l{a}", "ld-library-not-found", "not-installed",
                 f"-l{a}", link=False)


@failure("rustc")
def rust_linker_that_is_not_there(s):
    a = s.word()
    s.write("main.rs", "fn main() {}\n")
    return Build(f"rustc -C linker={a}-cc main.rs -o prog", f"linker `{a}-cc` not found", "compiler-missing", "linker", f"{a}-cc",
                 link=False)


@failure("rustc", quick=True)
def rust_target_that_is_not_installed(s):
    s.write("main.rs", "fn main() {}\n")
    return Build("rustc --target riscv64gc-unknown-linux-gnu main.rs -o prog", "target may not be installed",
                 "compiler-missing", "rust-target", ("riscv64gc-unknown-linux-gnu", "std"), link=False)


@failure("rustc", "ld.bfd")
def rust_symbol_with_gnu_ld(s):
    f = s.word()
    s.write("main.rs", f"extern \"C\" {{ fn {f}(a: i32) -> i32; }}\nfn main() {{ println!(\"{{}}\", unsafe {{ {f}(2) }}); }}\n")
    return Build("rustc -C link-arg=-fuse-ld=bfd main.rs -o prog", f"undefined reference to `{f}'", "ld-undefined-reference",
                 "not-linked", None, f, link=False)
