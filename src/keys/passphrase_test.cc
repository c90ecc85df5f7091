#include "keys/passphrase.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "keys/passphrase_sources.h"
#include "keys/test_support.h"

namespace boltseal::keys {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace boltseal::keys::testing;

// Opens what is locked by `right`.
Passphrases::Attempt lock(std::string right, int* tries = nullptr) {
  return [right = std::move(right), tries](const Secret& given) -> Result<void> {
    if (tries != nullptr) ++*tries;
    if (given.text() == right) return {};
    return fail(ErrorCode::bad_passphrase, "wrong");
  };
}

PassphraseRequest request(std::string role) { return {.role = std::move(role), .key_id = id_of(kRootKey)}; }

TEST(PassphraseVariables, FollowTheRulesOfDockerAndNotary) {
  const auto docker = [](const char* role) { return variables_of(PassphraseVariables::docker, role); };
  EXPECT_THAT(docker("root"), ElementsAre("DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE"));
  for (const char* role : {"targets", "snapshot", "timestamp", "alice", "targets/releases", ""}) {
    EXPECT_THAT(docker(role), ElementsAre("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE")) << role;
  }
  const auto notary = [](const char* role) { return variables_of(PassphraseVariables::notary, role); };
  EXPECT_THAT(notary("root"), ElementsAre("NOTARY_ROOT_PASSPHRASE"));
  EXPECT_THAT(notary("targets"), ElementsAre("NOTARY_TARGETS_PASSPHRASE"));
  EXPECT_THAT(notary("snapshot"), ElementsAre("NOTARY_SNAPSHOT_PASSPHRASE"));
  EXPECT_THAT(notary("timestamp"), IsEmpty());
  for (const char* role : {"targets/releases", "delegation", "alice", ""}) {
    EXPECT_THAT(notary(role), ElementsAre("NOTARY_DELEGATION_PASSPHRASE")) << role;
  }
  EXPECT_THAT(variables_of(PassphraseVariables::both, "root"),
              ElementsAre("DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE", "NOTARY_ROOT_PASSPHRASE"));
}

TEST(Passphrases, FromTheEnvironmentOfAnyLength) {
  Passphrases p = passphrases_of({{"DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE", "abc"}});
  EXPECT_TRUE(p.open(request("root"), lock("abc")));
  EXPECT_EQ(p.choose(request("root"), false)->text(), "abc");
}

TEST(Passphrases, WrongFromTheEnvironmentFailsAtOnceWithoutPrompt) {
  ScriptedPrompter person({"right answer"});
  Passphrases p = passphrases_of({{"DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE", "wrong"}}, &person);
  int tries = 0;
  const auto opened = p.open(request("root"), lock("right answer", &tries));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), ErrorCode::bad_passphrase);
  EXPECT_EQ(opened.error().what(),
            "the passphrase from DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE does not open the root key 8bc3903");
  EXPECT_EQ(tries, 1);
  EXPECT_THAT(person.questions, IsEmpty());
}

TEST(Passphrases, BothFamiliesOfVariablesAreTried) {
  const Variables variables{{"DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE", "one"},
                            {"NOTARY_TARGETS_PASSPHRASE", "two"}};
  Passphrases p = passphrases_of(variables);
  EXPECT_TRUE(p.open(request("targets"), lock("two")));
  Passphrases q = passphrases_of(variables);
  EXPECT_EQ(q.open(request("targets"), lock("three")).error().code(), ErrorCode::bad_passphrase);
  EXPECT_EQ(passphrases_of(variables).choose(request("targets"))->text(), "one");
}

TEST(Passphrases, EmptyVariableIsUnsetForAKeyThatExists) {
  ScriptedPrompter person({"typed"});
  Passphrases p = passphrases_of({{"NOTARY_ROOT_PASSPHRASE", ""}}, &person);
  EXPECT_TRUE(p.open(request("root"), lock("typed")));
}

TEST(Passphrases, EmptyVariableIsRefusedForANewKey) {
  ScriptedPrompter person({"typed long enough", "typed long enough"});
  Passphrases p = passphrases_of({{"DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE", ""}}, &person);
  const auto chosen = p.choose(request("root"));
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code(), ErrorCode::no_passphrase);
  EXPECT_THAT(chosen.error().what(), HasSubstr("DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE is set but empty"));
  EXPECT_THAT(person.questions, IsEmpty());
}

TEST(Passphrases, NobodyKnows) {
  ScriptedPrompter nobody;
  nobody.present = false;
  Passphrases p = passphrases_of({}, &nobody);
  const auto opened = p.open(request("root"), lock("x"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), ErrorCode::no_passphrase);
  EXPECT_THAT(opened.error().hint(),
              HasSubstr("DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE or NOTARY_ROOT_PASSPHRASE"));
  EXPECT_EQ(p.choose(request("root")).error().code(), ErrorCode::no_passphrase);
}

TEST(Passphrases, APersonHasFourTries) {
  ScriptedPrompter person({"a", "b", " right answer\t", "never asked"});
  Passphrases p = passphrases_of({}, &person);
  EXPECT_TRUE(p.open(request("targets"), lock("right answer")));
  EXPECT_THAT(person.questions, ElementsAre("Enter passphrase for targets key with ID 8bc3903: ",
                                            "Enter passphrase for targets key with ID 8bc3903: ",
                                            "Enter passphrase for targets key with ID 8bc3903: "));
  EXPECT_THAT(person.told,
              ElementsAre("Passphrase incorrect. Please retry.", "Passphrase incorrect. Please retry."));

  ScriptedPrompter other({"a", "b", "c", "d", "right answer"});
  Passphrases q = passphrases_of({}, &other);
  EXPECT_EQ(q.open(request("targets"), lock("right answer")).error().code(), ErrorCode::bad_passphrase);
  EXPECT_EQ(other.questions.size(), 4u);
}

TEST(Passphrases, AbortEndsTheOperation) {
  ScriptedPrompter person;
  Passphrases p = passphrases_of({}, &person);
  EXPECT_EQ(p.open(request("root"), lock("x")).error().code(), ErrorCode::aborted);
}

TEST(Passphrases, OtherErrorsEndTheOperation) {
  ScriptedPrompter person({"a", "b"});
  Passphrases p = passphrases_of({}, &person);
  const auto opened = p.open(
      request("root"), [](const Secret&) -> Result<void> { return fail(ErrorCode::bad_key, "broken"); });
  EXPECT_EQ(opened.error().code(), ErrorCode::bad_key);
  EXPECT_EQ(person.questions.size(), 1u);
}

TEST(Passphrases, WhatWasRightIsTriedFirstForTheRole) {
  ScriptedPrompter person({"first answer", "other answer"});
  Passphrases p = passphrases_of({}, &person);
  EXPECT_TRUE(p.open(request("targets"), lock("first answer")));
  EXPECT_TRUE(p.open(request("targets"), lock("first answer")));
  EXPECT_EQ(person.questions.size(), 1u);
  EXPECT_TRUE(p.open(request("targets"), lock("other answer")));  // known one is wrong: asks again
  EXPECT_EQ(person.questions.size(), 2u);
  EXPECT_EQ(p.choose(request("targets"))->text(), "other answer");  // second new key of a role
  EXPECT_EQ(person.questions.size(), 2u);
  p.forget();
  EXPECT_EQ(p.open(request("targets"), lock("other answer")).error().code(), ErrorCode::aborted);
}

TEST(Passphrases, NewOnesAreTypedTwiceAndHaveEightBytes) {
  ScriptedPrompter person({"short", "long enough 1", "long enough 2", "long enough 1", " long enough 1 "});
  Passphrases p = passphrases_of({}, &person);
  EXPECT_EQ(p.choose(request("root"))->text(), "long enough 1");
  EXPECT_EQ(person.questions[0], "Enter passphrase for new root key with ID 8bc3903: ");
  EXPECT_EQ(person.questions[2], "Repeat passphrase for new root key with ID 8bc3903: ");
  ASSERT_EQ(person.told.size(), 3u);
  EXPECT_THAT(person.told[0], HasSubstr("You are about to create a new root signing key passphrase."));
  EXPECT_THAT(person.told[1], HasSubstr("too short"));
  EXPECT_THAT(person.told[2], HasSubstr("do not match"));
}

TEST(Passphrases, NewOnesHaveTwelveTries) {
  ScriptedPrompter person(std::deque<std::string>(20, "1234567"));
  Passphrases p = passphrases_of({}, &person);
  const auto chosen = p.choose(request("alice"));
  EXPECT_EQ(chosen.error().what(), "maximum number of passphrase attempts exceeded");
  EXPECT_EQ(person.questions.size(), 12u);
}

TEST(Passphrases, DockerCallsTargetsAndSnapshotRepository) {
  ScriptedPrompter person({"a", "a", "a", "a"});
  const auto source = terminal_source(person, PromptWording::docker);
  for (const char* role : {"targets", "snapshot", "root"}) ASSERT_TRUE(source->get(request(role)));
  ASSERT_TRUE(source->get({.role = "alice"}));
  EXPECT_THAT(person.questions, ElementsAre("Enter passphrase for repository key with ID 8bc3903: ",
                                            "Enter passphrase for repository key with ID 8bc3903: ",
                                            "Enter passphrase for root key with ID 8bc3903: ",
                                            "Enter passphrase for encrypted key: "));
}

TEST(Passphrases, RolesAreShownEscaped) {
  ScriptedPrompter person({"a"});
  const auto source = terminal_source(person);
  ASSERT_TRUE(source->get(request("\x1b[2Jroot")));
  EXPECT_THAT(person.questions[0], HasSubstr("\\x1b[2Jroot key"));
  EXPECT_THAT(describe(request("\x1b[2J")), HasSubstr("\\x1b[2J key 8bc3903"));
  EXPECT_EQ(describe({}), "encrypted key");
}

}  // namespace
}  // namespace boltseal::keys
