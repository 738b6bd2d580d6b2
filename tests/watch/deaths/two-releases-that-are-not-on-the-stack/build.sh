# Both releases are in the process, but what crashed has nothing to do with them.
for v in 1 2; do
	echo "int shape(void) { return $v; }" >shape.c
	$CC -shared -fPIC -Wl,-soname,libshape.so.$v -o libshape.so.$v shape.c
	echo "int shape(void); int user$v(void) { return shape(); }" >user.c
	$CC -shared -fPIC -Wl,-rpath,'$ORIGIN' -o libuser$v.so user.c ./libshape.so.$v
done
echo 'int bad(const int *p) { return *p; }' >bad.c
echo 'int user1(void), user2(void), bad(const int *p); int main(void) { return user1() + user2() + bad(0); }' >prog.c
$CC -O1 -shared -fPIC -o libbad.so bad.c
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libuser1.so ./libuser2.so ./libbad.so
