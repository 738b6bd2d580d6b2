"""Failures of GNU ld."""
from builds import ARM64, Build, failure

GCC = "gcc -fuse-ld=bfd"


@failure("ld.bfd", quick=True)
def archives_in_a_circle(s):
    a, b, last, first, second = s.words(5)
    s.archive(f"lib{a}.a", first, calls=[second])
    s.run("rm -r src")
    s.archive(f"lib{b}.a", second, calls=[last])
    s.run(f"rm -r src && gcc -c {s.definer(last)} -o {last}.o && ar rs lib{a}.a {last}.o && rm {last}.o")
    s.compile(s.caller(first))
    return Build(f"{GCC} -o prog main.o -L. -l{a} -l{b}", f"undefined reference to `{last}'",
                 "ld-undefined-reference", "order", f"lib{a}.a", last)


@failure("ld.bfd")
def group_closed_too_early(s):
    a, b, c, f, g = s.words(5)
    s.archive(f"lib/lib{a}.a", f, calls=[g])
    s.archive(f"lib/lib{b}.a", s.word())
    s.archive(f"lib/lib{c}.a", g)
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -Llib -l{c} -Wl,--start-group -l{a} -l{b} -Wl,--end-group",
                 f"undefined reference to `{g}'", "ld-undefined-reference", "order", f"lib{c}.a", g)


@failure("ld.bfd", quick=True)
def script_names_a_library_that_is_not_there(s):
    a, b, f = s.words(3)
    s.write(f"lib/lib{a}.so", f"/* GNU ld script */\nINPUT ( -l{b} )\n")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -Llib -l{a}", f"cannot find -l{b}", "ld-library-not-found", "not-installed", f"-l{b}")


@failure("ld.bfd")
def script_names_a_file_that_is_not_there(s):
    a, b, f = s.words(3)
    s.write(f"lib/lib{a}.so", f"GROUP ( /opt/{b}/lib{b}.so.1 AS_NEEDED ( libc.so.6 ) )\n")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -Llib -l{a}", f"cannot find /opt/{b}/lib{b}.so.1",
                 ("build-other", "ld-library-not-found"), ("input-missing", "not-installed", "imported-file-missing"),
                 f"lib{b}.so.1")


@failure("ld.bfd")
def script_gives_a_library_as_needed_before_its_user(s):
    a, b, f = s.words(3)
    s.shared(f"lib/lib{b}.so.1", f)
    s.write(f"lib/lib{a}.so", f"INPUT ( AS_NEEDED ( lib{b}.so.1 ) )\n")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog -Llib -l{a} main.o", f"undefined reference to `{f}'", "ld-undefined-reference", "order",
                 (f"lib{b}.so.1", f"lib{a}.so"), f, seen=("order", "not-linked"))


@failure("ld.bfd", quick=True)
def library_as_needed_before_its_user(s):
    a, f = s.words(2)
    s.shared(f"lib{a}.so", f)
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog -Wl,--as-needed -L. -l{a} main.o", f"undefined reference to `{f}'", "ld-undefined-reference",
                 "order", f"lib{a}.so", f, seen=("order", "not-linked"))


@failure("ld.bfd", quick=True)
def object_file_that_is_not_there(s):
    f = s.word()
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o {f}.o", f"cannot find {f}.o", "build-other", "input-missing", f"{f}.o")


@failure("ld.bfd", quick=True)
def library_in_other_letters(s):
    a, f = s.words(2)
    s.shared(f"lib/lib{a}.so", f)
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -Llib -l{a.upper()}", f"cannot find -l{a.upper()}", "ld-library-not-found",
                 "name-variant", f"lib{a}.so")


@failure("ld.bfd")
def library_with_a_letter_too_many(s):
    a, f = s.words(2, 4)
    s.archive(f"lib/lib{a}.a", f)
    s.compile(s.caller(f))
    wrong = a[:4] + a[3] + a[4:]
    return Build(f"{GCC} -o prog main.o -Llib -l{wrong}", f"cannot find -l{wrong}", "ld-library-not-found",
                 "name-variant", f"lib{a}.a")


@failure("ld.bfd")
def library_with_its_release_in_its_name(s):
    a, f = s.words(2)
    s.shared(f"lib/lib{a}-2.4.so", f, flags=f"-Wl,-soname,lib{a}-2.4.so")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -Llib -l{a}", f"cannot find -l{a}", "ld-library-not-found",
                 ("no-dev-link", "name-variant"), f"lib{a}-2.4.so")


@failure("ld.bfd")
def library_in_the_folder_of_another_layout(s):
    a, f = s.words(2)
    s.archive(f"build/out/lib{a}.a", f)
    s.run("mkdir -p build/lib")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -Lbuild/lib -l{a}", f"cannot find -l{a}", "ld-library-not-found", "other-dir",
                 f"lib{a}.a")


@failure("ld.bfd", quick=True)
def link_that_leads_nowhere_beside_a_newer_file(s):
    a, f = s.words(2)
    s.run(f"mkdir lib && ln -s lib{a}.so.3.1 lib/lib{a}.so")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -L lib -l{a} -lm", f"cannot find -l{a}", "ld-library-not-found", "dangling-symlink",
                 f"lib{a}.so")


@failure("ld.bfd", quick=True)
def fixed_program_as_library(s):
    a, f = s.words(2)
    s.caller(name="p.c")
    s.run(f"gcc -no-pie p.c -o lib{a}.so")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o lib{a}.so", "cannot use executable file", "ld-incompatible", "executable-input",
                 f"lib{a}.so")


@failure("ld.bfd", quick=True)
def table_in_a_shared_object(s):
    a, table, f = s.words(3)
    s.write(f"{a}.c", f"extern int {table}[];\nint {f}(int i) {{ return {table}[i]; }}\n")
    s.compile(f"{a}.c", flags="-fno-pic")
    return Build(f"{GCC} -shared -o lib{a}.so {a}.o", "can not be used when making a shared object", "ld-not-pic", None,
                 f"{a}.o", table)


@failure("ld.bfd")
def archive_without_pic_in_a_shared_object(s):
    a, b, f = s.words(3)
    s.write("src/x.c", f"static int t[3] = {{ 1, 2, 3 }};\nint {f}(int i) {{ return t[i]; }}\n")
    s.run(f"gcc -fno-pic -c src/x.c -o src/x.o && ar rcs lib{a}.a src/x.o")
    s.definer(b, [f])
    s.compile(f"{b}.c", flags="-fPIC")
    return Build(f"{GCC} -shared -o lib{b}.so {b}.o -L. -l{a}", "recompile with -fPIC", "ld-not-pic", None, f"lib{a}.a(x.o)")


@failure("ld.bfd")
def object_without_pic_in_a_static_pie(s):
    table, f = s.words(2)
    s.write("pick.c", f"extern int {table}[];\nint {f}(int i) {{ return {table}[i]; }}\nint {table}[3] = {{ 1, 2, 3 }};\n")
    s.compile("pick.c", flags="-fno-pic -fno-pie")
    s.compile(s.caller(f), flags="-fPIE")
    return Build(f"{GCC} -static-pie -o prog main.o pick.o", "can not be used when making a PIE object", "ld-not-pic", "pie",
                 "pick.o", table)


@failure("ld.bfd", quick=True)
def thread_local_here_and_plain_there(s):
    var = s.word()
    s.write("one.c", f"__thread int {var} = 3;\n")
    s.write("main.c", f"extern int {var};\nint main(void) {{ return {var}; }}\n")
    s.compile("one.c")
    s.compile("main.c")
    return Build(f"{GCC} -o prog main.o one.o", "mismatches non-TLS reference", "ld-incompatible", "tls-mismatch",
                 ("one.o", "main.o"), var)


@failure("ld.bfd")
def hidden_in_the_program_and_used_by_a_library(s):
    a, f, g = s.words(3)
    s.shared(f"lib{a}.so", f, calls=[g])
    s.write("main.c", f"int {f}(int);\n__attribute__((visibility(\"hidden\"))) int {g}(int x) {{ return x; }}\n"
                      f"int main(int c, char **v) {{ (void)v; return {f}(c); }}\n")
    s.compile("main.c")
    return Build(f"{GCC} -o prog main.o -L. -l{a}", f"hidden symbol `{g}' in main.o is referenced by DSO", "ld-hidden-symbol",
                 "referenced-by-dso", ("main.o", f"lib{a}.so"), g)


@failure("ld.bfd", quick=True)
def declared_hidden_and_defined_in_a_library(s):
    a, f = s.words(2)
    s.shared(f"lib{a}.so", f)
    s.write("main.c", f"__attribute__((visibility(\"hidden\"))) int {f}(int);\n"
                      f"int main(int c, char **v) {{ (void)v; return {f}(c); }}\n")
    s.compile("main.c")
    return Build(f"{GCC} -o prog main.o -L. -l{a}", f"hidden symbol `{f}' isn't defined", "ld-hidden-symbol",
                 "declared-hidden", ("main.o", "main.c"), f)


@failure("ld.bfd")
def left_out_by_a_version_script(s):
    a, f, g = s.words(3)
    s.write("x.map", f"{a.upper()}_1 {{ global: {g}; local: *; }};\n")
    s.shared(f"lib{a}.so", f, g, flags="-Wl,--version-script,x.map")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -L. -l{a}", f"undefined reference to `{f}'", "ld-hidden-symbol", "not-exported",
                 f"lib{a}.so", f)


@failure("ld.bfd", quick=True)
def version_node_that_the_script_lacks(s):
    a, f, g = s.words(3)
    s.write(f"{a}.map", f"{a.upper()}_1 {{ global: {f}; local: *; }};\n")
    s.write(f"{a}.c", f"int {g}(int x) {{ return x; }}\n__asm__(\".symver {g}, {f}@@{a.upper()}_2\");\n")
    s.compile(f"{a}.c", flags="-fPIC")
    return Build(f"{GCC} -shared -o lib{a}.so {a}.o -Wl,--version-script={a}.map",
                 f"version node not found for symbol {f}@@{a.upper()}_2", "ld-version", "version-node-missing",
                 (f"{a}.map", f"{a}.o", f"lib{a}.so"), f)


@failure("ld.bfd", quick=True)
def library_built_with_a_newer_release_of_another(s):
    a, b, f, g = s.words(4)
    s.write("new.map", f"{b.upper()}_2.0 {{ global: {g}; local: *; }};\n")
    s.write("old.map", f"{b.upper()}_1.0 {{ global: {g}; local: *; }};\n")
    s.shared(f"new/lib{b}.so", g, flags="-Wl,--version-script,new.map")
    s.shared(f"lib/lib{a}.so", f, calls=[g], flags=f"-Lnew -l{b}")
    s.shared(f"lib/lib{b}.so", g, flags="-Wl,--version-script,old.map")
    s.run("rm -r new src")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -Llib -l{a} -l{b}", f"undefined reference to `{g}@{b.upper()}_2.0'", "ld-version",
                 "version-skew", (f"lib{a}.so", f"lib{b}.so"), g)


@failure("ld.bfd", quick=True)
def library_that_uses_what_nobody_has(s):
    a, f, g = s.words(3)
    s.shared(f"lib{a}.so", f, calls=[g])
    s.run("rm -r src")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -L. -l{a}", f"undefined reference to `{g}'", "ld-undefined-reference", "shlib",
                 f"lib{a}.so", g)


@failure("ld.bfd", quick=True)
def library_of_a_library_is_not_found(s):
    a, b, f, g = s.words(4)
    s.shared(f"deps/lib{b}.so", g, flags=f"-Wl,-soname,lib{b}.so.7")
    s.shared(f"lib/lib{a}.so", f, calls=[g], flags=f"-Ldeps -l{b}")
    s.run("rm -r deps src")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -Llib -l{a}", f"warning: lib{b}.so.7, needed by lib/lib{a}.so, not found",
                 "ld-library-not-found", "needed-by-dso", f"lib{b}.so.7")


@failure("ld.bfd")
def library_of_a_library_beside_it(s):
    a, b, f, g = s.words(4)
    s.shared(f"lib/lib{b}.so", g)
    s.shared(f"lib/lib{a}.so", f, calls=[g], flags=f"-Llib -l{b}")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -Llib -l{a}", f"lib{b}.so, needed by lib/lib{a}.so, not found",
                 "ld-library-not-found", "needed-by-dso", f"lib{b}.so")


@failure("ld.bfd")
def third_library_of_a_chain(s):
    a, b, c, f, g, h = s.words(6)
    s.shared(f"z/lib{c}.so", h)
    s.shared(f"y/lib{b}.so", g, calls=[h], flags=f"-Lz -l{c}")
    s.shared(f"x/lib{a}.so", f, calls=[g], flags=f"-Ly -l{b} -Wl,--allow-shlib-undefined -Wl,-rpath-link,z")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -Lx -Ly -Lz -l{a} -Wl,-rpath-link,y", f"lib{c}.so, needed by y/lib{b}.so, not found",
                 "ld-library-not-found", "needed-by-dso", f"lib{c}.so")


@failure("ld.bfd", quick=True)
def used_through_the_need_of_another_library(s):
    a, b, f, g = s.words(4)
    s.shared(f"lib/lib{b}.so.2", g, flags=f"-Wl,-soname,lib{b}.so.2")
    s.shared(f"lib/lib{a}.so", f, calls=[g], flags=f"-Wl,-rpath,$PWD/lib lib/lib{b}.so.2")
    s.compile(s.caller(f, g))
    return Build(f"{GCC} -o prog main.o -Llib -l{a}", "DSO missing from command line", "ld-dso-missing", None,
                 f"lib{b}.so.2", g)


@failure("ld.bfd", quick=True)
def variable_defined_twice(s):
    var = s.word()
    s.write("one.c", f"int {var};\nint one(int x) {{ return x + {var}; }}\n")
    s.write("main.c", f"int {var};\nint main(void) {{ return {var}; }}\n")
    s.compile("one.c")
    s.compile("main.c")
    return Build(f"{GCC} -o prog main.o one.o", f"multiple definition of `{var}'", "ld-multiple-definition", "variable",
                 ("one.o", "main.o"), var)


@failure("ld.bfd")
def object_given_twice(s):
    f = s.word()
    s.compile(s.definer(f))
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o {f}.o {f}.o", f"multiple definition of `{f}'", "ld-multiple-definition", "function",
                 f"{f}.o", f)


@failure("ld.bfd")
def members_of_two_archives_clash(s):
    a, b, f, g, clash = s.words(5)
    s.write("src/p.c", f"int {clash}(int x) {{ return x; }}\nint {f}(int x) {{ return {clash}(x); }}\n")
    s.write("src/q.c", f"int {clash}(int x) {{ return -x; }}\nint {g}(int x) {{ return {clash}(x); }}\n")
    s.run(f"cd src && gcc -c p.c q.c && ar rcs ../lib{a}.a p.o && ar rcs ../lib{b}.a q.o")
    s.compile(s.caller(f, g))
    return Build(f"{GCC} -o prog main.o -L. -l{a} -l{b}", f"multiple definition of `{clash}'", "ld-multiple-definition",
                 "function", (f"lib{b}.a(q.o)", f"lib{a}.a(p.o)"), clash)


@failure("ld.bfd", quick=True)
def whole_archive_twice(s):
    a, f = s.words(2)
    s.archive(f"lib{a}.a", f)
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -L. -Wl,--whole-archive -l{a} -l{a} -Wl,--no-whole-archive",
                 f"multiple definition of `{f}'", "ld-multiple-definition", "function", f"lib{a}.a({f}.o)", f)


@failure("ld.bfd", *ARM64, quick=True)
def archive_of_another_machine(s):
    a, f = s.words(2)
    s.definer(f)
    s.run(f"clang-14 --target=aarch64-linux-gnu -c {f}.c -o {f}.o && mkdir lib && ar rcs lib/lib{a}.a {f}.o && rm {f}.o")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -Llib -l{a}", f"skipping incompatible lib/lib{a}.a", "ld-incompatible", "other-arch",
                 f"lib{a}.a")


@failure("ld.bfd", *ARM64)
def given_library_of_another_machine(s):
    a, f = s.words(2)
    s.other_machine(f"lib/lib{a}.so", f)
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o lib/lib{a}.so", "file in wrong format", "ld-incompatible", "other-arch", f"lib{a}.so")


@failure("ld.bfd")
def member_of_an_archive_for_32_bits(s):
    a, f, g = s.words(3)
    s.run(f"gcc -m32 -c {s.definer(g)} -o {g}.o && gcc -c {s.definer(f, [g])} -o {f}.o && ar rcs lib{a}.a {f}.o {g}.o && rm *.o")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -L. -l{a}", f"lib{a}.a({g}.o)' is incompatible with i386:x86-64 output",
                 "ld-incompatible", "other-arch", f"lib{a}.a({g}.o)")


@failure("ld.bfd")
def option_that_ld_does_not_know(s):
    f, flag = s.words(2)
    s.caller()
    s.compile("main.c")
    return Build(f"{GCC} -o prog main.o -Wl,--{flag}-mode", f"unrecognized option '--{flag}-mode'", "build-other", "linker-flag",
                 None, f"--{flag}-mode")


@failure("ld.bfd")
def array_beyond_two_gigabytes(s):
    f, var = s.words(2)
    s.write("big.c", f"char pad[3UL << 30];\nint {var};\nint {f}(int x) {{ return x + {var} + pad[x]; }}\n")
    s.compile("big.c")
    s.compile(s.caller(f))
    return Build(f"{GCC} -no-pie -o prog main.o big.o", "relocation truncated to fit", "build-other", "code-model")


@failure("ld.bfd")
def folder_for_the_output_that_is_not_there(s):
    out = s.word()
    s.caller()
    s.compile("main.c")
    return Build(f"{GCC} -o {out}/prog main.o", f"cannot open output file {out}/prog", "build-other", None, (f"{out}/prog", out))


@failure("ld.bfd", quick=True)
def thin_archive_without_its_member(s):
    a, f = s.words(2)
    s.archive(f"lib{a}.a", f, ar="rcsT")
    s.run("rm -r src")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -L. -l{a}", "No such file or directory", ("ld-incompatible", "build-other"), None,
                 (f"lib{a}.a", f"src/{f}.o"))


@failure("ld.bfd")
def archive_inside_an_archive(s):
    a, b, f = s.words(3)
    s.archive(f"lib{b}.a", f)
    s.run(f"ar rcs lib{a}.a lib{b}.a && rm -r src")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -L. -l{a}", "archive has no index", ("build-other", "ld-incompatible"), None, f"lib{a}.a")


@failure("ld.bfd")
def slim_lto_object_without_the_plugin(s):
    f = s.word()
    s.compile(s.definer(f), flags="-flto -fno-fat-lto-objects")
    s.compile(s.caller(f))
    return Build(f"{GCC} -fno-use-linker-plugin -fno-lto -o prog main.o {f}.o", "plugin needed to handle lto object",
                 "ld-incompatible", "lto-plugin", f"{f}.o")


@failure("ld.bfd", "clang-14")
def bitcode_of_clang(s):
    f = s.word()
    s.compile(s.definer(f), flags="-flto", compiler="clang-14")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o {f}.o", "file format not recognized", "ld-incompatible", ("not-an-object", "lto-plugin"),
                 f"{f}.o")


@failure("ld.bfd", quick=True)
def two_libraries_are_missing(s):
    a, b, f = s.words(3)
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o -l{a} -l{b}", f"cannot find -l{b}", "ld-library-not-found", "not-installed", f"-l{a}",
                 also="ld-library-not-found")


@failure("ld.bfd")
def defined_twice_and_not_at_all(s):
    f, g = s.words(2)
    s.compile(s.definer(f))
    s.write("two.c", f"int {f}(int x) {{ return -x; }}\n")
    s.compile("two.c")
    s.compile(s.caller(f, g))
    return Build(f"{GCC} -o prog main.o {f}.o two.o", f"multiple definition of `{f}'", "ld-multiple-definition", "function",
                 ("two.o", f"{f}.o"), f, also="ld-undefined-reference")


@failure("ld.bfd", quick=True)
def shared_object_that_must_be_complete(s):
    a, b, f, g = s.words(4)
    s.shared(f"lib/lib{b}.so", g)
    s.compile(s.definer(f, [g]), flags="-fPIC")
    return Build(f"{GCC} -shared -o lib{a}.so {f}.o -Wl,-z,defs", f"undefined reference to `{g}'", "ld-undefined-reference",
                 "not-linked", f"lib{b}.so", g)


@failure("ld.bfd", quick=True)
def openmp_at_compile_time_alone(s):
    f = s.word()
    s.write(f"{f}.c", f"int {f}(int x)\n{{\n\tint t = 0;\n#pragma omp parallel for reduction(+:t)\n"
                      f"\tfor (int i = 0; i < x; i++) t += i;\n\treturn t;\n}}\n")
    s.compile(f"{f}.c", flags="-fopenmp")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o {f}.o", "undefined reference to `GOMP_parallel'", "ld-undefined-reference", "not-linked",
                 ("libgomp", "libgomp.so.1"), ("GOMP_parallel", "omp_get_num_threads", "omp_get_thread_num"))


@failure("ld.bfd")
def sanitizer_at_compile_time_alone(s):
    f = s.word()
    s.write(f"{f}.c", f"int {f}(int x) {{ int a[4] = {{ 1 }}; int *p = a; return p[x & 3]; }}\n")
    s.compile(f"{f}.c", flags="-fsanitize=address")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o {f}.o", "undefined reference to `__asan_", "ld-undefined-reference", "not-linked",
                 ("libasan", "libasan.so.8"))


@failure("ld.bfd")
def atomics_of_sixteen_bytes(s):
    f = s.word()
    s.write(f"{f}.c", f"__int128 v;\nint {f}(int x) {{ return (int)__atomic_fetch_add(&v, x, __ATOMIC_SEQ_CST); }}\n")
    s.compile(f"{f}.c")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o {f}.o", "undefined reference to `__atomic_fetch_add_16'", "ld-undefined-reference",
                 "not-linked", ("libatomic", "libatomic.so.1"), "__atomic_fetch_add_16")


@failure("ld.bfd")
def coverage_at_compile_time_alone(s):
    f = s.word()
    s.compile(s.definer(f), flags="--coverage")
    s.compile(s.caller(f))
    return Build(f"{GCC} -o prog main.o {f}.o", "undefined reference to `__gcov_", "ld-undefined-reference", "not-linked",
                 ("libgcov", "libgcov.a"))
