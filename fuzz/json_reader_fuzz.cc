// links: json
// The reader on any bytes: no crash, and what it accepts holds its own promises.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/bytes.h"
#include "json/canonical.h"
#include "json/reader.h"

namespace {

using boltseal::json::Kind;
using boltseal::json::Value;

void require(bool truth) {
  if (!truth) std::abort();
}

void check(const Value& value, std::string_view text) {
  const std::string_view source = value.source();
  require(!source.empty() && source.data() >= text.data() &&
          source.data() + source.size() <= text.data() + text.size());
  require(boltseal::is_utf8(value.as_string()));
  for (const Value& item : value.items()) check(item, source);
  for (const auto& member : value.members()) {
    require(boltseal::is_utf8(member.name));
    require(value.find(member.name) == &member.value);  // so names are unique
    check(member.value, source);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  boltseal::json::ReadLimits limits;
  limits.integral_floats = (data[0] & 1) != 0;
  limits.real_numbers = (data[0] & 2) != 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto document = boltseal::json::Document::parse(text, limits);
  if (!document) return 0;
  check(document->root(), document->text());
  // The source of every value is a JSON text of its own.
  require(boltseal::json::Document::parse(std::string(document->root().source()), limits).has_value());
  return 0;
}
