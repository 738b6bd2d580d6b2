"""What `dlwhy fix` has changed for a build is proved by that build: `go build`, or the command that links. A build that
fails is the end of the plan, and its words are told."""
import os
import subprocess

import pytest

import fix_setups
from fix_setups_cgo import USE, archive, package
from fix_setups_go import GO
from fix_setups_make import made
from test_fix import Place, snapshot

GOOD = "LDLIBS = -lbar -lm\nprog: main.o\n\t$(CC) $(LDFLAGS) main.o $(LDLIBS) -o $@\n"
needs_go = pytest.mark.skipif(GO is None, reason="there is no go here")


def place_of(tmp_path, monkeypatch, function):
    monkeypatch.setitem(fix_setups.SETUPS, "this", function)
    return Place(tmp_path, "this")


def without_folder(top, comment="// #cgo LDFLAGS: -lbar\n// int bar(void);\n", use=USE):
    result = package(top, comment, use)
    (top / "lib").mkdir()
    archive(top / "lib/libbar.a")
    return result


@needs_go
def test_go_build_is_asked(tmp_path, monkeypatch):
    place = place_of(tmp_path, monkeypatch, without_folder)
    before = snapshot(place.top)
    done = place.fix("--apply", "--yes")["applied"]
    assert done["works"] and done["says"] == "done, and go build agrees: it works", done
    changed = [n for n, v in snapshot(place.top).items() if v != before.get(n)]
    assert changed == ["main.go"], "go has left something in the module"


@needs_go
def test_what_go_does_not_build_is_taken_back_in_its_own_words(tmp_path, monkeypatch):
    place = place_of(tmp_path, monkeypatch, lambda top: without_folder(
        top, use=USE.replace("func main", "var number int = \"text\"\n\nfunc main")))
    before = snapshot(place.top)
    done = place.fix("--apply", "--yes")["applied"]
    assert not done["works"] and done["rolled_back"] and done["id"] is None
    assert 'cannot use "text"' in done["message"] and "main.go:8" in done["message"], done
    assert snapshot(place.top) == before
    text = place.dlwhy("fix", "--apply", "--yes", *place.setup.ask).stdout
    assert "It says:" in text and 'cannot use "text"' in text


@needs_go
def test_the_output_and_go_mod_are_not_written_to(tmp_path, monkeypatch):
    """go.mod lacks what -mod=mod would put there; -o names a file of the user's."""
    def function(top):
        result = without_folder(top)
        (top / "go.mod").write_text("module example.com/prog\n")
        (top / "mine").write_text("mine")
        result.ask = [*result.ask, "--", "-o", "mine", "-mod", "mod"]
        return result

    place = place_of(tmp_path, monkeypatch, function)
    done = place.fix("--apply", "--yes")["applied"]
    assert done["works"], done
    assert (place.top / "go.mod").read_text() == "module example.com/prog\n"
    assert (place.top / "mine").read_text() == "mine" and not (place.top / "go.sum").exists()


@needs_go
def test_without_go_it_is_said_that_it_was_simulated(tmp_path, monkeypatch):
    """go's files are there (GOROOT), so the package can be read; its command is not on PATH."""
    place = place_of(tmp_path, monkeypatch, without_folder)
    place.env["GOROOT"] = subprocess.run([GO, "env", "GOROOT"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    place.env["PATH"] = "/usr/bin:/bin"
    if any(os.path.exists(f"{d}/go") for d in place.env["PATH"].split(":")):
        pytest.skip("go is in a folder of the system")
    done = place.fix("--apply", "--yes")["applied"]
    assert done["works"] and done["id"], done
    assert done["says"] == "done; by the simulation it works. go build was not asked: there is no go here"


def test_the_linker_is_asked(tmp_path, monkeypatch):
    place = place_of(tmp_path, monkeypatch, lambda top: made(top, GOOD, "cc main.o -lbar -lm -o prog"))
    done = place.fix("--apply", "--yes")["applied"]
    assert done["works"] and done["says"] == "done, and the linker agrees: it works", done
    assert not (place.top / "prog").exists() and not (place.top / "a.out").exists()


@pytest.mark.parametrize("more", ["-Wl,-Map=map.txt", "-Wl,--dependency-file=dep"])
def test_a_command_that_writes_more_is_not_run(tmp_path, monkeypatch, more):
    place = place_of(tmp_path, monkeypatch, lambda top: made(top, GOOD, f"cc main.o -lbar -lm {more} -o prog"))
    before = set(snapshot(place.top))
    done = place.fix("--apply", "--yes")["applied"]
    assert done["works"] and "The linker was not asked: the command may do more than link" in done["says"], done
    assert set(snapshot(place.top)) == before


def test_what_the_linker_refuses_is_taken_back(tmp_path, monkeypatch):
    """The driver of the command says what it does, and the linker that it starts does not."""
    place = place_of(tmp_path, monkeypatch, lambda top: made(top, GOOD, "gcc main.o -lbar -lm -o prog"))
    fake = tmp_path / "bin"
    fake.mkdir()
    (fake / "gcc").write_text('#!/bin/sh\nfor w; do case $w in -###) exec /usr/bin/gcc "$@";; esac; done\n'
                              'for w; do case $w in --version|-dumpmachine|-print*|-v) exec /usr/bin/gcc "$@";; esac; done\n'
                              'echo "ld: there is no room" >&2; exit 1\n')
    (fake / "gcc").chmod(0o755)
    place.env["PATH"] = f"{fake}:" + place.env["PATH"]
    before = snapshot(place.top)
    done = place.fix("--apply", "--yes")["applied"]
    assert not done["works"] and done["rolled_back"] and done["message"] == "ld: there is no room", done
    assert snapshot(place.top) == before
