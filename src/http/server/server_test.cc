#include "http/server/server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "http/server/server_testing.h"

namespace boltseal::http {
namespace {

using namespace testing_support;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

std::string get(const std::string& path, const std::string& more = {}) {
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + more + "\r\n";
}
std::string post(const std::string& path, const std::string& body, const std::string& more = {}) {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         more + "\r\n" + body;
}

TEST(Server, AnswersFastAndSlowOnOneConnection) {
  RunningServer s(sample_handlers());
  RawClient client(s.plain);
  for (int i = 0; i < 3; ++i) {
    client.send(get("/fast"));
    const std::string fast = client.response();
    EXPECT_EQ(status_of(fast), 200);
    EXPECT_EQ(body_of(fast), "fast body");
    EXPECT_THAT(fast, HasSubstr("\r\nDate: "));
    EXPECT_THAT(fast, Not(HasSubstr("Server:")));
    EXPECT_THAT(fast, Not(HasSubstr("Connection:")));
    client.send(post("/echo", "hello"));
    EXPECT_EQ(body_of(client.response()), "hello");
    client.send(post("/loop", "on the loop"));
    EXPECT_EQ(body_of(client.response()), "on the loop");
    client.send(get("/none"));
    EXPECT_EQ(status_of(client.response()), 404);
  }
  EXPECT_EQ(s.server->statistics().requests, 12u);
}

TEST(Server, PipelinedRequestsAreAnsweredInOrder) {
  RunningServer s(sample_handlers());
  RawClient client(s.plain);
  std::string all;
  for (int i = 0; i < 200; ++i) all += get("/fast") + post("/echo", std::to_string(i));
  client.send(all);
  client.half_close();
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(body_of(client.response()), "fast body") << i;
    ASSERT_EQ(body_of(client.response()), std::to_string(i));
  }
}

TEST(Server, RequestsMayComeByteByByte) {
  RunningServer s(sample_handlers());
  RawClient client(s.plain);
  const std::string chunked =
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" +
      get("/fast");
  for (char c : chunked) client.send(std::string_view(&c, 1));
  EXPECT_EQ(body_of(client.response()), "abc");
  EXPECT_EQ(body_of(client.response()), "fast body");
}

TEST(Server, HeadAndConditionalRequests) {
  RunningServer s(sample_handlers());
  RawClient client(s.plain);
  client.send("HEAD /fast HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string head = client.response(true);
  EXPECT_THAT(head, HasSubstr("Content-Length: 9\r\n"));
  EXPECT_EQ(body_of(head), "");
  client.send(get("/fast", "If-None-Match: \"e1\"\r\n"));
  const std::string same = client.response();
  EXPECT_EQ(status_of(same), 304);
  EXPECT_THAT(same, HasSubstr("ETag: \"e1\"\r\n"));
  client.send(get("/fast", "If-None-Match: \"other\"\r\n"));
  EXPECT_EQ(status_of(client.response()), 200);
  client.send("HEAD /none HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string none = client.response(true);
  EXPECT_EQ(status_of(none), 404);
  EXPECT_EQ(body_of(none), "");
  client.send(get("/fast"));
  EXPECT_EQ(body_of(client.response()), "fast body");
}

TEST(Server, APlanMayAnswerWithoutTheBody) {
  RunningServer s(sample_handlers());
  RawClient client(s.plain);
  client.send(get("/early") + get("/fast"));  // without a body the connection goes on
  EXPECT_EQ(status_of(client.response()), 401);
  EXPECT_EQ(body_of(client.response()), "fast body");
  client.send(get("/early_bad"));
  EXPECT_EQ(status_of(client.response()), 500);
  client.send("POST /early HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 900000\r\n\r\n");
  const std::string refused = client.response();
  EXPECT_EQ(status_of(refused), 401);
  EXPECT_EQ(body_of(refused), "who are you\n");
  EXPECT_THAT(refused, HasSubstr("Connection: close\r\n"));
  bool closed = false;
  client.half_close();
  EXPECT_EQ(client.until_close(closed), "");
  EXPECT_TRUE(closed);
}

TEST(Server, UncleanPathsAreRedirected) {
  RunningServer s(sample_handlers());
  RawClient client(s.plain);
  client.send(get("/v2//a/../fast?x=1"));
  const std::string redirect = client.response();
  EXPECT_EQ(status_of(redirect), 301);
  EXPECT_THAT(redirect, HasSubstr("Location: /v2/fast?x=1\r\n"));
  EXPECT_THAT(redirect, HasSubstr("Content-Length: 0\r\n"));
  client.send(get("//evil.example"));
  EXPECT_THAT(client.response(), HasSubstr("Location: /evil.example\r\n"));
  client.send(get("/%2e%2e/fast"));
  EXPECT_THAT(client.response(), HasSubstr("Location: /fast\r\n"));
}

TEST(Server, ConnectionsCloseWhenAsked) {
  RunningServer s(sample_handlers());
  for (const std::string& request :
       {get("/fast", "Connection: close\r\n"), get("/close"), std::string("GET /fast HTTP/1.0\r\n\r\n")}) {
    RawClient client(s.plain);
    client.send(request + get("/fast"));
    bool closed = false;
    const std::string all = client.until_close(closed);
    EXPECT_TRUE(closed);
    EXPECT_EQ(status_of(all), 200);
    EXPECT_THAT(all, HasSubstr("Connection: close\r\n"));
    EXPECT_EQ(all.find("HTTP/1.1", 9), std::string::npos) << "the second request is not answered";
  }
  RawClient old(s.plain);
  old.send("GET /fast HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(old.response(), HasSubstr("Connection: keep-alive\r\n"));
}

TEST(Server, HandlersThatBreakEndAs500) {
  RunningServer s(sample_handlers());
  RawClient client(s.plain);
  client.send(get("/throw"));
  EXPECT_EQ(status_of(client.response()), 500);
  client.send(get("/header"));
  const std::string answer = client.response();
  EXPECT_EQ(status_of(answer), 500);
  EXPECT_THAT(answer, Not(HasSubstr("b: c")));
}

TEST(Server, LargeBodiesGoBothWays) {
  ServerLimits limits;
  RunningServer s(sample_handlers(), limits);
  RawClient client(s.plain);
  client.send(get("/big"));
  EXPECT_EQ(body_of(client.response()), std::string(1 << 20, 'b'));
  std::string body(3 << 20, 'x');
  std::thread sender([&] { client.send(post("/huge", body)); });
  const std::string answer = client.response();
  sender.join();
  EXPECT_EQ(body_of(answer), body);
  for (int i = 0; i < 100 && s.server->statistics().bodies_in_memory != 0; ++i) usleep(10'000);
  EXPECT_EQ(s.server->statistics().bodies_in_memory, 0u);
}

TEST(Server, ExpectationIsMetBeforeTheBody) {
  RunningServer s(sample_handlers());
  RawClient client(s.plain);
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.response(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_EQ(body_of(client.response()), "ok");
  client.send("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(status_of(client.response()), 413);
}

TEST(Server, GracefulStopAnswersWhatRuns) {
  std::atomic<bool> running{false};
  std::atomic<bool> go{false};
  Handlers handlers = sample_handlers();
  handlers.handle = [&](Request&) {
    running = true;
    while (!go) usleep(1000);
    Response response;
    response.body = "finished";
    return response;
  };
  RunningServer s(handlers);
  RawClient busy(s.plain);
  busy.send(get("/slow"));
  RawClient idle(s.plain);
  idle.send(get("/fast"));
  EXPECT_EQ(status_of(idle.response()), 200);
  while (!running) usleep(1000);
  std::thread stopper([&] { s.server->stop(std::chrono::seconds(20)); });
  bool closed = false;
  EXPECT_EQ(idle.until_close(closed), "");
  EXPECT_TRUE(closed);
  // Each loop closes its own door, soon.
  bool open = true;
  for (int i = 0; open && i < 5000; ++i) {
    open = RawClient(s.plain).connected();
    if (open) usleep(1000);
  }
  EXPECT_FALSE(open);
  go = true;
  const std::string answer = busy.until_close(closed);
  EXPECT_THAT(answer, EndsWith("finished"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(closed);
  stopper.join();
}

TEST(Server, StopDoesNotWaitForIdlePeersForever) {
  RunningServer s(sample_handlers());
  RawClient half(s.plain);
  half.send("GET / HT");
  while (s.server->statistics().open_connections == 0) usleep(1000);
  s.server->stop(std::chrono::milliseconds(50));
  bool closed = false;
  half.until_close(closed);
  EXPECT_TRUE(closed);
}

TEST(Server, RefusesBadListeners) {
  RunningServer s(sample_handlers());
  auto start = [](ListenerOptions listener) {
    ServerOptions options;
    options.loops = 2;
    options.listeners.push_back(std::move(listener));
    return Server(options, sample_handlers()).start();
  };
  ListenerOptions taken;
  taken.address = "127.0.0.1:" + std::to_string(s.plain);
  auto result = start(taken);
  ASSERT_FALSE(result) << "two servers would share the port";
  EXPECT_EQ(result.error().code(), ErrorCode::io_error);
  for (const char* bad : {"127.0.0.1", "127.0.0.1:", "nonsense.invalid:1", "127.0.0.1:http"}) {
    ListenerOptions listener;
    listener.address = bad;
    result = start(listener);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().code(), ErrorCode::bad_config) << bad;
  }
  ListenerOptions inherited;
  inherited.inherited_fd = 0;
  EXPECT_FALSE(start(inherited));
}

TEST(Server, TakesAnInheritedSocket) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(fd, 16), 0);
  ServerOptions options;
  options.loops = 2;
  ListenerOptions listener;
  listener.inherited_fd = fd;
  options.listeners.push_back(listener);
  Server server(options, sample_handlers());
  const auto bound = server.start();
  ASSERT_TRUE(bound) << bound.error().what();
  RawClient client(bound->front().port);
  client.send(get("/fast"));
  EXPECT_EQ(status_of(client.response()), 200);
  server.stop();
  ::close(fd);
}

TEST(Server, ObserversSeeEveryExchange) {
  std::atomic<int> seen{0};
  std::atomic<std::size_t> request_bytes{0}, response_bytes{0};
  std::atomic<std::uint32_t> mark{0};
  Handlers handlers = sample_handlers();
  handlers.handle = [](Request& request) {
    request.head().mark = 7;
    Response response;
    response.body = request.take_body();
    return response;
  };
  handlers.observe = [&](const RequestHead& head, const Exchange& exchange) {
    request_bytes = exchange.request_bytes - head.head_bytes;
    response_bytes = exchange.response_bytes;
    mark = head.mark;
    ++seen;
  };
  RunningServer s(handlers);
  RawClient client(s.plain);
  client.send(post("/echo", "12345"));
  client.response();
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(request_bytes, 5u);
  EXPECT_EQ(response_bytes, 5u);
  EXPECT_EQ(mark, 7u);
  client.send(get("/fast", "If-None-Match: *\r\n"));
  client.response();
  EXPECT_EQ(response_bytes, 0u);
}

}  // namespace
}  // namespace boltseal::http
