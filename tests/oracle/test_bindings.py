"""Who binds to whom: dlwhy --bindings against LD_DEBUG=bindings of the real loader, program by program."""
import json
import os
import re
import shutil
import subprocess

import pytest

import oracle

PROGRAMS = ["/bin/ls", "/bin/bash", "/usr/bin/python3", "/usr/bin/perl", "/usr/bin/git", "/bin/tar",
            "/usr/bin/ninja", "/usr/bin/gcc", "/usr/bin/ssh", "/usr/bin/apt-get"]
LINE = re.compile(r"binding file (.+?) \[0\] to (.+?) \[0\]: normal symbol `(.+?)'(?: \[(.+?)\])?$")


def real_bindings(program):
    """{(object, symbol, version, definer)} as the loader says when it binds everything at once. One
    object may have two for one symbol: a copy relocation passes over the program itself.
    Only what is bound before main counts: the loader is asked in its trace mode."""
    env = dict(os.environ, LD_DEBUG="bindings", LD_BIND_NOW="1", LD_TRACE_LOADED_OBJECTS="1",
               LD_WARN="1", LC_ALL="C")
    text = subprocess.run([program], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False).stdout.decode()
    found = set()
    for line in text.splitlines():
        match = LINE.search(line)
        if match and "vdso" not in match.group(1):  # libc asks the vdso by itself
            by, to, symbol, version = match.groups()
            found.add((os.path.realpath(by), symbol, version, os.path.realpath(to)))
    return found


def our_bindings(program):
    env = dict(os.environ, LD_BIND_NOW="1")
    text = subprocess.run([oracle.dlwhy_program(), "--json", "--bindings", program], env=env,
                          stdout=subprocess.PIPE, check=False).stdout
    answer = json.loads(text)
    paths = {o["id"]: os.path.realpath(o["path"]) for o in answer["objects"] if o["path"]}
    return {(paths[b["from"]], b["symbol"], b["version"], paths.get(b["to"]))
            for b in answer["bindings"]}


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_loader_binds_to_the_same_objects(program):
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not here")
    real, ours = real_bindings(program), our_bindings(program)
    assert len(real) > 50
    assert real - ours == set()
    oracle.count("live", len(real))
