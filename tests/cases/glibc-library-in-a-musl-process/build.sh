# Checked functions (FORTIFY_SOURCE) are glibc's alone.
cat >f.c <<'END'
int f(char *to, const char *from) { return __builtin___sprintf_chk(to, 1, 16, "%s", from); }
END
$CC -shared -fPIC -o libf.so f.c
