// boltseald: the servers of Boltseal.
#include <string>
#include <vector>

#include "base/secret.h"
#include "daemon/run.h"

int main(int argc, char** argv) {
  boltseal::forbid_core_dumps();
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  return boltseal::daemon::run(argc > 0 ? argv[0] : "boltseald", words);
}
