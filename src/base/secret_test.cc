#include "base/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <thread>
#include <vector>

namespace boltseal {
namespace {

bool is_zero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t octet) { return octet == 0; });
}

/// What the kernel has locked for this process, kB; -1 where it does not tell.
long locked_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmLck:")) return std::stol(line.substr(6));
  return -1;
}

TEST(Secret, HoldsItsBytesAtEverySize) {
  for (const std::size_t size :
       {0u, 1u, 31u, 32u, 33u, 96u, 121u, 1000u, 1024u, 1025u, 4096u, 4097u, 100'000u}) {
    Secret secret(size);
    EXPECT_EQ(secret.size(), size);
    EXPECT_TRUE(is_zero(secret.view())) << size;
    std::fill_n(secret.data(), size, std::uint8_t{0xaa});
    const Secret copy = secret.clone();
    Secret moved = std::move(secret);
    EXPECT_EQ(copy.text(), moved.text()) << size;
    moved.shrink(size / 2);
    EXPECT_EQ(moved.size(), size / 2);
    EXPECT_EQ(copy.size(), size);
  }
}

TEST(Secret, ABlockThatIsUsedAgainIsZero) {
  for (const std::size_t size : {32u, 100u, 1024u}) {
    const std::uint8_t* before = nullptr;
    {
      Secret secret(size);
      before = secret.data();
      std::fill_n(secret.data(), size, std::uint8_t{0xaa});
      secret.shrink(1);
    }
    Secret again(size);
    EXPECT_EQ(again.data(), before) << "the block that was given back last";
    EXPECT_TRUE(is_zero(again.view())) << size;
  }
}

TEST(Secret, ManyDoNotOverlap) {
  std::vector<Secret> all;
  std::vector<std::pair<const std::uint8_t*, const std::uint8_t*>> places;
  for (std::size_t i = 0; i < 3000; ++i) {
    all.emplace_back(1 + i % 1024);
    std::fill_n(all.back().data(), all.back().size(), static_cast<std::uint8_t>(i));
    places.emplace_back(all.back().data(), all.back().data() + all.back().size());
  }
  std::sort(places.begin(), places.end());
  for (std::size_t i = 1; i < places.size(); ++i) ASSERT_LE(places[i - 1].second, places[i].first);
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const std::uint8_t octet : all[i].view()) ASSERT_EQ(octet, static_cast<std::uint8_t>(i));
}

TEST(Secret, SmallOnesShareLockedPages) {
  const long before = locked_kilobytes();
  if (before < 0) GTEST_SKIP() << "this system does not tell what is locked";
  std::vector<Secret> keys;
  for (int i = 0; i < 2000; ++i) keys.emplace_back(32);
  EXPECT_LE(locked_kilobytes() - before, 2000 * 32 / 1024 + 64) << "not a page for each";
}

TEST(Secret, ThreadsShareTheArena) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([i] {
      for (std::size_t j = 0; j < 2000; ++j) {
        Secret secret(1 + j % 200);
        std::fill_n(secret.data(), secret.size(), static_cast<std::uint8_t>(i + 1));
        for (const std::uint8_t octet : secret.view()) ASSERT_EQ(octet, i + 1);
      }
    });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace boltseal
