#include "server/shadow/shadow.h"

#include "base/log.h"
#include "json/writer.h"
#include "server/api_error.h"
#include "server/gun_report.h"

namespace boltseal::server {
namespace {

using http::Method;

constexpr std::size_t kShown = 256;

http::Counter& counter(http::MetricsRegistry& metrics, const char* result) {
  return metrics.counter("boltseal_shadow_answers_total", "Answers compared with those of the other server.",
                         {{"result", result}});
}

/// What is answered without the store says nothing about it.
bool is_compared(std::string_view path) { return path.starts_with("/v2/"); }

std::string target_of(const http::RequestHead& head) {
  std::string target(head.raw_path);
  if (!head.query.empty()) target += "?" + std::string(head.query);
  return target;
}

}  // namespace

Shadow::Shadow(http::Handlers below, const Storage& storage, Fetch fetch, Report report,
               http::MetricsRegistry& metrics, const ShadowOptions& options)
    : below_(std::move(below)),
      storage_(storage),
      fetch_(std::move(fetch)),
      report_(std::move(report)),
      options_(options),
      compared_(counter(metrics, "compared")),
      differences_(counter(metrics, "different")),
      failed_(counter(metrics, "failed")),
      skipped_(counter(metrics, "skipped")) {}

Shadow::~Shadow() { stop(); }

http::Handlers Shadow::handlers() {
  http::Handlers out = below_;
  out.fast = nullptr;  // every answer is to be compared
  out.handle = [this](http::Request& request) { return handle(request); };
  return out;
}

http::Response Shadow::handle(http::Request& request) {
  const http::RequestHead& head = request.head();
  // Asking for a key may make one.
  if ((head.method != Method::get && head.method != Method::head) || head.path.ends_with(".key")) {
    return ApiError(405, "UNSUPPORTED", "this server stands beside another one and changes nothing")
        .response();
  }
  if (is_compared(head.path)) enqueue(head);
  return below_.handle(request);
}

void Shadow::enqueue(const http::RequestHead& head) {
  ShadowRequest request{target_of(head), head.method == Method::head, nullptr};
  if (const auto value = head.header("Authorization"); !value.empty())
    request.authorization = std::make_shared<const Secret>(Secret::of_text(value));
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= options_.queue) return skipped_.add();
    queue_.push_back(std::move(request));
  }
  wake_.notify_one();
}

ShadowAnswer Shadow::ask_ours(const ShadowRequest& request) const {
  std::vector<http::HeaderField> headers;
  if (request.authorization) headers.push_back({"Authorization", request.authorization->text()});
  const auto made = http::make_request(request.is_head ? "HEAD" : "GET", request.target, {}, headers);
  const http::Response response = below_.handle(*made);
  const http::HeaderList& fields = response.ready ? response.ready->headers() : response.headers;
  return {response.ready ? response.ready->status() : response.status,
          response.ready ? response.ready->body() : response.body, std::string(fields.find("Content-Type")),
          std::string(fields.find("Cache-Control"))};
}

void Shadow::note(const ShadowRequest& request, std::string_view what, std::string_view ours,
                  std::string_view theirs) {
  json::Writer writer;
  writer.begin_object().member("time", format_rfc3339_seconds(options_.clock->now()));
  writer.member("method", request.is_head ? "HEAD" : "GET");
  // A query may hold what is nobody's business.
  writer.member("path", request.target.substr(0, request.target.find('?')));
  writer.member("what", what)
      .member("ours", ours.substr(0, kShown))
      .member("theirs", theirs.substr(0, kShown));
  report_(writer.end_object().take());
}

void Shadow::compare(const ShadowRequest& request) {
  std::optional<ShadowDifference> difference;
  for (int tries = 0; tries < 2; ++tries) {
    const ShadowAnswer ours = ask_ours(request);
    const auto theirs = fetch_(request);
    if (!theirs) {
      failed_.add();
      return note(request, "failed", "", theirs.error().what());
    }
    difference = compare_answers(ours, *theirs, request.is_head);
    if (!difference) break;
  }
  compared_.add();
  if (!difference) return;
  differences_.add();
  note(request, difference->what, difference->ours, difference->theirs);
}

Result<std::vector<std::string>> Shadow::paths_of(const Gun& gun) const {
  const std::string base = "/v2/" + gun.url_path() + "/_trust/tuf/";
  std::vector<std::string> paths;
  for (const RoleExpiry& role : BS_TRY(current_expiry(storage_, gun))) {
    if (role.form != Form::notary) continue;  // the other server knows no other form
    paths.push_back(base + role.role.str() + ".json");
    if (role.role == RoleName::root()) paths.push_back(base + std::to_string(role.version) + ".root.json");
  }
  return paths;
}

/// One request of the queue, without the lock; false: it is time to stop.
bool Shadow::take(std::unique_lock<std::mutex>& lock) {
  while (!stopping_ && !queue_.empty()) {
    const ShadowRequest request = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    compare(request);
    lock.lock();
  }
  return !stopping_;
}

/// All repositories once; clients' requests go first.
void Shadow::walk() {
  const auto walked = for_each_gun(storage_, [&](const Gun& gun) -> Result<bool> {
    for (std::string& path : BS_TRY(paths_of(gun))) {
      std::unique_lock lock(mutex_);
      if (!take(lock)) return false;
      lock.unlock();
      compare({std::move(path), false, nullptr});
    }
    return true;
  });
  if (!walked) log::error("shadow_cannot_read", walked.error());
}

void Shadow::run() {
  std::unique_lock lock(mutex_);
  Time next_walk = options_.clock->now();
  while (take(lock)) {
    if (options_.clock->now() >= next_walk) {
      lock.unlock();
      walk();
      lock.lock();
      next_walk = options_.clock->now() + options_.walk_again;
      continue;
    }
    wake_.wait_for(lock, std::chrono::minutes(1), [this] { return stopping_ || !queue_.empty(); });
  }
}

void Shadow::start() {
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void Shadow::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

ShadowCounts Shadow::counts() const {
  return {compared_.value(), differences_.value(), failed_.value(), skipped_.value()};
}

}  // namespace boltseal::server
