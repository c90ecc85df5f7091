#include "http/server/request.h"

#include "http/server/owned_request.h"
#include "http/server/path.h"

namespace boltseal::http {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

Method method_of(std::string_view text) {
  if (text == "GET") return Method::get;
  if (text == "HEAD") return Method::head;
  if (text == "POST") return Method::post;
  if (text == "PUT") return Method::put;
  if (text == "DELETE") return Method::del;
  return Method::other;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

std::string_view RequestHead::header(std::string_view name) const {
  for (const HeaderField& field : headers) {
    if (equal_ignoring_case(field.name, name)) return field.value;
  }
  return {};
}

std::size_t RequestHead::count(std::string_view name) const {
  std::size_t n = 0;
  for (const HeaderField& field : headers) n += equal_ignoring_case(field.name, name) ? 1 : 0;
  return n;
}

std::string request_id_text(std::uint64_t id) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; id >>= 4) text[i] = kDigits[id & 15];
  return text;
}

std::unique_ptr<Request> make_request(std::string_view method, std::string_view target, std::string body,
                                      std::span<const HeaderField> headers, Peer peer) {
  RequestHead head;
  head.method = method_of(method);
  head.method_text = method;
  head.headers = headers;
  std::string decoded;
  if (auto split = split_target(target)) {
    head.raw_path = split->raw_path;
    head.query = split->query;
    if (auto path = decode_path(split->raw_path, decoded)) head.path = *path;
  }
  head.host = head.header("Host");
  auto request = std::make_unique<OwnedRequest>(head, std::make_shared<const Peer>(std::move(peer)));
  request->body() = std::move(body);
  return request;
}

}  // namespace boltseal::http
