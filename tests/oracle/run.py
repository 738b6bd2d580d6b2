#!/usr/bin/python3
"""Compare dlwhy with real loaders: experiments, random trees, and other glibcs where there are any.

    run.py [--trees N] [--live N] [--musl-trees N] [--seed S] [--keep] [--roots DIR] [--no-roots]

Experiments must all agree, mounts and set-user-ID programs included (they need root). Of N random
trees from seed S on 99.5 % must agree, and every one that does not is listed with its seed; --keep
leaves its folder behind. Of N random trees of which a running process has opened some libraries already
all must agree. DIR holds other systems as DIR/<glibc version>/root, as fetch-glibc.sh
writes them (default build/glibc, or DLWHY_GLIBC); their loader is asked by chroot, dlwhy by --root.
The same of musl with --musl-roots (default build/musl, or DLWHY_MUSL).
The last line counts experiments and trees.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import experiments  # noqa: E402
import liveround  # noqa: E402
import musl_experiments  # noqa: E402
import oracle  # noqa: E402
import roundup  # noqa: E402

ENOUGH = 0.995


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, good, bad, skipped=0):
        self.passed += good
        self.failed += bad
        self.skipped += skipped


def ask_experiments(count):
    print(f"experiments with glibc {oracle.glibc_version()}")
    folder = oracle.scratch("experiments")
    lab = experiments.Lab(folder, experiments.build(folder))
    for case in experiments.CASES:
        why = experiments.not_here(case)
        if why:
            print(f"  skipped {case.name}: {why}")
            count.add(0, 0, 1)
            continue
        real = lab.real(case)
        wrong = [experiments.shows(case, real)] if oracle.glibc_version() == experiments.GLIBC else []
        wrong.append(oracle.difference(real, lab.dlwhy(case), case.lines and case.kind == "start"))
        for why in filter(None, wrong):
            print(f"  differs {case.name}: {why}")
        count.add(not any(wrong), any(wrong))
    count.add(0, 0, len(experiments.NOT_ASKABLE))
    print(f"  {len(experiments.NOT_ASKABLE)} experiments cannot be asked by `check` and are skipped")
    shutil.rmtree(folder, ignore_errors=True)


def ask_live(count, args):
    folder = oracle.scratch("driver")
    bare = oracle.build_driver("bare", folder)
    out = roundup.Roundup()
    for seed in range(args.seed + 50_000, args.seed + 50_000 + args.live):
        liveround.try_tree(seed, bare, out, keep=args.keep)
    print("running processes")
    roundup.report(out)
    count.add(out.trees - len(out.bad_trees), len(out.bad_trees))
    shutil.rmtree(folder)


def judge_trees(count, out, title):
    agree = out.trees - len(out.bad_trees)
    share = agree / max(1, out.trees)
    print(f"{title}: {agree} of {out.trees} random trees agree ({100 * share:.2f} %)")
    roundup.report(out)
    tolerated = share >= ENOUGH
    if tolerated and out.bad_trees:
        print(f"  {len(out.bad_trees)} trees that differ are tolerated: {100 * ENOUGH} % must agree")
    count.add(agree, 0 if tolerated else len(out.bad_trees))


def ask_trees(count, args):
    folder = oracle.scratch("driver")
    bare = oracle.build_driver("bare", folder)
    out = roundup.Roundup()
    for seed in range(args.seed, args.seed + args.trees):
        roundup.try_tree(seed, bare, out, keep=args.keep)
    judge_trees(count, out, f"glibc {oracle.glibc_version()}")
    shutil.rmtree(folder)


# ---- musl -------------------------------------------------------------------------------------

def ask_musl(count, args):
    version = musl_experiments.version()
    if version is None:
        print("skipped musl: its loader or musl-gcc is not here")
        count.add(0, 0, 1)
        return
    print(f"experiments with musl {version}")
    folder = oracle.scratch("musl")
    lab = musl_experiments.Lab(folder, musl_experiments.build(folder))
    for case in musl_experiments.ALL:
        why = experiments.not_here(case)
        if why:
            print(f"  skipped {case.name}: {why}")
            count.add(0, 0, 1)
            continue
        real = lab.real(case)
        wrong = [musl_experiments.shows(case, real),
                 oracle.difference(real, lab.dlwhy(case), case.lines and case.kind == "start")]
        for why in filter(None, wrong):
            print(f"  differs {case.name}: {why}")
        count.add(not any(wrong), any(wrong))
    out = roundup.Roundup()
    for seed in range(args.seed, args.seed + args.musl_trees):
        roundup.try_tree(seed, lab.hosts[None], out, keep=args.keep, loader=oracle.MUSL)
    judge_trees(count, out, f"musl {version}")
    shutil.rmtree(folder, ignore_errors=True)


# ---- other glibcs -----------------------------------------------------------------------------

def version_key(name):
    return [int(x) if x.isdigit() else 0 for x in name.split(".")]


def find_roots(folder):
    if not folder.is_dir():
        return []
    found = [p for p in folder.iterdir() if (p / "root").is_dir()]
    return sorted(((p.name, p / "root") for p in found), key=lambda x: version_key(x[0]))


def inside(text, w):
    """A target or a list of folders as absolute names: in a root, the working folder is "/"."""
    if "/" in text and not text.startswith(("/", "$")):
        return f"{w}/{text.removeprefix('./')}"
    return text


def experiments_in_root(count, version, root, base, loader):
    """Those of the table that mean the same under absolute names. Programs compiled here want this
    machine's glibc or a younger one."""
    w = base / "w"
    w.mkdir()
    table = musl_experiments if loader is oracle.MUSL else experiments
    hosts = table.build(w)
    lab = experiments.Lab(w, hosts, loader)
    good = bad = 0
    for case in table.ALL:
        if case.setup or case.cwd != "." or case.kind == "shell" or case.nobody:
            continue
        target = inside(lab.expand(case.target), w)
        env = {}
        for name, value in case.env.items():
            items = [i if i.startswith(("/", "$")) or not i else f"{w}/{i.removeprefix('./')}"
                     for i in lab.expand(value).split(":")]
            env[name] = ":".join(items) if name == "LD_LIBRARY_PATH" else \
                ":".join(inside(i, w) for i in lab.expand(value).split(":"))
        where = {"env": env, "root": root}
        if case.kind == "open":
            real = oracle.real_open(lab.hosts[case.program], [target], **where)[0]
            options = ("--program", str(lab.hosts[case.program])) if case.program else loader.bare
        else:
            real = oracle.real_start([target], listed=loader.lists, **where)
            options = ()
        why = oracle.difference(real, oracle.ask_dlwhy([target], options=options, **where)[0], case.kind == "start")
        good += why is None
        bad += why is not None
        if why:
            print(f"  differs {case.name}: {why}")
    print(f"{loader.name} {version}: {good} experiments agree, {bad} differ")
    count.add(good, bad)


def ask_root(count, version, root, args, loader):
    """In a mount namespace of its own: the fixtures appear in the root under their own name."""
    base = oracle.scratch("root")
    there = root / str(base).lstrip("/")
    there.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "--bind", base, there], check=True)
    for special in ("dev", "proc"):
        (root / special).mkdir(exist_ok=True)
        subprocess.run(["mount", "--bind", f"/{special}", root / special], check=True)
    try:
        # A program that is linked today wants 2.34; one for older loaders brings libdl with it.
        old = loader is oracle.GLIBC and version_key(version) < [2, 34]
        bare = oracle.build_old_driver("bare", base) if old else \
            oracle.build_driver("bare", base, compiler=loader.compiler)
        out = roundup.Roundup()
        for seed in range(args.seed, args.seed + args.root_trees):
            roundup.try_tree(seed, bare, out, root=root, parent=base, keep=args.keep, loader=loader)
        judge_trees(count, out, f"{loader.name} {version}")
        live = roundup.Roundup()
        for seed in range(args.seed, args.seed + args.root_trees // 3 * (loader is not oracle.MUSL)):
            liveround.try_tree(seed, bare, live, root=root, parent=base, keep=args.keep)
        if live.trees:
            judge_trees(count, live, f"{loader.name} {version}, running processes")
        if loader is oracle.MUSL or version_key(version) >= [2, 36]:
            experiments_in_root(count, version, root, base, loader)
    finally:
        for place in (there, root / "dev", root / "proc"):
            subprocess.run(["umount", place], check=False)
        if not args.keep:
            shutil.rmtree(base, ignore_errors=True)


def ask_roots(count, args, folder, loader):
    roots = find_roots(folder)
    if loader is oracle.MUSL and musl_experiments.version() is None:
        roots = []
    if not roots:
        print(f"skipped other releases of {loader.name}: none in {folder}; tests/oracle/fetch-glibc.sh gets them")
        count.add(0, 0, 1)
        return
    if not oracle.is_root() or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        print(f"skipped other releases of {loader.name}: chroot and mounts need root")
        count.add(0, 0, len(roots))
        return
    for version, root in roots:
        ask_root(count, version, root.resolve(), args, loader)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--trees", type=int, default=2000)
    parser.add_argument("--live", type=int, default=400, help="random trees in running processes")
    parser.add_argument("--root-trees", type=int, default=300, help="the same for each other glibc")
    parser.add_argument("--musl-trees", type=int, default=600, help="the same for musl")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="leave the folders of trees that differ")
    parser.add_argument("--no-experiments", action="store_true")
    parser.add_argument("--roots", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("DLWHY_GLIBC", oracle.TOP / "build/glibc")))
    parser.add_argument("--musl-roots", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("DLWHY_MUSL", oracle.TOP / "build/musl")))
    parser.add_argument("--no-roots", action="store_true")
    args = parser.parse_args()
    if not args.no_roots and oracle.is_root() and "DLWHY_ORACLE_UNSHARED" not in os.environ and \
            subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0:
        # All mounts of this run vanish with it.
        os.environ["DLWHY_ORACLE_UNSHARED"] = "1"
        os.execvp("unshare", ["unshare", "-m", sys.executable, *sys.argv])
    print(f"dlwhy: {oracle.dlwhy_program()}")
    count = Count()
    if not args.no_experiments:
        ask_experiments(count)
    if args.trees:
        ask_trees(count, args)
    if args.live:
        ask_live(count, args)
    if args.musl_trees:
        ask_musl(count, args)
    if not args.no_roots:
        ask_roots(count, args, args.roots, oracle.GLIBC)
        ask_roots(count, args, args.musl_roots, oracle.MUSL)
    print(f"{count.passed} passed, {count.failed} failed, {count.skipped} skipped")
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
