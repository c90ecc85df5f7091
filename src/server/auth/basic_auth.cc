#include "server/auth/basic_auth.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/log.h"
#include "base/secret.h"
#include "crypto/digest.h"

namespace boltseal::server {
namespace {

constexpr std::size_t kFileBytes = 4u << 20;
constexpr std::size_t kMaxCredentials = 2048;
constexpr std::size_t kKnown = 16'384;
constexpr std::size_t kKnownBytes = 16u << 20;
constexpr std::chrono::seconds kKept{60};
constexpr int kAtOnce = 2;

tl::unexpected<Error> wrong() { return fail(ErrorCode::unauthorized, "user or password is wrong"); }

/// One of the few places that may compute bcrypt.
class Slot {
 public:
  explicit Slot(std::atomic<int>& running) : running_(running), got_(running.fetch_add(1) < kAtOnce) {}
  ~Slot() { running_.fetch_sub(1); }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  bool got() const { return got_; }

 private:
  std::atomic<int>& running_;
  bool got_;
};

}  // namespace

BasicAuth::BasicAuth(BasicAuthOptions options, const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      file_(options_.htpasswd, kFileBytes),
      verified_(kKnown, kKnownBytes) {
  crypto::system_random().fill(salt_);
}

Result<void> BasicAuth::load() {
  std::map<std::string, std::vector<Grant>, std::less<>> scopes;
  for (const auto& [user, list] : options_.scopes) scopes.emplace(user, BS_TRY(parse_grants(list)));
  for (const std::string& user : options_.admins) {
    scopes[user] = {{std::string(kRepository), "**", kAll, true, {}},
                    {std::string(kRegistry), std::string(kCatalog), kAll, false, {}}};
  }
  const std::lock_guard lock(reading_);
  {
    const std::lock_guard inner(mutex_);
    scopes_ = std::move(scopes);
  }
  file_.forget();
  return read();
}

void BasicAuth::look() {
  const std::lock_guard lock(reading_);
  if (const auto done = read(); !done) log::error("htpasswd_kept", done.error());
}

Result<void> BasicAuth::read() {
  auto content = file_.changed();
  if (!content) return fail(std::move(content).error().within("htpasswd"));
  if (!*content) return {};
  auto fresh = std::make_shared<Users>();
  fresh->file = BS_TRY(Htpasswd::parse(**content));
  fresh->generation = generation_.load() + 1;
  {
    const std::lock_guard lock(mutex_);
    users_ = fresh;
  }
  generation_.store(fresh->generation);
  log::info("htpasswd_read", {{"users", static_cast<std::int64_t>(fresh->file.size())}});
  return {};
}

std::shared_ptr<const BasicAuth::Users> BasicAuth::users() const {
  const std::lock_guard lock(mutex_);
  return users_;
}

IdentityPtr BasicAuth::identity_of(std::string_view user) const {
  auto identity = std::make_shared<Identity>();
  identity->source = Source::basic;
  identity->name = user;
  const std::lock_guard lock(mutex_);
  const auto found = scopes_.find(user);
  if (found != scopes_.end()) {
    identity->grants = found->second;
  } else {
    identity->grants = {{std::string(kRepository), "**", kPull | kPush, true, {}}};
  }
  return identity;
}

Sha256 BasicAuth::key_of(std::string_view encoded) const {
  crypto::Sha256Stream stream;
  stream.update(salt_);
  stream.update(encoded);
  return stream.finish();
}

IdentityPtr BasicAuth::known(std::string_view encoded) {
  if (encoded.size() > kMaxCredentials) return nullptr;
  auto found = verified_.find(key_of(encoded));
  if (!found || found->generation != generation_.load()) return nullptr;
  const Time now = clock_.now();
  return found->from <= now && now < found->until ? std::move(found->identity) : nullptr;
}

Result<IdentityPtr> BasicAuth::verify(std::string_view encoded) {
  const auto held = users();
  if (encoded.size() > kMaxCredentials || !held) return wrong();
  const auto bytes = base64_decode(encoded);
  if (!bytes) return wrong();
  const Secret decoded{ByteView(*bytes)};
  wipe_memory(const_cast<std::uint8_t*>(bytes->data()), bytes->size());
  const std::string_view text = decoded.text();
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return wrong();
  const std::string_view user = text.substr(0, colon);

  const Slot slot(running_);
  if (!slot.got())
    return fail(ErrorCode::too_many_requests, "too many passwords are being checked",
                "try again in a second");
  if (!held->file.verify(user, text.substr(colon + 1))) return wrong();
  auto identity = identity_of(user);
  const Time now = clock_.now();
  verified_.put(key_of(encoded), {identity, now, now + kKept, held->generation},
                512 + user.size() + identity->grants.size() * 256);
  return identity;
}

}  // namespace boltseal::server
