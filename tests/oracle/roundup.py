"""Asks about random trees and keeps count: shared by the test and by run.py."""
import collections
import dataclasses
import re
import shutil
import sys

import oracle
import trees


@dataclasses.dataclass
class Roundup:
    asked: int = 0
    trees: int = 0
    bad: list = dataclasses.field(default_factory=list)     # (seed, target, why, notes)
    kinds: collections.Counter = dataclasses.field(default_factory=collections.Counter)

    @property
    def bad_trees(self):
        return {seed for seed, *_ in self.bad}


_KINDS = [
    ("undefined symbol", "undefined symbol"), ("version `", "version"), ("cannot open shared", "not found"),
    ("wrong ELF class", "wrong class"), ("static TLS", "static TLS"), ("reloc type", "relocation type"),
    ("cannot read file data", "cannot read"), ("file too short", "too short"), ("invalid ELF header", "not ELF"),
    ("ELF file", "header"), ("no version information", "version"), ("CPU ISA", "ISA level"), ("IFUNC", "IFUNC"),
    ("DT_RELR", "RELR"), ("dlopen", "not for dlopen"), ("dynamically load", "program"), ("segment", "mapping"),
    ("load command", "mapping"), ("zero-fill", "mapping"), ("dynamic section", "mapping"),
    ("symbol not found", "undefined symbol"), ("initial-exec TLS", "static TLS"),
    ("relocation type", "relocation type"), ("No such file", "not found"),
    ("No error information", "not found without an error"), ("Exec format error", "not loadable"),
    ("Is a directory", "folder"), ("Symbolic link loop", "link loop"), ("Resource busy", "address taken"),
    ("Out of memory", "memory"), ("Invalid argument", "invalid argument"), ("Permission denied", "permission"),
]


def kind_of(answer):
    """A rough name of an outcome, to show that a set of trees has many."""
    if answer.loads:
        return "loads with a warning" if answer.lines else "loads"
    if answer.death:
        return f"dies: {answer.death}"
    for piece, name in _KINDS:
        if piece in (answer.message or ""):
            return name
    return re.sub(r"^.*: ", "", answer.message or "silence")


def where_of(tree, root):
    where = {"env": tree.env, "cwd": tree.cwd, "user": tree.user}
    return {**where, "root": root, "cwd": "/"} if root else where


def real_answers(tree, bare, root=None, loader=oracle.GLIBC):
    where = where_of(tree, root)
    opened = oracle.real_open(bare, tree.opens, **where) if tree.opens else []
    return opened, [oracle.real_start([name], listed=loader.lists, **where) for name in tree.starts]


def our_answers(tree, root=None, loader=oracle.GLIBC):
    where = where_of(tree, root)
    opened = oracle.ask_dlwhy(tree.opens, options=loader.bare, **where) if tree.opens else []
    return opened, oracle.ask_dlwhy(tree.starts, options=(), **where)


def plant(seed, parent=None, absolute=False, loader=oracle.GLIBC):
    """A tree of that seed in a new folder."""
    folder = oracle.scratch("tree", parent)
    user = oracle.NOBODY if oracle.is_root() and not absolute else None
    return trees.make(seed, folder, user, absolute, loader.path)


def fell(tree):
    (tree.folder / "noaccess").chmod(0o755)
    shutil.rmtree(tree.folder)


def try_tree(seed, bare, out, root=None, parent=None, keep=False, loader=oracle.GLIBC):
    """Builds one tree, asks both sides, adds to `out`. `root`: another system, in which `parent` is
    visible under the same name. The folder is removed unless it is bad and `keep` is set."""
    tree = plant(seed, parent, root is not None, loader)
    before = len(out.bad)
    real, ours = real_answers(tree, bare, root, loader), our_answers(tree, root, loader)
    out.trees += 1
    for kind, names, them, us in zip(("open", "start"), (tree.opens, tree.starts), real, ours):
        for name, a, b in zip(names, them, us):
            out.asked += 1
            out.kinds[kind_of(a)] += 1
            why = oracle.difference(a, b, lines=kind == "start")
            if why:
                out.bad.append((seed, f"{kind} {name}", why, "; ".join(tree.notes) or "sound"))
    if not (keep and len(out.bad) > before):
        fell(tree)
    return tree


def report(out, file=sys.stdout):
    print(f"{out.trees} trees, {out.asked} questions, {len(out.bad)} disagreements in {len(out.bad_trees)} trees",
          file=file)
    for kind, n in out.kinds.most_common():
        print(f"  {n:6} {100 * n / max(1, out.asked):5.1f}%  {kind}", file=file)
    for seed, target, why, notes in out.bad:
        print(f"seed {seed}: {target}\n    {why}\n    made: {notes}", file=file)
