// WWW-Authenticate of both sides (RFC 7235 section 4.1): parsed by clients, written by servers.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace boltseal::http {

/// One challenge. Text in it comes from outside: escape before showing.
struct Challenge {
  std::string scheme;                                           ///< lower case: "bearer", "basic"
  std::string token68;                                          ///< empty where parameters stand
  std::vector<std::pair<std::string, std::string>> parameters;  ///< names lower case, values unquoted

  const std::string* find(std::string_view lower_case_name) const;
  bool operator==(const Challenge&) const = default;
};

/// All challenges of one field value, in order. Commas in quotes belong to the value; backslash escapes and
/// white space around '=' and ',' are taken as the grammar says; empty list elements are skipped. A parameter
/// named twice, an unclosed quote, other bytes, over 16 KiB or over 16 challenges: bad_response.
Result<std::vector<Challenge>> parse_challenges(std::string_view field_value);

/// `Bearer realm="https://...",service="x"`: the scheme as given, values quoted, '"' and '\' escaped. Bytes
/// outside printable ASCII are left out (SECURITY rule 25).
std::string write_challenge(std::string_view scheme,
                            const std::vector<std::pair<std::string, std::string>>& parameters);

}  // namespace boltseal::http
