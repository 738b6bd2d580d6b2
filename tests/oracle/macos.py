"""The two sides of macos.sh: files and predictions, and what a Mac really says."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PLACE = "/Users/Shared/dlwhy-scenes"
RELEASES = ["12.0", "12.3", "12.5", "13.0", "13.3", "14.0", "14.4", "15.0", "15.4", "26.0"]
HOST = """
#include <dlfcn.h>
#include <stdio.h>
int PyCObject_Type;
int main(int argc, char **argv)
{
	if (argc > 1 && dlopen(argv[1], RTLD_NOW) == NULL)
		puts(dlerror());
	return 0;
}
"""


# ---- where dlwhy is -----------------------------------------------------------------------------------------

def absolute(text, scene):
    """Paths of the scene lie below its folder; those of the system, and names without a slash, do not."""
    return re.sub(r"^/(app|site|two|norp)/", f"{PLACE}/{scene}/\\1/", text)


def predict(root, scene, args):
    import oracle
    out = {}
    for release in RELEASES:
        done = subprocess.run([oracle.dlwhy_program(), "check", "--json", "--root", root, "--macos", release, *args],
                              capture_output=True, text=True, check=False)
        out[release] = json.loads(done.stdout)["loader_message"]
    return out


def make(place):
    sys.path.insert(0, str(HERE))
    from dyld_scenes import SCENES
    scenes = []
    for name, files, _, args, _ in SCENES:
        folder = place / PLACE.lstrip("/") / name
        for path, write in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(write())
            (folder / path).chmod(0o755)
        target, options = absolute(args[0], name), args[1:]
        launch = args[0].endswith("/main")
        if not launch:
            options = [*options, "--program", f"{PLACE}/{name}/app/bin/main"]
        scenes.append({"name": name, "target": target, "launch": launch,
                       "env": {v.split("=")[0]: v.split("=", 1)[1] for v in args[1:] if "=" in v},
                       "messages": predict(place, name, [target, *options])})
    (place / "scenes.json").write_text(json.dumps(scenes, indent=1))
    print(f"{len(scenes)} scenes for {len(RELEASES)} releases")


# ---- on a Mac ------------------------------------------------------------------------------------------------

def release_here():
    text = subprocess.run(["sw_vers", "-productVersion"], check=True, capture_output=True, text=True).stdout
    return tuple(int(x) for x in text.strip().split(".")[:2])


def said(scene):
    env = {**os.environ, **scene["env"]}
    if scene["launch"]:
        done = subprocess.run([scene["target"]], capture_output=True, text=True, env=env, check=False)
        text = re.sub(r"^dyld\[\d+\]", "dyld[PID]", done.stderr).rstrip("\n")
        return text if text.startswith("dyld[PID]: ") else None
    host = f"{PLACE}/{scene['name']}/app/bin/main"
    done = subprocess.run([host, scene["target"]], capture_output=True, text=True, env=env, cwd="/", check=False)
    return done.stdout.rstrip("\n") or None


def compile_hosts(scenes):
    """The programs that open something have no code: real ones take their places, with the same rpaths."""
    source = pathlib.Path(PLACE, "host.c")
    source.write_text(HOST)
    for scene in scenes:
        if not scene["launch"]:
            subprocess.run(["clang", "-arch", "arm64", str(source), "-o", f"{PLACE}/{scene['name']}/app/bin/main",
                            "-Wl,-rpath,@executable_path/../lib", "-Wl,-rpath,@loader_path/../lib64"], check=True)


def compare(place):
    scenes = json.loads((place / "scenes.json").read_text())
    here = release_here()
    release = [r for r in RELEASES if tuple(int(x) for x in r.split(".")) <= here][-1]
    shutil.rmtree(PLACE, ignore_errors=True)
    shutil.copytree(place / PLACE.lstrip("/"), PLACE)
    compile_hosts(scenes)
    wrong = 0
    for scene in scenes:
        real, foretold = said(scene), scene["messages"][release]
        if real != foretold:
            wrong += 1
            print(f"{scene['name']}:\n  foretold {foretold!r}\n  real     {real!r}")
    print(f"macOS {here[0]}.{here[1]} (foretold for {release}): {len(scenes)} scenes, {wrong} otherwise")
    return 1 if wrong else 0


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("make", "compare"):
        sys.exit("usage: macos.sh make|compare DIR")
    place = pathlib.Path(sys.argv[2]).resolve()
    place.mkdir(parents=True, exist_ok=True)
    sys.exit(make(place) if sys.argv[1] == "make" else compare(place))


if __name__ == "__main__":
    main()
