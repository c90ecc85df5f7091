// What drivers do with the text of a statement.
#pragma once

#include <string>
#include <string_view>

namespace boltseal::db {

/// The first words of a statement, on one line: enough to find it. Statements hold no values.
inline std::string first_words(std::string_view sql) {
  std::string out;
  for (const char c : sql.substr(0, 48)) out += (c == '\n' || c == '\t') ? ' ' : c;
  return out;
}

}  // namespace boltseal::db
