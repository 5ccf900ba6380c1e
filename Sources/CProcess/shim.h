#pragma once
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>

/// Has the kernel kill this process when the thread that started it ends: `prctl` takes a variable number of arguments, which Swift
/// cannot call. Returns 0 when it is set.
static inline int process_ends_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }

/// Gives up for good what a set-user-ID program could bring. Returns 0 when it is set.
static inline int process_gains_no_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

/// Closes every descriptor from `first` on in the process to be started: in glibc since 2.34, which declares it for GNU sources only.
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);
