"""Running processes: what dlwhy says of the next dlopen, the process confirms."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest

import liveround
import oracle
import roundup

SEED, COUNT, PART = 40_000, 40, 10


@pytest.fixture(scope="module")
def bare():
    oracle.dlwhy_program()
    folder = oracle.scratch("driver")
    yield oracle.build_driver("bare", folder)
    shutil.rmtree(folder)


@pytest.fixture
def folder():
    path = oracle.scratch("live")
    yield path
    shutil.rmtree(path)


def build(path, source, *flags, soname=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    name = (f"-Wl,-soname,{soname}",) if soname else ()
    subprocess.run(["gcc", "-shared", "-fPIC", "-x", "c", "-", "-x", "none", "-o", path, *name, *flags], check=True,
                   input=source.encode())
    return path


def ask(process, *targets, **where):
    return oracle.ask_dlwhy([str(t) for t in targets], options=("--pid", str(process.pid)), **where)


def agree(process, *targets, **where):
    """dlwhy first, then the process; our answers."""
    ours = ask(process, *targets, **where)
    for target, answer in zip(targets, ours):
        assert oracle.difference(process.ask(str(target)), answer) is None
    return ours


def codes(answer):
    return [(f["code"], f["detail"]) for f in answer.raw["findings"]]


# ---- random trees -----------------------------------------------------------------------------

@pytest.mark.parametrize("first", range(SEED, SEED + COUNT, PART))
def test_random_trees_agree_with_the_process(bare, first):
    out = roundup.Roundup()
    for seed in range(first, first + PART):
        liveround.try_tree(seed, bare, out)
    oracle.count("live", out.asked)
    assert out.asked >= PART
    assert out.bad == []


# ---- what is there already --------------------------------------------------------------------

@pytest.fixture
def copies(folder):
    """Two libraries of one SONAME, and users that would find the second."""
    build(folder / "one/liba.so.1", "int a(void) { return 1; }", soname="liba.so.1")
    two = build(folder / "two/liba.so.1", "int a(void) { return 1; } int more(void) { return 2; }", soname="liba.so.1")
    path = f"-Wl,-rpath,{folder}/two"
    build(folder / "libfine.so", "int a(void); int f(void) { return a(); }", two, path)
    build(folder / "libmore.so", "int more(void); int f(void) { return more(); }", two, path)
    return folder


def test_the_copy_that_is_loaded_wins_over_a_search(bare, copies):
    with liveround.running(bare, [("L", copies / "one/liba.so.1")]) as process:
        fine, = agree(process, copies / "libfine.so")
        assert codes(fine) == [("already-loaded", "other-copy")]
        assert fine.raw["certainty"] == "proved"
        says = fine.raw["findings"][0]["summary"]
        assert f"{copies}/one/liba.so.1" in says and f"{copies}/two/liba.so.1" in says
        more, = agree(process, copies / "libmore.so")
        assert codes(more)[0][0] == "missing-symbol"
        assert f"{copies}/two/liba.so.1" in more.raw["findings"][0]["summary"]
        assert "LD_PRELOAD" in more.raw["findings"][0]["fixes"][0]["commands"][0]


def test_without_another_copy_nothing_is_said(bare, copies):
    with liveround.running(bare, [("L", copies / "two/liba.so.1")]) as process:
        fine, more = agree(process, copies / "libfine.so", copies / "libmore.so")
        assert codes(fine) == codes(more) == []


def test_the_copy_of_a_program_is_named_without_a_process(copies):
    options = ("--program", "none", "--preload", str(copies / "one/liba.so.1"))
    fine, = oracle.ask_dlwhy([str(copies / "libfine.so")], options=options)
    assert fine.loads and codes(fine) == [("already-loaded", "other-copy")]


def test_a_second_copy_by_its_path_is_named(bare, copies):
    with liveround.running(bare, [("L", copies / "one/liba.so.1")]) as process:
        second, = agree(process, copies / "two/liba.so.1")
        assert codes(second) == [("already-loaded", "two-copies")]


def test_a_library_that_is_loaded_is_said_to_be(bare, copies):
    with liveround.running(bare, [("L", copies / "one/liba.so.1")]) as process:
        again, libc = agree(process, copies / "one/liba.so.1", "libc.so.6")
        assert again.loads and libc.loads
        p = oracle.run_dlwhy(["--pid", str(process.pid), str(copies / "one/liba.so.1")])
        assert b"loaded already (the process has opened it)" in p.stdout
        p = oracle.run_dlwhy(["--pid", str(process.pid), "libc.so.6"])
        assert b"loaded already (since the start)" in p.stdout
        hosts = {o["path"]: o["by_host"] for o in again.raw["objects"]}
        assert hosts[f"{copies}/one/liba.so.1"] is True


def test_global_and_local_make_a_difference(bare, folder):
    build(folder / "libgives.so", "int given(void) { return 1; }")
    build(folder / "libtakes.so", "int given(void); int f(void) { return given(); }")
    for how, loads in (("L", False), ("G", True)):
        with liveround.running(bare, [(how, folder / "libgives.so")]) as process:
            answer, = agree(process, folder / "libtakes.so")
            assert answer.loads is loads
            assert answer.raw["certainty"] == "proved"


def test_the_environment_is_that_of_the_start(bare, folder):
    build(folder / "here/libhere.so", "int here(void) { return 1; }")
    env = {"LD_LIBRARY_PATH": str(folder / "here")}
    with liveround.running(bare, env=env) as process:
        assert agree(process, "libhere.so", env={})[0].loads
    with liveround.running(bare) as process:
        assert not agree(process, "libhere.so", env=env)[0].loads


def test_a_folder_that_came_late_is_not_searched(bare, folder):
    env = {"LD_LIBRARY_PATH": f"{folder}/late:{folder}/later"}
    with liveround.running(bare, [("L", "libm.so.6")], env=env) as process:
        build(folder / "late/liblate.so", "int late(void) { return 1; }")
        assert not agree(process, "liblate.so")[0].loads
        p = oracle.run_dlwhy(["--pid", str(process.pid), "liblate.so"])
        assert b"was not there when the process first searched it" in b" ".join(p.stdout.split())
    with liveround.running(bare, [("L", "libm.so.6")], env=env) as process:
        assert agree(process, "liblate.so")[0].loads


def test_relative_names_are_those_of_the_process(bare, folder):
    build(folder / "there/libthere.so", "int there(void) { return 1; }")
    with liveround.running(bare, [("C", folder / "there")]) as process:
        assert agree(process, "./libthere.so")[0].loads
    with liveround.running(bare, cwd="/") as process:
        assert not agree(process, "./libthere.so", cwd=folder / "there")[0].loads
        p = oracle.run_dlwhy(["--pid", str(process.pid), "./libthere.so"], cwd=folder / "there")
        assert b"taken from the working folder of the process, /;" in p.stdout


TLS = "__attribute__((tls_model(\"initial-exec\"))) __thread char room[%d]; char *f(void) { return room; }"


def test_room_for_thread_local_variables_that_is_taken(bare, folder):
    small, big = build(folder / "libsmall.so", TLS % 900), build(folder / "libbig.so", TLS % 1000)
    with liveround.running(bare) as process:
        assert all(a.loads for a in agree(process, small, big))
    with liveround.running(bare, [("L", small)]) as process:
        answer, = agree(process, big)
        assert codes(answer)[0][0] == "static-tls"


def test_variables_that_are_used_from_elsewhere_already(bare, folder):
    """Once a block lies outside the static area, nobody can reach it by a fixed distance."""
    build(folder / "libdyn.so", "__thread int v; __attribute__((constructor)) void f(void) { v = 1; }")
    fixed = build(folder / "libfix.so", "extern __attribute__((tls_model(\"initial-exec\"))) __thread int v;"
                  " int g(void) { return v; }", folder / "libdyn.so", f"-Wl,-rpath,{folder}", soname="libfix.so")
    with liveround.running(bare, [("L", folder / "libdyn.so")]) as process:
        answer, = agree(process, fixed)
        assert not answer.loads and codes(answer)[0][0] == "static-tls"


# ---- files that changed -----------------------------------------------------------------------

def test_a_replaced_library_stays_what_it_was(bare, folder):
    lib = build(folder / "liba.so", "int a(void) { return 1; }")
    user = build(folder / "libuser.so", "int b(void); int f(void) { return b(); }", "-Wl,--no-as-needed", lib,
                 f"-Wl,-rpath,{folder}")
    with liveround.running(bare, [("L", lib)]) as process:
        lib.unlink()
        build(lib, "int a(void) { return 1; } int b(void) { return 2; }")
        again, needs = agree(process, lib, user)
        assert ("already-loaded", "replaced-file") in codes(again)
        assert not needs.loads and codes(needs)[0][0] == "missing-symbol"


def test_a_deleted_library_is_still_there(bare, folder):
    lib = build(folder / "liba.so", "int a(void) { return 1; }")
    user = build(folder / "libuser.so", "int a(void); int f(void) { return a(); }", lib, f"-Wl,-rpath,{folder}")
    with liveround.running(bare, [("L", lib)]) as process:
        lib.unlink()
        needs, = agree(process, user)
        assert needs.loads and ("already-loaded", "deleted-file") in codes(needs)


@pytest.mark.skipif(not oracle.is_root(), reason="needs root")
def test_who_may_not_read_the_old_file_is_told(bare, folder):
    """Without root the old contents of a file that was deleted are out of reach."""
    lib = build(folder / "liba.so", "int a(void) { return 1; }")
    with liveround.running(bare, [("L", lib)], user=oracle.NOBODY) as process:
        lib.unlink()
        answer, = ask(process, "libm.so.6", user=oracle.NOBODY)
        assert answer.raw["certainty"] == "predicted" and answer.loads
        p = oracle.run_dlwhy(["--pid", str(process.pid), "libm.so.6"], user=oracle.NOBODY)
        assert b"is gone and cannot be read" in b" ".join(p.stdout.split())


# ---- other places -----------------------------------------------------------------------------

def copy_system(root, bare):
    """As much of this system as the driver needs, below a folder."""
    listed = subprocess.run(["ldd", bare], capture_output=True, check=True, text=True).stdout
    for word in listed.split():
        if word.startswith("/"):
            there = root / word.lstrip("/")
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(word, there)
    shutil.copy(bare, root / "bare")
    return "/bare"


@pytest.mark.skipif(not oracle.is_root(), reason="chroot needs root")
def test_a_process_in_another_root(bare, folder):
    program = copy_system(folder, bare)
    build(folder / "opt/liba.so", "int a(void) { return 1; }", soname="liba.so")
    build(folder / "opt/libb.so", "int a(void); int f(void) { return a(); }", folder / "opt/liba.so",
          "-Wl,-rpath,$ORIGIN")
    os.symlink("/opt/libb.so", folder / "link.so")
    with liveround.running(program, [("L", "/opt/liba.so")], root=folder) as process:
        b, link, outside = agree(process, "/opt/libb.so", "/link.so", str(folder / "opt/libb.so"))
        assert b.loads and link.loads and not outside.loads
        assert b.raw["certainty"] == "proved"
        assert [o["by_host"] for o in b.raw["objects"] if o["path"] == "/opt/liba.so"] == [True]


@pytest.mark.skipif(not oracle.is_root() or not oracle.have("unshare"), reason="needs root and unshare")
def test_a_process_with_mounts_of_its_own(bare, folder):
    build(folder / "seen/liba.so", "int a(void) { return 1; }", soname="liba.so")
    build(folder / "over/liba.so", "int a(void) { return 1; } int b(void) { return 2; }", soname="liba.so")
    build(folder / "libb.so", "int b(void); int f(void) { return b(); }", folder / "over/liba.so",
          f"-Wl,-rpath,{folder}/seen")
    shell = f"mount --bind {folder}/over {folder}/seen && exec \"$@\""
    with liveround.running(bare, wrap=("unshare", "-m", "sh", "-c", shell, "sh")) as process:
        assert agree(process, folder / "libb.so")[0].loads
    with liveround.running(bare) as process:
        assert not agree(process, folder / "libb.so")[0].loads


# ---- what may not be read ---------------------------------------------------------------------

@pytest.mark.skipif(not oracle.is_root() or not oracle.have("unshare"), reason="needs root and unshare")
def test_without_its_memory_an_answer_is_predicted(bare, folder):
    """As with ptrace_scope: the files below /proc may be read, the memory may not."""
    lib = build(folder / "liba.so", "int a(void) { return 1; }", soname="liba.so.1")
    user = build(folder / "libb.so", "int a(void); int f(void) { return a(); }", lib)
    (folder / "closed").write_text("")
    (folder / "closed").chmod(0)
    with liveround.running(bare, [("L", lib)], user=oracle.NOBODY) as process:
        shell = f"mount --bind {folder}/closed /proc/{process.pid}/mem && exec setpriv --reuid={oracle.NOBODY} " \
                f"--regid={oracle.NOBODY} --clear-groups \"$@\""
        hidden = ("unshare", "-m", "sh", "-c", shell, "sh")
        answer, = ask(process, user, wrap=hidden)
        # liba.so.1 is nowhere to be found: it loads because it is mapped.
        assert answer.loads and process.ask(str(user)).loads
        assert answer.raw["certainty"] == "predicted"
        assert any(o["path"] == str(lib) and o["by_host"] for o in answer.raw["objects"])
        p = oracle.run_dlwhy(["--pid", str(process.pid), str(user)], wrap=hidden)
        said = b" ".join(p.stdout.split())
        assert b"the memory of the process cannot be read (Permission denied)" in said


@pytest.mark.skipif(not oracle.is_root(), reason="needs root")
def test_a_process_of_somebody_else(bare, folder):
    lib = build(folder / "liba.so", "int a(void) { return 1; }")
    with liveround.running(bare) as process:
        answer, = ask(process, lib, user=oracle.NOBODY)
        assert answer.loads and answer.raw["certainty"] == "predicted"
        p = oracle.run_dlwhy(["--pid", str(process.pid), str(lib)], user=oracle.NOBODY)
        said = b" ".join(p.stdout.split())
        for part in (b"memory", b"environment", b"auxiliary vector"):
            assert part in said


@pytest.mark.skipif(not oracle.is_root(), reason="needs root")
def test_files_that_the_user_of_the_process_may_not_read(bare, folder):
    lib = build(folder / "liba.so", "int a(void) { return 1; }")
    lib.chmod(0o700)
    with liveround.running(bare, user=oracle.NOBODY) as process:
        answer, = ask(process, lib)
        assert answer.raw["certainty"] == "predicted"
        assert not process.ask(str(lib)).loads


@pytest.mark.skipif(not oracle.have("musl-gcc"), reason="musl-gcc is not here")
def test_a_process_of_musl_is_predicted_by_its_mappings(folder):
    def musl(name, source, *flags):
        subprocess.run(["musl-gcc", "-shared", "-fPIC", "-x", "c", "-", "-x", "none", "-o", folder / name, *flags],
                       check=True, input=source.encode())
        return folder / name

    (folder / "lib").mkdir()
    lib = musl("lib/liba.so", "int a(void) { return 1; }", "-Wl,-soname,liba.so")
    user = musl("libuser.so", "int a(void); int f(void) { return a(); }", lib)
    lost = musl("liblost.so", "int b(void); int f(void) { return b(); }")
    driver = oracle.build_driver("bare", folder, compiler="musl-gcc")
    env = {"LD_LIBRARY_PATH": str(folder / "lib")}
    with liveround.running(driver, [("L", "liba.so")], env=env) as process:
        for answer in agree(process, user, lost, "libnone.so"):
            assert answer.raw["platform"]["loader"] == "musl"
            assert answer.raw["certainty"] == "predicted"
    with liveround.running(driver) as process:
        assert not agree(process, user)[0].loads


def complaint(*args):
    p = oracle.run_there([oracle.dlwhy_program(), *map(str, args)])
    assert p.stdout == b"" and p.stderr.count(b"\n") == 1
    return p.returncode, p.stderr.decode()


def test_numbers_that_are_no_process():
    assert complaint("--pid", 2**31 - 2, "x.so") == (2, f"dlwhy: there is no process {2**31 - 2}\n")
    for number in ("0", "-1", "x", "2147483648"):
        assert complaint("--pid", number, "x.so")[0] == 2
    p = subprocess.Popen(["true"])
    os.waitid(os.P_PID, p.pid, os.WEXITED | os.WNOWAIT)
    assert complaint("--pid", p.pid, "x.so") == (3, f"dlwhy: process {p.pid} has ended already\n")
    p.wait()


def test_a_static_program_has_no_loader(folder):
    subprocess.run(["gcc", "-static", "-x", "c", "-", "-o", folder / "still"], check=True,
                   input=b"#include <unistd.h>\nint main(void) { pause(); }\n")
    p = subprocess.Popen([folder / "still"])
    try:
        status, said = complaint("--pid", p.pid, "x.so")
        assert status == 3 and "statically linked" in said
    finally:
        p.kill()
        p.wait()


@pytest.mark.parametrize("other", [("--program", "none"), ("--root", "/"), ("--env", "A=B"), ("--clear-env",),
                                   ("--env-of", "1"), ("--preload", "x.so"), ("--cpu", "x86-64-v2"), ("--prove",)])
def test_a_process_is_taken_as_it_is(other):
    status, said = complaint("--pid", os.getpid(), *other, "x.so")
    assert status == 2 and other[0] in said


# ---- a loader that was started by hand, another program ----------------------------------------

def test_a_program_that_its_loader_was_told_to_start(bare, folder):
    lib = build(folder / "liba.so", "int a(void) { return 1; }")
    user = build(folder / "libb.so", "int a(void); int f(void) { return a(); }", lib, f"-Wl,-rpath,{folder}")
    loader = "/lib64/ld-linux-x86-64.so.2"
    if not os.path.exists(loader):
        pytest.skip("another loader")
    with liveround.running(bare, [("L", lib)], wrap=(loader,)) as process:
        answer, = agree(process, user)
        assert answer.loads and answer.raw["certainty"] == "proved"


def test_a_program_in_which_namespaces_differ(bare, folder):
    """What dlmopen keeps apart takes no part."""
    lib = build(folder / "liba.so", "int a(void) { return 1; }", soname="liba.so.1")
    user = build(folder / "libb.so", "int a(void); int f(void) { return a(); }", lib)
    source = folder / "apart.c"
    source.write_text("#define _GNU_SOURCE\n#include <dlfcn.h>\n#include <stdio.h>\n#include <unistd.h>\n"
                      "int main(int c, char **v) { (void)c; puts(dlmopen(-1, v[1], 2) ? \"ok\" : dlerror());"
                      " fflush(stdout); dlopen(v[2], 2); puts(dlerror()); fflush(stdout); pause(); }\n")
    subprocess.run(["gcc", source, "-o", folder / "apart", "-ldl"], check=True)
    p = subprocess.Popen([folder / "apart", lib, user], stdout=subprocess.PIPE, text=True)
    try:
        assert p.stdout.readline() == "ok\n"
        said = p.stdout.readline().rstrip("\n")
        answer, = ask(p, user)
        assert not answer.loads and answer.message == said
    finally:
        p.kill()
        p.wait()
        p.stdout.close()


def test_python_with_modules_loaded(folder):
    """A process of many libraries: each that is loaded, and some that are not."""
    program = "/usr/bin/python3"
    if not os.path.exists(program):
        pytest.skip("no Python")
    code = ("import sys,ctypes,json,ssl,sqlite3,lzma,decimal,_ctypes\nprint('ready',flush=True)\n"
            "for line in sys.stdin:\n"
            " try: ctypes.CDLL(line.rstrip('\\n'),mode=2); print('null',flush=True)\n"
            " except OSError as e: print(json.dumps(str(e)),flush=True)\n")
    lib = build(folder / "libm2.so", "int PyLong_AsLong(void*); int nowhere(void); "
                "int f(void*x) { return PyLong_AsLong(x) + nowhere(); }")
    p = subprocess.Popen([program, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert p.stdout.readline() == "ready\n"
        mapped = [line.split()[-1] for line in pathlib.Path(f"/proc/{p.pid}/maps").read_text().splitlines()
                  if ".so" in line]
        targets = [*dict.fromkeys(mapped), str(lib), "libssl.so.3", "libnope.so", "/usr/bin/true"]
        for target, answer in zip(targets, ask(p, *targets)):
            p.stdin.write(target + "\n")
            p.stdin.flush()
            real = json.loads(p.stdout.readline())
            assert (answer.loads, answer.message) == (real is None, real), target
            assert answer.raw["certainty"] == "proved"
    finally:
        p.kill()
        p.wait()
        p.stdout.close()
        p.stdin.close()


# ---- preloads, and how it is opened --------------------------------------------------------------

def test_a_preload_is_as_ld_preload(bare, folder):
    build(folder / "libgives.so", "int given(void) { return 1; }")
    takes = build(folder / "libtakes.so", "int given(void); int f(void) { return given(); }")
    for first in ([], ["libnope.so"]):
        names = [*first, str(folder / "libgives.so")]
        options = ["--program", "none", *(x for n in names for x in ("--preload", n))]
        ours, = oracle.ask_dlwhy([str(takes)], options=options, env={"LD_PRELOAD": "libother.so"})
        real, = oracle.real_open(bare, [takes], env={"LD_PRELOAD": ":".join([*names, "libother.so"])})
        assert ours.loads and oracle.difference(real, ours) is None
    start, = oracle.ask_dlwhy(["/bin/true"], options=["--preload", "libnope.so"])
    assert start.lines == oracle.real_start(["/bin/true"], env={"LD_PRELOAD": "libnope.so"}).lines
    assert complaint("--preload", "a b.so", "x.so")[0] == complaint("--preload", "", "x.so")[0] == 2


def test_the_proof_opens_it_as_it_was_told(folder):
    """A preloaded dlopen that only opens what is to be global tells the two apart."""
    lib = build(folder / "liba.so", "int a(void) { return 1; }")
    picky = build(folder / "libpicky.so", "#define _GNU_SOURCE\n#include <dlfcn.h>\n"
                  "void *dlopen(const char *f, int mode) { void *(*real)(const char *, int) ="
                  " dlsym(RTLD_NEXT, \"dlopen\"); return mode & RTLD_GLOBAL ? real(f, mode) : 0; }\n")
    for how, agrees in (("--global", True), ("--local", False), (None, False)):
        p = oracle.run_dlwhy(["--program", "none", *([how] if how else []), "--preload", str(picky), "--prove", "--json",
                              str(lib)])
        assert json.loads(p.stdout)["proof"]["agrees"] is agrees


def test_nothing_in_the_process_is_touched(bare, folder):
    """No tracing, no signal: only reading below /proc."""
    if not oracle.have("strace"):
        pytest.skip("no strace")
    lib = build(folder / "liba.so", "int a(void) { return 1; }")
    with liveround.running(bare) as process:
        calls = subprocess.run(["strace", "-f", "-e", "trace=ptrace,kill,tkill,tgkill,process_vm_writev,openat,open,"
                                "pidfd_open,pidfd_send_signal,pwrite64", "-o", folder / "trace", oracle.dlwhy_program(),
                                "--pid", str(process.pid), lib], capture_output=True, env=oracle.CLEAN, check=False)
        if calls.returncode != 0:
            pytest.skip("strace cannot trace here")
    said = (folder / "trace").read_text()
    assert f"/proc/{process.pid}/mem" in said
    for line in said.splitlines():
        assert "open" in line or "+++" in line or "---" in line, line
        if f"/proc/{process.pid}/" in line:
            assert "O_RDONLY" in line and "O_RDWR" not in line and "O_WRONLY" not in line
