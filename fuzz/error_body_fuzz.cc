// links: http
// Bodies of token servers and of refusals: nothing of them reaches a message unescaped.
#include <cstdlib>

#include "http/error_body.h"
#include "http/token.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto shown = boltseal::http::describe_refusal(400, text);
  for (const char c : shown) {
    if ((c >= 0 && c < 0x20) || c == 0x7f) std::abort();
  }
  if (const auto token = boltseal::http::parse_token_response(text)) {
    if (token->token.empty() || token->token.text().find_first_of("\r\n ") != std::string_view::npos)
      std::abort();
  }
  return 0;
}
