// links: server
// A token of a token server: never a crash; what is taken fits into its bounds and came out of its text.
#include <cstdint>
#include <cstdlib>

#include "base/encoding.h"
#include "server/auth/jwt.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace boltseal;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto jwt = server::parse_jwt(text);
  if (!jwt) return 0;
  if (size > server::kMaxToken || !text.starts_with(jwt->signed_part)) std::abort();
  // One spelling only: what was read is written as it stood.
  if (std::string(jwt->signed_part) + "." + base64url_encode(jwt->signature) != text) std::abort();
  for (const auto& grant : jwt->grants) {
    if (grant.every || grant.pattern || grant.actions > (server::kPull | server::kPush | server::kAll))
      std::abort();
  }
  return 0;
}
