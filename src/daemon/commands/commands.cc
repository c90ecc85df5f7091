#include "daemon/commands/commands.h"

#include <unistd.h>

#include <array>

namespace boltseal::daemon {

std::span<const CommandEntry* const> commands() {
  static constexpr std::array<const CommandEntry*, 13> kTable = {
      &kConfigCheck, &kConfigPrint, &kGunList, &kGunShow, &kGunExpiry,  &kGunReset, &kVerifyStore,
      &kBackup,      &kRestore,     &kImport,  &kPrune,   &kKeysRewrap, &kShadow};
  return kTable;
}

Result<Places> Invocation::places() const {
  return choose_places(arguments, variables.environment(), ::geteuid() == 0);
}

std::string Invocation::option(std::string_view name) const {
  const auto found = arguments.own_options.find(std::string(name));
  return found == arguments.own_options.end() ? std::string() : found->second;
}

}  // namespace boltseal::daemon
