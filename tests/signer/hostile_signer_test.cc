// The client of signers against one that answers wrongly, badly or never.
#include <proto/signer.pb.h>

#include <atomic>
#include <thread>

#include "crypto/software_key.h"
#include "http/grpc.h"
#include "tests/signer/signers.h"
#include "tuf/key.h"

namespace boltseal::conformance {
namespace {

namespace wire = http::grpc;
using namespace std::string_literals;
using ::testing::HasSubstr;

const Gun kGun = *Gun::parse("docker.io/library/app");

http::Response grpc_answer(std::string body, std::string_view status = "0") {
  http::Response response;
  response.headers = {{"Content-Type", "application/grpc"}};
  response.body = std::move(body);
  response.trailers = {{"grpc-status", status}};
  return response;
}
http::Response failure(std::string_view status, std::string_view message = "") {
  http::Response response;
  response.headers = {
      {"Content-Type", "application/grpc"}, {"grpc-status", status}, {"grpc-message", message}};
  return response;
}

/// Answers what the test says, and counts.
struct Hostile {
  explicit Hostile(std::function<http::Response(const http::Request&)> given)
      : answer(std::move(given)), listening({.handle = [this](http::Request& request) {
          ++calls;
          return answer(request);
        }}) {}
  std::unique_ptr<keys::RemoteSigner> signer() const { return peers().signer(listening.address); }
  std::function<http::Response(const http::Request&)> answer;
  std::atomic<int> calls = 0;
  Listening listening;
};

const crypto::SoftwareKeyPtr& key() {
  static const auto made = *crypto::SoftwareKey::generate(crypto::KeyAlgorithm::ecdsa_p256);
  return made;
}

template <typename Message>
Message with_key(const std::string& id = tuf::canonical_key_id(*key()->public_key()).str()) {
  Message message;
  message.mutable_keyinfo()->mutable_keyid()->set_id(id);
  message.mutable_keyinfo()->mutable_algorithm()->set_algorithm("ecdsa");
  message.set_publickey(std::string(as_text(key()->public_key()->spki())));
  return message;
}

TEST(HostileSigner, AnswersThatAreNoGrpc) {
  const std::string good = wire::frame(with_key<proto::PublicKey>().SerializeAsString());
  http::Response html;
  html.headers = {{"Content-Type", "text/html"}};
  html.body = "<html>";
  http::Response no_trailers = grpc_answer(good);
  no_trailers.trailers = {};
  http::Response not_found;
  not_found.status = 404;
  const http::Response cases[] = {
      html,
      no_trailers,
      not_found,
      grpc_answer(good, "99"),
      grpc_answer(good, "zero"),
      grpc_answer(""),
      grpc_answer(good + good),
      grpc_answer(good.substr(0, good.size() - 1)),
      grpc_answer("\1" + good.substr(1)),
      grpc_answer("\0\xff\xff\xff\xff"s + good),
      grpc_answer(wire::frame("\xff\xff\xff")),
      grpc_answer(wire::frame("")),
  };
  for (const auto& answer : cases) {
    Hostile hostile([&](const http::Request&) { return answer; });
    const auto made = hostile.signer()->create(kGun, RoleName::timestamp(), crypto::KeyAlgorithm::ecdsa_p256);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), ErrorCode::bad_response) << made.error().what();
    EXPECT_EQ(hostile.calls, 1);
  }
  Hostile fair([&](const http::Request&) { return grpc_answer(good); });
  EXPECT_TRUE(fair.signer()->create(kGun, RoleName::timestamp(), crypto::KeyAlgorithm::ecdsa_p256));
}

TEST(HostileSigner, KeysThatAreNotTheOnesAskedFor) {
  auto wrong_id = with_key<proto::PublicKey>(std::string(64, 'a'));
  auto not_a_key = with_key<proto::PublicKey>();
  not_a_key.set_publickey("rubbish");
  auto wrong_kind = with_key<proto::PublicKey>();
  wrong_kind.mutable_keyinfo()->mutable_algorithm()->set_algorithm("ed25519");
  for (const auto& message : {wrong_id, not_a_key, wrong_kind}) {
    Hostile hostile(
        [&](const http::Request&) { return grpc_answer(wire::frame(message.SerializeAsString())); });
    EXPECT_EQ(hostile.signer()
                  ->create(kGun, RoleName::timestamp(), crypto::KeyAlgorithm::ecdsa_p256)
                  .error()
                  .code(),
              ErrorCode::bad_response);
  }
  Hostile other([&](const http::Request&) {
    return grpc_answer(wire::frame(with_key<proto::GetKeyInfoResponse>().SerializeAsString()));
  });
  EXPECT_EQ(other.signer()->create(kGun, RoleName::timestamp(), crypto::KeyAlgorithm::ed25519).error().code(),
            ErrorCode::bad_response)
      << "another algorithm";
  EXPECT_EQ(other.signer()->info(kGun, *KeyId::parse(std::string(64, 'b'))).error().code(),
            ErrorCode::bad_response)
      << "another key";
  EXPECT_TRUE(other.signer()->info(kGun, tuf::canonical_key_id(*key()->public_key())));
}

TEST(HostileSigner, SignaturesThatDoNotVerify) {
  const auto sign = [&](std::string content) {
    Hostile hostile([&](const http::Request&) {
      proto::Signature message;
      message.set_content(content);
      return grpc_answer(wire::frame(message.SerializeAsString()));
    });
    return hostile.signer()->sign(kGun, *key()->public_key(), crypto::Scheme::ecdsa_der_sha256,
                                  as_bytes("content"));
  };
  const auto text = [](const Bytes& bytes) { return std::string(as_text(bytes)); };
  EXPECT_EQ(sign("").error().code(), ErrorCode::bad_response);
  EXPECT_EQ(sign(std::string(64, 'x')).error().code(), ErrorCode::bad_response);
  EXPECT_EQ(sign(text(*key()->sign_text(crypto::Scheme::ecdsa_raw_sha256, "other content"))).error().code(),
            ErrorCode::bad_response);
  const auto good = sign(text(*key()->sign_text(crypto::Scheme::ecdsa_raw_sha256, "content")));
  ASSERT_TRUE(good);
  EXPECT_TRUE(crypto::verify(*key()->public_key(), crypto::Scheme::ecdsa_der_sha256, "content", *good));
}

TEST(HostileSigner, StatusesKeepTheirMeaning) {
  const KeyId id = tuf::canonical_key_id(*key()->public_key());
  const struct {
    const char* status;
    ErrorCode code;
    int calls;
  } cases[] = {{"1", ErrorCode::timed_out, 1},     {"2", ErrorCode::server_error, 1},
               {"3", ErrorCode::bad_format, 1},    {"4", ErrorCode::timed_out, 1},
               {"7", ErrorCode::forbidden, 1},     {"9", ErrorCode::rollback, 1},
               {"12", ErrorCode::server_error, 1}, {"13", ErrorCode::server_error, 1},
               {"14", ErrorCode::unreachable, 4},  {"8", ErrorCode::too_many_requests, 4},
               {"16", ErrorCode::unauthorized, 1}};
  for (const auto& c : cases) {
    Hostile hostile([&](const http::Request&) { return failure(c.status, "why%0A%1B[31m"); });
    const auto info = hostile.signer()->info(kGun, id);
    ASSERT_FALSE(info) << c.status;
    EXPECT_EQ(info.error().code(), c.code) << c.status;
    EXPECT_EQ(hostile.calls, c.calls) << c.status;
    EXPECT_THAT(info.error().what(), HasSubstr("why\\x0a\\x1b[31m")) << "escaped";
  }
  Hostile missing([](const http::Request&) { return failure("5", "not found"); });
  EXPECT_FALSE(missing.signer()->info(kGun, id).value().has_value());
  EXPECT_TRUE(missing.signer()->remove(kGun, id));
  EXPECT_EQ(missing.signer()
                ->sign(kGun, *key()->public_key(), crypto::Scheme::ecdsa_raw_sha256, as_bytes("x"))
                .error()
                .code(),
            ErrorCode::key_missing);
}

TEST(HostileSigner, SafeCallsAreRepeatedOthersAreNot) {
  const KeyId id = tuf::canonical_key_id(*key()->public_key());
  int left = 2;
  Hostile hostile([&](const http::Request&) {
    if (left-- > 0) return failure("14", "starting");
    return grpc_answer(wire::frame(with_key<proto::GetKeyInfoResponse>().SerializeAsString()));
  });
  const auto info = hostile.signer()->info(kGun, id);
  EXPECT_TRUE(info) << info.error().what();
  EXPECT_EQ(hostile.calls, 3);
  Hostile away([&](const http::Request&) { return failure("14"); });
  EXPECT_EQ(
      away.signer()->create(kGun, RoleName::timestamp(), crypto::KeyAlgorithm::ecdsa_p256).error().code(),
      ErrorCode::unreachable);
  EXPECT_EQ(away.calls, 1) << "a signer may make a key each time";
}

TEST(HostileSigner, EveryCallHasADeadline) {
  std::atomic<bool> go = false;
  Hostile hanging([&](const http::Request& request) {
    EXPECT_TRUE(wire::parse_timeout(request.head().header("grpc-timeout")));
    while (!go) std::this_thread::yield();
    return failure("14");
  });
  auto options = peers().client(hanging.listening.address);
  options.deadline = std::chrono::milliseconds(300);
  const auto answer = (*keys::RemoteSigner::make(options))->check();
  go = true;
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), ErrorCode::timed_out);
}

TEST(HostileSigner, SizesAreBounded) {
  Hostile huge([](const http::Request&) { return grpc_answer(std::string(8 << 20, 'x')); });
  EXPECT_EQ(huge.signer()->check().error().code(), ErrorCode::limit_exceeded);
  EXPECT_EQ(huge.signer()
                ->sign(kGun, *key()->public_key(), crypto::Scheme::ecdsa_raw_sha256, Bytes(4 << 20))
                .error()
                .code(),
            ErrorCode::limit_exceeded);
  EXPECT_EQ(huge.calls, 1) << "too large to be sent";
}

}  // namespace
}  // namespace boltseal::conformance
