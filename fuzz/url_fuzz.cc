// links: http
// URLs and references to them: what parses prints as it was read, and a join never leaves http and https.
#include <cstdlib>

#include "http/url.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using boltseal::http::Url;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto url = Url::parse(text)) {
    const auto again = Url::parse(url->str());
    if (!again || *again != *url) std::abort();
    if (url->str().find_first_of("\r\n ") != std::string::npos) std::abort();
  }
  static const Url base = Url::parse("https://reg.example:5000/v2/a/b?q").value();
  if (const auto joined = base.join(text)) {
    if (!Url::parse(joined->str())) std::abort();
  }
  return 0;
}
