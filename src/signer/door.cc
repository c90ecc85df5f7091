#include "signer/door.h"

#include <array>
#include <chrono>

#include "base/log.h"
#include "signer/calls.h"

namespace boltseal::signer {
namespace {

namespace grpc = http::grpc;
using SteadyClock = std::chrono::steady_clock;

/// What a path names; the order is that of kPaths. A request's mark is the index + 1.
enum class Rpc : std::uint8_t { create_key, delete_key, get_key_info, sign, check_health, other };
constexpr std::size_t kRpcs = 6;
constexpr std::array<std::string_view, kRpcs> kNames = {"CreateKey", "DeleteKey", "GetKeyInfo",
                                                        "Sign",      "Check",     "other"};
constexpr std::array<std::string_view, kRpcs - 1> kPaths = {
    "/proto.KeyManagement/CreateKey", "/proto.KeyManagement/DeleteKey", "/proto.KeyManagement/GetKeyInfo",
    "/proto.Signer/Sign", "/grpc.health.v1.Health/Check"};

Rpc rpc_of(const http::RequestHead& head) {
  std::size_t i = 0;
  while (i < kPaths.size() && kPaths[i] != head.raw_path) ++i;
  return head.query.empty() ? static_cast<Rpc>(i) : Rpc::other;
}

/// In the words of grpc-go, which notary-signer stands on.
RpcError no_such_method(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == 0 || slash == std::string_view::npos)
    return {Status::unimplemented, "malformed method name: " + std::string(path), {}};
  const std::string_view service = path.substr(1, slash - 1);
  for (const std::string_view known : kPaths) {
    if (known.substr(1, known.rfind('/') - 1) != service) continue;
    return {Status::unimplemented,
            "unknown method " + std::string(path.substr(slash + 1)) + " for service " + std::string(service),
            {}};
  }
  return {Status::unimplemented, "unknown service " + std::string(service), {}};
}

http::Response answer_of(std::string_view message) {
  http::Response response;
  response.headers = {{"Content-Type", grpc::kContentType}};
  response.body = grpc::frame(message);
  response.trailers = {{"grpc-status", "0"}, {"grpc-message", ""}};
  return response;
}

/// "Trailers-Only": all in the head.
http::Response answer_of(const RpcError& error) {
  http::Response response;
  response.headers = {{"Content-Type", grpc::kContentType}, {"grpc-status", grpc::status_text(error.status)}};
  response.headers.add("grpc-message", grpc::encode_message(error.message));
  if (error.status == Status::unimplemented) response.headers.add("grpc-accept-encoding", "identity");
  return response;
}

http::Response plain(int status, std::string_view text) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  if (status == 405) response.headers.add("Allow", "POST");
  response.body = std::string(text) + "\n";
  return response;
}

Status status_of_http(int status) {
  switch (status) {
    case 408:
      return Status::deadline_exceeded;
    case 413:
    case 431:
      return Status::resource_exhausted;
    case 500:
      return Status::internal;
    case 503:
      return Status::unavailable;
    default:
      return Status::invalid_argument;
  }
}

/// Nothing: the head is that of a gRPC call.
std::optional<http::Response> check_http(const http::RequestHead& head) {
  if (!head.http2) return plain(505, "this is a gRPC server: HTTP/2 on TLS");
  if (head.method != http::Method::post) return plain(405, "this is a gRPC server: POST only");
  if (!grpc::is_grpc(head.header("content-type")))
    return plain(415, "this is a gRPC server: application/grpc");
  return std::nullopt;
}

RpcResult<std::string_view> unframe(const http::Request& request, std::size_t limit) {
  const std::string_view coding = request.head().header("grpc-encoding");
  if (!coding.empty() && coding != "identity")
    return refuse(Status::unimplemented, "grpc: Decompressor is not installed for grpc-encoding");
  const auto message = grpc::unframe(request.body(), limit);
  if (message) return *message;
  switch (message.error().code()) {
    case ErrorCode::usage:
      return refuse(Status::unimplemented, message.error().what());
    case ErrorCode::limit_exceeded:
      return refuse(Status::resource_exhausted, message.error().what());
    default:
      return refuse(Status::invalid_argument, message.error().what());
  }
}

RpcResult<std::chrono::nanoseconds> timeout_of(const http::RequestHead& head) {
  if (head.count("grpc-timeout") == 0) return std::chrono::nanoseconds::max();
  const auto timeout = grpc::parse_timeout(head.header("grpc-timeout"));
  if (!timeout) return refuse(Status::invalid_argument, "malformed grpc-timeout");
  return *timeout;
}

}  // namespace

struct SignerDoor::State {
  State(DoorOptions given, vault::KeyHolder& holder, http::MetricsRegistry& registry)
      : options(std::move(given)), calls(holder) {
    for (std::size_t rpc = 0; rpc < kRpcs; ++rpc) {
      const std::string name(kNames[rpc]);
      durations[rpc] = &registry.summary("boltseal_signer_request_duration_microseconds",
                                         "Time that calls of the signer took.", {{"method", name}});
      for (std::size_t code = 0; code < grpc::kStatuses; ++code) {
        counters[rpc][code] =
            &registry.counter("boltseal_signer_requests_total", "Calls of the signer by method and status.",
                              {{"method", name}, {"code", std::to_string(code)}});
      }
    }
  }

  void count(Rpc rpc, Status status) {
    counters[static_cast<std::size_t>(rpc)][static_cast<std::size_t>(status)]->add();
  }

  RpcResult<std::string> run(Rpc rpc, http::Request& request) {
    const http::RequestHead& head = request.head();
    if (rpc == Rpc::other) return tl::unexpected(no_such_method(head.path));
    const SteadyClock::time_point began = SteadyClock::now();
    const auto timeout = BS_TRY(timeout_of(head));
    const std::string_view message = BS_TRY(unframe(request, options.message_bytes));
    if (timeout.count() == 0) return refuse(Status::deadline_exceeded, "context deadline exceeded");
    auto answer = dispatch(rpc, head, message);
    if (SteadyClock::now() - began > timeout)
      return refuse(Status::deadline_exceeded, "context deadline exceeded");
    return answer;
  }

  RpcResult<std::string> dispatch(Rpc rpc, const http::RequestHead& head, std::string_view message) {
    if (rpc == Rpc::check_health) return calls.check_health(message);
    const http::Peer nobody;
    const Client client = BS_TRY(Client::identify(head.peer != nullptr ? *head.peer : nobody, options.clients,
                                                  options.refuse_rollback));
    const Call call{client, head.header("boltseal-gun")};
    switch (rpc) {
      case Rpc::create_key:
        return calls.create_key(call, message);
      case Rpc::delete_key:
        return calls.delete_key(call, message);
      case Rpc::get_key_info:
        return calls.get_key_info(call, message);
      default:
        return calls.sign(call, message);
    }
  }

  DoorOptions options;
  Calls calls;
  std::array<std::array<http::Counter*, grpc::kStatuses>, kRpcs> counters{};
  std::array<http::Distribution*, kRpcs> durations{};
};

namespace {

void log_refusal(Rpc rpc, const RpcError& error, const http::RequestHead& head) {
  const bool ours = error.status == Status::internal || error.status == Status::unavailable;
  const Untrusted client{head.peer != nullptr ? name_of(*head.peer) : std::string()};
  const Untrusted message{error.message};
  const Untrusted cause{error.cause};
  log::write(ours ? log::Level::error : log::Level::info, "signer_refused",
             {{"method", kNames[static_cast<std::size_t>(rpc)]},
              {"code", static_cast<std::int64_t>(error.status)},
              {"message", message},
              {"cause", cause},
              {"client", client},
              {"id", http::request_id_text(head.id)}});
}

}  // namespace

SignerDoor::SignerDoor(DoorOptions options, vault::KeyHolder& holder, http::MetricsRegistry& metrics)
    : state_(std::make_unique<State>(std::move(options), holder, metrics)) {}

SignerDoor::~SignerDoor() = default;

http::Response SignerDoor::handle(http::Request& request) {
  const http::RequestHead& head = request.head();
  if (auto refused = check_http(head)) return std::move(*refused);
  const Rpc rpc = rpc_of(head);
  head.mark = static_cast<std::uint32_t>(rpc) + 1;
  const auto answer = state_->run(rpc, request);
  state_->count(rpc, answer ? Status::ok : answer.error().status);
  if (answer) return answer_of(*answer);
  log_refusal(rpc, answer.error(), head);
  return answer_of(answer.error());
}

http::Handlers SignerDoor::handlers() {
  http::Handlers out;
  out.plan = [this](const http::RequestHead&) {
    return http::Plan{.body_limit = state_->options.message_bytes + grpc::kPrefix};
  };
  out.handle = [this](http::Request& request) { return handle(request); };
  out.refuse = [this](int status, std::string_view reason) {
    const RpcError error{status_of_http(status), std::string(reason), {}};
    state_->count(Rpc::other, error.status);
    return answer_of(error);
  };
  out.observe = [this](const http::RequestHead& head, const http::Exchange& exchange) {
    if (head.mark == 0 || head.mark > kRpcs) return;
    const double micros = std::chrono::duration<double, std::micro>(exchange.duration).count();
    state_->durations[head.mark - 1]->observe(micros);
  };
  return out;
}

}  // namespace boltseal::signer
