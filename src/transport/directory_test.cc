#include "transport/directory.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "crypto/digest.h"

namespace boltseal::transport {
namespace {

namespace fs = std::filesystem;

class DirectoryTransportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "boltseal-dir-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  void TearDown() override {
    set_file_fault_hook({});
    fs::remove_all(path_);
  }
  void put(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(path_ + "/" + name).parent_path());
    std::ofstream(path_ + "/" + name) << text;
  }
  std::string path_;
};

TEST_F(DirectoryTransportTest, MustExist) {
  EXPECT_FALSE(directory(path_ + "/none", tuf::Form::notary));
  EXPECT_TRUE(directory(path_ + "/new", tuf::Form::notary, true));
}

TEST_F(DirectoryTransportTest, ReadsBundlesWithPlainAndHashedNames) {
  put("root.json", "r");
  put("targets/alice.json", "alice");
  put("snapshot." + crypto::digest_of("snap").hex() + ".json", "snap");
  const auto bundle = directory(path_, tuf::Form::notary).value();
  const auto alice = RoleName::parse_notary("targets/alice").value();
  EXPECT_EQ(bundle->current(alice, 100).value(), "alice");
  EXPECT_EQ(bundle->by_hash(alice, crypto::sha256("alice"), 100).value(), "alice");
  EXPECT_EQ(bundle->by_hash(alice, crypto::sha256("other"), 100).error().code(), ErrorCode::metadata_missing);
  EXPECT_EQ(bundle->by_hash(RoleName::snapshot(), crypto::sha256("snap"), 100).value(), "snap");
}

TEST_F(DirectoryTransportTest, FindsEarlierRootsByHash) {
  put("root.json", "third");
  put("1.root.json", "first");
  put("2.root.json", "second");
  put("x.root.json", "no version");
  put("123", "no root");
  const auto bundle = directory(path_, tuf::Form::notary).value();
  const auto by_hash = [&](const std::string& text) {
    return bundle->by_hash(RoleName::root(), crypto::sha256(text), 100);
  };
  EXPECT_EQ(by_hash("third").value(), "third");
  EXPECT_EQ(by_hash("first").value(), "first");
  EXPECT_EQ(by_hash("second").value(), "second");
  EXPECT_EQ(by_hash("no version").error().code(), ErrorCode::metadata_missing);
}

TEST_F(DirectoryTransportTest, FindsARootByHashThoughNoneIsCurrent) {
  put("1.root.json", "first");
  EXPECT_EQ(directory(path_, tuf::Form::notary)
                .value()
                ->by_hash(RoleName::root(), crypto::sha256("first"), 100)
                .value(),
            "first");
}

TEST_F(DirectoryTransportTest, WrongBytesUnderAHashAreNotGiven) {
  put("snapshot." + crypto::digest_of("snap").hex() + ".json", "other");
  EXPECT_EQ(directory(path_, tuf::Form::notary)
                .value()
                ->by_hash(RoleName::snapshot(), crypto::sha256("snap"), 100)
                .error()
                .code(),
            ErrorCode::metadata_missing);
}

TEST_F(DirectoryTransportTest, FollowsNoSymbolicLinks) {
  put("elsewhere", "secret");
  fs::create_symlink(path_ + "/elsewhere", path_ + "/root.json");
  const auto bytes = directory(path_, tuf::Form::notary).value()->current(RoleName::root(), 100);
  EXPECT_FALSE(bytes);
}

TEST_F(DirectoryTransportTest, RoleNamesStayInside) {
  const auto transport = directory(path_, tuf::Form::tuf1).value();
  for (const char* name : {"../x", "/etc/passwd", "a/b", ".", "..", ".hidden", "%2f"}) {
    const auto role = RoleName::parse_tuf1(name).value();
    ASSERT_TRUE(transport->publish({{role, name, 1}})) << name;
    EXPECT_EQ(transport->by_version(role, 1, 100).value(), name);
  }
  for (const auto& entry : fs::recursive_directory_iterator(path_))
    EXPECT_EQ(entry.path().parent_path(), path_);
}

TEST_F(DirectoryTransportTest, TimestampIsWrittenLast) {
  std::vector<std::string> renamed;
  set_file_fault_hook([&](std::string_view step, std::string_view name) {
    if (step == "rename") renamed.emplace_back(name);
    return 0;
  });
  const auto transport = directory(path_, tuf::Form::tuf1).value();
  ASSERT_TRUE(transport->publish({{RoleName::timestamp(), "t", 1},
                                  {RoleName::snapshot(), "s", 1},
                                  {RoleName::targets(), "g", 1},
                                  {RoleName::root(), "r", 1}}));
  ASSERT_EQ(renamed.size(), 5u);
  EXPECT_EQ(renamed.back(), "timestamp.json");
  EXPECT_EQ(renamed.front(), "1.root.json");
}

TEST_F(DirectoryTransportTest, FailedWriteLeavesTheOldTimestamp) {
  const auto transport = directory(path_, tuf::Form::tuf1).value();
  ASSERT_TRUE(transport->publish({{RoleName::snapshot(), "s", 1}, {RoleName::timestamp(), "t1", 1}}));
  set_file_fault_hook([](std::string_view step, std::string_view name) {
    return step == "rename" && name.find("snapshot") != std::string_view::npos ? ENOSPC : 0;
  });
  EXPECT_FALSE(transport->publish({{RoleName::timestamp(), "t2", 2}, {RoleName::snapshot(), "s2", 2}}));
  EXPECT_EQ(transport->current(RoleName::timestamp(), 100).value(), "t1");
}

TEST_F(DirectoryTransportTest, VersionsAreNeeded) {
  const auto transport = directory(path_, tuf::Form::tuf1).value();
  EXPECT_EQ(transport->publish({{RoleName::targets(), "x", {}}}).error().code(), ErrorCode::usage);
}

}  // namespace
}  // namespace boltseal::transport
