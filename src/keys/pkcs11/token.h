// Keys on a PKCS#11 token (smart card, HSM, SoftHSM): found, made, and signed with. The private part never
// leaves the token. ECDSA on P-256, P-384 and P-521, Ed25519 where the token can.
//
// The module is opened with dlopen when a token is opened, and only the one that is named. Thread safe.
// Errors: those of cryptoki.h (bad_passphrase: PIN wrong or locked; key_missing: no such token or key),
// bad_config (module, URI), io_error (the module's).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "crypto/signer.h"
#include "keys/pkcs11/uri.h"

namespace boltseal::keys::pkcs11 {

/// Asked at each login, which is rare. Thread safe.
using PinSource = std::function<Result<Secret>()>;

/// The first line of a file that others cannot read. no_passphrase: empty. bad_config: others can read it.
Result<Secret> read_pin_file(const std::string& path);
/// That of the URI's pin-source; no_passphrase where it names none.
PinSource pin_of(const Uri& uri);

/// A private key on the token. Immutable; stays good when the token is pulled and put back.
class TokenKey : public crypto::Signer {
 public:
  virtual const std::string& label() const = 0;  ///< CKA_LABEL; text from outside
  virtual const Bytes& id() const = 0;           ///< CKA_ID
};
using TokenKeyPtr = std::shared_ptr<TokenKey>;

class Token {
 public:
  /// Finds the token and logs in. The module is the URI's, else `module`.
  static Result<std::shared_ptr<Token>> open(const Uri& uri, PinSource pin, const std::string& module = {},
                                             std::size_t sessions = 4);
  virtual ~Token() = default;

  virtual std::string label() const = 0;   ///< of the token
  virtual std::string serial() const = 0;  ///< of the token

  /// Keys that can sign, with this id or label where given; those of other kinds and without a public part
  /// are left out.
  virtual Result<std::vector<TokenKeyPtr>> keys(const std::optional<Bytes>& id,
                                                const std::optional<std::string>& label) = 0;
  /// The one key with this id; null: none. bad_key: several.
  virtual Result<TokenKeyPtr> find(const Bytes& id) = 0;

  /// Makes a key that cannot be extracted. `id_of` gives the id that both parts get, from the public key.
  /// bad_key: the algorithm is not ECDSA P-256 or Ed25519, or the token cannot make it.
  virtual Result<TokenKeyPtr> generate(crypto::KeyAlgorithm algorithm, const std::string& label,
                                       const std::function<Bytes(const crypto::PublicKey&)>& id_of) = 0;
  /// Removes both parts of the keys with this id for ever; how many objects.
  virtual Result<int> destroy(const Bytes& id) = 0;

  /// The token is there and the login holds, or is had anew.
  virtual Result<void> check() = 0;
  /// Ends all sessions of this program at the token; the next use logs in again.
  virtual void log_out() = 0;
};

}  // namespace boltseal::keys::pkcs11
