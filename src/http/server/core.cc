#include "http/server/core.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <thread>

#include "base/log_context.h"
#include "base/untrusted.h"
#include "crypto/random.h"
#include "http/server/path.h"
#include "http/server/trace_parent.h"

namespace boltseal::http {
namespace {

std::size_t processors() { return std::max<std::size_t>(1, std::thread::hardware_concurrency()); }

ServerOptions with_defaults(ServerOptions options) {
  if (options.loops == 0) options.loops = processors();
  if (options.workers == 0) options.workers = std::max<std::size_t>(4, 2 * processors());
  return options;
}

/// Ids of different processes must not meet in one log.
std::uint64_t random_start() {
  std::array<std::uint8_t, 8> bytes{};
  crypto::system_random().fill(bytes);
  std::uint64_t start = 0;
  std::memcpy(&start, bytes.data(), sizeof start);
  return start;
}

/// Handlers are other people's code: what they throw ends here.
template <typename Call, typename Answer>
Answer guarded(std::string_view name, Call&& call, Answer otherwise) {
  try {
    return call();
  } catch (const std::exception& e) {
    log::error("handler_threw", {{"handler", name}, {"what", Untrusted(e.what())}});
  } catch (...) {
    log::error("handler_threw", {{"handler", name}});
  }
  return otherwise;
}

Response plain(int status, std::string_view reason) {
  Response answer;
  answer.status = status;
  answer.headers.add("Content-Type", "text/plain; charset=utf-8");
  answer.body = std::string(reason) + "\n";
  return answer;
}

}  // namespace

Core::Core(ServerOptions options, Handlers handlers)
    : options_(with_defaults(std::move(options))),
      handlers_(std::move(handlers)),
      bodies_(options_.limits.bodies_in_memory),
      next_id_(random_start()),
      first_id_(next_id_.load()),
      workers_(options_.workers, options_.limits.queued_jobs) {}

ReadyResponsePtr Core::ask_fast(const RequestHead& head, bool has_body) const {
  if (!handlers_.fast || has_body || (head.method != Method::get && head.method != Method::head))
    return nullptr;
  return guarded("fast", [&] { return handlers_.fast(head); }, ReadyResponsePtr());
}

Plan Core::ask_plan(const RequestHead& head) const {
  Plan plan;
  if (handlers_.plan) plan = guarded("plan", [&] { return handlers_.plan(head); }, Plan());
  if (plan.body_limit == 0) plan.body_limit = options_.limits.body_bytes;
  if (plan.answer) plan.answer = checked(std::move(*plan.answer), head);
  return plan;
}

Response Core::run_handler(Request& request) const {
  Response failed;
  failed.status = -1;
  const log::Context context(request_id_text(request.head().id),
                             trace_id_of(request.head().header("traceparent")));
  Response answer = guarded("handle", [&] { return handlers_.handle(request); }, std::move(failed));
  if (answer.status == -1) return refusal(500, "internal error");
  return checked(std::move(answer), request.head());
}

Response Core::checked(Response answer, const RequestHead& head) const {
  const bool headers_ok = answer.headers.ok() && answer.trailers.ok();
  if (answer.ready || (headers_ok && answer.status >= 200 && answer.status <= 599)) return answer;
  log::error("response_header_refused", {{"status", answer.status}, {"id", request_id_text(head.id)}});
  return refusal(500, "internal error");
}

Response Core::refusal(int status, std::string_view reason) const {
  Response answer = plain(status, reason);
  if (handlers_.refuse) {
    Response custom = guarded("refuse", [&] { return handlers_.refuse(status, reason); }, Response(answer));
    if (custom.headers.ok() && custom.trailers.ok() && !custom.ready) answer = std::move(custom);
  }
  answer.status = status;
  return answer;
}

bool Core::redirect_of(const RequestHead& head, Response& answer) const {
  if (!options_.redirect_unclean_paths || is_clean_path(head.path)) return false;
  answer = Response();
  answer.status = 301;
  answer.headers.add("Location", clean_location(head.path, head.query));
  return true;
}

void Core::account(const RequestHead& head, const Exchange& exchange) {
  if (handlers_.observe) {
    guarded(
        "observe",
        [&] {
          handlers_.observe(head, exchange);
          return 0;
        },
        0);
  }
  if (options_.access_log != log::Level::off && log::enabled(options_.access_log))
    write_access_log(head, exchange);
}

void Core::write_access_log(const RequestHead& head, const Exchange& exchange) const {
  // The event has its own `id`; the trace stands beside it.
  const log::Context context("", trace_id_of(head.header("traceparent")));
  const Untrusted method{std::string(head.method_text)};
  const Untrusted path{std::string(head.raw_path)};
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(exchange.duration).count();
  log::write(options_.access_log, "request",
             {{"id", request_id_text(head.id)},
              {"method", method},
              {"path", path},
              {"status", exchange.status},
              {"bytes", static_cast<std::int64_t>(exchange.response_bytes)},
              {"duration_us", static_cast<std::int64_t>(micros)},
              {"remote", head.peer != nullptr ? std::string_view(head.peer->address) : std::string_view()}});
}

}  // namespace boltseal::http
