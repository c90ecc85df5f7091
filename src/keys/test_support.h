// For the tests of this room: scripted sources of passphrases and a directory that goes away.
#pragma once

#include <stdlib.h>

#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "keys/passphrase.h"
#include "keys/passphrase_sources.h"
#include "term/prompt.h"

namespace boltseal::keys::testing {

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "boltseal-keys-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Answers from a list; notes what was asked and told.
class ScriptedPrompter final : public term::Prompter {
 public:
  explicit ScriptedPrompter(std::deque<std::string> script = {}) : answers(std::move(script)) {}

  bool available() const override { return present; }
  Result<Secret> ask_secret(std::string_view question) override {
    questions.emplace_back(question);
    if (answers.empty()) return fail(ErrorCode::aborted, "end of input");
    Secret answer = Secret::of_text(answers.front());
    answers.pop_front();
    return answer;
  }
  Result<std::string> ask_line(std::string_view) override {
    return fail(ErrorCode::aborted, "not asked here");
  }
  void tell(std::string_view text) override { told.emplace_back(text); }

  bool present = true;
  std::deque<std::string> answers;
  std::vector<std::string> questions;
  std::vector<std::string> told;
};

using Variables = std::map<std::string, std::string>;

inline Environment environment_of(Variables variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

/// The passphrases of the fixtures in tests/vectors/keys.
inline Variables fixture_passphrases() {
  return {{"NOTARY_ROOT_PASSPHRASE", "root passphrase 1"},
          {"NOTARY_TARGETS_PASSPHRASE", "targets passphrase 2"},
          {"NOTARY_SNAPSHOT_PASSPHRASE", "snapshot passphrase 3"},
          {"NOTARY_DELEGATION_PASSPHRASE", "delegation passphrase 4"}};
}

inline Passphrases passphrases_of(Variables variables, term::Prompter* prompter = nullptr) {
  std::vector<std::unique_ptr<PassphraseSource>> sources;
  sources.push_back(environment_source(PassphraseVariables::both, environment_of(std::move(variables))));
  if (prompter != nullptr) sources.push_back(terminal_source(*prompter));
  return Passphrases(std::move(sources));
}

inline KeyId id_of(std::string_view text) { return *KeyId::parse(text); }

inline const char* const kRootKey = "8bc3903518a98baf4772c02962f40dd706d5845e6a94c4c7d082a78a889f2aeb";
inline const char* const kAliceKey = "0e122917a2a5f2db992374fb549a86ec726ebb45427dabba91b5c0f56cff5d61";
inline const char* const kBobKey = "cf11d932ff6bfb0ab6b282f19997d11248d5d75a9f8fa8a6fd0729fa3364b6a1";
inline const char* const kSnapshotKey = "03b726f0a506c5a5ee964578e9b734a2d13c879cdba5346b72e962c1c28c232b";
inline const char* const kTargetsKey = "cff67a48bc2f387388555157460e81d9e1dd8f3e948c89a7cef73405f93b895a";
inline const char* const kGun = "127.0.0.1:5000/demo/app";

}  // namespace boltseal::keys::testing
