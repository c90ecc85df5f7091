// Two servers' answers to one request, compared. Pure.
//
// Compared: status, SHA-256 of the body of a 200, the code of an error, and the headers Content-Type and
// Cache-Control. Intended differences are none: ETag and conditional answers (ours alone), the form of
// Last-Modified (ours is an HTTP date), Date, Server, the message and detail of an error.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/secret.h"

namespace boltseal::server {

/// A request as it goes to the other server.
struct ShadowRequest {
  std::string target;  ///< path as sent by the client, with its query
  bool is_head = false;
  std::shared_ptr<const Secret> authorization;  ///< null: none was sent
};

struct ShadowAnswer {
  int status = 0;
  std::string body;
  std::string content_type, cache_control;  ///< empty: not sent
};

/// What differs first. The texts are foreign: escape them to show them.
struct ShadowDifference {
  std::string what;  ///< status, body, error_code, content_type, cache_control
  std::string ours, theirs;
};

/// `is_head`: bodies were not sent.
std::optional<ShadowDifference> compare_answers(const ShadowAnswer& ours, const ShadowAnswer& theirs,
                                                bool is_head);

}  // namespace boltseal::server
