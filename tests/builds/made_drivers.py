"""Failures of compilers and their drivers, before or instead of a link."""
from builds import Build, failure


@failure("gcc", quick=True)
def header_that_is_not_there(s):
    a, f = s.words(2)
    s.write(f"{f}.c", f"#include <stdio.h>\n#include <{a}/{a}.h>\nint {f}(void) {{ return 0; }}\n")
    return Build(f"gcc -c {f}.c", f"fatal error: {a}/{a}.h: No such file or directory", "header-missing", "not-installed",
                 f"{a}/{a}.h", link=False)


@failure("gcc", quick=True)
def header_in_another_folder(s):
    a, f = s.words(2)
    s.write(f"third_party/{a}/include/{a}.h", f"int {a}(int);\n")
    s.write(f"src/{f}.c", f"#include \"{a}.h\"\nint {f}(int x) {{ return {a}(x); }}\n")
    return Build(f"gcc -Iinclude -c src/{f}.c", f"fatal error: {a}.h: No such file or directory", "header-missing", "other-dir",
                 f"{a}.h", link=False)


@failure("clang-14")
def clang_header_of_python(s):
    f = s.word()
    s.write(f"{f}.c", "#include <Python.h>\nint x;\n")
    return Build(f"clang-14 -c {f}.c", "'Python.h' file not found", "header-missing", "python-dev", "Python.h", link=False)


@failure("g++", "make")
def header_behind_make(s):
    a, f = s.words(2)
    s.write(f"{f}.cc", f"#include <{a}.hpp>\nint main() {{}}\n")
    s.write("Makefile", f"all: prog\nprog: {f}.o\n\tg++ -o $@ $^\n%.o: %.cc\n\tg++ -O2 -c -o $@ $<\n")
    return Build("make -j2", f"{a}.hpp: No such file or directory", "header-missing", "not-installed", f"{a}.hpp", link=False)


@failure("musl-gcc", quick=True)
def musl_header_of_the_kernel(s):
    f = s.word()
    s.write(f"{f}.c", "#include <stdint.h>\n#include <linux/futex.h>\nint main(void) { return 0; }\n")
    return Build(f"musl-gcc {f}.c -o prog", "linux/futex.h: No such file or directory", "header-missing", "musl-kernel-headers",
                 "linux/futex.h")


@failure("musl-gcc", "g++", quick=True)
def musl_header_of_cxx(s):
    f = s.word()
    s.write(f"{f}.cc", "#include <vector>\nint main() { return std::vector<int>(3)[0]; }\n")
    return Build(f"musl-gcc -x c++ {f}.cc -o prog", "vector: No such file or directory", "header-missing", "musl-libstdcxx",
                 "vector")


@failure("gcc", quick=True)
def source_in_a_language_without_compiler(s):
    f = s.word()
    s.write(f"{f}.adb", f"procedure {f} is begin null; end {f};\n")
    return Build(f"gcc -c {f}.adb", "cannot execute 'gnat1'", "compiler-missing", "language", "gnat1", link=False)


@failure("gcc")
def source_in_d_without_compiler(s):
    f = s.word()
    s.write(f"{f}.d", "void main() {}\n")
    return Build(f"gcc -c {f}.d", "cannot execute 'd21'", "compiler-missing", "language", "d21", link=False)


@failure("gcc", quick=True)
def no_linker_on_the_path(s):
    s.caller()
    s.compile("main.c")
    s.run("mkdir bin && ln -s $(command -v gcc) bin/gcc")
    return Build("PATH=$PWD/bin gcc -o prog main.o", "cannot find 'ld'", "compiler-missing", "linker", "ld", link=False)


@failure("make", quick=True)
def compiler_of_a_makefile(s):
    a, f = s.words(2)
    s.caller()
    s.write("Makefile", f"CC = {a}-gcc\nprog: main.o\n\t$(CC) -o $@ $^\n")
    return Build("make", f"{a}-gcc: No such file or directory", "compiler-missing", "CC", f"{a}-gcc", link=False)


@failure("gcc", quick=True)
def compiler_killed(s):
    s.caller()
    s.write("tools/cc1", "#!/bin/sh\nkill -9 $$\n")
    s.run("chmod +x tools/cc1")
    return Build("gcc -Btools/ -c main.c", "Killed signal terminated program cc1", "out-of-memory", "compiler", ("main.c", "cc1"),
                 link=False)


@failure("g++")
def compiler_without_memory(s):
    f = s.word()
    s.write(f"{f}.cc", "#include <map>\n#include <string>\n#include <vector>\n"
                       "template <int N> struct T { std::map<std::string, T<N - 1>> m; "
                       "int f() { return m.size() + T<N - 1>().f(); } };\n"
                       "template <> struct T<0> { int f() { return 0; } };\nint main() { return T<240>().f(); }\n")
    return Build(f"ulimit -v 140000; g++ -O2 -c {f}.cc", "", "out-of-memory", "compiler", None, link=False)


@failure("gcc", quick=True)
def source_that_is_not_there(s):
    f = s.word()
    s.caller()
    return Build(f"gcc -o prog main.c {f}.c", f"{f}.c: No such file or directory", "build-other", "input-missing", f"{f}.c",
                 link=False)


@failure("gcc")
def target_that_no_rule_makes(s):
    f = s.word()
    s.caller()
    s.write("Makefile", f"prog: main.o lib/lib{f}.a\n\tgcc -o $@ $^\n")
    return Build("make", f"No rule to make target 'lib/lib{f}.a'", ("build-other", "build-tool"), None, f"lib{f}.a", link=False)


@failure("gcc", "ld.gold")
def static_tls_model_in_a_shared_object_for_the_program(s):
    a, f, var = s.words(3)
    s.write(f"{a}.c", f"static __thread int {var};\nint {f}(int x) {{ return x + {var}++; }}\n")
    s.compile(f"{a}.c", flags="-fPIC -ftls-model=local-exec")
    return Build(f"gcc -fuse-ld=bfd -shared -o lib{a}.so {a}.o", "can not be used when making a shared object", "ld-not-pic",
                 None, f"{a}.o")


@failure("gcc", quick=True)
def warnings_first_and_the_error_last(s):
    """A long log in which the words 'error' and 'not found' stand for nothing until its end."""
    f, g = s.words(2)
    s.write("main.c", f"int {g}(int);\nint main(int c, char **v) {{ int error, not_found; (void)v; return {g}(c); }}\n")
    s.write("Makefile", "all:\n\t@for i in $$(seq 60); do echo \"checking for error_$$i.h... not found\"; done\n"
                        "\tgcc -Wall -c main.c\n\tgcc -fuse-ld=bfd -o prog main.o\n")
    return Build("make", f"undefined reference to `{g}'", "ld-undefined-reference", None, None, g, link=False)


@failure("make", "gcc")
def two_targets_of_a_make_that_goes_on(s):
    a, f = s.words(2)
    s.write("one.c", f"#include <{a}.h>\n")
    s.caller(f)
    s.write("Makefile", "all: one.o prog\nprog: main.o\n\tgcc -fuse-ld=bfd -o $@ $^\n")
    return Build("make -k", f"{a}.h: No such file or directory", "header-missing", "not-installed", f"{a}.h", link=False,
                 also="ld-undefined-reference")


@failure("gcc", quick=True)
def linker_that_is_killed(s):
    d, f = s.words(2)
    s.caller()
    s.write(f"{d}/ld", "#!/bin/sh\nkill -9 $$\n")
    s.run(f"chmod +x {d}/ld")
    return Build(f"gcc -B{d} main.c -o {f}", "ld terminated with signal 9 [Killed]", "out-of-memory", "linker-killed", "ld")


@failure("gcc", "ld.gold")
def option_of_another_linker(s):
    s.caller()
    return Build("gcc -fuse-ld=gold main.c -Wl,--require-defined=main -o main", "--require-defined=main: unknown option", "build-other",
                 "linker-flag")


@failure("gcc", "mold")
def option_of_gnu_ld_for_mold(s):
    s.caller()
    return Build("gcc -fuse-ld=mold main.c -Wl,--no-warn-rwx-segments -o main", "unknown command line option", "build-other", "linker-flag")


@failure("gcc", "ld.lld")
def version_script_that_is_not_there(s):
    f, m = s.words(2)
    s.definer(f)
    return Build(f"gcc -fuse-ld=lld -shared -fPIC {f}.c -Wl,--version-script={m}.map -o lib{f}.so", f"cannot find version script {m}.map",
                 "build-other", "input-missing", f"{m}.map")


@failure("gcc", "ld.gold")
def relocatable_of_a_library(s):
    f = s.word()
    s.shared(f"lib{f}.so", f)
    s.compile(s.caller(f))
    return Build(f"gcc -fuse-ld=gold -r main.o lib{f}.so -o all.o", "cannot mix -r with dynamic object", "ld-library-not-found", "shared-only",
                 f"lib{f}.so")


@failure("rustc")
def rust_library_that_is_missing(s):
    f = s.word()
    s.write("main.rs", f'#[link(name = "{f}")]\nextern "C" {{ fn {f}(a: i32) -> i32; }}\nfn main() {{ unsafe {{ {f}(1); }} }}\n')
    return Build("rustc main.rs", f"-l{f}", "ld-library-not-found", "not-installed", f"-l{f}", link=False)


@failure("rustc")
def rust_function_that_is_missing(s):
    f = s.word()
    s.write("main.rs", f'extern "C" {{ fn {f}(a: i32) -> i32; }}\nfn main() {{ unsafe {{ {f}(1); }} }}\n')
    return Build("rustc main.rs", f"undefined symbol: {f}", "ld-undefined-reference", "not-linked", None, f, link=False)
