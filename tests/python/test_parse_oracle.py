"""Python's own parser is the truth: both trees of every file of the standard library must be equal."""
import shutil
import subprocess
import sys
import sysconfig

import compare_ast
import pytest

pytestmark = pytest.mark.skipif(sys.version_info < (3, 9), reason="the trees of Python before 3.9 are others")


def library():
    paths = compare_ast.sources(sysconfig.get_path("stdlib"))
    return [p for p in paths if not {"site-packages", "dist-packages"} & set(p.parts)]


def assert_same(paths):
    compared, found = compare_ast.compare(paths)
    print(f"oracle: {compared} files of Python {sys.version.split()[0]}; {compare_ast.speed(paths, '--lazy')}")
    assert not found, "\n".join(found[:20])
    assert compared > len(paths) * 0.9


@pytest.mark.slow
def test_the_standard_library():
    paths = library()
    assert len(paths) > 200
    assert_same(paths)


def test_some_modules_of_the_standard_library():
    paths = [p for p in library() if p.name in ("ast.py", "dataclasses.py", "inspect.py", "textwrap.py", "typing.py")]
    assert len(paths) >= 5
    assert_same(paths)


SYNTAX = {
    (3, 9): """
with (a as b, c() as d,): pass
with (a, b): pass
with (a, *b): pass
with (yield): pass
with (a for b in c): pass
with (a := b): pass
with (a): pass
with (a, b) as c, (d): pass
with (): pass
@a.b[c](d) or e
async def f(a, /, b=1, *c, d, e=2, **g) -> lambda x, y: x: return await (yield)
def g(a: (int)=(3), b: [1, 2] = [], *c: {1: 2}, d: lambda x=1, *y: (x, y) = 4): yield from a
x: (int) = 3; y: lambda a=1: a = 5; (z): int; a.b[c]: "x, y" = yield
f(a)(b=1)[c].d(*e, f, **g, h=i)(j for j in k)(*l, **m)
f(a, *b, c=1, *d, **e)
f'{a!r:{b}}{c = !s:>{d}}{{}}' '{x}' "\\N{BULLET}" rf'\\{e}' f'{f:%H:%M}{g:}' f'''
{h
}\\
'''
'\\ud800\\x41\\101\\q' u'x'; b'\\u1234\\xff' rb'\\x'
lambda: (yield), lambda *a, b: a, lambda a, b=lambda c: c, /: a
{**a, 'b': c, **d | e}, {*a, b}, {a: b for a in c if d if e}, {a for a, *b in c}, (*a,), [*a, b]
a[b] if sys else a[::], a[b:], a[:c, ::d], a[()], a[1,]
not a < b is not c not in d != (e := f) and g or h and not i
- a ** - b ** ~ c, a @ b // c % d, a << b >> c, a | b ^ c & d
1_000, 0xFf, 0o17, 0b1, 1e5, 1.5E-3, .5, 5., 1j, 1.5J, 9223372036854775807, 9223372036854775808, 00, 1if a else 2
del (a), b[0], (c, d), [e]
try: pass
except (a, b) as c: pass
except d: pass
except: pass
else: pass
finally: pass
for a, *b in *c, d:
\tpass
else:
        pass
while (a := b): break
class A(B, *c, metaclass=D, **e): "doc"; x = 1; y: int
from ....a . b import (c as d, e,); from . import x; from ... import *; import a.b as c, d . e
type = match = case = _ = print = 1
match(a); match[a]; match.a; match - 1; match * 2; match: int; match, case
assert a, b; raise a from b; raise; return_ = 1; global a, b
if a: b; c
elif d: pass
else: e
""",
    (3, 10): """
match x:
    case 1 | -2.5 | 1 + 2j | -1 - 2j | 'a' 'b' | None | True if (y := z): pass
    case a.b.c | (d.e | f.g): pass
    case _: pass
    case a: pass
    case (a.b): pass
    case (a.b,) | [a.b] | [] | (): pass
    case {'k': v, a.b: w, **r} | A() | a.B(1, c=d, e=[f, *_]) as g: pass
    case a, *b: pass
    case *a,: pass
    case (_ as x): pass
match (a, b): # why
    case match: case = 1
match *a, b:
    case _: pass
match -x:
    case _: pass
match {a: b}:
    case _: pass
match [a][b:c]:
    case _: pass
match not a:
    case _: pass
match ...:
    case _: pass
match .5:
    case _: pass
match (a)[b:c]
match (a).b = c
a[b := 1], {a := b, c}
""",
    (3, 11): """
try: pass
except* (a, b) as c: pass
except* d: pass
a[*b], a[b, *c], a[*b, 1:2]
def f(*args: *Ts): pass
""",
    (3, 12): """
def f[T: int, *Ts, **P](a: T) -> list[T]: pass
class A[T](B): pass
type X[T] = list[T]; type type = int
type (x); type [y]; type = z
f'{a['b']}{f'{f'{1}'}'}{x:=5}{(x:=5)}{x!=y}{(lambda: 1)}' f'{
a # }
= # b
}' f'{a:{b:{c}}}' f"{'"'}{"'"}" f'''{'''a'''}''' f'{{{a}}}' f'{a:{{b}}}'
""",
    (3, 13): """
def f[T = int, *Ts = *tuple[int], **P = [int]](): pass
""",
    (3, 14): """
try: pass
except a, b: pass
""",
}


def interpreters():
    """version -> the command of a Python that has it, of those on this machine."""
    found = {sys.version_info[:2]: sys.executable}
    for minor in range(9, 20):
        command = shutil.which(f"python3.{minor}")
        if command and subprocess.run([command, "-c", ""], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            found.setdefault((3, minor), command)
    return found


@pytest.mark.parametrize("python", sorted(interpreters().items()), ids=lambda pair: "%d.%d" % pair[0])
def test_rare_forms(tmp_path, python):
    version, command = python
    for least, text in SYNTAX.items():
        if least <= version:
            (tmp_path / f"forms_{least[1]}.py").write_text(text, encoding="utf-8")
    run = subprocess.run([command, compare_ast.__file__, str(tmp_path)], stdout=subprocess.PIPE, text=True, check=False)
    files = len(list(tmp_path.iterdir()))
    assert run.returncode == 0, run.stdout
    assert f"{files} files, {files} compared, 0 differ" in run.stdout
