#include "transport/transport.h"

namespace boltseal::transport {

Result<std::string> Transport::server_key(const RoleName& role) {
  return fail(ErrorCode::usage, describe() + " holds no " + role.str() + " key");
}

Result<std::string> Transport::rotate_server_key(const RoleName& role) {
  return fail(ErrorCode::usage, describe() + " holds no " + role.str() + " key");
}

Result<void> Transport::remove_all() {
  return fail(ErrorCode::usage, describe() + " cannot remove trust data");
}

Result<std::string> Transport::current(const RoleName& role, std::size_t limit) {
  return std::move(fetch_all({Item{role, limit, std::nullopt, std::nullopt}}).front());
}

Result<std::string> Transport::by_hash(const RoleName& role, const Sha256& sha256, std::size_t limit) {
  return std::move(fetch_all({Item{role, limit, sha256, std::nullopt}}).front());
}

Result<std::string> Transport::by_version(const RoleName& role, std::int64_t version, std::size_t limit) {
  return std::move(fetch_all({Item{role, limit, std::nullopt, version}}).front());
}

}  // namespace boltseal::transport
