// links: http/server
// multipart/form-data: first line is the Content-Type, the rest the body. Never a crash; parts lie in the
// body.
#include <cstdint>
#include <cstdlib>

#include "http/server/multipart.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace boltseal::http;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t line = bytes.find('\n');
  if (line == std::string_view::npos) return 0;
  const auto boundary = multipart_boundary(bytes.substr(0, line));
  if (!boundary) return 0;
  const std::string_view body = bytes.substr(line + 1);
  const auto parts = parse_multipart(body, *boundary);
  if (!parts) return 0;
  const std::string delimiter = "\r\n--" + *boundary;
  for (const Part& part : *parts) {
    if (part.data.find(delimiter) != std::string_view::npos) std::abort();
    if (!part.data.empty() &&
        (part.data.data() < body.data() || part.data.data() + part.data.size() > body.data() + body.size())) {
      std::abort();
    }
  }
  return 0;
}
