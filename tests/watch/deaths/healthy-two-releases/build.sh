for v in 1 2; do
	echo "int shape(void) { return $v; }" >shape.c
	$CC -shared -fPIC -Wl,-soname,libshape.so.$v -o libshape.so.$v shape.c
	echo "int shape(void); int user$v(void) { return shape(); }" >user.c
	$CC -shared -fPIC -Wl,-rpath,'$ORIGIN' -o libuser$v.so user.c ./libshape.so.$v
done
echo 'int user1(void), user2(void); int main(void) { return user1() == user2() ? 0 : 1; }' >prog.c
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libuser1.so ./libuser2.so
