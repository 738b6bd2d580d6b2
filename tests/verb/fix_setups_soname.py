"""Set-ups that fail because of what a library calls itself (DT_SONAME)."""
from fix_setups import BAR, Setup, library, program, setup
from fix_setups_python import PYTHON

V1 = "BAR_1 { global: bar; };\n"
V2 = "BAR_1 { global: bar; }; BAR_2 { global: more; } BAR_1;\n"
MORE = BAR + "int more(void) { return 7; }\n"


def bars(top, old_file="libbar-old.so"):
    """vendor/libbar-old.so is libbar.so.1 of an older release under another file name; libfoo.so needs the newer one."""
    (top / "v1.map").write_text(V1)
    (top / "v2.map").write_text(V2)
    new = library(top, "new/libbar.so.1", MORE, "-Wl,--version-script=v2.map", soname="libbar.so.1")
    library(top, "lib/libfoo.so", "int more(void); int foo(void) { return more(); }\n", new,
            "-Wl,-rpath,$ORIGIN/../new", soname="libfoo.so")
    old = library(top, f"vendor/{old_file}", BAR, "-Wl,--version-script=v1.map", soname=old_file)
    app = library(top, "lib/libapp.so", "int bar(void); int app(void) { return bar(); }\n", old,
                  "-Wl,-rpath,$ORIGIN/../vendor", soname="libapp.so")
    library(top, f"vendor/{old_file}", BAR, "-Wl,--version-script=v1.map", soname="libbar.so.1")
    return app


def app_and_foo(top):
    program(top, "bin/prog", "int app(void), foo(void); int main(void) { return app() + foo() - 14; }\n",
            top / "lib/libapp.so", top / "lib/libfoo.so", "-Wl,-rpath,$ORIGIN/../lib", "-Wl,-rpath-link,new:vendor")


@setup
def renamed_copy_in_the_way_of_the_original(top):
    bars(top)
    app_and_foo(top)
    return Setup(["bin/prog"], ["bin/prog"], "set-soname", edits=["libbar-old.so"])


@setup
def renamed_copy_with_others_that_find_it(top):
    """The library has another user, which finds libbar.so.1 by a link: that goes on to work."""
    result = renamed_copy_in_the_way_of_the_original(top)
    (top / "vendor/libbar.so.1").symlink_to("libbar-old.so")
    library(top, "vendor/libother.so", "int bar(void); int other(void) { return bar(); }\n", top / "vendor/libbar.so.1",
            "-Wl,-rpath,$ORIGIN", soname="libother.so")
    return result


@setup
def renamed_copy_opened_by_its_path(top):
    """As packages of Python load what they bring: by its path, before others need it."""
    bars(top)
    (top / "site").mkdir()
    (top / "site/mod.py").write_text(
        f"import ctypes\nctypes.CDLL({str(top / 'vendor/libbar-old.so')!r})\n"
        f"foo = ctypes.CDLL({str(top / 'lib/libfoo.so')!r})\nassert foo.foo() == 7\n")
    return Setup([PYTHON, "-B", "-c", "import mod"], ["--python", PYTHON, "import", "mod"], "set-soname",
                 env={"PYTHONPATH": str(top / "site")}, edits=["libbar-old.so"])


def built_with(top, soname):
    """libapp.so brings libbar.so, which libfoo.so needs as libbar.so.1."""
    bar = library(top, "lib/libbar.so", BAR, soname="libbar.so")
    library(top, "lib/libapp.so", "int bar(void); int app(void) { return bar(); }\n", bar, "-Wl,-rpath,$ORIGIN",
            soname="libapp.so")
    bar = library(top, "lib/libbar.so", BAR, soname="libbar.so.1")
    library(top, "lib/libfoo.so", "int bar(void); int foo(void) { return bar(); }\n", bar, soname="libfoo.so")
    library(top, "lib/libbar.so", BAR, soname=soname)
    program(top, "bin/prog", "int app(void), foo(void); int main(void) { return app() + foo() - 14; }\n",
            top / "lib/libapp.so", top / "lib/libfoo.so", "-Wl,-rpath,$ORIGIN/../lib",
            "-Wl,--allow-shlib-undefined")
    return Setup(["bin/prog"], ["bin/prog"], "set-soname", edits=["libbar.so.1"])


@setup
def library_built_without_its_name(top):
    return built_with(top, None)


@setup
def library_that_calls_itself_without_its_number(top):
    return built_with(top, "libbar.so")


@setup
def name_with_a_build_folder_in_it(top):
    """A link and a search path work whatever was loaded before: they come before the name."""
    result = built_with(top, "build/out/libbar.so.1")
    result.kind, result.edits = "link", ["libbar.so", "$ORIGIN"]
    return result


@setup
def need_by_the_build_folder_that_a_name_has(top):
    """Whoever is linked with such a library asks for it by that path: the need is to be edited, not the name."""
    bar = library(top, "lib/libbar.so", BAR, soname="/tmp/build/out/libbar.so")
    program(top, "bin/prog", "int bar(void); int main(void) { return bar() - 7; }\n", bar, "-Wl,-rpath,$ORIGIN/../lib")
    return Setup(["bin/prog"], ["bin/prog"], "edit-needed", edits=["libbar.so"])
