# The interpreter catches the signal, prints a traceback, and sends it again: what counts is the first one.
echo 'int follow(const int *p) { return p[3]; }' >deep.c
$CC -O1 -shared -fPIC -o libdeep.so deep.c
