"""Every text that the project's own simulations print, with what they say is wrong: of loaders (the cases, the
experiments on glibc and musl, the scenes for dyld, trees of DLLs), of Python's import, of linkers (the builds that
fail) and of `go build`.
"""
import dataclasses
import functools
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
for folder in ("oracle", "builds", "build"):
    sys.path.insert(0, str(TESTS / folder))
import builds  # noqa: E402
import dyld_scenes  # noqa: E402
import experiments  # noqa: E402
import go_failing  # noqa: E402
import made  # noqa: E402, F401
import musl_experiments  # noqa: E402
import oracle  # noqa: E402
import run  # noqa: E402
import windows  # noqa: E402


LONGEST = 300  # of a line: no terminal cuts a file name of that length in one piece


@dataclasses.dataclass(frozen=True)
class Said:
    """A text, and the finding that the simulation had for it."""
    origin: str
    text: str
    code: str
    objects: tuple    # any of them is the object, by base name
    speaker: str      # loader, python, linker, go, dyld, windows


def finding_of(result):
    errors = [f for f in result["findings"] if f["severity"] == "error"]
    return errors[0] if errors else None


def objects_of(finding, target):
    names = [finding["object"], finding["needed_by"], target, *(a["object"] for a in finding["also"] or [])]
    return tuple(base_name(n) for n in names if n)


def base_name(name):
    return name.rstrip("/").rsplit("/", 1)[-1]


def of_a_result(origin, result, speaker="loader"):
    """What one answer of check or import says."""
    finding = finding_of(result)
    if not finding:
        return
    message = oracle.raw_text(result, "loader_message")
    target = result["target"]
    if finding["code"] == "init-failed":  # a package's own words
        return
    if message and message.replace("\n", " ").isprintable() and "no version information" not in message:  # a warning
        lines = [x for x in result.get("loader_lines") or [] if x.isprintable()]
        yield Said(origin, "\n".join([message, *lines]), finding["code"], objects_of(finding, target), speaker)
    exception = (result.get("python") or {}).get("exception")
    if exception and exception["text"] and exception.get("exact") and exception["text"].isprintable() and \
            not re.match(r"AttributeError: module '\w+' has no attribute '\w+'$", exception["text"]):  # may be anything
        yield Said(origin, exception["text"], finding["code"], (*objects_of(finding, target), *modules_of(finding)), "python")


def modules_of(finding):
    """A finding names the file of a module, an exception its name."""
    for name in objects_of(finding, ""):
        yield name.removesuffix(".py")
        yield name.rsplit(".", 1)[0]  # the package of it


def of_cases():
    for path in sorted((TESTS / "cases").glob("*/case.json")):
        case = json.loads(path.read_text())
        if not oracle.have(*case.get("needs", [])) or case["run"][0] not in ("check", "import"):
            continue
        folder = oracle.scratch("said")
        try:
            subprocess.run(["sh", "-e", path.parent / "build.sh"], check=True, cwd=folder, env={**oracle.CLEAN, "CC": "gcc"},
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            answer = json.loads(oracle.run_dlwhy([*case["run"], "--json"], cwd=folder, env=case.get("env")).stdout)
        finally:
            shutil.rmtree(folder)
        for result in answer.get("results", [answer]):
            yield from of_a_result(f"case {path.parent.name}", result)


def of_experiments(module, make_lab, cases):
    folder = oracle.scratch("said")
    try:
        lab = make_lab(folder, module.build(folder))
        for case in cases:
            if case.kind == "shell" or case.setup or experiments.not_here(case):
                continue
            result = lab.dlwhy(case).raw
            if result and not result.get("error"):
                yield from of_a_result(f"{module.__name__} {case.name}", result)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def of_links():
    for name, failure in sorted(builds.FAILURES.items()):
        if not failure.quick or name.startswith("mingw") or [p for p in failure.needs if not builds.have(p)]:
            continue
        folder = oracle.scratch("said")
        try:
            build, _ = builds.prepare(failure, folder, f"{name} text")
            words = builds.link_words(build)
            if words is None:
                continue
            answer, _ = run.ask(["link", "--json", *words], folder / build.cwd, "", build.env)
        finally:
            shutil.rmtree(folder)
        finding = answer and finding_of(answer)
        if finding and answer.get("linker_message"):
            text = "\n".join(answer.get("linker_lines") or [answer["linker_message"]])
            yield Said(f"build {name}", text, finding["code"], objects_of(finding, ""), "linker")


# name: files, module
IMPORTS = {
    "absent": ({"a.py": "import nosuch_module\n"}, "a"),
    "part-of-a-file": ({"a.py": "import b.c\n", "b.py": "x = 1\n"}, "a"),
    "absent-part": ({"a.py": "import b.nosuch\n", "b/__init__.py": ""}, "a"),
    "name": ({"a.py": "from b import nosuch\n", "b.py": "x = 1\n"}, "a"),
    "circle": ({"a.py": "from b import y\nx = 1\n", "b.py": "from a import x\ny = 1\n"}, "a"),
    "circle-of-attributes": ({"a.py": "import b\nx = 1\n", "b.py": "import a\ny = a.x\n"}, "a"),
    "halted": ({"a.py": "import sys\nsys.modules['b'] = None\nimport b\n", "b.py": ""}, "a"),
    "hides-the-library": ({"a.py": "import json\njson.dumps({})\n", "json.py": "x = 1\n"}, "a"),
    "hides-a-package": ({"a.py": "import json.decoder\n", "json.py": "x = 1\n"}, "a"),
}


def of_imports():
    for name, (files, module) in sorted(IMPORTS.items()):
        folder = oracle.scratch("said")
        try:
            go_failing.write(folder, files)
            answer = json.loads(oracle.run_dlwhy(["import", "--json", module], cwd=folder).stdout)
        finally:
            shutil.rmtree(folder)
        yield from of_a_result(f"import {name}", answer)


def of_go():
    """Of packages that go does not build. Go need not be here for it, but its standard library must be."""
    go = shutil.which("go") or "/usr/local/go/bin/go"
    if not os.access(go, os.X_OK):
        return
    for name, (files, more, args, _, _) in sorted(go_failing.FAILING.items()):
        folder = oracle.scratch("said")
        env = {"HOME": str(folder / "home"), "GOPATH": str(folder / "home/go"), "GOENV": "off", "GOPROXY": "off", "GOTOOLCHAIN": "local",
               "GOFLAGS": "", "CGO_ENABLED": "1", "PATH": f"{os.path.dirname(go)}:/usr/bin:/bin", "LC_ALL": "C", **more}
        package = args[-1] if args and args[-1].startswith("./") else "."
        try:
            go_failing.write(folder, {k: v for k, v in {"go.mod": go_failing.MOD, **files}.items() if v is not None})
            answer, _ = run.ask(["link", "--json", "--go", package, "--", *[a for a in args if a != package]], folder, "", env)
        finally:
            shutil.rmtree(folder)
        finding = answer and finding_of(answer)
        if finding and answer.get("linker_message"):
            text = "\n".join(answer.get("linker_lines") or [answer["linker_message"]])
            yield Said(f"go {name}", text, finding["code"], objects_of(finding, ""), "go")


def of_macos():
    for name, files, release, args, _ in dyld_scenes.SCENES:
        folder = oracle.scratch("said")
        try:
            for path, make in files.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                data = make() if callable(make) else make
                (folder / path).write_bytes(data if isinstance(data, bytes) else data.encode())
            if not args[0].endswith("/main"):
                args = [*args, "--program", "/app/bin/main"]
            answer = json.loads(oracle.run_dlwhy(["check", "--json", "--root", folder, "--macos", release, *args]).stdout)
        finally:
            shutil.rmtree(folder)
        yield from of_a_result(f"dyld {name}", answer, "dyld")


def of_windows(trees=60):
    for i in range(trees):
        folder = oracle.scratch("said")
        try:
            tree = windows.Tree(folder, random.Random(f"said {i}"), False)
            tree.write()
            for more in ([], ["--windows", "7"]):
                answer = json.loads(oracle.run_dlwhy(["check", "--json", *more, "--env", f"PATH={folder / 'path'}",
                                                      str(tree.where(0))]).stdout)
                yield from of_a_result(f"windows {i} {tree.mode} {' '.join(more)}", answer, "windows")
        finally:
            shutil.rmtree(folder)


@functools.cache
def everything():
    """One of each shape of text: the same words about the same thing need no second look."""
    seen, out = set(), []
    sources = [of_cases(), of_experiments(experiments, experiments.Lab, experiments.CASES), of_links(), of_imports(), of_go(),
               of_macos(), of_windows()]
    if musl_experiments.version():
        sources.append(of_experiments(musl_experiments, musl_experiments.Lab, musl_experiments.CASES))
    for source in sources:
        for said in source:
            if said.text not in seen and max(map(len, said.text.splitlines())) < LONGEST:
                seen.add(said.text)
                out.append(said)
    return out
