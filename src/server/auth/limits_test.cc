// Addresses behind proxies, token buckets, the bounded cache.
#include <gtest/gtest.h>

#include "server/auth/client_address.h"
#include "server/auth/rate_limit.h"

namespace boltseal::server {
namespace {

TEST(ClientAddress, Spellings) {
  const struct {
    const char* text;
    const char* address;  // null: none
  } cases[] = {{"127.0.0.1", "127.0.0.1"},
               {"127.0.0.1:80", "127.0.0.1"},
               {"::1", "::1"},
               {"[::1]", "::1"},
               {"[::1]:80", "::1"},
               {"::ffff:10.0.0.1", "10.0.0.1"},
               {"2001:DB8::0:1", "2001:db8::1"},
               {"", nullptr},
               {"unknown", nullptr},
               {"1.2.3", nullptr},
               {"01.2.3.4", nullptr},
               {"[::1", nullptr},
               {"1.2.3.4.5", nullptr},
               {"_hidden", nullptr}};
  for (const auto& c : cases) {
    const auto address = Address::parse(c.text);
    EXPECT_EQ(address ? address->str() : "none", c.address != nullptr ? c.address : "none") << c.text;
  }
  EXPECT_EQ(Address::parse("2001:db8:0:1::1")->client_key(),
            Address::parse("2001:db8:0:1:f::2")->client_key());
  EXPECT_NE(Address::parse("2001:db8:0:1::1")->client_key(), Address::parse("2001:db8:0:2::1")->client_key());
  EXPECT_NE(Address::parse("10.0.0.1")->client_key(), Address::parse("10.0.0.2")->client_key());
}

TEST(ClientAddress, Proxies) {
  const auto proxies = TrustedProxies::parse({"10.0.0.0/8", "::1", "2001:db8::/32"});
  ASSERT_TRUE(proxies);
  const auto client = [&](const char* peer, std::vector<std::string> forwarded) {
    std::vector<http::HeaderField> headers;
    for (const std::string& value : forwarded) headers.push_back({"x-forwarded-for", value});
    const auto request = http::make_request("GET", "/", "", headers, {.address = peer});
    const auto address = proxies->client_of(request->head());
    return address ? address->str() : "unknown";
  };
  EXPECT_EQ(client("9.9.9.9:1", {"1.1.1.1"}), "9.9.9.9");  // anybody may write the header
  EXPECT_EQ(client("10.0.0.1:1", {"1.1.1.1"}), "1.1.1.1");
  EXPECT_EQ(client("10.0.0.1:1", {}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1:1", {"6.6.6.6, 1.1.1.1, 10.2.2.2"}),
            "1.1.1.1");  // 6.6.6.6 is the client's claim
  EXPECT_EQ(client("10.0.0.1:1", {"6.6.6.6", "1.1.1.1"}), "1.1.1.1");
  EXPECT_EQ(client("10.0.0.1:1", {"1.1.1.1, junk, 10.3.3.3"}), "10.3.3.3");
  EXPECT_EQ(client("[::1]:1", {"[2001:db8::5]:99"}), "2001:db8::5");
  EXPECT_EQ(client("", {"1.1.1.1"}), "unknown");
  for (const std::string bad : {"", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "::/129", "host",
                                "[::1]", "10.0.0.0/-1"}) {
    EXPECT_FALSE(TrustedProxies::parse({bad})) << bad;
  }
  EXPECT_TRUE(TrustedProxies::parse({"0.0.0.0/0"})->contains(*Address::parse("8.8.8.8")));
  EXPECT_FALSE(TrustedProxies::parse({"0.0.0.0/0"})->contains(*Address::parse("2001:db8::1")));
}

TEST(RateLimitTest, Bucket) {
  FixedClock clock{*parse_rfc3339("2026-11-24T07:00:00Z")};
  RateLimit limit({2, 3}, clock);
  const Sha256 a{1}, b{2};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limit.take(a), 0);
  EXPECT_EQ(limit.take(a), 1);
  EXPECT_EQ(limit.look(a), 1);
  EXPECT_EQ(limit.take(b), 0);
  clock.advance(std::chrono::milliseconds(500));
  EXPECT_EQ(limit.look(a), 0);
  EXPECT_EQ(limit.take(a), 0);
  EXPECT_EQ(limit.take(a), 1);
  clock.advance(std::chrono::hours(1));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limit.take(a), 0);  // never more than the burst
  EXPECT_EQ(limit.take(a), 1);
  clock.advance(-std::chrono::hours(2));
  EXPECT_EQ(limit.take(a), 1);
  clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(limit.take(a), 0);

  RateLimit slow({0.01, 0}, clock);
  EXPECT_EQ(slow.take(a), 0);
  EXPECT_EQ(slow.take(a), 100);
  RateLimit off({}, clock);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(off.take(a), 0);
}

TEST(BoundedCacheTest, Bounds) {
  BoundedCache<int> cache(160, 1u << 20);
  for (int i = 0; i < 10'000; ++i) {
    Sha256 key{};
    key[0] = static_cast<std::uint8_t>(i);
    key[1] = static_cast<std::uint8_t>(i >> 8);
    cache.put(key, i, 1);
    EXPECT_EQ(cache.find(key), i);
  }
  EXPECT_LE(cache.size(), 160u);
  EXPECT_GT(cache.size(), 100u);

  BoundedCache<int> bytes(1600, 16'000);
  for (int i = 0; i < 256; ++i) bytes.put(Sha256{static_cast<std::uint8_t>(i)}, i, 400);
  EXPECT_LE(bytes.size(), 40u);
  bytes.put(Sha256{7, 7}, 7, 2'000);  // more than a shard holds
  EXPECT_EQ(bytes.find(Sha256{7, 7}), std::nullopt);
}

}  // namespace
}  // namespace boltseal::server
