#include "vault/guarded_signer.h"

#include "base/log.h"

namespace boltseal::vault {

Result<Bytes> GuardedSigner::sign(crypto::Scheme scheme, ByteView message) {
  const Time now = clock_.now();
  const Content content = BS_TRY(judge_content(role_, as_text(message), now));
  const std::shared_ptr<crypto::Signer> key = BS_TRY(open());
  if (!crypto::fits(key->public_key()->algorithm(), scheme))
    return fail(ErrorCode::bad_key, std::string(crypto::name_of(scheme)) + " does not fit the key");
  switch (BS_TRY(record(content, now))) {
    case Use::allowed:
      break;
    case Use::below_last:
      BS_TRY(below_last(content));
      break;
    case Use::retired:
      return fail(ErrorCode::key_missing, "key " + id_.short_form() + " was retired");
    case Use::missing:
      return fail(ErrorCode::key_missing, "key " + id_.short_form() + " is no longer in the vault");
  }
  return key->sign(scheme, message);
}

Result<void> GuardedSigner::below_last(const Content& content) {
  const auto last = last_version(content.form);
  if (lower_ == LowerVersions::log) {
    log::warning("signed_lower_version", {{"key_id", id_.str()},
                                          {"version", content.version},
                                          {"last_version", last ? *last : std::int64_t{0}}});
    return {};
  }
  return fail(ErrorCode::rollback, (role_ ? role_->str() : std::string("metadata")) + " version " +
                                       std::to_string(content.version) +
                                       " is below the last one that this key signed" +
                                       (last ? ", " + std::to_string(*last) : std::string()));
}

}  // namespace boltseal::vault
