"""`dlwhy link` against the real linkers: does it link, and what is the first error?

Scenes are made from a seed (link_scenes.py; for other systems foreign_scenes.py, `mingw` or `macho` as an
argument). DLWHY_LINK_SCENES: how many (200), DLWHY_LINK_SEED: from where.
"""
import concurrent.futures
import functools
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "project"))
import foreign_scenes  # noqa: E402
import link_scenes  # noqa: E402
import link_wide  # noqa: E402
from project import DLWHY  # noqa: E402

SCENES = int(os.environ.get("DLWHY_LINK_SCENES", "200"))
SEED = int(os.environ.get("DLWHY_LINK_SEED", "1"))
PER_POOL = 50


def ask_dlwhy(words, cwd):
    result = subprocess.run([str(DLWHY), "link", "--json", "--", *words], cwd=cwd, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, check=False)
    return json.loads(result.stdout)


def any_order(words, line):
    """mold works in parallel, gold opens files so; what shared inputs lack is told in the order of a hash table."""
    return ("gold" in words[1] and ("cannot find" in line or "cannot mix" in line)) or "-fuse-ld=mold" in words or ".so: undefined reference" in line or ".so: error: undefined" in line


def judge(pool, words, number):
    """None if both agree, else what differs."""
    real = link_scenes.run([*words, "-o", f"out{number}"], pool.folder)
    said = ask_dlwhy([*words, "-o", f"out{number}"], pool.folder)
    first, errors = link_scenes.first_error(real.stderr)
    links = real.returncode == 0
    got = said["linker_message"]
    if any(w in real.stderr for w in ("internal error", "terminated with signal", "PLEASE submit a bug report", "unable to execute command")):
        return None  # the linker itself broke
    if said["links"] == links and (links or got == first or (got in errors and any_order(words, got))):
        return None
    return {"command": " ".join(words), "real": links, "first": first, "links": said["links"], "got": got,
            "error": said["error"], "stderr": real.stderr[:1500], "lines": said["linker_lines"][:6]}


def known(differ):
    """Where an answer is not to be had: names by chance, objects of LLVM, scripts that are programs."""
    words, first = differ["command"], differ["first"] or ""
    return ("ltrans" in first or " lc.o" in words or "broken.map" in words or " -lif" in words or
            ("-fuse-ld=mold" in words and "fatal-warnings" in words))


def scenes(folder, first, n):
    pool = link_scenes.Pool(folder, first)
    rng = random.Random(first * 7919)
    return pool, [link_scenes.command(rng, pool) for _ in range(n)]


def wide(folder, first, n):
    pool = link_wide.Wide(folder, first)
    rng = random.Random(first * 7919)
    return pool, [link_wide.command(rng, pool) for _ in range(n)]


def foreign(kind, folder, first, n):
    pool = foreign_scenes.KINDS[kind](folder, first)
    rng = random.Random(first * 7919)
    return pool, [pool.command(rng) for _ in range(n)]


def compare(total, seed, folder, make=scenes):
    """All disagreements among `total` scenes."""
    differ, done = [], 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as executor:
        while done < total:
            n = min(PER_POOL, total - done)
            pool, commands = make(Path(folder) / f"p{seed}", seed, n)
            differ += [r for r in executor.map(lambda job, p=pool: judge(p, job[1], job[0]), enumerate(commands)) if r]
            done += n
            seed += 1
    return differ


@pytest.mark.skipif(not link_scenes.LINKERS, reason="no linker is installed under a name of its own")
def test_links_and_first_error_are_those_of_the_real_linkers(tmp_path):
    differ = compare(SCENES, SEED, tmp_path)
    print(f"{SCENES - len(differ)} of {SCENES} links agree ({', '.join(link_scenes.LINKERS)})")
    assert not differ, json.dumps(differ[:5], indent=1)


@pytest.mark.skipif(not link_scenes.LINKERS, reason="no linker is installed under a name of its own")
def test_odd_lines_are_those_of_the_real_linkers(tmp_path):
    """Options, scripts, languages at random: what is left apart is known (see `known`)."""
    total = max(1, SCENES // 4)
    differ = [d for d in compare(total, SEED, tmp_path, wide) if not known(d)]
    print(f"{total - len(differ)} of {total} links agree ({', '.join(link_scenes.LINKERS)})")
    assert len(differ) <= total // 20, json.dumps(differ[:5], indent=1)


@pytest.mark.parametrize("kind", sorted(foreign_scenes.KINDS))
def test_links_for_other_systems_are_those_of_the_real_linkers(kind, tmp_path):
    total = max(1, SCENES // 2)
    differ = compare(total, SEED, tmp_path, functools.partial(foreign, kind))
    print(f"{total - len(differ)} of {total} links agree ({kind})")
    assert not differ, json.dumps(differ[:5], indent=1)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        kind = sys.argv[1] if len(sys.argv) > 1 else ""
        how = wide if kind == "wide" else functools.partial(foreign, kind) if kind else scenes
        found = compare(SCENES, SEED, work, how)
        for item in found:
            print(json.dumps(item, indent=1))
        print(f"{SCENES - len(found)} of {SCENES} links agree")
