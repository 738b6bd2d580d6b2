"""dlwhy works in a root that has no C library, and opens nothing behind its user's back there.

A static program can still want libraries at run time: gconv, NSS, libgcc_s. strace sees each file
that is opened.
"""
import os
import re
import shutil
import subprocess

import pytest

from project import DLWHY, TOP, run

SOURCE = "int missing_function(void); int f(void) { return missing_function(); }\n"


def chroot():
    """A command that changes the root folder here, or None."""
    for prefix in (["chroot"], ["unshare", "-r", "chroot"]):
        if shutil.which(prefix[0]) and subprocess.run(prefix + ["/", "/bin/true"], check=False,
                                                      stderr=subprocess.DEVNULL).returncode == 0:
            return prefix
    return None


def libc():
    """This machine's loader and C library, as a dynamic program of it finds them."""
    return sorted(set(re.findall(r"(/\S+/(?:ld-linux\S*|libc\.so\.6))", run("ldd", "/bin/sh").stdout)))


def libraries(program):
    """All that the program needs, its loader included."""
    return sorted(set(re.findall(r"(/\S+\.so\S*)", run("ldd", program).stdout)))


CHROOT = chroot()
LIBC = libc()
pytestmark = pytest.mark.skipif(CHROOT is None or not shutil.which("strace"),
                                reason="needs strace and the right to change the root folder")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A root folder without a C library that holds the program and, in study/, another root."""
    top = tmp_path_factory.mktemp("root")
    shutil.copy2(DLWHY, top / "dlwhy")
    (top / "proc").mkdir()
    source = top / "lib.c"
    source.write_text(SOURCE)
    study = top / "study" / "usr" / "lib"
    study.mkdir(parents=True)
    for library, extra in (("libleaf.so", []), ("libtop.so", ["-L", study, "-lleaf"])):
        result = run("cc", "-shared", "-fPIC", "-nostdlib", "-Wl,--no-as-needed", "-o",
                     study / library, source, *extra)
        assert result.returncode == 0, result.stderr
    (study / "libleaf.so").rename(study / "libother.so")
    for file in LIBC:
        copy = top / "study" / file.lstrip("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, copy)
    shutil.copy2(study / "libtop.so", top / "plugin.so")
    (top / "error.txt").write_text("/opt/a.so: undefined symbol: missing_function\n")
    return top


def opened(root, *argv):
    """(exit status, output, files that the program opened or executed after it had begun)."""
    log = root / "strace.log"
    result = run("strace", "-f", "-qq", "-s", "4096", "-o", log, "-e",
                 "trace=open,openat,openat2,execve", *CHROOT, root, "/dlwhy", *argv,
                 env={"PATH": os.environ["PATH"], "LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8"})
    lines = log.read_text(errors="replace").splitlines()
    begin = [i for i, line in enumerate(lines) if re.search(r'execve\("/dlwhy".*= 0$', line)]
    assert len(begin) == 1, result.stderr
    after = lines[begin[0] + 1:]
    paths = [m.group(1) for m in (re.search(r'(?:open\w*\((?:\w+, )?|execve\()"([^"]*)"', line)
                                  for line in after) if m]
    return result.returncode, result.stdout + result.stderr, paths


FOREIGN = re.compile(r"\.so\b|gconv|nss|locale|/etc/|passwd|libgcc|charset")


def foreign(paths, named=()):
    return [p for p in paths if FOREIGN.search(p) and p not in named
            and not p.startswith(("/study/", "study/"))]


def test_what_a_static_program_may_open_in_secret_would_be_seen():
    secret = ["/usr/lib/x86_64-linux-gnu/gconv/gconv-modules.cache", "/etc/nsswitch.conf",
              "/lib/x86_64-linux-gnu/libnss_files.so.2", "/usr/lib/locale/locale-archive",
              "/lib/x86_64-linux-gnu/libgcc_s.so.1", "/etc/passwd"]
    harmless = ["/proc/self/exe", "/study/usr/lib/liba.so", "/x/liba.so"]
    assert foreign(secret + harmless, ["/x/liba.so"]) == secret


@pytest.mark.parametrize("argv, status", [
    (["--version"], 0),
    (["--help"], 0),
    (["help", "check"], 0),
    (["--schema"], 0),
    (["explain", "missing-library"], 0),
    (["undo", "--list"], 0),
    ([], 2),
    (["--no-such-option"], 2),
], ids=lambda a: " ".join(a) if isinstance(a, list) else None)
def test_what_needs_no_file_opens_none(root, argv, status):
    code, output, paths = opened(root, *argv)
    assert code == status, output
    assert output
    assert foreign(paths) == []


def test_check_of_another_root_opens_only_what_lies_there(root):
    code, output, paths = opened(root, "check", "--root", "/study", "/usr/lib/libtop.so")
    assert code == 1, output
    assert "libleaf.so" in output
    assert any(p.endswith("usr/lib/libtop.so") for p in paths)
    assert foreign(paths) == []


def test_check_in_all_formats_opens_nothing_else(root):
    for form in ("tree", "json", "jsonl", "md"):
        code, output, paths = opened(root, "check", "--format", form, "--root", "/study",
                                     "/usr/lib/libtop.so")
        assert code == 1, output
        assert "libleaf.so" in output
        assert foreign(paths) == [], form


def test_check_in_a_root_without_a_loader_gives_an_answer(root):
    """Here the searches of the simulated loader are opened too: they are what is asked for."""
    code, output, paths = opened(root, "check", "--program", "none", "/plugin.so")
    assert code in (1, 3), output
    study = re.compile(r"/(libleaf\.so|libc\.so\.6|ld-linux[^/]*|ld\.so\.(cache|conf|preload))$")
    assert [p for p in foreign(paths, ["/plugin.so"]) if not study.search(p)] == []


def test_import_where_there_is_no_python_says_so(root):
    code, output, paths = opened(root, "import", "json")
    assert code in (1, 3), output
    assert "python" in output.lower()
    assert foreign(paths) == []


def test_import_in_another_root_opens_only_what_lies_there(root):
    python = "/usr/bin/python3.11"
    if not os.path.exists(python):
        pytest.skip("needs Debian's python3.11")
    for file in {python, *libraries(python)}:
        copy = root / "study" / file.lstrip("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, copy)
    shutil.copytree("/usr/lib/python3.11", root / "study/usr/lib/python3.11", symlinks=True,
                    ignore=shutil.ignore_patterns("test", "__pycache__", "idlelib", "config-3*"))
    code, output, paths = opened(root, "import", "--root", "/study", "--python", python, "json")
    assert code == 0, output
    assert "import json works" in output
    assert any(p.endswith("json/__init__.py") for p in paths)
    assert foreign(paths) == []


def test_explain_of_a_message_opens_only_the_message(root):
    code, output, paths = opened(root, "explain", "/error.txt")
    assert code in (0, 1, 2, 3) and output  # 2 as long as the verb only knows causes
    assert foreign(paths, ["/opt/a.so"]) == []


def test_plans_where_there_is_no_loader_are_made_from_what_is_there(root):
    """What a plan may change is looked at too: the system's configuration, start-up files."""
    code, output, paths = opened(root, "fix", "--program", "none", "/plugin.so")
    assert code in (1, 3), output
    study = re.compile(r"/(libleaf\.so|libc\.so\.6|ld-linux[^/]*|ld\.so\.(cache|conf|preload)|etc|lib\w*|usr)(/|$)")
    assert [p for p in foreign(paths, ["/plugin.so"]) if not study.search(p)] == []


def test_verify_of_a_folder_opens_only_that(root):
    code, output, paths = opened(root, "verify", "/study")
    assert code in (0, 1, 2, 3) and output
    assert foreign(paths, ["/study"]) == []


def test_link_of_a_go_package_where_there_is_no_go_says_so(root):
    (root / "go.mod").write_text("module example.org/seed\n")
    code, output, paths = opened(root, "link", "--go", ".")
    assert code == 1, output
    assert "No Go is here" in output
    assert foreign(paths, ["/go.mod", "/tmp", "/var/tmp", "/dev/shm"]) == []


def test_every_verb_of_the_help_is_tried_here():
    """A new verb must be put into this file, unless it runs a foreign command by design."""
    text = run(DLWHY, "--help").stdout
    section = re.search(r"^Verbs\n((?:  .*\n)+)", text, re.M).group(1)
    verbs = set(re.findall(r"^  (\w+) ", section, re.M))
    here = (TOP / "tests/project/test_no_libc_root.py").read_text(encoding="utf-8")
    assert verbs
    assert [v for v in sorted(verbs - {"run", "env"}) if f'"{v}"' not in here] == []
