# The kernel ended the compiler.
cat >log <<'END'
c++: fatal error: Killed signal terminated program cc1plus
compilation terminated.
make: *** [x.o] Error 1
END
