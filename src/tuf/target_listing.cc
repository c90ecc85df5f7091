#include "tuf/target_listing.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "crypto/digest.h"
#include "tuf/path_pattern.h"

namespace boltseal::tuf {
namespace {

Form form_of(LookupOrder order) { return order == LookupOrder::tuf1 ? Form::tuf1 : Form::notary; }

/// What a look-up yields when every role that could be had is in the set.
std::optional<RoleEdge> winner_of(LookupOrder order, const std::string& name, const TrustedSet& set) {
  DelegationWalk walk(order, name, {.drop_broken = true});
  while (const auto edge = walk.next(set)) {
    walk.skip(*edge, Error(ErrorCode::target_not_found, "left out"));
  }
  auto found = walk.result(set);
  if (!found) return std::nullopt;
  return found->edge;
}

/// A delegation without its keys: they were used when the role was brought.
DelegatedRole gate_of(const DelegatedRole& role) {
  DelegatedRole gate;
  gate.name = role.name;
  gate.paths = role.paths;
  gate.path_hash_prefixes = role.path_hash_prefixes;
  return gate;
}

/// How many bins a file delegates to, at most `limit`.
std::uint64_t bin_count(const SuccinctRoles& bins, std::size_t limit) {
  return std::min(std::uint64_t{1} << static_cast<unsigned>(bins.bit_length), std::uint64_t{limit} + 1);
}

}  // namespace

TargetListing::TargetListing(LookupOrder order, std::size_t roles) : order_(order), roles_left_(roles) {
  add({{RoleName::root(), RoleName::targets()}, {}, {}});
}

void TargetListing::add(Step step) {
  if (seen_.insert(step.edge).second) todo_.push_back(std::move(step));
}

std::optional<RoleEdge> TargetListing::next(const TrustedSet& set) {
  while (!todo_.empty()) {
    const RoleEdge& edge = todo_.front().edge;
    if (edge.role.is_delegation() && roles_left_ == 0) {
      limit_hit_ = true;
      todo_.clear();
      break;
    }
    const Trusted<Targets>* file = set.targets(edge.delegator, edge.role);
    if (file == nullptr) return edge;
    Step step = std::move(todo_.front());
    todo_.pop_front();
    if (step.edge.role.is_delegation()) --roles_left_;
    add_children(file->body(), step);
    done_.push_back(std::move(step));
  }
  return std::nullopt;
}

void TargetListing::add_children(const Targets& body, const Step& step) {
  if (!body.delegations) return;
  if (const auto& bins = body.delegations->succinct) {
    const std::size_t digits = (static_cast<std::size_t>(bins->bit_length) + 3) / 4;
    for (std::uint64_t i = 0; i < bin_count(*bins, roles_left_); ++i) {
      const auto name = RoleName::parse_tuf1(fmt::format("{}-{:0{}x}", bins->name_prefix, i, digits));
      if (!name) return;
      Step child{{step.edge.role, *name}, step.gates, step.bins};
      child.bins.push_back(*bins);
      child.bins.back().name_prefix = name->str();
      add(std::move(child));
    }
    return;
  }
  for (const DelegatedRole& role : body.delegations->roles) {
    const auto name = parse_role(form_of(order_), role.name);
    if (!name) continue;
    Step child{{step.edge.role, *name}, step.gates, step.bins};
    child.gates.push_back(gate_of(role));
    // Notary cuts a child's prefixes down to its parent's, so the last gate says it all.
    if (order_ != LookupOrder::tuf1 && !step.gates.empty()) {
      child.gates.back().paths = intersect_prefixes(step.gates.back().paths, role.paths);
    }
    add(std::move(child));
  }
}

bool TargetListing::skip(const RoleEdge& edge, Error error) {
  const bool left_out = error.code() == ErrorCode::target_not_found || error.code() == ErrorCode::expired ||
                        error.code() == ErrorCode::threshold_not_met;
  if (!left_out || edge.role.is_base()) {
    failure_ = std::move(error);
    todo_.clear();
    return false;
  }
  std::erase_if(todo_, [&](const Step& step) { return step.edge == edge; });
  skipped_.push_back({edge, std::move(error)});
  return true;
}

bool TargetListing::passes(const Step& step, std::string_view name) const {
  const Form form = form_of(order_);
  const bool through_gates =
      std::ranges::all_of(step.gates, [&](const DelegatedRole& gate) { return covers(form, gate, name); });
  if (!through_gates || step.bins.empty()) return through_gates;
  const Sha256 hash = crypto::sha256(name);
  return std::ranges::all_of(step.bins, [&](const SuccinctRoles& bin) {
    const std::size_t digits = (static_cast<std::size_t>(bin.bit_length) + 3) / 4;
    const std::string_view prefix =
        std::string_view(bin.name_prefix).substr(0, bin.name_prefix.size() - digits - 1);
    return succinct_bin_name(prefix, bin.bit_length, hash) == bin.name_prefix;
  });
}

Result<std::vector<ListedTarget>> TargetListing::result(const TrustedSet& set) const {
  if (failure_) return fail(*failure_);
  std::map<std::string, ListedTarget> by_name;
  for (const Step& step : done_) {
    const Trusted<Targets>* file = set.targets(step.edge.delegator, step.edge.role);
    if (file == nullptr) continue;
    for (const Target& target : (*file)->targets) {
      if (!passes(step, target.name)) continue;
      ListedTarget& listed = by_name[target.name];
      listed.name = target.name;
      listed.signed_by.push_back({step.edge, target, target_facts(target).value_or(TargetFacts{})});
    }
  }
  std::vector<ListedTarget> all;
  all.reserve(by_name.size());
  for (auto& [name, listed] : by_name) {
    const auto edge = winner_of(order_, name, set);
    for (std::size_t i = 0; edge && i < listed.signed_by.size(); ++i) {
      if (listed.signed_by[i].edge == *edge) listed.winner = i;
    }
    all.push_back(std::move(listed));
  }
  return all;
}

}  // namespace boltseal::tuf
