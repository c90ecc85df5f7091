// How notary-server reads JSON, as far as its answers depend on it: Go's encoding/json fills what it knows,
// leaves out what is missing, and stops at the end of the first value (NOTARY-SERVER.md 2.4, 2.5). Used to
// find the right text for a file that our codec has refused; nothing is trusted by it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"
#include "json/reader.h"
#include "tuf/model.h"

namespace boltseal::server {

struct GoDecoded {
  json::Document document;                   ///< the first value of the text
  const json::Value* signed_part = nullptr;  ///< null where there is none
  std::int64_t version = 0;
  std::vector<tuf::Signature> signatures;
  std::string trailing;  ///< error text for what follows the value; empty: nothing does
};

/// Nothing where Go's decoder would give an error (MALFORMED_JSON).
std::optional<GoDecoded> go_decode(std::string_view bytes);

/// The text with which notary-server refuses the structure of a role's `signed`; nothing: it would not.
std::optional<std::string> shape_problem(const RoleName& role, const json::Value* signed_part);

}  // namespace boltseal::server
