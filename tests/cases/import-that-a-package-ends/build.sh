# A package that says itself why it refuses.
mkdir p
printf "import sys\nif sys.version_info < (4,):\n    raise ImportError(\"needs Python 4\")\n" >p/__init__.py
