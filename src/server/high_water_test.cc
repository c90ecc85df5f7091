#include "server/high_water.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace boltseal::server {
namespace {

class HighWaterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "boltseal-mark-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::unique_ptr<HighWater> open() {
    auto record = HighWater::open(*Directory::open(folder_));
    EXPECT_TRUE(record) << record.error().what();
    return record ? std::move(*record) : nullptr;
  }
  Head head(const RoleName& role, std::int64_t version, std::uint8_t content = 1) {
    Head out{gun_, Form::notary, role, version, {}};
    out.sha256.fill(content);
    return out;
  }
  std::int64_t version(const HighWater& record, const RoleName& role) {
    const auto mark = record.mark(gun_, Form::notary, role);
    return mark ? mark->version : 0;
  }
  std::string folder_;
  Gun gun_ = *Gun::parse("docker.io/library/a");
};

TEST_F(HighWaterTest, IsThereAfterReopening) {
  {
    auto record = open();
    EXPECT_FALSE(record->existed());
    ASSERT_TRUE(record->raise(gun_, 1, {head(RoleName::root(), 1), head(RoleName::timestamp(), 7)}));
    ASSERT_TRUE(record->raise(gun_, 1, {head(RoleName::timestamp(), 8, 9)}));
  }
  auto record = open();
  EXPECT_TRUE(record->existed());
  EXPECT_EQ(version(*record, RoleName::root()), 1);
  EXPECT_EQ(version(*record, RoleName::timestamp()), 8);
  EXPECT_EQ(record->mark(gun_, Form::notary, RoleName::timestamp())->sha256[0], 9);
  EXPECT_FALSE(record->mark(gun_, Form::tuf1, RoleName::timestamp()));
  EXPECT_EQ(record->of(gun_).size(), 2u);
  EXPECT_EQ(record->guns().size(), 1u);
}

TEST_F(HighWaterTest, NeverFallsWithinAnEpoch) {
  auto record = open();
  ASSERT_TRUE(record->raise(gun_, 1, {head(RoleName::targets(), 5)}));
  ASSERT_TRUE(record->raise(gun_, 1, {head(RoleName::targets(), 4)}));
  EXPECT_EQ(version(*record, RoleName::targets()), 5);
  ASSERT_TRUE(record->raise(gun_, 2, {head(RoleName::targets(), 1)}));
  EXPECT_EQ(version(*record, RoleName::targets()), 1);
  ASSERT_TRUE(record->raise(gun_, 1, {head(RoleName::targets(), 9)}));
  EXPECT_EQ(version(*record, RoleName::targets()), 1);
}

TEST_F(HighWaterTest, LineCutByACrashIsLeftOut) {
  {
    auto record = open();
    ASSERT_TRUE(record->raise(gun_, 1, {head(RoleName::targets(), 5)}));
  }
  std::ofstream(folder_ + "/high-water", std::ios::app) << R"({"gun":"docker.io/library/a","epo)";
  EXPECT_EQ(version(*open(), RoleName::targets()), 5);
}

TEST_F(HighWaterTest, BrokenLineInTheMiddleIsAnError) {
  std::ofstream(folder_ + "/high-water") << "nonsense\n";
  auto record = HighWater::open(*Directory::open(folder_));
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().code(), ErrorCode::bad_format);
}

TEST_F(HighWaterTest, IsRewrittenWhenMostOfItIsOutdated) {
  auto record = open();
  for (int i = 1; i <= 4'000; ++i) {
    ASSERT_TRUE(record->raise(gun_, 1, {head(RoleName::timestamp(), i)}));
  }
  EXPECT_LT(std::filesystem::file_size(folder_ + "/high-water"), (1u << 18) + 1000);
  record.reset();
  EXPECT_EQ(version(*open(), RoleName::timestamp()), 4'000);
}

TEST_F(HighWaterTest, MemoryRecordWritesNothing) {
  auto record = HighWater::in_memory();
  ASSERT_TRUE(record->raise(gun_, 1, {head(RoleName::targets(), 5)}));
  EXPECT_EQ(version(*record, RoleName::targets()), 5);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

}  // namespace
}  // namespace boltseal::server
