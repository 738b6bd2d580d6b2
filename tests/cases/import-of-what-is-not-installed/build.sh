# Nothing of that name is anywhere.
true
