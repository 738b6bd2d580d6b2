/* windows_suspects.h - DLLs whose own start often fails, or makes that of others fail. */
#ifndef DLWHY_DIAGNOSE_WINDOWS_SUSPECTS_H
#define DLWHY_DIAGNOSE_WINDOWS_SUSPECTS_H

/* What a DLL of that name (in lower case) is, if it is one that depends on the machine (a part of a driver,
 * of CUDA) or on its release (a runtime); NULL for all others. */
const char *win_suspicion(const char *base);

#endif
