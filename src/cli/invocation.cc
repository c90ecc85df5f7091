#include <cstdlib>

#include "cli/command.h"
#include "cli/settings.h"

namespace boltseal::cli {

Result<client::Environment*> Invocation::environment() {
  if (!environment_) environment_ = BS_TRY(client::Environment::create(BS_TRY(settings_from(parsed_))));
  return environment_.get();
}

Result<keys::FileKeyStore*> Invocation::keys() {
  if (!keys_) keys_ = open_keys(*BS_TRY(environment()));
  return keys_->store.get();
}

Result<std::optional<Gun>> Invocation::gun() const {
  if (!parsed_.has("gun")) return std::optional<Gun>();
  return std::optional<Gun>(BS_TRY(Gun::parse_lenient(parsed_.value("gun"))));
}

Result<void> Invocation::expect_arguments(std::size_t least, std::size_t most) const {
  const std::size_t n = arguments().size();
  if (n >= least && n <= most) return {};
  return fail(ErrorCode::usage, n < least ? "an argument is missing" : "there are too many arguments",
              "--help shows what the command takes");
}

}  // namespace boltseal::cli
