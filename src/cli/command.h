// A command of a personality: its tables and what runs. One file for each command; the tables make dispatch,
// help and completion.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "client/environment.h"

namespace boltseal::cli {

/// What a running command works with. Made by the dispatcher; environment and keys are opened when first
/// asked for, so that `version` needs neither.
class Invocation {
 public:
  Invocation(Parsed parsed, Output& output) : parsed_(std::move(parsed)), output_(output) {}

  const Parsed& options() const { return parsed_; }
  const std::vector<std::string>& arguments() const { return parsed_.arguments(); }
  Output& output() { return output_; }

  Result<client::Environment*> environment();
  Result<keys::FileKeyStore*> keys();
  /// --gun, checked.
  Result<std::optional<Gun>> gun() const;
  /// Hosts given by --insecure-registry.
  std::vector<std::string> insecure_registries() const { return parsed_.values("insecure-registry"); }

  /// usage, unless there are between `least` and `most` arguments.
  Result<void> expect_arguments(std::size_t least, std::size_t most) const;

 private:
  Parsed parsed_;
  Output& output_;
  std::unique_ptr<client::Environment> environment_;
  std::optional<KeyRing> keys_;
};

struct Command {
  std::string_view name;                       ///< "sign", "key list"
  std::string_view arguments;                  ///< "NAME:TAG@DIGEST"
  std::string_view summary;                    ///< one line
  std::string_view description;                ///< paragraphs for --help
  std::vector<Option> options;                 ///< besides the global ones
  Result<int> (*run)(Invocation& invocation);  ///< gives the exit status
};

}  // namespace boltseal::cli
