// A small HTTP/2 client over TLS for the server's tests, on nghttp2 and OpenSSL; and a TLS client for
// HTTP/1.1.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boltseal::http::testing_support {

struct TlsClientOptions {
  std::string alpn;         ///< "h2", "http/1.1" or empty
  int max_version = 0;      ///< OpenSSL's number; 0: the newest
  std::string certificate;  ///< client certificate and key files
  std::string key;
  std::string ciphers;  ///< of TLS 1.2
};

/// A blocking TLS connection with a deadline of 10 seconds a read. Not thread safe.
class TlsClient {
 public:
  TlsClient(std::uint16_t port, const TlsClientOptions& options = {});
  ~TlsClient();
  bool ok() const { return ok_; }
  bool send(std::string_view bytes);
  std::string receive();  ///< what comes next; empty at the end
  std::string until_close(bool& clean);
  std::string server_name() const;  ///< common name of the server's certificate
  std::string protocol() const;     ///< by ALPN

 private:
  struct State;
  std::unique_ptr<State> state_;
  bool ok_ = false;
};

class H2Client {
 public:
  explicit H2Client(std::uint16_t port);
  ~H2Client();

  using Fields = std::vector<std::pair<std::string, std::string>>;
  struct Answer {
    int status = 0;
    std::map<std::string, std::string> fields;
    std::map<std::string, std::string> trailers;  ///< fields that came behind the body
    std::string body;
    bool closed = false;
    std::uint32_t reset = 0;  ///< error code of the stream's end
  };

  /// :method, :scheme and :path are added; fields replace ":authority" when they hold it. Gives the stream.
  std::int32_t submit(const std::string& method, const std::string& path, const Fields& fields = {},
                      const std::string& body = {});
  void reset(std::int32_t stream);
  /// Runs until the stream has ended or the connection is gone.
  Answer wait(std::int32_t stream);
  Answer exchange(const std::string& method, const std::string& path, const Fields& fields = {},
                  const std::string& body = {}) {
    return wait(submit(method, path, fields, body));
  }
  bool flush();  ///< false when the connection is gone
  bool pump();   ///< flush, then read once; false when the connection is gone
  bool goaway() const;

 private:
  friend struct H2ClientCallbacks;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boltseal::http::testing_support
