#!/usr/bin/python3
"""Writes src/diagnose/debian_names.txt: which Debian package has a header, a library to link with or
to load, a file of pkg-config.

debian_names.py LIST... >src/diagnose/debian_names.txt

Each LIST is an index of the archive (Contents-amd64, Contents-all) as `apt-file update` leaves it below
/var/lib/apt/lists. A line is "h HEADER<tab>PACKAGE", "l NAME<tab>PACKAGE" (what follows -l),
"p NAME<tab>PACKAGE" or "s SONAME<tab>PACKAGE", sorted by its bytes; a header that ends with '/' stands for
all below it. A name that several packages have is left out, unless one of them is who is usually meant.
"""
import collections
import re
import subprocess
import sys

PC = re.compile(r"usr/(?:lib/x86_64-linux-gnu|lib|share)/pkgconfig/([^/]+)\.pc")
LIB = re.compile(r"(?:usr/)?lib(?:/x86_64-linux-gnu)?/lib([^/]+?)\.(?:so|a)")
SONAME = re.compile(r"(?:usr/)?lib(?:/x86_64-linux-gnu)?/(lib[^/]+?\.so(?:\.[0-9][^/]*)?)")
HEADER = re.compile(r"usr/include/(?:x86_64-linux-gnu/)?(\S+)")
VERSIONED = re.compile(r"[^/]*(?:[0-9]|-[0-9.]+)/")  # glib-2.0/: such a folder is named with -I
# Builds of the same thing in another way, and what hardly anybody means.
OTHERS = re.compile(r"gles|-nss|gnutls|private|heimdal|-compat|sources?-|-dbg|-headless|-mt-|-alt|cross$|"
                    r"-mingw|-extra")
CROWD = 24  # headers
SONAME_NUMBERS = 2  # more of them only where the package has no shorter name
SEVERAL = 12  # so many names of a folder that packages share are listed one by one

# Who is meant, where the archive alone does not say it.
MEANT = {
    "h Python.h": "python3-dev", "h alsa/": "libasound2-dev", "h gtk/": "libgtk-3-dev",
    "h boost/": "libboost-all-dev", "h usb.h": "libusb-dev",
    "h mysql.h": "default-libmysqlclient-dev", "h mysql/": "default-libmysqlclient-dev",
    "h libpq-fe.h": "libpq-dev", "h cblas.h": "libopenblas-dev", "h jpeglib.h": "libjpeg-dev",
    "h curl/": "libcurl4-openssl-dev", "h GL/gl.h": "libgl-dev", "h GL/glu.h": "libglu1-mesa-dev",
    "h X11/": "libx11-dev", "h curses.h": "libncurses-dev", "h ncurses.h": "libncurses-dev",
    "h cairo.h": "libcairo2-dev", "h security/": "libpam0g-dev", "h FlexLexer.h": "libfl-dev",
    "h db.h": "libdb-dev", "h lua.h": "liblua5.4-dev", "h ruby.h": "ruby-dev", "h tcl.h": "tcl-dev",
    "h tk.h": "tk-dev", "h jni.h": "default-jdk", "h mpi.h": "libopenmpi-dev",
    "h hdf5.h": "libhdf5-dev", "h fftw3.h": "libfftw3-dev", "h EGL/": "libegl-dev",
    "h gssapi.h": "libkrb5-dev", "h gssapi/": "libkrb5-dev", "h krb5.h": "libkrb5-dev",
    "h opencv2/": "libopencv-dev", "l GL": "libgl-dev",
    "l mysqlclient": "default-libmysqlclient-dev", "l jpeg": "libjpeg-dev",
    "l curl": "libcurl4-openssl-dev", "l blas": "libopenblas-dev", "l lapack": "liblapack-dev",
    "l X11": "libx11-dev", "l stdc++": "g++", "l tinfo": "libncurses-dev",
    "l ncurses": "libncurses-dev", "l curses": "libncurses-dev", "l db": "libdb-dev",
    "l gssapi_krb5": "libkrb5-dev", "l hdf5": "libhdf5-dev", "l mpi": "libopenmpi-dev",
    "p libcurl": "libcurl4-openssl-dev", "p mysqlclient": "default-libmysqlclient-dev",
    "p krb5": "libkrb5-dev", "p krb5-gssapi": "libkrb5-dev", "p gl": "libgl-dev",
    "p jack": "libjack-jackd2-dev", "p blas": "libopenblas-dev", "p lapack": "liblapack-dev",
    "p hdf5": "libhdf5-dev", "p libssh": "libssh-dev",
    "s libsystemd.so.0": "libsystemd0", "s libudev.so.1": "libudev1",
    "s libblas.so.3": "libblas3", "s liblapack.so.3": "liblapack3",
}


def lines(path):
    with subprocess.Popen(["/usr/lib/apt/apt-helper", "cat-file", path], stdout=subprocess.PIPE) as p:
        for line in p.stdout:
            path, _, packages = line.decode("utf-8", "replace").rstrip().rpartition(" ")
            path = path.rstrip()
            if path.startswith(("usr/lib", "usr/share/pkgconfig/", "usr/include/", "lib/")):
                yield path, [name.split("/")[-1] for name in packages.split(",")]


def names(path):
    """What one may ask for, if the file at that path is to be had."""
    found = PC.fullmatch(path)
    if found:
        return ["p " + found[1]]
    found = LIB.fullmatch(path)
    if found:
        return ["l " + found[1]]
    found = HEADER.fullmatch(path)
    if not found:
        return []
    name = found[1]
    return ["h " + name] + (["h " + name.split("/", 1)[1]] if VERSIONED.match(name) else [])


def stem(name):
    return name[:name.index(".so")]


def numbers(name):
    return name[name.index(".so") + 3:].count(".")


def loaded(paths):
    """SONAME -> packages that have it where every program finds it. "libz.so.1.2.13" beside
    "libz.so.1" is nobody's SONAME; "libbz2.so.1.0" is one."""
    has = collections.defaultdict(set)
    for path, packages in paths:
        found = SONAME.fullmatch(path)
        if found:
            has[found[1]].update(p for p in packages if not re.search("-dev|-dbg", p))
    short = {(stem(name), p) for name in has for p in has[name] if numbers(name) <= SONAME_NUMBERS}
    for name in [n for n in has if numbers(n) > SONAME_NUMBERS]:
        if any((stem(name), p) in short for p in has[name]):
            del has[name]
    return has


def one(packages):
    """Who is meant of those that have it, or None."""
    packages = {p for p in packages if not OTHERS.search(p)} or packages
    if len(packages) > 1 and all(p.startswith("libboost") for p in packages):
        # The newest one is named without its release.
        packages = {re.sub(r"[0-9]+\.[0-9]+", "", p) for p in packages}
    return next(iter(packages)) if len(packages) == 1 else None


def folder(name):
    return name[:name.index("/") + 1] if "/" in name else name


def drop_crowds(has):
    """A folder that is named with -I, with very many headers of its own: nobody asks for most of them."""
    inside = collections.defaultdict(set)
    for name in has:
        if name[0] == "h" and VERSIONED.match(name[2:]):
            top, rest = name[2:].split("/", 1)
            inside[top].add(folder(rest))
    for top, found in inside.items():
        if len(found) > CROWD:
            for name in [x for x in has if x.startswith(f"h {top}/")]:
                has.pop("h " + name[2:].split("/", 1)[1], None)


def main():
    has = collections.defaultdict(set)
    paths = [line for path in sys.argv[1:] for line in lines(path)]
    for name, packages in paths:
        for asked in names(name):
            has[asked].update(p for p in packages if "-dev" in p)
    drop_crowds(has)
    rows = {f"s {name}": one(packages) for name, packages in loaded(paths).items() if packages}
    below = collections.defaultdict(list)
    for name, packages in has.items():
        if name[0] == "h":
            below[folder(name)].append(name)
        else:
            rows[name] = one(packages)
    for top, inside in below.items():
        inside = [name for name in inside if has[name]]
        owner = one(set().union(*(has[name] for name in inside)))
        if owner is not None or len(inside) > SEVERAL:
            rows[top] = owner
            continue
        rows.update((name, one(has[name])) for name in inside)
    rows.update(MEANT)
    for line in sorted(f"{name}\t{package}" for name, package in rows.items() if package):
        print(line)


if __name__ == "__main__":
    main()
