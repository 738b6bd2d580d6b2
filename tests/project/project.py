"""What the tests about the project share: where things are, and C read without its comments."""
import os
import re
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("DLWHY_BUILD", TOP / "build"))
DLWHY = Path(os.environ.get("DLWHY", BUILD / "dlwhy"))

# Lowest first. Folders of one tier do not know each other.
TIERS = [
    {"base"},
    {"source"},
    {"object"},
    {"machine"},
    {"loader", "symbol"},
    {"message"},
    {"python", "build", "package", "index", "watch"},
    {"diagnose"},
    {"repair", "report"},
    {"verb"},
    {"cli"},
]

# Programs of their own, which are compiled without the library and run in other processes.
OTHER_PROGRAMS = {TOP / "src/verb/prober/prober.c"} | {
    TOP / "src/watch/agent" / name for name in ("agent.c", "agent_sys.h")}


def files(*suffixes, under=("src", "include", "tests", "fuzz", "bench", "scripts")):
    """Files of the project that end so, without what was built."""
    return sorted(
        p for folder in under for p in (TOP / folder).rglob("*")
        if p.suffix in suffixes and p.is_file() and "__pycache__" not in p.parts)


def name(path):
    return str(Path(path).relative_to(TOP))


def code(path):
    """A C file with comments, strings and character constants blanked; its lines stay."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))

    token = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)
    return token.sub(blank, Path(path).read_text(encoding="utf-8"))


def run(*argv, **options):
    return subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False, **options)
