"""Programs written by hand: one for each way in which an import goes on, or ends."""
import io
import zipfile

from programs import SUFFIX, Program

OTHER = SUFFIX.replace("3", "2", 1) if "3" in SUFFIX else ".cpython-27-x86_64-linux-gnu.so"
HERE = "import os\nhere = os.path.dirname(os.path.abspath(__file__))\n"
LOAD = "import ctypes\nimport os\nhere = os.path.dirname(os.path.abspath(__file__))\n"


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in files.items():
            z.writestr(name, text)
    return out.getvalue()


def programs(pool):
    ext = {f"{n}{SUFFIX}": pool.bytes(n) for n in ("good", "starved", "undefined", "noinit")}
    libs = {f"libs/lib{n}.so": pool.bytes(f"lib{n}") for n in ("there", "second", "lacks_need", "lacks_symbol")}
    named = {
        "nothing there": ({}, "nothere"),
        "submodule not there": ({"p/__init__.py": ""}, "p.nothere"),
        "no package": ({"m.py": ""}, "m.nothere"),
        "name not there": ({"m.py": "", "top.py": "from m import x"}, "top"),
        "name not in a namespace": ({"ns/x.py": "", "top.py": "from ns import nothere"}, "top"),
        "module of a namespace": ({"ns/x.py": "", "top.py": "from ns import x\nimport ns.x"}, "top"),
        "circle": ({"a.py": "from b import x\ny = 1", "b.py": "from a import y\nx = 1"}, "a"),
        "circle that works": ({"a.py": "import b\ny = 1", "b.py": "import a\nx = 1"}, "a"),
        "circle by attribute": ({"a.py": "import b\ny = 1", "b.py": "import a\nx = a.y"}, "a"),
        "circle in a package": ({"p/__init__.py": "from . import a", "p/a.py": "from p import b", "p/b.py": "from p import a\nfrom p.a import z"},
                                "p"),
        "relative beyond the top": ({"p/__init__.py": "from .. import x"}, "p"),
        "relative without a package": ({"m.py": "from . import x"}, "m"),
        "attribute of a module": ({"m.py": "", "top.py": "import m\nm.nothere"}, "top"),
        "getattr of a module": ({"m.py": "def __getattr__(name):\n    if name == 'late':\n        import gone_too\n    raise AttributeError(name)",
                                 "top.py": "from m import other"}, "top"),
        "getattr that imports": ({"m.py": "def __getattr__(name):\n    import gone_too\n", "top.py": "from m import late"}, "top"),
        "getattr that gives": ({"m.py": "def __getattr__(name):\n    return name * 2\n", "top.py": "from m import late\nfrom late import x"},
                               "top"),
        "lazy table": ({"p/__init__.py": "import importlib\n_map = {'A': '.a', 'B': '.b'}\ndef __getattr__(name):\n    if name in _map:\n"
                        "        return getattr(importlib.import_module(_map[name], __name__), name)\n    raise AttributeError("
                        "f'module {__name__!r} has no attribute {name!r}')\n", "p/a.py": "A = 1", "p/b.py": "import gone_again\nB = 1",
                        "top.py": "from p import A\nfrom p import B"}, "top"),
        "shadowed": ({"json.py": "x = 1", "top.py": "from json import dumps"}, "top"),
        "shadowed by attribute": ({"random.py": "x = 1", "top.py": "import random\nrandom.randint(1, 2)"}, "top"),
        "shadowed from afar": ({"string.py": "x = 1", "top.py": "import logging"}, "top"),
        "not caught": ({"top.py": "try:\n    import nothere\nexcept OSError:\n    pass"}, "top"),
        "caught": ({"top.py": "try:\n    import nothere\nexcept ImportError:\n    nothere = None"}, "top"),
        "raised anew": ({"top.py": "try:\n    import nothere\nexcept ImportError as e:\n    raise ImportError('install it: ' + str(e)) from e"},
                        "top"),
        "raised with a traceback": ({"top.py": "import traceback\ntry:\n    import m\nexcept ImportError:\n    raise ImportError("
                                     "f'{traceback.format_exc()}\\n\\nno.')", "m.py": "\n\nimport nothere\n"}, "top"),
        "kept for later": ({"top.py": "try:\n    import nothere\nexcept ImportError as e:\n    why = e\nelse:\n    why = None\nif why is not None:\n"
                            "    raise RuntimeError('late: %s' % (why,))"}, "top"),
        "name of what is missing": ({"top.py": "try:\n    import nothere.x\nexcept ModuleNotFoundError as e:\n    raise RuntimeError(e.name)"},
                                    "top"),
        "if that name is missing": ({"top.py": "try:\n    import m\nexcept ImportError as e:\n    if e.name != 'm':\n        raise\n",
                                     "m.py": "import nothere"}, "top"),
        "several lines": ({"top.py": "msg = '''a\nb\n  c'''\nraise ImportError(msg)"}, "top"),
        "no text": ({"top.py": "raise ImportError"}, "top"),
        "text of two": ({"top.py": "raise ImportError('a', 2)"}, "top"),
        "key": ({"top.py": "raise KeyError('a')"}, "top"),
        "own exception": ({"top.py": "class Broken(ImportError):\n    pass\nraise Broken('so')"}, "top"),
        "own text": ({"top.py": "class Broken(Exception):\n    def __str__(self):\n        return 'it is so'\nraise Broken()"}, "top"),
        "exit": ({"top.py": "import sys\nsys.exit('no')"}, "top"),
        "extension": ({**ext, "top.py": "import good"}, "top"),
        "extension of a package": ({f"p/good{SUFFIX}": ext[f"good{SUFFIX}"], "p/__init__.py": "from .good import *"}, "p"),
        "extension without a need": ({**ext, "top.py": "import starved"}, "top"),
        "extension without a symbol": ({**ext, "top.py": "import undefined"}, "top"),
        "extension without its function": ({**ext, "top.py": "import noinit"}, "top"),
        "extension that is named otherwise": ({f"other{SUFFIX}": pool.bytes("good")}, "other"),
        "attribute of an extension": ({**ext, "top.py": "from good import x"}, "top"),
        "extension before source": ({**ext, "good.py": "raise RuntimeError"}, "good"),
        "package before extension": ({**ext, "good/__init__.py": "import nothere"}, "good"),
        "namespace after extension": ({**ext, "good/x.py": ""}, "good"),
        "extension of another Python": ({f"good{OTHER}": pool.bytes("good")}, "good"),
        "extension for all": ({"good.abi3.so": pool.bytes("good"), "better.so": pool.bytes("better"), "top.py": "import good, better"}, "top"),
        "folder named like an extension": ({f"good{SUFFIX}/x": "", "good.py": ""}, "good"),
        "library opened by hand": ({**libs, "top.py": LOAD + "ctypes.CDLL(os.path.join(here, 'libs', 'libsecond.so'))"}, "top"),
        "library without a need": ({**libs, "top.py": LOAD + "ctypes.CDLL(os.path.join(here, 'libs', 'liblacks_need.so'))"}, "top"),
        "library without a symbol": ({**libs, "top.py": LOAD + "ctypes.CDLL(here + '/libs/liblacks_symbol.so')"}, "top"),
        "library opened lazily": ({**libs, "top.py": LOAD + "ctypes.CDLL(here + '/libs/liblacks_symbol.so', mode=os.RTLD_LAZY)"}, "top"),
        "library that is not there": ({"top.py": LOAD + "ctypes.CDLL(f'{here}/libnothere.so')"}, "top"),
        "library by its bare name": ({"top.py": "import ctypes\nctypes.CDLL('libnothere.so.3')"}, "top"),
        "library that is searched": ({"top.py": "import ctypes, ctypes.util\nctypes.CDLL(ctypes.util.find_library('m'))"}, "top"),
        "library that is not found": ({"top.py": "import ctypes.util\nif ctypes.util.find_library('no-such-thing') is None:\n"
                                       "    raise ImportError('no library')"}, "top"),
        "function of a library": ({**libs, "top.py": LOAD + "lib = ctypes.CDLL(here + '/libs/libthere.so')\nlib.nothere"}, "top"),
        "function that is there": ({**libs, "top.py": LOAD + "lib = ctypes.CDLL(here + '/libs/libthere.so')\nlib.there_f.restype = None"}, "top"),
        "functions by name": ({**libs, "top.py": LOAD + "lib = ctypes.CDLL(here + '/libs/libthere.so')\nif hasattr(lib, 'nothere'):\n"
                               "    import nothere\nf = getattr(lib, 'there_f')"}, "top"),
        "all libraries of a folder": ({**libs, "top.py": LOAD + "import glob\nfor f in sorted(glob.glob(os.path.join(here, 'libs', '*second*'))):\n"
                                       "    ctypes.CDLL(f)"}, "top"),
        "library by pathlib": ({**libs, "top.py": "import ctypes\nfrom pathlib import Path\nctypes.CDLL(str(Path(__file__).parent / 'libs' / "
                                "'libthere.so'))"}, "top"),
        "library preloaded for an extension": ({f"p/needy{SUFFIX}": pool.bytes("needy"), "p.libs/libthere.so": pool.bytes("libthere"),
                                                "p/__init__.py": LOAD + "_d = os.path.abspath(os.path.join(here, os.pardir, 'p.libs'))\n"
                                                "if os.path.isdir(_d):\n    for _n in ['libthere.so']:\n"
                                                "        ctypes.CDLL(os.path.join(_d, _n))\nfrom . import needy"}, "p"),
        "library that was not preloaded": ({f"p/needy{SUFFIX}": pool.bytes("needy"), "p/__init__.py": "from . import needy"}, "p"),
        "text for a library": ({"top.py": LOAD + "ctypes.CDLL(here + '/lib.so')", "lib.so": "text\n" * 40}, "top"),
        "star": ({"p/__init__.py": "__all__ = ['a', 'b']", "p/a.py": "", "top.py": "from p import *"}, "top"),
        "star of submodules": ({"p/__init__.py": "__all__ = ['a']", "p/a.py": "import nothere", "top.py": "from p import *"}, "top"),
        "module in sys.modules": ({"a.py": "import sys\nsys.modules['made'] = sys.modules[__name__]\nz = 1", "top.py": "import a\nfrom made import z"},
                                  "top"),
        "module that is forbidden": ({"top.py": "import sys\nsys.modules['json'] = None\nimport json"}, "top"),
        "path that is added": ({"more/extra.py": "x = 1", "top.py": HERE + "import sys\nsys.path.insert(0, os.path.join(here, 'more'))\nimport extra"},
                               "top"),
        "path of a package": ({"p/__init__.py": HERE + "__path__.append(os.path.join(here, 'hidden'))\nfrom . import far", "p/hidden/far.py": ""}, "p"),
        "main guard": ({"top.py": "if __name__ == '__main__':\n    import nothere"}, "top"),
        "decorated": ({"top.py": "def d(f):\n    return f\n@d\ndef g():\n    import nothere\nclass K:\n    import colorsys\n    def h(self):\n"
                       "        import nothere"}, "top"),
        "called": ({"top.py": "def g():\n    import nothere\ng()"}, "top"),
        "called elsewhere": ({"m.py": "def g(name):\n    return __import__(name)", "top.py": "from m import g\ng('colorsys')\ng('nothere')"}, "top"),
        "method": ({"top.py": "class K:\n    def __init__(self, n):\n        self.n = n\n    def go(self):\n        __import__(self.n)\nK('nothere').go()"},
                   "top"),
        "loop": ({"top.py": "for n in ('json', 'nothere', 'x'):\n    try:\n        __import__(n)\n    except ImportError as e:\n        last = str(e)\n"
                  "        break\nraise ImportError(last)"}, "top"),
        "comprehension": ({"top.py": "mods = [__import__(n) for n in ('json', 'nothere')]"}, "top"),
        "while": ({"top.py": "n = 0\nwhile n < 3:\n    n += 1\nif n == 3:\n    import nothere3"}, "top"),
        "match of versions": ({"top.py": "import sys\nv = '.'.join(map(str, sys.version_info[:1]))\nif v == '3':\n    raise ImportError('is ' + v)"},
                              "top"),
        "version of a module": ({"m.py": "__version__ = '1.26.4'", "top.py": "import m\nif tuple(int(x) for x in m.__version__.split('.')) < (2, 0):\n"
                                 "    raise ImportError(f'needs 2.0, is {m.__version__}')"}, "top"),
        "file in a package": ({"p/VERSION": "7\n", "p/__init__.py": "import os\nwith open(os.path.join(os.path.dirname(__file__), 'VERSION')) as f:\n"
                               "    v = f.read().strip()\nif v != '7':\n    import nothere"}, "p"),
        "bytes that are no text": ({"top.py": b"x = '\xff'\n"}, "top"),
        "declared encoding": ({"top.py": b"# -*- coding: latin-1 -*-\nx = '\xe4'\nraise ImportError(x)\n"}, "top"),
        "byte order mark": ({"top.py": b"\xef\xbb\xbfimport nothere\n"}, "top"),
        "name": ({"top.py": "x = 1\ny = undefined_thing"}, "top"),
        "name in a class": ({"top.py": "class A:\n    x = 1\n    y = undefined_thing"}, "top"),
        "name after star of an extension": ({"top.py": "from math import *\nx = undefined_thing"}, "top"),
        "name that is deleted": ({"top.py": "x = 1\ndel x\nx"}, "top"),
        "name bound in a branch": ({"top.py": "import os\nif os.getpid() > 1:\n    x = 1\nelse:\n    x = 2\nx"}, "top"),
        "name made by exec": ({"top.py": "exec('made = 1')\nmade"}, "top"),
        "name put into globals": ({"top.py": "for n in ('a', 'b'):\n    globals()[n] = n\na + b"}, "top"),
        "name of a function that declares it": ({"top.py": "def f():\n    global made\n    made = 1\nf()\nmade"}, "top"),
        "attribute of the library": ({"top.py": "import json\njson.missing"}, "top"),
        "attribute that enum has made": ({"top.py": "import signal, socket, ssl\nsignal.SIGTERM, socket.AF_INET\nssl.PROTOCOL_TLS_CLIENT\n"
                                         "ssl.CERT_NONE\nssl.missing"}, "top"),
        "attribute of None": ({"top.py": "x = None\nx.y"}, "top"),
        "false assertion": ({"top.py": "assert 1 == 2, 'no'"}, "top"),
        "variable that is not set": ({"top.py": "import os\nKEY = os.environ['DLWHY_IS_NOT_SET']"}, "top"),
        "variable with a default": ({"top.py": "import os\nKEY = os.environ.get('DLWHY_IS_NOT_SET', 'x')\nKEY + '1'"}, "top"),
        "key that comes later": ({"m.py": "d = {}", "n.py": "import m\nm.d['x'] = 1", "top.py": "import m, n\nm.d['x']"}, "top"),
        "index": ({"top.py": "x = [1, 2][5]"}, "top"),
        "argument that is not there": ({"top.py": "import sys\nx = sys.argv[1:]\ny = x[0] if x else None"}, "top"),
        "file that is missing": ({"top.py": "with open('/dlwhy/missing') as f:\n    x = f.read()"}, "top"),
        "text of a path": ({"top.py": "from pathlib import Path\nx = Path('/dlwhy/missing').read_text()"}, "top"),
        "folder that is missing": ({"top.py": "import os\nos.listdir('/dlwhy/missing')"}, "top"),
        "file that is asked for": ({"top.py": "try:\n    open('/dlwhy/missing')\nexcept OSError:\n    pass"}, "top"),
        "version of a distribution": ({"top.py": "from importlib.metadata import version\nx = version('dlwhy-nothing')"}, "top"),
        "distribution": ({"top.py": "import importlib.metadata\nx = importlib.metadata.distribution('dlwhy-nothing')"}, "top"),
        "version with a way out": ({"top.py": "from importlib.metadata import version, PackageNotFoundError\ntry:\n    x = version('no.such')\n"
                                    "except PackageNotFoundError:\n    x = None"}, "top"),
        "version of an egg": ({"Some_thing-1.0.egg-info/PKG-INFO": "Name: Some-thing\nVersion: 1.0\n",
                               "top.py": "from importlib.metadata import version\nx = version('some-thing')"}, "top"),
        "function of the C library": ({"top.py": "import ctypes\nl = ctypes.CDLL('libc.so.6')\nl.strlen\nl.dlwhy_nothing.restype = None"}, "top"),
        "item of the C library": ({"top.py": "import ctypes\nl = ctypes.CDLL('libc.so.6')\nl['strlen']\nl['dlwhy_nothing']"}, "top"),
        "division": ({"top.py": "x = 1 // 0"}, "top"),
        "text and a number": ({"top.py": "x = 'a' + 1"}, "top"),
        "number in a text": ({"top.py": "x = int('ab')"}, "top"),
        "unknown encoding": ({"top.py": b"# coding: dlwhy-nothing\nx = 1\n"}, "top"),
        "encoding with an alias": ({"top.py": b"# coding: U8\nimport nothere\n"}, "top"),
        "byte in a comment": ({"top.py": b"# \xff\nimport nothere\n"}, "top"),
        "instance of another class": ({"top.py": "class B:\n    def __new__(cls):\n        return object.__new__(C)\n    def __init__(self):\n"
                                       "        assert False\nclass C:\n    pass\nB()"}, "top"),
        "null in a source": ({"top.py": b"x = 1\0\n"}, "top"),
        "zip in a package": ({"z.zip": zipped({"zp/__init__.py": "from . import b", "zp/b.py": "import nothere"}),
                              "top.py": HERE + "import sys\nsys.path.append(os.path.join(here, 'z.zip'))\nimport zp"}, "top"),
        "finally": ({"top.py": "try:\n    import nothere\nfinally:\n    x = 1"}, "top"),
        "context": ({"top.py": "import contextlib\n@contextlib.contextmanager\ndef c():\n    try:\n        yield\n    except ImportError as e:\n"
                     "        raise RuntimeError('in c: %s' % e) from e\nwith c():\n    import nothere"}, "top"),
        "future": ({"top.py": "from __future__ import annotations\ndef f(x: nothere) -> nothere: pass\nx: int = 1\nimport nothere"}, "top"),
        "pkgutil": ({"p/__init__.py": "import pkgutil\nfor m in pkgutil.iter_modules(__path__):\n    __import__('p.' + m.name)", "p/a.py": "",
                     "p/b.py": "import nothere"}, "p"),
        "find_spec": ({"m.py": "", "top.py": "import importlib.util as u\nif u.find_spec('m') is None or u.find_spec('nothere') is not None:\n"
                       "    raise RuntimeError\nimport m"}, "top"),
    }
    out = [Program(name, files, module) for name, (files, module) in named.items()]
    zipfile_of = zipped({"inside.py": "import nothere"})
    out += [
        Program("zip in PYTHONPATH", {"z.zip": zipfile_of}, "inside", env={"PYTHONPATH": "@/z.zip"}),
        Program("folder in PYTHONPATH", {"d/inside.py": "import nothere"}, "inside", env={"PYTHONPATH": "@/d"}),
        Program("namespace in two folders", {"d/ns/a.py": "", "e/ns/b.py": "", "top.py": "import ns.a, ns.b, ns.c"}, "top",
                env={"PYTHONPATH": "@/d:@/e"}),
        Program("package before namespace", {"d/ns/a.py": "", "e/ns/__init__.py": "", "top.py": "import ns.a"}, "top",
                env={"PYTHONPATH": "@/d:@/e"}),
        Program("variable", {"top.py": "import os\nif os.environ.get('WHICH') == 'b':\n    import nothere"}, "top", env={"WHICH": "b"}),
        Program("shadowed in PYTHONPATH", {"d/colorsys.py": "raise ImportError('the wrong one')"}, "colorsys", env={"PYTHONPATH": "@/d"}),
        Program("sitecustomize", {"d/sitecustomize.py": "import sys\nsys.path.append('/nowhere')\nimport colorsys", "top.py": "import nothere"}, "top",
                env={"PYTHONPATH": "@/d"}),
        Program("library of LD_LIBRARY_PATH", {f"needy{SUFFIX}": pool.bytes("needy"), "d/libthere.so": pool.bytes("libthere")}, "needy",
                env={"LD_LIBRARY_PATH": "@/d"}),
        Program("line of a .pth", {"packages/x.pth": "../../../../more\n", "more/inside.py": "import nothere"}, "inside", python="venv"),
        Program("import in a .pth", {"packages/x.pth": "import hook\n", "packages/hook.py": "import sys\nsys.path.append('@/more')",
                                     "more/inside.py": "import nothere"}, "inside", python="venv"),
        Program("package of a virtual environment", {"packages/p/__init__.py": "from . import good", f"packages/p/good{SUFFIX}": pool.bytes("starved")}, "p",
                python="venv"),
        Program("editable by a path", {"packages/__editable__.p.pth": "@/src\n", "src/p/__init__.py": "from . import gone"}, "p", python="venv"),
    ]
    return out
