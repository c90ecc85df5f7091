// What the storage on MariaDB alone has to care for: notary-server's tables there fold case, accents and
// blanks at the end of names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "db/mysql.h"
#include "server/storage/sql_queries.h"
#include "server/storage/sql_storage.h"
#include "tests/conformance/servers.h"
#include "tests/support/storage_batches.h"

namespace boltseal::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace conformance;
using namespace std::chrono_literals;

/// Sessions in a new database, and a storage in it.
struct Place {
  explicit Place(bool notary_tables = true)
      : connect(database_servers::mariadb_server().fresh(notary_tables, 20s)), storage(storage_in(connect)) {}
  static std::unique_ptr<Storage> storage_in(const db::Connect& connect) {
    auto made = make_sql_storage({.connect = connect, .pool = {.size = 4}});
    EXPECT_TRUE(made) << made.error().what();
    return made ? *std::move(made) : nullptr;
  }
  std::unique_ptr<db::Session> session() const { return *connect(); }
  db::Connect connect;
  std::unique_ptr<Storage> storage;
};

std::string number(db::Session& db, const std::string& sql) {
  auto rows = db.run(sql);
  EXPECT_TRUE(rows && rows->size() == 1) << sql;
  return rows && rows->size() == 1 ? rows->take(0, 0) : "";
}

struct Twin {
  const char* stored;
  const char* other;
};
const Twin kGunTwins[] = {{"reg.example/team/app", "Reg.example/team/app"},
                          {"caf\u00e9/app", "cafe/app"},
                          {"team/blank", "team/blank "}};

TEST(MariadbTwins, OfAGunInNotarysTablesAreRefusedAndNeverMixed) {
  const Place place;
  const auto& storage = place.storage;
  for (const Twin& twin : kGunTwins) {
    const Gun stored = gun(twin.stored), other = gun(twin.other);
    ASSERT_TRUE(storage->publish(whole(stored, 1)));
    ASSERT_TRUE(storage->publish(whole(stored, 2)));
    for (const std::int64_t version : {2, 9}) {
      const auto refused = storage->publish(whole(other, version));
      ASSERT_FALSE(refused) << twin.other;
      EXPECT_EQ(refused.error().code(), ErrorCode::already_exists) << refused.error().what();
      EXPECT_THAT(refused.error().hint(), HasSubstr("ALTER TABLE tuf_files MODIFY gun"));
    }
    for (const char* name : {"root", "targets", "snapshot", "timestamp"}) {
      EXPECT_FALSE(*storage->latest(other, Form::notary, role(name))) << twin.other;
      EXPECT_FALSE(*storage->current(other, Form::notary, role(name))) << twin.other;
      EXPECT_FALSE(*storage->by_version(other, Form::notary, role(name), 1)) << twin.other;
      const Sha256 hash = (*storage->latest(stored, Form::notary, role(name)))->sha256;
      EXPECT_FALSE(*storage->by_hash(other, Form::notary, role(name), hash)) << twin.other;
    }
    EXPECT_TRUE(storage->heads(other)->empty());
    EXPECT_TRUE(storage->changes(other, 0, 100)->empty());
    EXPECT_FALSE(*storage->remove(other, at(5)));
    EXPECT_FALSE(*storage->tombstone(other));
    ASSERT_TRUE(storage->set_needs_recovery(other, true)) << "our tables keep them apart";
    EXPECT_FALSE(storage->state(stored)->needs_recovery);
    EXPECT_EQ((*storage->current(stored, Form::notary, role("targets")))->version, 2);
    // The form that notary does not know has a table of ours.
    const Batch theirs{other, at(1), {file("root", 1, "{\"o\":1}", Form::tuf1)}};
    const Batch ours{stored, at(1), {file("root", 1, "{\"s\":1}", Form::tuf1)}};
    ASSERT_TRUE(storage->publish(theirs));
    ASSERT_TRUE(storage->publish(ours));
    EXPECT_EQ((*storage->current(other, Form::tuf1, role("root")))->bytes, "{\"o\":1}");
    EXPECT_EQ((*storage->current(stored, Form::tuf1, role("root")))->bytes, "{\"s\":1}");
  }
  EXPECT_EQ(storage->guns("", 100)->size(), 6u);
}

TEST(MariadbTwins, OfARoleInNotarysTablesAreRefused) {
  const Place place;
  const auto& storage = place.storage;
  const Gun name = gun("a/b");
  const NewFile alice = file("targets/alice", 1, "{}");
  // No Notary role has such names, but a table may hold anything.
  for (const char* twin : {"targets/Alice", "targets/\u00e1lice", "targets/alice "}) {
    const auto db = place.session();
    ASSERT_TRUE(db->run("DELETE FROM tuf_files"));
    ASSERT_TRUE(db->run("INSERT INTO tuf_files(gun,role,version,data,sha256) VALUES('a/b',?,3,'x','')",
                        {std::string_view(twin)}));
    const auto refused = storage->publish({name, at(0), {file("targets", 1, "{}"), alice}});
    ASSERT_FALSE(refused) << twin;
    EXPECT_EQ(refused.error().code(), ErrorCode::already_exists);
    EXPECT_FALSE(*storage->latest(name, Form::notary, alice.role));
    EXPECT_FALSE(*storage->latest(name, Form::notary, role("targets"))) << "half of a publish was stored";
    EXPECT_FALSE(*storage->by_version(name, Form::notary, alice.role, 3));
    EXPECT_EQ(number(*db, "SELECT COUNT(*) FROM tuf_files"), "1");
  }
}

TEST(MariadbTwins, OfARoleInOurTablesLiveTogether) {
  const Place place;
  const auto& storage = place.storage;
  const Gun name = gun("a/b");
  const char* twins[] = {"alice", "Alice", "\u00e1lice", "alice "};
  const auto twin = [](const char* text) { return *RoleName::parse_tuf1(text); };
  for (const char* text : twins) {
    NewFile one = file("targets", 1, std::string("{\"of\":\"") + text + "\"}", Form::tuf1);
    one.role = twin(text);
    const auto stored = storage->publish({name, at(0), {one}});
    ASSERT_TRUE(stored) << text << ": " << stored.error().what();
  }
  for (const char* text : twins) {
    const auto found = *storage->latest(name, Form::tuf1, twin(text));
    ASSERT_TRUE(found) << text;
    EXPECT_THAT(found->bytes, HasSubstr(std::string("\"") + text + "\""));
  }
  EXPECT_EQ(storage->heads(name)->size(), 4u);
  ASSERT_TRUE(*storage->remove(name, at(1)));
  EXPECT_EQ((*storage->tombstone(name))->versions.size(), 4u);
}

TEST(MariadbTwins, ThatNotaryServerLetInAreReadApartAndMeetInAnErrorOfTheirOwn) {
  const Place place;
  const auto& storage = place.storage;
  const Gun small = gun("a/b"), large = gun("A/b");
  ASSERT_TRUE(storage->publish({small, at(0), {file("targets", 1, "{\"s\":1}")}}));
  const auto db = place.session();
  const std::string hash(64, '0');
  const std::string insert =
      "INSERT INTO tuf_files(created_at,updated_at,gun,role,version,data,sha256) VALUES('2027-01-15 "
      "08:00:00',"
      "'2027-01-15 08:00:00','A/b','targets',?,'{\"l\":2}','" +
      hash + "')";
  ASSERT_TRUE(db->run(insert, {std::int64_t{2}}));
  EXPECT_EQ((*storage->latest(small, Form::notary, role("targets")))->version, 1);
  EXPECT_EQ((*storage->latest(large, Form::notary, role("targets")))->bytes, "{\"l\":2}");
  EXPECT_EQ(storage->heads(std::nullopt)->size(), 2u);
  EXPECT_EQ(storage->guns("", 10)->size(), 2u);
  const auto met = storage->publish({small, at(0), {file("targets", 2, "{\"s\":2}")}});
  ASSERT_FALSE(met);
  EXPECT_EQ(met.error().code(), ErrorCode::already_exists) << met.error().what();
  EXPECT_THAT(met.error().what(), Not(HasSubstr("A/b")))
      << "the neighbour is none of the publisher's business";
  ASSERT_TRUE(storage->publish({small, at(0), {file("targets", 3, "{\"s\":3}")}}));
  EXPECT_TRUE(*storage->remove(small, at(1)));
  EXPECT_EQ((*storage->latest(large, Form::notary, role("targets")))->version, 2);
}

TEST(MariadbTwins, LiveTogetherOnceTheOperatorDidAsTold) {
  const Place place;
  const auto& storage = place.storage;
  ASSERT_TRUE(storage->publish(whole(gun("a/b"), 1)));
  const auto refused = storage->publish(whole(gun("A/b"), 1));
  ASSERT_FALSE(refused);
  const std::string& hint = refused.error().hint();
  const auto begin = hint.find("ALTER TABLE"), end = hint.find(" (notary");
  ASSERT_NE(begin, std::string::npos);
  const auto altered = place.session()->execute(hint.substr(begin, end - begin));
  ASSERT_TRUE(altered) << altered.error().what();
  EXPECT_TRUE(storage->publish(whole(gun("A/b"), 1)));
  EXPECT_EQ((*storage->current(gun("A/b"), Form::notary, role("targets")))->version, 1);
}

TEST(MariadbStorage, NamesThatTheOldTablesCannotHoldAreErrors) {
  const Place place;
  const auto& storage = place.storage;
  const Gun emoji = gun("a/\U0001f600");
  EXPECT_FALSE(*storage->latest(emoji, Form::notary, role("root")));
  EXPECT_FALSE(storage->publish(whole(emoji, 1)));
  EXPECT_FALSE(*storage->latest(emoji, Form::notary, role("root")));
  const Gun longest = gun(std::string(255, 'n'));
  ASSERT_TRUE(storage->publish(whole(longest, 1)));
  EXPECT_EQ((*storage->current(longest, Form::notary, role("targets")))->version, 1);
}

TEST(MariadbStorage, StatementsGoByTheIndexesOfNotarysTables) {
  const Place place;
  const auto& storage = place.storage;
  for (int i = 1; i <= 40; ++i) ASSERT_TRUE(storage->publish(whole(gun("a/" + std::to_string(i)), 1)));
  const auto db = place.session();
  ASSERT_TRUE(db->execute("ANALYZE TABLE tuf_files"));
  const std::string hash(64, '0');
  const auto plan = [&](const sql::Statement& statement) {
    std::vector<db::Value> values;
    const std::string& text = statement.text();
    for (auto mark = text.find('?'); mark != std::string::npos; mark = text.find('?', mark + 1)) {
      const std::string before = text.substr(0, mark);
      const auto of = [&](const std::string& column) {
        return before.ends_with(column + "=") || before.ends_with("CAST(" + column + " AS BINARY)=");
      };
      if (of("gun"))
        values.emplace_back(std::string_view("a/7"));
      else if (of("role"))
        values.emplace_back(std::string_view("targets"));
      else if (of("sha256"))
        values.emplace_back(std::string_view(hash));
      else
        values.emplace_back(std::int64_t{1});
    }
    const auto rows = db->run("EXPLAIN " + text, values);
    EXPECT_TRUE(rows) << rows.error().what();
    std::string out;
    for (std::size_t i = 0; rows && i < rows->size(); ++i) {
      if (rows->text(i, 2) == "tuf_files") out += std::string(rows->text(i, 3)) + " ";
    }
    return out;
  };
  const sql::Statements statements(sql::mysql_dialect());
  for (const sql::Statement* statement :
       {&statements.notary.highest, &statements.notary.latest, &statements.notary.by_version,
        &statements.notary.by_hash, &statements.notary.newest_three, &statements.notary.versions,
        &statements.notary.heads_of_gun}) {
    const std::string ways = plan(*statement);
    EXPECT_NE(ways, "") << statement->text();
    EXPECT_THAT(ways, Not(HasSubstr("ALL"))) << statement->text();
    EXPECT_THAT(ways, Not(HasSubstr("index"))) << statement->text();
  }
  EXPECT_THAT(plan(statements.twin), Not(HasSubstr("ALL")));
}

TEST(MariadbStorage, FeedIsSeenInTheOrderOfItsIds) {
  const Place place;
  const auto& storage = place.storage;
  std::atomic<bool> done{false};
  std::vector<std::thread> writers;
  std::atomic<int> stored{0};
  for (int t = 0; t < 3; ++t) {
    writers.emplace_back([&, t] {
      for (int i = 1; i <= 15; ++i)
        stored += storage->publish(whole(gun("w/" + std::to_string(t)), i)) ? 1 : 0;
    });
  }
  int seen = 0;
  std::thread reader([&] {
    for (std::int64_t after = 0;;) {
      const bool last = done;
      const auto page = storage->changes(std::nullopt, after, 1000);
      ASSERT_TRUE(page) << page.error().what();
      seen += static_cast<int>(page->size());
      if (!page->empty()) after = page->back().id;
      if (last) return;
    }
  });
  for (auto& writer : writers) writer.join();
  done = true;
  reader.join();
  EXPECT_EQ(stored, 45);
  EXPECT_EQ(seen, 45) << "a change came to light behind one that was read already";
}

TEST(MariadbStorage, StartsWithoutTheRightToMakeTablesOnceTheyAreThere) {
  const Place place(false);
  const auto admin = place.session();
  const std::string name(admin->run("SELECT DATABASE()")->text(0, 0));
  ASSERT_TRUE(admin->execute("CREATE USER IF NOT EXISTS humble@'%'; GRANT SELECT,INSERT,UPDATE,DELETE ON " +
                             name + ".* TO humble@'%'"));
  const std::string dsn = "humble@tcp(" + database_servers::environment("MARIADB_ADDR") + ")/" + name;
  const auto humble = [dsn] { return db::connect_mysql({.dsn = dsn}); };
  const auto storage = Place::storage_in(humble);
  ASSERT_TRUE(storage);
  EXPECT_TRUE(storage->publish(whole(gun("a/b"), 1)));
  EXPECT_TRUE(*storage->remove(gun("a/b"), at(1)));
  ASSERT_TRUE(admin->execute("DROP TABLE boltseal_meta"));
  const auto refused = make_sql_storage({.connect = humble, .pool = {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::storage_failed);
  EXPECT_THAT(refused.error().hint(), HasSubstr("CREATE"));
}

TEST(MariadbStorage, GoesOnWhereMakingTheTablesWasCutOff) {
  const Place place(false);
  const auto db = place.session();
  ASSERT_TRUE(db->execute("DROP TABLE tuf_files, boltseal_guns, boltseal_meta"));
  const auto again = Place::storage_in(place.connect);
  ASSERT_TRUE(again && again->publish(whole(gun("a/b"), 1)));
}

// Bug 9: a notary-server takes no lock; who meets its half-done publish waits for it and gets conflict.
TEST(MariadbStorage, RaceWithANotaryServerIsConflict) {
  const Place place;
  const auto notary = place.session(), watcher = place.session();
  ASSERT_TRUE(
      notary->execute("BEGIN; INSERT INTO tuf_files(gun,role,version,data,sha256) "
                      "VALUES('a/b','snapshot',1,'x',REPEAT('0',64))"));
  Result<void> published;
  std::thread publisher([&] { published = place.storage->publish(whole(gun("a/b"), 1)); });
  while (number(*watcher,
                "SELECT variable_value FROM information_schema.global_status WHERE "
                "variable_name='INNODB_ROW_LOCK_CURRENT_WAITS'") == "0") {
    std::this_thread::sleep_for(20ms);
  }
  ASSERT_TRUE(notary->execute("COMMIT"));
  publisher.join();
  ASSERT_FALSE(published);
  EXPECT_EQ(published.error().code(), ErrorCode::conflict) << published.error().what();
  EXPECT_FALSE(*place.storage->latest(gun("a/b"), Form::notary, role("root")))
      << "half of a publish was stored";
}

}  // namespace
}  // namespace boltseal::server
