# Somebody writes over a library in place instead of renaming a new one to its name.
{
	echo 'int first(void) { return 1; }'
	for i in 0 1 2 3 4 5 6 7; do echo "const int table$i[4096] = { 1, $i };"; done
	echo 'int last(int i) { const int *volatile t = table7; return t[i]; }'
} >data.c
cat >prog.c <<'C'
#include <dlfcn.h>
#include <unistd.h>
int main(void)
{
	void *h = dlopen("./libdata.so", RTLD_NOW);
	int (*last)(int) = (int (*)(int))dlsym(h, "last");
	if (truncate("libdata.so", 20000) != 0)
		return 9;
	return last(4000);
}
C
$CC -O1 -shared -fPIC -o libdata.so data.c
$CC -o prog prog.c
