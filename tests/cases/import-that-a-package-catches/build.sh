# The package catches its own exception.
printf "try:\n    raise ImportError(\"no\")\nexcept ImportError:\n    pass\n" >p.py
