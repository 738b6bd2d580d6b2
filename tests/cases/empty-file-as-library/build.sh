# A disk that was full leaves empty files.
: >libfoo.so
