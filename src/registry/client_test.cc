#include "registry/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "tests/support/test_http_server.h"

namespace boltseal::registry {
namespace {

using boltseal::testing::TestAnswer;
using boltseal::testing::TestHttpServer;
using boltseal::testing::TestRequest;
using ::testing::HasSubstr;

/// A registry in small, on plain HTTP.
class RegistryClientTest : public ::testing::Test {
 protected:
  RegistryClientTest() : server_([this](const TestRequest& r) { return answer(r); }) {}

  TestAnswer answer(const TestRequest& r) {
    if (!failures_.empty()) {
      const int status = failures_.back();
      failures_.pop_back();
      return {.status = status, .body = "404 page not found"};
    }
    if (r.target == "/v2/team/app/blobs/uploads/" && r.method == "POST")
      return {.status = 202, .headers = {{"Location", "/upload/1?_state=a%2Fb"}}};
    if (r.target.starts_with("/upload/1?_state=a%2Fb&digest=")) {
      blobs_["/v2/team/app/blobs/" + crypto::digest_of(r.body).str()] = r.body;
      return {.status = 201};
    }
    if (r.method == "PUT") {
      manifests_[r.target] = {r.body, r.header("content-type")};
      manifests_["/v2/team/app/manifests/" + crypto::digest_of(r.body).str()] = {r.body,
                                                                                 r.header("content-type")};
      return {.status = 201,
              .headers = {{"Docker-Content-Digest", lie_.empty() ? crypto::digest_of(r.body).str() : lie_}}};
    }
    if (const auto blob = blobs_.find(r.target); blob != blobs_.end()) return {.body = blob->second};
    const auto found = manifests_.find(r.target);
    if (found == manifests_.end()) return {.status = 404, .body = "404 page not found"};
    std::vector<std::pair<std::string, std::string>> headers = {{"Content-Type", found->second.second}};
    if (digest_header_)
      headers.emplace_back("Docker-Content-Digest",
                           lie_.empty() ? crypto::digest_of(found->second.first).str() : lie_);
    return {.body = found->second.first, .headers = headers};
  }
  Reference ref(const std::string& rest) const {
    return Reference::parse(server_.authority() + "/team/app" + rest).value();
  }
  static std::string index() {
    return R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";
  }
  void store(const std::string& tag) {
    ASSERT_TRUE(client().put_manifest(ref(":" + tag), index(), kOciIndex));
  }
  RegistryClient& client() {
    if (!client_)
      client_ =
          std::make_unique<RegistryClient>(http_, RegistryOptions{.back_off = std::chrono::milliseconds(1)});
    return *client_;
  }

  std::vector<int> failures_;
  std::string lie_;
  bool digest_header_ = true;
  std::map<std::string, std::pair<std::string, std::string>> manifests_;
  std::map<std::string, std::string> blobs_;
  TestHttpServer server_;
  std::unique_ptr<http::Client> curl_ = http::make_curl_client({});
  std::unique_ptr<http::CredentialSource> credentials_ = http::no_credentials();
  http::AuthenticatedClient http_{*curl_, *credentials_, system_clock()};
  std::unique_ptr<RegistryClient> client_;
};

TEST_F(RegistryClientTest, ResolvesByHead) {
  store("v1");
  const auto found = client().resolve(ref(":v1")).value();
  EXPECT_EQ(found.digest, crypto::digest_of(index()));
  EXPECT_EQ(found.media_type, kOciIndex);
  EXPECT_EQ(found.size, static_cast<std::int64_t>(index().size()));
  const auto last = server_.requests().back();
  EXPECT_EQ(last.method, "HEAD");
  for (const auto type : {kOciIndex, kOciImage, kDockerList, kDockerImage})
    EXPECT_THAT(last.header("accept"), HasSubstr(std::string(type)));
}

TEST_F(RegistryClientTest, ResolvesByGetWithoutDigestHeader) {
  store("v1");
  digest_header_ = false;
  EXPECT_EQ(client().resolve(ref(":v1")).value().digest, crypto::digest_of(index()));
  EXPECT_EQ(server_.requests().back().method, "GET");
}

TEST_F(RegistryClientTest, AbsentIsNotFoundAlsoWithATextBody) {
  EXPECT_EQ(client().resolve(ref(":none")).error().code(), ErrorCode::image_not_found);
  const auto error = client().manifest(ref(":none")).error();
  EXPECT_EQ(error.code(), ErrorCode::image_not_found);
  EXPECT_THAT(error.what(), HasSubstr("404 404 page not found"));
}

TEST_F(RegistryClientTest, RepeatsReadsAfterServerErrors) {
  store("v1");
  failures_ = {500, 503};
  EXPECT_TRUE(client().resolve(ref(":v1")));
  failures_ = {500, 500, 500, 500, 500};
  EXPECT_EQ(client().manifest(ref(":v1")).error().code(), ErrorCode::server_error);
  EXPECT_EQ(failures_.size(), 1u);
  failures_ = {500};
  EXPECT_EQ(client().put_manifest(ref(":v2"), index(), kOciIndex).error().code(), ErrorCode::server_error);
}

TEST_F(RegistryClientTest, OtherRefusals) {
  store("v1");
  const std::pair<int, ErrorCode> cases[] = {{401, ErrorCode::unauthorized},
                                             {403, ErrorCode::forbidden},
                                             {429, ErrorCode::too_many_requests},
                                             {400, ErrorCode::bad_response}};
  for (const auto& [status, code] : cases) {
    failures_ = {status};
    EXPECT_EQ(client().manifest(ref(":v1")).error().code(), code) << status;
  }
}

TEST_F(RegistryClientTest, BytesMustBeTheDigests) {
  store("v1");
  const auto good = crypto::digest_of(index());
  EXPECT_EQ(client().manifest(ref("@" + good.str())).value().manifest.digest, good);
  manifests_["/v2/team/app/manifests/" + good.str()].first += " ";
  EXPECT_EQ(client().manifest(ref("@" + good.str())).error().code(), ErrorCode::digest_differs);
  EXPECT_EQ(client().resolve(ref("@" + good.str())).error().code(), ErrorCode::digest_differs);
}

TEST_F(RegistryClientTest, HeaderTypeMustAgree) {
  store("v1");
  manifests_["/v2/team/app/manifests/v1"].second = std::string(kDockerList);
  EXPECT_EQ(client().manifest(ref(":v1")).error().code(), ErrorCode::media_type_differs);
}

TEST_F(RegistryClientTest, PushedDigestIsCompared) {
  lie_ = "sha256:" + std::string(64, '0');
  EXPECT_EQ(client().put_manifest(ref(":v1"), index(), kOciIndex).error().code(), ErrorCode::digest_differs);
}

TEST_F(RegistryClientTest, Blobs) {
  const std::string bytes = "{\"created\":\"2026-11-24T07:00:00Z\",\"x\":1.5}";
  const auto repository = ref("");
  const auto digest = client().put_blob(repository, bytes).value();
  EXPECT_TRUE(client().has_blob(repository, digest).value());
  EXPECT_EQ(client().blob(repository, digest, 1000).value(), bytes);
  EXPECT_EQ(client().blob(repository, digest, 5).error().code(), ErrorCode::limit_exceeded);
  const auto before = server_.requests().size();
  EXPECT_TRUE(client().put_blob(repository, bytes));
  EXPECT_EQ(server_.requests().size(), before + 1);  // HEAD alone
  Manifest image{.digest = digest,
                 .config = Descriptor{"c", digest, static_cast<std::int64_t>(bytes.size())}};
  EXPECT_EQ(client().creation_time(repository, image).value(), "2026-11-24T07:00:00Z");
  blobs_["/v2/team/app/blobs/" + digest.str()] = "other";
  EXPECT_EQ(client().blob(repository, digest, 1000).error().code(), ErrorCode::digest_differs);
  EXPECT_FALSE(client().has_blob(repository, crypto::digest_of("none")).value());
}

TEST_F(RegistryClientTest, AsksForRepositoryScope) {
  store("v1");
  for (const auto& r : server_.requests())
    EXPECT_TRUE(r.target.starts_with("/v2/team/app/") || r.target.starts_with("/upload")) << r.target;
  EXPECT_EQ(client().resolve(ref("")).error().code(), ErrorCode::usage);
}

TEST_F(RegistryClientTest, FarRegistriesNeverFallBackToPlainHttp) {
  struct Refusing final : http::Client {
    std::vector<Result<http::Response>> send_all(const std::vector<http::Request>& requests) override {
      std::vector<Result<http::Response>> out;
      for (const auto& r : requests) {
        asked.push_back(r.url.origin() + (r.skip_certificate_check ? " unchecked" : ""));
        out.push_back(fail(ErrorCode::tls_failed, "no"));
      }
      return out;
    }
    std::vector<std::string> asked;
  } refusing;
  http::AuthenticatedClient http(refusing, *credentials_, system_clock());
  RegistryClient far(http, {.insecure_hosts = {"lab.example:5000"}});
  EXPECT_EQ(far.resolve(Reference::parse("reg.example/a:1").value()).error().code(), ErrorCode::tls_failed);
  EXPECT_THAT(refusing.asked, ::testing::ElementsAre("https://reg.example"));
  refusing.asked.clear();
  EXPECT_FALSE(far.resolve(Reference::parse("lab.example:5000/a:1").value()));
  EXPECT_THAT(refusing.asked,
              ::testing::ElementsAre("https://lab.example:5000", "https://lab.example:5000 unchecked",
                                     "http://lab.example:5000"));
}

}  // namespace
}  // namespace boltseal::registry
