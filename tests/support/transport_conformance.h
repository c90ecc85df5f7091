// What every transport keeps to, whatever it is made of. A test names its factory:
//   INSTANTIATE_TEST_SUITE_P(Memory, TransportConformance, ::testing::Values(make_memory));
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "crypto/digest.h"
#include "transport/transport.h"

namespace boltseal::transport {

/// A transport over an empty repository, and what keeps it alive.
struct ConformanceSubject {
  std::unique_ptr<Transport> transport;
  std::shared_ptr<void> keep;
  bool can_remove = true;
};
using ConformanceFactory = std::function<ConformanceSubject()>;

class TransportConformance : public ::testing::TestWithParam<ConformanceFactory> {
 protected:
  TransportConformance() : subject_(GetParam()()), transport_(*subject_.transport) {}

  bool notary() const { return transport_.form() == tuf::Form::notary; }
  RoleName delegation() const {
    return notary() ? RoleName::releases() : RoleName::parse_tuf1("team/a ?#%2f..").value();
  }
  static std::string file(const std::string& text, int version) {
    return "{\"signed\":{\"version\":" + std::to_string(version) + ",\"x\":\"" + text +
           "\"},\"signatures\":[]}";
  }
  void publish(int version) {
    std::vector<Part> parts;
    for (const auto& role :
         {RoleName::timestamp(), RoleName::snapshot(), delegation(), RoleName::targets(), RoleName::root()})
      parts.push_back({role, file(role == delegation() ? "delegation" : role.str(), version), version});
    const auto published = transport_.publish(parts);
    ASSERT_TRUE(published) << published.error().what();
  }
  /// The newest file of a role as a client of the form finds it.
  Result<std::string> newest(const RoleName& role, int version, std::size_t limit = 10'000) {
    if (notary() || role == RoleName::timestamp()) return transport_.current(role, limit);
    return transport_.by_version(role, version, limit);
  }
  ErrorCode code(const Result<std::string>& result) {
    return result ? ErrorCode::internal : result.error().code();
  }

  ConformanceSubject subject_;
  Transport& transport_;
};

TEST_P(TransportConformance, EmptyRepositoryHasNoTrustData) {
  EXPECT_EQ(code(transport_.current(RoleName::root(), 1000)), ErrorCode::no_trust_data);
  EXPECT_EQ(code(transport_.current(RoleName::timestamp(), 1000)), ErrorCode::metadata_missing);
  EXPECT_EQ(code(transport_.by_version(RoleName::root(), 1, 1000)), ErrorCode::metadata_missing);
  EXPECT_FALSE(transport_.describe().empty());
}

TEST_P(TransportConformance, GivesBackTheBytes) {
  publish(1);
  for (const auto& role :
       {RoleName::root(), RoleName::targets(), RoleName::snapshot(), RoleName::timestamp(), delegation()}) {
    const auto bytes = newest(role, 1);
    ASSERT_TRUE(bytes) << bytes.error().what();
    EXPECT_EQ(*bytes, file(role == delegation() ? "delegation" : role.str(), 1));
    EXPECT_GE(bytes->capacity() - bytes->size(), 64u);
  }
}

TEST_P(TransportConformance, NewReplacesOldAndRootsStay) {
  publish(1);
  publish(2);
  EXPECT_EQ(newest(RoleName::timestamp(), 2).value(), file("timestamp", 2));
  EXPECT_EQ(newest(RoleName::targets(), 2).value(), file("targets", 2));
  EXPECT_EQ(transport_.by_version(RoleName::root(), 1, 1000).value(), file("root", 1));
  EXPECT_EQ(transport_.by_version(RoleName::root(), 2, 1000).value(), file("root", 2));
  EXPECT_EQ(code(transport_.by_version(RoleName::root(), 3, 1000)), ErrorCode::metadata_missing);
}

TEST_P(TransportConformance, FindsByHash) {
  publish(1);
  const auto hash = crypto::sha256(file("targets", 1));
  const auto found = transport_.by_hash(RoleName::targets(), hash, 1000);
  if (!notary() && !found && found.error().code() == ErrorCode::usage) return;  // found by version there
  EXPECT_EQ(found.value(), file("targets", 1));
  EXPECT_EQ(code(transport_.by_hash(RoleName::targets(), crypto::sha256("other"), 1000)),
            ErrorCode::metadata_missing);
  EXPECT_EQ(transport_.by_hash(delegation(), crypto::sha256(file("delegation", 1)), 1000).value(),
            file("delegation", 1));
}

TEST_P(TransportConformance, LimitsAreExact) {
  publish(1);
  const auto size = file("snapshot", 1).size();
  EXPECT_TRUE(newest(RoleName::snapshot(), 1, size));
  EXPECT_EQ(code(newest(RoleName::snapshot(), 1, size - 1)), ErrorCode::limit_exceeded);
}

TEST_P(TransportConformance, FetchesManyInOrder) {
  publish(1);
  publish(2);
  std::vector<Item> items;
  for (const int version : {2, 9, 1}) items.push_back({RoleName::root(), 1000, std::nullopt, version});
  items.push_back({RoleName::timestamp(), 1000, std::nullopt, std::nullopt});
  items.push_back({RoleName::timestamp(), 3, std::nullopt, std::nullopt});
  const auto answers = transport_.fetch_all(items);
  ASSERT_EQ(answers.size(), 5u);
  EXPECT_EQ(answers[0].value(), file("root", 2));
  EXPECT_EQ(code(answers[1]), ErrorCode::metadata_missing);
  EXPECT_EQ(answers[2].value(), file("root", 1));
  EXPECT_EQ(answers[3].value(), file("timestamp", 2));
  EXPECT_EQ(code(answers[4]), ErrorCode::limit_exceeded);
  EXPECT_TRUE(transport_.fetch_all({}).empty());
}

TEST_P(TransportConformance, RemovesAll) {
  publish(1);
  const auto removed = transport_.remove_all();
  if (!subject_.can_remove) {
    EXPECT_EQ(removed.error().code(), ErrorCode::usage);
    return;
  }
  EXPECT_TRUE(removed);
  EXPECT_EQ(code(transport_.current(RoleName::root(), 1000)), ErrorCode::no_trust_data);
  EXPECT_FALSE(newest(RoleName::timestamp(), 1));
}

}  // namespace boltseal::transport
