// links: registry
// Manifests: what is accepted is one thing only.
#include <cstdlib>

#include "registry/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace boltseal::registry;
  const auto manifest = parse_manifest({reinterpret_cast<const char*>(data), size});
  if (!manifest) return 0;
  if (is_index(manifest->kind) != !manifest->config.has_value()) std::abort();
  if (is_index(manifest->kind) ? !manifest->layers.empty() : !manifest->edges.empty()) std::abort();
  (void)manifest->edge_for({"linux", "arm", "v7", ""});
  return 0;
}
