// links: tuf
// Any bytes as a TUF 1.0 file of each kind: no crash, and what is read can be written and read again.
#include "fuzz/metadata_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  boltseal::fuzz::read_as_each_kind(boltseal::tuf::Form::tuf1, {reinterpret_cast<const char*>(data), size});
  return 0;
}
