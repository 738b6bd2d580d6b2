"""What `dlwhy link` says of links that fail, each made on the spot: cause, detail, object, symbol; and the first
error is that of the real linker.

A case: sources to write, commands to prepare, the link, what has to be found. `CC` stands for the driver.
"""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "project"))
import link_scenes  # noqa: E402
from project import DLWHY  # noqa: E402

MAIN = "int grow(int);\nint main(void) { return grow(1); }\n"
GROW = "int grow(int x) { return x + 1; }\n"
CXX = "#include <string>\nint size_of(const std::string &s) { return (int)s.size(); }\n"
FILES = {"main.c": MAIN, "grow.c": GROW}

CASES = [
    ("development link is missing", {}, ["mkdir l", "gcc -shared -fPIC grow.c -o l/libgrow.so.2"],
     "gcc main.c -Ll -lgrow", "ld-library-not-found", "no-dev-link", "libgrow.so.2", None),
    ("another folder", {}, ["mkdir lib32 lib", "gcc -shared -fPIC grow.c -o lib/libgrow.so"],
     "gcc main.c -Llib32 -lgrow", "ld-library-not-found", "other-dir", "libgrow.so", None),
    ("shared library in a static link", {}, ["gcc -shared -fPIC grow.c -o libgrow.so"],
     "gcc -static main.c -L. -lgrow", "ld-library-not-found", "shared-only", "libgrow.so", None),
    ("the name of a file behind -l", {}, ["gcc -shared -fPIC grow.c -o libgrow.so"],
     "gcc main.c -L. -lgrow.so", "ld-library-not-found", "name-variant", "libgrow.so", None),
    ("a near name", {}, ["gcc -shared -fPIC grow.c -o libgrowing.so"],
     "gcc main.c -L. -lgrowimg", "ld-library-not-found", "name-variant", "libgrowing.so", None),
    ("no lib before the name", {}, ["gcc -c grow.c", "ar rcs grow.a grow.o"],
     "gcc main.c -L. -lgrow", "ld-library-not-found", "name-variant", "grow.a", None),
    ("a link to nothing", {}, ["ln -s libgrow.so.7 libgrow.so"],
     "gcc main.c -L. -lgrow", "ld-library-not-found", "dangling-symlink", "libgrow.so", None),
    ("nowhere", {}, [], "gcc main.c -lgrowzilla", "ld-library-not-found", "not-installed", "-lgrowzilla", None),
    ("archive before its user", {}, ["gcc -c main.c grow.c", "ar rcs libgrow.a grow.o"],
     "gcc -fuse-ld=bfd -L. -lgrow main.o", "ld-undefined-reference", "order", "libgrow.a", "grow"),
    ("archive before its user, gold", {}, ["gcc -c main.c grow.c", "ar rcs libgrow.a grow.o"],
     "gcc -fuse-ld=gold -L. -lgrow main.o", "ld-undefined-reference", "order", "libgrow.a", "grow"),
    ("shared library before its user", {}, ["gcc -c main.c", "gcc -shared -fPIC grow.c -o libgrow.so"],
     "gcc -fuse-ld=bfd -Wl,--as-needed -L. -lgrow main.o", "ld-undefined-reference", "order", "libgrow.so", "grow"),
    ("a library near by", {}, ["mkdir lib", "gcc -shared -fPIC grow.c -o lib/libgrow.so"],
     "gcc main.c", "ld-undefined-reference", "not-linked", "libgrow.so", "grow"),
    ("a source near by", {}, [], "gcc main.c", "ld-undefined-reference", "not-linked", "grow.c", "grow"),
    ("nobody has it", {"main.c": "int nobody_has_me(void);\nint main(void) { return nobody_has_me(); }\n"}, [],
     "gcc main.c", "ld-undefined-reference", "not-linked", "main.c", "nobody_has_me"),
    ("C++ asks C", {"main.cc": MAIN}, ["gcc -c grow.c"], "g++ main.cc grow.o",
     "ld-undefined-reference", "extern-c", "grow.o", "_Z4growi"),
    ("C asks C++", {"grow.cc": GROW}, ["g++ -c grow.cc -o grow.o"], "gcc main.c grow.o",
     "ld-undefined-reference", "extern-c", "grow.o", "grow"),
    ("the older std::string", {"size.cc": CXX, "use.cc": CXX.split("{")[0].replace("int size", "extern int size") +
                               ";\nint main() { return size_of(\"abc\"); }\n"},
     ["g++ -D_GLIBCXX_USE_CXX11_ABI=0 -c size.cc"], "g++ use.cc size.o",
     "ld-undefined-reference", "cxx11-abi", "size.o", None),
    ("C++ linked as C", {"size.cc": CXX + "extern \"C\" int grow(int n) { return size_of(std::string(n, 'x')); }\n"},
     ["g++ -c size.cc"], "gcc main.c size.o", "ld-undefined-reference", "cxx-runtime", "libstdc++", None),
    ("no main", {}, [], "gcc grow.c", "ld-undefined-reference", "no-main", "grow.c", "main"),
    ("not exported", {}, ["gcc -shared -fPIC -fvisibility=hidden grow.c -o libgrow.so"],
     "gcc main.c -L. -lgrow", "ld-hidden-symbol", "not-exported", "libgrow.so", "grow"),
    ("declared hidden", {"main.c": MAIN.replace("int);", "int) __attribute__((visibility(\"hidden\")));")},
     ["gcc -shared -fPIC grow.c -o libgrow.so"], "gcc main.c -L. -lgrow",
     "ld-hidden-symbol", "declared-hidden", "main.c", "grow"),
    ("behind a library", {"outer.c": "int grow(int);\nint outer(int x) { return grow(x); }\n"},
     ["gcc -shared -fPIC grow.c -o libgrow.so", "gcc -shared -fPIC outer.c -o libouter.so -L. -lgrow"],
     "gcc main.c -L. -Wl,--no-as-needed -louter -Wl,-rpath-link,.", "ld-dso-missing", None, "libgrow.so", "grow"),
    ("what a library needs is not found",
     {"outer.c": "int grow(int);\nint outer(int x) { return grow(x); }\n",
      "main.c": "int outer(int);\nint main(void) { return outer(1); }\n"},
     ["mkdir in", "gcc -shared -fPIC grow.c -o in/libgrow.so", "gcc -shared -fPIC outer.c -o libouter.so -Lin -lgrow"],
     "gcc -fuse-ld=bfd main.c -L. -Lin -louter", "ld-library-not-found", "needed-by-dso", "libgrow.so", None),
    ("twice", {"other.c": GROW}, [], "gcc main.c grow.c other.c", "ld-multiple-definition", "function", "other.c", "grow"),
    ("in a header", {"grow.h": "int counter = 1;\n", "a.c": "#include \"grow.h\"\nint main(void) { return counter; }\n",
                     "b.c": "#include \"grow.h\"\nint b(void) { return counter; }\n"}, [], "gcc a.c b.c",
     "ld-multiple-definition", "header-definition", "grow.h", "counter"),
    ("in a header, with debug information",
     {"grow.h": "\n\nint counter = 1;\n", "a.c": "#include \"grow.h\"\nint main(void) { return counter; }\n",
      "b.c": "#include \"grow.h\"\nint b(void) { return counter; }\n"}, [], "gcc -fuse-ld=bfd -g a.c b.c",
     "ld-multiple-definition", "header-definition", "grow.h", "counter"),
    ("nobody has it, with older debug information",
     {"main.c": "int nobody_has_me(void);\nint main(void) { return nobody_has_me(); }\n"}, [],
     "gcc -fuse-ld=bfd -gdwarf-4 main.c", "ld-undefined-reference", "not-linked", "main.c", "nobody_has_me"),
    ("not for a shared library", {"table.c": "int table[3];\nint *get(void) { return table; }\n"},
     ["gcc -fno-pic -c table.c"], "gcc -shared table.o -o libtable.so", "ld-not-pic", None, "table.o", "table"),
    ("a pointer to a file", {"libgrow.so": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"}, [],
     "gcc main.c -L. -lgrow", "ld-incompatible", "not-an-object", "libgrow.so", None),
    ("an empty library", {"libgrow.so": ""}, [], "gcc main.c -L. -lgrow", "ld-incompatible", "empty-file", "libgrow.so",
     "grow"),
    ("a program as library", {"prog.c": "int main(void) { return 0; }\n"}, ["gcc -pie -fPIE prog.c -o libgrow.so"],
     "gcc -fuse-ld=bfd main.c -L. -lgrow", "ld-incompatible", "executable-input", "libgrow.so", None),
    ("no index", {}, ["gcc -c grow.c", "ar rcS libgrow.a grow.o"], "gcc -fuse-ld=bfd main.c -L. -lgrow",
     "build-other", "archive-no-index", "libgrow.a", None),
    ("cut off", {}, ["gcc -shared -fPIC grow.c -o whole.so", "head -c 5000 whole.so > libgrow.so", "rm whole.so"],
     "gcc -fuse-ld=bfd main.c -L. -lgrow", "ld-incompatible", "truncated", "libgrow.so", None),
    ("a group that ends", {}, [], "gcc main.c grow.c -Wl,--end-group", "build-other", "linker-flag", None, "--end-group"),
    ("a flag of nobody", {}, [], "gcc main.c grow.c -Wl,--grow-more", "build-other", "linker-flag", None, "--grow-more"),
    ("a header is missing", {"main.c": "#include <grow/more.h>\n" + MAIN}, [], "gcc main.c", "header-missing",
     "not-installed", "grow/more.h", None),
    ("a stub", {"stub.c": "\n"}, ["gcc -shared -nostdlib stub.c -o libgrow.so -Wl,-soname,libgrow.so.2"],
     "gcc -shared -fPIC main.c -Wl,-z,defs -L. -Wl,--no-as-needed -lgrow -o libm.so", "ld-undefined-reference",
     "stub-library", "libgrow.so", "grow"),
    ("slim objects for lld", {}, ["gcc -flto -fno-fat-lto-objects -c main.c grow.c"],
     "gcc -fuse-ld=lld -fno-lto main.o grow.o", "ld-undefined-reference", "lto-object", "main.o", "main"),
    ("no node for a version", {"grow.c": GROW + "__asm__(\".symver grow, grow@@GROW_2\");\n",
                               "v.map": "GROW_1 { global: *; };\n"}, [],
     "gcc -fuse-ld=bfd -shared -fPIC grow.c -Wl,--version-script,v.map", "ld-version", "version-node-missing", "v.map",
     "grow"),
    ("thread-local and not", {"main.c": "extern int grow;\nint main(void) { return grow; }\n",
                              "grow.c": "__thread int grow;\n"}, [],
     "gcc -fuse-ld=bfd main.c grow.c", "ld-incompatible", "tls-mismatch", "grow.c", "grow"),
]


def can_run(command):
    words = command.split()
    linker = next((w[9:] for w in words if w.startswith("-fuse-ld=")), "bfd")
    return shutil.which(words[0]) and linker in link_scenes.LINKERS


def base(name):
    return os.path.basename(name) if name else name


@pytest.mark.parametrize("case", CASES, ids=lambda c: c[0])
def test_the_cause_is_found(case, tmp_path):
    _, files, prepare, command, code, detail, name, symbol = case
    if not can_run(command):
        pytest.skip("the linker is not here")
    for file, text in {**FILES, **files}.items():
        (tmp_path / file).write_text(text)
    for step in prepare:
        subprocess.run(step, shell=True, cwd=tmp_path, check=True, stderr=subprocess.DEVNULL)
    if "a library near by" in case[0] or "is not found" in case[0] or "twice" not in case[0] and "another" in case[0]:
        (tmp_path / "grow.c").unlink(missing_ok=True)
    words = command.split()
    real = link_scenes.run(words, tmp_path)
    said = json.loads(link_scenes.run([str(DLWHY), "link", "--json", "--", *words], tmp_path).stdout)
    first, _ = link_scenes.first_error(real.stderr)
    assert real.returncode != 0 and said["links"] is False
    assert link_scenes.plain(said["linker_message"]) == link_scenes.plain(first)
    finding = said["findings"][0]
    assert (finding["code"], finding["detail"], base(finding["object"])) == (code, detail, base(name))
    assert symbol is None or finding["symbol"] == symbol
    assert finding["fixes"] and finding["summary"]


def test_what_is_foreseen_is_understood_as_a_text(tmp_path):
    """The lines of a link that fails, given to `explain`: it knows who speaks, and finds an error."""
    for file, text in {**FILES, "other.c": GROW, "table.c": "int table[3];\nint *get(void) { return table; }\n"}.items():
        (tmp_path / file).write_text(text)
    subprocess.run("gcc -fno-pic -c table.c; gcc -c main.c grow.c; ar rcS libnone.a grow.o; : > libempty.so",
                   shell=True, cwd=tmp_path, check=True)
    for linker in link_scenes.LINKERS:
        for rest in ("main.o", "main.o -lgrowzilla", "main.o grow.o other.c", "main.o -L. -lempty",
                     "-shared table.o -o t.so"):
            said = ask(["gcc", f"-fuse-ld={linker}", *rest.split()], tmp_path)
            assert said["links"] is False, (linker, rest)
            told = subprocess.run([str(DLWHY), "explain", "--no-look", "--json", "-"], cwd=tmp_path, check=False,
                                  input="\n".join(said["linker_lines"]) + "\n", text=True, stdout=subprocess.PIPE)
            told = json.loads(told.stdout)
            assert told["findings"], (linker, said["linker_lines"])
            codes = [f["code"] for f in told["findings"]]
            if said["findings"][0]["detail"] != "empty-file" or "empty" in said["linker_message"]:
                assert said["findings"][0]["code"] in codes, (linker, rest, codes, said["linker_message"])


def ask(words, cwd):
    return json.loads(link_scenes.run([str(DLWHY), "link", "--json", "--", *words], cwd).stdout)


def test_a_link_that_works_has_no_finding(tmp_path):
    for file, text in FILES.items():
        (tmp_path / file).write_text(text)
    said = ask(["gcc", "main.c", "grow.c", "-lm"], tmp_path)
    assert said["links"] is True and said["findings"] == [] and said["linker_message"] is None


def test_what_stands_before_a_compiler_is_passed_over(tmp_path):
    (tmp_path / "grow.c").write_text(MAIN + GROW)
    assert ask(["ccache", "gcc", "grow.c"], tmp_path)["links"] is True


def test_the_first_repair_works(tmp_path):
    """The commands that are offered are run: they link."""
    for file, text in FILES.items():
        (tmp_path / file).write_text(text)
    for step in ("mkdir lib", "gcc -c main.c grow.c", "ar rcs lib/libgrow.a grow.o",
                 "gcc -shared -fPIC grow.c -o lib/libgrowing.so.1"):
        subprocess.run(step, shell=True, cwd=tmp_path, check=True)
    for command in ("gcc -fuse-ld=bfd -Llib -lgrow main.o", "gcc main.o -lgrow", "gcc main.o -Llib -lgrowing",
                    "gcc main.o -Llib -llibgrow.a"):
        said = ask(command.split(), tmp_path)
        repair = said["findings"][0]["fixes"][0]["commands"][0]
        assert said["links"] is False
        assert subprocess.run(repair, shell=True, cwd=tmp_path, check=False).returncode == 0, repair


def test_a_folder_that_a_shell_would_not_read_as_it_stands_is_quoted(tmp_path):
    """The command and the words to add are both for a shell."""
    folder = tmp_path / "li b's $x"
    folder.mkdir()
    (tmp_path / "main.c").write_text(MAIN)
    (folder / "grow.c").write_text(GROW)
    subprocess.run(["gcc", "-shared", "-fPIC", "grow.c", "-o", "libgrow.so"], cwd=folder, check=True)
    (folder / "grow.c").unlink()
    for command, line in (("gcc main.c -lgrow", "gcc main.c {} -lgrow"), ("gcc main.c", "gcc main.c {}")):
        fix = ask(command.split(), tmp_path)["findings"][0]["fixes"][0]
        added = fix["says"].removeprefix("add ").removesuffix(" at the end")
        for repair in (fix["commands"][0], line.format(added)):
            assert subprocess.run(repair, shell=True, cwd=tmp_path, check=False).returncode == 0, repair


def test_what_is_no_link_is_said(tmp_path):
    (tmp_path / "grow.c").write_text(GROW)
    said = ask(["gcc", "-c", "grow.c"], tmp_path)
    assert said["links"] is None and "links nothing" in said["error"]["message"]
    assert not (tmp_path / "grow.o").exists()


def test_nothing_is_left_behind(tmp_path):
    (tmp_path / "grow.c").write_text(MAIN + GROW)
    (tmp_path / "tmp").mkdir()
    env = dict(os.environ, TMPDIR=str(tmp_path / "tmp"))
    subprocess.run([str(DLWHY), "link", "--", "gcc", "-g", "-MD", "--coverage", "grow.c"], cwd=tmp_path, env=env,
                   check=True, stdout=subprocess.DEVNULL)
    assert sorted(os.listdir(tmp_path)) == ["grow.c", "tmp"] and not os.listdir(tmp_path / "tmp")


def test_usage(tmp_path):
    for words, pieces in (((), "no command to judge"), (("--",), "no command to judge"), (("--", "true"), "no compiler")):
        result = link_scenes.run([str(DLWHY), "link", *words], tmp_path)
        assert result.returncode == 2 and pieces in result.stderr and result.stderr.count("\n") == 1


@pytest.mark.parametrize("command,source,word", [
    ("musl-gcc main.c", "#include <linux/types.h>\n", "-isystem"),
    ("musl-gcc -xc++ main.c", "#include <string>\n", "C++ library"),
    ("gcc main.c", "#include <more.h>\n", "-Ideep/er"),
])
def test_what_to_do_about_a_header_goes_with_the_compiler(command, source, word, tmp_path):
    if not shutil.which(command.split()[0]):
        pytest.skip("the compiler is not here")
    (tmp_path / "main.c").write_text(source + "int main(void) { return 0; }\n")
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / "deep/er/more.h").write_text("")
    finding = ask(command.split(), tmp_path)["findings"][0]
    assert finding["code"] == "header-missing" and finding["certainty"] == "proved"
    assert word in finding["summary"] + finding["fixes"][0]["says"]


@pytest.mark.skipif(not shutil.which("ld64.lld-14") or not shutil.which("clang-14"), reason="no tools for Mach-O")
def test_all_frameworks_are_added_at_once(tmp_path):
    (tmp_path / "x.c").write_text("void CFRelease(void *), SecTrustEvaluate(void *);\n"
                                  "void f(void *p) { SecTrustEvaluate(p); CFRelease(p); }\n")
    subprocess.run("clang-14 --target=arm64-apple-macos11 -c x.c", shell=True, cwd=tmp_path, check=True)
    said = ask("ld64.lld-14 -arch arm64 -platform_version macos 11.0 11.0 -dylib x.o -o x.dylib".split(), tmp_path)
    command, = said["findings"][0]["fixes"][0]["commands"]
    assert "-framework Security" in command and "-framework CoreFoundation" in command
