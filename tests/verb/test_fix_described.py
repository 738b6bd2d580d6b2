"""`dlwhy fix link` of a command that CMake or meson wrote: the line of the description is changed, the real tool builds
with it, and the command that it writes then is the one that was foretold.
"""
import json
import os
import shlex
import subprocess

import pytest

from test_fix import DLWHY, RELEASE

CMAKE = """cmake_minimum_required(VERSION 3.10)
project(p C)
set(LIBS m)
add_library(own STATIC own.c)
add_executable(folder main.c) # one
target_link_libraries(folder PRIVATE bar m) # its libraries
  add_executable(none main.c)
add_executable(last main.c)
TARGET_LINK_LIBRARIES(last "-Wl,--as-needed" m)
#[[
target_link_libraries(last m)
]]
target_link_directories(last PRIVATE lib)
add_executable(lines main.c)
target_link_libraries(lines
  PRIVATE
    m # first
    dl)
target_link_directories(lines PRIVATE lib)
add_executable(order main.c)
target_link_libraries(order baz useful bar)
target_link_directories(order PRIVATE lib)
add_executable(target main.c)
target_link_libraries(target PUBLIC own m)
add_executable(unsure main.c)
target_link_libraries(unsure ${LIBS})
add_executable(branch main.c)
if(WIN32)
  target_link_libraries(branch m)
else()
  target_link_libraries(branch m dl)
endif()
"""

MESON = """project('p', 'c')
own = static_library('own', 'own.c')
executable('folder', 'main.c', link_args : ['-lbar', '-lm'])
executable('none', 'main.c')
executable('lines',
  'main.c', # executable('lines'
  link_with : own,
  link_args : [
    '-Wl,-z,now', # '-lbar'
    '-lm',
  ],
)
executable('flag', 'main.c', link_args : ['-Wl,-z,now', '-lm'])
executable('empty', 'main.c', link_args : [],)
args = ['-lm']
executable('unsure', 'main.c', link_args : args)
executable('sum', 'main.c', link_args : ['-lm'] + args)
"""

LINES = {
    "cmake": {
        "folder": "target_link_libraries(folder PRIVATE -L${CMAKE_CURRENT_SOURCE_DIR}/lib bar m) # its libraries",
        "none": "  target_link_libraries(none PRIVATE -L${CMAKE_CURRENT_SOURCE_DIR}/lib bar)",
        "lines": "dl bar)",
        "target": "target_link_libraries(target PUBLIC own m -L${CMAKE_CURRENT_SOURCE_DIR}/lib bar)",
        "unsure": None, "branch": None, "last": None,
    },
    "meson": {
        "folder": "executable('folder', 'main.c', link_args : ['-L' + meson.current_source_dir() / 'lib', '-lbar', '-lm'])",
        "none": "executable('none', 'main.c', link_args : ['-L' + meson.current_source_dir() / 'lib', '-lbar'])",
        "lines": "'-L' + meson.current_source_dir() / 'lib', '-lbar', '-Wl,-z,now', # '-lbar'",
        "flag": "executable('flag', 'main.c', link_args : ['-L' + meson.current_source_dir() / 'lib', '-lbar', '-Wl,-z,now', '-lm'])",
        "empty": "executable('empty', 'main.c', link_args : ['-L' + meson.current_source_dir() / 'lib', '-lbar'],)",
        "unsure": None, "sum": None,
    },
}
CASES = [(tool, name) for tool, rows in LINES.items() for name in rows]


def ran(*command, cwd):
    return subprocess.run(command, cwd=cwd, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


class Project:
    """One of each for all tests: what a test changes is undone at its end."""

    def __init__(self, tool, top):
        self.tool, self.top, self.build = tool, top, top / "b"
        (top / "lib").mkdir(parents=True)
        (top / "main.c").write_text("int bar(void); int main(void) { return bar(); }\n")
        (top / "own.c").write_text("int own(void) { return 1; }\n")
        subprocess.run("echo 'int bar(void) { return 0; }' | gcc -c -xc - -o lib/bar.o && ar rcs lib/libbar.a lib/bar.o && "
                       "rm lib/bar.o", shell=True, cwd=top, check=True)
        self.text = top / ("CMakeLists.txt" if tool == "cmake" else "meson.build")
        self.text.write_text(CMAKE if tool == "cmake" else MESON)
        done = ran("cmake", "-S", ".", "-B", "b", "-DCMAKE_C_COMPILER_WORKS=1", cwd=top) if tool == "cmake" else \
            ran("meson", "setup", "b", cwd=top)
        assert done.returncode == 0, done.stdout

    def make(self, target):
        return ran(*(["make", target] if self.tool == "cmake" else ["ninja", target]), cwd=self.build)

    def command(self, target):
        if self.tool == "cmake":
            return shlex.split((self.build / f"CMakeFiles/{target}.dir/link.txt").read_text())
        return shlex.split(ran("ninja", "-t", "commands", target, cwd=self.build).stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    made = {}

    def project(tool):
        if tool not in made:
            made[tool] = Project(tool, tmp_path_factory.mktemp(tool) / "it")
        return made[tool]
    return project


def ask(project, tmp_path, *options, command=()):
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C", "XDG_STATE_HOME": str(tmp_path),
           **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
    done = subprocess.run([DLWHY, *options, *(["link", "--", *command] if command else [])], cwd=project.build, env=env,
                          check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout) if command else None


@pytest.mark.parametrize("tool, target", CASES if RELEASE else CASES[::4])
def test_the_description_is_changed_and_the_real_tool_builds_with_it(projects, tmp_path, tool, target):
    project = projects(tool)
    assert project.make(target).returncode != 0
    command, before, line = project.command(target), project.text.read_bytes(), LINES[tool][target]
    answer = ask(project, tmp_path, "fix", "--json", command=command)
    assert answer["links"] is False
    plan = answer["plans"][0]
    assert plan["works"] is True, answer
    if line is None:
        assert not any(p["can_apply"] or p["files"] for p in answer["plans"]), "where it comes from is not for sure"
        at = plan["says"].partition("; line ")[2].partition(" of ")[0]
        assert (at == "" and target == "branch") or target in before.decode().splitlines()[int(at) - 1]
        return
    assert plan["can_apply"] and plan["kind"] == "edit-line" and plan["files"] == [str(project.text)], plan
    assert [e["value"] for e in plan["edits"][:-1]] == [line]
    done = ask(project, tmp_path, "fix", "--json", "--apply", "--yes", command=command)
    assert done["applied"]["works"] and "the linker agrees" in done["applied"]["says"], done
    built = project.make(target)
    assert built.returncode == 0, built.stdout
    assert project.command(target) == shlex.split(plan["edits"][-1]["value"]), "another command than was foretold"
    ask(project, tmp_path, "undo", "--yes")
    assert project.text.read_bytes() == before


def test_what_cmake_and_ninja_write_in_a_folder_below(tmp_path):
    """Ninja links in the folder of the whole build, of a target that a folder below describes."""
    project = Project.__new__(Project)
    project.top, project.build, project.tool = tmp_path / "p", tmp_path / "out/b", "ninja"
    (project.top / "sub/lib").mkdir(parents=True)
    project.build.parent.mkdir()
    (project.top / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.10)\nproject(p C)\nadd_subdirectory(sub)\n")
    project.text = project.top / "sub/CMakeLists.txt"
    project.text.write_text("add_executable(prog main.c)\r\ntarget_link_libraries(prog useful extra)\r\n")
    for name, code in (("useful", "int useful(void) { return 0; }"), ("extra", "int useful(void); int extra(void) { return useful(); }"),
                       ("main", "int extra(void); int main(void) { return extra(); }")):
        (project.top / f"sub/{name}.c").write_text(code + "\n")
        if name != "main":
            subprocess.run(f"gcc -c {name}.c -o {name}.o && ar rcs lib/lib{name}.a {name}.o", shell=True, check=True,
                           cwd=project.top / "sub")
    done = ran("cmake", "-G", "Ninja", "-S", project.top, "-B", project.build, "-DCMAKE_C_COMPILER_WORKS=1",
               f"-DCMAKE_EXE_LINKER_FLAGS=-L{project.top}/sub/lib", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert project.make("prog").returncode != 0

    def command():
        line = ran("ninja", "-t", "commands", "prog", cwd=project.build).stdout.splitlines()[-1]
        return shlex.split(line.removeprefix(": && ").removesuffix(" && :"))
    before = project.text.read_bytes()
    plan = ask(project, tmp_path, "fix", "--json", command=command())["plans"][0]
    assert plan["edits"][0]["value"] == "target_link_libraries(prog extra useful)", plan
    ask(project, tmp_path, "fix", "--json", "--apply", "--yes", command=command())
    assert project.text.read_bytes() == before.replace(b"useful extra", b"extra useful")
    built = project.make("prog")
    assert built.returncode == 0, built.stdout
    assert command() == shlex.split(plan["edits"][-1]["value"])
    ask(project, tmp_path, "undo", "--yes")
    assert project.text.read_bytes() == before


