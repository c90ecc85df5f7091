#include "keys/pkcs11/token_signer.h"

#include "base/untrusted.h"
#include "crypto/digest.h"
#include "keys/pkcs11/objects.h"

namespace boltseal::keys::pkcs11 {
namespace {

using crypto::Scheme;

class TokenSigner final : public TokenKey {
 public:
  TokenSigner(std::shared_ptr<Sessions> sessions, crypto::PublicKeyPtr key, Bytes id, std::string label,
              KnownObject object)
      : sessions_(std::move(sessions)),
        key_(std::move(key)),
        id_(std::move(id)),
        label_(std::move(label)),
        object_(object) {}

  crypto::PublicKeyPtr public_key() const override { return key_; }
  const std::string& label() const override { return label_; }
  const Bytes& id() const override { return id_; }

  Result<Bytes> sign(Scheme scheme, ByteView message) override {
    if (!crypto::fits(key_->algorithm(), scheme))
      return fail(ErrorCode::bad_key, std::string(crypto::name_of(scheme)) + " does not fit the token's key");
    Bytes input = to_bytes(message);  // the module takes it as mutable
    ck_mechanism mechanism{CKM_EDDSA, nullptr, 0};
    if (scheme != Scheme::ed25519) {
      mechanism.mechanism = CKM_ECDSA;
      input = BS_TRY(digest(scheme, message));
    }
    const std::string what = "signing with the token's key \"" + escape_untrusted(label_) + "\"";
    Bytes signature;
    BS_TRY(sessions_->run(what, [&](const auto& calls, const auto& session) {
      return sign_once(calls, session, mechanism, input, signature);
    }));
    // r || s. A token whose arithmetic fails must not get its mistake published.
    const bool der = scheme == Scheme::ecdsa_der_sha256 || scheme == Scheme::ecdsa_der_sha512;
    if (der) {
      auto converted = crypto::ecdsa_raw_to_der(signature, key_->bits());
      signature = converted ? std::move(*converted) : Bytes();
    }
    if (crypto::verify(*key_, scheme, message, signature)) return signature;
    return fail(ErrorCode::io_error, what + ": the token gave a signature that does not verify",
                "the token or its module is broken");
  }

 private:
  static Result<Bytes> digest(Scheme scheme, ByteView message) {
    switch (scheme) {
      case Scheme::ecdsa_raw_sha256:
      case Scheme::ecdsa_der_sha256: {
        const Sha256 hash = crypto::sha256(message);
        return Bytes(hash.begin(), hash.end());
      }
      case Scheme::ecdsa_der_sha512: {
        const Sha512 hash = crypto::sha512(message);
        return Bytes(hash.begin(), hash.end());
      }
      default:
        return fail(ErrorCode::bad_key, std::string(crypto::name_of(scheme)) + " is not made with tokens",
                    "use a P-256 key");
    }
  }

  ck_rv_t sign_once(const ck_function_list& calls, const Sessions::Session& session, ck_mechanism mechanism,
                    Bytes& input, Bytes& signature) {
    ck_object_handle_t object = 0;
    ck_rv_t code = locate(calls, session, object);
    if (code != CKR_OK) return code;
    code = calls.C_SignInit(session.handle, &mechanism, object);
    if (code != CKR_OK) return code;
    signature.resize(256);
    unsigned long size = signature.size();
    code = calls.C_Sign(session.handle, input.data(), input.size(), signature.data(), &size);
    signature.resize(code == CKR_OK ? std::min<std::size_t>(size, signature.size()) : 0);
    return code;
  }

  /// Handles of objects end with the login: after a loss the key is looked for again.
  ck_rv_t locate(const ck_function_list& calls, const Sessions::Session& session, ck_object_handle_t& out) {
    {
      const std::lock_guard lock(mutex_);
      out = object_.object;
      if (object_.generation == session.generation) return CKR_OK;
    }
    Template wanted;
    wanted.number(CKA_CLASS, CKO_PRIVATE_KEY).bytes(CKA_ID, id_).bytes(CKA_LABEL, as_bytes(label_));
    std::vector<ck_object_handle_t> found;
    const ck_rv_t code = find_objects(calls, session.handle, std::move(wanted), found, 2);
    if (code != CKR_OK) return code;
    if (found.empty()) return CKR_KEY_HANDLE_INVALID;
    const std::lock_guard lock(mutex_);
    object_ = {found[0], session.generation};
    out = found[0];
    return CKR_OK;
  }

  const std::shared_ptr<Sessions> sessions_;
  const crypto::PublicKeyPtr key_;
  const Bytes id_;
  const std::string label_;
  std::mutex mutex_;
  KnownObject object_;
};

}  // namespace

TokenKeyPtr make_token_signer(std::shared_ptr<Sessions> sessions, crypto::PublicKeyPtr key, Bytes id,
                              std::string label, KnownObject object) {
  return std::make_shared<TokenSigner>(std::move(sessions), std::move(key), std::move(id), std::move(label),
                                       object);
}

}  // namespace boltseal::keys::pkcs11
