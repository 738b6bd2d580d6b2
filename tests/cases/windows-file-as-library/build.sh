# A DLL that was renamed, or that a wheel for Windows brought.
# The DOS header names the place of the PE header, which says x86-64 (0x8664).
{ printf 'MZ'; head -c 58 /dev/zero; printf '\200\0\0\0'; head -c 64 /dev/zero; printf 'PE\0\0\144\206'; head -c 200 /dev/zero; } >libfoo.so
