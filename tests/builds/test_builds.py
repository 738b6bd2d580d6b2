"""Builds that fail: `explain` of what the real tool printed, and `link` before it runs, say what is wrong.

Those that are quick to make; tests/builds/run.py makes them all.
"""
import pytest

import builds
import made  # noqa: F401
import run

QUICK = sorted(name for name, f in builds.FAILURES.items() if f.quick)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """What the real tools print, asked once for both questions."""
    kept = {}

    def get(name):
        failure = builds.FAILURES[name]
        missing = [p for p in failure.needs if not builds.have(p)]
        if missing:
            pytest.skip(f"needs {' '.join(missing)}")
        if name not in kept:
            folder = tmp_path_factory.mktemp("build")
            kept[name] = folder, *builds.prepare(failure, folder, f"{name} 1")
        return kept[name]

    return get


@pytest.mark.sample(4)
@pytest.mark.parametrize("name", QUICK)
def test_explain_of_what_was_printed(name, made_once):
    folder, build, printed = made_once(name)
    assert run.explained(build, printed, folder) is None, printed


@pytest.mark.parametrize("name", QUICK)
def test_link_before_the_linker(name, made_once):
    folder, build, printed = made_once(name)
    if builds.link_words(build) is None:
        pytest.skip("no command of a link")
    assert run.linked(build, printed, folder) is None, printed


def test_names_are_drawn_anew_for_each_seed(tmp_path):
    words = {builds.Scene(tmp_path, seed).word() for seed in range(20)}
    assert len(words) > 15


def test_a_build_that_succeeds_is_no_failure(tmp_path):
    sound = builds.Failure("sound", lambda s: builds.Build("true", "", "build-other"), (), True)
    with pytest.raises(builds.NotFailing):
        builds.prepare(sound, tmp_path, 1)


def test_words_that_the_tool_does_not_say_are_noticed(tmp_path):
    odd = builds.Failure("odd", lambda s: builds.Build("echo one; false", "two", "build-other"), (), True)
    with pytest.raises(builds.NotFailing):
        builds.prepare(odd, tmp_path, 1)


def test_a_wrong_answer_is_noticed():
    build = builds.Build("", "", "ld-undefined-reference", "order", ("liba.a", "libb.a"), "f(int)", fix="-lb behind")
    right = {"code": "ld-undefined-reference", "detail": "order", "object": "lib/libb.a(x.o)", "symbol": "_Z1fi",
             "fixes": [{"says": "name -lb behind it"}]}
    assert builds.wrong_answer(build, {"findings": [right]}) is None
    assert builds.wrong_answer(build, {"findings": []})
    for key, value in (("code", "ld-not-pic"), ("detail", "extern-c"), ("object", "libc.a"), ("symbol", "g"), ("fixes", []),
                       ("fixes", [{"says": "name -la"}])):
        assert builds.wrong_answer(build, {"findings": [{**right, key: value}]}), key


@pytest.mark.parametrize("printed,first", [
    ("/usr/bin/ld: /tmp/ccAbCd12.o: in function `main':\nmain.c:(.text+0x5): undefined reference to `f'\n",
     "main.c:(.text+0x5): undefined reference to `f'"),
    ("/usr/bin/ld: skipping incompatible ./libx.so when searching for -lx\n/usr/bin/ld: cannot find -lx: No such file or directory\n",
     "/usr/bin/ld: cannot find -lx: No such file or directory"),
    ("# example.org/x\n/go/link: running gcc failed: exit status 1\n/usr/bin/gcc -m64 -Wl,--build-id=0x12 -o a\n"
     "/usr/bin/ld: cannot find -lx: No such file or directory\n", "/usr/bin/ld: cannot find -lx: No such file or directory"),
    ("mold: warning: x: skipping\nmold: fatal: library not found: x\n", "mold: fatal: library not found: x"),
])
def test_the_first_error_of_a_linker(printed, first):
    assert first in builds.first_errors(printed)
