#!/usr/bin/python3
"""`dlwhy run`: a command runs as it would without us, and what failed to load in it is explained.

What counts is the real loader: programs are built and run here, alone and watched.
"""
import json
import os
import platform
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
DLWHY = os.path.abspath(os.environ.get("DLWHY", ROOT / "build" / "dlwhy"))
SCHEMA = json.loads((ROOT / "docs" / "schema-1.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
PYTHON = "/usr/bin/python3"

OPENER = """
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        void *h = dlopen(argv[i], RTLD_NOW);
        if (h == NULL) { fprintf(stderr, "%s\\n", dlerror()); continue; }
        void (*go)(void) = (void (*)(void))dlsym(h, "go");
        if (go != NULL) go();
    }
    return atoi(argv[1]);
}
"""


def cc(*args):
    subprocess.run(["gcc", "-w", *map(str, args)], check=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Programs and libraries that fail in several ways."""
    top = tmp_path_factory.mktemp("run")

    def source(name, text):
        (top / name).write_text(text)
        return top / name

    cc("-o", top / "opener", source("opener.c", OPENER))
    cc("-shared", "-fPIC", "-o", top / "libfine.so", source("fine.c", "int fine(void) { return 1; }"))
    cc("-shared", "-fPIC", "-o", top / "libsymbol.so",
       source("symbol.c", "int nobody_has_this(void); int f(void) { return nobody_has_this(); }"))
    cc("-shared", "-fPIC", "-Wl,-soname,libgone.so.4", "-o", top / "libgone.so.4", top / "fine.c")
    cc("-shared", "-fPIC", "-Wl,--no-as-needed", "-o", top / "libneeds.so", top / "symbol.c",
       top / "libgone.so.4")
    cc("-o", top / "starts-not", source("main.c", "int main(void) { return 0; }"),
       "-Wl,--no-as-needed", top / "libgone.so.4")
    (top / "libgone.so.4").unlink()
    cc("-shared", "-fPIC", "-o", top / "libcrash.so",
       source("crash.c", "void go(void) { *(volatile int *)8 = 1; }"))
    cc("-shared", "-fPIC", "-o", top / "libabort.so",
       source("abort.c", "#include <stdlib.h>\n__attribute__((constructor)) static void c(void) { abort(); }"))
    cc("-static", "-o", top / "static", top / "main.c")
    return top


def run(*argv, options=(), env=None, **more):
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "TMPDIR": os.environ["TMPDIR"], **(env or {})}
    more.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([DLWHY, "run", *options, "--", *map(str, argv)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=environment, timeout=120, check=False, **more)


def answer(*argv, tmp_path, **more):
    """(the process, what is said as JSON)"""
    out = tmp_path / "answer.json"
    result = run(*argv, options=["--json", "--output", out], **more)
    data = json.loads(out.read_text(encoding="utf-8"))
    VALIDATOR.validate(data)
    assert data["verb"] == "run"
    return result, data


def loads(data):
    """{name: outcome} of all dlopens that were seen."""
    return {load["name"]: load["outcome"] for process in data["run"]["processes"]
            for load in process["loads"] if load["name"]}


def differences(data):
    return [d for process in data["run"]["processes"] for d in process["differences"]]


@pytest.fixture(autouse=True)
def nothing_is_left(monkeypatch):
    """The folder of the agent is gone after each run."""
    top = tempfile.mkdtemp(prefix="run-tmp-", dir="/tmp")
    os.chmod(top, 0o777)
    monkeypatch.setenv("TMPDIR", top)
    yield
    left = os.listdir(top)
    shutil.rmtree(top)
    assert left == []


# ---- nothing is changed ----------------------------------------------------------------------------

@pytest.mark.parametrize("status", [0, 1, 7, 126, 127, 255])
def test_the_exit_status_is_that_of_the_command(status):
    assert run("sh", "-c", f"exit {status}").returncode == status


@pytest.mark.parametrize("sig", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL, signal.SIGTERM,
                                 signal.SIGPIPE, signal.SIGILL])
def test_a_death_by_a_signal_is_passed_on(sig):
    result = run(PYTHON, "-S", "-c", f"import os, signal; signal.signal({int(sig)}, signal.SIG_DFL) "
                 f"if {int(sig)} != 9 else 0; os.kill(os.getpid(), {int(sig)})")
    assert result.returncode == -sig


def test_a_program_that_is_fine_costs_no_words(made):
    result = run(made / "opener", 0, "./libfine.so", "libm.so.6", "libnobody-has-it.so.9", cwd=made)
    assert result.returncode == 0
    assert result.stdout == b""
    assert result.stderr.count(b"\n") == 1  # what the program itself said of the last


def test_binary_input_and_output_pass_untouched():
    data = bytes(range(256)) * 4096
    result = subprocess.run([DLWHY, "run", "--", "cat"], input=data, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, data, b"")


def test_standard_error_of_the_command_comes_first_and_whole():
    result = run("sh", "-c", "printf 'a\\0b' >&2; exit 3")
    assert result.returncode == 3
    assert result.stderr.startswith(b"a\0b")
    assert result.stdout == b""



@pytest.mark.parametrize("shell", ["", "<&-", ">&-", "<&- >&-", "5<&0"])
def test_open_files_are_the_same(shell):
    look = f"{PYTHON} -S -c \"import os\nfor n in range(64):\n try: os.fstat(n)\n except OSError: continue\n" \
           " print(n, file=open(os.environ['OUT'], 'a'))\""
    seen = []
    for prefix in ("", f"{DLWHY} run -- "):
        with tempfile.NamedTemporaryFile() as out:
            subprocess.run(["sh", "-c", f"{prefix}{look} {shell}"], check=False, timeout=60,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                           env={"PATH": "/usr/bin:/bin", "OUT": out.name})
            seen.append(Path(out.name).read_text())
    assert seen[0] == seen[1] != ""


STATE = """
import os, signal, sys
print(sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])))
print([signal.getsignal(s) for s in (signal.SIGHUP, signal.SIGTERM, signal.SIGCHLD, signal.SIGUSR1)])
print([line for line in open('/proc/self/status') if line.startswith(('SigIgn', 'SigBlk', 'TracerPid'))])
print(os.getcwd(), os.getpgrp() == PGRP, os.umask(0))
print({k: v for k, v in os.environ.items() if k != 'LD_AUDIT'})
"""


@pytest.mark.parametrize("ignored", [[], [signal.SIGHUP, signal.SIGINT], [signal.SIGCHLD, signal.SIGPIPE]])
def test_signals_environment_and_place_are_the_same(ignored):
    code = STATE.replace("PGRP", str(os.getpgrp()))
    seen = []

    def prepare():
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        for sig in ignored:
            signal.signal(sig, signal.SIG_IGN)

    for prefix in ([], [DLWHY, "run", "--"]):
        result = subprocess.run([*prefix, PYTHON, "-S", "-c", code], stdout=subprocess.PIPE, check=False,
                                stderr=subprocess.PIPE, preexec_fn=prepare, restore_signals=False,
                                env={"PATH": "/usr/bin:/bin", "A": "1", "B": "", "LANG": "C"})
        seen.append((result.returncode, result.stdout, result.stderr))
    assert seen[0] == seen[1]
    assert seen[0][1]


def test_a_terminal_stays_a_terminal():
    if shutil.which("script") is None:
        pytest.skip("needs script(1)")
    result = subprocess.run(["script", "-qec", f"{DLWHY} run -- sh -c 'tty >/dev/null && test -t 2 && exit 9'",
                             "/dev/null"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    assert result.returncode == 9


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGALRM])
def test_a_request_to_end_is_handed_on(sig, tmp_path):
    code = (f"import signal, sys, time\nsignal.signal({int(sig)}, lambda *_: sys.exit(42))\n"
            f"open({str(tmp_path / 'ready')!r}, 'w')\ntime.sleep(30)\n")
    with subprocess.Popen([DLWHY, "run", "--", PYTHON, "-S", "-c", code], stderr=subprocess.PIPE) as process:
        for _ in range(1000):
            if (tmp_path / "ready").exists():
                break
            time.sleep(0.01)
        process.send_signal(sig)
        assert process.wait(timeout=30) == 42


def test_the_keys_of_a_terminal_are_left_to_the_command(tmp_path):
    code = f"import time\nopen({str(tmp_path / 'ready')!r}, 'w')\ntry: time.sleep(30)\n" \
           "except KeyboardInterrupt: raise SystemExit(5)\n"
    with subprocess.Popen([DLWHY, "run", "--", PYTHON, "-S", "-c", code], stderr=subprocess.PIPE,
                          start_new_session=True) as process:
        for _ in range(1000):
            if (tmp_path / "ready").exists():
                break
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=30) == 5


def test_an_alarm_that_was_set_before_ends_the_command(tmp_path):
    code = "import os, signal, sys; signal.alarm(1); os.execv(sys.argv[1], sys.argv[1:])"
    result = subprocess.run([PYTHON, "-S", "-c", code, DLWHY, "run", "--", "sleep", "30"], timeout=20,
                            stderr=subprocess.PIPE, check=False)
    assert result.returncode == -signal.SIGALRM


FILTERED = """
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#define ALLOW(n) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, n, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
int main(void)
{
    struct sock_filter f[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        ALLOW(SYS_write), ALLOW(SYS_fstat), ALLOW(SYS_newfstatat), ALLOW(SYS_brk), ALLOW(SYS_exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS) };
    struct sock_fprog p = { sizeof(f) / sizeof(*f), f };
    setvbuf(stdout, NULL, _IONBF, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p)) return 3;
    puts("alive");
    return 0; /* destructors run, and the loader tells its audit libraries */
}
"""


def test_a_program_that_gave_up_system_calls_ends_well(made):
    (made / "filtered.c").write_text(FILTERED)
    cc("-o", made / "filtered", made / "filtered.c")
    alone = subprocess.run([made / "filtered"], stdout=subprocess.PIPE, check=False)
    result = run("./filtered", cwd=made)
    assert (result.returncode, result.stdout) == (alone.returncode, alone.stdout)
    assert result.stderr == b"" or alone.returncode != 0


def test_a_fork_is_told_from_its_parent(made, tmp_path):
    (made / "forks.c").write_text("#include <dlfcn.h>\n#include <sys/wait.h>\n#include <unistd.h>\n"
                                  "int main(void) { if (fork() == 0) { dlopen(\"./libfine.so\", RTLD_NOW); return 0; }"
                                  " wait(0); dlopen(\"./libsymbol.so\", RTLD_NOW); return 5; }")
    cc("-o", made / "forks", made / "forks.c")
    result, data = answer("./forks", tmp_path=tmp_path, cwd=made)
    assert result.returncode == 5
    parent, child = data["run"]["processes"]
    assert (parent["forked"], child["forked"], child["parent"]) == (False, True, parent["pid"])
    assert [load["name"] for load in child["loads"] if load["name"]] == ["./libfine.so"]
    assert [load["name"] for load in parent["loads"] if load["name"]] == ["./libsymbol.so"]


# ---- what does not start -------------------------------------------------------------------------------

def test_a_command_that_is_not_there():
    result = run("no-such-command")
    assert result.returncode == 127
    assert b"no-such-command: command not found" in result.stderr


def test_a_command_that_cannot_be_started(tmp_path):
    (tmp_path / "script").write_text("#!/no/such/interpreter\n")
    os.chmod(tmp_path / "script", 0o755)
    result, data = answer(tmp_path / "script", tmp_path=tmp_path)
    assert result.returncode in (126, 127)
    assert data["findings"][0]["code"] == "interpreter-missing"
    assert data["run"]["started"] is False


def test_a_program_that_misses_a_library_at_its_start(made, tmp_path):
    result, data = answer("./starts-not", tmp_path=tmp_path, cwd=made)
    assert result.returncode == 127
    assert data["loader_message"] == result.stderr.decode().strip()
    assert data["findings"][0]["code"] == "missing-library"
    assert data["findings"][0]["object"] == "libgone.so.4"
    assert data["certainty"] == "proved"


# ---- what fails later -----------------------------------------------------------------------------------

@pytest.mark.parametrize("library, code, thing", [
    ("./libsymbol.so", "missing-symbol", "nobody_has_this"),
    ("./libneeds.so", "missing-library", "libgone.so.4"),
    ("./libnot-there.so", "missing-library", "./libnot-there.so"),
    ("libnot-there.so.3", "missing-library", "libnot-there.so.3"),
])
@pytest.mark.parametrize("via", ["itself", "a shell", "exec", "env", "a fork"])
def test_what_could_not_be_opened_is_explained(made, tmp_path, library, code, thing, via):
    program = f"./opener 1 {library}"
    command = {"itself": program.split(), "a shell": ["sh", "-c", f"{program}; exit 1"],
               "exec": ["sh", "-c", f"exec {program}"], "env": ["env", "X=1", *program.split()],
               "a fork": [PYTHON, "-S", "-c", "import os, sys, ctypes\n"
                          "if os.fork():\n sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))\n"
                          f"ctypes.CDLL({library!r})"]}[via]
    result, data = answer(*command, tmp_path=tmp_path, cwd=made)
    assert result.returncode == 1
    assert data["loader_message"] in result.stderr.decode()
    finding = data["findings"][0]
    assert finding["code"] == code
    assert thing in (finding["object"], finding["symbol"])
    assert finding["certainty"] == "proved"
    assert any("seen in the run" in e["says"] for e in finding["evidence"])
    assert loads(data)[library] == "failed"
    assert differences(data) == []


def test_the_failure_that_came_last_is_the_answer(made, tmp_path):
    _, data = answer("./opener", 1, "./libneeds.so", "./libfine.so", "./libsymbol.so", tmp_path=tmp_path, cwd=made)
    assert data["findings"][0]["code"] == "missing-symbol"
    assert [m["target"] for m in data["members"]] == ["./libneeds.so"]
    assert loads(data) == {"./libneeds.so": "failed", "./libfine.so": "loaded", "./libsymbol.so": "failed"}


def test_a_name_that_a_program_can_do_without_is_not_what_ended_it(made, tmp_path):
    _, data = answer("./opener", 1, "libnobody-has-it.so.9", "./libsymbol.so", tmp_path=tmp_path, cwd=made)
    assert data["findings"][0]["code"] == "missing-symbol"


def test_a_library_that_is_there_and_does_not_load_is_said_even_if_all_goes_on(made):
    result = run("./opener", 0, "./libsymbol.so", cwd=made)
    assert result.returncode == 0
    assert b"nobody_has_this" in result.stderr
    assert b"exited with status 0" in result.stderr


def test_libraries_are_listed_with_their_places(made, tmp_path):
    _, data = answer("./opener", 0, "./libfine.so", "./libfine.so", tmp_path=tmp_path, cwd=made)
    process = data["run"]["processes"][-1]
    assert process["program"] == str(made / "opener")
    assert process["ending"] == "exit"
    assert process["compared"]
    start, first = process["loads"]
    assert start["name"] is None and any("libc.so.6" in o for o in start["objects"])
    assert first["objects"] == ["./libfine.so"]
    assert differences(data) == []
    assert data["findings"] == []


@pytest.mark.parametrize("library, sig", [("./libcrash.so", signal.SIGSEGV), ("./libabort.so", signal.SIGABRT)])
def test_a_crash_is_seen_and_stays_what_it_is(made, tmp_path, library, sig):
    result, data = answer("./opener", 0, library, tmp_path=tmp_path, cwd=made)
    assert result.returncode == -sig
    process = data["run"]["processes"][-1]
    assert (process["ending"], process["signal"]) == ("signal", sig)


def test_a_crash_of_a_child_is_seen(made, tmp_path):
    result, data = answer("sh", "-c", "./opener 0 ./libcrash.so; exit 4", tmp_path=tmp_path, cwd=made)
    assert result.returncode == 4
    assert [p["signal"] for p in data["run"]["processes"] if p["signal"]] == [signal.SIGSEGV]


def test_who_was_killed_by_another_did_not_die_of_what_it_had_loaded(made, tmp_path):
    """Two releases of a library lie on the stack, and have nothing to do with the death."""
    (made / "zed.c").write_text("int zed(void) { return 1; }")
    (made / "wait.c").write_text("#include <unistd.h>\nint zed(void);\n"
                                 "void wait_here(int pid) { zed(); if (pid) kill(pid, 6); for (;;) pause(); }")
    (made / "through.c").write_text("int zed(void); void wait_here(int); void through(int p) { zed(); wait_here(p); zed(); }")
    (made / "killed.c").write_text("#include <unistd.h>\n#include <signal.h>\nvoid through(int);\n"
                                   "int main(int argc, char **argv) { if (argc > 1) through(getpid());"
                                   " int p = getpid(); if (fork() == 0) { usleep(300000); kill(p, SIGSEGV); _exit(0); }"
                                   " through(0); }")
    here = ["-Wl,-rpath,$ORIGIN", "-Wl,--no-as-needed", "-Wl,-rpath-link," + str(made)]
    for n in "12":
        cc("-shared", "-fPIC", f"-Wl,-soname,libzed.so.{n}", "-o", made / f"libzed.so.{n}", made / "zed.c")
    cc("-shared", "-fPIC", "-Wl,-soname,libwait.so", "-o", made / "libwait.so", made / "wait.c", made / "libzed.so.1", *here)
    cc("-shared", "-fPIC", "-Wl,-soname,libthrough.so", "-o", made / "libthrough.so", made / "through.c",
       made / "libzed.so.2", made / "libwait.so", *here)
    cc("-o", made / "killed", made / "killed.c", made / "libthrough.so", *here)
    result, data = answer("./killed", tmp_path=tmp_path, cwd=made)
    assert result.returncode == -signal.SIGSEGV
    if data["hint"] is None or "could not be read" not in data["hint"]:
        assert (data["findings"][0]["code"], data["findings"][0]["detail"]) == ("crash", "sent")
        assert "Another process" in data["findings"][0]["summary"]
    result, data = answer("./killed", "itself", tmp_path=tmp_path, cwd=made)
    assert result.returncode == -signal.SIGABRT
    assert all(f["detail"] != "sent" for f in data["findings"])


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become another user")
def test_who_forbids_to_be_looked_at_is_not_called_gone(made, open_folder):
    (open_folder / "hidden.c").write_text("#include <sys/prctl.h>\n#include <stdlib.h>\n"
                                          "int main(void) { prctl(PR_SET_DUMPABLE, 0); abort(); }")
    cc("-o", open_folder / "hidden", open_folder / "hidden.c")
    shutil.copy(DLWHY, open_folder / "dlwhy")
    if os.path.exists(DLWHY + "-sanitized"):
        shutil.copy(DLWHY + "-sanitized", open_folder / "dlwhy-sanitized")
    result = subprocess.run([open_folder / "dlwhy", "run", "--", open_folder / "hidden"], check=False, cwd="/",
                            env={"TMPDIR": os.environ["TMPDIR"], "PATH": "/usr/bin:/bin"}, stderr=subprocess.PIPE,
                            user=pwd.getpwnam("nobody").pw_uid, group=pwd.getpwnam("nobody").pw_gid, extra_groups=[])
    assert result.returncode == -signal.SIGABRT
    assert b"No such process" not in result.stderr


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
def test_where_nobody_may_trace_nothing_fails(made, tmp_path):
    out = tmp_path / "o.json"
    result = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", DLWHY, "run", "--json", "--output", out,
                             "--", "./opener", "0", "./libcrash.so"], cwd=made, check=False)
    assert result.returncode in (-signal.SIGSEGV, 128 + signal.SIGSEGV)
    data = json.loads(out.read_text())
    assert data["run"]["signal"] == signal.SIGSEGV
    assert "could not be read" in data["hint"]
    assert "libcrash.so" in data["hint"] or "0x" in data["hint"]


# ---- programs of other kinds ------------------------------------------------------------------------------

def test_a_static_program_is_said(made, tmp_path):
    result, data = answer(made / "static", tmp_path=tmp_path)
    assert result.returncode == 0
    assert data["run"]["watched"] is False
    assert "statically linked" in data["run"]["why_not"]
    assert run(made / "static").stderr == b""


@pytest.mark.skipif(not os.path.exists("/proc/self/task/%d/children" % os.getpid()),
                    reason="this kernel does not tell who the children of a process are")
def test_programs_that_cannot_be_watched_are_said(made, tmp_path):
    (made / "slow.c").write_text("#include <unistd.h>\nint main(void) { usleep(700000); return 0; }")
    cc("-static", "-o", made / "slow-static", made / "slow.c")
    cc("-o", made / "slow", made / "slow.c")
    _, data = answer("sh", "-c", "./slow-static; ./slow; exit 3", tmp_path=tmp_path, cwd=made)
    assert len(data["run"]["unseen"]) == 1
    assert "slow-static is statically linked" in data["run"]["unseen"][0]
    if os.geteuid() == 0:
        os.chown(made / "slow", 12345, 12345)
        os.chmod(made / "slow", 0o4755)
        _, data = answer("sh", "-c", "./slow; exit 3", tmp_path=tmp_path, cwd=made)
        assert "set-user-ID" in data["run"]["unseen"][0]


@pytest.mark.skipif(not shutil.which("musl-gcc"), reason="needs musl-gcc")
def test_programs_of_musl_are_watched(made, tmp_path):
    top = tmp_path / "musl"
    top.mkdir()

    def musl(*args):
        subprocess.run(["musl-gcc", "-w", *map(str, args)], check=True)

    musl("-o", top / "opener", made / "opener.c")
    musl("-shared", "-fPIC", "-o", top / "libsymbol.so", made / "symbol.c")
    musl("-shared", "-fPIC", "-o", top / "libfine.so", made / "fine.c")
    musl("-shared", "-fPIC", "-o", top / "libgone.so", made / "fine.c")
    musl("-o", top / "starts-not", made / "main.c", "-Wl,--no-as-needed", top / "libgone.so")
    (top / "libgone.so").unlink()

    result, data = answer("./opener", 0, "./libfine.so", "libm.so", "libnot-there.so", tmp_path=tmp_path, cwd=top)
    assert result.returncode == 0
    assert data["findings"] == []
    assert loads(data) == {"./libfine.so": "loaded", "libm.so": "there-already", "libnot-there.so": "failed"}

    result, data = answer("./opener", 4, "./libfine.so", "./libsymbol.so", tmp_path=tmp_path, cwd=top)
    assert result.returncode == 4
    assert data["platform"]["loader"] == "musl"
    assert data["loader_message"] == result.stderr.decode().strip()
    assert data["findings"][0]["symbol"] == "nobody_has_this"
    assert differences(data) == []

    result, data = answer("./starts-not", tmp_path=tmp_path, cwd=top)
    assert result.returncode == 127
    assert result.stderr.decode().splitlines()[0] == data["loader_message"]
    assert data["findings"][0]["code"] == "missing-library"

    # What it starts is watched as well, be it glibc's, which gets nothing that changes it.
    result, data = answer("./opener", 0, tmp_path=tmp_path, cwd=top)
    assert result.stderr == b""
    (top / "shell.c").write_text("#include <stdlib.h>\nint main(int c, char **v) { return system(v[1]) >> 8; }")
    musl("-o", top / "shell", top / "shell.c")
    result, data = answer("./shell", f"cd {made} && ./opener 2 ./libsymbol.so", tmp_path=tmp_path, cwd=top)
    assert result.returncode == 2
    assert data["platform"]["loader"] == "glibc"
    assert data["findings"][0]["symbol"] == "nobody_has_this"
    assert differences(data) == []


def test_a_file_that_is_there_and_refused_is_no_missing_one(made, tmp_path):
    (made / "libtext.so").write_text("this is no library\n")
    result, data = answer("./opener", 0, "./libtext.so", tmp_path=tmp_path, cwd=made)
    assert data["findings"][0]["code"] == "corrupt-file"
    assert result.stderr.decode().strip() == data["loader_message"]


@pytest.mark.parametrize("flag", ["RTLD_LAZY", "RTLD_NOW"])
@pytest.mark.parametrize("via", ["itself", "a shell"])
def test_a_function_that_nobody_has_ends_a_program_at_its_call(made, tmp_path, flag, via):
    """ld.so ends the program with status 127 and says so on standard error alone."""
    (made / "lazy.c").write_text("int nobody_has_this(void); void go(void) { nobody_has_this(); }")
    cc("-shared", "-fPIC", "-Wl,-z,lazy", "-o", made / "liblazy.so", made / "lazy.c")
    (made / "caller.c").write_text(OPENER.replace("RTLD_NOW", flag))
    cc("-o", made / "caller", made / "caller.c")
    command = ["./caller", "3", "./liblazy.so"] if via == "itself" else ["sh", "-c", "./caller 3 ./liblazy.so; exit $?"]
    result, data = answer(*command, tmp_path=tmp_path, cwd=made)
    assert result.returncode == (127 if flag == "RTLD_LAZY" else 3)
    assert data["findings"][0]["code"] == "missing-symbol"
    assert data["findings"][0]["symbol"] == "nobody_has_this"
    assert result.stderr.decode().strip() == data["loader_message"]


def test_relative_names_begin_where_the_process_is_by_then(made, tmp_path):
    """In the folder that it was started in there is nothing of these names."""
    code = (f"import ctypes, os\nos.chdir({str(made.parent)!r})\nctypes.CDLL('./{made.name}/libfine.so')\n"
            f"os.chdir({str(made)!r})\nctypes.CDLL('./libsymbol.so')\n")
    result, data = answer(PYTHON, "-S", "-c", code, tmp_path=tmp_path, cwd="/")
    assert result.returncode == 1
    assert data["loader_message"] in result.stderr.decode()
    assert data["findings"][0]["symbol"] == "nobody_has_this"
    assert loads(data)[f"./{made.name}/libfine.so"] == "loaded"
    assert differences(data) == []


def test_another_namespace_is_left_out_of_the_comparison(made, tmp_path):
    (made / "space.c").write_text("#define _GNU_SOURCE\n#include <dlfcn.h>\n"
                                  "int main(void) { return !dlmopen(LM_ID_NEWLM, \"./libfine.so\", RTLD_NOW); }")
    cc("-o", made / "space", made / "space.c")
    result, data = answer("./space", tmp_path=tmp_path, cwd=made)
    assert result.returncode == 0
    assert loads(data)["./libfine.so"] == "loaded"
    assert differences(data) == []


def test_a_run_in_a_run(made, tmp_path):
    result, data = answer(DLWHY, "run", "--", "./opener", 4, "./libsymbol.so", tmp_path=tmp_path, cwd=made)
    assert result.returncode == 4
    assert b"./opener 4 ./libsymbol.so exited with status 4" in result.stderr
    assert b"ERROR" not in result.stderr


def test_a_thread_that_dies(made, tmp_path):
    (made / "thread.c").write_text("#include <pthread.h>\nstatic void *f(void *a) { *(volatile int *)8 = 1; return a; }\n"
                                   "int main(void) { pthread_t t; pthread_create(&t, 0, f, 0); pthread_join(t, 0); }")
    cc("-pthread", "-o", made / "thread", made / "thread.c")
    result, data = answer("./thread", tmp_path=tmp_path, cwd=made)
    assert result.returncode == -signal.SIGSEGV
    assert data["run"]["processes"][-1]["signal"] == signal.SIGSEGV
    assert data["findings"]


def test_many_processes_at_once(tmp_path):
    script = "for i in 1 2 3 4 5 6 7 8; do (for j in 1 2 3 4 5 6 7 8 9 10; do /bin/true; done) & done; wait; exit 2"
    result, data = answer("sh", "-c", script, tmp_path=tmp_path)
    assert result.returncode == 2
    assert result.stderr == b""
    programs = [p for p in data["run"]["processes"] if p["program"].endswith("true")]
    assert len(programs) == 80
    assert all(p["ending"] == "exit" for p in programs)


def test_a_script_is_followed(made, tmp_path):
    script = made / "script.sh"
    script.write_text(f"#!/bin/sh\ncd {made}\n./opener 6 ./libsymbol.so\n")
    os.chmod(script, 0o755)
    result, data = answer(script, tmp_path=tmp_path)
    assert result.returncode == 6
    assert data["findings"][0]["symbol"] == "nobody_has_this"


def test_an_audit_library_of_the_user_still_works(made, tmp_path):
    (made / "audit.c").write_text("#include <unistd.h>\nunsigned la_version(unsigned v) "
                                  "{ write(2, \"audit\\n\", 6); return v; }\n")
    cc("-shared", "-fPIC", "-o", made / "libaudit.so", made / "audit.c")
    result = run("./opener", 0, "./libfine.so", cwd=made, env={"LD_AUDIT": str(made / "libaudit.so")})
    assert (result.returncode, result.stderr) == (0, b"audit\n")


@pytest.mark.skipif(platform.machine() != "x86_64" or not os.path.exists("/lib/ld-linux.so.2"),
                    reason="needs the loader of 32-bit programs")
def test_programs_of_both_classes_are_watched(made, tmp_path):
    (made / "narrow.c").write_text("void *dlopen(const char *, int); void _exit(int);\n"
                                   "void _start(void) { _exit(dlopen(\"./libsymbol.so\", 2) ? 0 : 3); }\n")
    cc("-m32", "-nostdlib", "-no-pie", "-fno-pie", "-o", made / "narrow", made / "narrow.c", "-Wl,--no-as-needed",
       "/lib32/libc.so.6" if os.path.exists("/lib32/libc.so.6") else "/lib/i386-linux-gnu/libc.so.6",
       "-Wl,--dynamic-linker=/lib/ld-linux.so.2")
    alone = subprocess.run(["./narrow"], cwd=made, check=False)
    result, data = answer("sh", "-c", "./narrow; exit $?", tmp_path=tmp_path, cwd=made)
    assert alone.returncode == result.returncode == 3
    assert result.stderr == b""
    assert data["platform"]["machine"] == "i386"
    assert data["findings"][0]["code"] == "wrong-arch"


# ---- other users ----------------------------------------------------------------------------------------------

def nobody():
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        return 65534


@pytest.fixture
def open_folder():
    """A folder that everybody may enter."""
    top = Path(tempfile.mkdtemp(prefix="run-test-"))
    os.chmod(top, 0o755)
    yield top
    shutil.rmtree(top)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a program of another user")
@pytest.mark.parametrize("command", [["./suid"], ["sh", "-c", "exec ./suid"], ["sh", "-c", "./suid; exit $?"]])
def test_a_program_with_rights_of_its_own_keeps_them(open_folder, command):
    (open_folder / "id.c").write_text("#include <unistd.h>\nint main(void) { return geteuid() == 12345 ? 77 : 1; }")
    cc("-o", open_folder / "suid", open_folder / "id.c")
    os.chown(open_folder / "suid", 12345, 12345)
    os.chmod(open_folder / "suid", 0o4755)
    copy = open_folder / "dlwhy"
    shutil.copy(DLWHY, copy)
    if os.path.exists(DLWHY + "-sanitized"):
        shutil.copy(DLWHY + "-sanitized", open_folder / "dlwhy-sanitized")
    for run_as in (None, nobody()):
        result = subprocess.run([copy, "run", "--", *command], cwd=open_folder, user=run_as, check=False,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={"PATH": "/usr/bin:/bin"})
        assert result.returncode == 77, result.stderr
        assert b"ERROR" not in result.stderr


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root and setpriv")
def test_processes_that_become_those_of_another_user_are_watched(made, open_folder, tmp_path):
    for name in ("opener", "libsymbol.so"):
        shutil.copy(made / name, open_folder)
    result, data = answer("setpriv", "--reuid", str(nobody()), "--clear-groups", "./opener", 9,
                          "./libsymbol.so", tmp_path=tmp_path, cwd=open_folder)
    assert result.returncode == 9
    assert b"ERROR" not in result.stderr
    assert data["findings"][0]["symbol"] == "nobody_has_this"


# ---- the folder ---------------------------------------------------------------------------------------------

def test_where_no_folder_can_be_made_another_is_taken(made, tmp_path):
    result, data = answer("./opener", 2, "./libsymbol.so", tmp_path=tmp_path, cwd=made,
                          env={"TMPDIR": "/no/such/folder"})
    assert result.returncode == 2
    assert data["findings"][0]["symbol"] == "nobody_has_this"


def test_a_folder_that_a_loader_could_not_name_is_not_taken(made, tmp_path):
    odd = tmp_path / "with:colon"
    odd.mkdir()
    result, data = answer("./opener", 2, "./libsymbol.so", tmp_path=tmp_path, cwd=made, env={"TMPDIR": str(odd)})
    assert data["findings"][0]["symbol"] == "nobody_has_this"
    assert list(odd.iterdir()) == []


def test_usage():
    for words in (["run"], ["run", "--"]):
        result = subprocess.run([DLWHY, *words], stderr=subprocess.PIPE, check=False)
        assert result.returncode == 2
        assert result.stderr == b"dlwhy: there is no command to run: dlwhy run -- COMMAND [ARGUMENT...]\n"
    result = subprocess.run([DLWHY, "run", "--output", "/no/such/folder/x", "--", "true"], check=False,
                            stderr=subprocess.PIPE)
    assert result.returncode == 125
    assert b"/no/such/folder/x" in result.stderr
    assert run("--", "true").returncode == 127  # what is behind a command is the command's
