// Patterns over GUNs, as policy files write them. Anchored at both ends and at every '/': nothing grows
// beyond what is written.
//   reg.example/team/app    that name alone
//   reg.example/team/*      one more component
//   reg.example/team/**     one or more further components
//   **                      every name
// '*' and '**' stand for whole components; '**' comes last only. Anything else with '*' is bad_config.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/names.h"
#include "base/result.h"

namespace boltseal::policy {

class GunPattern {
 public:
  static Result<GunPattern> parse(std::string_view text);
  bool matches(const Gun& gun) const;
  const std::string& str() const { return text_; }
  /// More literal components, then no "**", then fewer "*": the most specific match decides.
  bool more_specific_than(const GunPattern& other) const;
  bool operator==(const GunPattern&) const = default;

 private:
  explicit GunPattern(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace boltseal::policy
