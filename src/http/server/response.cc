#include "http/server/response.h"

#include <ctime>

#include "base/clock.h"
#include "http/server/field_parameters.h"
#include "http/server/request.h"

namespace boltseal::http {
namespace {

bool is_value(std::string_view value) {
  for (char c : value) {
    if (c < 0x20 || c > 0x7e) return false;
  }
  return true;
}

/// Fields that the server writes itself: a handler that set one could break the framing.
bool is_reserved(std::string_view name) {
  static constexpr std::string_view kReserved[] = {"connection", "content-length",   "date",
                                                   "keep-alive", "server",           "trailer",
                                                   "upgrade",    "transfer-encoding"};
  for (std::string_view reserved : kReserved) {
    if (equal_ignoring_case(name, reserved)) return true;
  }
  return false;
}

bool has_no_length(int status) { return status < 200 || status == 204 || status == 304; }

}  // namespace

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

HeaderList::HeaderList(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  fields_.reserve(fields.size());
  for (const auto& [name, value] : fields) add(name, value);
}

void HeaderList::add(std::string_view name, std::string_view value) {
  if (!is_field_token(name) || !is_value(value) || is_reserved(name)) {
    ok_ = false;
    return;
  }
  fields_.emplace_back(name, value);
}

std::string_view HeaderList::find(std::string_view name) const {
  for (const Field& field : fields_) {
    if (equal_ignoring_case(field.first, name)) return field.second;
  }
  return {};
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Request Entity Too Large";
    case 414:
      return "Request URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Entity";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Unknown";
  }
}

Result<std::string> response_head(int status, const HeaderList& headers, std::size_t content_length) {
  if (!headers.ok() || status < 100 || status > 599) {
    return fail(ErrorCode::internal, "a header field of a response was refused");
  }
  std::string head = "HTTP/1.1 ";
  head += std::to_string(status);
  head += ' ';
  head += reason_phrase(status);
  head += "\r\n";
  for (const auto& [name, value] : headers.fields()) {
    head += name;
    head += ": ";
    head += value;
    head += "\r\n";
  }
  if (!has_no_length(status)) {
    head += "Content-Length: ";
    head += std::to_string(content_length);
    head += "\r\n";
  }
  return head;
}

Result<std::shared_ptr<const ReadyResponse>> ReadyResponse::make(int status, HeaderList headers,
                                                                 std::string body, std::string etag) {
  if (!etag.empty()) headers.add("ETag", etag);
  std::shared_ptr<ReadyResponse> made(new ReadyResponse);
  made->status_ = status;
  made->head_ = BS_TRY(response_head(status, headers, body.size()));
  if (!etag.empty()) {
    // RFC 9110 15.4.5: a 304 repeats what a cache needs, not what describes the body.
    HeaderList kept;
    for (const auto& [name, value] : headers.fields()) {
      if (!equal_ignoring_case(name, "Content-Type")) kept.add(name, value);
    }
    made->not_modified_head_ = BS_TRY(response_head(304, kept, 0));
  }
  for (const auto& [name, value] : headers.fields()) made->h2_fields_.emplace_back(lower_case(name), value);
  if (!has_no_length(status)) made->h2_fields_.emplace_back("content-length", std::to_string(body.size()));
  made->headers_ = std::move(headers);
  made->body_ = std::move(body);
  made->etag_ = std::move(etag);
  return std::shared_ptr<const ReadyResponse>(std::move(made));
}

std::string_view date_line() {
  struct Cache {
    std::time_t second = -1;
    std::string line;
  };
  thread_local Cache cache;
  timespec now{};
  // The coarse clock is read without entering the kernel; a whole second is all that the field can say.
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec != cache.second) {
    cache.second = now.tv_sec;
    cache.line = "Date: " + format_http_date(Time(std::chrono::seconds(now.tv_sec))) + "\r\n";
  }
  return cache.line;
}

}  // namespace boltseal::http
