# A copy that was never written: the right size, and all zero.
head -c 8192 /dev/zero >libfoo.so
