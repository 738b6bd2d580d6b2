"""check of files of macOS, on any machine: what dyld of a release would do and say."""
import json
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "oracle"))
import dyld_scenes  # noqa: E402
import oracle  # noqa: E402


def plant(folder, files):
    for name, make in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = make() if callable(make) else make
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


def ask(*args, cwd=None):
    done = subprocess.run([oracle.dlwhy_program(), "check", "--json", *args], capture_output=True, text=True,
                          cwd=cwd)
    assert done.returncode in (0, 1), done.stderr
    answer = json.loads(done.stdout)
    assert done.returncode == (1 if any(f["severity"] == "error" for f in answer["findings"]) else 0)
    return answer


@pytest.mark.parametrize("name,files,release,args,message", dyld_scenes.SCENES,
                         ids=[s[0] for s in dyld_scenes.SCENES])
def test_text(tmp_path, name, files, release, args, message):
    plant(tmp_path, files)
    if not args[0].endswith("/main"):
        args = [*args, "--program", "/app/bin/main"]
    answer = ask("--root", tmp_path, "--macos", release, *args)
    assert answer["loader_message"] == message
    assert answer["loads"] is (message is None)
    assert answer["platform"]["loader"] == "dyld" and answer["platform"]["machine"] == "arm64"
