#include "http/client/client.h"

#include <strings.h>

#include <algorithm>

#include "base/untrusted.h"

namespace boltseal::http {

namespace {

const std::string* find_in(const std::vector<Header>& fields, std::string_view name) {
  for (const auto& field : fields) {
    if (field.name.size() == name.size() && strncasecmp(field.name.data(), name.data(), name.size()) == 0)
      return &field.value;
  }
  return nullptr;
}

}  // namespace

const std::string* Response::find(std::string_view name) const { return find_in(headers, name); }
const std::string* Response::find_trailer(std::string_view name) const { return find_in(trailers, name); }

Result<Response> Client::send(const Request& request) {
  auto answers = send_all({request});
  return std::move(answers.front());
}

std::string describe(const Request& request) {
  auto where = request.unix_socket.empty() ? request.url.origin() : request.unix_socket + ":";
  return request.method + " " + escape_untrusted(where + request.url.path(), 512);
}

}  // namespace boltseal::http
