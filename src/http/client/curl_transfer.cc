#include "http/client/curl_transfer.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/untrusted.h"
#include "http/client/curl_error.h"

namespace boltseal::http {
namespace {

constexpr std::size_t kSpare = 64;  // json::Document takes the body over without a copy
constexpr std::size_t kMaxHeaderFields = 256;
constexpr std::size_t kFirstReserve = 1u << 20;  // a Content-Length is a claim, not a reason for memory
constexpr long kReceiveBuffer = 64 * 1024;

bool equal_fold(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
           return low(x) == low(y);
         });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() &&
         (text.back() == ' ' || text.back() == '\t' || text.back() == '\r' || text.back() == '\n'))
    text.remove_suffix(1);
  return text;
}

bool is_field_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return c > 0x20 && c < 0x7f && std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string_view::npos;
  });
}

bool is_field_value(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

}  // namespace

CurlTransfer::CurlTransfer(const CurlApi& api, CURL* easy, Request request, const ClientOptions& options)
    : api_(api), easy_(easy), request_(std::move(request)), options_(options), response_(request_.url) {}

CurlTransfer::~CurlTransfer() {
  for (auto* node = headers_; node != nullptr; node = node->next)
    wipe_memory(node->data, std::strlen(node->data));
  api_.slist_free_all(headers_);
}

tl::unexpected<Error> CurlTransfer::refuse(ErrorCode code, std::string_view problem) const {
  return fail(code, describe(request_) + ": " + std::string(problem));
}

Result<void> CurlTransfer::set_up(const TlsMaterial& tls, bool wait_for_stream) {
  const auto& url = request_.url;
  if (!url.is_https() && !url.is_loopback() && request_.unix_socket.empty() && !request_.allow_plain_http) {
    return fail(ErrorCode::usage, describe(request_) + ": plain HTTP is refused beyond this machine",
                "use an https:// address");
  }
  api_.set(easy_, CURLOPT_URL, url.str().c_str());
  api_.set(easy_, CURLOPT_PROTOCOLS_STR, url.is_https() ? "https" : "http");
  api_.set(easy_, CURLOPT_PATH_AS_IS, 1L);
  api_.set(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  api_.set(easy_, CURLOPT_USERAGENT, options_.user_agent.c_str());
  api_.set(easy_, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_2TLS});
  api_.set(easy_, CURLOPT_PIPEWAIT, wait_for_stream && url.is_https() ? 1L : 0L);
  // Both are always set, so that libcurl does not read the environment by its own rules.
  const auto proxy = request_.unix_socket.empty() ? options_.proxies.proxy_for(url) : std::string();
  api_.set(easy_, CURLOPT_PROXY, proxy.c_str());
  api_.set(easy_, CURLOPT_NOPROXY, "");
  api_.set(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (!request_.unix_socket.empty()) api_.set(easy_, CURLOPT_UNIX_SOCKET_PATH, request_.unix_socket.c_str());
  set_limits();
  set_tls(tls);
  set_method();
  BS_TRY(set_headers());
  api_.set_pointer(easy_, CURLOPT_ERRORBUFFER, error_text_.data());
  api_.easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
  api_.set_pointer(easy_, CURLOPT_HEADERDATA, this);
  api_.easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body);
  api_.set_pointer(easy_, CURLOPT_WRITEDATA, this);
  return {};
}

void CurlTransfer::set_limits() {
  // Signals are the program's; libcurl sends with MSG_NOSIGNAL and resolves names in a thread.
  api_.set(easy_, CURLOPT_NOSIGNAL, 1L);
  api_.set(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
  api_.set(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(request_.deadline.count()));
  api_.set(easy_, CURLOPT_LOW_SPEED_LIMIT, options_.low_speed_bytes);
  api_.set(easy_, CURLOPT_LOW_SPEED_TIME, options_.low_speed_seconds);
  api_.set(easy_, CURLOPT_BUFFERSIZE, kReceiveBuffer);
}

void CurlTransfer::set_tls(const TlsMaterial& tls) {
  if (!request_.url.is_https()) return;
  const long check = request_.skip_certificate_check ? 0L : 1L;
  api_.set(easy_, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  api_.set(easy_, CURLOPT_SSL_VERIFYPEER, check);
  api_.set(easy_, CURLOPT_SSL_VERIFYHOST, check * 2);
  // The built-in paths are replaced: the system's CAs come as a directory that is read on demand.
  api_.set(easy_, CURLOPT_CAINFO, static_cast<const char*>(nullptr));
  api_.set(easy_, CURLOPT_CAPATH, tls.ca_directory.empty() ? nullptr : tls.ca_directory.c_str());
  if (!tls.ca_pem.empty()) {
    curl_blob blob{const_cast<char*>(tls.ca_pem.data()), tls.ca_pem.size(), CURL_BLOB_COPY};
    api_.set_pointer(easy_, CURLOPT_CAINFO_BLOB, &blob);
  }
  if (tls.client_certificate.empty()) return;
  api_.set(easy_, CURLOPT_SSLCERT, tls.client_certificate.c_str());
  api_.set(easy_, CURLOPT_SSLKEY, tls.client_key.c_str());
}

void CurlTransfer::set_method() {
  if (request_.method == "HEAD") {
    api_.set(easy_, CURLOPT_NOBODY, 1L);
    return;
  }
  if (request_.method == "POST" || request_.method == "PUT" || request_.method == "PATCH" ||
      request_.has_body) {
    api_.set(easy_, CURLOPT_POST, 1L);
    api_.set_large(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    api_.set(easy_, CURLOPT_POSTFIELDS, request_.body.data());  // not copied: request_ lives as long as we
  } else {
    api_.set(easy_, CURLOPT_HTTPGET, 1L);
  }
  if (request_.method != "GET" && request_.method != "POST")
    api_.set(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

Result<void> CurlTransfer::add_header(const std::string& line) {
  auto* list = api_.slist_append(headers_, line.c_str());
  if (list == nullptr) return refuse(ErrorCode::internal, "out of memory");
  headers_ = list;
  return {};
}

Result<void> CurlTransfer::set_headers() {
  bool accept = false;
  bool content_type = false;
  for (const auto& [name, value] : request_.headers) {
    if (!is_field_name(name) || !is_field_value(value))
      return refuse(ErrorCode::internal, "bad characters in a header field");
    accept = accept || equal_fold(name, "Accept");
    content_type = content_type || equal_fold(name, "Content-Type");
    BS_TRY(add_header(value.empty() ? name + ";" : name + ": " + value));
  }
  // Compressed answers would hide their size from the limits.
  BS_TRY(add_header("Accept-Encoding: identity"));
  BS_TRY(add_header("Expect:"));
  if (!accept) BS_TRY(add_header("Accept:"));
  if (!content_type) BS_TRY(add_header("Content-Type:"));
  if (request_.authorization) {
    if (!is_field_value(request_.authorization->text()))
      return refuse(ErrorCode::internal, "bad characters in the authorization");
    std::string line = "Authorization: ";
    line += request_.authorization->text();
    const auto added = add_header(line);
    wipe_string(line);
    if (!added) return added;
  }
  api_.set_pointer(easy_, CURLOPT_HTTPHEADER, headers_);
  return {};
}

// An error that we find is kept, and libcurl is told to stop by a short count.
std::size_t CurlTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  auto result = transfer.take_header({data, size * count});
  if (result) return size * count;
  transfer.error_ = std::move(result).error();
  return 0;
}

std::size_t CurlTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  auto result = transfer.take_body({data, size * count});
  if (result) return size * count;
  transfer.error_ = std::move(result).error();
  return CURL_WRITEFUNC_ERROR;
}

Result<void> CurlTransfer::take_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > options_.header_limit)
    return refuse(ErrorCode::limit_exceeded,
                  "the answer's header exceeds " + std::to_string(options_.header_limit) + " bytes");
  if (in_body_) return take_trailer(line);
  if (line.starts_with("HTTP/") && line.find(':') == std::string_view::npos) {
    response_.headers.clear();  // a final status after interim ones
    length_.reset();
    return {};
  }
  if (trim(line).empty()) return end_of_headers();
  const auto name = BS_TRY(split_field(line));
  const auto value = line;
  if (equal_fold(name, "Content-Length")) BS_TRY(take_length(value));
  if (equal_fold(name, "Content-Encoding") && !value.empty() && !equal_fold(value, "identity"))
    return refuse(ErrorCode::bad_response, "the answer is compressed though we asked for plain bytes (" +
                                               escape_untrusted(value) + ")");
  if (equal_fold(name, "Transfer-Encoding") && !equal_fold(value, "chunked"))
    return refuse(ErrorCode::bad_response,
                  "the answer has an unknown transfer coding " + escape_untrusted(value));
  response_.headers.push_back({std::string(name), std::string(value)});
  return {};
}

/// The name of a field; its value stays in `line`.
Result<std::string_view> CurlTransfer::split_field(std::string_view& line) const {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_field_name(line.substr(0, colon)))
    return refuse(ErrorCode::bad_response, "the answer has a malformed header field");
  if (response_.headers.size() + response_.trailers.size() == kMaxHeaderFields)
    return refuse(ErrorCode::limit_exceeded, "the answer has too many header fields");
  const auto name = line.substr(0, colon);
  line = trim(line.substr(colon + 1));
  return name;
}

/// Trailers never change what the head said of the body: they are handed over apart.
Result<void> CurlTransfer::take_trailer(std::string_view line) {
  if (trim(line).empty()) return {};
  const auto name = BS_TRY(split_field(line));
  response_.trailers.push_back({std::string(name), std::string(line)});
  return {};
}

Result<void> CurlTransfer::take_length(std::string_view value) {
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (error != std::errc() || end != value.data() + value.size() || value.empty())
    return refuse(ErrorCode::bad_response, "the answer has a bad Content-Length");
  if (length_ && *length_ != length)
    return refuse(ErrorCode::bad_response, "the answer has two different lengths");
  length_ = length;
  return {};
}

Result<void> CurlTransfer::end_of_headers() {
  long status = 0;
  api_.easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  if (status >= 100 && status < 200) return {};
  in_body_ = true;
  if (!length_ || request_.method == "HEAD") return {};
  if (*length_ > request_.body_limit) {
    return refuse(ErrorCode::limit_exceeded, "the answer announces " + std::to_string(*length_) +
                                                 " bytes, more than the limit of " +
                                                 std::to_string(request_.body_limit));
  }
  response_.body.reserve(std::min(*length_, kFirstReserve) + kSpare);
  return {};
}

Result<void> CurlTransfer::take_body(std::string_view bytes) {
  if (bytes.size() > request_.body_limit - response_.body.size()) {
    return refuse(ErrorCode::limit_exceeded,
                  "the answer exceeds the limit of " + std::to_string(request_.body_limit) + " bytes");
  }
  response_.body += bytes;
  return {};
}

Result<Response> CurlTransfer::finish(CURLcode code) {
  if (error_) return fail(std::move(*error_));
  // How libcurl 7.88 tells that one header line outgrew its buffer (100 kB); it never reached our counter.
  if (code == CURLE_OUT_OF_MEMORY && !in_body_)
    return refuse(ErrorCode::limit_exceeded, "the answer's header is too long");
  if (code != CURLE_OK) {
    long verify_result = 0;
    api_.easy_getinfo(easy_, CURLINFO_SSL_VERIFYRESULT, &verify_result);
    return fail(curl_error(code, request_, error_text_.data(), verify_result));
  }
  long status = 0;
  api_.easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200 || status > 599)
    return refuse(ErrorCode::bad_response, "the answer has the status " + std::to_string(status));
  if (length_ && request_.method != "HEAD" && status != 304 && *length_ != response_.body.size())
    return refuse(ErrorCode::length_mismatch, "the answer announced " + std::to_string(*length_) +
                                                  " bytes and has " + std::to_string(response_.body.size()));
  response_.status = static_cast<int>(status);
  if (response_.body.capacity() - response_.body.size() < kSpare)
    response_.body.reserve(response_.body.size() + kSpare);
  return std::move(response_);
}

}  // namespace boltseal::http
