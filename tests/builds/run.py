#!/usr/bin/python3
"""Makes builds that fail, fails them with the real tools, and asks dlwhy about each.

    run.py [--seeds N] [--only WORD] [--show] [-v]

`explain` gets what the tool printed, standing where it was printed; `link`, where the command is one of a link,
is asked before the linker runs and must give the same first error. --show only makes them and
prints what the tools say.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import builds  # noqa: E402
import made  # noqa: E402, F401

DLWHY = os.environ.get("DLWHY", str(builds.HERE.parents[1] / "build/dlwhy"))


def ask(words, cwd, text="", env=None):
    """dlwhy's answer as JSON, or a word about why there is none."""
    done = subprocess.run([DLWHY, *words], cwd=cwd, input=text.encode(), env={**builds.CLEAN, **(env or {})}, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    try:
        return json.loads(done.stdout), None
    except ValueError:
        return None, f"status {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}"


def explained(build, printed, folder):
    """None, or what is wrong with `explain` of what was printed; where that cannot decide, also below its command, which can."""
    cwd = pathlib.Path(folder) / build.cwd
    answer, bad = ask(["explain", "--json", "-"], cwd, printed, build.env)
    wrong = bad or builds.wrong_answer(build, answer, seen=True)
    if wrong or build.seen is None:
        return wrong
    answer, bad = ask(["explain", "--json", "-"], cwd, f"$ {build.command}\n{printed}")
    wrong = bad or builds.wrong_answer(build, answer)
    return f"below its command, {wrong}" if wrong else None


def linked(build, printed, folder):
    """None, or what is wrong with `link` of the command."""
    words = builds.link_words(build)
    if words is None:
        return None
    answer, bad = ask(["link", "--json", *words], pathlib.Path(folder) / build.cwd, "", build.env)
    if bad:
        return bad
    wanted = builds.first_errors(printed)
    said = builds.same_names(answer.get("linker_message") or "")
    if words[0] == "--go":  # the sources between, which cgo writes, are not there before it runs
        wanted, said = {builds.without_place(w) for w in wanted}, builds.without_place(said)
    if answer.get("links") is not False:
        return f"links is {answer.get('links')}"
    if said not in wanted:
        return f"the linker says {sorted(wanted)!r}, not {said!r}"
    return builds.wrong_answer(build, answer)


def check(name, seed, verbose=False):
    """(skipped because, [what is wrong]) of one failure."""
    failure = builds.FAILURES[name]
    missing = [p for p in failure.needs if not builds.have(p)]
    if missing:
        return f"needs {' '.join(missing)}", []
    with tempfile.TemporaryDirectory(prefix="dlwhy-build-") as folder:
        build, printed = builds.prepare(failure, folder, f"{name} {seed}")
        wrong = []
        for title, how in (("explain", explained), ("link", linked)):
            said = how(build, printed, folder)
            if said:
                wrong.append(f"{title}: {said}")
        if wrong and verbose:
            wrong.append(f"$ {build.command}\n{printed[:3000]}")
        return None, wrong


def show(name, seed):
    failure = builds.FAILURES[name]
    with tempfile.TemporaryDirectory(prefix="dlwhy-build-") as folder:
        try:
            build, printed = builds.prepare(failure, folder, f"{name} {seed}")
        except builds.NotFailing as e:
            print(f"=== {name}: NOT FAILING\n{e}\n")
            return False
        print(f"=== {name}\n$ {build.command}\n{printed[:2500]}\n--> {build.cause}/{build.detail} {build.object} "
              f"{build.symbol}\nfirst: {builds.first_errors(printed) if build.link else ''}\n")
        return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("-v", "--verbose", action="store_true")
    args = parser.parse_args()
    names = [n for n in sorted(builds.FAILURES) if args.only in n]
    if args.show:
        return 0 if all([show(n, 1) for n in names]) else 1
    passed = failed = skipped = 0
    for name in names:
        for seed in range(1, args.seeds + 1):
            try:
                why, wrong = check(name, seed, args.verbose)
            except builds.NotFailing as e:
                why, wrong = None, [str(e)]
            if why:
                skipped += 1
                print(f"skipped {name}: {why}")
                break
            if wrong:
                failed += 1
                print(f"FAILED {name} (seed {seed})\n    " + "\n    ".join(wrong))
            else:
                passed += 1
    print(f"builds that fail: {passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
