// What the fuzz targets of metadata files demand of a file that was read.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tuf/codec.h"
#include "tuf/verify_threshold.h"

namespace boltseal::fuzz {

inline void require(bool truth) {
  if (!truth) std::abort();
}

/// The model is written in the form of the file, is read again as the same model, and stays as it is then.
template <typename T, typename Parse>
void check(tuf::Form form, std::string_view text, Parse parse) {
  const auto file = parse(std::string(text));
  if (!file) return;
  require(file->bytes() == text && !file->signed_bytes().empty());
  const tuf::Payload payload = tuf::write_payload(file->body());
  const auto again = parse(tuf::assemble(form, payload.wire, file->signatures()));
  require(again.has_value());
  require(again->signed_bytes() == payload.canonical);
  require(again->body() == file->body());
}

inline void read_as_each_kind(tuf::Form form, std::string_view text) {
  check<tuf::Root>(form, text, [form](std::string t) { return tuf::parse_root(form, std::move(t)); });
  check<tuf::Targets>(form, text, [form](std::string t) {
    return tuf::parse_targets(form, RoleName::targets(), std::move(t));
  });
  check<tuf::Snapshot>(form, text, [form](std::string t) { return tuf::parse_snapshot(form, std::move(t)); });
  check<tuf::Timestamp>(form, text,
                        [form](std::string t) { return tuf::parse_timestamp(form, std::move(t)); });
  // Signatures of a root by its own keys: whatever they are, an answer.
  if (const auto root = tuf::parse_root(form, std::string(text))) {
    tuf::verify_threshold(root->body().root, root->body().keys, *root, tuf::Check::all);
  }
}

}  // namespace boltseal::fuzz
