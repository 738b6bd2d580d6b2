# A universal dylib under the name of a Linux library.
# Two slices: x86-64 and arm64.
{ printf '\312\376\272\276\0\0\0\002\001\0\0\007'; head -c 300 /dev/zero; } >libfoo.so
