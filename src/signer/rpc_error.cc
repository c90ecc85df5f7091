#include "signer/rpc_error.h"

namespace boltseal::signer {
namespace {

Status status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::key_missing:
    case ErrorCode::not_found:
      return Status::not_found;
    case ErrorCode::bad_format:
    case ErrorCode::bad_name:
    case ErrorCode::bad_role:
    case ErrorCode::limit_exceeded:
    case ErrorCode::policy_denied:
      return Status::invalid_argument;
    case ErrorCode::rollback:
      return Status::failed_precondition;
    case ErrorCode::forbidden:
      return Status::permission_denied;
    case ErrorCode::locked:
    case ErrorCode::unreachable:
      return Status::unavailable;
    default:
      return Status::internal;
  }
}

}  // namespace

RpcError rpc_error(const Error& error, std::string_view otherwise) {
  const Status status = status_of(error.code());
  if (status != Status::internal) return {status, error.what(), {}};
  return {status, std::string(otherwise), error.what()};
}

}  // namespace boltseal::signer
