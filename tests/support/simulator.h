// A repository in memory, in either form, for tests of verification: edit the models, sign, and it is served
// as a transport would. Whatever an attacker could do (sign with stolen keys, serve old bytes, change a byte)
// is a line on the public members. Deterministic in time (kNow); keys are fresh. Not thread safe.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/names.h"
#include "base/result.h"
#include "crypto/software_key.h"
#include "tuf/codec.h"
#include "tuf/model.h"
#include "tuf/trust_facts.h"

namespace boltseal::test {

inline constexpr std::string_view kGun = "registry.example/team/app";
/// 2026-11-24T00:00:00Z.
Time sim_now();

/// A key pair, and the key as metadata lists it.
struct TestKey {
  crypto::SoftwareKeyPtr signer;
  tuf::Key listed;
};
using TestKeys = std::vector<TestKey>;

/// TUF 1.0: Ed25519, whose signatures (and files) have one length. Notary: P-256.
TestKey make_key(tuf::Form form);
TestKey make_key(tuf::Form form, crypto::KeyAlgorithm algorithm);
/// A Notary root key: self-signed certificate. Dates relative to sim_now().
TestKey make_certificate(std::string_view common_name, Duration from = -kDay, Duration until = 3650 * kDay);
/// The same pair as another certificate.
TestKey certify(const crypto::SoftwareKeyPtr& signer, std::string_view common_name, Duration from = -kDay,
                Duration until = 3650 * kDay);

tuf::Signature sign_text(tuf::Form form, const TestKey& key, std::string_view canonical);

class Simulator {
 public:
  /// One key per role, thresholds 1, a target "v1" in `targets`; everything at version 1, signed and served.
  explicit Simulator(tuf::Form form, std::string gun = std::string(kGun), const TestKey* root_key = nullptr);

  // ---- what is edited
  tuf::Form form;
  std::string gun;
  tuf::Root root;
  std::map<RoleName, tuf::Targets> targets;
  tuf::Snapshot snapshot;
  tuf::Timestamp timestamp;
  /// Who signs a role's next file; not necessarily who is listed for it.
  std::map<RoleName, TestKeys> signers;
  /// Changes the canonical text of a role's `signed` before it is signed: files that no editor would make.
  std::map<RoleName, std::function<void(std::string&)>> before_signing;

  /// Lists keys for a base role in the root model, and makes them its signers. Sign the root afterwards.
  void set_keys(const RoleName& role, TestKeys keys, std::int64_t threshold = 1);
  /// Fresh key for a base role.
  TestKey rotate(const RoleName& role);
  /// A delegation with fresh keys (unless given), with an empty file at version 1.
  TestKeys delegate(const RoleName& parent, std::string_view name, std::vector<std::string> paths,
                    int keys = 1, std::int64_t threshold = 1, bool terminating = false);
  void delegate_with(const RoleName& parent, std::string_view name, std::vector<std::string> paths,
                     TestKeys keys, std::int64_t threshold = 1, bool terminating = false);
  void set_target(const RoleName& role, std::string_view name, std::string_view content);
  tuf::Targets& file(const RoleName& role) { return targets.at(role); }

  // ---- signing: each replaces what is served for the role
  void sign_root();  ///< by its signers and those of the root before it
  void sign_targets(const RoleName& role);
  void sign_snapshot();  ///< lists what is served now
  void sign_timestamp();
  /// Next version of the roles given (default: targets), of snapshot and of timestamp.
  void publish(const std::vector<RoleName>& roles = {RoleName::targets()});
  /// Next root; in Notary form snapshot and timestamp too, which name it.
  void publish_root();
  /// Next snapshot and timestamp over what is served.
  void publish_online();
  std::string signed_file(const RoleName& role, const tuf::Payload& payload, const TestKeys& keys);

  // ---- serving
  std::map<RoleName, std::string> served;     ///< roles but root
  std::map<std::int64_t, std::string> roots;  ///< by version
  std::map<RoleName, ErrorCode> faults;       ///< answers that fail
  std::vector<std::string> requests;          ///< "2.root", "timestamp", ...
  /// not_found where nothing is served. Bytes are given whatever hash was asked for: the server may lie.
  Result<std::string> fetch(const tuf::Want& want);
  const std::string& newest_root() const { return roots.rbegin()->second; }

 private:
  TestKeys previous_root_signers_;
  tuf::Meta meta_for(const RoleName& role, const std::string& bytes, std::int64_t version) const;
};

/// Replaces the first occurrence; the test fails where there is none.
void replace_first(std::string& text, std::string_view from, std::string_view to);
RoleName role(std::string_view name);

}  // namespace boltseal::test
