// Signing of bodies and of files that others signed already.
#include <algorithm>

#include "base/untrusted.h"
#include "crypto/digest.h"
#include "tuf/codec.h"
#include "tuf/codec_internal.h"
#include "tuf/editor.h"

namespace boltseal::tuf {

namespace {

Result<Unverified<Root>> parse_again(const Root& body, std::string bytes) {
  return parse_root(body.form, std::move(bytes));
}
Result<Unverified<Targets>> parse_again(const Targets& body, std::string bytes) {
  return parse_targets_of_any_role(body.form, std::move(bytes));
}
Result<Unverified<Snapshot>> parse_again(const Snapshot& body, std::string bytes) {
  return parse_snapshot(body.form, std::move(bytes));
}
Result<Unverified<Timestamp>> parse_again(const Timestamp& body, std::string bytes) {
  return parse_timestamp(body.form, std::move(bytes));
}

bool has_signature(const std::vector<Signature>& signatures, std::string_view keyid) {
  return std::any_of(signatures.begin(), signatures.end(),
                     [&](const Signature& s) { return s.keyid == keyid; });
}

/// Signatures that still are good by one of the authorities' keys.
std::vector<Signature> still_good(Form form, std::string_view canonical,
                                  std::span<const Signature> signatures,
                                  std::span<const Authority> authorities) {
  std::vector<Signature> good;
  for (const Signature& signature : signatures) {
    for (const Authority& authority : authorities) {
      const RoleKeys only{.keyids = {signature.keyid}, .threshold = 1, .extras = {}};
      const auto& ids = authority.role.keyids;
      if (std::find(ids.begin(), ids.end(), signature.keyid) == ids.end()) continue;
      if (!verify_threshold(form, only, authority.keys, canonical, {&signature, 1}).met) continue;
      if (!has_signature(good, signature.keyid)) good.push_back(signature);
      break;
    }
  }
  return good;
}

Result<Signature> make_signature(Form form, const Key& key, std::string_view canonical,
                                 crypto::Signer& signer) {
  const auto schemes = schemes_of(form, key);
  if (schemes.empty()) {
    return fail(ErrorCode::bad_key, "no signature scheme is known for key " + escape_untrusted(key.id, 64));
  }
  Signature signature;
  signature.keyid = key.id;
  if (form == Form::notary) signature.method = notary_method(*key.key);
  signature.sig = BS_TRY(signer.sign(schemes.front(), as_bytes(canonical)));
  return signature;
}

Result<void> add_signatures(Form form, std::string_view canonical, const Authority& authority,
                            Signers signers, std::vector<Signature>& signatures) {
  for (const std::string& id : authority.role.keyids) {
    const auto key = authority.keys.find(id);
    if (key == authority.keys.end() || !key->second.can_verify() || has_signature(signatures, id)) continue;
    for (crypto::Signer* signer : signers) {
      const crypto::PublicKeyPtr public_key = signer->public_key();
      if (!public_key || !(*public_key == *key->second.key)) continue;
      signatures.push_back(BS_TRY(make_signature(form, key->second, canonical, *signer)));
      break;
    }
  }
  return {};
}

template <typename T>
Result<SignedFile> finish(const Unverified<T>& file, std::span<const Authority> authorities,
                          bool allow_partial) {
  SignedFile out{.bytes = file.bytes(), .sha256 = file.sha256(), .reports = {}};
  for (const Authority& authority : authorities) {
    out.reports.push_back(verify_threshold(authority.role, authority.keys, file, Check::all));
    const ThresholdReport& report = out.reports.back();
    if (report.met || allow_partial) continue;
    return fail(ErrorCode::key_missing, "signatures of " + std::to_string(report.threshold) +
                                            " different keys are needed, keys for " +
                                            std::to_string(report.counted) + " are here");
  }
  return out;
}

template <typename T>
Result<SignedFile> sign_body(const T& body, std::span<const Authority> authorities, Signers signers,
                             const SignOptions& options) {
  const Payload payload = write_payload(body);
  auto signatures = still_good(body.form, payload.canonical, options.keep, authorities);
  for (const Authority& authority : authorities) {
    BS_TRY(add_signatures(body.form, payload.canonical, authority, signers, signatures));
  }
  // Read again: what we hand out is what a reader accepts, and its signatures are over what a reader sees.
  const auto file = BS_TRY(parse_again(body, assemble(body.form, payload.wire, signatures)));
  return finish(file, authorities, options.allow_partial);
}

/// Fills the places of signatures to come, in the order of the file.
std::vector<Signature> merge(std::span<const Signature> before, std::vector<Signature> added) {
  std::vector<Signature> out;
  for (const Signature& old : before) {
    const auto at =
        std::find_if(added.begin(), added.end(), [&](const Signature& s) { return s.keyid == old.keyid; });
    out.push_back(at == added.end() ? old : *at);
    if (at != added.end()) added.erase(at);
  }
  out.insert(out.end(), added.begin(), added.end());
  return out;
}

}  // namespace

Result<SignedFile> sign(const Root& body, std::span<const Authority> authorities, Signers signers,
                        const SignOptions& options) {
  return sign_body(body, authorities, signers, options);
}
Result<SignedFile> sign(const Targets& body, std::span<const Authority> authorities, Signers signers,
                        const SignOptions& options) {
  return sign_body(body, authorities, signers, options);
}
Result<SignedFile> sign(const Snapshot& body, std::span<const Authority> authorities, Signers signers,
                        const SignOptions& options) {
  return sign_body(body, authorities, signers, options);
}
Result<SignedFile> sign(const Timestamp& body, std::span<const Authority> authorities, Signers signers,
                        const SignOptions& options) {
  return sign_body(body, authorities, signers, options);
}

template <typename T>
Result<SignedFile> cosign(const Unverified<T>& file, std::span<const Authority> authorities, Signers signers,
                          bool allow_partial) {
  const std::string canonical = file.signed_bytes();
  const auto good = still_good(file.form(), canonical, file.signatures(), authorities);
  std::vector<Signature> signatures = good;
  for (const Authority& authority : authorities) {
    BS_TRY(add_signatures(file.form(), canonical, authority, signers, signatures));
  }
  std::vector<Signature> added(signatures.begin() + static_cast<std::ptrdiff_t>(good.size()),
                               signatures.end());
  auto bytes = assemble(file.form(), file.signed_source(), merge(file.signatures(), std::move(added)));
  return finish(BS_TRY(parse_again(file.body(), std::move(bytes))), authorities, allow_partial);
}
template Result<SignedFile> cosign(const Unverified<Root>&, std::span<const Authority>, Signers, bool);
template Result<SignedFile> cosign(const Unverified<Targets>&, std::span<const Authority>, Signers, bool);
template Result<SignedFile> cosign(const Unverified<Snapshot>&, std::span<const Authority>, Signers, bool);
template Result<SignedFile> cosign(const Unverified<Timestamp>&, std::span<const Authority>, Signers, bool);

}  // namespace boltseal::tuf
