"""What builders of languages and distributions print -> what is wrong. Written for this table; rows as in build_texts.py."""
ANY = object()

BUILDERS = [
    # Go's own tools end for want of memory.
    ("/usr/lib/golang/pkg/tool/linux_arm64/link: running gcc failed: fork/exec /usr/bin/gcc: cannot allocate memory",
     "out-of-memory", "go", "/usr/bin/gcc", ANY),
    ("go build example.org/warp: signal: killed", "out-of-memory", "go", ANY, ANY),
    ("go build example.org/warp: /opt/go1.4/pkg/tool/linux_amd64/6g: signal: killed", "out-of-memory", "go",
     "/opt/go1.4/pkg/tool/linux_amd64/6g", ANY),
    ("fork/exec /opt/go/pkg/tool/linux_amd64/compile: cannot allocate memory", "out-of-memory", "go",
     "/opt/go/pkg/tool/linux_amd64/compile", ANY),
    # uv
    ("  x No solution found when resolving dependencies:\n  `-> Because warp==2.2.0 is unusable because no wheels are available with "
     "a matching Python implementation and you require warp==2.2.0, we can conclude that the requirements are unsatisfiable.",
     "no-matching-wheel", "tags", "warp", ANY),
    ("  × No solution found when resolving dependencies:\n  ╰─▶ Because reef==0.6.2 depends on warp>=2.1.0 and you require "
     "reef==0.6.2, we can conclude that you require warp>=2.1.0.", "build-other", "conflict", ANY, ANY),
    ("error: Failed to fetch: `https://example.org/warp-6.4.2-cp38-abi3-linux_x86_64.whl`\n  Caused by: HTTP status client error (404 "
     "Not Found)", "build-tool", "download", "https://example.org/warp-6.4.2-cp38-abi3-linux_x86_64.whl", ANY),
    # Paths that no module can have; those of a later standard library.
    ("can't load package: package turbo/main: malformed module path \"turbo/main\": missing dot in first path element",
     "go-toolchain", "module-missing", "turbo/main", ANY),
    ("example.org/warp imports\n\tio/fs: malformed module path \"io/fs\": missing dot in first path element", "go-toolchain",
     "too-old", ANY, ANY),
    ("can't load package: package C: unknown import path \"C\": internal error: module loader did not resolve import",
     "go-toolchain", "module-missing", "C", ANY),
    # node-gyp prints what it looked at only where it found nothing.
    ("npm ERR! gyp ERR! find Python - \"py.exe\" is not in PATH or produced an error\nnpm ERR! gyp ERR! find Python", "build-tool",
     "program", "Python", ANY),
    ("You need to install the latest version of Python.\nNode-gyp should be able to find and use Python.", "build-tool", "program",
     "Python", ANY),
    ("gyp ERR! find VS checking VS2019 (16.11.34407.143) found at:\ngyp ERR! find VS \"C:\\VS\\2019\"\ngyp ERR! find VS - missing any "
     "VC++ toolset", "compiler-missing", "msvc", ANY, ANY),
    # conda
    ("ResolvePackageNotFound:\n  - libwarp==4.0.10=h648cc4a_1001\n  - turbo==0.3.6", "no-matching-wheel", "tags", "libwarp", ANY),
    ("NoPackagesFoundError: Package missing in current linux-64 channels: \n  - libwarp 2.0*", "no-matching-wheel", "tags",
     "libwarp", ANY),
    ("UnsatisfiableError: The following specifications were found to be in conflict:\n  - libwarp 1.6.0 r3.4.1_0\nUse \"conda info "
     "<package>\" to see the dependencies for each package.", "build-other", "conflict", ANY, ANY),
    ("UnsatisfiableError: The following specifications were found to be incompatible with each other:\n\nOutput in format: "
     "Requested package -> Available versions", "build-other", "conflict", None, ANY),
    ("Solving package specifications: ..\nError: Unsatisfiable package specifications.", "build-other", "conflict", None, ANY),
    ("Could not solve for environment specs\nThe following packages are incompatible", "build-other", "conflict", None, ANY),
    ("LibMambaUnsatisfiableError: Encountered problems while solving:\n  - package libwarp-1.0 requires turbo >=2, but none of the "
     "providers can be installed", "build-other", "conflict", ANY, ANY),
    # A command that gyp calls may end with 0: what it printed is what it fails by.
    ("./util/has_warp.sh: line 4: pkg-config: command not found\ngyp: Call to './util/has_warp.sh' returned exit status 0. while "
     "trying to load binding.gyp", "build-tool", "pkg-config", "pkg-config", ANY),
    ("gyp: Call to './util/has_warp.sh' returned exit status 0. while trying to load binding.gyp", "build-tool", "gyp-message",
     "./util/has_warp.sh", ANY),
    # gomobile, goreleaser, bazel
    ("gomobile: /opt/go/bin/gobind -lang=go,java -outdir=/tmp/work-6 ann/warp failed: exit status 1\nfailed to open Java support "
     "file: open /opt/src/mobile/bind/java/Warp.java: no such file or directory", "build-other", "input-missing", "Warp.java", ANY),
    ("flag provided but not defined: -w'\nusage: gomobile bind [-target android|ios] [-o output] [build flags] [package]",
     "build-other", ANY, "-w", ANY),
    ("release failed after 5.75s error=failed to build for darwin_arm64: exit status 2: # example.org/warp\nopen "
     "assets/warp.bin: no such file or directory", "build-other", "input-missing", "warp.bin", ANY),
    ("GoCompilePkg warp.a failed: (Exit 1): builder failed: error executing GoCompilePkg command\ncompilepkg: open "
     "bazel-out/x/warp.h: no such file or directory", "build-other", "input-missing", "warp.h", ANY),
    ("clang80: error: argument unused during compilation: '-stdlib=libwarp' [-Werror,-Wunused-command-line-argument]",
     "build-other", "compiler-flag", "-stdlib=libwarp", ANY),
    # Gems tell what to do before they end.
    ("checking for warp/go.h... no\n-----\nlibwarp is missing.  please visit http://example.org/warp for help with installing "
     "dependencies.\n-----\n*** extconf.rb failed ***", "header-missing", ANY, "libwarp", ANY),
    ("checking for warp/go.h... no\n-----\nThere is no warp here.\nAsk for it.\n-----\n*** extconf.rb failed ***",
     "header-missing", ANY, "go.h", ANY),
    ("Running 'configure' for libwarp 2.8.0... ERROR, review 'tmp/ports/libwarp/2.8.0/configure.log' to see what happened.\n*** "
     "extconf.rb failed ***", "build-other", ANY, "libwarp", ANY),
    ("libtool: install: /usr/bin/install -c ext/.libs/warp.so /opt/lib/warp.so\n/usr/bin/install: cannot stat 'ext/.libs/warp.so': "
     "No such file or directory", "build-other", "input-missing", "warp.so", ANY),
    ("Setup.hs: Missing dependency on a foreign library:\n- Missing header file: warp.h\n  This problem can usually be solved by "
     "installing the system package", "header-missing", ANY, "warp.h", ANY),
    ("  File \"/opt/python-wheels/CacheControl.whl/cachecontrol/serialize.py\", line 87, in dumps\n    ).encode(\"utf8\"),\n"
     "MemoryError", "memory-or-limit", ANY, ANY, ANY),
    ("Traceback (most recent call last):\n  File \"warp.py\", line 8, in <module>\nwarp.core.MemoryError: Unable to allocate 12.0 "
     "GiB for an array", "memory-or-limit", ANY, ANY, ANY),
    # clang-sys: what a loader said of the file goes before it.
    ("thread 'main' panicked at 'Unable to find libclang: \"the `libclang` shared library at /opt/llvm/libclang.so.7 could not "
     "be opened: libturboAST.so.7: cannot open shared object file: No such file or directory\"', /w/bindgen/src/lib.rs:1956:13",
     "missing-library", ANY, "libturboAST.so.7", ANY),
    ("error: failed to run custom build command for `warp-sys v1.0.0`\n  --- stderr\n  thread 'main' panicked at "
     "/w/clang-sys-1.7.0/src/lib.rs:1860:1:\n  a `libclang` shared library is not loaded on this thread",
     "build-tool", ANY, "libclang", ANY),
    ("RuntimeError: Cannot find cmake, ensure it is installed and in the path.\n  ERROR: Failed building wheel for warp",
     "build-tool", "program", "cmake", ANY),
    ("CMake must be installed to build the following extensions: warp", "build-tool", "program", "cmake", ANY),
    # gyp
    ("gyp: Call to 'node -e \"require('warp-api')\"' returned exit status 1 while in binding.gyp. while trying to load "
     "binding.gyp\ngyp ERR! configure error", "build-tool", "build-requirement", "warp-api", ANY),
    ("gyp: Call to 'sh find-warp.sh' returned exit status 2 while in binding.gyp. while trying to load binding.gyp\ngyp ERR! "
     "configure error", "build-tool", "gyp-message", "sh find-warp.sh", ANY),
    # Cython
    ("Error compiling Cython file:\n------------\n...\n    return isinstance(value, turbo)\n                             "
     "^\n------------\n\nsrc/warp/_go.pyx:10:33: undeclared name not builtin: turbo",
     "build-other", "source-error", "src/warp/_go.pyx", ANY),
    # mkmf
    ("Building native extensions.  This could take a while...\nchecking for warp/go.h... *** extconf.rb failed ***\nCould not "
     "create Makefile due to some reason", "header-missing", ANY, "go.h", ANY),
    ("checking for warp_go() in -lturbo... no\n*** extconf.rb failed ***\nCould not create Makefile due to some reason",
     "ld-library-not-found", ANY, "-lturbo", ANY),
    ("ERROR: Failed to build gem native extension.\n\n/usr/lib/ruby/core_ext/kernel_require.rb:55:in `require': cannot load "
     "such file -- warp/mkmf (LoadError)\n    from extconf.rb:28:in `<main>'\n\nextconf failed, exit code 1",
     "build-tool", "undeclared-build-requirement", "warp/mkmf", ANY),
    # uv
    ("error: Failed to download and build `warp==4.1.0`\n  Caused by: Failed to build: `warp==4.1.0`\n  Caused by: Build backend "
     "failed to determine extra requires with `build_wheel()` with exit status: 1\n--- stderr:\nTraceback (most recent call "
     "last):\n  File \"<string>\", line 8, in <module>\nModuleNotFoundError: No module named 'turbokit'",
     "build-tool", "undeclared-build-requirement", "turbokit", ANY),
    ("  × Failed to download and build `warp==1.9.2`\n  ├─▶ Failed to install requirements from `build-system.requires`\n  ├─▶ "
     "Failed to install build dependencies\n  ├─▶ Failed to install: turbokit-80.9.0-py3-none-any.whl (turbokit==80.9.0)\n  "
     "╰─▶ The wheel is invalid: Metadata field Name not found", "corrupt-file", ANY, "turbokit-80.9.0-py3-none-any.whl", ANY),
    # What the code of a build raises ends it, also where nobody says so.
    ("Traceback (most recent call last):\n  File \"<string>\", line 2, in <module>\n  File \"/w/warp/setup.py\", line 17, in "
     "turbo_version\n    out = run([folder + \"/bin/turbo\"])\nTypeError: unsupported operand type(s) for +: 'NoneType' and "
     "'str'", "build-tool", "setup-script", ANY, ANY),
    ("  File \"/w/vendored/mesonbuild/dependencies/turbo.py\", line 216, in __init__\n    if turbo.endswith('64'):\nAttributeError: "
     "'NoneType' object has no attribute 'endswith'", "build-tool", "setup-script", ANY, ANY),
    # A line as wide as a terminal, and no rest of it below.
    ("C:/TDM-GCC-64/bin/../lib/gcc/x86_64-w64-mingw32/10.3.0/../../../../x86_64-w64-mingw32/bin/ld.exe: cannot find -lturbo_eh\n"
     "collect2.exe: error: ld returned 1 exit status", "ld-library-not-found", ANY, "-lturbo_eh", ANY),
    # Go leaves out the ending .so of a plug-in, and no other one.
    ("plugin.Open(\"plugins/turbo\"): plugin was built with a different version of package example.org/warp", "go-toolchain",
     "plugin-package-version", "plugins/turbo.so", ANY),
    ("plugin.Open(\"plugins/turbo.so.1.0\"): plugin was built with a different version of package example.org/warp",
     "go-toolchain", "plugin-package-version", "plugins/turbo.so.1.0", ANY),
    ("panic: plugin was built with a different version of package example.org/warp/go", "go-toolchain", "plugin-package-version",
     "example.org/warp/go", ANY),
    # The last probe that failed is what the end is about.
    ("checking for gcc... gcc\nchecking for libturbo.so... not found\nconfigure: error: turbo is required",
     "ld-library-not-found", ANY, "-lturbo", ANY),
    ("checking for libwarp.so.2 ... not found\nchecking for -lturbo... not found\nconfigure: error: cannot continue",
     "ld-library-not-found", ANY, "-lturbo", ANY),
    ("error: [Errno 2] No such file or directory: 'g++'", "compiler-missing", "CXX", "g++", ANY),
    ("RuntimeError: Cannot install on Python version 3.13.0; only versions >=3.8,<3.13 are supported.",
     "no-matching-wheel", "python-version", ANY, ANY),
    ("RuntimeError: Python version >= 3.10 required.", "no-matching-wheel", "python-version", ANY, ANY),
    ("Invalid summary version 3, 1 expected\nclang: error: unable to execute command: Segmentation fault: 11\nclang: "
     "error: linker command failed due to signal (use -v to see invocation)",
     "ld-incompatible", "lto-version", ANY, ANY),
    ("clang: error: unable to execute command: Segmentation fault (core dumped)\nclang: error: clang frontend command "
     "failed due to signal (use -v to see invocation)",
     "build-other", "compiler-bug", ANY, ANY),
    ("/usr/bin/ld: a.out: no symbol version section for versioned symbol `warp_go@@WARP_2'\n/usr/bin/ld: final link "
     "failed", "ld-version", "version-node-missing", "a.out", "warp_go"),
    ("/opt/x/libturbo.a: 无法添加符号: 归档没有索引；运行 ranlib 以添加一个", "build-other", "archive-no-index",
     "/opt/x/libturbo.a", ANY),
    ("configure: error: in `/w/obj':\nconfigure: error: C compiler cannot create executables\nSee `config.log' for more "
     "details",
     "compiler-missing", "CC", "C", ANY),
    ("aarch64-none-elf-gcc: fatal error: cannot execute '/t/bin/../lib/gcc/aarch64-none-elf/14.2.0/as': posix_spawn: No "
     "such file or directory\ncompilation terminated.",
     "compiler-missing", "language", "/t/bin/../lib/gcc/aarch64-none-elf/14.2.0/as", ANY),
    ("# example.org/warp\nexec: \"warp-cc\": executable file not found in $PATH",
     "compiler-missing", "CC", "warp-cc", ANY),
    ("ld: error: undefined reference due to --no-allow-shlib-undefined: warp::go(int)\n>>> referenced by .libs/libturbo.so",
     "ld-undefined-reference", "shlib", ".libs/libturbo.so", "warp::go(int)"),
    ("ld: error: undefined reference: warp_go\n>>> referenced by ../lib/libturbo.so (disallowed by "
     "--no-allow-shlib-undefined)",
     "ld-undefined-reference", "shlib", "../lib/libturbo.so", "warp_go"),
    ("+ cd warp-1.0\n/var/tmp/rpm-tmp.q1w2e3: line 30: cd: warp-1.0: No such file or directory\nerror: Bad exit status "
     "from /var/tmp/rpm-tmp.q1w2e3 (%prep)",
     "build-other", "input-missing", "warp-1.0", ANY),
    ("build-aux/install-sh: warp.cfg does not exist.\nmake[2]: *** [Makefile:300: install-data] Error 1",
     "build-other", "input-missing", "warp.cfg", ANY),
    ("install: cannot stat 'warp.conf': No such file or directory\nmake: *** [Makefile:20: install] Error 1",
     "build-other", "input-missing", "warp.conf", ANY),
    ("Undefined symbol: _warp_go\n\nUndefined symbol: _warp_stop\n\nLinker command failed with exit code 1 (use -v to see "
     "invocation)",
     "ld-undefined-reference", "not-linked", ANY, "_warp_go"),
    ("CMake Error at C:/Program Files/CMake/share/cmake-3.30/Modules/CMakeDetermineCompilerId.cmake:676 (message):\n  No "
     "CUDA toolset found.\nCall Stack (most recent call first):",
     "compiler-missing", "language", "CUDA", ANY),
    ("CMake Error at CMakeLists.txt:3 (project):\n  Generator\n\n    Visual Studio 16 2019\n\n  could not find any "
     "instance of Visual Studio.\n",
     "compiler-missing", "msvc", "Visual Studio 16 2019", ANY),
    ("tar (child): zstd: Cannot exec: No such file or directory\ntar (child): Error is not recoverable: exiting now",
     "build-tool", "program", "zstd", ANY),
    ("wasm-ld: error: unknown file type: lib/warp.o\nemcc: error: '/e/wasm-ld -o a.wasm lib/warp.o' failed (returned 1)",
     "ld-incompatible", "not-an-object", "lib/warp.o", ANY),
    ("> Task :app:externalNativeBuildDebug FAILED\n> Expected output file at /w/obj/armeabi-v7a/libwarp.so for target "
     "warp but there was none",
     "build-other", "input-missing", "/w/obj/armeabi-v7a/libwarp.so", ANY),
    ("[CXX1410] /w/android_gradle_build.json debug|x86 : expected buildTargetsCommandComponents command 'ninja' to exist",
     "build-tool", "program", "ninja", ANY),
    ("meson.build:12:0: ERROR: Include dir third_party/warp does not exist.",
     "build-other", "input-missing", "third_party/warp", ANY),
    ("error: failed to run custom build command for `warp-sys v0.3.1`\n  --- stderr\n  thread 'main' panicked at "
     "/r/warp-sys-0.3.1/build.rs:41:9:\n  set WARP_DIR to where warp is",
     "build-tool", "setup-script", "/r/warp-sys-0.3.1/build.rs", ANY),
    ("1>warp.obj : error LNK2019: unresolved external symbol turbo_go referenced in function main",
     "ld-undefined-reference", "not-linked", "warp.obj", "turbo_go"),
    ("Error! Your kernel headers for kernel 6.1.0-9-warp cannot be found at /lib/modules/6.1.0-9-warp/build or "
     "/lib/modules/6.1.0-9-warp/source.",
     "header-missing", "not-installed", "6.1.0-9-warp", ANY),
    ("make[2]: *** /lib/modules/6.1.0-9-warp/build: Aucun fichier ou dossier de ce nom. Arrêt.\nmake[1]: *** [Makefile:5: "
     "all] Erreur 2",
     "header-missing", "not-installed", "/lib/modules/6.1.0-9-warp/build", ANY),
    ("make: *** Keine Regel vorhanden, um das Ziel „warp.c“, \n  benötigt von „warp.o“, zu erstellen.  Schluss.",
     "build-other", "input-missing", "warp.c", ANY),
    ("make: *** Aucune règle pour fabriquer la cible « warp.c », nécessaire pour « warp.o ». Arrêt.",
     "build-other", "input-missing", "warp.c", ANY),
    ("/usr/bin/ld: -r and -pie may not be used together\ncollect2: error: ld returned 1 exit status",
     "build-other", "linker-flag", "-r", ANY),
    ("error: unable to rename temporary '/w/out/warp-12ab.o.tmp' to output file '/w/out/warp.o': 'No such file or "
     "directory'\n1 error generated.",
     "build-other", "output-folder", "/w/out/warp.o", ANY),
    ("/w/shims/pkg-config: line 12: exec: /w/opt/bin/pkg-config: cannot execute: No such file or directory",
     "build-tool", "pkg-config", "/w/opt/bin/pkg-config", ANY),
    ("./configure: 812: Syntax error: word unexpected (expecting \")\")",
     "build-tool", "configure", "./configure", ANY),
    ("src/Makefile.am:3: error: library used but 'RANLIB' is undefined\nautoreconf: error: automake failed with exit "
     "status: 1",
     "build-tool", "configure", "RANLIB", ANY),
    ("nvcc fatal   : Compiler 'cl.exe' in PATH different than the one specified with -ccbin",
     "build-other", None, "cl.exe", ANY),
    ("warp.cu(12): error: identifier \"warp_go\" is undefined\n1 error detected in the compilation of \"warp.cu\".",
     "build-other", "source-error", "warp.cu", ANY),
    ("warp.f90(12): error #6404: This name does not have a type, and must have an explicit type.   [WARP_GO]",
     "build-other", "source-error", "warp.f90", ANY),
    ("/b/warp.swift:12:5: error: cannot find 'warpGo' in scope\nerror: fatalError",
     "build-other", "source-error", "/b/warp.swift", ANY),
    ("Warp.hs:12:1: error:\n    Variable not in scope: warpGo :: IO ()",
     "build-other", "source-error", "Warp.hs", ANY),
    ("src/Warp.hs:5:1: error:\n    Could not find module ‘Warp.Core’\n    It is a member of the hidden package ‘warp-1.0’.",
     "build-tool", "build-requirement", "Warp.Core", ANY),
    ("File \"warp.ml\", line 12, characters 2-9:\n12 |   Warp.go ()\n       ^^^^^^^\nError: Unbound module Warp",
     "build-other", "source-error", "warp.ml", ANY),
    ("warp.zig:12:9: error: use of undeclared identifier 'warpGo'",
     "build-other", "source-error", "warp.zig", ANY),
    ("warp.nim(12, 3) Error: undeclared identifier: 'warpGo'",
     "build-other", "source-error", "warp.nim", ANY),
    ("source/warp.d(12,3): Error: undefined identifier `warpGo`\nError /usr/bin/dmd failed with exit code 1.",
     "build-other", "source-error", "source/warp.d", ANY),
    ("warp.c:12:2: error: #error \"warp needs SSE\"\nmake: *** [warp.o] Error 1",
     "build-other", "source-error", "warp.c", ANY),
    ("warp.cpp(12): error C2065: 'warp_go': undeclared identifier",
     "build-other", "source-error", "warp.cpp", ANY),
    ("warp.s: Assembler messages:\nwarp.s:12: Error: unknown mnemonic `warp' -- `warp x0,x1'\nmake: *** [warp.o] Error 1",
     "build-other", "source-error", ANY, ANY),
    ("cc1: error: unrecognized command-line option ‘-mwarp’; did you mean ‘-mwarn’?",
     "build-other", "compiler-flag", "-mwarp", ANY),
    ("clang: error: unsupported option '-mwarp' for target 'arm64-apple-darwin22.1.0'",
     "build-other", "compiler-flag", "-mwarp", ANY),
    ("clang: error: the clang compiler does not support '-march=native'",
     "build-other", "compiler-flag", ANY, ANY),
    ("cc1plus: error: bad value (‘warpv9’) for ‘-march=’ switch",
     "build-other", "compiler-flag", ANY, ANY),
    ("g++: error: unrecognized argument to ‘-fsanitize=’ option: ‘warp’",
     "build-other", "compiler-flag", ANY, ANY),
    ("cl : Command line error D8021 : invalid numeric argument '/Warp'",
     "build-other", "compiler-flag", ANY, ANY),
    ("ifort: command line error: option '-warp' not supported",
     "build-other", "compiler-flag", ANY, ANY),
    ("error: invalid value 'c++29' in '-std=c++29'",
     "build-other", "compiler-flag", ANY, ANY),
    ("c++: error: unrecognized command-line option '-std=c++29'",
     "build-other", "compiler-flag", ANY, ANY),
    ("configure: error: C compiler cannot create executables\nSee `config.log' for more details",
     "compiler-missing", "CC", ANY, ANY),
    ("/bin/sh: 1: ifort: not found\nmake: *** [Makefile:3: warp.o] Error 127",
     "compiler-missing", "CC", "ifort", ANY),
    ("/bin/sh: mpicc: command not found\nmake: *** [warp.o] Error 127",
     "compiler-missing", "language", "mpicc", ANY),
    ("make: arm-none-eabi-gcc: No such file or directory\nmake: *** [Makefile:12: warp.o] Error 127",
     "compiler-missing", "CC", "arm-none-eabi-gcc", ANY),
    ("/bin/sh: riscv64-unknown-elf-gcc: command not found",
     "compiler-missing", "CC", "riscv64-unknown-elf-gcc", ANY),
    ("/bin/sh: 1: hipcc: not found\nmake: *** [warp.o] Error 127",
     "compiler-missing", "language", "hipcc", ANY),
    ("/bin/sh: emcc: command not found",
     "compiler-missing", "language", "emcc", ANY),
    ("make: swiftc: Command not found",
     "compiler-missing", "language", "swiftc", ANY),
    ("error occurred: Failed to find tool. Is `x86_64-linux-musl-gcc` installed?",
     "compiler-missing", "CC", "x86_64-linux-musl-gcc", ANY),
    ("'cl.exe' is not recognized as an internal or external command,\noperable program or batch file.",
     "compiler-missing", "CC", "cl.exe", ANY),
    ("CMake Error at CMakeLists.txt:3 (project):\n  No CMAKE_Fortran_COMPILER could be found.",
     "compiler-missing", "language", ANY, ANY),
    ("CMake Error at CMakeLists.txt:3 (enable_language):\n  No CMAKE_CUDA_COMPILER could be found.",
     "compiler-missing", "CC", ANY, ANY),
    ("error: Microsoft Visual C++ 14.0 or greater is required. Get it with \"Microsoft C++ Build Tools\"",
     "compiler-missing", "msvc", ANY, ANY),
    ("gyp ERR! find VS You need to install the latest version of Visual Studio\ngyp ERR! find VS including the \"Desktop "
     "development with C++\" workload.",
     "compiler-missing", "msvc", ANY, ANY),
    ("error: linker `link.exe` not found\n  |\n  = note: program not found",
     "compiler-missing", "linker", ANY, ANY),
    ("error[E0463]: can't find crate for `core`\n  |\n  = note: the `thumbv7m-none-eabi` target may not be installed",
     "compiler-missing", "rust-target", ANY, ANY),
    ("error: toolchain 'nightly-x86_64-unknown-linux-gnu' is not installed",
     "compiler-missing", "language", ANY, ANY),
    ("error: rustup could not choose a version of cargo to run, because one wasn't specified explicitly, and no default "
     "is configured.",
     "compiler-missing", "language", ANY, ANY),
    ("error: package `warp v1.2.0` cannot be built because it requires rustc 1.80 or newer, while the currently active "
     "rustc version is 1.70.0",
     "build-tool", "rust-version", ANY, ANY),
    ("error: rustc 1.60.0 is not supported by the following package:\n  warp@1.2.0 requires rustc 1.70",
     "build-tool", "rust-version", ANY, ANY),
    ("error: failed to parse manifest at `/b/Cargo.toml`\n\nCaused by:\n  feature `edition2024` is required",
     "build-tool", "rust-version", ANY, ANY),
    ("error: failed to parse lock file at: /b/Cargo.lock\n\nCaused by:\n  lock file version 4 requires "
     "`-Znext-lockfile-bump`",
     "build-tool", "rust-version", ANY, ANY),
    ("error: no matching package named `warp` found\nlocation searched: registry `crates-io`\nrequired by package `app "
     "v0.1.0 (/b)`",
     "build-tool", "build-requirement", "warp", ANY),
    ("error: failed to select a version for the requirement `warp = \"^9\"`\ncandidate versions found which didn't match: "
     "1.0.0",
     "build-tool", "build-requirement", "warp", ANY),
    ("error: failed to get `warp` as a dependency of package `app v0.1.0 (/b)`\n\nCaused by:\n  failed to fetch "
     "`https://github.com/x/warp`",
     "build-tool", "download", ANY, ANY),
    ("thread 'main' panicked at 'Unable to find libclang: \"couldn't find any valid shared libraries matching: "
     "['libclang.so', 'libclang-*.so']\"'",
     "build-tool", None, "libclang", ANY),
    ("  called `Result::unwrap()` on an `Err` value: \"couldn't find any valid shared libraries matching: ['libclang.so', 'libclang-*.so'], "
     "set the `LIBCLANG_PATH` environment variable to a path where one of these files can be found (invalid: [])\"",
     "build-tool", None, "libclang.so", ANY),
    ("error: No suitable version of LLVM was found system-wide or pointed\n              to by LLVM_SYS_231_PREFIX.",
     "build-tool", None, "LLVM", ANY),
    ("CMake Error at warp-prefix/src/warp-stamp/download-warp.cmake:170 (message):\n  Each download failed!\n\n    error: downloading "
     "'https://example.org/warp-1.2.zip' failed\n          status_code: 6\n          status_string: \"Couldn't resolve host name\"",
     "build-tool", "download", "https://example.org/warp-1.2.zip", ANY),
    ("subprojects/warp.wrap: WrapException: could not get https://example.org/warp-1.2.tar.gz is the internet available?",
     "build-tool", "download", "https://example.org/warp-1.2.tar.gz", ANY),
    ("Cloning into 'warp'...\nfatal: unable to access 'https://example.org/warp.git/': Could not resolve host: example.org\n"
     "make: *** [Makefile:9: warp] Error 128", "build-tool", "download", "https://example.org/warp.git/", ANY),
    ("gyp ERR! stack FetchError: request to https://example.org/download/v20.1.0/node-v20.1.0-headers.tar.gz failed, reason: "
     "getaddrinfo ENOTFOUND example.org\ngyp ERR! node -v v20.1.0\ngyp ERR! node-gyp -v v9.3.1\ngyp ERR! not ok", "build-tool", "download",
     "https://example.org/download/v20.1.0/node-v20.1.0-headers.tar.gz", ANY),
    ("    urllib.error.URLError: <urlopen error [Errno -2] Name or service not known>\n  error: subprocess-exited-with-error",
     "build-tool", "download", ANY, ANY),
    ("Error: Custom { kind: NotFound, error: \"Could not find `protoc`. If `protoc` is installed, try setting the "
     "`PROTOC` environment variable\" }",
     "build-tool", "program", "protoc", ANY),
    ("thread 'main' panicked at /root/.cargo/registry/src/cmake-0.1.50/src/lib.rs:1098:5:\n\nfailed to execute command: "
     "No such file or directory (os error 2)\nis `cmake` not installed?",
     "build-tool", "program", "cmake", ANY),
    ("/bin/sh: 1: perl: not found\nmake: *** [warp] Error 127",
     "build-tool", "program", "perl", ANY),
    ("CMake Error at CMakeLists.txt:7 (message):\n  nasm not found",
     "build-tool", "cmake-message", "nasm", ANY),
    ("/bin/sh: bison: command not found",
     "build-tool", "program", "bison", ANY),
    ("CMake Error: CMake was unable to find a build program corresponding to \"Ninja\".  CMAKE_MAKE_PROGRAM is not set.",
     "build-tool", "program", "ninja", ANY),
    ("configure: error: gawk not found, please install it",
     "build-tool", "configure", "gawk", ANY),
    ("/b/missing: line 81: aclocal-1.16: command not found\nWARNING: 'aclocal-1.16' is missing on your system.",
     "build-tool", "program", "aclocal-1.16", ANY),
    ("autoreconf: error: libtoolize failed with exit status: 1\nCan't exec \"libtoolize\": No such file or directory at "
     "/usr/share/autoconf/Autom4te/FileUtils.pm line 293.",
     "build-tool", "program", "libtoolize", ANY),
    ("Makefile.am:5: error: Libtool library used but 'LIBTOOL' is undefined\nMakefile.am:5:   The usual way to define "
     "'LIBTOOL' is to add 'LT_INIT'",
     "build-tool", "configure", "LIBTOOL", ANY),
    ("configure.ac:12: error: possibly undefined macro: AM_PATH_WARP",
     "build-tool", "configure", "AM_PATH_WARP", ANY),
    ("configure.ac:5: error: Autoconf version 2.71 or higher is required",
     "build-tool", "configure", ANY, ANY),
    ("configure: error: Package requirements (warp >= 2.0) were not met:\n\nNo package 'warp' found",
     "pkg-config", "package-not-found", ANY, ANY),
    ("configure: error: pkg-config not found",
     "build-tool", "pkg-config", "pkg-config", ANY),
    ("make: pkg-config: No such file or directory",
     "build-tool", "pkg-config", "pkg-config", ANY),
    ("/bin/sh: 1: pkg-config: not found\nmake: *** [all] Error 1",
     "build-tool", "pkg-config", "pkg-config", ANY),
    ("error: Could not run `PKG_CONFIG_ALLOW_SYSTEM_LIBS=\"1\" \"pkg-config\" \"--libs\" \"warp\"`\nThe pkg-config "
     "command could not be found.",
     "build-tool", "pkg-config", "pkg-config", ANY),
    ("Package warp was not found in the pkg-config search path.\nPerhaps you should add the directory containing "
     "`warp.pc'\nto the PKG_CONFIG_PATH environment variable\nNo package 'warp' found",
     "pkg-config", "package-not-found", "warp.pc", ANY),
    ("# pkg-config --cflags -- warp\nPackage warp was not found in the pkg-config search path.\nPerhaps you should add "
     "the directory containing `warp.pc'\npkg-config: exit status 1",
     "pkg-config", "package-not-found", "warp.pc", ANY),
    ("CMake Error at /usr/share/cmake/Modules/FindPkgConfig.cmake:607 (message):\n  The following required packages were "
     "not found:\n\n   - warp>=2.0",
     "pkg-config", "package-not-found", "warp", ANY),
    ("CMake Error at /usr/share/cmake/Modules/FindPackageHandleStandardArgs.cmake:230 (message):\n  Could NOT find Warp "
     "(missing: WARP_LIBRARY WARP_INCLUDE_DIR)",
     "build-tool", "cmake-package", "Warp", ANY),
    ("CMake Error at CMakeLists.txt:5 (find_package):\n  Could not find a package configuration file provided by \"Warp\" "
     "(requested\n  version 3) with any of the following names:\n\n    WarpConfig.cmake",
     "build-tool", "cmake-package", "Warp", ANY),
    ("CMake Error at CMakeLists.txt:5 (find_package):\n  Found package configuration file:\n\n    "
     "/usr/lib/cmake/Warp/WarpConfig.cmake\n\n  but it set Warp_FOUND to FALSE so package \"Warp\" is considered to be "
     "NOT\n  FOUND.",
     "build-tool", "cmake-package", "Warp", ANY),
    ("CMake Error: Could not create named generator Warp Makefiles",
     "build-tool", "cmake-message", ANY, ANY),
    ("CMake Error at CMakeLists.txt:5 (add_subdirectory):\n  The source directory\n\n    /b/external/warp\n\n  does not "
     "contain a CMakeLists.txt file.",
     "build-tool", "cmake-message", ANY, ANY),
    ("CMake Error at CMakeLists.txt:5 (add_subdirectory):\n  add_subdirectory given source \"external/warp\" which is not "
     "an existing\n  directory.",
     "build-other", "input-missing", "external/warp", ANY),
    ("CMake Error at CMakeLists.txt:9 (target_link_libraries):\n  Cannot specify link libraries for target \"warp\" which "
     "is not built by this project.",
     "build-tool", "cmake-message", ANY, ANY),
    ("CMake Error: The following variables are used in this project, but they are set to NOTFOUND.\nPlease set them or "
     "make sure they are set and tested correctly in the CMake files:\nWARP_LIB\n    linked by target \"app\" in "
     "directory /b",
     "build-tool", "cmake-notfound", ANY, ANY),
    ("CMake Error at CMakeLists.txt:1 (cmake_minimum_required):\n  CMake 3.28 or higher is required.  You are running "
     "version 3.16.3",
     "build-tool", "cmake-version", ANY, ANY),
    ("ERROR: Could not detect Ninja v1.8.2 or newer",
     "build-tool", "program", "ninja", ANY),
    ("meson.build:12:7: ERROR: Dependency \"warp\" not found, tried pkgconfig",
     "pkg-config", "package-not-found", "warp", ANY),
    ("meson.build:12:7: ERROR: Program 'warpc' not found or not executable",
     "build-tool", "program", "warpc", ANY),
    ("meson.build:12:7: ERROR: C shared or static library 'warp' not found",
     "ld-library-not-found", None, "-lwarp", ANY),
    ("meson.build:1:0: ERROR: Meson version is 0.53.2 but project requires >= 0.60.0",
     "build-tool", "program", ANY, ANY),
    ("meson.build:4:0: ERROR: Unknown options: \"warp\"",
     "build-tool", "meson-message", ANY, ANY),
    ("ninja: error: build.ninja:12: multiple rules generate warp.o",
     "build-other", None, ANY, ANY),
    ("ninja: error: dependency cycle: a -> b -> a",
     "build-other", None, ANY, ANY),
    ("Makefile:12: *** missing separator.  Stop.",
     "build-other", "source-error", ANY, ANY),
    ("Makefile:12: *** Warp SDK not set.  Stop.",
     "build-tool", "makefile-message", ANY, ANY),
    ("make: *** No rule to make target 'warp.c', needed by 'warp.o'.  Stop.",
     "build-other", "input-missing", "warp.c", ANY),
    ("make[1]: *** No rule to make target 'install'.  Stop.",
     "build-other", "input-missing", ANY, ANY),
    ("ERROR: /b/BUILD:5:1: //:warp: missing input file '//:warp.c'\nERROR: Build did NOT complete successfully",
     "build-other", "input-missing", ANY, ANY),
    ("ERROR: /b/BUILD:5:1: no such target '//lib:warp': target 'warp' not declared in package 'lib'",
     "build-tool", "bazel-package", ANY, ANY),
    ("ERROR: Error computing the main repository mapping: module not found in registries: warp@1.0",
     "build-tool", "bazel-package", ANY, ANY),
    ("/b/warp.c:3:10: fatal error: 'warp.h' file not found\n#include \"warp.h\"\n         ^~~~~~~~\n1 error generated.",
     "header-missing", None, "warp.h", ANY),
    ("warp.cu:3:10: fatal error: warp.h: No such file or directory\ncompilation terminated.",
     "header-missing", None, "warp.h", ANY),
    ("torch/cuda.cpp:2:10: fatal error: cuda_runtime.h: No such file or directory",
     "header-missing", None, "cuda_runtime.h", ANY),
    ("warp.f90:2:7:\n\n    2 |   use warp\n      |       1\nFatal Error: Cannot open module file ‘warp.mod’ for reading "
     "at (1): No such file or directory",
     "header-missing", None, "warp.mod", ANY),
    ("cgo: C compiler: warp.go:5:11: fatal error: warp.h: No such file or directory",
     "header-missing", None, "warp.h", ANY),
    ("ERROR:root:code for hash md5 was not found.\nconfigure: error: warp.h not found",
     "header-missing", None, "warp.h", ANY),
    ("error: command 'gcc' failed with exit status 1\nwarp.c:1:10: fatal error: Python.h: No such file or directory",
     "header-missing", "python-dev", "Python.h", ANY),
    ("ERROR: Kernel configuration is invalid.\n         include/generated/autoconf.h or include/config/auto.conf are "
     "missing.\n         Run 'make oldconfig && make prepare' on kernel src to fix it.",
     "header-missing", "not-installed", ANY, ANY),
    ("make[1]: *** /lib/modules/6.1.0-18-amd64/build: No such file or directory.  Stop.",
     "header-missing", "not-installed", ANY, ANY),
    ("ERROR: \"warp_go\" [/b/warp.ko] undefined!",
     "ld-undefined-reference", None, ANY, "warp_go"),
    ("nvlink error   : Undefined reference to 'warp_go' in 'warp.o'",
     "ld-undefined-reference", None, ANY, "warp_go"),
    ("warp.obj : error LNK2001: unresolved external symbol __imp_warp_go\nwarp.dll : fatal error LNK1120: 1 unresolved "
     "externals",
     "ld-undefined-reference", "dllimport", ANY, "__imp_warp_go"),
    ("lld-link: error: undefined symbol: warp_go\n>>> referenced by main.obj:(main)",
     "ld-undefined-reference", "not-linked", ANY, "warp_go"),
    ("Undefined symbols for architecture x86_64:\n  \"_OBJC_CLASS_$_Warp\", referenced from:\n      objc-class-ref in "
     "AppDelegate.o\nld: symbol(s) not found for architecture x86_64",
     "ld-undefined-reference", "not-linked", ANY, "_OBJC_CLASS_$_Warp"),
    ("ld: library 'warp' not found\nclang: error: linker command failed with exit code 1 (use -v to see invocation)",
     "ld-library-not-found", None, "-lwarp", ANY),
    ("ld: framework 'Warp' not found\nclang: error: linker command failed with exit code 1",
     "ld-library-not-found", "framework", "Warp", ANY),
    ("ld: library not found for -lwarp",
     "ld-library-not-found", None, "-lwarp", ANY),
    ("LINK : fatal error LNK1104: cannot open file 'warp.lib'",
     "ld-library-not-found", None, "warp.lib", ANY),
    ("ld.lld: error: unable to find library -lwarp",
     "ld-library-not-found", None, "-lwarp", ANY),
    ("mold: fatal: library not found: warp",
     "ld-library-not-found", None, "-lwarp", ANY),
    ("wild: error: Couldn't find library `warp` on library search path",
     "ld-library-not-found", None, "-lwarp", ANY),
    ("ld: warning: ignoring file libwarp.a, building for macOS-arm64 but attempting to link with file built for "
     "macOS-x86_64\nUndefined symbols for architecture arm64:\n  \"_warp\", referenced from:\n      _main in main.o\nld: "
     "symbol(s) not found for architecture arm64",
     "ld-incompatible", "other-arch", ANY, ANY),
    ("fatal error LNK1112: module machine type 'x86' conflicts with target machine type 'x64'",
     "ld-incompatible", "other-arch", ANY, ANY),
    ("warp.lib(warp.obj) : error LNK2038: mismatch detected for 'RuntimeLibrary': value 'MT_StaticRelease' doesn't match "
     "value 'MD_DynamicRelease' in main.obj",
     "ld-incompatible", "runtime-mismatch", ANY, ANY),
    ("warp.lib : fatal error LNK1107: invalid or corrupt file: cannot read at 0x2C8",
     "ld-incompatible", "not-an-object", ANY, ANY),
    ("warp.obj : fatal error LNK1136: invalid or corrupt file",
     "ld-incompatible", "not-an-object", ANY, ANY),
    ("ld.lld: error: libwarp.a(warp.o) is incompatible with elf64-x86-64",
     "ld-incompatible", "other-arch", ANY, ANY),
    ("ld.lld: error: warp.o: Opaque pointers are only supported in -opaque-pointers mode (Producer: 'LLVM15' Reader: "
     "'LLVM 14')",
     "ld-incompatible", "lto-version", ANY, ANY),
    ("LLVM ERROR: Invalid bitcode file!\nclang: error: linker command failed",
     "ld-incompatible", "lto-version", ANY, ANY),
    ("ld.lld: error: relocation R_X86_64_32 cannot be used against symbol 'warp'; recompile with -fPIC\n>>> defined in "
     "warp.o",
     "ld-not-pic", None, ANY, ANY),
    ("/usr/bin/ld: warp.o: relocation R_X86_64_TPOFF32 against `warp' can not be used when making a shared object; "
     "recompile with -fPIC",
     "ld-not-pic", None, ANY, ANY),
    ("c++: fatal error: Killed signal terminated program cc1plus\ncompilation terminated.",
     "out-of-memory", "compiler", ANY, ANY),
    ("LLVM ERROR: out of memory\nAllocation failed",
     "out-of-memory", "compiler", ANY, ANY),
    ("cc1plus.exe: out of memory allocating 65536 bytes",
     "out-of-memory", "compiler", ANY, ANY),
    ("fatal error C1060: compiler is out of heap space",
     "out-of-memory", "compiler", ANY, ANY),
    ("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
     "out-of-memory", "compiler", ANY, ANY),
    ("The Gradle daemon has disappeared unexpectedly (it may have been killed or may have crashed)",
     "out-of-memory", "compiler", ANY, ANY),
    ("/usr/bin/ld: final link failed: No space left on device",
     "build-other", "disk-full", ANY, ANY),
    ("fatal error: error writing to /tmp/cc.s: No space left on device",
     "build-other", "disk-full", ANY, ANY),
    ("tar: warp: Cannot write: No space left on device",
     "build-other", "disk-full", ANY, ANY),
    ("ERROR: Could not find a version that satisfies the requirement warp==9.9 (from versions: 1.0)\nERROR: No matching "
     "distribution found for warp==9.9",
     "no-matching-wheel", "tags", "warp", ANY),
    ("ERROR: Package 'warp' requires a different Python: 3.12.1 not in '<3.12,>=3.8'",
     "no-matching-wheel", "python-version", "warp", ANY),
    ("ModuleNotFoundError: No module named 'setuptools'\nerror: subprocess-exited-with-error",
     "build-tool", "undeclared-build-requirement", "setuptools", ANY),
    ("AttributeError: module 'pkgutil' has no attribute 'ImpImporter'. Did you mean: 'zipimporter'?\nerror: "
     "subprocess-exited-with-error",
     "build-tool", "setuptools-version", ANY, ANY),
    ("AttributeError: cython_sources\nerror: subprocess-exited-with-error\nGetting requirements to build wheel did not "
     "run successfully.",
     "build-tool", "setup-script", ANY, ANY),
    ("ERROR: Disabling PEP 517 processing is invalid: project specifies a build backend of warp in pyproject.toml",
     "build-tool", "backend", ANY, ANY),
    ("error: Multiple top-level packages discovered in a flat-layout: ['warp', 'docs'].\nerror: "
     "subprocess-exited-with-error",
     "build-other", None, ANY, ANY),
    ("configuration error: `project.license` must be valid exactly by one definition\nerror: subprocess-exited-with-error",
     "build-other", None, ANY, ANY),
    ("FileNotFoundError: [Errno 2] No such file or directory: 'requirements.txt'\nerror: subprocess-exited-with-error\n"
     "Getting requirements to build wheel did not run successfully.",
     "build-other", "input-missing", ANY, ANY),
    ("    LookupError: setuptools-scm was unable to detect version for /b/warp.\nerror: subprocess-exited-with-error\n"
     "Preparing metadata (pyproject.toml) did not run successfully.",
     "build-tool", "setup-script", ANY, ANY),
    ("npm ERR! prebuild-install WARN install No prebuilt binaries found (target=20.1.0 runtime=node arch=x64 libc= "
     "platform=linux)\nnpm ERR! gyp ERR! find Python Python is not set from command line or npm configuration\nnpm ERR! "
     "gyp ERR! stack Error: Could not find any Python installation to use",
     "build-tool", "program", ANY, ANY),
    ("* What went wrong:\nExecution failed for task ':app:configureCMakeDebug[arm64-v8a]'.\n> NDK not configured. "
     "Download it with SDK manager.",
     "compiler-missing", "cross", ANY, ANY),
    ("> [CXX1101] NDK at /sdk/ndk/25.1 did not have a source.properties file",
     "compiler-missing", "cross", ANY, ANY),
    ("> [CXX1300] CMake '3.22.1' was not found in SDK, PATH, or by cmake.dir property.",
     "build-tool", "program", ANY, ANY),
    ("> [CXX1416] Could not find Ninja on PATH or in SDK CMake bin folders.",
     "build-tool", "program", ANY, ANY),
    ("> Could not resolve all files for configuration ':app:debugCompileClasspath'.\n   > Could not find "
     "com.warp:warp:1.0.",
     "build-tool", "build-requirement", ANY, ANY),
    ("The Swift package could not be resolved\nxcodebuild: error: Could not resolve package dependencies:\n  Failed to "
     "clone repository https://github.com/x/warp",
     "build-tool", "download", ANY, ANY),
    ("error: Signing for \"Warp\" requires a development team. Select a development team in the Signing & Capabilities "
     "editor. (in target 'Warp' from project 'Warp')",
     "build-other", None, ANY, ANY),
    ("error: Cycle inside Warp; building could produce unreliable results.",
     "build-other", None, ANY, ANY),
    (" => ERROR [3/5] COPY warp.txt /app/\nERROR: failed to solve: failed to compute cache key: failed to calculate "
     "checksum of ref abc: \"/warp.txt\": not found",
     "build-other", "input-missing", ANY, ANY),
    ("ERROR: failed to solve: warp:latest: failed to resolve source metadata for docker.io/library/warp:latest: not found",
     "build-tool", "download", ANY, ANY),
    ("error: undefined variable 'warp'\n\n       at /b/default.nix:12:5:",
     "build-tool", None, "warp", ANY),
    ("ERROR: Nothing PROVIDES 'warp' (but /b/app.bb DEPENDS on or otherwise requires it)",
     "build-tool", "build-requirement", ANY, ANY),
    ("*** Dependency: warp not found\nERROR: dependency ‘warp’ is not available for package ‘app’\n* removing "
     "‘/usr/lib/R/app’",
     "build-tool", "build-requirement", "warp", ANY),
    ("Configuration failed because libwarp was not found. Try installing:\n * deb: libwarp-dev (Debian, Ubuntu, etc)\n"
     "ERROR: configuration failed for package ‘warp’",
     "pkg-config", "package-not-found", "libwarp.pc", ANY),
    ("go: go.mod requires go >= 1.22 (running go 1.19; GOTOOLCHAIN=local)",
     "go-toolchain", "too-old", ANY, ANY),
    ("main.go:5:2: no required module provides package example.org/warp; to add it:\n\tgo get example.org/warp",
     "go-toolchain", "module-missing", ANY, ANY),
    ("main.go:4:2: package warp is not in std (/usr/local/go/src/warp)",
     "go-toolchain", "module-missing", ANY, ANY),
]
