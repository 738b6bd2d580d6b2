"""Three hundred random trees of libraries of one fixed seed: what the loader says, dlwhy says."""
import shutil

import pytest

import oracle
import roundup
import trees

SEED, COUNT, PART = 20_000, 300, 25


@pytest.fixture(scope="module")
def bare():
    oracle.dlwhy_program()
    folder = oracle.scratch("driver")
    yield oracle.build_driver("bare", folder)
    shutil.rmtree(folder)


@pytest.mark.sample(3)
@pytest.mark.parametrize("first", range(SEED, SEED + COUNT, PART))
def test_random_trees_agree_with_the_loader(bare, first):
    out = roundup.Roundup()
    for seed in range(first, first + PART):
        roundup.try_tree(seed, bare, out)
    oracle.count("live", out.asked)
    assert out.bad == []


def test_random_trees_fail_in_many_ways(bare):
    """A generator whose trees all load would prove nothing."""
    kinds = set()
    loads = asked = 0
    for seed in range(SEED, SEED + COUNT, 2):
        tree = roundup.plant(seed)
        for answer in (a for side in roundup.real_answers(tree, bare) for a in side):
            asked += 1
            loads += bool(answer.loads)
            kinds.add(roundup.kind_of(answer))
        roundup.fell(tree)
    assert len(kinds) >= 12
    assert asked * 0.25 < loads < asked * 0.75


def test_a_seed_gives_the_same_tree():
    made = []
    for _ in range(2):
        folder = oracle.scratch("tree")
        tree = trees.make(SEED, folder)
        files = sorted(p.relative_to(folder) for p in folder.rglob("*"))
        contents = [(folder / f).read_bytes().replace(str(folder).encode(), b"") for f in files
                    if (folder / f).is_file()]
        made.append((files, contents, tree.notes))
        shutil.rmtree(folder)
    assert made[0] == made[1]
