#include "store/trust_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <thread>

#include "store/state_file.h"

namespace boltseal::store {
namespace {

class Store : public testing::Test {
 protected:
  Store() {
    char pattern[] = "/tmp/boltseal-store-XXXXXX";
    path_ = mkdtemp(pattern);
  }
  ~Store() override {
    set_file_fault_hook({});
    EXPECT_EQ(std::system(("rm -rf " + path_).c_str()), 0);
  }
  TrustStore open(tuf::Form form = tuf::Form::notary) {
    return TrustStore(path_ + "/trust", form, *Gun::parse("reg.example/team/app"));
  }
  static TrustState floor_at(std::int64_t version) {
    TrustState state;
    state.floors.roles[RoleName::timestamp()] = {version, Sha256{}};
    return state;
  }
  static AcceptedFile timestamp(std::int64_t version) {
    return {RoleName::timestamp(), version, "v" + std::to_string(version)};
  }
  std::string path_;
};

TEST_F(Store, ReadingCreatesNothing) {
  EXPECT_FALSE(open().cached(RoleName::root()));
  EXPECT_EQ(*open().state(), TrustState{});
  EXPECT_NE(std::system(("test -e " + path_ + "/trust").c_str()), 0);
}

TEST_F(Store, UsesDockersLayoutForNotaryForm) {
  ASSERT_TRUE(open().commit({{RoleName::releases(), 1, "{}"}, {RoleName::root(), 1, "r"}}, floor_at(1)));
  const auto directory = Directory::open(path_ + "/trust");
  EXPECT_EQ(*directory->read("tuf/reg.example/team/app/metadata/targets/releases.json", 10), "{}");
  EXPECT_THAT(*cached_guns(path_ + "/trust"), testing::ElementsAre(*Gun::parse("reg.example/team/app")));
  ASSERT_TRUE(open(tuf::Form::tuf1).commit({{RoleName::releases(), 1, "{1}"}}, floor_at(1)));
  EXPECT_EQ(*directory->read("boltseal/reg.example/team/app/@tuf1/metadata/targets%2Freleases.json", 10),
            "{1}");
}

TEST_F(Store, StateRoundTrips) {
  TrustState state = floor_at(7);
  state.floors.issued = *parse_rfc3339("2026-11-24T07:00:00.5Z");
  state.floors.snapshot_keys = {Sha256{1}};
  state.transport = "https://notary.example";
  state.first_root_version = 3;
  state.first_root_sha256 = Sha256{9};
  state.anchor = Sha256{4};
  EXPECT_EQ(*parse_state(write_state(state)), state);
  EXPECT_FALSE(parse_state("{}"));
  EXPECT_FALSE(parse_state(R"({"format":2,"roles":{},"timestamp_keys":[],"snapshot_keys":[]})"));
}

TEST_F(Store, SlowerProcessTakesNothingBack) {
  ASSERT_TRUE(open().commit({timestamp(5)}, floor_at(5)));
  ASSERT_TRUE(open().commit({timestamp(4)}, floor_at(4)));
  EXPECT_EQ(*open().cached(RoleName::timestamp()), "v5");
  EXPECT_EQ(open().state()->floors.roles.at(RoleName::timestamp()).version, 5);
}

TEST_F(Store, Security11_RecoveryDropsFloorsOnPurposeOnly) {
  ASSERT_TRUE(open().commit({timestamp(900)}, floor_at(900)));
  ASSERT_TRUE(open().commit({timestamp(2)}, floor_at(2), {RoleName::timestamp()}));
  EXPECT_EQ(*open().cached(RoleName::timestamp()), "v2");
  EXPECT_EQ(open().state()->floors.roles.at(RoleName::timestamp()).version, 2);
}

TEST_F(Store, BrokenStateIsAnErrorNotAFreshStart) {
  ASSERT_TRUE(open().commit({timestamp(5)}, floor_at(5)));
  const auto directory = Directory::open(path_ + "/trust");
  ASSERT_TRUE(directory->write_atomic("boltseal/reg.example/team/app/@notary/state.json", "{broken"));
  EXPECT_EQ(open().state().error().code(), ErrorCode::bad_format);
  EXPECT_FALSE(open().commit({timestamp(6)}, floor_at(6)));
  EXPECT_EQ(*open().cached(RoleName::timestamp()), "v5");
}

TEST_F(Store, FaultsLeaveWholeFiles) {
  ASSERT_TRUE(open().commit({timestamp(5)}, floor_at(5)));
  std::int64_t version = 5;
  for (const std::string step : {"write", "fsync", "rename"}) {
    for (int nth = 0; nth < 2; ++nth) {  // the state, then the file
      ++version;
      int seen = 0;
      set_file_fault_hook(
          [&](std::string_view s, std::string_view) { return s == step && seen++ == nth ? ENOSPC : 0; });
      const auto result = open().commit({timestamp(version)}, floor_at(version));
      set_file_fault_hook({});
      ASSERT_FALSE(result) << step << nth;
      EXPECT_EQ(result.error().code(), ErrorCode::disk_full);
      EXPECT_EQ(*open().cached(RoleName::timestamp()), "v5");
      EXPECT_EQ(open().state()->floors.roles.at(RoleName::timestamp()).version,
                nth == 0 ? version - 1 : version);
      if (nth == 0) {
        ASSERT_TRUE(open().commit({}, floor_at(version)));
      }
    }
  }
  ASSERT_TRUE(open().commit({timestamp(version)}, floor_at(version)));
  EXPECT_EQ(*open().cached(RoleName::timestamp()), "v" + std::to_string(version));
}

TEST_F(Store, C2_TwoWritersBothSucceed) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int v = 1; v <= 10; ++v) EXPECT_TRUE(open().commit({timestamp(v * 4 + t)}, floor_at(v * 4 + t)));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(*open().cached(RoleName::timestamp()), "v43");
  EXPECT_EQ(open().state()->floors.roles.at(RoleName::timestamp()).version, 43);
}

}  // namespace
}  // namespace boltseal::store
