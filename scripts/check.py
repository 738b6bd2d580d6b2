#!/usr/bin/python3
"""Runs every suite of dlwhy and counts: the last line is `N passed, N failed[, N skipped]`.

    check.py all|quick|fuzz|SUITE... [--build DIR] [--jobs N] [--seconds N]

Suites: build (gcc, gcc with sanitizers, clang), unit, replay (the fuzz corpora), pytest, tidy.
What a suite needs is built first, through the Makefile. All jobs of all suites share one pool, so
that a slow one does not keep the other processors idle. Output of what passes is not shown.
"""
import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
TIDY = "clang-tidy-14"
CLANG = "clang-14"
TIDY_FLAGS = ["-std=gnu11", "-D_GNU_SOURCE=", "-Iinclude", "-Isrc",
              '-DDLWHY_VERSION="0"']
# Folders of tests/ about the project itself: the sanitized program adds nothing there.
RELEASE_ONLY = {"project", "corpus"}
# Folders whose tests run by both programs, all of them. Of the others, see tests/conftest.py.
BOTH = {"cli"}
SPLIT = ["verb"]  # folders that are large: each of their files is a job
SANITIZER_EXIT = 99  # no status of dlwhy's own, so that no test takes a report for a verdict
LIMIT = 840  # seconds, for one job

BUILDS = {  # folder -> target of the Makefile, what to call it
    "build": ("all", "gcc"),
    "asan": ("asan", "gcc with sanitizers"),
    "clang": ("clang", "clang"),
}
SUITES = {  # suite -> builds that it needs
    "unit": ["asan"],
    "replay": ["asan"],
    "pytest": ["build", "asan"],
    "tidy": [],
}


class Result:
    """One test: `status` is passed, failed or skipped; `text` says why."""

    def __init__(self, suite, name, status, text=""):
        self.suite, self.name, self.status, self.text = suite, name, status, text


def environment(**extra):
    """The environment of every job: none of make's, none of the loader's."""
    env = {k: v for k, v in os.environ.items()
           if not k.startswith(("MAKE", "LD_", "MFLAGS", "PYTEST_")) and k != "DLWHY"}
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    env["GOCACHE"] = str(TOP / "build" / "go-cache")  # Go's standard library is compiled once for all tests
    env["ASAN_OPTIONS"] = f"exitcode={SANITIZER_EXIT}:detect_leaks=1:strict_string_checks=1"
    env["UBSAN_OPTIONS"] = f"exitcode={SANITIZER_EXIT}:print_stacktrace=1"
    env.update(extra)
    return env


def run(argv, limit=LIMIT, env=None):
    """(exit status, output, seconds). A job that hangs is ended with all that it started."""
    start = time.monotonic()
    with subprocess.Popen(argv, cwd=TOP, env=env or environment(), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          start_new_session=True) as process:
        try:
            output, _ = process.communicate(timeout=limit)
            status = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            output += f"\nended after {limit} seconds\n".encode()
            status = -signal.SIGKILL
    return status, output.decode("utf-8", "replace"), time.monotonic() - start


class Check:
    def __init__(self, args):
        self.args = args
        self.dirs = {"build": args.build, "asan": args.build + "-asan",
                     "clang": args.build + "-clang", "fuzz": args.build + "-fuzz"}
        self.results = []
        self.seconds = {}

    def path(self, build, *parts):
        return os.path.join(TOP, self.dirs[build], *parts)

    # ---- suites: each gives a list of (suite, label, function) jobs ----

    def make(self, target):
        return run(["make", "--no-print-directory", f"BUILD={self.args.build}",
                    f"JOBS={self.args.jobs}", "NINJAFLAGS=--quiet", target])

    def build(self, name):
        target, title = BUILDS[name]
        status, output, seconds = self.make(target)
        ok = status == 0
        self.add("build", seconds, [Result("build", title, "passed" if ok else "failed", output)])
        return ok

    def meson_tests(self, suite):
        status, output, _ = run(["meson", "introspect", "--tests", self.path("asan")])
        if status != 0:
            return []
        return [t for t in json.loads(output) if t["suite"] == [f"dlwhy:{suite}"]]

    def unit_jobs(self):
        return [("unit", t["name"], lambda t=t: self.run_unit(t)) for t in self.meson_tests("unit")]

    def run_unit(self, test):
        status, output, _ = run(test["cmd"], limit=120,
                                env=environment(CMOCKA_MESSAGE_OUTPUT="TAP"))
        return parse_tap(test["name"], status, output)

    def replay_jobs(self):
        return [("replay", t["name"], lambda t=t: self.run_replay(t))
                for t in self.meson_tests("replay")]

    def run_replay(self, test):
        status, output, _ = run(test["cmd"], limit=300)
        return [Result("replay", test["name"], "failed" if status else "passed", output)]

    def pytest_jobs(self):
        """A folder is a job, of tests/verb each file; those that take longest come first."""
        groups = {}
        for path in sorted((TOP / "tests").rglob("test_*.py")):
            place = path.relative_to(TOP)
            groups.setdefault(place if place.parts[1] in SPLIT else place.parent, []).append(place)
        if self.args.quick:
            groups = {g: f for g, f in groups.items() if g.parts[1] != "oracle"}
        first = {name: -i for i, name in enumerate(reversed(SPLIT), 1)}
        order = sorted(groups, key=lambda g: (first.get(g.parts[1], 0), str(g)))
        return [("pytest", str(g), lambda g=g: self.run_group(g, groups[g])) for g in order]

    def run_group(self, group, files):
        """Each test by the sanitized program; then, by the released one, what that left out and a sample."""
        if self.args.quick or group.parts[1] in RELEASE_ONLY:
            return self.run_pytest(group, files, "build")
        results = self.run_pytest(group, files, "asan")
        ran = None if group.parts[1] in BOTH else self.report(group, "asan")
        return results + self.run_pytest(group, files, "build", ran)

    def report(self, group, build):
        return self.path(build, "pytest-" + str(group).replace("/", "-").removesuffix(".py") + ".xml")

    def run_pytest(self, group, files, build, ran=None):
        label = str(group).removesuffix(".py") + (" (sanitizers)" if build == "asan" else "")
        report = self.report(group, build)
        if os.path.exists(report):
            os.unlink(report)
        argv = [PYTHON, "-m", "pytest", "-q", "--no-header", "--tb=short", "-p", "no:cacheprovider",
                "-o", "junit_family=xunit2", f"--junitxml={report}", "--rootdir", str(TOP)]
        if self.args.quick:
            argv += ["-m", "not slow"]
        env = environment(DLWHY=self.path(build, "dlwhy"), DLWHY_BUILD=self.path(build))
        if ran:
            env["DLWHY_RAN"] = ran
        status, output, seconds = run(argv + [str(f) for f in files], env=env)
        if self.args.times:
            print(f"{seconds:7.1f} s  {label}", flush=True)
        for line in re.findall(r"^oracle: .*$", output, re.M):  # how often a real loader was asked
            print(f"{label}: {line}", flush=True)
        return parse_junit(label, status, output, report, self.args.quick or ran is not None)

    def tidy(self):
        """The command; with --nodes, the analyzer looks at so many states of a function."""
        limit = f'["-Xclang", "-analyzer-config", "-Xclang", "max-nodes={self.args.nodes}"]'
        deep = [f"--config={{InheritParentConfig: true, ExtraArgs: {limit}}}"] if self.args.nodes else []
        return [TIDY, "--quiet", *deep]

    def tidy_jobs(self):
        version = run([TIDY, "--version"])[1]
        config = (TOP / ".clang-tidy").read_text(encoding="utf-8")
        base = hashlib.sha256("\0".join([version, config] + self.tidy() + TIDY_FLAGS).encode()).digest()
        files = sorted(str(p.relative_to(TOP)) for p in (TOP / "src").rglob("*.c"))
        return [("tidy", f, lambda f=f: self.run_tidy(f, base)) for f in files]

    def run_tidy(self, name, base):
        """What was clean stays clean until the file, or a header below it, changes."""
        status, rule, _ = run([CLANG, "-MM", *TIDY_FLAGS, name])
        digest = hashlib.sha256(base)
        for part in rule.replace("\\\n", " ").split()[1:]:
            digest.update(part.encode() + b"\0" + (TOP / part).read_bytes() if status == 0 else b"")
        stamp = Path(self.path("build", "tidy", digest.hexdigest()))
        if status == 0 and stamp.exists():
            return [Result("tidy", name, "passed")]
        status, output, _ = run([*self.tidy(), name, "--", *TIDY_FLAGS])
        if status == 0:
            stamp.parent.mkdir(parents=True, exist_ok=True)
            stamp.touch()
        return [Result("tidy", name, "failed" if status else "passed", output)]

    def fuzz_jobs(self):
        status, output, _ = run(["meson", "introspect", "--targets", self.path("fuzz")])
        targets = json.loads(output) if status == 0 else []
        names = [t["name"][5:] for t in targets if t["name"].startswith("fuzz-")]
        return [("fuzz", n, lambda n=n: self.run_fuzz(n)) for n in names]

    def run_fuzz(self, name):
        found = self.path("fuzz", "corpus", name)
        os.makedirs(found, exist_ok=True)
        seeds = TOP / "fuzz" / "corpora" / name
        argv = [self.path("fuzz", "fuzz-" + name), f"-max_total_time={self.args.seconds}",
                "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1",
                "-artifact_prefix=" + self.path("fuzz", f"crash-{name}-"), found]
        argv += [str(seeds)] if seeds.is_dir() else []
        status, output, _ = run(argv, limit=self.args.seconds + 120)
        runs = re.search(r"number_of_executed_units: *(\d+)", output)
        print(f"fuzz {name}: {runs.group(1) if runs else 'no'} runs", flush=True)
        return [Result("fuzz", name, "failed" if status else "passed", output)]

    # ---- running and counting ----

    def add(self, suite, seconds, results):
        self.results += results
        self.seconds[suite] = self.seconds.get(suite, 0) + seconds
        for r in results:
            if r.status == "failed":
                print(f"--- FAILED {r.suite}: {r.name}\n{tail(r.text)}", flush=True)

    def run_jobs(self, jobs):
        def timed(job):
            start = time.monotonic()
            try:
                results = job[2]()
            except Exception as error:  # a fault of this script must not pass for a green run
                results = [Result(job[0], job[1], "failed", f"check.py: {error!r}")]
            return job[0], job[1], time.monotonic() - start, results

        with concurrent.futures.ThreadPoolExecutor(self.args.jobs) as pool:
            for future in concurrent.futures.as_completed([pool.submit(timed, j) for j in jobs]):
                suite, label, seconds, results = future.result()
                if self.args.times:
                    print(f"{seconds:7.1f} s  {suite}: {label}", flush=True)
                self.add(suite, seconds, results)

    def run_suites(self, suites, builds):
        built = {b: self.build(b) for b in builds}
        jobs = []
        for suite in suites:
            needed = [b for b in SUITES.get(suite, []) if b in builds and not built[b]]
            if needed:
                self.add(suite, 0, [Result(suite, "not run", "failed", "it was not built")])
                continue
            found = getattr(self, suite + "_jobs")()
            if not found:
                self.add(suite, 0, [Result(suite, "nothing to run", "failed")])
            jobs += found
        self.run_jobs(jobs)

    def close(self):
        count = {s: sum(r.status == s for r in self.results)
                 for s in ("passed", "failed", "skipped")}
        why = collections.Counter((r.suite, r.text or r.name) for r in self.results
                                  if r.status == "skipped")
        for (suite, reason), n in why.items():
            print(f"skipped {suite}: {reason}" + (f" ({n} tests)" if n > 1 else ""))
        for suite in self.seconds:
            mine = [r.status for r in self.results if r.suite == suite]
            print(f"{suite:8} {mine.count('passed'):5} passed {mine.count('failed'):4} failed "
                  f"{mine.count('skipped'):4} skipped {self.seconds[suite]:7.1f} s")
        for r in self.results:
            if r.status == "failed":
                print(f"failed {r.suite}: {r.name}")
        skipped = f", {count['skipped']} skipped" if count["skipped"] else ""
        print(f"{count['passed']} passed, {count['failed']} failed{skipped}", flush=True)
        return 1 if count["failed"] or not count["passed"] else 0


def tail(text, lines=120):
    rows = text.rstrip().splitlines()
    return "\n".join((["…"] if len(rows) > lines else []) + rows[-lines:])


def parse_tap(name, status, output):
    """What a cmocka program printed. One that dies half way has failed, whatever came before."""
    results, planned = [], 0
    for line in output.splitlines():
        plan = re.match(r"1\.\.(\d+)$", line)
        planned += int(plan.group(1)) if plan else 0
        m = re.match(r"(not )?ok \d+ (?:- |(# SKIP) ?)(.*)", line)
        if m:
            verdict = "skipped" if m.group(2) else "failed" if m.group(1) else "passed"
            results.append(Result("unit", f"{name}: {m.group(3)}", verdict))
    failed = [r for r in results if r.status == "failed"]
    if failed:
        failed[0].text = output
    elif status != 0 or len(results) != planned or not planned:
        text = f"{output}\nexit status {status}, {len(results)} of {planned} tests"
        results.append(Result("unit", f"{name}: the program", "failed", text))
    return results


def parse_junit(label, status, output, report, may_be_empty):
    results = []
    try:
        cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    except (OSError, ElementTree.ParseError):
        cases = []
    for case in cases:
        name = f"{label}: {case.get('classname', '').rsplit('.', 1)[-1]}::{case.get('name')}"
        bad = [e for e in case if e.tag in ("failure", "error")]
        skip = case.find("skipped")
        if bad:
            results.append(Result("pytest", name, "failed",
                                  "\n".join(e.text or e.get("message", "") for e in bad)))
        elif skip is not None:
            results.append(Result("pytest", name, "skipped", skip.get("message", "")))
        else:
            results.append(Result("pytest", name, "passed"))
    # pytest's word for "no test ran"; where a module says why it is left out, that is an answer.
    nothing = status == 5 and (may_be_empty or any(r.status == "skipped" for r in results))
    if status != 0 and not nothing and not any(r.status == "failed" for r in results):
        results.append(Result("pytest", label, "failed", f"{output}\npytest: exit status {status}"))
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="+", metavar="SUITE",
                        choices=["all", "quick", "fuzz", "build", *SUITES])
    parser.add_argument("--build", default="build", help="the build folder; others are DIR-asan, …")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=int, default=60, help="for each fuzz target")
    parser.add_argument("--nodes", type=int,
                        help="states of a function for clang's analyzer, not those of .clang-tidy")
    parser.add_argument("--times", action="store_true", help="print how long each job took")
    args = parser.parse_args()
    args.quick = "quick" in args.suites
    check = Check(args)
    if "all" in args.suites:
        check.run_suites(["pytest", "tidy", "replay", "unit"], ["build", "asan", "clang"])
    elif args.quick:
        check.run_suites(["pytest", "replay", "unit"], ["build", "asan"])
    else:
        suites = [s for s in args.suites if s != "build"]
        needed = list(BUILDS) if "build" in args.suites else []
        needed += [b for s in suites for b in SUITES.get(s, []) if b not in needed]
        check.run_suites(suites, list(dict.fromkeys(needed)))
    return check.close()


if __name__ == "__main__":
    sys.exit(main())
