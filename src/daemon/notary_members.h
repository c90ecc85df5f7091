// The members of notary's own configuration files as viper gives them to notary-server and notary-signer:
// names in any case, variables of the environment first, texts and numbers taken for one another. Internal to
// notary_config.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "daemon/environment.h"
#include "json/value.h"

namespace boltseal::daemon {

/// Paths are lower-case names joined by dots ("server.http_addr"). A view: document and environment outlive
/// it.
class NotaryMembers {
 public:
  /// bad_config: not an object, or two members of one object that differ by case alone.
  static Result<NotaryMembers> of(const json::Value& root, std::string prefix,
                                  const Environment& environment);

  /// The variable, else the member, as text; empty where there is neither. bad_config: an object or a list.
  Result<std::string> text(std::string_view path) const;
  /// Nothing where there is neither, also for what is no number (viper's 0 with `no_number`).
  Result<std::optional<std::int64_t>> number(std::string_view path, std::int64_t no_number) const;
  /// A list of texts, or one text cut at blanks.
  Result<std::vector<std::string>> list(std::string_view path) const;
  /// The member alone, whatever the environment says; nullptr where there is none, or null.
  const json::Value* in_file(std::string_view path) const;
  bool is_set(std::string_view path) const { return from_environment(path) || in_file(path) != nullptr; }
  std::optional<std::string> from_environment(std::string_view path) const;
  std::string variable(std::string_view path) const;
  /// A variable by its whole name.
  std::optional<std::string> process_variable(const std::string& name) const { return (*environment_)(name); }

  /// Paths of the file, as they are written there, that are neither in `known` nor lead to one of them.
  std::vector<std::string> unknown(const std::set<std::string_view>& known) const;

 private:
  NotaryMembers(const json::Value& root, std::string prefix, const Environment& environment)
      : root_(&root), prefix_(std::move(prefix)), environment_(&environment) {}
  const json::Value* root_;
  std::string prefix_;
  const Environment* environment_;
};

/// A member of an object by its lower-case name, in any case; nullptr where there is none.
const json::Value* find_any_case(const json::Value& object, std::string_view name);

}  // namespace boltseal::daemon
