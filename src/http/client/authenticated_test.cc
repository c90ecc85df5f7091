#include "http/client/authenticated.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/test_http_server.h"

namespace boltseal::http {
namespace {

using boltseal::testing::TestAnswer;
using boltseal::testing::TestHttpServer;
using boltseal::testing::TestRequest;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kBasicUp = "Basic dTpw";  // u:p

Credential user() {
  Credential c;
  c.username = "u";
  c.password = Secret::of_text("p");
  return c;
}

/// A protected server whose token endpoint is on the same port.
class AuthenticatedTest : public ::testing::Test {
 protected:
  AuthenticatedTest()
      : server_([this](const TestRequest& r) { return answer(r); }),
        client_(make_curl_client({})),
        clock_(Time(std::chrono::hours(24 * 20'000))) {}

  TestAnswer answer(const TestRequest& r) {
    if (r.target.starts_with("/token")) return token_answer(r);
    if (r.header("authorization") == "Bearer " + good_token_) return {.body = "secret of " + r.target};
    return {.status = 401,
            .body = "no",
            .headers = {{"WWW-Authenticate", challenge_.empty() ? bearer() : challenge_}}};
  }
  TestAnswer token_answer(const TestRequest& r) {
    if (r.method == "POST" && !post_allowed_) return {.status = 405};
    if (token_status_ != 200) return {.status = token_status_, .body = "go away\x1b[31m"};
    return {.body = "{\"token\":\"" + good_token_ + "\",\"expires_in\":100}"};
  }
  std::string bearer() const {
    return "Bearer realm=\"" + server_.url() + "/token\",service=\"svc\",scope=\"repository:other:pull\"";
  }
  Request get(const std::string& path) const { return Request(Url::parse(server_.url() + path).value()); }
  std::vector<std::string> token_requests() const {
    std::vector<std::string> out;
    for (const auto& r : server_.requests()) {
      if (r.target.starts_with("/token")) out.push_back(r.method + " " + r.target);
    }
    return out;
  }

  std::string good_token_ = "tok";
  std::string challenge_;
  int token_status_ = 200;
  bool post_allowed_ = true;
  TestHttpServer server_;
  std::unique_ptr<Client> client_;
  FixedClock clock_;
  Access access_{"reg.example", {"repository:reg.example/app:pull,push"}};
};

TEST_F(AuthenticatedTest, AnonymousToken) {
  auto source = no_credentials();
  AuthenticatedClient http(*client_, *source, clock_);
  EXPECT_EQ(http.send(get("/a"), access_).value().body, "secret of /a");
  EXPECT_THAT(
      token_requests(),
      ::testing::ElementsAre("GET /token?scope=repository%3Areg.example%2Fapp%3Apull%2Cpush&service=svc"));
  EXPECT_EQ(server_.requests().at(1).header("authorization"), "");
}

TEST_F(AuthenticatedTest, TokenWithPasswordIsReusedUntilItExpires) {
  auto source = fixed_credentials(user());
  AuthenticatedClient http(*client_, *source, clock_);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(http.send(get("/a"), access_));
  ASSERT_EQ(token_requests().size(), 1u);
  EXPECT_THAT(token_requests()[0], StartsWith("GET /token?account=u&scope="));
  EXPECT_EQ(server_.requests().at(1).header("authorization"), kBasicUp);
  EXPECT_EQ(server_.requests().size(), 5u);  // one 401 in all
  clock_.advance(std::chrono::seconds(101));
  EXPECT_TRUE(http.send(get("/a"), access_));
  EXPECT_EQ(token_requests().size(), 2u);
  Access push = access_;
  push.scopes = {"repository:reg.example/app:*"};
  EXPECT_TRUE(http.send(get("/a"), push));
  EXPECT_EQ(token_requests().size(), 3u);
}

TEST_F(AuthenticatedTest, RevokedTokenIsReplacedOnce) {
  auto source = no_credentials();
  AuthenticatedClient http(*client_, *source, clock_);
  EXPECT_TRUE(http.send(get("/a"), access_));
  good_token_ = "tok2";
  EXPECT_EQ(http.send(get("/a"), access_).value().status, 200);
  EXPECT_EQ(token_requests().size(), 2u);
}

TEST_F(AuthenticatedTest, SecondRefusalIsTheAnswer) {
  auto source = fixed_credentials(user());
  AuthenticatedClient http(*client_, *source, clock_);
  TestHttpServer stubborn([&](const TestRequest&) {
    return TestAnswer{.status = 401, .headers = {{"WWW-Authenticate", "Basic realm=\"x\""}}};
  });
  Request request(Url::parse(stubborn.url()).value());
  EXPECT_EQ(http.send(request, access_).value().status, 401);
  EXPECT_EQ(stubborn.requests().size(), 2u);
  EXPECT_EQ(http.send(request, access_).value().status, 401);
  EXPECT_EQ(stubborn.requests().size(), 3u);  // the same password is not sent twice
}

TEST_F(AuthenticatedTest, IdentityTokenByPost) {
  Credential c;
  c.identity_token = Secret::of_text("id/t");
  auto source = fixed_credentials(std::move(c));
  AuthenticatedClient http(*client_, *source, clock_);
  EXPECT_TRUE(http.send(get("/a"), access_));
  const auto post = server_.requests().at(1);
  EXPECT_EQ(post.method, "POST");
  EXPECT_EQ(post.header("content-type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(post.body,
            "client_id=docker&grant_type=refresh_token&refresh_token=id%2Ft&scope=repository%3Areg.example%"
            "2Fapp%3Apull%2Cpush&service=svc");
}

TEST_F(AuthenticatedTest, IdentityTokenFallsBackToGet) {
  post_allowed_ = false;
  Credential c;
  c.identity_token = Secret::of_text("idt");
  auto source = fixed_credentials(std::move(c));
  AuthenticatedClient http(*client_, *source, clock_);
  EXPECT_EQ(http.send(get("/a"), access_).value().status, 200);
  EXPECT_EQ(server_.requests().at(2).header("authorization"), "Basic OmlkdA==");  // ":idt"
}

TEST_F(AuthenticatedTest, RegistryTokenIsForRegistriesAlone) {
  Credential c;
  c.registry_token = Secret::of_text("tok");
  auto source = fixed_credentials(std::move(c));
  AuthenticatedClient http(*client_, *source, clock_);
  Access registry = access_;
  registry.use_registry_token = true;
  EXPECT_EQ(http.send(get("/a"), registry).value().status, 200);
  EXPECT_TRUE(token_requests().empty());
  EXPECT_EQ(http.send(get("/a"), access_).value().status, 200);
  EXPECT_EQ(token_requests().size(), 1u);
}

TEST_F(AuthenticatedTest, BasicChallenge) {
  challenge_ = "Basic realm=\"x\"";
  auto none = no_credentials();
  AuthenticatedClient anonymous(*client_, *none, clock_);
  const auto error = anonymous.send(get("/a"), access_).error();
  EXPECT_EQ(error.code(), ErrorCode::unauthorized);
  EXPECT_THAT(error.what(), HasSubstr("no basic auth credentials"));
  EXPECT_THAT(error.hint(), HasSubstr("docker login reg.example"));
  auto source = fixed_credentials(user());
  AuthenticatedClient http(*client_, *source, clock_);
  EXPECT_EQ(http.send(get("/a"), access_).value().status, 401);
  EXPECT_EQ(server_.requests().back().header("authorization"), kBasicUp);
}

TEST_F(AuthenticatedTest, TokenServerErrors) {
  const struct {
    int status;
    ErrorCode code;
  } cases[] = {{401, ErrorCode::unauthorized},
               {403, ErrorCode::forbidden},
               {429, ErrorCode::too_many_requests},
               {500, ErrorCode::server_error},
               {418, ErrorCode::bad_response}};
  for (const auto& [status, code] : cases) {
    token_status_ = status;
    auto source = no_credentials();
    AuthenticatedClient http(*client_, *source, clock_);
    const auto error = http.send(get("/a"), access_).error();
    EXPECT_EQ(error.code(), code) << status;
    EXPECT_EQ(error.what().find('\x1b'), std::string::npos);
  }
}

TEST_F(AuthenticatedTest, BadRealmsGetNothing) {
  auto source = fixed_credentials(user());
  for (const char* challenge :
       {"Bearer realm=\"http://evil.example/token\"", "Bearer realm=\"file:///etc/passwd\"",
        "Bearer service=\"x\"", "Bearer realm=\"http://u:p@127.0.0.1/\"", "Bearer realm=\"unclosed"}) {
    challenge_ = challenge;
    AuthenticatedClient http(*client_, *source, clock_);
    EXPECT_EQ(http.send(get("/a"), access_).error().code(), ErrorCode::bad_response) << challenge;
  }
  challenge_ = "Negotiate";
  AuthenticatedClient http(*client_, *source, clock_);
  EXPECT_EQ(http.send(get("/a"), access_).error().code(), ErrorCode::unauthorized);
}

TEST_F(AuthenticatedTest, BearerIsPreferred) {
  challenge_ = "Basic realm=\"b\", " + bearer();
  auto source = fixed_credentials(user());
  AuthenticatedClient http(*client_, *source, clock_);
  EXPECT_EQ(http.send(get("/a"), access_).value().status, 200);
}

TEST_F(AuthenticatedTest, ScopesOfTheChallengeWhereNoneAreGiven) {
  auto source = no_credentials();
  AuthenticatedClient http(*client_, *source, clock_);
  Access open = access_;
  open.scopes.clear();
  EXPECT_TRUE(http.send(get("/a"), open));
  EXPECT_THAT(token_requests().at(0), HasSubstr("scope=repository%3Aother%3Apull"));
}

TEST_F(AuthenticatedTest, ManyShareOneToken) {
  auto source = fixed_credentials(user());
  AuthenticatedClient http(*client_, *source, clock_);
  std::vector<Request> requests;
  for (int i = 0; i < 8; ++i) requests.push_back(get("/" + std::to_string(i)));
  const auto answers = http.send_all(requests, access_);
  for (std::size_t i = 0; i < answers.size(); ++i)
    EXPECT_EQ(answers[i].value().body, "secret of /" + std::to_string(i));
  EXPECT_EQ(token_requests().size(), 1u);
  EXPECT_EQ(server_.requests().size(), 10u);
}

TEST_F(AuthenticatedTest, PasswordsNeedTlsBeyondLoopback) {
  // Over plain HTTP to a far host the request itself would be allowed; its password is not.
  struct Far final : Client {
    std::vector<Result<Response>> send_all(const std::vector<Request>& requests) override {
      std::vector<Result<Response>> out;
      for (const auto& request : requests) {
        secrets += request.authorization != nullptr ? 1 : 0;
        Response response(request.url);
        response.status = 401;
        response.headers = {{"Www-Authenticate", header}};
        out.emplace_back(std::move(response));
      }
      return out;
    }
    int secrets = 0;
    std::string header = "Basic realm=\"x\"";
  } far;
  auto source = fixed_credentials(user());
  AuthenticatedClient http(far, *source, clock_);
  Request request(Url::parse("http://reg.example/").value());
  request.allow_plain_http = true;
  EXPECT_EQ(http.send(request, access_).error().code(), ErrorCode::unauthorized);
  Request unchecked(Url::parse("https://reg.example/").value());
  unchecked.skip_certificate_check = true;
  EXPECT_EQ(http.send(unchecked, access_).error().code(), ErrorCode::unauthorized);
  // A far server may not make us ask this machine's own services without TLS.
  far.header = "Bearer realm=\"http://127.0.0.1:80/token\"";
  EXPECT_EQ(http.send(Request(Url::parse("https://reg.example/").value()), access_).error().code(),
            ErrorCode::bad_response);
  EXPECT_EQ(far.secrets, 0);
}

}  // namespace
}  // namespace boltseal::http
