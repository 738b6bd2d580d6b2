"""Run by a real interpreter: imports modules and compares their globals, when all are in, with what dump_eval
claims to know of them: standard input has the list of their names and what dump_eval printed, as JSON. Prints
the differences as JSON, on its last line."""
import importlib
import json
import sys

names, claims = json.load(sys.stdin)
failed = {}
for name in names:
    try:
        importlib.import_module(name)
    except BaseException as error:
        failed[name] = type(error).__name__
pathlib = sys.modules.get("pathlib")


def describe(value):
    """As dump_eval does; a list that names no type is what it cannot say anything about."""
    kind = type(value)
    if value is None:
        return ["None"]
    if kind in (bool, int):
        return [kind.__name__, str(value)]
    if kind is float:
        return ["float", "%.17g" % value]
    if kind is str:
        return ["str", value]
    if kind is bytes:
        return ["bytes", value.hex()]
    if pathlib and isinstance(value, pathlib.PurePath):
        return ["path", str(value)]
    if kind in (tuple, list):
        return [kind.__name__, [describe(v) for v in value]]
    if kind in (set, frozenset):
        return ["set", sorted(describe(v) for v in value)]
    if isinstance(value, dict):
        return ["dict", [[describe(k), describe(v)] for k, v in value.items()]]
    if kind.__name__ == "_Environ":
        return ["dict", [[describe(k), describe(v)] for k, v in value.items()]]
    if isinstance(value, tuple):  # sys.version_info and its like
        return ["tuple", [describe(v) for v in value]]
    return ["other", kind.__module__ + "." + kind.__name__]


def in_order(claim):
    """The same with sets, whose order nobody knows, sorted."""
    if len(claim) == 2 and isinstance(claim[1], list):
        inside = [[in_order(p[0]), in_order(p[1])] if claim[0] == "dict" else in_order(p) for p in claim[1]]
        return [claim[0], sorted(inside) if claim[0] == "set" else inside]
    return claim


wrong, absent, count = [], [], 0
for module, names in claims["modules"].items():
    real = sys.modules.get(module)
    if real is None:
        continue
    for name, claim in names.items():
        count += 1
        claim = in_order(claim)
        if name not in vars(real):
            absent.append([module, name, claim])
            continue
        value = describe(vars(real)[name])
        if value != claim:
            wrong.append([module, name, claim, value])
print(flush=True)
json.dump({"wrong": wrong, "absent": absent, "count": count, "failed": failed,
           "not_there": [m for m in claims["certain"] if m not in sys.modules]}, sys.stdout)
