// Counting of signatures (TUF.md 9: K1-K9; SECURITY rule 7).
#include "tuf/verify_threshold.h"

#include <gtest/gtest.h>

#include <chrono>
#include <type_traits>

#include "base/encoding.h"
#include "json/reader.h"
#include "tuf/object_writer.h"
#include "tuf/test_files.h"

namespace boltseal::tuf::testing {
namespace {

// What is not verified can't be taken for what is: it does not compile.
static_assert(!std::is_convertible_v<Unverified<Root>, Trusted<Root>>);
static_assert(!std::is_constructible_v<Trusted<Root>, Unverified<Root>>);
static_assert(!std::is_default_constructible_v<Trusted<Targets>>);
static_assert(!std::is_constructible_v<Trusted<Targets>, std::shared_ptr<const FileData>,
                                       std::shared_ptr<const Targets>>);
static_assert(!std::is_assignable_v<Trusted<Snapshot>&, Unverified<Snapshot>>);

constexpr std::string_view kMessage = "signed bytes";

struct Signed {
  Form form;
  RoleKeys role;
  KeyMap keys;
  std::vector<Signature> signatures;

  Key& add_key(Key key) {
    role.keyids.push_back(key.id);
    return keys.insert_or_assign(key.id, std::move(key)).first->second;
  }
  void sign(crypto::Signer& signer, const Key& key) {
    Signature signature;
    signature.keyid = key.id;
    if (form == Form::notary) signature.method = notary_method(*key.key);
    signature.sig = *signer.sign_text(schemes_of(form, key).at(0), kMessage);
    signatures.push_back(std::move(signature));
  }
  ThresholdReport verify(std::int64_t threshold, Check check = Check::until_met) {
    role.threshold = threshold;
    return verify_threshold(form, role, keys, kMessage, signatures, check);
  }
};

/// The key with an unknown member, so under another id.
Key other_id(Form form, const Key& key, std::string_view id) {
  if (form == Form::notary) {
    Key copy = key;
    copy.id = id;
    return copy;
  }
  return *parse_key(form, with(wire_text(form, key.object), "{", "{\"x\":\"" + std::string(id) + "\","));
}

class Threshold : public ::testing::TestWithParam<Form> {
 protected:
  Signed start() { return {.form = GetParam(), .role = {}, .keys = {}, .signatures = {}}; }
};

TEST_P(Threshold, EachAlgorithm) {
  for (const auto algorithm :
       {crypto::KeyAlgorithm::ecdsa_p256, crypto::KeyAlgorithm::ecdsa_p384, crypto::KeyAlgorithm::ed25519}) {
    Signed file = start();
    const auto signer = new_key(algorithm);
    file.sign(*signer, file.add_key(encode_key(file.form, signer->public_key())));
    const auto report = file.verify(1);
    EXPECT_TRUE(report.met);
    ASSERT_EQ(report.valid.size(), 1u);
    EXPECT_EQ(report.valid[0].identity, signer->public_key()->identity());
    file.signatures[0].sig[10] ^= 1;
    EXPECT_FALSE(file.verify(1).met);
  }
}

TEST_P(Threshold, CountsAndStops) {
  Signed file = start();
  std::vector<crypto::SoftwareKeyPtr> signers;
  for (int i = 0; i < 3; ++i) {
    signers.push_back(new_key());
    file.sign(*signers.back(), file.add_key(encode_key(file.form, signers.back()->public_key())));
  }
  EXPECT_TRUE(file.verify(3).met);
  EXPECT_FALSE(file.verify(4).met);
  EXPECT_EQ(file.verify(4).counted, 3);
  EXPECT_EQ(file.verify(2).valid.size(), 2u);
  EXPECT_EQ(file.verify(2, Check::all).valid.size(), 3u);
  EXPECT_TRUE(fails(require_threshold(file.verify(4), RoleName::root()), ErrorCode::threshold_not_met));
  EXPECT_TRUE(ok(require_threshold(file.verify(3), RoleName::root())));
}

TEST_P(Threshold, NeverMetBelowOne) {
  Signed file = start();
  const auto signer = new_key();
  file.sign(*signer, file.add_key(encode_key(file.form, signer->public_key())));
  EXPECT_FALSE(file.verify(0).met);
  EXPECT_FALSE(file.verify(-1).met);
}

TEST_P(Threshold, OneKeyUnderManyIdsCountsOnce) {
  Signed file = start();
  const auto signer = new_key();
  const Key key = encode_key(file.form, signer->public_key());
  for (int i = 0; i < 9; ++i) {
    file.sign(*signer, file.add_key(i == 0 ? key : other_id(file.form, key, "id" + std::to_string(i))));
  }
  EXPECT_TRUE(file.verify(1).met);
  const auto report = file.verify(6);
  EXPECT_FALSE(report.met);
  EXPECT_EQ(report.counted, 1);
  ASSERT_EQ(report.invalid.size(), 8u);
  EXPECT_EQ(report.invalid[0].problem, SignatureProblem::duplicate);
}

TEST_P(Threshold, OneSignatureManyTimesCountsOnce) {
  Signed file = start();
  const auto signer = new_key();
  file.sign(*signer, file.add_key(encode_key(file.form, signer->public_key())));
  file.signatures.push_back(file.signatures[0]);
  file.role.keyids.push_back(file.role.keyids[0]);
  EXPECT_FALSE(file.verify(2).met);
  EXPECT_EQ(file.verify(2).counted, 1);
}

TEST_P(Threshold, OthersAreIgnoredAndReported) {
  Signed file = start();
  const auto signer = new_key(), stranger = new_key(), silent = new_key(), liar = new_key();
  file.sign(*signer, file.add_key(encode_key(file.form, signer->public_key())));
  file.sign(*stranger, encode_key(file.form, stranger->public_key()));
  const std::string silent_id = file.add_key(encode_key(file.form, silent->public_key())).id;
  const std::string liar_id = file.add_key(encode_key(file.form, liar->public_key())).id;
  file.signatures.push_back(file.signatures[0]);
  file.signatures.back().keyid = liar_id;
  file.role.keyids.push_back("nowhere");
  const auto report = file.verify(1, Check::all);
  EXPECT_TRUE(report.met);
  EXPECT_EQ(report.counted, 1);
  EXPECT_EQ(report.unknown, std::vector<std::string>{encode_key(file.form, stranger->public_key()).id});
  EXPECT_EQ(report.unsigned_keys, std::vector<std::string>{silent_id});
  EXPECT_EQ(report.absent_keys, std::vector<std::string>{"nowhere"});
  ASSERT_EQ(report.invalid.size(), 1u);
  EXPECT_EQ(report.invalid[0].keyid, liar_id);
  EXPECT_EQ(report.invalid[0].problem, SignatureProblem::wrong);
  EXPECT_FALSE(file.verify(2).met);
}

TEST_P(Threshold, AKeyThatIsListedElsewhereIsNoKeyOfTheRole) {
  Signed file = start();
  const auto signer = new_key();
  file.sign(*signer, file.add_key(encode_key(file.form, signer->public_key())));
  file.role.keyids.clear();
  EXPECT_FALSE(file.verify(1).met);
}

TEST_P(Threshold, UnusableKeyBesideGoodOnes) {
  Signed file = start();
  const auto signer = new_key();
  file.sign(*signer, file.add_key(encode_key(file.form, signer->public_key())));
  Key broken = encode_key(file.form, new_key()->public_key());
  broken.key = nullptr;
  file.signatures.push_back(file.signatures[0]);
  file.signatures.back().keyid = file.add_key(broken).id;
  EXPECT_TRUE(file.verify(1).met);
  const auto report = file.verify(2);
  EXPECT_FALSE(report.met);
  ASSERT_EQ(report.invalid.size(), 1u);
  EXPECT_EQ(report.invalid[0].problem, SignatureProblem::unusable_key);
}

TEST_P(Threshold, EmptySignatureIsNone) {
  Signed file = start();
  Signature empty;
  empty.keyid = file.add_key(encode_key(file.form, new_key()->public_key())).id;
  file.signatures.push_back(empty);
  const auto report = file.verify(1, Check::all);
  EXPECT_FALSE(report.met);
  EXPECT_TRUE(report.invalid.empty());
  EXPECT_EQ(report.unsigned_keys.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(BothForms, Threshold, ::testing::Values(Form::notary, Form::tuf1),
                         [](const auto& one) { return std::string(name_of(one.param)); });

TEST(SignatureForm, OfTheOtherCodecIsWrong) {
  const auto signer = new_key();
  for (const Form form : {Form::notary, Form::tuf1}) {
    Signed file{.form = form, .role = {}, .keys = {}, .signatures = {}};
    const Key& key = file.add_key(encode_key(form, signer->public_key()));
    file.sign(*signer, key);
    EXPECT_TRUE(file.verify(1).met);
    const auto other =
        form == Form::notary ? crypto::Scheme::ecdsa_der_sha256 : crypto::Scheme::ecdsa_raw_sha256;
    const Bytes good = file.signatures[0].sig;
    file.signatures[0].sig = *signer->sign_text(other, kMessage);
    EXPECT_FALSE(file.verify(1).met);
    file.signatures[0].sig = good;
    file.signatures[0].sig.push_back(0);
    EXPECT_FALSE(file.verify(1).met);
    file.signatures[0].sig = Bytes(64, 0);
    EXPECT_FALSE(file.verify(1).met);
  }
}

TEST(SignatureForm, NotaryMethodMustFitTheKey) {
  Signed file{.form = Form::notary, .role = {}, .keys = {}, .signatures = {}};
  const auto signer = new_key();
  file.sign(*signer, file.add_key(encode_key(file.form, signer->public_key())));
  for (const char* method : {"rsapss", "eddsa", "", "none"}) {
    file.signatures[0].method = method;
    const auto report = file.verify(1);
    EXPECT_FALSE(report.met) << method;
    ASSERT_EQ(report.invalid.size(), 1u);
    EXPECT_EQ(report.invalid[0].problem, SignatureProblem::wrong_method);
  }
}

TEST(SignatureForm, SameKeyUnderTwoTextsOfIt) {
  // With and without the final newline of the PEM, and under the old key type.
  Signed file{.form = Form::tuf1, .role = {}, .keys = {}, .signatures = {}};
  const auto signer = new_key();
  const Key key = encode_key(Form::tuf1, signer->public_key());
  const std::string wire = wire_text(Form::tuf1, key.object);
  for (const std::string& text :
       {wire, with(wire, "-----END PUBLIC KEY-----\\u000a", "-----END PUBLIC KEY-----"),
        with(wire, "\"keytype\":\"ecdsa\"", "\"keytype\":\"ecdsa-sha2-nistp256\"")}) {
    const auto read = parse_key(Form::tuf1, text);
    ASSERT_TRUE(ok(read));
    file.sign(*signer, file.add_key(*read));
  }
  EXPECT_EQ(file.keys.size(), 3u);
  EXPECT_TRUE(file.verify(1).met);
  EXPECT_FALSE(file.verify(2).met);
}

TEST(SignatureForm, TwoCertificatesOfOneKeyCountOnce) {
  Signed file{.form = Form::notary, .role = {}, .keys = {}, .signatures = {}};
  const auto signer = new_key();
  for (int i = 0; i < 2; ++i) {
    const auto key = make_root_certificate(*signer, vector_gun(), vector_time(), vector_time() + kDay,
                                           crypto::system_random());
    ASSERT_TRUE(ok(key));
    file.sign(*signer, file.add_key(*key));
  }
  EXPECT_EQ(file.keys.size(), 2u);
  EXPECT_TRUE(file.verify(1).met);
  EXPECT_FALSE(file.verify(2).met);
}

TEST(Messages, NameRoleNumbersAndProblems) {
  Signed file{.form = Form::tuf1, .role = {}, .keys = {}, .signatures = {}};
  const auto signer = new_key();
  file.sign(*signer, file.add_key(encode_key(file.form, signer->public_key())));
  file.signatures[0].sig[8] ^= 1;
  const auto result = require_threshold(file.verify(2), RoleName::targets());
  ASSERT_TRUE(fails(result, ErrorCode::threshold_not_met));
  EXPECT_NE(result.error().what().find("targets needs signatures of 2 different keys, has 0"),
            std::string::npos)
      << result.error().what();
  EXPECT_NE(result.error().what().find("the signature is wrong"), std::string::npos);
}

}  // namespace
}  // namespace boltseal::tuf::testing
