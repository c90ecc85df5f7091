#include "daemon/metrics_listener.h"

namespace boltseal::daemon {
namespace {

constexpr std::size_t kConnections = 100;

bool is_served(const http::RequestHead& head) {
  return head.method == http::Method::get &&
         (head.path == "/metrics" || head.path == "/_notary_server/health" || head.path == "/livez" ||
          head.path == "/readyz");
}

}  // namespace

std::unique_ptr<http::Server> make_metrics_listener(const std::string& address, int inherited_fd,
                                                    http::Handlers handlers) {
  http::ServerOptions options;
  options.listeners = {{.address = address, .inherited_fd = inherited_fd}};
  options.loops = 1;
  options.workers = 1;
  options.limits.connections = kConnections;
  options.access_log = log::Level::debug;
  http::Handlers own;
  own.plan = [](const http::RequestHead& head) { return http::Plan{.on_loop = head.path == "/livez"}; };
  own.handle = [handle = std::move(handlers.handle),
                plan = std::move(handlers.plan)](http::Request& request) {
    if (!is_served(request.head())) return http::Response{.status = 404, .body = "not found\n"};
    if (plan) plan(request.head());  // marks the route
    return handle(request);
  };
  return std::make_unique<http::Server>(std::move(options), std::move(own));
}

}  // namespace boltseal::daemon
