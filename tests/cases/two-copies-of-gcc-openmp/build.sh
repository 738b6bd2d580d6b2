# Two packages, each with a private copy of GCC's OpenMP runtime. They do not meet in this process.
echo 'int GOMP_parallel(void) { return 1; }' >gomp.c
for n in 0a1b2c3d e4f50617; do
	$CC -shared -fPIC -Wl,-soname,libgomp-$n.so.1.0.0 -o libgomp-$n.so.1.0.0 gomp.c
	echo "int GOMP_parallel(void); int f_$n(void) { return GOMP_parallel(); }" >m.c
	$CC -shared -fPIC -Wl,-rpath,'$ORIGIN' -Wl,-Bsymbolic -o lib$n.so m.c ./libgomp-$n.so.1.0.0
done
echo 'int f_0a1b2c3d(void), f_e4f50617(void); int f(void) { return f_0a1b2c3d() + f_e4f50617(); }' >f.c
$CC -shared -fPIC -o libf.so f.c ./lib0a1b2c3d.so ./libe4f50617.so
