// For tests: a key store in the trust directory of a test, with one passphrase for all.
#pragma once

#include <memory>
#include <string>

#include "keys/file_key_store.h"
#include "keys/passphrase_sources.h"

namespace boltseal::client {

struct TestKeyStore {
  explicit TestKeyStore(const std::string& trust_dir) : store(trust_dir, passphrases) {}

  keys::Passphrases passphrases{[] {
    std::vector<std::unique_ptr<keys::PassphraseSource>> sources;
    sources.push_back(keys::environment_source(
        keys::PassphraseVariables::docker,
        [](const std::string&) -> std::optional<std::string> { return "a passphrase"; }));
    return sources;
  }()};
  keys::FileKeyStore store;
};

}  // namespace boltseal::client
