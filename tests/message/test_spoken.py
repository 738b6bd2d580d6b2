#!/usr/bin/python3
"""What is printed at run time is explained: invented texts of every speaker (spoken/*.txt), bare and inside of what
terminals, containers and web pages put around them.

A block of spoken/*.txt begins with `=== code`, followed by what the finding must name: detail, object, needed_by,
symbol (paths by their last part; cut=yes: the end of the sentence is lost); `=== none` stands for a text that
tells of no error. DLWHY is the path of the
program, build/dlwhy by default.
"""
import html
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from sample import some  # noqa: E402

DLWHY = os.path.abspath(os.environ.get("DLWHY", HERE.parents[1] / "build" / "dlwhy"))
# One text cannot tell these two apart.
ALIKE = {"missing-library", "search-path"}


def blocks():
    for path in sorted((HERE / "spoken").glob("*.txt")):
        for number, part in enumerate(re.split(r"^=== ", path.read_text(), flags=re.M)[1:]):
            head, text = part.split("\n", 1)
            lexer = shlex.shlex(head, posix=True)
            lexer.whitespace_split = True
            lexer.escape = ""
            words = list(lexer)
            yield pytest.param(words[0], dict(w.split("=", 1) for w in words[1:]), text,
                               id=f"{path.stem}-{number}-{words[0]}")


def explain(text):
    p = subprocess.run([DLWHY, "explain", "--no-look", "--json", "-"], input=text.encode(), capture_output=True)
    assert p.returncode in (0, 1), p.stderr
    return json.loads(p.stdout)["findings"]


def base(name):
    return re.split(r"[/\\]", name or "")[-1]


def check(code, want, text):
    findings = [f for f in explain(text) if f["severity"] == "error"]
    if code == "none":
        assert findings == []
        return
    assert findings, "nothing was recognised"
    got = findings[0]
    assert got["code"] == code or {got["code"], code} <= ALIKE, got
    for key, value in want.items():
        assert key == "cut" or base(got[key]) == base(value), (key, got)


@pytest.mark.parametrize("code, want, text", some(blocks()))
def test_bare(code, want, text):
    check(code, want, text)


def every_line(before, after=""):
    return lambda text: "".join(f"{before}{line}{after}\n" for line in text.splitlines())


WRAPPERS = {
    "docker": every_line("#12 3.456 "),
    "compose": every_line("web_1  | "),
    "stamps": every_line("2024-05-06T07:08:09.1234567Z "),
    "quoted": every_line("> "),
    "indented": every_line("    "),
    "coloured": every_line("\x1b[31m", "\x1b[0m"),
    "fenced": lambda text: "It fails:\n```\n" + text + "```\nWhat can I do?\n",
    "entities": lambda text: "<pre>" + html.escape(text) + "</pre>\n",
    "returns": every_line("", "\r"),
    "ci": every_line("[build] [stderr] "),
}


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_wrapped(wrapper):
    wrong = []
    # Each wrapper around every third text, so that together they are around each of them several times.
    first = sorted(WRAPPERS).index(wrapper) % 3
    for param in some(list(blocks())[first::3], 3):
        code, want, text = param.values
        if "cut" in want and wrapper == "fenced":  # what follows is then taken for the rest of it
            continue
        try:
            check(code, want, WRAPPERS[wrapper](text))
        except AssertionError as e:
            wrong.append(f"{param.id}: {str(e)[:300]}")
    assert not wrong, "\n".join(wrong)
