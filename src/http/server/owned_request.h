// A request that owns its bytes, so that it may outlive the buffers of its connection. Internal.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/server/body_budget.h"
#include "http/server/request.h"

namespace boltseal::http {

/// Copies everything that `head` views. The connection fills body() before a handler sees the request.
class OwnedRequest final : public Request {
 public:
  OwnedRequest(const RequestHead& head, std::shared_ptr<const Peer> peer);

  std::string& body() { return body_; }
  RequestHead& head() { return head_; }
  /// Holds the memory of the body against the server's budget as long as the request lives.
  BodyLease lease;

 private:
  std::string text_;
  std::vector<HeaderField> fields_;
  std::shared_ptr<const Peer> peer_;
};

}  // namespace boltseal::http
