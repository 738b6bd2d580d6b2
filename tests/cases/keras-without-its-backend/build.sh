# The variable names a backend that is not installed; the configuration file names another one.
mkdir -p keras/src/backend home/.keras
echo "from keras.src import backend" >keras/__init__.py
: >keras/src/__init__.py
printf "import os\nname = os.environ.get(\"KERAS_BACKEND\", \"tensorflow\")\nif name == \"openvino\":\n    import openvino\n" >keras/src/backend/__init__.py
echo "{\"backend\": \"jax\"}" >home/.keras/keras.json
