// Reads an object whose member names are fixed by a format, with errors that name the path.
//
// Go's encoding/json, which the Notary programs and go-tuf use, matches member names without regard to case:
// "Delegations" is the known member to them and an unknown one to us, alone or beside "delegations". So a
// member that differs from a known name by letter case only is bad_format. Never use it for maps (`targets`,
// `meta`, `keys`, `roles`, `hashes`, `custom`), where tags V1 and v1 are two things: walk Value::members()
// there.
//
// Views only: valid as long as the Document. All errors are bad_format. A member that is null is of the
// wrong type, never absent.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/value.h"

namespace boltseal::json {

class Fields {
 public:
  /// `known` are all names of the format; `path` ("signed.roles") stands in messages, escaped there.
  static Result<Fields> of(const Value& value, std::span<const std::string_view> known, std::string path);
  static Result<Fields> of(const Value& value, std::initializer_list<std::string_view> known,
                           std::string path) {
    return of(value, std::span<const std::string_view>(known.begin(), known.size()), std::move(path));
  }

  Result<std::string_view> string(std::string_view name) const;
  Result<std::int64_t> integer(std::string_view name) const;
  /// An integer within [low, high].
  Result<std::int64_t> integer(std::string_view name, std::int64_t low, std::int64_t high) const;
  Result<bool> boolean(std::string_view name) const;
  Result<const Value*> object(std::string_view name) const;
  Result<std::span<const Value>> array(std::string_view name) const;
  Result<const Value*> any(std::string_view name) const;

  Result<std::optional<std::string_view>> optional_string(std::string_view name) const;
  Result<std::optional<std::int64_t>> optional_integer(std::string_view name) const;
  Result<std::optional<bool>> optional_boolean(std::string_view name) const;
  Result<const Value*> optional_object(std::string_view name) const;  ///< nullptr where absent
  Result<const Value*> optional_array(std::string_view name) const;   ///< nullptr where absent
  const Value* find(std::string_view name) const { return value_->find(name); }

  /// Members outside `known`, in the order of the text.
  const std::vector<const Member*>& unknown() const { return unknown_; }
  /// bad_format when there is any member outside `known` (configuration: a typing error must not pass).
  Result<void> no_unknown() const;

  const Value& value() const { return *value_; }
  const std::string& path() const { return path_; }
  /// "signed.roles" + "root" -> "signed.roles.root".
  std::string path_of(std::string_view name) const;
  /// bad_format: "<path>.<name> <problem>".
  Error wrong(std::string_view name, std::string_view problem) const;

 private:
  Fields(const Value& value, std::string path) : value_(&value), path_(std::move(path)) {}
  Result<const Value*> required(std::string_view name, Kind kind) const;
  Result<const Value*> optional(std::string_view name, Kind kind) const;

  const Value* value_;
  std::string path_;
  std::vector<const Member*> unknown_;
};

/// A list of strings; `path` stands in messages. bad_format when an item is no string.
Result<std::vector<std::string_view>> strings(std::span<const Value> items, std::string_view path);

}  // namespace boltseal::json
