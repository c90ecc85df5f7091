#include "client/session.h"

#include <utility>

#include "crypto/digest.h"
#include "tuf/codec.h"

namespace boltseal::client {
namespace {

transport::Item timestamp_item(tuf::Form form) {
  return {.role = RoleName::timestamp(), .limit = tuf::default_limit(form, tuf::FileType::timestamp)};
}

transport::Item item_of(const tuf::Want& want) {
  return {.role = want.role, .limit = want.limit, .sha256 = want.sha256, .version = want.version};
}

// An answer that ends the chain of roots: there is no next one (TUF.md 1, 5.3.2-9: 404 and 403).
bool ends_chain(const Error& error) {
  switch (error.code()) {
    case ErrorCode::metadata_missing:
    case ErrorCode::no_trust_data:
    case ErrorCode::forbidden:
      return true;
    default:
      return false;
  }
}

// Failures that a newer root may cure: the role's keys or the root's hash have changed.
bool may_need_newer_root(const Error& error) {
  switch (error.code()) {
    case ErrorCode::threshold_not_met:
    case ErrorCode::hash_mismatch:
    case ErrorCode::expired:
    case ErrorCode::metadata_missing:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool is_outage(const Error& error) {
  switch (error.code()) {
    case ErrorCode::unreachable:
    case ErrorCode::timed_out:
    case ErrorCode::server_error:
    case ErrorCode::too_many_requests:
      return true;
    default:
      return false;
  }
}

Result<std::unique_ptr<Session>> Session::open(Environment& environment, const Gun& gun) {
  Location location = BS_TRY(environment.locate(gun));
  auto transport = BS_TRY(environment.open_transport(location));
  return std::make_unique<Session>(environment, std::move(location), std::move(transport));
}

Session::Session(Environment& environment, Location location, std::unique_ptr<transport::Transport> transport)
    : environment_(environment),
      location_(std::move(location)),
      transport_(std::move(transport)),
      store_(environment.settings().trust_dir, location_.form, location_.gun) {}

Result<void> Session::refresh() {
  Result<void> updated = update();
  Result<void> flushed = flush();
  return updated ? flushed : updated;
}

Result<void> Session::update() {
  BS_TRY(start());
  const bool done = BS_TRY(attempt(location_.form == tuf::Form::tuf1));
  if (done) return {};
  // Notary form: there is a newer root. Once more from there; what fails now is final.
  BS_TRY(set_->refresh_roots());
  BS_TRY(chase_roots());
  BS_TRY(attempt(true));
  return {};
}

// Cached root, else pinned root, else the first one that the server shows.
Result<void> Session::start() {
  before_ = BS_TRY(store_.state());
  tuf::TrustOptions options;
  options.form = location_.form;
  options.gun = location_.gun;
  options.now = environment_.clock().now();
  options.floors = before_.floors;
  options.tolerate_expired_targets = tolerate_expired_targets_;
  if (location_.pin) {
    options.pin = location_.pin->root;
    options.wildcard_cn = location_.pin->wildcard_certificate;
  }
  if (location_.form == tuf::Form::notary) {
    options.snapshot_bytes = limits::kNotaryMetadataBytes;
    options.targets_bytes = limits::kNotaryMetadataBytes;
  }
  auto cached = store_.cached(RoleName::root());
  if (cached && cache_begins_at_pin(*cached)) {
    if (location_.form == tuf::Form::notary) ask_timestamp();
    BS_TRY(start_from_cache(std::move(options), std::move(*cached)));
  } else {
    first_use_ = hold_ = !location_.pin || !location_.pin->anchors();
    std::string root = BS_TRY(fetch_first_root());
    set_ =
        BS_TRY(tuf::TrustedSet::start(std::move(options), std::move(root), tuf::RootOrigin::first_contact));
    accept(RoleName::root(), set_->root()->version, set_->root().bytes());
    first_root_ = store::AcceptedFile{RoleName::root(), set_->root()->version, set_->root().bytes()};
  }
  const bool must_advance = location_.pin && location_.pin->root.minimal_version > set_->root()->version;
  const bool pinned_start = location_.pin && (location_.pin->root.sha256 || location_.pin->root.version);
  if (location_.form == tuf::Form::tuf1 || must_advance || (pinned_start && !accepted_.empty()))
    BS_TRY(chase_roots());
  return {};
}

// A pin with a root's hash, made after the cache: only a chain that starts at that root counts, so it is
// fetched.
bool Session::cache_begins_at_pin(const std::string& cached) const {
  if (!location_.pin || !location_.pin->root.sha256 || before_.anchor == location_.pin->identity())
    return true;
  return crypto::sha256(as_bytes(cached)) == *location_.pin->root.sha256;
}

// A pin that this cache was not reached from is compared with the cached root like one of first contact.
Result<void> Session::start_from_cache(tuf::TrustOptions options, std::string cached) {
  const bool reached =
      !location_.pin || !location_.pin->anchors() || before_.anchor == location_.pin->identity();
  auto set = tuf::TrustedSet::start(std::move(options), std::move(cached),
                                    reached ? tuf::RootOrigin::cached : tuf::RootOrigin::first_contact);
  if (!set) {
    return fail(std::move(set)
                    .error()
                    .within("the cached root of " + gun().str())
                    .with_hint("restore the file below " + store_.trust_dir() +
                               "/tuf, or remove it and pin the root anew"));
  }
  set_ = std::move(*set);
  return {};
}

Result<std::string> Session::fetch_first_root() {
  transport::Item root{.role = RoleName::root(), .limit = limits::kRootBytes};
  if (location_.pin && location_.pin->root.version) root.version = location_.pin->root.version;
  if (location_.pin && location_.pin->root.sha256 && location_.form == tuf::Form::notary)
    root.sha256 = location_.pin->root.sha256;
  if (location_.form == tuf::Form::tuf1 && !root.version) root.version = 1;
  auto answers = fetch_all({root, timestamp_item(location_.form)});
  early_timestamp_ = std::move(answers[1]);
  return std::move(answers[0]);
}

void Session::ask_timestamp() {
  asked_timestamp_ = std::async(std::launch::async, [this, item = timestamp_item(location_.form)] {
    return std::move(transport_->fetch_all({item}).front());
  });
}

// The transport has one user at a time, so a question under way is waited for.
std::vector<Result<std::string>> Session::fetch_all(const std::vector<transport::Item>& items) {
  if (asked_timestamp_.valid()) early_timestamp_ = asked_timestamp_.get();
  return transport_->fetch_all(items);
}

Result<void> Session::chase_roots() {
  while (const auto want = set_->want_root()) {
    const bool first = !early_timestamp_ && set_->timestamp() == nullptr && location_.form == tuf::Form::tuf1;
    Result<std::string> bytes = fail(ErrorCode::internal, "no root was asked for");
    if (first) {
      auto answers = fetch_all({item_of(*want), item_of(set_->want_timestamp())});
      bytes = std::move(answers[0]);
      early_timestamp_ = std::move(answers[1]);
    } else {
      bytes = fetch(*want);
    }
    if (!bytes) {
      if (ends_chain(bytes.error())) return {};
      // Without an answer nobody knows whether the chain goes on; the cache may speak if it must.
      if (is_outage(bytes.error()) && store_.cached(RoleName::timestamp())) {
        offline_reason_ = bytes.error().what();
        return {};
      }
      return tl::unexpected(std::move(bytes).error());
    }
    BS_TRY(set_->update_root(std::move(*bytes)));
    accept(RoleName::root(), set_->root()->version, set_->root().bytes());
  }
  return {};
}

// One pass from the final root to the top-level targets. False: a newer root is needed (Notary, first pass).
Result<bool> Session::attempt(bool last) {
  const auto settle = [&](Result<bool> step) -> Result<bool> {
    if (step || last || !may_need_newer_root(step.error())) return step;
    return false;
  };
  if (auto roots = set_->roots_done(); !roots) return settle(tl::unexpected(std::move(roots).error()));
  for (const RoleName& role : {RoleName::timestamp(), RoleName::snapshot()}) {
    if (auto bytes = store_.cached(role)) set_->offer_local(role, std::move(*bytes));
  }
  if (asked_timestamp_.valid()) parse_cached_targets();
  if (!BS_TRY(settle(update_timestamp()))) return false;
  if (!BS_TRY(settle(update_snapshot()))) return false;
  auto targets = load_role(RoleName::root(), RoleName::targets());
  if (!targets) return settle(tl::unexpected(std::move(targets).error()));
  return true;
}

// Most of the work that does not need the answer.
void Session::parse_cached_targets() {
  auto bytes = store_.cached(RoleName::targets());
  if (!bytes) return;
  if (auto file = tuf::parse_targets(location_.form, RoleName::targets(), std::move(*bytes)))
    cached_targets_ = std::move(*file);
}

Result<bool> Session::update_timestamp() {
  if (asked_timestamp_.valid()) early_timestamp_ = asked_timestamp_.get();
  Result<std::string> bytes = early_timestamp_ ? std::move(*early_timestamp_) : fetch(set_->want_timestamp());
  early_timestamp_.reset();
  if (!bytes) {
    if (!is_outage(bytes.error())) return tl::unexpected(std::move(bytes).error());
    if (auto local = set_->use_local_timestamp(); !local) {
      return local.error().code() == ErrorCode::metadata_missing ? tl::unexpected(std::move(bytes).error())
                                                                 : tl::unexpected(std::move(local).error());
    }
    offline_reason_ = bytes.error().what();
    return true;
  }
  const tuf::TimestampStep step = BS_TRY(set_->update_timestamp(std::move(*bytes)));
  if (step.persist) accept(RoleName::timestamp(), step.version, set_->timestamp()->bytes());
  return true;
}

Result<bool> Session::update_snapshot() {
  const auto want = set_->want_snapshot();
  if (!want) return true;
  const tuf::SnapshotStep step = BS_TRY(set_->update_snapshot(BS_TRY(fetch(*want))));
  if (step.other_root) return false;
  accept(RoleName::snapshot(), step.version, set_->snapshot()->bytes());
  return true;
}

Result<void> Session::load_role(const RoleName& delegator, const RoleName& role) {
  if (set_->targets(delegator, role) != nullptr) return {};
  const bool parsed = cached_targets_ && role == RoleName::targets();
  if (parsed) {
    if (set_->offer_local_targets(delegator, role, *cached_targets_) == tuf::LocalFile::current) return {};
  } else if (auto bytes = store_.cached(role)) {
    if (set_->offer_local_targets(delegator, role, std::move(*bytes)) == tuf::LocalFile::current) return {};
  }
  const auto want = BS_TRY(set_->want_targets(delegator, role));
  if (!want) return {};
  BS_TRY(set_->update_targets(delegator, role, BS_TRY(fetch(*want))));
  const tuf::Trusted<tuf::Targets>& file = *set_->targets(delegator, role);
  accept(role, file->version, file.bytes());
  return {};
}

Result<void> Session::load(const tuf::RoleEdge& edge) {
  Result<void> loaded = load_role(edge.delegator, edge.role);
  BS_TRY(flush());
  return loaded;
}

Result<tuf::Found> Session::find(const std::string& target) {
  tuf::DelegationWalk walk(
      location_.form == tuf::Form::tuf1 ? tuf::LookupOrder::tuf1 : tuf::LookupOrder::docker, target);
  while (const auto edge = walk.next(*set_)) {
    Result<void> loaded = load_role(edge->delegator, edge->role);
    if (!loaded && !walk.skip(*edge, std::move(loaded).error())) break;
  }
  BS_TRY(flush());
  return walk.result(*set_);
}

Result<std::vector<tuf::ListedTarget>> Session::list() {
  tuf::TargetListing listing(location_.form == tuf::Form::tuf1 ? tuf::LookupOrder::tuf1
                                                               : tuf::LookupOrder::docker);
  while (const auto edge = listing.next(*set_)) {
    Result<void> loaded = load_role(edge->delegator, edge->role);
    if (!loaded && !listing.skip(*edge, std::move(loaded).error())) break;
  }
  BS_TRY(flush());
  skipped_ = listing.skipped();
  return listing.result(*set_);
}

Result<void> Session::load_all_roles() {
  BS_TRY(list());
  return {};
}

Result<std::string> Session::fetch(const tuf::Want& want) {
  auto answers = fetch_all({item_of(want)});
  return std::move(answers.front());
}

void Session::accept(const RoleName& role, std::int64_t version, const std::string& bytes) {
  accepted_.push_back({role, version, bytes});
}

Result<void> Session::flush() {
  if (hold_ || !set_) return {};
  store::TrustState state = before_;
  state.floors = set_->floors();
  if (state.transport.empty()) state.transport = transport_->describe();
  if (location_.pin && location_.pin->anchors()) state.anchor = location_.pin->identity();
  if (first_root_) {
    state.first_root_version = first_root_->version;
    state.first_root_sha256 = crypto::sha256(as_bytes(first_root_->bytes));
  }
  if (accepted_.empty() && state == before_) return {};
  std::vector<RoleName> forget;  // floors that a recovery dropped
  for (const auto& [role, floor] : before_.floors.roles) {
    if (!state.floors.roles.contains(role)) forget.push_back(role);
  }
  BS_TRY(store_.commit(accepted_, state, forget));
  before_ = std::move(state);
  accepted_.clear();
  return {};
}

Result<void> Session::keep() {
  hold_ = false;
  return flush();
}

policy::TrustEvidence Session::evidence() const {
  policy::TrustEvidence evidence{
      .gun = location_.gun, .form = location_.form, .transport = transport_->describe()};
  evidence.roles = set_->facts();
  evidence.online = online();
  evidence.offline_reason = offline_reason_;
  evidence.first_use = first_use_;
  evidence.pinned = location_.pin.has_value();
  evidence.bare_key_pin = location_.pin && location_.pin->bare_keys();
  return evidence;
}

}  // namespace boltseal::client
