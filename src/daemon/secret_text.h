// A secret of the configuration (a connection text with its password): copied with the configuration, locked
// in memory, never printed. What shows it redacts it (daemon/database_source.h).
#pragma once

#include <memory>
#include <string_view>

#include "base/secret.h"

namespace boltseal::daemon {

/// Immutable and shared by its copies. Thread safe.
class SecretText {
 public:
  SecretText() = default;
  explicit SecretText(std::string_view text)
      : secret_(std::make_shared<const Secret>(Secret::of_text(text))) {}

  std::string_view reveal() const { return secret_ ? secret_->text() : std::string_view(); }
  bool empty() const { return reveal().empty(); }

 private:
  std::shared_ptr<const Secret> secret_;
};

}  // namespace boltseal::daemon
