// Changes of a policy file by a command: one pin more, all else as it stands.
#pragma once

#include <string>

#include "base/result.h"
#include "policy/policy.h"

namespace boltseal::policy {

/// What `boltseal pin` writes: an exact root, a server, for one name.
struct NewPin {
  Gun gun;
  std::int64_t root_version = 1;
  std::string root_sha256;  ///< lower-case hex
  std::string server;
};

/// The file's text with the pin added; a pin for exactly the same name is replaced. An empty text makes a new
/// file. bad_config: the text is no policy file.
Result<std::string> with_pin(const std::string& text, const NewPin& pin, const std::string& path);

}  // namespace boltseal::policy
