// Metadata in memory: for tests and for a bundle that was read whole.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "transport/transport.h"

namespace boltseal::transport {

/// Keeps every published version of every role. Answers by hash from all of them.
class MemoryTransport final : public Transport {
 public:
  explicit MemoryTransport(tuf::Form form) : form_(form) {}

  tuf::Form form() const override { return form_; }
  std::string describe() const override { return "memory"; }
  std::vector<Result<std::string>> fetch_all(const std::vector<Item>& items) override;
  Result<void> publish(const std::vector<Part>& parts) override;
  Result<std::string> server_key(const RoleName& role) override;
  Result<std::string> rotate_server_key(const RoleName& role) override;
  Result<void> remove_all() override;

  /// Public key JSON to answer for a role; rotation answers `next` and makes it the current one.
  void set_server_key(const RoleName& role, std::string current, std::string next = {});
  /// Every fetch and publish fails with this error until it is cleared.
  void fail_with(std::optional<Error> error) { failure_ = std::move(error); }
  int fetches() const { return fetches_; }

 private:
  Result<std::string> fetch(const Item& item);
  tuf::Form form_;
  std::map<RoleName, std::string> current_;
  std::map<std::pair<RoleName, std::int64_t>, std::string> versions_;
  std::map<std::pair<RoleName, Sha256>, std::string> hashes_;
  std::map<RoleName, std::pair<std::string, std::string>> keys_;
  std::optional<Error> failure_;
  int fetches_ = 0;
};

}  // namespace boltseal::transport
