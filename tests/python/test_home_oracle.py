"""What is read from an interpreter's files, beside what that interpreter says of itself.

Every Python 3 of this machine is asked: the distribution's, those of pyenv, and virtual environments made
from them, with variables, user's folders, .pth and zip files of many kinds. All that is compared must be the
same, to the letter."""
import json
import os
import random
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
ASK = str(Path(__file__).with_name("ask_python.py"))
FACTS = ("path", "executable", "prefix", "exec_prefix", "base_prefix", "base_exec_prefix", "version_text",
         "version", "abiflags", "builtins", "suffixes", "cache_tag", "multiarch", "hexversion")


BUILD = Path(os.environ.get("DLWHY_BUILD", TOP / "build")).resolve()
DUMP = str(BUILD / "tests/python/dump-home")
if not os.access(DUMP, os.X_OK):  # in `make check` it is part of the sanitized build
    pytest.skip("dump-home is built with -Dtests=true", allow_module_level=True)
pytestmark = [pytest.mark.slow, pytest.mark.sample(5)]


def pyenv_root():
    shim = shutil.which("pyenv")
    return Path(shim).resolve().parents[1] if shim else None


def interpreters():
    found = [p for p in ("/usr/bin/python3", "/usr/local/bin/python3") if os.access(p, os.X_OK)]
    root = pyenv_root()
    if root:
        found += sorted(str(p) for p in root.glob("versions/3.*/bin/python"))
    extra = os.environ.get("DLWHY_PYTHONS", "")
    return found + [p for p in extra.split(":") if p]


PYTHONS = interpreters()


@pytest.fixture(params=PYTHONS, ids=[p.replace("/bin/python", "").split("/")[-1] or p for p in PYTHONS])
def python(request):
    return request.param


class Bench:
    """Where one case is made: a home, a working folder, variables, options."""

    def __init__(self, folder):
        self.folder = folder
        self.home = folder / "home"
        self.cwd = folder / "cwd"
        self.home.mkdir()
        self.cwd.mkdir()
        self.env = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "LC_ALL": "C.UTF-8"}
        self.options = []

    def ask_real(self, argv0, names):
        code = "import sys; exec(compile(open({0!r}).read(), {0!r}, 'exec'))".format(ASK)
        done = subprocess.run([argv0, *self.options, "-c", code], cwd=self.cwd, env=self.env,
                              input=json.dumps(names).encode(), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False, timeout=120)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout.decode().splitlines()[-1])

    def ask_dump(self, argv0, names):
        lines = "".join("\t".join([n, *(p if p is not None else [])]) + "\n" for n, p in names)
        done = subprocess.run([DUMP, *self.options, argv0], cwd=self.cwd, env=self.env,
                              input=lines.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              check=False, timeout=120)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout.decode())

    def compare(self, argv0, names=(), but=()):
        names = [list(n) for n in names]
        real, ours = self.ask_real(argv0, names), self.ask_dump(argv0, names)
        assert "error" not in ours, ours["error"]
        assert ours["not_followed"] is None
        for fact in FACTS:
            if fact not in but:
                assert ours[fact] == real[fact], difference(fact, ours[fact], real[fact])
        wrong = [(name, mine, theirs) for (name, _), mine, theirs in
                 zip(names, ours["specs"], real["specs"]) if not same(mine, theirs)]
        assert not wrong, "{} of {}: {}".format(len(wrong), len(names), wrong[:5])
        return ours


def difference(fact, mine, theirs):
    if isinstance(mine, list) and isinstance(theirs, list):
        first = next((i for i, (a, b) in enumerate(zip(mine, theirs)) if a != b), min(len(mine), len(theirs)))
        return "{} from {} on: {} instead of {}".format(fact, first, mine[first:first + 3], theirs[first:first + 3])
    return "{}: {!r} instead of {!r}".format(fact, mine, theirs)


def same(mine, theirs):
    """A frozen module is answered with its source, if that is there."""
    if theirs[0] == "frozen":
        return mine[4] is not None and mine[0] in ("source", "frozen")
    return mine[:4] == theirs


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def make_venv(python, place, *options):
    subprocess.run([python, "-m", "venv", "--without-pip", *options, str(place)], check=True,
                   stdout=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin"}, timeout=120)
    return str(place / "bin" / "python")


# ---- the standard library ----------------------------------------------------------------------------


def stems(folder):
    """Every name that an import could have of what lies in a folder, and some that it could not."""
    names = set()
    for name in os.listdir(folder):
        if name != "__pycache__":
            names.add(name.split(".")[0])
    return sorted(n for n in names if n and "\t" not in n)


def library_names(stdlib):
    asked = [(name, None) for name in stems(stdlib)]
    asked += [(name, None) for name in stems(os.path.join(stdlib, "lib-dynload"))]
    asked += [(n.upper(), None) for n, _ in asked[::10]]
    for folder, dirs, _ in os.walk(stdlib):
        dirs[:] = [d for d in dirs if d not in ("__pycache__", "site-packages", "lib-dynload")
                   and "." not in d]
        if folder != stdlib:
            package = os.path.relpath(folder, stdlib).replace("/", ".")
            asked += [(package + "." + n, [folder]) for n in stems(folder)]
    return asked


def test_everything_in_the_standard_library(bench, python):
    facts = bench.ask_dump(python, [])
    names = library_names(facts["stdlib"])
    names += [(n, None) for n in facts["builtins"]] + [(n, None) for n in facts["frozen"]]
    names += [(n, None) for folder in facts["path"][3:] if os.path.isdir(folder) for n in stems(folder)]
    assert len(names) > 500
    bench.compare(python, names)


# ---- how it is called --------------------------------------------------------------------------------


def test_called_by_every_name_in_its_folder(bench, python):
    for name in sorted(os.listdir(os.path.dirname(python))):
        if name.startswith("python3") and not name.endswith((".py", "config")):
            bench.compare(os.path.join(os.path.dirname(python), name))


def test_found_on_path(bench, python):
    bench.env["PATH"] = "/nowhere:" + os.path.dirname(python) + ":/usr/bin"
    bench.compare("python3")


def test_called_by_a_relative_path(bench, python):
    bench.compare(os.path.relpath(python, bench.cwd.resolve()))


def test_called_through_a_link_from_elsewhere(bench, python):
    (bench.cwd / "mine").symlink_to(python)
    bench.compare("./mine")
    bench.compare(str(bench.cwd / "mine"))


def test_called_through_a_path_that_is_not_normal(bench, python):
    bench.compare(os.path.dirname(python) + "/../bin/./" + os.path.basename(python))


@pytest.mark.parametrize("options", [["-I"], ["-S"], ["-s"], ["-I", "-S"]], ids="".join)
def test_options(bench, python, options):
    bench.options = options
    bench.env["PYTHONPATH"] = str(bench.folder)
    bench.compare(python)


def shims(bench):
    root = pyenv_root()
    if root is None or not (root / "shims").is_dir():
        pytest.skip("there is no pyenv")
    bench.env["PATH"] = "{}:{}:/usr/bin:/bin".format(root / "shims", root / "bin")
    bench.env["PYENV_ROOT"] = str(root)
    return root


@pytest.mark.parametrize("wish", ["3.12", "3.12.1", "python-3.9", "system", "3.99:3.8", "3.6:3.7", "3", "none-such:system",
                                  "3.13-dev:3.10"])
@pytest.mark.parametrize("how", ["variable", "file", "file above"])
def test_scripts_of_pyenv(bench, wish, how):
    shims(bench)
    if how == "variable":
        bench.env["PYENV_VERSION"] = wish
    elif how == "file":
        (bench.cwd / ".python-version").write_text(wish.replace(":", "\r\n# 3.6\n  ") + " # words\n")
    else:
        (bench.folder / ".python-version").write_text("\n" + wish.replace(":", "\n"))
    bench.compare("python3")


def test_scripts_of_pyenv_as_it_is(bench):
    root = shims(bench)
    bench.compare("python3")
    bench.env["PYENV_DIR"] = str(bench.folder)
    (bench.folder / ".python-version").write_text("3.8")
    bench.compare("python")
    bench.compare(str(root / "shims/python3"))
    (bench.cwd / ".python-version").write_text("")
    del bench.env["PYENV_DIR"]
    (bench.folder / ".python-version").unlink()
    bench.compare("python3")


@pytest.mark.parametrize("text", ["#!/bin/sh\nexec {python} \"$@\"\n", "#!/bin/sh\n# exec no\nexec \"{python}\" \"$@\"\n",
                                  "#!/bin/bash\nif true; then\n\texec '{python}' \"$@\"\nfi\n"])
def test_scripts_that_start_an_interpreter(bench, python, text):
    script = bench.cwd / "py"
    script.write_text(text.format(python=python))
    script.chmod(0o755)
    bench.compare("./py")


# ---- virtual environments ----------------------------------------------------------------------------


@pytest.mark.parametrize("options", [[], ["--copies"], ["--system-site-packages"],
                                     ["--copies", "--system-site-packages"]], ids=" ".join)
def test_virtual_environments(bench, python, options):
    """Of a copy that lies beside no library, the loader may not find it: then there is nothing to ask."""
    program = make_venv(python, bench.folder / "venv", *options)
    user = bench.folder / "home/.local/lib" / ("python" + version_of(python)) / "site-packages"
    user.mkdir(parents=True)
    bench.compare(program)
    bench.options = ["-I"]
    bench.compare(program)
    bench.options = ["-S"]
    bench.compare(program)
    bench.options = []
    bench.env["PATH"] = os.path.dirname(program) + ":/usr/bin"
    bench.compare("python")
    bench.env["PYTHONHOME"] = str(Path(bench.ask_dump(python, [])["prefix"]))
    bench.compare(program)


def version_of(python):
    return subprocess.run([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], check=True,
                          stdout=subprocess.PIPE, timeout=60).stdout.decode().strip()


def test_a_virtual_environment_of_a_virtual_environment(bench, python):
    first = make_venv(python, bench.folder / "one")
    bench.compare(make_venv(first, bench.folder / "two"))


def test_a_virtual_environment_called_through_links(bench, python):
    program = make_venv(python, bench.folder / "venv")
    (bench.folder / "other").symlink_to(bench.folder / "venv")
    bench.compare(str(bench.folder / "other/bin/python"))
    (bench.cwd / "python").symlink_to(program)
    bench.compare(str(bench.cwd / "python"))


@pytest.mark.parametrize("text", [
    "home = {bin}\n", "HOME={bin}\ninclude-system-site-packages = TRUE\n", "home={bin}\r\nfoo\r\n",
    "", "include-system-site-packages = false\n", "home = /nowhere\ninclude-system-site-packages = no\n",
    "version = 3\n# home = x\n  home  =   {bin}   \n"])
def test_configurations_of_a_virtual_environment(bench, python, text):
    program = make_venv(python, bench.folder / "venv")
    home = os.path.dirname(os.path.realpath(python))
    (bench.folder / "venv/pyvenv.cfg").write_bytes(text.format(bin=home).encode())
    if "/nowhere" in text and not python.startswith("/usr"):
        pytest.skip("it finds no standard library: nothing can be asked")
    bench.compare(program)


def test_a_configuration_beside_the_program(bench, python):
    program = make_venv(python, bench.folder / "venv")
    (bench.folder / "venv/pyvenv.cfg").rename(bench.folder / "venv/bin/pyvenv.cfg")
    bench.compare(program)


# ---- layouts -----------------------------------------------------------------------------------------


def lay_out(bench, python, where="py", program="bin/python3", library="lib", parts=("stdlib", "dynload")):
    """A copy of the program, and links to the parts of its standard library, somewhere else."""
    facts = bench.ask_dump(python, [])
    top = bench.folder / where
    version = version_of(python)
    (top / program).parent.mkdir(parents=True)
    shutil.copy(os.path.realpath(python), str(top / program))
    target = bench.folder / where.split("/")[0] / library / ("python" + version)
    target.mkdir(parents=True)
    for name in os.listdir(facts["stdlib"]):
        if name == "site-packages" or name == "lib-dynload" and "dynload" not in parts:
            continue
        if name == "lib-dynload" or "stdlib" in parts:
            (target / name).symlink_to(os.path.join(facts["stdlib"], name))
    return str(top / program)


@pytest.mark.parametrize("how", [
    {}, {"program": "python"}, {"program": "deep/er/bin/python3.99"}, {"where": "one/two/three"},
    {"parts": ("stdlib",)}, {"parts": ("dynload",)}, {"parts": ()}], ids=str)
def test_an_interpreter_that_was_moved(bench, python, how):
    program = lay_out(bench, python, **how)
    bench.compare(program, [("json", None), ("_struct", None), ("_ssl", None)])
    bench.env["PATH"] = os.path.dirname(program)
    bench.compare(os.path.basename(program))


@pytest.mark.parametrize("place", ["one/two/lib", "one/two/bin/lib", "one/lib"])
def test_an_interpreter_beside_a_zip_file(bench, python, place):
    """From 3.11 on the folder of such a file is taken for the prefix, whatever else is there."""
    version = version_of(python).replace(".", "")
    program = lay_out(bench, python, where="one/two")
    (bench.folder / place).mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(str(bench.folder / place / ("python" + version + ".zip")), "w") as z:
        z.writestr("zipped.py", "")
    if place == "one/lib" or version in ("36", "37", "38", "39", "310"):
        bench.compare(program, [("zipped", None)])
    else:
        assert bench.ask_dump(program, [])["prefix"] == str((bench.folder / place).parent)


def test_an_environment_of_conda(bench, python):
    program = lay_out(bench, python)
    (bench.folder / "py/conda-meta").mkdir()
    assert bench.compare(program)["conda"] == str(bench.folder / "py")
    assert bench.ask_dump(str(bench.folder / "py"), [])["executable"] == program


def test_an_environment_of_an_interpreter_that_was_moved(bench, python):
    program = lay_out(bench, python)
    bench.compare(make_venv(program, bench.folder / "venv"))
    bench.compare(make_venv(program, bench.folder / "copies", "--copies"))


@pytest.mark.parametrize("text", ["lib/python{v}\nlib/python{v}/lib-dynload\n", "# all\nlib/python{v} # here\r\n"
                                  "lib/python{v}/lib-dynload\nimport site\n", "../py/lib/python{v}\nimport os\n"
                                  "lib/python{v}/lib-dynload\n\nextra\n"])
def test_a_pth_file_beside_the_program(bench, python, text):
    program = lay_out(bench, python, program="python")
    Path(program + "._pth").write_text(text.format(v=version_of(python)))
    bench.env["PYTHONPATH"] = "/elsewhere"
    bench.compare(program, [("json", None)])


@pytest.mark.parametrize("mark", ["pybuilddir.txt", "Modules/Setup.local", "Modules/Setup", "empty pybuilddir.txt"])
def test_a_build_tree(bench, python, mark):
    if python.startswith("/usr/bin"):
        pytest.skip("its VPATH is compiled in; here there is no Makefile that says it")
    facts = bench.ask_dump(python, [])
    tree = bench.folder / "tree"
    (tree / "Modules").mkdir(parents=True)
    shutil.copy(os.path.realpath(python), str(tree / "python"))
    (tree / "Lib").symlink_to(facts["stdlib"])
    (tree / mark.split()[-1]).write_text("build/lib.here" if mark == "pybuilddir.txt" else "")
    (tree / "build").mkdir()
    (tree / "build/lib.here").symlink_to(os.path.join(facts["stdlib"], "lib-dynload"))
    bench.compare(str(tree / "python"), [("json", None), ("_ssl", None), ("os", None)])


# ---- variables ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["", ":", "a", "a:b:a", "{cwd}/a:../cwd/a", "/usr/lib:/nowhere//x/../y:",
                                   "./a/../a::b/", "/", "//usr/lib"])
def test_pythonpath(bench, python, value):
    for name in "ab":
        (bench.cwd / name).mkdir()
        (bench.cwd / name / ("mod_" + name + ".py")).write_text("")
        (bench.cwd / name / "both.py").write_text("")
    bench.env["PYTHONPATH"] = value.format(cwd=bench.cwd)
    bench.compare(python, [("mod_a", None), ("mod_b", None), ("both", None), ("a", None), ("b", None)])


def test_pythonhome(bench, python):
    prefix = bench.ask_dump(python, [])["prefix"]
    bench.env["PYTHONHOME"] = prefix
    bench.compare(python)
    bench.env["PYTHONHOME"] = prefix + ":" + prefix
    bench.compare(python)
    (bench.folder / "other").symlink_to(prefix)
    bench.env["PYTHONHOME"] = str(bench.folder / "other")
    bench.compare(python)


@pytest.mark.parametrize("name", ["PYTHONNOUSERSITE", "PYTHONSAFEPATH", "PYTHONUSERBASE", "PYTHONPLATLIBDIR"])
@pytest.mark.parametrize("value", ["", "1", "lib"])
def test_other_variables(bench, python, name, value):
    if name == "PYTHONPLATLIBDIR" and value == "1":
        pytest.skip("it finds no standard library: nothing can be asked")
    user = bench.home / ".local/lib" / ("python" + version_of(python)) / "site-packages"
    user.mkdir(parents=True)
    bench.env[name] = value
    bench.compare(python)


@pytest.mark.parametrize("value", ["on", "off", "no"])
def test_frozen_modules_switched_off(bench, python, value):
    facts = bench.ask_dump(python, [])
    bench.env["PYTHON_FROZEN_MODULES"] = value
    if value == "no" and version_of(python) not in ("3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12"):
        pytest.skip("it stops")
    (bench.cwd / "__hello__.py").write_text("")
    bench.compare(python, [(name, None) for name in facts["frozen"]])


def test_a_root_is_the_machine(bench, python):
    names = [(n, None) for n in stems(bench.ask_dump(python, [])["stdlib"])]
    here = bench.ask_dump(python, names)
    bench.options = ["--root", "/", "--cwd", str(bench.cwd)]
    assert bench.ask_dump(python, names) == here


def test_no_home(bench, python):
    del bench.env["HOME"]
    bench.compare(python)


# ---- .pth files --------------------------------------------------------------------------------------

PTH = {
    "a.pth": b"../one\n../two\n", "B.pth": b"../two\n../three\n", "b.pth": b"# ../four\n  \n../four",
    "c.pth": b"/nowhere\n{top}/one/../five\n", "crlf.pth": b"../six\r\n../seven\r\n", "cr.pth": b"../cr\r../cr2",
    "bom.pth": b"\xef\xbb\xbf../bom\n../bom2\n", ".hidden.pth": b"../hidden\n", "d.pth.bak": b"../bak\n",
    "space.pth": b"  ../spaced\n../spaced \t\n../with space\n", "code.pth": b"import os\n../eight\nimport\tsys\n",
    "formfeed.pth": b"../ff\x0c../ff2\n", "import.pth": b"import.x\nimportant\nimport_me\n",
    "file.pth": b"../a-file\n../a-zip.zip\n", "nbsp.pth": "../nb\u00a0\n".encode(), "\u00e4.pth": "../\u00e4\n".encode(),
    "sep.pth": "../u1\u2028../u2\u0085../u3\n".encode(), "e.pth": b"", "self.pth": b".\n..\n./\n", "z.pth": b"../last\n",
    "site.pth": b"import site; site.addsitedir('{top}/nested')\n../after\n",
    "plain.pth": b"import sys; sys.path.append('{top}/appended')\n",
}
FOLDERS = ("one two three four five six seven cr cr2 bom bom2 hidden bak spaced eight ff ff2 import.x u1 u2 u3 nb last "
           "nested after appended").split() + ["with space", "\u00e4"]


def fill_with_pth(top, site, only=None):
    for name in FOLDERS:
        (top / name).mkdir(exist_ok=True)
        (top / name / ("in_" + name.replace(" ", "_").replace(".", "_") + ".py")).write_text("")
    (top / "a-file").write_text("")
    (top / "nested/deep.pth").write_text("../last\n../one\n")
    with zipfile.ZipFile(str(top / "a-zip.zip"), "w") as z:
        z.writestr("zipped.py", "")
    for name in (site / "import.x", site / "important", site / "import_me"):
        name.mkdir(exist_ok=True)
    for name, text in PTH.items():
        if only is None or name in only:
            (site / name).write_bytes(text.replace(b"{top}", str(top).encode()))


def test_pth_files_in_a_virtual_environment(bench, python):
    program = make_venv(python, bench.folder / "venv")
    site = bench.folder / "venv/lib" / ("python" + version_of(python)) / "site-packages"
    fill_with_pth(site.parent, site)
    bench.compare(program, [("in_" + n, None) for n in FOLDERS] + [("zipped", None), ("__phello__", None)])


@pytest.mark.parametrize("name", sorted(PTH))
def test_each_pth_file_alone(bench, name):
    for python in (PYTHONS[0], PYTHONS[-1]):
        place = bench.folder / os.path.basename(os.path.dirname(os.path.dirname(python)))
        program = make_venv(python, place)
        site = place / "lib" / ("python" + version_of(python)) / "site-packages"
        fill_with_pth(site.parent, site, [name])
        bench.compare(program)


def test_pth_files_of_the_user(bench, python):
    user = bench.home / ".local/lib" / ("python" + version_of(python)) / "site-packages"
    user.mkdir(parents=True)
    fill_with_pth(bench.home, user)
    bench.compare(python, [("in_" + n, None) for n in FOLDERS])
    bench.env["PYTHONUSERBASE"] = str(bench.home / ".local")
    bench.compare(python)
    bench.options = ["-s"]
    bench.compare(python)


def test_an_old_easy_install_pth(bench, python):
    program = make_venv(python, bench.folder / "venv")
    site = bench.folder / "venv/lib" / ("python" + version_of(python)) / "site-packages"
    for name in ("one.egg", "two.egg"):
        (site / name).mkdir()
    (site / "easy-install.pth").write_text(
        "import sys; sys.__plen = len(sys.path)\n./one.egg\n./two.egg\n"
        "import sys; new=sys.path[sys.__plen:]; del sys.path[sys.__plen:]; "
        "p=getattr(sys,'__egginsert',0); sys.path[p:p]=new; sys.__egginsert = p+len(new)\n")
    bench.compare(program)


def install_editable(python, site, top):
    """As setuptools does it: what it wrote is only the data; the code that reads it is its own."""
    for name in ("src/alpha/sub", "src/nsp/inner", "flat"):
        (top / name).mkdir(parents=True)
    for name in ("src/alpha/__init__.py", "src/alpha/sub/__init__.py", "src/alpha/mod.py", "src/nsp/inner/__init__.py",
                 "flat/single.py"):
        (top / name).write_text("")
    tools = subprocess.run(["/usr/bin/python3", "-c", "import setuptools.command.editable_wheel as e\n"
                            "m = {m!r}\nprint(e._finder_template('proj', m, {n!r}))".format(
                                m={"alpha": str(top / "src/alpha"), "nsp.inner": str(top / "src/nsp/inner"),
                                   "single": str(top / "flat/single"), "gone": "/nowhere/it's gone"},
                                n={"nsp": [], "wide": [str(top / "src"), str(top / "flat")]})],
                           stdout=subprocess.PIPE, check=False, timeout=60)
    if tools.returncode != 0:
        pytest.skip("no setuptools that writes such files")
    text = tools.stdout.decode()
    if version_of(python) in ("3.6", "3.7"):
        text = text.replace("from __future__ import annotations\n", "")
    (site / "__editable___proj_0_1_finder.py").write_text(text)
    (site / "__editable__.proj-0.1.pth").write_text(
        "import __editable___proj_0_1_finder; __editable___proj_0_1_finder.install()")


def test_editable_installations(bench, python):
    program = make_venv(python, bench.folder / "venv")
    site = bench.folder / "venv/lib" / ("python" + version_of(python)) / "site-packages"
    install_editable(python, site, bench.folder / "project")
    names = [("alpha", None), ("single", None), ("nsp", None), ("wide", None), ("gone", None), ("beta", None),
             ("alpha.sub", [str(bench.folder / "project/src/alpha")]), ("alpha.mod", ["/nowhere"]),
             ("nsp.inner", ["/nowhere"]), ("alpha.none", [])]
    ours = bench.compare(program, names)
    assert ours["hooks"] == []


def test_other_editable_installations_are_named(bench):
    program = make_venv(PYTHONS[0], bench.folder / "venv")
    site = bench.folder / "venv/lib" / ("python" + version_of(PYTHONS[0])) / "site-packages"
    (site / "_proj_editable_loader.py").write_text("")
    (site / "proj-editable.pth").write_text("import _proj_editable_loader")
    assert bench.compare(program)["hooks"] == ["_proj_editable_loader"]


# ---- zip files ---------------------------------------------------------------------------------------


def compiled(python, source, folder):
    """The bytecode of that Python for a source file, as a zip file would hold it."""
    target = str(folder / (os.path.basename(source) + "c"))
    subprocess.run([python, "-c", "import py_compile, sys; py_compile.compile(sys.argv[1], sys.argv[2])", source, target],
                   check=True, timeout=60)
    return Path(target).read_bytes()


def test_zip_files(bench, python):
    """Those are read by zipimport: members, packages, folders of each kind, bytecode new, old and foreign."""
    source = bench.cwd / "code.py"
    source.write_text("x = 1\n")
    os.utime(str(source), (1600000000, 1600000000))
    good = compiled(python, str(source), bench.folder)
    archive = str(bench.folder / "lib.zip")
    bench.env["TZ"] = "UTC"
    day = (2020, 9, 13, 12, 26, 40)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in (("mod.py", "x = 1\n"), ("pkg/__init__.py", ""), ("pkg/inner.py", ""), ("ns/deep/mod.py", ""),
                           ("code.py", "x = 1\n"), ("code.pyc", good), ("old.py", "x = 11\n"), ("old.pyc", good),
                           ("foreign.py", ""), ("foreign.pyc", b"\0" * 32), ("only.pyc", good), ("both.py", ""),
                           ("both/__init__.py", ""), ("ext.so", ""), ("dir/", ""), ("dir/in.py", ""),
                           ("sub/pkg2/__init__.py", "")):
            z.writestr(zipfile.ZipInfo(name, day), data)
    with zipfile.ZipFile(str(bench.folder / "prefixed.pyz"), "w") as z:
        z.writestr("app.py", "")
    whole = (bench.folder / "prefixed.pyz").read_bytes()
    (bench.folder / "prefixed.pyz").write_bytes(b"#!/usr/bin/env python3\n" + whole)
    (bench.folder / "no.zip").write_bytes(b"PK\x03\x04 nothing")
    (bench.folder / "empty.zip").write_bytes(b"")
    bench.env["PYTHONPATH"] = ":".join([archive, archive + "/sub", str(bench.folder / "prefixed.pyz"),
                                        str(bench.folder / "no.zip"), str(bench.folder / "empty.zip"), archive + "/none"])
    names = [(n, None) for n in ("mod", "pkg", "ns", "code", "old", "foreign", "only", "both", "ext", "dir", "pkg2", "app",
                                 "none")]
    names += [("pkg.inner", [archive + "/pkg"]), ("ns.deep", [archive + "/ns"]), ("dir.in", [archive + "/dir"]),
              ("pkg.none", [archive + "/pkg"])]
    bench.compare(python, names)


def test_the_standard_library_in_a_zip_file(bench, python):
    """Where there is python3N.zip, it comes before the folder."""
    version = version_of(python)
    prefix = bench.ask_dump(python, [])["base_prefix"]
    home = bench.folder / "prefix"
    (home / "lib").mkdir(parents=True)
    (home / "lib" / ("python" + version)).symlink_to(os.path.join(prefix, "lib/python" + version))
    with zipfile.ZipFile(str(home / "lib" / ("python" + version.replace(".", "") + ".zip")), "w") as z:
        z.writestr("zipped.py", "")
    bench.env["PYTHONHOME"] = str(home)
    bench.compare(python, [("zipped", None), ("json", None)])


# ---- the search --------------------------------------------------------------------------------------


def scatter(rng, folder, suffixes, depth):
    """Files and folders that compete for a few names."""
    folder.mkdir(parents=True, exist_ok=True)
    endings = suffixes + [".py", ".pyc", "", ".PY", ".pyd", ".cpython-399-x86_64-linux-gnu.so", ".so.1", ".txt"]
    for _ in range(rng.randrange(3, 9)):
        name = rng.choice(["a", "b", "c", "A", "__init__"]) + rng.choice(endings)
        place = folder / name
        if place.exists() or place.is_symlink():
            continue
        what = rng.randrange(6)
        if what == 0:
            place.symlink_to("/nowhere")
        elif what == 1:
            place.symlink_to(ASK)
        elif what == 2 and depth > 0 or "." not in name and depth > 0:
            scatter(rng, place, suffixes, depth - 1)
        elif what == 3:
            place.mkdir()
        else:
            place.write_text("")


def test_made_up_trees(bench, python):
    seed = int(os.environ.get("DLWHY_SEED", random.randrange(1 << 30)))
    rng = random.Random(seed)
    suffixes = bench.ask_dump(python, [])["suffixes"]
    names = []
    for tree in range(40):
        dirs = [bench.folder / str(tree) / d for d in ("x", "y", "z")]
        for folder in dirs:
            scatter(rng, folder, suffixes, 2)
        path = [str(d) for d in dirs] + ["/nowhere", str(dirs[0])]
        rng.shuffle(path)
        for name in ("a", "b", "c", "A", "B", "__init__"):
            names.append(("t{}.{}".format(tree, name), path))
            for inner in ("a", "b", "A"):
                names.append(("t{}.{}.{}".format(tree, name, inner), [os.path.join(p, name) for p in path]))
    try:
        bench.compare(python, names)
    except AssertionError:
        print("DLWHY_SEED={}".format(seed))
        raise


def test_names_beside_the_working_folder(bench, python):
    """The working folder comes first; built-in and frozen modules come before it."""
    for name in ("os", "sys", "json", "zipimport", "site", "time", "_thread", "math", "abc", "mine", "runpy",
                 "__hello__", "importlib", "encodings", "_struct", "builtins"):
        (bench.cwd / (name + ".py")).write_text("raise SystemExit('taken')" if name == "mine" else "")
    names = [(n, None) for n in ("os", "sys", "zipimport", "time", "_thread", "math", "mine", "_struct",
                                 "__hello__", "abc", "site", "runpy", "builtins", "importlib.util")]
    bench.options = ["-S"]
    for name in ("json", "site", "abc", "os", "encodings", "importlib", "runpy", "_struct"):
        (bench.cwd / (name + ".py")).unlink()
    bench.compare(python, names)


def test_paths_that_are_relative_or_odd(bench, python):
    (bench.cwd / "sub/pkg").mkdir(parents=True)
    (bench.cwd / "sub/mod.py").write_text("")
    (bench.cwd / "sub/pkg/__init__.py").write_text("")
    names = [("mod", ["sub"]), ("pkg", ["sub/"]), ("mod", ["./sub"]), ("sub", [""]), ("sub", ["."])]
    if "3.6" not in python and "3.7" not in python:  # these answer with a relative path
        for name, path in names:
            bench.compare(python, [(name, path)])
