// Where passphrases come from, and how a process uses them: what was right once is kept for the role and
// tried first, a wrong one from the environment is an error at once, a person may try again.
//
// Errors: bad_passphrase, no_passphrase, aborted (the person gave up). Not thread safe.
// Sources: NOTARY-CLIENT.md 4, DOCKER-DCT.md 1.1 and 5.5.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/names.h"
#include "base/result.h"
#include "base/secret.h"

namespace boltseal::keys {

struct PassphraseRequest {
  std::string role;             ///< role of the key as its file says; text from outside, may be empty
  std::optional<KeyId> key_id;  ///< unknown for an encrypted file that is imported
  bool new_key = false;         ///< the passphrase is going to protect a new file
  int attempt = 0;              ///< answers of this source to this request that were wrong
};

struct Passphrase {
  Secret text;
  std::string origin;  ///< for messages: "DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE", "the terminal"
  bool last = true;    ///< the source has no further answer: when wrong, the operation fails
};

class PassphraseSource {
 public:
  virtual ~PassphraseSource() = default;
  /// Nothing: this source does not know, the next one is asked. An error ends the operation.
  virtual Result<std::optional<Passphrase>> get(const PassphraseRequest& request) = 0;
};

/// The passphrases of one process: its sources in order, and what it knows already.
class Passphrases {
 public:
  /// Tries one passphrase: bad_passphrase when it is wrong, any other error ends the operation.
  using Attempt = std::function<Result<void>(const Secret&)>;

  explicit Passphrases(std::vector<std::unique_ptr<PassphraseSource>> sources)
      : sources_(std::move(sources)) {}

  /// Opens something that exists. What was right for the role before is tried first, in silence.
  Result<void> open(PassphraseRequest request, const Attempt& attempt);
  /// A passphrase for a new file; never empty. With `reuse`, what is known for the role (as notary: the
  /// second new key of a role is not asked for again).
  Result<Secret> choose(PassphraseRequest request, bool reuse = true);
  /// Wipes what is known.
  void forget() { known_.clear(); }

 private:
  std::vector<std::unique_ptr<PassphraseSource>> sources_;
  std::map<std::string, Secret> known_;
};

/// "root key 9bd718d", "key 9bd718d", "encrypted key": for messages, escaped.
std::string describe(const PassphraseRequest& request);

}  // namespace boltseal::keys
