# A package that CMake cannot do without.
cat >log <<'END'
CMake Error at CMakeLists.txt:3 (find_package):
  Could not find a package configuration file provided by "Tide" with any of
  the following names:

    TideConfig.cmake
    tide-config.cmake

-- Configuring incomplete, errors occurred!
END
