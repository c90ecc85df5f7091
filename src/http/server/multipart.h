// multipart/form-data (RFC 7578, RFC 2046 section 5.1): strict and bounded. File names are given as they
// came: no directory is cut off, since a notary client sends the role there ("targets/releases").
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace boltseal::http {

struct MultipartLimits {
  std::size_t parts = 1024;
  std::size_t headers_per_part = 16;
  std::size_t header_bytes = 8 << 10;  ///< of one part
};

/// One part. `data` is a view of the body that was parsed.
struct Part {
  std::string name;
  std::optional<std::string> filename;  ///< unset when the parameter is missing
  std::string content_type;             ///< empty when missing
  std::string_view data;
};

/// Boundary of a Content-Type of multipart/form-data; bad_format for any other type, or a boundary outside
/// the grammar of RFC 2046 (1-70 characters).
Result<std::string> multipart_boundary(std::string_view content_type);

/// Parts of a whole body, in order; none is legal (closing delimiter alone). A part without
/// Content-Disposition has neither name nor filename. bad_format: missing delimiters, text before the first
/// or after the last, bare LF in delimiter or header lines, a Content-Disposition other than form-data, a
/// header or parameter given twice, filename*, a Content-Transfer-Encoding other than 7bit, 8bit or binary.
/// limit_exceeded: more than the limits allow.
Result<std::vector<Part>> parse_multipart(std::string_view body, std::string_view boundary,
                                          const MultipartLimits& limits = {});

}  // namespace boltseal::http
