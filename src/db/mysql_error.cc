#include "db/mysql_error.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/untrusted.h"
#include "db/statement_text.h"

namespace boltseal::db {
namespace {

struct Meaning {
  unsigned number;
  ErrorCode code;
  bool ends;   ///< the session is of no use any more
  bool plain;  ///< the server's message has no bound value in it
  const char* hint;
};

constexpr const char* kRetry = "another transaction was in the way; try again";
constexpr const char* kSpace = "free space on the disk that holds the database";
constexpr const char* kReach = "check that the database server runs and can be reached";
constexpr const char* kLogin =
    "check user, password and host in the database's address, and the server's grants";
constexpr const char* kGrant =
    "grant the database user SELECT, INSERT, UPDATE, DELETE, CREATE, INDEX and ALTER";
constexpr const char* kReadOnly = "point the database's address at a server that takes writes";
constexpr const char* kPacket = "raise max_allowed_packet of the database server above the largest upload";
constexpr const char* kTables = "create the tables, or let boltseald create them with a user that may";
constexpr const char* kTls = "check the server's certificate, its name and the tls parameters of the address";

constexpr std::array kMeanings = {
    // Others were first.
    Meaning{1062, ErrorCode::conflict, false, false, kRetry},   // duplicate key
    Meaning{1586, ErrorCode::conflict, false, false, kRetry},   // duplicate key, with its name
    Meaning{1213, ErrorCode::conflict, false, true, kRetry},    // deadlock
    Meaning{1020, ErrorCode::conflict, false, true, kRetry},    // record has changed since last read
    Meaning{1047, ErrorCode::unreachable, true, true, kReach},  // node of a cluster is not ready
    Meaning{1205, ErrorCode::locked, false, true, kRetry},      // lock wait timeout
    Meaning{3572, ErrorCode::locked, false, true, kRetry},      // NOWAIT
    // Deadlines.
    Meaning{1969, ErrorCode::timed_out, false, true,
            "the database is overloaded or its disk is slow; try again"},
    Meaning{3024, ErrorCode::timed_out, false, true,
            "the database is overloaded or its disk is slow; try again"},
    Meaning{1317, ErrorCode::timed_out, false, true, "the statement was ended by an administrator"},
    // Space.
    Meaning{1021, ErrorCode::disk_full, false, true, kSpace},
    Meaning{1114, ErrorCode::disk_full, false, true, kSpace},
    Meaning{1041, ErrorCode::storage_failed, false, true, "the database server is out of memory"},
    // Who we are.
    Meaning{1044, ErrorCode::unauthorized, false, true, kLogin},
    Meaning{1045, ErrorCode::unauthorized, true, true, kLogin},
    Meaning{1698, ErrorCode::unauthorized, true, true, kLogin},
    Meaning{1820, ErrorCode::unauthorized, true, true, "the password has expired: set a new one"},
    Meaning{2058, ErrorCode::unauthorized, true, true, kLogin},  // no plugin for the way to authenticate
    Meaning{2059, ErrorCode::unauthorized, true, true, kLogin},  // that plugin cannot be loaded
    Meaning{5010, ErrorCode::unauthorized, true, true, kLogin},  // a way that the address does not allow
    Meaning{1142, ErrorCode::storage_failed, false, true, kGrant},
    Meaning{1143, ErrorCode::storage_failed, false, true, kGrant},
    Meaning{1227, ErrorCode::storage_failed, false, true, kGrant},
    // What is there.
    Meaning{1049, ErrorCode::bad_config, true, true,
            "create the database, or correct its name in the address"},
    Meaning{1146, ErrorCode::not_found, false, true, kTables},
    Meaning{1054, ErrorCode::storage_failed, false, true, "bring the tables to notary's last migration"},
    Meaning{1193, ErrorCode::bad_config, false, true, "remove that variable from the database's address"},
    Meaning{1665, ErrorCode::storage_failed, false, true, "set binlog_format of the server to ROW or MIXED"},
    Meaning{1153, ErrorCode::storage_failed, true, true, kPacket},
    Meaning{2020, ErrorCode::storage_failed, true, true, kPacket},
    // A replica or a server that was demoted: another connection may reach the new primary.
    Meaning{1290, ErrorCode::storage_failed, true, true, kReadOnly},
    Meaning{1792, ErrorCode::storage_failed, true, true, kReadOnly},
    Meaning{1836, ErrorCode::storage_failed, true, true, kReadOnly},
    // The connection.
    Meaning{1040, ErrorCode::unreachable, true, true,
            "raise max_connections, or lower the connections in the config"},
    Meaning{1203, ErrorCode::unreachable, true, true,
            "raise max_user_connections, or lower the connections in the config"},
    Meaning{1129, ErrorCode::unreachable, true, true, "run FLUSH HOSTS on the database server"},
    Meaning{1130, ErrorCode::unauthorized, true, true, kLogin},
    Meaning{1053, ErrorCode::unreachable, true, true, kReach},  // shutdown in progress
    Meaning{1927, ErrorCode::unreachable, true, true, kReach},  // connection was killed
    Meaning{1152, ErrorCode::unreachable, true, true, kReach},
    Meaning{1158, ErrorCode::unreachable, true, true, kReach},
    Meaning{1159, ErrorCode::unreachable, true, true, kReach},
    Meaning{1160, ErrorCode::unreachable, true, true, kReach},
    Meaning{1161, ErrorCode::unreachable, true, true, kReach},
    Meaning{4031, ErrorCode::unreachable, true, true, kReach},  // idle for too long
    Meaning{2002, ErrorCode::unreachable, true, true, kReach},
    Meaning{2003, ErrorCode::unreachable, true, true, kReach},
    Meaning{2005, ErrorCode::unreachable, true, true, "check the host's name in the database's address"},
    Meaning{2006, ErrorCode::unreachable, true, true, kReach},
    Meaning{2012, ErrorCode::unreachable, true, true, kReach},
    Meaning{2013, ErrorCode::unreachable, true, true, kReach},
    Meaning{2055, ErrorCode::unreachable, true, true, kReach},
    Meaning{2026, ErrorCode::tls_failed, true, true, kTls},
    // Bugs of a driver: nothing is known of the connection's state.
    Meaning{2000, ErrorCode::storage_failed, true, false, ""},
    Meaning{2008, ErrorCode::storage_failed, true, true, "the process is out of memory"},
    Meaning{2014, ErrorCode::storage_failed, true, true, ""},
    Meaning{2057, ErrorCode::storage_failed, true, true, "a table was altered meanwhile; try again"},
    Meaning{2027, ErrorCode::storage_failed, true, true, ""},
};

Meaning meaning_of(unsigned number) {
  const auto* found = std::find_if(kMeanings.begin(), kMeanings.end(),
                                   [&](const Meaning& meaning) { return meaning.number == number; });
  if (found != kMeanings.end()) return *found;
  return {number, ErrorCode::storage_failed, false, false, "look up the number in the database server's log"};
}

}  // namespace

Error mysql_error(unsigned number, std::string_view message, std::string_view statement) {
  const Meaning meaning = meaning_of(number);
  const std::string words = meaning.plain ? ": " + escape_untrusted(message) : "";
  return Error(meaning.code,
               fmt::format("database error {}{} in \"{}\"", number, words, first_words(statement)),
               meaning.hint);
}

Error mysql_connect_error(unsigned number, std::string_view message, std::string_view place, bool late) {
  const Meaning meaning = meaning_of(number);
  const bool timed_out = late && meaning.code == ErrorCode::unreachable;
  if (timed_out)
    return Error(ErrorCode::timed_out, fmt::format("no answer from the database at {}", place), kReach);
  return Error(meaning.code,
               fmt::format("cannot connect to the database at {}: error {}: {}", place, number,
                           escape_untrusted(message)),
               meaning.hint);
}

bool mysql_ends_session(unsigned number) { return meaning_of(number).ends; }

}  // namespace boltseal::db
