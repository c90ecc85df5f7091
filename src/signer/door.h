// The signer's door: notary-signer's gRPC API over the keys of a holder (NOTARY-SERVER.md 6), as handlers of
// an HTTP server that speaks HTTP/2 on TLS and asks for client certificates.
//
//   POST -> plan(): size -> handle(): head, frame -> calls: message, rights, holder -> frame, trailers
//   (worker)
//
// Strict (SECURITY rules 24, 25): one message in a call, of bounded size, not compressed; what is malformed
// is answered with invalid_argument and harms its own call alone. An answer is bounded by its request's
// `grpc-timeout` in that none is given behind it. No key is kept between calls.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "http/server/metrics.h"
#include "http/server/server.h"
#include "signer/access.h"
#include "vault/key_holder.h"

namespace boltseal::signer {

struct DoorOptions {
  std::vector<ClientRule> clients;       ///< none: every client that the listener lets in may use all keys
  bool refuse_rollback = false;          ///< where there are no rules; see ClientRule
  std::size_t message_bytes = 4u << 20;  ///< of one request, as notary-signer
};

/// Counts calls in `boltseal_signer_requests_total{method, code}`, and their time in
/// `boltseal_signer_request_duration_microseconds{method}`. handlers() may be called from many threads.
class SignerDoor {
 public:
  /// Holder and registry outlive the door.
  SignerDoor(DoorOptions options, vault::KeyHolder& holder, http::MetricsRegistry& metrics);
  ~SignerDoor();
  SignerDoor(const SignerDoor&) = delete;
  SignerDoor& operator=(const SignerDoor&) = delete;

  /// Valid as long as this object.
  http::Handlers handlers();
  /// One call, answered as over the network: for tests and fuzzing.
  http::Response handle(http::Request& request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boltseal::signer
