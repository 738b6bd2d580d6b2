# Not memory, but the disk.
cat >log <<'END'
/usr/bin/ld: final link failed: No space left on device
collect2: error: ld returned 1 exit status
END
