echo 'int main(void) { return 0; }' >main.c
musl-gcc -o prog main.c
