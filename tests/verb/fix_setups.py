"""Set-ups that do not work, for `dlwhy fix`: each is built in a folder, with the command that fails there.

A set-up is a function that fills a folder and returns a Setup. The real loader decides whether it fails before, works
after a plan was done, and fails the same way after that was undone: test_fix.py asks it.
"""
import dataclasses
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path


@dataclasses.dataclass
class Setup:
    """What fails, and what is asked of it."""

    command: list                # fails as things are
    ask: list                    # arguments of `dlwhy fix`
    kind: str                    # of the first plan
    env: dict = dataclasses.field(default_factory=dict)  # on top of the test's own
    after: list = None           # the command that works, if it is another one (a wrapper, a new shell)
    kept: list = dataclasses.field(default_factory=list)  # files that no plan may change, in the folder above
    unseen: bool = False         # what a package brings is not known before it is there
    edits: list = None           # values of the first plan's steps
    verifies: str = None         # an environment in which every hash must be right after the plan was done


SETUPS = {}


def setup(function):
    SETUPS[function.__name__] = function
    return function


def setup_with(tool):
    """One for machines that have that program."""
    return setup if shutil.which(tool) else lambda function: function


def cc(*args, cwd, compiler="gcc"):
    subprocess.run([compiler, "-O1", *map(str, args)], check=True, cwd=cwd, stderr=subprocess.PIPE)


def library(top, path, code, *args, soname=None, compiler="gcc"):
    """A shared library at `path` below `top`."""
    target = top / path
    target.parent.mkdir(parents=True, exist_ok=True)
    source = top / (target.name.replace(".", "_") + ".c")
    source.write_text(code)
    named = [f"-Wl,-soname,{soname}"] if soname else []
    cc("-shared", "-fPIC", "-o", target, source, *named, *args, cwd=top, compiler=compiler)
    source.unlink()
    return target


def program(top, name, code, *args, compiler="gcc"):
    source = top / "main.c"
    source.write_text(code)
    (top / name).parent.mkdir(parents=True, exist_ok=True)
    cc("-o", top / name, source, *args, cwd=top, compiler=compiler)
    source.unlink()
    return top / name


BAR = "int bar(void) { return 7; }\n"
FOO = "int bar(void); int foo(void) { return bar(); }\n"
MAIN_BAR = "int bar(void); int main(void) { return bar() - 7; }\n"
MAIN_FOO = "int foo(void); int main(void) { return foo() - 7; }\n"


def one_library(top, folder, *args, compiler="gcc", lib_args=()):
    """prog needs libbar.so.1, which lies in `folder`."""
    library(top, f"{folder}/libbar.so.1", BAR, *lib_args, soname="libbar.so.1", compiler=compiler)
    program(top, "bin/prog", MAIN_BAR, top / folder / "libbar.so.1", *args, compiler=compiler)
    return Setup(["bin/prog"], ["bin/prog"], "set-runpath")


# ---- a library in a folder that is not searched ------------------------------------------------------

@setup
def in_a_folder_beside(top):
    return one_library(top, "lib")


@setup
def in_a_folder_with_blanks(top):
    return one_library(top, "lib of it's own")


@setup_with("ld.gold")
def linked_by_gold(top):
    return one_library(top, "lib", "-fuse-ld=gold")


@setup_with("ld.lld")
def linked_by_lld(top):
    return one_library(top, "lib", "-fuse-ld=lld", lib_args=["-fuse-ld=lld"])


@setup_with("ld.mold")
def linked_by_mold(top):
    return one_library(top, "lib", "-fuse-ld=mold", lib_args=["-fuse-ld=mold"])


@setup_with("clang-14")
def made_by_clang(top):
    return one_library(top, "lib", compiler="clang-14")


@setup
def program_at_a_fixed_address(top):
    return one_library(top, "lib", "-no-pie")


@setup
def program_without_separate_code(top):
    return one_library(top, "lib", "-Wl,-z,noseparate-code")


@setup
def program_with_large_pages(top):
    return one_library(top, "lib", "-Wl,-z,max-page-size=0x200000", "-Wl,-z,common-page-size=0x10000")


@setup
def program_bound_at_its_start(top):
    return one_library(top, "lib", "-Wl,-z,now", "-Wl,-z,relro")


@setup
def stripped_program(top):
    result = one_library(top, "lib")
    subprocess.run(["strip", top / "bin/prog"], check=True)
    return result


def end_of_segments(data):
    """Of a 64-bit file: what a loader maps ends there."""
    phoff, n = struct.unpack_from("<Q", data, 32)[0], struct.unpack_from("<H", data, 56)[0]
    headers = [struct.unpack_from("<IIQQQQQQ", data, phoff + 56 * i) for i in range(n)]
    return max(h[2] + h[5] for h in headers if h[0] == 1)


@setup
def program_without_section_headers(top):
    result = one_library(top, "lib")
    data = bytearray((top / "bin/prog").read_bytes())
    data[40:48] = bytes(8)   # e_shoff
    data[58:64] = bytes(6)   # e_shentsize, e_shnum, e_shstrndx
    (top / "bin/prog").write_bytes(data[:end_of_segments(data)])
    return result


@setup
def read_only_program(top):
    result = one_library(top, "lib")
    (top / "bin/prog").chmod(0o555)
    return result


@setup
def program_with_a_dead_runpath(top):
    return one_library(top, "lib", "-Wl,-rpath,/nowhere/build/lib")


@setup
def program_with_a_dead_rpath(top):
    result = one_library(top, "lib", "-Wl,-rpath,/nowhere/build/lib", "-Wl,--disable-new-dtags")
    result.kind = "set-runpath"
    return result


@setup
def program_that_keeps_a_folder(top):
    library(top, "plug/libfoo.so.2", "int two(void) { return 2; }\n", soname="libfoo.so.2")
    library(top, "lib/libbar.so.1", BAR, soname="libbar.so.1")
    program(top, "bin/prog", "int bar(void), two(void); int main(void) { return bar() + two() - 9; }\n",
            top / "plug/libfoo.so.2", top / "lib/libbar.so.1", "-Wl,-rpath,$ORIGIN/../plug")
    return Setup(["bin/prog"], ["bin/prog"], "set-runpath")


@setup
def two_folders(top):
    library(top, "one/liba.so.1", "int a(void) { return 1; }\n", soname="liba.so.1")
    library(top, "two/libb.so.1", "int b(void) { return 2; }\n", soname="libb.so.1")
    program(top, "bin/prog", "int a(void), b(void); int main(void) { return a() + b() - 3; }\n",
            top / "one/liba.so.1", top / "two/libb.so.1")
    return Setup(["bin/prog"], ["bin/prog"], "set-runpath")


@setup
def library_of_a_library(top):
    bar = library(top, "deep/libbar.so.1", BAR, soname="libbar.so.1")
    foo = library(top, "lib/libfoo.so", FOO, bar, soname="libfoo.so")
    program(top, "bin/prog", MAIN_FOO, foo, "-Wl,-rpath,$ORIGIN/../lib", "-Wl,-rpath-link,deep")
    return Setup(["bin/prog"], ["bin/prog"], "set-runpath")


@setup
def library_that_is_opened(top):
    bar = library(top, "deep/libbar.so.1", BAR, soname="libbar.so.1")
    library(top, "lib/libfoo.so", FOO, bar, soname="libfoo.so")
    return Setup([sys.executable, "-c", "import ctypes; ctypes.CDLL('lib/libfoo.so')"],
                 ["--program", "none", "lib/libfoo.so"], "set-runpath")


@setup
def shared_with_a_cache(top):
    result = one_library(top, "lib")
    cache = top.parent / "cache"
    cache.mkdir()
    os.link(top / "bin/prog", cache / "prog")
    result.kept = [cache / "prog"]
    return result


# ---- links ---------------------------------------------------------------------------------------------

def linked(top, there, *args):
    bar = library(top, f"lib/{there}", BAR, soname="libbar.so.1")
    program(top, "bin/prog", MAIN_BAR, bar, "-Wl,-rpath,$ORIGIN/../lib", *args)
    return Setup(["bin/prog"], ["bin/prog"], "link")


@setup
def missing_link(top):
    return linked(top, "libbar.so.1.2.3")


@setup
def link_that_leads_to_an_older_file(top):
    result = linked(top, "libbar.so.1.3")
    (top / "lib/libbar.so.1").symlink_to("libbar.so.1.2")
    return result


@setup
def library_without_its_number(top):
    return linked(top, "libbar.so")


@setup
def missing_link_and_folder(top):
    bar = library(top, "lib/libbar.so.1.2.3", BAR, soname="libbar.so.1")
    program(top, "bin/prog", MAIN_BAR, bar)
    return Setup(["bin/prog"], ["bin/prog"], "link")


@setup
def links_that_lead_to_each_other(top):
    result = linked(top, "libbar.so.1.2.3")
    (top / "lib/libbar.so.1").symlink_to("libbar.so")
    (top / "lib/libbar.so").symlink_to("libbar.so.1")
    return result


@setup
def link_into_a_build_folder(top):
    result = linked(top, "libbar.so.1.2.3")
    (top / "lib/libbar.so.1").symlink_to("/builds/x/libbar.so.1.2.3")
    return result


# ---- needs -----------------------------------------------------------------------------------------------

@setup
def need_by_a_path(top):
    bar = library(top, "lib/libbar.so", BAR)  # no SONAME: the path as given becomes the need
    program(top, "bin/prog", MAIN_BAR, bar, "-Wl,-rpath,$ORIGIN/../lib")
    (top / "moved").mkdir()
    shutil.move(top / "lib", top / "moved/lib")
    (top / "bin").rename(top / "moved/bin")
    return Setup(["moved/bin/prog"], ["moved/bin/prog"], "edit-needed")


@setup
def need_of_nothing(top):
    library(top, "lib/libgone.so.1", "int gone(void) { return 0; }\n", soname="libgone.so.1")
    program(top, "bin/prog", "int main(void) { return 0; }\n", "-Wl,--no-as-needed", top / "lib/libgone.so.1")
    shutil.rmtree(top / "lib")
    return Setup(["bin/prog"], ["bin/prog"], "drop-needed")


@setup
def need_that_was_not_said(top):
    library(top, "lib/libbar.so.1", BAR, soname="libbar.so.1")
    library(top, "lib/libfoo.so", FOO, "-Wl,-z,now", "-Wl,-rpath,$ORIGIN", soname="libfoo.so")
    return Setup([sys.executable, "-c", "import ctypes; ctypes.CDLL('lib/libfoo.so')"],
                 ["--program", "none", "lib/libfoo.so"], "edit-needed")


# ---- programs ----------------------------------------------------------------------------------------------

@setup
def other_loader(top):
    program(top, "bin/prog", "int main(void) { return 0; }\n", "-Wl,--dynamic-linker=/nix/store/x/ld-linux-x86-64.so.2")
    return Setup(["bin/prog"], ["bin/prog"], "set-interpreter")


@setup
def other_loader_and_folder(top):
    result = one_library(top, "lib", "-Wl,--dynamic-linker=/nix/store/x/ld-linux-x86-64.so.2")
    result.kind = "set-interpreter"
    return result


@setup
def not_executable(top):
    program(top, "bin/prog", "int main(void) { return 0; }\n")
    (top / "bin/prog").chmod(0o644)
    return Setup(["bin/prog"], ["bin/prog"], "permission")


@setup
def not_executable_and_not_found(top):
    result = one_library(top, "lib")
    (top / "bin/prog").chmod(0o644)
    result.kind = "permission"
    return result


@setup
def script_from_windows(top):
    (top / "bin").mkdir()
    (top / "bin/tool").write_bytes(b"#!/bin/sh\r\nexit 0\r\n")
    (top / "bin/tool").chmod(0o755)
    return Setup(["bin/tool"], ["bin/tool"], "edit-file")


@setup
def program_behind_a_link(top):
    """$ORIGIN is where the file lies, not where the link does."""
    result = one_library(top, "opt/lib")
    (top / "opt/bin").mkdir()
    shutil.move(top / "bin/prog", top / "opt/bin/prog")
    (top / "bin/prog").symlink_to("../opt/bin/prog")
    result.edits = ["$ORIGIN/../lib"]
    return result


@setup
def folder_of_no_characters(top):
    """A line break, quotes, and a byte that is no UTF-8 in the folder's name."""
    one_library(top, "lib")
    os.rename(top / "lib", os.fsencode(top) + b"/li\nb'\xe9\"")
    return Setup(["bin/prog"], ["bin/prog"], "set-runpath")


@setup
def set_id_program(top):
    """It gets no $ORIGIN, and keeps its bits."""
    result = one_library(top, "lib")
    (top / "bin/prog").chmod(0o4755)
    return result


@setup
def script_of_an_environment_that_was_moved(top):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", top / "old"], check=True)
    (top / "old/bin/tool").write_text(f"#!{top}/old/bin/python3 -I\nprint(1)\n")
    (top / "old/bin/tool").chmod(0o755)
    (top / "old").rename(top / "new")
    return Setup(["new/bin/tool"], ["new/bin/tool"], "edit-file", edits=[f"#!{top}/new/bin/python3 -I"])


@setup_with("musl-gcc")
def other_loader_of_musl(top):
    source = top / "main.c"
    source.write_text("int main(void) { return 0; }\n")
    (top / "bin").mkdir()
    cc("-o", top / "bin/prog", source, "-Wl,--dynamic-linker=/nowhere/ld-musl-x86_64.so.1", cwd=top, compiler="musl-gcc")
    source.unlink()
    return Setup(["bin/prog"], ["bin/prog"], "set-interpreter")


# ---- variables -------------------------------------------------------------------------------------------

def old_and_new(top):
    """prog needs BAR_2, which the copy in `old` lacks; LD_LIBRARY_PATH names that first."""
    (top / "v1.map").write_text("BAR_1 { global: bar; };\n")
    (top / "v2.map").write_text("BAR_1 { global: bar; }; BAR_2 { global: more; } BAR_1;\n")
    library(top, "old/libbar.so.1", BAR, "-Wl,--version-script=v1.map", soname="libbar.so.1")
    new = library(top, "new/libbar.so.1", BAR + "int more(void) { return 0; }\n", "-Wl,--version-script=v2.map",
                  soname="libbar.so.1")
    program(top, "bin/prog", "int more(void); int main(void) { return more(); }\n", new,
            "-Wl,-rpath,$ORIGIN/../new")


@setup
def old_folder_of_a_start_up_file(top):
    old_and_new(top)
    home = top / "home"
    home.mkdir()
    (home / ".bashrc").write_text(f'# settings\nexport LD_LIBRARY_PATH="{top}/old:$LD_LIBRARY_PATH"\nalias ll="ls -l"\n')
    return Setup(["bin/prog"], ["--env", f"LD_LIBRARY_PATH={top}/old", "bin/prog"], "drop-setting",
                 env={"LD_LIBRARY_PATH": f"{top}/old", "HOME": str(home)},
                 after=["env", "-u", "LD_LIBRARY_PATH", f"HOME={home}", "bash", "-c", ". ~/.bashrc; bin/prog"])


@setup
def old_folder_from_home(top):
    old_and_new(top)
    (top / ".profile").write_text("LD_LIBRARY_PATH=$HOME/old/\nexport LD_LIBRARY_PATH\n")
    return Setup(["bin/prog"], ["--env", f"LD_LIBRARY_PATH={top}/old/", "bin/prog"], "drop-setting",
                 env={"LD_LIBRARY_PATH": f"{top}/old/", "HOME": str(top)},
                 after=["env", "-u", "LD_LIBRARY_PATH", f"HOME={top}", "sh", "-c", ". ~/.profile; bin/prog"])
