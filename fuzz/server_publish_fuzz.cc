// links: server
// Bytes of an upload into a server in memory: whatever comes, there is an answer, and what was published once
// stays.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "server/storage/memory_storage.h"
#include "server/trust_server.h"

namespace {

using namespace boltseal;

server::TrustServer& trust_server() {
  static server::TrustServer* instance = [] {
    server::TrustServerParts parts;
    parts.storage = server::make_memory_storage();
    parts.keys = server::make_memory_keys(crypto::KeyAlgorithm::ecdsa_p256);
    parts.record = server::HighWater::in_memory();
    return new server::TrustServer({}, std::move(parts));
  }();
  return *instance;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  log::set_level(log::Level::off);
  const std::string body(reinterpret_cast<const char*>(data), size);
  const http::HeaderField type{"Content-Type", "multipart/form-data; boundary=edge"};
  for (const char* form : {"tuf", "tuf1"}) {
    const auto request = http::make_request(
        "POST", std::string("/v2/example.com/vectors/app/_trust/") + form + "/", body, std::span(&type, 1));
    const http::Response response = trust_server().handle(*request);
    if (response.status >= 500) std::abort();
  }
  return 0;
}
