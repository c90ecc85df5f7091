// links: server
// A backup that was read to its end can be written again; all else ends with an error.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "server/backup/record.h"

using boltseal::Result;
namespace server = boltseal::server;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::size_t at = 0;
  server::BackupReader reader([&](std::span<char> out) -> Result<std::size_t> {
    const std::size_t n = std::min({out.size(), text.size() - at, std::size_t{61}});
    std::memcpy(out.data(), text.data() + at, n);
    at += n;
    return n;
  });
  std::string again;
  server::BackupWriter writer([&](std::string_view bytes) {
    again += bytes;
    return Result<void>();
  });
  while (true) {
    const auto record = reader.next();
    if (!record) return 0;
    if (!*record) break;
    if (!writer.write(**record)) std::abort();
  }
  if (again.empty() || again.back() != '\n') std::abort();
  return 0;
}
