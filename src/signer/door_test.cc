#include "signer/door.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <proto/health.pb.h>
#include <proto/signer.pb.h>

#include "base/encoding.h"
#include "crypto/certificate.h"
#include "http/grpc.h"
#include "signer/test_holder.h"
#include "tuf/codec.h"
#include "tuf/editor.h"

namespace boltseal::signer {
namespace {

namespace wire = http::grpc;
using namespace std::string_literals;
using http::HeaderField;
using ::testing::HasSubstr;
using ::testing::Not;

const Gun kGun = *Gun::parse("docker.io/library/app");
const Time kNow = *parse_rfc3339("2026-11-24T07:00:00Z");
constexpr std::string_view kCreate = "/proto.KeyManagement/CreateKey";
constexpr std::string_view kInfo = "/proto.KeyManagement/GetKeyInfo";
constexpr std::string_view kDelete = "/proto.KeyManagement/DeleteKey";
constexpr std::string_view kSign = "/proto.Signer/Sign";
constexpr std::string_view kHealth = "/grpc.health.v1.Health/Check";

/// A request as the HTTP/2 session hands it over.
class Http2Request final : public http::Request {
 public:
  Http2Request(std::string path, std::string body, std::vector<HeaderField> headers, http::Peer peer)
      : path_(std::move(path)), headers_(std::move(headers)), peer_(std::move(peer)) {
    body_ = std::move(body);
    const std::size_t question = std::min(path_.find('?'), path_.size());
    head_.method = http::Method::post;
    head_.method_text = "POST";
    head_.raw_path = head_.path = std::string_view(path_).substr(0, question);
    if (question < path_.size()) head_.query = std::string_view(path_).substr(question + 1);
    head_.headers = headers_;
    head_.peer = &peer_;
    head_.http2 = true;
  }
  http::RequestHead& head_for_test() { return head_; }

 private:
  std::string path_;
  std::vector<HeaderField> headers_;
  http::Peer peer_;
};

struct Answer {
  int status = -1;  ///< of gRPC; -1: none
  std::string message, body;
};

http::Peer client_of(const std::string& name) {
  const auto key = *crypto::SoftwareKey::generate(crypto::KeyAlgorithm::ed25519);
  const auto certificate = *crypto::make_self_signed(*key, name, kNow, kNow + kDay, crypto::system_random());
  return {"127.0.0.1:1", true, std::string(as_text(certificate.der()))};
}

class Door : public ::testing::Test {
 protected:
  void open(DoorOptions options) {
    door_ = std::make_unique<SignerDoor>(std::move(options), holder_, metrics_);
  }
  void SetUp() override { open({}); }

  Answer send(std::string_view path, std::string body, std::vector<HeaderField> more = {}) {
    std::vector<HeaderField> headers = {{"content-type", "application/grpc"}, {"te", "trailers"}};
    headers.insert(headers.end(), more.begin(), more.end());
    Http2Request request{std::string(path), std::move(body), std::move(headers), peer_};
    const http::Response response = door_->handle(request);
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(response.headers.ok() && response.trailers.ok());
    EXPECT_EQ(response.headers.find("content-type"), "application/grpc");
    const bool head_only = response.trailers.fields().empty();
    EXPECT_EQ(head_only, response.body.empty());
    const auto& fields = head_only ? response.headers : response.trailers;
    Answer answer;
    if (const auto status = wire::parse_status(fields.find("grpc-status")))
      answer.status = static_cast<int>(*status);
    answer.message = wire::decode_message(fields.find("grpc-message"));
    if (!head_only) answer.body = *wire::unframe(response.body, 1 << 20);
    return answer;
  }
  template <typename Message>
  Answer ask(std::string_view path, const Message& message, std::vector<HeaderField> more = {}) {
    return send(path, wire::frame(message.SerializeAsString()), std::move(more));
  }

  Answer create_answer(const std::string& algorithm, const std::string& role, const std::string& gun) {
    proto::CreateKeyRequest request;
    request.set_algorithm(algorithm);
    request.set_gun(gun);
    request.set_role(role);
    return ask(kCreate, request);
  }
  proto::PublicKey create(const std::string& algorithm = "ecdsa", const std::string& role = "timestamp",
                          const std::string& gun = kGun.str()) {
    const Answer answer = create_answer(algorithm, role, gun);
    EXPECT_EQ(answer.status, 0) << answer.message;
    proto::PublicKey key;
    EXPECT_TRUE(key.ParseFromString(answer.body));
    return key;
  }
  Answer about(std::string_view path, const std::string& id, std::vector<HeaderField> more = {}) {
    proto::KeyID request;
    request.set_id(id);
    return ask(path, request, std::move(more));
  }
  static std::string content(std::int64_t version, Time expires = kNow + 14 * kDay) {
    tuf::Timestamp body = tuf::new_timestamp(tuf::Form::notary, expires, std::nullopt);
    body.version = version;
    tuf::set_snapshot_meta(body, tuf::meta_of(tuf::Form::notary, "snapshot", "bytes", 1));
    return tuf::write_payload(body).canonical;
  }
  Answer sign(const std::string& id, const std::string& bytes, std::vector<HeaderField> more = {}) {
    proto::SignatureRequest request;
    request.mutable_keyid()->set_id(id);
    request.set_content(bytes);
    return ask(kSign, request, std::move(more));
  }

  FixedClock clock_{kNow};
  testing::MemoryHolder holder_{clock_};
  http::MetricsRegistry metrics_;
  http::Peer peer_;
  std::unique_ptr<SignerDoor> door_;
};

TEST_F(Door, CreatesKeysAndTellsOfThem) {
  for (const std::string algorithm : {"ecdsa", "ed25519"}) {
    const auto key = create(algorithm);
    EXPECT_EQ(key.publickey().size(), algorithm == "ecdsa" ? 91u : 32u);
    EXPECT_EQ(key.keyinfo().algorithm().algorithm(), algorithm);
    const Answer answer = about(kInfo, key.keyinfo().keyid().id());
    ASSERT_EQ(answer.status, 0);
    proto::GetKeyInfoResponse info;
    ASSERT_TRUE(info.ParseFromString(answer.body));
    EXPECT_EQ(info.publickey(), key.publickey());
    EXPECT_EQ(info.role(), "timestamp");
    EXPECT_EQ(info.keyinfo().SerializeAsString(), key.keyinfo().SerializeAsString());
  }
  EXPECT_EQ(create().publickey(), create().publickey()) << "not used yet: the same key";
}

// The bytes of NOTARY-SERVER.md 6, as they were seen on the wire.
TEST_F(Door, AnswersTheObservedRequest) {
  const Bytes request = *hex_decode("0a0565636473611203672f781a0974696d657374616d70");
  const Answer answer = send(kCreate, wire::frame(as_text(request)));
  EXPECT_EQ(answer.status, 0);
  EXPECT_EQ(answer.body.size(), 172u);
  EXPECT_EQ(answer.body.substr(0, 2), "\x0a\x4d");
  EXPECT_EQ(answer.body.substr(79, 2), "\x12\x5b");
}

TEST_F(Door, SignsInTheWordsOfNotarySigner) {
  for (const std::string algorithm : {"ecdsa", "ed25519"}) {
    const auto key = create(algorithm);
    const Answer answer = sign(key.keyinfo().keyid().id(), content(1));
    ASSERT_EQ(answer.status, 0) << answer.message;
    proto::Signature signature;
    ASSERT_TRUE(signature.ParseFromString(answer.body));
    EXPECT_EQ(signature.content().size(), 64u);
    EXPECT_EQ(signature.algorithm().algorithm(), algorithm == "ecdsa" ? "ecdsa" : "eddsa");
    EXPECT_EQ(signature.keyinfo().SerializeAsString(), key.keyinfo().SerializeAsString());
    const auto& bytes = key.publickey();
    const auto loaded = algorithm == "ecdsa" ? crypto::PublicKey::from_spki(as_bytes(bytes))
                                             : crypto::PublicKey::from_ed25519(as_bytes(bytes));
    EXPECT_TRUE(crypto::verify(
        **loaded, algorithm == "ecdsa" ? crypto::Scheme::ecdsa_raw_sha256 : crypto::Scheme::ed25519,
        content(1), as_bytes(signature.content())));
  }
}

TEST_F(Door, FailsInTheWordsOfNotarySigner) {
  Answer answer = create_answer("rsa", "timestamp", "g/x");
  EXPECT_EQ(answer.status, 2);
  EXPECT_EQ(answer.message, "algorithm rsa not supported for create key");
  answer = about(kInfo, "00");
  EXPECT_EQ(answer.status, 5);
  EXPECT_EQ(answer.message, "key 00 not found");
  answer = sign("00", content(1));
  EXPECT_EQ(answer.status, 5);
  EXPECT_EQ(answer.message, "signing key not found: 00");
  answer = about(kDelete, "00");
  EXPECT_EQ(answer.status, 0);
  EXPECT_EQ(answer.body, "");
  answer = send("/proto.Signer/Other", wire::frame(""));
  EXPECT_EQ(answer.status, 12);
  EXPECT_EQ(answer.message, "unknown method Other for service proto.Signer");
  answer = send("/proto.Other/Sign", wire::frame(""));
  EXPECT_EQ(answer.status, 12);
  EXPECT_EQ(answer.message, "unknown service proto.Other");
  EXPECT_EQ(send("/", wire::frame("")).status, 12);
  EXPECT_EQ(send(std::string(kSign) + "?a", wire::frame("")).status, 12);
}

TEST_F(Door, DeletedKeysSignNoMore) {
  const std::string id = create().keyinfo().keyid().id();
  EXPECT_EQ(about(kDelete, id).status, 0);
  EXPECT_EQ(about(kInfo, id).status, 5);
  EXPECT_EQ(sign(id, content(1)).status, 5);
  EXPECT_EQ(about(kDelete, id).status, 0);
}

TEST_F(Door, MalformedCallsHarmThemselvesAlone) {
  const std::string good = wire::frame("\x0a\x02\x30\x30");
  const struct {
    std::string_view path;
    std::string body;
    std::vector<HeaderField> headers;
    int status;
  } cases[] = {
      {kSign, "", {}, 3},
      {kSign, "\0\0\0"s, {}, 3},
      {kSign, "\0\0\0\0\5ab"s, {}, 3},
      {kSign, good + good, {}, 3},
      {kSign, "\7\0\0\0\0"s, {}, 3},
      {kSign, "\1\0\0\0\0"s, {}, 12},
      {kSign, "\0\xff\xff\xff\xff"s, {}, 8},
      {kSign, wire::frame(""), {}, 3},  // without keyID: the end of a notary-signer
      {kSign, wire::frame("\x12\x01x"), {}, 3},
      {kSign, wire::frame("\x0a\xff"), {}, 3},
      {kInfo, wire::frame("\x0a\x01\xff"), {}, 5},  // no UTF-8
      {kInfo, wire::frame(""), {}, 5},
      {kCreate, wire::frame(""), {}, 2},
      {kInfo, good, {{"grpc-encoding", "gzip"}}, 12},
      {kInfo, good, {{"grpc-encoding", "identity"}}, 5},
      {kInfo, good, {{"grpc-timeout", "soon"}}, 3},
      {kInfo, good, {{"grpc-timeout", "0m"}}, 4},
      {kInfo, good, {{"grpc-timeout", "10S"}}, 5},
  };
  for (const auto& c : cases)
    EXPECT_EQ(send(c.path, c.body, c.headers).status, c.status) << c.path << hex_encode(as_bytes(c.body));
  const std::string id = create().keyinfo().keyid().id();
  EXPECT_EQ(sign(id, content(1)).status, 0) << "the door goes on";
}

TEST_F(Door, NamesAreChecked) {
  EXPECT_EQ(create_answer("ecdsa", "targets", "g/x").status, 3);
  EXPECT_EQ(create_answer("ecdsa", "Bad Role", "g/x").status, 3);
  EXPECT_EQ(create_answer("ecdsa", "timestamp", "").status, 3);
  EXPECT_EQ(create_answer("ecdsa", "timestamp", "a/../b").status, 3);
  EXPECT_EQ(create_answer("ecdsa", "timestamp", std::string(300, 'a')).status, 3);
  EXPECT_EQ(holder_.created, 0);
}

TEST_F(Door, IsNoOracle) {
  const std::string id = create().keyinfo().keyid().id();
  EXPECT_EQ(sign(id, "pay 100 to mallory").status, 3);
  EXPECT_EQ(sign(id, content(1) + " ").status, 3);
  EXPECT_EQ(sign(id, content(1, kNow + 1200 * kDay)).status, 3);
  EXPECT_EQ(holder_.signatures, 0);
}

TEST_F(Door, LowerVersionsAreForNotaryServersOnly) {
  const std::string id = create().keyinfo().keyid().id();
  EXPECT_EQ(sign(id, content(5)).status, 0);
  EXPECT_EQ(sign(id, content(4)).status, 0) << "a notary-server's may fall";
  open({.clients = {}, .refuse_rollback = true});
  EXPECT_EQ(sign(id, content(4)).status, 9);
  EXPECT_EQ(sign(id, content(5)).status, 0);
}

TEST_F(Door, ClientsUseTheKeysThatAreTheirs) {
  open({.clients = {{"CN=one", {*policy::GunPattern::parse("docker.io/library/*")}, true},
                    {"CN=two", {}, false}}});
  EXPECT_EQ(create_answer("ecdsa", "timestamp", kGun.str()).status, 7) << "no certificate";
  peer_ = client_of("stranger");
  EXPECT_EQ(create_answer("ecdsa", "timestamp", kGun.str()).status, 7);
  EXPECT_EQ(send(kHealth, wire::frame("")).status, 0);
  peer_ = client_of("two");
  const std::string id = create().keyinfo().keyid().id();
  const std::string other = create("ecdsa", "timestamp", "example.com/other").keyinfo().keyid().id();
  EXPECT_EQ(sign(id, content(5)).status, 0);
  EXPECT_EQ(sign(id, content(4)).status, 0);
  peer_ = client_of("one");
  EXPECT_EQ(sign(id, content(4)).status, 9);
  EXPECT_EQ(sign(id, content(6)).status, 0);
  EXPECT_EQ(create_answer("ecdsa", "timestamp", "example.com/other").status, 7);
  EXPECT_EQ(sign(other, content(1)).status, 7);
  EXPECT_EQ(about(kInfo, other).status, 7);
  EXPECT_EQ(about(kDelete, other).status, 7);
  peer_ = client_of("two");
  EXPECT_EQ(about(kInfo, other).status, 0) << "still there";
}

TEST_F(Door, AKeyOfAnotherGunIsNotThere) {
  const std::string id = create().keyinfo().keyid().id();
  EXPECT_EQ(about(kInfo, id, {{"boltseal-gun", kGun.str()}}).status, 0);
  EXPECT_EQ(about(kInfo, id, {{"boltseal-gun", "docker.io/library/evil"}}).status, 5);
  EXPECT_EQ(sign(id, content(1), {{"boltseal-gun", "docker.io/library/evil"}}).status, 5);
  EXPECT_EQ(about(kDelete, id, {{"boltseal-gun", "docker.io/library/evil"}}).status, 0);
  EXPECT_EQ(sign(id, content(1), {{"boltseal-gun", kGun.str()}}).status, 0);
}

// NOTARY-SERVER.md 9, bug 18: a key that does not open is not lost, and nothing takes its place.
TEST_F(Door, AWrongPassphraseIsNoMissingKey) {
  const std::string id = create().keyinfo().keyid().id();
  holder_.broken = true;
  for (const Answer& answer :
       {about(kInfo, id), sign(id, content(1)), create_answer("ecdsa", "timestamp", "g/new")}) {
    EXPECT_EQ(answer.status, 13);
    EXPECT_THAT(answer.message, Not(HasSubstr("secret"))) << "nothing of this machine";
  }
  EXPECT_EQ(holder_.created, 1);
}

TEST_F(Door, TellsItsHealth) {
  for (const std::string service :
       {"", "grpc.health.v1.Health.KeyManagement", "grpc.health.v1.Health.Signer"}) {
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    holder_.broken = false;
    EXPECT_EQ(ask(kHealth, request).body, "\x08\x01") << service;
    holder_.broken = true;
    EXPECT_EQ(ask(kHealth, request).body, "\x08\x02") << service;
  }
  grpc::health::v1::HealthCheckRequest overall;
  overall.set_service("grpc.health.v1.Health.Overall");
  EXPECT_EQ(ask(kHealth, overall).status, 5);
  EXPECT_EQ(ask(kHealth, overall).message, "unknown service");
}

TEST_F(Door, SpeaksNothingButGrpc) {
  const std::vector<HeaderField> json = {{"content-type", "application/json"}};
  Http2Request wrong_type(std::string(kSign), "{}", json, {});
  EXPECT_EQ(door_->handle(wrong_type).status, 415);
  const std::vector<HeaderField> good = {{"content-type", "application/grpc"}};
  Http2Request get(std::string(kSign), "", good, {});
  get.head_for_test().method = http::Method::get;
  EXPECT_EQ(door_->handle(get).status, 405);
  Http2Request old(std::string(kSign), "", good, {});
  old.head_for_test().http2 = false;
  EXPECT_EQ(door_->handle(old).status, 505);
}

TEST_F(Door, CountsCallsAndBoundsThem) {
  create();
  about(kInfo, "00");
  send("/x/y", "");
  const auto handlers = door_->handlers();
  EXPECT_EQ(handlers.plan({}).body_limit, (4u << 20) + 5);
  EXPECT_EQ(handlers.refuse(413, "too large").headers.find("grpc-status"), "8");
  EXPECT_EQ(handlers.refuse(503, "busy").headers.find("grpc-status"), "14");
  const std::string text = metrics_.text();
  for (const char* line : {R"(boltseal_signer_requests_total{method="CreateKey",code="0"} 1)",
                           R"(boltseal_signer_requests_total{method="GetKeyInfo",code="5"} 1)",
                           R"(boltseal_signer_requests_total{method="other",code="12"} 1)",
                           R"(boltseal_signer_requests_total{method="other",code="8"} 1)"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace boltseal::signer
