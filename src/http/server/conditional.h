// Conditional requests (RFC 9110, 13): entity tags and If-None-Match. Functions without state.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "http/server/request.h"

namespace boltseal::http {

/// Strong entity tag of content with that SHA-256: `"<64 hex>"`.
std::string etag_of_sha256(ByteView sha256);

/// If-None-Match against the current entity tag, by weak comparison. `*` matches. A list that is not well
/// formed matches nothing.
bool etag_matches(std::string_view if_none_match, std::string_view etag);

/// GET or HEAD with an If-None-Match (each of them, if sent several times) that holds the entity tag.
bool is_not_modified(const RequestHead& head, std::string_view etag);

}  // namespace boltseal::http
