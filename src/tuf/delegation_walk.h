// Which delegated role speaks for a target: the search as a resumable state machine that asks for the next
// role to bring. No I/O: the caller brings each role into the TrustedSet and says how it went.
//
//   DelegationWalk walk(LookupOrder::docker, "v1");
//   while (auto edge = walk.next(set)) {
//     // want_targets(edge->delegator, edge->role), fetch, update_targets; on failure:
//     walk.skip(*edge, error);
//   }
//   Found found = BS_TRY(walk.result(set));
//
// tuf1 (specification 5.6.7): pre-order, each role once, terminating delegations, at most `visits` delegated
// roles besides the top one. notary (0.7.0, tuf.go WalkTargets): breadth first in file order, paths are
// prefixes, a child's are intersected with its parent's. docker: `targets/releases` first, then `targets`, no
// other role (DOCKER-DCT 5.2). The order goes with the form: tuf1 with TUF 1.0, the others with Notary.
// Not thread safe; holds no pointer into the set.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "tuf/trusted_set.h"

namespace boltseal::tuf {

enum class LookupOrder : std::uint8_t { tuf1, notary, docker };

struct RoleEdge {
  RoleName delegator;
  RoleName role;
  auto operator<=>(const RoleEdge&) const = default;
};

/// A target as its role signed it. Names and custom data are text from outside.
struct Found {
  RoleEdge edge;
  Target target;
  TargetFacts facts;  ///< custom.boltseal
};

/// A role that could not be had, and why.
struct SkippedRole {
  RoleEdge edge;
  Error error;
};

struct WalkOptions {
  /// Delegated roles looked into; 0: 32 in TUF 1.0 (limits::kDelegationVisits), 1024 in Notary form.
  std::size_t visits = 0;
  /// Notary form: a delegation that is expired or under its threshold is left out with its subtree, as notary
  /// 0.7.0 does (NOTARY-CLIENT 8, update 3). Else that ends the search: who serves the files could otherwise
  /// bring back what `targets` once signed by spoiling `targets/releases`.
  bool drop_broken = false;
};

/// Does a delegation cover a target name? TUF 1.0: any pattern or hash prefix; Notary: any prefix.
bool covers(Form form, const DelegatedRole& role, std::string_view name);

class DelegationWalk {
 public:
  DelegationWalk(LookupOrder order, std::string target, WalkOptions options = {});

  /// The next role that must be in the set; nothing: the search is over. Roles that are in the set already
  /// for their delegator are looked into at once. Asking again without a change gives the same role.
  std::optional<RoleEdge> next(const TrustedSet& set);

  /// The role that next() named can't be had. True: the search goes on without it, which happens in Notary
  /// form alone: a delegation that the snapshot does not list (it never signed), and see WalkOptions. False:
  /// the search is over, with this error as its result; TUF 1.0: always, as a later role must not answer for
  /// it.
  bool skip(const RoleEdge& edge, Error error);
  const std::vector<SkippedRole>& skipped() const { return skipped_; }

  /// After next() gave nothing. target_not_found; limit_exceeded: more roles than `visits`; gun_mismatch:
  /// signed for another repository (SECURITY 1); bad_format: unreadable custom.boltseal; the error of a fatal
  /// skip().
  Result<Found> result(const TrustedSet& set) const;
  const std::string& target() const { return target_; }

 private:
  struct Step {
    RoleEdge edge;
    std::vector<std::string> prefixes;  ///< Notary: what the role may sign, intersected on the way down
  };
  bool look_into(const TrustedSet& set, const Step& step);
  void add_children(const Targets& body, const Step& step);
  void add_tuf1_children(const Targets& body, const Step& step);
  void add_notary_children(const Targets& body, const Step& step);
  void add_releases(const Targets& body, const Step& step);

  LookupOrder order_;
  std::string target_;
  WalkOptions options_;
  std::size_t visits_left_;
  bool limit_hit_ = false;
  std::deque<Step> todo_;
  std::set<std::string> visited_;
  std::optional<RoleEdge> found_;
  std::optional<RoleEdge> fallback_;  ///< docker: `targets` has it, if releases has not
  std::optional<Error> failure_;
  std::vector<SkippedRole> skipped_;
};

}  // namespace boltseal::tuf
