"""How many of many texts are tried: all of them takes minutes, and longer by a sanitized program.

DLWHY_ALL=1 (as in `make check-corpus`) takes all.
"""
import os

ALL = bool(os.environ.get("DLWHY_ALL"))
SANITIZED = "asan" in os.path.basename(os.environ.get("DLWHY_BUILD", ""))


def some(things, one_of=1):
    """Every one_of-th of them; by a sanitized program, one of ten of those."""
    things = list(things)
    return things if ALL else things[::one_of * (10 if SANITIZED else 1)]
