// For the tests of this folder: the programs of tests/support/peers, our door on a port of its own, and
// clients.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "http/client/helper_process.h"
#include "http/server/server.h"
#include "keys/remote/remote_signer.h"
#include "signer/door.h"
#include "vault/vault.h"

namespace boltseal::conformance {

/// A throw-away folder with a CA and services, all gone at the end.
class Peers {
 public:
  Peers() {
    std::string pattern = "/tmp/bsXXXXXX";
    directory_ = mkdtemp(pattern.data());
    run("ca");
  }
  Peers(const Peers&) = delete;
  Peers& operator=(const Peers&) = delete;
  ~Peers() { run("clean"); }

  const std::string& directory() const { return directory_; }
  /// `peers COMMAND DIR WORDS`; its failure is the test's.
  void run(const std::string& command, const std::string& words = {}) const {
    const std::string script = std::string(BOLTSEAL_SOURCE_DIR) + "/tests/support/peers ";
    std::string out;
    EXPECT_EQ(shell(script + command + " " + directory_ + " " + words, out), 0) << command << ": " << out;
  }
  /// A variable of `peers env`; empty when there is none.
  std::string variable(const std::string& name) const {
    std::ifstream file(directory_ + "/env/" + name);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  }
  /// Exit status of a bash command; `out` is what it wrote. Nothing of the user's leaks in.
  int shell(const std::string& command, std::string& out) const {
    const std::string clean =
        "unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy NOTARY_AUTH; exec 2>&1; ";
    const auto done =
        http::run_helper({"bash", "-c", clean + command}, "", 4 << 20, std::chrono::seconds(100));
    if (!done) {
      out = done.error().what();
      return -1;
    }
    out = std::string(done->out.text());
    return done->status;
  }
  std::string ca(const std::string& name) const { return directory_ + "/ca/" + name; }

  /// Of a client with the certificate that notary-server has.
  keys::RemoteSignerOptions client(const std::string& address) const {
    keys::RemoteSignerOptions options;
    options.address = address;
    options.ca_file = ca("ca.crt");
    options.client_certificate = ca("notary-server.crt");
    options.client_key = ca("notary-server.key");
    return options;
  }
  std::unique_ptr<keys::RemoteSigner> signer(const std::string& address) const {
    return std::move(*keys::RemoteSigner::make(client(address)));
  }

 private:
  std::string directory_;
};

/// One for all tests of the program.
inline const Peers& peers() {
  static const Peers started;
  return started;
}

/// An HTTP server with mutual TLS and these handlers.
class Listening {
 public:
  explicit Listening(http::Handlers handlers) {
    http::ServerOptions options;
    options.listeners = {
        {.address = "127.0.0.1:0",
         .tls = http::TlsFiles{peers().ca("notary-signer.crt"), peers().ca("notary-signer.key"),
                               peers().ca("ca.crt"), true}}};
    options.loops = 1;
    options.workers = 8;
    options.access_log = log::Level::off;
    server_ = std::make_unique<http::Server>(std::move(options), std::move(handlers));
    const auto bound = server_->start();
    EXPECT_TRUE(bound) << (bound ? "" : bound.error().what());
    if (bound) address = bound->front().address;
  }
  http::ServerStatistics statistics() const { return server_->statistics(); }
  std::string address;

 private:
  std::unique_ptr<http::Server> server_;
};

/// Our signer: the door over a vault in memory.
class OurSigner {
 public:
  explicit OurSigner(signer::DoorOptions options = {}) {
    std::string place = peers().directory() + "/keysXXXXXX";
    EXPECT_NE(mkdtemp(place.data()), nullptr);
    auto opened = vault::Vault::open(vault::make_memory_key_table(), *Directory::open(place));
    EXPECT_TRUE(opened);
    vault_ = std::make_unique<vault::Vault>(std::move(*opened));
    door_ = std::make_unique<signer::SignerDoor>(std::move(options), *vault_, metrics_);
    listening_ = std::make_unique<Listening>(door_->handlers());
  }
  const std::string& address() const { return listening_->address; }
  std::uint64_t connections() const { return listening_->statistics().accepted; }
  vault::Vault& vault() { return *vault_; }
  /// Calls of a method that ended with that status.
  std::uint64_t calls(const std::string& method, int status = 0) {
    return metrics_
        .counter("boltseal_signer_requests_total", "Calls of the signer by method and status.",
                 {{"method", method}, {"code", std::to_string(status)}})
        .value();
  }

 private:
  http::MetricsRegistry metrics_;
  std::unique_ptr<vault::Vault> vault_;
  std::unique_ptr<signer::SignerDoor> door_;
  std::unique_ptr<Listening> listening_;
};

}  // namespace boltseal::conformance
