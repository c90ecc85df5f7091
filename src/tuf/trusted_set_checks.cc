#include "tuf/trusted_set_checks.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/untrusted.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "json/reader.h"

namespace boltseal::tuf {
namespace {

constexpr std::string_view kFormerGuns = "x-boltseal-former-guns";
constexpr std::string_view kRollbackHint =
    "an old state is being served; if the repository was restored on purpose its owner must publish again";

Result<std::vector<crypto::Certificate>> usable_anchors(const std::string& pem, Time now) {
  auto all = crypto::parse_certificates(pem);
  if (!all) return fail(ErrorCode::bad_config, "cannot read the pinned CA bundle: " + all.error().what());
  std::erase_if(*all, [now](const crypto::Certificate& c) { return !c.valid_at(now) || c.sha1_signed(); });
  if (all->empty()) {
    return fail(ErrorCode::bad_config, "the pinned CA bundle holds no certificate that is valid now");
  }
  return std::move(*all);
}

bool chains_to(const std::vector<crypto::Certificate>& anchors, const Key& key, const RootPin& pin,
               Time now) {
  const auto bundle = crypto::parse_bundle(certificate_pem(key));
  if (!bundle) return false;
  const auto purpose = pin.ca_code_signing ? crypto::ChainPurpose::server_auth_or_code_signing
                                           : crypto::ChainPurpose::server_auth;
  return crypto::verify_chain(bundle->leaf, bundle->intermediates, anchors, now, purpose).has_value();
}

bool is_listed(const std::vector<KeyId>& keys, const Key& key) {
  const std::string identity = key.key ? hex_encode(key.key->identity()) : std::string();
  return std::ranges::any_of(keys, [&](const KeyId& pinned) {
    return pinned.str() == key.id || pinned.str() == identity || pinned == key.canonical_id;
  });
}

}  // namespace

tl::unexpected<Error> Refusals::refuse(Refusal refusal, std::string what, std::string hint) {
  const ErrorCode code = refusal.code;
  last_ = std::move(refusal);
  return fail(code, std::move(what), std::move(hint));
}

tl::unexpected<Error> Refusals::pass(const RoleName& role, Error error, RootCheck check) {
  Refusal refusal{.code = error.code(), .role = role, .root_check = check};
  last_ = std::move(refusal);
  return fail(std::move(error));
}

std::string shown(const RoleName& role) { return escape_untrusted(role.str()); }

Result<void> check_expiry(Refusals& refusals, const RoleName& role, Time expires, Time now) {
  if (now < expires) return {};
  return refusals.refuse(
      {.code = ErrorCode::expired, .role = role, .expires = expires},
      fmt::format("{} expired at {}", shown(role), format_rfc3339_seconds(expires)),
      role == RoleName::timestamp()
          ? "the server did not renew it, or this is an old copy; check this machine's clock too"
          : "whoever holds its keys must sign it again; check this machine's clock too");
}

Result<void> check_content(Refusals& refusals, Form form, const RoleName& role, const Meta& meta,
                           std::string_view bytes, const Sha256* known) {
  if (meta.length) {
    const auto length = static_cast<std::int64_t>(bytes.size());
    const bool wrong = form == Form::tuf1 ? length != *meta.length : length > *meta.length;
    if (wrong) {
      return refusals.refuse(
          {.code = ErrorCode::length_mismatch, .role = role, .found = length, .bound = *meta.length},
          fmt::format("{} has {} bytes where {} are signed for", shown(role), length, *meta.length));
    }
  }
  const bool sha256_differs =
      meta.hashes.sha256 && (known ? *known : crypto::sha256(bytes)) != *meta.hashes.sha256;
  const bool sha512_differs = meta.hashes.sha512 && crypto::sha512(bytes) != *meta.hashes.sha512;
  // Notary binds files by hash alone; TUF 1.0 may do without.
  const bool none_known = !meta.hashes.any_known() && (form == Form::notary || !meta.hashes.others.empty());
  if (!sha256_differs && !sha512_differs && !none_known) return {};
  return refusals.refuse(
      {.code = ErrorCode::hash_mismatch, .role = role, .expected = meta.hashes.sha256},
      none_known ? fmt::format("{} is listed without a hash of a known kind", shown(role))
                 : fmt::format("the content of {} is not the one that was signed for", shown(role)),
      "it was changed on the way or on the server");
}

Result<void> check_floor(Refusals& refusals, const RoleName& role, std::int64_t version,
                         const Floors& floors) {
  const auto floor = floors.roles.find(role);
  if (floor == floors.roles.end() || version >= floor->second.version) return {};
  return refusals.refuse(
      {.code = ErrorCode::rollback, .role = role, .found = version, .bound = floor->second.version},
      fmt::format("{} has version {}, below version {} that was seen before", shown(role), version,
                  floor->second.version),
      std::string(kRollbackHint));
}

Result<void> check_version(Refusals& refusals, const RoleName& role, std::int64_t version,
                           std::int64_t wanted) {
  if (version == wanted) return {};
  return refusals.refuse(
      {.code = ErrorCode::version_mismatch, .role = role, .found = version, .bound = wanted},
      fmt::format("{} has version {} where version {} is signed for", shown(role), version, wanted));
}

Result<void> check_listed_roles(Refusals& refusals, const Snapshot& snapshot, const Floors& floors) {
  for (const auto& [role, floor] : floors.roles) {
    if (role.is_base() && role != RoleName::targets()) continue;
    const Meta* meta = snapshot.find(role.str());
    if (meta == nullptr) {
      return refusals.refuse({.code = ErrorCode::rollback, .role = role, .bound = floor.version},
                             fmt::format("the snapshot no longer lists {}", shown(role)),
                             std::string(kRollbackHint));
    }
    BS_TRY(check_floor(refusals, role, meta->version.value_or(0), floors));
  }
  return {};
}

Result<void> check_issued(Refusals& refusals, const Timestamp& timestamp, const TrustOptions& options) {
  if (timestamp.form != Form::tuf1 || !options.gun) return {};
  if (!timestamp.issued) {
    return refusals.refuse({.code = ErrorCode::bad_format, .role = RoleName::timestamp()},
                           "the timestamp does not say when it was issued (x-boltseal-issued)");
  }
  if (*timestamp.issued <= options.now + options.max_issued_ahead) return {};
  return refusals.refuse(
      {.code = ErrorCode::clock_wrong, .role = RoleName::timestamp()},
      fmt::format("the timestamp was issued at {}, after this machine's clock ({})",
                  format_rfc3339_seconds(*timestamp.issued), format_rfc3339_seconds(options.now)),
      "set this machine's clock, or the server's");
}

Result<void> check_clock(Refusals& refusals, const Floors& floors, Time now) {
  if (!floors.issued || now + std::chrono::minutes(5) >= *floors.issued) return {};
  return refusals.refuse(
      {.code = ErrorCode::clock_wrong, .role = RoleName::timestamp()},
      fmt::format("this machine's clock says {}, but trust data issued at {} was seen before",
                  format_rfc3339_seconds(now), format_rfc3339_seconds(*floors.issued)),
      "set this machine's clock");
}

std::vector<std::string> names_in_root(const Root& root) {
  std::vector<std::string> names;
  if (root.form == Form::notary) {
    for (const std::string& id : root.root.keyids) {
      const auto key = root.keys.find(id);
      if (key != root.keys.end() && key->second.certificate)
        names.push_back(key->second.certificate->common_name);
    }
    return names;
  }
  if (root.gun) names.push_back(*root.gun);
  for (const Extra& extra : root.extras) {
    if (extra.name != kFormerGuns) continue;
    const auto list = json::Document::parse(extra.value, {});
    if (!list) continue;  // raw control characters: no GUN has them
    for (const json::Value& item : list->root().items()) names.emplace_back(item.as_string());
  }
  return names;
}

Result<RoleKeys> pinned_keys(const Root& root, const RoleKeys& usable, const RootPin& pin, Time now) {
  std::vector<crypto::Certificate> anchors;
  if (pin.ca_bundle) anchors = BS_TRY(usable_anchors(*pin.ca_bundle, now));
  RoleKeys kept = usable;
  std::erase_if(kept.keyids, [&](const std::string& id) {
    const auto key = root.keys.find(id);
    if (key == root.keys.end()) return true;
    if (!pin.keys.empty() && !is_listed(pin.keys, key->second)) return true;
    return pin.ca_bundle && !chains_to(anchors, key->second, pin, now);
  });
  if (kept.keyids.empty()) {
    return fail(ErrorCode::pin_mismatch, "none of the root's keys is one that the pin allows",
                "if the repository was made anew on purpose, change the pin; else do not trust it");
  }
  return kept;
}

RoleFacts facts_of(const RoleName& role, const Common& body, std::string_view bytes, const Sha256& sha256,
                   const ThresholdReport& report) {
  RoleFacts facts{.role = role};
  facts.version = body.version;
  facts.expires = body.expires;
  facts.length = bytes.size();
  facts.sha256 = sha256;
  facts.threshold = static_cast<int>(report.threshold);
  facts.gun = body.gun;
  for (const ValidSignature& valid : report.valid) {
    // Names of keys in TUF 1.0 need not be hashes; such a signer is named by its identity.
    auto id = KeyId::parse(valid.keyid);
    if (!id) id = KeyId::parse(hex_encode(valid.identity));
    facts.signers.push_back({*id, valid.identity});
  }
  return facts;
}

}  // namespace boltseal::tuf
