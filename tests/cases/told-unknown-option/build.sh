# An option that no compiler has.
$CC -fnonesuch-option -c -x c /dev/null -o x.o 2>log || :
