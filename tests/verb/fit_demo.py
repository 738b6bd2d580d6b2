"""fit_demo.py FOLDER: an environment for the documentation, whose pkg was built with an older core, and wheels."""
import pathlib
import sys

import fix_setups_versions as versions

top = pathlib.Path(sys.argv[1]).resolve()
for version, functions in (("1.4", ["old"]), ("2.0", ["new"])):
    versions.core(top / "wheels", version, functions)
versions.pkg(top / "wheels", "1.0", "old", ["core<2"])
versions.environment(top, "core==2.0", "pkg==1.0")
