# No file of the index fits.
cat >log <<'END'
ERROR: Could not find a version that satisfies the requirement tidewater (from versions: none)
ERROR: No matching distribution found for tidewater
END
