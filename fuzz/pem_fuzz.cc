// links: crypto
// PEM: what is read and can be written is read again with the same content.
#include <cstdlib>

#include "crypto/pem.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace boltseal::crypto;
  const auto blocks = pem_read_all(boltseal::as_text({data, size}));
  if (!blocks) return 0;
  for (const PemBlock& block : *blocks) {
    const auto text = pem_write(block);
    if (!text) continue;
    const auto again = pem_read_first(*text);
    if (!again || again->type != block.type || again->der != block.der) std::abort();
    for (const auto& [name, value] : block.headers)
      if (again->header(name) == nullptr || *again->header(name) != value) std::abort();
  }
  return 0;
}
