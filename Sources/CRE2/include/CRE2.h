#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled regular expression of RE2 (https://github.com/google/re2), the syntax and the linear time of Prometheus' matchers.
typedef struct cre2_pattern cre2_pattern;

/// Compiles `length` bytes of UTF-8; `.` matches a line end as well, as in Prometheus. `max_mem` bounds program and caches, in bytes.
/// Returns NULL for a pattern that cannot be compiled, with a text of at most `error_size - 1` bytes in `error`.
cre2_pattern *cre2_compile(const char *pattern, size_t length, int64_t max_mem, char *error, size_t error_size);

/// Whether the whole text matches. Any number of threads may ask at once.
bool cre2_full_match(const cre2_pattern *pattern, const char *text, size_t length);

void cre2_free(cre2_pattern *pattern);

#ifdef __cplusplus
}
#endif
