#include "server/routes/handlers.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/log.h"
#include "json/writer.h"
#include "server/publish/upload.h"
#include "server/routes/feed.h"
#include "server/trust_server.h"
#include "tuf/codec.h"

namespace boltseal::server {
namespace {

using http::Method;

/// Names of the operations in metrics, as notary-server's. A request's mark is the index + 1.
enum Operation : std::uint32_t {
  update,
  by_hash,
  by_version,
  current,
  get_key,
  rotate_key,
  remove,
  changefeed
};
std::vector<std::string> operation_names() {
  return {"UpdateTUF", "GetRoleByHash", "GetRoleByVersion", "GetRole",
          "GetKey",    "RotateKey",     "DeleteTUF",        "Changefeed"};
}

bool reads(Method method) { return method == Method::get || method == Method::head; }

std::uint32_t mark_of(const Route& route, Method method) {
  const auto mark = [](Operation operation) { return static_cast<std::uint32_t>(operation) + 1; };
  switch (route.place) {
    case Place::repository:
    case Place::tuf1_repository:
      return method == Method::post ? mark(update) : method == Method::del ? mark(remove) : 0;
    case Place::role_by_hash:
      return reads(method) ? mark(by_hash) : 0;
    case Place::role_by_version:
      return reads(method) ? mark(by_version) : 0;
    case Place::role:
      return reads(method) ? mark(current) : 0;
    case Place::tuf1_metadata:
      return !reads(method) ? 0 : route.version_text.empty() ? mark(current) : mark(by_version);
    case Place::key:
      return method == Method::get ? mark(get_key) : method == Method::post ? mark(rotate_key) : 0;
    case Place::changefeed:
    case Place::global_changefeed:
      return reads(method) ? mark(changefeed) : 0;
    default:
      return 0;
  }
}

http::Response text(std::string body) {
  http::Response response;
  response.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  response.body = std::move(body);
  return response;
}

http::Response empty(int status = 200) {
  http::Response response;
  response.status = status;
  return response;
}

/// What stands behind the last "/_trust/".
std::string_view file_of(std::string_view path) {
  constexpr std::string_view kTrust = "/_trust/";
  return path.substr(path.rfind(kTrust) + kTrust.size());
}

bool is_publish(Method method, Place place) {
  return method == Method::post && (place == Place::repository || place == Place::tuf1_repository);
}

/// What travels with a request from fast() to observe(); made when first needed.
RequestNote& note_of(const http::RequestHead& head) {
  if (!head.note) head.note = std::make_shared<RequestNote>();
  return *static_cast<RequestNote*>(head.note.get());
}

void add_files(std::vector<SentFile>& out, std::string_view form,
               const std::map<RoleName, UploadedFile>& files) {
  for (const auto& [role, file] : files) {
    SentFile sent{std::string(form), role.str(), file.version, {}};
    std::visit(
        [&](const auto& parsed) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(parsed)>, std::monostate>) {
            for (const auto& signature : parsed.signatures()) sent.keys.push_back(signature.keyid);
          }
        },
        file.parsed);
    out.push_back(std::move(sent));
  }
}

tl::unexpected<ApiError> no_route() { return tl::unexpected(api::no_route()); }

/// The signer knows none of the keys that the root names: perhaps they only do not open.
tl::unexpected<ApiError> keys_look_lost(const Gun& gun, const RoleName& role) {
  ApiError error(Error(ErrorCode::key_missing, "the signer knows none of the " + role.str() +
                                                   " keys that the root of " +
                                                   Untrusted(gun.str()).escaped() +
                                                   " names: check its passphrase; no new key was made"));
  error.detail =
      "\"the signer knows none of the keys that the root names for this role; "
      "to replace them on purpose, rotate the key\"";
  return tl::unexpected(std::move(error));
}

}  // namespace

RouteHandlers::RouteHandlers(const RouteParts& parts)
    : parts_(parts), probe_(parts.storage, parts.keys), open_(parts.gate.open()) {
  request_metrics_ =
      std::make_unique<http::RequestMetrics>(parts_.metrics, "notary_server_http", operation_names());
}

Result<void> RouteHandlers::learn_names() {
  std::string after;
  while (true) {
    const auto page = BS_TRY(parts_.storage.guns(after, kGunPage));
    for (const Gun& gun : page) {
      if (!Gun::parse(gun.str())) known_names_.insert(gun.str());
    }
    if (page.size() < kGunPage) return {};
    after = page.back().str();
  }
}

http::Handlers RouteHandlers::handlers() {
  http::Handlers out;
  out.fast = [this](const http::RequestHead& head) { return fast(head); };
  out.plan = [this](const http::RequestHead& head) { return plan(head); };
  out.handle = [this](http::Request& request) { return handle(request); };
  out.refuse = [this](int status, std::string_view reason) { return refuse(status, reason); };
  out.observe = [this](const http::RequestHead& head, const http::Exchange& exchange) {
    observe(head, exchange);
  };
  return out;
}

/// The hot path: only spellings that a reader has put into the cache are found there.
http::ReadyResponsePtr RouteHandlers::fast(const http::RequestHead& head) const {
  constexpr std::string_view kApi = "/v2/";
  constexpr std::string_view kTrust = "/_trust/";
  const std::size_t trust = head.path.rfind(kTrust);
  if (trust == std::string_view::npos || trust <= kApi.size() || !head.path.starts_with(kApi)) return nullptr;
  if (parts_.options.consistency == Consistency::strict) return nullptr;  // the reader must ask first
  if (parts_.notices != nullptr && !parts_.notices->is_current()) return nullptr;
  const std::string_view gun = head.path.substr(kApi.size(), trust - kApi.size());
  if (!parts_.options.gun_prefixes.empty() && !check_prefix(parse_route(head.path), false)) return nullptr;
  // What the cache holds is metadata, which needs the right to pull.
  if (!open_ && !parts_.gate.fast_pass(head, pull_of(gun), note_of(head).visit)) return nullptr;
  auto found = parts_.cache.find(gun, head.path.substr(trust + kTrust.size()));
  parts_.server_metrics.cache(found != nullptr);
  if (found) head.mark = mark_of(parse_route(head.path), head.method);
  return found;
}

http::Plan RouteHandlers::plan(const http::RequestHead& head) const {
  http::Plan plan;
  plan.on_loop = head.path == "/livez";  // answered even where every worker waits
  if (open_ && head.method != Method::post) return plan;
  const Route route = parse_route(head.path);
  if (is_publish(head.method, route.place)) plan.body_limit = parts_.options.upload_bytes;
  if (open_ || head.method == Method::other) return plan;
  const Need need = need_of(route, head.method, parts_.gate.options().guard_metrics);
  // What lies outside the prefixes is answered before anybody is asked who he is.
  RequestNote& note = note_of(head);
  std::optional<ApiError> refused;
  if (need.is_repository()) {
    if (const auto prefix = check_prefix(route, is_publish(head.method, route.place)); !prefix)
      refused = prefix.error();
  }
  if (!refused) refused = parts_.gate.screen(head, need, note.visit);
  if (!refused) return plan;
  head.mark = mark_of(route, head.method);
  note.code = refused->code;
  note.reason = refused->reason;
  plan.answer = error_response(*refused);
  return plan;
}

http::Response RouteHandlers::refuse(int status, std::string_view reason) const {
  if (status == 413) return api::upload_too_large().response();
  http::Response response = text(std::string(reason) + "\n");
  response.status = status;
  return response;
}

void RouteHandlers::observe(const http::RequestHead& head, const http::Exchange& exchange) {
  if (parts_.access_log.on()) {
    static const std::vector<std::string> names = operation_names();
    parts_.access_log.write(access_line(head, exchange, static_cast<const RequestNote*>(head.note.get()),
                                        head.mark == 0 ? std::string_view() : names[head.mark - 1],
                                        parts_.gate.client_of(head), parts_.clock.now()));
  }
  if (head.mark == 0) return;
  const double microseconds = std::chrono::duration<double, std::micro>(exchange.duration).count();
  request_metrics_->record(head.mark - 1, head.method, exchange.status, microseconds, exchange.request_bytes,
                           exchange.response_bytes);
}

void RouteHandlers::count_publish(std::uint32_t mark, const ApiError* error) {
  if (mark != Operation::update + 1) return;
  parts_.server_metrics.publish(error == nullptr ? std::string_view() : error->code);
}

http::Response RouteHandlers::handle(http::Request& request) {
  const http::RequestHead& head = request.head();
  auto answer = route(request);
  count_publish(head.mark, answer ? nullptr : &answer.error());
  if (answer) return std::move(*answer);
  const ApiError& error = answer.error();
  if (parts_.access_log.on()) {
    RequestNote& note = note_of(head);
    note.code = error.code;
    note.reason = error.reason;
  }
  if (!error.reason.empty()) {
    log::write(error.status >= 500 ? log::Level::error : log::Level::info, "refused",
               {{"path", Untrusted(std::string(head.path))},
                {"code", error.code},
                {"reason", Untrusted(error.reason)}});
  }
  return error_response(error);
}

/// With authentication on no cache may keep an answer (SECURITY rule 25); none keeps a 401 unasked.
http::Response RouteHandlers::error_response(const ApiError& error) const {
  http::Response response = error.response();
  if (!open_ && response.status != 401) response.headers.add("Cache-Control", "private, no-store");
  return response;
}

RouteHandlers::Answer RouteHandlers::route(http::Request& request) {
  const http::RequestHead& head = request.head();
  if (head.method == Method::other) return empty(405);
  const Route route = parse_route(head.path);
  head.mark = mark_of(route, head.method);
  const Need need = need_of(route, head.method, parts_.gate.options().guard_metrics);
  BS_TRY(admit(head, route, need));
  Answer answer = dispatch(request, route);
  // Metadata says so itself (routes/reader.h).
  if (answer && parts_.gate.authenticates() && need.kind == Need::Kind::access && !answer->ready &&
      reads(head.method))
    answer->headers.add("Cache-Control", "private, no-store");
  return answer;
}

ApiResult<void> RouteHandlers::admit(const http::RequestHead& head, const Route& route, const Need& need) {
  if (need.is_repository()) BS_TRY(check_prefix(route, is_publish(head.method, route.place)));
  if (open_) return {};
  return parts_.gate.admit(head, need, note_of(head).visit);
}

RouteHandlers::Answer RouteHandlers::dispatch(http::Request& request, const Route& route) {
  const http::RequestHead& head = request.head();
  switch (route.place) {
    case Place::none:
      return no_route();
    case Place::ping:
      return reads(head.method) ? Answer(text("{}")) : no_route();
    case Place::health:
      return reads(head.method) ? health() : no_route();
    case Place::global_changefeed:
      return reads(head.method) ? feed(std::nullopt, head.query) : no_route();
    case Place::live:
      return reads(head.method) ? Answer(text("alive\n")) : no_route();
    case Place::ready:
      return reads(head.method) ? ready() : no_route();
    case Place::metrics: {
      if (!reads(head.method)) return no_route();
      http::Response response = text(parts_.metrics.text());
      response.headers = {{"Content-Type", http::MetricsRegistry::kContentType}};
      return response;
    }
    default:
      return route_gun(request, route);
  }
}

RouteHandlers::Answer RouteHandlers::route_gun(http::Request& request, const Route& route) {
  const http::RequestHead& head = request.head();
  const Gun gun = BS_TRY(check_gun(route, is_publish(head.method, route.place)));
  if (head.method == Method::post) return post(route, gun, request);
  if (head.method == Method::del && route.place == Place::repository) {
    BS_TRY(parts_.publisher.remove(gun));
    return empty();
  }
  if (!reads(head.method)) return no_route();
  return get(route, gun, head);
}

ApiResult<void> RouteHandlers::check_prefix(const Route& route, bool publishing) const {
  const auto& prefixes = parts_.options.gun_prefixes;
  const bool allowed = prefixes.empty() ||
                       std::any_of(prefixes.begin(), prefixes.end(),
                                   [&](const std::string& prefix) { return route.gun.starts_with(prefix); });
  if (allowed) return {};
  if (!publishing) return no_route();
  std::string list;  // as Go prints a list
  for (const std::string& prefix : prefixes) list += (list.empty() ? "" : " ") + prefix;
  return tl::unexpected(api::invalid_gun(fmt::format("Require GUNs with prefix: [{}]", list)));
}

ApiResult<Gun> RouteHandlers::check_gun(const Route& route, bool publishing) const {
  BS_TRY(check_prefix(route, publishing));
  auto gun = Gun::parse(route.gun);
  if (!gun && (parts_.options.any_gun_name || known_names_.contains(std::string(route.gun)))) {
    gun = Gun::parse_lenient(route.gun);
  }
  if (gun) return *gun;
  if (!publishing) return no_route();
  return tl::unexpected(api::invalid_gun("not a name of a repository: " + gun.error().what()));
}

RouteHandlers::Answer RouteHandlers::get(const Route& route, const Gun& gun, const http::RequestHead& head) {
  switch (route.place) {
    case Place::role:
    case Place::role_by_hash:
    case Place::role_by_version:
    case Place::tuf1_metadata: {
      http::Response response;
      response.ready = BS_TRY(parts_.reader.read(route, gun, file_of(head.path)));
      return response;
    }
    case Place::tuf1_target: {
      ApiError error = api::no_route();
      error.detail =
          "\"this server has no registry attached: fetch the content from the registry by its digest\"";
      return tl::unexpected(error);
    }
    case Place::key:
      // A HEAD must not make keys.
      if (head.method != Method::get) return no_route();
      return key(gun, BS_TRY(RoleName::parse_notary(route.role)), false);
    case Place::changefeed:
      return feed(gun, head.query);
    default:
      return no_route();
  }
}

RouteHandlers::Answer RouteHandlers::post(const Route& route, const Gun& gun, http::Request& request) {
  const std::string_view content_type = request.head().header("Content-Type");
  switch (route.place) {
    case Place::repository:
      return publish(gun, request.head(), BS_TRY(read_upload(content_type, request.body())));
    case Place::tuf1_repository:
      return publish(gun, request.head(), BS_TRY(read_tuf1_upload(content_type, request.body())));
    case Place::key:
      return key(gun, BS_TRY(RoleName::parse_notary(route.role)), true);
    default:
      return no_route();
  }
}

RouteHandlers::Answer RouteHandlers::publish(const Gun& gun, const http::RequestHead& head,
                                             const Upload& upload) {
  if (parts_.access_log.on()) {
    auto& files = note_of(head).files;
    add_files(files, "notary", upload.notary);
    add_files(files, "tuf1", upload.tuf1);
  }
  BS_TRY(parts_.publisher.publish(gun, upload));
  return empty();
}

/// The key that the root names for the role, if the server holds it; else one to be named by the next root.
RouteHandlers::Answer RouteHandlers::key(const Gun& gun, const RoleName& role, bool rotate) {
  if (!rotate) {
    if (const auto stored = BS_TRY(parts_.storage.current(gun, Form::notary, RoleName::root()))) {
      const auto root = BS_TRY(tuf::parse_root(Form::notary, stored->bytes));
      bool named_any = false;
      for (const std::string& id : root->role(tuf::file_type(role)).keyids) {
        const auto named = root->keys.find(id);
        if (named == root->keys.end() || !named->second.can_verify()) continue;
        named_any = true;
        const auto holder = BS_TRY(parts_.keys.find(gun, role, *named->second.key));
        if (holder) return text(tuf::server_key_json(*holder->public_key()));
      }
      if (named_any && !parts_.keys.absence_is_certain()) return keys_look_lost(gun, role);
    }
  }
  return text(tuf::server_key_json(*BS_TRY(parts_.keys.create(gun, role))));
}

RouteHandlers::Answer RouteHandlers::feed(const std::optional<Gun>& gun, std::string_view query) const {
  // With authentication the right to the catalog has been asked for.
  if (!gun && !parts_.options.open_feed && !parts_.gate.authenticates()) {
    return tl::unexpected(
        api::denied("the feed of all repositories is closed; the configuration can open it"));
  }
  const FeedQuery asked = BS_TRY(parse_feed_query(query));
  return text(feed_json(BS_TRY(parts_.storage.changes(gun, asked.after, asked.records))));
}

/// For balancers: whether to send requests here. The first line says why not.
RouteHandlers::Answer RouteHandlers::ready() const {
  const auto no = [](std::string_view why) {
    http::Response response = text("not ready: " + std::string(why) + "\n");
    response.status = 503;
    return response;
  };
  if (parts_.readiness.phase() == Readiness::Phase::starting) return no("starting");
  if (parts_.readiness.phase() == Readiness::Phase::draining) return no("shutting down");
  const HealthProbe::Outcome parts = probe_.look();
  if (!parts.storage) return no("the storage does not answer");
  if (!parts.keys) return no("the keys can't be used");
  return text("ready\n");
}

RouteHandlers::Answer RouteHandlers::health() const {
  const auto [storage, keys] = probe_.look();
  json::Writer writer;
  writer.begin_object();
  if (!storage) writer.member("DB operational", storage.error().what());
  if (!keys) writer.member("Trust operational", keys.error().what());
  writer.end_object();
  http::Response response;
  response.status = storage && keys ? 200 : 503;
  response.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  response.body = writer.take();
  return response;
}

}  // namespace boltseal::server
