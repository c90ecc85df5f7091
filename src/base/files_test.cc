#include "base/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/limits.h"
#include "base/secret.h"

namespace boltseal {
namespace {

class Files : public testing::Test {
 protected:
  Files() {
    char pattern[] = "/tmp/boltseal-files-XXXXXX";
    path_ = mkdtemp(pattern);
  }
  ~Files() override {
    set_file_fault_hook({});
    std::filesystem::remove_all(path_);
  }
  Directory open() { return std::move(*Directory::open(path_)); }
  std::string path_;
};

TEST_F(Files, WritesAtomicallyAndReadsBounded) {
  const Directory d = open();
  ASSERT_TRUE(d.write_atomic("a/b/c.json", "hello"));
  EXPECT_EQ(*d.read("a/b/c.json", 100), "hello");
  EXPECT_EQ(d.read("a/b/c.json", 4).error().code(), ErrorCode::limit_exceeded);
  EXPECT_EQ(d.read("a/none", 4).error().code(), ErrorCode::not_found);
  struct stat info{};
  ASSERT_EQ(stat((path_ + "/a/b/c.json").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0600u);
  ASSERT_EQ(stat((path_ + "/a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0700u);
  EXPECT_EQ(d.write_new("a/b/c.json", "x").error().code(), ErrorCode::already_exists);
  EXPECT_EQ(*d.read("a/b/c.json", 100), "hello");
  EXPECT_THAT(*d.list(), testing::ElementsAre("a/b/c.json"));
}

TEST_F(Files, NamesAreNeverPaths) {
  const Directory d = open();
  for (const char* bad : {"", ".", "..", "../x", "a/../../x", "/etc/passwd", "a//b", "a/./b"}) {
    EXPECT_FALSE(d.read(bad, 10)) << bad;
    EXPECT_FALSE(d.write_atomic(bad, "x")) << bad;
  }
}

TEST_F(Files, SymbolicLinksAreNotFollowed) {
  const Directory d = open();
  ASSERT_EQ(symlink("/etc", (path_ + "/link").c_str()), 0);
  ASSERT_EQ(symlink("/etc/passwd", (path_ + "/file").c_str()), 0);
  EXPECT_FALSE(d.read("link/passwd", 1 << 20));
  EXPECT_FALSE(d.read("file", 1 << 20));
  EXPECT_FALSE(d.write_atomic("link/x", "x"));
  ASSERT_TRUE(d.write_atomic("file", "ours"));  // replaces the link, not what it names
  EXPECT_EQ(*d.read("file", 10), "ours");
}

// A failing write, fsync or rename leaves the old content and no rubbish (HOUSE rule 3).
TEST_F(Files, FaultsLeaveTheOldContent) {
  const Directory d = open();
  ASSERT_TRUE(d.write_atomic("f", "old"));
  for (const std::string step : {"write", "fsync", "rename"}) {
    for (const int error : {ENOSPC, EIO}) {
      set_file_fault_hook([&](std::string_view s, std::string_view) { return s == step ? error : 0; });
      const auto result = d.write_atomic("f", "new");
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().code(), error == ENOSPC ? ErrorCode::disk_full : ErrorCode::io_error);
      set_file_fault_hook({});
      EXPECT_EQ(*d.read("f", 10), "old");
      EXPECT_EQ(std::system(("test $(ls -A " + path_ + " | wc -l) = 1").c_str()), 0) << step;
    }
  }
}

TEST_F(Files, LocksExcludeEachOther) {
  const Directory d = open();
  {
    const auto first = d.lock(".lock", 0);
    ASSERT_TRUE(first);
    EXPECT_EQ(d.lock(".lock", 20).error().code(), ErrorCode::locked);
  }
  EXPECT_TRUE(d.lock(".lock", 0));
}

TEST_F(Files, FifosAndDirectoriesAreNoFiles) {
  const Directory d = open();
  ASSERT_EQ(mkfifo((path_ + "/fifo").c_str(), 0600), 0);
  ASSERT_EQ(mkdir((path_ + "/dir").c_str(), 0700), 0);
  EXPECT_FALSE(d.read("fifo", 10));
  EXPECT_FALSE(d.read("dir", 10));
}

TEST(Secret, IsWipedAndMoves) {
  Secret a = Secret::of_text("hunter2");
  Secret b = std::move(a);
  EXPECT_TRUE(a.empty());
  EXPECT_EQ(b.text(), "hunter2");
  b.shrink(6);
  EXPECT_EQ(b.text(), "hunter");
  std::string text = "password";
  wipe_string(text);
  EXPECT_TRUE(text.empty());
}

TEST(Limits, AreFrozen) {
  EXPECT_EQ(limits::kRootBytes, 512'000u);
  EXPECT_EQ(limits::kTimestampBytes, 16'384u);
  EXPECT_EQ(limits::kSnapshotBytes, 2'000'000u);
  EXPECT_EQ(limits::kTargetsBytes, 5'000'000u);
  EXPECT_EQ(limits::kRootRotations, 1024u);
  EXPECT_EQ(limits::kDelegationVisits, 32u);
  EXPECT_EQ(limits::kSignaturesPerFile, 128u);
  EXPECT_EQ(limits::kJsonDepth, 64u);
  EXPECT_EQ(limits::kMaxInteger, 9007199254740991);
}

}  // namespace
}  // namespace boltseal
