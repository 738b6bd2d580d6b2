#!/usr/bin/python3
"""`dlwhy verify`: environments that pip has installed, damaged in one way each, and things that only look like damage.

What is wrong with which file is asked of Python as well (tests/package/wheels.py, wrong_by_record): the two must name
the same files. DLWHY is the path of the program, build/dlwhy by default.
"""
import functools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path.insert(0, str(TOP / "tests" / "package"))
import wheels  # noqa: E402
from wheels import SUFFIX, TAG, site  # noqa: E402
from schema import validator  # noqa: E402

DLWHY = os.path.abspath(os.environ.get("DLWHY", TOP / "build" / "dlwhy"))
PLATFORM = "manylinux_2_17_x86_64"
MODULE = "void *PyInit_%s(void) { return 0; }\nint table[3000] = { 1, 2, 3 };"
INFO = "beta-2.0.dist-info"

pytestmark = pytest.mark.skipif(not wheels.have_pip(), reason="needs pip")


def dlwhy(*args, env=None, status=None):
    clean = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8",
             **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}, **(env or {})}
    p = subprocess.run([DLWHY, *map(str, args)], env=clean, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=120, check=False)
    assert status is None or p.returncode == status, (p.returncode, p.stdout.decode(), p.stderr.decode())
    return p


def verify(*args, **options):
    p = dlwhy("verify", "--json", *args, **options)
    answer = json.loads(p.stdout)
    validator().validate(answer)
    assert p.stderr == b""
    return answer, p.returncode


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    """Wheels, and an environment that has them."""
    folder = tmp_path_factory.mktemp("pool")
    native = functools.partial(wheels.library, folder)
    files = {
        "alpha/__init__.py": "from . import a\n", "alpha/a.py": "A = 1\n" * 50, "alpha/empty.py": "",
        "alpha/data/odd, name \"x\".txt": "odd\n", "alpha/tests/test_a.py": "def test_a(): pass\n",
    }
    code = {
        "beta/__init__.py": "B = 2\n", f"beta/_m{SUFFIX}": native(MODULE % "_m"), "beta/_abi.abi3.so": native(MODULE % "_abi"),
        "beta/t64.exe": b"MZ" + bytes(100), "beta.libs/libinner-12ab34cd.so.1": native("int inner(void) { return 1; }"),
    }
    made = [
        wheels.make(folder, "alpha", "1.5", files, entry_points="alpha = alpha.a:A"),
        wheels.make(folder, "beta", "2.0", code, tag=f"{TAG}-{TAG}-{PLATFORM}"),
        wheels.make(folder, "ns_one", "0.1", {"ns/one/__init__.py": "1\n"}),
        wheels.make(folder, "ns_two", "0.2", {"ns/two/__init__.py": "2\n", "six_like.py": "S = 6\n"}),
    ]
    class Pool:
        pass
    pool = Pool()
    pool.folder, pool.wheels = folder, made
    pool.env = wheels.environment(folder / "env", *made)
    pool.native = native
    pool.code = code
    return pool


def first(answer):
    return answer["findings"][0] if answer["findings"] else None


# ---- damage ---------------------------------------------------------------------------------------
# Each damages the environment; the docstring says what must be found first: code, detail, severity, package.

def cut_module(env, pool):
    "corrupt-file truncated error beta"
    path = site(env) / f"beta/_m{SUFFIX}"
    os.truncate(path, path.stat().st_size // 2)


def empty_module(env, pool):
    "corrupt-file truncated error beta"
    (site(env) / "beta/_abi.abi3.so").write_bytes(b"")


def flipped_bit(env, pool):
    "corrupt-file changed error beta"
    path = site(env) / f"beta/_m{SUFFIX}"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


def zeros(env, pool):
    "corrupt-file changed error beta"
    path = site(env) / "beta.libs/libinner-12ab34cd.so.1"
    path.write_bytes(bytes(path.stat().st_size))


def web_page(env, pool):
    "corrupt-file truncated error beta"
    (site(env) / f"beta/_m{SUFFIX}").write_text("<!DOCTYPE html><html>404</html>")


def emptied_source(env, pool):
    "corrupt-file truncated error alpha"
    (site(env) / "alpha/a.py").write_text("")


def edited_source(env, pool):
    "file-changed source warning alpha"
    with open(site(env) / "alpha/a.py", "a", encoding="utf-8") as f:
        f.write("# mine\n")


def same_length_source(env, pool):
    "file-changed source warning alpha"
    path = site(env) / "alpha/a.py"
    path.write_text(path.read_text().replace("A = 1", "A = 2", 1))


def edited_data(env, pool):
    "file-changed data note alpha"
    (site(env) / "alpha/data/odd, name \"x\".txt").write_text("even\n")


def replaced_library(env, pool):
    "file-changed native warning beta"
    (site(env) / f"beta/_m{SUFFIX}").write_bytes(pool.native(MODULE % "_m" + "int more[500] = { 4 };"))


def lost_module(env, pool):
    "package-incomplete files-missing error beta"
    (site(env) / f"beta/_m{SUFFIX}").unlink()


def lost_source(env, pool):
    "package-incomplete files-missing error alpha"
    (site(env) / "alpha/a.py").unlink()


def lost_data(env, pool):
    "package-incomplete files-missing warning alpha"
    (site(env) / "alpha/data/odd, name \"x\".txt").unlink()


def lost_script(env, pool):
    "package-incomplete files-missing warning alpha"
    (env / "bin/alpha").unlink()


def lost_tests(env, pool):
    "package-incomplete left-out note alpha"
    shutil.rmtree(site(env) / "alpha/tests")


def lost_folder(env, pool):
    "package-incomplete all-missing error alpha"
    shutil.rmtree(site(env) / "alpha")
    (env / "bin/alpha").unlink()


def link_to_nowhere(env, pool):
    "package-incomplete files-missing error alpha"
    path = site(env) / "alpha/a.py"
    path.unlink()
    path.symlink_to("/nonexistent/a.py")


def folder_for_a_file(env, pool):
    "package-incomplete files-missing error alpha"
    path = site(env) / "alpha/a.py"
    path.unlink()
    path.mkdir()


def lost_record(env, pool):
    "package-incomplete no-record warning beta"
    (site(env) / INFO / "RECORD").unlink()


def zero_record(env, pool):
    "package-incomplete bad-record error beta"
    path = site(env) / INFO / "RECORD"
    path.write_bytes(bytes(path.stat().st_size))


def lost_metadata(env, pool):
    "package-incomplete no-metadata error beta"
    (site(env) / INFO / "METADATA").unlink()


def half_removed(env, pool):
    "package-incomplete half-removed warning gone"
    folder = site(env) / "gone-1.0.dist-info"
    folder.mkdir()
    (folder / "REQUESTED").write_text("")


def put_aside(env, pool):
    "package-incomplete put-aside warning beta"
    shutil.copytree(site(env) / "beta", site(env) / "~eta")


def put_aside_record(env, pool):
    "package-incomplete put-aside warning beta"
    shutil.copytree(site(env) / INFO, site(env) / "~eta-2.0.dist-info")


def second_record(env, pool):
    "package-mixed left-over-record warning alpha"
    old = wheels.make(pool.folder, "alpha", "1.4", {"alpha/a.py": "A = 0\n", "alpha/old.py": "\n"})
    with zipfile.ZipFile(old) as z:
        z.extractall(site(env), [n for n in z.namelist() if ".dist-info/" in n])


def two_versions(env, pool):
    "package-mixed two-versions error alpha"
    old = wheels.make(pool.folder, "alpha", "1.4", {"alpha/a.py": "A = 0\n", "alpha/old.py": "\n"})
    with zipfile.ZipFile(old) as z:
        z.extractall(site(env), [n for n in z.namelist() if not n.endswith("old.py")])


def module_of_another_python(env, pool):
    "package-mixed left-over-module warning beta"
    (site(env) / "beta/_m.cpython-36m-x86_64-linux-gnu.so").write_bytes(pool.native(MODULE % "_m"))


def module_that_hides(env, pool):
    "package-mixed left-over-module error beta"
    (site(env) / f"beta/_abi{SUFFIX}").write_bytes(pool.native(MODULE % "_abi"))


def module_over_source(env, pool):
    "package-mixed left-over-module error alpha"
    (site(env) / f"alpha/a{SUFFIX}").write_bytes(pool.native(MODULE % "a"))


def left_over_library(env, pool):
    "package-mixed left-over-library warning beta"
    (site(env) / "beta.libs/libinner-99999999.so.1").write_bytes(pool.native("int inner(void) { return 0; }"))


def overwritten(env, pool):
    "package-mixed overwritten warning alpha"
    other = wheels.make(pool.folder, "alpha_headless", "9.0", {"alpha/a.py": "A = 9\n"})
    subprocess.run([sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", "--python", env / "bin/python",
                    "install", "--no-index", "--no-deps", other], check=True)


def other_machine(env, pool):
    "wrong-arch None error foreign"
    if shutil.which("aarch64-linux-gnu-gcc") is None:
        pytest.skip("needs aarch64-linux-gnu-gcc")
    data = wheels.library(pool.folder, MODULE % "_f", "-nostdlib", compiler="aarch64-linux-gnu-gcc")
    add(env, pool, wheels.make(pool.folder, "foreign", "1.0", {f"foreign/_f{SUFFIX}": data},
                               tag=f"{TAG}-{TAG}-{PLATFORM}"))


def macos_file(env, pool):
    "wrong-arch None error mac"
    data = bytes.fromhex("cffaedfe0c000001000000000600000010000000") + bytes(500)
    add(env, pool, wheels.make(pool.folder, "mac", "1.0", {"mac/_f.cpython-311-darwin.so": data},
                               tag=f"{TAG}-{TAG}-{PLATFORM}"))


def other_python(env, pool):
    "wheel-tag python error older"
    add(env, pool, wheels.make(pool.folder, "older", "1.0", {"older/_f.cpython-36m-x86_64-linux-gnu.so":
                                                             pool.native(MODULE % "_f")},
                               tag=f"cp36-cp36m-{PLATFORM}"))


def musl_build(env, pool):
    "wheel-tag libc error muslish"
    add(env, pool, wheels.make(pool.folder, "muslish", "1.0", {f"muslish/_f{SUFFIX}": pool.native(MODULE % "_f")},
                               tag=f"{TAG}-{TAG}-musllinux_1_2_x86_64"))


def add(env, pool, wheel):
    """As an installer that asks no questions: what pip --platform or a copied folder leaves."""
    with zipfile.ZipFile(wheel) as z:
        z.extractall(site(env))


DAMAGE = [cut_module, empty_module, flipped_bit, zeros, web_page, emptied_source, edited_source, same_length_source,
          edited_data, replaced_library, lost_module, lost_source, lost_data, lost_script, lost_tests, lost_folder,
          link_to_nowhere, folder_for_a_file, lost_record, zero_record, lost_metadata, half_removed, put_aside,
          put_aside_record, second_record, two_versions, module_of_another_python, module_that_hides,
          module_over_source, left_over_library, overwritten, other_machine, macos_file, other_python, musl_build]
EXIT = {"error": 1, "warning": 0, "note": 0}
# RECORD itself says nothing of these.
NOT_BY_RECORD = {lost_record, zero_record}


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda f: f.__name__)
def test_damage_is_found_first(damage, pool, tmp_path):
    env = wheels.copy(pool.env, tmp_path / "env")
    damage(env, pool)
    answer, status = verify(env)
    code, detail, severity, package = damage.__doc__.split()
    f = first(answer)
    assert (f["code"], str(f["detail"]), f["severity"], f["package"]["name"]) == (code, detail, severity, package), f
    assert status == EXIT[severity]
    assert answer["verify"]["damaged"] == (severity == "error")
    assert all(x["package"]["name"] in (package, "alpha_headless") for x in answer["findings"])
    if severity == "error":
        assert f["fixes"], "an error without a way out"
    mends_by_installing = severity == "error" and damage not in (module_that_hides, module_over_source)
    assert bool(answer["verify"]["commands"]) == mends_by_installing
    if damage not in NOT_BY_RECORD:
        named = {os.path.realpath(e["path"]) for x in answer["findings"] for e in x["evidence"] if e["path"]}
        assert wheels.wrong_by_record(env) <= named | {os.path.realpath(f["object"])}
    people = dlwhy("verify", env, status=status).stdout.decode()
    assert package in people


# ---- what only looks like damage ------------------------------------------------------------------

def nothing(env, pool):
    pass


def no_bytecode(env, pool):
    for folder in site(env).rglob("__pycache__"):
        shutil.rmtree(folder)


def more_bytecode(env, pool):
    subprocess.run([env / "bin/python", "-m", "compileall", "-q", site(env)], check=True)


def other_bytecode(env, pool):
    folder = site(env) / "alpha/__pycache__"
    folder.mkdir(exist_ok=True)
    (folder / f"a.cpython-3{sys.version_info[1]}.pyc").write_bytes(b"\0" * 16)


def file_of_ones_own(env, pool):
    (site(env) / "mine.py").write_text("MINE = 1\n")
    (site(env) / "mine.so").write_bytes(pool.native(MODULE % "mine"))


def cache_in_a_package(env, pool):
    folder = site(env) / "alpha/__pycache__"
    folder.mkdir(exist_ok=True)
    (folder / "kernel.cpython-36m-x86_64-linux-gnu.so").write_bytes(pool.native("int k;"))


def link_beside_a_library(env, pool):
    (site(env) / "beta.libs/libinner.so").symlink_to("libinner-12ab34cd.so.1")


def installed_by_a_distribution(env, pool):
    info = site(env) / INFO
    (info / "RECORD").unlink()
    (info / "INSTALLER").write_text("rpm\n")


def egg_info(env, pool):
    folder = site(env) / "eggy-1.0-py3.11.egg-info"
    folder.mkdir()
    (folder / "PKG-INFO").write_text("Metadata-Version: 1.1\nName: eggy\nVersion: 1.0\n")


def editable(env, pool):
    where = env / "src"
    where.mkdir()
    info = site(env) / "edit-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_bytes(wheels.metadata("edit", "1.0"))
    (info / "direct_url.json").write_text(json.dumps({"dir_info": {"editable": True}, "url": f"file://{where}"}))
    pth = f"{where}\n".encode()
    (site(env) / "__editable__.edit-1.0.pth").write_bytes(pth)
    (info / "RECORD").write_bytes(wheels.record_text({"__editable__.edit-1.0.pth": pth}, "edit-1.0.dist-info"))


def environment_as_a_link(env, pool):
    moved = env.with_name("moved")
    env.rename(moved)
    env.symlink_to(moved)


def same_file_in_two_packages(env, pool):
    wheel = wheels.make(pool.folder, "twin", "1.0", {"alpha/a.py": "A = 1\n" * 50, "twin.py": "\n"})
    add(env, pool, wheel)


def sha512(env, pool):
    data = b"S = 5\n"
    info = site(env) / "longhash-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_bytes(wheels.metadata("longhash", "1.0"))
    (site(env) / "longhash.py").write_bytes(data)
    (info / "RECORD").write_text(f"longhash.py,{wheels.record_hash(data, 'sha512')},{len(data)}\n"
                                 f"longhash-1.0.dist-info/METADATA,,\nlonghash-1.0.dist-info/RECORD,,\n")


def tools_of_other_systems(env, pool):
    add(env, pool, wheels.make(pool.folder, "launch", "1.0", {"launch/t.exe": b"MZ" + bytes(200),
                                                              "launch/lib.dll": b"MZ" + bytes(200), "launch/a.py": "\n"}))


HEALTHY = [nothing, no_bytecode, more_bytecode, other_bytecode, file_of_ones_own, cache_in_a_package,
           link_beside_a_library, installed_by_a_distribution, egg_info, editable, environment_as_a_link,
           same_file_in_two_packages, sha512, tools_of_other_systems]


@pytest.mark.parametrize("change", HEALTHY, ids=lambda f: f.__name__)
def test_no_damage_is_said_where_there_is_none(change, pool, tmp_path):
    env = wheels.copy(pool.env, tmp_path / "env")
    change(env, pool)
    answer, status = verify(env)
    assert answer["findings"] == []
    assert (status, answer["verify"]["damaged"], answer["verify"]["suspect"]) == (0, 0, 0)
    assert answer["verify"]["packages"] >= len(pool.wheels)


# ---- the answer as a whole ------------------------------------------------------------------------

def test_one_command_mends_all_that_is_damaged(pool, tmp_path):
    env = wheels.copy(pool.env, tmp_path / "env")
    cut_module(env, pool)
    lost_source(env, pool)
    answer, _ = verify(env)
    assert answer["verify"]["commands"] == [
        f"python3 -m pip --python {env}/bin/python3 install --force-reinstall --no-deps alpha==1.5 beta==2.0"]
    said = dlwhy("verify", env).stdout.decode()
    assert said.startswith(f"{env}: 2 of 4 packages are damaged.\n  alpha 1.5, beta 2.0\n")
    # The command does it: pip gets the wheels from where this test has made them.
    words = answer["verify"]["commands"][0].split()
    subprocess.run([sys.executable, *words[1:], "-q", "--no-index", "--find-links", pool.folder], check=True)
    again, status = verify(env)
    assert (again["findings"], status) == ([], 0)


def test_an_installer_is_asked_by_its_name(pool, tmp_path):
    env = wheels.copy(pool.env, tmp_path / "env")
    cut_module(env, pool)
    (site(env) / INFO / "INSTALLER").write_text("uv")
    (site(env) / INFO / "direct_url.json").write_text(json.dumps({
        "url": "https://example.org/beta.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}))
    words = verify(env)[0]["verify"]["listed"][0]["reinstall"]
    assert words[:3] == ["uv", "pip", "install"]
    assert words[-1] == "beta @ git+https://example.org/beta.git@abc"


@pytest.mark.parametrize("how", ["interpreter", "site", "package", "active", "conda"])
def test_places_are_found_by_several_names(how, pool, tmp_path):
    env = wheels.copy(pool.env, tmp_path / "env")
    cut_module(env, pool)
    args = {"interpreter": [env / "bin/python3"], "site": [site(env)], "package": [site(env) / "beta"]}.get(how, [])
    shell = {"active": {"VIRTUAL_ENV": str(env)}, "conda": {"CONDA_PREFIX": str(env)}}.get(how)
    answer, status = verify(*args, env=shell)
    assert (status, first(answer)["code"]) == (1, "corrupt-file")
    assert answer["verify"]["packages"] == (1 if how == "package" else 4)


def test_what_is_no_place_is_said(tmp_path):
    assert dlwhy("verify", status=2).stderr.startswith(b"dlwhy: no environment is active")
    answer, status = verify(tmp_path)
    assert status == 3 and "is no environment" in answer["error"]["message"]
    answer, status = verify(tmp_path / "nowhere")
    assert status == 3 and answer["error"]["message"].startswith("there is no ")


def test_two_places_at_once(pool, tmp_path):
    env = wheels.copy(pool.env, tmp_path / "env")
    cut_module(env, pool)
    answer, status = verify(pool.env, env)
    assert [r["verify"]["damaged"] for r in answer["results"]] == [0, 1]
    assert status == 1


def test_a_fall_of_a_warning_on_request(pool, tmp_path):
    env = wheels.copy(pool.env, tmp_path / "env")
    edited_source(env, pool)
    dlwhy("verify", env, status=0)
    dlwhy("verify", "--fail-on", "warning", env, status=1)
    dlwhy("verify", "-v", env, status=0)
    assert dlwhy("verify", "--format", "md", env).stdout.startswith(b"### `")


def test_many_threads_say_the_same(pool, tmp_path):
    env = wheels.copy(pool.env, tmp_path / "env")
    cut_module(env, pool)
    lost_data(env, pool)
    one, many = (dlwhy("verify", "--json", "--threads", n, env).stdout for n in (1, 9))
    assert one == many


# ---- conda, dpkg, apk ------------------------------------------------------------------------------

def conda_package(prefix, name, version, files, **more):
    paths = []
    for path, data in files.items():
        where = prefix / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(data)
        sha = __import__("hashlib").sha256(data).hexdigest()
        paths.append({"_path": path, "path_type": "hardlink", "sha256": sha, "size_in_bytes": len(data), **more})
        if more.get("prefix_placeholder"):
            paths[-1].update(sha256="0" * 64, sha256_in_prefix=sha, size_in_bytes=1)
    (prefix / "conda-meta").mkdir(exist_ok=True)
    (prefix / f"conda-meta/{name}-{version}-h1_0.json").write_text(json.dumps(
        {"name": name, "version": version, "build": "h1_0", "files": list(files), "paths_data": {"paths": paths}}))


def test_conda(pool, tmp_path):
    lib = pool.native("int z(void) { return 1; }")
    conda_package(tmp_path, "libz", "1.3", {"lib/libz.so.1": lib})
    conda_package(tmp_path, "tool", "2.0", {"bin/tool": b"#!/opt/x/bin/python\n"}, prefix_placeholder="/opt/build")
    py = f"lib/python3.{sys.version_info[1]}/site-packages"
    conda_package(tmp_path, "proj", "1.0", {f"{py}/proj.py": b"P = 1\n", f"{py}/proj-1.0.dist-info/METADATA":
                                            wheels.metadata("proj", "1.0"),
                                            f"{py}/proj-1.0.dist-info/RECORD": b"proj.py,sha256=AAAA,1\n"})
    answer, status = verify(tmp_path)
    assert (answer["findings"], answer["verify"]["packages"], status) == ([], 3, 0)
    (tmp_path / "lib/libz.so.1").write_bytes(lib[:200])
    answer, status = verify(tmp_path)
    assert (first(answer)["code"], first(answer)["package"]["kind"], status) == ("corrupt-file", "conda", 1)
    assert answer["verify"]["listed"][0]["reinstall"] == ["conda", "install", "-p", str(tmp_path), "--force-reinstall",
                                                          "libz=1.3=h1_0"]
    (tmp_path / "lib/libz.so.1").write_bytes(lib)
    # pip puts another version in its place.
    shutil.rmtree(tmp_path / py / "proj-1.0.dist-info")
    with zipfile.ZipFile(wheels.make(pool.folder, "proj", "2.0", {"proj.py": "P = 2\n"})) as z:
        z.extractall(tmp_path / py)
    answer, status = verify(tmp_path)
    assert [(f["code"], f["detail"]) for f in answer["findings"]] == [("package-mixed", "pip-over-conda")]
    (tmp_path / "conda-meta/tool-2.0-h1_0.json").write_text("{\"name\": \"too")
    answer, status = verify(tmp_path)
    assert (first(answer)["detail"], first(answer)["package"]["name"], status) == ("bad-record", "tool", 1)


def dpkg_root(root, pool):
    import hashlib
    lib = pool.native("int d(void) { return 1; }")
    files = {"usr/lib/libd.so.1": lib, "usr/share/doc/d/README": b"read\n", "etc/d.conf": b"d=1\n",
             "usr/bin/d": b"#!/bin/sh\n", "usr/share/d/data": b"data\n"}
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    (root / "usr/lib/libd.so").symlink_to("libd.so.1")
    info = root / "var/lib/dpkg/info"
    info.mkdir(parents=True)
    names = sorted({"/."} | {f"/{p}" for f in [*files, "usr/lib/libd.so"] for p in [f, *map(str, pathlib.Path(f).parents)]
                             if p != "."})
    (info / "d:amd64.list").write_text("\n".join(names) + "\n")
    (info / "d:amd64.md5sums").write_text("".join(f"{hashlib.md5(v).hexdigest()}  {k}\n" for k, v in files.items()
                                                  if not k.startswith("etc/")))
    (root / "var/lib/dpkg/status").write_text(
        "Package: d\nStatus: install ok installed\nArchitecture: amd64\nMulti-Arch: same\nVersion: 1:1.0-1\n"
        "Conffiles:\n /etc/d.conf 0123456789abcdef0123456789abcdef\nDescription: d\n long\n\n"
        "Package: gone\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1\n")
    return root, info, lib


def test_dpkg(pool, tmp_path):
    root, info, lib = dpkg_root(tmp_path / "root", pool)

    def ask():
        answer, status = verify(root)
        inside, _ = verify("--root", root, "/")
        assert [f["fingerprint"] for f in inside["findings"]] == [f["fingerprint"] for f in answer["findings"]]
        return [(f["code"], f["detail"], f["severity"]) for f in answer["findings"]], answer, status

    found, answer, status = ask()
    assert (found, status, answer["verify"]["kind"], answer["verify"]["packages"]) == ([], 0, "system", 1)
    # An administrator's business, and what is left out of images.
    (root / "etc/d.conf").unlink()
    (root / "etc/dpkg/dpkg.cfg.d").mkdir(parents=True)
    (root / "etc/dpkg/dpkg.cfg.d/slim").write_text("path-exclude=/usr/share/d*\npath-include=/usr/share/doc/*/copyright\n")
    shutil.rmtree(root / "usr/share/d")
    shutil.rmtree(root / "usr/share/doc")
    (root / "var/lib/dpkg/diversions").write_text("/usr/bin/d\n/usr/bin/d.real\nother\n")
    (root / "usr/bin/d").rename(root / "usr/bin/d.real")
    (root / "usr/bin/d").write_text("diverted")
    assert ask()[0] == []
    (root / "usr/bin/d.real").write_text("#!/bin/false\n")
    assert ask()[0] == [("file-changed", "data", "note")]
    (root / "usr/lib/libd.so.1").write_bytes(lib[:300])
    found, answer, status = ask()
    assert (found[0], status) == (("corrupt-file", "truncated", "error"), 1)
    assert answer["verify"]["commands"] == ["apt-get install --reinstall d:amd64=1:1.0-1"]
    (root / "usr/lib/libd.so.1").unlink()
    assert ask()[0][0] == ("package-incomplete", "files-missing", "error")
    (root / "usr/lib/libd.so.1").write_bytes(lib)
    status_file = root / "var/lib/dpkg/status"
    status_file.write_text(status_file.read_text().replace("ok installed", "ok half-installed"))
    assert ask()[0][0] == ("package-incomplete", "half-installed", "error")


def test_apk(pool, tmp_path):
    import base64
    import hashlib
    lib = pool.native("int a(void) { return 1; }")
    (tmp_path / "usr/lib").mkdir(parents=True)
    (tmp_path / "usr/lib/liba.so.1").write_bytes(lib)
    (tmp_path / "usr/lib/liba.so").symlink_to("liba.so.1")
    (tmp_path / "lib/apk/db").mkdir(parents=True)

    def q1(data):
        return "Q1" + base64.b64encode(hashlib.sha1(data).digest()).decode()

    (tmp_path / "lib/apk/db/installed").write_text(
        f"C:{q1(b'x')}\nP:liba\nV:1.0-r0\nA:x86_64\nF:usr/lib\nR:liba.so.1\na:0:0:755\nZ:{q1(lib)}\n"
        f"R:liba.so\na:0:0:777\nZ:{q1(b'liba.so.1')}\nF:etc\nR:a.conf\nZ:{q1(b'')}\n\n")
    assert verify(tmp_path)[0]["findings"] == []
    (tmp_path / "usr/lib/liba.so.1").write_bytes(bytes(len(lib)))
    answer, status = verify(tmp_path)
    assert (first(answer)["code"], answer["verify"]["commands"], status) == (
        "corrupt-file", ["apk fix --reinstall liba"], 1)


def test_dpkg_of_this_machine_agrees_with_dpkg(pool):
    """One package of this system, asked of dpkg itself."""
    if not os.path.exists("/var/lib/dpkg/status"):
        pytest.skip("no dpkg")
    said = subprocess.run(["dpkg", "--verify", "libc6", "zlib1g"], stdout=subprocess.PIPE, text=True, check=False).stdout
    assert [line for line in said.splitlines() if line.split()[-2:-1] != ["c"]] == []


def test_progress_is_for_a_terminal_alone(pool):
    ours, theirs = os.openpty()
    p = subprocess.run([DLWHY, "verify", "--threads", "1", pool.env], stdout=subprocess.PIPE, stderr=theirs,
                       timeout=60, check=False)
    os.set_blocking(ours, False)
    said = os.read(ours, 65536)
    os.close(theirs)
    os.close(ours)
    assert b" files, " in said and said.endswith(b"\r\x1b[K")
    assert p.stdout.startswith(str(pool.env).encode()) and b"\x1b" not in p.stdout
    assert dlwhy("verify", pool.env).stderr == b""


def test_check_knows_who_brought_a_damaged_file(pool, tmp_path):
    env = wheels.copy(pool.env, tmp_path / "env")
    cut_module(env, pool)
    answer = json.loads(dlwhy("--json", site(env) / f"beta/_m{SUFFIX}").stdout)
    fix = first(answer)["fixes"][0]
    assert "beta 2.0" in fix["says"]
    assert fix["commands"] == [
        f"python3 -m pip --python {env}/bin/python3 install --force-reinstall --no-deps beta==2.0"]


# ---- wheels ----------------------------------------------------------------------------------------

def wheel_codes(path):
    answer, status = verify(path)
    return [(f["code"], f["detail"], f["severity"]) for f in answer["findings"]], status, answer


def test_sound_wheels(pool):
    for path in pool.wheels:
        found, status, answer = wheel_codes(path)
        assert (found, status, answer["verify"]["kind"]) == ([], 0, "wheel")


def repacked(wheel, to, change):
    """The same wheel, with each member's bytes as `change` gives them; None leaves it out."""
    with zipfile.ZipFile(wheel) as z, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as out:
        for name in z.namelist():
            data = change(name, z.read(name))
            if data is not None:
                out.writestr(name, data)
    return to


def test_a_damaged_wheel(pool, tmp_path):
    beta = pool.wheels[1]
    to = tmp_path / beta.name
    data = beta.read_bytes()

    def found():
        return wheel_codes(to)[0]

    to.write_bytes(data[:len(data) * 2 // 3])
    assert found() == [("corrupt-file", "truncated", "error")]
    to.write_text("<html>not found</html>")
    assert found() == [("corrupt-file", None, "error")]
    at = data.index(b"PyInit__m") if b"PyInit__m" in data else len(data) // 3
    to.write_bytes(data[:at] + bytes([data[at] ^ 255]) + data[at + 1:])
    assert found()[0] == ("corrupt-file", "changed", "error")
    repacked(beta, to, lambda n, d: d + b"\n" if n == "beta/__init__.py" else d)
    assert found() == [("corrupt-file", "changed", "error")]
    repacked(beta, to, lambda n, d: None if n == "beta/__init__.py" else d)
    assert found() == [("package-incomplete", "files-missing", "error")]
    repacked(beta, to, lambda n, d: None if n.endswith("RECORD") else d)
    assert found() == [("package-incomplete", "no-record", "error")]
    with zipfile.ZipFile(repacked(beta, to, lambda n, d: d), "a") as z:
        z.writestr("beta/added.py", "1\n")
    assert found() == [("package-mixed", "unlisted", "warning")]


def test_tags_that_a_wheel_does_not_keep(pool, tmp_path):
    ext = f"t/_x{SUFFIX}"
    new = pool.native("#define _GNU_SOURCE\n#include <pthread.h>\nint PyInit__x(void) { return pthread_create(0, 0, 0, 0); }")
    plain = pool.native(MODULE % "_x", "-nostdlib")

    def found(tag, data, name=ext, **more):
        return wheel_codes(wheels.make(tmp_path, "t", "1.0", {name: data}, tag=tag, **more))[0]

    own = f"{TAG}-{TAG}"
    assert found(f"{own}-manylinux_2_40_x86_64", new) == []
    assert found(f"{own}-manylinux_2_17_x86_64", new) == [("wheel-tag", "glibc", "error")]
    assert found(f"{own}-manylinux2014_x86_64", plain) == []
    assert found(f"{own}-linux_x86_64", new) == []
    assert found(f"{own}-manylinux_2_17_aarch64", plain) == [("wheel-tag", "machine", "error")]
    assert found(f"{own}-win_amd64", plain) == [("wheel-tag", "machine", "error")]
    assert found("py3-none-any", plain) == [("wheel-tag", "any", "error")]
    assert found(f"cp36-cp36m-{PLATFORM}", plain) == [("wheel-tag", "python", "error")]
    assert found(f"cp36-abi3-{PLATFORM}", plain) == [("wheel-tag", "python", "error")]
    assert found(f"cp36-abi3-{PLATFORM}", plain, name="t/_x.abi3.so") == []
    assert found(f"{own}-musllinux_1_2_x86_64", new) == [("wheel-tag", "libc", "error"), ("wheel-tag", "library", "warning")]
    needs = pool.native(MODULE % "_x", "-nostdlib", f"-L{tmp_path}", "-Wl,--no-as-needed", make_library(pool, tmp_path))
    assert found(f"{own}-{PLATFORM}", needs) == [("wheel-tag", "library", "warning")]
    path = pool.native(MODULE % "_x", "-nostdlib", "-Wl,-rpath,/home/builder/lib:$ORIGIN/../t.libs")
    assert found(f"{own}-{PLATFORM}", path) == [("wheel-tag", "search-path", "note")]
    relative = pool.native(MODULE % "_x", "-nostdlib", "-Wl,-rpath,$ORIGIN/../t.libs")
    assert found(f"{own}-{PLATFORM}", relative) == []
    renamed = wheels.make(tmp_path, "t", "1.0", {"t/a.py": "\n"})
    assert [f[1] for f in wheel_codes(renamed.rename(tmp_path / "t-2.0-py3-none-any.whl"))[0]] == ["name"]
    assert found(f"{own}-{PLATFORM}", new[:len(new) // 2]) == [("corrupt-file", "truncated", "error")]


def make_library(pool, folder):
    wheels.library(folder, "int outer(void) { return 1; }", "-nostdlib", "-Wl,-soname,libouter.so.3", name="libouter.so")
    return f"{folder}/libouter.so"


# ---- who installed what is in a process ---------------------------------------------------------------

def owners(answer):
    return {os.path.basename(o["path"]): o["package"] for o in answer["objects"] if o["path"]}


def test_data_names_the_package_of_each_file(pool):
    module = site(pool.env) / f"beta/_m{SUFFIX}"
    answer = json.loads(dlwhy("--json", module).stdout)
    validator().validate(answer)
    by = owners(answer)
    assert by[module.name] == {"kind": "pip", "name": "beta", "version": "2.0"}
    libc = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "libc6"], stdout=subprocess.PIPE, check=False).stdout
    if libc:
        assert by["libc.so.6"] == {"kind": "dpkg", "name": "libc6", "version": libc.decode()}


def test_import_and_several_files_name_packages_too(pool):
    answer = json.loads(dlwhy("import", "--json", "beta._m", "--python", pool.env / "bin/python").stdout)
    assert owners(answer)[f"_m{SUFFIX}"]["name"] == "beta"
    files = [site(pool.env) / "beta/_abi.abi3.so", site(pool.env) / f"beta/_m{SUFFIX}", pool.folder / "nothing.so"]
    several = json.loads(dlwhy("--json", *files).stdout)["results"]
    assert [owners(one).get(f.name, {}).get("name") for one, f in zip(several, files)] == ["beta", "beta", None]


def test_a_file_of_ones_own_is_of_no_package(pool, tmp_path):
    (tmp_path / "mine.so").write_bytes(pool.native("int mine;"))
    assert owners(json.loads(dlwhy("--json", tmp_path / "mine.so").stdout))["mine.so"] is None
