"""Run by a real interpreter: prints as JSON what test_home_oracle.py compares.

Reads a JSON list of [name, path or null] from standard input. Finders that executed lines of .pth files
added do not count here: only those that every interpreter has."""
import json
import sys

asked = json.load(sys.stdin)
first = list(sys.path)
del sys.modules["json"]
import importlib.machinery as machinery  # noqa: E402

KINDS = {"SourceFileLoader": "source", "SourcelessFileLoader": "bytecode", "ExtensionFileLoader": "extension"}
FINDERS = [f for f in sys.meta_path if getattr(f, "__name__", "") in
           ("BuiltinImporter", "FrozenImporter", "PathFinder", "_EditableFinder")]


def name_of(thing):
    return thing.__name__ if isinstance(thing, type) else type(thing).__name__


def describe(name, path):
    spec = None
    parent = name.rpartition(".")[0]
    if parent:  # a namespace package asks its parent for the path
        sys.modules[parent] = type(sys)(parent)
        sys.modules[parent].__path__ = path
    for finder in FINDERS:
        spec = finder.find_spec(name, path)
        if spec is not None:
            break
    if spec is None:
        return ["missing", None, [], False]
    where = list(spec.submodule_search_locations or [])
    package = spec.submodule_search_locations is not None
    loader = name_of(spec.loader)
    if loader == "BuiltinImporter":
        return ["built-in", None, where, package]
    if loader == "FrozenImporter":
        return ["frozen", None, where, package]
    if loader == "zipimporter":
        kind = "bytecode" if spec.origin.endswith(".pyc") else "source"
        return [kind, spec.origin, where, package]
    if loader in KINDS:
        return [KINDS[loader], spec.origin, where, package]
    return ["namespace", None, where, True]


answers = []
for given in asked:
    try:
        answers.append(describe(*given))
    except Exception as exc:  # pylint: disable=broad-except
        answers.append(["error", repr(exc), [], False])
print(json.dumps({
    "path": first, "executable": sys.executable, "prefix": sys.prefix, "exec_prefix": sys.exec_prefix,
    "base_prefix": sys.base_prefix, "base_exec_prefix": sys.base_exec_prefix,
    "version_text": sys.version, "version": "%d.%d.%d" % sys.version_info[:3],
    "abiflags": sys.abiflags, "builtins": list(sys.builtin_module_names),
    "suffixes": machinery.EXTENSION_SUFFIXES, "cache_tag": sys.implementation.cache_tag,
    "multiarch": getattr(sys.implementation, "_multiarch", None), "hexversion": sys.hexversion,
    "specs": answers}))
