// links: server
// Paths: every view in a route lies inside the path, and a canonical route names one file.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "server/routes/route.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string path(reinterpret_cast<const char*>(data), size);
  const auto route = boltseal::server::parse_route(path);
  const auto inside = [&](std::string_view view) {
    return view.empty() ||
           (view.data() >= path.data() && view.data() + view.size() <= path.data() + path.size());
  };
  if (!inside(route.gun) || !inside(route.role) || !inside(route.hash) || !inside(route.version_text))
    std::abort();
  if (route.version && *route.version < 0) std::abort();
  if (boltseal::server::is_canonical(route) && !route.version_text.empty() && !route.version) std::abort();
  return 0;
}
