"""What `make install` puts down can be used: by a shell, by a compiler, by pkg-config."""
import os
import shlex

import pytest

from project import BUILD, TOP, run

pytestmark = pytest.mark.slow

CLIENT = r"""
#include <dlwhy/dlwhy.h>
#include <stdio.h>
#include <string.h>

/* A name that the library has too, inside. */
int buf_add(void);
int buf_add(void) { return 7; }

static int on_result(const struct dlwhy_result *r, size_t i, void *user)
{
	(void)i;
	*(int *)user = r->loads == DLWHY_NO && strstr(r->loader_message, "cannot open") != NULL;
	return 0;
}

int main(void)
{
	const char *files[] = { "/nonexistent/libx.so" };
	struct dlwhy_options opt;
	struct dlwhy_error err;
	int seen = 0;

	dlwhy_options_init(&opt);
	struct dlwhy_session *s = dlwhy_session_new(&opt, &err);
	if (s == NULL || dlwhy_check(s, files, 1, on_result, &seen, &err) != DLWHY_OK)
		return 1;
	dlwhy_session_free(s);
	printf("%s %d %d\n", dlwhy_version(), seen, buf_add());
	return 0;
}
"""
FILES = """bin/dlwhy lib/libdlwhy.a lib/libdlwhy.so lib/libdlwhy.so.0 include/dlwhy/dlwhy.h
    include/dlwhy/error.h lib/pkgconfig/dlwhy.pc share/doc/dlwhy/LICENSE share/doc/dlwhy/NOTICE""".split()


def install(destdir, prefix):
    env = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    result = run("make", "-C", TOP, f"BUILD={BUILD}", "install", f"DESTDIR={destdir}",
                 f"PREFIX={prefix}", env=env)
    assert result.returncode == 0, result.stdout + result.stderr
    return destdir / prefix.lstrip("/")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    return install(tmp_path_factory.mktemp("dest"), "/usr/local")


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    path = tmp_path_factory.mktemp("client") / "client.c"
    path.write_text(CLIENT)
    return path


def flags(installed, *options):
    result = run("pkg-config", *options, "--cflags", "--libs", "dlwhy",
                 env={"PATH": os.environ["PATH"], "PKG_CONFIG_PATH": str(installed / "lib/pkgconfig"),
                      "PKG_CONFIG_SYSROOT_DIR": str(installed.parents[1])})
    assert result.returncode == 0, result.stderr
    return shlex.split(result.stdout)


def build(client, output, *argv):
    result = run("cc", "-Wall", "-Wextra", "-Werror", "-std=c11", "-o", output, client, *argv)
    assert result.returncode == 0, result.stderr
    return output


def version():
    return run(BUILD / "dlwhy", "--version").stdout.split()[-1]


@pytest.mark.parametrize("path", FILES)
def test_it_is_there(installed, path):
    assert (installed / path).is_file()


def test_the_links_of_the_library_are_relative(installed):
    for link in ("libdlwhy.so", "libdlwhy.so.0"):
        assert "/" not in os.readlink(installed / "lib" / link)


def test_the_program_runs_from_there(installed):
    result = run(installed / "bin/dlwhy", "--version")
    assert result.returncode == 0 and result.stdout.strip()


def test_a_program_links_the_shared_library(installed, client, tmp_path):
    program = build(client, tmp_path / "shared", *flags(installed))
    result = run(program, env={"LD_LIBRARY_PATH": str(installed / "lib")})
    assert result.stdout == f"{version()} 1 7\n", result.stderr
    assert "libdlwhy.so.0" in run("readelf", "-d", program).stdout


def test_a_static_program_links_the_archive(installed, client, tmp_path):
    program = build(client, tmp_path / "static", "-static", *flags(installed, "--static"))
    assert run(program).stdout == f"{version()} 1 7\n"


def test_a_position_independent_program_links_the_archive(installed, client, tmp_path):
    libs = [f.replace("-ldlwhy", "-l:libdlwhy.a") for f in flags(installed, "--static")]
    program = build(client, tmp_path / "pie", "-fPIE", "-pie", *libs)
    assert run(program).stdout == f"{version()} 1 7\n"


@pytest.mark.parametrize("compiler", [
    ["cc", "-x", "c", "-std=c11"], ["g++", "-x", "c++", "-std=c++11"]], ids=["C", "C++"])
@pytest.mark.parametrize("header", ["dlwhy.h", "error.h"])
def test_headers_compile_alone(installed, compiler, header):
    result = run(*compiler, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-include",
                 installed / "include/dlwhy" / header, "/dev/null")
    assert result.returncode == 0, result.stderr


def test_another_prefix_is_obeyed(installed, tmp_path):
    try:
        place = install(tmp_path, "/opt/dlwhy")
        assert (place / "bin/dlwhy").is_file()
        assert "prefix=/opt/dlwhy\n" in (place / "lib/pkgconfig/dlwhy.pc").read_text()
    finally:
        install(installed.parents[1], "/usr/local")
