# A folder under the name of a library.
mkdir libfoo.so
