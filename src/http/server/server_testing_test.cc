#include "http/server/server_testing.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace boltseal::http::testing_support {
namespace {

struct KeyAndCert {
  EVP_PKEY* key = nullptr;
  X509* cert = nullptr;
  ~KeyAndCert() {
    EVP_PKEY_free(key);
    X509_free(cert);
  }
};

void make(KeyAndCert& out, const std::string& name, const KeyAndCert* issuer, long serial) {
  EVP_PKEY_free(out.key);
  X509_free(out.cert);
  out.key = EVP_EC_gen("P-256");
  out.cert = X509_new();
  X509_set_version(out.cert, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(out.cert), serial);
  X509_gmtime_adj(X509_getm_notBefore(out.cert), -3600);
  X509_gmtime_adj(X509_getm_notAfter(out.cert), 86400);
  X509_set_pubkey(out.cert, out.key);
  X509_NAME* subject = X509_get_subject_name(out.cert);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(out.cert, issuer != nullptr ? X509_get_subject_name(issuer->cert) : subject);
  const char* constraints = issuer != nullptr ? "CA:FALSE" : "critical,CA:TRUE";
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, constraints);
  X509_add_ext(out.cert, extension, -1);
  X509_EXTENSION_free(extension);
  X509_EXTENSION* names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
  X509_add_ext(out.cert, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(out.cert, issuer != nullptr ? issuer->key : out.key, EVP_sha256());
}

void save(const KeyAndCert& what, const std::string& base) {
  FILE* crt = std::fopen((base + ".crt").c_str(), "w");
  PEM_write_X509(crt, what.cert);
  std::fclose(crt);
  FILE* key = std::fopen((base + ".key").c_str(), "w");
  PEM_write_PKCS8PrivateKey(key, what.key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(key);
}

}  // namespace

struct TestPki::State {
  KeyAndCert ca, server, client;
  long serial = 10;
};

TestPki::TestPki() : state_(std::make_unique<State>()) {
  char name[] = "/tmp/boltseal-http-XXXXXX";
  dir_ = mkdtemp(name);
  make(state_->ca, "test ca", nullptr, 1);
  save(state_->ca, dir_ + "/ca");
  make(state_->client, "test client", &state_->ca, 2);
  save(state_->client, dir_ + "/client");
  issue_server("first");
}

TestPki::~TestPki() { std::filesystem::remove_all(dir_); }

void TestPki::issue_server(const std::string& common_name) {
  make(state_->server, common_name, &state_->ca, ++state_->serial);
  save(state_->server, dir_ + "/server");
}

RawClient::RawClient(std::uint16_t port, int receive_buffer)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer > 0) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return;
  ::close(fd_);
  fd_ = -1;
}

RawClient::~RawClient() {
  if (fd_ >= 0) ::close(fd_);
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool RawClient::fill(int timeout_ms) {
  pollfd waiting{fd_, POLLIN, 0};
  if (::poll(&waiting, 1, timeout_ms) <= 0) return false;
  char bytes[65536];
  const ssize_t n = ::recv(fd_, bytes, sizeof bytes, 0);
  if (n <= 0) return false;
  in_.append(bytes, static_cast<std::size_t>(n));
  return true;
}

std::string RawClient::response(bool bare, int timeout_ms) {
  std::size_t end = 0;
  while ((end = in_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill(timeout_ms)) return {};
  }
  end += 4;
  const std::size_t at = in_.find("Content-Length: ");
  std::size_t length = 0;
  if (!bare && at != std::string::npos && at < end) length = std::strtoul(in_.c_str() + at + 16, nullptr, 10);
  while (in_.size() < end + length) {
    if (!fill(timeout_ms)) return {};
  }
  std::string out = in_.substr(0, end + length);
  in_.erase(0, end + length);
  return out;
}

std::string RawClient::until_close(bool& closed, int timeout_ms) {
  while (fill(timeout_ms)) {
  }
  char byte = 0;
  closed = ::recv(fd_, &byte, 1, MSG_DONTWAIT) == 0 || (errno != EAGAIN);
  return std::exchange(in_, {});
}

void RawClient::half_close() { ::shutdown(fd_, SHUT_WR); }

int status_of(std::string_view response) {
  if (!response.starts_with("HTTP/1.1 ")) return 0;
  return std::atoi(std::string(response.substr(9, 3)).c_str());
}

std::string_view body_of(std::string_view response) {
  const std::size_t end = response.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string_view() : response.substr(end + 4);
}

std::string run(const std::string& command, int* status) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  char bytes[4096];
  std::size_t n = 0;
  while ((n = std::fread(bytes, 1, sizeof bytes, pipe)) > 0) out.append(bytes, n);
  const int result = ::pclose(pipe);
  if (status != nullptr) *status = WEXITSTATUS(result);
  return out;
}

RunningServer::RunningServer(Handlers handlers, ServerLimits limits, const TestPki* pki, bool client_ca) {
  log::set_level(log::Level::off);
  ServerOptions options;
  options.loops = 2;
  options.workers = 4;
  options.limits = limits;
  ListenerOptions listener;
  listener.address = "127.0.0.1:0";
  options.listeners.push_back(listener);
  if (pki != nullptr) {
    listener.tls = pki->server();
    if (client_ca) listener.tls->client_ca = pki->ca();
    if (client_ca) listener.tls->require_client_certificate = true;
    options.listeners.push_back(listener);
  }
  server = std::make_unique<Server>(std::move(options), std::move(handlers));
  auto bound = server->start();
  if (!bound) throw std::runtime_error(bound.error().what());
  plain = bound->at(0).port;
  if (pki != nullptr) tls = bound->at(1).port;
}

Handlers sample_handlers() {
  static const ReadyResponsePtr fast =
      ReadyResponse::make(200, {{"Content-Type", "text/plain"}}, "fast body", "\"e1\"").value();
  static const ReadyResponsePtr big =
      ReadyResponse::make(200, {}, std::string(1 << 20, 'b'), "\"e2\"").value();
  Handlers handlers;
  handlers.fast = [](const RequestHead& head) -> ReadyResponsePtr {
    if (head.path == "/fast") return fast;
    if (head.path == "/big") return big;
    return nullptr;
  };
  handlers.plan = [](const RequestHead& head) {
    Plan plan;
    if (head.path == "/small") plan.body_limit = 10;
    if (head.path == "/huge") plan.body_limit = 100 << 20;
    plan.on_loop = head.path == "/loop";
    if (head.path == "/early") {
      plan.answer.emplace();
      plan.answer->status = 401;
      plan.answer->body = "who are you\n";
    }
    if (head.path == "/early_bad") plan.answer.emplace().headers.add("X", "a\r\nb: c");
    return plan;
  };
  handlers.handle = [](Request& request) {
    Response response;
    const std::string_view path = request.head().path;
    if (path == "/echo" || path == "/small" || path == "/huge" || path == "/loop") {
      response.body = request.take_body();
    } else if (path == "/throw") {
      throw std::runtime_error("handler broke");
    } else if (path == "/header") {
      response.headers.add("X", "a\r\nb: c");
    } else if (path == "/trailers" || path == "/trailers-only") {
      if (path == "/trailers") response.body = request.take_body();
      response.trailers = {{"Grpc-Status", "0"}, {"grpc-message", ""}};
    } else if (path == "/bad-trailer") {
      response.trailers.add("X", "a\nb");
    } else if (path == "/close") {
      response.close = true;
    } else if (path == "/cert") {
      response.body = std::to_string(request.head().peer->client_certificate_der.size());
    } else {
      response.status = 404;
      response.body = "not found\n";
    }
    return response;
  };
  return handlers;
}

}  // namespace boltseal::http::testing_support
