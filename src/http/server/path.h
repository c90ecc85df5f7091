// The request target: split, decoded once, cleaned as Go's router does. Functions without state.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace boltseal::http {

struct Target {
  std::string_view raw_path;   ///< as sent
  std::string_view query;      ///< as sent, without '?'
  std::string_view authority;  ///< of the absolute form, else empty
};

/// Origin form ("/a?b"), absolute form ("http://host/a?b") or "*". Any byte that is not printable ASCII, a
/// '#', and every other form is bad_format.
Result<Target> split_target(std::string_view target);

/// Decodes raw_path into `path`: a view of raw_path itself when there is nothing to decode, else of
/// `storage`. bad_format on a '%' without two hex digits.
Result<std::string_view> decode_path(std::string_view raw_path, std::string& storage);

/// Nothing to clean: no empty, "." or ".." segment.
bool is_clean_path(std::string_view path);

/// As Go's gorilla/mux: segments resolved, a final slash kept; "" becomes "/".
std::string clean_path(std::string_view path);

/// Location for a path that is not clean: the cleaned path encoded as Go's net/url does, then '?' and the
/// query as sent.
std::string clean_location(std::string_view path, std::string_view query);

}  // namespace boltseal::http
