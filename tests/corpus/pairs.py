"""The package of one version against the library of another: real files that do not fit together.

Each pair is put together from packages of PyPI, npm and Debian, which are fetched by their names
into build/corpus/pairs and kept there. dlwhy explains it; where the machine can, the real loader is
asked for its text as well. What must come out stands in the table, found without dlwhy (nm, readelf
-V, c++filt): the symbol that the loader names, the library that should have it, and what that library
has instead. The second table holds failures without anything similar: there nothing may be claimed.

    pairs.py [--build DIR] [--only WORD] [-v]
"""
import argparse
import dataclasses
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "oracle"))
import oracle  # noqa: E402

KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
TRIPLE = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}
LOADER = {"amd64": "lib64/ld-linux-x86-64.so.2", "arm64": "lib/ld-linux-aarch64.so.1"}
X86 = ["manylinux_2_28_x86_64", "manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux2010_x86_64",
       "manylinux1_x86_64"]
ARM = ["manylinux_2_28_aarch64", "manylinux2014_aarch64", "manylinux_2_17_aarch64"]
TORCH_SITE = "usr/lib/python3/dist-packages"
BASE = ["libc6", "libgcc-s1", "libstdc++6", "zlib1g"]


# With RTLD_NOW, since dlwhy tells what is missing even where Node puts it off.
NODE = """
try { process.dlopen({ exports: {} }, process.argv[1], os.constants.dlopen.RTLD_NOW) }
catch (e) { console.log(e.message) }
"""


class Skip(Exception):
    """This machine or its network lacks something for a pair."""


def mirror():
    """Where this system has its packages from, which has those of other releases as well."""
    if "DEBIAN_MIRROR" in os.environ:
        return os.environ["DEBIAN_MIRROR"]
    sites = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"],
                           capture_output=True, text=True, check=True).stdout.split()
    sites = [s for s in sites if not s.rstrip("/").endswith("-security")]
    if not sites:
        raise Skip("apt has no package lists")
    return sites[0]


# ---- fetching ---------------------------------------------------------------------------------

class Packages:
    """Unpacked packages, each fetched once."""

    def __init__(self, folder):
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)

    def kept(self, name, make):
        out = self.folder / name
        if not (out / ".complete").exists():
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir(parents=True)
            try:
                make(out)
            except (subprocess.CalledProcessError, OSError) as e:
                shutil.rmtree(out, ignore_errors=True)
                raise Skip(f"{name} cannot be had: {e}") from e
            (out / ".complete").touch()
        return out

    def wheel(self, spec, python="3.11", tags=X86):
        def make(out):
            platforms = [f"--platform={t}" for t in tags]
            minor = python.replace(".", "")
            subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:",
                            "--python-version", python, "--implementation", "cp", "--abi", f"cp{minor}",
                            "--abi", "abi3", "--abi", "none", *platforms, "-d", out, spec],
                           check=True, capture_output=True)
            wheel = next(out.glob("*.whl"))
            with zipfile.ZipFile(wheel) as z:
                z.extractall(out, [n for n in z.namelist() if ".so" in n])
            wheel.unlink()
        return self.kept(f"{spec.replace('==', '-')}-{tags[0].split('_', 3)[-1]}", make)

    def npm(self, spec):
        def make(out):
            subprocess.run(["npm", "pack", "--silent", spec], cwd=out, check=True, capture_output=True)
            with tarfile.open(next(out.glob("*.tgz"))) as t:
                t.extractall(out, [m for m in t.getmembers() if m.name.endswith(".node") and m.isfile()])
        if not oracle.have("npm"):
            raise Skip("npm is not installed")
        return self.kept(spec.replace("@", "-"), make)

    def apt(self, suite, arch, *args, cwd):
        state = self.folder / f"apt-{suite}-{arch}"
        options = {"Dir::Etc": state / "etc", "Dir::Etc::sourcelist": state / "etc/sources.list",
                   "Dir::Etc::sourceparts": "/dev/null", "Dir::Etc::preferences": "/dev/null",
                   "Dir::Etc::preferencesparts": "/dev/null", "Dir::State": state / "state",
                   "Dir::State::status": "/dev/null", "Dir::Cache": state / "cache", "APT::Architecture": arch,
                   "APT::Architectures": arch, "APT::Sandbox::User": "", "Acquire::Check-Valid-Until": "false",
                   "Acquire::Languages": "none", "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
                   "Acquire::http::Timeout": "20"}
        flags = [word for k, v in options.items() for word in ("-o", f"{k}={v}")]
        if not oracle.have("apt-get", "dpkg-deb"):
            raise Skip("apt-get is not installed")
        if not (state / "complete").exists():
            for below in ("etc", "state/lists/partial", "cache/archives/partial"):
                (state / below).mkdir(parents=True, exist_ok=True)
            (state / "etc/sources.list").write_text(f"deb [arch={arch} signed-by={KEYS}] {mirror()} {suite} main\n")
            subprocess.run(["apt-get", "-q", *flags, "update"], check=True, capture_output=True)
            (state / "complete").touch()
        subprocess.run(["apt-get", "-q", *flags, *args], check=True, capture_output=True, cwd=cwd)

    def deb(self, suite, name, arch="amd64"):
        def make(out):
            self.apt(suite, arch, "download", name, cwd=out)
            archive = next(out.glob("*.deb"))
            subprocess.run(["dpkg-deb", "-x", archive, out], check=True, capture_output=True)
            archive.unlink()
        return self.kept(f"{suite}-{arch}/{name}", make)


# ---- putting together -------------------------------------------------------------------------

class Tree:
    """The folder of one pair, made anew: a file system root, or a plain folder on this machine."""

    def __init__(self, folder, packages, arch=None):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.folder, self.packages, self.arch = folder, packages, arch
        self.libraries = folder / "usr/lib" / TRIPLE[arch] if arch else folder
        if arch:
            self.libraries.mkdir(parents=True)
            (folder / "lib").symlink_to("usr/lib")

    def put(self, source, to):
        """A file at a path below the folder: a hard link where that is possible."""
        out = self.folder / to
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.exists():
            out.unlink()
        try:
            os.link(os.path.realpath(source), out)
        except OSError:
            out.symlink_to(os.path.realpath(source))

    def below(self, folder, to="", name="*.so*"):
        """All libraries of an unpacked package, at the paths that they have there."""
        for path in sorted(pathlib.Path(folder).rglob(name)):
            if path.is_file():
                self.put(path, os.path.join(to, path.relative_to(folder)))

    def debs(self, suite, *names):
        """The libraries of Debian packages, all in the one folder that the loader searches."""
        for name in names:
            found = self.packages.deb(suite, name, self.arch)
            for path in sorted(found.rglob("*.so*")):
                if path.is_file() and path.parent.name == TRIPLE[self.arch]:
                    self.put(path, self.libraries.relative_to(self.folder) / path.name)
        loader = self.libraries / os.path.basename(LOADER[self.arch])
        if loader.exists():
            self.put(loader, LOADER[self.arch])

    def deb_file(self, suite, package, name):
        """One library of a Debian package in place of another release of it."""
        found = self.packages.deb(suite, package, self.arch)
        path = next(p for p in found.rglob(name) if p.parent.name == TRIPLE[self.arch])
        self.put(path, self.libraries.relative_to(self.folder) / name)

    def link(self, old, *names):
        """Another release under the name that is asked for, as people do with ln -s."""
        for name in names:
            path = self.libraries / name
            if path.is_symlink() or path.exists():
                path.unlink()
            path.symlink_to(old)


@dataclasses.dataclass
class Pair:
    name: str
    build: object            # makes the tree, returns the target
    symbol: str              # what the loader names first of the target; for versions the version
    has: str = None          # what the provider exports instead, None: nothing like it
    provider: str = None     # base name of the library that should have it
    code: str = "missing-symbol"
    says: tuple = ()         # pieces of the sentence
    never: tuple = ()        # what the sentence must not say
    arch: str = None         # a root for this machine type, None: this machine
    program: object = "none"
    library_path: tuple = () # folders for LD_LIBRARY_PATH, below the tree
    first: bool = True       # the loader names it before all others


def tensorflow(release, extension, file, python="3.11"):
    """An extension package against another release of TensorFlow."""
    def build(tree):
        found = tree.packages.wheel(f"tensorflow-cpu=={release}")
        for name in ("libtensorflow_framework.so.2", "libtensorflow_cc.so.2"):
            tree.put(found / "tensorflow" / name, f"site-packages/tensorflow/{name}")
        tree.put(tree.packages.wheel(extension, python) / file, f"site-packages/{file}")
        return f"site-packages/{file}"
    return build


def torch(release, extension, file):
    def build(tree):
        tree.debs("bookworm", *BASE, "libgomp1")
        tree.below(tree.packages.wheel(f"torch=={release}", tags=ARM), TORCH_SITE)
        tree.below(tree.packages.wheel(extension, tags=ARM), TORCH_SITE)
        return f"/{TORCH_SITE}/{file}"
    return build


def cusparse(tree):
    tree.below(tree.packages.wheel("nvidia-nvjitlink-cu12==12.1.105"), "site-packages")
    tree.below(tree.packages.wheel("nvidia-cusparse-cu12==12.3.1.170"), "site-packages")
    return "site-packages/nvidia/cusparse/lib/libcusparse.so.12"


def pyqt(tree):
    tree.below(tree.packages.wheel("PyQt6-Qt6==6.5.3"), "site-packages", "lib*Qt6Core.so*")
    tree.below(tree.packages.wheel("PyQt6-Qt6==6.5.3"), "site-packages", "libicu*.so*")
    tree.put(tree.packages.wheel("PyQt6==6.7.1") / "PyQt6/QtCore.abi3.so", "site-packages/PyQt6/QtCore.abi3.so")
    return "site-packages/PyQt6/QtCore.abi3.so"


def node(spec, file):
    def build(tree):
        if not oracle.have("node"):
            raise Skip("node is not installed")
        tree.put(tree.packages.npm(spec) / file, "addon.node")
        return "./addon.node"
    return build


def debian(target, base, *parts, links=(), swaps=()):
    """Packages of several suites in one root: parts are ("suite", "package", …)."""
    def build(tree):
        tree.debs(base, *BASE)
        for suite, *names in parts:
            tree.debs(suite, *names)
        for old, *names in links:
            tree.link(old, *names)
        for swap in swaps:
            tree.deb_file(*swap)
        return f"/usr/lib/{TRIPLE['amd64']}/{target}"
    return build


def plugin(package, file, *more):
    """A plug-in of a Debian package without the program that it is for."""
    def build(tree):
        tree.debs("bookworm", *BASE, *more)
        for name in (package, *more):
            for path in tree.packages.deb("bookworm", name, tree.arch).rglob(file):
                tree.put(path, f"plugins/{file}")
                return f"/plugins/{file}"
        raise Skip(f"{package} has no {file}")
    return build


def libcxx(tree):
    """A program's library that clang built with its own C++ library, against Boost built with GCC's."""
    if not oracle.have("clang-14"):
        raise Skip("clang-14 is not installed")
    tree.debs("bookworm", *BASE, "libc++1-14", "libc++abi1-14", "libunwind-14", "libboost-program-options1.74.0")
    headers = tree.packages.folder / "bookworm-amd64/libc++-14-dev/usr/lib/llvm-14/include/c++/v1"
    tree.packages.deb("bookworm", "libc++-14-dev")
    source = tree.folder / "options.cc"
    source.write_text("#include <string>\n"
                      "namespace boost { namespace program_options {\n"
                      "struct options_description { options_description(const std::string &, unsigned, unsigned); };\n"
                      "} }\n"
                      "void *make() { return new boost::program_options::options_description(\"x\", 80, 40); }\n")
    subprocess.run(["clang-14", "-nostdinc++", "-isystem", headers, "-shared", "-fPIC", "-nostdlib", source, "-o",
                    tree.libraries / "libapp.so", *(tree.libraries / n for n in (
                        "libboost_program_options.so.1.74.0", "libc++.so.1", "libc++abi.so.1", "libc.so.6"))],
                   check=True)
    return "/usr/lib/x86_64-linux-gnu/libapp.so"


TF = ("site-packages/tensorflow",)
TORCH = (f"{TORCH_SITE}/torch/lib",)
TFIO = ("tensorflow-io==0.37.1", "tensorflow_io/python/ops/libtensorflow_io.so")
TFA = "tensorflow_addons/custom_ops"
FRAMEWORK = "libtensorflow_framework.so.2"
ABI = "_GLIBCXX_USE_CXX11_ABI"
STATUS_2023 = "4absl12lts_202308026StatusE"
PAIRS = [
    # The names that the loader names first are gone; of the others two exist with other parameters.
    Pair("tensorflow-io-0.37-tensorflow-2.18", tensorflow("2.18.0", *TFIO),
         "_ZN3tsl8str_util9LowercaseB5cxx11ESt17basic_string_viewIcSt11char_traitsIcEE", provider=FRAMEWORK,
         library_path=TF),
    Pair("tensorflow-io-0.37-tensorflow-2.19", tensorflow("2.19.0", *TFIO),
         "_ZN3tsl7strings13safe_strtou64ESt17basic_string_viewIcSt11char_traitsIcEEPm", provider=FRAMEWORK,
         library_path=TF),
    # Abseil's release stands in the name of its inner namespace.
    Pair("tensorflow-addons-0.23-tensorflow-2.18",
         tensorflow("2.18.0", "tensorflow-addons==0.23.0", f"{TFA}/image/_image_ops.so"),
         "_ZN4absl12lts_202301256Status15UnrefNonInlinedEm", "_ZN4absl12lts_202308026Status15UnrefNonInlinedEm",
         FRAMEWORK, says=("20230125", "20230802"), library_path=TF),
    Pair("tensorflow-text-2.12-tensorflow-2.18",
         tensorflow("2.18.0", "tensorflow-text==2.12.1", "tensorflow_text/python/ops/_ngrams_op.so"),
         "_ZN4absl12lts_202206236StrCatB5cxx11ERKNS0_8AlphaNumES3_", provider=FRAMEWORK, library_path=TF),
    # A parameter became a type of another library.
    Pair("tensorflow-addons-0.19-tensorflow-2.18",
         tensorflow("2.18.0", "tensorflow-addons==0.19.0", f"{TFA}/text/_parse_time_op.so", "3.10"),
         "_ZN10tensorflow15OpKernelContext21CtxFailureWithWarningEPKciRKN3tsl6StatusE",
         f"_ZN10tensorflow15OpKernelContext21CtxFailureWithWarningEPKciRKN{STATUS_2023}", FRAMEWORK, library_path=TF),
    Pair("tensorflow-text-2.15-tensorflow-2.18",
         tensorflow("2.18.0", "tensorflow-text==2.15.0", "tensorflow_text/python/ops/_regex_split_ops.so"),
         "_ZN3tsl8OkStatusEv", provider=FRAMEWORK, library_path=TF),
    # Built with the std::string of before GCC 5, and the other way round.
    Pair("tensorflow-addons-0.16-tensorflow-2.18",
         tensorflow("2.18.0", "tensorflow-addons==0.16.1", f"{TFA}/text/_skip_gram_ops.so", "3.8"),
         "_ZNK10tensorflow8OpKernel11TraceStringERKNS_15OpKernelContextEb",
         "_ZNK10tensorflow8OpKernel11TraceStringB5cxx11ERKNS_15OpKernelContextEb", FRAMEWORK, says=(ABI,),
         library_path=TF),
    Pair("torchvision-0.16-torch-2.6", torch("2.6.0", "torchvision==0.16.0", "torchvision/_C.so"),
         "_ZNK5torch8autograd4Node4nameEv", "_ZNK5torch8autograd4Node4nameB5cxx11Ev", "libtorch_cpu.so", says=(ABI,),
         arch="arm64", library_path=TORCH, first=False),
    Pair("torchvision-0.21-torch-2.1", torch("2.1.0", "torchvision==0.21.0", "torchvision/_C.so"),
         "_ZNK5torch8autograd4Node4nameB5cxx11Ev", "_ZNK5torch8autograd4Node4nameEv", "libtorch_cpu.so", says=(ABI,),
         arch="arm64", library_path=TORCH, first=False),
    Pair("torchaudio-2.1-torch-2.6", torch("2.6.0", "torchaudio==2.1.0", "torchaudio/lib/libtorchaudio.so"),
         "_ZNK5torch8autograd4Node4nameEv", "_ZNK5torch8autograd4Node4nameB5cxx11Ev", "libtorch_cpu.so", says=(ABI,),
         arch="arm64", library_path=TORCH),
    # The release stands in the name itself, without C++.
    Pair("cusparse-12.4-nvjitlink-12.1", cusparse, "__nvJitLinkComplete_12_4", "__nvJitLinkComplete_12_1",
         "libnvJitLink.so.12"),
    Pair("xml2-icu-67-icu-72", debian(
        "libxml2.so.2", "bookworm", ("bullseye", "libxml2", "liblzma5"), ("bookworm", "libicu72"),
        links=[(f"libicu{n}.so.72", f"libicu{n}.so.67") for n in ("uc", "i18n", "data")]),
         "UCNV_FROM_U_CALLBACK_STOP_67", "UCNV_FROM_U_CALLBACK_STOP_72", "libicuuc.so.67", arch="amd64"),
    # Other parameters; a function that moved to another namespace.
    Pair("fibers-node-14", node("fibers@5.0.3", "package/bin/linux-x64-83-glibc/fibers.node"),
         "_ZN2v87Isolate19CheckMemoryPressureEv", program="node"),
    Pair("deasync-node-8", node("deasync@0.1.30", "package/bin/linux-x64-node-8/deasync.node"),
         "_ZN2v820EscapableHandleScope6EscapeEPPNS_8internal6ObjectE", "_ZN2v820EscapableHandleScope6EscapeEPm",
         program="node"),
    Pair("opencv-imgproc-4.6-core-4.5", debian(
        "libopencv_imgproc.so.406", "bookworm", ("bookworm", "libopencv-imgproc406"),
        ("bullseye", "libopencv-core4.5", "libtbb2"), links=[("libopencv_core.so.4.5", "libopencv_core.so.406")]),
         "_ZN2cv3ocl7Image2DaSEOS1_", "_ZN2cv3ocl7Image2DaSERKS1_", "libopencv_core.so", arch="amd64"),
    # An inner namespace that is the release.
    Pair("spdlog-1.10-fmt-10", debian("libspdlog.so.1.10", "trixie", ("bookworm", "libspdlog1.10"),
                                      ("trixie", "libfmt10"), links=[("libfmt.so.10", "libfmt.so.9")]),
         "_ZTIN3fmt2v912format_errorE", "_ZTIN3fmt3v1012format_errorE", "libfmt.so", says=("v9", "v10"), arch="amd64"),
    Pair("spdlog-1.8-fmt-9", debian("libspdlog.so.1", "bookworm", ("bullseye", "libspdlog1"), ("bookworm", "libfmt9"),
                                    links=[("libfmt.so.9", "libfmt.so.7")]),
         "_ZN3fmt2v76detail10basic_dataIvE27zero_or_powers_of_10_64_newE", provider="libfmt.so", arch="amd64"),
    Pair("absl-strings-2022-2024", debian(
        "libabsl_strings.so.20220623", "trixie", ("bookworm", "libabsl20220623"), ("trixie", "libabsl20240722"),
        links=[(f"libabsl_{n}.so.20240722", f"libabsl_{n}.so.20220623")
               for n in ("strings_internal", "throw_delegate", "raw_logging_internal")]),
         "_ZN4absl7debian316strings_internal12kBase64CharsE", "_ZN4absl7debian716strings_internal12kBase64CharsE",
         "libabsl_strings_internal.so", never=("is not loaded",), arch="amd64"),
    Pair("protoc-32-protobuf-23", debian("libprotoc.so.32", "bookworm", ("bookworm", "libprotoc32"),
                                         ("bullseye", "libprotobuf23"),
                                         links=[("libprotobuf.so.23", "libprotobuf.so.32")]),
         "_ZN6google8protobuf7Message19CopyWithSourceCheckERS1_RKS1_", provider="libprotobuf.so", arch="amd64"),
    # Two C++ libraries: none of GCC's settings brings them together.
    Pair("boost-of-gcc-libc++", libcxx,
         "_ZN5boost15program_options19options_descriptionC1ERKNSt3__112basic_stringIcNS2_11char_traitsIcEENS2_"
         "9allocatorIcEEEEjj",
         "_ZN5boost15program_options19options_descriptionC1ERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEjj",
         "libboost_program_options.so.1.74.0", says=("libc++",), never=(ABI,), arch="amd64"),
    # Versions that the provider lacks.
    Pair("pyqt-6.7-qt-6.5", pyqt, "Qt_6.7", provider="libQt6Core.so.6", code="missing-version",
         says=("ends at Qt_6.5",)),
    Pair("ssl-3.5-crypto-3.0", debian("libssl.so.3", "trixie", ("trixie", "libssl3t64", "libzstd1"),
                                      swaps=[("bookworm", "libssl3", "libcrypto.so.3")]),
         "OPENSSL_3.3.0", provider="libcrypto.so.3", code="missing-version",
         says=("OPENSSL_3.4.0", "ends at OPENSSL_3.0.9"), arch="amd64"),
    Pair("spdlog-1.15-libstdc++-6.0.30", debian(
        "libspdlog.so.1.15", "trixie", ("trixie", "libspdlog1.15", "libfmt10"),
        swaps=[("bookworm", "libstdc++6", "libstdc++.so.6")]),
         "CXXABI_1.3.15", provider="libstdc++.so.6", code="missing-version", says=("GCC 14.1", "ends at CXXABI_1.3.13"),
         arch="amd64"),
    Pair("sqlite-3.46-glibc-2.36", debian("libsqlite3.so.0", "bookworm", ("trixie", "libsqlite3-0")), "GLIBC_2.38",
         code="os-too-old", says=("glibc 2.38 or newer", "glibc 2.36"), arch="amd64"),
]

# Symbols that nobody has under a similar name: nothing may be said to be "the same, but".
NONE = [
    Pair("torchaudio-2.6-torch-2.1", torch("2.1.0", "torchaudio==2.6.0", "torchaudio/lib/libtorchaudio.so"),
         "_ZNK3c105Error4whatEv", arch="arm64", library_path=TORCH),
    Pair("tensorflow-addons-0.23-cuda", tensorflow("2.18.0", "tensorflow-addons==0.23.0", f"{TFA}/image/_image_ops.so"),
         "__cudaUnregisterFatBinary", library_path=TF, first=False),
    Pair("gobject-2.84-glib-2.74", debian(
        "libgobject-2.0.so.0", "trixie", ("trixie", "libglib2.0-0t64", "libffi8", "libpcre2-8-0", "libatomic1"),
        swaps=[("bookworm", "libglib2.0-0", "libglib-2.0.so.0")]), "g_dir_unref", arch="amd64"),
    Pair("torch-in-a-bare-program", torch("2.6.0", "torchvision==0.16.0", "torch/lib/libtorch_python.so"),
         "PyExc_ValueError", arch="arm64", library_path=TORCH),
    Pair("node-addon-in-a-bare-program", node("deasync@0.1.30", "package/bin/linux-x64-node-20/deasync.node"),
         "napi_get_cb_info"),
    Pair("lua-module", plugin("lua-cjson", "cjson.so"), "lua_checkstack", arch="amd64"),
    Pair("perl-module", plugin("libjson-xs-perl", "XS.so"), "PL_WARN_NONE", arch="amd64"),
    Pair("php-module", plugin("php8.2-common", "calendar.so"), "add_assoc_zval_ex", arch="amd64"),
    Pair("nginx-module", plugin("libnginx-mod-stream", "ngx_stream_module.so"), "ngx_terminate", arch="amd64"),
    Pair("apache-module", plugin("libapache2-mod-evasive", "mod_evasive20.so"), "apr_pool_cleanup_null", arch="amd64"),
    Pair("collectd-module", plugin("collectd-core", "csv.so"), "plugin_register_config", arch="amd64"),
    Pair("zsh-module", plugin("zsh", "mathfunc.so"), "typtab", arch="amd64"),
]


# ---- asking -----------------------------------------------------------------------------------

def search_path(pair, tree):
    return ":".join(f"/{p}" if pair.arch else str(tree.folder / p) for p in pair.library_path)


def ask_dlwhy(pair, tree, target):
    options = ["--program", shutil.which(pair.program) if pair.program == "node" else pair.program]
    root = ["--root", str(tree.folder)] if pair.arch else []
    if pair.library_path:
        options += ["--env", f"LD_LIBRARY_PATH={search_path(pair, tree)}"]
    p = subprocess.run([oracle.dlwhy_program(), "check", "--format", "json", *root, *options, "--", target],
                       capture_output=True, text=True, cwd=tree.folder, env=oracle.CLEAN)
    if p.returncode not in (0, 1, 3):
        raise oracle.OracleError(f"dlwhy: status {p.returncode}: {p.stderr}")
    return json.loads(p.stdout)


def ask_real(pair, tree, target):
    """The text of the loader; None where it cannot be asked here."""
    if platform.machine() != "x86_64" or pair.arch not in (None, "amd64") or pair.program not in ("none", "node"):
        return None
    if pair.program == "node":
        p = subprocess.run(["node", "-e", NODE, target], capture_output=True, text=True, cwd=tree.folder)
        return p.stdout.strip() or None
    bare = oracle.build_old_driver("bare", tree.folder)
    if pair.arch:
        if not oracle.is_root():
            return None
        return oracle.real_open(f"/{bare.name}", [target], root=tree.folder)[0].message
    env = {"LD_LIBRARY_PATH": search_path(pair, tree)} if pair.library_path else {}
    return oracle.real_open(bare, [target], cwd=tree.folder, env=env)[0].message


# ---- judging ----------------------------------------------------------------------------------

# Inner namespaces that stand for a release or a kind of library, and no part of the name proper.
RELEASE = re.compile(r"^(v\d+|lts_\d+|debian\d+|__1|__cxx11|_V2)$")


def demangled(names):
    p = subprocess.run(["c++filt"], input="\n".join(names), capture_output=True, text=True, check=True)
    return p.stdout.split("\n")


def split_name(text):
    """(["tensorflow", "OpKernel", "name"], "(…) const") of a demangled name."""
    text = re.sub(r"\[abi:\w+\]", "", text)
    text = re.sub(r"^(typeinfo|typeinfo name|vtable|VTT) for ", "", text)
    depth, at, flat = 0, len(text), ""
    for i, c in enumerate(text):
        if c == "(" and depth == 0 and not text.startswith("(anonymous namespace)", i):
            at = i
            break
        depth += (c == "<") - (c == ">")
        flat += "" if c == ">" or depth > 0 else c
    parts = [p for p in flat.split(" ")[-1].split("::") if p and not RELEASE.match(p)]
    return parts, text[at:]


def is_similar(missing, export):
    """May one be called the other under another name? The whole name but the release must be the same,
    or one part of its path with the same parameters."""
    (a, pa), (b, pb) = (split_name(t) for t in demangled([missing, export])[:2])
    if not missing.startswith("_Z"):
        return re.sub(r"(_\d+)+$", "", missing) == re.sub(r"(_\d+)+$", "", export)
    if a == b:
        return True
    differ = sum(x != y for x, y in zip(a, b)) if len(a) == len(b) else 1 if abs(len(a) - len(b)) == 1 else 9
    return a[-1:] == b[-1:] and differ == 1 and len(pa) > 2 and pa.count(",") == pb.count(",")


def undefined(file):
    """Names that a file wants of others, by nm."""
    p = subprocess.run(["nm", "-D", "--undefined-only", file], capture_output=True, text=True, check=True)
    return {line.split()[-1].split("@")[0] for line in p.stdout.splitlines()}


def find_finding(pair, answer, target):
    """The finding that the pair is about: the first, or that with the symbol if others strike before."""
    for f in answer["findings"]:
        if pair.first or f["symbol"] == pair.symbol and (f["object"] or "").endswith(target.lstrip("./")):
            return f
    return None


def judge(pair, answer, real, tree, target):
    """What is wrong, in words; None if all is as it should be."""
    f = find_finding(pair, answer, target)
    if answer["loads"] is not False or f is None:
        return f"loads: {answer['loads']}, and no finding about {pair.symbol}"
    if real is not None and real != answer["loader_message"]:
        return f"the loader says {real!r}, dlwhy {answer['loader_message']!r}"
    if (f["code"], f["symbol"]) != (pair.code, pair.symbol):
        return f"{f['code']} about {f['symbol']}, not {pair.code} about {pair.symbol}"
    paths = [os.path.basename(e["path"] or "") for e in f["evidence"]]
    if pair.provider and pair.provider not in f["summary"] and not any(p.startswith(pair.provider) for p in paths):
        return f"{pair.provider} is not named: {f['summary']}"
    wrong = [w for w in pair.says if w not in f["summary"]] + [w for w in pair.never if w in f["summary"]]
    if wrong:
        return f"{wrong}: {f['summary']}"
    if pair.code != "missing-symbol":
        return None
    wanted = undefined(tree.folder / target.lstrip("/"))
    claims = {e["value"] for e in f["evidence"] if e["kind"] == "symbol" and e["value"]} - wanted
    if pair.has and pair.has not in claims:
        return f"{pair.has} is not named beside {sorted(claims)}: {f['summary']}"
    missing = {e["value"] for e in f["evidence"] if e["kind"] == "symbol"} & wanted
    stray = [c for c in sorted(claims) if not any(is_similar(m, c) for m in missing)]
    return f"nothing to do with it: {stray}" if stray else None


def check_pairs(build, only=None, verbose=False):
    """(passed, failed, skipped)"""
    packages = Packages(build / "corpus/pairs")
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    asked = 0
    for pair in PAIRS + NONE:
        if only and only not in pair.name:
            continue
        try:
            tree = Tree(packages.folder / "run" / pair.name, packages, pair.arch)
            target = pair.build(tree)
        except Skip as e:
            print(f"skipped: {pair.name}: {e}")
            counts["skipped"] += 1
            continue
        real = ask_real(pair, tree, target)
        asked += real is not None
        answer = ask_dlwhy(pair, tree, target)
        wrong = judge(pair, answer, real, tree, target)
        counts["failed" if wrong else "passed"] += 1
        if wrong:
            print(f"wrong: {pair.name}\n    {wrong}")
        elif verbose:
            print(f"right: {pair.name}\n    {find_finding(pair, answer, target)['summary']}")
    print(f"pairs: {sum(counts.values())} of two packages, the real loader was asked about {asked}; dlwhy is right on "
          f"{counts['passed']}, wrong on {counts['failed']}")
    return counts["passed"], counts["failed"], counts["skipped"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=oracle.TOP / "build")
    parser.add_argument("--only", help="pairs whose names have this in them")
    parser.add_argument("-v", "--verbose", action="store_true")
    args = parser.parse_args()
    passed, failed, skipped = check_pairs(args.build.resolve(), args.only, args.verbose)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
