// What both codecs read alike: lists of keys, roles, hashes, unknown members. For the codecs of this room.
// Views live as long as the document. Errors: bad_format with the field's path, limit_exceeded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/canonical.h"
#include "json/fields.h"
#include "json/value.h"
#include "tuf/model.h"

namespace boltseal::tuf {

inline json::Dialect dialect(Form form) {
  return form == Form::notary ? json::Dialect::notary : json::Dialect::olpc;
}

Result<std::string> canonical_text(Form form, const json::Value& value);
/// Members that the format does not know, sorted by name.
Result<Extras> read_extras(Form form, const std::vector<const json::Member*>& members);

/// `keys` map.
Result<KeyMap> read_keys(Form form, const json::Value& map, std::string_view path);
/// keyids and threshold; `fields` knows both. TUF 1.0: duplicate keyids are refused.
Result<void> read_role_keys(Form form, const json::Fields& fields, RoleKeys& role);
/// Non-empty, with at least one known algorithm.
Result<Hashes> read_hashes(Form form, const json::Value& map, std::string_view path);
/// Elements of a list of strings; null is no list.
Result<std::vector<std::string>> read_strings(const json::Value& list, std::string_view path,
                                              std::size_t most, std::size_t longest);
/// The `targets` map, sorted by name.
Result<std::vector<Target>> read_targets(Form form, const json::Value& map);
/// `delegations`. `parent`: whose file it is, or null; Notary delegations must be its direct children.
Result<Delegations> read_delegations(Form form, const json::Value& object, const RoleName* parent);

/// _type, version, expires and, in `common`, what else all signed objects have.
struct CommonOptions {
  FileType type;
  bool lenient_dates = false;
};
Result<void> read_common(Form form, const json::Fields& fields, const CommonOptions& options, Common& common);

/// 64 lower-case hex digits in an optional member.
Result<std::optional<Sha256>> read_optional_sha256(const json::Fields& fields, std::string_view name);

Error too_many(std::string_view path, std::size_t most);

}  // namespace boltseal::tuf
