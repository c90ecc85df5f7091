// links: keys
// PKCS#11 URIs: what is read names only absolute files and has no zero byte in its texts.
#include <cstdlib>

#include "keys/pkcs11/uri.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto uri = boltseal::keys::pkcs11::parse_uri(boltseal::as_text({data, size}));
  if (!uri) return 0;
  for (const std::string* path : {&uri->module_path, &uri->pin_file})
    if (!path->empty() && path->front() != '/') std::abort();
  for (const auto* text : {&uri->token, &uri->manufacturer, &uri->model, &uri->serial, &uri->object})
    if (*text && (*text)->find('\0') != std::string::npos) std::abort();
  return 0;
}
