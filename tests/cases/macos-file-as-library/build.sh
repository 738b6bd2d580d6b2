# A dylib under the name of a Linux library.
# 64-bit Mach-O for arm64: magic, CPU type and subtype, MH_DYLIB, no load commands.
{ printf '\317\372\355\376\014\0\0\001\0\0\0\0\006\0\0\0'; head -c 200 /dev/zero; } >libfoo.so
