#include "tuf/model.h"

#include <algorithm>

#include "base/encoding.h"
#include "json/fields.h"
#include "json/reader.h"
#include "tuf/codec.h"

namespace boltseal::tuf {

namespace {

template <typename T>
const T* find_sorted(const std::vector<T>& items, std::string_view name) {
  const auto at = std::lower_bound(items.begin(), items.end(), name,
                                   [](const T& item, std::string_view wanted) { return item.name < wanted; });
  return at != items.end() && at->name == name ? &*at : nullptr;
}

Result<std::optional<std::string>> text_of(const json::Fields& fields, std::string_view name) {
  const auto text = BS_TRY(fields.optional_string(name));
  if (!text) return std::nullopt;
  return std::string(*text);
}

}  // namespace

const RoleKeys& Root::role(FileType type) const {
  switch (type) {
    case FileType::root:
      return root;
    case FileType::targets:
      return targets;
    case FileType::snapshot:
      return snapshot;
    case FileType::timestamp:
      break;
  }
  return timestamp;
}

RoleKeys& Root::role(FileType type) { return const_cast<RoleKeys&>(std::as_const(*this).role(type)); }

const DelegatedRole* Delegations::find(std::string_view name) const {
  for (const DelegatedRole& role : roles) {
    if (role.name == name) return &role;
  }
  return nullptr;
}

DelegatedRole* Delegations::find(std::string_view name) {
  return const_cast<DelegatedRole*>(std::as_const(*this).find(name));
}

bool SuccinctRoles::is_bin(std::string_view role) const {
  const std::size_t digits = static_cast<std::size_t>(bit_length + 3) / 4;
  if (role.size() != name_prefix.size() + 1 + digits || !role.starts_with(name_prefix)) return false;
  if (role[name_prefix.size()] != '-') return false;
  const std::string_view hex = role.substr(name_prefix.size() + 1);
  if (!is_lower_hex(hex)) return false;
  // The first digit holds the bits that don't fill a whole one.
  const int high_bits = bit_length % 4;
  const int first = hex[0] <= '9' ? hex[0] - '0' : hex[0] - 'a' + 10;
  return high_bits == 0 || first < (1 << high_bits);
}

const Target* Targets::find(std::string_view name) const { return find_sorted(targets, name); }

const Meta* Snapshot::find(std::string_view role) const { return find_sorted(meta, role); }

Result<TargetFacts> target_facts(const Target& target) {
  if (target.custom.empty()) return TargetFacts{};
  json::ReadLimits read;
  read.bytes = limits::kNotaryMetadataBytes;
  read.integral_floats = true;
  const auto document = BS_TRY(json::Document::parse(wire_text(Form::tuf1, target.custom), read));
  const json::Value* ours = document.root().find("boltseal");
  if (!ours) return TargetFacts{};
  const auto fields = BS_TRY(json::Fields::of(*ours, {"gun", "mediaType", "source"}, "custom.boltseal"));
  TargetFacts facts;
  facts.gun = BS_TRY(text_of(fields, "gun"));
  facts.media_type = BS_TRY(text_of(fields, "mediaType"));
  facts.source = BS_TRY(text_of(fields, "source"));
  return facts;
}

}  // namespace boltseal::tuf
