"""Single experiments on musl's loader.

Those of glibc's loader are asked of musl's as well, on the same sources compiled for it: the answers
differ, and so do the rules behind them, but dlwhy must follow either. CASES are musl's own.
"""
import os
import shutil
import subprocess

import experiments
import oracle
from experiments import A, B, DIES, LOADS, NEW, OLD, USE_A, V1, W, Builder, opens, path, preload, starts
from elfedit import PT_DYNAMIC

VERSION = "1.2.3"    # the release whose answers `says` quotes
MISSING = "No such file or directory"
PATH_FILE = "/etc/ld-musl-x86_64.path"


def version():
    """Of the loader of this machine; None if there is none, or no compiler for it."""
    if not os.path.exists(oracle.MUSL.path) or not oracle.have(oracle.MUSL.compiler):
        return None
    p = subprocess.run([oracle.MUSL.path], capture_output=True)
    return p.stderr.decode().split("Version ")[-1].split("\n")[0]


# ---- the fixtures -----------------------------------------------------------------------------

def build(folder):
    b = Builder(folder, oracle.MUSL.compiler)
    for part in (*experiments.PARTS, build_names, build_files, build_relocations, build_glibc):
        part(b)
    return experiments.build_hosts(folder, oracle.MUSL)


def build_names(b):
    b.prog("app_b_rpath_only", "extern int b_fn(void);", "b_fn()", "-Lgood", "-lb", "-Wl,-rpath-link,good",
           OLD + "$W/rr2")
    b.lib("mixed/libb.so", B, "-Lgood", "-la", OLD + "$ORIGIN/../d2", soname=None)
    b.lib("token/libb.so", B, "-Lgood", "-la", NEW + "$ORIGIN/../good:$LIB", soname=None)
    b.lib("token2/libb.so", B, "-Lgood", "-la", NEW + "${ORIGIN}/../good", soname=None)
    b.lib("token3/libb.so", B, "-Lgood", "-la", NEW + "$ORIGIN3", soname=None)
    b.copy("good/liba.so", "token33/liba.so")
    b.copy("good/liba.so", "3/liba.so")
    b.lib("lines/libb.so", B, "-Lgood", "-la", NEW + "/nowhere\n$W/good", soname=None)
    # Asked for by path first, by its bare name through a search later.
    b.lib("short/libneeds.so", "int z;", "-Wl,--no-as-needed", "-Lgood", "-la", OLD + "$W/good", soname=None)
    b.lib("long/libneeds.so", B, "-Lgood", "-la", NEW + "$W/" + "y" * 200 + "/" + "z" * 200 + "/" + "x" * 200,
          soname=None)
    b.copy("good/liba.so", "y" * 200 + "/" + "z" * 200 + "/" + "x" * 200 + "/liba.so")
    b.lib("stub/libmany.so", "int one(void) { return 1; } int two(void) { return 2; } int data = 3;")
    b.prog("app_many", "extern int one(void), two(void); extern int data;", "one() + two() + data", "-fpie",
           "-Wl,--no-as-needed", "-Lgood", "-lb", "-Wl,-rpath-link,good", "-Lstub", "-lmany")
    b.copy("app_a", "suid_a").chmod(0o4755)
    b.prog("suid_origin", *USE_A, "-Lgood", "-la", NEW + "$ORIGIN/good").chmod(0o4755)
    b.prog("suid_rpath", *USE_A, "-Lgood", "-la", NEW + "$W/good").chmod(0o4755)
    b.text("pf", f"{b.w}/d3\n")
    b.text("pf_two", f"/nowhere:{b.w}/d2\n")
    b.text("pf_empty", "")
    # The library that is asked for is itself one that another folder holds under a link.
    b.link("../good/liba.so", "twice/libtwin.so")
    b.lib("twice/libneeds.so", "int z;", "-Wl,--no-as-needed", "-Lgood", "-la", NEW + "$W/good", soname=None)


def build_files(b):
    def bad(name):
        return b.edit("good/liba.so", f"bad/{name}.so")

    with bad("magic") as e:
        e.ident(0, 0)
    with bad("class") as e:
        e.ident(4, 1)
    with bad("noversym") as e:
        e.segment(PT_DYNAMIC, 0, "p_vaddr", 0)
    b.copy("bad/magic.so", "cmagic/liba.so")
    b.gcc("bad/aarch64_real.so", A % 1, "-shared", "-nostdlib", "-fPIC", "-Wl,-soname,liba.so")
    with b.edit("bad/aarch64_real.so", "bad/aarch64_real.so") as e:
        e.header("e_machine", 183)
    b.prog("fixed_address.so", "", "0", "-no-pie")
    b.prog("pie.so", "", "0")
    b.lib("own/libc2.so", "int __libc_start_main(void) { return 1; } int stdin; int mine(void) { return 1; }")
    b.lib("own/libuser.so", "extern int mine(void); int u(void) { return mine(); }", "-Lown", "-lc2", NEW + "$W/own",
          soname=None)
    b.lib("hash/libnohash.so", A % 1, "-Wl,--hash-style=sysv", soname=None)
    with b.edit("hash/libnohash.so", "hash/libnohash.so") as e:
        e.retag(experiments.DT_HASH, 0x6FFFFE04)


def build_relocations(b):
    relr = "int x; int *p[40] = { &x, &x, &x, &x, &x, &x, &x, &x }; int rr(void) { return p[1] == &x; }"
    b.lib("librelr.so", relr, "-Wl,-z,pack-relative-relocs", soname=None)
    b.lib("libweak_tls.so", "extern __thread int gone __attribute__((weak)); int *t(void) { return &gone; }",
          soname=None)
    b.lib("libown_hidden.so", 'int f_1(void) { return 1; } __asm__(".symver f_1,f@V1");'
          "extern int f(void); int g(void) { return f(); }", "-Wl,--version-script=v1.map", soname=None)
    b.lib("libhidden_visible.so", "int prov(void) { return 5; }", soname=None)
    with b.edit("libhidden_visible.so", "libhidden_visible.so") as e:
        e.symbol("prov", "st_other", 2)
    b.lib("libneeds_hidden.so", "extern int prov(void); int u(void) { return prov(); }", "-L.",
          "-l:libhidden_visible.so", soname=None)
    b.lib("libtwo_kinds.so", "extern int nosuch(void); int (*p1)(void) = nosuch; int (*p2)(void) = nosuch;"
          "int u(void) { return nosuch(); }", soname="libtwo_kinds.so")
    b.prog("app_two_kinds", "", "0", "-Wl,--no-as-needed", "-Wl,--allow-shlib-undefined", "-L.", "-l:libtwo_kinds.so",
           OLD + "$W")
    b.prog("app_tls_start", "extern char *tp(void);", "*tp()", "-L.", "-l:libtls_1000.so", OLD + "$W")
    b.lib("ctor/libctor.so", "__attribute__((constructor)) static void c(void) { }", soname=None)


def build_glibc(b):
    """Libraries compiled for glibc."""
    fortify = "int gf(char *b, const char *f) { return __builtin___sprintf_chk(b, 1, 16, f, 1); }"
    b.lib("glibc/libfortify.so", fortify, soname=None, compiler="gcc")
    b.lib("glibc/libplain.so", '#include <stdio.h>\nint gf(void) { return puts("x"); }', soname=None, compiler="gcc")
    b.lib("glibc/libloader.so", "int z;", "-Wl,--no-as-needed", "-l:ld-linux-x86-64.so.2", soname=None, compiler="gcc")
    b.lib("glibc/liblfs.so", 'extern int open64(const char *, int); int lf(void) { return open64("/", 0); }',
          soname=None, compiler="gcc")
    b.gcc("glibc/program", "int main(void) { return 0; }", compiler="gcc")


# ---- the table --------------------------------------------------------------------------------

def with_path_file(command):
    """The command makes it, in a copy of /etc that is seen in this place alone."""
    return f"rm -rf etc && cp -a /etc etc && rm -rf .{PATH_FILE} && {command} .{PATH_FILE} && mount --bind etc /etc"


CASES = [
    # starting
    starts("every_complaint_of_a_start_is_printed", "./app_a", f"{MISSING} (needed by ./app_a)"),
    starts("the_requirer_is_named", "./app_b", "(needed by onlyb/libb.so)", env=path("onlyb")),
    starts("everything_that_is_missing_is_named", "./app_many", "two: symbol not found"),
    starts("lazily_bound_symbols_are_bound_at_the_start", "./app_lazy", "a_fn: symbol not found", env=path("noa")),
    starts("each_entry_has_a_line", "./app_two_kinds", "nosuch: symbol not found"),
    starts("program_with_tls_of_a_library", "./app_tls_start", LOADS),
    # opening
    opens("bare_name_is_nowhere", "libnope.so", f"Error loading shared library libnope.so: {MISSING}"),
    opens("path_is_nowhere", "/no/libnope.so", f"Error loading shared library /no/libnope.so: {MISSING}"),
    opens("dependency_is_nowhere", "./good/libb.so", f"{MISSING} (needed by ./good/libb.so)"),
    opens("undefined_symbol", "./libu.so", "Error relocating ./libu.so: nosuch: symbol not found"),
    opens("undefined_symbol_of_a_library_bound_now", "./libu_now.so", "nosuch: symbol not found"),
    opens("undefined_weak_symbol", "./libuw.so", LOADS),
    opens("the_opened_object_comes_first", "./ord/libtop.so", "./ord/libtop.so: miss_top"),
    opens("one_complaint_ends_an_open", "./libu3.so", ": symbol not found"),
    # search lists
    starts("runpath_serves_dependencies", "./app_b_runpath", LOADS),
    starts("runpath_of_a_library_does_not_cut_the_chain", "./app_b_rpath2", LOADS),
    starts("library_path_beats_rpath", "./app_a_rpath1", LOADS, env=path("d2")),
    opens("chain_of_the_requirers", "libb.so", LOADS, env=path("mixed")),
    opens("other_token_disables_the_whole_list", "./token/libb.so", MISSING),
    opens("origin_in_braces", "./token2/libb.so", LOADS),
    opens("origin_ends_anywhere", "./token3/libb.so", LOADS),
    opens("line_feed_separates", "./lines/libb.so", LOADS),
    starts("semicolon_does_not_separate", f"{W}/app_a", MISSING, env=path(f"{W}/d1;{W}/d2")),
    starts("empty_elements_are_passed_over", "../app_a", MISSING, env=path("", ""), cwd="d2"),
    opens("candidate_longer_than_the_buffer_is_passed_over", "./long/libneeds.so", MISSING),
    opens("host_rpath_serves_what_it_opens", "libb.so", LOADS, program="host_rpath"),
    opens("host_runpath_serves_dependencies", "libb.so", LOADS, program="host_runpath"),
    starts("path_file", "./app_a", LOADS, setup=with_path_file("cp pf")),
    starts("path_file_with_a_missing_folder", "./app_a", LOADS, setup=with_path_file("cp pf_two")),
    starts("path_file_replaces_the_default_folders", "./app_b", "(needed by ./app_b)", setup=with_path_file("cp pf")),
    starts("empty_path_file_leaves_no_error", "./app_a", "No error information", setup=with_path_file("cp pf_empty")),
    starts("path_file_that_is_a_folder", "./app_a", "Is a directory", setup=with_path_file("mkdir")),
    starts("set_user_id_program_ignores_the_environment", "./suid_a", MISSING, env=path(f"{W}/good"), nobody=True),
    starts("set_user_id_program_gets_no_origin", "./suid_origin", MISSING, nobody=True),
    starts("set_user_id_program_keeps_its_rpath", "./suid_rpath", LOADS, nobody=True),
    starts("set_user_id_program_of_the_same_user", "./suid_a", LOADS, env=path(f"{W}/good")),
    # names
    opens("soname_does_not_count", "./so2/needs_soname.so", "libs.so.1: No such file", env=path("so1")),
    opens("file_name_found_by_search_counts", "./so2/needs_noson.so", LOADS, env=path("so1")),
    opens("reserved_libc", "libc.so.6", LOADS),
    opens("reserved_pthread", "libpthread.so.0", LOADS),
    opens("reserved_math", "libm.so.6", LOADS),
    opens("reserved_whatever_follows", "libdl.nonsense", LOADS),
    opens("the_loader_by_its_path", oracle.MUSL.path, LOADS),
    opens("the_loader_by_another_path", "/lib/x86_64-linux-musl/libc.so", LOADS),
    opens("the_vdso_by_name", "linux-gate.so.1", LOADS),
    opens("the_loader_of_glibc_is_not_reserved", "ld-linux-x86-64.so.2", MISSING),
    opens("same_file_under_two_names", "./twice/libneeds.so", LOADS, env=path("twice")),
    # what is found
    starts("text_file_ends_the_search", "./app_a", "Exec format error (needed by ./app_a)", env=path("ctext", "good")),
    starts("file_of_32_bit_ends_the_search", "./app_a", "Exec format error", env=path("c32", "good")),
    starts("folder_ends_the_search", "./app_a", "Is a directory", env=path("cdir", "good")),
    starts("link_loop_ends_the_search", "./app_a", "Symbolic link loop", env=path(f"{W}/cloop", f"{W}/good")),
    starts("unreadable_file_is_skipped", "./app_a", LOADS, env=path(f"{W}/noperm", f"{W}/good"), nobody=True),
    opens("the_magic_number_does_not_count", "./bad/magic.so", LOADS),
    opens("the_class_does_not_count", "./bad/class.so", LOADS),
    starts("the_magic_number_does_not_count_at_start", "./app_a", LOADS, env=path("cmagic")),
    opens("the_machine_does_not_count", "./bad/aarch64_real.so", LOADS),
    opens("dynamic_section_at_address_0", "./bad/noversym.so", "Exec format error"),
    opens("program_that_may_lie_anywhere", "./pie.so", LOADS),
    opens("program_of_fixed_address", "./fixed_address.so", LOADS),
    opens("program_of_fixed_address_in_another", "./fixed_address.so", "Resource busy", program="host_nopie"),
    opens("file_that_is_a_c_library_is_replaced", "./own/libc2.so", LOADS),
    opens("what_a_replaced_library_defined_is_missing", "./own/libuser.so", "mine: symbol not found"),
    opens("library_without_a_hash_table", "./hash/libnohash.so", DIES),
    # symbols
    starts("versions_do_not_count", "./app_v2", LOADS, env=path("v1")),
    opens("versions_of_a_library_do_not_count", "./libnv2.so", LOADS, env=path("v1")),
    starts("hidden_version_is_invisible", "./app_v1", "f: symbol not found", env=path("v1hidden")),
    opens("own_hidden_version_is_invisible", "./libown_hidden.so", None),
    opens("visibility_does_not_count", "./libneeds_hidden.so", LOADS, env=path(W)),
    opens("initial_exec_of_a_later_library", "./libtls_1000.so", "big: initial-exec TLS resolves to dynamic"),
    opens("dynamic_tls_of_a_later_library", "./libtls_dynamic.so", LOADS),
    opens("weak_variable_of_a_thread_that_is_nowhere", "./libweak_tls.so", DIES),
    opens("unknown_relocation", "./libtype77.so", "unsupported relocation type 119"),
    opens("ifunc_is_no_definition", "./libifunc.so", None),
    opens("relative_relocations_in_the_compact_form", "./librelr.so", DIES),
    # preloads
    starts("preload_that_is_nowhere_is_no_word", "./app_lazy", LOADS,
           env=preload("libnope.so", "./bad/text.so", **path("good"))),
    starts("preload_comes_first", "./app_a", LOADS, env=preload("./d2/liba.so", **path("good"))),
    starts("preload_does_not_answer_to_a_name_if_opened_by_path", "./app_a", MISSING, env=preload("./good/liba.so")),
    # glibc's
    opens("library_for_glibc_that_asks_for_little", "./glibc/libplain.so", LOADS),
    opens("library_for_glibc_with_checked_functions", "./glibc/libfortify.so", "__sprintf_chk: symbol not found"),
    opens("library_for_glibc_that_needs_its_loader", "./glibc/libloader.so", f"ld-linux-x86-64.so.2: {MISSING}"),
    opens("names_of_large_files", "./glibc/liblfs.so", LOADS),
]

# Of glibc's experiments: what rests on folders, names or programs that are glibc's alone.
ONLY_GLIBC = {"app_a_glibc99", "app_v2_glibc99", "./libnv2g.so", "./librelr.so", "./librelr_unmarked.so"}


def borrowed():
    """glibc's experiments as questions to musl: nobody knows the answer beforehand."""
    for case in experiments.CASES:
        text = " ".join([case.target, *case.env.values(), case.setup or ""])
        if any(x in text for x in ONLY_GLIBC) or case.kind == "shell" or "ld.so" in text or case.setup:
            continue
        yield experiments.dataclasses.replace(case, name=f"of_glibc_{case.name}", says=None)


ALL = [*CASES, *borrowed()]


class Lab(experiments.Lab):
    def __init__(self, folder, hosts):
        super().__init__(folder, hosts, oracle.MUSL)


def shows(case, real):
    return experiments.shows(case, real) if version() == VERSION else None


def remove(folder):
    shutil.rmtree(folder, ignore_errors=True)


# ---- a root of Alpine's layout ----------------------------------------------------------------

@experiments.dataclasses.dataclass
class Inside:
    name: str
    kind: str
    target: str
    says: object
    env: dict = experiments.dataclasses.field(default_factory=dict)
    path_file: str = None     # its content


def build_alpine(root):
    """The loader under Alpine's names, programs and libraries where Alpine has them, no path file."""
    for folder in ("lib", "usr/lib", "usr/bin", "usr/local/lib", "opt/lib", "bin", "etc/apk", "dev", "proc", "tmp"):
        (root / folder).mkdir(parents=True)
    shutil.copy(os.path.realpath(oracle.MUSL.path), root / oracle.MUSL.path[1:])
    os.symlink("ld-musl-x86_64.so.1", root / "lib/libc.musl-x86_64.so.1")
    (root / "etc/alpine-release").write_text("3.17.0\n")
    b = Builder(root, oracle.MUSL.compiler)
    for folder, n in (("usr/lib", 1), ("usr/local/lib", 2), ("opt/lib", 3)):
        b.lib(f"{folder}/lib{'xyz'[n - 1]}.so", f"int {'xyz'[n - 1]}(void) {{ return {n}; }}")
    os.rename(root / "usr/lib/libx.so", root / "opt/lib/libx.so")
    b.lib("usr/lib/libneeds_y.so", "extern int y(void); int ny(void) { return y(); }", "-Lusr/local/lib", "-ly")
    b.lib("usr/lib/libalpine.so", "int al(void) { return 1; }", "-nodefaultlibs", "-Wl,--no-as-needed", "-Llib",
          "-l:libc.musl-x86_64.so.1", soname=None)
    for name in "xy":
        b.prog(f"bin/needs_{name}", f"extern int {name}(void);", f"{name}()", "-Lopt/lib", "-Lusr/local/lib",
               f"-l{name}")
    # A Python as far as its modules see it.
    b.gcc("usr/bin/python3.11", "int PyModule_Create2(void) { return 1; } int PyLong_FromLong(void) { return 2; }"
          "int main(void) { return 0; }", "-rdynamic")
    for module, uses in (("fits", "PyModule_Create2"), ("newer", "PyOther_Function")):
        b.lib(f"usr/lib/python3.11/site-packages/{module}.cpython-311-x86_64-linux-musl.so",
              f"extern int {uses}(void); int PyInit_{module}(void) {{ return {uses}(); }}", soname=None)
    b.gcc("bin/for_glibc", "int main(void) { return 0; }", compiler="gcc")
    shutil.copy(oracle.build_driver("bare", root / "tmp", compiler=oracle.MUSL.compiler), root / "bin/bare")


def set_path_file(root, content):
    file = root / PATH_FILE[1:]
    if content is None:
        file.unlink(missing_ok=True)
    else:
        file.write_text(content)


IN_ALPINE = [
    Inside("program_of_a_default_folder", "start", "/bin/needs_y", LOADS),
    Inside("program_whose_library_is_elsewhere", "start", "/bin/needs_x", "libx.so: No such file"),
    Inside("program_with_library_path", "start", "/bin/needs_x", LOADS, env={"LD_LIBRARY_PATH": "/opt/lib"}),
    Inside("program_with_path_file", "start", "/bin/needs_x", LOADS, path_file="/opt/lib\n"),
    Inside("path_file_hides_default_folders", "start", "/bin/needs_y", "liby.so: No such file", path_file="/opt/lib\n"),
    Inside("library_of_a_default_folder", "open", "libneeds_y.so", LOADS),
    Inside("library_elsewhere", "open", "libz.so", "libz.so: No such file"),
    Inside("library_that_names_the_c_library_as_alpine_does", "open", "libalpine.so", LOADS),
    Inside("the_c_library_by_the_name_of_its_link", "open", "/lib/libc.musl-x86_64.so.1", LOADS),
]
