// How a call fails: status and message of gRPC, as notary-signer words them where it has the case
// (NOTARY-SERVER.md 6).
#pragma once

#include <string>

#include "base/result.h"
#include "http/grpc.h"

namespace boltseal::signer {

using http::grpc::Status;

struct RpcError {
  Status status = Status::internal;
  std::string message;  ///< for the client: nothing of this machine
  std::string cause;    ///< for the log; empty where the message says it all
};

template <typename T>
using RpcResult = tl::expected<T, RpcError>;

inline tl::unexpected<RpcError> refuse(Status status, std::string message, std::string cause = {}) {
  return tl::unexpected<RpcError>({status, std::move(message), std::move(cause)});
}

/// The status of an error of the vault: not_found, invalid_argument, failed_precondition (rollback),
/// permission_denied, unavailable, internal. An internal one shows `otherwise`, the others what happened.
RpcError rpc_error(const Error& error, std::string_view otherwise);

}  // namespace boltseal::signer
