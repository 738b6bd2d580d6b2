# A file of the working folder takes the place of a module of the standard library.
echo "import random; x = random.randint(1, 6)" >random.py
