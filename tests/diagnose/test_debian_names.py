"""The table of packages by what they have (src/diagnose/debian_names.txt) beside the packages of this machine."""
import pathlib
import re

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
TABLE = TOP / "src/diagnose/debian_names.txt"
LISTS = pathlib.Path("/var/lib/dpkg/info")
RELEASE = pathlib.Path("/etc/os-release")
PC = re.compile(r"/usr/(?:lib/x86_64-linux-gnu|lib|share)/pkgconfig/([^/]+)\.pc")
LIB = re.compile(r"(?:/usr)?/lib(?:/x86_64-linux-gnu)?/lib([^/]+?)\.so")


def test_the_table_is_sorted_and_names_each_once():
    lines = TABLE.read_bytes().splitlines()
    names = [line.split(b"\t")[0] for line in lines]
    assert lines == sorted(lines) and len(set(names)) == len(names)
    assert all(re.fullmatch(rb"[hlps] [^\s]+\t[a-z0-9.+-]+", line) for line in lines)


@pytest.mark.skipif(not RELEASE.exists() or 'VERSION_ID="12"' not in RELEASE.read_text(), reason="the names are of Debian 12")
def test_packages_that_are_here_have_what_the_table_says():
    table = dict(line.split("\t") for line in TABLE.read_text().splitlines())
    asked, wrong = 0, []
    for path in LISTS.glob("*-dev*.list"):
        package = path.name[:-5].split(":")[0]
        for line in path.read_text(errors="replace").splitlines():
            for kind, shape in (("p", PC), ("l", LIB)):
                found = shape.fullmatch(line)
                named = table.get(f"{kind} {found[1]}") if found else None
                if named is not None:
                    asked += 1
                    # A package without files of its own leads to the one that has them.
                    if named != package and "-dev" in package and not (LISTS / f"{named}.list").exists():
                        wrong.append((line, package, named))
    assert asked > 20
    # Those of which another package than the usual one is installed here.
    assert len(wrong) <= asked // 20, wrong


@pytest.mark.skipif(not RELEASE.exists() or 'VERSION_ID="12"' not in RELEASE.read_text(), reason="the names are of Debian 12")
def test_libraries_that_are_here_are_of_the_package_that_the_table_names():
    table = dict(line.split("\t") for line in TABLE.read_text().splitlines())
    has, asked = {}, 0
    for path in LISTS.glob("lib*.list"):
        for line in path.read_text(errors="replace").splitlines():
            found = re.fullmatch(r"(?:/usr)?/lib/x86_64-linux-gnu/(lib[^/]+\.so\.[0-9]+)", line)
            if found:
                has.setdefault(found[1], set()).add(path.name[:-5].split(":")[0])
    wrong = []
    for soname, packages in has.items():
        named = table.get(f"s {soname}")
        asked += named is not None
        if named is not None and named not in packages:
            wrong.append((soname, packages, named))
    assert asked > 50
    # Those of which another package than the usual one is installed here.
    assert len(wrong) <= asked // 20, wrong
