// links: registry
// Image references: the familiar and the canonical form of what parses mean the same.
#include <cstdlib>

#include "registry/reference.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using boltseal::registry::Reference;
  const auto reference = Reference::parse({reinterpret_cast<const char*>(data), size});
  if (!reference) return 0;
  const auto canonical = Reference::parse(reference->str());
  const auto familiar = Reference::parse(reference->familiar());
  if (!canonical || !familiar || *canonical != *reference || *familiar != *reference) std::abort();
  (void)reference->gun();
  return 0;
}
