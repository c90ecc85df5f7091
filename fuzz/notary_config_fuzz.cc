// links: daemon
// A file of notary-server or notary-signer that is taken prints as a configuration of boltseald's own that is
// taken and prints the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "daemon/notary_config.h"
#include "json/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace boltseal::daemon;
  const auto document = boltseal::json::Document::parse(
      std::string(reinterpret_cast<const char*>(data), size), {.real_numbers = true});
  if (!document) return 0;
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "NOTARY_SIGNER_DEFAULT_ALIAS") return "alias";
    return std::nullopt;
  };
  const NotaryFile file{document->root(), "/etc/notary", "/", environment};
  const bool is_signer = kind_of_config(document->root(), FileKind::native) == FileKind::notary_signer;
  const auto loaded = is_signer ? signer_from_notary(file) : server_from_notary(file, false);
  if (!loaded) return 0;
  const std::string printed = print_config(loaded->config);
  const auto again = parse_config(printed, "");
  if (!again || print_config(*again) != printed) std::abort();
  return 0;
}
