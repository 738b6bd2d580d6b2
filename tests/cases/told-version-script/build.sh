# A version script names what is not there.
cat >log <<'END'
ld.lld: error: version script assignment of 'V1' to symbol 'tide_open' failed: symbol not defined
END
