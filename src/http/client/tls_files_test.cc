#include "http/client/tls_files.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace boltseal::http {
namespace {

namespace fs = std::filesystem;

class TlsFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "boltseal-tls-XXXXXX";
    root_ = mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(root_); }
  void touch(const std::string& name) const {
    fs::create_directories(fs::path(root_ + "/" + name).parent_path());
    std::ofstream(root_ + "/" + name) << "x";
  }
  std::string root_;
};

TEST_F(TlsFilesTest, MissingDirectoryIsFine) {
  const auto files = read_tls_directory(root_ + "/none").value();
  EXPECT_TRUE(files.ca_files.empty());
  EXPECT_TRUE(files.client_certificate.empty());
}

TEST_F(TlsFilesTest, ReadsAsDocker) {
  for (const char* name :
       {"h/b.crt", "h/a.crt", "h/client.cert", "h/client.key", "h/other.txt", "h/z.cert", "h/z.key"})
    touch(name);
  const auto files = read_tls_directory(root_ + "/h").value();
  EXPECT_EQ(files.ca_files, (std::vector<std::string>{root_ + "/h/a.crt", root_ + "/h/b.crt"}));
  EXPECT_EQ(files.client_certificate, root_ + "/h/client.cert");
  EXPECT_EQ(files.client_key, root_ + "/h/client.key");
}

TEST_F(TlsFilesTest, PairsMustBeComplete) {
  touch("a/client.cert");
  touch("b/client.key");
  const auto a = read_tls_directory(root_ + "/a").error();
  EXPECT_EQ(a.code(), ErrorCode::bad_config);
  EXPECT_EQ(a.what(),
            "missing key client.key for client certificate client.cert. CA certificates must use the "
            "extension .crt");
  EXPECT_EQ(read_tls_directory(root_ + "/b").error().what(),
            "missing client certificate client.cert for key client.key");
}

TEST_F(TlsFilesTest, MergesParents) {
  touch("p1/127.0.0.1:5000/a.crt");
  touch("p2/127.0.0.1:5000/b.crt");
  EXPECT_EQ(tls_files_of_host({root_ + "/p1", root_ + "/p2", root_ + "/p3"}, "127.0.0.1:5000")
                .value()
                .ca_files.size(),
            2u);
}

TEST_F(TlsFilesTest, NamesAreNeverPaths) {
  EXPECT_EQ(tls_directory_of("/p", "h:1").value(), "/p/h:1");
  for (const char* bad : {"..", ".", "", "a/b", "../x", "a\\b"})
    EXPECT_FALSE(tls_directory_of("/p", bad)) << bad;
}

TEST_F(TlsFilesTest, FindsSystemCas) {
  touch("hashed/0a775a30.0");
  touch("flat/x.pem");
  EXPECT_EQ(find_system_cas(nullptr, (root_ + "/hashed").c_str()).hashed_directory, root_ + "/hashed");
  const auto flat = find_system_cas(nullptr, (root_ + "/flat").c_str());
  EXPECT_EQ(flat.bundles, std::vector<std::string>{root_ + "/flat/x.pem"});
  const auto file = find_system_cas("/some/file.pem", nullptr);
  EXPECT_EQ(file.bundles, std::vector<std::string>{"/some/file.pem"});
  EXPECT_TRUE(file.hashed_directory.empty());
}

}  // namespace
}  // namespace boltseal::http
