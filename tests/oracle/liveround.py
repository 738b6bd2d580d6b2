"""Running processes: random trees in which a process has opened some libraries already.

The process is driver/bare.c, which opens what it is told to. Then dlwhy is asked what it would make
of the next dlopen, by `--pid`, and after that the process itself is, in children of its own, so that
its own state stays what it was when dlwhy looked.
"""
import contextlib
import dataclasses
import json
import os
import random
import subprocess

import oracle
import roundup
import trees

PLAN = 4       # libraries that a process opens before it is asked, at most
ASKED = 6      # libraries that are asked of it, at most


class Died(Exception):
    """The process ended while it opened what it was to open first."""


class Process:
    """A process that opens what it is told to."""

    def __init__(self, bare, env=None, cwd=None, root=None, user=None, wrap=()):
        def enter():
            if root is not None:
                os.chroot(root)
                os.chdir(cwd or "/")
            if user is not None:
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)

        self.p = subprocess.Popen([*wrap, bare, "+"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, cwd=None if root else cwd,
                                  env={**oracle.CLEAN, **(env or {})}, preexec_fn=enter)
        self.pid = self.p.pid

    def say(self, what, name=""):
        try:
            self.p.stdin.write(what.encode() + os.fsencode(name) + b"\0")
            self.p.stdin.flush()
            line = self.p.stdout.readline()
        except BrokenPipeError:
            line = b""
        if not line:
            raise Died(name)
        return json.loads(line)

    def ask(self, name):
        return oracle.parse_bare(json.dumps(self.say("T", name)))

    def close(self):
        with contextlib.suppress(OSError):
            self.p.stdin.close()
        self.p.wait(timeout=oracle.SECONDS)
        self.p.stdout.close()
        self.p.stderr.close()


@contextlib.contextmanager
def running(bare, steps=(), **where):
    """A process that has gone these steps; those that kill it are left out."""
    steps = list(steps)
    while True:
        process = Process(bare, **where)
        done = 0
        try:
            process.say("X")  # an answer means that its start is over
            for what, name in steps:
                process.say(what, name)
                done += 1
        except Died:
            process.close()
            if not steps:
                raise
            del steps[min(done, len(steps) - 1)]
            continue
        break
    try:
        yield process
    finally:
        process.close()


@dataclasses.dataclass
class Plan:
    steps: list
    targets: list


def plan(seed, tree):
    """What the process opens first, and what it is asked then."""
    r = random.Random(seed * 7 + 1)
    files = sorted(str(p) for p in tree.folder.rglob("*") if ".so" in p.name and not p.is_dir())
    names = [f if r.random() < 0.7 else os.path.basename(f) for f in files]
    steps = [(r.choice("GGLLgl"), n) for n in r.sample(names, min(len(names), r.randint(0, PLAN)))]
    if r.random() < 0.15:
        steps.insert(r.randint(0, len(steps)), (r.choice("GL"), r.choice(["libm.so.6", "libz.so.1", "libpthread.so.0"])))
    if steps and r.random() < 0.15:
        steps.append(("X", ""))
    if r.random() < 0.1:
        steps.append(("C", str(tree.folder / r.choice(trees.FOLDERS))))
    cwd = next((name for what, name in reversed(steps) if what == "C"), str(tree.cwd))
    targets = [*tree.opens, *r.sample(names, min(len(names), ASKED))]
    # dlwhy takes a name that exists in the working folder for that file, which dlopen does not.
    targets = list(dict.fromkeys(t for t in targets if "/" in t or not os.path.lexists(f"{cwd}/{t}")))
    return Plan(steps, targets)


def try_tree(seed, bare, out, keep=False, root=None, parent=None):
    """`root`: another system, in which `parent` is visible under the same name."""
    tree = roundup.plant(seed, parent, absolute=root is not None)
    before = len(out.bad)
    if root is not None:
        tree.cwd = "/"
    try:
        ask_tree(seed, tree, bare, out, root=root)
    finally:
        if not (keep and len(out.bad) > before):
            roundup.fell(tree)


def ask_tree(seed, tree, bare, out, root=None):
    todo = plan(seed, tree)
    where = {"env": tree.env, "cwd": tree.cwd, "user": tree.user, "root": root}
    out.trees += 1
    try:
        with running(bare, todo.steps, **where) as process:
            ours = oracle.ask_dlwhy(todo.targets, options=("--pid", str(process.pid)), user=tree.user)
            real = [process.ask(t) for t in todo.targets]
    except Died:
        return  # the environment alone keeps it from starting: nothing runs
    for target, a, b in zip(todo.targets, real, ours):
        out.asked += 1
        why = oracle.difference(a, b)
        if why is not None:
            out.bad.append((seed, f"{todo.steps}, then {target}", why, "; ".join(tree.notes) or "sound"))
        out.kinds[roundup.kind_of(a)] += 1
