// links: server
// A JSON Web Key Set as a config names it: never a crash; a set that is taken has keys.
#include <cstdint>
#include <cstdlib>

#include "server/auth/token_keys.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  boltseal::server::TokenKeys keys;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (keys.add_key_set(text) && (keys.size() == 0 || keys.size() > 256)) std::abort();
  return 0;
}
