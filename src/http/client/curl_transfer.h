// One exchange: a Request set up on an easy handle, the answer taken from its callbacks under the limits. For
// .cc files of this room alone.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "http/client/client.h"
#include "http/client/curl_api.h"

namespace boltseal::http {

/// TLS material of one authority, ready for libcurl.
struct TlsMaterial {
  std::string ca_pem;  ///< blob; empty = none beside ca_directory
  std::string ca_directory;
  std::string client_certificate;
  std::string client_key;
};

/// Address-stable: libcurl holds pointers to it while it runs.
class CurlTransfer {
 public:
  /// Takes the handle (reset or new) without owning it.
  CurlTransfer(const CurlApi& api, CURL* easy, Request request, const ClientOptions& options);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;
  ~CurlTransfer();

  /// Sets all options. `wait_for_stream`: prefer a stream of a connection that is being made (HTTP/2).
  Result<void> set_up(const TlsMaterial& tls, bool wait_for_stream);
  /// After libcurl is done with the handle.
  Result<Response> finish(CURLcode code);

  CURL* easy() const { return easy_; }
  const Request& request() const { return request_; }

 private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  Result<void> take_header(std::string_view line);
  Result<std::string_view> split_field(std::string_view& line) const;
  Result<void> take_trailer(std::string_view line);
  Result<void> end_of_headers();
  Result<void> take_length(std::string_view value);
  Result<void> take_body(std::string_view bytes);
  Result<void> add_header(const std::string& line);
  void set_method();
  void set_limits();
  void set_tls(const TlsMaterial& tls);
  Result<void> set_headers();
  tl::unexpected<Error> refuse(ErrorCode code, std::string_view problem) const;

  const CurlApi& api_;
  CURL* easy_;
  Request request_;
  const ClientOptions& options_;
  Response response_;
  curl_slist* headers_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  std::optional<Error> error_;  // found by us in a callback
  std::size_t header_bytes_ = 0;
  std::optional<std::size_t> length_;  // Content-Length
  bool in_body_ = false;
};

}  // namespace boltseal::http
