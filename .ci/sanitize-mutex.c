// Tells the Thread sanitizer where Swift's Mutex waits. Loaded in front of libswiftSynchronization.so by .ci/sanitize (LD_PRELOAD).
//
// A Mutex that nobody holds is taken and given back by atomic operations that are compiled into the caller: these the sanitizer sees. Where
// threads really meet, the three functions below do it, in a library that is not instrumented: without this file the sanitizer reports
// whatever such a lock protects as a race.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

// Of the sanitizer; absent in tools that tests start.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void seen_lock(uint32_t thread, SELF) __asm__(LOCK);
SWIFT bool seen_try(SELF) __asm__(TRY);
SWIFT void seen_unlock(SELF) __asm__(UNLOCK);

SWIFT void seen_lock(uint32_t thread, SELF) {
  typedef SWIFT void function(uint32_t, SELF);
  ((function *)dlsym(RTLD_NEXT, LOCK))(thread, self);
  if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT bool seen_try(SELF) {
  typedef SWIFT bool function(SELF);
  bool taken = ((function *)dlsym(RTLD_NEXT, TRY))(self);
  if (taken && __tsan_acquire) __tsan_acquire(self);
  return taken;
}

SWIFT void seen_unlock(SELF) {
  typedef SWIFT void function(SELF);
  if (__tsan_release) __tsan_release(self);
  ((function *)dlsym(RTLD_NEXT, UNLOCK))(self);
}
