# A compressed download that nobody unpacked.
printf '\037\213\010\0\0\0\0\0\0\003' >libfoo.so
head -c 300 /dev/zero >>libfoo.so
