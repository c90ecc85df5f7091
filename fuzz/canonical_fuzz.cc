// links: json
// Canonical form: a fixed point through the wire form, and the same bytes when streamed.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "json/canonical.h"
#include "json/reader.h"

namespace {

using namespace boltseal::json;

void require(bool truth) {
  if (!truth) std::abort();
}

class Collect final : public Sink {
 public:
  void write(std::string_view bytes) override { out.append(bytes); }
  std::string out;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ReadLimits limits{.integral_floats = true};
  const auto document = Document::parse(std::string(reinterpret_cast<const char*>(data), size), limits);
  if (!document) return 0;
  const auto first = canonical(document->root(), Dialect::notary);
  require(first.has_value());
  require(!document->root().source_is_canonical() || document->root().source() == *first);
  Collect sink;
  require(canonical(document->root(), Dialect::notary, sink).has_value() && sink.out == *first);
  const auto again = Document::parse(go_wire(*first), {.bytes = 6 * first->size() + 64});
  require(again.has_value());
  const auto second = canonical(again->root(), Dialect::olpc);
  require(second.has_value() && *second == *first);
  return 0;
}
