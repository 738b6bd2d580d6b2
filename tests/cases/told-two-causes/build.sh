# Two libraries that are missing for themselves: two findings.
cat >log <<'END'
/usr/bin/ld: cannot find -ltide: No such file or directory
/usr/bin/ld: cannot find -lmoon: No such file or directory
collect2: error: ld returned 1 exit status
END
