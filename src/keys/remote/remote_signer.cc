#include "keys/remote/remote_signer.h"

#include <proto/health.pb.h>
#include <proto/signer.pb.h>

#include "crypto/key_cache.h"
#include "crypto/verify.h"
#include "keys/remote/channel.h"
#include "tuf/key.h"

namespace boltseal::keys {
namespace {

using crypto::KeyAlgorithm;
using crypto::Scheme;

constexpr std::string_view kManagement = "/proto.KeyManagement/";

template <typename Message>
Result<Message> parse(const std::string& bytes) {
  Message message;
  if (!message.ParseFromString(bytes))
    return fail(ErrorCode::bad_response, "the signer's answer is malformed");
  return message;
}

/// The public part in the signer's form; its id must be the one that stands beside it.
Result<crypto::PublicKeyPtr> read_key(const proto::KeyInfo& info, const std::string& bytes) {
  const std::string& algorithm = info.algorithm().algorithm();
  Result<crypto::PublicKeyPtr> key = fail(ErrorCode::bad_response, "the signer's key is of an unknown kind");
  if (algorithm == "ecdsa") key = crypto::key_cache().from_spki(as_bytes(bytes));
  if (algorithm == "ed25519") key = crypto::key_cache().from_ed25519(as_bytes(bytes));
  if (!key || (algorithm == "ecdsa") != crypto::is_ecdsa((*key)->algorithm()))
    return fail(ErrorCode::bad_response, "the signer's answer holds no key that can be used");
  if (tuf::canonical_key_id(**key).str() != info.keyid().id())
    return fail(ErrorCode::bad_response, "the signer's key does not have the id that the signer gives it");
  return key;
}

Result<std::string_view> wire_name(KeyAlgorithm algorithm) {
  if (algorithm == KeyAlgorithm::ecdsa_p256) return "ecdsa";
  if (algorithm == KeyAlgorithm::ed25519) return "ed25519";
  return fail(ErrorCode::bad_key,
              "signers make no keys of the kind " + std::string(crypto::name_of(algorithm)),
              "use ecdsa or ed25519");
}

/// The scheme in which a signer signs with this key; the caller's must be its other form at most.
Result<Scheme> wire_scheme(const crypto::PublicKey& key, Scheme wanted) {
  if (key.algorithm() == KeyAlgorithm::ed25519 && wanted == Scheme::ed25519) return wanted;
  const bool ecdsa = wanted == Scheme::ecdsa_raw_sha256 || wanted == Scheme::ecdsa_der_sha256;
  if (crypto::is_ecdsa(key.algorithm()) && ecdsa) return Scheme::ecdsa_raw_sha256;
  return fail(ErrorCode::bad_key, std::string(crypto::name_of(wanted)) + " does not fit the signer's key");
}

std::string id_message(const KeyId& id) {
  proto::KeyID message;
  message.set_id(id.str());
  return message.SerializeAsString();
}

}  // namespace

RemoteSigner::RemoteSigner(std::unique_ptr<Channel> channel, std::size_t message_bytes)
    : channel_(std::move(channel)), message_bytes_(message_bytes) {}

RemoteSigner::~RemoteSigner() = default;

Result<std::unique_ptr<RemoteSigner>> RemoteSigner::make(RemoteSignerOptions options) {
  const std::size_t message_bytes = options.message_bytes;
  auto channel = BS_TRY(Channel::make(std::move(options)));
  return std::unique_ptr<RemoteSigner>(new RemoteSigner(std::move(channel), message_bytes));
}

Result<crypto::PublicKeyPtr> RemoteSigner::create(const Gun& gun, const RoleName& role,
                                                  KeyAlgorithm algorithm) {
  proto::CreateKeyRequest request;
  request.set_algorithm(std::string(BS_TRY(wire_name(algorithm))));
  request.set_gun(gun.str());
  request.set_role(role.str());
  const std::string answer = BS_TRY(channel_->call(
      std::string(kManagement) + "CreateKey", request.SerializeAsString(), Repeat::never, gun.url_path()));
  const auto made = BS_TRY(parse<proto::PublicKey>(answer));
  auto key = BS_TRY(read_key(made.keyinfo(), made.publickey()));
  if (key->algorithm() != algorithm)
    return fail(ErrorCode::bad_response, "the signer made a key of another kind than the one asked for");
  return key;
}

Result<std::optional<RemoteKey>> RemoteSigner::info(const Gun& gun, const KeyId& id) {
  const auto answer =
      channel_->call(std::string(kManagement) + "GetKeyInfo", id_message(id), Repeat::safe, gun.url_path());
  if (!answer && answer.error().code() == ErrorCode::not_found) return std::nullopt;
  if (!answer) return fail(answer.error());
  const auto found = BS_TRY(parse<proto::GetKeyInfoResponse>(*answer));
  auto key = BS_TRY(read_key(found.keyinfo(), found.publickey()));
  if (found.keyinfo().keyid().id() != id.str())
    return fail(ErrorCode::bad_response, "the signer answers with another key than the one asked for");
  return RemoteKey{std::move(key), found.role()};
}

Result<Bytes> RemoteSigner::sign(const Gun& gun, const crypto::PublicKey& key, Scheme scheme,
                                 ByteView content) {
  constexpr std::size_t kOverhead = 128;  // of the message around the content
  const Scheme wire = BS_TRY(wire_scheme(key, scheme));
  if (content.size() + kOverhead > message_bytes_)
    return fail(ErrorCode::limit_exceeded,
                "content to sign has " + std::to_string(content.size()) + " bytes, more than a signer takes");
  const KeyId id = tuf::canonical_key_id(key);
  proto::SignatureRequest request;
  request.mutable_keyid()->set_id(id.str());
  request.set_content(content.data(), content.size());
  const auto answer =
      channel_->call("/proto.Signer/Sign", request.SerializeAsString(), Repeat::safe, gun.url_path());
  if (!answer && answer.error().code() == ErrorCode::not_found)
    return fail(ErrorCode::key_missing, answer.error().what(),
                "the key was deleted, or the signer's passphrase for it is wrong");
  if (!answer) return fail(answer.error());
  const auto made = BS_TRY(parse<proto::Signature>(*answer));
  const Bytes signature = to_bytes(as_bytes(made.content()));
  if (!crypto::verify(key, wire, content, signature))
    return fail(ErrorCode::bad_response, "the signer's signature is not one of key " + id.short_form());
  if (wire == scheme) return signature;
  return crypto::ecdsa_raw_to_der(signature, key.bits());
}

Result<void> RemoteSigner::remove(const Gun& gun, const KeyId& id) {
  const auto answer =
      channel_->call(std::string(kManagement) + "DeleteKey", id_message(id), Repeat::safe, gun.url_path());
  if (!answer && answer.error().code() != ErrorCode::not_found) return fail(answer.error());
  return {};
}

Result<void> RemoteSigner::check() {
  using grpc::health::v1::HealthCheckResponse;
  for (const char* service : {"grpc.health.v1.Health.KeyManagement", "grpc.health.v1.Health.Signer"}) {
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    const std::string answer =
        BS_TRY(channel_->call("/grpc.health.v1.Health/Check", request.SerializeAsString(), Repeat::safe));
    if (BS_TRY(parse<HealthCheckResponse>(answer)).status() != HealthCheckResponse::SERVING)
      return fail(ErrorCode::unreachable, std::string("the signer does not serve ") + service,
                  "the signer's log says why");
  }
  return {};
}

}  // namespace boltseal::keys
