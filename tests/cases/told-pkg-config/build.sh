# pkg-config is asked for what it does not know.
pkg-config --cflags nonesuch 2>log || :
