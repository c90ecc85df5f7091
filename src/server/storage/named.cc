#include "server/storage/named.h"

#include <algorithm>
#include <string>

#include "base/encoding.h"
#include "base/limits.h"
#include "json/reader.h"

namespace boltseal::server {
namespace {

/// Calls `read` with the member of `signed.meta`; the document lives during the call only.
template <typename Read>
auto with_meta(std::string_view file, std::string_view name, Read read)
    -> decltype(read(std::declval<const json::Value&>())) {
  const json::ReadLimits limits{.bytes = limits::kNotaryMetadataBytes, .integral_floats = true};
  const auto document = json::Document::parse(std::string(file), limits);
  if (!document) return std::nullopt;
  const json::Value* value = &document->root();
  for (const std::string_view step : {std::string_view("signed"), std::string_view("meta"), name}) {
    value = value->find(step);
    if (value == nullptr) return std::nullopt;
  }
  return read(*value);
}

}  // namespace

std::optional<Sha256> named_hash(std::string_view file, std::string_view role) {
  return with_meta(file, role, [](const json::Value& meta) -> std::optional<Sha256> {
    const json::Value* hashes = meta.find("hashes");
    const json::Value* text = hashes == nullptr ? nullptr : hashes->find("sha256");
    if (text == nullptr) return std::nullopt;
    const auto bytes = base64_decode(text->as_string());
    Sha256 hash{};
    if (!bytes || bytes->size() != hash.size()) return std::nullopt;
    std::copy(bytes->begin(), bytes->end(), hash.begin());
    return hash;
  });
}

std::optional<std::int64_t> named_version(std::string_view file, std::string_view role) {
  return with_meta(
      file, std::string(role) + ".json", [](const json::Value& meta) -> std::optional<std::int64_t> {
        const json::Value* removed = meta.find("x-boltseal-removed");
        const json::Value* version = meta.find("version");
        if ((removed != nullptr && removed->as_bool()) || version == nullptr || !version->is_integer()) {
          return std::nullopt;
        }
        return version->as_int();
      });
}

}  // namespace boltseal::server
