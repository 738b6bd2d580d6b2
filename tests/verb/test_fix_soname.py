"""Edits of what a library calls itself are offered where nobody loses by them, and behind what is safer."""
import pytest

import fix_setups
import fix_setups_soname  # noqa: F401
from fix_setups import library
from test_fix import Place


def kinds(tmp_path, monkeypatch, name, change):
    def function(top):
        result = original(top)
        change(top)
        return result

    original = fix_setups.SETUPS[name]
    monkeypatch.setitem(fix_setups.SETUPS, name, function)
    return [p["kind"] for p in Place(tmp_path, name).fix()["plans"] if p["works"]]


def test_who_finds_the_library_by_its_old_name_alone_would_break(tmp_path, monkeypatch):
    """A plug-in that needs libbar.so.1 and finds no such file: it works where somebody has loaded libbar-old.so."""
    def add(top):
        (top / "link").mkdir()
        (top / "link/libbar.so.1").symlink_to("../vendor/libbar-old.so")
        library(top, "vendor/libplug.so", "int bar(void); int plug(void) { return bar(); }\n", top / "link/libbar.so.1")
        (top / "link/libbar.so.1").unlink()

    assert "set-soname" not in kinds(tmp_path, monkeypatch, "renamed_copy_in_the_way_of_the_original", add)


def test_who_would_get_another_copy_that_does_not_fit(tmp_path, monkeypatch):
    """libplug.so loads libapp.so, which brings the old copy, before libmid.so needs it: that alone has BAR_0."""
    def add(top):
        (top / "v1.map").write_text("BAR_0 { global: gone; }; BAR_1 { global: bar; };\n")
        old = library(top, "vendor/libbar-old.so", fix_setups.BAR + "int gone(void) { return 1; }\n",
                      "-Wl,--version-script=v1.map", soname="libbar.so.1")
        mid = library(top, "vendor/libmid.so", "int gone(void); int mid(void) { return gone(); }\n", old, "-Wl,-z,now",
                      "-Wl,-rpath,$ORIGIN/../new", soname="libmid.so")
        library(top, "vendor/libplug.so", "int mid(void), app(void); int plug(void) { return mid() + app(); }\n",
                top / "lib/libapp.so", mid, "-Wl,-rpath,$ORIGIN/../lib:$ORIGIN")

    assert "set-soname" not in kinds(tmp_path, monkeypatch, "renamed_copy_in_the_way_of_the_original", add)


def test_who_asks_by_the_name_of_the_file_does_not_mind(tmp_path, monkeypatch):
    def add(top):
        library(top, "vendor/libplug.so", "int app(void); int plug(void) { return app(); }\n", top / "lib/libapp.so",
                "-Wl,-rpath,$ORIGIN/../lib")

    assert kinds(tmp_path, monkeypatch, "renamed_copy_in_the_way_of_the_original", add)[0] == "set-soname"


def test_a_library_with_another_number_does_not_get_the_name(tmp_path, monkeypatch):
    def add(top):
        library(top, "lib/libbar.so", fix_setups.BAR, soname="libbar.so.2")

    assert "set-soname" not in kinds(tmp_path, monkeypatch, "library_built_without_its_name", add)


@pytest.mark.parametrize("name, order", [
    ("name_with_a_build_folder_in_it", ["link", "set-soname"]),
    ("library_built_without_its_name", ["set-soname", "drop-needed"]),
])
def test_what_is_safer_comes_first(tmp_path, monkeypatch, name, order):
    found = kinds(tmp_path, monkeypatch, name, lambda top: None)
    assert [k for k in found if k in order] == order, found
