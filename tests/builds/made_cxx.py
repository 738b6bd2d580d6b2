"""Failures between C and C++, and between two builds of C++."""
from builds import Build, failure

BFD, GOLD, LLD, MOLD = ("-fuse-ld=" + name for name in ("bfd", "gold", "lld", "mold"))


def cxx_archive(s, name, text, flags=""):
    s.write(f"src/{name}.cc", text)
    s.run(f"g++ {flags} -c src/{name}.cc -o src/{name}.o && ar rcs lib{name}.a src/{name}.o")


@failure("ld.bfd", "g++", quick=True)
def cxx_calls_c_without_saying_so(s):
    a, f = s.words(2)
    s.archive(f"lib{a}.a", f)
    s.compile(s.caller(f, name="main.cc"), compiler="g++")
    return Build(f"g++ {BFD} -o prog main.o -L. -l{a}", f"undefined reference to `{f}(int)'", "ld-undefined-reference",
                 "extern-c", f"lib{a}.a", f"{f}(int)")


@failure("ld.bfd", "g++", quick=True)
def c_calls_cxx_without_saying_so(s):
    a, f = s.words(2)
    cxx_archive(s, a, f"int {f}(int x) {{ return x; }}\n")
    s.compile(s.caller(f))
    return Build(f"g++ {BFD} -o prog main.o -L. -l{a}", f"undefined reference to `{f}'", "ld-undefined-reference", "extern-c",
                 f"lib{a}.a", f)


@failure("mold", "g++")
def mold_cxx_calls_c_without_saying_so(s):
    a, f = s.words(2)
    s.shared(f"lib{a}.so", f)
    s.compile(s.caller(f, name="main.cc"), compiler="g++")
    return Build(f"g++ {MOLD} -o prog main.o -L. -l{a}", f"undefined symbol: {f}(int)", "ld-undefined-reference", "extern-c",
                 f"lib{a}.so", f"{f}(int)")


@failure("ld.gold", "g++", quick=True)
def gold_c_calls_cxx_without_saying_so(s):
    a, f = s.words(2)
    cxx_archive(s, a, f"int {f}(int x) {{ return x; }}\n")
    s.compile(s.caller(f))
    return Build(f"gcc {GOLD} -o prog main.o -L. -l{a}", f"undefined reference to '{f}'", "ld-undefined-reference", "extern-c",
                 f"lib{a}.a", f)


def old_strings(s, linker, quote):
    a, f = s.words(2)
    head = f"#include <string>\nint {f}(const std::string &);\n"
    s.write("src/x.cc", head + f"int {f}(const std::string &t) {{ return (int)t.size(); }}\n")
    s.run(f"g++ -D_GLIBCXX_USE_CXX11_ABI=0 -shared -fPIC src/x.cc -o lib{a}.so")
    s.write("main.cc", head + f"int main() {{ return {f}(\"x\"); }}\n")
    s.compile("main.cc", compiler="g++")
    return Build(f"g++ {linker} -o prog main.o -L. -l{a}", quote % f, "ld-undefined-reference", "cxx11-abi", f"lib{a}.so")


@failure("ld.bfd", "g++", quick=True)
def strings_of_the_older_kind_in_a_shared_library(s):
    return old_strings(s, BFD, "undefined reference to `%s(std::__cxx11")


@failure("ld.gold", "g++")
def gold_strings_of_the_older_kind(s):
    return old_strings(s, GOLD, "undefined reference to '%s(std::__cxx11")


@failure("ld.lld", "g++")
def lld_strings_of_the_older_kind(s):
    return old_strings(s, LLD, "undefined symbol: %s(std::__cxx11")


@failure("mold", "g++")
def mold_strings_of_the_older_kind(s):
    return old_strings(s, MOLD, "undefined symbol: %s(std::__cxx11")


def class_of_another_release(s, linker, old, new, quote):
    a, space, f = s.words(3)
    inner = "namespace %s { inline namespace %s { int %s(int); } }\n"
    s.write("src/x.cc", inner % (space, new, f) + f"int {space}::{new}::{f}(int x) {{ return x; }}\n")
    s.run(f"g++ -shared -fPIC src/x.cc -o lib{a}.so")
    s.write("main.cc", inner % (space, old, f) + f"int main(int c, char **) {{ return {space}::{f}(c); }}\n")
    s.compile("main.cc", compiler="g++")
    return Build(f"g++ {linker} -o prog main.o -L. -l{a}", quote % f"{space}::{old}::{f}(int)", "ld-undefined-reference",
                 "version-skew", f"lib{a}.so", f"{space}::{old}::{f}(int)")


@failure("ld.bfd", "g++", quick=True)
def release_in_a_namespace(s):
    return class_of_another_release(s, BFD, "v3", "v4", "undefined reference to `%s'")


@failure("ld.lld", "g++", quick=True)
def lld_release_with_a_date_in_a_namespace(s):
    return class_of_another_release(s, LLD, "lts_20220623", "lts_20230802", "undefined symbol: %s")


def runtime_of_cxx(s, linker, says):
    f = s.word()
    s.write(f"{f}.cc", f"extern \"C\" int {f}(int x) {{ int *p = new int(x); int y = *p; delete p; return y; }}\n")
    s.compile(f"{f}.cc", compiler="g++")
    s.compile(s.caller(f))
    return Build(f"gcc {linker} -o prog main.o {f}.o", says, "ld-undefined-reference", "cxx-runtime",
                 ("libstdc++", "libstdc++.so.6", "libstdc++.so"),
                 ("operator new(unsigned long)", "operator delete(void*, unsigned long)"))


@failure("ld.gold", "g++", quick=True)
def gold_runtime_of_cxx(s):
    return runtime_of_cxx(s, GOLD, "undefined reference to 'operator new(unsigned long)'")


@failure("ld.lld", "g++", quick=True)
def lld_runtime_of_cxx(s):
    return runtime_of_cxx(s, LLD, "undefined symbol: operator new(unsigned long)")


@failure("ld.bfd", "g++")
def runtime_of_exceptions(s):
    f = s.word()
    s.write(f"{f}.cc", f"extern \"C\" int {f}(int x) {{ try {{ if (x > 3) throw x; }} catch (int y) {{ return y; }} return 0; }}\n")
    s.compile(f"{f}.cc", compiler="g++")
    s.compile(s.caller(f))
    return Build(f"gcc {BFD} -o prog main.o {f}.o", "undefined reference to `__cxa_throw'", "ld-undefined-reference",
                 "cxx-runtime", ("libstdc++", "libstdc++.so.6", "libstdc++.so"))


def whole_runtime(s, linker, says):
    """Strings and containers: many names of std are missing, and with them what no other library could have."""
    a, f = s.words(2)
    cxx_archive(s, a, "#include <string>\n#include <vector>\n"
                      f"extern \"C\" int {f}(int x) {{ std::vector<std::string> v(x, std::string(\"{f}\")); return v.size(); }}\n")
    s.compile(s.caller(f))
    return Build(f"gcc {linker} -o prog main.o -L. -l{a}", says, "ld-undefined-reference", "cxx-runtime", "libstdc++",
                 "operator delete(void*, unsigned long)")


@failure("ld.bfd", "g++", quick=True)
def runtime_of_strings_and_vectors(s):
    return whole_runtime(s, BFD, "undefined reference to `operator delete(void*, unsigned long)'")


@failure("mold", "g++")
def mold_runtime_of_strings_and_vectors(s):
    return whole_runtime(s, MOLD, "undefined symbol: operator delete(void*, unsigned long)")


def in_a_header(s, linker, command, header, function):
    """A header that both sources include defines a variable and a function."""
    h, f, v, g = s.words(4)
    s.write(header % h, f"int {v};\n{function % f}\n")
    ext = "cc" if "g++" in command else "c"
    s.write(f"{g}.{ext}", f"#include \"{header % h}\"\nint {g}(void) {{ return {f}({v}); }}\n")
    s.write(f"main.{ext}", f"#include \"{header % h}\"\nint main() {{ return {f}({v}); }}\n")
    return Build(f"{command} {linker} -o prog main.{ext} {g}.{ext}", "multiple definition", "ld-multiple-definition",
                 "header-definition", header % h, f if ext == "c" else f"{f}(int)")


@failure("ld.bfd", quick=True)
def variable_and_function_in_a_header(s):
    return in_a_header(s, BFD, "gcc", "%s.h", "int %s(int x) { return x; }")


@failure("ld.gold", "g++")
def gold_cxx_variable_and_function_in_a_header(s):
    return in_a_header(s, GOLD, "g++", "%s.hpp", "int %s(int x) { return x; }")


def key_function(s, linker, says):
    c, sub = (w.capitalize() for w in s.words(2))
    s.write("main.cc", f"struct {c} {{ virtual ~{c}(); virtual int area() const; }};\n"
                       f"struct {sub} : {c} {{ int area() const override {{ return 4; }} }};\n"
                       f"int main() {{ {sub} x; return x.area(); }}\n")
    s.compile("main.cc", compiler="g++")
    return Build(f"g++ {linker} -o prog main.o", says % c, "ld-undefined-reference", "not-linked", ("main.o", "main.cc"),
                 (f"typeinfo for {c}", f"vtable for {c}", f"{c}::~{c}()", f"{c}::area() const"),
                 seen=("vtable", "not-linked"))


@failure("ld.gold", "g++")
def gold_key_function(s):
    return key_function(s, GOLD, "typeinfo for %s")


@failure("ld.lld", "g++", quick=True)
def lld_key_function(s):
    return key_function(s, LLD, "typeinfo for %s")


@failure("mold", "g++")
def mold_key_function(s):
    return key_function(s, MOLD, "undefined symbol: typeinfo for %s")


@failure("ld.bfd", "g++", quick=True)
def method_hidden_in_its_library(s):
    a, c = s.words(2)
    c = c.capitalize()
    s.write(f"{a}.hpp", f"struct {c} {{ int run(int); }};\n")
    s.write("src/x.cc", f"#include \"../{a}.hpp\"\nint {c}::run(int x) {{ return x; }}\n")
    s.run(f"g++ -fvisibility=hidden -shared -fPIC src/x.cc -o lib{a}.so")
    s.write("main.cc", f"#include \"{a}.hpp\"\nint main(int n, char **) {{ {c} x; return x.run(n); }}\n")
    s.compile("main.cc", compiler="g++")
    return Build(f"g++ {BFD} -o prog main.o -L. -l{a}", f"undefined reference to `{c}::run(int)'", "ld-hidden-symbol",
                 "not-exported", f"lib{a}.so", f"{c}::run(int)")


@failure("ld.bfd", "gfortran", quick=True)
def fortran_library_in_a_c_program(s):
    a, f = s.words(2)
    s.write("src/x.f90", f"integer(c_int) function {f}(x) bind(c)\n  use iso_c_binding\n  integer(c_int), value :: x\n"
                         f"  print *, x\n  {f} = x\nend function\n")
    s.run(f"gfortran -c src/x.f90 -o src/x.o && ar rcs lib{a}.a src/x.o")
    s.compile(s.caller(f))
    return Build(f"gcc {BFD} -o prog main.o -L. -l{a}", "undefined reference to `_gfortran_st_write'", "ld-undefined-reference",
                 "not-linked", ("libgfortran", "libgfortran.so.5", "libgfortran.so"))


@failure("ld.gold", "gfortran")
def gold_fortran_runtime(s):
    f = s.word()
    s.write("app.f90", f"program {f}\n  print *, 'x'\nend program\n")
    s.run("gfortran -c app.f90")
    return Build(f"gcc {GOLD} -o prog app.o", "undefined reference to '_gfortran_st_write'", "ld-undefined-reference",
                 "not-linked", ("libgfortran", "libgfortran.so.5", "libgfortran.so"))
