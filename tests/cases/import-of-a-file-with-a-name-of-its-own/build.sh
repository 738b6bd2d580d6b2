# The same program under a name that nobody else has.
echo "import random; x = random.randint(1, 6)" >dice.py
