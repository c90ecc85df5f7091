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
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more + "\r\n" +
         body;
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
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" + get("/fast");
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
  for (const std::string& request : {get("/fast", "Connection: close\r\n"), get("/close"), std::string("GET /fast HTTP/1.0\r\n\r\n")}) {
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

TEST(Security25, BodiesOverTheLimitAreRefusedEarly) {
  RunningServer s(sample_handlers());
  bool closed = false;
  RawClient declared(s.plain);
  declared.send("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n");
  EXPECT_EQ(status_of(declared.until_close(closed)), 413);
  EXPECT_TRUE(closed);
  RawClient chunked(s.plain);
  chunked.send("POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n");
  EXPECT_EQ(status_of(chunked.until_close(closed)), 413);
  EXPECT_TRUE(closed);
  // The answer arrives although the client goes on sending what nobody reads.
  RawClient eager(s.plain);
  eager.send(post("/small", std::string(500'000, 'x')));
  EXPECT_EQ(status_of(eager.until_close(closed)), 413);
}

TEST(Server, MemoryOfAllBodiesIsBounded) {
  ServerLimits limits;
  limits.bodies_in_memory = 1000;
  RunningServer s(sample_handlers(), limits);
  RawClient holder(s.plain);
  holder.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n" + std::string(800, 'x'));
  while (s.server->statistics().bodies_in_memory < 800) usleep(1000);
  RawClient other(s.plain);
  other.send(post("/echo", std::string(500, 'y')));
  EXPECT_EQ(status_of(other.response()), 503);
  holder.send(std::string(100, 'x'));
  EXPECT_EQ(status_of(holder.response()), 200);
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

TEST(Security25, SmuggledRequestsAreNeverAnswered) {
  RunningServer s(sample_handlers());
  const std::string hidden = get("/fast");
  const std::string attacks[] = {
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n" + hidden,
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n" + hidden,
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n" + hidden,
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
      "POST /echo HTTP/1.1\r\nHost: a\r\nX: y\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
      "POST /echo HTTP/1.1\r\nHost: a\r\nX: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n" + hidden,
      "GET /echo HTTP/1.1\nHost: a\n\n" + hidden,
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n" + hidden,
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nbad trailer\r\n\r\n" + hidden,
      "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + hidden,
      "GET /echo HTTP/1.1\r\nX: b\r\n\r\n" + hidden,
  };
  for (const std::string& attack : attacks) {
    RawClient client(s.plain);
    client.send(attack);
    bool closed = false;
    const std::string all = client.until_close(closed);
    EXPECT_TRUE(closed) << attack;
    EXPECT_EQ(status_of(all), 400) << attack;
    EXPECT_EQ(all.find("HTTP/1.1", 9), std::string::npos) << attack;
  }
}

TEST(Security25, HeadsOverTheLimitAreRefused) {
  RunningServer s(sample_handlers());
  bool closed = false;
  RawClient endless(s.plain);
  endless.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(40'000, 'x'));
  EXPECT_EQ(status_of(endless.until_close(closed)), 431);
  RawClient many(s.plain);
  std::string fields;
  for (int i = 0; i < 101; ++i) fields += "X: y\r\n";
  many.send(get("/", fields));
  EXPECT_EQ(status_of(many.until_close(closed)), 431);
  EXPECT_TRUE(closed);
}

TEST(Server, SlowClientsAreCutOff) {
  ServerLimits limits;
  limits.head = limits.stall = limits.idle = std::chrono::milliseconds(300);
  limits.body_bytes_per_second = 1'000'000;
  RunningServer s(sample_handlers(), limits);
  bool closed = false;
  RawClient silent(s.plain);
  RawClient head(s.plain);
  head.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
  RawClient body(s.plain);
  body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
  RawClient idle(s.plain);
  idle.send(get("/fast"));
  EXPECT_EQ(status_of(idle.response()), 200);
  RawClient trickle(s.plain);
  trickle.send("POST /huge HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n");
  std::atomic<bool> done{false};
  std::thread drip([&] {
    for (int i = 0; i < 200 && !done && trickle.send("x"); ++i) usleep(50'000);
  });
  EXPECT_EQ(status_of(head.until_close(closed)), 408);
  EXPECT_TRUE(closed);
  EXPECT_EQ(status_of(body.until_close(closed)), 408);
  EXPECT_TRUE(closed);
  EXPECT_EQ(idle.until_close(closed), "");
  EXPECT_TRUE(closed);
  EXPECT_EQ(status_of(trickle.response()), 408);
  done = true;
  drip.join();
}

TEST(Server, ReadersThatStopReadingAreCutOff) {
  ServerLimits limits;
  limits.stall = std::chrono::milliseconds(300);
  RunningServer s(sample_handlers(), limits);
  RawClient lazy(s.plain, 4096);
  std::string many;
  for (int i = 0; i < 20; ++i) many += get("/big");
  lazy.send(many);
  for (int i = 0; i < 100 && s.server->statistics().open_connections > 0; ++i) usleep(50'000);
  EXPECT_EQ(s.server->statistics().open_connections, 0u);
}

TEST(Server, ConnectionsOverTheLimitAreClosed) {
  ServerLimits limits;
  limits.connections = 2;
  RunningServer s(sample_handlers(), limits);
  RawClient a(s.plain), b(s.plain);
  a.send(get("/fast"));
  b.send(get("/fast"));
  EXPECT_EQ(status_of(a.response()), 200);
  EXPECT_EQ(status_of(b.response()), 200);
  RawClient c(s.plain);
  c.send(get("/fast"));
  bool closed = false;
  EXPECT_EQ(c.until_close(closed), "");
  EXPECT_TRUE(closed);
  EXPECT_EQ(s.server->statistics().refused, 1u);
}

TEST(Server, ServesAThousandConnections) {
  RunningServer s(sample_handlers());
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 1000; ++i) clients.push_back(std::make_unique<RawClient>(s.plain));
  for (int round = 0; round < 2; ++round) {
    for (auto& client : clients) ASSERT_TRUE(client->send(get(round == 0 ? "/fast" : "/none")));
    for (auto& client : clients) ASSERT_EQ(status_of(client->response()), round == 0 ? 200 : 404);
  }
  EXPECT_EQ(s.server->statistics().open_connections, 1000u);
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
  EXPECT_FALSE(RawClient(s.plain).connected());
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

TEST(Server, QueueOfJobsIsBounded) {
  std::atomic<bool> go{false};
  Handlers handlers;
  handlers.handle = [&](Request&) {
    while (!go) usleep(1000);
    return Response();
  };
  ServerLimits limits;
  limits.queued_jobs = 1;
  RunningServer s(handlers, limits);  // 4 workers and one place in the queue
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<RawClient>(s.plain));
    clients.back()->send(get("/"));
    usleep(20'000);
  }
  EXPECT_EQ(status_of(clients.back()->response()), 503);
  go = true;
  EXPECT_EQ(status_of(clients.front()->response()), 200);
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
