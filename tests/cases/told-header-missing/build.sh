# A header that is nowhere.
echo '#include <nonesuch/header.h>' >x.c
$CC -c x.c 2>log || :
