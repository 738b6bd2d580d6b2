# Somebody writes about an error.
cat >log <<'END'
* If you see `error while loading shared libraries: libtide.so.2: cannot open shared object file: No such file or directory`,
  install the package libtide2.
END
