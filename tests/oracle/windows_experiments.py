#!/usr/bin/python3
"""The experiments with Windows' loader, one a row: what Windows does by its documents and by wine's tests for it,
what wine says here, and what dlwhy says.

    windows_experiments.py        asks wine and dlwhy (`make check-windows`)

b.dll imports a_func of a.dll and exports b_func; main.exe imports b_func. A row of kind "open" is a call of
LoadLibraryEx by a program at the top of the tree; dlwhy is asked about a source of Python that makes the same
calls through ctypes. A row of kind "start" is the start of main.exe. test_windows_experiments.py asks dlwhy
alone. Where wine is known to be another one than Windows, `wine` has its answer and why.
"""
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import windows
from apiset import schema
from pewrite import ARM64, CRASH, FALSE, X86, Image

KERNEL = {"KERNEL32.dll": ["Sleep"]}
MANIFEST = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
%s</assembly>
"""
NEEDS = MANIFEST % """<dependency><dependentAssembly><assemblyIdentity type="win32" name="%s" version="1.0.0.0"
processorArchitecture="amd64"/></dependentAssembly></dependency>
"""
PRIVATE = MANIFEST % """<assemblyIdentity type="win32" name="Priv" version="1.0.0.0" processorArchitecture="amd64"/>%s
"""
CONTRACTS = {"api-ms-win-crt-runtime-l1-1-0": "ucrtbase.dll", "api-ms-win-core-file-l1-2-0": "kernelbase.dll"}
STUBS = "a missing name is bound to a stub that ends the process when it is called"
UPWARD = "a failing dependency is always error 126 for who needs it"


def a(*names, **more):
    return Image(imports=KERNEL, exports={n: None for n in names or ("a_func",)}, **more)


def b(**more):
    return Image(imports={**KERNEL, "a.dll": ["a_func"]}, exports={"b_func": None}, **more)


def main(**more):
    return Image(imports={"b.dll": ["b_func"]}, dll=False, **more)


GOOD = {"good/a.dll": a(), "good/b.dll": b()}
ELSEWHERE = {"dir1/b.dll": b(), "dir2/a.dll": a(), "dir3/a.dll": a()}


@dataclasses.dataclass
class Row:
    number: str
    title: str
    files: dict
    target: str
    flags: str = "1100"
    options: tuple = ()          # as winload has them; "path=DIR" besides
    error: int = 0               # of LoadLibraryEx, or the status of the process
    missing: tuple = None        # the file that is not there, or is refused, and who needs it
    a: str = None                # where a.dll comes from
    wine: tuple = None           # (its error, why that is another one)
    code: str = None             # of dlwhy's first finding
    lazy: bool = False           # the finding is about a first call
    unasked: str = None          # why dlwhy cannot be asked
    blind: bool = False          # what the code of the DLL does is not known to dlwhy: it says that it loads
    check: bool = False          # dlwhy is asked about the file, not about a source of Python
    windows: dict = None         # files of a Windows that dlwhy is shown

    @property
    def start(self):
        return self.flags == "start"


def start(number, title, files, **more):
    return Row(number, title, {"app/" + n: f for n, f in files.items()}, "app/main.exe", flags="start", **more)


NEED_A = ("a.dll", "b.dll")
CUT = Image(exports={"f%d" % i: None for i in range(200)}).bytes()[:0x500]
TEXT = b"not a PE file at all\n"
APP = {"main.exe": main(), "b.dll": b()}
LONG = "d" * 100
SYSTEM = {"ntdll.dll": a("RtlInit", version=(10, 0, 19041, 1)), "kernel32.dll": a("Sleep"), "ucrtbase.dll": a("exit"),
          "kernelbase.dll": a("Sleep"), "apisetschema.dll": Image(apiset=schema(6, CONTRACTS))}

ROWS = [
    start("01", "all present", {**APP, "a.dll": a()}, a="app/a.dll"),
    start("02", "a DLL of a DLL is missing", APP, error=0xC0000135, missing=NEED_A, code="missing-library"),
    start("03", "a DLL is missing", {"main.exe": main()}, error=0xC0000135, missing=("b.dll", "main.exe"),
          code="missing-library"),
    start("04", "a name is missing", {**APP, "a.dll": a("a_other")}, error=0xC0000139, code="missing-symbol",
          wine=(0, STUBS)),
    start("05", "DllMain returns FALSE", {**APP, "a.dll": a(entry=FALSE)}, error=0xC0000142, blind=True),
    start("06", "a DLL for 32 bit", {**APP, "a.dll": a(machine=X86)}, error=0xC000007B, missing=NEED_A,
          code="wrong-arch", wine=(0xC0000135, UPWARD)),
    start("07", "a text as DLL", {**APP, "a.dll": TEXT}, error=0xC000012F, missing=NEED_A, code="corrupt-file",
          wine=(0xC0000135, UPWARD)),
    start("08", "a DLL that is cut", {**APP, "a.dll": CUT}, error=0xC0000020, missing=NEED_A, code="corrupt-file",
          wine=(0xC0000135, UPWARD)),
    start("09", "an empty file as DLL", {**APP, "a.dll": b""}, error=0xC0000020, missing=NEED_A, code="corrupt-file",
          wine=(0xC0000135, UPWARD)),
    start("10", "DllMain crashes", {**APP, "a.dll": a(entry=CRASH)}, error=0xC0000005, blind=True),
    Row("11", "a name that is not there", {}, "nosuch.dll", flags="0", error=126, code="missing-library"),
    Row("12", "a whole path, and what it needs is nowhere", {"dir1/b.dll": b()}, "/dir1/b.dll", flags="0", error=126,
        missing=NEED_A),
    Row("13", "flag 8: the folder of the DLL", GOOD, "/good/b.dll", flags="8", a="good/a.dll"),
    Row("14", "no flags: not the folder of the DLL", GOOD, "/good/b.dll", flags="0", error=126, missing=NEED_A,
        code="search-path"),
    Row("15", "flags of Python: the folder of the DLL", GOOD, "/good/b.dll", a="good/a.dll"),
    Row("16", "0x1000 alone: not the folder of the DLL", GOOD, "/good/b.dll", flags="1000", error=126, missing=NEED_A),
    Row("17", "flags of Python: not PATH", ELSEWHERE, "/dir1/b.dll", options=("path=/dir2",), error=126,
        missing=NEED_A),
    Row("18", "no flags: PATH", ELSEWHERE, "/dir1/b.dll", flags="0", options=("path=/dir2",), a="dir2/a.dll"),
    Row("19", "AddDllDirectory", ELSEWHERE, "/dir1/b.dll", options=("add=/dir2",), a="dir2/a.dll"),
    Row("20", "AddDllDirectory twice: the last one is asked first", ELSEWHERE, "/dir1/b.dll",
        options=("add=/dir2", "add=/dir3"), a="dir3/a.dll"),
    Row("21", "0x100 with a relative path", GOOD, "good\\b.dll", flags="100", error=87),
    Row("22", "0x8 with 0x1100", GOOD, "/good/b.dll", flags="1108", error=87),
    Row("23", "a DLL of that name that is loaded already", {**GOOD, **ELSEWHERE}, "/good/b.dll",
        options=("pre=/dir3/a.dll",), a="dir3/a.dll"),
    Row("24", "a name is missing", {"x/a.dll": a("a_other"), "x/b.dll": b()}, "/x/b.dll", error=127,
        code="missing-symbol", wine=(0, STUBS)),
    Row("24b", "calling the missing name", {"x/a.dll": a("a_other"), "x/b.dll": b()}, "/x/b.dll", error=127,
        code="missing-symbol", wine=(0, STUBS)),
    Row("25", "DllMain of a DLL that is needed returns FALSE", {"x/a.dll": a(entry=FALSE), "x/b.dll": b()}, "/x/b.dll",
        error=1114, blind=True),
    Row("26", "a DLL for 32 bit", {"x/a.dll": a(machine=X86), "x/b.dll": b()}, "/x/b.dll", error=193, missing=NEED_A,
        code="wrong-arch", wine=(126, UPWARD)),
    Row("26b", "a DLL for 32 bit first, a good one later: it is passed over",
        {"x/a.dll": a(machine=X86), "x/b.dll": b(), "dir2/a.dll": a()}, "/x/b.dll", options=("add=/dir2",),
        a="dir2/a.dll"),
    Row("26c", "a DLL for 32 bit by its path", {"x/a.dll": a(machine=X86)}, "/x/a.dll", error=193, code="wrong-arch"),
    Row("27", "a text first, a good one later: the search ends", {"x/a.dll": TEXT, "x/b.dll": b(), "dir2/a.dll": a()},
        "/x/b.dll", options=("add=/dir2",), error=193, missing=NEED_A, code="corrupt-file", wine=(126, UPWARD)),
    Row("28", "a DLL that is cut", {"x/a.dll": CUT, "x/b.dll": b()}, "/x/b.dll", error=193, missing=NEED_A,
        code="corrupt-file", wine=(126, UPWARD)),
    Row("29", "an empty file", {"x/a.dll": b"", "x/b.dll": b()}, "/x/b.dll", error=193, missing=NEED_A,
        code="corrupt-file", wine=(126, UPWARD)),
    Row("30", "a folder of that name", {"x/a.dll/": None, "x/b.dll": b()}, "/x/b.dll", error=5, missing=NEED_A,
        code="not-loadable", wine=(126, UPWARD)),
    Row("31", "a DLL for ARM64", {"x/a.dll": a(machine=ARM64), "x/b.dll": b()}, "/x/b.dll", error=193, missing=NEED_A,
        code="wrong-arch", wine=(126, UPWARD)),
    Row("32", "a forwarder is followed when somebody imports through it",
        {"x/fwd.dll": Image(imports=KERNEL, exports={"noop": None, "a_func": "a.a_func", "miss": "nosuch.nofunc"})},
        "/x/fwd.dll"),
    Row("33", "a number is missing", {"x/a.dll": a(), "x/b.dll": Image(imports={**KERNEL, "a.dll": [77]})}, "/x/b.dll",
        error=182, code="missing-symbol", wine=(0, STUBS)),
    Row("34", "what is loaded at the first call is not there",
        {"x/b.dll": Image(imports=KERNEL, delay={"a.dll": ["a_func"]})}, "/x/b.dll"),
    Row("34b", "the first call raises 0xC06D007E", {"x/b.dll": Image(imports=KERNEL, delay={"a.dll": ["a_func"]})},
        "/x/b.dll", code="missing-library", lazy=True, check=True),
    Row("34c", "the function of a first call is missing: 0xC06D007F",
        {"x/a.dll": a("a_other"), "x/b.dll": Image(imports=KERNEL, delay={"a.dll": ["a_func"]})}, "/x/b.dll",
        code="missing-symbol", lazy=True, check=True),
    start("35", "the manifest of a program asks for an assembly that is not there",
          {**APP, "main.exe": main(manifest=NEEDS % "No.Such.Assembly"), "a.dll": a()}, error=0xC0150002,
          code="missing-library", wine=(0, "assemblies that are missing are ignored")),
    Row("36", "the manifest of a DLL asks for one", {"x/b.dll": Image(imports=KERNEL,
                                                                     manifest=NEEDS % "No.Such.Assembly")},
        "/x/b.dll", error=14001, code="missing-library", wine=(0, "assemblies that are missing are ignored")),
    start("37", "a private assembly", {**APP, "main.exe": main(manifest=NEEDS % "Priv"), "a.dll": a(),
                                       "Priv/Priv.manifest": (PRIVATE % '<file name="a.dll"/>').encode(),
                                       "Priv/a.dll": a()}, a="app/Priv/a.dll"),
    start("38", "PROGRAM.exe.local", {**APP, "a.dll": a(), "main.exe.local/a.dll": a()}, a="app/main.exe.local/a.dll",
          wine=(0, "redirection is not done: a.dll beside the program is taken")),
    Row("39", "a DLL that may not be read", {"x/a.dll": a(), "x/b.dll": b()}, "/x/b.dll",
        unasked="wine has no users; who may read everything sees no refusal"),
    Row("40", "a name without extension", GOOD, "a", flags="0", options=("cd=/good",), a="good/a.dll"),
    Row("41", "a name with a dot at its end", {"good/a": a()}, "a.", flags="0", options=("cd=/good",), a="good/a"),
    Row("42", "an API set", {}, "api-ms-win-crt-runtime-l1-1-0.dll", flags="0", windows=SYSTEM),
    Row("43", "an API set that there is not", {}, "api-ms-win-no-such-l1-1-0.dll", flags="0", error=126,
        windows=SYSTEM),
    Row("44", "a higher last number of an API set", {}, "api-ms-win-crt-runtime-l1-1-9.dll", flags="0", windows=SYSTEM),
    Row("45", "the other separators", GOOD, "//good/b.dll", a="good/a.dll"),
    # What came after the first series.
    Row("50", "SetDllDirectory", ELSEWHERE, "/dir1/b.dll", flags="0", options=("set=/dir2",), a="dir2/a.dll"),
    Row("51", "SetDllDirectory is asked after AddDllDirectory", ELSEWHERE, "/dir1/b.dll",
        options=("set=/dir2", "add=/dir3"), a="dir3/a.dll"),
    Row("52", "SetDllDirectory takes the working folder out", ELSEWHERE, "/dir1/b.dll", flags="0",
        options=("cd=/dir2", "set=/good"), error=126, missing=NEED_A),
    Row("53", "the working folder", ELSEWHERE, "/dir1/b.dll", flags="0", options=("cd=/dir2",), a="dir2/a.dll"),
    Row("54", "SetDefaultDllDirectories: no PATH", ELSEWHERE, "/dir1/b.dll", flags="0",
        options=("path=/dir2", "def=1000"), error=126, missing=NEED_A),
    Row("55", "SetDefaultDllDirectories with flag 8: the folder of the DLL", GOOD, "/good/b.dll", flags="8",
        options=("def=1000",), a="good/a.dll"),
    Row("56", "a path without extension", GOOD, "/good/b", flags="8", a="good/a.dll"),
    Row("57", "a relative path below a folder of the search", {"sub/b.dll": b(), "a.dll": a()}, "sub\\b.dll", flags="0",
        a="a.dll"),
    Row("58", "a name in other letters", {"good/A.DLL": a(), "good/B.dll": b()}, "/good/b.DLL", a="good/A.DLL"),
    Row("59", "nothing is bound: what is needed is not asked for", {"dir1/b.dll": b()}, "/dir1/b.dll", flags="1"),
    Row("59a", "as data, by its name: the first file of it, for whichever machine",
        {"dir1/a.dll": a(machine=ARM64), "dir2/a.dll": a()}, "a.dll", flags="2", options=("path=/dir1;/dir2",),
        a="dir1/a.dll"),
    Row("59b", "as data, by its name: for another machine alone", {"dir1/a.dll": a(machine=X86)}, "a.dll", flags="2",
        options=("path=/dir1",), a="dir1/a.dll"),
    Row("60", "a DLL of a restricted search (DependentLoadFlags)",
        {"x/a.dll": a(), "x/b.dll": b(dependent_flags=0x800)}, "/x/b.dll", error=126, missing=NEED_A,
        wine=(0, "the restriction is not known")),
    Row("61", "an assembly without that file: the search goes on",
        {"x/b.dll": b(manifest=NEEDS % "Priv"), "x/a.dll": a(), "x/Priv/a.dll": a(),
         "x/Priv/Priv.manifest": (PRIVATE % "").encode()}, "/x/b.dll", a="x/a.dll"),
    Row("62", "an assembly whose file is gone: no other is taken",
        {"x/b.dll": b(manifest=NEEDS % "Priv"), "x/a.dll": a(),
         "x/Priv/Priv.manifest": (PRIVATE % '<file name="a.dll"/>').encode()}, "/x/b.dll", error=126, missing=NEED_A),
    Row("63", "an assembly is asked before what is loaded already",
        {"x/b.dll": b(manifest=NEEDS % "Priv"), "x/Priv/a.dll": a(), "dir3/a.dll": a(),
         "x/Priv/Priv.manifest": (PRIVATE % '<file name="a.dll"/>').encode()}, "/x/b.dll",
        options=("pre=/dir3/a.dll",), missing=None, code=None, a="dir3/a.dll|x/Priv/a.dll"),
]


# ---- trees ------------------------------------------------------------------------------------------

def write(folder, files):
    for name, content in files.items():
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.bytes() if isinstance(content, Image) else content)


def source(row):
    """The calls of the row in Python, on Windows."""
    calls = ["import ctypes, os", "kernel32 = ctypes.WinDLL('kernel32.dll', use_last_error=True)"]
    for option in row.options:
        name, _, value = option.partition("=")
        calls.append({"cd": "os.chdir(%r)", "add": "kernel32.AddDllDirectory(%r)", "set": "kernel32.SetDllDirectoryW(%r)",
                      "pre": "ctypes.CDLL(%r, winmode=8)",
                      "path": "os.environ['PATH'] = %r + os.pathsep + os.environ['PATH']",
                      "def": "kernel32.SetDefaultDllDirectories(0x%s)"}[name] % (value,))
    return "\n".join([*calls, "ctypes.CDLL(%r, winmode=0x%s)" % (row.target, row.flags), ""])


# ---- dlwhy ------------------------------------------------------------------------------------------

def ask_dlwhy(row, folder, validate=None):
    """(error, (missing, needed by) or None, where a.dll comes from, code of the first finding, is it a warning)"""
    write(folder, {**row.files, **{"Windows/System32/" + n: f for n, f in (row.windows or {}).items()}})
    command = [windows.DLWHY, "check", "--json", "/" + row.target.lstrip("/")] if row.start or row.check else \
        [windows.DLWHY, "import", "m", "--json", "--os", "windows", "--python-version", "3.11"]
    if not row.start and not row.check:
        write(folder, {"python.exe": Image(dll=False, imports=KERNEL), "m.py": source(row).encode()})
        site = folder / "Lib" / "site-packages"
        site.mkdir(parents=True)
        (folder / "m.py").rename(site / "m.py")
    r = subprocess.run([*command, "--root", folder], stdout=subprocess.PIPE, check=False)
    answer = json.loads(r.stdout)
    if validate:
        validate(answer)
    error, missing = 0, None
    for o in answer["objects"]:
        for n in o["needs"]:
            if n["to"] is None and n["when"] != "delay" and o["path"]:
                missing = (windows.base(n["name"]), windows.base(o["path"]))
    first = answer["findings"][0] if answer["findings"] else None
    for e in first["evidence"] if first and first["severity"] == "error" else []:
        if e["value"] and e["says"].startswith("error of LoadLibrary"):
            error = int(e["value"].split(",")[0])
        elif e["value"] and e["says"].startswith("the exit status"):
            error = int(e["value"], 16)
    places = [o["path"].lstrip("/") for o in answer["objects"]
              if o["path"] and os.path.basename(o["path"]).lower() in ("a.dll", "a")]
    return error, missing, "|".join(places) or None, first and first["code"], bool(first) and first["severity"] == "warning"


def differs(row, got):
    """What dlwhy says otherwise than the row."""
    error, missing, where, code, warning = got
    wanted = 0 if row.blind else row.error
    if error != wanted:
        return "error %s, not %s" % (error, wanted)
    if row.missing and missing != row.missing:
        return "missing is %s, not %s" % (missing, row.missing)
    if row.a and where != row.a:
        return "a.dll is taken from %s, not from %s" % (where, row.a)
    if row.code and (code != row.code or warning != row.lazy):
        return "the finding is %s, not %s" % (code, row.code)
    return None


# ---- wine -------------------------------------------------------------------------------------------

def line(row, folder, program):
    def local(path):
        return windows.windows_path(folder) + path.replace("/", "\\") if path.startswith("/") else path

    write(folder, row.files)
    if row.start:
        return "%s start %s|\n" % (row.number, windows.windows_path(folder / row.target))
    os.link(program, folder / "winload.exe")
    options = [o.partition("=") for o in row.options]
    path = [local(v) for n, _, v in options if n == "path"]
    target = windows.windows_path(folder).replace("\\", "/") + row.target[1:] if row.target.startswith("//") else \
        local(row.target)
    more = "".join("|%s=%s" % (n, v if n == "def" else local(v)) for n, _, v in options if n != "path")
    return "%s %s@%s %s|%s%s|tell=a.dll|tell=a\n" % (row.number, row.flags, windows.windows_path(folder / "winload.exe"),
                                                    target, path[0] if path else "", more)


def wine_differs(row, folder, answer):
    error, lines = answer
    wanted = row.wine[0] if row.wine else row.error
    if (error & 0xFFFFFFFF) != wanted:
        return "wine: error %#x, not %#x" % (error & 0xFFFFFFFF, wanted)
    if row.missing and not row.wine:
        _, missing, _ = windows.wine_says((error, lines))
        if row.missing not in missing:
            return "wine: missing is %s, not %s" % (missing, row.missing)
    told = [t[6:].strip().replace("\\", "/")[2:] for t in lines if t.startswith("@tell ") and len(t) > 7]
    places = {os.path.relpath(t, folder) for t in told}
    if row.a and not row.wine and not row.start and not {p.lower() for p in places} <= set(row.a.lower().split("|")):
        return "wine: a.dll is taken from %s, not from %s" % (sorted(places), row.a)
    return None


def run():
    complaints, asked = [], 0
    with tempfile.TemporaryDirectory() as top:
        top = pathlib.Path(top)
        wine, lines = windows.Wine(top), []
        rows = [r for r in ROWS if not r.unasked]
        for r in rows:
            (top / ("w" + r.number)).mkdir()
            lines.append(line(r, top / ("w" + r.number), wine.program))
        try:
            answers = wine.ask(lines)
        finally:
            wine.close()
        for r in rows:
            (top / r.number).mkdir()
            for said in (differs(r, ask_dlwhy(r, top / r.number)),
                         wine_differs(r, top / ("w" + r.number), answers[r.number])):
                asked += 1
                if said:
                    complaints.append("%s %s: %s" % (r.number, r.title, said))
    print("\n".join(complaints))
    print("windows: %d experiments, %d asked of wine and dlwhy, %d of these where wine is another one; %d differ" %
          (len(ROWS), asked // 2, sum(r.wine is not None for r in rows), len(complaints)))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(run())
