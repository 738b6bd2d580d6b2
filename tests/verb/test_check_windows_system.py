#!/usr/bin/python3
"""`dlwhy check --root` with a Windows in the root: its API sets, its store of assemblies, the limits of its paths.

The files are written by pewrite.py and apiset.py.
"""
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "oracle"), str(HERE)]
from apiset import schema  # noqa: E402
from pewrite import X86, Image  # noqa: E402
from test_check_windows import KERNEL, NEEDS_VC90, check, first, number, put  # noqa: E402

CONTRACTS = {"api-ms-win-a-l1-1-0": "one.dll", "api-ms-win-b-l1-1-0": [("", "one.dll"), ("a.dll", "two.dll")],
             "api-ms-win-none-l1-1-0": "", "ext-ms-win-gone-l1-1-0": "absent.dll"}
EXPORTS = {"kernel32": "Sleep", "ntdll": "RtlInit", "kernelbase": "Sleep", "one": "f", "two": "g"}
RELEASE = {2: (6, 1, 7601, 1), 3: (6, 2, 9200, 1), 4: (6, 3, 9600, 1), 6: (10, 0, 19041, 1)}


def system(folder, version=6, contracts=None, where="System32", **more):
    for name, export in EXPORTS.items():
        put(folder, **{"Windows__%s__%s_dll" % (where, name): Image(exports={export: None}, version=RELEASE[version], **more)})
    put(folder, **{"Windows__%s__apisetschema_dll" % where: Image(apiset=schema(version, contracts or CONTRACTS), **more)})


@pytest.mark.parametrize("version", sorted(RELEASE))
def test_a_contract_leads_to_its_host(tmp_path, version):
    system(tmp_path, version)
    put(tmp_path, app__a_dll=Image(imports={"api-ms-win-a-l1-1-0.dll": ["f"]}))
    r = check(tmp_path, "--root", ".", "/app/a.dll")
    assert r["loads"] is True
    needs = [(n["name"], n["rule"], r["objects"][n["to"]]["path"]) for o in r["objects"] for n in o["needs"]]
    assert needs == [("api-ms-win-a-l1-1-0.dll", "api-set", "/Windows/System32/one.dll")]
    put(tmp_path, app__a_dll=Image(imports={"api-ms-win-a-l1-1-0.dll": ["not_in_one"]}))
    r = check(tmp_path, "--root", ".", "/app/a.dll")
    assert first(r)["code"] == "missing-symbol" and "one.dll" in first(r)["summary"]


@pytest.mark.parametrize("version", sorted(RELEASE))
def test_the_last_number_counts_before_windows_10(tmp_path, version):
    system(tmp_path, version)
    put(tmp_path, app__a_dll=Image(imports={"api-ms-win-a-l1-1-7.dll": ["f"]}))
    assert check(tmp_path, "--root", ".", "/app/a.dll")["loads"] is (version == 6)


@pytest.mark.parametrize("version", sorted(RELEASE))
def test_a_host_for_one_importer(tmp_path, version):
    system(tmp_path, version)
    for name in ("a", "b"):
        put(tmp_path, **{"app__%s_dll" % name: Image(imports={"API-MS-WIN-B-L1-1-0": ["g"]})})
    assert check(tmp_path, "--root", ".", "/app/a.dll")["loads"] is True
    assert first(check(tmp_path, "--root", ".", "/app/b.dll"))["symbol"] == "g"


@pytest.mark.parametrize("name,object", [("api-ms-win-none-l1-1-0.dll", "api-ms-win-none-l1-1-0.dll"),
                                         ("ext-ms-win-gone-l1-1-0.dll", "ext-ms-win-gone-l1-1-0.dll"),
                                         ("api-ms-win-who-l1-1-0.dll", "api-ms-win-who-l1-1-0.dll")])
def test_a_contract_with_nothing_behind_it(tmp_path, name, object):
    system(tmp_path)
    put(tmp_path, app__a_dll=Image(imports={name: ["f"]}))
    r = check(tmp_path, "--root", ".", "/app/a.dll")
    assert (first(r)["object"], number(r)) == (object, 126)
    put(tmp_path, **{"app__%s_dll" % name[:-4]: Image(exports={"f": None})})
    assert check(tmp_path, "--root", ".", "/app/a.dll")["loads"] is ("who" in name)  # one that is no contract is a file


@pytest.mark.parametrize("damage", [b"", b"\x06\0\0\0", b"\x09" + bytes(200), b"\x06\0\0\0" + b"\xff" * 300])
def test_a_schema_that_is_none(tmp_path, damage):
    system(tmp_path)
    put(tmp_path, Windows__System32__apisetschema_dll=Image(apiset=damage),
        app__a_dll=Image(imports={"api-ms-win-a-l1-1-0.dll": ["f"]}))
    check(tmp_path, "--root", ".", "/app/a.dll")


def test_the_schema_for_programs_of_32_bit(tmp_path):
    system(tmp_path, where="SysWOW64", machine=X86)
    put(tmp_path, app__a_dll=Image(imports={"api-ms-win-a-l1-1-0.dll": ["f"]}, machine=X86))
    r = check(tmp_path, "--root", ".", "/app/a.dll")
    assert r["loads"] is True and "/Windows/SysWOW64/one.dll" in [o["path"] for o in r["objects"]]


# ---- the store of assemblies ----------------------------------------------------------------------

def test_an_assembly_in_the_store(tmp_path):
    """The publisher's newest one with the same first two numbers is taken."""
    system(tmp_path)
    put(tmp_path, app__a_dll=Image(imports={"msvcr90.dll": ["f"]}, manifest=NEEDS_VC90))
    assert number(check(tmp_path, "--root", ".", "/app/a.dll")) == 14001
    for version in ("8.0.50727.1", "9.0.20000.1"):
        folder = tmp_path / "Windows" / "WinSxS" / ("amd64_microsoft.vc90.crt_none_%s_none_0" % version)
        folder.mkdir(parents=True)
        Image(exports={"f": None}).write(folder / "msvcr90.dll")
    assert number(check(tmp_path, "--root", ".", "/app/a.dll")) == 14001
    for version in ("9.0.30729.1", "9.0.30729.9635"):
        folder = tmp_path / "Windows" / "WinSxS" / ("amd64_microsoft.vc90.crt_none_%s_none_0" % version)
        folder.mkdir(parents=True)
        Image(exports={"f": None}).write(folder / "msvcr90.dll")
    r = check(tmp_path, "--root", ".", "/app/a.dll")
    assert r["loads"] is True
    assert {n["name"]: n["rule"] for o in r["objects"] for n in o["needs"]}["msvcr90.dll"] == "side-by-side"
    assert [o["path"] for o in r["objects"] if o["path"] and o["path"].endswith("msvcr90.dll")] == [
        "/Windows/WinSxS/amd64_microsoft.vc90.crt_none_9.0.30729.9635_none_0/msvcr90.dll"]


# ---- paths that are too long ----------------------------------------------------------------------

LONG = "d" * 120
AWARE = "<assembly><application><windowsSettings><ws2:longPathAware>true</ws2:longPathAware></windowsSettings>" \
        "</application></assembly>"


def test_a_path_of_more_than_259_characters(tmp_path):
    path = "/%s/%s/%s" % (LONG, LONG, "m.cp311-win_amd64.pyd")
    (tmp_path / path[1:]).parent.mkdir(parents=True)
    Image(imports={**KERNEL, "python311.dll": ["PyModule_Create2"]}, exports={"PyInit_m": None}).write(tmp_path / path[1:])
    r = check(tmp_path, "--root", ".", path)
    assert (first(r)["code"], number(r)) == ("memory-or-limit", 206)
    assert r["loader_message"] == "DLL load failed while importing m: The filename or extension is too long."
    assert "LongPathsEnabled" in str(first(r)["fixes"])
    assert check(tmp_path, "--root", ".", "--windows", "10+longpaths", path)["loads"] is True
    assert check(tmp_path, "--root", ".", "--windows", "8.1+longpaths", path)["loads"] is False
    assert check(tmp_path, "." + path)["loads"] is True      # where it will lie on Windows is not known


def test_the_last_path_that_is_short_enough(tmp_path):
    for n in (259, 260):
        name = "x" * (n - len("C:/%s/.dll" % LONG)) + ".dll"
        (tmp_path / LONG).mkdir(exist_ok=True)
        Image(imports=KERNEL).write(tmp_path / LONG / name)
        assert check(tmp_path, "--root", ".", "/%s/%s" % (LONG, name))["loads"] is (n == 259)


def test_a_dll_is_passed_over_for_its_path(tmp_path):
    name = "y" * 140 + ".dll"
    put(tmp_path, a_dll=Image(imports={name: ["f"]}))
    (tmp_path / LONG).mkdir()
    (tmp_path / "a.dll").rename(tmp_path / LONG / "a.dll")
    Image(exports={"f": None}).write(tmp_path / LONG / name)
    r = check(tmp_path, "--root", ".", "/%s/a.dll" % LONG)
    assert (first(r)["code"], number(r), first(r)["object"]) == ("memory-or-limit", 126, name)


def test_a_program_says_whether_it_can(tmp_path):
    name = "y" * 140 + ".dll"
    (tmp_path / LONG).mkdir()
    Image(exports={"f": None}).write(tmp_path / LONG / name)
    for manifest, loads in ((None, False), (AWARE, True), (AWARE.replace("true", "false"), False)):
        Image(imports={name: ["f"]}, dll=False, manifest=manifest).write(tmp_path / LONG / "p.exe")
        assert check(tmp_path, "--root", ".", "--windows", "10+longpaths", "/%s/p.exe" % LONG)["loads"] is loads
        assert check(tmp_path, "--root", ".", "/%s/p.exe" % LONG)["loads"] is False


# ---- redirection, first folders -------------------------------------------------------------------

def local(folder, **more):
    put(folder, p_exe=Image(imports={"a.dll": ["f"], "ole32.dll": ["g"]}, dll=False, **more), a_dll=Image(exports={"f": None}))
    (folder / "p.exe.local").mkdir()
    Image(exports={"f": None}).write(folder / "p.exe.local" / "A.dll")
    (folder / "p.exe.local" / "ole32.dll").write_text("no library\n")


def test_a_folder_beside_the_program_comes_first(tmp_path):
    local(tmp_path)
    r = check(tmp_path, "p.exe")      # known DLLs are not redirected
    assert r["loads"] is True
    rules = {n["name"]: (n["rule"], r["objects"][n["to"]]["path"]) for o in r["objects"] for n in o["needs"]}
    assert rules == {"a.dll": ("dot-local", "./p.exe.local/A.dll"),
                     "ole32.dll": ("known-dll", "C:\\Windows\\System32\\ole32.dll")}


@pytest.mark.parametrize("inside", [True, False])
def test_a_manifest_rules_that_out(tmp_path, inside):
    local(tmp_path, **({"manifest": "<assembly/>"} if inside else {}))
    if not inside:
        (tmp_path / "p.exe.manifest").write_text("<assembly/>")
    assert "dot-local" not in [n["rule"] for o in check(tmp_path, "p.exe")["objects"] for n in o["needs"]]


def test_a_file_beside_the_program_means_its_folder(tmp_path):
    put(tmp_path, app__p_exe=Image(dll=False), app__c_dll=Image(exports={"c": None}), lib__c_dll=Image(exports={"c": None}),
        lib__b_dll=Image(imports={"c.dll": ["c"]}))
    def taken():
        return [o["path"] for o in check(tmp_path, "--program", "app/p.exe", "lib/b.dll")["objects"]
                if o["path"] and o["path"].endswith("c.dll")]
    assert taken() == ["lib/c.dll"]
    (tmp_path / "app" / "p.exe.local").write_text("")
    assert taken() == ["app/c.dll"]
