"""The wrappers themselves: they keep what they wrap, and a seed decides how."""
import random
import re
import sys

import pytest

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from wrappers import WRAPPERS, wrapped  # noqa: E402

TEXT = "./prog: error while loading shared libraries: libtide.so.2: cannot open shared object file\nsecond `line' <here>"


@pytest.mark.parametrize("name", sorted(WRAPPERS))
def test_every_word_is_still_there(name):
    for seed in range(20):
        said = wrapped(name, TEXT, random.Random(seed))
        said = re.sub(r"\x1b\[[0-9;]*[mK]|[│\n]|<br/>|&[^;]*;|\\n", " ", said)
        said = re.sub(r"\s+", "", said)
        for word in ("prog", "libtide.so.2:", "cannot", "object", "second", "line", "here"):
            assert word in said, (name, seed, said)


@pytest.mark.parametrize("name", sorted(WRAPPERS))
def test_a_seed_decides(name):
    assert wrapped(name, TEXT, random.Random(3)) == wrapped(name, TEXT, random.Random(3))
    assert len({wrapped(name, TEXT, random.Random(seed)) for seed in range(30)}) > 1


def test_there_are_ten_ways_and_more():
    assert len(WRAPPERS) >= 10
