# libNAME.so of a development package may be a script for the linker.
printf '/* GNU ld script */\nOUTPUT_FORMAT(elf64-x86-64)\nGROUP ( /lib/x86_64-linux-gnu/libfoo.so.1 AS_NEEDED ( libbar.so ) )\n' >libfoo.so
