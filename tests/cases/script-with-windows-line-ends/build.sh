# The kernel takes the carriage return for a part of the interpreter's name.
printf '#!/bin/sh\r\necho hello\r\n' >script
chmod +x script
