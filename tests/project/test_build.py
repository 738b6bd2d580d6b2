"""What lies in the tree is built: a file that no meson.build names would be dead without a word."""
import re

from project import TOP, files, name


def listed(meson):
    if not meson.is_file():
        return set()
    return {meson.parent / f for f in re.findall(r"'([^']+\.c)'", meson.read_text(encoding="utf-8"))}


def test_every_source_is_built():
    forgotten = [name(p) for p in files(".c", under=["src"])
                 if p not in listed(p.parent / "meson.build")]
    assert not forgotten


def test_every_unit_test_is_built():
    forgotten = [name(p) for p in files(".c", under=["tests"])
                 if p.name.startswith("test_") and p not in listed(p.parent / "meson.build")]
    assert not forgotten


def test_every_fuzz_target_is_built_and_has_seeds():
    targets = [p for p in files(".c", under=["fuzz"]) if p.name.endswith("_fuzzer.c")]
    assert targets
    for target in targets:
        assert target in listed(TOP / "fuzz" / "meson.build"), name(target)
        seeds = TOP / "fuzz" / "corpora" / target.name[:-len("_fuzzer.c")]
        assert seeds.is_dir() and any(seeds.iterdir()), f"{name(target)} has no seeds"


def test_the_programs_of_unit_tests_mirror_their_sources():
    """tests/FOLDER/test_NAME.c is about src/FOLDER/NAME.c or a header there."""
    lost = []
    for path in files(".c", under=["tests"]):
        folder = path.parent.name
        if path.name.startswith("test_") and (TOP / "src" / folder).is_dir():
            stem = path.stem[len("test_"):]
            if not any(q.stem.startswith(stem) or stem.startswith(q.stem)
                       for q in (TOP / "src" / folder).glob("*.[ch]")):
                lost.append(name(path))
    assert not lost
