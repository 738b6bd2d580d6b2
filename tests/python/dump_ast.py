"""The trees that Python itself makes of files, in the form in which dump-ast prints ours."""
import ast
import re

OPS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.MatMult: "@", ast.Div: "/", ast.Mod: "%", ast.Pow: "**",
    ast.FloorDiv: "//", ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
    ast.Not: "not", ast.Invert: "~", ast.UAdd: "+", ast.USub: "-", ast.And: "and", ast.Or: "or",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is",
    ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}
ESCAPED = re.compile(r'[\x00-\x1f"\\\x7f]')
ESCAPED_BYTES = re.compile(r'[\x00-\x1f"\\\x7f-\xff]')


def escaped(text, pattern=ESCAPED):
    return '"' + pattern.sub(lambda m: f"\\x{ord(m.group()):02x}", text) + '"'


def string(text):
    return "(Str" + escaped(re.sub("[\ud800-\udfff]", "\ufffd", text)) + ")"


def constant(value):
    if value is None or value is True or value is False:
        return f"({value})"
    if value is ...:
        return "(Ellipsis)"
    if isinstance(value, int):
        return f"(Int {value})" if value < 1 << 63 else f"(Big {value})"
    if isinstance(value, float):
        return f"(Float {value:.17g})"
    if isinstance(value, complex):
        return f"(Complex {value.imag:.17g})"
    if isinstance(value, bytes):
        return "(Bytes" + escaped(value.decode("latin-1"), ESCAPED_BYTES) + ")"
    return string(value)


def node(kind, fields="", children=(), elements=()):
    """One node: its kind and fields, up to three children unless all are missing, a list."""
    text = f"({kind}{fields}"
    children = list(children)
    if any(children):
        text += " " + " ".join(c or "-" for c in children + [None] * (3 - len(children)))
    return text + (listed(elements) if elements else "") + ")"


def listed(elements):
    return "[[" + " ".join(e or "-" for e in elements) + "]]" if elements else "[]"


def format_parts(values):
    """Parts of an f-string; texts in a row are one."""
    parts, text = [], ""
    for v in values:
        if isinstance(v, ast.Constant):
            text += v.value
            continue
        if text:
            parts.append(string(text))
            text = ""
        spec = v.format_spec and node("FString", " -", elements=format_parts(v.format_spec.values))
        conversion = chr(v.conversion) if v.conversion > 0 else "-"
        parts.append(node("Formatted", f" {conversion}", [expr(v.value), spec]))
    return parts + ([string(text)] if text else [])


def joined(n):
    if all(isinstance(v, ast.Constant) for v in n.values):
        return string("".join(v.value for v in n.values))
    return node("FString", " -", elements=format_parts(n.values))


def exprs(values):
    return [expr(v) for v in values]


def generators(n):
    return [node("CompFor", f" {g.is_async}", [expr(g.target), expr(g.iter)], exprs(g.ifs))
            for g in n.generators]


def parameters(args):
    plain = [(kind, a) for kind, group in (("/", getattr(args, "posonlyargs", [])), ("", args.args))
             for a in group]
    defaults = [None] * (len(plain) - len(args.defaults)) + args.defaults
    every = [(kind, a, d) for (kind, a), d in zip(plain, defaults)]
    every += [("*", args.vararg, None)] if args.vararg else []
    every += [("=", a, d) for a, d in zip(args.kwonlyargs, args.kw_defaults)]
    every += [("**", args.kwarg, None)] if args.kwarg else []
    return "{" + "".join(f" {kind}{a.arg}:{expr(d) or '-'}" for kind, a, d in every) + "}"


def keyword(n):
    return node("Keyword", f" {n.arg or '-'}", [expr(n.value)])


def arguments(positional, keywords):
    """In the order in which they are written."""
    both = [((a.lineno, a.col_offset), expr(a)) for a in positional]
    # the name of a keyword has no place of its own
    both += [((k.value.lineno, k.value.col_offset), keyword(k)) for k in keywords]
    return [text for _, text in sorted(both, key=lambda pair: pair[0])]


def expr(n):
    if n is None:
        return None
    return EXPRESSIONS[type(n)](n)


EXPRESSIONS = {
    ast.Constant: lambda n: constant(n.value),
    ast.Name: lambda n: node("Name", f" {n.id}"),
    ast.JoinedStr: joined,
    ast.Tuple: lambda n: node("Tuple", elements=exprs(n.elts)),
    ast.List: lambda n: node("List", elements=exprs(n.elts)),
    ast.Set: lambda n: node("Set", elements=exprs(n.elts)),
    ast.Dict: lambda n: node("Dict", elements=[expr(e) for pair in zip(n.keys, n.values) for e in pair]),
    ast.Attribute: lambda n: node("Attribute", f" {n.attr}", [expr(n.value)]),
    ast.Subscript: lambda n: node("Subscript", "", [expr(n.value), expr(n.slice)]),
    ast.Slice: lambda n: node("Slice", "", [expr(n.lower), expr(n.upper), expr(n.step)]),
    ast.Call: lambda n: node("Call", "", [expr(n.func)], arguments(n.args, n.keywords)),
    ast.Starred: lambda n: node("Starred", "", [expr(n.value)]),
    ast.BinOp: lambda n: node("BinOp", f" {OPS[type(n.op)]}", [expr(n.left), expr(n.right)]),
    ast.UnaryOp: lambda n: node("Unary", f" {OPS[type(n.op)]}", [expr(n.operand)]),
    ast.BoolOp: lambda n: node("BoolOp", f" {OPS[type(n.op)]}", elements=exprs(n.values)),
    ast.Compare: lambda n: node("Compare", "".join(f" {OPS[type(o)]}" for o in n.ops), [expr(n.left)],
                                exprs(n.comparators)),
    ast.IfExp: lambda n: node("IfExp", "", [expr(n.test), expr(n.body), expr(n.orelse)]),
    ast.Lambda: lambda n: node("Lambda", parameters(n.args) + ("generator" if yields([n.body]) else ""),
                               [expr(n.body)]),
    ast.NamedExpr: lambda n: node("Walrus", f" {n.target.id}", [expr(n.value)]),
    ast.ListComp: lambda n: node("ListComp", "", [expr(n.elt)], generators(n)),
    ast.SetComp: lambda n: node("SetComp", "", [expr(n.elt)], generators(n)),
    ast.GeneratorExp: lambda n: node("GenExp", "", [expr(n.elt)], generators(n)),
    ast.DictComp: lambda n: node("DictComp", "", [expr(n.key), expr(n.value)], generators(n)),
    ast.Await: lambda n: node("Await", "", [expr(n.value)]),
    ast.Yield: lambda n: node("Yield", "", [expr(n.value)]),
    ast.YieldFrom: lambda n: node("YieldFrom", "", [expr(n.value)]),
}


def yields(nodes):
    """Is there a yield in these, but not in functions inside them?"""
    todo = list(nodes)
    while todo:
        n = todo.pop()
        if isinstance(n, (ast.Yield, ast.YieldFrom)):
            return True
        if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            todo += getattr(n, "decorator_list", [])
            todo += [d for d in n.args.defaults + n.args.kw_defaults if d]
        else:
            todo += ast.iter_child_nodes(n)
    return False


def pattern(n):
    """The pattern as an expression to compare with, None where it is none."""
    if isinstance(n, ast.MatchValue):
        return expr(n.value)
    if isinstance(n, ast.MatchSingleton):
        return constant(n.value)
    if isinstance(n, ast.MatchAs) and n.pattern is None and n.name is None:
        return node("Name", " _")
    if isinstance(n, ast.MatchOr):
        parts = [pattern(p) for p in n.patterns]
        if None not in parts:
            text = parts[0]
            for part in parts[1:]:
                text = node("BinOp", " |", [text, part])
            return text
    return None


def alias(n):
    return node("Alias", f" {n.name} {n.asname or '-'}")


def items(n):
    return [node("WithItem", "", [expr(i.context_expr), expr(i.optional_vars)]) for i in n.items]


def handler(n, out, depth):
    place(n.lineno, node("Handler", f" {n.name or '-'}", [expr(n.type)]), out, depth)
    block("body", n.body, out, depth)


def case(n, out, depth):
    place(0, node("Case", "", [pattern(n.pattern), expr(n.guard)]), out, depth)
    block("body", n.body, out, depth)


def is_text(n):
    """The value of a string that stands alone is dropped."""
    return isinstance(n, ast.Constant) and isinstance(n.value, str)


def names(n):
    return [node("Name", f" {name}") for name in n.names]


SIMPLE = {
    ast.Expr: lambda n: node("Expr", "", [string("") if is_text(n.value) else expr(n.value)]),
    ast.Assign: lambda n: node("Assign", "", [expr(n.value)], exprs(n.targets)),
    ast.AugAssign: lambda n: node("AugAssign", f" {OPS[type(n.op)]}", [expr(n.target), expr(n.value)]),
    ast.AnnAssign: lambda n: node("AnnAssign", "", [expr(n.target), expr(n.value)]),
    ast.Return: lambda n: node("Return", "", [expr(n.value)]),
    ast.Delete: lambda n: node("Delete", elements=exprs(n.targets)),
    ast.For: lambda n: node("For", " 0", [expr(n.target), expr(n.iter)]),
    ast.AsyncFor: lambda n: node("For", " 1", [expr(n.target), expr(n.iter)]),
    ast.While: lambda n: node("While", "", [expr(n.test)]),
    ast.If: lambda n: node("If", "", [expr(n.test)]),
    ast.With: lambda n: node("With", " 0", elements=items(n)),
    ast.AsyncWith: lambda n: node("With", " 1", elements=items(n)),
    ast.Raise: lambda n: node("Raise", "", [expr(n.exc), expr(n.cause)]),
    ast.Assert: lambda n: node("Assert", "", [expr(n.test), expr(n.msg)]),
    ast.Import: lambda n: node("Import", elements=[alias(a) for a in n.names]),
    ast.ImportFrom: lambda n: node("ImportFrom", f" {n.module or '-'} {n.level}",
                                   elements=[alias(a) for a in n.names]),
    ast.Global: lambda n: node("Global", elements=names(n)),
    ast.Nonlocal: lambda n: node("Nonlocal", elements=names(n)),
    ast.Pass: lambda n: node("Pass"),
    ast.Break: lambda n: node("Break"),
    ast.Continue: lambda n: node("Continue"),
    ast.Try: lambda n: "(Try 0 -",
    ast.ClassDef: lambda n: node("Class", f" {n.name}", elements=arguments(n.bases, n.keywords)),
}
for kind, text in (("TryStar", lambda n: "(Try 1 -"), ("Match", lambda n: f"(Match 0 {expr(n.subject)}"),
                   ("TypeAlias", lambda n: node("TypeAlias", f" {n.name.id}"))):
    if hasattr(ast, kind):
        SIMPLE[getattr(ast, kind)] = text
TRIES = tuple(getattr(ast, kind) for kind in ("Try", "TryStar") if hasattr(ast, kind))


def place(line, text, out, depth):
    out.append(f"{' ' * depth}@{line} {text}")


def function(n, out, depth):
    text = " async" if isinstance(n, ast.AsyncFunctionDef) else ""
    text += f" {n.name}{parameters(n.args)}{listed(exprs(n.decorator_list))}"
    place(n.lineno, "(Function" + text + (" generator" if yields(n.body) else ""), out, depth)
    block("body", n.body, out, depth)


def statement(n, out, depth):
    if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)):
        function(n, out, depth)
        return
    place(n.lineno, SIMPLE[type(n)](n), out, depth)
    if isinstance(n, ast.ClassDef):
        out.append(" " * depth + "decorators" + listed(exprs(n.decorator_list)))
    block("body", getattr(n, "body", []), out, depth)
    if isinstance(n, TRIES):
        block("list", n.handlers, out, depth, handler)
    if hasattr(n, "cases"):
        block("list", n.cases, out, depth, case)
    block("orelse", getattr(n, "orelse", []), out, depth)
    block("final", getattr(n, "finalbody", []), out, depth)


def block(name, statements, out, depth, each=statement):
    if statements:
        out.append(" " * depth + name + ":")
    for s in statements:
        each(s, out, depth + 1)


def dump(tree):
    """Lines, one a statement."""
    out = []
    block("module", tree.body, out, 0)
    return out
