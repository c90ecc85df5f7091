#include "keys/remote/channel.h"

#include <poll.h>

#include <algorithm>

#include "base/untrusted.h"
#include "http/grpc.h"

namespace boltseal::keys {
namespace {

namespace grpc = http::grpc;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds kFirstWait{50};
constexpr int kWaitGrows = 4;

ErrorCode code_of(grpc::Status status) {
  using grpc::Status;
  switch (status) {
    case Status::not_found:
      return ErrorCode::not_found;
    case Status::invalid_argument:
      return ErrorCode::bad_format;
    case Status::failed_precondition:
      return ErrorCode::rollback;
    case Status::permission_denied:
      return ErrorCode::forbidden;
    case Status::unauthenticated:
      return ErrorCode::unauthorized;
    case Status::cancelled:
    case Status::deadline_exceeded:
      return ErrorCode::timed_out;
    case Status::resource_exhausted:
      return ErrorCode::too_many_requests;
    case Status::unavailable:
      return ErrorCode::unreachable;
    default:
      return ErrorCode::server_error;
  }
}

std::string hint_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::tls_failed:
      return "check the CA file, the client certificate and the key of the trust service";
    case ErrorCode::forbidden:
    case ErrorCode::unauthorized:
      return "the signer's configuration must give this client certificate the keys of the repository";
    case ErrorCode::unreachable:
    case ErrorCode::timed_out:
      return "check that the signer runs and that the trust service's host name and port are right";
    case ErrorCode::server_error:
      return "the signer's log says why";
    case ErrorCode::bad_response:
      return "check that the trust service's host name and port are a signer's";
    default:
      return {};
  }
}

/// Statuses of what stands before a signer, such as a proxy.
Result<void> check_http(const http::Response& answer) {
  if (answer.find("grpc-status") != nullptr || answer.status == 200) return {};
  const std::string text = "the answer has the HTTP status " + std::to_string(answer.status);
  if (answer.status == 429 || (answer.status >= 502 && answer.status <= 504))
    return fail(ErrorCode::unreachable, text);
  if (answer.status == 401 || answer.status == 403) return fail(ErrorCode::forbidden, text);
  return fail(ErrorCode::bad_response, text);
}

Result<std::string> take_message(const http::Response& answer, std::size_t limit) {
  BS_TRY(check_http(answer));
  const std::string* type = answer.find("content-type");
  if (type == nullptr || !grpc::is_grpc(*type))
    return fail(ErrorCode::bad_response, "no gRPC server answers");
  // An answer that is no more than a status has it in its head.
  const bool head_only = answer.find("grpc-status") != nullptr;
  const auto field = [&](std::string_view name) {
    const std::string* value = head_only ? answer.find(name) : answer.find_trailer(name);
    return value != nullptr ? *value : std::string();
  };
  const auto status = grpc::parse_status(field("grpc-status"));
  if (!status)
    return fail(ErrorCode::bad_response, "the answer has no grpc-status: it was cut off, or is no gRPC");
  if (*status != grpc::Status::ok) {
    return fail(code_of(*status), "the signer answers " + grpc::status_text(*status) + " \"" +
                                      escape_untrusted(grpc::decode_message(field("grpc-message"))) + "\"");
  }
  const auto message = grpc::unframe(answer.body, limit);
  if (!message) return fail(ErrorCode::bad_response, message.error().what());
  return std::string(*message);
}

bool may_pass(ErrorCode code) {
  return code == ErrorCode::unreachable || code == ErrorCode::too_many_requests;
}

}  // namespace

Result<std::unique_ptr<Channel>> Channel::make(RemoteSignerOptions options) {
  auto base = http::Url::parse("https://" + options.address);
  if (!base || base->path() != "/" || options.address.empty()) {
    return fail(ErrorCode::bad_config,
                "\"" + escape_untrusted(options.address) + "\" is not the address of a signer",
                "write HOST:PORT, as in signer.example:7899");
  }
  return std::unique_ptr<Channel>(new Channel(std::move(options), std::move(*base)));
}

std::unique_ptr<http::Client> Channel::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto client = std::move(idle_.back());
      idle_.pop_back();
      return client;
    }
  }
  http::ClientOptions client;
  client.user_agent = "boltseald";
  if (!options_.ca_file.empty()) client.tls.ca_files = {options_.ca_file};
  client.tls.only_these_cas = !options_.ca_file.empty();
  client.tls.client_certificate = options_.client_certificate;
  client.tls.client_key = options_.client_key;
  client.connect_timeout = options_.connect_timeout;
  return http::make_curl_client(std::move(client));
}

void Channel::give_back(std::unique_ptr<http::Client> client) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < options_.kept_connections) idle_.push_back(std::move(client));
}

Result<std::string> Channel::attempt(http::Request request, milliseconds left) {
  request.deadline = left;
  request.headers.push_back({"grpc-timeout", grpc::timeout_text(left)});
  auto client = take();
  const auto answer = client->send(request);
  give_back(std::move(client));
  if (!answer) return fail(answer.error());
  return take_message(*answer, options_.message_bytes);
}

Result<std::string> Channel::call(std::string_view path, std::string_view message, Repeat repeat,
                                  std::string_view gun) {
  http::Request request(BS_TRY(base_.with_suffix(path.substr(1))));
  request.method = "POST";
  request.headers = {{"Content-Type", std::string(grpc::kContentType)}, {"TE", "trailers"}};
  if (!gun.empty()) request.headers.push_back({"boltseal-gun", std::string(gun)});
  request.body = grpc::frame(message);
  request.has_body = true;
  request.body_limit = options_.message_bytes + grpc::kPrefix;

  const SteadyClock::time_point end = SteadyClock::now() + options_.deadline;
  milliseconds wait = kFirstWait;
  for (int tries = 1;; ++tries) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - SteadyClock::now());
    auto answer = attempt(request, std::max(left, milliseconds(1)));
    if (answer) return answer;
    const bool again = repeat == Repeat::safe && may_pass(answer.error().code()) &&
                       tries < options_.attempts && SteadyClock::now() + wait < end;
    if (!again) {
      const ErrorCode code = answer.error().code();
      return fail(Error(code, "signer " + base_.authority() + ": " + answer.error().what(), hint_of(code)));
    }
    ::poll(nullptr, 0, static_cast<int>(wait.count()));
    wait *= kWaitGrows;
  }
}

}  // namespace boltseal::keys
