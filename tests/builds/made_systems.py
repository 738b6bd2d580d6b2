"""Failures of build systems: CMake, Meson, pkg-config, pip, setuptools."""
import sys

from builds import Build, failure

PIP = f"{sys.executable} -m pip"


@failure("cmake", "gcc")
def cmake_package_that_it_does_not_find(s):
    a = s.word().capitalize()
    s.write("CMakeLists.txt", f"cmake_minimum_required(VERSION 3.13)\nproject(x C)\nfind_package({a} REQUIRED)\n")
    return Build("cmake -S . -B build", f"Find{a}.cmake", "build-tool", "cmake-package", a, link=False)


@failure("cmake", "gcc")
def cmake_library_that_it_requires(s):
    a = s.word()
    s.write("CMakeLists.txt", f"cmake_minimum_required(VERSION 3.18)\nproject(x C)\n"
                              f"find_library({a.upper()}_LIBRARY NAMES {a} REQUIRED)\n")
    return Build("cmake -S . -B build", f"Could not find {a.upper()}_LIBRARY", "build-tool", "cmake-notfound",
                 (f"{a.upper()}_LIBRARY", a), link=False)


@failure("cmake", "gcc")
def cmake_target_that_does_not_exist(s):
    a = s.word().capitalize()
    s.caller()
    s.write("CMakeLists.txt", f"cmake_minimum_required(VERSION 3.13)\nproject(x C)\nadd_executable(prog main.c)\n"
                              f"target_link_libraries(prog {a}::{a})\n")
    return Build("cmake -S . -B build", f"{a}::{a}", "build-tool", "cmake-target", f"{a}::{a}", link=False)


@failure("cmake", quick=True)
def cmake_of_a_later_release(s):
    s.write("CMakeLists.txt", "cmake_minimum_required(VERSION 9.1)\nproject(x C)\n")
    return Build("cmake -S . -B build", "CMake 9.1 or higher is required", "build-tool", "cmake-version", link=False)


@failure("cmake", "gcc", "pkg-config")
def cmake_module_of_pkg_config(s):
    a = s.word()
    s.write("CMakeLists.txt", f"cmake_minimum_required(VERSION 3.13)\nproject(x C)\nfind_package(PkgConfig REQUIRED)\n"
                              f"pkg_check_modules({a.upper()} REQUIRED {a}>=2.1)\n")
    return Build("cmake -S . -B build", f"{a}", "pkg-config", "package-not-found", (f"{a}.pc", a), link=False)


@failure("cmake", "gcc", "make")
def cmake_build_with_a_missing_symbol(s):
    f = s.word()
    s.caller(f)
    s.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.13)\nproject(x C)\nadd_executable(prog main.c)\n"
                              "set(CMAKE_EXE_LINKER_FLAGS -fuse-ld=bfd)\n")
    return Build("cmake -S . -B build && cmake --build build", f"undefined reference to `{f}'", "ld-undefined-reference",
                 "not-linked", None, f, link=False)


@failure("cmake", "gcc", "ninja")
def ninja_build_with_a_library_of_another_name(s):
    a, f = s.words(2)
    s.shared(f"lib/lib{a}.so.5", f, flags=f"-Wl,-soname,lib{a}.so.5")
    s.caller(f)
    s.write("CMakeLists.txt", f"cmake_minimum_required(VERSION 3.13)\nproject(x C)\nadd_executable(prog main.c)\n"
                              f"target_link_directories(prog PRIVATE lib)\ntarget_link_libraries(prog {a})\n")
    return Build("cmake -G Ninja -S . -B build && cmake --build build", f"cannot find -l{a}", "ld-library-not-found",
                 "no-dev-link", f"lib{a}.so.5", link=False)


@failure("meson", "gcc", "pkg-config")
def meson_dependency_that_it_does_not_find(s):
    a = s.word()
    s.write("meson.build", f"project('x', 'c')\ndep = dependency('{a}')\n")
    return Build("meson setup build", f"Dependency \"{a}\" not found", "pkg-config", "package-not-found", (f"{a}.pc", a),
                 link=False)


@failure("meson", "gcc")
def meson_program_that_it_does_not_find(s):
    a = s.word()
    s.write("meson.build", f"project('x', 'c')\np = find_program('{a}-gen')\n")
    return Build("meson setup build", f"Program '{a}-gen' not found", "build-tool", "program", f"{a}-gen", link=False)


@failure("meson", "gcc")
def meson_library_that_it_does_not_find(s):
    a = s.word()
    s.write("meson.build", f"project('x', 'c')\ncc = meson.get_compiler('c')\nl = cc.find_library('{a}')\n")
    return Build("meson setup build", f"library '{a}' not found", "ld-library-not-found", None, (f"-l{a}", a, f"lib{a}"),
                 link=False)


@failure("pkg-config", quick=True)
def pkg_config_release_that_is_too_old(s):
    a = s.word()
    s.write(f"pc/{a}.pc", f"Name: {a}\nDescription: x\nVersion: 1.4.2\nLibs: -l{a}\n")
    return Build(f"pkg-config --libs '{a} >= 2.0'", "1.4.2", "pkg-config", "version", (f"{a}.pc", a), link=False,
                 env={"PKG_CONFIG_PATH": "pc"})


@failure("pkg-config", quick=True)
def pkg_config_requirement_of_a_requirement(s):
    a, b, c = s.words(3)
    s.write(f"pc/{a}.pc", f"Name: {a}\nDescription: x\nVersion: 1.0\nRequires: {b}\nLibs: -l{a}\n")
    s.write(f"pc/{b}.pc", f"Name: {b}\nDescription: x\nVersion: 1.0\nRequires.private: {c} >= 3\nLibs: -l{b}\n")
    return Build(f"pkg-config --cflags {a}", f"Package '{c}', required by '{b}', not found", "pkg-config",
                 "requires-not-found", (f"{c}.pc", c), link=False, env={"PKG_CONFIG_PATH": "pc"})


def project(s, name, lines, setup=""):
    s.write("pyproject.toml", "\n".join(lines) + "\n")
    s.write("setup.py", setup or f"from setuptools import setup\nsetup(name='{name}', version='1.0', py_modules=[])\n")




@failure("pip-of-this-python")
def pip_distribution_that_nobody_has(s):
    a = s.word()
    return Build(f"{PIP} install --no-index --target out {a}", f"No matching distribution found for {a}", "no-matching-wheel",
                 None, a, link=False)


@failure("pip-of-this-python")
def pip_wheel_of_another_machine(s):
    a = s.word()
    name = f"{a}-1.0-cp27-cp27mu-manylinux1_i686.whl"
    s.run(f"mkdir {a}-1.0.dist-info && printf 'Wheel-Version: 1.0\\n' >{a}-1.0.dist-info/WHEEL && "
          f"printf 'Metadata-Version: 2.1\\nName: {a}\\nVersion: 1.0\\n' >{a}-1.0.dist-info/METADATA && "
          f"touch {a}-1.0.dist-info/RECORD && {sys.executable} -m zipfile -c {name} {a}-1.0.dist-info")
    return Build(f"{PIP} install --no-index --target out ./{name}", "is not a supported wheel on this platform",
                 "no-matching-wheel", "tags", name, link=False)


@failure("pip-of-this-python")
def pip_project_of_a_later_python(s):
    a = s.word()
    s.run(f"mkdir {a}-1.0.dist-info && printf 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n' "
          f">{a}-1.0.dist-info/WHEEL && printf 'Metadata-Version: 2.1\\nName: {a}\\nVersion: 1.0\\nRequires-Python: >=4.2\\n' "
          f">{a}-1.0.dist-info/METADATA && touch {a}-1.0.dist-info/RECORD && "
          f"{sys.executable} -m zipfile -c {a}-1.0-py3-none-any.whl {a}-1.0.dist-info")
    return Build(f"{PIP} install --no-index --target out ./{a}-1.0-py3-none-any.whl", "requires a different Python",
                 "no-matching-wheel", "python-version", a, link=False)


@failure("pip-of-this-python")
def pip_build_requirement_without_network(s):
    a, b = s.words(2)
    project(s, a, ["[build-system]", f"requires = [\"{b}>=3\"]", "build-backend = \"setuptools.build_meta\""])
    return Build(f"{PIP} wheel --no-index --no-deps .", f"No matching distribution found for {b}>=3", "build-tool",
                 "build-requirement", b, link=False)


@failure("pip-of-this-python")
def pip_setup_that_imports_what_it_does_not_declare(s):
    a, b = s.words(2)
    project(s, a, ["[build-system]", "requires = [\"setuptools\"]", "build-backend = \"setuptools.build_meta\""],
            f"import {b}\nfrom setuptools import setup\nsetup(name='{a}', version='1.0', py_modules=[])\n")
    return Build(f"{PIP} wheel --no-index --no-deps --no-build-isolation .", f"No module named '{b}'", "build-tool",
                 "undeclared-build-requirement", b, link=False)


@failure("pip-of-this-python")
def pip_backend_that_does_not_exist(s):
    a, b = s.words(2)
    project(s, a, ["[build-system]", "requires = []", f"build-backend = \"{b}.api\""])
    return Build(f"{PIP} wheel --no-index --no-deps --no-build-isolation .", "BackendUnavailable", "build-tool", "backend",
                 (f"{b}.api", b), link=False)


@failure("setuptools-of-this-python", "gcc")
def setuptools_extension_with_an_archive_without_pic(s):
    a, m, f = s.words(3)
    s.write("src/x.c", f"static int t[3] = {{ 1, 2, 3 }};\nint {f}(int i) {{ return t[i]; }}\n")
    s.run(f"gcc -fno-pic -fno-pie -c src/x.c -o src/x.o && ar rcs lib{a}.a src/x.o")
    s.write(f"{m}.c", f"int {f}(int);\nint PyInit_{m}(void) {{ return {f}(1); }}\n")
    s.write("setup.py", f"from setuptools import setup, Extension\nsetup(name='{m}', version='1', ext_modules=[Extension('{m}', "
                        f"['{m}.c'], libraries=['{a}'], library_dirs=['.'])])\n")
    return Build(f"{sys.executable} setup.py build_ext --inplace", "recompile with -fPIC", "ld-not-pic", None,
                 f"lib{a}.a(x.o)", link=False)


@failure("setuptools-of-this-python", "gcc")
def setuptools_extension_with_a_library_elsewhere(s):
    a, m, f = s.words(3)
    s.shared(f"vendor/lib64/lib{a}.so", f)
    s.write(f"{m}.c", f"int {f}(int);\nint PyInit_{m}(void) {{ return {f}(1); }}\n")
    s.write("setup.py", f"from setuptools import setup, Extension\nsetup(name='{m}', version='1', ext_modules=[Extension('{m}', "
                        f"['{m}.c'], libraries=['{a}'], library_dirs=['vendor/lib'])])\n")
    return Build(f"{sys.executable} setup.py build_ext --inplace", f"cannot find -l{a}", "ld-library-not-found", "other-dir",
                 f"lib{a}.so", link=False)


@failure("setuptools-of-this-python", "g++")
def setuptools_header_of_cxx(s):
    a, m = s.words(2)
    s.write(f"{m}.cpp", f"#include <{a}/core.hpp>\n")
    s.write("setup.py", f"from setuptools import setup, Extension\nsetup(name='{m}', version='1', "
                        f"ext_modules=[Extension('{m}', ['{m}.cpp'])])\n")
    return Build(f"{sys.executable} setup.py build_ext --inplace", f"{a}/core.hpp: No such file", "header-missing",
                 "not-installed", f"{a}/core.hpp", link=False)
