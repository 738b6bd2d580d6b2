"""Python's own parser is the truth: both trees of every file of the standard library must be equal."""
import sys
import sysconfig
from pathlib import Path

import compare_ast
import pytest


@pytest.mark.skipif(sys.version_info < (3, 9), reason="the trees of Python before 3.9 are others")
def test_the_standard_library():
    folder = Path(sysconfig.get_path("stdlib"))
    paths = [p for p in compare_ast.sources(folder) if "site-packages" not in p.parts and "dist-packages" not in p.parts]
    assert len(paths) > 200
    compared, found = compare_ast.compare(paths)
    print(f"oracle: {compared} files of Python {sys.version.split()[0]}; {compare_ast.speed(paths, '--lazy')[0]}")
    assert not found, "\n".join(found[:20])
    assert compared > len(paths) * 0.9
