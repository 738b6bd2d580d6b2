"""The same failures with the other linkers for ELF: gold, lld, mold."""
from builds import ARM64, Build, failure

GOLD, LLD, MOLD = ("gcc -fuse-ld=" + name for name in ("gold", "lld", "mold"))


# ---- gold -------------------------------------------------------------------------------------

@failure("ld.gold", quick=True)
def gold_archive_before_its_user(s):
    a, f = s.words(2)
    s.archive(f"lib/lib{a}.a", f)
    s.compile(s.caller(f))
    return Build(f"{GOLD} -o prog -Llib -l{a} main.o", f"undefined reference to '{f}'", "ld-undefined-reference", "order",
                 f"lib{a}.a", f)


@failure("ld.gold", quick=True)
def gold_link_that_leads_nowhere(s):
    a, f = s.words(2)
    s.run(f"mkdir lib && ln -s ../gone/lib{a}.so.2 lib/lib{a}.so")
    s.compile(s.caller(f))
    return Build(f"{GOLD} -o prog main.o -Llib -l{a}", "No such file or directory", "ld-library-not-found", "dangling-symlink",
                 f"lib{a}.so")


@failure("ld.gold", quick=True)
def gold_empty_library(s):
    a, f = s.words(2)
    s.write(f"lib/lib{a}.so", "")
    s.compile(s.caller(f))
    return Build(f"{GOLD} -o prog main.o -Llib -l{a}", "file is empty", "ld-incompatible", "empty-file", f"lib{a}.so")


@failure("ld.gold")
def gold_text_for_a_library(s):
    a, f = s.words(2)
    s.write(f"lib{a}.so", "version https://git-lfs.github.com/spec/v1\noid sha256:0ab1\nsize 918273\n")
    s.compile(s.caller(f))
    return Build(f"{GOLD} -o prog main.o -L. -l{a}", f"lib{a}.so", "ld-incompatible", "not-an-object", f"lib{a}.so")


@failure("ld.gold")
def gold_folder_with_the_name_of_a_library(s):
    a, f = s.words(2)
    s.run(f"mkdir -p lib/lib{a}.so")
    s.compile(s.caller(f))
    return Build(f"{GOLD} -o prog main.o -Llib -l{a}", "Is a directory", ("ld-incompatible", "ld-library-not-found", "build-other"), None,
                 f"lib{a}.so")


@failure("ld.gold", quick=True)
def gold_static_with_a_shared_library(s):
    a, f = s.words(2)
    s.shared(f"lib/lib{a}.so", f)
    s.compile(s.caller(f))
    return Build(f"{GOLD} -static -o prog main.o lib/lib{a}.so", "dynamic object", "ld-library-not-found", "shared-only",
                 f"lib{a}.so")


@failure("ld.gold")
def gold_other_letters(s):
    a, f = s.words(2)
    s.shared(f"lib/lib{a.upper()}.so", f)
    s.compile(s.caller(f))
    return Build(f"{GOLD} -o prog main.o -Llib -l{a}", f"cannot find -l{a}", "ld-library-not-found", "name-variant",
                 f"lib{a.upper()}.so")


@failure("ld.gold", quick=True)
def gold_used_through_the_need_of_another(s):
    a, b, f, g = s.words(4)
    s.shared(f"lib/lib{b}.so", g)
    s.shared(f"lib/lib{a}.so", f, calls=[g], flags=f"-Llib -l{b}")
    s.compile(s.caller(f, g))
    return Build(f"{GOLD} -o prog main.o -Llib -l{a}", f"undefined reference to '{g}'", "ld-dso-missing", None, f"lib{b}.so", g)


@failure("ld.gold", quick=True)
def gold_without_main(s):
    f = s.word()
    s.compile(s.definer(f))
    return Build(f"{GOLD} -o lib{f}.so {f}.o", "undefined reference to 'main'", "ld-undefined-reference", "no-main",
                 (f"{f}.o", f"{f}.c", "Scrt1.o", f"lib{f}.so"), "main")


@failure("ld.gold")
def gold_table_in_a_shared_object(s):
    a, f = s.words(2)
    s.write(f"{a}.c", f"static int t[3] = {{ 1, 2, 3 }};\nint {f}(int i) {{ return t[i]; }}\n")
    s.compile(f"{a}.c", flags="-fno-pic")
    return Build(f"{GOLD} -shared -o lib{a}.so {a}.o", "recompile with -fPIC", "ld-not-pic", None, f"{a}.o")


@failure("ld.gold", quick=True)
def gold_member_defined_twice(s):
    a, f, g, clash = s.words(4)
    s.write("src/p.c", f"int {clash}(int x) {{ return x; }}\nint {f}(int x) {{ return {clash}(x); }}\n")
    s.run(f"cd src && gcc -c p.c && ar rcs ../lib{a}.a p.o")
    s.write("main.c", f"int {f}(int);\nint {clash}(int x) {{ return -x; }}\nint main(int c, char **v) {{ (void)v; "
                      f"return {f}({clash}(c)); }}\n")
    s.compile("main.c")
    return Build(f"{GOLD} -o prog main.o -L. -l{a}", f"multiple definition of '{clash}'", "ld-multiple-definition", "function",
                 (f"lib{a}.a(p.o)", "main.o"), clash)


@failure("ld.gold")
def gold_does_not_know_an_option(s):
    flag = s.word()
    s.compile(s.caller())
    return Build(f"{GOLD} -o prog main.o -Wl,--{flag}", f"--{flag}: unknown option", "build-other", "linker-flag", None,
                 f"--{flag}")


@failure("ld.gold")
def gold_cut_library(s):
    a, f = s.words(2)
    s.shared("full.so", f)
    s.run(f"head -c 3000 full.so >lib{a}.so && rm full.so")
    s.compile(s.caller(f))
    return Build(f"{GOLD} -o prog main.o -L. -l{a}", "internal error in find_view", "ld-incompatible", "truncated",
                 f"lib{a}.so")


@failure("ld.gold")
def gold_two_missing_things(s):
    a, f, g = s.words(3)
    s.compile(s.caller(f, g))
    return Build(f"{GOLD} -o prog main.o -l{a}", f"cannot find -l{a}", "ld-library-not-found", "not-installed", f"-l{a}")


@failure("ld.gold")
def gold_version_nobody_defines(s):
    a, b, f, g = s.words(4)
    s.write("new.map", f"{b.upper()}_2.0 {{ global: {g}; local: *; }};\n")
    s.write("old.map", f"{b.upper()}_1.0 {{ global: {g}; local: *; }};\n")
    s.shared(f"new/lib{b}.so", g, flags="-Wl,--version-script,new.map")
    s.shared(f"lib/lib{a}.so", f, calls=[g], flags=f"-Lnew -l{b}")
    s.shared(f"lib/lib{b}.so", g, flags="-Wl,--version-script,old.map")
    s.run("rm -r new src")
    s.compile(s.caller(f))
    return Build(f"{GOLD} -o prog main.o -Llib -l{a} -l{b}", f"{b.upper()}_2.0", "ld-version", "version-skew",
                 (f"lib{a}.so", f"lib{b}.so"), g)


# ---- lld --------------------------------------------------------------------------------------

@failure("ld.lld", quick=True)
def lld_library_in_another_folder(s):
    a, f = s.words(2)
    s.shared(f"out/lib64/lib{a}.so", f)
    s.run("mkdir -p out/lib")
    s.compile(s.caller(f))
    return Build(f"{LLD} -o prog main.o -Lout/lib -l{a}", f"unable to find library -l{a}", "ld-library-not-found", "other-dir",
                 f"lib{a}.so")


@failure("ld.lld", quick=True)
def lld_library_without_its_development_link(s):
    a, f = s.words(2)
    s.shared(f"lib/lib{a}.so.1.2.3", f, flags=f"-Wl,-soname,lib{a}.so.1")
    s.run(f"ln -s lib{a}.so.1.2.3 lib/lib{a}.so.1")
    s.compile(s.caller(f))
    return Build(f"{LLD} -o prog main.o -Llib -l{a}", f"unable to find library -l{a}", "ld-library-not-found", "no-dev-link",
                 (f"lib{a}.so.1", f"lib{a}.so.1.2.3"))


@failure("ld.lld", quick=True)
def lld_name_with_its_ending(s):
    a, f = s.words(2)
    s.archive(f"lib/lib{a}.a", f)
    s.compile(s.caller(f))
    return Build(f"{LLD} -o prog main.o -Llib -llib{a}.a", f"unable to find library -llib{a}.a", "ld-library-not-found",
                 "name-variant", f"lib{a}.a")


@failure("ld.lld", quick=True)
def lld_empty_library(s):
    a, f = s.words(2)
    s.write(f"lib/lib{a}.so", "")
    s.compile(s.caller(f))
    return Build(f"{LLD} -o prog main.o -Llib -l{a}", f"undefined symbol: {f}", "ld-incompatible", "empty-file", f"lib{a}.so", f)


@failure("ld.lld")
def lld_text_for_a_library(s):
    a, f = s.words(2)
    s.write(f"lib{a}.so", "version https://git-lfs.github.com/spec/v1\noid sha256:0ab1\nsize 918273\n")
    s.compile(s.caller(f))
    return Build(f"{LLD} -o prog main.o -L. -l{a}", "unknown directive: version", "ld-incompatible", "not-an-object",
                 f"lib{a}.so")


@failure("ld.lld", quick=True)
def lld_declared_hidden(s):
    a, f = s.words(2)
    s.shared(f"lib{a}.so", f)
    s.write("main.c", f"__attribute__((visibility(\"hidden\"))) int {f}(int);\n"
                      f"int main(int c, char **v) {{ (void)v; return {f}(c); }}\n")
    s.compile("main.c")
    return Build(f"{LLD} -o prog main.o -L. -l{a}", f"undefined hidden symbol: {f}", "ld-hidden-symbol", "declared-hidden",
                 ("main.o", "main.c"), f)


@failure("ld.lld")
def lld_left_out_by_a_version_script(s):
    a, f, g = s.words(3)
    s.write("x.map", f"{{ global: {g}; local: *; }};\n")
    s.shared(f"lib{a}.so", f, g, flags="-Wl,--version-script,x.map")
    s.compile(s.caller(f))
    return Build(f"{LLD} -o prog main.o -L. -l{a}", f"undefined symbol: {f}", "ld-hidden-symbol", "not-exported",
                 f"lib{a}.so", f)


@failure("ld.lld", quick=True)
def lld_object_without_pic(s):
    a, table, f = s.words(3)
    s.write(f"{a}.c", f"extern int {table}[];\nint {f}(int i) {{ return {table}[i]; }}\n")
    s.compile(f"{a}.c", flags="-fno-pic")
    return Build(f"{LLD} -shared -o lib{a}.so {a}.o", f"cannot be used against symbol '{table}'", "ld-not-pic", None, f"{a}.o",
                 table)


@failure("ld.lld", quick=True)
def lld_defined_twice(s):
    f = s.word()
    s.compile(s.definer(f))
    s.write("two.c", f"int {f}(int x) {{ return -x; }}\n")
    s.compile("two.c")
    s.compile(s.caller(f))
    return Build(f"{LLD} -o prog main.o {f}.o two.o", f"duplicate symbol: {f}", "ld-multiple-definition", "function",
                 ("two.o", f"{f}.o"), f)


@failure("ld.lld", quick=True)
def lld_library_that_uses_what_nobody_has(s):
    a, f, g = s.words(3)
    s.shared(f"lib{a}.so", f, calls=[g])
    s.run("rm -r src")
    s.compile(s.caller(f))
    return Build(f"{LLD} -o prog main.o -L. -l{a}", f"undefined reference to {g}", "ld-undefined-reference", "shlib",
                 f"lib{a}.so", g)


@failure("ld.lld", quick=True)
def lld_library_that_is_not_linked(s):
    a, f = s.words(2)
    s.shared(f"lib/lib{a}.so", f)
    s.compile(s.caller(f))
    return Build(f"{LLD} -o prog main.o", f"undefined symbol: {f}", "ld-undefined-reference", "not-linked", f"lib{a}.so", f)


@failure("ld.lld")
def lld_mathematics_without_its_library(s):
    s.write("main.c", "double cbrt(double);\nint main(int c, char **v) { (void)v; return (int)cbrt(c); }\n")
    s.compile("main.c")
    return Build(f"{LLD} -o prog main.o", "undefined symbol: cbrt", "ld-undefined-reference", "not-linked",
                 ("libm.so.6", "libm", "libm.so"), "cbrt")


@failure("ld.lld")
def lld_archive_with_members_of_32_bits(s):
    a, f = s.words(2)
    s.archive(f"lib{a}.a", f, flags="-m32")
    s.compile(s.caller(f))
    return Build(f"{LLD} -o prog main.o -L. -l{a}", "is incompatible with", "ld-incompatible", "other-arch",
                 f"lib{a}.a({f}.o)")


@failure("ld.lld")
def lld_cut_library(s):
    a, f = s.words(2)
    s.shared("full.so", f)
    s.run(f"head -c 3000 full.so >lib{a}.so && rm full.so")
    s.compile(s.caller(f))
    return Build(f"{LLD} -o prog main.o -L. -l{a}", f"lib{a}.so", "ld-incompatible", "truncated", f"lib{a}.so")


@failure("ld.lld")
def lld_array_beyond_two_gigabytes(s):
    f, var = s.words(2)
    s.write("big.c", f"char pad[3UL << 30];\nint {var};\nint {f}(int x) {{ return x + {var} + pad[x]; }}\n")
    s.compile("big.c")
    s.compile(s.caller(f))
    return Build(f"{LLD} -no-pie -o prog main.o big.o", "out of range", "build-other", "code-model")


@failure("ld.lld")
def lld_thin_archive_without_its_member(s):
    a, f = s.words(2)
    s.archive(f"lib{a}.a", f, ar="rcsT")
    s.run("rm -r src")
    s.compile(s.caller(f))
    return Build(f"{LLD} -o prog main.o -L. -l{a}", f"lib{a}.a", ("ld-incompatible", "build-other"), None,
                 (f"lib{a}.a", f"src/{f}.o"))


@failure("ld.lld")
def lld_version_node_that_the_script_lacks(s):
    a, f, g = s.words(3)
    s.write(f"{a}.map", f"{a.upper()}_1 {{ global: {f}; local: *; }};\n")
    s.write(f"{a}.c", f"int {g}(int x) {{ return x; }}\n__asm__(\".symver {g}, {f}@@{a.upper()}_2\");\n")
    s.compile(f"{a}.c", flags="-fPIC")
    return Build(f"{LLD} -shared -o lib{a}.so {a}.o -Wl,--version-script={a}.map", f"{a.upper()}_2", "ld-version",
                 "version-node-missing", (f"{a}.map", f"{a}.o", f"lib{a}.so"), f)


@failure("ld.lld")
def lld_object_that_is_not_there(s):
    f = s.word()
    s.compile(s.caller(f))
    return Build(f"{LLD} -o prog main.o build/{f}.o", f"cannot open build/{f}.o", "build-other", "input-missing", f"{f}.o")


@failure("ld.lld")
def lld_without_main(s):
    f = s.word()
    s.compile(s.definer(f))
    return Build(f"{LLD} -o lib{f}.so {f}.o", "undefined symbol: main", "ld-undefined-reference", "no-main",
                 (f"{f}.o", f"{f}.c", "Scrt1.o", f"lib{f}.so"), "main")


# ---- mold -------------------------------------------------------------------------------------

@failure("mold", quick=True)
def mold_library_without_its_development_link(s):
    a, f = s.words(2)
    s.shared(f"lib/lib{a}.so.4", f, flags=f"-Wl,-soname,lib{a}.so.4")
    s.compile(s.caller(f))
    return Build(f"{MOLD} -o prog main.o -Llib -l{a}", f"library not found: {a}", "ld-library-not-found", "no-dev-link",
                 f"lib{a}.so.4")


@failure("mold", quick=True)
def mold_static_with_a_shared_library_alone(s):
    a, f = s.words(2)
    s.shared(f"lib/lib{a}.so", f)
    s.compile(s.caller(f))
    return Build(f"{MOLD} -static -o prog main.o -Llib -l{a}", f"library not found: {a}", "ld-library-not-found",
                 "shared-only", f"lib{a}.so")


@failure("mold")
def mold_two_missing_libraries(s):
    a, b, f = s.words(3)
    s.compile(s.caller(f))
    return Build(f"{MOLD} -o prog main.o -l{a} -l{b}", f"library not found: {a}", "ld-library-not-found", "not-installed",
                 f"-l{a}")


@failure("mold", quick=True)
def mold_empty_library(s):
    a, f = s.words(2)
    s.write(f"lib/lib{a}.so", "")
    s.compile(s.caller(f))
    return Build(f"{MOLD} -o prog main.o -Llib -l{a}", f"lib{a}.so", "ld-incompatible", "empty-file", f"lib{a}.so")


@failure("mold")
def mold_page_for_a_library(s):
    a, f = s.words(2)
    s.write(f"lib/lib{a}.so", "<!DOCTYPE html>\n<html><head><title>404</title></head></html>\n")
    s.compile(s.caller(f))
    return Build(f"{MOLD} -o prog main.o -Llib -l{a}", f"lib{a}.so", "ld-incompatible", "not-an-object", f"lib{a}.so")


@failure("mold", quick=True)
def mold_object_of_32_bits(s):
    f = s.word()
    s.compile(s.definer(f), flags="-m32")
    s.compile(s.caller(f))
    return Build(f"{MOLD} -o prog main.o {f}.o", "incompatible file type", "ld-incompatible", "other-arch", f"{f}.o")


@failure("mold", quick=True)
def mold_object_without_pic(s):
    a, table, f = s.words(3)
    s.write(f"{a}.c", f"extern int {table}[];\nint {f}(int i) {{ return {table}[i]; }}\n")
    s.compile(f"{a}.c", flags="-fno-pic")
    return Build(f"{MOLD} -shared -o lib{a}.so {a}.o", "recompile with -fPIC", "ld-not-pic", None, f"{a}.o", table)


@failure("mold", quick=True)
def mold_used_through_the_need_of_another(s):
    a, b, f, g = s.words(4)
    s.shared(f"lib/lib{b}.so", g)
    s.shared(f"lib/lib{a}.so", f, calls=[g], flags=f"-Llib -l{b}")
    s.compile(s.caller(f, g))
    return Build(f"{MOLD} -o prog main.o -Llib -l{a}", f"undefined symbol: {g}", "ld-dso-missing", None, f"lib{b}.so", g)


@failure("mold")
def mold_does_not_know_an_option(s):
    flag = s.word()
    s.compile(s.caller())
    return Build(f"{MOLD} -o prog main.o -Wl,--{flag}-level=3", f"--{flag}-level=3", "build-other", "linker-flag", None,
                 (f"--{flag}-level=3", f"--{flag}-level"))


@failure("mold")
def mold_library_as_archive_member_defined_twice(s):
    a, f = s.words(2)
    s.archive(f"lib{a}.a", f)
    s.write("main.c", f"int {f}(int x) {{ return x; }}\nint main(int c, char **v) {{ (void)v; return {f}(c); }}\n")
    s.compile("main.c")
    return Build(f"{MOLD} -o prog main.o -L. -Wl,--whole-archive -l{a} -Wl,--no-whole-archive", "duplicate symbol",
                 "ld-multiple-definition", "function", (f"lib{a}.a({f}.o)", "main.o"), f)


@failure("mold", *ARM64)
def mold_given_library_of_another_machine(s):
    a, f = s.words(2)
    s.other_machine(f"lib/lib{a}.so", f)
    s.compile(s.caller(f))
    return Build(f"{MOLD} -o prog main.o lib/lib{a}.so", "incompatible file type", "ld-incompatible", "other-arch", f"lib{a}.so")


@failure("mold")
def mold_cut_library(s):
    a, f = s.words(2)
    s.shared("full.so", f)
    s.run(f"head -c 3000 full.so >lib{a}.so && rm full.so")
    s.compile(s.caller(f))
    return Build(f"{MOLD} -o prog main.o -L. -l{a}", f"lib{a}.so", "ld-incompatible", "truncated", f"lib{a}.so")
