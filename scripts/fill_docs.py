#!/usr/bin/python3
"""Fills the outputs in README.md and docs/: nothing in them is typed by hand.

Behind each line `<!-- output of: COMMAND -->` stands a block between ``` lines (or, for a command
that prints Markdown, lines up to `<!-- end -->`); it is replaced by what COMMAND prints, run by the
shell in build/demo (`make demo` makes that folder). What it needs there is made by the commands of
`<!-- prepare: COMMAND -->` lines above it. Run it after `make demo`, and for the examples about
packages after `make check-corpus`; with `--bench` also the speed table, which takes minutes, is
measured anew. Words behind the options name the files to fill; without any, all are.
"""
import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
PLACE = TOP / "build" / "demo"
PREPARE = re.compile(r"<!-- prepare: (.+?) -->\n")
BLOCK = re.compile(r"(<!-- output of: (.+?) -->\n)"
                   r"(```\n(?:(?!```).*\n)*```\n|(?:(?!<!-- end).*\n)*)")


def output(command):
    env = dict(os.environ, PATH=f"{TOP / 'build'}:/usr/local/bin:/usr/bin:/bin", NO_COLOR="1", COLUMNS="100")
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


def fill_page(page):
    text = page.read_text(encoding="utf-8")
    for command in PREPARE.findall(text):
        subprocess.run(["bash", "-c", command], cwd=PLACE, check=True)
    page.write_text(BLOCK.sub(fill, text), encoding="utf-8")


def main():
    if not PLACE.is_dir():
        sys.exit("fill_docs: there is no build/demo: run `make demo` first")
    named = [Path(word) for word in sys.argv[1:] if not word.startswith("-")]
    for page in named or [TOP / "README.md", *sorted((TOP / "docs").rglob("*.md"))]:
        fill_page(page)


if __name__ == "__main__":
    main()
