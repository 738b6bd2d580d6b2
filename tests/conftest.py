"""Which tests a run takes, and the marks that say so.

    slow        not part of `make check-quick`
    sample(n)   by the sanitized program with every n-th parameter only; DLWHY_ALL=1, as in `make check-corpus`: with all
    both        tries less with a sanitized program, so the released one has to run it as well

`make check` runs each test once by the sanitized program, and by the released one what that left out (tests
that need variables of the loader, that are slow, or that ask for a tool) and every EIGHTH of the others.
DLWHY_RAN is the report of the first run.
"""
import os
import xml.etree.ElementTree as ElementTree
import zlib

EIGHTH = 8


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: not part of `make check-quick`")
    config.addinivalue_line("markers", "sample(n): by the sanitized program every n-th of its parameters")
    config.addinivalue_line("markers", "both: by the sanitized and by the released program")


def sanitized():
    return "asan" in os.path.basename(os.environ.get("DLWHY_BUILD", ""))


def of_a_sample(items):
    """Those that are left of tests of which a sample is enough; the first of each stays."""
    seen = {}
    for item in items:
        mark = item.get_closest_marker("sample")
        function = item.nodeid.partition("[")[0]
        seen[function] = seen.get(function, -1) + 1
        if mark is None or seen[function] % mark.args[0] == 0:
            yield item


def passed(report):
    """(class, name) of what passed; a report that is not there says nothing."""
    try:
        cases = ElementTree.parse(report).getroot().iter("testcase")
        return {(c.get("classname"), c.get("name")) for c in cases if len(c) == 0}
    except (OSError, ElementTree.ParseError):
        return set()


def key(item):
    """As pytest's junit report names it."""
    names = item.nodeid.partition("[")[0].split("::")
    return ".".join([names[0].removesuffix(".py").replace("/", "."), *names[1:-1]]), item.name


def pytest_collection_modifyitems(config, items):
    kept = list(of_a_sample(items)) if sanitized() and os.environ.get("DLWHY_ALL") != "1" else list(items)
    ran = passed(os.environ["DLWHY_RAN"]) if os.environ.get("DLWHY_RAN") else set()
    kept = [i for i in kept if key(i) not in ran or i.get_closest_marker("both") or
            zlib.crc32(i.nodeid.encode()) % EIGHTH == 0]
    left = set(map(id, items)) - set(map(id, kept))
    if left:
        config.hook.pytest_deselected(items=[i for i in items if id(i) in left])
        items[:] = kept
