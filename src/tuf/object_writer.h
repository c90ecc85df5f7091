// Builds a canonical JSON object from members in any order: names are sorted when it is finished. For the
// codecs of this room. Values are canonical text. Not thread safe.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/canonical.h"
#include "tuf/key.h"

namespace boltseal::tuf {

inline std::string canonical_string(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  json::append_canonical_string(out, text);
  return out;
}

class ObjectWriter {
 public:
  ObjectWriter& raw(std::string_view name, std::string value) {
    members_.emplace_back(name, std::move(value));
    return *this;
  }
  ObjectWriter& text(std::string_view name, std::string_view value) {
    return raw(name, canonical_string(value));
  }
  ObjectWriter& integer(std::string_view name, std::int64_t value) {
    return raw(name, std::to_string(value));
  }
  ObjectWriter& boolean(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  ObjectWriter& extras(const Extras& extras) {
    for (const Extra& extra : extras) raw(extra.name, extra.value);
    return *this;
  }

  std::string finish() {
    std::sort(members_.begin(), members_.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::size_t size = 2;
    for (const auto& [name, value] : members_) size += name.size() + value.size() + 4;
    std::string out;
    out.reserve(size);
    out += '{';
    for (const auto& [name, value] : members_) {
      if (out.size() > 1) out += ',';
      json::append_canonical_string(out, name);
      out += ':';
      out += value;
    }
    out += '}';
    return out;
  }

 private:
  std::vector<std::pair<std::string, std::string>> members_;
};

/// ["a","b"]
inline std::string canonical_strings(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) {
    if (out.size() > 1) out += ',';
    json::append_canonical_string(out, item);
  }
  out += ']';
  return out;
}

}  // namespace boltseal::tuf
