#include "server/auth/token_auth.h"

#include <algorithm>

#include "base/log.h"
#include "base/untrusted.h"
#include "crypto/digest.h"

namespace boltseal::server {
namespace {

constexpr std::size_t kFileBytes = 1u << 20;
constexpr std::size_t kTokens = 65'536;
constexpr std::size_t kTokenBytes = 32u << 20;
constexpr std::chrono::seconds kLeeway{60};
constexpr std::chrono::minutes kKept{5};

tl::unexpected<Error> refused(std::string why) {
  return fail(ErrorCode::unauthorized, "token: " + std::move(why));
}

/// A time that a token names, as far as Time goes.
Time time_of(std::int64_t seconds) {
  constexpr std::int64_t kMost = 9'000'000'000;  // in the year 2255
  return Time(std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, kMost)));
}

std::size_t bytes_of(const Identity& identity) {
  std::size_t bytes = 512 + identity.name.size();
  for (const Grant& grant : identity.grants) bytes += sizeof grant + grant.type.size() + grant.name.size();
  return bytes;
}

}  // namespace

TokenAuth::TokenAuth(TokenAuthOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock), verified_(kTokens, kTokenBytes) {
  if (!options_.root_cert_bundle.empty()) bundle_.emplace(options_.root_cert_bundle, kFileBytes);
  if (!options_.jwks.empty()) jwks_.emplace(options_.jwks, kFileBytes);
}

Result<void> TokenAuth::load() {
  if (options_.realm.empty() || options_.service.empty() || options_.issuer.empty() || (!bundle_ && !jwks_))
    return fail(ErrorCode::bad_config, "token authentication lacks an option",
                "set realm, service, issuer and rootcertbundle (or jwks)");
  const std::lock_guard lock(reading_);
  if (bundle_) bundle_->forget();
  if (jwks_) jwks_->forget();
  return read(false);
}

void TokenAuth::look() {
  const std::lock_guard lock(reading_);
  if (const auto done = read(true); !done) log::error("token_keys_kept", done.error());
}

Result<void> TokenAuth::read(bool only_changed) {
  pending_ = pending_ || !only_changed;
  for (auto [file, text] : {std::pair(&bundle_, &bundle_text_), std::pair(&jwks_, &jwks_text_)}) {
    if (!*file) continue;
    auto content = (*file)->changed();
    if (!content) return fail(std::move(content).error().within("keys for tokens"));
    if (!*content) continue;
    *text = std::move(**content);
    pending_ = true;
  }
  if (!pending_) return {};
  pending_ = false;  // what can't be read is not read again before it changes
  auto set = std::make_shared<KeySet>();
  if (bundle_) BS_TRY(set->keys.add_bundle(bundle_text_));
  if (jwks_) BS_TRY(set->keys.add_key_set(jwks_text_));
  set->generation = generation_.load() + 1;
  {
    const std::lock_guard lock(mutex_);
    keys_ = set;
  }
  generation_.store(set->generation);
  log::info("token_keys_read", {{"keys", static_cast<std::int64_t>(set->keys.size())}});
  return {};
}

std::shared_ptr<const TokenAuth::KeySet> TokenAuth::key_set() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

IdentityPtr TokenAuth::known(std::string_view token) {
  if (token.size() > kMaxToken) return nullptr;
  auto found = verified_.find(crypto::sha256(token));
  if (!found || found->generation != generation_.load()) return nullptr;
  const Time now = clock_.now();
  return found->from <= now && now < found->until ? std::move(found->identity) : nullptr;
}

Result<void> TokenAuth::check_claims(const Jwt& jwt, Time now) const {
  if (jwt.issuer != options_.issuer) return refused("another issuer made it");
  const auto& audience = jwt.audience;
  if (std::find(audience.begin(), audience.end(), options_.service) == audience.end())
    return refused("it is for another service");
  if (now > time_of(jwt.expires) + kLeeway) return refused("it has expired");
  if (now < time_of(jwt.not_before) - kLeeway) return refused("it is not yet valid");
  return {};
}

Result<IdentityPtr> TokenAuth::verify(std::string_view token) {
  Jwt jwt = BS_TRY(parse_jwt(token));
  const Time now = clock_.now();
  BS_TRY(check_claims(jwt, now));
  const auto set = key_set();
  if (!set) return refused("no keys are loaded");
  const auto key = BS_TRY(set->keys.find(jwt, now));
  if (!crypto::fits(*key, jwt.algorithm)) return refused("the key is of another kind than its algorithm");
  if (!crypto::verify_jws(*key, jwt.algorithm, jwt.signed_part, jwt.signature))
    return refused("the signature is wrong");

  auto identity = std::make_shared<Identity>();
  identity->source = Source::token;
  identity->name = std::move(jwt.subject);
  identity->grants = std::move(jwt.grants);
  const Time until = std::min<Time>(time_of(jwt.expires) + kLeeway, now + kKept);
  verified_.put(crypto::sha256(token), {identity, time_of(jwt.not_before) - kLeeway, until, set->generation},
                bytes_of(*identity));
  return identity;
}

}  // namespace boltseal::server
