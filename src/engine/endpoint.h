// Which Docker Engine to talk to: DOCKER_HOST, else the current context of the Docker CLI, else
// /var/run/docker.sock (DOCKER-DCT 6.3).
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "http/client/docker_config.h"
#include "http/client/tls_files.h"

namespace boltseal::engine {

struct Endpoint {
  std::string unix_socket;  ///< path; empty = TCP
  std::string host_port;    ///< "10.0.0.2:2376"
  bool tls = false;
  bool skip_certificate_check = false;  ///< contexts may say so (SkipTLSVerify)
  http::TlsFiles tls_files;
  std::string name;  ///< as the user knows it: context name or address
};

/// `get` is std::getenv or a test's. DOCKER_TLS_VERIFY and DOCKER_CERT_PATH hold for DOCKER_HOST as in
/// Docker; DOCKER_CONTEXT wins over config.json's currentContext, DOCKER_HOST over both. Errors: bad_config
/// (ssh://, npipe://, a context that does not exist), io_error.
Result<Endpoint> find_endpoint(const std::function<const char*(const char*)>& get,
                               const std::string& config_directory, const http::DockerConfig& config);

/// "unix:///run/docker.sock", "tcp://10.0.0.2:2375", "/run/docker.sock"; bad_config.
Result<Endpoint> parse_docker_host(std::string_view text);

}  // namespace boltseal::engine
