# A download that saved the error page under the name of the library.
printf '<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head><body>The file is not here.</body></html>\n' >libfoo.so
