# ".so" is only a part of a longer word: no link that was unpacked as text.
printf 'v0.7.1.some-named-index' >v0.7.1.some
