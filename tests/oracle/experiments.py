"""Single experiments on the loader: what is built, and what is asked.

A newcomer adds a line to CASES (and, where needed, a few to `build`). A case holds no expected
answer, for the real loader gives it; `says` is only a piece of that answer which proves that the
experiment shows what its name claims.
"""
import dataclasses
import os
import subprocess

import oracle
from elfedit import DF_1_NOOPEN, DT_FLAGS_1, DT_HASH, DT_VERNEED, PT_DYNAMIC, PT_LOAD, Elf

GLIBC = "2.36"       # the version whose texts `says` quotes
LOADS = object()     # `says` of a case that loads
DIES = object()      # `says` of a case in which the loader dies without a text
MISSING = "cannot open shared object file: No such file or directory"


@dataclasses.dataclass
class Case:
    name: str
    kind: str                # open, start, shell
    target: str
    says: object
    env: dict = dataclasses.field(default_factory=dict)
    cwd: str = "."           # below the folder of the fixtures, or absolute
    program: str = None      # who opens it: a build of the bare driver; None: the plain one
    nobody: bool = False     # ask as an unprivileged user
    setup: str = None        # shell commands in a mount namespace of its own, as root
    needs: tuple = ()        # programs without which it cannot be asked
    lines: bool = True       # compare everything that a start prints


def opens(name, target, says, **how):
    return Case(name, "open", target, says, **how)


def starts(name, target, says, **how):
    return Case(name, "start", target, says, **how)


def shell(name, target, says, **how):
    return Case(name, "shell", target, says, **how)


def path(*folders):
    return {"LD_LIBRARY_PATH": ":".join(folders)}


def preload(*names, **more):
    return {"LD_PRELOAD": ":".join(names), **more}


# ---- the fixtures -----------------------------------------------------------------------------

MAIN = '#include <unistd.h>\n%s\nint main(int c, char **v) { (void)v; if (write(1, "main\\n", 5) < 0) return 2; ' \
       'if (c > 99) return %s; return 0; }\n'
NEW, OLD = "-Wl,--enable-new-dtags,-rpath,", "-Wl,--disable-new-dtags,-rpath,"


class Builder:
    """Compiles small sources below one folder. $W in a flag is that folder."""

    def __init__(self, folder, compiler="gcc"):
        self.w, self.compiler = folder, compiler

    def gcc(self, out, source, *flags, compiler=None):
        compiler = compiler or self.compiler
        target = self.w / out
        target.parent.mkdir(parents=True, exist_ok=True)
        flags = [f.replace("$W", str(self.w)) for f in flags]
        language = "c++" if compiler.endswith("g++") else "c"
        subprocess.run([compiler, "-w", "-O1", "-o", target, "-x", language, "-", "-x", "none", *flags],
                       input=source.encode(), cwd=self.w, check=True)
        return target

    def lib(self, out, source, *flags, soname=True, **how):
        name = [f"-Wl,-soname,{os.path.basename(out) if soname is True else soname}"] if soname else []
        return self.gcc(out, source, "-shared", "-fPIC", *name, *flags, **how)

    def prog(self, out, declares, uses, *flags):
        return self.gcc(out, MAIN % (declares, uses), *flags)

    def copy(self, source, target):
        out = self.w / target
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes((self.w / source).read_bytes())
        out.chmod(0o755)
        return out

    def edit(self, source, target):
        """A copy to be edited: `with b.edit("good/liba.so", "bad/x.so") as e:`."""
        return Elf(self.copy(source, target))

    def text(self, out, content, mode=0o755):
        target = self.w / out
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        target.chmod(mode)
        return target

    def link(self, target, name):
        (self.w / name).parent.mkdir(parents=True, exist_ok=True)
        os.symlink(target, self.w / name)

    def folder(self, name):
        (self.w / name).mkdir(parents=True, exist_ok=True)


A = "int a_fn(void) { return %d; } int a_data = 7;"
B = "extern int a_fn(void); int b_fn(void) { return 10 + a_fn(); }"
USE_A = ("extern int a_fn(void);", "a_fn()")
USE_B = ("extern int b_fn(void);", "b_fn()")


def build(folder):
    """Everything that the cases need. Returns the programs that may open libraries, by name."""
    b = Builder(folder)
    for part in (*PARTS, build_glibc_versions):
        part(b)
    return build_hosts(folder, oracle.GLIBC)


def build_hosts(folder, loader):
    """The programs that may open libraries, by name; None is the plain one."""
    hosts = {None: oracle.build_driver("bare", folder, compiler=loader.compiler)}
    (folder / "provider.c").write_text("int prov(void) { return 77; }\n")
    for name, flags in HOSTS.items():
        flags = [f.replace("$W", str(folder)) for f in flags]
        hosts[name] = folder / name
        subprocess.run([loader.compiler, "-std=gnu11", "-o", hosts[name], oracle.HERE / "driver/bare.c", *flags],
                       check=True)
    return hosts


HOSTS = {
    "host_rpath": [OLD + "$W/rr"],
    "host_runpath": [NEW + "$W/rr"],
    "host_nopie": ["-no-pie"],
    "host_exports": ["-rdynamic", "$W/provider.c"],
    "host_hides": ["$W/provider.c"],
}


def build_search(b):
    b.lib("good/liba.so", A % 1)
    b.lib("good/libb.so", B, "-Lgood", "-la")
    for n in (1, 2, 3):
        b.lib(f"d{n}/liba.so", A % n)
    b.prog("app_a", *USE_A, "-Lgood", "-la")
    b.prog("app_b", *USE_B, "-Lgood", "-lb", "-Wl,-rpath-link,good")
    b.copy("good/libb.so", "onlyb/libb.so")
    b.lib("noa/liba.so", "int other;")
    b.link("liba.so", "cloop/liba.so")
    b.folder("cdir/liba.so")
    b.copy("good/liba.so", "noperm/liba.so").chmod(0)
    b.lib("libaux.so", "int prov(void) { return 77; }", "-Wl,-f,libnoaux.so")
    b.lib("libfilter.so", "int prov(void) { return 77; }", "-Wl,-F,libnofilt.so")
    b.lib("libaux_there.so", "int prov(void) { return 77; }", "-Wl,-f,liba.so")


def build_damaged(b):
    def bad(name):
        return b.edit("good/liba.so", f"bad/{name}.so")

    b.gcc("bad/lib32.so", A % 1, "-m32", "-shared", "-nostdlib", "-fPIC", "-Wl,-soname,liba.so", compiler="gcc")
    for name, offset, value in (("bigendian", 5, 2), ("eiver", 6, 9), ("osabi", 7, 9), ("osabi_gnu", 7, 3),
                                ("abiver0", 8, 1), ("pad", 12, 1)):
        with bad(name) as e:
            e.ident(offset, value)
    with bad("abiver") as e:
        e.ident(7, 3)
        e.ident(8, 77)
    for name, field, value in (("ever", "e_version", 5), ("etrel", "e_type", 1), ("etcore", "e_type", 4),
                               ("phentsize", "e_phentsize", 40), ("phoff", "e_phoff", 0x7000000),
                               ("nophdr", "e_phnum", 0), ("machine0", "e_machine", 0), ("aarch64", "e_machine", 183)):
        with bad(name) as e:
            e.header(field, value)
    with bad("nodyn") as e:
        e.segment(PT_DYNAMIC, 0, "p_type", 0)
    with bad("align") as e:
        e.segment(PT_LOAD, 1, "p_offset", 0x1010)
    with bad("palign") as e:
        e.segment(PT_LOAD, 1, "p_align", 0x10)
    with bad("hugebss") as e:
        e.segment(PT_LOAD, 3, "p_memsz", 0x7FFFFFFFFF000)
    with bad("noopen") as e:
        e.retag(0x6FFFFFF9, DT_FLAGS_1)
        e.set_tag(DT_FLAGS_1, DF_1_NOOPEN)
    for name, size in (("h63", 63), ("h64", 64), ("cut4k", 4096), ("cut8k", 8300), ("cut12k", 12300)):
        with bad(name) as e:
            e.truncate(size)
    b.text("bad/empty.so", "")
    b.text("bad/text.so", "hello, this is not an ELF file, just some text that is longer than sixty-four bytes\n")
    b.text("bad/script.so", "/* GNU ld script */\nINPUT(-lfoo)\n")
    b.folder("bad/dir.so")
    b.link("loop.so", "bad/loop.so")
    b.link("gone.so", "bad/dangling.so")
    subprocess.run(["objcopy", "--only-keep-debug", b.w / "good/liba.so", b.w / "bad/debug.so"], check=True)
    for folder, source in (("c32", "lib32"), ("c64", "aarch64"), ("cempty", "empty"), ("ctext", "text"),
                           ("cosabi", "osabi"), ("crel", "etrel"), ("cdebug", "debug"), ("cnoopen", "noopen")):
        b.copy(f"bad/{source}.so", f"{folder}/liba.so")
    b.prog("cexec/liba.so", *USE_A, "-no-pie", "-Lgood", "-la")
    b.prog("cpie/liba.so", *USE_A, "-Lgood", "-la")


def build_paths(b):
    for name in ("liba.so", "libb.so"):
        b.copy(f"good/{name}", f"rr/{name}")
    for folder, flag in (("rr2", NEW), ("rr3", OLD)):
        b.copy("good/liba.so", f"{folder}/liba.so")
        b.lib(f"{folder}/libb.so", B, "-Lgood", "-la", flag + "/nowhere")
    link = ["-Lgood", "-lb", "-Wl,-rpath-link,good"]
    b.prog("app_b_runpath", *USE_B, *link, NEW + "$W/rr")
    b.prog("app_b_rpath", *USE_B, *link, OLD + "$W/rr")
    b.prog("app_b_rpath2", *USE_B, *link, OLD + "$W/rr2")
    b.prog("app_b_rpath3", *USE_B, *link, OLD + "$W/rr3")
    b.prog("app_a_runpath1", *USE_A, "-Lgood", "-la", NEW + "$W/d1")
    b.prog("app_a_rpath1", *USE_A, "-Lgood", "-la", OLD + "$W/d1")
    b.prog("app_emptyrp", *USE_A, "-Lgood", "-la", NEW + ":/nowhere")
    b.prog("app_semicolon", *USE_A, "-Lgood", "-la", NEW + "/nowhere;$W/d3")
    b.prog("app_nodeflib", *USE_A, "-Lgood", "-la", "-Wl,-z,nodefaultlib")
    with b.edit("app_a_runpath1", "app_norunpath") as e:
        e.rename(f"{b.w}/d1", "")
    # The same library under another file name, without a SONAME, as a second copy.
    b.lib("so1/libs-hash.so", A % 1, soname="libs.so.1")
    b.lib("so1/libnoson.so", A % 1, soname=None)
    b.lib("so2/needs_soname.so", B, "-Lso1", "-l:libs-hash.so", soname=None)
    b.lib("so2/needs_noson.so", B, "-Lso1", "-l:libnoson.so", soname=None)
    b.lib("sd/zother.so", A % 2, soname="liba.so")
    b.copy("good/libb.so", "sd/libb.so")
    b.lib("stub/zother.so", A % 2, soname="zother.so")
    b.prog("app_same_soname", *USE_B, "-Wl,--no-as-needed", "-Lstub", "-l:zother.so", "-Lgood", "-lb",
           "-Wl,-rpath-link,good", OLD + "$W/sd")
    # Who asks first decides whose RPATH serves.
    b.lib("fl/r1/libY.so", "int y(void) { return 4; }")
    b.lib("fl/common/libX.so", "extern int y(void); int x(void) { return y(); }", "-Lfl/r1", "-lY")
    b.lib("fl/common/libP.so", "extern int x(void); int p(void) { return x(); }", "-Lfl/common", "-lX",
          OLD + "$W/fl/r1", "-Wl,-rpath-link,fl/r1")
    b.lib("fl/common/libQ.so", "extern int x(void); int q(void) { return x(); }", "-Lfl/common", "-lX",
          "-Wl,-rpath-link,fl/r1")
    for order in ("PQ", "QP"):
        b.prog(f"app_{order.lower()}", "extern int p(void), q(void);", "p() + q()", "-Lfl/common",
               *(f"-l{x}" for x in order), "-Wl,-rpath-link,fl/r1:fl/common")


def build_tokens(b):
    for name in ("liba.so", "libb.so"):
        b.copy(f"good/{name}", f"org/lib/{name}")
    b.prog("org/bin/app", *USE_B, "-Lgood", "-lb", "-Wl,-rpath-link,good", OLD + "$ORIGIN/../lib")
    b.link("../bin/app", "org/link/app")
    b.lib("org/lib/libb_o.so", B, "-Lgood", "-la", NEW + "$ORIGIN", soname="libb.so")
    b.link("../lib/libb_o.so", "org/symlib/libb_o.so")
    # what ${PLATFORM} stands for depends on the processor
    for n, folder in ((1, "lib/x86_64-linux-gnu"), (2, "$FOO"), (3, "x86_64"), (3, "haswell"), (3, "xeon_phi")):
        b.copy(f"d{n}/liba.so", f"tok/{folder}/liba.so")
    for name, token in (("lib", "$LIB"), ("foo", "$FOO"), ("platform", "${PLATFORM}"), ("long", "$ORIGINAL")):
        b.prog(f"app_{name}", *USE_A, "-Lgood", "-la", f"{NEW}$W/tok/{token}")
    for name, soname in (("slash", "./d2/liba.so"), ("origin", "$ORIGIN/d3/liba.so")):
        b.lib(f"stub_{name}/liba.so", A % 2, soname=soname)
        b.prog(f"app_{name}_needed", *USE_A, f"-Lstub_{name}", "-la")
    for folder, level, n in (("hw", "glibc-hwcaps/x86-64-v2", 2), ("hw2", "x86_64", 3), ("hw4", "tls/x86_64", 2),
                             ("hw5", "glibc-hwcaps/x86-64-v9", 2)):
        b.copy("d1/liba.so", f"{folder}/liba.so")
        b.copy(f"d{n}/liba.so", f"{folder}/{level}/liba.so")
    b.copy("d1/liba.so", "hw3/liba.so")
    b.text("hw3/glibc-hwcaps/x86-64-v2/liba.so", "")


V1 = "int f(void) { return 1; } int g(void) { return 1; }"
V2 = 'int f_1(void) { return 1; } int f_2(void) { return 2; } int g(void) { return 1; } int h(void) { return 3; }\n' \
     '__asm__(".symver f_1,f@V1\\n.symver f_2,f@@V2");'
NV = "extern int f(void), h(void); int nf(void) { return f(); }"


def build_versions(b):
    maps = {"v1": "V1 { global: f; g; local: *; };",
            "v2": "V1 { global: f; g; local: *; }; V2 { global: f; h; } V1;",
            "v2nof": "V1 { global: g; local: *; }; V2 { global: h; } V1;",
            "v2base": "V1 { global: g; }; V2 { global: h; } V1;"}
    for name, content in maps.items():
        b.text(f"{name}.map", content)
    nof = "int g(void) { return 1; } int h(void) { return 3; }"
    script = "-Wl,--version-script="
    b.lib("v1/libv.so", V1, script + "v1.map")
    b.lib("v2/libv.so", V2, script + "v2.map")
    b.lib("v0/libv.so", V1 + 'extern int puts(const char *); int use(void) { return puts("x"); }')
    b.lib("v0nolibc/libv.so", V1, "-nostdlib")
    b.lib("v2nof/libv.so", nof, script + "v2nof.map")
    b.lib("v2base/libv.so", "int f(void) { return 9; }" + nof, script + "v2base.map")
    b.lib("v1hidden/libv.so", 'int f_1(void) { return 1; } int g(void) { return 1; } __asm__(".symver f_1,f@V1");',
          script + "v2.map")
    with b.edit("v2/libv.so", "v2mix/libv.so") as e:
        e.symbol_version("f", 1)
    use = ("extern int f(void), h(void);", "f()")
    for n in (0, 1, 2):
        b.prog(f"app_v{n}", *use, f"-Lv{n}", "-lv")
    b.lib("libnv2.so", NV, "-Lv2", "-lv", soname=None)
    b.lib("libnv2h.so", NV + "int nh(void) { return h(); }", "-Lv2", "-lv", soname=None)
    b.lib("libnv0.so", NV, "-Lv0", "-lv", soname=None)
    b.lib("libver_and_undef.so", NV + "extern int nosuch(void); int u(void) { return nosuch(); }", "-Lv2", "-lv",
          soname=None)
    for kind in ("app_v2", "libnv2.so"):
        stem, dot, so = kind.partition(".")
        with b.edit(kind, f"{stem}_weak{dot}{so}") as e:
            e.weaken_version("V2")
        with b.edit(kind, f"{stem}_noneed{dot}{so}") as e:
            e.drop_need("libv.so")
    with b.edit("libnv2.so", "libverneed7.so") as e:
        e.put(e.offset_of(e.tag(DT_VERNEED)), "H", 7)
    # Needs libv and a library that is nowhere.
    b.lib("stub/libzz.so", "int zz;")
    b.lib("libnv2zz.so", NV, "-Lv2", "-lv", "-Wl,--no-as-needed", "-Lstub", "-lzz", soname=None)


def build_glibc_versions(b):
    """What rests on the versions of glibc's own symbols."""
    for source in ("app_v2", "app_a"):
        with b.edit(source, f"{source}_glibc99") as e:
            e.rename("GLIBC_2.34", "GLIBC_9.99")
    b.lib("libnv2g.so", NV + 'extern int puts(const char *); int z(void) { return puts(""); }', "-Lv2", "-lv",
          soname=None)
    with b.edit("libnv2g.so", "libnv2g.so") as e:
        e.rename("GLIBC_2.2.5", "GLIBC_9.9")
    relr = 'int x; extern int puts(const char *); int *p[40] = { &x, &x, &x, &x, &x, &x, &x, &x };' \
           'int rr(void) { puts("rr"); return p[1] == &x; }'
    b.lib("librelr.so", relr, "-Wl,-z,pack-relative-relocs", soname=None)
    with b.edit("librelr.so", "librelr_unmarked.so") as e:
        e.rename("GLIBC_ABI_DT_RELR", "GLIBC_2.2.5")


def build_symbols(b):
    b.lib("libu.so", "extern int nosuch(void); int u_fn(void) { return nosuch(); }", "-Wl,-z,lazy", soname=None)
    b.lib("libu_now.so", "extern int nosuch(void); int u_fn(void) { return nosuch(); }", "-Wl,-z,now", soname=None)
    b.lib("libud.so", "extern int nosuchdata; int *u_p(void) { return &nosuchdata; }", soname=None)
    b.lib("libu3.so", "extern int nosuch1(void), nosuch2(void), nodata;"
          "int u_fn(void) { return nosuch1() + nosuch2() + nodata; }", "-Wl,-z,lazy", soname=None)
    b.lib("libuw.so", "extern int nosuch(void) __attribute__((weak)); extern int nosuchd __attribute__((weak));"
          "int u_fn(void) { return nosuch ? 1 : &nosuchd ? 2 : 42; }", soname=None)
    b.lib("libcxx_name.so", "struct S { int x(); }; int use() { S s; return s.x(); }", compiler="g++", soname=None)
    lazy = '-Wl,-z,lazy'
    b.prog("app_lazy", *USE_A, "-Lgood", "-la", lazy)
    b.prog("app_now", *USE_A, "-Lgood", "-la", "-Wl,-z,now")
    copy = ("extern int a_data;", "a_data")
    b.prog("app_copy", *copy, "-no-pie", "-fno-pie", "-Lgood", "-la")
    b.lib("copy_larger/liba.so", "int a_fn(void) { return 1; } int a_data[4] = { 7 };")
    b.lib("copy_smaller/liba.so", "int a_fn(void) { return 1; } short a_data = 7;")
    b.lib("prot/liba.so", '__attribute__((visibility("protected"))) int a_data = 7; int a_fn(void) { return 1; }',
          "-fno-lto")
    prov, use = "int prov(void) { return 77; }", "extern int prov(void); int usep(void) { return prov(); }"
    b.lib("libprov.so", prov, soname=None)
    b.lib("libuse.so", use, soname=None)
    b.lib("libprov_hidden.so", prov, "-fvisibility=hidden", soname=None)
    b.lib("libprov_sysv.so", prov, "-Wl,--hash-style=sysv", soname=None)
    with b.edit("libprov.so", "libprov_local.so") as e:
        e.symbol("prov", "st_info", 0x02)
    with b.edit("libprov_sysv.so", "libprov_nohash.so") as e:
        e.retag(DT_HASH, 0x6FFFFE04)
    for name in ("libprov.so", "libuse.so"):
        b.copy(name, f"und/{name}")
    b.lib("und/libroot.so", "int z;", "-Wl,--no-as-needed", "-Lund", "-luse", "-lprov", OLD + "$W/und", soname=None)
    isa = "int isa(void) { return 1; }"
    b.lib("libisa.so", isa, "-Wl,-z,x86-64-v2", soname=None)
    with b.edit("libisa.so", "libisa_none.so") as e:
        e.need_isa(0x40000000)
    b.lib("libisa_dep.so", isa, "-Wl,-z,x86-64-v2")
    b.lib("libu_isa.so", "extern int nosuch(void), isa(void); int u(void) { return nosuch() + isa(); }", "-L.",
          "-l:libisa_dep.so", OLD + "$W", soname=None)
    with b.edit("libisa_dep.so", "libisa_dep.so") as e:
        e.need_isa(0x40000000)
    b.lib("libexecstack.so", prov, "-Wl,-z,execstack", soname=None)
    b.prog("app_execstack", "extern int prov(void);", "prov()", "libexecstack.so", OLD + "$W")
    b.lib("libtextrel.so", "extern int a_data; int *u_p(void) { return &a_data; }", "-fno-pic", "-mcmodel=large",
          "-Wl,-z,notext", "-Lgood", "-la", OLD + "$W/good", soname=None)


def build_relocations(b):
    with b.edit("libuw.so", "libtype377.so") as e:
        e.relocation_type("nosuchd", 0x177)
    with b.edit("libuw.so", "libtype77.so") as e:
        e.relocation_type("nosuchd", 0x77)
    with b.edit("libud.so", "libtype_undefined.so") as e:
        e.relocation_type("nosuchdata", 0x177)
    b.lib("libtype_plt.so", "extern int prov(void); int usep(void) { return prov(); }", "-Wl,-z,lazy", soname=None)
    with b.edit("libtype_plt.so", "libtype_plt.so") as e:
        e.relocation_type("prov", 0x77)
    b.prog("app_no_type", "extern int nosuch(int);", "nosuch(1)", "-Wl,-z,lazy",
           "-Wl,--unresolved-symbols=ignore-all")  # whose entry of the PLT the linker makes R_X86_64_NONE
    b.lib("libprov_plt.so", "int prov(void) { return 77; }")
    b.prog("app_plt", "extern int prov(void);", "prov()", "-Wl,-z,lazy", "-L.", "-lprov_plt", OLD + "$W")
    for value in (200, 0, 16, 17):
        with b.edit("app_plt", f"app_plt_{value}") as e:
            e.relocation_type("prov", value)
    with b.edit("app_plt", "app_type_200") as e:
        e.relocation_type("__cxa_finalize", 200)
    ifunc = 'static int r(void) { return 3; } static void *res(void) { return r; }' \
            'int ifn(void) __attribute__((ifunc("res")));'
    b.lib("libifunc_user.so", "extern int ifn(void); int (*pp)(void) = ifn; int callif(void) { return pp(); }",
          soname="libifunc_user.so")
    b.prog("app_ifunc", ifunc + "extern int callif(void);", "callif()", "-rdynamic", "-L.", "-l:libifunc_user.so",
           OLD + "$W")
    b.lib("libifunc.so", ifunc, soname=None)


def build_order(b):
    b.lib("ord/libdep.so", "extern int miss_dep(void); int dep(void) { return miss_dep(); }")
    b.lib("ord/libtop.so", "extern int dep(void), miss_top(void); int top(void) { return dep() + miss_top(); }",
          "-Lord", "-ldep", OLD + "$W/ord", soname=None)
    need = ["-Wl,--no-as-needed"]
    for x in ("x1", "x2", "x3"):
        b.lib(f"ordtmp/lib{x}.so", "int z;")
    b.lib("ord2/libx1.so", "int z;", *need, "-Lordtmp", "-lx3")
    b.lib("ord2/libtop.so", "extern int nosuch(void); int u(void) { return nosuch(); }", *need, "-Lordtmp", "-lx1",
          "-lx2", OLD + "$W/ord2", "-Wl,-rpath-link,ordtmp", soname=None)
    for x in "ABC":
        b.lib(f"sib/lib{x}.so", f"extern int miss_{x}(void); int f_{x}(void) {{ return miss_{x}(); }}")
    b.lib("sib/libtop.so", "int z;", *need, "-Lsib", "-lA", "-lB", "-lC", OLD + "$W/sib", soname=None)
    source = "extern int miss_%s(void); int f_%s(void) { return miss_%s(); }"
    b.lib("cyc/libA.so", source % ("A", "A", "A"))
    b.lib("cyc/libB.so", source % ("B", "B", "B"), *need, "-Lcyc", "-lA", OLD + "$W/cyc")
    b.lib("cyc/libA.so", source % ("A", "A", "A"), *need, "-Lcyc", "-lB", OLD + "$W/cyc")
    b.lib("cyc/libtop.so", "int z;", *need, "-Lcyc", "-lA", OLD + "$W/cyc", soname=None)


def build_tls(b):
    source = '__thread char big[%d] __attribute__((tls_model("initial-exec")%s)); char *tp(void) { return big; }'
    for name, size, more in (("big", 100000, ""), ("1000", 1000, ""), ("1600", 1600, ""), ("1664", 1664, ""),
                             ("1700", 1700, ""), ("3000", 3000, ""), ("align", 16, ", aligned(8192)"),
                             ("align64", 1600, ", aligned(64)")):
        b.lib(f"libtls_{name}.so", source % (size, more), soname=None)
    b.lib("libtls_dynamic.so", "__thread char big[100000]; char *tp(void) { return big; }", soname=None)
    for n in (1, 2):
        b.lib(f"libtls_pair{n}.so", (source % (1000, "")).replace("big", f"big{n}").replace("tp", f"tp{n}"))
    b.lib("libtls_both.so", "int z;", "-Wl,--no-as-needed", "-L.", "-l:libtls_pair1.so", "-l:libtls_pair2.so",
          OLD + "$W", soname=None)


def build_executables(b):
    def interp(name, path):
        b.gcc(f"ex/{name}", MAIN % ("", "0"), f"-Wl,--dynamic-linker,{path}")

    interp("interp_missing", "/no/such/ld.so")
    interp("interp_not_executable", "$W/ex/fakeld")
    interp("interp_short_text", "$W/ex/shortld")
    interp("interp_text", "$W/ex/textld")
    interp("interp_folder", "$W/ex")
    interp("interp_foreign", "$W/ex/foreignld")
    b.text("ex/fakeld", "", 0o644)
    b.text("ex/shortld", "hello there\n")
    b.copy("bad/text.so", "ex/textld")
    b.copy("bad/aarch64.so", "ex/foreignld")
    b.prog("ex/fine", "", "0")
    with b.edit("ex/fine", "ex/foreign") as e:
        e.header("e_machine", 183)
    with b.edit("ex/fine", "ex/machine0") as e:
        e.header("e_machine", 0)
    with b.edit("ex/fine", "ex/cut") as e:
        e.truncate(100)
    b.copy("ex/fine", "ex/not_executable").chmod(0o644)


PARTS = (build_search, build_damaged, build_paths, build_tokens, build_versions, build_symbols, build_relocations,
         build_order, build_tls, build_executables)


# ---- the table --------------------------------------------------------------------------------

W = "$W"   # the folder of the fixtures, in targets, environments and setups

CASES = [
    # finding a file
    starts("needed_library_is_nowhere", "./app_a", f"liba.so: {MISSING}"),
    starts("needed_library_of_a_library_is_nowhere", "./app_b", f"liba.so: {MISSING}", env=path("onlyb")),
    starts("all_is_well", "./app_b", LOADS, env=path("good")),
    opens("bare_name_is_nowhere", "libnope.so", f"libnope.so: {MISSING}"),
    opens("absolute_path_is_nowhere", "/no/libnope.so", f"/no/libnope.so: {MISSING}"),
    opens("dependency_is_nowhere", "./good/libb.so", f"liba.so: {MISSING}"),
    opens("dependency_by_library_path", "./good/libb.so", LOADS, env=path("good")),
    opens("file_of_32_bit_by_path", "./bad/lib32.so", "wrong ELF class: ELFCLASS32"),
    opens("only_candidate_is_of_32_bit", "lib32.so", "lib32.so: wrong ELF class", env=path("bad")),
    starts("candidate_of_32_bit_is_skipped", "./app_a", LOADS, env=path("c32", "good")),
    opens("foreign_machine_by_path_reads_as_absent", "./bad/aarch64.so", MISSING),
    starts("candidate_of_a_foreign_machine_is_skipped", "./app_a", LOADS, env=path("c64", "good")),
    opens("wrong_class_beats_foreign_machine", "liba.so", "wrong ELF class", env=path("c32", "c64")),
    starts("empty_file_ends_the_search", "./app_a", "cempty/liba.so: file too short", env=path("cempty", "good")),
    starts("text_file_ends_the_search", "./app_a", "ctext/liba.so: invalid ELF header", env=path("ctext", "good")),
    opens("linker_script_shorter_than_a_header", "./bad/script.so", "file too short"),
    opens("one_byte_less_than_a_header", "./bad/h63.so", "file too short"),
    opens("header_and_nothing_else", "./bad/h64.so", "cannot read file data"),
    opens("folder_opened_as_a_library", "./bad/dir.so", "cannot read file data: Is a directory"),
    starts("folder_found_at_start_has_no_errno_text", "./app_a", "Error 21", env=path("cdir", "good")),
    opens("unreadable_file_by_path", f"{W}/noperm/liba.so", "Permission denied", nobody=True),
    opens("unreadable_candidate_reads_as_absent", "liba.so", MISSING, env=path(f"{W}/noperm"), nobody=True),
    starts("unreadable_candidate_is_skipped", "./app_a", LOADS, env=path(f"{W}/noperm", f"{W}/good"), nobody=True),
    opens("link_loop_by_path", "./bad/loop.so", "Too many levels of symbolic links"),
    opens("dangling_link_by_path", "./bad/dangling.so", MISSING),
    opens("link_loop_ends_its_list", "loop.so", MISSING, env=path(f"{W}/bad")),
    starts("link_loop_hides_the_rest_of_its_list", "./app_a", MISSING, env=path(f"{W}/cloop", f"{W}/good")),
    starts("link_loop_does_not_hide_the_next_stage", "./app_a_runpath1", LOADS, env=path(f"{W}/cloop")),
    opens("name_too_long", "lib" + "x" * 300 + ".so", "File name too long"),
    opens("component_of_the_path_is_a_file", "./app_a/liba.so", "Not a directory"),
    starts("element_is_a_file_by_absolute_path", "./app_a", LOADS, env=path(f"{W}/app_a", f"{W}/good")),
    starts("element_is_a_file_by_relative_path_ends_the_list", "./app_a", MISSING, env=path("app_a", "good")),
    opens("null_device_as_a_library", "/dev/null", "file too short"),
    # damage
    *(opens(f"damaged_{name}", f"./bad/{name}.so", says) for name, says in (
        ("bigendian", "data encoding"), ("eiver", "version ident"), ("osabi", "OS ABI invalid"),
        ("abiver", "ABI version invalid"), ("abiver0", "ABI version invalid"), ("pad", "nonzero padding"),
        ("ever", "ELF file version does not match"), ("etrel", "only ET_DYN and ET_EXEC"),
        ("etcore", "only ET_DYN and ET_EXEC"), ("phentsize", "phentsize"), ("phoff", "cannot read file data"),
        ("nophdr", "no loadable segments"), ("nodyn", "no dynamic section"), ("align", "not page-aligned"),
        ("debug", "no dynamic section"), ("text", "invalid ELF header"), ("empty", "file too short"),
        ("hugebss", "failed to map segment"), ("noopen", "cannot be dlopen()ed"), ("osabi_gnu", LOADS),
        ("machine0", MISSING), ("cut4k", DIES), ("cut8k", DIES), ("cut12k", None))),
    opens("segment_alignment_below_a_page", "./bad/palign.so", LOADS),
    starts("unknown_os_abi_ends_the_search", "./app_a", "OS ABI invalid", env=path("cosabi", "good")),
    starts("relocatable_file_ends_the_search", "./app_a", "only ET_DYN", env=path("crel", "good")),
    starts("debug_file_ends_the_search_under_the_requested_name", "./app_a", ": liba.so: object file has no dynamic",
           env=path("cdebug", "good")),
    opens("needs_a_fixed_address_program", "./good/libb.so", "cannot dynamically load executable", env=path("cexec")),
    opens("needs_a_pie_program", "./good/libb.so", "position-independent executable", env=path("cpie")),
    starts("needs_a_pie_program_at_start", "./app_b", "position-independent executable", env=path("cpie", "good")),
    opens("needs_a_library_that_may_not_be_opened", "./good/libb.so", "cannot be dlopen()ed", env=path("cnoopen")),
    starts("library_that_may_not_be_opened_is_fine_at_start", "./app_a", LOADS, env=path("cnoopen")),
    # preloads, auditors, filters
    starts("preload_is_nowhere", "./app_lazy", LOADS, env=preload("libnope.so", **path("good"))),
    starts("preload_is_damaged", "./app_lazy", LOADS, env=preload("./bad/lib32.so", "./bad/text.so", **path("good"))),
    starts("dependency_of_a_preload_is_nowhere", "./app_v0", f"liba.so: {MISSING}",
           env=preload("./good/libb.so", **path("v0"))),
    starts("preload_with_a_space_is_two", "./app_lazy", LOADS, env=preload("./a b.so", **path("good"))),
    starts("auditor_is_nowhere", "./app_lazy", LOADS, env={"LD_AUDIT": "libnope.so", **path("good")}),
    starts("auditor_without_its_entry_point", "./app_lazy", LOADS, env={"LD_AUDIT": "./good/liba.so", **path("good")}),
    opens("auxiliary_filter_is_nowhere", "./libaux.so", LOADS),
    opens("auxiliary_filter_is_there", "./libaux_there.so", LOADS, env=path("good")),
    opens("filter_is_nowhere", "./libfilter.so", f"libnofilt.so: {MISSING}"),
    # search lists
    starts("runpath_of_the_program_does_not_serve_dependencies", "./app_b_runpath", f"liba.so: {MISSING}"),
    starts("rpath_of_the_program_serves_dependencies", "./app_b_rpath", LOADS),
    starts("runpath_of_a_library_cuts_the_rpath_chain", "./app_b_rpath2", f"liba.so: {MISSING}"),
    starts("rpath_of_a_library_does_not_cut_the_chain", "./app_b_rpath3", LOADS),
    starts("library_path_beats_runpath", "./app_a_runpath1", LOADS, env=path("d2")),
    starts("rpath_beats_library_path", "./app_a_rpath1", LOADS, env=path("d2")),
    opens("rpath_of_the_host", "libb.so", LOADS, program="host_rpath"),
    opens("runpath_of_the_host", "liba.so", LOADS, program="host_runpath"),
    opens("runpath_of_the_host_does_not_serve_dependencies", "libb.so", f"liba.so: {MISSING}", program="host_runpath"),
    opens("host_of_fixed_address", "./good/liba.so", LOADS, program="host_nopie"),
    opens("needed_by_soname_only", "./so2/needs_soname.so", f"libs.so.1: {MISSING}", env=path("so1")),
    opens("needed_by_file_name_without_soname", "./so2/needs_noson.so", LOADS, env=path("so1")),
    starts("soname_of_an_earlier_library_satisfies_a_later_need", "./app_same_soname", LOADS),
    starts("empty_first_element_is_the_working_folder", "../app_a", LOADS, env=path("", "/nowhere"), cwd="d2"),
    starts("empty_last_element_is_the_working_folder", "../app_a", LOADS, env=path("/nowhere", ""), cwd="d2"),
    starts("empty_list_is_not_the_working_folder", "../app_a", MISSING, env=path(""), cwd="d2"),
    starts("semicolon_separates_the_library_path", "./app_a", LOADS, env=path("/nowhere;d3")),
    starts("semicolon_does_not_separate_a_runpath", "./app_semicolon", MISSING),
    starts("empty_element_of_a_runpath_is_the_working_folder", "../app_emptyrp", LOADS, cwd="d2"),
    starts("empty_runpath_is_not_the_working_folder", "../app_norunpath", MISSING, cwd="d2"),
    starts("no_default_folders", "./app_nodeflib", f"libc.so.6: {MISSING}", env=path("good")),
    starts("first_requester_has_the_rpath", "./app_pq", LOADS, env=path(f"{W}/fl/common")),
    starts("first_requester_has_no_rpath", "./app_qp", f"libY.so: {MISSING}", env=path(f"{W}/fl/common")),
    opens("libc_by_name", "libc.so.6", LOADS),
    opens("loader_by_name", "ld-linux-x86-64.so.2", LOADS),
    opens("vdso_by_name", "linux-vdso.so.1", LOADS),
    opens("libc_by_another_path", "/usr/lib/x86_64-linux-gnu/libc.so.6", LOADS),
    # tokens and capabilities
    starts("origin_of_a_program_is_its_real_folder", "org/link/app", LOADS),
    opens("origin_of_a_library_is_the_folder_of_the_link", "./org/symlib/libb_o.so", f"liba.so: {MISSING}"),
    opens("origin_of_a_library_by_its_real_path", "./org/lib/libb_o.so", LOADS),
    starts("lib_token", "./app_lib", LOADS),
    starts("unknown_token_is_literal", "./app_foo", LOADS),
    starts("platform_token", "./app_platform", LOADS),
    starts("longer_name_than_a_token_is_literal", "./app_long", MISSING),
    starts("need_with_a_slash_is_relative_to_the_working_folder", "./app_slash_needed", LOADS),
    starts("need_with_a_slash_elsewhere", "../app_slash_needed", f"./d2/liba.so: {MISSING}", cwd="d1"),
    starts("need_with_origin", f"{W}/app_origin_needed", LOADS, cwd="/"),
    starts("library_path_with_origin", f"{W}/app_a", LOADS, env=path("$ORIGIN/d2"), cwd="/"),
    starts("capability_folder_first", "./app_a", LOADS, env=path("hw")),
    starts("legacy_capability_folder", "./app_a", LOADS, env=path("hw2")),
    starts("legacy_tls_folder", "./app_a", LOADS, env=path("hw4")),
    starts("unknown_capability_folder", "./app_a", LOADS, env=path("hw5")),
    starts("damaged_file_in_a_capability_folder_is_fatal", "./app_a", "file too short", env=path("hw3")),
    # versions
    starts("version_missing_at_start", "./app_v2", "version `V2' not found", env=path("./v1")),
    opens("version_missing", "./libnv2.so", "version `V2' not found", env=path("./v1")),
    starts("provider_without_definitions_at_start", "./app_v2", LOADS, env=path("./v0")),
    opens("provider_without_definitions", "./libnv2.so", LOADS, env=path("./v0")),
    starts("weak_version_missing_at_start", "./app_v2_weak", LOADS, env=path("./v1")),
    opens("weak_version_missing_and_then_the_symbol", "./libnv2_weak.so", "undefined symbol: f, version V2",
          env=path("./v1")),
    opens("version_of_a_file_that_is_not_needed", "./libnv2_noneed.so", DIES),
    starts("version_of_a_file_that_is_not_needed_at_start", "./app_v2_noneed", DIES),
    starts("symbol_left_its_version_lazy", "./app_v2", LOADS, env=path("v2nof")),
    starts("symbol_left_its_version_bound_at_start", "./app_v2", "undefined symbol: f, version V2",
           env={**path("v2nof"), "LD_BIND_NOW": "1"}),
    opens("symbol_left_its_version", "./libnv2.so", "undefined symbol: f, version V2", env=path("v2nof")),
    opens("symbol_without_version_in_a_versioned_file", "./libnv2.so", LOADS, env=path("v2base")),
    opens("symbol_without_version_beside_one_with", "./libnv2.so", LOADS, env=path("v2mix")),
    opens("reference_without_version", "./libnv0.so", LOADS, env=path("v2")),
    opens("reference_without_version_to_a_hidden_one", "./libnv0.so", LOADS, env=path("v1hidden")),
    starts("provider_without_version_table_at_start", "./app_v2", DIES,
           env={**path("./v0nolibc"), "LD_BIND_NOW": "1"}),
    opens("provider_without_version_table", "./libnv2.so", DIES, env=path("./v0nolibc")),
    starts("libc_too_old", "./app_a_glibc99", "version `GLIBC_9.99' not found", env=path("good")),
    starts("several_versions_missing_at_start", "./app_v2_glibc99", "version `", env=path("./v1")),
    opens("several_versions_missing", "./libnv2g.so", "version `V2' not found", env=path("./v1")),
    opens("relative_relocations_without_their_mark", "./librelr_unmarked.so", "DT_RELR without"),
    opens("relative_relocations_with_their_mark", "./librelr.so", LOADS),
    starts("relative_relocations_without_their_mark_at_start", "./app_v0", "DT_RELR without",
           env=preload("./librelr_unmarked.so", **path("v0"))),
    opens("older_copy_first_in_the_path", "./libnv2.so", "version `V2' not found", env=path("./v1", "./v2")),
    opens("unsupported_version_record", "./libverneed7.so", "unsupported version 7", env=path("v2")),
    starts("unsupported_version_record_at_start", "./app_v0", "unsupported version 7",
           env=preload("./libverneed7.so", **path("v2"))),
    opens("version_before_symbol", "./libver_and_undef.so", "version `V2' not found", env=path("./v1")),
    opens("missing_library_before_version", "./libnv2zz.so", f"libzz.so: {MISSING}", env=path("./v1")),
    # symbols
    starts("undefined_function_lazy", "./app_lazy", LOADS, env=path("noa")),
    starts("undefined_function_bound_now", "./app_now", "symbol lookup error", env=path("noa")),
    starts("undefined_function_with_bind_now_set", "./app_lazy", "symbol lookup error",
           env={**path("noa"), "LD_BIND_NOW": "1"}),
    starts("undefined_function_with_bind_now_empty", "./app_lazy", LOADS, env={**path("noa"), "LD_BIND_NOW": ""}),
    opens("undefined_function", "./libu.so", "undefined symbol: nosuch"),
    opens("undefined_function_in_a_library_bound_now", "./libu_now.so", "undefined symbol: nosuch"),
    opens("undefined_data", "./libud.so", "undefined symbol: nosuchdata"),
    opens("undefined_weak_symbols", "./libuw.so", LOADS),
    opens("undefined_name_of_cxx_stays_mangled", "./libcxx_name.so", "_ZN1S1xEv"),
    opens("data_before_functions", "./libu3.so", "undefined symbol: nodata"),
    opens("dependency_is_relocated_first", f"./ord/libtop.so", "libdep.so: undefined symbol: miss_dep"),
    opens("missing_libraries_breadth_first", "./ord2/libtop.so", "libx2.so"),
    opens("last_sibling_is_relocated_first", "./sib/libtop.so", "libC.so: undefined symbol: miss_C"),
    opens("cycle_below_the_top", "./cyc/libtop.so", "undefined symbol: miss_A"),
    opens("cycle_below_the_top_with_the_old_order", "./cyc/libtop.so", "undefined symbol: miss_B",
          env={"GLIBC_TUNABLES": "glibc.rtld.dynamic_sort=1"}),
    opens("nobody_provides_it", "./libuse.so", "undefined symbol: prov"),
    opens("preload_provides_it", "./libuse.so", LOADS, env=preload("./libprov.so")),
    opens("preload_hides_it", "./libuse.so", "undefined symbol: prov", env=preload("./libprov_hidden.so")),
    opens("preload_has_it_as_local", "./libuse.so", "undefined symbol: prov", env=preload("./libprov_local.so")),
    opens("preload_with_the_old_hash_table", "./libuse.so", LOADS, env=preload("./libprov_sysv.so")),
    opens("preload_without_any_hash_table", "./libuse.so", "undefined symbol: prov", env=preload("./libprov_nohash.so")),
    opens("sibling_provides_what_nobody_needs", "./und/libroot.so", LOADS),
    opens("host_provides_it", "./libuse.so", LOADS, program="host_exports"),
    opens("host_has_it_but_does_not_export_it", "./libuse.so", "undefined symbol: prov", program="host_hides"),
    starts("copied_variable_grew", "./app_copy", LOADS, env=path("copy_larger")),
    starts("copied_variable_shrank", "./app_copy", LOADS, env=path("copy_smaller")),
    starts("copied_variable_is_gone", "./app_copy", "undefined symbol: a_data", env=path("noa")),
    starts("copied_variable_is_protected", "./app_copy", LOADS, env=path("prot")),
    opens("instruction_set_too_new", "./libisa_none.so", "CPU ISA level"),
    opens("instruction_set_is_there", "./libisa.so", LOADS),
    starts("instruction_set_too_new_at_start", "./app_v0", "CPU ISA level",
           env=preload("./libisa_none.so", **path("v0"))),
    opens("instruction_set_before_symbols", "./libu_isa.so", "CPU ISA level"),
    opens("executable_stack", "./libexecstack.so", LOADS),
    opens("executable_stack_from_the_start", "./libexecstack.so", LOADS,
          env={"GLIBC_TUNABLES": "glibc.rtld.execstack=2"}),
    starts("executable_stack_at_a_start", "./app_execstack", LOADS),
    starts("executable_stack_is_forbidden", "./app_execstack", LOADS,
           env={"GLIBC_TUNABLES": "glibc.rtld.execstack=0"}),
    opens("text_relocations", "./libtextrel.so", LOADS),
    # relocations
    opens("unknown_relocation_type_above_255", "./libtype377.so", "unexpected reloc type 0x00000177"),
    opens("unknown_relocation_type", "./libtype77.so", "unexpected reloc type 0x77"),
    starts("unknown_relocation_type_at_start", "./app_v0", "unexpected reloc type 0x77",
           env=preload("./libtype77.so", **path("v0"))),
    opens("symbol_before_relocation_type", "./libtype_undefined.so", "undefined symbol: nosuchdata"),
    opens("unknown_type_in_the_plt_and_no_symbol", "./libtype_plt.so", "undefined symbol: prov"),
    opens("unknown_type_in_the_plt", "./libtype_plt.so", "unexpected reloc type 0x77", env=preload("./libprov.so")),
    starts("no_relocation_type_in_the_plt_of_the_program", "./app_no_type",
           "libraries: unexpected PLT reloc type 0x00"),
    starts("unknown_relocation_type_of_the_program", "./app_type_200", "libraries: unexpected reloc type 0xc8"),
    *[starts(f"relocation_type_{value}_in_the_plt_of_the_program", f"./app_plt_{value}",
             f"libraries: unexpected PLT reloc type 0x{value:02x}") for value in (200, 0, 16, 17)],
    starts("unknown_relocation_type_in_the_plt_of_the_program_bound_at_once", "./app_plt_200",
           "libraries: unexpected reloc type 0xc8", env={"LD_BIND_NOW": "1"}),
    starts("ifunc_of_the_program", "./app_ifunc", "unsatisfiable circular dependency"),
    opens("ifunc_of_the_library", "./libifunc.so", LOADS),
    # static TLS
    opens("static_tls_too_large", "./libtls_big.so", "static TLS block"),
    *(opens(f"static_tls_of_{size}_bytes", f"./libtls_{size}.so", says) for size, says in (
        (1000, LOADS), (1600, None), (1664, None), (1700, None), (3000, "static TLS block"))),
    opens("static_tls_alignment_too_large", "./libtls_align.so", "static TLS block"),
    opens("static_tls_aligned_to_a_cache_line", "./libtls_align64.so", None),
    opens("static_tls_of_two_dependencies", "./libtls_both.so", "static TLS block"),
    opens("static_tls_of_two_dependencies_with_more_room", "./libtls_both.so", LOADS,
          env={"GLIBC_TUNABLES": "glibc.rtld.optional_static_tls=8192"}),
    opens("static_tls_with_more_room", "./libtls_3000.so", LOADS,
          env={"GLIBC_TUNABLES": "glibc.rtld.optional_static_tls=8192"}),
    opens("static_tls_of_a_preloaded_library", "./libtls_big.so", LOADS, env=preload("./libtls_big.so")),
    opens("dynamic_tls_has_no_limit", "./libtls_dynamic.so", LOADS),
    # what the kernel refuses to start
    shell("program_starts", "./ex/fine", LOADS),
    shell("interpreter_is_nowhere", "./ex/interp_missing", "cannot execute: required file not found"),
    shell("interpreter_is_not_executable", "./ex/interp_not_executable", "Permission denied", nobody=True),
    shell("interpreter_is_a_short_text", "./ex/interp_short_text", "Input/output error"),
    shell("interpreter_is_a_text", "./ex/interp_text", "Accessing a corrupted shared library"),
    shell("interpreter_is_of_a_foreign_machine", "./ex/interp_foreign", "Accessing a corrupted shared library"),
    shell("interpreter_is_a_folder", "./ex/interp_folder", "Permission denied"),
    shell("program_of_a_foreign_machine", "./ex/foreign", "Exec format error"),
    shell("program_of_no_machine", "./ex/machine0", "Exec format error"),
    shell("program_without_the_right_to_execute", "./ex/not_executable", "Permission denied"),
    opens("program_cut_after_its_header", "./ex/cut", "cannot read file data"),
    # what needs root: mounts and set-user-ID programs
    opens("noexec_mount", "./mnt/liba.so", "failed to map segment",
          setup="mkdir -p mnt; mount -t tmpfs -o noexec t mnt; cp good/liba.so mnt"),
    starts("noexec_mount_at_start", "./app_a", "failed to map segment", env=path("mnt"),
           setup="mkdir -p mnt; mount -t tmpfs -o noexec t mnt; cp good/liba.so mnt"),
    shell("program_on_a_noexec_mount", "./mnt/fine", "Permission denied",
          setup="mkdir -p mnt; mount -t tmpfs -o noexec t mnt; cp ex/fine mnt"),
    *(starts(name, "./app_a", says, setup=f"{before}; echo {W}/{folder} >c.conf; /sbin/ldconfig -X -C my.cache -f c.conf;"
             f"{after}; mount --bind my.cache /etc/ld.so.cache", needs=("ldconfig",)) for name, says, folder, before, after in (
        ("only_the_cache_knows_it", LOADS, "d2", ":", ":"),
        ("cache_lists_a_file_that_is_gone", MISSING, "stale", "mkdir -p stale; cp d2/liba.so stale", "rm stale/liba.so"),
        ("cache_lists_a_damaged_file", "file too short", "dmg", "mkdir -p dmg; cp d2/liba.so dmg", ": >dmg/liba.so"),
        ("cache_lists_a_foreign_file", MISSING, "frn", "mkdir -p frn; cp d2/liba.so frn", "cp bad/aarch64.so frn/liba.so"),
        ("damaged_file_of_the_cache_is_read_by_its_path", "cannot read file data", "dml", "mkdir -p dml; cp d2/liba.so dml",
         "cp bad/h64.so dml/liba.so"))),
    starts("cache_is_garbage", "./app_a", LOADS, env=path("d1"),
           setup="echo garbage >my.cache; mount --bind my.cache /etc/ld.so.cache"),
    starts("cache_is_empty", "./app_a", MISSING, setup=": >my.cache; mount --bind my.cache /etc/ld.so.cache"),
    *(opens(name, target, says, setup=f"mkdir -p num; cp so1/libs-hash.so num; echo {W}/num >c.conf;"
            "/sbin/ldconfig -C my.cache -f c.conf; mount --bind my.cache /etc/ld.so.cache", needs=("ldconfig",))
      for name, target, says in (
        ("cache_compares_digits_as_numbers", "libs.so.01", LOADS),
        ("cache_lists_no_file_name", "libs-hash.so", MISSING),
        ("cache_lists_the_soname", "libs.so.1", LOADS))),
    starts("set_user_id_ignores_the_library_path", "./app_suid", MISSING, env=path(f"{W}/good"), nobody=True,
           setup="cp app_a app_suid; chmod 4755 app_suid"),
    starts("set_user_id_drops_origin", "org/bin/app_suid", MISSING, nobody=True,
           setup="cp org/bin/app org/bin/app_suid; chmod 4755 org/bin/app_suid"),
    starts("set_user_id_keeps_an_absolute_rpath", "./app_b_suid", LOADS, nobody=True,
           setup="cp app_b_rpath app_b_suid; chmod 4755 app_b_suid"),
    starts("set_user_id_skips_a_preload_with_a_slash", "./app_psuid", LOADS, env=preload("./bad/text.so"), nobody=True,
           setup="cp app_b_rpath app_psuid; chmod 4755 app_psuid"),
    starts("set_user_id_preload_is_nowhere", "./app_psuid", LOADS, env=preload("libnope.so"), nobody=True,
           setup="cp app_b_rpath app_psuid; chmod 4755 app_psuid"),
]

# What the check verb cannot be asked: why, and which experiments.
SEQUENCE = "several opens in one process"
FLAGS = "an open with other flags than RTLD_NOW"
COMMAND = "the loader run as a command"
LIMITS = "limits of one process"
CALLS = "needs a call of the function"
FOREIGN = "runs code of the library"
NOT_ASKABLE = [
    ("open_fails_without_file_descriptors", LIMITS), ("start_fails_without_file_descriptors", LIMITS),
    ("address_space_limit", LIMITS), ("text_file_busy", LIMITS), ("open_of_an_empty_name_is_the_program", FLAGS),
    ("noload_of_something_not_loaded", FLAGS), ("mode_zero", FLAGS), ("mode_with_unknown_bits", FLAGS),
    ("undefined_data_under_rtld_lazy", FLAGS), ("undefined_function_under_rtld_lazy", FLAGS),
    ("bind_now_turns_lazy_into_now", FLAGS), ("unknown_plt_type_under_rtld_lazy", FLAGS),
    ("loader_run_with_a_bare_name", COMMAND), ("loader_run_on_a_foreign_file", COMMAND),
    ("loader_without_arguments", COMMAND), ("loader_run_on_a_static_program", COMMAND),
    ("inhibit_rpath", COMMAND), ("inhibit_cache", COMMAND),
    ("runpath_of_the_library_that_opens", SEQUENCE), ("runpath_of_the_opener_and_dependencies", SEQUENCE),
    ("rpath_of_the_opener_and_dependencies", SEQUENCE), ("name_after_an_open_by_path", SEQUENCE),
    ("soname_after_an_open_by_path", SEQUENCE), ("file_name_after_an_open_by_path", SEQUENCE),
    ("hard_and_symbolic_link_give_one_handle", SEQUENCE), ("two_copies_of_one_soname_by_path", SEQUENCE),
    ("new_namespace", SEQUENCE), ("failed_open_leaves_nothing", SEQUENCE), ("provider_opened_local", SEQUENCE),
    ("provider_opened_global", SEQUENCE), ("promotion_to_global", SEQUENCE), ("static_tls_of_two_opens", SEQUENCE),
    ("underlinked_library_after_its_root", SEQUENCE), ("interposition", SEQUENCE), ("deepbind", SEQUENCE),
    ("second_open_after_a_failed_relocation", SEQUENCE), ("names_recorded_by_needs", SEQUENCE),
    ("symbol_lookup_by_handle", SEQUENCE), ("versioned_symbol_lookup", SEQUENCE),
    ("lazy_call_of_an_undefined_function", CALLS), ("prefix_is_the_first_argument", CALLS),
    ("constructor_calls_an_undefined_function", FOREIGN), ("constructor_exits", FOREIGN),
    ("working_folder_is_not_searched", "a bare name that exists in the working folder means that file"),
    ("program_is_nowhere", "a file that does not exist is answered as a library"),
    ("program_opened_as_a_library", "a program that is given means a start"),
    ("library_started_as_a_program", "a library that is given means an open"),
    ("origin_in_the_argument_of_open", "a name with a token is taken as a path"),
]


ALL = CASES


# ---- asking -----------------------------------------------------------------------------------

def not_here(case):
    """Why this machine or this user cannot ask it, or None."""
    if case.setup and not oracle.is_root():
        return "needs root"
    if case.setup and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        return "mount namespaces are not allowed"
    if not oracle.have(*case.needs):
        return f"needs {' '.join(case.needs)}"
    return None


class Lab:
    """The fixtures of one run, and both sides asked about them."""

    def __init__(self, folder, hosts, loader=oracle.GLIBC):
        self.w, self.hosts, self.loader = folder, hosts, loader

    def expand(self, text):
        return text.replace(W, str(self.w))

    def where(self, case):
        where = {"env": {k: self.expand(v) for k, v in case.env.items()}, "cwd": self.w / case.cwd,
                 "user": oracle.NOBODY if case.nobody else None}
        if case.setup:
            where["wrap"] = in_new_mounts(self.w, self.expand(case.setup), case.cwd)
            del where["cwd"]
        return where

    def real(self, case):
        target, where = self.expand(case.target), self.where(case)
        if case.kind == "open":
            return oracle.real_open(self.hosts[case.program], [target], **where)[0]
        if case.kind == "shell":
            return oracle.real_shell(target, **where)
        return oracle.real_start([target], listed=self.loader.lists, **where)

    def dlwhy(self, case):
        options = ()
        if case.kind == "open":
            options = ("--program", str(self.hosts[case.program])) if case.program else self.loader.bare
        return oracle.ask_dlwhy([self.expand(case.target)], options=options, **self.where(case))[0]


def in_new_mounts(folder, setup, cwd):
    """A command prefix: in a mount namespace of its own, after `setup`."""
    script = f"cd '{folder}' && ( {setup} ) >/dev/null 2>&1 && cd '{cwd}' && exec \"$@\""
    return ["unshare", "-m", "sh", "-c", script, "sh"]


def shows(case, real):
    """None if the real loader's answer shows what the case is named for, else why not."""
    if case.says is None:
        return None
    if case.says is LOADS:
        return None if real.loads else f"should load: {real}"
    if case.says is DIES:
        return None if real.death else f"should die: {real}"
    text = "\n".join([real.message or "", *real.lines])
    return None if case.says in text else f"should say {case.says!r}: {real}"
