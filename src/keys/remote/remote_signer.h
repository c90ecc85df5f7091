// Keys that a notary-signer holds, or boltseald's signer: the client of its gRPC API (NOTARY-SERVER.md 6).
//
// What comes back is checked before it is used: a key must have the id that was asked for, a signature must
// verify. boltseald's signer is told the GUN in the header field `boltseal-gun` and then knows no key of
// another GUN; notary-signer does not read it: there any server may use any key.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/names.h"
#include "base/result.h"
#include "crypto/signer.h"

namespace boltseal::keys {

class Channel;

struct RemoteSignerOptions {
  std::string address;             ///< "signer.example:7899", "[::1]:7899"; TLS always
  std::string ca_file;             ///< PEM; the only CAs that are trusted. Empty: the system's
  std::string client_certificate;  ///< PEM; with client_key both or none
  std::string client_key;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds deadline{10'000};  ///< of one call with its repeats
  int attempts = 4;                            ///< of a call that is safe to repeat; waits 50 ms, 200 ms, ...
  std::size_t message_bytes = 4u << 20;        ///< of an answer, and of what is sent to be signed
  std::size_t kept_connections = 4;
};

struct RemoteKey {
  crypto::PublicKeyPtr key;
  std::string role;  ///< as the signer says; empty where it does not. Text from outside
};

/// Thread safe. Errors of all calls: unreachable, tls_failed, timed_out, too_many_requests, server_error,
/// bad_response, bad_config (TLS files), forbidden, unauthorized; none of them means that a key is not there.
class RemoteSigner {
 public:
  /// Connects at the first call. bad_config: no address.
  static Result<std::unique_ptr<RemoteSigner>> make(RemoteSignerOptions options);
  ~RemoteSigner();

  /// Also bad_key: an algorithm that signers do not make (they know ECDSA on P-256 and Ed25519). Never
  /// repeated: a signer may make a key each time.
  Result<crypto::PublicKeyPtr> create(const Gun& gun, const RoleName& role, crypto::KeyAlgorithm algorithm);
  /// Nothing: the signer says that it has no such key. A notary-signer says so too where its passphrase is
  /// wrong.
  Result<std::optional<RemoteKey>> info(const Gun& gun, const KeyId& id);
  /// A signature in the form of `scheme` over canonical metadata, verified. One round trip. Also key_missing:
  /// the signer has no such key; bad_key: the scheme does not fit; bad_format, rollback: boltseald's signer
  /// refuses the content; limit_exceeded: content larger than a signer takes.
  Result<Bytes> sign(const Gun& gun, const crypto::PublicKey& key, crypto::Scheme scheme, ByteView content);
  /// The key signs no more; one that is not there is no error.
  Result<void> remove(const Gun& gun, const KeyId& id);
  /// Both of the signer's services say that they serve; else unreachable.
  Result<void> check();

 private:
  explicit RemoteSigner(std::unique_ptr<Channel> channel, std::size_t message_bytes);
  std::unique_ptr<Channel> channel_;
  std::size_t message_bytes_;
};

}  // namespace boltseal::keys
