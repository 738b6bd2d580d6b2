"""What linkers, compilers, Go and build tools print -> what is wrong. Texts are written for this table, in the words of the
programs; where a program is here, test_build_tools.py runs it instead.

Each: (text, cause, detail, object, symbol). ANY: not told by the text, or of no matter.
"""
from builder_texts import ANY, BUILDERS

GNU_LD = [
    ("/usr/bin/ld: cannot find -lgeo: No such file or directory\ncollect2: error: ld returned 1 exit status",
     "ld-library-not-found", None, "-lgeo", ANY),
    ("/usr/lib/gcc/x86_64-redhat-linux/8/../../../../bin/ld: cannot find -lxkbfile", "ld-library-not-found", None, "-lxkbfile", ANY),
    ("ld.exe: cannot find -lopengl32ss\ncollect2.exe: error: ld returned 1 exit status", "ld-library-not-found", None,
     "-lopengl32ss", ANY),
    ("c:/mingw/bin/../lib/gcc/mingw32/9.2.0/../../../../mingw32/bin/ld.exe: cannot find -lglew32: No such file or directory",
     "ld-library-not-found", None, "-lglew32", ANY),
    ("/usr/bin/ld: cannot find -l:libturbo.so.3: No such file or directory", "ld-library-not-found", None, "-l:libturbo.so.3", ANY),
    ("/usr/bin/ld: cannot find -lTurbo::Core: No such file or directory", "ld-library-not-found", "name-variant",
     "-lTurbo::Core", ANY),
    ("ld: cannot find -llibturbo: No such file or directory", "ld-library-not-found", "name-variant", "-llibturbo", ANY),
    ("/usr/bin/ld: cannot find crt1.o: No such file or directory\n/usr/bin/ld: cannot find crti.o: No such file or directory\n"
     "collect2: error: ld returned 1 exit status", "ld-library-not-found", "multilib", "crt1.o", ANY),
    ("/usr/bin/ld: skipping incompatible /opt/x/lib/libturbo.so when searching for -lturbo\n"
     "/usr/bin/ld: skipping incompatible /opt/x/lib/libturbo.a when searching for -lturbo\n"
     "/usr/bin/ld: cannot find -lturbo\ncollect2: error: ld returned 1 exit status",
     "ld-incompatible", "other-arch", "/opt/x/lib/libturbo.so", ANY),
    # Skipped, and found elsewhere: it is not why the link fails.
    ("/usr/bin/ld: skipping incompatible /usr/lib32/libturbo.so when searching for -lturbo\n"
     "/usr/bin/ld: main.o: in function `main':\nmain.c:(.text+0x5): undefined reference to `warp_start'\n"
     "collect2: error: ld returned 1 exit status", "ld-undefined-reference", None, "main.o", "warp_start"),
    ("/usr/bin/ld: i386:x86-64 architecture of input file `build/warp.o' is incompatible with i386 output",
     "ld-incompatible", "other-arch", "build/warp.o", ANY),
    ("/usr/bin/ld: warp.o: Relocations in generic ELF (EM: 243)\n/usr/bin/ld: warp.o: error adding symbols: file in wrong format",
     "ld-incompatible", "other-arch", "warp.o", ANY),
    ("./lib/libwarp.a: could not read symbols: File in wrong format", "ld-incompatible", "other-arch", "libwarp.a", ANY),
    ("arm-linux-gnueabihf-ld: error: warp.o uses VFP register arguments, a.out does not\n"
     "arm-linux-gnueabihf-ld: failed to merge target specific data of file warp.o", "ld-incompatible", "machine-flags", "warp.o", ANY),
    ("/usr/bin/ld:libs/libwarp.so: file format not recognized; treating as linker script\n/usr/bin/ld:libs/libwarp.so:1: syntax error",
     "ld-incompatible", "not-an-object", "libs/libwarp.so", ANY),
    ("libs/libwarp.a: file not recognized: file truncated\ncollect2: error: ld returned 1 exit status",
     "ld-incompatible", "truncated", "libs/libwarp.a", ANY),
    ("warp.o: file not recognized: File format not recognized", "ld-incompatible", "not-an-object", "warp.o", ANY),
    ("/usr/bin/ld: cannot use executable file 'bin/warpd' as input to a link", "ld-incompatible", "executable-input", "bin/warpd", ANY),
    ("/usr/bin/ld: warp_tls: TLS definition in b.o section .tbss mismatches non-TLS reference in a.o", "ld-incompatible",
     "tls-mismatch", "b.o", "warp_tls"),
    ("/usr/bin/ld: obj/warp.o: plugin needed to handle lto object", "ld-incompatible", "lto-plugin", "obj/warp.o", ANY),
    ("ld: libwarp.a: error adding symbols: archive has no index; run ranlib to add one", "build-other", "archive-no-index",
     "libwarp.a", ANY),
    ("/usr/bin/ld: libwarp.a(warp.o): relocation R_X86_64_32 against `.rodata.str1.1' can not be used when making a shared object; "
     "recompile with -fPIC\n/usr/bin/ld: final link failed: bad value", "ld-not-pic", None, "libwarp.a(warp.o)", ANY),
    ("/usr/bin/ld: src/warp.o: relocation R_X86_64_PC32 against symbol `warp_now' can not be used when making a shared object; recompile "
     "with -fPIC", "ld-not-pic", None, "src/warp.o", "warp_now"),
    ("/usr/bin/ld: warp.o: relocation R_AARCH64_ADR_PREL_PG_HI21 against symbol `stderr@@GLIBC_2.17' which may bind externally can not be "
     "used when making a shared object; recompile with -fPIC", "ld-not-pic", None, "warp.o", "stderr"),
    ("/usr/bin/ld: warp.o: warning: relocation in read-only section `.text'\n"
     "/usr/bin/ld: read-only segment has dynamic relocations", "ld-not-pic", "textrel", ANY, ANY),
    ("warp.c:(.text+0x7): relocation truncated to fit: R_X86_64_PC32 against symbol `huge_table' defined in .bss section in warp.o",
     "build-other", "code-model", ANY, "huge_table"),
    ("/usr/bin/ld: warning: libcore.so.2, needed by ./libwarp.so, not found (try using -rpath or -rpath-link)\n"
     "/usr/bin/ld: ./libwarp.so: undefined reference to `core_init'\ncollect2: error: ld returned 1 exit status",
     "ld-library-not-found", "needed-by-dso", "libcore.so.2", ANY),
    ("/usr/bin/ld: ./libwarp.so: undefined reference to `core_init'", "ld-undefined-reference", "shlib", "libwarp.so", "core_init"),
    ("/usr/bin/ld: /opt/lib/libwarp.so: undefined reference to `memcpy@GLIBC_2.34'", "ld-version", "version-skew", ANY, "memcpy"),
    ("/usr/bin/ld: ui.o: undefined reference to symbol 'tputs@@NCURSES6_TINFO_5.0.19991023'\n"
     "/usr/bin/ld: /lib/x86_64-linux-gnu/libtinfo.so.6: error adding symbols: DSO missing from command line",
     "ld-dso-missing", None, "libtinfo.so.6", "tputs"),
    ("/usr/bin/ld: ui.o: undefined reference to symbol 'ui_draw'\n/usr/bin/ld: note: 'ui_draw' is defined in DSO /usr/lib/libui.so.3 so try "
     "adding it to the linker command line\n/usr/lib/libui.so.3: could not read symbols: Invalid operation",
     "ld-dso-missing", None, "libui.so.3", "ui_draw"),
    ("/usr/bin/ld: prog: hidden symbol `warp_free' in libwarp.a(free.o) is referenced by DSO\n/usr/bin/ld: final link failed: bad value",
     "ld-hidden-symbol", "referenced-by-dso", "libwarp.a(free.o)", "warp_free"),
    ("/usr/bin/ld: a.out: hidden symbol `warp_key' isn't defined", "ld-hidden-symbol", "declared-hidden", ANY, "warp_key"),
    ("/usr/bin/ld: warp.o: version node not found for symbol warp_go@@WARP_3.0", "ld-version", "version-node-missing", "warp.o", ANY),
    ("/usr/bin/ld: b.o: in function `warp_go':\nb.c:(.text+0x0): multiple definition of `warp_go'; a.o:a.c:(.text+0x0): first defined here",
     "ld-multiple-definition", "function", "b.o", "warp_go"),
    ("b.o:(.data+0x0): multiple definition of `warp_level'\na.o:(.data+0x0): first defined here", "ld-multiple-definition", "variable",
     "b.o", "warp_level"),
    ("ld: net.o:/b/src/warp.h:12: multiple definition of `warp_flags'; ui.o:/b/src/warp.h:12: first defined here",
     "ld-multiple-definition", "header-definition", "net.o", "warp_flags"),
    ("/usr/bin/ld: /tmp/cc1AbCd9.o: in function `start_all':\nall.c:(.text+0x1a): undefined reference to `warp_begin'\n"
     "/usr/bin/ld: all.c:(.text+0x2b): undefined reference to `warp_end'", "ld-undefined-reference", None, "all.c", "warp_begin"),
    ("main.c:23: undefined reference to `warp_begin'", "ld-undefined-reference", None, "main.c", "warp_begin"),
    ("main.cpp:(.text+0x21): undefined reference to `Warp::Engine::start(int, std::string const&)'", "ld-undefined-reference", None,
     "main.cpp", "Warp::Engine::start(int, std::string const&)"),
    ("engine.o: In function `Warp::Warp()':\nengine.cpp:(.text+0x15): undefined reference to `vtable for Warp'\n"
     "collect2: ld returned 1 exit status", "ld-undefined-reference", "vtable", "engine.o", "vtable for Warp"),
    ("/usr/lib/gcc/x86_64-linux-gnu/9/../../../x86_64-linux-gnu/Scrt1.o: in function `_start':\n(.text+0x24): undefined reference to `main'",
     "ld-undefined-reference", "no-main", ANY, "main"),
    ("C:/msys64/mingw64/lib/libmingw32.a(lib64_libmingw32_a-crtexewin.o): in function `main':\n"
     "crtexewin.c:(.text.startup+0xbd): undefined reference to `WinMain'", "ld-undefined-reference", "no-winmain", ANY, "WinMain"),
    ("calc.o: in function `area':\ncalc.c:(.text+0x2f): undefined reference to `sqrt'", "ld-undefined-reference", "not-linked",
     "libm.so.6", "sqrt"),
    ("gcc -Wall -lm calc.o -o calc\n/usr/bin/ld: calc.o: in function `area':\ncalc.c:(.text+0x2f): undefined reference to `sqrt'",
     "ld-undefined-reference", "order", "libm.so.6", "sqrt"),
    ("gcc -Wall calc.o -o calc -lz -lm\n/usr/bin/ld: calc.o: in function `area':\ncalc.c:(.text+0x2f): undefined reference to `dlopen'",
     "ld-undefined-reference", "not-linked", "libdl", "dlopen"),
    ("plug.o: in function `open_it':\nplug.c:(.text+0x12): undefined reference to `dlopen'", "ld-undefined-reference", "not-linked",
     "libdl", "dlopen"),
    ("pool.o: undefined reference to `pthread_create'", "ld-undefined-reference", "not-linked", "libpthread", "pthread_create"),
    ("par.f90:(.text+0x42): undefined reference to `GOMP_parallel'", "ld-undefined-reference", "not-linked", "libgomp", "GOMP_parallel"),
    ("x.o:(.data.rel.local.DW.ref.__gxx_personality_v0[DW.ref.__gxx_personality_v0]+0x0): undefined reference to "
     "`__gxx_personality_v0'", "ld-undefined-reference", "cxx-runtime", "libstdc++", "__gxx_personality_v0"),
    ("warp.cc:(.text+0x9): undefined reference to `std::ios_base::Init::Init()'", "ld-undefined-reference", "cxx-runtime", "libstdc++",
     "std::ios_base::Init::Init()"),
    ("main.cc:(.text+0x4e): undefined reference to `warp::name[abi:cxx11](int)'", "ld-undefined-reference", "cxx11-abi", ANY,
     "warp::name[abi:cxx11](int)"),
    ("main.cc:(.text+0x4e): undefined reference to `warp::open(std::__cxx11::basic_string<char, std::char_traits<char>, "
     "std::allocator<char> > const&)'", "ld-undefined-reference", "cxx11-abi", ANY, ANY),
    ("san.o: undefined reference to `__asan_report_load8'", "ld-undefined-reference", "not-linked", "libasan", "__asan_report_load8"),
    ("net.o: undefined reference to `__imp_warp_connect'", "ld-undefined-reference", "dllimport", ANY, "__imp_warp_connect"),
    ("net.c:(.text+0x1c): undefined reference to `__imp_WSAStartup'", "ld-undefined-reference", "not-linked", "ws2_32",
     "__imp_WSAStartup"),
    ("zip.c:(.text+0x70): undefined reference to `inflateInit2_'", "ld-undefined-reference", "not-linked", "libz", "inflateInit2_"),
    ("tls.c:(.text+0x70): undefined reference to `SSL_CTX_new'", "ld-undefined-reference", "not-linked", "libssl", "SSL_CTX_new"),
    ("lib.a(x.o): undefined reference to `__isoc23_strtol'", "ld-undefined-reference", "version-skew", "lib.a(x.o)", "__isoc23_strtol"),
    ("/usr/bin/ld: unrecognized option '--warp-speed'\n/usr/bin/ld: use the --help option for usage information", "build-other",
     "linker-flag", ANY, "--warp-speed"),
    ("/usr/bin/ld: final link failed: No space left on device", "build-other", "disk-full", ANY, ANY),
    ("/usr/bin/ld: final link failed: memory exhausted", "out-of-memory", "linker", ANY, ANY),
    ("/usr/bin/ld: cannot find ../objs/warp.o: No such file or directory", "build-other", "input-missing", "../objs/warp.o", ANY),
    ("/usr/bin/ld: attempted static link of dynamic object `/opt/lib/libwarp.so'", "ld-library-not-found", "shared-only",
     "/opt/lib/libwarp.so", ANY),
]

GNU_LD += [
    # From which source an object was made stands in another line.
    ("/usr/bin/ld: /tmp/ccWarp01.o:(.bss+0x0): multiple definition of `warp_level'; /tmp/ccTurb02.o:(.bss+0x0): first defined here\n"
     "/usr/bin/ld: /tmp/ccWarp01.o: in function `warp_go':\nturbo.c:(.text+0x0): multiple definition of `warp_go'; "
     "/tmp/ccTurb02.o:warp.c:(.text+0x0): first defined here", "ld-multiple-definition", "variable", "turbo.c", "warp_level"),
    # Of no section: that there are two libraries is all that is known.
    ("ld: /usr/lib/libturbo.a(x.o): multiple definition of `warp_go'; /usr/lib/libwarp.a(y.o): first defined here",
     "ld-multiple-definition", "two-libraries", "libturbo.a(x.o)", "warp_go"),
    # What stands below "In function" is a source, whatever its name ends with.
    ("/tmp/go-link-12/000004.o: In function `_cgo_warp':\n/w/warp/cgo-gcc-prolog:56: multiple definition of `_cgo_warp'\n"
     "/tmp/go-link-12/000001.o:/w/warp/cgo-gcc-prolog:56: first defined here", "ld-multiple-definition", ANY, "000004.o", "_cgo_warp"),
    ("/usr/lib/libturbo.a(x.o): In function `warp_go':\n(.text+0x26): multiple definition of `warp_go'\n"
     "/usr/lib/libwarp.a(y.o):/w/y.c:35: first defined here", "ld-multiple-definition", "function", "libturbo.a(x.o)", "warp_go"),
]

GOLD = [
    ("/usr/bin/ld.gold: error: cannot find -lwarp\nmain.o:main.c:function main: error: undefined reference to 'warp_go'\n"
     "collect2: error: ld returned 1 exit status", "ld-library-not-found", None, "-lwarp", ANY),
    ("/usr/bin/ld.gold: fatal error: lib/libwarp.so: unsupported ELF machine number 40", "ld-incompatible", "other-arch",
     "lib/libwarp.so", ANY),
    ("/usr/bin/gold: error: libwarp.a(a.o): incompatible target", "ld-incompatible", "other-arch", "libwarp.a(a.o)", ANY),
    ("/usr/bin/ld.gold: error: lib/libwarp.so: file is empty", "ld-incompatible", "empty-file", "lib/libwarp.so", ANY),
    ("/usr/bin/ld.gold: error: libwarp.so:1:9: syntax error, unexpected STRING", "ld-incompatible", "not-an-object", "libwarp.so", ANY),
    ("jni/main.o:jni/main.cpp:function Java_x_y: error: undefined reference to 'warp_go'", "ld-undefined-reference", None, "jni/main.o",
     "warp_go"),
    ("main.cpp:44: error: undefined reference to 'Warp::go(int)'\nclang++: error: linker command failed with exit code 1 (use -v to see "
     "invocation)", "ld-undefined-reference", None, "main.cpp", "Warp::go(int)"),
    ("/usr/bin/ld.gold: error: b.o: multiple definition of 'warp_go'\n/usr/bin/ld.gold: a.o: previous definition here",
     "ld-multiple-definition", None, "b.o", "warp_go"),
    ("/usr/bin/ld.gold: error: warp.o: requires dynamic R_X86_64_PC32 reloc against 'warp_x' which may overflow at runtime; recompile with "
     "-fPIC", "ld-not-pic", None, "warp.o", "warp_x"),
    ("/usr/bin/ld.gold: error: warp.o: requires unsupported dynamic reloc 11; recompile with -fPIC", "ld-not-pic", None, "warp.o", ANY),
    ("/usr/bin/ld.gold: error: cannot mix -static with dynamic object ./libwarp.so", "ld-library-not-found", "shared-only",
     "./libwarp.so", ANY),
    ("/usr/bin/ld.gold: error: hidden symbol 'warp_h' is not defined locally", "ld-hidden-symbol", "declared-hidden", ANY, "warp_h"),
    ("/usr/bin/ld.gold: error: symbol warp_go has undefined version WARP_9", "ld-version", "version-node-missing", ANY, "warp_go"),
    ("/usr/bin/ld.gold: error: libwarp.a: no archive symbol table (run ranlib)", "build-other", "archive-no-index", "libwarp.a", ANY),
    ("/usr/bin/ld.gold: error: cannot open build/warp.o: No such file or directory", "build-other", "input-missing", "build/warp.o", ANY),
]

LLD = [
    ("ld.lld: error: unable to find library -lwarp\nclang: error: linker command failed with exit code 1 (use -v to see invocation)",
     "ld-library-not-found", None, "-lwarp", ANY),
    ("ld.lld-17: error: lib/libwarp.so is incompatible with elf64-x86-64", "ld-incompatible", "other-arch", "lib/libwarp.so", ANY),
    ("ld.lld: error: /x/arm/libwarp.a(w.o) is incompatible with /usr/lib/crt1.o", "ld-incompatible", "other-arch",
     "/x/arm/libwarp.a(w.o)", ANY),
    ("ld.lld: error: undefined symbol: warp_begin\n>>> referenced by main.c:17 (src/main.c:17)\n>>>               main.o:(main)\n"
     "clang: error: linker command failed with exit code 1", "ld-undefined-reference", "not-linked", "main.o", "warp_begin"),
    ("ld.lld: error: undefined symbol: Warp::start(int, char const*)\n>>> referenced by app.cc\n>>>               app.o:(Warp::run()) in "
     "archive libapp.a\n>>> referenced 3 more times", "ld-undefined-reference", "not-linked", ANY, "Warp::start(int, char const*)"),
    ("ld.lld: error: undefined symbol: warp_go(int)\n>>> referenced by main.cc\n>>>               main.o:(main)\n"
     ">>> did you mean: extern \"C\" warp_go\n>>> defined in: warp.o", "ld-undefined-reference", "extern-c", "warp.o", "warp_go(int)"),
    ("ld.lld: error: undefined hidden symbol: warp_priv\n>>> referenced by a.c", "ld-hidden-symbol", "declared-hidden", ANY, "warp_priv"),
    ("ld.lld: error: duplicate symbol: warp_go\n>>> defined at a.c\n>>>            a.o:(warp_go)\n>>> defined at b.c\n"
     ">>>            b.o:(.text+0x0)", "ld-multiple-definition", ANY, ANY, "warp_go"),
    ("ld.lld: error: relocation R_X86_64_32 cannot be used against local symbol; recompile with -fPIC\n>>> defined in warp.o\n"
     ">>> referenced by warp.c\n>>>               warp.o:(warp_go)", "ld-not-pic", None, "warp.o", ANY),
    ("ld.lld: error: relocation R_AARCH64_ABS64 cannot be used against symbol 'warp_x'; recompile with -fPIC", "ld-not-pic", None, ANY,
     "warp_x"),
    ("ld.lld: error: version script assignment of 'WARP_1.0' to symbol 'warp_old' failed: symbol not defined", "ld-version",
     "undefined-version-symbol", ANY, "warp_old"),
    ("ld.lld: error: attempted static link of dynamic object lib/libwarp.so", "ld-library-not-found", "shared-only", "lib/libwarp.so", ANY),
    ("ld.lld: error: libwarp.so:1: unknown directive: version", "ld-incompatible", "not-an-object", "libwarp.so", ANY),
    ("ld.lld: error: warp.bin: unknown file type", "ld-incompatible", "not-an-object", "warp.bin", ANY),
    ("ld.lld: error: cannot open warp.o: No such file or directory", "build-other", "input-missing", "warp.o", ANY),
    ("ld.lld: error: undefined reference: core_init\n>>> referenced by ./libwarp.so (disallowed by --no-allow-shlib-undefined)",
     "ld-undefined-reference", "shlib", ANY, "core_init"),
    ("ld.lld: error: unknown argument '--fix-warp', did you mean '--fix-ward'", "build-other", "linker-flag", ANY, "--fix-warp"),
    ("ld.lld: error: relocation R_X86_64_PC32 out of range: 2147484012 is not in [-2147483648, 2147483647]; references warp_big",
     "build-other", "code-model", ANY, ANY),
    ("lld-link: error: could not open 'warp.lib': no such file or directory", "ld-library-not-found", None, "warp.lib", ANY),
    ("lld-link: error: undefined symbol: warp_go\n>>> referenced by src\\main.c:4\n>>>               main.obj:(main)",
     "ld-undefined-reference", "not-linked", "main.obj", "warp_go"),
    ("lld-link: error: warp.obj: machine type x86 conflicts with x64", "ld-incompatible", "other-arch", "warp.obj", ANY),
    ("wasm-ld: error: main.o: undefined symbol: warp_go", "ld-undefined-reference", "not-linked", "main.o", "warp_go"),
    ("wasm-ld: error: unable to find library -lwarp", "ld-library-not-found", None, "-lwarp", ANY),
    ("rust-lld: error: unable to find library -lwarp", "ld-library-not-found", None, "-lwarp", ANY),
    ("mold: fatal: library not found: warp\ncollect2: error: ld returned 1 exit status", "ld-library-not-found", None, "-lwarp", ANY),
    ("mold: error: undefined symbol: warp_go\n>>> referenced by main.c\n>>>               main.o:(main)", "ld-undefined-reference",
     "not-linked", "main.o", "warp_go"),
    ("mold: error: duplicate symbol: b.o: a.o: warp_go", "ld-multiple-definition", ANY, "b.o", "warp_go"),
    ("mold: fatal: warp.o: incompatible file type: x86_64 is expected but got arm64", "ld-incompatible", "other-arch", "warp.o", ANY),
    ("mold: warning: lib/libwarp.so: skipping incompatible file: arm64 (e_machine 183)\nmold: fatal: library not found: warp",
     "ld-incompatible", "other-arch", "lib/libwarp.so", ANY),
    ("mold: error: warp.o:(.text): R_X86_64_32S relocation at offset 0x7 against symbol `warp_x' can not be used; recompile with -fPIC",
     "ld-not-pic", None, "warp.o", "warp_x"),
    ("mold: error: duplicate symbol: libwarp.a(two.o): one.o: warp_go", "ld-multiple-definition", ANY, "libwarp.a(two.o)", "warp_go"),
    ("After an update we are getting errors like the following:\n```\nmold: error: duplicate symbol: two.o: one.o: warp_go\n```",
     "ld-multiple-definition", ANY, "two.o", "warp_go"),
    ("mold: error: warp.o: symbol warp_go has undefined version WARP_9", "ld-version", "version-node-missing", "warp.o", "warp_go"),
    ("mold: fatal: libwarp.a: unknown file type", "ld-incompatible", "not-an-object", "libwarp.a", ANY),
    ("mold: fatal: unknown command line option: --warp", "build-other", "linker-flag", ANY, "--warp"),
]

APPLE = [
    ("ld: library not found for -lwarp\nclang: error: linker command failed with exit code 1 (use -v to see invocation)",
     "ld-library-not-found", None, "-lwarp", ANY),
    ("ld: library 'warp' not found\nclang: error: linker command failed with exit code 1 (use -v to see invocation)",
     "ld-library-not-found", None, "-lwarp", ANY),
    ("ld: framework not found WarpKit\nclang: error: linker command failed with exit code 1", "ld-library-not-found", "framework",
     "WarpKit", ANY),
    ("ld: framework 'WarpKit' not found", "ld-library-not-found", "framework", "WarpKit", ANY),
    ("Undefined symbols for architecture arm64:\n  \"_warp_begin\", referenced from:\n      _main in main.o\n"
     "ld: symbol(s) not found for architecture arm64\nclang: error: linker command failed with exit code 1 (use -v to see invocation)",
     "ld-undefined-reference", "not-linked", "main.o", "_warp_begin"),
    ("Undefined symbols for architecture x86_64:\n  \"Warp::start(int)\", referenced from:\n      _main in main-3f2a1b.o\n"
     "ld: symbol(s) not found for architecture x86_64", "ld-undefined-reference", "not-linked", ANY, "Warp::start(int)"),
    ("Undefined symbols for architecture x86_64:\n  \"_SecItemCopyMatching\", referenced from:\n      _look in keys.o\n"
     "ld: symbol(s) not found for architecture x86_64", "ld-undefined-reference", "framework", "keys.o", "_SecItemCopyMatching"),
    ("Undefined symbols for architecture arm64:\n  \"_OBJC_CLASS_$_WKWebView\", referenced from:\n      objc-class-ref in web.o\n"
     "ld: symbol(s) not found for architecture arm64", "ld-undefined-reference", "framework", "web.o", "_OBJC_CLASS_$_WKWebView"),
    ("Undefined symbols for architecture arm64:\n  \"std::__1::basic_string<char>::append(char const*)\", referenced from:\n      f() in a.o\n"
     "ld: symbol(s) not found for architecture arm64", "ld-undefined-reference", "cxx-runtime", "libc++", ANY),
    ("Undefined symbols for architecture arm64:\n  \"_main\", referenced from:\n     implicit entry/start for main executable\n"
     "ld: symbol(s) not found for architecture arm64", "ld-undefined-reference", "no-main", ANY, "_main"),
    ("duplicate symbol '_warp_go' in:\n    /b/a.o\n    /b/b.o\nld: 1 duplicate symbol for architecture arm64", "ld-multiple-definition",
     ANY, ANY, "_warp_go"),
    ("duplicate symbol _warp_go in:\n    a.o\n    b.o\nld: 1 duplicate symbol for architecture x86_64", "ld-multiple-definition", ANY, ANY,
     "_warp_go"),
    ("ld: warning: ignoring file /opt/lib/libwarp.dylib, building for macOS-arm64 but attempting to link with file built for macOS-x86_64\n"
     "Undefined symbols for architecture arm64:\n  \"_warp_go\", referenced from:\n      _main in main.o\n"
     "ld: symbol(s) not found for architecture arm64", "ld-incompatible", "other-arch", "/opt/lib/libwarp.dylib", ANY),
    ("ld: warning: ignoring file '/opt/lib/libwarp.a': found architecture 'x86_64', required architecture 'arm64'\n"
     "Undefined symbols for architecture arm64:\n  \"_warp_go\", referenced from:\n      _main in main.o\n"
     "ld: symbol(s) not found for architecture arm64", "ld-incompatible", "other-arch", "/opt/lib/libwarp.a", ANY),
    ("ld: building for 'iOS-simulator', but linking in object file (/b/Warp.a[arm64][2](w.o)) built for 'iOS'", "ld-incompatible",
     "other-platform", ANY, ANY),
    ("ld: could not parse bitcode object file /x/warp.o: 'Invalid bitcode version'", "ld-incompatible", "lto-version", ANY, ANY),
    ("could not load TAPI file at /sdk/usr/lib/libSystem.tbd: malformed file", "ld-incompatible", "sdk-too-new",
     "/sdk/usr/lib/libSystem.tbd", ANY),
    ("ld: malformed trie, node past end file '/x/libwarp.dylib'", "ld-incompatible", "linker-bug", "/x/libwarp.dylib", ANY),
    ("ld: file not found: /x/libwarp.a", "build-other", "input-missing", "/x/libwarp.a", ANY),
    ("ld: unknown option: --as-needed", "build-other", "linker-flag", ANY, "--as-needed"),
    ("ld64.lld: error: library not found for -lwarp\nld64.lld: error: undefined symbol: _warp_go\n>>> referenced by main.o",
     "ld-library-not-found", None, "-lwarp", ANY),
    ("error: unable to find dynamic system library 'warp' using strategy 'paths_first'. searched paths: none", "ld-library-not-found", None,
     "-lwarp", ANY),
    ("error: undefined symbol: _warp_go\n    note: referenced by main.o:_main", "ld-undefined-reference", "not-linked", "main.o", "_warp_go"),
]

FURTHER = [
    ("ld: in '/x/WarpKit.framework/WarpKit(w.o)', building for iOS Simulator, but linking in object file built for iOS, for architecture arm64",
     "ld-incompatible", "other-platform", "/x/WarpKit.framework/WarpKit(w.o)", ANY),
    ("ld: building for iOS Simulator, but linking in dylib built for macOS, file '/x/libwarp.dylib' for architecture arm64",
     "ld-incompatible", "other-platform", "/x/libwarp.dylib", ANY),
    ("ld: '/x/libwarp.a(w.o)' does not contain bitcode. You must rebuild it with bitcode enabled (Xcode setting ENABLE_BITCODE)",
     "ld-incompatible", "bitcode", "/x/libwarp.a(w.o)", ANY),
    ("ld: fatal: library -lwarp: not found\nld: fatal: file processing errors. No output written to a.out", "ld-library-not-found", None,
     "-lwarp", ANY),
    ("ld: fatal: file warp.o: wrong ELF class: ELFCLASS64", "ld-incompatible", "other-arch", "warp.o", ANY),
    ("Undefined                       first referenced\n symbol                             in file\nwarp_go                             main.o\n"
     "ld: fatal: symbol referencing errors. No output written to a.out", "ld-undefined-reference", None, "main.o", "warp_go"),
    ("ld: 0706-006 Cannot find or open library file: -l warp", "ld-library-not-found", None, "-lwarp", ANY),
    ("ld: 0711-317 ERROR: Undefined symbol: .warp_go", "ld-undefined-reference", ANY, ANY, ".warp_go"),
    ("nvlink error   : Undefined reference to '_Z4warpi' in 'main.o'", "ld-undefined-reference", None, "main.o", "_Z4warpi"),
    ("wasm-ld: error: main.o: undefined symbol: warp_go", "ld-undefined-reference", "not-linked", "main.o", "warp_go"),
    ("error: undefined symbol: warp_go (referenced by top-level compiled C/C++ code)", "ld-undefined-reference", ANY, ANY, "warp_go"),
    ("# runtime/cgo\ngcc: error: unrecognized command line option '-m64'", "compiler-missing", "cross", "gcc", ANY),
    ("libwarp.a(w.o): In function `w':\nw.c:(.text+0x8): undefined reference to `__aarch64_ldadd4_acq_rel'", "ld-undefined-reference",
     "version-skew", ANY, "__aarch64_ldadd4_acq_rel"),
    ("ERROR: An error occurred during the fetch of repository 'warp':\n   Error downloading [https://x.example/warp.tar.gz] to /r/warp.tar.gz: "
     "Unknown host", "build-tool", "download", ANY, ANY),
    ("ld: can't open output file for writing: /x/app, errno=13 for architecture arm64", "build-other", "output-folder", "/x/app", ANY),
]

MSVC = [
    ("main.obj : error LNK2019: unresolved external symbol warp_go referenced in function main\nwarp.exe : fatal error LNK1120: 1 "
     "unresolved externals", "ld-undefined-reference", "not-linked", "main.obj", "warp_go"),
    ("main.obj : error LNK2019: unresolved external symbol \"int __cdecl warp_go(int)\" (?warp_go@@YAHH@Z) referenced in function _main",
     "ld-undefined-reference", "not-linked", "main.obj", ANY),
    ("main.obj : error LNK2001: unresolved external symbol __imp_warp_go", "ld-undefined-reference", "dllimport", "main.obj",
     "__imp_warp_go"),
    ("main.obj : error LNK2019: Verweis auf nicht aufgelöstes externes Symbol \"warp_go\" in Funktion \"main\".", "ld-undefined-reference",
     ANY, "main.obj", "warp_go"),
    ("main.obj : error LNK2019: symbole externe non résolu _warp_go référencé dans la fonction _main", "ld-undefined-reference", ANY,
     "main.obj", "_warp_go"),
    ("LINK : fatal error LNK1104: cannot open file 'warp.lib'", "ld-library-not-found", None, "warp.lib", ANY),
    ("LINK : fatal error LNK1181: cannot open input file 'libwarp.lib'", "ld-library-not-found", None, "libwarp.lib", ANY),
    ("LINK : fatal error LNK1104: Datei \"python39.lib\" kann nicht geöffnet werden.", "ld-library-not-found", None, "python39.lib", ANY),
    ("LINK : fatal error LNK1181: cannot open input file 'build\\warp.obj'", "build-other", "input-missing", "build\\warp.obj", ANY),
    ("warp.lib(w.obj) : fatal error LNK1112: module machine type 'x86' conflicts with target machine type 'x64'", "ld-incompatible",
     "other-arch", "warp.lib(w.obj)", ANY),
    ("warp.lib(w.obj) : error LNK2038: mismatch detected for 'RuntimeLibrary': value 'MT_StaticRelease' doesn't match value "
     "'MD_DynamicRelease' in main.obj", "ld-incompatible", "runtime-mismatch", "warp.lib(w.obj)", "RuntimeLibrary"),
    ("b.obj : error LNK2005: warp_go already defined in a.obj\nx.exe : fatal error LNK1169: one or more multiply defined symbols found",
     "ld-multiple-definition", ANY, "b.obj", "warp_go"),
    ("warp.dll : fatal error LNK1107: invalid or corrupt file: cannot read at 0x2F8", "ld-incompatible", "not-an-object", "warp.dll", ANY),
    ("main.cpp(3): fatal error C1083: Cannot open include file: 'warp/warp.h': No such file or directory", "header-missing", None,
     "warp/warp.h", ANY),
    ("main.cpp(3,10): fatal error C1083: Datei (Include) kann nicht geöffnet werden: \"warp.h\": No such file or directory",
     "header-missing", None, "warp.h", ANY),
    ("LINK : fatal error LNK1158: cannot run 'rc.exe'", "compiler-missing", "msvc", "rc.exe", ANY),
    ("fatal error C1060: compiler is out of heap space", "out-of-memory", "compiler", ANY, ANY),
    ("LINK : fatal error LNK1102: out of memory", "out-of-memory", "linker", ANY, ANY),
]

COMPILERS = [
    ("src/main.c:4:10: fatal error: warp/engine.h: No such file or directory\n    4 | #include <warp/engine.h>\n      |          ^~~~~~\n"
     "compilation terminated.", "header-missing", None, "warp/engine.h", ANY),
    ("In file included from src/a.cc:1:\nsrc/a.h:2:10: fatal error: 'warp/engine.hpp' file not found\n#include <warp/engine.hpp>\n"
     "1 error generated.", "header-missing", None, "warp/engine.hpp", ANY),
    ("ext.c:1:10: fatal error: Python.h: No such file or directory", "header-missing", "python-dev", "Python.h", ANY),
    ("kernel.cu(12): error: cannot open source file \"warp.cuh\"", "header-missing", None, "warp.cuh", ANY),
    ("mod.f90:3:7:\n\n    3 |   use warp_mod\n      |       1\nFatal Error: Cannot open module file 'warp_mod.mod' for reading at (1): No such "
     "file or directory", "header-missing", None, "warp_mod.mod", ANY),
    ("main.c:1:18: erreur fatale : warp.h : Aucun fichier ou dossier de ce type", "header-missing", None, "warp.h", ANY),
    ("main.c:1:18: schwerwiegender Fehler: warp.h: Datei oder Verzeichnis nicht gefunden", "header-missing", None, "warp.h", ANY),
    ("main.c:1:18: error fatal: warp.h: No existe el archivo o el directorio", "header-missing", None, "warp.h", ANY),
    ("main.c:1:18: 致命的エラー: warp.h: そのようなファイルやディレクトリはありません", "header-missing", None, "warp.h", ANY),
    ("main.c:1:18: 致命错误：warp.h：没有那个文件或目录", "header-missing", None, "warp.h", ANY),
    ("main.c:1:18: фатальная ошибка: warp.h: Нет такого файла или каталога", "header-missing", None, "warp.h", ANY),
    ("main.c:1:18: errore irreversibile: warp.h: File o directory non esistente", "header-missing", None, "warp.h", ANY),
    ("gcc: fatal error: cannot execute 'cc1plus': execvp: No such file or directory\ncompilation terminated.", "compiler-missing",
     "language", "cc1plus", ANY),
    ("gcc: error trying to exec 'cc1objplus': execvp: No such file or directory", "compiler-missing", "language", "cc1objplus", ANY),
    ("collect2: fatal error: cannot find 'ld'\ncompilation terminated.", "compiler-missing", "linker", "ld", ANY),
    ("clang: error: invalid linker name in '-fuse-ld=warp'", "compiler-missing", "linker", "ld.warp", ANY),
    ("gcc: error: unrecognized command line option '-fuse-ld=mold'; did you mean '-fuse-ld=gold'?", "compiler-missing", "linker",
     "ld.mold", ANY),
    ("make: g++: Command not found\nmake: *** [Makefile:3: warp.o] Error 127", "compiler-missing", "CXX", "g++", ANY),
    ("/bin/sh: 1: gcc: not found\nmake: *** [Makefile:3: warp.o] Error 127", "compiler-missing", "CC", "gcc", ANY),
    ("bash: line 1: x86_64-w64-mingw32-gcc: command not found", "compiler-missing", "CC", "x86_64-w64-mingw32-gcc", ANY),
    ("'cl' is not recognized as an internal or external command,\noperable program or batch file.", "compiler-missing", ANY, "cl", ANY),
    ("xcrun: error: invalid active developer path (/Library/Developer/CommandLineTools), missing xcrun at: "
     "/Library/Developer/CommandLineTools/usr/bin/xcrun", "compiler-missing", "CC", ANY, ANY),
    ("error: linker `x86_64-linux-musl-gcc` not found\n  |\n  = note: No such file or directory (os error 2)", "compiler-missing", "linker",
     "x86_64-linux-musl-gcc", ANY),
    ("error[E0463]: can't find crate for `std`\n  |\n  = note: the `thumbv7em-none-eabihf` target may not be installed", "compiler-missing",
     "rust-target", "thumbv7em-none-eabihf", ANY),
    ("error occurred: Failed to find tool. Is `musl-gcc` installed?", "compiler-missing", "CC", "musl-gcc", ANY),
    ("g++: fatal error: Killed signal terminated program cc1plus\ncompilation terminated.", "out-of-memory", "compiler", "cc1plus", ANY),
    ("c++: internal compiler error: Killed (program cc1plus)\nPlease submit a full bug report,", "out-of-memory", "compiler", "cc1plus", ANY),
    ("cc1plus: out of memory allocating 65536 bytes after a total of 1327104 bytes", "out-of-memory", "compiler", "cc1plus", ANY),
    ("collect2: fatal error: ld terminated with signal 9 [Killed]\ncompilation terminated.", "out-of-memory", "linker-killed", "ld", ANY),
    ("clang: error: unable to execute command: Killed\nclang: error: clang frontend command failed due to signal (use -v to see invocation)",
     "out-of-memory", "compiler", ANY, ANY),
    ("g++ -O2 -c src/big.cc -o big.o\nvirtual memory exhausted: Cannot allocate memory", "out-of-memory", "compiler", "src/big.cc", ANY),
    ("LLVM ERROR: out of memory\nAllocation failed", "out-of-memory", "compiler", ANY, ANY),
    ("lto1: fatal error: bytecode stream in file 'libwarp.a' generated with LTO version 11.3 instead of the expected 13.0",
     "ld-incompatible", "lto-version", "libwarp.a", ANY),
    ("gcc: error: build/warp.o: No such file or directory", "build-other", "input-missing", "build/warp.o", ANY),
    ("clang: error: no such file or directory: 'warp.c'", "build-other", "input-missing", "warp.c", ANY),
    ("gcc: error: unrecognized command-line option '-fwarp-drive'", "build-other", "compiler-flag", ANY, "-fwarp-drive"),
    ("/tmp/ccx.s: Assembler messages:\nfatal error: error writing to /tmp/ccy.o: No space left on device", "build-other", "disk-full",
     ANY, ANY),
    ("main.c:3:5: error: 'warp_x' undeclared (first use in this function)", "build-other", "source-error", "main.c", "warp_x"),
    ("error: could not find native static library `warp`, perhaps an -L flag is missing?", "ld-library-not-found", None, "-lwarp", ANY),
    ("nvcc fatal   : Unsupported gpu architecture 'compute_20'", "build-other", "compiler-flag", ANY, ANY),
]

TRANSLATED = [
    ("/usr/bin/ld : impossible de trouver -lwarp : Aucun fichier ou dossier de ce type", "ld-library-not-found", ANY, "-lwarp", ANY),
    ("/usr/bin/ld: -lwarp kann nicht gefunden werden: Datei oder Verzeichnis nicht gefunden", "ld-library-not-found", ANY, "-lwarp", ANY),
    ("/usr/bin/ld: no se puede encontrar -lwarp: No existe el archivo o el directorio", "ld-library-not-found", ANY, "-lwarp", ANY),
    ("/usr/bin/ld: não foi possível localizar -lwarp: Arquivo ou diretório inexistente", "ld-library-not-found", ANY, "-lwarp", ANY),
    ("/usr/bin/ld: 找不到 -lwarp: 没有那个文件或目录", "ld-library-not-found", ANY, "-lwarp", ANY),
    ("/usr/bin/ld: -lwarp が見つかりません: そのようなファイルやディレクトリはありません", "ld-library-not-found", ANY, "-lwarp", ANY),
    ("/usr/bin/ld: невозможно найти -lwarp: Нет такого файла или каталога", "ld-library-not-found", ANY, "-lwarp", ANY),
    ("/usr/bin/ld: nepodařilo se najít -lwarp: Adresář nebo soubor neexistuje\ncollect2: chyba: ld vrátil návratový kód 1",
     "ld-library-not-found", ANY, "-lwarp", ANY),
    ("/usr/bin/ld : main.o : dans la fonction « main » :\nmain.c:(.text+0xa) : référence indéfinie vers « warp_go »\n"
     "collect2: erreur: ld a retourné le statut de sortie 1", "ld-undefined-reference", ANY, ANY, "warp_go"),
    ("main.c:(.text+0xa): undefinierter Verweis auf »warp_go«\ncollect2: Fehler: ld gab 1 als Ende-Status zurück", "ld-undefined-reference",
     ANY, "main.c", "warp_go"),
    ("main.c:(.text+0xa): referencia a `warp_go' sin definir\ncollect2: error: ld devolvió el estado de salida 1", "ld-undefined-reference",
     ANY, "main.c", "warp_go"),
    ("main.c:(.text+0xa): referência não definida para `warp_go'", "ld-undefined-reference", ANY, "main.c", "warp_go"),
    ("main.c:(.text+0xa)：对‘warp_go’未定义的引用\ncollect2: 错误：ld 返回 1", "ld-undefined-reference", ANY, ANY, "warp_go"),
    ("main.c:(.text+0xa): `warp_go' に対する定義されていない参照です", "ld-undefined-reference", ANY, "main.c", "warp_go"),
    ("main.c:(.text+0xa): неопределённая ссылка на «warp_go»\ncollect2: ошибка: выполнение ld завершилось с кодом возврата 1",
     "ld-undefined-reference", ANY, "main.c", "warp_go"),
    ("main.c:(.text+0xa): nedefinovaný odkaz na „warp_go“", "ld-undefined-reference", ANY, "main.c", "warp_go"),
    ("b.o:(.data+0x0): définitions multiples de « warp_x »; a.o:(.data+0x0): défini pour la première fois ici", "ld-multiple-definition", ANY,
     "b.o", "warp_x"),
]

GO = [
    ("# runtime/cgo\ncgo: C compiler \"gcc\" not found: exec: \"gcc\": executable file not found in $PATH", "compiler-missing", "CC", "gcc", ANY),
    ("# github.com/x/warp\nexec: \"clang\": executable file not found in %PATH%", "compiler-missing", "CC", "clang", ANY),
    ("/usr/local/go/pkg/tool/linux_amd64/link: running aarch64-linux-gnu-gcc failed: exec: \"aarch64-linux-gnu-gcc\": executable file not "
     "found in $PATH", "compiler-missing", "CC", "aarch64-linux-gnu-gcc", ANY),
    ("go build example.org/warp: invalid flag in #cgo LDFLAGS: -Wl,-z,defs (see https://go.dev/s/invalidflag)", "cgo-flag", "not-allowed",
     "-Wl,-z,defs", ANY),
    ("example.org/warp: invalid flag in pkg-config --libs: -Wl,--gc-sections", "cgo-flag", "not-allowed", "-Wl,--gc-sections", ANY),
    ("go build example.org/warp: invalid flag in #cgo CFLAGS: -fplugin=warp.so", "cgo-flag", "not-allowed", "-fplugin=warp.so", ANY),
    ("/src/warp/warp.go: malformed #cgo argument: -L/home/me (copy)/lib", "cgo-flag", "malformed", "warp.go", ANY),
    ("/src/warp/warp.go: invalid #cgo verb: #cgo LIBS: -lwarp", "cgo-flag", "invalid-verb", "warp.go", ANY),
    ("package example.org/a\n\timports example.org/warp: build constraints exclude all Go files in /src/warp", "cgo-disabled", None,
     "/src/warp", ANY),
    ("-buildmode=c-archive requires external (cgo) linking, but cgo is not enabled", "cgo-disabled", "buildmode", "-buildmode=c-archive", ANY),
    ("go: -race requires cgo; enable cgo by setting CGO_ENABLED=1", "cgo-disabled", "race", "-race", ANY),
    ("package example.org/warp: C++ source files not allowed when not using cgo or SWIG: fast.cpp", "cgo-disabled", "no-import-c",
     "fast.cpp", ANY),
    ("panic: Binary was compiled with 'CGO_ENABLED=0', go-warpdb requires cgo to work. This is a stub", "cgo-disabled", None, "go-warpdb", ANY),
    ("go: go.mod requires go >= 1.24 (running go 1.21.3; GOTOOLCHAIN=local)", "go-toolchain", "too-old", "go.mod", ANY),
    ("go: errors parsing go.mod:\n/src/go.mod:3: invalid go version '1.22.1': must match format 1.23", "go-toolchain", "too-old", ANY, ANY),
    ("main.go:5:2: package slices is not in GOROOT (/usr/lib/go-1.18/src/slices)", "go-toolchain", "too-old", "slices", ANY),
    ("main.go:5:2: package warp/core is not in std (/usr/local/go/src/warp/core)", "go-toolchain", "module-missing", "warp/core", ANY),
    ("main.go:7:2: no required module provides package example.org/warp/core; to add it:\n\tgo get example.org/warp/core", "go-toolchain",
     "module-missing", "example.org/warp/core", ANY),
    ("go: go.mod file not found in current directory or any parent directory; see 'go help modules'", "go-toolchain", "module-missing",
     "go.mod", ANY),
    ("main.go:4:2: missing go.sum entry for module providing package example.org/warp; to add:\n\tgo get example.org/a", "go-toolchain",
     "module-missing", "go.sum", ANY),
    ("compile: version \"go1.21.0\" does not match go tool version \"go1.20.4\"", "go-toolchain", "version-mismatch", ANY, ANY),
    ("plugin.Open(\"warp\"): plugin was built with a different version of package example.org/core/api", "go-toolchain",
     "plugin-package-version", "warp.so", ANY),
    ("panic: plugin.Open(\"plug/warp\"): plugin was built with a different version of package runtime/internal/sys", "go-toolchain",
     "plugin-build-flags", "warp.so", ANY),
    ("-buildmode=plugin not supported on windows/amd64", "go-toolchain", "buildmode", "-buildmode=plugin", ANY),
    ("# [pkg-config --cflags  -- warp]\nPackage warp was not found in the pkg-config search path.\nPerhaps you should add the directory "
     "containing `warp.pc'\nto the PKG_CONFIG_PATH environment variable\nPackage 'warp', required by 'virtual:world', not found",
     "pkg-config", "package-not-found", "warp.pc", ANY),
    ("example.org/warp: exec: \"pkg-config\": executable file not found in $PATH", "build-tool", "pkg-config", "pkg-config", ANY),
    ("# example.org/warp\n./warp.go:9:11: could not determine what C.warp_new refers to", "build-other", "name-unknown", ANY, "C.warp_new"),
    ("# example.org/warp\nwarp.go:9:11: could not determine kind of name for C.warp_new", "build-other", "name-unknown", ANY, "C.warp_new"),
    ("# example.org/warp\n./warp.go:3:11: fatal error: warp.h: No such file or directory\n    3 | // #include <warp.h>\ncompilation terminated.",
     "header-missing", None, "warp.h", ANY),
    ("# example.org/app\n/usr/local/go/pkg/tool/linux_amd64/link: running gcc failed: exit status 1\n/usr/bin/gcc -m64 -o a.out go.o -lwarp\n"
     "/usr/bin/ld: cannot find -lwarp: No such file or directory\ncollect2: error: ld returned 1 exit status", "ld-library-not-found",
     None, "-lwarp", ANY),
    ("link: internal linking requested but external linking required: some packages could not be built to support internal linking "
     "([example.org/warp])", "ld-library-not-found", "trial-link", ANY, ANY),
    ("main.warpStub: relocation target main.warpAsm not defined", "ld-undefined-reference", "go-internal-link", ANY, "main.warpAsm"),
    ("runtime.main_main·f: function main is undeclared in the main package", "ld-undefined-reference", "no-main", ANY, ANY),
    ("go: error obtaining VCS status: exit status 128\n\tUse -buildvcs=false to disable VCS stamping.", "go-toolchain", "vcs", ANY, ANY),
    ("go build example.org/big: /usr/local/go/pkg/tool/linux_amd64/compile: signal: killed", "out-of-memory", "go", ANY, ANY),
    ("./main.go:9:15: undefined: warpOpen", "cgo-disabled", "file-left-out", "main.go", "warpOpen"),
    ("$ GOOS=linux GOARCH=arm64 go build ./cmd/warp\n# example.org/warp\n./main.go:9:15: undefined: warpOpen", "cgo-disabled",
     "cross-default", "main.go", "warpOpen"),
    ("./main.go:9:15: undefined: strings.Cut", "go-toolchain", "too-old", ANY, "strings.Cut"),
]

PYTHON = [
    ("ERROR: Could not find a version that satisfies the requirement warpnet==2.0 (from versions: 0.1, 0.2)\n"
     "ERROR: No matching distribution found for warpnet==2.0", "no-matching-wheel", ANY, "warpnet", ANY),
    ("ERROR: Ignored the following versions that require a different python version: 2.0 Requires-Python >=3.11\n"
     "ERROR: Could not find a version that satisfies the requirement warpnet (from versions: none)\n"
     "ERROR: No matching distribution found for warpnet", "no-matching-wheel", "python-version", "warpnet", ANY),
    ("ERROR: warpnet-2.0-cp312-cp312-manylinux_2_28_x86_64.whl is not a supported wheel on this platform.", "no-matching-wheel", "tags",
     "warpnet-2.0-cp312-cp312-manylinux_2_28_x86_64.whl", ANY),
    ("ERROR: Package 'warpnet' requires a different Python: 3.8.10 not in '>=3.9'", "no-matching-wheel", "python-version", "warpnet", ANY),
    ("  error: subprocess-exited-with-error\n  \n  × pip subprocess to install build dependencies did not run successfully.\n  │ exit code: 1\n"
     "  ╰─> [3 lines of output]\n      ERROR: Could not find a version that satisfies the requirement hatchling (from versions: none)\n"
     "      ERROR: No matching distribution found for hatchling\n      [end of output]", "build-tool", "build-requirement", "hatchling", ANY),
    ("  error: subprocess-exited-with-error\n  \n  × pip subprocess to install build dependencies did not run successfully.\n  │ exit code: 1\n"
     "  ╰─> [9 lines of output]\n      Collecting warpcairo\n        Preparing metadata (pyproject.toml): finished with status 'error'\n"
     "        error: subprocess-exited-with-error\n            Run-time dependency cairo found: NO  (tried pkg-config and cmake)\n"
     "            ../cairo/meson.build:31:12: ERROR: Dependency \"cairo\" not found (tried pkg-config and cmake)\n            [end of output]\n"
     "      error: metadata-generation-failed\n      [end of output]\n  error: subprocess-exited-with-error\n\n"
     "× pip subprocess to install build dependencies did not run successfully.\n│ exit code: 1\n╰─> See above for output.",
     "pkg-config", "package-not-found", "cairo", ANY),
    ("  × Getting requirements to build wheel did not run successfully.\n  │ exit code: 1\n  ╰─> [17 lines of output]\n"
     "      Traceback (most recent call last):\n        File \"<string>\", line 3, in <module>\n"
     "      ModuleNotFoundError: No module named 'torch'\n      [end of output]", "build-tool", "undeclared-build-requirement", "torch", ANY),
    ("  Preparing metadata (setup.py) did not run successfully.\n      AttributeError: module 'pkgutil' has no attribute 'ImpImporter'. Did you "
     "mean: 'zipimporter'?\n  error: metadata-generation-failed", "build-tool", "setuptools-version", ANY, ANY),
    ("error: externally-managed-environment\n\n× This environment is externally managed", "build-tool", "externally-managed", ANY, ANY),
    ("  building 'warp._fast' extension\n  error: command 'gcc' failed: No such file or directory\n  ERROR: Failed building wheel for warp",
     "compiler-missing", "CC", "gcc", ANY),
    ("unable to execute 'x86_64-linux-gnu-gcc': No such file or directory\nerror: command 'x86_64-linux-gnu-gcc' failed with exit status 1",
     "compiler-missing", "CC", "x86_64-linux-gnu-gcc", ANY),
    ("error: Microsoft Visual C++ 14.0 or greater is required. Get it with \"Microsoft C++ Build Tools\": "
     "https://visualstudio.microsoft.com/visual-cpp-build-tools/", "compiler-missing", "msvc", ANY, ANY),
    ("error: can't find Rust compiler\n\nIf you are using an outdated pip version", "compiler-missing", "language", "Rust", ANY),
    ("Error: pg_config executable not found.\n\npg_config is required to build psycopg2 from source.", "build-tool", "program", "pg_config",
     ANY),
    ("The headers or library files could not be found for zlib,\na required dependency when compiling Pillow from source.", "header-missing",
     ANY, "zlib", ANY),
    ("  × No solution found when resolving dependencies:\n  ╰─▶ Because warpnet was not found in the package registry and you require warpnet, "
     "we can conclude that your requirements are unsatisfiable.", "no-matching-wheel", ANY, "warpnet", ANY),
    ("error: Distribution `warpnet==2.1 @ registry+https://pypi.org/simple` can't be installed because it doesn't have a source distribution "
     "or wheel for the current platform", "no-matching-wheel", "tags", "warpnet", ANY),
    ("  RuntimeError\n\n  Unable to find installation candidates for warpnet (2.1.0)", "no-matching-wheel", "tags", "warpnet", ANY),
    ("PackagesNotFoundError: The following packages are not available from current channels:\n\n  - warpnet", "no-matching-wheel", "tags",
     "warpnet", ANY),
    ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "build-other", "disk-full", ANY, ANY),
    ("FileNotFoundError: [Errno 2] No such file or directory: 'cmake'\n  ERROR: Failed building wheel for warp", "build-tool", "program",
     "cmake", ANY),
]

TOOLS = [
    ("Package libwarp was not found in the pkg-config search path.\nPerhaps you should add the directory containing `libwarp.pc'\n"
     "to the PKG_CONFIG_PATH environment variable\nNo package 'libwarp' found", "pkg-config", "package-not-found", "libwarp.pc", ANY),
    ("Package 'warp-core', required by 'warp', not found", "pkg-config", "requires-not-found", "warp-core.pc", ANY),
    ("Requested 'warp >= 2' but version of warp is 1.2.0", "pkg-config", "version", "warp.pc", ANY),
    ("Package dependency requirement 'warp >= 3.0' could not be satisfied.\nPackage 'warp' has version '2.9', required version is '>= 3.0'",
     "pkg-config", "version", "warp.pc", ANY),
    ("configure: error: Package requirements (warp >= 1.2) were not met:\n\nNo package 'warp' found", "pkg-config", "package-not-found",
     "warp.pc", ANY),
    ("checking for gcc... no\nchecking for cc... no\nconfigure: error: no acceptable C compiler found in $PATH", "compiler-missing", "CC",
     ANY, ANY),
    ("checking for warp_open in -lwarp... no\nconfigure: error: warp library is required", "ld-library-not-found", ANY, "-lwarp", ANY),
    ("checking warp.h usability... no\nconfigure: error: warp.h not found, install warp-devel", "header-missing", ANY, "warp.h", ANY),
    ("configure: error: the warp is not ready", "build-tool", "configure", ANY, ANY),
    ("CMake Error at CMakeLists.txt:7 (find_package):\n  By not providing \"FindWarp.cmake\" in CMAKE_MODULE_PATH this project has\n  asked CMake "
     "to find a package configuration file provided by \"Warp\", but\n  CMake did not find one.\n\n-- Configuring incomplete, errors occurred!",
     "build-tool", "cmake-package", "Warp", ANY),
    ("CMake Error at /usr/share/cmake-3.25/Modules/FindPackageHandleStandardArgs.cmake:230 (message):\n  Could NOT find Warp (missing: "
     "WARP_LIBRARY WARP_INCLUDE_DIR)\nCall Stack (most recent call first):\n  CMakeLists.txt:7 (find_package)", "build-tool", "cmake-package",
     "Warp", ANY),
    ("CMake Error: The following variables are used in this project, but they are set to NOTFOUND.\nPlease set them or make sure they are set "
     "and tested correctly in the CMake files:\nWARP_LIB\n    linked by target \"app\" in directory /src", "build-tool", "cmake-notfound",
     "WARP_LIB", ANY),
    ("CMake Error: The following variables are used in this project, but they are set to NOTFOUND.\nPlease set them or make sure they are set "
     "and tested correctly in the CMake files:\nWARP_INCLUDE_DIR\n   used as include directory in directory /src", "header-missing", ANY,
     "WARP_INCLUDE_DIR", ANY),
    ("CMake Error at CMakeLists.txt:5 (target_link_libraries):\n  Target \"app\" links to:\n\n    Warp::Core\n\n  but the target was not found.  "
     "Possible reasons include:", "build-tool", "cmake-target", "Warp::Core", ANY),
    ("CMake Error at CMakeLists.txt:1 (cmake_minimum_required):\n  CMake 3.28 or higher is required.  You are running version 3.16.3",
     "build-tool", "cmake-version", ANY, ANY),
    ("CMake Error at CMakeLists.txt:2 (project):\n  The CMAKE_CXX_COMPILER:\n\n    warp-g++\n\n  is not a full path and was not found in the "
     "PATH.", "compiler-missing", "CXX", "warp-g++", ANY),
    ("CMake Error at CMakeLists.txt:2 (project):\n  No CMAKE_CXX_COMPILER could be found.", "compiler-missing", ANY, ANY, ANY),
    ("CMake Error: CMake was unable to find a build program corresponding to \"Ninja\".  CMAKE_MAKE_PROGRAM is not set.", "build-tool",
     "program", "ninja", ANY),
    ("--   No package 'warp' found\nCMake Error at /usr/share/cmake/Modules/FindPkgConfig.cmake:607 (message):\n  A required package was not "
     "found", "pkg-config", "package-not-found", "warp", ANY),
    ("CMake Error at CMakeLists.txt:9 (message):\n  Warp needs dilithium", "build-tool", "cmake-message", ANY, ANY),
    ("../meson.build:9:0: ERROR: Dependency \"warp\" not found, tried pkgconfig and cmake", "pkg-config", "package-not-found", "warp", ANY),
    ("meson.build:3:0: ERROR: Program 'warpc' not found or not executable", "build-tool", "program", "warpc", ANY),
    ("meson.build:1:0: ERROR: Unknown compiler(s): [['cc'], ['gcc'], ['clang']]", "compiler-missing", "CC", "cc", ANY),
    ("meson.build:8:5: ERROR: C shared or static library 'warp' not found", "ld-library-not-found", ANY, "-lwarp", ANY),
    ("make: *** No rule to make target '/usr/lib/libwarp.so', needed by 'app'.  Stop.", "ld-library-not-found", "imported-file-missing",
     "lib/libwarp.so", ANY),
    ("ninja: error: '/opt/warp/libwarp.a', needed by 'app', missing and no known rule to make it", "ld-library-not-found",
     "imported-file-missing", "/opt/warp/libwarp.a", ANY),
    ("make: *** No rule to make target 'warp.c', needed by 'warp.o'.  Stop.", "build-other", "input-missing", "warp.c", ANY),
    ("/bin/sh: 1: cmake: not found\nmake: *** [Makefile:4: all] Error 127", "build-tool", "program", "cmake", ANY),
    ("make: flex: No such file or directory\nmake: *** [Makefile:9: scan.c] Error 127", "build-tool", "program", "flex", ANY),
    ("libtool:   error: cannot find the library '/opt/lib/libwarp.la' or unhandled argument '/opt/lib/libwarp.la'", "ld-library-not-found",
     ANY, "/opt/lib/libwarp.la", ANY),
    ("ERROR: /w/x/BUILD:9:11: undeclared inclusion(s) in rule '//x:warp':", "build-tool", "undeclared-inclusion", "//x:warp", ANY),
    ("Auto-Configuration Error: Cannot find gcc or CC (none); either correct your path or set the CC environment variable",
     "compiler-missing", "CC", "gcc", ANY),
    ("  The system library `warp` required by crate `warp-sys` was not found.\n  The file `warp.pc` needs to be installed and the "
     "PKG_CONFIG_PATH environment variable must contain its parent directory.", "pkg-config", "package-not-found", "warp.pc", ANY),
    ("  failed to execute command: No such file or directory (os error 2)\n  is `cmake` not installed?", "build-tool", "program", "cmake", ANY),
    ("gyp ERR! find VS Could not find any Visual Studio installation to use", "compiler-missing", "msvc", ANY, ANY),
    ("gyp ERR! stack Error: not found: make", "build-tool", "program", "make", ANY),
    ("mkmf.rb can't find header files for ruby at /usr/lib/ruby/include/ruby.h", "header-missing", ANY, "ruby.h", ANY),
    ("error MSB8020: The build tools for v143 (Platform Toolset = 'v143') cannot be found.", "compiler-missing", "msvc", "v143", ANY),
    ("dpkg-checkbuilddeps: error: Unmet build dependencies: libwarp-dev (>= 2)", "build-tool", "build-requirement", "libwarp-dev", ANY),
]

# What a build prints around it.
MIXED = [
    ("[ 97%] Linking CXX executable app\n/usr/bin/ld: cannot find -lwarp: No such file or directory\ncollect2: error: ld returned 1 exit "
     "status\ngmake[2]: *** [CMakeFiles/app.dir/build.make:113: app] Error 1\ngmake[1]: *** [CMakeFiles/Makefile2:83: "
     "CMakeFiles/app.dir/all] Error 2\ngmake: *** [Makefile:91: all] Error 2", "ld-library-not-found", None, "-lwarp", ANY),
    ("#12 3.401 [1/2] Building C object a.o\n#12 3.402 FAILED: a.o\n#12 3.402 cc -c a.c\n#12 3.402 a.c:1:10: fatal error: warp.h: No such file "
     "or directory\n#12 3.402 compilation terminated.\n#12 3.500 ninja: build stopped: subcommand failed.\n#12 ERROR: process \"/bin/sh -c "
     "ninja\" did not complete successfully: exit code: 1", "header-missing", None, "warp.h", ANY),
    ("2024-05-01T10:00:00.1234567Z ##[group]Build\n2024-05-01T10:00:01.1234567Z /usr/bin/ld: main.o: in function `main':\n"
     "2024-05-01T10:00:01.1234568Z main.c:(.text+0x9): undefined reference to `warp_go'\n2024-05-01T10:00:01.1234569Z collect2: error: ld "
     "returned 1 exit status\n2024-05-01T10:00:01.1234570Z ##[error]Process completed with exit code 2.", "ld-undefined-reference", None,
     "main.o", "warp_go"),
    ("      gcc -shared build/warp.o -lwarp -o warp.so\n      /usr/bin/ld: cannot find -lwarp: No such file or directory\n      collect2: error: "
     "ld returned 1 exit status\n      error: command '/usr/bin/gcc' failed with exit code 1\n      [end of output]\n  \n  note: This error "
     "originates from a subprocess, and is likely not a problem with pip.\n  ERROR: Failed building wheel for warp", "ld-library-not-found",
     None, "-lwarp", ANY),
    ("error: linking with `cc` failed: exit status: 1\n  |\n  = note: \"cc\" \"-m64\" \"main.o\" \"-lwarp\"\n  = note: /usr/bin/ld: cannot find "
     "-lwarp: No such file or directory\n          collect2: error: ld returned 1 exit status\n\nerror: could not compile `app` (bin \"app\") due to "
     "1 previous error", "ld-library-not-found", None, "-lwarp", ANY),
    ("ERROR: /w/BUILD:3:10: Linking app failed: (Aborted): cc_wrapper.sh failed: error executing command \n  (cd /x && \\\n  exec env - \\\n"
     "    PATH=/bin \\\n  cc_wrapper.sh @app-2.params)\nld: library not found for -lwarp\nclang: error: linker command failed with exit code 1 "
     "(use -v to see invocation)\nError in child process '/usr/bin/xcrun'. 1", "ld-library-not-found", None, "-lwarp", ANY),
    ("a.c:1:10: fatal error: warp.h: No such file or directory\ncompilation terminated.\nmake: *** [Makefile:3: a.o] Error 1\n"
     "/usr/bin/ld: cannot find -lturbo: No such file or directory", "header-missing", None, "warp.h", ANY),
    ("> /usr/bin/ld: cannot find -lwarp: No such file or directory\n> collect2: error: ld returned 1 exit status", "ld-library-not-found", None,
     "-lwarp", ANY),
    ("&gt; /usr/bin/ld: main.o: undefined reference to &#96;warp_go&#39;", "ld-undefined-reference", None, "main.o", "warp_go"),
    ("\x1b[1m\x1b[Kmain.c:1:10:\x1b[m\x1b[K \x1b[01;31m\x1b[Kfatal error: \x1b[m\x1b[Kwarp.h: No such file or directory", "header-missing", None,
     "warp.h", ANY),
]

# Forms of sentences that are there already, as tools of other releases and other places print them.
FORMS = [
    ("ld: in '/Apps/X.sdk/usr/lib/libwarp.dylib', missing required architecture arm64 in file /Apps/X.sdk/usr/lib/libwarp.dylib (2 "
     "slices) for architecture arm64", "ld-incompatible", "other-arch", "/Apps/X.sdk/usr/lib/libwarp.dylib", ANY),
    ("ld: file too small (length=0) file '/b/libwarp.a' for architecture x86_64", "ld-incompatible", "empty-file", "/b/libwarp.a", ANY),
    ("ld: file too small (length=12) file '/b/libwarp.a' for architecture x86_64", "ld-incompatible", "truncated", "/b/libwarp.a", ANY),
    ("Xcode failed in build: duplicate symbol for architecture arm64", "ld-multiple-definition", None, ANY, ANY),
    ("/usr/bin/ld.bfd:warp.sym:1: syntax error in VERSION script\ncollect2: error: ld returned 1 exit status", "build-other",
     "linker-script", "warp.sym", ANY),
    ("/usr/bin/ld.gold: error: warp.map:1:23: syntax error, unexpected STRING, expecting ':'\n/usr/bin/ld.gold: fatal error: unable to "
     "parse version script file warp.map", "build-other", "linker-script", "warp.map", ANY),
    ("ld.lld: error: warp.map:1: ; expected, but got *\n>>> V1 { global: f; local *; };", "build-other", "linker-script", "warp.map", ANY),
    ("ld.lld: error: board.ld:3: unknown directive: SECTION", "build-other", "linker-script", "board.ld", ANY),
    ("mold: fatal: warp.map:1: V1 {", "build-other", "linker-script", "warp.map", ANY),
    ("/usr/bin/ld:board.ld:12: syntax error\ncollect2: error: ld returned 1 exit status", "build-other", "linker-script", "board.ld", ANY),
    ("/usr/bin/ld:board.ld:12: undefined MEMORY region `RAM2' referenced in expression", "build-other", "linker-script", "board.ld", ANY),
    ("ld.lld: error: board.lds:11: at least one side of the expression must be absolute", "build-other", "linker-script", "board.lds", ANY),
    ("/usr/bin/ld: section .data LMA [08012000,08012fff] overlaps section .text LMA [08000000,08012fff]", "build-other", "sections-overlap",
     ".text", ANY),
    ("/usr/bin/ld: error: warp.o: file class ELFCLASS32 incompatible with ELFCLASS64", "ld-incompatible", "other-arch", "warp.o", ANY),
    ("ld.lld: error: libwarp.a(x.o): Invalid record (Producer: 'LLVM17.0.6' Reader: 'LLVM 14.0.0')", "ld-incompatible", "lto-version",
     "libwarp.a(x.o)", ANY),
    ("ld.lld: error: libwarp.a(x.o): Unknown attribute kind (86) (Producer: 'LLVM17.0.0' Reader: 'LLVM 15.0.7')", "ld-incompatible",
     "lto-version", "libwarp.a(x.o)", ANY),
    ("ld.lld: error: can't create dynamic relocation R_X86_64_64 against local symbol in readonly segment; recompile object files with "
     "-fPIC or pass '-Wl,-z,notext' to allow text relocations in the output\n>>> defined in warp.o\n>>> referenced by "
     "warp.o:(.rodata+0x8)", "ld-not-pic", None, "warp.o", ANY),
    ("ld.lld: error: can't create dynamic relocation R_X86_64_64 against symbol: warp_x in readonly segment; recompile object files with "
     "-fPIC\n>>> defined in warp.o\n>>> referenced by warp.c:3\n>>>               turbo.o:(turbo_go)", "ld-not-pic", None, "turbo.o", "warp_x"),
    ("CMake Error at /u/Modules/FindPackageHandleStandardArgs.cmake:146 (message):\n  Could NOT find PkgConfig (missing: "
     "PKG_CONFIG_EXECUTABLE)", "build-tool", "program", "PkgConfig", ANY),
    ("CMake Error at /u/Modules/FindPackageHandleStandardArgs.cmake:148 (message):\n  REQUIRED_ARGS (missing: WARP_INCLUDE_DIR "
     "WARP_LIBRARIES)\nCall Stack (most recent call first):", "build-tool", "cmake-package", "WARP", ANY),
    ("CMake Error at CMakeLists.txt:3 (add_executable):\n  Target \"app\" links to target \"warp::core\" but the target was not found.  "
     "Perhaps\n  a find_package() call is missing for an IMPORTED target, or an ALIAS target\n  is missing?", "build-tool", "cmake-target",
     "warp::core", ANY),
    ("CMake Error at /u/warpTargets.cmake:84 (message):\n  The imported target \"warp::core\" references the file\n\n     "
     "\"/u/lib/libwarp.so\"\n\n  but this file does not exist.  Possible reasons include:", "ld-library-not-found",
     "imported-file-missing", "/u/lib/libwarp.so", ANY),
    ("OSError: mysql_config not found", "build-tool", "program", "mysql_config", ANY),
    ("RuntimeError: xml2-config could not be found", "build-tool", "program", "xml2-config", ANY),
    ("swig -python -o w_wrap.c w.i\nunable to execute 'swig': No such file or directory\nerror: command 'swig' failed with exit status 1",
     "build-tool", "swig", "swig", ANY),
    ("unable to execute 'cmake': No such file or directory\nerror: command 'cmake' failed with exit status 1", "build-tool", "program",
     "cmake", ANY),
    ("    Complete output from command python setup.py egg_info:\n    Traceback (most recent call last):\n      File \"/t/setup.py\", "
     "line 7, in <module>\n        from Cython.Build import cythonize\n    ModuleNotFoundError: No module named 'Cython'", "build-tool",
     "cython", "Cython", ANY),
    ("flag provided but not defined: -warp\nusage: go build [-o output] [build flags] [packages]\nRun 'go help build' for details.",
     "build-other", None, "-warp", ANY),
    ("/opt/x/compat/ld: /usr/lib/libwarp.so.6: unknown type [0x13] section `.relr.dyn'\n/opt/x/compat/ld: skipping incompatible "
     "/usr/lib/libwarp.so.6 when searching for /usr/lib/libwarp.so.6\n/opt/x/compat/ld: cannot find /usr/lib/libwarp.so.6",
     "ld-incompatible", "linker-too-old", "/usr/lib/libwarp.so.6", ANY),
    ("/usr/bin/ld: cannot find /usr/lib64/libwarp_nonshared.a\ncollect2: error: ld returned 1 exit status", "ld-library-not-found",
     "imported-file-missing", "/usr/lib64/libwarp_nonshared.a", ANY),
    ("/opt/x/bin/ld: cannot find /lib64/libwarp.so.1: No such file or directory", "ld-library-not-found", "imported-file-missing",
     "/lib64/libwarp.so.1", ANY),
    ("  RuntimeError:\n  The detected CUDA version (12.1) mismatches the version that was used to compile\n  PyTorch (11.7). Please make "
     "sure to use the same CUDA versions.", "build-tool", "setup-script", ANY, ANY),
    ("  maturin failed\n  Caused by: rustc, the rust compiler, is not installed or not in PATH. This package requires Rust",
     "compiler-missing", "language", "rustc", ANY),
    ("go: example.org/warp@v1.2.3: reading example.org/warp/go.mod at revision v1.2.3: unknown revision v1.2.3", "go-toolchain",
     "module-missing", "example.org/warp", ANY),
    ("go: example.org/warp@latest: no matching versions for query \"latest\"", "go-toolchain", "module-missing", "example.org/warp", ANY),
    ("go: example.org/warp@v1.2.3: git fetch -f origin refs/tags/v1.2.3 in /g/vcs/1: exit status 128:", "go-toolchain", "module-missing",
     "example.org/warp", ANY),
    ("go: example.org/warp@v1.2.3: Get \"https://proxy.golang.org/example.org/warp/@v/v1.2.3.mod\": dial tcp: lookup proxy.golang.org: no "
     "such host", "go-toolchain", "module-missing", "example.org/warp", ANY),
    ("Undefined symbol: Warp::Core::go(int)\nLinker command failed with exit code 1 (use -v to see invocation)", "ld-undefined-reference",
     ANY, ANY, "Warp::Core::go(int)"),
    ("Undefined symbol: warp_go\nLinker command failed with exit code 1 (use -v to see invocation)", "ld-undefined-reference", ANY, ANY,
     "warp_go"),
    ("undefined symbol: warp_go", "missing-symbol", ANY, ANY, "warp_go"),
    ("ld: can't map file, errno=22 file '/opt/warp' for architecture x86_64", "build-other", "input-missing", "/opt/warp", ANY),
    ("/usr/bin/ld: w.o: undefined reference to symbol '__cxa_free_exception@@CXXABI_1.3'", "ld-dso-missing", None, "libstdc++", ANY),
    ("/usr/bin/ld.gold: error: treating warnings as errors", "build-other", "linker-flag", ANY, ANY),
    ("ld.lld: error: unknown --hash-style value: odd", "build-other", "linker-flag", ANY, ANY),
]

# LNK1120 in the languages of Visual C++.
MSVC += [(f"warp.exe : fatal error LNK1120: {count}", "ld-undefined-reference", ANY, ANY, ANY) for count in (
    "3 unresolved externals", "неразрешенных внешних элементов: 3", "3 nicht aufgelöste Externe", "3 externes non résolus",
    "外部参照 3 が未解決です", "3개의 확인할 수 없는 외부 참조입니다.", "3 个无法解析的外部命令", "3 externos sin resolver")]

GO += [
    ("example.org/warp.v2@v2.0.4: verifying module: checksum mismatch\n\tdownloaded: h1:Qq4=\n\tsum.golang.org: h1:9R3=",
     "go-toolchain", "checksum", "example.org/warp.v2@v2.0.4", ANY),
    ("example.org/warp@v2.0.4: verifying go.mod: checksum mismatch", "go-toolchain", "checksum", "example.org/warp@v2.0.4", ANY),
    ("Error: PackageManagerError: Required/recommended Go toolchain version '1.22.6' is not supported yet.", "go-toolchain", "too-old",
     ANY, ANY),
]

TOOLS += [
    *[(f"configure: error: {words}", "ld-library-not-found", ANY, name, ANY) for words, name in (
        ("WARP libraries not found", "WARP"), ("The warp library is missing", "warp"), ("Cannot find warp library", "warp"),
        ("*** unable to locate the warp development libraries", "warp"), ("libwarp not found!", "libwarp"),
        ("libwarp-2.0 is required", "libwarp-2.0"), ("warp library(s) not found", "warp"))],
    ("configure: error: warp not found or not executable.", "build-tool", "configure", ANY, ANY),
    ("../meson.build:41:12: ERROR: Python dependency not found", "header-missing", "python-dev", "Python", ANY),
    ("Error: invocation of external linker program failed. Access is denied.\n 5", "permission", None, ANY, ANY),
    ("Error: invocation of external compiler program failed. No such file or directory", "compiler-missing", "CC", ANY, ANY),
    ("  × python setup.py egg_info did not run successfully.\n  │ exit code: 1\n      hp, ht, pid, tid = _winapi.CreateProcess(executable, "
     "args,\n                             ^^^^^^^^^^^\n      FileNotFoundError: [WinError 2] The system cannot find the file specified",
     "build-tool", "program-unnamed", ANY, ANY),
]

GO += [
    ("# example.org/warp\ncgo: exec C:\\Program: exec: \"C:\\\\Program\": file does not exist", "compiler-missing", "CC-blank", "Program", ANY),
    ("main.one: relocation target main.warp not defined\nmain.two()\nmain.(*T).go: relocation target main.warp not defined",
     "ld-undefined-reference", ANY, ANY, "main.warp"),
    ("38: error: 'WARP_MAX' undeclared (first use in this function)", "build-other", "source-error", ANY, "WARP_MAX"),
]

COMPILERS += [
    ("cc1.exe: sorry, unimplemented: 64-bit mode not compiled in", "compiler-missing", "cross", "cc1.exe", ANY),
    ("c1: fatal error C1083: Datei (Quelle) kann nicht geöffnet werden: \"warp.c\": No such file or directory", "build-other",
     "input-missing", "warp.c", ANY),
    ("w.cpp(3): fatal error C1083: Cannot open include file: 'tables.c': No such file or directory", "header-missing", None, "tables.c", ANY),
    ("/usr/local/cuda/include/crt/host_config.h:138:2: error: #error -- unsupported GNU version!", "build-other", "compiler-version", ANY, ANY),
    ("#error -- unsupported clang version! clang version must be less than 16 and greater than 3.2 .", "build-other", "compiler-version",
     ANY, ANY),
    ("/w/target/arm-unknown-linux-gnueabihf/debug/deps/warp-7cc.13rs.rcgu.o: error adding symbols: File in wrong format",
     "ld-incompatible", "rust-linker", "warp-7cc.13rs.rcgu.o", ANY),
    ("could not read symbols: File in wrong format\n.libs/warp.o: could not read symbols: File in wrong format", "ld-incompatible",
     "other-arch", "warp.o", ANY),
]

PYTHON += [
    ("ERROR: Could not find a version that satisfies the requirement warp==2.0 (from versions: 0.1, 0.2, 0.3,", "no-matching-wheel", ANY,
     "warp", ANY),
    ("ERROR: Could not find a version that satisfies the requirement warp-go==0.0.0.", "no-matching-wheel", ANY, "warp-go", ANY),
    ("running build_rust\nerror: [Errno 2] No such file or directory: 'cargo': 'cargo'", "compiler-missing", "language", "cargo", ANY),
    ("error: [Errno 2] No such file or directory: 'cmake': 'cmake'", "build-tool", "program", "cmake", ANY),
    ("maturin failed\n  Caused by: Cargo metadata failed\n  Caused by: No such file or directory (os error 2)", "compiler-missing",
     "language", "Cargo", ANY),
    ("maturin failed\n  Caused by: Cargo metadata failed. Do you have cargo in your PATH?", "compiler-missing", "language", "cargo", ANY),
]

TOOLS += [
    ("Makefile.am:38: Libtool library used but`LIBTOOL' is undefined", "build-tool", "configure", "LIBTOOL", ANY),
    ("Error: Unable to locate installed Perl libraries or Perl source code.", "header-missing", None, ANY, ANY),
    ("(You get this message, because MakeMaker could not find\n\"/opt/perl/CORE/perl.h\")", "header-missing", None, "perl.h", ANY),
]

TOOLS += [
    ("CMake Error at CMakeLists.txt:3 (project):\n  Running\n\n   'nmake' '-?'\n\n  failed with:\n\n   no such file or directory\n\n"
     "CMake Error: CMAKE_C_COMPILER not set, after EnableLanguage", "compiler-missing", "msvc", "nmake", ANY),
    ("CMake Error:\n  Running\n\n   '/opt/warp/ninja' '--version'\n\n  failed with:\n\n   no such file or directory", "build-tool", "program",
     "/opt/warp/ninja", ANY),
]

NET = ["dial tcp 10.0.0.1:443: i/o timeout", "x509: certificate signed by unknown authority", "net/http: TLS handshake timeout",
       "proxyconnect tcp: dial tcp: lookup proxy: no such host", "EOF", "read tcp 10.0.0.1:1->10.0.0.2:443: read: connection reset by peer"]
GO += [
    *[(f"go: example.org/warp@v1.2.3: Get \"https://proxy.example.org/x.mod\": {error}", "go-toolchain", "module-missing",
       "example.org/warp", ANY) for error in NET],
    *[(f"go: example.org/warp@latest: module example.org/warp: Get \"https://proxy.example.org/list\": {error}", "go-toolchain",
       "module-missing", "example.org/warp", ANY) for error in NET],
    ("go: example.org/warp@v1.2.3: verifying module: example.org/warp@v1.2.3: reading https://sum.golang.org/lookup/example.org/warp@v1.2.3: "
     "410 Gone\n\tserver response: not found", "go-toolchain", "module-missing", "example.org/warp", ANY),
    ("go: example.org/warp@v1.2.3: reading https://goproxy.example.org/warp/@v/v1.2.3.mod: 502 Bad Gateway", "go-toolchain",
     "module-missing", "example.org/warp", ANY),
    ("Various intermittent errors like:\n\n```\ngo: example.org/warp@v1.2.3: Get https://p.example.org/x.mod: dial tcp: i/o timeout\n```",
     "go-toolchain", "module-missing", "example.org/warp", ANY),
    ("# runtime/cgo\narm-warp-gcc: error: unrecognized command line option '-marm'", "compiler-missing", "cross", "arm-warp-gcc", ANY),
    ("# runtime/cgo\n/opt/arm-warp/bin/ar: invalid option -- 'E'\nUsage: ar [emulation options]", "compiler-missing", "CC", "ar", ANY),
]

PYTHON += [
    ("UnsatisfiableError: The following specifications were found to be in conflict:\n  - warp-go 1.6.0\n  - python 3.5*", "build-other",
     "conflict", "warp-go", ANY),
    ("  File \"/tmp/pip-build-env-15/overlay/lib/python3.12/site-packages/setuptools/__init__.py\", line 9, in <module>\n    import "
     "distutils.core\nModuleNotFoundError: No module named 'distutils'", "build-tool", "setuptools-version", "distutils", ANY),
    ("CMake Error: The source directory \"/w/warp\" does not appear to contain CMakeLists.txt.", "build-other", "input-missing", "/w/warp",
     ANY),
]

ALL = [*GNU_LD, *GOLD, *LLD, *APPLE, *FURTHER, *MSVC, *COMPILERS, *TRANSLATED, *GO, *PYTHON, *TOOLS, *MIXED, *FORMS, *BUILDERS]
