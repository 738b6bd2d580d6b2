"""Scenes for dyld: trees of files, what is asked of them, and what each release of macOS says.

The texts are those that were worked out from dyld's source and compared with reports of users; there is no
macOS where they were written. tests/oracle/macos.sh asks a real one.
"""
from macho_file import ARM64, FLAT, SYSTEM, X86_64, macho

CRYPTEX = "/System/Volumes/Preboot/Cryptexes/OS"


def uid(letter):
    return letter.encode() * 16


def uuid(letter):
    h = uid(letter).hex().upper()
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


MAIN, LIBA, LIBB, EXT = (f"<{uuid(x)}>" for x in "MABE")


def main(**more):
    return macho("program", needs=[SYSTEM, "@rpath/libb.dylib"], imports=[("_b_func", 2)], uuid=uid("M"),
                 rpaths=more.pop("rpaths", ["@executable_path/../lib", "@loader_path/../lib64"]), **more)


def host():
    """A program that starts, and has the interface that ext.so wants of its program."""
    return macho("program", rpaths=["@executable_path/../lib", "@loader_path/../lib64"], uuid=uid("M"),
                 exports=["_PyCObject_Type"])


def liba(**more):
    return macho(**{"id": "@rpath/liba.dylib", "exports": ["_a_func", "_a_extra"], "uuid": uid("A"), **more})


def libb(**more):
    return macho(**{"id": "@rpath/libb.dylib", "needs": [SYSTEM, "@rpath/liba.dylib"], "exports": ["_b_func"],
                    "imports": [("_a_func", 2)], "rpaths": ["@loader_path/../deps", "/opt/none/lib"],
                    "uuid": uid("B"), **more})


def ext(**more):
    return macho("bundle", needs=[SYSTEM, "@rpath/libb.dylib"], exports=["_PyInit_ext"], uuid=uid("E"),
                 imports=[("_b_func", 2), ("_PyCObject_Type", FLAT)], rpaths=["@loader_path/.dylibs"], **more)


def tried(*parts):
    """Each part is a path that is not there, or (path, reason)."""
    return "tried: " + ", ".join(f"'{p}' (no such file)" if isinstance(p, str) else f"'{p[0]}' ({p[1]})"
                                 for p in parts)


def missing(name, by, why):
    return f"Library not loaded: {name}\n  Referenced from: {by}\n  Reason: {why}"


LAUNCH, OPEN = "dyld[PID]: ", "dlopen(/site/pkg/ext.so, 0x0002): "
APP = {"app/bin/main": main}
OLD = ["/app/bin/../lib/libb.dylib", "/app/bin/../lib64/libb.dylib"]
NEW = ["/app/lib/libb.dylib", "/app/bin/../lib64/libb.dylib"]
FALLBACKS = ["/usr/local/lib/libb.dylib", "/usr/lib/libb.dylib"]
HOST = {"app/bin/main": host}
SITE = {**HOST, "site/pkg/ext.so": ext, "app/lib/liba.dylib": liba}
INNER = "/site/pkg/.dylibs/libb.dylib"


def inner(**files):
    return {**SITE, "site/pkg/.dylibs/libb.dylib": files["libb"]}


def refused(reason, release):
    """What ext.so gets when the libb in its own folder is refused."""
    rpaths = OLD + OLD + FALLBACKS if release < "13" else NEW + NEW
    why = tried((INNER, reason), (INNER, reason), *rpaths)
    if release == "12.5":
        return OPEN + missing("'@rpath/libb.dylib'", "'/site/pkg/ext.so'", why)
    return OPEN + missing("@rpath/libb.dylib", ("" if release < "13" else EXT + " ") + "/site/pkg/ext.so", why)


def wrong(release, have, need):
    quote = "(%s)" if release == "12.5" else "'%s'"
    return refused(f"mach-o file, but is an incompatible architecture (have {quote % have}, need {quote % need})",
                   release)


def p_and_q():
    one = {"exports": ["_p"], "rpaths": ["@loader_path"]}
    return {
        "two/main": lambda: macho("program", needs=[SYSTEM, "@loader_path/libp.dylib", "@loader_path/libq.dylib"],
                                  uuid=uid("M")),
        "two/libp.dylib": lambda: macho(id="@loader_path/libp.dylib", needs=[SYSTEM, "@rpath/liba.dylib"],
                                        uuid=uid("P"), **one),
        "two/libq.dylib": lambda: macho(id="@loader_path/libq.dylib", needs=[SYSTEM, "@rpath/libx.dylib"],
                                        uuid=uid("Q"), **one)}


def pasted(release):
    def one(letter, lib, name):
        more = [] if release != "12.4" else [f"/usr/local/lib/{name}", f"/usr/lib/{name}"]
        by = f"/two/{lib}" if release == "12.4" else f"<{uuid(letter)}> /two/{lib}"
        return missing(f"@rpath/{name}", by, tried(f"/two/{name}", *more))
    p, q = one("P", "libp.dylib", "liba.dylib"), one("Q", "libq.dylib", "libx.dylib")
    return LAUNCH + (q if release == "26" else p + q)


NOT_THERE = "libnothere.dylib"


def leaf(name, *parts):
    return f"dlopen({name}, 0x0002): " + tried(*parts)


def rp(name, paths):
    return [p.replace("libb.dylib", name) for p in paths]


NORP = {"norp/main": lambda: main(rpaths=[])}
B_OVER_A = {**APP, "app/lib/libb.dylib": libb}
INCOMPLETE = {**HOST, "site/pkg/ext.so": ext}
LEAF14 = [NOT_THERE, CRYPTEX + NOT_THERE, *rp(NOT_THERE, NEW + NEW),
          ("/usr/lib/" + NOT_THERE, "no such file, not in dyld cache"), NOT_THERE]


def future():
    return libb(minimum="99.0", sdk="13.0", rpaths=[])


# name, files, release, arguments, the message (None: it loads)
SCENES = [
    *[(f"launch-{r}", APP, r, ["/app/bin/main"], LAUNCH + missing(*m)) for r, m in {
        "12.3": ("@rpath/libb.dylib", "/app/bin/main", tried(*OLD, *OLD, *FALLBACKS)),
        "12.5": ("'@rpath/libb.dylib'", "'/app/bin/main'", tried(*OLD, *OLD, *FALLBACKS)),
        "13.0": ("@rpath/libb.dylib", MAIN + " /app/bin/main",
                 tried(*NEW, *NEW, CRYPTEX + "@rpath/libb.dylib", *NEW, *NEW)),
        "13.5": ("@rpath/libb.dylib", MAIN + " /app/bin/main", tried(*NEW, *NEW)),
        "14": ("@rpath/libb.dylib", MAIN + " /app/bin/main", tried(*NEW, *NEW)),
        "15.4": ("@rpath/libb.dylib", MAIN + " /app/bin/main", tried(*NEW, *NEW))}.items()],
    ("below", B_OVER_A, "14", ["/app/bin/main"],
     LAUNCH + missing("@rpath/liba.dylib", LIBB + " /app/lib/libb.dylib", tried(
         "/app/lib/../deps/liba.dylib", "/opt/none/lib/liba.dylib", CRYPTEX + "/opt/none/lib/liba.dylib",
         *rp("liba.dylib", NEW + NEW)))),
    ("whole", {**B_OVER_A, "app/lib/liba.dylib": liba}, "14", ["/app/bin/main"], None),
    ("through-the-program", {**SITE, "app/lib/libb.dylib": libb}, "14", ["/site/pkg/ext.so"], None),
    ("through-the-program-12", {**SITE, "app/lib/libb.dylib": libb}, "12.5", ["/site/pkg/ext.so"], None),
    ("leaf-14", HOST, "14", [NOT_THERE], leaf(NOT_THERE, *LEAF14)),
    ("leaf-12", HOST, "12.4", [NOT_THERE],
     leaf(NOT_THERE, *rp(NOT_THERE, OLD + OLD), NOT_THERE, *rp(NOT_THERE, FALLBACKS))),
    ("leaf-fallback", HOST, "14", [NOT_THERE, "--env", "DYLD_FALLBACK_LIBRARY_PATH=/fb"],
     leaf(NOT_THERE, *LEAF14, "/fb/" + NOT_THERE)),
    ("path-12.0", HOST, "12.0", ["/opt/x/" + NOT_THERE],
     leaf("/opt/x/" + NOT_THERE, "/opt/x/" + NOT_THERE, *rp(NOT_THERE, FALLBACKS))),
    ("path-12.4", HOST, "12.4", ["/opt/x/" + NOT_THERE], leaf("/opt/x/" + NOT_THERE, "/opt/x/" + NOT_THERE)),
    ("path-14", HOST, "14", ["/opt/x/" + NOT_THERE],
     leaf("/opt/x/" + NOT_THERE, "/opt/x/" + NOT_THERE, CRYPTEX + "/opt/x/" + NOT_THERE, "/opt/x/" + NOT_THERE)),
    ("system-path-14", HOST, "14", ["/usr/lib/" + NOT_THERE],
     leaf("/usr/lib/" + NOT_THERE, "/usr/lib/" + NOT_THERE, CRYPTEX + "/usr/lib/" + NOT_THERE,
          ("/usr/lib/" + NOT_THERE, "no such file, not in dyld cache"))),
    *[(f"other-processor-{r}", inner(libb=lambda: libb(arch=X86_64)), r, ["/site/pkg/ext.so"], wrong(r, "x86_64", need))
      for r, need in {"12.3": "arm64e", "12.5": "arm64e", "13.5": "arm64", "14": "arm64",
                      "14.5": "arm64e' or 'arm64",
                      "26": "arm64e' or 'arm64e.v1' or 'arm64' or 'arm64"}.items()],
    ("rpath-twice-15.0", inner(libb=lambda: libb(sdk="26.0", rpaths=["@loader_path/AA"] * 2)), "15.0",
     ["/site/pkg/ext.so"], None),
    *[(f"rpath-twice-{r}", inner(libb=lambda: libb(sdk="26.0", rpaths=["@loader_path/AA"] * 2)), r,
       ["/site/pkg/ext.so"], refused("duplicate LC_RPATH '@loader_path/AA'", r)) for r in ("15.4", "26")],
    ("unsigned", inner(libb=lambda: libb(signed=False)), "14", ["/site/pkg/ext.so"],
     refused(f"code signature in {LIBB} '{INNER}' not valid for use in process: mapped file has no cdhash, "
             "completely unsigned? Code has to be at least ad-hoc signed.", "14")),
    *[(f"simulator-{r}", inner(libb=lambda: libb(platform=7)), r, ["/site/pkg/ext.so"],
       refused(f"mach-o file ({INNER}), but incompatible platform (have '{have}', need 'macOS')", r))
      for r, have in {"14": "iOS-sim", "15.4": "iOS-simulator"}.items()],
    ("newer-system", inner(libb=future), "14", ["/site/pkg/ext.so"], None),
    ("newer-system-and-missing", {**INCOMPLETE, "site/pkg/.dylibs/libb.dylib": future}, "14",
     ["/site/pkg/ext.so"],
     OPEN + missing("@rpath/liba.dylib",
                    LIBB + " " + INNER + " (built for macOS 99.0 which is newer than running OS)",
                    tried("/site/pkg/.dylibs/liba.dylib", "/site/pkg/.dylibs/liba.dylib",
                          *rp("liba.dylib", NEW + NEW)))),
    ("variable", {**INCOMPLETE, "site/pkg/.dylibs/libb.dylib": libb}, "14",
     ["/site/pkg/ext.so", "--env", "DYLD_LIBRARY_PATH=/env1:/env2"],
     OPEN + missing("@rpath/liba.dylib", LIBB + " " + INNER,
                    tried("/env1/liba.dylib", "/env2/liba.dylib", "/site/pkg/.dylibs/../deps/liba.dylib",
                          "/opt/none/lib/liba.dylib", CRYPTEX + "/opt/none/lib/liba.dylib",
                          "/site/pkg/.dylibs/liba.dylib", "/site/pkg/.dylibs/liba.dylib",
                          *rp("liba.dylib", NEW + NEW)))),
    *[(f"two-siblings-{r}", p_and_q(), r, ["/two/main"], pasted(r)) for r in ("12.4", "15.4", "26")],
    ("no-rpath-12", NORP, "12.4", ["/norp/main"],
     LAUNCH + missing("@rpath/libb.dylib", "/norp/main", tried(*FALLBACKS))),
    ("no-rpath-13.0", NORP, "13.0", ["/norp/main"],
     LAUNCH + missing("@rpath/libb.dylib", MAIN + " /norp/main", tried(CRYPTEX + "@rpath/libb.dylib"))),
    ("no-rpath-13.5", NORP, "13.5", ["/norp/main"],
     LAUNCH + f"Symbol not found: _b_func\n  Referenced from: {MAIN} /norp/main\n"
     "  Expected in:     <no uuid> unknown"),
    ("no-rpath-14", NORP, "14", ["/norp/main"],
     LAUNCH + missing("@rpath/libb.dylib", MAIN + " /norp/main", "no LC_RPATH's found")),
]
