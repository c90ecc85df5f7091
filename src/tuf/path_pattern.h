// Which target names a delegation covers, in both dialects. Pure functions without recursion; the time is at
// most the product of pattern and name, each bounded by limits::kPatternBytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"

namespace boltseal::tuf {

/// TUF 1.0 (specification 4.5, matches as python-tuf): pattern and name are cut at '/', the numbers of
/// segments must be equal, each segment is matched alone and case-sensitively. `*` any run, `?` one
/// character (UTF-8 code point), `[abc]` `[a-z]` `[!abc]` one of a set; everything else, backslash and `[`
/// without `]` included, stands for itself. No special case for a leading dot. Pattern
/// or name longer than limits::kPatternBytes: no match.
bool glob_matches(std::string_view pattern, std::string_view name);

/// Notary: a plain string prefix; "" covers everything.
bool prefix_matches(std::string_view prefix, std::string_view name);

/// Notary: those of the child's prefixes that begin with one of the parent's.
std::vector<std::string> intersect_prefixes(const std::vector<std::string>& parent,
                                            const std::vector<std::string>& child);

/// TUF 1.0 `path_hash_prefixes`: is `prefix` (lower-case hex) a prefix of the SHA-256 of the name?
bool hash_prefix_matches(std::string_view prefix, const Sha256& name_hash);

/// A pattern that python-tuf, go-tuf and tuf-js read alike: [A-Za-z0-9._/-], `*` and `?` only.
bool is_portable_pattern(std::string_view pattern);

/// TAP 15: name of the bin of a target: first `bit_length` (1..32) bits of the SHA-256 of its name, as hex
/// padded to ceil(bit_length/4) digits, after "<name_prefix>-".
std::string succinct_bin_name(std::string_view name_prefix, int bit_length, const Sha256& name_hash);

}  // namespace boltseal::tuf
