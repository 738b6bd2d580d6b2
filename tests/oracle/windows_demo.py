#!/usr/bin/python3
"""Writes the environment of Windows that docs/windows.md shows: windows_demo.py FOLDER."""
import pathlib
import sys

from pewrite import Image


def main():
    site = pathlib.Path(sys.argv[1]) / "Lib" / "site-packages"
    package, libs = site / "till", site / "till.libs"
    package.mkdir(parents=True)
    libs.mkdir()
    (package / "__init__.py").write_text(
        "import os\nos.add_dll_directory(os.path.join(os.path.dirname(__file__), os.pardir, 'till.libs'))\n")
    own = {"KERNEL32.dll": ["Sleep"], "VCRUNTIME140.dll": ["memcpy"]}
    Image(imports={**own, "python311.dll": ["PyModule_Create2"], "ledger.dll": ["open"]},
          exports={"PyInit__drawer": None}).write(package / "_drawer.cp311-win_amd64.pyd")
    Image(imports={**own, "sums.dll": ["sum"]}, exports={"open": None}).write(libs / "ledger.dll")
    Image(imports={**own, "MSVCP140.dll": ["f"], "python311.dll": ["PyModule_Create2"]},
          exports={"PyInit__paper": None}).write(package / "_paper.cp311-win_amd64.pyd")


if __name__ == "__main__":
    main()
