// Every stored version of one GUN in one form by itself: hash, shape, number, binding, signatures. For
// verify_store.cc alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/verify_store.h"
#include "tuf/model.h"

namespace boltseal::server {

/// Which keys may sign a role: as one root, or one version of its parent, says.
struct RoleAuthority {
  tuf::RoleKeys role;
  tuf::KeyMap keys;
};

class FileCheck {
 public:
  FileCheck(const Storage& storage, const Gun& gun, Form form, const FindingSink& sink)
      : storage_(storage), gun_(gun), form_(form), sink_(sink) {}

  /// `versions`: those of this form, by (role, version). How many files were read.
  Result<std::uint64_t> run(const std::vector<VersionName>& versions);

 private:
  using Versions = std::vector<std::int64_t>;
  /// What is kept of a role until all keys that may sign it are known.
  struct Role {
    Versions versions;
    Versions unsigned_;
    bool done = false;
  };
  Result<std::optional<StoredFile>> load(const RoleName& role, std::int64_t version);
  template <typename Parsed>
  bool check_body(const RoleName& role, std::int64_t version, const Parsed& parsed);
  template <typename File>
  bool is_signed(const RoleName& role, const File& file) const;
  void add_authority(const std::string& role, RoleAuthority authority);
  Result<void> check_roots(const Versions& versions);
  void check_root(std::int64_t version, const StoredFile& file);
  Result<void> check_role(const RoleName& role, Role& state);
  Result<bool> check_file(const RoleName& role, std::int64_t version);
  template <typename Parsed>
  bool judge(const RoleName& role, std::int64_t version, const Parsed& parsed);
  bool judge_targets(const RoleName& role, std::int64_t version, const std::string& bytes);
  void learn_delegations(const tuf::Targets& body);
  void find(const RoleName& role, std::int64_t version, std::string_view kind, std::string text);

  const Storage& storage_;
  const Gun& gun_;
  const Form form_;
  const FindingSink& sink_;
  std::map<std::string, std::vector<RoleAuthority>> authorities_;
  std::map<RoleName, Role> roles_;
  std::optional<tuf::Root> previous_;  ///< the root before, if it was good
  std::int64_t previous_version_ = 0;
  bool retrying_ = false;  ///< what was said of a file is not said again
  std::uint64_t files_ = 0;
};

}  // namespace boltseal::server
