// links: http/server
// Query strings, request targets and entity tag lists: never a crash; a cleaned location is a clean path.
#include <cstdint>
#include <cstdlib>

#include "http/server/conditional.h"
#include "http/server/path.h"
#include "http/server/query.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace boltseal::http;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto query = Query::parse(text);
  if (query && query->pairs().size() > 256) std::abort();
  (void)etag_matches(text, "\"a\"");
  const auto target = split_target(text);
  if (!target) return 0;
  std::string storage;
  const auto path = decode_path(target->raw_path, storage);
  if (!path || *path == "*") return 0;
  const std::string location = clean_location(*path, target->query);
  const auto again = split_target(location);
  if (!again || !again->authority.empty()) std::abort();
  std::string decoded;
  const auto cleaned = decode_path(again->raw_path, decoded);
  if (!cleaned || *cleaned != clean_path(*path) || !is_clean_path(*cleaned)) std::abort();
  return 0;
}
