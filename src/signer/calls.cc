#include "signer/calls.h"

#include <proto/health.pb.h>
#include <proto/signer.pb.h>

#include "tuf/key.h"

namespace boltseal::signer {
namespace {

using crypto::KeyAlgorithm;

template <typename Message>
RpcResult<Message> parse(std::string_view bytes) {
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return refuse(Status::invalid_argument, "the message is malformed");
  return message;
}

/// Ids and algorithms of foreign making, in a message.
std::string shown(const std::string& text) { return text.substr(0, 128); }

/// "ecdsa" or "ed25519"; raw bytes of the public part.
std::string_view wire_name(const crypto::PublicKey& key) {
  return key.algorithm() == KeyAlgorithm::ed25519 ? "ed25519" : "ecdsa";
}
std::string wire_bytes(const crypto::PublicKey& key) {
  if (key.algorithm() == KeyAlgorithm::ed25519) return std::string(as_text(key.raw_ed25519()));
  return std::string(as_text(key.spki()));
}

void describe(const crypto::PublicKey& key, proto::KeyInfo& out) {
  out.mutable_keyid()->set_id(tuf::canonical_key_id(key).str());
  out.mutable_algorithm()->set_algorithm(std::string(wire_name(key)));
}

RpcResult<KeyAlgorithm> algorithm_of(const std::string& name) {
  if (name == "ecdsa") return KeyAlgorithm::ecdsa_p256;
  if (name == "ed25519") return KeyAlgorithm::ed25519;
  return refuse(Status::unknown, "algorithm " + shown(name) + " not supported for create key");
}

RpcResult<Gun> gun_of(const std::string& text) {
  auto gun = Gun::parse_lenient(text);
  if (!gun) return refuse(Status::invalid_argument, "gun is not a name of a repository");
  return *gun;
}

RpcResult<RoleName> role_of(const std::string& text) {
  auto role = RoleName::parse_notary(text);
  if (!role) return refuse(Status::invalid_argument, "role is not a name of a role");
  return *role;
}

tl::unexpected<RpcError> not_this_gun() {
  return refuse(Status::permission_denied, "this client certificate may not use keys of that repository");
}

}  // namespace

RpcResult<std::string> Calls::create_key(const Call& call, std::string_view message) {
  const auto request = BS_TRY(parse<proto::CreateKeyRequest>(message));
  const KeyAlgorithm algorithm = BS_TRY(algorithm_of(request.algorithm()));
  const Gun gun = BS_TRY(gun_of(request.gun()));
  const RoleName role = BS_TRY(role_of(request.role()));
  if (!call.client.may_use(gun)) return not_this_gun();
  // Without the right passphrase existing keys look lost: none may take their place (NOTARY-SERVER.md 9, bug
  // 18).
  constexpr std::string_view kFailed = "Key creation failed";
  if (const auto sound = holder_.check(); !sound) return tl::unexpected(rpc_error(sound.error(), kFailed));
  const auto key = holder_.create(gun, role, algorithm);
  if (!key) return tl::unexpected(rpc_error(key.error(), kFailed));
  proto::PublicKey answer;
  describe(**key, *answer.mutable_keyinfo());
  answer.set_publickey(wire_bytes(**key));
  return answer.SerializeAsString();
}

/// Nothing: there is no such key, or none of the GUN that was named.
RpcResult<Calls::Found> Calls::find(const Call& call, const std::string& id_text) {
  const auto id = KeyId::parse(id_text);
  if (!id) return Found();
  auto found = holder_.find(*id);
  if (!found) {
    return tl::unexpected(rpc_error(found.error(), "key " + id->str() + " is there and can't be used"));
  }
  if (!*found) return Found();
  const std::optional<Gun>& gun = (*found)->gun;
  if (!call.gun.empty() && gun && call.gun != gun->url_path()) return Found();
  if (!call.client.may_use(gun)) return not_this_gun();
  return std::move(*found);
}

RpcResult<std::string> Calls::get_key_info(const Call& call, std::string_view message) {
  const auto request = BS_TRY(parse<proto::KeyID>(message));
  const auto found = BS_TRY(find(call, request.id()));
  if (!found) return refuse(Status::not_found, "key " + shown(request.id()) + " not found");
  proto::GetKeyInfoResponse answer;
  describe(*found->key, *answer.mutable_keyinfo());
  answer.set_publickey(wire_bytes(*found->key));
  if (found->role) answer.set_role(found->role->str());
  return answer.SerializeAsString();
}

RpcResult<std::string> Calls::delete_key(const Call& call, std::string_view message) {
  const auto request = BS_TRY(parse<proto::KeyID>(message));
  const auto found = BS_TRY(find(call, request.id()));
  if (found) {
    const auto removed = holder_.remove(tuf::canonical_key_id(*found->key));
    if (!removed) return tl::unexpected(rpc_error(removed.error(), "Key deletion failed"));
  }
  return proto::Void().SerializeAsString();
}

RpcResult<std::string> Calls::sign(const Call& call, std::string_view message) {
  const auto request = BS_TRY(parse<proto::SignatureRequest>(message));
  // What ends the whole process of notary-signer 0.7.0 (NOTARY-SERVER.md 9, bug 4).
  if (!request.has_keyid()) return refuse(Status::invalid_argument, "keyID is missing");
  const std::string& id = request.keyid().id();
  const auto found = BS_TRY(find(call, id));
  if (!found) return refuse(Status::not_found, "signing key not found: " + shown(id));
  const KeyId key_id = tuf::canonical_key_id(*found->key);
  constexpr std::string_view kFailed = "signing failed";
  const auto signer =
      call.client.refuse_rollback() ? holder_.signer(key_id) : holder_.signer_for_notary(key_id);
  if (!signer) return tl::unexpected(rpc_error(signer.error(), kFailed));
  const bool edwards = found->key->algorithm() == KeyAlgorithm::ed25519;
  const auto signature = (*signer)->sign_text(
      edwards ? crypto::Scheme::ed25519 : crypto::Scheme::ecdsa_raw_sha256, request.content());
  if (!signature) return tl::unexpected(rpc_error(signature.error(), kFailed));
  proto::Signature answer;
  describe(*found->key, *answer.mutable_keyinfo());
  answer.mutable_algorithm()->set_algorithm(std::string(tuf::notary_method(*found->key)));
  answer.set_content(signature->data(), signature->size());
  return answer.SerializeAsString();
}

RpcResult<std::string> Calls::check_health(std::string_view message) {
  using grpc::health::v1::HealthCheckResponse;
  const auto request = BS_TRY(parse<grpc::health::v1::HealthCheckRequest>(message));
  const std::string& service = request.service();
  if (!service.empty() && service != "grpc.health.v1.Health.KeyManagement" &&
      service != "grpc.health.v1.Health.Signer") {
    return refuse(Status::not_found, "unknown service");
  }
  HealthCheckResponse answer;
  answer.set_status(holder_.check() ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING);
  return answer.SerializeAsString();
}

}  // namespace boltseal::signer
