// For the tests of import: what `boltseal export` would save from a TestServer, as files in a throw-away
// folder.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "json/writer.h"
#include "server/test_server.h"
#include "tuf/codec.h"

namespace boltseal::server::testing {

class BundleFolder {
 public:
  BundleFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "boltseal-bundle-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    path = pattern;
  }
  ~BundleFolder() { std::filesystem::remove_all(path); }
  BundleFolder(const BundleFolder&) = delete;
  BundleFolder& operator=(const BundleFolder&) = delete;

  /// Takes what the server has now.
  void save(TestServer& server, const Gun& of) {
    gun = of.str();
    files.clear();
    files["root.json"] = server.file(of, "root.json");
    for (std::int64_t n = 1; n <= must(tuf::parse_root(tuf::Form::notary, files["root.json"]))->version;
         ++n) {
      const std::string name = std::to_string(n) + ".root.json";
      files[name] = server.file(of, name);
    }
    files["timestamp.json"] = server.file(of, "timestamp.json");
    files["snapshot.json"] = server.file(of, "snapshot.json");
    const auto snapshot = must(tuf::parse_snapshot(tuf::Form::notary, files["snapshot.json"]));
    for (const tuf::Meta& meta : snapshot->meta) {
      if (meta.name != "root") files[meta.name + ".json"] = server.file(of, meta.name + ".json");
    }
  }

  std::string manifest() const {
    json::Writer w;
    w.begin_object().member("format", 1).member("gun", gun).member("form", "notary");
    w.member("server", "https://old.example")
        .member("saved", "2026-11-24T07:00:00Z")
        .member("status", status);
    w.name("files").begin_array();
    for (const auto& [name, bytes] : files) {
      w.begin_object().member("name", name).member("length", static_cast<std::int64_t>(bytes.size()));
      w.member("sha256", hex_encode(crypto::sha256(bytes))).end_object();
    }
    w.end_array().name("missing").begin_array().end_array().end_object();
    return w.take();
  }

  /// Writes `files` and a manifest that fits them.
  const std::string& write() {
    for (const auto& [name, bytes] : files) write_file("metadata/" + name, bytes);
    write_file("bundle.json", manifest());
    return path;
  }
  void write_file(const std::string& name, const std::string& bytes) const {
    const std::filesystem::path target = path + "/" + name;
    std::filesystem::create_directories(target.parent_path());
    std::ofstream(target, std::ios::binary) << bytes;
  }

  std::string path, gun, status = "verified";
  std::map<std::string, std::string> files;
};

}  // namespace boltseal::server::testing
