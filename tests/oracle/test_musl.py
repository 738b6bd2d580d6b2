"""musl's loader, live: experiments, random trees, and a root that is laid out as Alpine Linux is.

musl-tools brings the loader and a compiler for it; without them there is nothing to ask.
"""
import os
import shutil
import subprocess

import pytest

import experiments
import musl_experiments as musl
import oracle
import roundup

SEED, COUNT, PART = 1_000, 120, 20

pytestmark = pytest.mark.skipif(musl.version() is None, reason="musl-gcc and musl's loader are not here")


@pytest.fixture(scope="module")
def lab():
    oracle.dlwhy_program()
    folder = oracle.scratch("musl")
    yield musl.Lab(folder, musl.build(folder))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.sample(2)
@pytest.mark.parametrize("case", musl.ALL, ids=lambda c: c.name)
def test_agrees_with_the_loader(lab, case):
    why = experiments.not_here(case)
    if why:
        oracle.count("skipped")
        pytest.skip(why)
    real = lab.real(case)
    assert musl.shows(case, real) is None
    oracle.count("live")
    assert oracle.difference(real, lab.dlwhy(case), case.lines and case.kind == "start") is None


def test_names_are_unique():
    names = [c.name for c in musl.ALL]
    assert sorted(set(names)) == sorted(names)


@pytest.fixture(scope="module")
def bare():
    folder = oracle.scratch("driver")
    yield oracle.build_driver("bare", folder, compiler=oracle.MUSL.compiler)
    shutil.rmtree(folder)


@pytest.mark.sample(3)
@pytest.mark.parametrize("first", range(SEED, SEED + COUNT, PART))
def test_random_trees_agree_with_the_loader(bare, first):
    out = roundup.Roundup()
    for seed in range(first, first + PART):
        roundup.try_tree(seed, bare, out, loader=oracle.MUSL)
    oracle.count("live", out.asked)
    assert out.bad == []


def test_random_trees_fail_in_many_ways(bare):
    kinds = set()
    for seed in range(SEED, SEED + COUNT, 2):
        tree = roundup.plant(seed, loader=oracle.MUSL)
        kinds |= {roundup.kind_of(a) for side in roundup.real_answers(tree, bare, loader=oracle.MUSL) for a in side}
        roundup.fell(tree)
    assert len(kinds) >= 8


@pytest.mark.parametrize("target,env", [("./app_a", {}), ("./app_a", experiments.path("good")),
                                        ("./app_many", {}), ("./app_b", experiments.path("onlyb"))])
def test_a_program_is_proved_without_being_run(lab, target, env):
    p = oracle.run_dlwhy(["check", "--json", "--prove", target], env=env, cwd=lab.w)
    assert oracle.json.loads(p.stdout)["proof"]["agrees"] is True
    assert b"main" not in p.stdout + p.stderr


def test_there_is_no_bare_program_of_musl_to_prove_with(lab):
    p = oracle.run_dlwhy(["check", "--json", "--prove", *oracle.MUSL.bare, "./good/liba.so"], cwd=lab.w)
    proof = oracle.json.loads(p.stdout)["proof"]
    assert proof["done"] is False
    assert "musl" in proof["says"]


# ---- a root of Alpine's layout ----------------------------------------------------------------

@pytest.fixture(scope="module")
def alpine():
    if not oracle.is_root():
        pytest.skip("chroot needs root")
    root = oracle.scratch("alpine")
    musl.build_alpine(root)
    yield root
    shutil.rmtree(root)


@pytest.mark.parametrize("case", musl.IN_ALPINE, ids=lambda c: c.name)
def test_agrees_with_the_loader_of_a_root(alpine, case):
    musl.set_path_file(alpine, case.path_file)
    where = {"env": case.env, "root": alpine}
    if case.kind == "open":
        real = oracle.real_open("/bin/bare", [case.target], **where)[0]
    else:
        real = oracle.real_start([case.target], listed=False, **where)
    assert musl.shows(case, real) is None
    oracle.count("live")
    # Nothing says that it is musl's: the root has no other loader.
    options = ("--program", "none") if case.kind == "open" else ()
    ours = oracle.ask_dlwhy([case.target], options=options, **where)[0]
    assert ours.raw["platform"]["loader"] == "musl"
    assert oracle.difference(real, ours, case.kind == "start") is None


def test_a_program_for_glibc_lacks_its_loader_there(alpine):
    ours = oracle.ask_dlwhy(["/bin/for_glibc"], options=(), root=alpine)[0].raw
    with pytest.raises(FileNotFoundError):
        oracle.run_there(["/bin/for_glibc"], root=alpine)
    assert ours["loads"] is False
    finding = ours["findings"][0]
    assert (finding["code"], finding["detail"]) == ("interpreter-missing", "libc-mismatch")
    assert any("apk add gcompat" in c for f in finding["fixes"] for c in f["commands"])


def test_a_module_is_judged_in_the_python_of_the_root(alpine):
    modules = [f"/usr/lib/python3.11/site-packages/{name}.cpython-311-x86_64-linux-musl.so"
               for name in ("fits", "newer")]
    fits, newer = (a.raw for a in oracle.ask_dlwhy(modules, options=(), root=alpine))
    assert fits["host"] == newer["host"] == "/usr/bin/python3.11"
    assert fits["loads"] is True
    assert newer["loader_message"] == f"Error relocating {modules[1]}: PyOther_Function: symbol not found"
    assert (newer["findings"][0]["code"], newer["findings"][0]["detail"]) == ("missing-symbol", "python-abi")


def test_no_advice_of_another_system_is_given_there(alpine):
    musl.set_path_file(alpine, None)
    ours = oracle.ask_dlwhy(["/bin/needs_x"], options=(), root=alpine)[0].raw
    text = str(ours["findings"])
    assert "apk add so:libx.so" in text
    assert not any(word in text for word in ("ldconfig", "ld.so.cache", "apt-get", "apt-file"))


# ---- bindings ---------------------------------------------------------------------------------

def test_the_loader_binds_to_the_same_objects(lab):
    """Each function's address tells whose it is."""
    source = oracle.HERE / "driver/whose.c"
    out = lab.w / "whose"
    subprocess.run([oracle.MUSL.compiler, "-o", out, source, f"-L{lab.w}/good", "-lb", "-la",
                    f"-Wl,-rpath,{lab.w}/good"], check=True)
    env = {**oracle.CLEAN, "LD_PRELOAD": f"{lab.w}/d2/liba.so"}
    lines = subprocess.run([out], env=env, capture_output=True, check=True).stdout.decode().split("\n")
    real = dict(line.split(" ", 1) for line in lines if line)
    p = oracle.run_dlwhy(["check", "--json", "--bindings", str(out)], env={"LD_PRELOAD": env["LD_PRELOAD"]})
    answer = oracle.json.loads(p.stdout)
    paths = {o["id"]: o["path"] for o in answer["objects"]}
    ours = {b["symbol"]: os.path.realpath(paths[b["to"]]) for b in answer["bindings"] if b["to"] is not None}
    assert len(real) >= 4
    assert {k: os.path.realpath(v) for k, v in real.items()} == {k: ours[k] for k in real}
    assert real["a_fn"].endswith("d2/liba.so")
