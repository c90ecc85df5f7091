#include "engine/engine.h"

#include <algorithm>
#include <charconv>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/untrusted.h"
#include "json/fields.h"
#include "json/reader.h"
#include "json/writer.h"

namespace boltseal::engine {
namespace {

constexpr std::size_t kAnswerLimit = 8u << 20;
constexpr std::chrono::milliseconds kDeadline{60'000};

std::string text_of(ApiVersion v) { return std::to_string(v.major) + "." + std::to_string(v.minor); }

/// Names of images in paths: the separators of references stay.
std::string encode_name(std::string_view name) {
  std::string out;
  for (const char c : name)
    out += c == '/' || c == ':' || c == '@' ? std::string(1, c) : percent_encode({&c, 1});
  return out;
}

Result<json::Document> read_json(http::Response answer, const std::string& what) {
  json::ReadLimits limits;
  limits.bytes = kAnswerLimit;
  limits.real_numbers = true;
  auto document = json::Document::parse(std::move(answer.body), limits);
  if (!document)
    return fail(ErrorCode::bad_response,
                what + ": the Docker Engine's answer is no JSON: " + document.error().what());
  return document;
}

/// {"message":"..."} of the engine's refusals.
tl::unexpected<Error> refusal(http::Response answer, const std::string& what) {
  std::string message = answer.body;
  const int status = answer.status;
  if (auto document = read_json(std::move(answer), what)) {
    const auto* text = document->root().find("message");
    if (text != nullptr && text->is_string()) message = text->as_string();
  }
  const auto said = what + ": Error response from daemon: " + escape_untrusted(message);
  switch (status) {
    case 401:
      return fail(ErrorCode::unauthorized, said);
    case 403:
      return fail(ErrorCode::forbidden, said);
    case 404:
      return fail(ErrorCode::image_not_found, said);
    default:
      return fail(status >= 500 ? ErrorCode::server_error : ErrorCode::bad_response, said);
  }
}

std::vector<std::string> strings_of(const json::Value* list) {
  std::vector<std::string> out;
  if (list == nullptr) return out;
  for (const auto& item : list->items()) {
    if (item.is_string()) out.emplace_back(item.as_string());
  }
  return out;
}

std::string string_of(const json::Value& object, std::string_view name) {
  const auto* value = object.find(name);
  return value == nullptr ? std::string() : std::string(value->as_string());
}

std::optional<registry::Descriptor> descriptor_of(const json::Value* object) {
  if (object == nullptr || !object->is_object()) return std::nullopt;
  const auto digest = Digest::parse(string_of(*object, "digest"));
  const auto* size = object->find("size");
  if (!digest || size == nullptr || !size->is_integer()) return std::nullopt;
  return registry::Descriptor{string_of(*object, "mediaType"), *digest, size->as_int()};
}

}  // namespace

Result<ApiVersion> parse_api_version(std::string_view text) {
  ApiVersion out;
  const auto dot = std::min(text.find('.'), text.size());
  const auto whole = [](std::string_view digits, int& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() && value >= 0;
  };
  if (dot == text.size() || !whole(text.substr(0, dot), out.major) || !whole(text.substr(dot + 1), out.minor))
    return fail(ErrorCode::bad_response,
                "bad version of the Docker Engine API: \"" + escape_untrusted(text, 32) + "\"");
  return out;
}

std::optional<Digest> Image::digest_in(const registry::Reference& repository) const {
  for (const auto& text : repo_digests) {
    const auto reference = registry::Reference::parse(text);
    if (reference && reference->name() == repository.name() && reference->digest())
      return reference->digest();
  }
  if (descriptor) return descriptor->digest;
  return std::nullopt;
}

Engine::Engine(http::Client& client, Endpoint endpoint) : client_(client), endpoint_(std::move(endpoint)) {}

Result<http::Response> Engine::get(const std::string& path, const std::vector<http::Header>& headers) {
  const bool tcp = endpoint_.unix_socket.empty();
  const auto base = BS_TRY(
      http::Url::parse((endpoint_.tls ? "https://" : "http://") + (tcp ? endpoint_.host_port : "docker")));
  http::Request request(BS_TRY(base.with_suffix(path)));
  request.headers = headers;
  request.unix_socket = endpoint_.unix_socket;
  request.allow_plain_http = tcp && !endpoint_.tls;  // the user named a plain tcp:// engine
  request.skip_certificate_check = endpoint_.skip_certificate_check;
  request.body_limit = kAnswerLimit;
  request.deadline = kDeadline;
  auto answer = client_.send(request);
  if (!answer && answer.error().code() == ErrorCode::unreachable) {
    return fail(std::move(answer).error().within("Cannot connect to the Docker daemon at " +
                                                 escape_untrusted(endpoint_.name)));
  }
  return answer;
}

Result<ApiVersion> Engine::version() {
  if (version_) return *version_;
  auto answer = BS_TRY(get("_ping", {}));
  if (answer.status != 200) return refusal(std::move(answer), "ping");
  const auto* header = answer.find("Api-Version");
  if (header == nullptr)
    return fail(ErrorCode::bad_response,
                "the server at " + escape_untrusted(endpoint_.name) + " is no Docker Engine");
  const auto server = BS_TRY(parse_api_version(*header));
  if (server < kOldestApi) {
    return fail(ErrorCode::bad_response,
                "the Docker Engine speaks API " + text_of(server) + ", older than " + text_of(kOldestApi),
                "upgrade the Docker Engine");
  }
  version_ = std::min(server, kNewestApi);
  return *version_;
}

Result<Image> Engine::inspect_image(const std::string& reference) {
  const auto what = "image " + escape_untrusted(reference);
  const auto version_text = text_of(BS_TRY(version()));
  auto answer = BS_TRY(get("v" + version_text + "/images/" + encode_name(reference) + "/json", {}));
  if (answer.status != 200) return refusal(std::move(answer), what);
  const auto document = BS_TRY(read_json(std::move(answer), what));
  const auto& root = document.root();
  Image out;
  out.id = string_of(root, "Id");
  out.created = string_of(root, "Created");
  out.repo_digests = strings_of(root.find("RepoDigests"));
  out.repo_tags = strings_of(root.find("RepoTags"));
  out.descriptor = descriptor_of(root.find("Descriptor"));
  if (out.id.empty()) return fail(ErrorCode::bad_response, what + ": the Docker Engine's answer has no Id");
  return out;
}

Result<registry::Descriptor> Engine::inspect_distribution(const registry::Reference& reference,
                                                          const std::string& registry_auth) {
  const auto what = "image " + reference.familiar() + " in its registry";
  const auto version_text = text_of(BS_TRY(version()));
  std::vector<http::Header> headers;
  if (!registry_auth.empty()) headers.push_back({"X-Registry-Auth", registry_auth});
  auto answer = BS_TRY(
      get("v" + version_text + "/distribution/" + encode_name(reference.familiar()) + "/json", headers));
  if (answer.status != 200) return refusal(std::move(answer), what);
  const auto document = BS_TRY(read_json(std::move(answer), what));
  auto descriptor = descriptor_of(document.root().find("Descriptor"));
  if (!descriptor)
    return fail(ErrorCode::bad_response, what + ": the Docker Engine's answer has no Descriptor");
  return std::move(*descriptor);
}

std::string registry_auth_header(const http::Credential& credential, const std::string& server) {
  json::Writer writer({.display_safe = false});
  writer.begin_object();
  if (!credential.identity_token.empty()) {
    writer.member("identitytoken", credential.identity_token.text()).member("serveraddress", server);
  } else if (!credential.username.empty()) {
    writer.member("username", credential.username)
        .member("password", credential.password.text())
        .member("serveraddress", server);
  }
  writer.end_object();
  auto text = writer.take();
  auto encoded = base64url_encode(as_bytes(text));
  wipe_string(text);
  while (encoded.size() % 4 != 0) encoded += '=';  // Go's URLEncoding pads
  return encoded;
}

}  // namespace boltseal::engine
