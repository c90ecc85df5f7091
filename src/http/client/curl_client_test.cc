#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "http/client/client.h"
#include "tests/support/test_http_server.h"

namespace boltseal::http {
namespace {

using boltseal::testing::TestAnswer;
using boltseal::testing::TestHttpServer;
using boltseal::testing::TestRequest;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

TestAnswer text(std::string body) { return {.body = std::move(body)}; }
TestAnswer raw(std::string bytes, TestAnswer::Then then = TestAnswer::Then::close) {
  return {.raw = std::move(bytes), .then = then};
}

Request get(const std::string& url) { return Request(Url::parse(url).value()); }

ErrorCode code_for(const TestAnswer& answer, std::size_t limit = 1000, ClientOptions options = {}) {
  TestHttpServer server([&](const TestRequest&) { return answer; });
  auto client = make_curl_client(std::move(options));
  auto request = get(server.url());
  request.body_limit = limit;
  request.deadline = milliseconds(5000);
  const auto response = client->send(request);
  return response ? ErrorCode::internal : response.error().code();
}

TEST(CurlClient, SendsAndReceives) {
  TestHttpServer server([](const TestRequest& r) {
    return TestAnswer{
        .status = 201, .body = r.method + " " + r.target + " " + r.body, .headers = {{"X-Y", " z "}}};
  });
  auto client = make_curl_client({.user_agent = "agent/1"});
  auto request = get(server.url() + "/a/../b%2F//c?q=1");
  request.method = "PUT";
  request.body = std::string("x\0y", 3);
  request.headers = {{"Content-Type", "text/x"}};
  const auto response = client->send(request).value();
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "PUT /a/../b%2F//c?q=1 " + request.body);
  ASSERT_NE(response.find("x-y"), nullptr);
  EXPECT_EQ(*response.find("x-y"), "z");
  EXPECT_GE(response.body.capacity() - response.body.size(), 64u);
  const auto seen = server.requests().at(0);
  EXPECT_EQ(seen.header("user-agent"), "agent/1");
  EXPECT_EQ(seen.header("accept-encoding"), "identity");
  EXPECT_EQ(seen.header("content-type"), "text/x");
  EXPECT_EQ(seen.headers.count("expect"), 0u);
  EXPECT_EQ(seen.headers.count("accept"), 0u);
}

TEST(CurlClient, SpeaksAllMethods) {
  TestHttpServer server([](const TestRequest&) { return text("body"); });
  auto client = make_curl_client({});
  for (const char* method : {"GET", "HEAD", "POST", "DELETE", "PATCH"}) {
    auto request = get(server.url());
    request.method = method;
    const auto response = client->send(request).value();
    EXPECT_EQ(response.body, std::string(method) == "HEAD" ? "" : "body");
    EXPECT_EQ(server.requests().back().method, method);
  }
  EXPECT_EQ(server.requests().at(2).header("content-length"), "0");
}

TEST(CurlClient, KeepsConnections) {
  TestHttpServer server([](const TestRequest&) { return text("x"); });
  auto client = make_curl_client({});
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(client->send(get(server.url())));
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlClient, SendsSideBySide) {
  TestHttpServer server([](const TestRequest& r) {
    usleep(100'000);
    return text(r.target);
  });
  auto client = make_curl_client({});
  std::vector<Request> requests;
  for (int i = 0; i < 20; ++i) requests.push_back(get(server.url() + "/" + std::to_string(i)));
  const auto begin = std::chrono::steady_clock::now();
  const auto answers = client->send_all(requests);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(1500));
  ASSERT_EQ(answers.size(), 20u);
  for (std::size_t i = 0; i < answers.size(); ++i)
    EXPECT_EQ(answers[i].value().body, "/" + std::to_string(i));
}

TEST(CurlClient, HandsTrailersOverApart) {
  const std::string head =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: head\r\n\r\n5\r\nhello\r\n0\r\n";
  TestHttpServer server([&](const TestRequest& r) {
    if (r.target == "/bad") return raw(head + "Grpc Status: 0\r\n\r\n");
    if (r.target == "/many") {
      std::string fields;
      for (int i = 0; i < 300; ++i) fields += "X: y\r\n";
      return raw(head + fields + "\r\n");
    }
    return raw(head + "Grpc-Status:  0 \r\nA: trailer\r\nContent-Length: 3\r\n\r\n");
  });
  auto client = make_curl_client({});
  const auto answer = client->send(get(server.url())).value();
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(*answer.find("a"), "head");
  EXPECT_EQ(*answer.find_trailer("grpc-status"), "0");
  EXPECT_EQ(*answer.find_trailer("a"), "trailer");
  EXPECT_EQ(answer.find("grpc-status"), nullptr);
  EXPECT_EQ(answer.find_trailer("b"), nullptr);
  EXPECT_EQ(client->send(get(server.url() + "/bad")).error().code(), ErrorCode::bad_response);
  EXPECT_EQ(client->send(get(server.url() + "/many")).error().code(), ErrorCode::limit_exceeded);
}

TEST(CurlClient, AnswersOfManyAreTheirOwn) {
  TestHttpServer server(
      [](const TestRequest& r) { return r.target == "/bad" ? raw("rubbish\r\n\r\n") : text("ok"); });
  auto client = make_curl_client({});
  const auto answers = client->send_all(
      {get(server.url()), get("http://example.invalid/"), get(server.url() + "/bad"), get(server.url())});
  EXPECT_TRUE(answers[0]);
  EXPECT_EQ(answers[1].error().code(), ErrorCode::usage);
  EXPECT_EQ(answers[2].error().code(), ErrorCode::bad_response);
  EXPECT_TRUE(answers[3]);
  EXPECT_TRUE(client->send_all({}).empty());
}

// TUF.md 9, X1: endless and slow bodies.
TEST(CurlClient, StopsEndlessBodies) {
  EXPECT_EQ(code_for(raw("HTTP/1.1 200 OK\r\n\r\n", TestAnswer::Then::endless)), ErrorCode::limit_exceeded);
  EXPECT_EQ(code_for(raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
                         TestAnswer::Then::endless)),
            ErrorCode::limit_exceeded);
  EXPECT_EQ(code_for(raw("HTTP/1.1 200 OK\r\nX: ", TestAnswer::Then::endless)), ErrorCode::limit_exceeded);
}

TEST(CurlClient, StopsSlowBodies) {
  ClientOptions options;
  options.low_speed_seconds = 1;
  EXPECT_EQ(code_for(raw("HTTP/1.1 200 OK\r\n\r\n", TestAnswer::Then::drip), 1000, options),
            ErrorCode::timed_out);
}

TEST(CurlClient, HasADeadline) {
  TestHttpServer server(
      [](const TestRequest&) { return raw("HTTP/1.1 200 OK\r\n\r\n", TestAnswer::Then::drip); });
  auto request = get(server.url());
  request.deadline = milliseconds(300);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(make_curl_client({})->send(request).error().code(), ErrorCode::timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(3000));
}

TEST(CurlClient, ChecksTheLengthBeforeReading) {
  EXPECT_EQ(code_for(raw("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", TestAnswer::Then::hang)),
            ErrorCode::limit_exceeded);
  EXPECT_EQ(code_for(raw("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551617\r\n\r\n",
                         TestAnswer::Then::hang)),
            ErrorCode::bad_response);
  EXPECT_EQ(code_for(text(std::string(1001, 'x'))), ErrorCode::limit_exceeded);
}

TEST(CurlClient, TakesExactlyTheLimit) {
  TestHttpServer server([](const TestRequest&) { return text(std::string(1000, 'x')); });
  auto request = get(server.url());
  request.body_limit = 1000;
  EXPECT_EQ(make_curl_client({})->send(request).value().body.size(), 1000u);
}

TEST(CurlClient, HeadMayAnnounceMoreThanTheLimit) {
  TestHttpServer server([](const TestRequest&) { return text(std::string(5000, 'x')); });
  auto request = get(server.url());
  request.method = "HEAD";
  request.body_limit = 0;
  EXPECT_EQ(*make_curl_client({})->send(request).value().find("Content-Length"), "5000");
}

// TUF.md 9, X2: compressed bodies, wrong lengths.
TEST(CurlClient, RefusesCompressedBodies) {
  EXPECT_EQ(code_for({.body = "\x1f\x8b", .headers = {{"Content-Encoding", "gzip"}}}),
            ErrorCode::bad_response);
  EXPECT_EQ(code_for({.body = "x", .headers = {{"content-encoding", "br, identity"}}}),
            ErrorCode::bad_response);
  EXPECT_EQ(code_for(raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")),
            ErrorCode::bad_response);
}

TEST(CurlClient, NoticesWrongLengths) {
  EXPECT_EQ(code_for(raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy")),
            ErrorCode::bad_response);
  EXPECT_EQ(code_for(raw("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nxy")), ErrorCode::bad_response);
}

TEST(CurlClient, AnAnswerThatIsCutOffIsANetworkError) {
  for (const char* text :
       {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"}) {
    EXPECT_EQ(code_for(raw(text)), ErrorCode::unreachable) << text;
  }
}

TEST(CurlClient, BytesBeyondTheLengthAreNotRead) {
  TestHttpServer server(
      [](const TestRequest&) { return raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabcdef"); });
  auto client = make_curl_client({});
  EXPECT_EQ(client->send(get(server.url())).value().body, "ab");
  EXPECT_EQ(client->send(get(server.url())).value().body, "ab");  // and never taken for the next answer
}

TEST(CurlClient, RefusesRubbish) {
  EXPECT_EQ(code_for(raw("hello\r\n\r\n")), ErrorCode::bad_response);
  EXPECT_EQ(code_for(raw("HTTP/1.1 200 OK\r\nno colon here\r\n\r\n")), ErrorCode::bad_response);
  EXPECT_EQ(code_for(raw("HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n")), ErrorCode::bad_response);
  EXPECT_EQ(code_for(raw("HTTP/1.1 999 Odd\r\n\r\n")), ErrorCode::bad_response);
  std::string many = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 300; ++i) many += "A: b\r\n";
  EXPECT_EQ(code_for(raw(many + "\r\n")), ErrorCode::limit_exceeded);
}

TEST(CurlClient, ReportsLostConnections) {
  EXPECT_EQ(code_for(raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", TestAnswer::Then::reset)),
            ErrorCode::unreachable);
  std::string closed;
  {
    closed = TestHttpServer([](const TestRequest&) { return TestAnswer(); }).url();
  }
  const auto error = make_curl_client({})->send(get(closed + "/v2/x")).error();
  EXPECT_EQ(error.code(), ErrorCode::unreachable);
  EXPECT_THAT(error.what(), HasSubstr("GET " + closed + "/v2/x"));
  EXPECT_FALSE(error.hint().empty());
}

TEST(CurlClient, RefusesPlainHttpBeyondLoopback) {
  auto request = get("http://192.0.2.1/");
  request.deadline = milliseconds(50);
  EXPECT_EQ(make_curl_client({})->send(request).error().code(), ErrorCode::usage);
  request.allow_plain_http = true;
  EXPECT_NE(make_curl_client({})->send(request).error().code(), ErrorCode::usage);
}

TEST(CurlClient, RedirectsOnlyWhenAsked) {
  TestHttpServer server([](const TestRequest& r) {
    return r.target == "/a" ? TestAnswer{.status = 302, .headers = {{"Location", "b?x=1"}}}
                            : text(r.target + r.header("authorization"));
  });
  auto client = make_curl_client({});
  auto request = get(server.url() + "/a");
  EXPECT_EQ(client->send(request).value().status, 302);
  request.max_redirects = 1;
  request.authorization = std::make_shared<Secret>(Secret::of_text("Bearer t"));
  const auto response = client->send(request).value();
  EXPECT_EQ(response.body, "/b?x=1Bearer t");
  EXPECT_EQ(response.url.path(), "/b");
  request.method = "POST";
  EXPECT_EQ(client->send(request).value().status, 302);
}

TEST(CurlClient, NeverSendsAuthorizationToAnotherOrigin) {
  TestHttpServer other([](const TestRequest& r) { return text("auth:" + r.header("authorization")); });
  TestHttpServer server([&](const TestRequest&) {
    return TestAnswer{.status = 307, .headers = {{"Location", other.url() + "/s3"}}};
  });
  auto request = get(server.url() + "/blob");
  request.max_redirects = 5;
  request.authorization = std::make_shared<Secret>(Secret::of_text("Basic c2VjcmV0"));
  EXPECT_EQ(make_curl_client({})->send(request).value().body, "auth:");
  EXPECT_EQ(server.requests().at(0).header("authorization"), "Basic c2VjcmV0");
}

TEST(CurlClient, RedirectsAreBounded) {
  TestHttpServer server(
      [](const TestRequest&) { return TestAnswer{.status = 301, .headers = {{"Location", "/again"}}}; });
  auto request = get(server.url());
  request.max_redirects = 3;
  EXPECT_EQ(make_curl_client({})->send(request).error().code(), ErrorCode::bad_response);
  EXPECT_EQ(server.requests().size(), 4u);
}

TEST(CurlClient, RedirectsToBadPlacesAreRefused) {
  for (const char* place :
       {"file:///etc/passwd", "ftp://127.0.0.1/", "http://u:p@127.0.0.1/", "http://192.0.2.1/"}) {
    TestHttpServer server(
        [&](const TestRequest&) { return TestAnswer{.status = 302, .headers = {{"Location", place}}}; });
    auto request = get(server.url());
    request.max_redirects = 1;
    EXPECT_FALSE(make_curl_client({})->send(request)) << place;
  }
}

TEST(CurlClient, TakesInterimAnswers) {
  TestHttpServer server([](const TestRequest&) {
    return raw("HTTP/1.1 103 Early\r\nX: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  const auto response = make_curl_client({})->send(get(server.url())).value();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "ok");
  EXPECT_EQ(response.find("X"), nullptr);
}

TEST(CurlClient, RefusesHeaderInjection) {
  auto request = get("http://127.0.0.1:1/");
  request.headers = {{"A", "b\r\nC: d"}};
  EXPECT_EQ(make_curl_client({})->send(request).error().code(), ErrorCode::internal);
  request.headers = {{"A:b", "c"}};
  EXPECT_EQ(make_curl_client({})->send(request).error().code(), ErrorCode::internal);
}

TEST(CurlClient, SpeaksOverUnixSockets) {
  const std::string path = ::testing::TempDir() + "boltseal-unix-" + std::to_string(getpid());
  TestHttpServer server(
      [](const TestRequest& r) { return text("unix " + r.target + " " + r.header("host")); }, path);
  auto request = get("http://docker/_ping");
  request.unix_socket = path;
  EXPECT_EQ(make_curl_client({})->send(request).value().body, "unix /_ping docker");
  std::remove(path.c_str());
  request.unix_socket = path + "-none";
  const auto error = make_curl_client({})->send(request).error();
  EXPECT_EQ(error.code(), ErrorCode::unreachable);
  EXPECT_THAT(error.what(), HasSubstr(path));
}

TEST(CurlClient, TakesTheProxyButNotForLoopback) {
  TestHttpServer proxy([](const TestRequest& r) { return text("proxied " + r.target); });
  ClientOptions options;
  options.proxies = ProxyRules::from_environment([&](const char* name) -> const char* {
    static std::string url;
    url = proxy.url();
    return std::string(name) == "HTTP_PROXY" ? url.c_str() : nullptr;
  });
  auto client = make_curl_client(std::move(options));
  auto request = get("http://reg.example/x");
  request.allow_plain_http = true;
  EXPECT_EQ(client->send(request).value().body, "proxied http://reg.example/x");
  TestHttpServer direct([](const TestRequest&) { return text("direct"); });
  EXPECT_EQ(client->send(get(direct.url())).value().body, "direct");
}

}  // namespace
}  // namespace boltseal::http
