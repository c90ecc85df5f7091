// A passphrase can't get into a message by accident.
#include <fmt/core.h>

#include "base/secret.h"

std::string control(const boltseal::Secret& secret) { return fmt::format("{} bytes", secret.size()); }

#ifdef BOLTSEAL_MUST_FAIL
std::string use(const boltseal::Secret& secret) { return fmt::format("{}", secret); }
#endif
