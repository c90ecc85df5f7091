// links: signer
// The signer's door: the first byte chooses the method, the second the headers, the rest is the body. Never a
// crash, always a gRPC answer, and nothing is signed that the vault would not judge.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "http/grpc.h"
#include "signer/door.h"
#include "signer/test_holder.h"

namespace {

using namespace boltseal;

class Call final : public http::Request {
 public:
  Call(std::string_view path, std::string body, std::span<const http::HeaderField> headers) {
    body_ = std::move(body);
    head_.method = http::Method::post;
    head_.raw_path = head_.path = path;
    head_.headers = headers;
    head_.http2 = true;
  }
};

constexpr std::array<std::string_view, 6> kPaths = {
    "/proto.KeyManagement/CreateKey",  "/proto.KeyManagement/DeleteKey",
    "/proto.KeyManagement/GetKeyInfo", "/proto.Signer/Sign",
    "/grpc.health.v1.Health/Check",    "/proto.Signer/Other"};
constexpr std::array<std::array<http::HeaderField, 3>, 3> kHeaders = {{
    {{{"content-type", "application/grpc"}, {"te", "trailers"}, {"grpc-timeout", "10S"}}},
    {{{"content-type", "application/grpc+proto"}, {"boltseal-gun", "g/x"}, {"grpc-timeout", "1H"}}},
    {{{"content-type", "application/grpc"}, {"grpc-encoding", "gzip"}, {"grpc-timeout", "x"}}},
}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  log::set_level(log::Level::off);
  static signer::testing::MemoryHolder holder;
  static http::MetricsRegistry metrics;
  static signer::SignerDoor door({.clients = {}, .refuse_rollback = false, .message_bytes = 64 << 10}, holder,
                                 metrics);
  const std::string body(reinterpret_cast<const char*>(data) + 2, size - 2);
  Call call(kPaths[data[0] % kPaths.size()], body, kHeaders[data[1] % kHeaders.size()]);
  const http::Response answer = door.handle(call);
  const auto& fields = answer.body.empty() ? answer.headers : answer.trailers;
  if (answer.status != 200 || !answer.headers.ok() || !answer.trailers.ok()) std::abort();
  if (!http::grpc::parse_status(fields.find("grpc-status"))) std::abort();
  if (!answer.body.empty() && !http::grpc::unframe(answer.body, 1 << 20)) std::abort();
  // What a client reads back of a foreign answer takes the same bytes.
  if (const auto message = http::grpc::unframe(body, 64 << 10); message && *message != body.substr(5))
    std::abort();
  if (http::grpc::decode_message(http::grpc::encode_message(body)) != body.substr(0, 1024)) std::abort();
  return 0;
}
