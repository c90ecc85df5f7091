#include "http/client/docker_config.h"

#include "base/encoding.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/untrusted.h"
#include "json/reader.h"

namespace boltseal::http {
namespace {

constexpr std::size_t kMaxEntries = 4096;

tl::unexpected<Error> wrong(const std::string& place, std::string_view problem) {
  return fail(ErrorCode::bad_config, "Docker's config.json: " + place + " " + std::string(problem));
}

/// Absent, null and "" are the same: Docker's programs write all three.
Result<std::string_view> text_of(const json::Value& object, std::string_view name, const std::string& place) {
  const auto* member = object.find(name);
  if (member == nullptr || member->is_null()) return std::string_view();
  if (!member->is_string()) return wrong(place + "." + std::string(name), "is no string");
  return member->as_string();
}

/// nullptr when absent or null.
Result<const json::Value*> object_of(const json::Value& object, std::string_view name) {
  const auto* member = object.find(name);
  if (member == nullptr || member->is_null()) return nullptr;
  if (!member->is_object()) return wrong(std::string(name), "is no object");
  if (member->members().size() > kMaxEntries) return wrong(std::string(name), "has too many entries");
  return member;
}

Result<void> split_auth(std::string_view encoded, Credential& out, const std::string& place) {
  auto decoded = base64_decode(encoded);
  if (!decoded) return wrong(place + ".auth", "is no base64");
  const auto text = as_text(*decoded);
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    wipe_memory(decoded->data(), decoded->size());
    return wrong(place + ".auth", "is no user:password");
  }
  auto password = text.substr(colon + 1);
  while (password.ends_with('\0')) password.remove_suffix(1);
  out.username = text.substr(0, colon);
  out.password = Secret::of_text(password);
  wipe_memory(decoded->data(), decoded->size());
  return {};
}

Result<Credential> read_auth(const json::Value& entry, const std::string& place) {
  Credential out;
  if (!entry.is_object()) return wrong(place, "is no object");
  out.username = BS_TRY(text_of(entry, "username", place));
  out.password = Secret::of_text(BS_TRY(text_of(entry, "password", place)));
  const auto auth = BS_TRY(text_of(entry, "auth", place));
  if (!auth.empty()) BS_TRY(split_auth(auth, out, place));
  out.identity_token = Secret::of_text(BS_TRY(text_of(entry, "identitytoken", place)));
  out.registry_token = Secret::of_text(BS_TRY(text_of(entry, "registrytoken", place)));
  return out;
}

Result<DockerConfig> read(const json::Value& root) {
  DockerConfig config;
  if (!root.is_object()) return wrong("the text", "is no JSON object");
  if (const auto* auths = BS_TRY(object_of(root, "auths"))) {
    for (const auto& [name, entry] : auths->members()) {
      config.auths.emplace(name, BS_TRY(read_auth(entry, "auths[" + escape_untrusted(name) + "]")));
    }
  }
  if (const auto* helpers = BS_TRY(object_of(root, "credHelpers"))) {
    for (const auto& [name, entry] : helpers->members()) {
      if (!entry.is_string()) return wrong("credHelpers[" + escape_untrusted(name) + "]", "is no string");
      config.cred_helpers.emplace(name, entry.as_string());
    }
  }
  config.creds_store = BS_TRY(text_of(root, "credsStore", "credsStore"));
  config.current_context = BS_TRY(text_of(root, "currentContext", "currentContext"));
  return config;
}

}  // namespace

Credential Credential::clone() const {
  Credential out;
  out.username = username;
  out.password = password.clone();
  out.identity_token = identity_token.clone();
  out.registry_token = registry_token.clone();
  return out;
}

Result<DockerConfig> DockerConfig::parse(std::string text) {
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return DockerConfig();
  json::ReadLimits limits;
  limits.bytes = limits::kConfigBytes;
  limits.real_numbers = true;
  auto document = json::Document::parse(std::move(text), limits);
  if (!document) return wrong("the text", "is no strict JSON: " + document.error().what());
  auto config = read(document->root());
  auto& held = const_cast<std::string&>(document->text());  // passwords in clear; no view is used after this
  wipe_memory(held.data(), held.size());
  return config;
}

Result<DockerConfig> DockerConfig::load(const std::string& directory) {
  auto text = read_file(directory + "/config.json", limits::kConfigBytes);
  if (!text) {
    if (text.error().code() == ErrorCode::not_found) return DockerConfig();
    return fail(std::move(text).error());
  }
  return parse(std::move(*text));
}

std::string docker_config_directory(const char* docker_config, const std::string& home) {
  if (docker_config != nullptr && *docker_config != '\0') return docker_config;
  return home + "/.docker";
}

}  // namespace boltseal::http
