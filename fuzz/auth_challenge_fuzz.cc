// links: http
// WWW-Authenticate: a challenge with parameters survives writing and reading.
#include <algorithm>
#include <cstdlib>

#include "http/auth_challenge.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace boltseal::http;
  const auto all = parse_challenges({reinterpret_cast<const char*>(data), size});
  if (!all) return 0;
  for (const auto& challenge : *all) {
    const bool ascii =
        std::all_of(challenge.parameters.begin(), challenge.parameters.end(), [](const auto& p) {
          return std::all_of(p.second.begin(), p.second.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
        });
    if (challenge.parameters.empty() || !ascii) continue;
    const auto again = parse_challenges(write_challenge(challenge.scheme, challenge.parameters));
    if (again && (again->size() != 1 || again->front() != challenge)) std::abort();
  }
  return 0;
}
