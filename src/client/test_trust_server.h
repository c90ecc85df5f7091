// For tests: a trust server on loopback that serves files by path and keeps what is published to it.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "tests/support/simulator.h"
#include "tests/support/test_http_server.h"

namespace boltseal::client {

class TestTrustServer {
 public:
  using Parts = std::map<std::string, std::string>;  ///< of one publish, by file name

  explicit TestTrustServer(std::string_view gun = test::kGun)
      : prefix_("/v2/" + std::string(gun) + "/_trust/"),
        http_([this](const testing::TestRequest& request) { return answer(request); }) {}

  std::string url() const { return http_.url(); }
  /// `path` below _trust/: "tuf/root.json".
  void set(const std::string& path, std::string bytes) {
    const std::lock_guard lock(mutex_);
    files_[path] = std::move(bytes);
  }
  /// All that a repository serves now, in its form; what was there of this form is gone.
  void serve(const test::Simulator& repo) {
    const bool notary = repo.form == tuf::Form::notary;
    const std::string folder = notary ? "tuf/" : "tuf1/metadata/";
    {
      const std::lock_guard lock(mutex_);
      std::erase_if(files_, [&](const auto& file) { return file.first.starts_with(folder); });
    }
    for (const auto& [version, bytes] : repo.roots)
      set(folder + std::to_string(version) + ".root.json", bytes);
    if (notary) set(folder + "root.json", repo.newest_root());
    for (const auto& [role, bytes] : repo.served) {
      set(folder + (notary ? role.notary_file() : role.encoded_file()), bytes);
      if (notary) set(folder + role.str() + "." + hex_encode(crypto::sha256(bytes)) + ".json", bytes);
    }
    if (notary) return;
    set(folder + std::to_string(repo.snapshot.version) + ".snapshot.json",
        repo.served.at(RoleName::snapshot()));
    for (const auto& [role, body] : repo.targets)
      set(folder + std::to_string(body.version) + "." + role.encoded_file(), repo.served.at(role));
  }
  /// From now on every answer has this status; 0: as usual.
  void fail_with(int status) {
    const std::lock_guard lock(mutex_);
    status_ = status;
  }
  std::vector<Parts> published() const {
    const std::lock_guard lock(mutex_);
    return published_;
  }
  /// Paths below _trust/ that were asked for.
  std::vector<std::string> asked() const {
    std::vector<std::string> out;
    for (const auto& request : http_.requests()) {
      if (request.target.starts_with(prefix_)) out.push_back(request.target.substr(prefix_.size()));
    }
    return out;
  }

 private:
  testing::TestAnswer answer(const testing::TestRequest& request) {
    const std::lock_guard lock(mutex_);
    if (status_ != 0) return {.status = status_};
    if (request.method == "POST" && !request.target.ends_with(".key")) {
      published_.push_back(parts_of(request));
      return {};
    }
    if (request.target.starts_with(prefix_)) {
      const auto file = files_.find(request.target.substr(prefix_.size()));
      if (file != files_.end()) return {.body = file->second};
    }
    return {.status = 404};
  }
  static Parts parts_of(const testing::TestRequest& request) {
    const std::string type = request.header("content-type");
    const std::string end = "\r\n--" + type.substr(type.find("boundary=") + 9);
    Parts parts;
    for (std::size_t at = 0;;) {
      at = request.body.find("filename=\"", at);
      if (at == std::string::npos) return parts;
      at += 10;
      const std::string name = request.body.substr(at, request.body.find('"', at) - at);
      const std::size_t begin = request.body.find("\r\n\r\n", at) + 4;
      at = request.body.find(end, begin);
      parts[name] = request.body.substr(begin, at - begin);
    }
  }

  std::string prefix_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> files_;
  std::vector<Parts> published_;
  int status_ = 0;
  testing::TestHttpServer http_;  // last: its threads use the rest
};

}  // namespace boltseal::client
