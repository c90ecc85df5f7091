// TLS against `openssl s_server`: CAs, client certificates, plain HTTP on the wrong port.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>

#include "http/client/client.h"
#include "http/client/helper_process.h"
#include "tests/support/test_http_server.h"

extern char** environ;

namespace boltseal::http {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// A CA, a server certificate for 127.0.0.1 and localhost, a client certificate: made once.
class Pki {
 public:
  Pki() {
    std::string pattern = ::testing::TempDir() + "boltseal-pki-XXXXXX";
    path = mkdtemp(pattern.data());
    std::ofstream(path + "/san") << "subjectAltName=IP:127.0.0.1,DNS:localhost\n";
    run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $d/ca.key -out $d/ca.crt -days "
        "30 -subj /CN=ca");
    run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $d/other.key -out $d/other.crt "
        "-days 30 -subj /CN=other");
    for (const char* who : {"server", "client"}) {
      const std::string w = who;
      run("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $d/" + w + ".key -out $d/" + w +
          ".csr -subj /CN=" + w);
      run("x509 -req -in $d/" + w +
          ".csr -CA $d/ca.crt -CAkey $d/ca.key -CAcreateserial -days 30 -extfile $d/san -out $d/" + w +
          ".crt");
    }
  }
  ~Pki() { fs::remove_all(path); }
  std::string path;

 private:
  void run(const std::string& arguments) const {
    const auto out = run_helper({"sh", "-c", "d=" + path + "; exec openssl " + arguments}, "", 1 << 20,
                                std::chrono::seconds(60));
    if (!out || out->status != 0) abort();
  }
};
const Pki& pki() {
  static const Pki made;
  return made;
}

/// `openssl s_server -www`: answers every GET with a status page.
class TlsServer {
 public:
  explicit TlsServer(const std::string& options = {}) {
    int out[2];
    if (pipe2(out, O_CLOEXEC) != 0) abort();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    std::string script = "exec openssl s_server -accept 127.0.0.1:0 -www -cert " + pki().path +
                         "/server.crt -key " + pki().path + "/server.key " + options;
    std::string sh = "sh";
    std::string c = "-c";
    char* argv[] = {sh.data(), c.data(), script.data(), nullptr};
    if (posix_spawnp(&pid_, "sh", &actions, nullptr, argv, environ) != 0) abort();
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    std::string text;
    while (text.find("ACCEPT ") == std::string::npos ||
           text.find('\n', text.find("ACCEPT ")) == std::string::npos) {
      char chunk[512];
      const auto got = read(out[0], chunk, sizeof chunk);
      if (got <= 0) abort();
      text.append(chunk, static_cast<std::size_t>(got));
    }
    close(out[0]);
    const auto colon = text.find(':', text.find("ACCEPT "));
    port = text.substr(colon + 1, text.find('\n', colon) - colon - 1);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Request get(const std::string& host = "127.0.0.1") const {
    return Request(Url::parse("https://" + host + ":" + port + "/").value());
  }
  std::string port;

 private:
  pid_t pid_ = 0;
};

ClientOptions with_ca(const std::string& name) {
  ClientOptions options;
  options.tls.ca_files = {pki().path + "/" + name};
  return options;
}

TEST(CurlTls, AddedCaIsTrusted) {
  const TlsServer server;
  EXPECT_EQ(make_curl_client(with_ca("ca.crt"))->send(server.get()).value().status, 200);
  auto exclusive = with_ca("ca.crt");
  exclusive.tls.only_these_cas = true;
  EXPECT_TRUE(make_curl_client(exclusive)->send(server.get("localhost")));
}

TEST(CurlTls, UnknownCaIsRefusedWithAHint) {
  const TlsServer server;
  for (const auto& options : {ClientOptions{}, with_ca("other.crt")}) {
    const auto error = make_curl_client(options)->send(server.get()).error();
    EXPECT_EQ(error.code(), ErrorCode::tls_failed);
    EXPECT_THAT(error.hint(), HasSubstr("--ca-file"));
  }
}

TEST(CurlTls, ChecksAreSkippedOnlyOnDemand) {
  const TlsServer server;
  auto client = make_curl_client({});
  auto request = server.get();
  request.skip_certificate_check = true;
  EXPECT_TRUE(client->send(request));
  EXPECT_EQ(client->send(server.get()).error().code(),
            ErrorCode::tls_failed);  // the unchecked connection is not reused
}

TEST(CurlTls, NameMustMatch) {
  const TlsServer any("-accept 0.0.0.0:0");  // 127.0.0.2 reaches the same machine, not the same name
  const auto error = make_curl_client(with_ca("ca.crt"))->send(any.get("127.0.0.2")).error();
  EXPECT_EQ(error.code(), ErrorCode::tls_failed);
  EXPECT_THAT(error.hint(), HasSubstr("127.0.0.2"));
}

TEST(CurlTls, ClientCertificateOfTheHost) {
  const TlsServer server("-Verify 1 -verify_return_error -CAfile " + pki().path + "/ca.crt");
  EXPECT_FALSE(make_curl_client(with_ca("ca.crt"))->send(server.get()));
  auto options = with_ca("ca.crt");
  std::vector<std::string> asked;
  options.tls_for_host = [&](const Url& url) -> Result<TlsFiles> {
    asked.push_back(url.authority());
    TlsFiles files;
    files.client_certificate = pki().path + "/client.crt";
    files.client_key = pki().path + "/client.key";
    return files;
  };
  auto client = make_curl_client(options);
  EXPECT_EQ(client->send(server.get()).value().status, 200);
  EXPECT_TRUE(client->send(server.get()));
  EXPECT_THAT(asked, ::testing::ElementsAre("127.0.0.1:" + server.port));
}

TEST(CurlTls, BrokenFilesAreConfigErrors) {
  const TlsServer server;
  EXPECT_EQ(make_curl_client(with_ca("none.crt"))->send(server.get()).error().code(), ErrorCode::bad_config);
  EXPECT_FALSE(make_curl_client(with_ca("san"))->send(server.get()));
  auto options = with_ca("ca.crt");
  options.tls_for_host = [](const Url&) -> Result<TlsFiles> {
    return fail(ErrorCode::bad_config, "missing key");
  };
  EXPECT_EQ(make_curl_client(options)->send(server.get()).error().what(), "missing key");
}

TEST(CurlTls, PlainHttpServerIsRecognised) {
  using boltseal::testing::TestAnswer;
  boltseal::testing::TestHttpServer plain([](const boltseal::testing::TestRequest&) { return TestAnswer{}; });
  const auto error =
      make_curl_client({})->send(Request(Url::parse("https://" + plain.authority() + "/").value())).error();
  EXPECT_TRUE(error.code() == ErrorCode::tls_failed || error.code() == ErrorCode::unreachable)
      << error.what();
}

}  // namespace
}  // namespace boltseal::http
