"""Every row of every table of texts that a simulation prints from, filled in several ways, with what is wrong then.

The tables are read as they stand in src/. Of those that name the row which recognises them (linkers, go, Python) the
cause is that row's; where the text of a row means nothing by itself, or where the simulation has a better cause than
the row, FRAMES and CAUSES below say so. Loaders' texts are framed as their catchers print them.
"""
import dataclasses
import pathlib
import random
import re

TOP = pathlib.Path(__file__).resolve().parents[2]
STRING = r'"(?:[^"\\]|\\.)*"'
FIELDS = ("object needed_by symbol version have lib file line header tool arch flag package module error text").split()


@dataclasses.dataclass(frozen=True)
class Row:
    table: str
    id: str
    text: str
    says: str = ""
    values: str = ""
    release: str = ""    # the first one that prints it


@dataclasses.dataclass(frozen=True)
class Text:
    """A row with its values. object None: the text names none."""
    row: Row
    text: str
    codes: frozenset
    objects: frozenset   # any of them, by base name
    symbol: str | None = None


# ---- reading the tables ----------------------------------------------------------------------------------

def literal(strings):
    escapes = {"n": "\n", "t": "\t"}
    return "".join(re.sub(r"\\(.)", lambda m: escapes.get(m[1], m[1]), s[1:-1]) for s in re.findall(STRING, strings))


def calls(name, macro):
    """The arguments of each use of `macro` in a table, strings as they are written."""
    source = re.sub(r"/\*.*?\*/", "", (TOP / "src" / name).read_text(), flags=re.S)
    for use in re.finditer(rf"^{macro}\(((?:{STRING}|[^\"()]|\([^)]*\))*)\)", source, re.M):
        yield [a.strip() for a in re.findall(rf"(?:{STRING}\s*)+|(?:\([^)]*\)|[^,\"])+", use[1]) if a.strip()]


def rows():
    for path, table in (("loader/text.def", "glibc"), ("loader/dyld_text.def", "dyld")):
        for name, first, _, text in calls(path, "TEXT"):
            yield Row(table, name, literal(text), release=first)
    for path, table in (("loader/musl_text.def", "musl"), ("loader/exec_text.def", "exec")):
        for name, text in calls(path, "TEXT"):
            yield Row(table, name, literal(text))
    for status, error, text in calls("loader/windows_text.def", "WIN_TEXT"):
        yield Row("windows-error", error, literal(text), release=status)
    for name, text in calls("loader/windows_text.def", "WIN_SAY"):
        yield Row("windows", name, literal(text))
    for path, table, macro in (("message/ld_text.def", "ld", "LD_TEXT"), ("message/go_text.def", "go", "GO_TEXT")):
        for name, says, values, text in calls(path, macro):
            yield Row(table, name, literal(text), literal(says), literal(values))
    for name, kind, says, values, text in calls("message/py_text.def", "PY_TEXT"):
        yield Row("python", name, f"{literal(kind)}: {literal(text)}", literal(says), literal(values))


def causes_of_sentences():
    """Row that recognises -> its cause."""
    found = {}
    for path in (TOP / "src/message").glob("says_*.def"):
        for use in re.finditer(rf'^SAYS(?:_TEXT)?\(({STRING}), {STRING}, (\w+), \d+, ({STRING})', path.read_text(), re.M):
            if use[2] in ("CAUSE", "WARNING"):
                found.setdefault(literal(use[1]), literal(use[3]))
    return found


# ---- values ----------------------------------------------------------------------------------------------

USUAL = {"object": "lib/libwarp.so", "needed_by": "main.o", "symbol": "warp_go", "version": "WARP_2.0", "have": "183",
         "lib": "warp", "file": "src/main.c", "line": "12", "header": "warp.h", "tool": "/usr/bin/ld", "arch": "x86_64",
         "flag": "--warp", "package": "warp", "module": "warp", "error": "R_X86_64_32", "text": ".text+0x5"}
UNIX = ["", "../out-2/", "/opt/reef_1.2/lib64/", "/home/ann/My Reef (2)/build/"]
MAC = ["", "@rpath/", "/usr/local/opt/reef@3/lib/", "/Applications/My Reef.app/Contents/Frameworks/"]
WINDOWS = ["", "C:/reef/", "D:\\Reef-2\\bin\\", "C:\\Program Files (x86)\\My Reef\\"]
NAMES = {"symbol": ["warp_go", "_ZN4warp2goEv", "warp::go(int, char const*)", "_warp$go"],
         "lib": ["warp", "warp-2.0", "warp_gtk+", "Warp4c"], "have": None, "version": None}


def holes(text):
    return re.split(r"(%[.*l0-9]*[dsuxX])", text)


def filled(row, values, extra=()):
    """The text with its values hole by hole. values: (field or None, value)."""
    left = list(values)
    out = []
    for part in holes(row.text):
        if re.fullmatch(r"%[.*l0-9]*[dsuxX]", part):
            out.append(left.pop(0)[1])
        else:
            out.append(part)
    assert not left, (row, left)
    return "".join([*out, *extra])


def split_values(row):
    for word in re.split(r",(?! )", row.values) if row.values else []:
        name, mark, value = word.partition("=")
        yield (name or None), value if mark else USUAL[name]


def in_folder(value, folder):
    return folder + value.rsplit("/", 1)[-1]


def varied(row, chance):
    """One way to fill the holes of a row: (field, value)."""
    folders = UNIX + WINDOWS[1:] if row.id.startswith(("BFD", "LLD")) else UNIX
    folder = {f: chance.choice(folders) for f in ("object", "needed_by")}
    for field, value in split_values(row):
        if field in folder and re.search(r"\.(?:so|o|a|c|dylib)$", value):
            yield field, in_folder(value, folder[field])
        elif field == "needed_by" and row.id == "MOLD_DUPLICATE":
            yield field, value
        elif NAMES.get(field) and "=" not in row.values.replace(",=", ","):
            yield field, chance.choice(NAMES[field])
        else:
            yield field, value


# ---- what a row means ------------------------------------------------------------------------------------

def any_of(*names):
    return frozenset(re.split(r"[/\\]", n.rstrip("/"))[-1].lower() for n in names)


# Rows that a simulation prints only behind or before another line, where that is part of the meaning: the text in
# which they stand ({}), and the cause of the whole.
SKIPPED = "\n/usr/bin/ld: cannot find -l{lib}: No such file or directory"
FRAMES = {
    "BFD_SKIP": ("{}" + SKIPPED, "ld-incompatible"),
    "GOLD_SKIP": ("{}\n/usr/bin/ld.gold: error: cannot find -l{lib}", "ld-incompatible"),
    "MOLD_SKIP": ("{}\nmold: fatal: library not found: {lib}", "ld-incompatible"),
    "MACHO_ARCH": ("{}\nld64.lld: error: undefined symbol: _warp_go\n>>> referenced by main.o", "ld-incompatible"),
    "BFD_NEEDED": ("{}\n/usr/bin/ld: main.o: undefined reference to `warp_go'", "ld-library-not-found"),
    "BFD_DSO_SYMBOL": ("{}\n/usr/bin/ld: /usr/lib/libwarp.so.2: error adding symbols: DSO missing from command line",
                       "ld-dso-missing"),
    "BFD_DSO": ("/usr/bin/ld: main.o: undefined reference to symbol 'warp_go'\n{}", "ld-dso-missing"),
}
# Rows that tell of nothing by themselves: lines below another one, warnings that a link survives.
NOTHING = {"BFD_IN_FUNCTION", "GOLD_PREVIOUS", "LLD_DEFINED_AT", "LLD_REFERENCED", "LLD_DEFINED_IN", "BFD_NAME_HINT",
           "MACHO_NO_FOLDER", "MACHO_NEWER", "BFD_FINAL", "BFD_SIZES", "BFD_TLS"}
# Where the words of a row tell of a better cause than its sentence: told*.c looks at the values.
CAUSES = {
    "CONSTRAINTS": {"cgo-disabled", "build-other"},
    "BFD_UNDEFINED_DSO": {"ld-undefined-reference"},
    "WIN_ERROR": {"missing-library"},
    "NO_PKG_CONFIG": {"build-tool"}, "NO_CXX": {"compiler-missing"}, "GCC_OPTION": {"build-other", "compiler-missing"},
}
# The field that is the object where a row has several; a symbol alone is no object.
ORDER = ("object", "lib", "header", "flag", "needed_by", "package", "module", "file")
# What the simulation calls the object where no field is it.
OBJECTS = {"GOFLAGS_QUOTE": "GOFLAGS", "GOFLAGS_WORD": "GOFLAGS", "GOFLAGS_FLAG": "GOFLAGS", "COMPILER_QUOTE": "CC",
           "COMPILER_RELATIVE": "CC", "NO_FLAG": "-warp", "FLAG_VALUE": "-warp", "MODE": "buildmode=warp",
           "MODE_ON": "-buildmode=plugin", "MODE_RACE": "-buildmode=pie", "MODE_SHARED": "-buildmode=shared",
           "MODE_MAIN": "-buildmode=c-shared", "PLATFORM": "linux/warp", "NO_SUM": "go.sum", "NO_CXX": "g++",
           "RELATIVE": "./warp",  "NOT_IN_ANY": "example.org/warp", "PROGRAM": "example.org/warp", "GCC_VALUE": "CC", "ASSEMBLER": "CC",
           "CC_TARGET": "CC", "PC_SEARCHED": "warp.pc", "PC_REQUIRED": "warp.pc", "PC_VERSION": "warp.pc", "PC_HAS": "warp.pc",
           "PC_CONFLICT": "warp.pc", "NO_GO_MOD": "go.mod", "NO_MODULE_LINE": "go.mod", "NO_GOROOT": "GOROOT",
           "CGO_REGEXP": "CGO_LDFLAGS_ALLOW", "NUMPY_SIZE": "numpy", "NUMPY_OLD": "numpy", "NEEDS_CGO": "-race",
           "NEEDS_CGO_CROSS": "-race", "EXTERNAL": "-buildmode=c-shared", "ERRORS_PARSING": "go.mod",
           "BFD_THIN_MEMBER": "libwarp.a(warp.o)"}


def of_sentence(row, chance, causes):
    """A row that names its sentence; None if it means nothing by itself."""
    if not row.says or row.id in NOTHING:
        return None
    values = list(varied(row, chance))
    named = {f: v for f, v in values if f}
    text = filled(row, values)
    frame, cause = FRAMES.get(row.id, ("{}", None))
    codes = {cause} if cause else CAUSES.get(row.id) or {causes[row.says]}
    names = [OBJECTS[row.id]] if row.id in OBJECTS else [named[f] for f in ORDER if f in named]
    names += [f"-l{named['lib']}"] if "lib" in named else []
    names += ["libwarp.so.2"] if row.id == "BFD_DSO_SYMBOL" else []
    symbol = named.get("symbol")
    # As the Go source has it, not as that of C.
    symbol = f"C.{symbol}" if row.id == "C_NAME" else symbol
    return Text(row, frame.replace("{lib}", named.get("lib", "warp")).replace("{}", text), frozenset(codes), any_of(*names),
                symbol)


# ---- loaders ---------------------------------------------------------------------------------------------

LIBRARIES = ["libwarp.so.2", "/opt/reef_1.2/lib64/libwarp-2.1.so", "/home/ann/My Reef (2)/lib/libwarp.so", "./plugins/warp.so"]
PROGRAMS = ["./prog", "/usr/local/bin/reef-2", "/home/ann/My Reef (2)/bin/reef"]
NO_FILE = ": No such file or directory"
# TEXT id of glibc -> causes, and what stands behind it.
GLIBC = {
    "NOT_FOUND": ("missing-library", NO_FILE), "CLASS32": ("wrong-arch", ""), "CLASS64": ("wrong-arch", ""),
    "TOO_SHORT": ("corrupt-file", ""), "CANNOT_READ": ("not-loadable", ": Is a directory"), "NOT_ELF": ("corrupt-file", ""),
    "NOT_LITTLE": ("wrong-arch", ""), "NOT_BIG": ("wrong-arch", ""), "IDENT_VERSION": ("corrupt-file", ""),
    "OSABI": ("os-too-old", ""), "ABIVERSION": ("os-too-old", ""), "PADDING": ("corrupt-file", ""),
    "VERSION_FIELD": ("corrupt-file", ""), "BAD_TYPE": ("not-loadable", ""), "PHENTSIZE": ("corrupt-file", ""),
    "ALIGN_PAGE": ("corrupt-file", ""), "ALIGN_OFFSET": ("corrupt-file", ""), "NO_SEGMENTS": ("not-loadable", ""),
    "IS_EXECUTABLE": ("not-loadable", ""), "IS_PIE": ("not-loadable", ""), "NO_OPEN": ("not-loadable", ""),
    "NO_DYNAMIC": ("not-loadable", ""), "MAP_FAILED": ("memory-or-limit", ": Cannot allocate memory"),
    "ZERO_FILL": ("memory-or-limit", ": Cannot allocate memory"), "EXEC_STACK": ("exec-stack", ": Permission denied"),
    "TOKEN_SECURE": ("permission", ""), "TOKEN_EMPTY": ("corrupt-file", ""), "VERNEED_RECORD": ("corrupt-file", ""),
    "VERDEF_RECORD": ("corrupt-file", ""), "RELR_MARKER": ("corrupt-file not-loadable", ""),
    "UNDEFINED": ("missing-symbol", ""), "UNDEFINED_VERSION": ("missing-symbol", ""), "SYMBOL_LEFT": ("missing-symbol", ""),
    "RELOC_TYPE": ("wrong-arch corrupt-file", ""), "PLT_RELOC_TYPE": ("wrong-arch corrupt-file", ""),
    "STATIC_TLS": ("static-tls", ""), "INITIAL_TLS": ("memory-or-limit", ""), "ISA_LEVEL": ("cpu-isa", ""),
    "VERSION": ("missing-version", ""), "WEAK_VERSION": ("", ""), "NO_VERSIONS": ("", ""),
}
OCCASIONS = {"OCCASION_LOAD", "OCCASION_SYMBOL", "OCCASION_RELOCATION"}  # frames of the others
# What is a line of its own: causes.
ALONE = {"PRELOAD": "missing-library", "AUDIT": "missing-library", "IFUNC_CYCLE": "init-failed loader-abort", "COPY_SIZE": "",
         "COPY_PROTECTED": "", "CPU_BASELINE": "cpu-isa", "STACK_DENIED": "exec-stack", "ASSERTION": "loader-abort"}


def of_glibc(row, chance):
    library, program = chance.choice(LIBRARIES), chance.choice(PROGRAMS)
    symbol, other = chance.choice(NAMES["symbol"][:2]), chance.choice(LIBRARIES[:3])
    if row.id in OCCASIONS:
        return None
    if row.id in ALONE:
        codes = ALONE[row.id].split()
        inner = "cannot open shared object file: No such file or directory" if row.id == "AUDIT" else \
            "cannot open shared object file"
        values = {"PRELOAD": [library, "LD_PRELOAD", inner], "AUDIT": [library, inner], "COPY_SIZE": [program, symbol],
                  "IFUNC_CYCLE": [library, symbol, library], "COPY_PROTECTED": [symbol, library], "CPU_BASELINE": ["3"],
                  "ASSERTION": ["dl-version.c", "205", "_dl_check_map_versions", "needed != NULL"]}.get(row.id, [])
        text = filled(row, [(None, v) for v in values[:len(re.findall(r"%[sd]", row.text))]])
        named = row.id in ("PRELOAD", "AUDIT", "IFUNC_CYCLE")
        return Text(row, text, frozenset(codes), any_of(library) if named else frozenset())
    cause, behind = GLIBC[row.id]
    values = {"VERSION": ["WARP_2.0", other], "WEAK_VERSION": ["WARP_2.0", other], "NO_VERSIONS": [other], "UNDEFINED": [symbol],
              "UNDEFINED_VERSION": [symbol, "WARP_2.0"], "SYMBOL_LEFT": [symbol, "WARP_2.0", "libwarp.so.2"],
              "RELOC_TYPE": ["77"], "PLT_RELOC_TYPE": ["77"], "VERNEED_RECORD": ["9"], "VERDEF_RECORD": ["9"]}.get(row.id, [])
    words = filled(row, [(None, v) for v in values]).rstrip("\n") + behind
    occasion = "symbol lookup error" if row.id.startswith("UNDEFINED") else "relocation error" if row.id == "SYMBOL_LEFT" else \
        "error while loading shared libraries"
    text = f"{library}: {words}"
    if chance.random() < 0.5:
        text = f"{program}: {text}" if "VERSION" in row.id and "UNDEFINED" not in row.id else f"{program}: {occasion}: {text}"
    return Text(row, text, frozenset(cause.split()), any_of(library, other, "libwarp.so.2"),
                symbol if "SYMBOL" in row.id or "UNDEFINED" in row.id else None)


def of_musl(row, chance):
    library, other, symbol = chance.choice(LIBRARIES), chance.choice(LIBRARIES), chance.choice(NAMES["symbol"][:2])
    values, cause = {
        "LOAD": ([library, "No such file or directory"], "missing-library"),
        "LOAD_NEEDED": ([library, "No such file or directory", other], "missing-library"),
        "SYMBOL": ([library, symbol], "missing-symbol"), "STATIC_TLS": ([library, symbol, other], "static-tls"),
        "RELOC_TYPE": ([library, "77"], "wrong-arch corrupt-file")}[row.id]
    return Text(row, filled(row, [(None, v) for v in values]), frozenset(cause.split()), any_of(library, other),
                symbol if row.id == "SYMBOL" else None)


def of_exec(row, chance):
    program = chance.choice(PROGRAMS)
    values, cause = {
        "FORMAT": ([program], "wrong-arch corrupt-file not-loadable"), "NOT_FOUND": ([program], "interpreter-missing"),
        "INTERPRETER": ([program, "/opt/reef/bin/python9", "No such file or directory"], "interpreter-missing"),
        "REFUSED": ([program, "Permission denied"], "permission")}[row.id]
    return Text(row, filled(row, [(None, v) for v in values]), frozenset(cause.split()), any_of(program, "python9"))


# ---- Windows ---------------------------------------------------------------------------------------------

WIN_ERRORS = {"126": "missing-library", "127": "missing-symbol", "182": "missing-symbol", "193": "wrong-arch", "5": "permission",
              "206": "memory-or-limit", "1114": "init-failed", "14001": "missing-library", "216": "wrong-arch"}


def of_windows_error(row, chance):
    """As ctypes and Python's importer print it."""
    words, folder = row.text, chance.choice(WINDOWS)
    if row.id not in WIN_ERRORS:  # told of other calls than those that load
        return None
    if chance.random() < 0.5:
        return Text(row, f"ImportError: DLL load failed while importing warp: {words}", frozenset({WIN_ERRORS[row.id]}), frozenset())
    text = f"OSError: [WinError {row.id}] {words}: '{folder}warp.dll'"
    return Text(row, text, frozenset({WIN_ERRORS[row.id]}), any_of("warp", "warp.dll"))


def of_windows(row, chance):
    dll, program = chance.choice(["warp.dll", "MSVCP140.dll", "python311.dll"]), chance.choice(WINDOWS) + "reef.exe"
    if row.id == "UNABLE":
        return Text(row, row.text.replace("%08x", "c000007b"), frozenset({"wrong-arch"}), frozenset())
    if row.id.startswith("PYTHON"):
        values = [v for v in ("_reef", "The specified module could not be found.")][-len(re.findall("%", row.text)):]
        return Text(row, "ImportError: " + filled(row, [(None, v) for v in values]), frozenset({"missing-library"}),
                    frozenset())
    cause = "missing-library" if row.id.startswith("MISSING") else "missing-symbol"
    values = [dll] if cause == "missing-library" else ["?go@Warp@@QEAAXXZ" if row.id == "ENTRY" else "731", program]
    return Text(row, filled(row, [(None, v) for v in values]), frozenset({cause}), any_of(dll, program),
                values[0] if row.id == "ENTRY" else None)


# ---- dyld ------------------------------------------------------------------------------------------------

UUID = "<4C4C44A1-5555-3144-A1B2-0A1B2C3D4E5F> "
# Why a candidate is refused -> cause, values.
REASONS = {
    "NO_FILE": ("missing-library", []), "NOT_A_FILE": ("not-loadable", []), "ERRNO": ("permission", ["13"]),
    "RELATIVE": ("permission", []), "THIN_ARCH": ("wrong-arch", ["arm64", "x86_64"]), "FAT_ARCH": ("wrong-arch", ["i386,arm64", "x86_64"]),
    "PLATFORM": ("wrong-arch", ["OBJECT", "iOS"]), "NOT_MACHO": ("corrupt-file", []),
    "DEPENDS_ON_BUNDLE": ("not-loadable", ["OBJECT"]), "DEPENDS_ON_PROGRAM": ("not-loadable", ["OBJECT"]),
    "OPENS_PROGRAM": ("not-loadable", ["OBJECT"]), "FILE_TYPE": ("not-loadable", ["10", "OBJECT"]),
    "DUPLICATE_RPATH": ("not-loadable", ["@loader_path/../lib"]), "DUPLICATE_LIBRARY": ("not-loadable", ["/usr/lib/libz.1.dylib"]),
    "NO_UUID": ("not-loadable", []), "NO_LIBRARY": ("not-loadable", []), "NO_ID": ("not-loadable", []),
    "FOREIGN_ID": ("not-loadable", []), "SEVERAL_IDS": ("not-loadable", []),
    "UNKNOWN_COMMAND": ("os-too-old", ["12", "8000003F"]), "CUT_SEGMENT": ("corrupt-file", ["__TEXT"]),
    "CUT_SLICE": ("corrupt-file", ["arm64"]), "UNSIGNED": ("permission", [UUID[1:-2], "OBJECT"]),
    "OTHER_TEAM": ("permission", [UUID[1:-2], "OBJECT"]), "NO_TEAM": ("permission", [UUID[1:-2], "OBJECT"]),
    "BAD_SIGNATURE": ("permission", [UUID[1:-2], "OBJECT", "1", "00000000", "00001000", "00000200"]),
}
PARTS = {"DLOPEN", "LAUNCH", "IN_PROGRAM", "TRIED", "CANDIDATE", "NOT_IN_CACHE", "NO_AT_PATHS", "BUILT_FOR", "NEED_ARM64",
         "NEED_X86_64"}  # of the others


def of_dyld(row, chance):
    folder, program = chance.choice(MAC), chance.choice(["/Applications/My Reef.app/Contents/MacOS/Reef", "/usr/local/bin/reef"])
    path = folder + "libwarp.2.dylib"
    new = not row.release.startswith("R(12")
    def launch(words):
        return f"dyld[4711]: {words}"
    def not_loaded(reason):
        return f"Library not loaded: {path}\n  Referenced from: {UUID if new else ''}{program}\n  Reason: {reason}"
    if row.id in PARTS:
        return None
    if row.id in REASONS:
        cause, values = REASONS[row.id]
        candidate = path if path.startswith("/") else chance.choice(MAC[2:]) + "libwarp.2.dylib"
        reason = filled(row, [(None, candidate if v == "OBJECT" else v) for v in values])
        tried = f"tried: '{candidate}' ({reason})"
        text = f"dlopen({path}, 0x0006): {tried}" if chance.random() < 0.5 else launch(not_loaded(tried))
        return Text(row, text, frozenset(cause.split()), any_of(path))
    if row.id in ("NO_RPATHS", "RPATHS_UNUSED"):
        return Text(row, launch(not_loaded(row.text)), frozenset({"search-path", "missing-library"}), any_of(path))
    if row.id == "NOT_LOADED":
        text = filled(row, [(None, v) for v in (path, UUID if new else "", program, "", f"tried: '{path}' (no such file)")])
        return Text(row, launch(text), frozenset({"missing-library"}), any_of(path))
    if row.id == "INSERTED":
        text = filled(row, [(None, path), (None, f"tried: '{path}' (no such file)")])
        return Text(row, launch(text), frozenset({"missing-library"}), any_of(path))
    if row.id == "SYMBOL":
        path = chance.choice(MAC[2:]) + "libwarp.2.dylib"
        values = ["_warp_go", UUID if new else "", program, "", UUID if new else "", path]
        return Text(row, launch(filled(row, [(None, v) for v in values])), frozenset({"missing-symbol"}), any_of(path), "_warp_go")
    if row.id == "WEAK_DEF" and "Referenced" in row.text:
        text = filled(row, [(None, v) for v in ("__Z4warpv", UUID, path)])
        return Text(row, launch(text), frozenset({"missing-symbol"}), any_of(path), "__Z4warpv")
    if row.id in ("FLAT", "WEAK_DEF"):
        text = filled(row, [(None, "_warp_go")])
        return Text(row, f"dlopen({path}, 0x0002): {text}", frozenset({"missing-symbol"}), any_of(path), "_warp_go")
    if row.id == "ORDINAL":
        text = filled(row, [(None, v) for v in ("9", path, "_warp_go")])
        return Text(row, launch(text), frozenset({"missing-symbol", "corrupt-file"}), any_of(path), "_warp_go")
    assert row.id == "MISSING_CALLED", row
    return Text(row, row.text.replace("PID", "4711").rstrip(), frozenset({"missing-symbol"}), frozenset())


# ---- all -------------------------------------------------------------------------------------------------

LOADERS = {"glibc": of_glibc, "musl": of_musl, "exec": of_exec, "windows-error": of_windows_error, "windows": of_windows,
           "dyld": of_dyld}


def everything(ways=3):
    """Each row in so many ways; the same ones at every run."""
    causes = causes_of_sentences()
    seen = set()
    for row in rows():
        for way in range(ways):
            chance = random.Random(f"{row.table} {row.id} {row.release} {way}")
            make = LOADERS.get(row.table)
            text = make(row, chance) if make else of_sentence(row, chance, causes)
            if text and text.text not in seen:
                seen.add(text.text)
                yield text


# Of terminals and of what programs break at: as reading.c has them.
USUAL_WIDTHS = {int(n) for n in re.search(r"usual\[\] = \{([^}]*)\}", (TOP / "src/message/reading.c").read_text())[1].split(",") if n.strip()}


def can_be(text, wrapper):
    """Java prints no line of a build. A line of a usual width that a terminal or a program may have broken there goes on
    in what stands below it."""
    if wrapper in ("cut", "markdown", "container", "jvm") and any(len(x.strip()) in USUAL_WIDTHS for x in text.text.splitlines()):
        return False
    return wrapper != "jvm" or text.row.table not in ("ld", "go", "python")
