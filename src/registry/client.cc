#include "registry/client.h"

#include <poll.h>

#include <algorithm>
#include <map>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/untrusted.h"
#include "crypto/digest.h"
#include "http/error_body.h"
#include "json/reader.h"

namespace boltseal::registry {
namespace {

using http::Request;
using http::Response;

constexpr int kBlobRedirects = 10;
constexpr std::size_t kConfigLimit = 8u << 20;
constexpr std::string_view kPull = "pull";
constexpr std::string_view kPush = "pull,push";

/// How a host is asked. Only insecure registries leave `checked`, as Docker's daemon does.
enum class Way { checked, unchecked, plain };

/// One request before its way is known.
struct Question {
  std::string method = "GET";
  std::string path;  ///< below /v2/, encoded
  std::vector<http::Header> headers;
  std::string body;
  std::size_t limit = limits::kErrorBodyBytes;
  int redirects = 0;
  std::string_view actions = kPull;
};

std::vector<http::Header> accept_all() {
  return {{"Accept", std::string(kOciIndex)},
          {"Accept", std::string(kOciImage)},
          {"Accept", std::string(kDockerList)},
          {"Accept", std::string(kDockerImage)}};
}

tl::unexpected<Error> refusal(const std::string& what, const Response& answer, const Reference& reference) {
  const auto text = what + ": the registry answered " + http::describe_refusal(answer.status, answer.body);
  switch (answer.status) {
    case 401:
      return fail(ErrorCode::unauthorized, text, "log in first: docker login " + reference.domain());
    case 403:
      return fail(ErrorCode::forbidden, text, "the account lacks the permission for " + reference.name());
    case 404:
      return fail(ErrorCode::image_not_found, text,
                  "check name and tag; a private repository may look absent before docker login " +
                      reference.domain());
    case 429:
      return fail(ErrorCode::too_many_requests, text, "try again later, or log in for a higher limit");
    default:
      return fail(answer.status >= 500 ? ErrorCode::server_error : ErrorCode::bad_response, text);
  }
}

std::string manifest_path(const Reference& reference) {
  return reference.path() + "/manifests/" +
         (reference.digest() ? reference.digest()->str() : reference.tag()->str());
}

/// Waits without a timed wait on a condition variable (those hang under a faked clock).
void pause(std::chrono::milliseconds time) { poll(nullptr, 0, static_cast<int>(time.count())); }

std::string_view media_type(const Response& response) {
  const auto* header = response.find("Content-Type");
  return header == nullptr ? std::string_view()
                           : std::string_view(*header).substr(0, header->find_first_of("; \t"));
}

}  // namespace

struct RegistryClient::State {
  State(http::AuthenticatedClient& h, RegistryOptions o) : http(h), options(std::move(o)) {}

  http::AuthenticatedClient& http;
  RegistryOptions options;
  std::map<std::string, Way> ways;  // by API host, once known

  bool is_insecure(const std::string& host) const;
  Result<Request> request_for(const Reference& reference, const Question& question, Way way) const;
  Result<Response> ask_once(const Reference& reference, const Question& question);
  Result<Response> ask(const Reference& reference, const Question& question);
  Result<Response> send(const Reference& reference, const Request& request, std::string_view actions);
  Result<Response> finish_upload(const Reference& repository, const Response& session, std::string_view bytes,
                                 const Digest& digest);
};

RegistryClient::RegistryClient(http::AuthenticatedClient& http, RegistryOptions options)
    : state_(std::make_unique<State>(http, std::move(options))) {}
RegistryClient::~RegistryClient() = default;

bool RegistryClient::State::is_insecure(const std::string& host) const {
  const auto parts = http::split_host_port(host);
  if (parts && http::is_loopback_host(parts->host)) return true;
  return std::find(options.insecure_hosts.begin(), options.insecure_hosts.end(), host) !=
         options.insecure_hosts.end();
}

Result<Request> RegistryClient::State::request_for(const Reference& reference, const Question& question,
                                                   Way way) const {
  const auto base =
      BS_TRY(http::Url::parse((way == Way::plain ? "http://" : "https://") + reference.api_host()));
  Request request(BS_TRY(base.with_suffix("v2/" + question.path)));
  request.method = question.method;
  request.headers = question.headers;
  request.body = question.body;
  request.body_limit = question.limit;
  request.max_redirects = question.redirects;
  request.skip_certificate_check = way == Way::unchecked;
  request.allow_plain_http = way == Way::plain;
  return request;
}

Result<Response> RegistryClient::State::send(const Reference& reference, const Request& request,
                                             std::string_view actions) {
  http::Access access;
  access.registry_host = reference.domain();
  access.scopes = {"repository:" + reference.path() + ":" + std::string(actions)};
  access.use_registry_token = true;
  return http.send(request, access);
}

/// Tries the ways of an insecure registry in turn until one is answered; others have the checked way alone.
Result<Response> RegistryClient::State::ask_once(const Reference& reference, const Question& question) {
  const auto host = reference.api_host();
  const auto known = ways.find(host);
  std::vector<Way> order = {Way::checked};
  if (known != ways.end()) {
    order = {known->second};
  } else if (is_insecure(host)) {
    order = {Way::checked, Way::unchecked, Way::plain};
  }
  std::optional<Error> first;
  for (const auto way : order) {
    auto answer = send(reference, BS_TRY(request_for(reference, question, way)), question.actions);
    if (answer) {
      ways.insert_or_assign(host, way);
      return answer;
    }
    const auto code = answer.error().code();
    const bool other_way =
        code == ErrorCode::tls_failed || code == ErrorCode::unreachable || code == ErrorCode::bad_response;
    if (!first || way == Way::plain) first = std::move(answer).error();
    if (!other_way) break;
  }
  return fail(std::move(*first));
}

/// Reads are repeated while the registry answers 5xx: overwriting a tag is not atomic for its readers.
Result<Response> RegistryClient::State::ask(const Reference& reference, const Question& question) {
  const bool read = question.method == "GET" || question.method == "HEAD";
  auto wait = options.back_off;
  for (int attempt = 0;; ++attempt) {
    auto answer = ask_once(reference, question);
    if (!answer || answer->status < 500 || !read || attempt >= options.retries) return answer;
    pause(wait);
    wait *= 2;
  }
}

Result<Descriptor> RegistryClient::resolve(const Reference& reference) {
  if (reference.is_name_only())
    return fail(ErrorCode::usage, reference.familiar() + " has neither tag nor digest");
  const auto answer = BS_TRY(
      state_->ask(reference, {.method = "HEAD", .path = manifest_path(reference), .headers = accept_all()}));
  const auto* header = answer.status == 200 ? answer.find("Docker-Content-Digest") : nullptr;
  const auto digest = header == nullptr ? fail(ErrorCode::bad_response, "") : Digest::parse(*header);
  const auto* length = answer.find("Content-Length");
  const auto type = media_type(answer);
  const bool known_type =
      type == kOciIndex || type == kOciImage || type == kDockerList || type == kDockerImage;
  if (digest && known_type && length != nullptr) {
    if (reference.digest() && *reference.digest() != *digest)
      return fail(ErrorCode::digest_differs,
                  reference.familiar() + ": the registry answered with " + digest->str());
    return Descriptor{std::string(type), *digest,
                      static_cast<std::int64_t>(std::strtoll(length->c_str(), nullptr, 10))};
  }
  if (answer.status == 401 || answer.status == 403 || answer.status == 404 || answer.status == 429 ||
      answer.status >= 500)
    return refusal(reference.familiar(), answer, reference);
  const auto fetched = BS_TRY(manifest(reference));
  return Descriptor{std::string(fetched.manifest.media_type()), fetched.manifest.digest,
                    fetched.manifest.size};
}

Result<FetchedManifest> RegistryClient::manifest(const Reference& reference) {
  if (reference.is_name_only())
    return fail(ErrorCode::usage, reference.familiar() + " has neither tag nor digest");
  Question question{.path = manifest_path(reference),
                    .headers = accept_all(),
                    .limit = limits::kManifestBytes,
                    .redirects = kBlobRedirects};
  auto answer = BS_TRY(state_->ask(reference, question));
  if (answer.status != 200) return refusal(reference.familiar(), answer, reference);
  if (reference.digest() && crypto::digest_of(answer.body) != *reference.digest()) {
    return fail(ErrorCode::digest_differs, reference.familiar() +
                                               ": the registry sent other bytes, of digest " +
                                               crypto::digest_of(answer.body).str());
  }
  FetchedManifest out{answer.body, BS_TRY(parse_manifest(answer.body, media_type(answer)))};
  return out;
}

Result<Digest> RegistryClient::put_manifest(const Reference& reference, std::string_view bytes,
                                            std::string_view type) {
  if (reference.is_name_only())
    return fail(ErrorCode::usage, reference.familiar() + " has neither tag nor digest");
  const auto digest = crypto::digest_of(bytes);
  const auto answer = BS_TRY(state_->ask(reference, {.method = "PUT",
                                                     .path = manifest_path(reference),
                                                     .headers = {{"Content-Type", std::string(type)}},
                                                     .body = std::string(bytes),
                                                     .actions = kPush}));
  if (answer.status != 201 && answer.status != 200)
    return refusal("pushing " + reference.familiar(), answer, reference);
  const auto* returned = answer.find("Docker-Content-Digest");
  if (returned != nullptr && *returned != digest.str())
    return fail(ErrorCode::digest_differs, "pushing " + reference.familiar() + ": the registry stored " +
                                               escape_untrusted(*returned) + ", not " + digest.str());
  return digest;
}

Result<bool> RegistryClient::has_blob(const Reference& repository, const Digest& digest) {
  const auto answer = BS_TRY(state_->ask(
      repository,
      {.method = "HEAD", .path = repository.path() + "/blobs/" + digest.str(), .redirects = kBlobRedirects}));
  if (answer.status == 200) return true;
  if (answer.status == 404) return false;
  return refusal("blob " + digest.str(), answer, repository);
}

Result<std::string> RegistryClient::blob(const Reference& repository, const Digest& digest,
                                         std::size_t limit) {
  auto answer = BS_TRY(state_->ask(
      repository,
      {.path = repository.path() + "/blobs/" + digest.str(), .limit = limit, .redirects = kBlobRedirects}));
  if (answer.status != 200) return refusal("blob " + digest.str(), answer, repository);
  if (crypto::digest_of(answer.body) != digest)
    return fail(ErrorCode::digest_differs, "blob " + digest.str() + " of " + repository.familiar_name() +
                                               ": the registry sent other bytes");
  return std::move(answer.body);
}

/// The second half of an upload: PUT to where the session lies, which may be another path or host.
Result<Response> RegistryClient::State::finish_upload(const Reference& repository, const Response& session,
                                                      std::string_view bytes, const Digest& digest) {
  const auto* location = session.find("Location");
  if (location == nullptr)
    return fail(ErrorCode::bad_response,
                "upload to " + repository.familiar_name() + ": the registry names no Location");
  auto url = session.url.join(*location);
  if (!url)
    return fail(ErrorCode::bad_response,
                "upload to " + repository.familiar_name() + ": the registry names a bad Location");
  if (session.url.is_https() && !url->is_https())
    return fail(ErrorCode::bad_response,
                "upload to " + repository.familiar_name() + ": the registry leads from https to plain HTTP",
                "the registry must know its public scheme (http.host, X-Forwarded-Proto)");
  Request request(url->with_parameter("digest", digest.str()));
  request.method = "PUT";
  request.headers = {{"Content-Type", "application/octet-stream"}};
  request.body = bytes;
  const auto way = ways.find(repository.api_host());
  if (way != ways.end() && url->same_origin(session.url)) {
    request.skip_certificate_check = way->second == Way::unchecked;
    request.allow_plain_http = way->second == Way::plain;
  }
  return send(repository, request, kPush);
}

Result<Digest> RegistryClient::put_blob(const Reference& repository, std::string_view bytes) {
  const auto digest = crypto::digest_of(bytes);
  if (BS_TRY(has_blob(repository, digest))) return digest;
  const auto session = BS_TRY(state_->ask(
      repository, {.method = "POST", .path = repository.path() + "/blobs/uploads/", .actions = kPush}));
  if (session.status != 202) return refusal("upload to " + repository.familiar_name(), session, repository);
  const auto answer = BS_TRY(state_->finish_upload(repository, session, bytes, digest));
  if (answer.status != 201) return refusal("upload to " + repository.familiar_name(), answer, repository);
  return digest;
}

Result<std::string> RegistryClient::creation_time(const Reference& repository, const Manifest& image) {
  if (!image.config || image.config->size > static_cast<std::int64_t>(kConfigLimit)) return std::string();
  auto text = BS_TRY(blob(repository, image.config->digest, kConfigLimit));
  json::ReadLimits limits;
  limits.bytes = kConfigLimit;
  limits.real_numbers = true;
  const auto document = json::Document::parse(std::move(text), limits);
  if (!document) return std::string();  // artifacts have configurations of any kind
  const auto* created = document->root().find("created");
  return created == nullptr ? std::string() : std::string(created->as_string());
}

}  // namespace boltseal::registry
