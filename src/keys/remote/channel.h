// Unary gRPC calls to one server: TLS, HTTP/2 by ALPN, kept connections, a deadline on every call, repeats
// with back-off where the call is safe to repeat. Internal to keys/remote.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/client/client.h"
#include "keys/remote/remote_signer.h"

namespace boltseal::keys {

/// Whether a call whose answer was lost may be sent again.
enum class Repeat : std::uint8_t { safe, never };

/// Thread safe: calls side by side take a connection each.
class Channel {
 public:
  static Result<std::unique_ptr<Channel>> make(RemoteSignerOptions options);

  /// The answer's message. `path`: "/package.Service/Method"; `gun`: said in `boltseal-gun` unless empty.
  /// Errors: those of http::Client for the connection; of the statuses, not_found, bad_format (invalid
  /// argument), rollback (failed precondition), forbidden, unauthorized, timed_out, too_many_requests,
  /// unreachable (unavailable), server_error; bad_response for what is no gRPC answer.
  Result<std::string> call(std::string_view path, std::string_view message, Repeat repeat,
                           std::string_view gun = {});

 private:
  Channel(RemoteSignerOptions options, http::Url base)
      : options_(std::move(options)), base_(std::move(base)) {}
  Result<std::string> attempt(http::Request request, std::chrono::milliseconds left);
  std::unique_ptr<http::Client> take();
  void give_back(std::unique_ptr<http::Client> client);

  const RemoteSignerOptions options_;
  const http::Url base_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<http::Client>> idle_;
};

}  // namespace boltseal::keys
