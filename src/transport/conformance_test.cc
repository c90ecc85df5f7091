#include <stdlib.h>

#include <filesystem>

#include "base/encoding.h"
#include "json/reader.h"
#include "tests/support/test_http_server.h"
#include "tests/support/transport_conformance.h"
#include "transport/directory.h"
#include "transport/memory.h"
#include "transport/notary_http.h"

namespace boltseal::transport {
namespace {

using boltseal::testing::TestAnswer;
using boltseal::testing::TestHttpServer;
using boltseal::testing::TestRequest;

ConformanceSubject make_memory(tuf::Form form) { return {std::make_unique<MemoryTransport>(form), nullptr}; }

ConformanceSubject make_directory(tuf::Form form) {
  std::string pattern = ::testing::TempDir() + "boltseal-transport-XXXXXX";
  const std::string path = mkdtemp(pattern.data());
  std::shared_ptr<void> keep(nullptr, [path](void*) { std::filesystem::remove_all(path); });
  return {directory(path, form).value(), keep};
}

/// A trust server in small: keeps what a publish brings under the names that readers ask for.
class SmallServer {
 public:
  explicit SmallServer(tuf::Form form)
      : form_(form), server_([this](const TestRequest& r) { return answer(r); }) {
    HttpLocation location{.base_url = server_.url() + "//",
                          .gun = Gun::parse("reg.example/team/app").value()};
    transport = (form == tuf::Form::notary ? notary_http(http_, location, crypto::system_random())
                                           : tuf1_http(http_, location, crypto::system_random()))
                    .value();
  }
  std::unique_ptr<Transport> transport;

 private:
  static constexpr const char* kBase = "/v2/reg.example/team/app/_trust/";
  std::string folder() const {
    return std::string(kBase) + (form_ == tuf::Form::notary ? "tuf/" : "tuf1/metadata/");
  }

  TestAnswer answer(const TestRequest& r) {
    if (r.method == "POST") return take(r);
    if (r.method == "DELETE" && r.target == std::string(kBase) + "tuf/") {
      files_.clear();
      return {};
    }
    const auto found = files_.find(r.target);
    if (found != files_.end()) return {.body = found->second};
    return {
        .status = 404,
        .body =
            R"({"errors":[{"code":"METADATA_NOT_FOUND","message":"You have requested metadata that does not exist.","detail":{}}]})"};
  }
  TestAnswer take(const TestRequest& r) {
    if (r.target != std::string(kBase) + (form_ == tuf::Form::notary ? "tuf/" : "tuf1/"))
      return {.status = 404};
    const auto type = r.header("content-type");
    const auto delimiter = "\r\n--" + type.substr(type.find('=') + 1);
    const auto body = "\r\n" + r.body;
    for (auto at = body.find(delimiter); at != std::string::npos;) {
      const auto next = body.find(delimiter, at + 1);
      if (next == std::string::npos) break;
      const auto part = body.substr(at, next - at);
      const auto name_begin = part.find("filename=\"") + 10;
      store(part.substr(name_begin, part.find('"', name_begin) - name_begin),
            part.substr(part.find("\r\n\r\n") + 4));
      at = next;
    }
    return {};
  }
  void store(std::string name, const std::string& bytes) {
    if (form_ == tuf::Form::tuf1) {
      files_[folder() + name] = bytes;
      const auto dot = name.find('.');
      if (name.substr(dot) == ".root.json") files_[folder() + "root.json"] = bytes;
      return;
    }
    const auto document = json::Document::parse(bytes, {}).value();
    const auto version = document.root().find("signed")->find("version")->as_int();
    files_[folder() + name + ".json"] = bytes;
    files_[folder() + std::to_string(version) + "." + name + ".json"] = bytes;
    files_[folder() + name + "." + hex_encode(crypto::sha256(bytes)) + ".json"] = bytes;
  }

  tuf::Form form_;
  std::map<std::string, std::string> files_;
  TestHttpServer server_;
  std::unique_ptr<http::Client> client_ = http::make_curl_client({});
  std::unique_ptr<http::CredentialSource> credentials_ = http::no_credentials();
  http::AuthenticatedClient http_{*client_, *credentials_, system_clock()};
};

ConformanceSubject make_http(tuf::Form form) {
  auto server = std::make_shared<SmallServer>(form);
  return {std::move(server->transport), server};
}

INSTANTIATE_TEST_SUITE_P(MemoryNotary, TransportConformance,
                         ::testing::Values([] { return make_memory(tuf::Form::notary); }));
INSTANTIATE_TEST_SUITE_P(MemoryTuf1, TransportConformance,
                         ::testing::Values([] { return make_memory(tuf::Form::tuf1); }));
INSTANTIATE_TEST_SUITE_P(DirectoryNotary, TransportConformance,
                         ::testing::Values([] { return make_directory(tuf::Form::notary); }));
INSTANTIATE_TEST_SUITE_P(DirectoryTuf1, TransportConformance,
                         ::testing::Values([] { return make_directory(tuf::Form::tuf1); }));
INSTANTIATE_TEST_SUITE_P(HttpNotary, TransportConformance,
                         ::testing::Values([] { return make_http(tuf::Form::notary); }));
INSTANTIATE_TEST_SUITE_P(HttpTuf1, TransportConformance,
                         ::testing::Values([] { return make_http(tuf::Form::tuf1); }));

}  // namespace
}  // namespace boltseal::transport
