// links: server
// bundle.json of `boltseald import`: what it names can be opened below metadata/, and nothing else.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "server/import/bundle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto manifest =
      boltseal::server::parse_manifest(std::string(reinterpret_cast<const char*>(data), size));
  if (!manifest) return 0;
  for (const auto& entry : manifest->files) {
    const std::string& name = entry.name;
    const bool clean = !name.empty() && name.front() != '/' && name.ends_with(".json") &&
                       name.find("..") == std::string::npos && name.find("//") == std::string::npos &&
                       name.find('\0') == std::string::npos;
    if (!clean || entry.length == 0) std::abort();
    if (entry.root_version && std::to_string(*entry.root_version) + ".root.json" != name) std::abort();
    if (!entry.root_version && entry.role.notary_file() != name) std::abort();
  }
  return 0;
}
