# A source that is nowhere: the compiler is given a file, it does not include one.
$CC -c nonesuch.c 2>log || :
