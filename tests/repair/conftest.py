"""Temporary folders for transactions, and the tool that does them."""
import shutil
import tempfile
from pathlib import Path

import pytest

import transact


@pytest.fixture(autouse=True)
def built():
    if not transact.TOOL.exists():
        pytest.skip("apply-tool is built with -Dtests=true")


@pytest.fixture
def other():
    """A folder on another file system than tmp_path."""
    place = Path(tempfile.mkdtemp(prefix="dlwhy-test-", dir=transact.OTHER))
    yield place
    shutil.rmtree(place, ignore_errors=True)
