"""Every text that the project's own simulations print, with what they say is wrong: of loaders (the cases, the
experiments on glibc and musl), of Python's import, of linkers (the builds that fail).
"""
import dataclasses
import functools
import json
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
for folder in ("oracle", "builds"):
    sys.path.insert(0, str(TESTS / folder))
import builds  # noqa: E402
import experiments  # noqa: E402
import made  # noqa: E402, F401
import musl_experiments  # noqa: E402
import oracle  # noqa: E402
import run  # noqa: E402


LONGEST = 300  # of a line: no terminal cuts a file name of that length in one piece


@dataclasses.dataclass(frozen=True)
class Said:
    """A text, and the finding that the simulation had for it."""
    origin: str
    text: str
    code: str
    objects: tuple    # any of them is the object, by base name
    speaker: str      # loader, python, linker


def finding_of(result):
    errors = [f for f in result["findings"] if f["severity"] == "error"]
    return errors[0] if errors else None


def objects_of(finding, target):
    names = [finding["object"], finding["needed_by"], target, *(a["object"] for a in finding["also"] or [])]
    return tuple(base_name(n) for n in names if n)


def base_name(name):
    return name.rstrip("/").rsplit("/", 1)[-1]


def of_a_result(origin, result):
    """What one answer of check or import says."""
    finding = finding_of(result)
    if not finding:
        return
    message = oracle.raw_text(result, "loader_message")
    target = result["target"]
    if finding["code"] == "init-failed":  # a package's own words
        return
    if message and message.isprintable() and "no version information" not in message:  # a warning of the loader
        lines = [x for x in result.get("loader_lines") or [] if x.isprintable()]
        yield Said(origin, "\n".join([message, *lines]), finding["code"], objects_of(finding, target), "loader")
    exception = (result.get("python") or {}).get("exception")
    if exception and exception["text"] and exception.get("exact") and exception["text"].isprintable():
        yield Said(origin, exception["text"], finding["code"], objects_of(finding, target), "python")


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


@functools.cache
def everything():
    """One of each shape of text: the same words about the same thing need no second look."""
    seen, out = set(), []
    sources = [of_cases(), of_experiments(experiments, experiments.Lab, experiments.CASES), of_links()]
    if musl_experiments.version():
        sources.append(of_experiments(musl_experiments, musl_experiments.Lab, musl_experiments.CASES))
    for source in sources:
        for said in source:
            if said.text not in seen and max(map(len, said.text.splitlines())) < LONGEST:
                seen.add(said.text)
                out.append(said)
    return out
