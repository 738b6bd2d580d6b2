#!/bin/sh
# Asks a real dyld what dlwhy foretells. In two steps, since dlwhy does not run on a Mac:
#
#     macos.sh make DIR       where dlwhy is: writes files and foretold messages for all releases into DIR
#     macos.sh compare DIR    on a Mac, with DIR copied there (and clang): runs the scenes, compares the messages
#
# compare writes below /Users/Shared/dlwhy-scenes, which it makes anew. Its last line counts; status 1 if any
# message is another. For a runner of continuous integration: one job makes, one for each macOS compares.
set -eu
exec python3 "$(dirname "$0")/macos.py" "$@"
