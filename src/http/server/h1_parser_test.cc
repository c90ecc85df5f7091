#include "http/server/h1_parser.h"

#include <gtest/gtest.h>

namespace boltseal::http {
namespace {

constexpr std::size_t kNoLimit = 1 << 20;

TEST(H1Parser, GivesTheHead) {
  const std::string bytes =
      "GET /v2/a%2Fb/x?n=1&m HTTP/1.1\r\nHost: trust.example:4443\r\nAccept:  */* \r\nX-a: 1\r\nx-A: "
      "2\r\n\r\n";
  H1Parser parser;
  ASSERT_EQ(parser.parse_head(bytes, 100).status, 0);
  const RequestHead& head = parser.head();
  EXPECT_EQ(head.method, Method::get);
  EXPECT_EQ(head.raw_path, "/v2/a%2Fb/x");
  EXPECT_EQ(head.path, "/v2/a/b/x");
  EXPECT_EQ(head.query, "n=1&m");
  EXPECT_EQ(head.host, "trust.example:4443");
  EXPECT_EQ(head.header("accept"), "*/*");
  EXPECT_EQ(head.header("X-A"), "1");
  EXPECT_EQ(head.count("x-a"), 2u);
  EXPECT_EQ(head.header("missing"), "");
  EXPECT_EQ(head.head_bytes, bytes.size());
  EXPECT_TRUE(parser.keep_alive());
  EXPECT_FALSE(parser.has_body());
}

TEST(H1Parser, KnowsWhenAConnectionStays) {
  H1Parser parser;
  ASSERT_EQ(parser.parse_head("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 9).status, 0);
  EXPECT_FALSE(parser.keep_alive());
  ASSERT_EQ(parser.parse_head("GET / HTTP/1.0\r\nHost: a\r\n\r\n", 9).status, 0);
  EXPECT_FALSE(parser.keep_alive());
  ASSERT_EQ(parser.parse_head("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 9).status, 0);
  EXPECT_TRUE(parser.keep_alive());
}

TEST(H1Parser, FindsTheEndInPieces) {
  const std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
  const std::size_t end = bytes.size() - 4;
  for (std::size_t cut = 0; cut < end; ++cut) {
    EXPECT_EQ(H1Parser::find_end(std::string_view(bytes).substr(0, cut), 0).at, 0u) << cut;
    EXPECT_EQ(H1Parser::find_end(bytes, cut).at, end) << cut;
  }
  EXPECT_TRUE(H1Parser::find_end("GET / HTTP/1.1\n", 0).bare_lf);
  EXPECT_TRUE(H1Parser::find_end("\n", 0).bare_lf);
}

TEST(H1Parser, ReadsABodyOfKnownLength) {
  H1Parser parser;
  ASSERT_EQ(parser.parse_head("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", 9).status, 0);
  EXPECT_TRUE(parser.has_body());
  std::string body;
  EXPECT_FALSE(parser.feed("he", body, kNoLimit).done);
  const H1Parser::Fed fed = parser.feed("lloGET / HTTP", body, kNoLimit);
  EXPECT_TRUE(fed.done);
  EXPECT_EQ(fed.consumed, 3u);
  EXPECT_EQ(body, "hello");
}

/// Feeds `wire` up to `cut`, then the rest, as a connection does.
std::string decode(const std::string& wire, std::size_t cut, H1Parser::Fed& fed,
                   std::size_t limit = kNoLimit) {
  H1Parser parser;
  EXPECT_EQ(parser.parse_head("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 9).status,
            0);
  std::string body;
  std::string waiting = wire.substr(0, cut);
  fed = parser.feed(waiting, body, limit);
  if (fed.done || fed.refusal.status != 0) return body;
  waiting.erase(0, fed.consumed);
  waiting += wire.substr(cut);
  fed = parser.feed(waiting, body, limit);
  return body;
}

TEST(H1Parser, ReadsChunksHoweverTheyAreCut) {
  const std::string wire = "5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nX-Trailer: t\r\n\r\n";
  for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
    H1Parser::Fed fed;
    EXPECT_EQ(decode(wire, cut, fed), "hello world") << cut;
    EXPECT_TRUE(fed.done) << cut;
  }
}

/// Each chunk is within bounds, all of them are much more framing than data.
std::string many_extensions() {
  std::string wire;
  for (int i = 0; i < 100; ++i) wire += "1;" + std::string(1000, 'x') + "\r\na\r\n";
  return wire;
}

TEST(H1Parser, TakesSmallChunksWithoutEnd) {
  std::string wire;
  for (int i = 0; i < 20'000; ++i) wire += "1\r\na\r\n";
  H1Parser::Fed fed;
  EXPECT_EQ(decode(wire + "0\r\n\r\n", 7, fed).size(), 20'000u);
  EXPECT_TRUE(fed.done);
}

TEST(Security25, BrokenChunksAreRefused) {
  const std::string bad[] = {"x\r\n",
                             "-1\r\na\r\n",
                             "0x1\r\na\r\n",
                             "1\na\n",
                             "1\r\nab\r\n0\r\n\r\n",
                             "5\r\nhello0\r\n",
                             "ffffffffffffffffff\r\n",
                             "1 \x01\r\na\r\n",
                             "\r\n1\r\na\r\n",
                             "0\n\r\n",
                             "0\r\n\n",
                             "0\r\n : v\r\n\r\n",
                             "0\r\nX: a\nY: b\r\n\r\n",
                             "1\r\na\n0\r\n\r\n",
                             "00000000000000001\r\na\r\n",
                             "1;x=\x01\r\na\r\n",
                             "1 \r\na\r\n",
                             "1;" + std::string(20'000, 'x') + "\r\na\r\n",
                             many_extensions()};
  for (const std::string& wire : bad) {
    H1Parser::Fed fed;
    decode(wire + std::string(64, 'z') + "\r\n\r\n", wire.size(), fed);
    EXPECT_EQ(fed.refusal.status, 400) << wire;
  }
}

TEST(H1Parser, StopsAtTheBodyLimit) {
  H1Parser::Fed fed;
  decode("5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", 0, fed, 5);
  EXPECT_EQ(fed.refusal.status, 413);
  decode("5\r\nhello\r\n0\r\n\r\n", 0, fed, 5);
  EXPECT_TRUE(fed.done);
}

}  // namespace
}  // namespace boltseal::http
