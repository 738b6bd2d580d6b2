# Two packages with copies of zlib under names of their own, and one OpenMP runtime that both use:
# everyday, and nothing to speak of.
echo 'int inflate(void) { return 1; }' >z.c
echo 'int GOMP_parallel(void) { return 1; }' >gomp.c
$CC -shared -fPIC -Wl,-soname,libgomp.so.1 -o libgomp.so.1 gomp.c
for n in 0a1b2c3d e4f50617; do
	$CC -shared -fPIC -Wl,-soname,libz-$n.so.1.2.13 -o libz-$n.so.1.2.13 z.c
	echo "int inflate(void), GOMP_parallel(void); int f_$n(void) { return inflate() + GOMP_parallel(); }" >m.c
	$CC -shared -fPIC -Wl,-rpath,'$ORIGIN' -o lib$n.so m.c ./libz-$n.so.1.2.13 ./libgomp.so.1
done
echo 'int f_0a1b2c3d(void), f_e4f50617(void); int f(void) { return f_0a1b2c3d() + f_e4f50617(); }' >f.c
$CC -shared -fPIC -o libf.so f.c ./lib0a1b2c3d.so ./libe4f50617.so
