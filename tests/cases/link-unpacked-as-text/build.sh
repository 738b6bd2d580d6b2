# An unpacker that knows no symbolic links writes the target into a file.
echo libfoo.so.1.2.3 >libfoo.so
