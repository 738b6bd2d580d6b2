"""Calls go down only: what a file of src/ may include follows from the folder that it lies in."""
import re

import pytest

from project import OTHER_PROGRAMS, TIERS, TOP, files, name

RANK = {folder: rank for rank, tier in enumerate(TIERS) for folder in tier}
# What asks the operating system for something; only base/os_*.c may, and cli for its terminal.
SYSTEM = re.compile(r"^(unistd|fcntl|dirent|sched|spawn|dlfcn|poll|time|pwd|grp|netdb|iconv|locale"
                    r"|termios|glob|ftw|sys/.*)\.h$")


def includes(path):
    text = path.read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+(["<])([^">]+)[">]', line)
        if match:
            yield number, match.group(1), match.group(2)


def faults(folder, filename, quote, target):
    """Why a file of src/folder/ may not include the target; None if it may."""
    if quote == "<":
        if target.startswith("dlwhy/"):
            low = RANK[folder] < RANK["diagnose"]
            return "only error.h is known below diagnose" if low and target != "dlwhy/error.h" else None
        if SYSTEM.match(target) and folder != "cli" and not filename.startswith("os_"):
            return "only base/os_*.c asks the system"
        return None
    if folder == "cli" and "/" not in target:
        return None  # it is compiled without -Isrc, so these are its own
    other = target.split("/")[0]
    if "/" not in target or other not in RANK:
        return "includes are written \"folder/file\""
    if other == folder:
        return None
    if folder == "cli":
        return "cli sees only <dlwhy/...> and its own"
    return None if RANK[other] < RANK[folder] else "goes up or sideways"


def test_every_folder_of_src_has_a_rank():
    unknown = [p.name for p in (TOP / "src").iterdir() if p.is_dir() and p.name not in RANK]
    assert not unknown


def test_includes_go_down_only():
    wrong = []
    for path in files(".c", ".h", ".def", under=["src"]):
        folder = path.relative_to(TOP / "src").parts[0]
        if path in OTHER_PROGRAMS:
            continue
        for number, quote, target in includes(path):
            fault = faults(folder, path.name, quote, target)
            if fault:
                wrong.append(f"{name(path)}:{number}: {target}: {fault}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("folder, filename, quote, target, allowed", [
    ("loader", "glibc.c", '"', "object/elf.h", True),
    ("loader", "glibc.c", '"', "loader/search.h", True),
    ("object", "elf.c", '"', "loader/loader.h", False),
    ("loader", "glibc.c", '"', "symbol/demangle.h", False),
    ("report", "json.c", '"', "repair/plan.h", False),
    ("cli", "main.c", '"', "verb/check.h", False),
    ("cli", "main.c", "<", "dlwhy/dlwhy.h", True),
    ("object", "elf.c", "<", "dlwhy/dlwhy.h", False),
    ("base", "err.h", "<", "dlwhy/error.h", True),
    ("base", "os_linux.c", "<", "sys/stat.h", True),
    ("source", "source.c", "<", "sys/stat.h", False),
    ("source", "source.c", '"', "source.h", False),
])
def test_the_rule_itself(folder, filename, quote, target, allowed):
    assert (faults(folder, filename, quote, target) is None) == allowed


def test_public_headers_stand_alone():
    for path in files(".h", under=["include"]):
        for number, quote, target in includes(path):
            assert quote == "<" and "/" not in target or target in ("error.h",), \
                f"{name(path)}:{number}: {target}"
