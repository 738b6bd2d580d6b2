cat >work.c <<'C'
#include <pthread.h>
static void *work(void *p) { return *(void **)p; }
int start(void) { pthread_t t; pthread_create(&t, 0, work, (void *)24); return pthread_join(t, 0); }
C
echo 'int start(void); int main(void) { return start(); }' >prog.c
$CC -O1 -shared -fPIC -o libwork.so work.c -pthread
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libwork.so -pthread
