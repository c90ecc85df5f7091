#include "transport/notary_http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "tests/support/test_http_server.h"

namespace boltseal::transport {
namespace {

using boltseal::testing::TestAnswer;
using boltseal::testing::TestHttpServer;
using boltseal::testing::TestRequest;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class ZeroRandom final : public crypto::Random {
 public:
  void fill(std::span<std::uint8_t> out) override { std::fill(out.begin(), out.end(), std::uint8_t{0xab}); }
};

class NotaryHttpTest : public ::testing::Test {
 protected:
  NotaryHttpTest() : server_([this](const TestRequest& r) { return handler_ ? handler_(r) : answer_; }) {}

  std::unique_ptr<Transport> make(const std::string& gun = "127.0.0.1:5000/team/app") {
    return notary_http(http_, {.base_url = server_.url() + "/", .gun = Gun::parse(gun).value()}, random_)
        .value();
  }
  TestAnswer refusal(int status, const std::string& code, const std::string& detail = {}) const {
    return {.status = status,
            .body = R"({"errors":[{"code":")" + code +
                    R"(","message":"said)"
                    "\x7f"
                    R"(")" +
                    (detail.empty() ? "" : ",\"detail\":" + detail) + "}]}\n"};
  }

  TestAnswer answer_;
  TestHttpServer::Handler handler_;
  TestHttpServer server_;
  std::unique_ptr<http::Client> client_ = http::make_curl_client({});
  std::unique_ptr<http::CredentialSource> credentials_ = http::no_credentials();
  http::AuthenticatedClient http_{*client_, *credentials_, system_clock()};
  ZeroRandom random_;
};

TEST_F(NotaryHttpTest, AsksAsNotarysClient) {
  answer_.body = "{}";
  const auto transport = make();
  EXPECT_TRUE(transport->current(RoleName::timestamp(), 100));
  EXPECT_TRUE(transport->by_version(RoleName::root(), 3, 100));
  EXPECT_TRUE(transport->by_hash(RoleName::releases(), Sha256{}, 100));
  EXPECT_TRUE(transport->server_key(RoleName::snapshot()));
  EXPECT_TRUE(transport->rotate_server_key(RoleName::timestamp()));
  EXPECT_TRUE(transport->remove_all());
  std::vector<std::string> seen;
  for (const auto& r : server_.requests()) seen.push_back(r.method + " " + r.target);
  const std::string base = "/v2/127.0.0.1:5000/team/app/_trust/tuf/";
  EXPECT_THAT(seen, ::testing::ElementsAre(
                        "GET " + base + "timestamp.json", "GET " + base + "3.root.json",
                        "GET " + base + "targets/releases." + std::string(64, '0') + ".json",
                        "GET " + base + "snapshot.key", "POST " + base + "timestamp.key", "DELETE " + base));
}

TEST_F(NotaryHttpTest, PublishesAsNotarysClient) {
  const auto transport = make();
  ASSERT_TRUE(transport->publish({{RoleName::root(), "R", 1}, {RoleName::releases(), "T\r\n", {}}}));
  const auto request = server_.requests().at(0);
  std::string boundary;
  for (int i = 0; i < 30; ++i) boundary += "ab";
  EXPECT_EQ(request.header("content-type"), "multipart/form-data; boundary=" + boundary);
  EXPECT_EQ(request.body,
            "--" + boundary +
                "\r\nContent-Disposition: form-data; name=\"files\"; filename=\"root\"\r\nContent-Type: "
                "application/octet-stream\r\n\r\nR\r\n--" +
                boundary +
                "\r\nContent-Disposition: form-data; name=\"files\"; "
                "filename=\"targets/releases\"\r\nContent-Type: application/octet-stream\r\n\r\nT\r\n\r\n--" +
                boundary + "--\r\n");
  ASSERT_TRUE(transport->publish({}));
  EXPECT_EQ(server_.requests().at(1).body.size(), 68u);
}

TEST_F(NotaryHttpTest, TellsAbsentFromRefused) {
  const struct {
    int status;
    ErrorCode code;
    const char* text;
  } cases[] = {
      {404, ErrorCode::no_trust_data, "remote trust data does not exist for 127.0.0.1:5000/team/app: "},
      {401, ErrorCode::unauthorized,
       "you are not authorized to perform this operation: server returned 401."},
      {403, ErrorCode::forbidden, "unable to reach trust server at this time: 403."},
      {429, ErrorCode::too_many_requests, "unable to reach trust server at this time: 429."},
      {500, ErrorCode::server_error, "unable to reach trust server at this time: 500."},
      {503, ErrorCode::server_error, "unable to reach trust server at this time: 503."},
      {301, ErrorCode::bad_response, "unable to reach trust server at this time: 301."},
      {204, ErrorCode::bad_response, "unable to reach trust server at this time: 204."},
  };
  for (const auto& [status, code, text] : cases) {
    answer_ = TestAnswer{.status = status};
    const auto error = make()->current(RoleName::root(), 100).error();
    EXPECT_EQ(error.code(), code) << status;
    EXPECT_THAT(error.what(), HasSubstr(text));
  }
  answer_ = TestAnswer{.status = 404, .body = "404 page not found"};
  EXPECT_EQ(make()->current(RoleName::timestamp(), 100).error().code(), ErrorCode::metadata_missing);
}

TEST_F(NotaryHttpTest, UnreachableIsNotAbsent) {
  answer_ =
      TestAnswer{.raw = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", .then = TestAnswer::Then::reset};
  EXPECT_EQ(make()->current(RoleName::root(), 100).error().code(), ErrorCode::unreachable);
}

TEST_F(NotaryHttpTest, NeverFollowsRedirects) {
  answer_ = TestAnswer{.status = 301, .headers = {{"Location", server_.url() + "/other"}}};
  const auto error = make()->current(RoleName::timestamp(), 100).error();
  EXPECT_EQ(error.code(), ErrorCode::bad_response);
  EXPECT_THAT(error.hint(), HasSubstr("/other"));
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(NotaryHttpTest, DecodesRefusedUpdates) {
  const struct {
    const char* code;
    const char* detail;
    ErrorCode expected;
    const char* text;
  } cases[] = {
      {"VERSION", "{}", ErrorCode::conflict, "trust server rejected operation. Reason: said"},
      {"INVALID_UPDATE", R"({"Name":"ErrBadRoot","Error":{"Msg":"no\u001b[31m"}})", ErrorCode::update_refused,
       "Reason: The root metadata is invalid: no\\x1b[31m"},
      {"INVALID_UPDATE", R"({"Name":"ErrBadHierarchy","Error":{"Msg":"m","Missing":"snapshot"}})",
       ErrorCode::update_refused, "Reason: Metadata hierarchy is incomplete: m"},
      {"INVALID_UPDATE", R"({"Name":"ErrValidation","Error":{"Msg":"v"}})", ErrorCode::update_refused,
       "Reason: An error occurred during validation: v"},
      {"INVALID_GUN", R"("Require GUNs with prefix: [docker.io/]")", ErrorCode::bad_name,
       "Reason: Require GUNs with prefix: [docker.io/]"},
      {"INVALID_ROLE", R"("x")", ErrorCode::bad_role, "Reason: x"},
      {"MALFORMED_JSON", "", ErrorCode::bad_format, "Reason: said"},
  };
  for (const auto& [code, detail, expected, text] : cases) {
    answer_ = refusal(400, code, detail);
    const auto error = make()->publish({{RoleName::targets(), "{}", {}}}).error();
    EXPECT_EQ(error.code(), expected) << code;
    EXPECT_THAT(error.what(), HasSubstr(text));
    EXPECT_EQ(error.what().find('\x7f'), std::string::npos);
  }
  answer_ = TestAnswer{.status = 400, .body = "<html>"};
  EXPECT_THAT(make()->publish({}).error().what(), EndsWith("trust server rejected operation."));
  answer_ = TestAnswer{.status = 413};
  EXPECT_THAT(make()->publish({}).error().what(),
              HasSubstr("unable to reach trust server at this time: 413."));
}

TEST_F(NotaryHttpTest, ScopesCarryTheWholeGun) {
  handler_ = [this](const TestRequest& r) -> TestAnswer {
    if (r.target.starts_with("/token")) return {.body = R"({"token":"t"})"};
    if (r.header("authorization") == "Bearer t") return {.body = "{}"};
    return {.status = 401,
            .headers = {
                {"Www-Authenticate", "Bearer realm=\"" + server_.url() +
                                         "/token\",service=\"notary-server\",scope=\"repository:evil:*\""}}};
  };
  const auto transport = make();
  EXPECT_TRUE(transport->current(RoleName::root(), 100));
  EXPECT_TRUE(transport->publish({}));
  EXPECT_TRUE(transport->remove_all());
  std::vector<std::string> tokens;
  for (const auto& r : server_.requests()) {
    if (r.target.starts_with("/token")) tokens.push_back(r.target);
  }
  EXPECT_THAT(
      tokens,
      ::testing::ElementsAre(
          "/token?scope=repository%3A127.0.0.1%3A5000%2Fteam%2Fapp%3Apull&service=notary-server",
          "/token?scope=repository%3A127.0.0.1%3A5000%2Fteam%2Fapp%3Apush%2Cpull&service=notary-server",
          "/token?scope=repository%3A127.0.0.1%3A5000%2Fteam%2Fapp%3A%2A&service=notary-server"));
}

TEST_F(NotaryHttpTest, ChecksItsArguments) {
  const auto gun = Gun::parse("a/b").value();
  EXPECT_EQ(notary_http(http_, {.base_url = "notary.example", .gun = gun}, random_).error().code(),
            ErrorCode::bad_config);
  EXPECT_EQ(notary_http(http_, {.base_url = "https://h/?x", .gun = gun}, random_).error().code(),
            ErrorCode::bad_config);
  EXPECT_EQ(notary_http(http_, {.base_url = "http://notary.example", .gun = gun}, random_).error().code(),
            ErrorCode::usage);
  EXPECT_TRUE(notary_http(http_, {.base_url = "http://notary.example", .gun = gun, .allow_plain_http = true},
                          random_));
  const auto transport = make();
  EXPECT_EQ(transport->server_key(RoleName::root()).error().code(), ErrorCode::bad_role);
  const auto odd = RoleName::parse_tuf1("../x").value();
  EXPECT_EQ(transport->current(odd, 10).error().code(), ErrorCode::bad_role);
  EXPECT_EQ(transport->publish({{odd, "{}", {}}}).error().code(), ErrorCode::bad_role);
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(NotaryHttpTest, MissingKeyIsToldApart) {
  answer_ = TestAnswer{.status = 404};
  EXPECT_EQ(make()->server_key(RoleName::snapshot()).error().code(), ErrorCode::key_missing);
  answer_ = refusal(500, "UNKNOWN", "{}");
  EXPECT_EQ(make()->server_key(RoleName::snapshot()).error().code(), ErrorCode::server_error);
}

TEST_F(NotaryHttpTest, Tuf1NamesAreEncoded) {
  answer_.body = "{}";
  const auto transport =
      tuf1_http(http_, {.base_url = server_.url() + "/sub", .gun = Gun::parse("a.example/b").value()},
                random_)
          .value();
  EXPECT_TRUE(transport->by_version(RoleName::parse_tuf1("../x").value(), 2, 100));
  EXPECT_TRUE(transport->current(RoleName::timestamp(), 100));
  EXPECT_EQ(server_.requests().at(0).target, "/sub/v2/a.example/b/_trust/tuf1/metadata/2." +
                                                 RoleName::parse_tuf1("../x").value().encoded_file());
  EXPECT_EQ(server_.requests().at(1).target, "/sub/v2/a.example/b/_trust/tuf1/metadata/timestamp.json");
  EXPECT_EQ(transport->by_hash(RoleName::targets(), {}, 10).error().code(), ErrorCode::usage);
  EXPECT_EQ(transport->publish({{RoleName::targets(), "{}", {}}}).error().code(), ErrorCode::usage);
}

}  // namespace
}  // namespace boltseal::transport
