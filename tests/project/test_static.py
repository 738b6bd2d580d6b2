"""The doctor does not depend on the patient: what the program and the library are linked with."""
import json
import re

import pytest

from project import BUILD, DLWHY, TOP, run

SHARED = BUILD / "libdlwhy.so"


def readelf(*argv):
    result = run("readelf", "-W", *argv)
    assert result.returncode == 0, result.stderr
    return result.stdout


def declared():
    """Functions that the public headers promise."""
    text = (TOP / "include/dlwhy/dlwhy.h").read_text(encoding="utf-8")
    return set(re.findall(r"^DLWHY_API[^;(]*?\b(dlwhy_\w+)\(", text, re.M))


def check(path):
    result = run(DLWHY, "check", "--json", "--program", "none", path)
    return result.returncode, json.loads(result.stdout)


def test_the_program_has_no_interpreter():
    assert "INTERP" not in readelf("-l", DLWHY)


def test_the_program_needs_no_library():
    assert "NEEDED" not in readelf("-d", DLWHY)


def test_the_program_has_no_undefined_symbol():
    """The linker turns calls of __tls_get_addr, which libelf's archive makes, into plain accesses, and leaves the
    name behind: nothing refers to it."""
    symbols = [line.split() for line in readelf("--symbols", DLWHY).splitlines()]
    missing = [s[7] for s in symbols if len(s) > 7 and s[6] == "UND" and s[4] == "GLOBAL"]
    assert set(missing) <= {"__tls_get_addr"}
    assert "__tls_get_addr" not in readelf("--relocs", DLWHY)


def test_the_program_has_no_memory_that_is_writable_and_executable():
    segments = [line for line in readelf("-l", DLWHY).splitlines() if "LOAD" in line or "STACK" in line]
    assert segments
    assert not [s for s in segments if "RWE" in s]


def test_the_shared_library_has_its_soname():
    assert "Library soname: [libdlwhy.so.0]" in readelf("-d", SHARED)


def test_the_shared_library_is_found_under_all_its_names():
    assert (BUILD / "libdlwhy.so.0").resolve() == SHARED.resolve()


def test_the_shared_library_exports_what_the_header_declares_and_no_more():
    rows = [line.split() for line in readelf("--dyn-syms", SHARED).splitlines()]
    exported = {r[7] for r in rows if len(r) > 7 and r[6] not in ("UND", "Ndx") and r[4] != "LOCAL"}
    exported.discard("DLWHY_0")
    assert exported == {f"{name}@@DLWHY_0" for name in declared()}


def test_the_archive_shows_the_same_names_and_no_more():
    result = run("nm", "-g", "--defined-only", "--format=posix", BUILD / "libdlwhy.a")
    names = {line.split()[0] for line in result.stdout.splitlines() if " " in line.strip()}
    assert names == declared()


def test_the_library_keeps_no_state_of_its_own():
    """No writable data but the compiler's, and the flag of dlwhy_guard_mappings, which says so."""
    rows = [line.split() for line in readelf("--symbols", SHARED).splitlines()]
    sections = dict(re.findall(r"\[ *(\d+)\] (\S+)", readelf("-S", SHARED)))
    writable = {n for n, s in sections.items() if s in (".data", ".bss", ".tbss", ".tdata")}
    names = {r[7] for r in rows if len(r) > 7 and r[3] in ("OBJECT", "TLS") and r[6] in writable}
    assert {n for n in names if not n.startswith(("_", "completed."))} <= {"shrank"}


@pytest.mark.parametrize("path", [DLWHY, SHARED], ids=["program", "library"])
def test_dlwhy_says_of_itself_that_it_loads(path):
    status, answer = check(path)
    assert answer["loads"] is True
    assert [f for f in answer["findings"] if f["severity"] == "error"] == []
    assert status == 0


def test_dlwhy_finds_neither_loader_nor_needs_in_its_program():
    _, answer = check(DLWHY)
    assert answer["is_program"] is True
    assert answer["platform"]["loader"] == "none"
    assert [n for o in answer["objects"] for n in o["needs"]] == []
