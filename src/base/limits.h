// Bounds on what comes from outside. One place, so that a review sees them side by side; frozen by
// limits_test.cc. Sources: TUF specification 1.0.34 section 5 and its clients, notary 0.7.0.
#pragma once

#include <cstddef>
#include <cstdint>

namespace boltseal::limits {

inline constexpr std::size_t kJsonDepth = 64;
inline constexpr std::size_t kJsonNodes = 8'000'000;
inline constexpr std::int64_t kMaxInteger = (std::int64_t{1} << 53) - 1;

// Metadata files, bytes.
inline constexpr std::size_t kRootBytes = 512'000;
inline constexpr std::size_t kTimestampBytes = 16'384;
inline constexpr std::size_t kSnapshotBytes = 2'000'000;
inline constexpr std::size_t kTargetsBytes = 5'000'000;
inline constexpr std::size_t kNotaryMetadataBytes = 100u << 20;
inline constexpr std::size_t kNotaryTimestampBytes = 1u << 20;

inline constexpr std::size_t kRootRotations = 1024;
inline constexpr std::size_t kDelegationVisits = 32;
inline constexpr std::size_t kSignaturesPerFile = 128;
inline constexpr std::size_t kKeysPerRole = 1'024;
inline constexpr std::size_t kDelegationsPerFile = 16'384;
inline constexpr std::size_t kPatternBytes = 4'096;
inline constexpr std::size_t kPathsPerRole = 16'384;

// Registry.
inline constexpr std::size_t kManifestBytes = 4u << 20;
inline constexpr std::size_t kTokenBytes = 128u << 10;
inline constexpr std::size_t kErrorBodyBytes = 64u << 10;

// Local files.
inline constexpr std::size_t kKeyFileBytes = 1u << 20;
inline constexpr std::size_t kConfigBytes = 4u << 20;

}  // namespace boltseal::limits
