"""Writes Mach-O files: thin and universal, with what decides loading and nothing else.

A test says what a file needs, exports and imports; the bytes are such as linkers write, signed ad hoc page by
page. No tool of macOS takes part, so these tests run everywhere.
"""
import hashlib
import struct

ARM64, X86_64 = "arm64", "x86_64"
CPUS = {"arm64": (0x0100000C, 0), "arm64e": (0x0100000C, 0x80000002), "x86_64": (0x01000007, 3),
        "x86_64h": (0x01000007, 8), "i386": (7, 3)}
TYPES = {"program": 2, "dylib": 6, "bundle": 8, "object": 1}
NEEDS = {"load": 0xC, "weak": 0x80000018, "reexport": 0x8000001F, "upward": 0x80000023, "lazy": 0x20}
SELF, MAIN, FLAT, WEAK_DEF = 0, -1, -2, -3
PAGE = 0x1000
TEXT = 0x4000  # bytes of the segment __TEXT, headers and all
SYSTEM = "/usr/lib/libSystem.B.dylib"


def uleb(n):
    out = bytearray()
    while True:
        byte, n = n & 0x7F, n >> 7
        out.append(byte | (0x80 if n else 0))
        if not n:
            return bytes(out)


def version(text):
    parts = [int(x) for x in str(text).split(".")] + [0, 0]
    return parts[0] << 16 | parts[1] << 8 | parts[2]


# ---- exports --------------------------------------------------------------------------------------------

def _node(entries):
    """[terminal bytes or None, {edge: node}] of {rest of the name: terminal}."""
    terminal = entries.pop("", None)
    children = {}
    while entries:
        first = next(iter(entries))
        same = {k: v for k, v in entries.items() if k[0] == first[0]}
        prefix = first
        for k in same:
            while not k.startswith(prefix):
                prefix = prefix[:-1]
        children[prefix] = _node({k[len(prefix):]: v for k, v in same.items()})
        for k in same:
            del entries[k]
    return [terminal, children]


def trie(exports):
    """exports: a name, or (name, flags, ordinal, name there) for a re-export."""
    entries = {}
    for i, e in enumerate(exports):
        if isinstance(e, str):
            entries[e] = uleb(0) + uleb(0x1000 + 16 * i)
        else:
            entries[e[0]] = uleb(e[1]) + (uleb(e[2]) + e[3].encode() + b"\0" if e[1] & 8 else uleb(0x1000))
    if not entries:
        return b""
    order, todo = [], [_node(entries)]
    while todo:
        node = todo.pop(0)
        order.append(node)
        todo.extend(node[1].values())
    at = {id(n): 0 for n in order}
    while True:
        out, moved = bytearray(), False
        for n in order:
            if at[id(n)] != len(out):
                at[id(n)], moved = len(out), True
            terminal = n[0] or b""
            out += uleb(len(terminal)) + terminal + bytes([len(n[1])])
            for edge, child in n[1].items():
                out += edge.encode() + b"\0" + uleb(at[id(child)])
        if not moved:
            return bytes(out)


# ---- imports --------------------------------------------------------------------------------------------

def chained(imports):
    names, records = bytearray(b"\0"), bytearray()
    for name, ordinal, weak in imports:
        records += struct.pack("<I", ordinal & 0xFF | (256 if weak else 0) | len(names) << 9)
        names += name.encode() + b"\0"
    starts = struct.pack("<I", 0)
    head = 28 + len(starts)
    return struct.pack("<7I", 0, 28, head, head + len(records), len(imports), 1, 0) + starts + records + names


def opcodes(imports, lazy):
    out = bytearray()
    for name, ordinal, weak in imports:
        out += bytes([0x10 | ordinal]) if 0 <= ordinal < 16 else bytes([0x30 | ordinal & 0xF]) if ordinal < 0 \
            else b"\x20" + uleb(ordinal)
        out += bytes([0x40 | (1 if weak else 0)]) + name.encode() + b"\0" + b"\x51\x71\x00\x90"
        if lazy:
            out += b"\0"
    return bytes(out) + (b"" if lazy else b"\0")


# ---- the file -------------------------------------------------------------------------------------------

def _command(cmd, body):
    body += b"\0" * (-len(body) % 8)
    return struct.pack("<2I", cmd, 8 + len(body)) + body


def _string(cmd, fixed, text, marker=None):
    offset = 8 + 4 + len(fixed)
    return _command(cmd, struct.pack("<I", offset) + fixed + text.encode() + b"\0")


def _dylib(cmd, name, current="1.0", compatible="1.0", use=None):
    if use is not None:  # the form of 14.4 and later
        fixed = struct.pack("<4I", 0x1A741800, version(current), version(compatible), use)
    else:
        fixed = struct.pack("<3I", 2, version(current), version(compatible))
    return _string(cmd, fixed, name)


def _segment(name, address, size, offset, filesize, sections=()):
    body = struct.pack("<16s4Q4I", name.encode(), address, size, offset, filesize, 5, 5, len(sections), 0)
    for section in sections:
        body += struct.pack("<16s16s2Q8I", section.encode(), name.encode(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    return _command(0x19, body)


def signature(data, name, flags=2, team=None):
    """A super blob over `data`, whose last bytes it will stand behind."""
    pages = [hashlib.sha256(data[i:i + PAGE]).digest() for i in range(0, len(data), PAGE)]
    ident = name.encode() + b"\0"
    tail = team.encode() + b"\0" if team else b""
    head = 88
    hashes = head + len(ident) + len(tail)
    total = hashes + 32 * len(pages)
    directory = struct.pack(">9I4BI", 0xFADE0C02, total, 0x20400, flags, hashes, head, 0, len(pages), len(data),
                            32, 2, 0, 12, 0)
    directory += struct.pack(">2I", 0, head + len(ident) if team else 0)
    directory += b"\0" * (head - len(directory)) + ident + tail + b"".join(pages)
    return struct.pack(">5I", 0xFADE0CC0, 20 + len(directory), 1, 0, 20) + directory


def macho(kind="dylib", arch=ARM64, id=None, needs=(SYSTEM,), rpaths=(), exports=(), imports=(), lazy=(),
          minimum="12.0", sdk="13.0", platform=1, uuid=b"0123456789abcdef", fixups="chained", signed=None,
          flags=2, team=None, extra=(), restrict=False, encrypted=False):
    """needs: names, or (name, kind), or (name, "use", flags); imports, lazy: (symbol, ordinal, weak)."""
    cpu, subtype = CPUS[arch]
    imports = [(i + (False,))[:3] for i in imports]
    lazy = [(i + (False,))[:3] for i in lazy]
    signed = arch.startswith("arm64") if signed is None else signed
    parts = {"exports": trie(exports)}
    if fixups == "chained":
        parts["fixups"] = chained(imports + lazy)
    elif fixups == "opcodes":
        parts["bind"], parts["lazy"] = opcodes(imports, False), opcodes(lazy, True)
    linkedit, at = bytearray(), {}
    for name, data in parts.items():
        at[name] = (TEXT + len(linkedit) if data else 0, len(data))
        linkedit += data + b"\0" * (-len(data) % 8)
    linkedit += b"\0" * (-len(linkedit) % 16)
    commands = []
    size = TEXT + len(linkedit)
    ident = (id or kind).rsplit("/", 1)[-1]
    nsign = len(signature(b"\0" * size, ident, flags, team)) if signed else 0
    base = 0x100000000 if kind == "program" else 0
    if kind == "program":
        commands.append(_segment("__PAGEZERO", 0, base, 0, 0))
    commands.append(_segment("__TEXT", base, TEXT, 0, TEXT))
    if restrict:
        commands.append(_segment("__RESTRICT", base + TEXT, 0, 0, 0, ["__restrict"]))
    commands.append(_segment("__LINKEDIT", base + TEXT, -(-(len(linkedit) + nsign) // TEXT) * TEXT, TEXT,
                             len(linkedit) + nsign))
    if kind == "dylib" and id is not False:
        commands.append(_dylib(0xD, id or "/usr/local/lib/" + ident))
    if fixups == "chained":
        commands.append(_command(0x80000034, struct.pack("<2I", *at["fixups"])))
        commands.append(_command(0x80000033, struct.pack("<2I", *at["exports"])))
    elif fixups == "opcodes":
        commands.append(_command(0x80000022, struct.pack("<10I", 0, 0, *at["bind"], 0, 0, *at["lazy"],
                                                         *at["exports"])))
    commands.append(_command(2, struct.pack("<4I", 0, 0, 0, 0)))
    commands.append(_command(0xB, b"\0" * 72))
    if uuid:
        commands.append(_command(0x1B, uuid))
    if platform:
        commands.append(_command(0x32, struct.pack("<4I", platform, version(minimum), version(sdk), 0)))
    if kind == "program":
        commands.append(_string(0xE, b"", "/usr/lib/dyld"))
        commands.append(_command(0x80000028, struct.pack("<2Q", 0x1000, 0)))
    for need in needs:
        if isinstance(need, str):
            commands.append(_dylib(NEEDS["load"], need))
        elif need[1] == "use":
            commands.append(_dylib(NEEDS["load"], need[0], use=need[2]))
        else:
            commands.append(_dylib(NEEDS[need[1]], need[0]))
    for rpath in rpaths:
        commands.append(_string(0x8000001C, b"", rpath))
    if encrypted:
        commands.append(_command(0x2C, struct.pack("<4I", 0, 0, 1, 0)))
    commands.extend(extra)
    if signed:
        commands.append(_command(0x1D, struct.pack("<2I", size, nsign)))
    body = b"".join(commands)
    header = struct.pack("<8I", 0xFEEDFACF, cpu, subtype, TYPES[kind], len(commands), len(body), 0x85, 0)
    data = header + body
    assert len(data) <= TEXT, "too many load commands"
    data += b"\0" * (TEXT - len(data)) + bytes(linkedit)
    return data + signature(data, ident, flags, team) if signed else data


def fat(*slices, wide=False, hide=0):
    """slices: (architecture, bytes). hide: so many of the last are not counted."""
    entry = 32 if wide else 20
    offset = -(-(8 + entry * len(slices)) // 0x4000) * 0x4000
    head, body = struct.pack(">2I", 0xCAFEBABF if wide else 0xCAFEBABE, len(slices) - hide), b""
    for arch, data in slices:
        body += b"\0" * (-len(body) % 0x4000)
        cpu, subtype = CPUS[arch]
        if wide:
            head += struct.pack(">2I2Q2I", cpu, subtype, offset + len(body), len(data), 14, 0)
        else:
            head += struct.pack(">5I", cpu, subtype, offset + len(body), len(data), 14)
        body += data
    return head + b"\0" * (offset - len(head)) + body
