# Two modules that wait for each other.
echo "from b import y; x = 1" >a.py
echo "from a import x; y = 1" >b.py
