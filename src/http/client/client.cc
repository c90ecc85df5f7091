#include "http/client/client.h"

#include <strings.h>

#include <algorithm>

#include "base/untrusted.h"

namespace boltseal::http {

const std::string* Response::find(std::string_view name) const {
  for (const auto& header : headers) {
    if (header.name.size() == name.size() && strncasecmp(header.name.data(), name.data(), name.size()) == 0)
      return &header.value;
  }
  return nullptr;
}

Result<Response> Client::send(const Request& request) {
  auto answers = send_all({request});
  return std::move(answers.front());
}

std::string describe(const Request& request) {
  auto where = request.unix_socket.empty() ? request.url.origin() : request.unix_socket + ":";
  return request.method + " " + escape_untrusted(where + request.url.path(), 512);
}

}  // namespace boltseal::http
