#include "tuf/delegation_walk.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/untrusted.h"
#include "crypto/digest.h"
#include "tuf/path_pattern.h"

namespace boltseal::tuf {

bool covers(Form form, const DelegatedRole& role, std::string_view name) {
  if (form == Form::notary) {
    return std::ranges::any_of(role.paths,
                               [name](const std::string& path) { return prefix_matches(path, name); });
  }
  if (std::ranges::any_of(role.paths, [name](const std::string& path) { return glob_matches(path, name); })) {
    return true;
  }
  if (role.path_hash_prefixes.empty()) return false;
  const Sha256 hash = crypto::sha256(name);
  return std::ranges::any_of(role.path_hash_prefixes,
                             [&](const std::string& prefix) { return hash_prefix_matches(prefix, hash); });
}

DelegationWalk::DelegationWalk(LookupOrder order, std::string target, WalkOptions options)
    : order_(order), target_(std::move(target)), options_(options) {
  if (options_.visits == 0) options_.visits = order == LookupOrder::tuf1 ? limits::kDelegationVisits : 1024;
  visits_left_ = options_.visits;
  todo_.push_back({{RoleName::root(), RoleName::targets()}, {""}});
}

std::optional<RoleEdge> DelegationWalk::next(const TrustedSet& set) {
  while (!todo_.empty()) {
    const RoleEdge& edge = todo_.front().edge;
    if (visited_.contains(edge.role.str())) {
      todo_.pop_front();
      continue;
    }
    if (edge.role.is_delegation() && visits_left_ == 0) {
      limit_hit_ = true;
      todo_.clear();
      break;
    }
    if (set.targets(edge.delegator, edge.role) == nullptr) return edge;
    const Step step = std::move(todo_.front());
    todo_.pop_front();
    if (step.edge.role.is_delegation()) --visits_left_;
    visited_.insert(step.edge.role.str());
    if (look_into(set, step)) todo_.clear();
  }
  if (!found_ && !failure_ && fallback_) found_ = fallback_;
  return std::nullopt;
}

/// True: the search is over.
bool DelegationWalk::look_into(const TrustedSet& set, const Step& step) {
  const Targets& body = set.targets(step.edge.delegator, step.edge.role)->body();
  if (body.find(target_) != nullptr) {
    if (order_ == LookupOrder::docker && step.edge.role == RoleName::targets()) {
      fallback_ = step.edge;
    } else {
      found_ = step.edge;
      return true;
    }
  }
  if (!body.delegations) return false;
  switch (order_) {
    case LookupOrder::tuf1:
      add_tuf1_children(body, step);
      break;
    case LookupOrder::notary:
      add_notary_children(body, step);
      break;
    case LookupOrder::docker:
      add_releases(body, step);
      break;
  }
  return false;
}

void DelegationWalk::add_tuf1_children(const Targets& body, const Step& step) {
  std::vector<Step> children;
  if (body.delegations->succinct) {
    const SuccinctRoles& bins = *body.delegations->succinct;
    const auto bin =
        RoleName::parse_tuf1(succinct_bin_name(bins.name_prefix, bins.bit_length, crypto::sha256(target_)));
    if (bin) children.push_back({{step.edge.role, *bin}, {}});
  }
  for (const DelegatedRole& child : body.delegations->roles) {
    if (!covers(Form::tuf1, child, target_)) continue;
    if (auto name = RoleName::parse_tuf1(child.name)) children.push_back({{step.edge.role, *name}, {}});
    if (child.terminating.value_or(false)) {  // its subtree, and then nothing, at any level
      todo_.clear();
      break;
    }
  }
  todo_.insert(todo_.begin(), children.begin(), children.end());
}

void DelegationWalk::add_notary_children(const Targets& body, const Step& step) {
  for (const DelegatedRole& child : body.delegations->roles) {
    auto name = RoleName::parse_notary(child.name);
    if (!name) continue;
    std::vector<std::string> prefixes = intersect_prefixes(step.prefixes, child.paths);
    const bool allowed = std::ranges::any_of(
        prefixes, [this](const std::string& prefix) { return prefix_matches(prefix, target_); });
    if (allowed) todo_.push_back({{step.edge.role, *name}, std::move(prefixes)});
  }
}

void DelegationWalk::add_releases(const Targets& body, const Step& step) {
  if (step.edge.role != RoleName::targets()) return;
  const DelegatedRole* releases = body.delegations->find(RoleName::releases().str());
  if (releases == nullptr || !covers(Form::notary, *releases, target_)) return;
  todo_.push_back({{step.edge.role, RoleName::releases()}, releases->paths});
}

bool DelegationWalk::skip(const RoleEdge& edge, Error error) {
  const bool unlisted = error.code() == ErrorCode::target_not_found;
  const bool broken = error.code() == ErrorCode::expired || error.code() == ErrorCode::threshold_not_met;
  const bool goes_on = order_ != LookupOrder::tuf1 && edge.role.is_delegation() &&
                       (unlisted || (broken && options_.drop_broken));
  if (!goes_on) {
    failure_ = std::move(error);
    todo_.clear();
    return false;
  }
  std::erase_if(todo_, [&](const Step& step) { return step.edge == edge; });
  visited_.insert(edge.role.str());
  skipped_.push_back({edge, std::move(error)});
  return true;
}

Result<Found> DelegationWalk::result(const TrustedSet& set) const {
  if (failure_) return fail(*failure_);
  const Trusted<Targets>* file = found_ ? set.targets(found_->delegator, found_->role) : nullptr;
  const Target* target = file != nullptr ? (*file)->find(target_) : nullptr;
  if (target == nullptr) {
    if (limit_hit_) {
      return fail(ErrorCode::limit_exceeded,
                  fmt::format("{} delegated roles were searched for {} without an answer", options_.visits,
                              escape_untrusted(target_)));
    }
    return fail(ErrorCode::target_not_found, fmt::format("no role signs {}", escape_untrusted(target_)));
  }
  Found found{*found_, *target, BS_TRY(target_facts(*target))};
  if (found.facts.gun && !set.names_this_repository(*found.facts.gun)) {
    return fail(
        ErrorCode::gun_mismatch,
        fmt::format("{} was signed for {}", escape_untrusted(target_), escape_untrusted(*found.facts.gun)),
        "the entry was copied from another repository");
  }
  return found;
}

}  // namespace boltseal::tuf
