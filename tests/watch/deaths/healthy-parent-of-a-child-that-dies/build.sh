cat >prog.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
	int status;
	if (fork() == 0) abort();
	wait(&status);
	printf("%d\n", WTERMSIG(status));
	return 0;
}
C
$CC -o prog prog.c
