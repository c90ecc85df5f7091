#include "tuf/trusted_set.h"

#include "tuf/trusted_set_state.h"

namespace boltseal::tuf {

TrustedSet::TrustedSet(std::unique_ptr<State> state) : state_(std::move(state)) {}
TrustedSet::TrustedSet(TrustedSet&&) noexcept = default;
TrustedSet& TrustedSet::operator=(TrustedSet&&) noexcept = default;
TrustedSet::~TrustedSet() = default;

Result<TrustedSet> TrustedSet::start(TrustOptions options, std::string root, RootOrigin origin) {
  if (options.form == Form::notary && !options.gun) {
    return fail(ErrorCode::internal, "a Notary root can't be checked without the name of its repository");
  }
  auto state = std::make_unique<State>(std::move(options));
  BS_TRY(state->begin(std::move(root), origin));
  return TrustedSet(std::move(state));
}

std::optional<Want> TrustedSet::want_root() const { return state_->want_root(); }
Result<RootStep> TrustedSet::update_root(std::string bytes) { return state_->update_root(std::move(bytes)); }
Result<void> TrustedSet::roots_done() { return state_->roots_done(); }
Result<void> TrustedSet::refresh_roots() { return state_->refresh_roots(); }

LocalFile TrustedSet::offer_local(const RoleName& timestamp_or_snapshot, std::string bytes) {
  if (timestamp_or_snapshot == RoleName::timestamp()) return state_->offer_timestamp(std::move(bytes));
  if (timestamp_or_snapshot == RoleName::snapshot()) return state_->offer_snapshot(std::move(bytes));
  return LocalFile::ignored;
}

LocalFile TrustedSet::offer_local_targets(const RoleName& delegator, const RoleName& role,
                                          std::string bytes) {
  const auto file = parse_targets(state_->options.form, role, std::move(bytes));
  return file ? offer_local_targets(delegator, role, *file) : LocalFile::ignored;
}

LocalFile TrustedSet::offer_local_targets(const RoleName& delegator, const RoleName& role,
                                          const Unverified<Targets>& file) {
  return state_->offer_targets(delegator, role, file);
}

Want TrustedSet::want_timestamp() const {
  return {.role = RoleName::timestamp(),
          .limit = default_limit(state_->options.form, FileType::timestamp),
          .consistent = false};
}

Result<TimestampStep> TrustedSet::update_timestamp(std::string bytes) {
  return state_->update_timestamp(std::move(bytes));
}
Result<void> TrustedSet::use_local_timestamp() { return state_->use_local_timestamp(); }
bool TrustedSet::timestamp_is_local() const { return state_->timestamp_is_local; }

std::optional<Want> TrustedSet::want_snapshot() const { return state_->want_snapshot(); }
Result<SnapshotStep> TrustedSet::update_snapshot(std::string bytes) {
  return state_->update_snapshot(std::move(bytes));
}

Result<std::optional<Want>> TrustedSet::want_targets(const RoleName& delegator, const RoleName& role) {
  return state_->want_targets(delegator, role);
}
Result<void> TrustedSet::update_targets(const RoleName& delegator, const RoleName& role, std::string bytes) {
  return state_->update_targets(delegator, role, std::move(bytes));
}

const TrustOptions& TrustedSet::options() const { return state_->options; }
const Trusted<Root>& TrustedSet::root() const { return state_->root->file; }
const Trusted<Timestamp>* TrustedSet::timestamp() const {
  return state_->timestamp ? &state_->timestamp->file : nullptr;
}
const Trusted<Snapshot>* TrustedSet::snapshot() const {
  return state_->phase == State::Phase::targets ? &state_->snapshot->file : nullptr;
}
const Trusted<Targets>* TrustedSet::targets(const RoleName& delegator, const RoleName& role) const {
  return state_->targets(delegator, role);
}
bool TrustedSet::names_this_repository(std::string_view gun) const {
  return state_->names_this_repository(gun);
}
const Floors& TrustedSet::floors() const { return state_->floors; }
RoleFacts TrustedSet::root_facts() const { return state_->root->facts; }
std::vector<RoleFacts> TrustedSet::facts() const { return state_->facts(); }
const std::optional<Refusal>& TrustedSet::last_refusal() const { return state_->refusals.last(); }

}  // namespace boltseal::tuf
