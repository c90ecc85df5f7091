// The statements of the SQLite storage.
#pragma once

#include <string>
#include <string_view>

#include "tuf/form.h"

namespace boltseal::server::sql {

/// Statements over the table of one form. ?1 is the GUN and ?2 the role unless said otherwise; file queries
/// give version, data, sha256, created_at.
struct Table {
  std::string highest;  ///< one row with the version, or none
  std::string tag;      ///< version and sha256 of the highest version
  std::string latest;
  std::string by_version;        ///< ?3 version
  std::string by_hash;           ///< ?3 hex
  std::string current_snapshot;  ///< the one that the newest timestamp names
  std::string current_role;      ///< the one that this snapshot names
  std::string insert;            ///< time, gun, role, version, data, hex
  std::string heads;             ///< gun, role, version, sha256 of all
  std::string heads_of_gun;
  std::string bury;  ///< ?2 time: highest versions and last root into the tombstones
  std::string remove;
  std::string versions;      ///< role, version, created_at, bytes
  std::string remove_range;  ///< ?3 lowest, ?4 highest version
};
const Table& table(tuf::Form form);

inline constexpr std::string_view kInsertChange =
    "INSERT INTO changefeed(created_at,gun,version,sha256,category) VALUES(?1,?2,?3,?4,?5)";
inline constexpr std::string_view kFeedBound = "SELECT id FROM changefeed ORDER BY id DESC LIMIT 1 OFFSET ?1";
/// ?1 highest id, ?2 time.
inline constexpr std::string_view kCountOldChanges =
    "SELECT COUNT(*) FROM changefeed WHERE id<=?1 AND created_at<?2";
inline constexpr std::string_view kDropOldChanges = "DELETE FROM changefeed WHERE id<=?1 AND created_at<?2";
inline constexpr std::string_view kGuns =
    "SELECT gun FROM tuf_files WHERE gun>?1 AND deleted_at IS NULL UNION SELECT gun FROM boltseal_files "
    "WHERE gun>?1 "
    "ORDER BY gun LIMIT ?2";
/// form, role, version of all files of a GUN in one statement: one state of the file.
inline constexpr std::string_view kVersions =
    "SELECT 'notary' AS form,role,version FROM tuf_files WHERE gun=?1 AND deleted_at IS NULL UNION ALL "
    "SELECT form,role,version FROM boltseal_files WHERE gun=?1 AND deleted_at IS NULL ORDER BY 1,2,3";
inline constexpr std::string_view kRemembered =
    "SELECT gun FROM boltseal_guns WHERE gun>?1 UNION SELECT gun FROM boltseal_tombstones WHERE gun>?1 "
    "ORDER BY gun LIMIT ?2";
inline constexpr std::string_view kHoldsSomething =
    "SELECT EXISTS(SELECT 1 FROM tuf_files) OR EXISTS(SELECT 1 FROM boltseal_files) OR EXISTS(SELECT 1 FROM "
    "changefeed) OR EXISTS(SELECT 1 FROM boltseal_guns) OR EXISTS(SELECT 1 FROM boltseal_tombstones)";
inline constexpr std::string_view kFillState =
    "INSERT INTO boltseal_guns(gun,epoch,needs_recovery,reset_allowed) VALUES(?1,?2,?3,?4)";
inline constexpr std::string_view kFillTombstone =
    "INSERT INTO boltseal_tombstones(gun,form,role,version,root,deleted_at) VALUES(?1,?2,?3,?4,?5,?6)";
inline constexpr std::string_view kFillChange =
    "INSERT INTO changefeed(id,created_at,gun,version,sha256,category) VALUES(?1,?2,?3,?4,?5,?6)";
inline constexpr std::string_view kTombstone =
    "SELECT form,role,version,root,deleted_at FROM boltseal_tombstones WHERE gun=?1";
inline constexpr std::string_view kDropTombstone = "DELETE FROM boltseal_tombstones WHERE gun=?1";
inline constexpr std::string_view kState =
    "SELECT epoch,needs_recovery,reset_allowed FROM boltseal_guns WHERE gun=?1";
inline constexpr std::string_view kMakeState = "INSERT OR IGNORE INTO boltseal_guns(gun) VALUES(?1)";
inline constexpr std::string_view kNextEpoch =
    "UPDATE boltseal_guns SET epoch=epoch+1, reset_allowed=0 WHERE gun=?1";
inline constexpr std::string_view kSetRecovery = "UPDATE boltseal_guns SET needs_recovery=?2 WHERE gun=?1";
inline constexpr std::string_view kAllowReset = "UPDATE boltseal_guns SET reset_allowed=1 WHERE gun=?1";

/// ?1 bound, ?2 number of rows, ?3 GUN.
std::string_view changes(bool backwards, bool one_gun);

}  // namespace boltseal::server::sql
