"""Small Python programs for asking what an import does: written by hand, and random ones from a seed.

A program is a folder of files and the module to be imported. Native files come from a pool that is
built once: extension modules without Python.h, of which some lack something, and libraries for ctypes.
"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

# The interpreter that is asked: another one than that of the tests, if need be.
PYTHON = os.environ.get("DLWHY_PYTHON", sys.executable)
FACTS = json.loads(subprocess.run(
    [PYTHON, "-c", "import json, sys, sysconfig\nprint(json.dumps([sysconfig.get_config_var('EXT_SUFFIX'), sys.version_info[:2], "
     "getattr(sys, '_base_executable', sys.executable)]))"], capture_output=True, check=True).stdout)
SUFFIX, VERSION, BASE = FACTS

# As much of Python.h as a module of one phase needs; the layout is that of every build with the GIL.
MODULE = """
struct def { long refs; void *type; void *init; long index; void *copy; const char *name, *doc; long size; void *rest[5]; };
void *PyModule_Create2(struct def *d, int version);
static struct def d = { 1, 0, 0, 0, 0, "NAME", 0, -1, { 0 } };
USES
void *PyInit_NAME(void) { CALLS return PyModule_Create2(&d, 1013); }
"""
NEVER = "extern volatile int never_set; "


class Pool:
    """name -> a native file; an extension can be taken by its name alone, as PyInit_NAME has it."""

    def __init__(self, folder):
        self.dir = pathlib.Path(folder)
        self.library("there", "int there_f(void) { return 1; }")
        self.library("lacks_need", "int lacks_f(void) { return 1; }", needs=["gone"])
        self.library("lacks_symbol", "int nowhere_f(void); int lacks2_f(void) { return nowhere_f(); }")
        self.library("second", "int there_f(void); int second_f(void) { return there_f(); }", needs=["there"])
        self.extension("good")
        self.extension("better")
        self.extension("needy", needs=["there"])
        self.extension("starved", needs=["gone"])
        self.extension("deep", needs=["lacks_need"])
        self.extension("undefined", uses="int no_such_function(void);", calls="if (d.size > 0) no_such_function();")
        self.extension("newer", uses="int PyNothing_OfThisName(void);", calls="if (d.size > 0) PyNothing_OfThisName();")
        shutil.copyfile(self.dir / "good.so", self.dir / "noinit.so")
        self.write("empty", b"")
        self.write("text", b"not a library, and long enough for a header of an ELF file, which it has not at all\n")
        self.write("foreign", self.patched("good", 18, b"\xb7\0"))
        self.write("narrow", self.patched("good", 4, b"\x01"))
        self.write("cut", (self.dir / "good.so").read_bytes()[:200])

    def gcc(self, out, text, *flags):
        source = self.dir / "source.c"
        source.write_text(text)
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-w", "-o", self.dir / out, source, "-Wl,--no-as-needed", *flags],
                       check=True)

    def needs(self, names):
        """A library that is gone when it is loaded has to be there for the linker."""
        for name in names:
            if not (self.dir / f"lib{name}.so").exists():
                self.gcc(f"lib{name}.so", f"int {name}_f(void) {{ return 0; }}", f"-Wl,-soname,lib{name}.so")
        return [str(self.dir / f"lib{name}.so") for name in names]

    def library(self, name, text, needs=()):
        self.gcc(f"lib{name}.so", text, f"-Wl,-soname,lib{name}.so", *self.needs(needs), "-Wl,-rpath,$ORIGIN")

    def extension(self, name, uses="", calls="", needs=()):
        text = MODULE.replace("NAME", name).replace("USES", uses).replace("CALLS", calls)
        self.gcc(f"{name}.so", text, *self.needs(needs), "-Wl,-rpath,$ORIGIN:$ORIGIN/libs")

    def write(self, name, data):
        (self.dir / f"{name}.so").write_bytes(data)

    def patched(self, name, offset, data):
        old = (self.dir / f"{name}.so").read_bytes()
        return old[:offset] + data + old[offset + len(data):]

    def bytes(self, name):
        return (self.dir / f"{name}.so").read_bytes()


SOUND = ["good", "better", "needy"]
UNSOUND = ["starved", "deep", "undefined", "newer", "noinit", "empty", "text", "foreign", "narrow", "cut"]
LIBRARIES = ["there", "second"]
BAD_LIBRARIES = ["lacks_need", "lacks_symbol", "gone"]


class Program:
    """Files by name below a folder: text, or bytes of a native file."""

    def __init__(self, name, files, module, env=None, python=None):
        self.name, self.files, self.module, self.env, self.python = name, files, module, env or {}, python

    def write(self, folder):
        for name, data in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(data, bytes):
                path.write_bytes(data)
            else:
                path.write_text(data)

    def listing(self):
        return "\n".join(f"--- {n}\n{d if isinstance(d, str) else f'<{len(d)} bytes>'}" for n, d in self.files.items())


# ---- random programs --------------------------------------------------------------------------

TREE = ["top", "p", "p.a", "p.b", "p.sub", "p.sub.c", "p.sub.d", "q", "q.e", "ns.x", "m"]
PACKAGES = {"p", "p.sub", "q", "ns"}
ABSENT = ["nothere", "p.nothere", "m.nothere", "q.e.nothere"]
STDLIB = ["json", "colorsys", "os.path", "string", "collections.abc", "textwrap"]
HANDLERS = ["ImportError", "ModuleNotFoundError", "(ImportError, OSError)", "Exception", "OSError", "ValueError"]
TRUE = ["sys.platform == 'linux'", "os.name == 'posix'", "sys.version_info >= (3, 6)", "not os.environ.get('NOT_SET')",
        "sys.platform.startswith('lin')", "sys.maxsize > 2**32", "sys.byteorder == 'little'", "'X' not in os.environ",
        "sys.version_info[0] == 3 and sys.implementation.name == 'cpython'"]
FALSE = ["sys.platform == 'win32'", "os.name == 'nt'", "sys.version_info < (3, 6)", "TYPE_CHECKING", "os.environ.get('NOT_SET')",
         "sys.platform in ('darwin', 'win32')", "False", "__name__ == '__main__'", "not True"]


def parent(module):
    return module.rpartition(".")[0]


def variable(module):
    return "A_" + module.replace(".", "_")


class Maker:
    def __init__(self, rng, pool):
        self.rng, self.pool = rng, pool
        self.files, self.natives, self.libraries = {}, {}, set()
        self.count = 0

    def make(self):
        for module in TREE:
            path = module.replace(".", "/")
            self.files[f"{path}/__init__.py" if module in PACKAGES else f"{path}.py"] = self.source(module)
        for (package, name) in self.natives:
            self.files[f"{package.replace('.', '/')}/{name}{SUFFIX}"] = self.pool.bytes(name)
        for package, name in sorted(self.libraries):
            if name != "gone":
                self.files[f"{package.replace('.', '/')}/libs/lib{name}.so"] = self.pool.bytes(f"lib{name}")
        return self.files

    def source(self, module):
        late = self.rng.random() < 0.4
        define = [f"{variable(module)} = 1", f"class C_{module.replace('.', '_')}: pass"]
        body = []
        for _ in range(self.rng.choice([1, 2, 2, 3, 4, 5] if module == "top" else [0, 1, 1, 2, 3])):
            body += self.statement(module)
        head = ["import os", "import sys", "import ctypes", "import importlib", "import warnings", "from contextlib import suppress",
                "TYPE_CHECKING = False"]
        return "\n".join(head + (body + define if late else define + body)) + "\n"

    def target(self, module):
        """Mostly a module that comes later, so that circles are seldom."""
        at = TREE.index(module)
        later = TREE[at + 1:]
        if later and self.rng.random() < 0.93:
            return self.rng.choice(later)
        return self.rng.choice(TREE[1:])

    def package_of(self, module):
        return module if module in PACKAGES else parent(module)

    def relative(self, module, target):
        """("..sub", "c") so that `from ..sub import c` names target; None: they share no package."""
        base = self.package_of(module)
        dots = "."
        while base and not (target + ".").startswith(base + "."):
            base, dots = parent(base), dots + "."
        if not base or target == base:
            return None
        rest, _, last = target[len(base) + 1:].rpartition(".")
        return dots + rest, last

    # ---- statements: each a list of lines --------------------------------------------------------

    def statement(self, module):
        kind = self.rng.choices(
            [self.plain, self.names, self.guarded, self.condition, self.function, self.dynamic, self.native, self.by_hand, self.lazy,
             self.trouble, self.loop, self.classes],
            [6, 6, 6, 4, 3, 3, 5, 4, 2, 1, 2, 1])[0]
        return kind(module)

    def plain(self, module):
        if self.rng.random() < 0.06:
            return [f"import {self.rng.choice(ABSENT)}"]
        if self.rng.random() < 0.15:
            return [f"import {self.rng.choice(STDLIB)}"]
        target = self.target(module)
        relative = self.relative(module, target)
        if relative and self.rng.random() < 0.6:
            return ["from {} import {}".format(*relative)]
        how = self.rng.choice(["import {0}", "import {0} as other", "from {1} import {2}" if parent(target) else "import {0}"])
        return [how.format(target, parent(target), target.rpartition(".")[2])]

    def names(self, module):
        target = self.target(module)
        what = variable(target) if self.rng.random() < 0.93 else "missing_name"
        relative = self.relative(module, target)
        if relative and self.rng.random() < 0.6:
            return [f"from {joined(relative)} import {what}"]
        if self.rng.random() < 0.3:
            return [f"import {target}", f"x = {target}.{variable(target)}"]
        if self.rng.random() < 0.1:
            return [f"from {target} import *"]
        return [f"from {target} import {what}"]

    def risky(self, module):
        """Something that fails, or loads a module that does."""
        kind = self.rng.choice([lambda: [f"import {self.rng.choice(ABSENT)}"], lambda: self.names(module), lambda: self.plain(module),
                                lambda: self.native(module, 0.6), lambda: self.by_hand(module, 0.6)])
        return kind()

    def guarded(self, module):
        handler = self.rng.choice(HANDLERS)
        body = indent(self.risky(module))
        after = self.rng.choice([
            ["    pass"], ["    x = None"], ["    x = str(e)"], ["    warnings.warn(f'no: {e}')"],
            ["    raise ImportError('cannot use it: %s' % e) from e"], ["    raise ImportError(f'{type(e).__name__}: {e}')"],
            ["    raise RuntimeError('stop: ' + str(e)) from None"], ["    raise"],
            ["    if 'shared object' in str(e):", "        raise", "    x = 1"],
            indent(self.plain(module))])
        if self.rng.random() < 0.15:
            return ["with suppress(ImportError, OSError):", *body]
        tail = self.rng.choice([[], ["else:", "    have = True"], ["finally:", "    done = True"]])
        return ["try:", *body, f"except {handler} as e:", *after, *tail]

    def condition(self, module):
        yes, no = indent(self.plain(module)), indent(self.risky(module))
        if self.rng.random() < 0.5:
            return [f"if {self.rng.choice(TRUE)}:", *yes, "else:", *no]
        return [f"if {self.rng.choice(FALSE)}:", *no, f"elif {self.rng.choice(TRUE)}:", *yes]

    def function(self, module):
        self.count += 1
        name = f"f{self.count}"
        body = indent(self.risky(module) if self.rng.random() < 0.3 else self.plain(module))
        body = [line for line in body if "import *" not in line] or ["    pass"]
        call = [f"{name}()"] if self.rng.random() < 0.6 else []
        if call and self.rng.random() < 0.3:
            return [f"def {name}(what=None):", *body, "    return what", f"value = {name}('x')"]
        return [f"def {name}():", *body, *call]

    def dynamic(self, module):
        target = self.target(module)
        relative = self.relative(module, target)
        ways = [f"importlib.import_module('{target}')", f"__import__('{target}')",
                f"importlib.import_module('{target[:1]}' + '{target[1:]}')"]
        if relative:
            ways.append(f"importlib.import_module('{joined(relative)}', __package__)")
        return [f"thing = {self.rng.choice(ways)}"]

    def loop(self, module):
        targets = sorted({self.target(module) for _ in range(2)})
        return [f"for name in {targets!r}:", "    if name in sys.modules:", "        continue", "    importlib.import_module(name)"]

    def native(self, module, bad=0.15):
        package = self.package_of(module)
        if not package:
            package = "p"
        name = self.rng.choice(UNSOUND if self.rng.random() < bad else SOUND)
        self.natives[package, name] = True
        for library in {"needy": ["there"], "deep": ["lacks_need"]}.get(name, []):
            self.libraries.add((package, library))
        if self.package_of(module) == package and self.rng.random() < 0.6:
            return [f"from . import {name}"]
        return [self.rng.choice([f"import {package}.{name}", f"from {package} import {name}", f"import {package}.{name} as native"])]

    def by_hand(self, module, bad=0.15):
        package = self.package_of(module) or "p"
        name = self.rng.choice(BAD_LIBRARIES if self.rng.random() < bad else LIBRARIES)
        self.libraries.add((package, name))
        if name == "second":
            self.libraries.add((package, "there"))
        depth = "" if self.package_of(module) == package else package
        here = self.rng.choice(["os.path.dirname(__file__)", "os.path.dirname(os.path.abspath(__file__))",
                                "os.path.dirname(os.path.realpath(__file__))"])
        parts = ([depth] if depth else []) + ["libs", f"lib{name}.so"]
        path = f"os.path.join({here}, {', '.join(map(repr, parts))})"
        way = self.rng.choice(["ctypes.CDLL({})", "ctypes.CDLL({}, mode=ctypes.RTLD_GLOBAL)", "ctypes.cdll.LoadLibrary({})",
                               "ctypes.CDLL(str({}))"])
        lines = [f"lib = {way.format(path)}"]
        if self.rng.random() < 0.2:
            lines = [f"if os.path.exists({path}):", "    " + lines[0]]
        elif self.rng.random() < 0.3:
            lines = [f"for _n in sorted(os.listdir(os.path.dirname({path}))):", f"    if _n == 'lib{name}.so':", "        " + lines[0]]
        elif self.rng.random() < 0.4:
            lines.append(f"f = lib.{ {'there': 'there_f', 'second': 'second_f'}.get(name, 'lacks_f') }")
        return lines

    def lazy(self, module):
        target = self.target(module)
        if any(line.startswith("def __getattr__") for line in self.files.get(module, "").splitlines()):
            return []
        return ["def __getattr__(name):", "    if name == 'late':", f"        import {target} as late", "        return late",
                "    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')"]

    def trouble(self, module):
        return [self.rng.choice(["raise ImportError('not for this machine')", "raise ModuleNotFoundError(f'in {__name__}')",
                                 "assert sys, 'no'", "x = 1 + 1", "raise SystemExit(3)"])]

    def classes(self, module):
        return ["class Thing:", *indent(self.plain(module)), "    x = 1"]


def joined(relative):
    where, last = relative
    return where + ("" if where.endswith(".") else ".") + last


def indent(lines):
    return ["    " + line for line in lines]


def random_program(seed, pool):
    maker = Maker(random.Random(f"import/{seed}"), pool)
    return Program(f"seed {seed}", maker.make(), "top")
