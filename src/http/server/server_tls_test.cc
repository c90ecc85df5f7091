#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "http/server/h2_client_testing.h"
#include "http/server/server_testing.h"

namespace boltseal::http {
namespace {

using namespace testing_support;
using testing::HasSubstr;

const std::string kGet = "GET /fast HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kGetClose = "GET /fast HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

TEST(Tls, ServesHttp1InOneRecordAndSaysGoodBye) {
  TestPki pki;
  RunningServer s(sample_handlers(), {}, &pki);
  TlsClient client(s.tls);
  ASSERT_TRUE(client.ok());
  client.send(kGet);
  const std::string answer = client.receive();
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_EQ(body_of(answer), "fast body") << "head and body come in one record";
  client.send(kGetClose);
  bool clean = false;
  EXPECT_EQ(body_of(client.until_close(clean)), "fast body");
  EXPECT_TRUE(clean) << "close_notify";
}

TEST(Tls, LargeBodiesGoThrough) {
  TestPki pki;
  RunningServer s(sample_handlers(), {}, &pki);
  TlsClient client(s.tls);
  client.send("GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  bool clean = false;
  EXPECT_EQ(body_of(client.until_close(clean)), std::string(1 << 20, 'b'));
  EXPECT_TRUE(clean);
}

TEST(Tls, ChoosesVersionsAndProtocols) {
  TestPki pki;
  RunningServer s(sample_handlers(), {}, &pki);
  EXPECT_TRUE(TlsClient(s.tls, {.max_version = TLS1_2_VERSION}).ok());
  EXPECT_FALSE(TlsClient(s.tls, {.max_version = TLS1_1_VERSION}).ok());
  for (const char* weak : {"ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256", "NULL"}) {
    EXPECT_FALSE(TlsClient(s.tls, {.max_version = TLS1_2_VERSION, .ciphers = weak}).ok()) << weak;
  }
  EXPECT_TRUE(
      TlsClient(s.tls, {.max_version = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"}).ok());
  EXPECT_EQ(TlsClient(s.tls, {.alpn = "h2"}).protocol(), "h2");
  EXPECT_EQ(TlsClient(s.tls, {.alpn = "http/1.1"}).protocol(), "http/1.1");
  EXPECT_EQ(TlsClient(s.tls, {.alpn = "spdy"}).protocol(), "");
}

TEST(Tls, PlainTextOnATlsPortEndsTheConnection) {
  TestPki pki;
  RunningServer s(sample_handlers(), {}, &pki);
  RawClient client(s.tls);
  client.send(kGet);
  bool closed = false;
  EXPECT_EQ(status_of(client.until_close(closed)), 0);
  EXPECT_TRUE(closed);
}

TEST(Tls, SilentHandshakesAreCutOff) {
  TestPki pki;
  ServerLimits limits;
  limits.handshake = std::chrono::milliseconds(200);
  RunningServer s(sample_handlers(), limits, &pki);
  RawClient client(s.tls);
  client.send("\x16\x03");
  bool closed = false;
  client.until_close(closed);
  EXPECT_TRUE(closed);
}

TEST(Tls, ReloadTakesNewCertificatesAndKeepsConnections) {
  TestPki pki;
  RunningServer s(sample_handlers(), {}, &pki);
  TlsClient before(s.tls);
  EXPECT_EQ(before.server_name(), "first");
  pki.issue_server("second");
  ASSERT_TRUE(s.server->reload());
  EXPECT_EQ(TlsClient(s.tls).server_name(), "second");
  before.send(kGet);
  EXPECT_EQ(status_of(before.receive()), 200) << "an open connection goes on";

  std::ofstream(pki.server().key) << "broken";
  const auto result = s.server->reload();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::bad_config);
  EXPECT_THAT(result.error().what(), HasSubstr("server.key"));
  EXPECT_EQ(TlsClient(s.tls).server_name(), "second") << "a failed reload changes nothing";
}

TEST(Tls, BadFilesAreBadConfig) {
  TestPki pki;
  auto start = [](TlsFiles files) {
    ServerOptions options;
    options.loops = 1;
    ListenerOptions listener;
    listener.address = "127.0.0.1:0";
    listener.tls = std::move(files);
    options.listeners.push_back(listener);
    return Server(options, sample_handlers()).start();
  };
  EXPECT_TRUE(start(pki.server()));
  for (const TlsFiles& files : {TlsFiles{"/none", pki.server().key, "", false},
                                TlsFiles{pki.server().certificate, "/none", "", false},
                                TlsFiles{pki.server().certificate, pki.client_key(), "", false},
                                TlsFiles{pki.server().certificate, pki.server().key, "/none", false},
                                TlsFiles{pki.server().certificate, pki.server().key, "", true}}) {
    const auto result = start(files);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::bad_config);
  }
}

TEST(Tls, ClientCertificatesAreDemandedAndGiven) {
  TestPki pki;
  RunningServer s(sample_handlers(), {}, &pki, true);
  TlsClient without(s.tls, {.max_version = TLS1_2_VERSION});
  EXPECT_FALSE(without.ok());
  TestPki other;
  EXPECT_FALSE(
      TlsClient(s.tls,
                {.max_version = TLS1_2_VERSION, .certificate = other.client_crt(), .key = other.client_key()})
          .ok());
  TlsClient with(s.tls, {.certificate = pki.client_crt(), .key = pki.client_key()});
  ASSERT_TRUE(with.ok());
  with.send("GET /cert HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_GT(std::atoi(std::string(body_of(with.receive())).c_str()), 200);
}

TEST(H2, ServesTheSameHandlers) {
  TestPki pki;
  RunningServer s(sample_handlers(), {}, &pki);
  H2Client client(s.tls);
  const auto fast = client.exchange("GET", "/fast");
  EXPECT_EQ(fast.status, 200);
  EXPECT_EQ(fast.body, "fast body");
  EXPECT_EQ(fast.fields.at("content-length"), "9");
  EXPECT_EQ(fast.fields.at("etag"), "\"e1\"");
  EXPECT_THAT(fast.fields.at("date"), HasSubstr(" GMT"));
  EXPECT_EQ(client.exchange("GET", "/fast", {{"if-none-match", "\"e1\""}}).status, 304);
  const auto head = client.exchange("HEAD", "/fast");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(client.exchange("POST", "/echo", {}, "hello").body, "hello");
  EXPECT_EQ(client.exchange("POST", "/loop", {}, "hello").body, "hello");
  EXPECT_EQ(client.exchange("GET", "/big").body, std::string(1 << 20, 'b'));
  const std::string large(3 << 20, 'x');
  EXPECT_EQ(client.exchange("POST", "/huge", {}, large).body, large);
  EXPECT_EQ(client.exchange("GET", "/throw").status, 500);
  EXPECT_EQ(client.exchange("GET", "/header").status, 500);
  EXPECT_EQ(client.exchange("GET", "//fast").fields.at("location"), "/fast");
  EXPECT_EQ(client.exchange("GET", "/none").status, 404);
  EXPECT_EQ(client.exchange("POST", "/early", {}, large).status, 401);
  EXPECT_EQ(client.exchange("GET", "/early").body, "who are you\n");
}

TEST(Http2, SendsTrailersBehindTheBody) {
  TestPki pki;
  RunningServer s(sample_handlers(), {}, &pki);
  H2Client client(s.tls);
  const std::string large(300'000, 'x');  // over several frames and windows
  for (const std::string& body : {std::string("hello"), large, std::string()}) {
    const auto answer = client.exchange("POST", "/trailers", {}, body);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, body);
    EXPECT_EQ(answer.reset, 0u);
    EXPECT_THAT(answer.trailers,
                testing::ElementsAre(testing::Pair("grpc-message", ""), testing::Pair("grpc-status", "0")));
    EXPECT_EQ(answer.fields.count("grpc-status"), 0u);
    EXPECT_EQ(answer.fields.count("content-length"), 0u) << "a client could stop there";
  }
  const auto head = client.exchange("HEAD", "/trailers-only");
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(head.trailers.empty());
  EXPECT_EQ(client.exchange("POST", "/bad-trailer").status, 500) << "one builder for header fields";
  EXPECT_TRUE(client.exchange("POST", "/echo", {}, "after").trailers.empty());
  EXPECT_EQ(client.exchange("POST", "/echo", {}, "after").body, "after") << "the connection goes on";
}

TEST(Http1, LeavesTrailersOut) {
  TestPki pki;
  RunningServer s(sample_handlers(), {}, &pki);
  RawClient client(s.plain);
  client.send("POST /trailers HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
  const std::string answer = client.response();
  EXPECT_EQ(body_of(answer), "hello");
  EXPECT_THAT(answer, testing::Not(HasSubstr("rpc-")));
}

TEST(H2, AnswersManyStreamsAtOnce) {
  TestPki pki;
  RunningServer s(sample_handlers(), {}, &pki);
  H2Client client(s.tls);
  std::vector<std::int32_t> streams;
  for (int i = 0; i < 90; ++i)
    streams.push_back(client.submit("POST", i % 2 == 0 ? "/echo" : "/loop", {}, std::to_string(i)));
  for (int i = 0; i < 90; ++i)
    EXPECT_EQ(client.wait(streams[static_cast<std::size_t>(i)]).body, std::to_string(i));
}

TEST(Security25, Http2HasTheSameLimits) {
  TestPki pki;
  RunningServer s(sample_handlers(), {}, &pki);
  H2Client client(s.tls);
  EXPECT_EQ(client.exchange("POST", "/small", {{"content-length", "11"}}, "hello world").status, 413);
  EXPECT_EQ(client.exchange("POST", "/small", {}, "hello world").status, 413);
  EXPECT_EQ(client.exchange("POST", "/small", {}, "hello").status, 200);
  const auto cut = client.exchange("POST", "/small", {}, std::string(3 << 20, 'x'));
  EXPECT_EQ(cut.status, 413);
  EXPECT_TRUE(cut.closed) << "an answer ends the upload";
  H2Client::Fields many;
  for (int i = 0; i < 120; ++i) many.emplace_back("x", "y");
  EXPECT_EQ(client.exchange("GET", "/fast", many).status, 431);
  H2Client::Fields large;
  for (int i = 0; i < 9; ++i) large.emplace_back("x" + std::to_string(i), std::string(8000, 'y'));
  EXPECT_EQ(client.exchange("GET", "/fast", large).status, 431);
  EXPECT_EQ(client.exchange("GET", "/fast").status, 200) << "the connection goes on";
}

TEST(Security25, Http2RefusesAmbiguousHeads) {
  TestPki pki;
  RunningServer s(sample_handlers(), {}, &pki);
  H2Client client(s.tls);
  EXPECT_EQ(client.exchange("GET", "/fast", {{"host", "other"}}).status, 400);
  EXPECT_EQ(client.exchange("GET", "/fast", {{"host", "localhost"}}).status, 200);
  EXPECT_EQ(client.exchange("GET", "/fast", {{":authority", "a,b"}}).status, 400);
  EXPECT_NE(client.exchange("GET", "/fast", {{":authority", "a/b"}}).status, 200);
  EXPECT_EQ(client.exchange("GET", "/%zz").status, 400);
  EXPECT_EQ(client.exchange("GET", "/a#b").status, 400);
  for (const auto& [name, value] : H2Client::Fields{{"transfer-encoding", "chunked"},
                                                    {"connection", "close"},
                                                    {"x", "a\r\nb: c"},
                                                    {"content-length", "+3"},
                                                    {"content-length", "4"}}) {
    const auto answer = client.exchange("POST", "/echo", {{name, value}}, "abc");
    EXPECT_NE(answer.status, 200) << name;
    EXPECT_NE(answer.reset, 0u) << name;
  }
}

TEST(Security25, Http2RapidResetEndsTheConnection) {
  TestPki pki;
  RunningServer s(sample_handlers(), {}, &pki);
  H2Client client(s.tls);
  EXPECT_EQ(client.exchange("GET", "/fast").status, 200);
  bool alive = true;
  for (int i = 0; i < 400 && alive; ++i) {
    client.reset(client.submit("GET", "/none"));
    alive = client.flush();
  }
  while (alive && !client.goaway()) alive = client.pump();
  EXPECT_TRUE(client.goaway() || !alive);
  EXPECT_EQ(H2Client(s.tls).exchange("GET", "/fast").status, 200) << "others are served";
}

TEST(H2, GracefulStopEndsStreamsFirst) {
  TestPki pki;
  std::atomic<bool> running{false};
  Handlers handlers;
  handlers.handle = [&](Request&) {
    running = true;
    usleep(300'000);
    Response response;
    response.body = "finished";
    return response;
  };
  RunningServer s(handlers, {}, &pki);
  H2Client client(s.tls);
  const std::int32_t stream = client.submit("GET", "/slow");
  std::thread stopper([&] {
    while (!running) usleep(1000);
    s.server->stop(std::chrono::seconds(20));
  });
  EXPECT_EQ(client.wait(stream).body, "finished");
  EXPECT_TRUE(client.goaway());
  stopper.join();
}

TEST(H2, IdleConnectionsAreCutOff) {
  TestPki pki;
  ServerLimits limits;
  limits.idle = limits.head = limits.stall = std::chrono::milliseconds(300);
  RunningServer s(sample_handlers(), limits, &pki);
  H2Client client(s.tls);
  EXPECT_EQ(client.exchange("GET", "/fast").status, 200);
  while (client.pump()) {
  }
  EXPECT_TRUE(client.goaway());
}

TEST(Curl, GetsOverBothVersions) {
  TestPki pki;
  RunningServer s(sample_handlers(), {}, &pki);
  const std::string base = "curl -sS --cacert " + pki.ca() + " -w '|%{http_version}|%{http_code}' ";
  const std::string url = " https://127.0.0.1:" + std::to_string(s.tls);
  EXPECT_EQ(run(base + "--http1.1" + url + "/fast"), "fast body|1.1|200");
  EXPECT_EQ(run(base + "--http2" + url + "/fast"), "fast body|2|200");
  EXPECT_EQ(run(base + "--http2 -d hello" + url + "/echo"), "hello|2|200");
  EXPECT_EQ(run(base + "--http1.1 -H 'Expect: 100-continue' -d hello" + url + "/echo"), "hello|1.1|200");
  EXPECT_EQ(run(base + "--http2 -H 'If-None-Match: \"e1\"'" + url + "/fast"), "|2|304");
  EXPECT_EQ(run(base + "--http2 -o /dev/null --path-as-is" + url + "//x"), "|2|301");
}

}  // namespace
}  // namespace boltseal::http
