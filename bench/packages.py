"""Rows about packages: `dlwhy check` of large wheels beside `unzip -t` and `auditwheel show`, and its peak memory.

The wheels are those of tests/corpus/packages.py: DLWHY_WHEELS, or a folder beside the environment of the corpus.
"""
import os
import subprocess
import zipfile
from pathlib import Path

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
MIB = 1 << 20


def peak(command):
    """Highest resident memory of the command in MiB, mapped files counted."""
    child = subprocess.Popen(command, **QUIET)
    return os.wait4(child.pid, 0)[2].ru_maxrss / 1024


def largest_member(wheel):
    with zipfile.ZipFile(wheel) as z:
        return max(i.file_size for i in z.infolist()) / MIB


def rows(dlwhy, folder, auditwheel, side_by_side, seconds, row):
    """Measures the three largest wheels; True if all goals are met."""
    wheels = sorted(Path(folder).glob("*linux*.whl"), key=lambda p: -p.stat().st_size)[:3]
    ok = bool(wheels)
    if not wheels:
        print(f"\nNo wheels in {folder}: run tests/corpus/packages.py once, or set DLWHY_WHEELS")
    for wheel in wheels:
        size = f"{wheel.name.split('-')[0]}, {wheel.stat().st_size / MIB:.0f} MiB"
        check = [dlwhy, "check", str(wheel)]
        ours, theirs = side_by_side(lambda: seconds(check), lambda: seconds(["unzip", "-tqq", str(wheel)]), 3)
        ok &= row(f"`dlwhy check` of a wheel ({size}), beside `unzip -t`", ours, theirs, 1)
        if auditwheel:
            ours, theirs = side_by_side(lambda: seconds(check), lambda: seconds([auditwheel, "show", str(wheel)]), 1)
            ok &= row(f"the same wheel ({size}), beside `auditwheel show`", ours, theirs, 10)
        used, most = peak(check), largest_member(wheel) + 100
        ok &= used <= most
        print(f"| peak memory of it, MiB, beside its largest member and 100 | {used:.0f} MiB | {most:.0f} MiB | "
              f"{most / used:.1f} | 1 | {'yes' if used <= most else 'NO'} |", flush=True)
    return ok
