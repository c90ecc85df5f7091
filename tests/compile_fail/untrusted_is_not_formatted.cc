// Text from outside is shown escaped or not at all.
#include <fmt/core.h>

#include "base/untrusted.h"

std::string control(const boltseal::Untrusted& text) { return fmt::format("{}", text.escaped()); }

#ifdef BOLTSEAL_MUST_FAIL
std::string use(const boltseal::Untrusted& text) { return fmt::format("{}", text); }
#endif
