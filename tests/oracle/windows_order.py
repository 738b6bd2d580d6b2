#!/usr/bin/python3
"""In which order DLLs start: graphs of DLLs, the order in which wine calls their entry points, and what dlwhy says.

    windows_order.py [--graphs N] [--seed S]      asks wine and dlwhy (`make check-windows`)

A graph is {name: names that it imports from}; "a" is opened. "c>d" is an export of c that leads on to d, which the
importer takes. test_windows_experiments.py asks dlwhy about ROWS alone, whose orders are those of wine.
"""
import argparse
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import windows
from pewrite import Image

KERNEL = {"KERNEL32.dll": ["Sleep"]}
ROWS = [({"a": []}, "a"), ({"a": ["b", "c"], "b": ["d"], "c": ["e"], "d": [], "e": []}, "d b e c a"),
        ({"a": ["c", "b"], "b": ["c"], "c": []}, "c b a"), ({"a": ["b"], "b": ["c", "d"], "c": ["a"], "d": []}, "c d b a"),
        ({"a": ["b", "c"], "b": ["c", "d"], "c": ["a", "d"], "d": ["b"]}, "d c b a"),
        ({"a": ["b", "d"], "b": ["c>e"], "c": [], "d": [], "e": []}, "c e b d a")]
CALLED = re.compile(r'MODULE_InitDLL \(\S+ L"(\w)\.dll",PROCESS_ATTACH,\S+\) - CALL')


def write(folder, graph):
    """Each DLL exports its name, and under "to_X" what is in X."""
    leads = {tuple(n.split(">")) for needs in graph.values() for n in needs if ">" in n}
    for name, needs in graph.items():
        imports = {f"{n[0]}.dll": ["to_" + n[2] if ">" in n else n] for n in needs}
        exports = {name: None, **{"to_" + to: f"{to}.{to}" for by, to in leads if by == name}}
        Image(imports={**KERNEL, **imports}, exports=exports, name=f"{name}.dll").write(folder / f"{name}.dll")
    Image(imports={"a.dll": ["a"]}, dll=False).write(folder / "main.exe")


def ask_wine(folder):
    p = subprocess.run(["wine", str(folder / "main.exe")], capture_output=True, check=False,
                       env={**os.environ, "WINEDEBUG": "+module"})
    return " ".join(CALLED.findall(p.stderr.decode("latin-1")))


def ask_dlwhy(folder):
    text = 'OSError: [WinError 1114] A dynamic link library (DLL) initialization routine failed. Error loading "C:\\x\\a.dll"'
    p = subprocess.run([windows.DLWHY, "explain", "--json", "-"], cwd=folder, input=text, capture_output=True, text=True,
                       check=False)
    finding = json.loads(p.stdout)["findings"][0]
    said, = [e["value"] for e in finding["evidence"] if "starts after" in e["says"] or "starts with it" in e["says"]]
    return said.replace(".dll", "").replace(",", ""), finding


def some_graph(rnd):
    names = "abcdefgh"[:rnd.randint(2, 8)]
    graph = {n: rnd.sample(names.replace(n, ""), rnd.randint(0, min(3, len(names) - 1))) for n in names}
    graph["a"] = graph["a"] or ["b"]
    return graph


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--graphs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if not windows.have_wine():
        print("windows_order: skipped: no wine here")
        return 0
    rnd, wrong = random.Random(args.seed), 0
    rows = [*ROWS, *((some_graph(rnd), None) for _ in range(args.graphs))]
    for graph, order in rows:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            write(folder, graph)
            wine, ours = ask_wine(folder), ask_dlwhy(folder)[0]
        if wine != ours or order not in (None, wine):
            wrong += 1
            print(f"  {graph}: wine {wine}, dlwhy {ours}, noted {order}")
    print(f"windows_order: {len(rows)} graphs, {wrong} in another order")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
