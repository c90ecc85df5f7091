// Reading and writing metadata files in both forms: bytes in, Unverified<T> out; model in, exact bytes out.
//
// Reading is strict (TUF.md 3, SECURITY rule 6): `_type` to the byte, `spec_version` mandatory in TUF 1.0 and
// forbidden in Notary form, no duplicate members, integers of 1..2^53-1, lists and maps within base/limits.h.
// Errors: bad_format (with the field's path), limit_exceeded (bytes, depth, more than 128 signatures, keys of
// a role, delegations of a file), both before any signature is looked at. Writing: TUF 1.0 compact and
// sorted; Notary to the byte as notary 0.7.0 serialises the same content, so that a real server's
// re-serialisation has the same hash (NOTARY-SERVER.md 3 and 7.3). Pure functions, thread safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/names.h"
#include "base/result.h"
#include "tuf/file.h"
#include "tuf/form.h"
#include "tuf/model.h"

namespace boltseal::tuf {

struct ReadOptions {
  std::size_t max_bytes = 0;  ///< 0: default_limit()
  bool lenient_dates =
      false;  ///< TUF 1.0: also fractions and offsets in `expires`, as some public repositories have
};

/// Ceiling of a file's size where its parent names none (TUF.md 2).
std::size_t default_limit(Form form, FileType type);

Result<Unverified<Root>> parse_root(Form form, std::string bytes, const ReadOptions& options = {});
/// `role`: whose file it is; in Notary form delegations must be its direct children.
Result<Unverified<Targets>> parse_targets(Form form, const RoleName& role, std::string bytes,
                                          const ReadOptions& options = {});
Result<Unverified<Snapshot>> parse_snapshot(Form form, std::string bytes, const ReadOptions& options = {});
Result<Unverified<Timestamp>> parse_timestamp(Form form, std::string bytes, const ReadOptions& options = {});

/// The `signed` object: `canonical` is what signatures are over, `wire` what stands in the file.
struct Payload {
  std::string canonical;
  std::string wire;
};

/// Writes in the form of the body. Expects what the parser would accept; the editor checks that.
Payload write_payload(const Root& root);
Payload write_payload(const Targets& targets);
Payload write_payload(const Snapshot& snapshot);
Payload write_payload(const Timestamp& timestamp);

/// The file: `wire` is Payload::wire or File::signed_source().
std::string assemble(Form form, std::string_view wire, std::span<const Signature> signatures);

/// Canonical text as it goes to the wire: control characters escaped, in Notary form also < > & U+2028
/// U+2029, as Go does.
std::string wire_text(Form form, std::string_view canonical);

}  // namespace boltseal::tuf
