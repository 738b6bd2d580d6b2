# A source file was copied to where a library should be.
for i in 1 2 3 4 5 6 7 8 9; do echo 'int x%d; /* text */'; done >libfoo.so
