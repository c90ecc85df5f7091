#include "engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "tests/support/test_http_server.h"

namespace boltseal::engine {
namespace {

namespace fs = std::filesystem;
using boltseal::testing::TestAnswer;
using boltseal::testing::TestHttpServer;
using boltseal::testing::TestRequest;
using ::testing::HasSubstr;

const std::string kA = "sha256:" + std::string(64, 'a');
const std::string kB = "sha256:" + std::string(64, 'b');

class EngineTest : public ::testing::Test {
 protected:
  EngineTest()
      : path_(::testing::TempDir() + "boltseal-engine-" + std::to_string(getpid())),
        server_([this](const TestRequest& r) { return answer(r); }, path_) {}
  ~EngineTest() override { std::remove(path_.c_str()); }

  TestAnswer answer(const TestRequest& r) {
    if (r.target == "/_ping") return {.body = "OK", .headers = {{"Api-Version", version_}}};
    const auto found = answers_.find(r.target);
    return found == answers_.end() ? TestAnswer{.status = 404, .body = R"({"message":"No such image: x"})"}
                                   : found->second;
  }
  Engine engine() { return Engine(*client_, parse_docker_host("unix://" + path_).value()); }

  std::string path_;
  std::string version_ = "1.41";
  std::map<std::string, TestAnswer> answers_;
  TestHttpServer server_;
  std::unique_ptr<http::Client> client_ = http::make_curl_client({});
};

TEST_F(EngineTest, AgreesOnTheVersion) {
  EXPECT_EQ(engine().version().value(), (ApiVersion{1, 41}));
  version_ = "1.52";
  EXPECT_EQ(engine().version().value(), kNewestApi);
  for (const char* bad : {"1.12", "", "x", "1", "1.x", "-1.41"}) {
    version_ = bad;
    EXPECT_EQ(engine().version().error().code(), ErrorCode::bad_response) << bad;
  }
}

TEST_F(EngineTest, InspectsImages) {
  answers_["/v1.41/images/127.0.0.1:5000/app:v1/json"] = {
      .body = R"({"Id":"sha256:1","Created":"2026","RepoDigests":["127.0.0.1:5000/app@)" + kA +
              R"(","other/x@)" + kB + R"("],"Size":1e3})"};
  auto e = engine();
  const auto image = e.inspect_image("127.0.0.1:5000/app:v1").value();
  EXPECT_EQ(image.id, "sha256:1");
  EXPECT_EQ(image.digest_in(registry::Reference::parse("127.0.0.1:5000/app").value())->str(), kA);
  EXPECT_EQ(image.digest_in(registry::Reference::parse("other/x:y").value())->str(), kB);
  EXPECT_FALSE(image.digest_in(registry::Reference::parse("none").value()));
  EXPECT_EQ(e.inspect_image("nope").error().code(), ErrorCode::image_not_found);
  EXPECT_THAT(e.inspect_image("nope").error().what(), HasSubstr("No such image: x"));
}

TEST_F(EngineTest, DescriptorOfTheContainerdStore) {
  version_ = "1.48";
  answers_["/v1.48/images/a/json"] = {.body = R"({"Id":"sha256:1","Descriptor":{"mediaType":"m","digest":")" +
                                              kB + R"(","size":9}})"};
  auto e = engine();
  const auto image = e.inspect_image("a").value();
  EXPECT_EQ(image.digest_in(registry::Reference::parse("a").value())->str(), kB);
  EXPECT_EQ(image.descriptor->size, 9);
}

TEST_F(EngineTest, InspectsDistribution) {
  answers_["/v1.41/distribution/alpine:3/json"] = {.body = R"({"Descriptor":{"mediaType":"m","digest":")" +
                                                           kA + R"(","size":5},"Platforms":[]})"};
  auto e = engine();
  EXPECT_EQ(
      e.inspect_distribution(registry::Reference::parse("alpine:3").value(), "e30=").value().digest.str(),
      kA);
  EXPECT_EQ(server_.requests().back().header("x-registry-auth"), "e30=");
}

TEST_F(EngineTest, RefusalsAndRubbish) {
  auto e = engine();
  answers_["/v1.41/images/a/json"] = {.status = 500, .body = R"({"message":"boom\u001b[1m"})"};
  EXPECT_EQ(e.inspect_image("a").error().code(), ErrorCode::server_error);
  EXPECT_EQ(e.inspect_image("a").error().what().find('\x1b'), std::string::npos);
  answers_["/v1.41/images/a/json"] = {.status = 400, .body = "<html>"};
  EXPECT_EQ(e.inspect_image("a").error().code(), ErrorCode::bad_response);
  answers_["/v1.41/images/a/json"] = {.body = "{}"};
  EXPECT_EQ(e.inspect_image("a").error().code(), ErrorCode::bad_response);
}

TEST_F(EngineTest, UnreachableNamesTheDaemon) {
  Engine e(*client_, parse_docker_host("unix:///nonexistent/docker.sock").value());
  const auto error = e.version().error();
  EXPECT_EQ(error.code(), ErrorCode::unreachable);
  EXPECT_THAT(error.what(),
              HasSubstr("Cannot connect to the Docker daemon at unix:///nonexistent/docker.sock"));
}

TEST(RegistryAuth, IsBase64urlJson) {
  EXPECT_EQ(registry_auth_header({}, "r.example"), "e30=");
  http::Credential c;
  c.username = "u";
  c.password = Secret::of_text("p");
  EXPECT_EQ(registry_auth_header(c, "r"),
            "eyJ1c2VybmFtZSI6InUiLCJwYXNzd29yZCI6InAiLCJzZXJ2ZXJhZGRyZXNzIjoiciJ9");
}

TEST(DockerHost, Forms) {
  EXPECT_EQ(parse_docker_host("unix:///run/d.sock").value().unix_socket, "/run/d.sock");
  EXPECT_EQ(parse_docker_host("unix://").value().unix_socket, "/var/run/docker.sock");
  EXPECT_EQ(parse_docker_host("/run/d.sock").value().unix_socket, "/run/d.sock");
  EXPECT_EQ(parse_docker_host("tcp://10.0.0.2:2376").value().host_port, "10.0.0.2:2376");
  EXPECT_EQ(parse_docker_host("tcp://10.0.0.2").value().host_port, "10.0.0.2:2375");
  EXPECT_EQ(parse_docker_host("https://h/").value().host_port, "h:2376");
  EXPECT_TRUE(parse_docker_host("https://h/").value().tls);
  for (const char* bad : {"ssh://h", "npipe:////./pipe/x", "fd://", "tcp://", "tcp://a b", "tcp://u@h:1"})
    EXPECT_EQ(parse_docker_host(bad).error().code(), ErrorCode::bad_config) << bad;
}

class FindEndpointTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "boltseal-ctx-XXXXXX";
    root_ = mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(root_); }
  void put(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(root_ + "/" + name).parent_path());
    std::ofstream(root_ + "/" + name) << text;
  }
  Result<Endpoint> find(const std::map<std::string, std::string>& environment,
                        const std::string& current = {}) const {
    http::DockerConfig config;
    config.current_context = current;
    return find_endpoint(
        [&](const char* name) -> const char* {
          const auto found = environment.find(name);
          return found == environment.end() ? nullptr : found->second.c_str();
        },
        root_, config);
  }
  static std::string id(const std::string& name) { return crypto::digest_of(name).hex(); }
  std::string root_;
};

TEST_F(FindEndpointTest, Order) {
  put("contexts/meta/" + id("prod") + "/meta.json",
      R"({"Name":"prod","Metadata":{},"Endpoints":{"docker":{"Host":"unix:///run/prod.sock","SkipTLSVerify":false}}})");
  put("contexts/meta/" + id("tls") + "/meta.json",
      R"({"Name":"tls","Endpoints":{"docker":{"Host":"tcp://h:2376"}}})");
  put("contexts/tls/" + id("tls") + "/docker/ca.pem", "x");
  EXPECT_EQ(find({}).value().unix_socket, "/var/run/docker.sock");
  EXPECT_EQ(find({}, "default").value().unix_socket, "/var/run/docker.sock");
  EXPECT_EQ(find({}, "prod").value().unix_socket, "/run/prod.sock");
  EXPECT_EQ(find({{"DOCKER_CONTEXT", "prod"}}).value().name, "prod");
  EXPECT_EQ(find({{"DOCKER_HOST", "unix:///x"}, {"DOCKER_CONTEXT", "prod"}}).value().unix_socket, "/x");
  const auto tls = find({}, "tls").value();
  EXPECT_TRUE(tls.tls);
  EXPECT_TRUE(tls.tls_files.only_these_cas);
  EXPECT_EQ(find({}, "none").error().code(), ErrorCode::bad_config);
}

TEST_F(FindEndpointTest, TlsOfDockerHost) {
  put("ca.pem", "x");
  put("cert.pem", "x");
  put("key.pem", "x");
  const auto e = find({{"DOCKER_HOST", "tcp://h:2376"}, {"DOCKER_TLS_VERIFY", "1"}}).value();
  EXPECT_TRUE(e.tls);
  EXPECT_FALSE(e.skip_certificate_check);
  EXPECT_EQ(e.tls_files.client_key, root_ + "/key.pem");
  EXPECT_TRUE(find({{"DOCKER_HOST", "tcp://h:2376"}, {"DOCKER_TLS", "1"}}).value().skip_certificate_check);
  EXPECT_FALSE(find({{"DOCKER_HOST", "tcp://h:2375"}}).value().tls);
  fs::remove(root_ + "/key.pem");
  EXPECT_EQ(find({{"DOCKER_HOST", "tcp://h:2376"}, {"DOCKER_TLS_VERIFY", "1"}}).error().code(),
            ErrorCode::bad_config);
}

}  // namespace
}  // namespace boltseal::engine
