# A library that CMake looks for and does without.
cat >log <<'END'
-- Could NOT find Doxygen (missing: DOXYGEN_EXECUTABLE)
-- Configuring done
-- Generating done
-- Build files have been written to: /src/build
END
