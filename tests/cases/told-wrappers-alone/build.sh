# That something failed, and nothing of why.
cat >log <<'END'
make[1]: *** [Makefile:12: all] Error 1
make: *** [all] Error 2
collect2: error: ld returned 1 exit status
END
