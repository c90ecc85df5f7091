// Header values with parameters: `form-data; name="files"; filename="root"` (RFC 9110 5.6). Internal.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace boltseal::http {

bool is_field_token(std::string_view text);           ///< one or more token characters
std::string_view trim_blanks(std::string_view text);  ///< without blanks and tabs at either end

struct ParameterizedField {
  std::string value;                                            ///< before the first ';'
  std::vector<std::pair<std::string, std::string>> parameters;  ///< names lower case, values unquoted
};

/// At most 16 parameters. bad_format: a name that is no token, a value that is neither token nor quoted
/// string, a name given twice.
Result<ParameterizedField> parse_parameters(std::string_view text);

}  // namespace boltseal::http
