"""Set-ups of Makefiles whose command does not link: make itself says whether it does."""
import shlex
import subprocess

from fix_setups import BAR, MAIN_BAR, Setup, setup


def made(top, makefile, command, main=MAIN_BAR, **more):
    """prog of main.o and libraries below lib; `make` is the command that fails, `command` what it runs."""
    for name, code in (("main", main), ("bar", BAR)):
        (top / f"{name}.c").write_text(code)
        subprocess.run(["gcc", "-O1", "-c", f"{name}.c"], cwd=top, check=True)
        (top / f"{name}.c").unlink()
    (top / "lib").mkdir()
    subprocess.run(["ar", "rcs", "lib/libbar.a", "bar.o"], cwd=top, check=True)
    (top / "bar.o").unlink()
    (top / "Makefile").write_text(makefile)
    return Setup(["sh", "-c", "make -s >/dev/null 2>&1 && mv prog ../prog && ../prog"],
                 ["link", "--", *shlex.split(command)], "edit-line", **more)


@setup
def make_without_a_folder(top):
    return made(top, "LDLIBS = -lbar -lm\nprog: main.o\n\t$(CC) $(LDFLAGS) main.o $(LDLIBS) -o $@\n",
                "cc main.o -lbar -lm -o prog", edits=["LDLIBS = -Llib -lbar -lm", "cc main.o -Llib -lbar -lm -o prog"])


@setup
def make_without_a_library(top):
    return made(top, "# libraries\nLIBS := -Llib\nprog: main.o\n\tcc main.o $(LIBS) -o $@\n",
                "cc main.o -Llib -o prog", edits=["LIBS := -lbar -Llib", "cc main.o -lbar -Llib -o prog"])
