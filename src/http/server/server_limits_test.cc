// What the server refuses, cuts off or bounds.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "http/server/server.h"
#include "http/server/server_testing.h"

namespace boltseal::http {
namespace {

using namespace testing_support;

std::string get(const std::string& path, const std::string& more = {}) {
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + more + "\r\n";
}
std::string post(const std::string& path, const std::string& body, const std::string& more = {}) {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         more + "\r\n" + body;
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

TEST(Security25, SmuggledRequestsAreNeverAnswered) {
  RunningServer s(sample_handlers());
  const std::string hidden = get("/fast");
  const std::string attacks[] = {
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
          hidden,
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n" + hidden,
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n" + hidden,
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n" + hidden,
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" +
          hidden,
      "POST /echo HTTP/1.1\r\nHost: a\r\nX: y\nTransfer-Encoding: chunked\r\nContent-Length: "
      "5\r\n\r\n0\r\n\r\n" +
          hidden,
      "POST /echo HTTP/1.1\r\nHost: a\r\nX: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n" +
          hidden,
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

}  // namespace
}  // namespace boltseal::http
