// links: daemon
// A configuration that is taken prints as one that is taken and prints the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "daemon/config_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace boltseal::daemon;
  const auto config = parse_config(std::string(reinterpret_cast<const char*>(data), size), "");
  if (!config) return 0;
  const std::string printed = print_config(*config);
  const auto again = parse_config(printed, "");
  if (!again || print_config(*again) != printed) std::abort();
  return 0;
}
