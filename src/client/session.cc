#include "client/session.h"

#include <utility>

#include "crypto/digest.h"
#include "tuf/codec.h"

namespace boltseal::client {
namespace {

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
      store_(environment.settings().trust_dir, location_.form, location_.gun),
      place_(transport_->describe()) {}

Result<void> Session::refresh() {
  Result<void> updated = update();
  if (asked_timestamp_.valid()) asked_timestamp_.wait();  // nobody else may use the transport meanwhile
  Result<void> flushed = flush();
  return updated ? flushed : updated;
}

Result<void> Session::update() {
  BS_TRY(start());
  if (auto followed = follow(); !followed) return fail(explained(std::move(followed).error()));
  arrived_ = online();
  return {};
}

Result<void> Session::follow() {
  if (chain_comes_first()) BS_TRY(chase_roots());
  const bool done = BS_TRY(attempt(location_.form == tuf::Form::tuf1));
  if (done) return {};
  // Notary form: there is a newer root. Once more from there; what fails now is final.
  BS_TRY(set_->refresh_roots());
  BS_TRY(chase_roots());
  BS_TRY(attempt(true));
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

// What has a version is found by it (TUF 1.0, roots); a hash beside it is for TrustedSet to compare.
transport::Item Session::item_of(const tuf::Want& want) {
  transport::Item item{.role = want.role, .limit = want.limit, .version = want.version};
  if (!want.version) item.sha256 = want.sha256;
  return item;
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
  if (arrived_) state.transport = place_;
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
  policy::TrustEvidence evidence{.gun = location_.gun, .form = location_.form, .transport = place_};
  evidence.roles = set_->facts();
  if (arrived_) evidence.moved_from = moved_from_;
  if (!arrived_ && !moved_from_.empty()) evidence.transport = moved_from_;  // the cache speaks
  evidence.online = online();
  evidence.offline_reason = offline_reason_;
  evidence.first_use = first_use_;
  evidence.pinned = location_.pin.has_value();
  evidence.bare_key_pin = location_.pin && location_.pin->bare_keys();
  return evidence;
}

}  // namespace boltseal::client
