# A file of the working folder takes the place of a module of the standard library.
echo "import colorsys; x = colorsys.rgb_to_hls(1, 1, 1)" >colorsys.py
