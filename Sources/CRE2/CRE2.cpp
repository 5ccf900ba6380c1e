#include "CRE2.h"

#include <re2/re2.h>

#include <cstdio>
#include <new>

struct cre2_pattern {
  RE2 re;
  cre2_pattern(const re2::StringPiece &text, const RE2::Options &options) : re(text, options) {}
};

cre2_pattern *cre2_compile(const char *pattern, size_t length, int64_t max_mem, char *error, size_t error_size) {
  RE2::Options options(RE2::Quiet);
  options.set_dot_nl(true);
  options.set_max_mem(max_mem);
  auto *compiled = new (std::nothrow) cre2_pattern(re2::StringPiece(pattern, length), options);
  if (compiled == nullptr || !compiled->re.ok()) {
    std::snprintf(error, error_size, "%s", compiled == nullptr ? "no memory" : compiled->re.error().c_str());
    delete compiled;
    return nullptr;
  }
  return compiled;
}

bool cre2_full_match(const cre2_pattern *pattern, const char *text, size_t length) {
  return RE2::FullMatch(re2::StringPiece(text, length), pattern->re);
}

void cre2_free(cre2_pattern *pattern) { delete pattern; }
