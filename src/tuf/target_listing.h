// All targets of a repository with the roles that signed each: for `list` and `inspect`. Like DelegationWalk
// it asks for roles to bring; here every role that can be reached.
//
// Not thread safe; holds no pointer into the set.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tuf/delegation_walk.h"

namespace boltseal::tuf {

struct ListedTarget {
  std::string name;              ///< text from outside
  std::vector<Found> signed_by;  ///< every role that lists it and may, in the order of the walk
  /// Index in signed_by of the one that a look-up yields; nothing where a look-up finds none (docker's order:
  /// signed by other roles alone), or finds it wrong (another repository's).
  std::optional<std::size_t> winner;
};

class TargetListing {
 public:
  /// `roles`: the most delegated roles that are brought (bins count too).
  explicit TargetListing(LookupOrder order, std::size_t roles = 1024);

  std::optional<RoleEdge> next(const TrustedSet& set);
  /// The role that next() named can't be had: true where it is left out with all below it (not listed,
  /// expired, under its threshold), false where the listing has failed with this error (anything else;
  /// `targets`).
  bool skip(const RoleEdge& edge, Error error);
  const std::vector<SkippedRole>& skipped() const { return skipped_; }
  bool complete() const { return !limit_hit_; }  ///< false: more roles than allowed

  /// After next() gave nothing, sorted by name. The error of a fatal skip().
  Result<std::vector<ListedTarget>> result(const TrustedSet& set) const;

 private:
  /// One delegation on the way to a role; a target must pass all of them.
  struct Step {
    RoleEdge edge;
    std::vector<DelegatedRole> gates;  ///< without keys; from the top down
    std::vector<SuccinctRoles> bins;   ///< TAP 15 gates
  };
  void add_children(const Targets& body, const Step& step);
  void add(Step step);
  bool passes(const Step& step, std::string_view name) const;

  LookupOrder order_;
  std::size_t roles_left_;
  bool limit_hit_ = false;
  std::deque<Step> todo_;
  std::set<RoleEdge> seen_;
  std::vector<Step> done_;
  std::optional<Error> failure_;
  std::vector<SkippedRole> skipped_;
};

}  // namespace boltseal::tuf
