// links: tuf
// First line: a pattern; rest: a target name. Compares our matcher with the C library's where both read the
// pattern alike, and looks for crashes and endless loops elsewhere.
#include <fnmatch.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tuf/path_pattern.h"

namespace {

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace boltseal::tuf;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = input.find('\n');
  if (line == std::string_view::npos || size > 2000) return 0;
  const std::string pattern(input.substr(0, line));
  const std::string name(input.substr(line + 1));

  const bool matches = glob_matches(pattern, name);
  if (matches != glob_matches(pattern, name)) std::abort();
  if (pattern == name && is_plain(name) && name.find_first_of("[*?") == std::string::npos && !matches)
    std::abort();
  if (is_plain(pattern) && is_plain(name) && pattern.find_first_of("[]\\") == std::string::npos) {
    // The C library's matcher can take exponential time; few stars keep it quick.
    if (std::count(pattern.begin(), pattern.end(), '*') <= 4) {
      const bool expected = fnmatch(pattern.c_str(), name.c_str(), FNM_PATHNAME | FNM_NOESCAPE) == 0;
      if (matches != expected) std::abort();
    }
  }
  const auto kept = intersect_prefixes({pattern}, {name, pattern});
  for (const std::string& prefix : kept) {
    if (!prefix_matches(pattern, prefix)) std::abort();
  }
  return 0;
}
