// Version of both programs, as scripts and servers see it.
#pragma once

namespace boltseal {
inline constexpr const char* kVersion = "0.1.0";
}
