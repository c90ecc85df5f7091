// What a server asks its keys to sign. For tests of places of keys.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "crypto/signer.h"
#include "tuf/codec.h"
#include "tuf/editor.h"

namespace boltseal::vault {

inline const Gun& payload_gun() {
  static const Gun gun = *Gun::parse("docker.io/library/app");
  return gun;
}
inline Time payload_time() { return *parse_rfc3339("2026-11-24T07:00:00Z"); }

inline std::string snapshot_payload(tuf::Form form, std::int64_t version,
                                    Time expires = payload_time() + 365 * kDay) {
  tuf::Snapshot body = tuf::new_snapshot(form, expires, payload_gun());
  body.version = version;
  tuf::set_meta(body, tuf::meta_of(form, "root", "bytes of root", 1));
  tuf::set_meta(body, tuf::meta_of(form, "targets", "bytes of targets", 1));
  return tuf::write_payload(body).canonical;
}
inline std::string timestamp_payload(tuf::Form form, std::int64_t version,
                                     Time expires = payload_time() + 14 * kDay) {
  tuf::Timestamp body = tuf::new_timestamp(form, expires, payload_gun());
  body.version = version;
  tuf::set_snapshot_meta(body, tuf::meta_of(form, "snapshot", "bytes of snapshot", 1));
  if (form == tuf::Form::tuf1) body.issued = payload_time();
  return tuf::write_payload(body).canonical;
}
inline crypto::Scheme scheme_of(const crypto::PublicKey& key, tuf::Form form) {
  if (key.algorithm() == crypto::KeyAlgorithm::ed25519) return crypto::Scheme::ed25519;
  return form == tuf::Form::notary ? crypto::Scheme::ecdsa_raw_sha256 : crypto::Scheme::ecdsa_der_sha256;
}

inline constexpr ErrorCode kSigned = ErrorCode::internal;  ///< stands for "signed, and it verifies"

inline ErrorCode sign_code(crypto::Signer& signer, const std::string& payload,
                           tuf::Form form = tuf::Form::notary) {
  const crypto::Scheme scheme = scheme_of(*signer.public_key(), form);
  const auto signature = signer.sign_text(scheme, payload);
  if (!signature) return signature.error().code();
  EXPECT_TRUE(crypto::verify(*signer.public_key(), scheme, payload, *signature));
  return kSigned;
}

}  // namespace boltseal::vault
