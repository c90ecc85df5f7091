#include "keys/pkcs11/token.h"

#include <atomic>

#include "base/encoding.h"
#include "base/untrusted.h"
#include "crypto/random.h"
#include "keys/pkcs11/objects.h"
#include "keys/pkcs11/token_signer.h"

namespace boltseal::keys::pkcs11 {
namespace {

using crypto::KeyAlgorithm;

/// Both parts of a key as the token shows them, not yet judged.
struct RawKey {
  ck_object_handle_t object;
  std::uint64_t generation;
  Bytes id, label, parameters, point;
};

/// The point lies in the public object, or (some tokens) in the private one too.
ck_rv_t read_raw(const ck_function_list& calls, ck_session_handle_t session, RawKey& key) {
  const auto read = [&](ck_object_handle_t object, ck_attribute_type_t type, Bytes& out) {
    return read_attribute(calls, session, object, type, out);
  };
  for (const ck_rv_t code :
       {read(key.object, CKA_ID, key.id), read(key.object, CKA_LABEL, key.label),
        read(key.object, CKA_EC_PARAMS, key.parameters), read(key.object, CKA_EC_POINT, key.point)})
    if (code != CKR_OK) return code;
  if (!key.point.empty()) return CKR_OK;
  Template wanted;
  wanted.number(CKA_CLASS, CKO_PUBLIC_KEY).bytes(CKA_ID, key.id);
  std::vector<ck_object_handle_t> found;
  ck_rv_t code = find_objects(calls, session, std::move(wanted), found, 1);
  if (code != CKR_OK || found.empty()) return code;
  code = read(found[0], CKA_EC_POINT, key.point);
  if (code == CKR_OK && key.parameters.empty()) code = read(found[0], CKA_EC_PARAMS, key.parameters);
  return code;
}

class RealToken final : public Token {
 public:
  RealToken(std::shared_ptr<Sessions> sessions, const ck_token_info& info)
      : sessions_(std::move(sessions)),
        label_(field_text(info.label, sizeof info.label)),
        serial_(field_text(info.serial_number, sizeof info.serial_number)) {}

  std::string label() const override { return label_; }
  std::string serial() const override { return serial_; }

  Result<std::vector<TokenKeyPtr>> keys(const std::optional<Bytes>& id,
                                        const std::optional<std::string>& label) override {
    std::vector<RawKey> raw;
    BS_TRY(sessions_->run(where("looking for keys on"), [&](const auto& calls, const auto& session) {
      raw.clear();
      std::vector<ck_object_handle_t> found;
      Template wanted;
      wanted.number(CKA_CLASS, CKO_PRIVATE_KEY).flag(CKA_SIGN, true);
      if (id) wanted.bytes(CKA_ID, *id);
      if (label) wanted.bytes(CKA_LABEL, as_bytes(*label));
      ck_rv_t code = find_objects(calls, session.handle, std::move(wanted), found);
      for (std::size_t i = 0; code == CKR_OK && i < found.size(); ++i) {
        raw.push_back({found[i], session.generation, {}, {}, {}, {}});
        code = read_raw(calls, session.handle, raw.back());
      }
      return code;
    }));
    std::vector<TokenKeyPtr> out;
    for (RawKey& key : raw)
      if (auto public_key = public_key_of(key.parameters, key.point)) {
        const KnownObject object{key.object, key.generation};
        out.push_back(make_token_signer(sessions_, std::move(*public_key), std::move(key.id),
                                        std::string(as_text(key.label)), object));
      }
    return out;
  }

  Result<TokenKeyPtr> find(const Bytes& id) override {
    std::vector<TokenKeyPtr> found = BS_TRY(keys(id, std::nullopt));
    if (found.empty()) return nullptr;
    if (found.size() == 1) return std::move(found[0]);
    return fail(ErrorCode::bad_key, where("several keys have the id " + hex_encode(id) + " on"),
                "delete what does not belong there (pkcs11-tool --delete-object)");
  }

  Result<TokenKeyPtr> generate(KeyAlgorithm algorithm, const std::string& label,
                               const std::function<Bytes(const crypto::PublicKey&)>& id_of) override {
    if (algorithm != KeyAlgorithm::ecdsa_p256 && algorithm != KeyAlgorithm::ed25519)
      return fail(ErrorCode::bad_key, "tokens make ECDSA P-256 and Ed25519 keys only", "use ecdsa");
    Bytes first_id(16);  // until the public key, and so the real id, is known
    crypto::system_random().fill(first_id);
    const std::string what = where("making a key on");
    BS_TRY(sessions_->run(
        what,
        [&](const auto& calls, const auto& session) {
          return make_pair(calls, session.handle, algorithm, label, first_id);
        },
        true));
    auto named = name_pair(what, first_id, id_of);
    if (!named) {
      const auto cleaned = destroy(first_id);
      static_cast<void>(cleaned);  // the first error is the one to tell
    }
    return named;
  }

  Result<int> destroy(const Bytes& id) override {
    int count = 0;
    BS_TRY(sessions_->run(
        where("deleting a key on"),
        [&](const auto& calls, const auto& session) {
          return each_part(calls, session.handle, id, [&](ck_object_handle_t object) {
            const ck_rv_t code = calls.C_DestroyObject(session.handle, object);
            if (code == CKR_OK) ++count;
            return code;
          });
        },
        true));
    return count;
  }

  Result<void> check() override {
    return sessions_->run(where("asking"), [](const auto& calls, const auto& session) {
      ck_session_info state{};
      const ck_rv_t code = calls.C_GetSessionInfo(session.handle, &state);
      const bool outside = state.state == CKS_RO_PUBLIC_SESSION || state.state == CKS_RW_PUBLIC_SESSION;
      ck_token_info info{};
      if (code != CKR_OK) return code;
      const ck_rv_t there = calls.C_GetTokenInfo(state.slot_id, &info);
      if (there != CKR_OK) return there;
      return outside && (info.flags & CKF_LOGIN_REQUIRED) != 0 ? ck_rv_t{CKR_USER_NOT_LOGGED_IN}
                                                               : ck_rv_t{CKR_OK};
    });
  }

  void log_out() override { sessions_->close_all(); }

 private:
  std::string where(const std::string& what) const {
    return what + " token \"" + escape_untrusted(label_) + "\"";
  }

  static ck_rv_t make_pair(const ck_function_list& calls, ck_session_handle_t session, KeyAlgorithm algorithm,
                           const std::string& label, const Bytes& id) {
    const bool edwards = algorithm == KeyAlgorithm::ed25519;
    ck_mechanism mechanism{edwards ? CKM_EC_EDWARDS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN, nullptr, 0};
    Template open_part;
    open_part.flag(CKA_TOKEN, true).flag(CKA_VERIFY, true).bytes(CKA_EC_PARAMS, curve_parameters(algorithm));
    open_part.bytes(CKA_LABEL, as_bytes(label)).bytes(CKA_ID, id);
    Template secret_part;
    secret_part.flag(CKA_TOKEN, true).flag(CKA_PRIVATE, true).flag(CKA_SENSITIVE, true);
    secret_part.flag(CKA_EXTRACTABLE, false).flag(CKA_SIGN, true);
    secret_part.bytes(CKA_LABEL, as_bytes(label)).bytes(CKA_ID, id);
    std::vector<ck_attribute>& open_list = open_part.list();
    std::vector<ck_attribute>& secret_list = secret_part.list();
    ck_object_handle_t public_key = 0, private_key = 0;
    return calls.C_GenerateKeyPair(session, &mechanism, open_list.data(), open_list.size(),
                                   secret_list.data(), secret_list.size(), &public_key, &private_key);
  }

  template <typename Act>
  static ck_rv_t each_part(const ck_function_list& calls, ck_session_handle_t session, const Bytes& id,
                           Act act) {
    for (const unsigned long part : {CKO_PRIVATE_KEY, CKO_PUBLIC_KEY}) {
      Template wanted;
      wanted.number(CKA_CLASS, part).bytes(CKA_ID, id);
      std::vector<ck_object_handle_t> found;
      ck_rv_t code = find_objects(calls, session, std::move(wanted), found);
      for (std::size_t i = 0; code == CKR_OK && i < found.size(); ++i) code = act(found[i]);
      if (code != CKR_OK) return code;
    }
    return CKR_OK;
  }

  Result<TokenKeyPtr> name_pair(const std::string& what, const Bytes& first_id,
                                const std::function<Bytes(const crypto::PublicKey&)>& id_of) {
    const TokenKeyPtr made = BS_TRY(find(first_id));
    if (!made) return fail(ErrorCode::bad_key, what + ": the key is not there although the token made it");
    const Bytes id = id_of(*made->public_key());
    BS_TRY(sessions_->run(
        what,
        [&](const auto& calls, const auto& session) {
          return each_part(calls, session.handle, first_id, [&](ck_object_handle_t object) {
            Template change;
            change.bytes(CKA_ID, id);
            return calls.C_SetAttributeValue(session.handle, object, change.list().data(), 1);
          });
        },
        true));
    const TokenKeyPtr named = BS_TRY(find(id));
    if (!named) return fail(ErrorCode::bad_key, what + ": the token does not keep the id of a key");
    return named;
  }

  const std::shared_ptr<Sessions> sessions_;
  const std::string label_, serial_;
};

}  // namespace

Result<std::shared_ptr<Token>> Token::open(const Uri& uri, PinSource pin, const std::string& module,
                                           std::size_t sessions) {
  const auto opened = BS_TRY(Module::open(uri.module_path.empty() ? module : uri.module_path));
  const Module::Found found = BS_TRY(opened->find_token(uri));
  auto token = std::make_shared<RealToken>(
      std::make_shared<Sessions>(opened, uri, std::move(pin), std::max<std::size_t>(sessions, 2)),
      found.info);
  BS_TRY(token->check());
  return token;
}

}  // namespace boltseal::keys::pkcs11
