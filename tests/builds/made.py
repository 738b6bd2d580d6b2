"""All failures, whatever tool they are of."""
import made_bfd  # noqa: F401
import made_cxx  # noqa: F401
import made_drivers  # noqa: F401
import made_foreign  # noqa: F401
import made_go  # noqa: F401
import made_linkers  # noqa: F401
import made_systems  # noqa: F401
