#include "engine/endpoint.h"

#include "base/encoding.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/untrusted.h"
#include "crypto/digest.h"
#include "http/url.h"
#include "json/reader.h"

namespace boltseal::engine {
namespace {

constexpr std::string_view kDefaultSocket = "/var/run/docker.sock";

std::string value_of(const std::function<const char*(const char*)>& get, const char* name) {
  const char* value = get(name);
  return value == nullptr ? std::string() : std::string(value);
}

Result<bool> exists(const std::string& path) {
  auto text = read_file(path, limits::kKeyFileBytes);
  if (text) {
    wipe_string(*text);
    return true;
  }
  if (text.error().code() == ErrorCode::not_found) return false;
  return fail(std::move(text).error());
}

/// ca.pem, cert.pem and key.pem of a directory; the CA then is the only one (as Docker's client).
Result<http::TlsFiles> pem_files(const std::string& directory) {
  http::TlsFiles files;
  if (BS_TRY(exists(directory + "/ca.pem"))) {
    files.ca_files = {directory + "/ca.pem"};
    files.only_these_cas = true;
  }
  const bool certificate = BS_TRY(exists(directory + "/cert.pem"));
  const bool key = BS_TRY(exists(directory + "/key.pem"));
  if (certificate != key) {
    return fail(ErrorCode::bad_config,
                escape_untrusted(directory) + " holds only one of cert.pem and key.pem",
                "a client certificate needs both");
  }
  if (certificate) {
    files.client_certificate = directory + "/cert.pem";
    files.client_key = directory + "/key.pem";
  }
  return files;
}

Result<Endpoint> from_host(const std::function<const char*(const char*)>& get,
                           const std::string& config_directory, const std::string& host) {
  auto endpoint = BS_TRY(parse_docker_host(host));
  const bool verify = !value_of(get, "DOCKER_TLS_VERIFY").empty();
  if (endpoint.host_port.empty() || (!verify && value_of(get, "DOCKER_TLS").empty() && !endpoint.tls))
    return endpoint;
  endpoint.tls = true;
  endpoint.skip_certificate_check = !verify;
  const auto directory = value_of(get, "DOCKER_CERT_PATH");
  endpoint.tls_files = BS_TRY(pem_files(directory.empty() ? config_directory : directory));
  return endpoint;
}

Result<Endpoint> read_context(const json::Value& root, const std::string& tls_directory,
                              const std::string& what) {
  const auto* endpoints = root.find("Endpoints");
  const auto* docker = endpoints == nullptr ? nullptr : endpoints->find("docker");
  const auto* host = docker == nullptr ? nullptr : docker->find("Host");
  if (host == nullptr || !host->is_string())
    return fail(ErrorCode::bad_config, what + " names no Docker host");
  auto endpoint = BS_TRY(parse_docker_host(host->as_string()));
  if (endpoint.host_port.empty()) return endpoint;
  const auto* skip = docker->find("SkipTLSVerify");
  endpoint.tls_files = BS_TRY(pem_files(tls_directory));
  endpoint.skip_certificate_check = skip != nullptr && skip->as_bool();
  endpoint.tls = endpoint.tls || endpoint.skip_certificate_check || endpoint.tls_files.only_these_cas ||
                 !endpoint.tls_files.client_certificate.empty();
  return endpoint;
}

Result<Endpoint> from_context(const std::string& config_directory, const std::string& name) {
  const auto what = "Docker context " + escape_untrusted(name);
  const auto hash = crypto::sha256(name);
  const auto id = hex_encode(hash);
  auto text = read_file(config_directory + "/contexts/meta/" + id + "/meta.json", limits::kConfigBytes);
  if (!text) {
    if (text.error().code() == ErrorCode::not_found)
      return fail(ErrorCode::bad_config, what + " does not exist", "see: docker context ls");
    return fail(std::move(text).error().within(what));
  }
  json::ReadLimits limits;
  limits.real_numbers = true;
  auto document = json::Document::parse(std::move(*text), limits);
  if (!document) return fail(ErrorCode::bad_config, what + ": " + document.error().what());
  auto endpoint = read_context(document->root(), config_directory + "/contexts/tls/" + id + "/docker", what);
  if (endpoint) endpoint->name = name;
  return endpoint;
}

}  // namespace

Result<Endpoint> parse_docker_host(std::string_view text) {
  Endpoint out;
  out.name = text;
  if (text.starts_with("unix://") || text.starts_with('/')) {
    out.unix_socket = text.substr(text.starts_with('/') ? 0 : 7);
    if (out.unix_socket.empty()) out.unix_socket = kDefaultSocket;
    return out;
  }
  std::string_view rest = text;
  const auto scheme_end = text.find("://");
  const auto scheme =
      scheme_end == std::string_view::npos ? std::string_view("tcp") : text.substr(0, scheme_end);
  if (scheme != "tcp" && scheme != "http" && scheme != "https") {
    return fail(ErrorCode::bad_config, "Docker host \"" + escape_untrusted(text) + "\" cannot be used",
                "use unix:///path or tcp://host:port; for ssh:// forward the socket first: ssh -nNT -L "
                "/tmp/docker.sock:/var/run/docker.sock HOST");
  }
  if (scheme_end != std::string_view::npos) rest.remove_prefix(scheme_end + 3);
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const auto parts = http::split_host_port(rest);
  if (!parts)
    return fail(ErrorCode::bad_config, "Docker host \"" + escape_untrusted(text) + "\" is no host:port");
  out.tls = scheme == "https";
  out.host_port = rest;
  if (parts->port == 0) out.host_port += out.tls ? ":2376" : ":2375";
  return out;
}

Result<Endpoint> find_endpoint(const std::function<const char*(const char*)>& get,
                               const std::string& config_directory, const http::DockerConfig& config) {
  const auto host = value_of(get, "DOCKER_HOST");
  if (!host.empty()) return from_host(get, config_directory, host);
  auto context = value_of(get, "DOCKER_CONTEXT");
  if (context.empty()) context = config.current_context;
  if (context.empty() || context == "default") return parse_docker_host(kDefaultSocket);
  return from_context(config_directory, context);
}

}  // namespace boltseal::engine
