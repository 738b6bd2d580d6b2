#!/usr/bin/python3
"""Fills the outputs in README.md: nothing in it is typed by hand.

Behind each line `<!-- output of: COMMAND -->` stands a block between ``` lines (or, for a command
that prints Markdown, lines up to `<!-- end -->`); it is replaced by what COMMAND prints, run by the
shell in build/demo (`make demo` makes that folder). Run it after `make demo`; with `--bench` also
the speed table, which takes minutes, is measured anew.
"""
import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
README = TOP / "README.md"
PLACE = TOP / "build" / "demo"
BLOCK = re.compile(r"(<!-- output of: (.+?) -->\n)"
                   r"(```\n(?:(?!```).*\n)*```\n|(?:(?!<!-- end).*\n)*)")


def output(command):
    env = dict(os.environ, PATH=f"{TOP / 'build'}:{os.environ['PATH']}", NO_COLOR="1", COLUMNS="100")
    result = subprocess.run(["bash", "-c", command], cwd=PLACE, env=env, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return result.stdout.replace(str(TOP) + "/", "")


def fill(match):
    head, command, old = match.groups()
    if "bench" in command and "--bench" not in sys.argv:
        return match.group(0)
    text = output(command).rstrip("\n")
    if old.startswith("```"):
        return f"{head}```\n$ {command}\n{text}\n```\n"
    return f"{head}{text}\n"


def main():
    if not PLACE.is_dir():
        sys.exit("fill_readme: there is no build/demo: run `make demo` first")
    README.write_text(BLOCK.sub(fill, README.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
